//! What a target installs only with one of its extras, and what was installed without it so far: told, weighed, and
//! somebody has to agree where the code uses it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod support;

use serde_json::Value;
use support::{Package, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

/// The plan of a service whose code imports `line`, and its screen.
fn plan(line: &str, more: &str) -> Option<(Value, String)> {
    let orm = |version: &str| Package::new("orm", version, "").with_file("orm/ext/turbo.py", "import leaf\n");
    let packages = vec![
        Package::new("leaf", "1.0", ""),
        orm("1.4.0").requires("leaf"),
        orm("1.5.0")
            .requires("leaf ; extra == 'turbo'")
            .requires("leaf ; extra == 'all'")
            .requires("six ; extra == 'all'"),
        Package::new("six", "1.17.0", ""),
    ];
    let stage = Stage::new(PROGRAM, packages)?;
    let settings = format!("[test]\nbaseline-runs = 1\n{more}");
    let files = [
        ("requirements.txt", "orm==1.4.0\n"),
        ("app/__init__.py", ""),
        ("app/db.py", line),
        ("tests/__init__.py", ""),
        (
            "tests/test_all.py",
            "import unittest\n\nclass All(unittest.TestCase):\n    def test_none(self):\n        pass\n",
        ),
        ("uplift.toml", settings.as_str()),
    ];
    let repo = stage.repo("service", &files);
    let plan = stage.run(repo.path(), &["plan", "--format", "json"]).json(0);
    Some((plan, stage.run(repo.path(), &["plan"]).stdout))
}

const TOLD: &str =
    "leaf is no longer installed with orm 1.5.0: only with its extra turbo; write orm[turbo] where it is used";

#[test]
fn a_package_that_only_an_extra_still_brings_is_told_and_medium_at_least() {
    let Some((plan, screen)) = plan("from orm import __version__\n", "") else { return };
    let orm = &plan["dependencies"][0];
    assert_eq!((&orm["name"], &orm["target_version"]), (&"orm".into(), &"1.5.0".into()), "{plan:#}");
    assert!(orm["warnings"].as_array().unwrap().iter().any(|w| w == TOLD), "{orm:#}");
    assert!(plan["warnings"].as_array().unwrap().iter().any(|w| w == TOLD), "{plan:#}");
    let factors = orm["assessment"]["factors"].as_array().unwrap();
    let dropped = factors.iter().find(|f| f["signal"] == "dropped").unwrap_or_else(|| panic!("{orm:#}"));
    assert_eq!(dropped["at_least"], "medium");
    assert!(screen.contains("leaf is no longer installed"), "{screen}");
}

#[test]
fn where_the_code_imports_what_the_extra_is_for_it_is_high_and_waits_for_somebody() {
    let line = "from orm.ext.turbo import leaf\n";
    let Some((told, _)) = plan(line, "") else { return };
    let orm = &told["dependencies"][0];
    assert_eq!(orm["assessment"]["level"], "high", "{orm:#}");
    let warnings = orm["warnings"].to_string();
    assert!(warnings.contains(TOLD) && warnings.contains("app/db.py:1: "), "{warnings}");
    let step = told["steps"].as_array().unwrap().iter().find(|s| s["kind"] == "move").unwrap();
    assert_eq!(step["approvals"], serde_json::json!(["technical lead"]), "{step:#}");

    // The project may say that nobody has to.
    let none = "[[plan.reviewers]]\npackages = [\"orm\"]\nreviewers = []\n";
    let Some((told, _)) = plan(line, none) else { return };
    let step = told["steps"].as_array().unwrap().iter().find(|s| s["kind"] == "move").unwrap();
    assert_eq!(step["approvals"], serde_json::json!([]), "{step:#}");
}
