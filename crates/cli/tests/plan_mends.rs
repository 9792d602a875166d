//! A project whose set cannot be installed today has a plan: it mends the set first. And what else makes up the set of a
//! plan: files that the settings name, the day, the advisories, the component.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod support;

use serde_json::Value;
use support::{Package, Repo, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

const TESTS: &str = "\
import unittest
import alpha

class All(unittest.TestCase):
    def test_alpha(self):
        self.assertTrue(alpha.__version__)
";

fn package(name: &str, version: &str) -> Package {
    Package::new(name, version, "")
}

fn stage(packages: Vec<Package>, files: &[(&str, &str)]) -> Option<(Stage, Repo)> {
    let stage = Stage::new(PROGRAM, packages)?;
    let mut all =
        vec![("tests/__init__.py", ""), ("tests/test_all.py", TESTS), ("uplift.toml", "[test]\nbaseline-runs = 1\n")];
    all.retain(|(name, _)| !files.iter().any(|(own, _)| own == name));
    all.extend_from_slice(files);
    let repo = stage.repo("shop", &all);
    Some((stage, repo))
}

fn plan(stage: &Stage, repo: &Repo, more: &[&str]) -> Value {
    stage.run(repo.path(), &[&["plan", "--format", "json"], more].concat()).json(0)
}

fn step<'v>(plan: &'v Value, kind: &str) -> &'v Value {
    let steps = plan["steps"].as_array().unwrap();
    steps.iter().find(|step| step["kind"] == kind).unwrap_or_else(|| panic!("no step {kind}: {plan:#}"))
}

#[test]
fn a_version_that_was_never_released_is_mended_by_the_nearest_one_and_the_plan_goes_on_from_there() {
    let mut packages: Vec<Package> =
        ["1.0.0", "1.0.4", "1.1.0", "2.0.0"].map(|version| package("alpha", version)).to_vec();
    packages.extend([package("beta", "1.0.0"), package("beta", "1.1.0")]);
    let Some((stage, repo)) =
        stage(packages, &[("requirements.txt", "# what it runs on\nalpha==1.0.8\nbeta==1.0.0\n")])
    else {
        return;
    };
    let first = plan(&stage, &repo, &[]);
    let mended = &first["mended"];
    assert_eq!(mended["why"], "alpha 1.0.8 was never released");
    assert_eq!((&mended["pins"][0]["to"], &mended["pins"][0]["reason"]), (&"1.0.4".into(), &"unavailable".into()));
    let mend = step(&first, "mend");
    assert_eq!(
        (&mend["number"], &mend["phase"], &mend["needs"]),
        (&3.into(), &"low".into(), &serde_json::json!([1, 2]))
    );
    assert_eq!(
        mend["edits"],
        serde_json::json!([{"file": "requirements.txt", "line": 2, "old": "alpha==1.0.8", "new": "alpha==1.0.4"}])
    );
    assert_eq!(mend["validated"]["verdict"], "sat");
    let alpha = first["dependencies"].as_array().unwrap().iter().find(|c| c["name"] == "alpha").unwrap();
    assert_eq!((&alpha["current_version"], &alpha["target_version"]), (&"1.0.4".into(), &"2.0.0".into()));
    for (at, step) in first["steps"].as_array().unwrap().iter().enumerate() {
        assert_eq!(step["number"], at + 1);
        let moves = step["kind"] == "move";
        assert!(!moves || step["needs"].as_array().unwrap().contains(&3.into()), "{step:#}");
    }
    let screen = stage.run(repo.path(), &["plan"]).stdout;
    assert!(
        screen.contains("today's set cannot be installed: alpha 1.0.8 was never released; step 3 mends it"),
        "{screen}"
    );
    assert!(screen.contains("requirements.txt:2: alpha==1.0.8 -> alpha==1.0.4"), "{screen}");

    // What was asked for is the version that mends it.
    let asked = plan(&stage, &repo, &["--target", "alpha==1.1.0"]);
    assert_eq!(asked["mended"]["pins"][0]["to"], "1.1.0");

    // The plan is of the files as they are committed, and each of its sets is one.
    let file = stage.home().join("plan.json");
    std::fs::write(&file, serde_json::to_string(&first).unwrap()).unwrap();
    let checked = stage.run(repo.path(), &["validate", "--no-imports", "--plan", file.to_str().unwrap()]);
    checked.expect(0);

    // There is no baseline, so that nothing can be upgraded; with the edit there is.
    let refused = stage.run(repo.path(), &["upgrade"]);
    refused.expect(3).tells(&["requirements.txt:2: write `alpha==1.0.4` in place of `alpha==1.0.8`", "`uplift plan`"]);
    repo.write("requirements.txt", b"# what it runs on\nalpha==1.0.4\nbeta==1.0.0\n");
    repo.commit("mended");
    assert!(plan(&stage, &repo, &[]).get("mended").is_none());
    let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    assert_eq!(report["kept"].as_array().unwrap().len(), 2, "{report:#}");
}

#[test]
fn of_pins_that_contradict_each_other_the_one_of_the_tests_gives_way() {
    let packages = vec![
        package("alpha", "2.0.0"),
        package("alpha", "2.1.0"),
        package("checker", "1.0.0").requires("alpha<2"),
        package("checker", "1.1.0").requires("alpha"),
        package("checker", "1.2.0").requires("alpha"),
        package("beta", "1.0.0"),
    ];
    let files = [("requirements.txt", "alpha==2.0.0\nbeta==1.0.0\n"), ("requirements-dev.txt", "checker==1.0.0\n")];
    let Some((stage, repo)) = stage(packages, &files) else { return };
    let plan = plan(&stage, &repo, &[]);
    let pins = plan["mended"]["pins"].as_array().unwrap();
    assert_eq!(pins.len(), 1, "{plan:#}");
    assert_eq!((&pins[0]["name"], &pins[0]["to"]), (&"checker".into(), &"1.1.0".into()));
    assert_eq!(pins[0]["reason"], "compatibility");
    let because = pins[0]["because"].as_str().unwrap();
    assert!(because.contains("1.0.0 depends on alpha<2 and the project states alpha==2.0.0"), "{because}");
}

