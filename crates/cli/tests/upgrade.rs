//! The standard project from stale to green, the whole outcome asserted: what moves, how far, with whom, proven how.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use support::{Form, Package, Repo, Stage, lending, mask};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

/// Name to one field, for every entry of a list.
fn by_name(list: &Value, field: &str) -> BTreeMap<String, String> {
    let entries = list.as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    entries.iter().map(|e| (text(&e["name"]), text(&e[field]))).collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

fn file(repo: &Repo, revision: &str, path: &str) -> String {
    String::from_utf8(repo.file_in(revision, path).expect(path)).unwrap()
}

/// What must hold of lending whichever form its files and its index have.
fn assert_outcome(report: &Value) {
    let moved = [
        ("alpha", "1.1.0"),
        ("delta", "2.0.0"),
        ("epsilon", "2.0.0"),
        ("gamma", "1.2.0"),
        ("theta", "1.0.4"),
        ("zeta", "1.1.0"),
    ];
    assert_eq!(by_name(&report["kept"], "to"), map(&moved), "{report:#}");
    assert_eq!(by_name(&report["held"], "best"), map(&[("beta", "1.0.0"), ("gamma", "1.2.0")]), "{report:#}");
    assert_eq!(by_name(&report["held"], "target"), map(&[("beta", "2.0.0"), ("gamma", "2.1.0")]));
    assert_eq!(by_name(&report["held"], "first_failing"), map(&[("beta", "2.0.0"), ("gamma", "2.0.0")]));
    assert_eq!(by_name(&report["refreshed"], "to"), map(&[("eta", "1.3.0")]));
    assert_eq!((&report["state"], &report["verified"]), (&json!("done"), &json!(true)));
    let baseline = &report["baseline"];
    let counted = (&baseline["passed"], &baseline["skipped"], &baseline["runs"], &baseline["usable"]);
    assert_eq!(counted, (&json!(3), &json!(1), &json!(3), &json!(true)));
    assert_eq!((&baseline["known_failures"], &baseline["flaky"]), (&json!([]), &json!([])));
}

#[test]
fn two_culprits_are_held_with_proof_at_their_best_and_everything_else_moves() {
    let Some(stage) = Stage::new(PROGRAM, lending::packages()) else { return };
    let repo = stage.repo("lending", &lending::files());
    let before = repo.fingerprint();
    let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    assert_outcome(&report);
    for held in report["held"].as_array().unwrap() {
        assert!(["witness", "probe"].contains(&held["proof"].as_str().unwrap()), "{held:#}");
        assert_ne!(held["failing_tests"], json!([]), "{held:#}");
        assert_eq!(held["together_with"], json!([]), "{held:#}");
    }
    let held = |name: &str| report["held"].as_array().unwrap().iter().find(|h| h["name"] == name).unwrap().clone();
    assert_eq!(held("gamma")["first_error"]["error"], "AssertionError");
    assert_eq!(held("gamma")["first_error"]["message"], "21 != 15");

    // The pair is one commit, and each says so of the other.
    let kept = |name: &str| report["kept"].as_array().unwrap().iter().find(|k| k["name"] == name).unwrap().clone();
    assert_eq!(kept("delta")["commit"], kept("epsilon")["commit"]);
    assert_eq!(
        (kept("delta")["with"].clone(), kept("epsilon")["with"].clone()),
        (json!(["epsilon"]), json!(["delta"]))
    );

    let branch = report["branch"].as_str().unwrap();
    assert_eq!(repo.branches(), [branch]);
    assert_eq!(repo.git(&["rev-parse", branch]), report["tip"].as_str().unwrap());
    let subjects = repo.subjects("main", branch);
    assert_eq!(subjects.len(), 6, "{subjects:#?}");
    assert_eq!(subjects.last().map(String::as_str), Some("build(deps): refresh the rest of the lock"));
    let expected = lending::REQUIREMENTS_IN
        .replace("alpha==1.0.0", "alpha==1.1.0")
        .replace("gamma==1.0.0", "gamma==1.2.0")
        .replace("delta==1.0.0", "delta==2.0.0")
        .replace("epsilon==1.0.0", "epsilon==2.0.0")
        .replace("zeta==1.0.0", "zeta==1.1.0")
        .replace("theta==1.0.0", "theta==1.0.4");
    assert_eq!(file(&repo, branch, "requirements.in"), expected);
    let lock = "alpha==1.1.0\nbeta==1.0.0\ndelta==2.0.0\nepsilon==2.0.0\neta==1.3.0\ngamma==1.2.0\ntheta==1.0.4\nzeta==1.1.0\n";
    assert_eq!(file(&repo, branch, "requirements.txt"), lock);
    let touched = repo.git(&["diff", "--name-only", "main", branch]);
    assert_eq!(touched.lines().collect::<Vec<_>>(), ["requirements.in", "requirements.txt"]);

    assert_eq!(repo.fingerprint(), before);
    assert_eq!(repo.leftovers(), Vec::<String>::new());
}

#[test]
fn a_lock_that_uv_wrote_is_written_by_uv_again() {
    let Some(stage) = Stage::new(PROGRAM, lending::packages()) else { return };
    let lock = lending::uv_lock(stage.minor());
    let mut files = lending::files();
    files.iter_mut().filter(|(name, _)| *name == "requirements.txt").for_each(|(_, text)| *text = &lock);
    let repo = stage.repo("lending", &files);
    let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    assert_outcome(&report);
    let written = file(&repo, report["branch"].as_str().unwrap(), "requirements.txt");
    assert_eq!(written.lines().take(2).collect::<Vec<_>>(), lock.lines().take(2).collect::<Vec<_>>(), "{written}");
    for line in ["epsilon==2.0.0", "    #   delta", "eta==1.3.0", "    # via zeta"] {
        assert!(written.lines().any(|l| l == line), "no `{line}` in\n{written}");
    }
    assert!(!written.contains("127.0.0.1"), "the index's address is nobody's business:\n{written}");
}

#[test]
fn pages_in_html_give_the_same_outcome_as_pages_in_json() {
    let Some(stage) = Stage::new(PROGRAM, lending::packages()) else { return };
    stage.index.form(Form::Html);
    let repo = stage.repo("lending", &lending::files());
    assert_outcome(&stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0));
}

