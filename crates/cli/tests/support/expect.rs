//! What tests of a single upgrade expect: the usual outcome, or a refusal in words, with nothing of the user's touched.
//!
//! Lives here: the small project with changes on top, and the two ways to judge what came of it.
//! Lives elsewhere: kills and what they leave (`super::runs`).

use std::path::Path;

use serde_json::Value;

use super::lending::small;
use super::runs::{UPGRADE, assert_clean};
use super::{Repo, Stage};

/// The small project with `files` on top; a file of the same name is replaced.
pub fn with<'f>(files: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut all = small::files();
    all.retain(|(name, _)| !files.iter().any(|(n, _)| n == name));
    all.extend_from_slice(files);
    all
}

/// A test module with one test that does `body`.
pub fn test_of(body: &str) -> String {
    let body: String = body.lines().map(|l| format!("        {l}\n")).collect();
    format!("import os\nimport unittest\n\nclass Odd(unittest.TestCase):\n    def test_odd(self):\n{body}")
}

/// Name and version of everything that the report keeps.
pub fn kept(report: &Value) -> Vec<String> {
    let entries = report["kept"].as_array().unwrap();
    entries.iter().map(|k| format!("{} {}", k["name"].as_str().unwrap(), k["to"].as_str().unwrap())).collect()
}

/// Upgrades and expects the small project's usual outcome, with nothing of the user's touched and nothing left.
pub fn upgrades_as_usual(stage: &Stage, repo: &Repo, place: &Path) -> Value {
    let before = repo.fingerprint();
    let report = stage.run(place, &UPGRADE).json(0);
    assert_eq!(kept(&report), ["alpha 1.1.0", "gamma 1.1.0"], "{report:#}");
    assert_eq!(report["verified"], true);
    assert_clean(stage, repo, &before, "after the run");
    report
}

/// Refused with `code`, every one of `words` and a next step; nothing touched, nothing left, also without a `cancel`
/// unless the run can be taken up again.
pub fn refused(stage: &Stage, repo: &Repo, args: &[&str], code: i32, words: &[&str]) {
    let before = repo.fingerprint();
    stage.run(repo.path(), args).expect(code).tells(words);
    // 4: it may work later, so the run is kept open.
    if code == 4 {
        stage.run(repo.path(), &["cancel"]).expect(0);
    }
    assert_clean(stage, repo, &before, &args.join(" "));
    assert_eq!(repo.branches(), Vec::<String>::new());
}
