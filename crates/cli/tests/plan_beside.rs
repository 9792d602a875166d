//! Manifests beside the environment: no plan and no branch leaves one that does not resolve where it did before.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod support;

use serde_json::Value;
use support::{Package, Repo, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

const TESTS: &str = "\
import unittest
import redis, six

class All(unittest.TestCase):
    def test_parts(self):
        self.assertTrue(redis.__version__ and six.__version__)
";

/// A service on redis whose own manifest states more than what is installed: arq, which wants redis below 6.
fn service(more: &[(&str, &str)]) -> Option<(Stage, Repo)> {
    let mut packages: Vec<Package> =
        ["5.0.7", "5.3.1", "6.2.0", "8.1.0"].iter().map(|v| Package::new("redis", v, "")).collect();
    packages.extend(["1.16.0", "1.17.0"].map(|v| Package::new("six", v, "")));
    packages.push(Package::new("arq", "0.26.3", "").requires("redis[hiredis]>=4.2.0,<6"));
    packages.push(Package::new("old", "1.0", "").requires("redis<5"));
    let stage = Stage::new(PROGRAM, packages)?;
    let mut files = vec![
        ("requirements.txt", "redis==5.0.7\nsix==1.16.0\n"),
        (
            "pyproject.toml",
            "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"arq==0.26.3\", \"redis==5.0.7\"]\n",
        ),
        ("tests/__init__.py", ""),
        ("tests/test_all.py", TESTS),
        ("uplift.toml", "[test]\nbaseline-runs = 1\n[project]\nrequirements = [\"requirements.txt\"]\n"),
    ];
    for (name, text) in more {
        files.retain(|(other, _)| other != name);
        files.push((name, text));
    }
    let repo = stage.repo("shop", &files);
    Some((stage, repo))
}

fn target<'v>(plan: &'v Value, name: &str) -> Option<&'v Value> {
    plan["dependencies"].as_array().unwrap().iter().find(|one| one["name"] == name)
}

fn edits(plan: &Value) -> Vec<String> {
    let steps = plan["steps"].as_array().unwrap().iter();
    let edits = steps.flat_map(|s| s["edits"].as_array().unwrap());
    edits.map(|e| format!("{}: {}", e["file"].as_str().unwrap(), e["new"].as_str().unwrap().trim())).collect()
}

fn notes(plan: &Value) -> String {
    plan["notes"].as_array().unwrap().iter().map(|n| format!("{}\n", n.as_str().unwrap())).collect()
}

#[test]
fn a_manifest_beside_the_environment_bounds_what_plan_and_upgrade_write() {
    let Some((stage, repo)) = service(&[]) else { return };
    let plan = stage.run(repo.path(), &["plan", "--format", "json"]).json(0);
    let redis = target(&plan, "redis").unwrap_or_else(|| panic!("{plan:#}"));
    assert_eq!(redis["target_version"], "5.3.1", "{redis:#}");
    assert_eq!(redis["capped_by"], "pyproject.toml's arq 0.26.3 keeps redis below 6", "{redis:#}");
    assert_eq!(target(&plan, "six").unwrap()["target_version"], "1.17.0");

    let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    assert_eq!(report["kept"].as_array().unwrap().len(), 2, "{report:#}");
    let [branch] = repo.branches().try_into().unwrap_or_else(|all| panic!("{all:?}"));
    let text = |file: &str| String::from_utf8(repo.file_in(&branch, file).unwrap()).unwrap();
    assert_eq!(text("requirements.txt"), "redis==5.3.1\nsix==1.17.0\n");
    assert!(text("pyproject.toml").contains("[\"arq==0.26.3\", \"redis==5.3.1\"]"), "{}", text("pyproject.toml"));
    // The branch's manifest is a set of its own that resolves.
    repo.git(&["checkout", "-q", &branch]);
    stage.run(repo.path(), &["validate", "--files", "pyproject.toml"]).expect(0);
}