#[test]
fn what_no_change_of_a_pin_mends_is_told_as_it_was() {
    let packages = vec![package("alpha", "1.0.0").requires("beta<1"), package("beta", "1.0.0")];
    let Some((stage, repo)) = stage(packages, &[("requirements.txt", "alpha==1.0.0\nbeta==1.0.0\n")]) else { return };
    stage.run(repo.path(), &["plan"]).expect(3).tells(&["cannot be installed", "beta"]);
}

#[test]
fn the_files_that_the_settings_name_are_the_set() {
    let packages =
        vec![package("alpha", "1.0.0"), package("alpha", "1.1.0"), package("beta", "1.0.0"), package("beta", "1.1.0")];
    let files = [
        ("requirements.txt", "alpha==1.0.0\n"),
        ("requirements-dev.txt", "beta==1.0.0\n"),
        ("uplift.toml", "[project]\nrequirements = [\"requirements.txt\"]\n"),
    ];
    let Some((stage, repo)) = stage(packages, &files) else { return };
    let plan = plan(&stage, &repo, &[]);
    let names: Vec<&str> =
        plan["dependencies"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["alpha"]);
    let told = "requirements-dev.txt: left out of the set, which requirements.txt makes up: it asks for beta besides";
    assert!(plan["notes"].as_array().unwrap().iter().any(|n| n.as_str().unwrap().starts_with(told)), "{plan:#}");
    let checked = stage.run(repo.path(), &["validate", "--format", "json"]).json(0);
    assert_eq!(checked["components"][0]["files"], serde_json::json!(["requirements.txt"]));
    assert!(checked["components"][0]["notes"].to_string().contains(told), "{checked:#}");

    repo.write("uplift.toml", b"[project]\nrequirements = [\"gone.txt\"]\n");
    stage.run(repo.path(), &["plan"]).expect(3).tells(&["`gone.txt` does not exist", "[project] requirements"]);
}

#[test]
fn of_several_components_the_command_for_each_is_named() {
    let files = [("backend/requirements.txt", "alpha==1.0.0\n"), ("my gate/requirements.txt", "alpha==1.0.0\n")];
    let Some((stage, repo)) = stage(vec![package("alpha", "1.0.0")], &files) else { return };
    stage.run(repo.path(), &["plan"]).expect(3).tells(&["`uplift plan backend`", "`uplift plan 'my gate'`"]);
}

#[test]
fn a_plan_takes_records_and_a_day_from_the_command_line() {
    let packages = vec![package("alpha", "1.0.0"), package("alpha", "1.1.0")];
    let Some((stage, repo)) = stage(packages, &[("requirements.txt", "alpha==1.0.0\n")]) else { return };
    let record = stage.home().join("records");
    std::fs::create_dir_all(&record).unwrap();
    let text = r#"{"schema_version": "1.6.0", "id": "PYSEC-2026-1", "modified": "2026-01-01T00:00:00Z",
        "affected": [{"package": {"ecosystem": "PyPI", "name": "alpha"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1.0"}]}]}]}"#;
    std::fs::write(record.join("PYSEC-2026-1.json"), text).unwrap();
    let with = plan(&stage, &repo, &["--advisories", record.to_str().unwrap()]);
    assert_eq!(with["security"]["removed"][0]["id"], "PYSEC-2026-1", "{with:#}");
    let without = stage.run(repo.path(), &["plan"]).stdout;
    assert!(!without.contains("PYSEC-2026-1"), "{without}");
    stage
        .run(repo.path(), &["plan", "--advisories", "none"])
        .expect(3)
        .tells(&["--advisories", "`none` cannot be read"]);

    stage.run(repo.path(), &["plan", "--as-of", "soon"]).expect(3).tells(&["`soon` is not a date", "2026-11-21"]);
    let then = plan(&stage, &repo, &["--as-of", "2024-05-01"]);
    assert_eq!(then["as_of"], "2024-05-01");
    let told = |n: &Value| n.as_str().unwrap() == "as of 2024-05-01: no later release enters";
    assert!(then["notes"].as_array().unwrap().iter().any(told), "{then:#}");
}

#[test]
fn the_command_of_a_compiled_lock_asks_for_its_own_python_and_for_what_comes_along() {
    let packages = vec![
        package("alpha", "1.0.0").requires("eta"),
        package("alpha", "2.0.0").requires("eta>=1.1,<2"),
        package("eta", "1.0.0"),
        package("eta", "1.1.0"),
    ];
    let files = [("requirements.in", "alpha==1.0.0\n"), ("requirements.txt", "alpha==1.0.0\neta==1.0.0\n")];
    let Some((stage, repo)) = stage(packages, &files) else { return };
    let plan = plan(&stage, &repo, &[]);
    let python = plan["interpreter"].as_str().unwrap();
    let commands = step(&plan, "move")["commands"].as_array().unwrap();
    let wanted = format!(
        "uv pip compile requirements.in -o requirements.txt --python-version {python} --upgrade-package 'alpha==2.0.0' \
         --upgrade-package 'eta==1.1.0'"
    );
    assert_eq!(commands.last().unwrap(), &wanted, "{commands:#?}");
}