#[test]
fn the_same_run_on_another_machine_delivers_the_same_tree_and_the_same_words() {
    let Some(stage) = Stage::new(PROGRAM, lending::packages()) else { return };
    let ends = ["one", "two"].map(|name| {
        stage.forget_caches();
        let repo = stage.repo(name, &lending::files());
        let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
        let branch = report["branch"].as_str().unwrap();
        (repo.tree(branch), repo.subjects("main", branch), mask::outcome(&report), report["plan"]["id"].clone())
    });
    assert_eq!(ends[0], ends[1]);
}

#[test]
fn releases_that_are_yanked_or_for_other_interpreters_or_unstable_are_not_targets() {
    let mut packages = lending::packages();
    packages.push(Package::new("alpha", "1.2.0", "VALUE = 1\n").yanked("a mistake"));
    packages.push(Package::new("alpha", "1.3.0", "VALUE = 1\n").for_python(">=3.99"));
    packages.push(Package::new("alpha", "1.4.0rc1", "VALUE = 1\n"));
    let Some(stage) = Stage::new(PROGRAM, packages) else { return };
    let repo = stage.repo("lending", &lending::files());
    let plan = stage.run(repo.path(), &["plan", "--format", "json"]).json(0);
    let targets = by_name(&plan["dependencies"], "target_version");
    assert_eq!(targets.get("alpha").map(String::as_str), Some("1.1.0"), "{plan:#}");
}

#[test]
fn what_the_settings_forbid_does_not_move_and_what_they_demand_decides_the_exit_code() {
    let Some(stage) = Stage::new(PROGRAM, lending::packages()) else { return };
    let settings = "[test]\nbaseline-runs = 1\n\n[upgrade]\nignore = [\"beta\", \"delta\"]\nfail-on-held = [\"gamma\"]\nhold = { alpha = \"<1.1\" }\nrefresh = false\n";
    let mut files = lending::files();
    files.push(("uplift.toml", settings));
    let repo = stage.repo("lending", &files);
    // 1: gamma is held below its newest version, and the settings say that this is a failure.
    let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(1);
    let moved = [("alpha", "1.0.1"), ("gamma", "1.2.0"), ("theta", "1.0.4"), ("zeta", "1.1.0")];
    assert_eq!(by_name(&report["kept"], "to"), map(&moved), "{report:#}");
    assert_eq!(report["refreshed"], json!([]));
    let unmoved = by_name(&report["plan"]["unmoved"], "reason");
    assert!(unmoved["beta"].contains("ignored"), "{unmoved:?}");
    // epsilon 2 is only to be had with delta 2.
    assert!(unmoved.get("epsilon").is_some_and(|why| why.contains("delta")), "{unmoved:?}");
}

