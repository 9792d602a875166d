//! Package indexes that are down, slow, mad or half there: waited for, or named as the cause with a next step.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::path::Path;
use std::time::Duration;

use support::expect::refused;
use support::lending::small;
use support::runs::assert_clean;
use support::{Fault, Index, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

fn stage() -> Option<Stage> {
    Stage::new(PROGRAM, small::packages())
}

#[test]
fn an_index_that_cannot_be_reached_or_is_not_well_is_named_as_the_cause() {
    let Some(mut stage) = stage() else { return };
    let repo = stage.repo("offline", &small::files());
    stage.index.fault(Some(Fault::Status(503)));
    refused(&stage, &repo, &["upgrade"], 4, &["index"]);
    stage.use_index(&Index::nowhere());
    refused(&stage, &repo, &["upgrade"], 4, &["index"]);
}

#[test]
fn an_index_that_lists_files_and_does_not_give_them_is_no_fault_of_the_repository() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("files", &small::files());
    stage.index.fault_at(".whl", Some(Fault::Status(500)));
    let before = repo.fingerprint();
    let ended = stage.run(repo.path(), &["upgrade"]);
    ended.expect(4).tells(&["index"]);
    let _open = stage.run(repo.path(), &["cancel"]);
    assert_clean(&stage, &repo, &before, "after the run");
}

#[test]
fn an_index_that_has_no_pages_or_talks_nonsense_leaves_everything_as_it_was() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("mad", &small::files());
    let before = repo.fingerprint();
    for fault in [Fault::Status(404), Fault::Garbage] {
        stage.index.fault(Some(fault));
        let ended = stage.run(repo.path(), &["upgrade"]);
        assert!(matches!(ended.code, Some(3 | 4)) && ended.stderr.contains("error: "), "{fault:?}: {ended:?}");
        if ended.code == Some(4) {
            stage.run(repo.path(), &["cancel"]).expect(0);
        }
        assert_clean(&stage, &repo, &before, &format!("{fault:?}"));
        assert_eq!(repo.branches(), Vec::<String>::new(), "{fault:?}");
    }
}

#[test]
fn a_slow_index_is_waited_for() {
    let Some(stage) = stage() else { return };
    let repo = stage.repo("slow", &small::files());
    stage.index.fault(Some(Fault::Slow(Duration::from_millis(300))));
    stage.run(repo.path(), &["plan"]).expect(0);
}

#[test]
fn a_password_in_the_indexs_address_is_never_told_and_never_kept() {
    let Some(mut stage) = stage() else { return };
    let repo = stage.repo("secret", &small::files());
    let url = stage.index.url().replace("http://", "http://somebody:hunter2@");
    stage.use_index(&url);
    let run = stage.run(repo.path(), &["upgrade", "-vv", "--format", "json"]);
    let report = run.json(0);
    stage.index.fault(Some(Fault::Status(401)));
    let failed = stage.run(repo.path(), &["plan", "-vv", "--fresh"]);
    for (place, text) in [
        ("stdout", &run.stdout),
        ("stderr", &run.stderr),
        ("stdout of the failure", &failed.stdout),
        ("stderr of the failure", &failed.stderr),
    ] {
        assert!(!text.contains("hunter2"), "{place}:\n{text}");
    }
    let show = repo.git(&["log", "-p", "main..", report["branch"].as_str().unwrap()]);
    assert!(!show.contains("hunter2"));
    let mut holding = Vec::new();
    search(&repo.path().join(".git/uplift"), b"hunter2", &mut holding);
    search(Path::new(report["logs"].as_str().unwrap()), b"hunter2", &mut holding);
    search(&stage.folder().join("cache/http"), b"hunter2", &mut holding);
    assert_eq!(holding, Vec::<String>::new());
}

/// Files below `folder` that hold `needle`.
fn search(folder: &Path, needle: &[u8], holding: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            search(&path, needle, holding);
        } else if std::fs::read(&path).unwrap_or_default().windows(needle.len()).any(|w| w == needle) {
            holding.push(path.display().to_string());
        }
    }
}