#[test]
fn what_is_asked_for_and_would_break_a_manifest_is_not_reached_and_said() {
    let Some((stage, repo)) = service(&[]) else { return };
    let plan = stage.run(repo.path(), &["plan", "--target", "redis==8.1.0", "--format", "json"]).json(0);
    assert_eq!(target(&plan, "redis").unwrap()["target_version"], "5.3.1", "{plan:#}");
    let warnings = plan["warnings"].to_string();
    let told =
        "redis 8.1.0 was asked for and is not reached, 5.3.1 is: pyproject.toml's arq 0.26.3 keeps redis below 6";
    assert!(warnings.contains(told), "{warnings}");
}

#[test]
fn a_manifest_that_did_not_resolve_before_bounds_nothing_and_is_named() {
    let text = "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"old==1.0\", \"redis==5.0.7\"]\n";
    let Some((stage, repo)) = service(&[("pyproject.toml", text)]) else { return };
    let plan = stage.run(repo.path(), &["plan", "--format", "json"]).json(0);
    assert_eq!(target(&plan, "redis").unwrap()["target_version"], "8.1.0", "{plan:#}");
    assert!(edits(&plan).iter().any(|e| e.starts_with("pyproject.toml") && e.contains("redis==8.1.0")), "{plan:#}");
    let notes = notes(&plan);
    assert!(
        notes.contains("pyproject.toml: does not resolve as it is (because all versions of old depend on redis<5"),
        "{notes}"
    );
}

#[test]
fn extras_that_do_not_go_together_bound_it_one_by_one() {
    let text = "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"redis>=4\"]\n\
                [project.optional-dependencies]\nold = [\"old==1.0\"]\nqueue = [\"arq==0.26.3\", \"redis==5.0.7\"]\n";
    let Some((stage, repo)) = service(&[("pyproject.toml", text)]) else { return };
    let plan = stage.run(repo.path(), &["plan", "--format", "json"]).json(0);
    assert_eq!(target(&plan, "redis").unwrap()["target_version"], "5.3.1", "{plan:#}");
    let capped = target(&plan, "redis").unwrap()["capped_by"].as_str().unwrap().to_owned();
    assert_eq!(capped, "pyproject.toml's arq 0.26.3 keeps redis below 6");
}

#[test]
fn a_complete_copy_beside_the_environment_moves_with_all_that_comes_along() {
    let mut packages: Vec<Package> = ["1.0", "2.0"].iter().map(|v| Package::new("base", v, "")).collect();
    packages.push(Package::new("redis", "5.0.7", "").requires("base"));
    packages.push(Package::new("redis", "8.1.0", "").requires("base>=2.0"));
    packages.push(Package::new("six", "1.16.0", ""));
    let Some(stage) = Stage::new(PROGRAM, packages) else { return };
    let all = "base==1.0\nredis==5.0.7\nsix==1.16.0\n";
    let files = [
        ("requirements.in", "redis==5.0.7\nsix==1.16.0\n"),
        ("requirements.txt", all),
        ("docs/requirements.txt", all),
        ("tests/__init__.py", ""),
        ("tests/test_all.py", TESTS),
        ("uplift.toml", "[test]\nbaseline-runs = 1\n"),
    ];
    let repo = stage.repo("copy", &files);
    let plan = stage.run(repo.path(), &["plan", "--format", "json"]).json(0);
    let edits = edits(&plan);
    for line in ["docs/requirements.txt: redis==8.1.0", "docs/requirements.txt: base==2.0"] {
        assert!(edits.iter().any(|e| e == line), "{line}: {edits:#?}");
    }
    stage.run(repo.path(), &["upgrade"]).expect(0);
    let [branch] = repo.branches().try_into().unwrap_or_else(|all| panic!("{all:?}"));
    let text = String::from_utf8(repo.file_in(&branch, "docs/requirements.txt").unwrap()).unwrap();
    assert_eq!(text, "base==2.0\nredis==8.1.0\nsix==1.16.0\n");
}
