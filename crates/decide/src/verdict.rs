//! What a run shows against the baseline: which tests newly fail, and which of those failures are real.
//!
//! Rules: `docs/decisions` and, test by test, [`compare`]. In short: what passed before must pass now.
//! Gone, skipped or not collected is not passed. A test known to flicker needs more than chance.
//! Lives elsewhere: how tests stood before (`baseline`), grouping failures (`symptoms`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::{Failure, Stage, SuiteRun, TestId, TestRecord, TestStatus};

use crate::baseline::{Baseline, Standing};
use crate::symptoms::signature;

/// Id that stands for the run as a whole, where it failed and no test can be named.
pub const RUN: &str = "<run>";

/// A test known to flicker, seen to fail.
#[derive(Debug, Clone, PartialEq)]
pub struct FlakySeen {
    pub id: TestId,
    /// Share of baseline runs in which it did not pass.
    pub rate: f64,
    pub failure: Failure,
}

/// One run held against the baseline. Lists are sorted by test.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Under the baseline's ids; with files that newly cannot be collected and [`RUN`] where no test tells of them.
    pub newly_failing: Vec<(TestId, Failure)>,
    pub fixed: Vec<TestId>,
    pub still_failing: Vec<TestId>,
    /// Known failures that fail in another way now.
    pub changed_signature: Vec<(TestId, Failure)>,
    /// Passed before and absent now; each is in `newly_failing` too.
    pub vanished: Vec<TestId>,
    /// Old id, new id.
    pub renamed: Vec<(TestId, TestId)>,
    pub new_tests: Vec<TestId>,
    pub flaky_seen: Vec<FlakySeen>,
    /// A crash keeps other tests from showing what they would do.
    pub masked: bool,
}

impl Comparison {
    /// Nothing fails that should not.
    pub fn holds(&self) -> bool {
        self.newly_failing.is_empty()
    }
}

/// Holds a whole run against the baseline.
pub fn compare(baseline: &Baseline, run: &SuiteRun) -> Comparison {
    judge(baseline, run, None)
}

/// Holds a run of chosen tests against the baseline: others are neither missed nor counted.
pub fn compare_selected(baseline: &Baseline, run: &SuiteRun, selected: &[TestId]) -> Comparison {
    judge(baseline, run, Some(&selected.iter().cloned().collect()))
}

fn judge(baseline: &Baseline, run: &SuiteRun, selected: Option<&BTreeSet<TestId>>) -> Comparison {
    let mut seen = Comparison::default();
    let chosen = |id: &TestId| selected.is_none_or(|selected| selected.contains(id));
    let renamed = renamed(baseline, run, &chosen);
    let matched: BTreeSet<&TestId> = renamed.values().collect();
    let new_crashes: BTreeMap<&String, &Failure> =
        run.crashes.iter().filter(|(file, failure)| is_new(baseline, file, failure)).collect();

    for (id, standing) in baseline.tests.iter().filter(|(id, _)| chosen(id)) {
        let record = run.tests.get(id).or_else(|| run.tests.get(renamed.get(id)?));
        note(&mut seen, id, standing, record, run);
    }
    for (id, record) in &run.tests {
        if baseline.tests.contains_key(id) || matched.contains(id) {
            continue;
        }
        let counts = selected.is_none_or(|selected| selected.contains(id));
        if counts && is_bad(record.status) && !unsteady(baseline, id) {
            seen.newly_failing.push((id.clone(), failure_of(record)));
        }
        if selected.is_none() {
            seen.new_tests.push(id.clone());
        }
    }
    // A crash that no failing test tells of must not pass for nothing.
    for (file, failure) in &new_crashes {
        let id = if file.is_empty() { TestId::new(RUN) } else { TestId::new(file.as_str()) };
        let told = if file.is_empty() {
            !seen.newly_failing.is_empty()
        } else {
            seen.vanished.iter().any(|test| belongs(test, file))
        };
        let counts = selected.is_none_or(|selected| selected.contains(&id));
        if counts && !told && !seen.newly_failing.iter().any(|(other, _)| *other == id) {
            seen.newly_failing.push((id, (*failure).clone()));
        }
    }
    seen.masked = !new_crashes.is_empty() || run.stopped.is_some();
    seen.renamed = renamed.into_iter().collect();
    seen.newly_failing.sort_by(|a, b| a.0.cmp(&b.0));
    seen
}