#[test]
fn a_second_upgrade_on_the_delivered_branch_has_nothing_left_to_do() {
    let Some(stage) = Stage::new(PROGRAM, lending::packages()) else { return };
    let repo = stage.repo("lending", &lending::files());
    let first = stage.run(repo.path(), &["upgrade", "--apply", "--format", "json"]).json(0);
    assert_eq!(repo.head(), first["tip"].as_str().unwrap());
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    assert_eq!(repo.git(&["symbolic-ref", "--short", "HEAD"]), "main");
    let second = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    assert_eq!((&second["kept"], &second["branch"]), (&json!([]), &Value::Null), "{second:#}");
    assert_eq!(by_name(&second["held"], "best"), map(&[("beta", "1.0.0"), ("gamma", "1.2.0")]));
    assert_eq!(second["verification"], "nothing was changed");
}

/// A module that cannot be imported hides its tests; what the report shows is why it could not, not that they vanished.
#[test]
fn the_evidence_against_what_masks_everything_is_the_error_at_its_import() {
    let Some(stage) = Stage::new(PROGRAM, lending::packages()) else { return };
    let repo = stage.repo("lending", &lending::files());
    let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    let beta = report["held"].as_array().unwrap().iter().find(|h| h["name"] == "beta").unwrap().clone();
    assert_eq!(beta["first_error"]["error"], "ImportError", "{beta:#}");
    assert_eq!(beta["reason"], "ImportError: beta 2 wants its own loader");
}

#[test]
fn plan_touches_nothing_and_says_the_same_twice() {
    let Some(stage) = Stage::new(PROGRAM, lending::packages()) else { return };
    let repo = stage.repo("lending", &lending::files());
    let before = repo.fingerprint();
    let first = stage.run(repo.path(), &["plan", "--format", "json"]);
    first.expect(0);
    assert_eq!(first.stdout, stage.run(repo.path(), &["plan", "--format", "json"]).stdout);
    let fresh = stage.run(repo.path(), &["plan", "--format", "json", "--fresh"]);
    assert_eq!(first.json(0)["id"], fresh.json(0)["id"]);
    assert_eq!(repo.fingerprint(), before);
    assert_eq!((repo.branches(), repo.leftovers()), (Vec::new(), Vec::new()));
}

/// Only gamma says what it needs: delta 2 without gamma 2 installs, and fails.
#[test]
fn a_pair_that_the_resolver_ties_one_way_only_moves_together() {
    let packages = vec![
        Package::new("gamma", "1.0", "from delta import helper\ndef name():\n    return helper()\n").requires("delta"),
        Package::new("gamma", "2.0", "from delta import assist\ndef name():\n    return assist()\n")
            .requires("delta>=2"),
        Package::new("delta", "1.0", "def helper():\n    return 'd'\n"),
        Package::new("delta", "2.0", "def assist():\n    return 'd'\n"),
    ];
    let test = "import unittest\nimport gamma\n\nclass Name(unittest.TestCase):\n    def test_name(self):\n        self.assertEqual(gamma.name(), 'd')\n\n    def test_itself(self):\n        pass\n";
    let Some(stage) = Stage::new(PROGRAM, packages) else { return };
    let files = [
        ("requirements.in", "delta==1.0\ngamma==1.0\n"),
        ("requirements.txt", "delta==1.0\ngamma==1.0\n"),
        ("tests/__init__.py", ""),
        ("tests/test_name.py", test),
    ];
    let repo = stage.repo("pair", &files);
    let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    assert_eq!(by_name(&report["kept"], "to"), map(&[("delta", "2.0"), ("gamma", "2.0")]), "{report:#}");
    assert_eq!(report["held"], json!([]), "{report:#}");
}

#[test]
fn a_pair_that_is_tied_one_way_only_is_one_commit_and_every_commit_passes() {
    let Some(stage) = Stage::new(PROGRAM, lending::tied::packages()) else { return };
    let repo = stage.repo("lending", &lending::tied::files());
    // Delta resolves without gamma, and breaks it: only a test run on that commit would show it.
    let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    let kept = |name: &str| report["kept"].as_array().unwrap().iter().find(|k| k["name"] == name).unwrap().clone();
    assert_eq!(kept("gamma")["commit"], kept("delta")["commit"], "{:#}", report["kept"]);
    assert_eq!(kept("gamma")["with"], json!(["delta"]));
    assert_eq!(kept("beta")["with"], json!([]), "nobody else is drawn in");
    assert_ne!(kept("beta")["commit"], kept("gamma")["commit"]);
    let screen = stage.run(repo.path(), &["show", report["run"].as_str().unwrap()]);
    assert!(screen.stdout.contains("kept only together"), "{}", screen.stdout);
}
