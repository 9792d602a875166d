//! What is wrong is said clearly, with the next step; nothing of the user's is touched or lost.
//!
//! Lives elsewhere: what is odd and no fault (`odd_repositories.rs`), indexes that are not well (`bad_index.rs`), the
//! command line itself (`command_line.rs`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use serde_json::json;
use support::expect::{refused, test_of, with};
use support::lending::small;
use support::runs::{UPGRADE, assert_clean};
use support::{Repo, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

fn stage() -> Option<Stage> {
    Stage::new(PROGRAM, small::packages())
}

#[test]
fn a_folder_that_is_no_repository_or_has_nothing_to_upgrade() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("small", &small::files());
    let plain = stage.folder().join("plain");
    std::fs::create_dir(&plain).unwrap();
    refused(&stage, &repo, &["upgrade", plain.to_str().unwrap()], 3, &["not in a git repository"]);
    repo.git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let bare = stage.folder().join("bare.git");
    refused(&stage, &repo, &["upgrade", bare.to_str().unwrap()], 3, &["bare repository"]);
    let empty = Repo::empty(&stage.folder().join("empty"));
    refused(&stage, &repo, &["upgrade", empty.path().to_str().unwrap()], 3, &["no commits"]);
    repo.git(&["rm", "--quiet", "requirements.in", "requirements.txt"]);
    repo.commit("no requirements");
    refused(&stage, &repo, &["upgrade"], 3, &["no Python requirements were found"]);
}

#[test]
fn an_interpreter_or_a_release_that_does_not_exist() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("small", &small::files());
    refused(&stage, &repo, &["upgrade", "--python", "3.99"], 3, &["3.99", "found here"]);
    repo.write("requirements.txt", b"alpha==7.7\neta==1.0.0\ngamma==1.0.0\n");
    repo.commit("impossible");
    refused(&stage, &repo, &["upgrade"], 3, &["alpha"]);
}

#[test]
fn a_package_that_the_index_does_not_have_is_named() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo(
        "private",
        &with(&[
            ("requirements.in", "alpha==1.0.0\nomega==1.0.0\n"),
            ("requirements.txt", "alpha==1.0.0\neta==1.0.0\nomega==1.0.0\n"),
        ]),
    );
    refused(&stage, &repo, &["upgrade"], 3, &["omega"]);
}

#[test]
fn a_second_manifest_that_is_no_text_is_named_and_survived() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("small", &small::files());
    repo.write("docs/requirements.txt", b"alpha==1.0.0\n\xff\xfe\n");
    repo.commit("no text");
    let plan = stage.run(repo.path(), &["plan", "--format", "json"]).json(0);
    assert!(plan["notes"].to_string().contains("docs/requirements.txt"), "{plan:#}");
}

#[test]
fn a_git_folder_in_which_nothing_can_be_made_is_said_to_be_so() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("blocked", &small::files());
    // Not by its mode, which means nothing to an administrator.
    std::fs::write(repo.path().join(".git/uplift"), "in the way").unwrap();
    stage.run(repo.path(), &UPGRADE[..1]).expect(3).tells(&[".git/uplift", "writable"]);
}

#[test]
fn a_test_command_that_hangs_is_ended_with_everything_it_started() {
    let Some(stage) = stage() else { return };
    let settings = "[test]\ncommand = \"sh -c 'sleep 3141 & sleep 3141'\"\ntime-limit = 2\n";
    let repo = stage.repo("hangs", &with(&[("uplift.toml", settings)]));
    refused(&stage, &repo, &["upgrade"], 3, &["ran longer than its limit"]);
}

#[test]
fn a_test_command_that_does_not_exist_is_an_error_not_a_pass() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("small", &small::files());
    refused(&stage, &repo, &["upgrade", "--test", "nosuchrunner tests"], 3, &["nosuchrunner"]);
}

#[test]
fn without_tests_imports_are_checked_and_nothing_is_called_verified() {
    let Some(stage) = stage() else { return };
    let mut files = small::files();
    files.retain(|(name, _)| !name.starts_with("tests/"));
    files.push(("app.py", "import alpha, gamma\n"));
    let repo = stage.repo("untested", &files);
    let report = stage.run(repo.path(), &UPGRADE).json(0);
    assert_eq!(report["verified"], false);
    assert!(report["verification"].as_str().unwrap().contains("not verified by tests"), "{report:#}");
    assert_eq!(report["test_results"][0]["test_type"], "import");
}

#[test]
fn no_test_collected_or_none_that_passes_is_never_a_pass() {
    let Some(stage) = stage() else { return };
    for (name, text) in [("empty", "import unittest\n".to_owned()), ("failing", test_of("self.fail('always')"))] {
        let files: Vec<_> = small::files()
            .into_iter()
            .filter(|(n, _)| *n != "tests/test_rate.py")
            .chain([("tests/test_odd.py", text.as_str()), ("app.py", "import alpha, gamma\n")])
            .collect();
        let repo = stage.repo(name, &files);
        let before = repo.fingerprint();
        let report = stage.run(repo.path(), &UPGRADE).json(0);
        assert_eq!(
            (&report["verified"], &report["baseline"]["usable"]),
            (&json!(false), &json!(false)),
            "{name}: {report:#}"
        );
        assert!(report["verification"].as_str().unwrap().starts_with("not verified by tests"), "{name}: {report:#}");
        assert_clean(&stage, &repo, &before, name);
        let screen = stage.run(repo.path(), &["show", report["run"].as_str().unwrap()]);
        screen.expect(0);
        assert!(
            screen.stdout.contains("not verified by tests") && !screen.stdout.contains("verified together"),
            "{}",
            screen.stdout
        );
        // Asked for by name, it is an error.
        let untouched = (repo.fingerprint(), repo.branches());
        let named = stage.run(repo.path(), &["upgrade", "--test", "python -m unittest discover"]);
        named.expect(3).tells(&["baseline could not be established"]);
        assert_eq!((repo.fingerprint(), repo.branches()), untouched);
    }
}
