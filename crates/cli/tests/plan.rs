//! The plan, end to end: the same facts give the same plan, what is asked for is honoured or refused, and a plan that is
//! brought back is carried out exactly.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod support;

use serde_json::Value;
use support::lending::tied;
use support::{Ended, Repo, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

/// A stage and the one repository on it.
struct Project {
    stage: Stage,
    repo: Repo,
}

impl Project {
    fn new() -> Option<Self> {
        let stage = Stage::new(PROGRAM, tied::packages())?;
        let repo = stage.repo("lending", &tied::files());
        Some(Self { stage, repo })
    }

    fn run(&self, args: &[&str]) -> Ended {
        self.stage.run(self.repo.path(), args)
    }

    fn write(&self, file: &str, text: &str) {
        self.repo.write(file, text.as_bytes());
    }

    fn commit(&self, files: &[(&str, &str)], message: &str) {
        for (file, text) in files {
            self.write(file, text);
        }
        self.repo.commit(message);
    }
}

fn plan(project: &Project, more: &[&str]) -> Value {
    asked(project, more).json(0)
}

fn asked(project: &Project, more: &[&str]) -> Ended {
    let args: Vec<&str> = ["plan", "--format", "json"].iter().chain(more).copied().collect();
    project.run(&args)
}

fn named<'v>(value: &'v Value, list: &str, name: &str) -> &'v Value {
    let all = value[list].as_array().unwrap_or_else(|| panic!("no {list}: {value:#}"));
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name} in {list}: {value:#}"))
}

fn names(plan: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        plan["dependencies"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

/// Names in the order in which the plan moves them.
fn order(plan: &Value) -> Vec<&str> {
    let moves = plan["moves"].as_array().unwrap().iter();
    moves.flat_map(|m| m["candidates"].as_array().unwrap()).map(|c| c["name"].as_str().unwrap()).collect()
}

fn phase<'v>(plan: &'v Value, name: &str) -> &'v str {
    let holds = |m: &&Value| m["candidates"].as_array().unwrap().iter().any(|c| c["name"] == name);
    plan["moves"].as_array().unwrap().iter().find(holds).unwrap()["phase"].as_str().unwrap()
}

/// An advisory on versions of a package below `fixed`.
fn advisory(id: &str, package: &str, fixed: &str) -> String {
    serde_json::json!({
        "id": id, "modified": "2026-01-01T00:00:00Z", "summary": "made up",
        "database_specific": { "severity": "HIGH" },
        "affected": [{
            "package": { "ecosystem": "PyPI", "name": package },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": fixed }] }],
        }],
    })
    .to_string()
}

const ADVISED: &str = "[advisories]\npaths = [\"osv\"]\n";

#[test]
fn a_plan_that_was_kept_says_so_and_belongs_to_its_index() {
    let Some(mut project) = Project::new() else { return };
    let first = plan(&project, &[]);
    let again = project.run(&["plan"]);
    assert!(again.expect(0).stdout.contains("kept from"), "{}", again.stdout);
    // What programs read says the same twice.
    assert_eq!(first, plan(&project, &[]));
    let anew = project.run(&["plan", "--fresh"]);
    assert!(!anew.expect(0).stdout.contains("kept from"), "{}", anew.stdout);
    // Another index knows other releases: what the first one said is not told again.
    project.stage.use_index(&support::Index::nowhere());
    project.run(&["plan"]).expect(4).tells(&["index"]);
}

#[test]
fn the_same_facts_give_the_same_plan_and_an_unrelated_file_changes_nothing() {
    let Some(project) = Project::new() else { return };
    let first = plan(&project, &[]);
    assert_eq!(first["id"], plan(&project, &["--fresh"])["id"]);
    project.commit(&[("README.md", "# unrelated")], "words");
    let later = plan(&project, &[]);
    assert_eq!(first["id"], later["id"]);
    assert_ne!(first["commit"], later["commit"]);
    project.commit(&[("requirements.in", "alpha==1.0\nbeta==1.0\ngamma==1.0\ndelta==1.0\n")], "comments go");
    assert_ne!(first["id"], plan(&project, &[])["id"], "a manifest is one of the facts");
}

