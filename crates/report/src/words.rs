//! The model's terms in sentences: proofs, distances, places, changes, failures.

use uplift_model::advisory::Severity;
use uplift_model::analysis::Behind;
use uplift_model::outcome::{Held, Proof, RunState};
use uplift_model::solution::Change;
use uplift_model::{Distance, Failure, Place, Stage};

use crate::clean;
use crate::numbers::count;

/// What a minor step before 1.0 is marked with, as in [`step`].
pub(crate) const BEFORE_ONE: &str = "(0.x)";

/// A component's folder, or what the `project` is called where that is the repository's root.
pub(crate) fn component(folder: &str, project: &str) -> String {
    clean::path(if folder.is_empty() || folder == "." { project } else { folder })
}

/// How a blame is known, without claiming more than that.
pub(crate) fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Witness => "passes without it, fails with it",
        Proof::Probe => "fails again when added to everything kept",
        Proof::Resolver => "the resolver refuses it beside what was kept",
        Proof::Unattributed => "the run budget ended first; which package is at fault was not found out",
        Proof::Rule => "held by a rule: the settings or an earlier rollback",
        Proof::Approval => "nothing was tried: somebody has to agree first",
    }
}

pub(crate) fn distance(distance: Distance) -> &'static str {
    match distance {
        Distance::Same => "same",
        Distance::Patch => "patch",
        Distance::Minor => "minor",
        Distance::Major => "major",
    }
}

/// A step between two versions, with one wording for a minor step before 1.0: it weighs as much as a major one, may break
/// callers, and is still not called one.
pub(crate) fn step(distance: Distance, from: &str, to: &str) -> &'static str {
    match distance {
        Distance::Major if from.starts_with("0.") && to.starts_with("0.") => "minor (0.x: may break)",
        other => self::distance(other),
    }
}

/// How far a version is behind, in the words that a plan has for the same step.
pub(crate) fn behind(behind: Behind, distance: Option<Distance>) -> String {
    let number = |n: u64, what: &str| count(usize::try_from(n).unwrap_or(usize::MAX), what);
    match (behind.majors, behind.minors, behind.releases) {
        (0, 0, 0) => "-".to_owned(),
        (0, 0, n) => count(n, "release"),
        (0, m, _) if distance == Some(Distance::Major) => format!("{} {BEFORE_ONE}", number(m, "minor")),
        (0, m, _) => number(m, "minor"),
        (m, _, _) => number(m, "major"),
    }
}

/// `12 d`, `5 mo`, `3.9 y`.
pub(crate) fn age(days: i64) -> String {
    match days {
        ..=60 => format!("{days} d"),
        61..=600 => format!("{} mo", days / 30),
        _ => format!("{:.1} y", days as f64 / 365.25),
    }
}

/// `high`, `severity unstated`.
pub(crate) fn severity(severity: Severity) -> String {
    match severity {
        Severity::Unknown => "severity unstated".to_owned(),
        known => known.to_string(),
    }
}

/// `2 high`, `1 of unstated severity`.
pub(crate) fn advisories(number: usize, severity: Severity) -> String {
    match severity {
        Severity::Unknown => format!("{number} of unstated severity"),
        known => format!("{number} {known}"),
    }
}

pub(crate) fn state(state: RunState) -> &'static str {
    match state {
        RunState::Running => "running",
        RunState::Interrupted => "interrupted",
        RunState::Done => "done",
        RunState::Failed => "failed",
        RunState::Cancelled => "cancelled",
        RunState::RolledBack => "rolled back",
    }
}

pub(crate) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Run => "when the test command started",
        Stage::Collect => "while the tests were collected",
        Stage::Setup => "in a test's setup",
        Stage::Call => "in the test",
        Stage::Teardown => "in a test's teardown",
    }
}

/// `file:line`, cleaned.
pub(crate) fn place(place: &Place) -> String {
    format!("{}:{}", clean::line(&place.file), place.line)
}

/// `urllib3 1.26.13 -> 2.5.0`, `new: idna 3.10`, `gone: six 1.16.0`.
pub(crate) fn change(change: &Change) -> String {
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => format!("{} {from} -> {to}", change.name),
        (None, Some(to)) => format!("new: {} {to}", change.name),
        (Some(from), None) => format!("gone: {} {from}", change.name),
        (None, None) => change.name.to_string(),
    }
}

/// `ImportError: cannot import name 'x'`, cleaned.
pub(crate) fn failure(failure: &Failure) -> String {
    let message = clean::line(&failure.message);
    let error = clean::line(&failure.error);
    if message.is_empty() || message.starts_with(&error) && !error.is_empty() {
        if message.is_empty() { error } else { message }
    } else if error.is_empty() {
        message
    } else {
        format!("{error}: {message}")
    }
}

/// What a held package does: goes part of the way, or stays.
pub(crate) fn held(held: &Held) -> String {
    if held.best > held.from {
        format!("{} -> {} kept, {} held", held.from, held.best, held.target)
    } else {
        format!("stays at {}, {} held", held.from, held.target)
    }
}

/// `9 tests: ImportError: …`, or the reason when no test speaks.
pub(crate) fn symptom(held: &Held) -> String {
    let tests = held.failing_tests.len();
    match (&held.first_error, tests) {
        (Some(error), 0) => failure(error),
        (Some(error), _) => format!("{}: {}", crate::numbers::count(tests, "test"), failure(error)),
        (None, 0) => clean::line(&held.reason),
        (None, _) => format!("{}: {}", crate::numbers::count(tests, "test"), clean::line(&held.reason)),
    }
}
