//! Odd repositories are upgraded like any other.
//!
//! Lives elsewhere: what is refused (`bad_input.rs`), tests that misbehave (`hostile_tests.rs`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::expect::{kept, upgrades_as_usual, with};
use support::lending::small;
use support::runs::{UPGRADE, assert_clean};
use support::{Package, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

fn stage() -> Option<Stage> {
    Stage::new(PROGRAM, small::packages())
}

#[test]
fn names_with_spaces_quotes_and_letters_of_any_alphabet_are_no_obstacle() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("it's \"my\" $HOME ü", &small::files());
    upgrades_as_usual(&stage, &repo, repo.path());
}

#[test]
fn a_worktree_of_the_users_own_is_worked_in_like_any_repository() {
    let Some(stage) = stage() else { return };
    let main = stage.repo("main", &small::files());
    main.git(&["worktree", "add", "-q", "-b", "side", "../side"]);
    let side = stage.folder().join("side");
    let before = main.fingerprint();
    let report = stage.run(&side, &UPGRADE).json(0);
    assert_eq!(kept(&report), ["alpha 1.1.0", "gamma 1.1.0"]);
    assert_eq!(main.fingerprint(), before);
    let worktrees = main.git(&["worktree", "list"]);
    assert_eq!(worktrees.lines().count(), 2, "{worktrees}");
}

#[test]
fn submodules_are_left_as_they_are() {
    let Some(stage) = stage() else { return };
    let inner = stage.repo("inner", &[("requirements.txt", "alpha==1.0.0\n")]);
    let repo = stage.repo("outer", &small::files());
    repo.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &inner.path().display().to_string(),
        "vendor/inner",
    ]);
    repo.commit("with a submodule");
    let report = upgrades_as_usual(&stage, &repo, repo.path());
    let link = |revision: &str| repo.git(&["ls-tree", revision, "vendor/inner"]);
    assert_eq!(link(report["branch"].as_str().unwrap()), link("main"));
}

#[test]
fn the_users_hooks_are_not_run() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("hooked", &small::files());
    let rung = stage.folder().join("rung");
    for hook in ["pre-commit", "post-checkout", "post-commit", "reference-transaction", "post-merge"] {
        let path = repo.path().join(".git/hooks").join(hook);
        std::fs::write(&path, format!("#!/bin/sh\necho {hook} >> '{}'\n", rung.display())).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    upgrades_as_usual(&stage, &repo, repo.path());
    assert!(!rung.exists(), "{}", std::fs::read_to_string(&rung).unwrap_or_default());
}

#[test]
fn a_detached_head_and_names_that_are_no_text_are_no_obstacle() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("detached", &small::files());
    repo.git(&["checkout", "--quiet", "--detach"]);
    repo.write("odd name", b"x");
    repo.write_odd(b"not-utf8-\xff", b"x");
    repo.commit("odd names");
    upgrades_as_usual(&stage, &repo, repo.path());
}

#[test]
fn a_release_that_exists_as_sources_only_and_cannot_be_built_is_passed_over_and_named() {
    let mut packages = small::packages();
    packages.push(Package::new("alpha", "1.2.0", "").with_file("setup.py", "raise SystemExit('no')\n").sources_only());
    let Some(stage) = Stage::new(PROGRAM, packages) else { return };
    let repo = stage.repo("sources", &small::files());
    let report = upgrades_as_usual(&stage, &repo, repo.path());
    let notes = report["notes"].to_string();
    assert!(notes.contains("alpha 1.2.0 exists as sources only"), "{notes}");
}

/// The small project with its requirements in two files that include each other.
#[test]
fn requirements_that_include_themselves_are_read_once() {
    let Some(stage) = stage() else { return };
    let (first, more) = ("-r requirements-more.txt\nalpha==1.0.0\neta==1.0.0\n", "-r requirements.txt\ngamma==1.0.0\n");
    let mut files = with(&[("requirements.txt", first), ("requirements-more.txt", more)]);
    files.retain(|(name, _)| *name != "requirements.in");
    let repo = stage.repo("two", &files);
    let before = repo.fingerprint();
    let report = stage.run(repo.path(), &UPGRADE).json(0);
    assert_eq!(report["verified"], true, "{:#}", report["verification"]);
    assert_clean(&stage, &repo, &before, "after the run");
    // Whether eta, which nobody imports, is wished for or only locked is not the question here.
    let kept: Vec<String> = kept(&report).into_iter().filter(|k| !k.starts_with("eta")).collect();
    assert_eq!(kept, ["alpha 1.1.0", "gamma 1.1.0"]);
}

#[test]
fn line_ends_marks_and_missing_last_line_ends_are_kept_to_the_byte() {
    let Some(stage) = stage() else { return };
    let text = "\u{feff}# pinned by hand\r\nalpha==1.0.0\r\n\r\neta==1.0.0   ; python_version >= '3'\r\ngamma == 1.0.0  # five\r\n# last line without an end";
    let mut files = with(&[("requirements.txt", text)]);
    files.retain(|(name, _)| *name != "requirements.in");
    let repo = stage.repo("bytes", &files);
    let report = stage.run(repo.path(), &UPGRADE).json(0);
    let written = repo.file_in(report["branch"].as_str().unwrap(), "requirements.txt").unwrap();
    let expected = text
        .replace("alpha==1.0.0", "alpha==1.1.0")
        .replace("gamma == 1.0.0", "gamma == 1.1.0")
        .replace("eta==1.0.0", "eta==1.3.0");
    assert_eq!(String::from_utf8(written).unwrap(), expected);
}
