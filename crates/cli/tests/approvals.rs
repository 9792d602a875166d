//! Agreement of people, end to end: asked for, taken down under git's name, bound to one plan, waited for by a run.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod support;

use serde_json::Value;
use support::lending::tied;
use support::{Ended, Repo, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

/// Mia must agree to delta, nobody to anything else; gamma 2.0 needs delta 2.0 in place.
const ASKS: &str = "[test]\nbaseline-runs = 1\n[plan]\napprovals = \"ask\"\n\
    [[plan.reviewers]]\npackages = [\"delta\"]\nreviewers = [\"release lead\"]\n\
    [[plan.reviewers]]\nreviewers = []\n";

struct Project {
    stage: Stage,
    repo: Repo,
}

impl Project {
    fn new(settings: &str) -> Option<Self> {
        let stage = Stage::new(PROGRAM, tied::packages())?;
        let mut files = tied::files();
        files.push(("uplift.toml", settings));
        let repo = stage.repo("lending", &files);
        Some(Self { stage, repo })
    }

    fn known(self) -> Self {
        self.repo.git(&["config", "user.name", "Mia"]);
        self.repo.git(&["config", "user.email", "mia@shop.example"]);
        self
    }

    fn run(&self, args: &[&str]) -> Ended {
        self.stage.run(self.repo.path(), args)
    }

    fn plan(&self) -> Value {
        self.run(&["plan", "--format", "json"]).json(0)
    }

    fn approve(&self, id: &str, package: &str, role: &str) -> Ended {
        self.run(&["approve", id, package, "--as", role, "--format", "json"])
    }
}

fn names(list: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

fn held<'v>(report: &'v Value, name: &str) -> &'v Value {
    let all = report["held"].as_array().unwrap();
    all.iter().find(|h| h["name"] == name).unwrap_or_else(|| panic!("{name} is not held: {report:#}"))
}

#[test]
fn a_step_without_its_agreement_waits_with_what_needs_it_and_the_rest_is_carried_out() {
    let Some(project) = Project::new(ASKS).map(Project::known) else { return };
    let report = project.run(&["upgrade", "--format", "json"]).json(5);
    assert_eq!(names(&report["kept"]), ["alpha", "beta"], "{report:#}");
    let delta = held(&report, "delta");
    assert_eq!((&delta["reason"], &delta["proof"]), (&"waits for approval by release lead".into(), &"approval".into()));
    assert_eq!(held(&report, "gamma")["reason"], "needs delta in place, which waits for approval by release lead");
    assert_eq!(held(&report, "gamma")["best"], "1.0");

    // The plan is found by the id that the run shows.
    let id = report["plan"]["id"].as_str().unwrap().to_owned();
    let agreed = project.approve(&id[..6], "delta", "Release Lead").json(0);
    assert_eq!((&agreed["schema"], &agreed["plan"]), (&"uplift/approvals/1".into(), &id.as_str().into()));
    assert_eq!(agreed["approvals"][0]["by"], "Mia <mia@shop.example>");
    assert_eq!(agreed["approvals"][0]["role"], "release lead", "as the plan writes it");
    assert_eq!(agreed["waiting"], serde_json::json!([]));

    let plan = project.plan();
    assert_eq!(plan["id"], id.as_str());
    assert_eq!(plan["approvals"][0]["package"], "delta");
    assert!(project.run(&["plan"]).stdout.contains("delta: agreed as release lead by Mia"));
    let report = project.run(&["upgrade", "--format", "json"]).json(0);
    assert_eq!(names(&report["kept"]), ["alpha", "beta", "delta", "gamma"], "{report:#}");
    assert_eq!(report["plan"]["approvals"][0]["by"], "Mia <mia@shop.example>");
}

#[test]
fn an_agreement_does_not_hold_for_a_plan_that_has_changed() {
    let Some(project) = Project::new(ASKS).map(Project::known) else { return };
    let first = project.plan();
    let text = project.run(&["plan", "--format", "json"]).stdout;
    project.repo.write("plan.json", text.as_bytes());
    let noted =
        ["approve", "plan.json", "all", "--as", "release lead", "--note", "seen in staging", "--format", "json"];
    assert_eq!(project.run(&noted).json(0)["approvals"][0]["note"], "seen in staging");
    project.stage.index.publish(support::Package::new("delta", "2.1", "def assist(): return 'd'"));
    let second = project.run(&["plan", "--format", "json", "--fresh"]).json(0);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(second["approvals"], serde_json::json!([]));
    let report = project.run(&["upgrade", "--format", "json"]).json(5);
    assert_eq!(held(&report, "delta")["reason"], "waits for approval by release lead");

    // The one that was agreed to is carried out as it was; changed by hand, it is another one.
    let changed = text.replace("\"target_version\": \"2.0\"", "\"target_version\": \"2.1\"");
    assert_ne!(changed, text);
    project.repo.write("changed.json", changed.as_bytes());
    for args in
        [&["upgrade", "--plan", "changed.json"][..], &["approve", "changed.json", "all", "--as", "release lead"]]
    {
        let refused = project.run(args);
        refused.expect(3).tells(&["was changed after it was drawn"]);
    }
    // What a reviewer reads is bound as well, whatever it does to what is carried out.
    let mut told: serde_json::Value = serde_json::from_str(&text).unwrap();
    for (pointer, value) in [
        ("/warnings", serde_json::json!(["all is well"])),
        ("/rollback_strategy", serde_json::json!("none is needed")),
        ("/dependencies/0/reasons", serde_json::json!(["harmless"])),
        ("/security/source", serde_json::json!("every source")),
        ("/steps/0/success_criteria", serde_json::json!(["it compiles"])),
    ] {
        let was = told.pointer(pointer).cloned().expect(pointer);
        *told.pointer_mut(pointer).unwrap() = value;
        project.repo.write("changed.json", told.to_string().as_bytes());
        let refused = project.run(&["approve", "changed.json", "all", "--as", "release lead"]);
        assert!(refused.stderr.contains("was changed after it was drawn"), "{pointer}: {refused:?}");
        *told.pointer_mut(pointer).unwrap() = was;
    }
    let report = project.run(&["upgrade", "--plan", "plan.json", "--format", "json"]).json(0);
    assert!(names(&report["kept"]).contains(&"delta"), "{report:#}");
}