/// One test of the baseline against its record now.
fn note(seen: &mut Comparison, id: &TestId, standing: &Standing, record: Option<&TestRecord>, run: &SuiteRun) {
    let status = record.map(|record| record.status);
    let passes = status == Some(TestStatus::Passed);
    let failing = record.filter(|record| is_bad(record.status));
    match standing {
        Standing::Pass if passes => {}
        Standing::Pass => match record {
            Some(record) => seen.newly_failing.push((id.clone(), failure_of(record))),
            None => {
                seen.vanished.push(id.clone());
                seen.newly_failing.push((id.clone(), reason_gone(id, run)));
            }
        },
        Standing::Fail { .. } if passes => seen.fixed.push(id.clone()),
        Standing::Fail { signatures, .. } => {
            if let Some(record) = failing {
                let failure = failure_of(record);
                if signatures.contains(&signature(id, &failure)) {
                    seen.still_failing.push(id.clone());
                } else {
                    seen.changed_signature.push((id.clone(), failure));
                }
            }
        }
        Standing::Flaky { rate } if !passes => {
            let failure = record.map_or_else(|| reason_gone(id, run), failure_of);
            seen.flaky_seen.push(FlakySeen { id: id.clone(), rate: *rate, failure });
        }
        // It never failed before: an expected failure that passes against its word, a skip that ended in an error.
        Standing::Skipped => {
            if let Some(record) = failing {
                seen.newly_failing.push((id.clone(), failure_of(record)));
            }
        }
        Standing::Flaky { .. } => {}
    }
}

/// Keeps what fails in the first run and in every rerun of it; a flickering test counts when so many
/// failures would come by chance in fewer than one of a hundred cases.
pub fn confirm(first: &Comparison, reruns: &[Comparison]) -> Vec<(TestId, Failure)> {
    let again = |id: &TestId, run: &Comparison| run.newly_failing.iter().any(|(other, _)| other == id);
    let mut real: Vec<(TestId, Failure)> =
        first.newly_failing.iter().filter(|(id, _)| reruns.iter().all(|run| again(id, run))).cloned().collect();
    for flaky in &first.flaky_seen {
        let fails = |run: &&Comparison| run.flaky_seen.iter().any(|other| other.id == flaky.id);
        let failed = 1 + reruns.iter().filter(fails).count();
        if at_least(failed, 1 + reruns.len(), flaky.rate) < 0.01 {
            real.push((flaky.id.clone(), flaky.failure.clone()));
        }
    }
    real.sort_by(|a, b| a.0.cmp(&b.0));
    real
}

/// Binomial: the chance of `hits` or more in `tries` when each has the chance `rate`.
fn at_least(hits: usize, tries: usize, rate: f64) -> f64 {
    let mut term = (1.0 - rate).powi(i32::try_from(tries).unwrap_or(i32::MAX));
    let mut below = 0.0;
    for k in 0..hits.min(tries + 1) {
        below += term;
        #[allow(clippy::cast_precision_loss)] // a handful of runs
        let step = (tries - k) as f64 / (k + 1) as f64;
        term *= step * rate / (1.0 - rate).max(f64::MIN_POSITIVE);
    }
    (1.0 - below).clamp(0.0, 1.0)
}

