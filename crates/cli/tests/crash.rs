//! Killed at any journalled point or moment, a run goes on to the same end, or is given up without a trace.
//!
//! What is killed is the whole process group, with SIGKILL. Points are where the journal is about to be written or has
//! just been; killing there needs the feature `failpoints`. `UPLIFT_CRASH_ROUNDS=N` asks for N kills at random moments
//! instead of 100, and for a fresh run at every point instead of a sample. How many points and moments were met is told on stderr.
//! Lives elsewhere: what a run comes to (`support/runs.rs`), other ways to be stopped (`stopped.rs`).
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(not(feature = "failpoints"), allow(unused_imports, dead_code, reason = "only kills at points need them"))]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use support::lending::small;
use support::runs::{RESUME, UPGRADE, assert_clean, assert_quiet, give_up, lived_in, newest, reference, resume_to};
use support::tools::loudly;
use support::{Ended, Repo, Stage, mask};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

/// Kills within one run at most, before it may come to its end.
const KILLS_OF_A_RUN: u32 = 4;

fn rounds() -> Option<u32> {
    std::env::var("UPLIFT_CRASH_ROUNDS").ok().and_then(|n| n.parse().ok())
}

fn assert_killed(ended: &Ended, what: &str) {
    assert_eq!(ended.signal, Some(9), "{what}: {ended:?}");
}

/// A thousand of them shall not fill the disk.
fn remove(repo: &Repo) {
    std::fs::remove_dir_all(repo.path()).unwrap();
}

/// The points that an uninterrupted run passes, in order, by name.
#[cfg(feature = "failpoints")]
fn points(stage: &Stage) -> Vec<String> {
    let (repo, list) = (lived_in(stage, "points"), stage.folder().join("points.txt"));
    stage.run_with(repo.path(), &UPGRADE, ("UPLIFT_TEST_POINTS", list.to_str().unwrap())).expect(0);
    std::fs::read_to_string(list).unwrap().lines().map(str::to_owned).collect()
}

/// How often each name is there; ids, which differ between repositories, are masked.
fn tally(names: &[String]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for name in names {
        *tally.entry(mask::text(name, &[])).or_default() += 1;
    }
    tally
}

/// Starts what `next` says until it ends by itself or there is nothing to start, killed each time as soon as it passes
/// a point that it was not killed at before. Gives the points.
#[cfg(feature = "failpoints")]
fn killed_once_everywhere(stage: &Stage, repo: &Repo, next: impl Fn() -> Option<Vec<String>>) -> Vec<String> {
    let list = stage.folder().join("killed-at.txt");
    let met = || std::fs::read_to_string(&list).unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>();
    let before = repo.fingerprint();
    for kills in 1.. {
        let Some(args) = next() else { break };
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ended = stage.run_with(repo.path(), &args, ("UPLIFT_TEST_KILL_ONCE", list.to_str().unwrap()));
        if ended.code == Some(0) {
            break;
        }
        let what = format!("kill {kills}, {}", met().last().cloned().unwrap_or_default());
        assert_killed(&ended, &what);
        assert_eq!(met().len(), kills, "{what}: killed elsewhere");
        assert_quiet(stage, repo, &before, &what);
        assert!(kills < 1000, "it gets nowhere");
    }
    met()
}

#[cfg(feature = "failpoints")]
#[test]
fn killed_once_at_every_journalled_point_a_run_comes_to_the_same_end() {
    let Some(stage) = Stage::new(PROGRAM, small::packages()) else { return };
    let (end, _) = reference(&stage);
    let all = points(&stage);
    let wanted = tally(&all);
    let repo = lived_in(&stage, "chain");
    let before = repo.fingerprint();
    let words = |args: [&str; 3]| Some(args.map(str::to_owned).to_vec());
    let met = killed_once_everywhere(&stage, &repo, || match newest(&stage, &repo) {
        None => words(UPGRADE),
        Some((_, state)) if state == "interrupted" => words(RESUME),
        Some(_) => None,
    });
    resume_to(&stage, &repo, &before, &end, "after all kills");
    let had = tally(&met);
    let missed: Vec<&String> = wanted.iter().filter(|(n, times)| had.get(*n) < Some(*times)).map(|(n, _)| n).collect();
    // Words on progress are counted within a process, and one that goes on has fewer to say: those of a whole run are
    // met in fresh ones.
    assert!(missed.iter().all(|name| name.contains("event doing")), "never killed at {missed:#?}");
    for (number, name) in missed.iter().enumerate() {
        let masked = |n: &String| mask::text(n, &[]) == **name;
        let point = all.iter().position(masked).unwrap();
        let repo = lived_in(&stage, &format!("missed-{number}"));
        let before = repo.fingerprint();
        let ended = stage.run_with(repo.path(), &UPGRADE, ("UPLIFT_TEST_KILL_AT", &point.to_string()));
        assert_killed(&ended, name);
        resume_to(&stage, &repo, &before, &end, name);
    }
    loudly(&format!("killed at each of {} journalled points of one run, which came to the same end", met.len()));
}