#[test]
fn who_agrees_must_be_known_to_git_and_must_be_asked() {
    let Some(project) = Project::new(ASKS) else { return };
    let id = project.plan()["id"].as_str().unwrap().to_owned();
    project.approve(&id, "delta", "release lead").expect(3).tells(&["git knows no name", "git config user.name"]);
    let project = project.known();
    project
        .approve(&id, "delta", "gardener")
        .expect(3)
        .tells(&["does not wait for the role `gardener`", "release lead"]);
    project.approve(&id, "alpha", "release lead").expect(3).tells(&["nobody has to agree to it"]);
    project.approve(&id, "all", "gardener").expect(3).tells(&["nothing in plan", "it asks for: release lead"]);
    project.approve(&id, "zeta", "release lead").expect(3).tells(&["does not move zeta"]);
    project.approve("ffffffffffff", "delta", "release lead").expect(3).tells(&["no plan `ffffffffffff`"]);
    project.approve("", "delta", "release lead").expect(3);
    assert_eq!(project.plan()["approvals"], serde_json::json!([]), "nothing of this was taken down");
}

#[test]
fn by_default_agreements_are_named_and_nothing_waits() {
    let settings = ASKS.replace("approvals = \"ask\"\n", "");
    let Some(project) = Project::new(&settings) else { return };
    let screen = project.run(&["plan"]).stdout;
    assert!(screen.contains("needs the agreement of release lead"), "{screen}");
    let report = project.run(&["upgrade", "--format", "json"]).json(0);
    assert!(names(&report["kept"]).contains(&"delta"), "{report:#}");
}

#[test]
fn an_agreement_that_is_withdrawn_no_longer_holds_and_stays_on_record() {
    let Some(project) = Project::new(ASKS).map(Project::known) else { return };
    let id = project.plan()["id"].as_str().unwrap().to_owned();
    let withdraw = |package: &str| {
        project.run(&["approve", &id, package, "--as", "release lead", "--withdraw", "--format", "json"])
    };
    withdraw("delta").expect(3).tells(&["nobody has agreed to delta as release lead", "no agreement to this plan"]);
    withdraw("all").expect(3).tells(&["nobody has agreed to anything"]);
    project.approve(&id, "delta", "release lead").json(0);

    // Somebody else takes it back.
    project.repo.git(&["config", "user.name", "Noa"]);
    let document = withdraw("delta").json(0);
    assert_eq!(document["approvals"], serde_json::json!([]));
    assert_eq!(document["withdrawn"][0]["by"], "Noa <mia@shop.example>");
    assert_eq!(document["waiting"][0]["reason"], "waits for approval by release lead");
    assert_eq!(project.plan()["approvals"], serde_json::json!([]));
    let report = project.run(&["upgrade", "--format", "json"]).json(5);
    assert_eq!(held(&report, "delta")["reason"], "waits for approval by release lead");
    withdraw("delta").expect(3).tells(&["nobody has agreed"]);

    // It can be given anew, by whoever; twice by one person counts once.
    for _ in 0..2 {
        project.approve(&id, "delta", "release lead").json(0);
    }
    let plan = project.plan();
    assert_eq!(plan["approvals"].as_array().unwrap().len(), 1, "{:#}", plan["approvals"]);
    assert_eq!(plan["approvals"][0]["by"], "Noa <mia@shop.example>");
}

/// Whenever it is killed, an agreement is there whole or not at all, and the same command makes it so.
#[cfg(feature = "failpoints")]
#[test]
fn killed_at_its_points_an_agreement_is_there_or_not() {
    let Some(project) = Project::new(ASKS).map(Project::known) else { return };
    let id = project.plan()["id"].as_str().unwrap().to_owned();
    let agreed = || project.plan()["approvals"].as_array().unwrap().len();
    for (more, before, after) in [(None, 0, 1), (Some("--withdraw"), 1, 0)] {
        let list = project.stage.folder().join(format!("killed-{}", more.unwrap_or("agreed")));
        let args: Vec<&str> = ["approve", &id, "delta", "--as", "release lead"].into_iter().chain(more).collect();
        let mut met = Vec::new();
        // Withdrawn already is refused: nothing is left to do then.
        while met.len() < 10 && agreed() == before {
            let order = ("UPLIFT_TEST_KILL_ONCE", list.to_str().unwrap());
            let ended = project.stage.run_with(project.repo.path(), &args, order);
            let names = std::fs::read_to_string(&list).unwrap_or_default();
            met = names.lines().map(str::to_owned).collect();
            assert!(ended.code.is_none(), "not killed: {}{}", ended.stdout, ended.stderr);
            let held = if met.iter().any(|name| name.starts_with("after an agreement")) { after } else { before };
            assert_eq!(agreed(), held, "{met:?}");
        }
        assert_eq!(met.iter().filter(|name| name.contains("an agreement")).count(), 2, "{met:?}");
    }
}
