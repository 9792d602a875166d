//! What a run comes to, and how it is held against an uninterrupted one.
//!
//! Lives here: [`End`] and the ways to it after a kill ([`resume_to`], [`give_up`]), a repository that looks used
//! ([`lived_in`]), where a run stands ([`newest`]).
//! Lives elsewhere: killing (`crash.rs`, `stopped.rs`).

use std::time::{Duration, Instant};

use serde_json::Value;

use super::command::Started;
use super::lending::small;
use super::{Repo, Stage, mask, processes};

pub const UPGRADE: [&str; 3] = ["upgrade", "--format", "json"];
pub const RESUME: [&str; 3] = ["resume", "--format", "json"];
/// Longest time that the kernel and the supervisors may take to end a tree.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// What every way to the end must come to. Ids of commits hold the time at which the run began; trees do not.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    tree: String,
    subjects: Vec<String>,
    outcome: Value,
}

impl End {
    /// The end that `report` tells, read from the branch itself.
    ///
    /// # Panics
    /// When the branch is not the only one of ours or not where the report says.
    pub fn of(repo: &Repo, report: &Value) -> Self {
        let branch = report["branch"].as_str().unwrap_or_else(|| panic!("nothing delivered: {report:#}"));
        assert_eq!(repo.branches(), [branch], "one branch, at the run's tip");
        assert_eq!(repo.git(&["rev-parse", branch]), report["tip"].as_str().unwrap());
        Self { tree: repo.tree(branch), subjects: repo.subjects("main", branch), outcome: mask::outcome(report) }
    }
}

/// The small project in a repository that has a stash, a tag, and changes that are staged, not staged, not tracked.
pub fn lived_in(stage: &Stage, name: &str) -> Repo {
    let repo = stage.repo(name, &small::files());
    repo.write("tests/__init__.py", b"# put aside\n");
    repo.git(&["stash", "push", "-q"]);
    repo.git(&["tag", "v1"]);
    repo.write("staged.txt", b"staged\n");
    repo.git(&["add", "staged.txt"]);
    repo.write("requirements.in", b"alpha==1.0.0\ngamma==1.0.0\n# being worked on\n");
    repo.write("notes.txt", b"not committed\n");
    repo
}

/// An uninterrupted run and how long it took with warm caches.
pub fn reference(stage: &Stage) -> (End, Duration) {
    let cold = lived_in(stage, "cold");
    let end = End::of(&cold, &stage.run(cold.path(), &UPGRADE).json(0));
    let warm = lived_in(stage, "warm");
    let began = Instant::now();
    let report = stage.run(warm.path(), &UPGRADE).json(0);
    let usual = began.elapsed();
    assert_eq!(End::of(&warm, &report), end);
    (end, usual)
}

/// The newest run: its id and state; `None` before any was entered.
pub fn newest(stage: &Stage, repo: &Repo) -> Option<(String, String)> {
    let runs = stage.run(repo.path(), &["runs", "--format", "json"]).json(0);
    let run = runs["runs"].as_array().unwrap().first()?.clone();
    Some((run["run"].as_str().unwrap().to_owned(), run["state"].as_str().unwrap().to_owned()))
}

/// Nothing may be at work any more, and nothing of the user's may have moved.
pub fn assert_quiet(stage: &Stage, repo: &Repo, before: &str, what: &str) {
    assert_eq!(processes::after(stage.folder(), PATIENCE), Vec::new(), "{what}: left at work");
    assert_eq!(repo.fingerprint(), before, "{what}: something of the user's was touched");
}

/// Nothing of the run may be at work, registered or referenced any more.
pub fn assert_clean(stage: &Stage, repo: &Repo, before: &str, what: &str) {
    assert_quiet(stage, repo, before, what);
    assert_eq!(repo.leftovers(), Vec::<String>::new(), "{what}");
}

/// Goes on after a kill and holds the end against the uninterrupted run's.
pub fn resume_to(stage: &Stage, repo: &Repo, before: &str, end: &End, what: &str) {
    assert_quiet(stage, repo, before, what);
    let Some((run, state)) = newest(stage, repo) else {
        // Killed before the run was entered: then nothing at all may have happened.
        assert_eq!(repo.branches(), Vec::<String>::new(), "{what}");
        return assert_clean(stage, repo, before, what);
    };
    let report = if state == "done" {
        // Killed after its end: it is told once more, by name.
        stage.run(repo.path(), &["resume", &run, "--format", "json"]).json(0)
    } else {
        assert_eq!(state, "interrupted", "{what}");
        stage.run(repo.path(), &RESUME).json(0)
    };
    assert_eq!(report["run"], run.as_str(), "{what}: the run keeps its name");
    assert_eq!(&End::of(repo, &report), end, "{what}");
    assert_clean(stage, repo, before, what);
}

/// Gives the run up after a kill; nothing of it may stay but its journal.
pub fn give_up(stage: &Stage, repo: &Repo, before: &str, what: &str) {
    assert_quiet(stage, repo, before, what);
    match newest(stage, repo) {
        Some((_, state)) if state == "interrupted" => {
            stage.run(repo.path(), &["cancel"]).expect(0);
            assert_eq!(newest(stage, repo).map(|(_, state)| state).as_deref(), Some("cancelled"), "{what}");
            assert_eq!(repo.branches(), Vec::<String>::new(), "{what}");
        }
        Some((_, state)) => assert_eq!(state, "done", "{what}"),
        None => assert_eq!(repo.branches(), Vec::<String>::new(), "{what}"),
    }
    assert_clean(stage, repo, before, what);
}

/// Waits until the run has got as far as `fits` says of its status, or has ended.
pub fn wait_for(stage: &Stage, repo: &Repo, started: &mut Started, fits: impl Fn(&Value) -> bool) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        if started.is_over() {
            return;
        }
        if repo.path().join(".git/uplift/journal.sqlite3").is_file() {
            let status = stage.run(repo.path(), &["status", "--format", "json"]);
            if serde_json::from_str::<Value>(&status.stdout).is_ok_and(|s| s["run"].is_object() && fits(&s)) {
                return;
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