/// A rollback that was killed is started again, and goes on where it was.
#[cfg(feature = "failpoints")]
#[test]
fn killed_once_at_every_journalled_point_a_rollback_comes_to_one_end() {
    let Some(stage) = Stage::new(PROGRAM, small::packages()) else { return };
    let repo = lived_in(&stage, "back");
    let before = repo.fingerprint();
    let report = stage.run(repo.path(), &UPGRADE).json(0);
    let (run, branch) = (report["run"].as_str().unwrap(), report["branch"].as_str().unwrap());
    let words = ["rollback", run, "gamma", "--format", "json"].map(str::to_owned).to_vec();
    let met = killed_once_everywhere(&stage, &repo, || Some(words.clone()));
    assert_clean(&stage, &repo, &before, "after all kills");
    let ours: Vec<String> = repo.branches().into_iter().filter(|b| b != branch).collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    assert_eq!(repo.git(&["rev-parse", &format!("{}~1", ours[0])]), report["tip"].as_str().unwrap());
    assert_eq!(repo.file_in(&ours[0], "requirements.in").unwrap(), b"alpha==1.1.0\ngamma==1.0.0\n");
    let held = stage.run(repo.path(), &["lift", "gamma", "--format", "json"]).json(0);
    assert_ne!(held["done"], "nothing to lift", "{held:#}");
    assert!(met.len() > 20, "{met:#?}");
    loudly(&format!("killed at each of {} journalled points of one rollback", met.len()));
}

/// Fresh runs, killed at a sample of the points: every other one goes on to the end, the others are given up.
#[cfg(feature = "failpoints")]
#[test]
fn killed_at_a_journalled_point_a_fresh_run_goes_on_or_is_given_up_without_a_trace() {
    let Some(stage) = Stage::new(PROGRAM, small::packages()) else { return };
    let (end, _) = reference(&stage);
    let all = points(&stage).len();
    // Towards the end, where the branch is made, every point; before, one in eleven: no factor of the 4 points of a step.
    let stride = if rounds().is_some() { 1 } else { 11 };
    let sample: Vec<usize> = (0..all - 12).step_by(stride).chain(all - 12..all).collect();
    for (round, point) in sample.iter().enumerate() {
        let what = format!("point {point}");
        let repo = lived_in(&stage, &format!("at-{point}"));
        let before = repo.fingerprint();
        let ended = stage.run_with(repo.path(), &UPGRADE, ("UPLIFT_TEST_KILL_AT", &point.to_string()));
        assert_killed(&ended, &what);
        if round % 2 == 0 {
            resume_to(&stage, &repo, &before, &end, &what);
        } else {
            give_up(&stage, &repo, &before, &what);
        }
        remove(&repo);
    }
    loudly(&format!("{} fresh runs killed at a point each", sample.len()));
}

#[test]
fn killed_at_random_moments_a_run_goes_on_to_the_same_end_or_is_given_up_without_a_trace() {
    let Some(stage) = Stage::new(PROGRAM, small::packages()) else { return };
    let (end, usual) = reference(&stage);
    let wanted = rounds().unwrap_or(100);
    let mut seed: u64 = 0x5eed;
    let mut share = || {
        // Knuth's multiplier: the same moments on every machine, as shares of the usual duration.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f64 / f64::from(1u32 << 24)
    };
    let (mut kills, mut rounds, mut given_up) = (0, 0, 0);
    while kills < wanted {
        rounds += 1;
        let repo = lived_in(&stage, &format!("round-{rounds}"));
        let before = repo.fingerprint();
        // Each later kill begins where the one before stopped the run.
        for _ in 0..KILLS_OF_A_RUN.min(wanted - kills) {
            let what = format!("round {rounds}, kill {kills}");
            let state = newest(&stage, &repo).map(|(_, state)| state);
            if state.as_deref() == Some("done") {
                break;
            }
            let started = stage.start(repo.path(), if state.is_some() { &RESUME } else { &UPGRADE });
            std::thread::sleep(usual.mul_f64(share()).max(Duration::from_millis(1)));
            started.signal("KILL");
            let ended = started.wait();
            assert_quiet(&stage, &repo, &before, &what);
            if ended.code == Some(0) {
                break;
            }
            assert_killed(&ended, &what);
            kills += 1;
        }
        let what = format!("round {rounds}, {kills} kills so far");
        if rounds % 4 == 0 {
            given_up += 1;
            give_up(&stage, &repo, &before, &what);
        } else {
            resume_to(&stage, &repo, &before, &end, &what);
        }
        remove(&repo);
    }
    loudly(&format!("{kills} kills at random moments of {rounds} runs, {given_up} of them given up"));
}