/// Old ids that are absent, matched to new ids of the same function, or of the same test in a file
/// whose path only gained or lost a prefix.
fn renamed(baseline: &Baseline, run: &SuiteRun, chosen: &dyn Fn(&TestId) -> bool) -> BTreeMap<TestId, TestId> {
    let mut matches = BTreeMap::new();
    let mut old: BTreeMap<&str, Vec<&TestId>> = BTreeMap::new();
    for id in baseline.tests.keys().filter(|id| chosen(id) && !run.tests.contains_key(*id)) {
        old.entry(id.function()).or_default().push(id);
    }
    let mut new: BTreeMap<&str, Vec<&TestId>> = BTreeMap::new();
    for id in run.tests.keys().filter(|id| !baseline.tests.contains_key(*id)) {
        new.entry(id.function()).or_default().push(id);
    }
    // By the name behind the last `/`, so that prefixes can be looked for.
    let mut by_end: BTreeMap<&str, Vec<&TestId>> = BTreeMap::new();
    for id in new.values().flatten() {
        by_end.entry(end(id)).or_default().push(id);
    }
    for (function, old) in old {
        match new.get(function) {
            Some(new) if new.len() >= old.len() => {
                matches.extend(old.into_iter().cloned().zip(new.iter().map(|id| (*id).clone())));
            }
            Some(_) => {}
            None => {
                for id in old {
                    let others = by_end.get(end(id)).map(Vec::as_slice).unwrap_or_default();
                    let fits: Vec<_> = others
                        .iter()
                        .filter(|other| is_prefixed(&other.0, &id.0) || is_prefixed(&id.0, &other.0))
                        .collect();
                    if let [one] = fits.as_slice() {
                        matches.insert(id.clone(), (**one).clone());
                    }
                }
            }
        }
    }
    matches
}

/// The id from its file's own name on.
fn end(id: &TestId) -> &str {
    let from = id.function().rfind('/').map_or(0, |at| at + 1);
    id.0.get(from..).unwrap_or(&id.0)
}

/// Whether `long` is `short` behind more folders or another `::` part.
fn is_prefixed(long: &str, short: &str) -> bool {
    long.strip_suffix(short).is_some_and(|head| head.ends_with('/') || head.ends_with("::"))
}

/// Why a test that passed is not there any more.
fn reason_gone(id: &TestId, run: &SuiteRun) -> Failure {
    let crash = run.crashes.iter().filter(|(file, _)| belongs(id, file)).max_by_key(|(file, _)| file.len());
    if let Some((_, failure)) = crash.or_else(|| run.crashes.get_key_value("")) {
        return failure.clone();
    }
    // A whole file that skips itself has one record under its own name.
    if let Some(failure) = run.tests.get(&TestId::new(id.file())).and_then(|record| record.failure.clone()) {
        return failure;
    }
    let message = "passed before and is not collected any more".to_owned();
    Failure { stage: Stage::Collect, error: "not collected".into(), message, frames: Vec::new(), text: String::new() }
}

/// Whether a crash of `file` takes this test along: its file, its module (`tests.test_a` for
/// `tests.test_a.A.test_b`), or a `conftest.py` above it.
fn belongs(id: &TestId, file: &str) -> bool {
    if file.is_empty() {
        return false;
    }
    let own = id.file();
    let below = |head: &str, rest: &str| rest.strip_prefix(head).is_some_and(|rest| rest.starts_with(['/', '.', ':']));
    let conftest = file.strip_suffix("conftest.py").is_some_and(|folder| own.starts_with(folder));
    own == file || id.0 == file || below(file, &id.0) || conftest
}

/// A crash that the baseline did not show: of another file, or of another class.
fn is_new(baseline: &Baseline, file: &str, failure: &Failure) -> bool {
    baseline.crashes.get(file).is_none_or(|known| known.error != failure.error)
}

/// Whether tests of the same function were known to fail or flicker: then a new one proves nothing.
fn unsteady(baseline: &Baseline, id: &TestId) -> bool {
    let from = TestId::new(id.function());
    let mut same = baseline.tests.range(from..).take_while(|(other, _)| other.0.starts_with(id.function()));
    same.any(|(other, standing)| {
        other.function() == id.function() && matches!(standing, Standing::Fail { .. } | Standing::Flaky { .. })
    })
}

fn is_bad(status: TestStatus) -> bool {
    matches!(status, TestStatus::Failed | TestStatus::Error)
}

fn failure_of(record: &TestRecord) -> Failure {
    let word = if record.status == TestStatus::Skipped { "skipped" } else { "failed" };
    record.failure.clone().unwrap_or_else(|| Failure {
        stage: Stage::Call,
        error: word.to_owned(),
        message: String::new(),
        frames: Vec::new(),
        text: String::new(),
    })
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
