//! What a plan does about what is stuck, end to end: the smallest change, a line of a constraints file, an environment
//! marker, a package that takes another's place.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod support;

use std::process::Command;

use serde_json::Value;
use support::{Package, Repo, Stage, tools};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");
const ADVISED: &str = "[advisories]\npaths = [\"osv\"]\n[test]\nbaseline-runs = 1\n";

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

fn plan(stage: &Stage, repo: &Repo, more: &[&str]) -> Value {
    let args: Vec<&str> = ["plan", "--format", "json"].iter().chain(more).copied().collect();
    stage.run(repo.path(), &args).json(0)
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

#[test]
fn the_minimal_strategy_mends_what_is_wrong_and_takes_patches_for_the_rest() {
    let one = |name: &str, version: &str| Package::new(name, version, "");
    let packages = vec![
        one("alpha", "1.0.0"),
        one("alpha", "1.1.0"),
        one("alpha", "1.2.0"),
        one("alpha", "2.0.0"),
        one("beta", "1.0.0"),
        one("beta", "1.0.4"),
        one("beta", "1.3.0"),
        one("gamma", "1.0.0"),
        one("gamma", "2.0.0"),
    ];
    let Some(stage) = Stage::new(PROGRAM, packages) else { return };
    let osv = advisory("CVE-2026-3001", "alpha", "1.1.0");
    let requirements = "alpha==1.0.0\nbeta==1.0.0\ngamma==1.0.0\n";
    let tests = "import unittest\nimport alpha\n\nclass All(unittest.TestCase):\n    def test_it(self):\n        self.assertTrue(alpha.__version__)\n";
    let files = [
        ("requirements.in", requirements),
        ("requirements.txt", requirements),
        ("uplift.toml", ADVISED),
        ("osv/a.json", osv.as_str()),
        ("tests/__init__.py", ""),
        ("tests/test_all.py", tests),
    ];
    let repo = stage.repo("minimal", &files);
    let drawn = plan(&stage, &repo, &["--strategy", "minimal"]);
    assert_eq!(names(&drawn), ["alpha", "beta"], "{drawn:#}");
    assert_eq!(named(&drawn, "dependencies", "alpha")["target_version"], "1.1.0", "the lowest that mends it");
    assert_eq!(named(&drawn, "dependencies", "beta")["target_version"], "1.0.4", "the newest of its minor line");
    assert_eq!(named(&drawn, "unmoved", "gamma")["reason"], "nothing is known to be wrong with 1.0.0");
    assert_eq!(drawn["security"]["remaining"], serde_json::json!([]));

    let report = stage.run(repo.path(), &["upgrade", "--strategy", "minimal", "--format", "json"]).json(0);
    let kept: Vec<(&str, &str)> = report["kept"]
        .as_array()
        .unwrap()
        .iter()
        .map(|k| (k["name"].as_str().unwrap(), k["to"].as_str().unwrap()))
        .collect();
    assert_eq!(kept.len(), 2, "{report:#}");
    assert!(kept.contains(&("alpha", "1.1.0")) && kept.contains(&("beta", "1.0.4")), "{kept:?}");
}

#[test]
fn a_vulnerable_package_that_only_a_constraints_file_holds_is_mended_in_that_line() {
    let one = |name: &str, version: &str| Package::new(name, version, "");
    let packages = vec![
        one("alpha", "1.0.0").requires("epsilon"),
        one("epsilon", "1.0.0"),
        one("epsilon", "1.0.1"),
        one("epsilon", "2.0.0"),
    ];
    let Some(stage) = Stage::new(PROGRAM, packages) else { return };
    let osv = advisory("CVE-2026-3002", "epsilon", "1.0.1");
    let tests = "import unittest\nimport epsilon\n\nclass All(unittest.TestCase):\n    def test_it(self):\n        self.assertTrue(epsilon.__version__)\n";
    let files = [
        ("requirements.txt", "-c constraints.txt\nalpha==1.0.0\n"),
        ("constraints.txt", "# held by hand\nepsilon==1.0.0\n"),
        ("uplift.toml", ADVISED),
        ("osv/a.json", osv.as_str()),
        ("tests/__init__.py", ""),
        ("tests/test_all.py", tests),
    ];
    let repo = stage.repo("constrained", &files);
    let drawn = plan(&stage, &repo, &["--strategy", "security"]);
    assert_eq!(named(&drawn, "dependencies", "epsilon")["target_version"], "1.0.1", "{drawn:#}");
    let step = drawn["steps"].as_array().unwrap().iter().find(|s| s["packages"][0] == "epsilon").unwrap();
    assert_eq!(
        step["edits"],
        serde_json::json!([{ "file": "constraints.txt", "line": 2, "old": "epsilon==1.0.0", "new": "epsilon==1.0.1" }])
    );
    assert_eq!(drawn["security"]["remaining"], serde_json::json!([]), "{drawn:#}");
    let report = stage.run(repo.path(), &["upgrade", "--strategy", "security", "--format", "json"]).json(0);
    let delivered = repo.file_in(report["branch"].as_str().unwrap(), "constraints.txt").unwrap();
    assert_eq!(String::from_utf8(delivered).unwrap(), "# held by hand\nepsilon==1.0.1\n");
}

#[test]
fn a_package_that_its_authors_gave_up_is_to_be_replaced_and_a_step_may_stop_on_the_way() {
    let one = |name: &str, version: &str| Package::new(name, version, "");
    let packages =
        vec![one("pypdf2", "1.26.0"), one("pypdf2", "1.28.0"), one("pypdf2", "3.0.1"), one("alpha", "1.0.0")];
    let Some(stage) = Stage::new(PROGRAM, packages) else { return };
    let repo = stage.repo("old", &[("requirements.txt", "alpha==1.0.0\npypdf2==1.26.0\n")]);
    let drawn = plan(&stage, &repo, &[]);
    let step = drawn["steps"].as_array().unwrap().iter().find(|s| s["packages"][0] == "pypdf2").unwrap();
    let ways: Vec<(&str, &str)> = step["fallbacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| (w["kind"].as_str().unwrap(), w["what"].as_str().unwrap()))
        .collect();
    assert_eq!(
        ways,
        [
            ("intermediate-version", "stop at pypdf2 1.28.0"),
            ("hold-blocker", "hold pypdf2 at 1.26.0"),
            ("replace-package", "replace pypdf2 by pypdf"),
        ]
    );
    assert!(named(&drawn, "dependencies", "pypdf2")["reason_codes"].to_string().contains("deprecated"));
}

#[test]
fn what_is_newer_than_the_oldest_python_that_is_promised_gets_a_marker_as_its_way_out() {
    let packages = vec![
        Package::new("alpha", "1.0.0", ""),
        Package::new("alpha", "1.4.0", ""),
        Package::new("alpha", "2.0.0", "").for_python(">=3.9"),
    ];
    let Some(stage) = Stage::new(PROGRAM, packages) else { return };
    let pyproject =
        "[project]\nname = \"app\"\nversion = \"0\"\nrequires-python = \">=3.8\"\ndependencies = [\"alpha==1.0.0\"]\n";
    let repo = stage.repo("promises", &[("pyproject.toml", pyproject)]);
    // Its own tool writes the lock.
    let uv = tools::uv().unwrap().join("uv");
    let locked = Command::new(uv)
        .args(["lock", "--quiet", "--python", stage.minor()])
        .current_dir(repo.path())
        .env("UV_DEFAULT_INDEX", stage.index.url())
        .env("UV_CACHE_DIR", stage.folder().join("uv"))
        .output()
        .unwrap();
    assert!(locked.status.success(), "{}", String::from_utf8_lossy(&locked.stderr));
    repo.commit("lock");
    let drawn = plan(&stage, &repo, &[]);
    assert_eq!(named(&drawn, "dependencies", "alpha")["target_version"], "1.4.0", "{drawn:#}");
    let step = drawn["steps"].as_array().unwrap().iter().find(|s| s["packages"][0] == "alpha").unwrap();
    let marker = step["fallbacks"].as_array().unwrap().iter().find(|w| w["kind"] == "marker").unwrap();
    let what = marker["what"].as_str().unwrap();
    assert!(what.contains("`alpha==1.4.0 ; python_version <= \"3.8\"`"), "{what}");
    assert!(marker["reason"].as_str().unwrap().contains("promises to support"), "{marker:#}");
}
