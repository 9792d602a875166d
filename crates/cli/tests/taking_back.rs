//! What was kept can be taken back, whole or in part, merged or not; what was taken back stays back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use serde_json::{Value, json};
use support::lending::small;
use support::{Package, Repo, Stage, lending};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

/// An upgraded small project: the stage, the repository, the run's report.
fn upgraded(extra: &[&str]) -> Option<(Stage, Repo, Value)> {
    let stage = Stage::new(PROGRAM, small::packages())?;
    let repo = stage.repo("small", &small::files());
    let mut args = vec!["upgrade", "--format", "json"];
    args.extend_from_slice(extra);
    let report = stage.run(repo.path(), &args).json(0);
    Some((stage, repo, report))
}

fn run_of(report: &Value) -> &str {
    report["run"].as_str().unwrap()
}

/// `name to` of every package that an upgrade keeps now.
fn moves(stage: &Stage, repo: &Repo) -> Vec<String> {
    let report = stage.run(repo.path(), &["upgrade", "--fresh", "--format", "json"]).json(0);
    let kept = report["kept"].as_array().unwrap();
    kept.iter().map(|k| format!("{} {}", k["name"].as_str().unwrap(), k["to"].as_str().unwrap())).collect()
}

#[test]
fn an_unmerged_run_goes_back_by_losing_its_branch_and_its_commits_stay_findable() {
    let Some((stage, repo, report)) = upgraded(&[]) else { return };
    let before = repo.fingerprint();
    let done = stage.run(repo.path(), &["rollback", run_of(&report), "--format", "json"]).json(0);
    assert_eq!((&done["packages"], &done["branch"]), (&json!(["alpha", "gamma"]), &Value::Null), "{done:#}");
    assert_eq!(repo.branches(), Vec::<String>::new());
    let kept = repo.git(&["rev-parse", &format!("refs/uplift/rolled-back/{}", run_of(&report))]);
    assert_eq!(kept, report["tip"].as_str().unwrap());
    assert_eq!(repo.fingerprint(), before);
    let runs = stage.run(repo.path(), &["runs", "--format", "json"]).json(0);
    assert_eq!(runs["runs"][0]["state"], "rolledback");
    for verb in ["rollback", "apply"] {
        let again = stage.run(repo.path(), &[verb, run_of(&report)]);
        again.expect(3).tells(&["run"]);
    }
}

#[test]
fn what_was_rolled_back_stays_until_something_newer_exists_or_it_is_lifted() {
    let Some((stage, repo, report)) = upgraded(&[]) else { return };
    stage.run(repo.path(), &["rollback", run_of(&report), "alpha"]).expect(0);
    assert!(!moves(&stage, &repo).iter().any(|m| m.starts_with("alpha")), "it moved again");
    stage.run(repo.path(), &["lift", "alpha"]).expect(0);
    assert!(moves(&stage, &repo).contains(&"alpha 1.1.0".to_owned()), "it did not move after it was lifted");
}

#[test]
fn a_newer_release_ends_the_hold_of_a_rollback() {
    let Some((stage, repo, report)) = upgraded(&[]) else { return };
    stage.run(repo.path(), &["rollback", run_of(&report), "alpha"]).expect(0);
    stage.index.publish(Package::new("alpha", "1.2.0", "import eta\n").requires("eta"));
    assert!(moves(&stage, &repo).contains(&"alpha 1.2.0".to_owned()));
}

/// The hold names what was taken back, not what was newest: gamma 2.0.0 was there all along and had failed.
#[test]
fn a_package_that_was_kept_below_its_newest_version_stays_back_as_well() {
    let Some((stage, repo, report)) = upgraded(&[]) else { return };
    stage.run(repo.path(), &["rollback", run_of(&report), "gamma"]).expect(0);
    let moved = moves(&stage, &repo);
    assert!(!moved.iter().any(|m| m.starts_with("gamma")), "{moved:?}");
}

#[test]
fn a_merged_run_goes_back_in_a_commit_that_restores_every_byte_it_changed() {
    let Some((stage, repo, report)) = upgraded(&["--apply"]) else { return };
    repo.write("notes.txt", b"work that went on\n");
    let went_on = repo.commit("work that went on");
    let before = repo.fingerprint();
    let done = stage.run(repo.path(), &["rollback", run_of(&report), "--format", "json"]).json(0);
    assert_eq!(done["verified"], true, "{done:#}");
    let branch = done["branch"].as_str().unwrap();
    assert_eq!(repo.git(&["rev-parse", &format!("{branch}~1")]), went_on, "on top of what is checked out");
    let base = report["base_commit"].as_str().unwrap();
    for file in ["requirements.in", "requirements.txt"] {
        assert_eq!(repo.file_in(branch, file), repo.file_in(base, file), "{file}");
    }
    assert_eq!(repo.file_in(branch, "notes.txt").unwrap(), b"work that went on\n");
    assert_eq!(repo.fingerprint(), before);
    assert_eq!(repo.leftovers(), Vec::<String>::new());
}