#[test]
fn every_step_says_what_is_done_how_it_is_judged_and_what_else_could_be_done() {
    let Some(project) = Project::new() else { return };
    let plan = plan(&project, &[]);
    let steps = plan["steps"].as_array().unwrap();
    let kinds: Vec<&str> = steps.iter().map(|s| s["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], kinds[1], *kinds.last().unwrap()), ("isolate", "snapshot", "integration"));
    assert_eq!(kinds.len(), plan["moves"].as_array().unwrap().len() + 3);
    let head = project.repo.head();
    assert_eq!((steps[1]["rollback_point"].as_str(), plan["commit"].as_str()), (Some(head.trim()), Some(head.trim())));
    for (at, step) in steps.iter().enumerate() {
        assert_eq!(step["number"], at + 1);
        assert!(!step["rollback_point"].as_str().unwrap().is_empty(), "{step:#}");
        assert!(!step["success_criteria"].as_array().unwrap().is_empty(), "{step:#}");
    }
    let last = &steps[steps.len() - 1]["required_tests"];
    assert!(last.to_string().contains("integration") && last.to_string().contains("performance"), "{last}");
    let alpha = steps.iter().find(|s| s["packages"][0] == "alpha").unwrap();
    assert_eq!(
        alpha["edits"],
        serde_json::json!([{ "file": "requirements.in", "line": 2, "old": "alpha==1.0  # loans", "new": "alpha==2.0  # loans" }])
    );
    assert!(alpha["commands"].to_string().contains("--upgrade-package 'alpha==2.0'"), "{alpha:#}");
    let ways = alpha["fallbacks"].to_string();
    assert!(ways.contains("stop at alpha 1.1") && ways.contains("hold alpha at 1.0"), "{ways}");
    let candidate = named(&plan, "dependencies", "alpha");
    assert_eq!(candidate["reason_codes"], serde_json::json!(["outdated"]));
    assert!(candidate["assessment"]["score"].as_u64().unwrap() > 0);
    assert_eq!(candidate["risk_level"], candidate["assessment"]["level"]);
    assert!(plan["estimated_duration"].as_u64().unwrap() > 0);
    let minutes: u64 = steps.iter().map(|s| s["minutes"].as_u64().unwrap()).sum();
    assert_eq!(plan["effort"]["total_minutes"], minutes);
    let screen = project.run(&["plan"]);
    assert!(screen.stdout.contains("work: "), "{}", screen.stdout);
    assert!(project.run(&["plan", "--explain", "alpha"]).stdout.contains("+ alpha==2.0  # loans"));
}

#[test]
fn a_silent_source_of_advisories_is_told_and_stops_nothing() {
    let Some(project) = Project::new() else { return };
    let plan = plan(&project, &[]);
    assert!(plan["warnings"].to_string().contains("no source of advisories answered"), "{:#}", plan["warnings"]);
    assert_eq!(names(&plan), ["alpha", "beta", "delta", "gamma"]);
}

#[test]
fn a_version_that_is_asked_for_is_the_target_and_what_is_odd_about_it_is_said() {
    let Some(project) = Project::new() else { return };
    let asked_for = plan(&project, &["--target", "alpha==1.1"]);
    assert_eq!(named(&asked_for, "dependencies", "alpha")["target_version"], "1.1");
    let warnings = asked_for["warnings"].to_string();
    assert!(warnings.contains("alpha: 1.1 is not the latest: 2.0 is"), "{warnings}");
    let never = plan(&project, &["--target", "alpha==1.7"]);
    assert!(never["warnings"].to_string().contains("1.7 was never released"), "{:#}", never["warnings"]);
    assert!(named(&never, "unmoved", "alpha")["reason"].as_str().unwrap().contains("no such release"));
    // Delta alone is taken where gamma stays; asked for the old one, gamma cannot move.
    let lower = asked(&project, &["--target", "alpha==0.9"]);
    lower.expect(3);
    assert!(lower.stderr.contains("no version is lowered"), "{}", lower.stderr);
    let stranger = asked(&project, &["--target", "zeta==1.0"]);
    stranger.expect(3);
    assert!(stranger.stderr.contains("no dependency of this project"), "{}", stranger.stderr);
    assert_eq!(asked(&project, &["--target", "alpha>1"]).code, Some(2));
    let transitive = plan(&project, &["--target", "epsilon==1.1", "--strategy", "security"]);
    assert_eq!(named(&transitive, "dependencies", "epsilon")["direct"], false);
}

#[test]
fn the_security_strategy_moves_what_has_an_advisory_and_nothing_else() {
    let Some(project) = Project::new() else { return };
    project.stage.index.publish(tied::beta("1.1"));
    project.commit(
        &[
            ("uplift.toml", ADVISED),
            ("osv/a.json", &advisory("CVE-2026-1001", "beta", "1.1")),
            ("osv/b.json", &advisory("CVE-2026-1002", "epsilon", "1.1")),
        ],
        "advisories",
    );
    let plan = plan(&project, &["--strategy", "security"]);
    assert_eq!(names(&plan), ["beta", "epsilon"], "{plan:#}");
    let beta = named(&plan, "dependencies", "beta");
    assert_eq!((&beta["target_version"], &beta["newest"]), (&"1.1".into(), &"2.0".into()));
    assert_eq!(beta["reason_codes"], serde_json::json!(["security"]));
    assert_eq!(beta["assessment"]["security"]["value"]["removed"][0]["finding"]["id"], "CVE-2026-1001");
    let epsilon = named(&plan, "dependencies", "epsilon");
    assert_eq!((&epsilon["direct"], &epsilon["target_version"]), (&false.into(), &"1.1".into()));
    assert_eq!(plan["security"]["removed"].as_array().unwrap().len(), 2, "{:#}", plan["security"]);
    assert_eq!(plan["security"]["remaining"], serde_json::json!([]));
    let reason = named(&plan, "unmoved", "alpha")["reason"].as_str().unwrap();
    assert_eq!(reason, "nothing is known to be wrong with 1.0");
}

#[test]
fn what_cannot_be_mended_is_listed_with_the_reason() {
    let Some(project) = Project::new() else { return };
    project.commit(
        &[
            ("uplift.toml", &format!("{ADVISED}[upgrade]\nignore = [\"alpha\"]\n")),
            ("osv/a.json", &advisory("CVE-2026-1003", "alpha", "1.1")),
        ],
        "advisories",
    );
    let plan = plan(&project, &[]);
    let left = &plan["security"]["remaining"][0];
    assert_eq!((&left["id"], &left["why"]), (&"CVE-2026-1003".into(), &"ignored by the settings".into()), "{plan:#}");
    assert!(plan["warnings"].to_string().contains("alpha 1.0 keeps CVE-2026-1003 (high)"));
}

#[test]
fn urgency_waits_in_its_phase_or_goes_first_and_the_conflict_is_shown() {
    let Some(project) = Project::new() else { return };
    let osv = advisory("CVE-2026-1004", "alpha", "2.0");
    project.commit(&[("uplift.toml", ADVISED), ("osv/a.json", &osv)], "advisories");
    let waits = plan(&project, &[]);
    assert_ne!(phase(&waits, "alpha"), "low", "the step is a major one");
    let conflict = &waits["conflicts"][0];
    assert_eq!(conflict["packages"][0], "alpha");
    assert!(conflict["resolved_by"].as_str().unwrap().contains("in-order"), "{conflict:#}");
    project.commit(&[("uplift.toml", &format!("{ADVISED}[plan]\nurgency = \"first\"\n"))], "first");
    let first = plan(&project, &[]);
    assert_eq!(phase(&first, "alpha"), "low");
    assert_eq!(order(&first)[0], "alpha");
}

#[test]
fn stages_are_honoured_and_refused_where_a_need_stands_against_them() {
    let Some(project) = Project::new() else { return };
    project.write("stages.txt", "loans = alpha\nnames = [\"gamma\", \"delta\"]\nsizes = beta\n");
    let staged = plan(&project, &["--stages", "stages.txt"]);
    let place = |name: &str| order(&staged).iter().position(|n| *n == name).unwrap();
    assert!(place("alpha") < place("gamma") && place("gamma") < place("beta"), "{:?}", order(&staged));
    let steps = staged["steps"].as_array().unwrap();
    assert_eq!(steps.iter().find(|s| s["packages"][0] == "beta").unwrap()["stage"], "sizes");
    // Gamma 2.0 wants delta 2.0.
    project.write("stages.txt", "names = gamma\nrest = delta\n");
    let refused = asked(&project, &["--stages", "stages.txt"]);
    refused.expect(3);
    assert!(refused.stderr.contains("gamma") && refused.stderr.contains("delta"), "{}", refused.stderr);
    project.write("stages.txt", "names gamma\n");
    let wrong = asked(&project, &["--stages", "stages.txt"]);
    assert!(wrong.stderr.contains("stages.txt:1"), "{}", wrong.stderr);
}

#[test]
fn a_group_is_one_move() {
    let Some(project) = Project::new() else { return };
    project.commit(&[("uplift.toml", "[plan.groups]\npair = [\"alpha\", \"beta\"]\n")], "group");
    let plan = plan(&project, &[]);
    let alpha = plan["moves"].as_array().unwrap().iter().find(|m| m["candidates"][0]["name"] == "alpha").unwrap();
    assert_eq!(alpha["candidates"][1]["name"], "beta", "{plan:#}");
    assert!(alpha["candidates"][1]["reason_codes"].to_string().contains("lockstep"));
}

#[test]
fn a_plan_that_is_brought_is_carried_out_exactly_and_writes_the_edits_that_it_shows() {
    let Some(project) = Project::new() else { return };
    let asked = asked(&project, &["--target", "alpha==1.1"]);
    let plan = asked.json(0);
    project.write("plan.json", &asked.stdout);
    // What came out since is none of its business.
    project.stage.index.publish(tied::beta("2.5"));
    let outcome = project.run(&["upgrade", "--plan", "plan.json", "--format", "json"]);
    let report = outcome.json(0);
    assert_eq!(report["plan"]["id"], plan["id"]);
    for candidate in plan["dependencies"].as_array().unwrap() {
        let kept = named(&report, "kept", candidate["name"].as_str().unwrap());
        assert_eq!(kept["to"], candidate["target_version"], "{kept:#}");
    }
    assert_eq!(report["held"], serde_json::json!([]));
    let delivered = project.repo.git(&["show", &format!("{}:requirements.in", report["branch"].as_str().unwrap())]);
    let lines: Vec<&str> = delivered.lines().collect();
    let edits: Vec<&Value> =
        plan["steps"].as_array().unwrap().iter().flat_map(|s| s["edits"].as_array().unwrap()).collect();
    assert_eq!(edits.len(), 4);
    for edit in edits {
        let line = usize::try_from(edit["line"].as_u64().unwrap()).unwrap();
        assert_eq!(lines[line - 1], edit["new"].as_str().unwrap());
    }
}

#[test]
fn a_plan_is_refused_after_a_change_and_when_it_is_none() {
    let Some(project) = Project::new() else { return };
    let text = asked(&project, &[]).stdout;
    project.write("plan.json", &text);
    let upgrade = |file: &str| project.run(&["upgrade", "--plan", file]);
    project.commit(&[("requirements.in", "alpha==1.1\nbeta==1.0\ngamma==1.0\ndelta==1.0\n")], "by hand");
    let refused = upgrade("plan.json");
    refused.expect(3);
    assert!(refused.stderr.contains("`requirements.in` has changed since the plan was drawn"), "{}", refused.stderr);
    assert!(project.repo.branches().is_empty());
    for (text, says) in [
        ("{}".to_owned(), "is no plan"),
        (text.replace("uplift/plan/1", "uplift/plan/9"), "uplift/plan/9"),
        (
            text.replace(text.split("\"commit\": \"").nth(1).unwrap().split('"').next().unwrap(), &"0".repeat(40)),
            "another repository",
        ),
    ] {
        project.write("plan.json", &text);
        let refused = upgrade("plan.json");
        refused.expect(3);
        assert!(refused.stderr.contains(says), "{says}: {}", refused.stderr);
    }
    assert_eq!(upgrade("nowhere.json").code, Some(3));
}

/// The image runs a Python that no machine has.
#[test]
fn a_check_and_a_plan_name_one_interpreter_whether_or_not_it_is_here() {
    let Some(project) = Project::new() else { return };
    project.commit(&[("Dockerfile", "FROM python:3.30-slim\n")], "an image");
    let drawn = plan(&project, &[]);
    assert_eq!(drawn["interpreter"], "3.30");
    let told = "it stands in for 3.30 (Dockerfile:1 FROM python:3.30-slim), which is not on this machine";
    assert!(drawn["notes"].to_string().contains(told), "{:#}", drawn["notes"]);
    let checked = project.run(&["check", "--format", "json", "--offline"]).json(0);
    assert_eq!(checked["components"][0]["runtime"], "3.30");
    assert_eq!(checked["components"][0]["runtime_from"], "Dockerfile:1 FROM python:3.30-slim");
}
