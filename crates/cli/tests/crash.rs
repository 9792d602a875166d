//! Killed at any point, a run leaves the repository as it was and goes on to the same end.
//!
//! Needs the feature `failpoints` for the kills at journalled points. By default some points and moments are taken;
//! `UPLIFT_CRASH_ROUNDS=N` asks for N random moments and for every journalled point.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

mod support;

use support::{Index, Outcome, Project, lending};

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

/// What a run comes to, without what differs from run to run.
#[derive(Debug, PartialEq, Eq)]
struct End {
    tree: String,
    subjects: String,
    kept: String,
    held: String,
}

fn end_of(project: &Project, outcome: &Outcome) -> End {
    let report = outcome.json();
    let branch = report["branch"].as_str().unwrap_or_else(|| panic!("nothing delivered: {report:#}")).to_owned();
    let names = |list: &str, key: &str| {
        let all = report[list].as_array().unwrap();
        all.iter().map(|k| format!("{} {}", k["name"], k[key])).collect::<Vec<_>>().join(", ")
    };
    End {
        tree: project.git(&["rev-parse", &format!("{branch}^{{tree}}")]),
        subjects: project.git(&["log", "--format=%s", &format!("main..{branch}")]),
        kept: names("kept", "to"),
        held: names("held", "best"),
    }
}

fn reference(index: &Index) -> (End, Duration) {
    let project = Project::new(BINARY, index, &lending::files());
    let started = Instant::now();
    let outcome = project.run(&["upgrade", "--format", "json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    (end_of(&project, &outcome), started.elapsed())
}

/// After a kill: nothing of the user's moved, and going on leads to the same end and leaves nothing behind.
fn check(project: &Project, before: &str, wanted: &End, what: &str) {
    assert_eq!(project.fingerprint(), before, "{what}: something of the user's was touched");
    let resumed = project.run(&["resume", "--format", "json"]);
    if resumed.code == Some(3) && resumed.stderr.contains("no interrupted run") {
        // Killed before the run was entered, or after it had ended.
        let ended = project.delivered();
        assert!(ended.len() <= 1, "{what}: {ended:?}");
        return;
    }
    assert_eq!(resumed.code, Some(0), "{what}: {}", resumed.all());
    assert_eq!(&end_of(project, &resumed), wanted, "{what}");
    assert_eq!(project.fingerprint(), before, "{what}: resume touched something of the user's");
    assert!(project.leftovers().is_empty(), "{what}: {:?}", project.leftovers());
}

fn rounds() -> Option<u64> {
    std::env::var("UPLIFT_CRASH_ROUNDS").ok().and_then(|n| n.parse().ok())
}

#[cfg(feature = "failpoints")]
#[test]
fn killed_at_a_journalled_point_it_goes_on_to_the_same_end() {
    let index = Index::serve(lending::packages());
    let (wanted, _) = reference(&index);
    let stride = if rounds().is_some() { 1 } else { 13 };
    let mut killed = 0;
    for point in (0..).step_by(stride) {
        let project = Project::new(BINARY, &index, &lending::files());
        let before = project.fingerprint();
        let mut command = project.command(&["upgrade", "--format", "json"]);
        command.env("UPLIFT_TEST_KILL_AT", point.to_string());
        let status = command.output().unwrap().status;
        if status.signal() != Some(9) {
            assert_eq!(status.code(), Some(0), "ended otherwise at point {point}");
            break;
        }
        killed += 1;
        check(&project, &before, &wanted, &format!("point {point}"));
    }
    assert!(killed >= 5, "only {killed} points were passed");
}

#[test]
fn killed_at_any_moment_it_goes_on_to_the_same_end() {
    let index = Index::serve(lending::packages());
    let (wanted, usual) = reference(&index);
    // A fixed sequence of moments, spread over the usual duration.
    let mut seed: u64 = 20_261_121;
    for round in 0..rounds().unwrap_or(6) {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = usual.mul_f64((seed >> 33) as f64 / f64::from(1u32 << 31));
        let project = Project::new(BINARY, &index, &lending::files());
        let before = project.fingerprint();
        let mut child = project
            .command(&["upgrade", "--format", "json"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(moment);
        let group = format!("-{}", child.id());
        let _gone = std::process::Command::new("kill").args(["-9", "--", &group]).output();
        child.wait().unwrap();
        check(&project, &before, &wanted, &format!("round {round}, {moment:?}"));
    }
}

#[test]
fn cancelled_after_a_kill_nothing_is_left() {
    let index = Index::serve(lending::packages());
    let project = Project::new(BINARY, &index, &lending::files());
    let before = project.fingerprint();
    let mut child = project
        .command(&["upgrade"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(3));
    child.kill().unwrap();
    child.wait().unwrap();
    let outcome = project.run(&["cancel"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    assert!(project.leftovers().is_empty() && project.delivered().is_empty());
    assert_eq!(project.fingerprint(), before);
}

#[test]
fn a_second_run_beside_the_first_leaves_with_a_clear_message() {
    let index = Index::serve(lending::packages());
    let project = Project::new(BINARY, &index, &lending::files());
    let mut child = project
        .command(&["upgrade"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(2));
    let second = project.run(&["upgrade"]);
    assert_eq!(second.code, Some(3), "{}", second.all());
    assert!(second.stderr.contains("still going"), "{}", second.stderr);
    assert!(child.wait().unwrap().success());
}