#[test]
fn one_package_goes_back_alone_and_the_rest_is_tested_again() {
    let Some((stage, repo, report)) = upgraded(&[]) else { return };
    let done = stage.run(repo.path(), &["rollback", run_of(&report), "gamma", "--format", "json"]).json(0);
    assert_eq!(
        (&done["verified"], &done["packages"], &done["held"]),
        (&json!(true), &json!(["gamma"]), &json!(["gamma"]))
    );
    let branch = done["branch"].as_str().unwrap();
    assert_eq!(repo.git(&["rev-parse", &format!("{branch}~1")]), report["tip"].as_str().unwrap());
    assert_eq!(repo.file_in(branch, "requirements.in").unwrap(), b"alpha==1.1.0\ngamma==1.0.0\n");
    assert_eq!(repo.file_in(branch, "requirements.txt").unwrap(), b"alpha==1.1.0\neta==1.3.0\ngamma==1.0.0\n");
    assert!(repo.branches().contains(&report["branch"].as_str().unwrap().to_owned()), "the run's own branch stays");
}

#[test]
fn half_of_a_pair_cannot_go_back_but_the_pair_can() {
    let Some(stage) = Stage::new(PROGRAM, lending::packages()) else { return };
    let repo = stage.repo("lending", &lending::files());
    let report = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    let before = (repo.fingerprint(), repo.branches());
    stage.run(repo.path(), &["rollback", run_of(&report), "epsilon"]).expect(3).tells(&["epsilon", "delta"]);
    assert_eq!((repo.fingerprint(), repo.branches()), before);
    let done = stage.run(repo.path(), &["rollback", run_of(&report), "delta", "epsilon", "--format", "json"]).json(0);
    assert_eq!(done["verified"], true, "{done:#}");
    let text = String::from_utf8(repo.file_in(done["branch"].as_str().unwrap(), "requirements.in").unwrap()).unwrap();
    assert!(text.contains("delta==1.0.0\nepsilon==1.0.0\nzeta==1.1.0\n"), "{text}");
}

#[test]
fn what_a_run_never_moved_cannot_be_taken_back() {
    let Some((stage, repo, report)) = upgraded(&[]) else { return };
    let before = (repo.fingerprint(), repo.branches());
    stage.run(repo.path(), &["rollback", run_of(&report), "omega"]).expect(3).tells(&["omega", "alpha, gamma"]);
    stage.run(repo.path(), &["rollback", "01JD8Q"]).expect(3).tells(&["01JD8Q", "uplift runs"]);
    assert_eq!((repo.fingerprint(), repo.branches()), before);
    let lifted = stage.run(repo.path(), &["lift", "alpha", "--format", "json"]).json(0);
    assert_eq!(lifted["done"], "nothing to lift");
}

#[test]
fn a_branch_that_somebody_moved_is_neither_applied_nor_removed() {
    let Some((stage, repo, report)) = upgraded(&[]) else { return };
    let branch = report["branch"].as_str().unwrap();
    let moved = repo.git(&["commit-tree", &format!("{branch}^{{tree}}"), "-p", branch, "-m", "a finishing touch"]);
    repo.git(&["update-ref", &format!("refs/heads/{branch}"), &moved]);
    let before = repo.fingerprint();
    stage.run(repo.path(), &["apply", run_of(&report)]).expect(3).tells(&[branch, "no longer where the run left it"]);
    stage.run(repo.path(), &["rollback", run_of(&report)]).expect(0);
    assert_eq!(repo.git(&["rev-parse", branch]), moved, "somebody's commit is not ours to lose");
    assert_eq!(repo.fingerprint(), before);
}

#[test]
fn a_branch_that_went_on_is_not_applied_to() {
    let Some((stage, repo, report)) = upgraded(&[]) else { return };
    repo.write("new.txt", b"x");
    let went_on = repo.commit("somebody went on");
    stage.run(repo.path(), &["apply", run_of(&report)]).expect(3).tells(&["cannot be fast-forwarded"]);
    assert_eq!((repo.head(), repo.git(&["status", "--porcelain"])), (went_on, String::new()));
}

#[test]
fn applying_never_writes_over_changes_that_are_not_committed() {
    let Some((stage, repo, report)) = upgraded(&[]) else { return };
    repo.write("requirements.in", b"alpha==1.0.0\ngamma==1.0.0\n# mine\n");
    let before = repo.fingerprint();
    stage.run(repo.path(), &["apply", run_of(&report)]).expect(3);
    assert_eq!(repo.fingerprint(), before);
    // Changes that are not in the way do not matter, and survive.
    repo.git(&["checkout", "-q", "--", "requirements.in"]);
    repo.write("notes.txt", b"mine\n");
    stage.run(repo.path(), &["apply", run_of(&report)]).expect(0);
    assert_eq!(repo.head(), report["tip"].as_str().unwrap());
    assert_eq!(std::fs::read(repo.path().join("notes.txt")).unwrap(), b"mine\n");
    // Once more: done is done.
    stage.run(repo.path(), &["apply", run_of(&report)]).expect(0);
}
