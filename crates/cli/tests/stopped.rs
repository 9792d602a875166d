//! Stopped in other ways than by a kill of everything: from the keyboard, from elsewhere, without its cache, beside
//! another run.
//!
//! Lives elsewhere: kills at journalled points and at random moments (`crash.rs`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Duration;

use support::lending::small;
use support::runs::{PATIENCE, RESUME, UPGRADE, assert_clean, lived_in, newest, reference, resume_to, wait_for};
use support::{Repo, Stage, processes};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

/// The small project with a test that sleeps so long.
fn slow(stage: &Stage, seconds: u32) -> Repo {
    let test = format!(
        "import time\nimport unittest\n\nclass Slow(unittest.TestCase):\n    def test_slow(self):\n        time.sleep({seconds})\n"
    );
    let mut files = small::files();
    files.push(("tests/test_slow.py", &test));
    stage.repo("slow", &files)
}

#[test]
fn nothing_of_the_users_moves_at_any_moment_of_a_run() {
    let Some(stage) = Stage::new(PROGRAM, small::packages()) else { return };
    let repo = lived_in(&stage, "watched");
    let before = repo.fingerprint();
    let mut started = stage.start(repo.path(), &UPGRADE);
    let mut looks = 0;
    while !started.is_over() {
        assert_eq!(repo.fingerprint(), before, "after {looks} looks");
        looks += 1;
        std::thread::sleep(Duration::from_millis(5));
    }
    let report = started.wait().json(0);
    assert!(looks > 10, "only {looks} looks");
    let notes = report["notes"].to_string();
    assert!(notes.contains("uncommitted changes") && notes.contains("starts from HEAD"), "{notes}");
    assert_clean(&stage, &repo, &before, "after the run");
}

#[test]
fn when_only_uplift_itself_is_killed_everything_that_it_started_ends_too() {
    let Some(stage) = Stage::new(PROGRAM, small::packages()) else { return };
    let repo = slow(&stage, 40);
    let before = repo.fingerprint();
    let mut started = stage.start(repo.path(), &UPGRADE);
    wait_for(&stage, &repo, &mut started, |s| s["last_event"].to_string().contains("baseline: "));
    // The tests are at work now, or about to be.
    std::thread::sleep(Duration::from_millis(700));
    assert!(!started.is_over());
    let only = std::process::Command::new("sh").args(["-c", &format!("kill -KILL {}", started.pid())]).status();
    assert!(only.unwrap().success());
    let ended = started.wait();
    assert_eq!(ended.signal, Some(9), "{ended:?}");
    assert_eq!(processes::after(stage.folder(), PATIENCE), Vec::new());
    stage.run(repo.path(), &["cancel"]).expect(0);
    assert_clean(&stage, &repo, &before, "after cancel");
    assert_eq!(repo.branches(), Vec::<String>::new());
}

#[test]
fn interrupted_from_the_keyboard_while_tests_run_a_run_can_be_taken_up_again() {
    let Some(stage) = Stage::new(PROGRAM, small::packages()) else { return };
    let repo = slow(&stage, 1);
    let before = repo.fingerprint();
    let mut started = stage.start(repo.path(), &UPGRADE);
    wait_for(&stage, &repo, &mut started, |s| s["last_event"].to_string().contains("baseline: "));
    started.signal("INT");
    let ended = started.wait();
    assert!(ended.code.is_some_and(|code| code != 0), "{ended:?}");
    assert_eq!(processes::after(stage.folder(), PATIENCE), Vec::new());
    let (run, state) = newest(&stage, &repo).unwrap();
    assert_eq!(state, "interrupted");
    let report = stage.run(repo.path(), &RESUME).json(0);
    assert_eq!((report["run"].as_str(), report["verified"].as_bool()), (Some(run.as_str()), Some(true)));
    assert_clean(&stage, &repo, &before, "after resume");
}

/// A stop is a stop wherever it meets the run, also while git reads a file for it.
#[test]
fn interrupted_at_any_moment_a_run_is_never_said_to_have_failed() {
    let Some(stage) = Stage::new(PROGRAM, small::packages()) else { return };
    let (end, usual) = reference(&stage);
    for round in 0..12u32 {
        let repo = stage.repo(&format!("stopped-{round}"), &small::files());
        let before = repo.fingerprint();
        let mut started = stage.start(repo.path(), &UPGRADE);
        wait_for(&stage, &repo, &mut started, |_| true);
        std::thread::sleep(usual * round / 24);
        started.signal("INT");
        let ended = started.wait();
        if ended.code == Some(0) {
            continue;
        }
        assert_eq!(ended.code, Some(4), "round {round}: {ended:?}");
        assert!(ended.stderr.contains("uplift resume"), "round {round}: {}", ended.stderr);
        resume_to(&stage, &repo, &before, &end, &format!("round {round}"));
    }
}

#[test]
fn a_run_that_is_going_can_be_cancelled_from_elsewhere_and_a_second_one_is_told_its_name() {
    let Some(stage) = Stage::new(PROGRAM, small::packages()) else { return };
    let repo = slow(&stage, 40);
    let before = repo.fingerprint();
    let mut first = stage.start(repo.path(), &UPGRADE);
    wait_for(&stage, &repo, &mut first, |s| s["last_event"].to_string().contains("baseline: "));
    let (run, state) = newest(&stage, &repo).unwrap();
    assert_eq!(state, "running");
    for verb in [&["upgrade"][..], &["resume"], &["apply", &run], &["rollback", &run]] {
        stage.run(repo.path(), verb).expect(3).tells(&[&run, "still going", &first.pid().to_string()]);
    }
    stage.run(repo.path(), &["cancel"]).expect(0);
    let ended = first.wait();
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert_eq!(newest(&stage, &repo).unwrap(), (run.clone(), "cancelled".to_owned()));
    assert_clean(&stage, &repo, &before, "after cancel");
    assert_eq!(repo.branches(), Vec::<String>::new());
    stage.run(repo.path(), &["resume", &run]).expect(3).tells(&["has ended"]);
}

#[test]
fn a_killed_run_goes_on_even_when_the_cache_is_gone() {
    let Some(stage) = Stage::new(PROGRAM, small::packages()) else { return };
    let (end, _) = reference(&stage);
    let repo = stage.repo("robbed", &small::files());
    let before = repo.fingerprint();
    let mut started = stage.start(repo.path(), &UPGRADE);
    wait_for(&stage, &repo, &mut started, |s| s["last_event"].to_string().contains("phase"));
    started.signal("KILL");
    started.wait();
    assert_eq!(processes::after(stage.folder(), PATIENCE), Vec::new());
    stage.forget_caches();
    if newest(&stage, &repo).is_some_and(|(_, state)| state == "interrupted") {
        resume_to(&stage, &repo, &before, &end, "without its cache");
    }
}
