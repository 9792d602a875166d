//! The end of a run: everything kept is verified once more, from a clean environment, on exactly the tree to deliver.
//!
//! Lives here: that verification and the branch. Nothing is force-pushed; the branch is new or the run fails.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uplift_decide::baseline::Baseline;
use uplift_decide::verdict;
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::resolve::{Answer, Freshness};
use uplift_model::outcome::{RunReport, RunState, TestResultStatus, TestResults};
use uplift_model::{Event, Failure, Solution, SuiteRun, TestId, TestStatus};
use uplift_sandbox::git::Oid;
use uplift_verify::discover::TestCommand;

use crate::desk::Desk;
use crate::error::EngineError;
use crate::footing::Footing;
use crate::journal::RunRow;
use crate::lab::Lab;
use crate::solver::{Solver, Wishes};
use crate::subject::{Tree, pretended_version};

/// What the last look showed.
pub(crate) struct Verified {
    pub(crate) newly_failing: Vec<(TestId, Failure)>,
    pub(crate) results: TestResults,
    pub(crate) passed: usize,
    /// Tests that no whole run showed to pass, in words that follow the number.
    pub(crate) apart: Option<String>,
    pub(crate) seconds: f64,
    pub(crate) notes: Vec<String>,
}

/// What the last step of the story needs of all that was gathered.
pub(crate) struct Delivery<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) row: &'a RunRow,
    pub(crate) lab: &'a Lab<'a>,
    pub(crate) solver: &'a Solver<'a>,
    pub(crate) footing: &'a Footing,
    pub(crate) tell: &'a dyn Fn(Event) -> Result<(), EngineError>,
}

impl Delivery<'_> {
    /// Verifies `tip` and, when nothing newly fails, makes its branch; `report` tells either way.
    pub(crate) fn deliver(&self, report: &mut RunReport, tip: &Oid, tested: &Solution) -> Result<(), EngineError> {
        let Self { desk, row, lab, solver, footing, tell } = self;
        let keep = format!("refs/uplift/runs/{}/tip", row.id);
        let old = desk.git.reference(&keep)?;
        if old.as_ref() != Some(tip) {
            desk.git.update_ref(&keep, tip, old.as_ref())?;
        }
        let component = solver.component;
        let verified = if footing.is_tested() {
            verify(lab, solver, tip, tested, &component.root, &footing.command, &footing.baseline, tell)?
        } else {
            crate::untested::verify(lab, solver, tip, component, &footing.baseline)?
        };
        report.notes.extend(verified.notes.clone());
        report.test_results.push(verified.results.clone());
        if let Some((test, failure)) = verified.newly_failing.first() {
            report.state = RunState::Failed;
            report.verification = format!(
                "NOT delivered: the delivered tree fails {} tests that passed before, first {test}: {}: {}",
                verified.newly_failing.len(),
                failure.error,
                failure.message
            );
            report.kept.clear();
            return Ok(());
        }
        report.verified = footing.is_tested();
        report.verification = if report.verified {
            format!(
                "verified together from a clean environment: {} passed{}, {} known failures, {} flaky ({:.1} s)",
                verified.passed,
                verified.apart.as_deref().unwrap_or_default(),
                report.baseline.known_failures.len(),
                report.baseline.flaky.len(),
                verified.seconds
            )
        } else {
            format!(
                "not verified by tests: {}; {} imports checked",
                report.baseline.problem.clone().unwrap_or_default(),
                verified.passed
            )
        };
        let day =
            jiff::Timestamp::from_second(row.created).map(|t| t.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
        let short: String = row.id.chars().skip(row.id.len().saturating_sub(6)).collect::<String>().to_lowercase();
        let wanted = row.settings.upgrade.branch.replace("{date}", &day).replace("{run}", &short);
        report.branch = Some(branch(lab, &wanted, tip)?);
        report.tip = Some(tip.to_string());
        Ok(())
    }
}

#[expect(clippy::too_many_arguments, reason = "the last look needs what every earlier step made; two callers")]
/// Checks out `tip`, builds the environment that its own lock describes from nothing, and runs the whole suite.
pub(crate) fn verify(
    lab: &Lab<'_>,
    solver: &Solver<'_>,
    tip: &Oid,
    tested: &Solution,
    root: &str,
    command: &TestCommand,
    baseline: &Baseline,
    tell: &dyn Fn(Event) -> Result<(), EngineError>,
) -> Result<Verified, EngineError> {
    tell(Event::Doing { what: "verifying everything kept, together, from a clean environment".to_owned() })?;
    let mut notes = Vec::new();
    let tree = Tree::of(lab.git, tip.as_str())?;
    let delivered = tree
        .components()
        .into_iter()
        .find(|c| c.root == root)
        .ok_or_else(|| EngineError::Bug("the delivered tree has lost its component".to_owned()))?;
    let solution = delivered_solution(solver, &delivered)?;
    let differs = tested.changes(&solution);
    if !differs.is_empty() {
        notes.push(format!(
            "the lock as its own tool wrote it differs from the tested set in {}; it is what is verified here",
            differs.iter().map(|c| c.name.to_string()).collect::<Vec<_>>().join(", ")
        ));
    }
    *lab.tree.borrow_mut() = tip.to_string();
    lab.clean()?;
    lab.prepare_layer(&pretended_version(None))?;
    let place = lab.doors.clients.dirs.run(lab.run).join("clean");
    let environment = lab
        .environment_at(&solution, Some(&place))?
        .map_err(|why| EngineError::Bug(format!("what was delivered cannot be installed: {why}")))?;
    let run = lab.suite(command, &environment, None, 90)?;
    // The tree that was tested is the tree that is delivered: by name, not by trust.
    let (wanted, had) = (lab.git.tree_of(tip.as_str())?, lab.git.tree_of(&lab.tree.borrow())?);
    if wanted != had {
        return Err(EngineError::Bug(format!("tested tree {had}, delivered tree {wanted}")));
    }
    let first = verdict::compare(baseline, &run);
    let mut newly = first.newly_failing.clone();
    let mut late = BTreeSet::new();
    if !newly.is_empty() {
        let tests: Vec<TestId> = newly.iter().map(|(t, _)| t.clone()).collect();
        let mut reruns = Vec::new();
        for attempt in 91..=92 {
            let rerun = lab.suite(command, &environment, Some(&tests), attempt)?;
            reruns.push(verdict::compare_selected(baseline, &rerun, &tests));
            late.extend(tests.iter().filter(|t| rerun.passed(t) && !run.passed(t)).cloned());
        }
        newly = verdict::confirm(&first, &reruns);
    }
    let passed = run.count(TestStatus::Passed);
    let apart = apart(&run, late.len());
    tell(Event::Verified { passed, seconds: run.seconds })?;
    let results = results("unit", &run, &newly);
    let seconds = run.seconds;
    Ok(Verified { newly_failing: newly, results, passed, apart, seconds, notes })
}

/// What one run did not show: tests that passed only when they were run by themselves, and why.
fn apart(run: &SuiteRun, late: usize) -> Option<String> {
    match (&run.stopped, late) {
        (None, 0) => None,
        (None, late) => Some(format!(" at once and {late} when run again by themselves")),
        (Some(why), late) => Some(format!(
            " in one run that was cut off ({why}; `[test] time-limit`) and {late} more in runs of their own"
        )),
    }
}

/// What installing the delivered manifests gives.
pub(crate) fn delivered_solution(solver: &Solver<'_>, component: &Component) -> Result<Solution, EngineError> {
    let fresh = Solver {
        doors: solver.doors,
        journal: solver.journal,
        run: solver.run,
        component,
        interpreter: solver.interpreter,
        stands_in: solver.stands_in,
        builds: true,
        index: solver.index,
        directory: solver.directory,
        wheels: solver.wheels,
        limit: solver.limit,
        asked: std::cell::Cell::new(0),
        age: std::cell::OnceCell::new(),
        built: std::cell::OnceCell::new(),
        together: Vec::new(),
    };
    let answer = match &component.locked {
        Some(pins) => fresh.installed(pins)?,
        None => fresh.solve(&Wishes::new(), &Solution::default(), &|_| false, Freshness::CacheFirst)?,
    };
    match answer {
        Answer::Solved(solved) => Ok(solved.solution),
        Answer::Refused(conflict) => {
            Err(EngineError::Bug(format!("the delivered manifests do not resolve: {}", conflict.text)))
        }
    }
}

/// One layer's record, in the form of requirement row N9.
pub(crate) fn results(test_type: &str, run: &SuiteRun, failing: &[(TestId, Failure)]) -> TestResults {
    let status = if run.tests.is_empty() {
        TestResultStatus::Skipped
    } else if failing.is_empty() {
        TestResultStatus::Passed
    } else {
        TestResultStatus::Failed
    };
    TestResults {
        test_type: test_type.to_owned(),
        status,
        execution_time: run.seconds,
        coverage_percentage: None,
        failures: failing.iter().map(|(t, _)| t.clone()).collect(),
        performance_metrics: std::collections::BTreeMap::new(),
    }
}

/// Makes the branch: new, at `tip`. A branch of that name at another commit is left alone and another name is taken.
pub(crate) fn branch(lab: &Lab<'_>, wanted: &str, tip: &Oid) -> Result<String, EngineError> {
    // The name is known before there is a branch of it: a run that is given up in between takes its branch along.
    let promised: Promised = lab.journal.step(lab.run, PROMISE, || {
        Ok::<_, EngineError>(Promised { branch: free_name(lab, wanted, tip)?, tip: tip.to_string() })
    })?;
    let reference = format!("refs/heads/{}", promised.branch);
    if lab.git.reference(&reference)?.as_ref() != Some(tip) {
        lab.git.update_ref(&reference, tip, None)?;
    }
    Ok(promised.branch)
}

/// The step of a run that names its branch.
const PROMISE: &str = "branch";

#[derive(Debug, Serialize, Deserialize)]
struct Promised {
    branch: String,
    tip: String,
}

fn free_name(lab: &Lab<'_>, wanted: &str, tip: &Oid) -> Result<String, EngineError> {
    let flat = wanted.replace('/', "-");
    for number in 1..100 {
        for base in [wanted, &flat] {
            let name = if number == 1 { base.to_owned() } else { format!("{base}-{number}") };
            let taken = lab.git.reference(&format!("refs/heads/{name}"))?;
            if taken.is_none_or(|at| at == *tip) && fits_beside_others(lab, &name)? {
                return Ok(name);
            }
        }
    }
    Err(EngineError::repository(
        format!("the branch name `{wanted}` is taken"),
        "set [upgrade] branch to another pattern",
    ))
}

/// Git keeps branches as files: `a` and `a/b` cannot both be.
fn fits_beside_others(lab: &Lab<'_>, name: &str) -> Result<bool, EngineError> {
    if !lab.git.references(&format!("refs/heads/{name}/"))?.is_empty() {
        return Ok(false);
    }
    for (at, _) in name.match_indices('/') {
        let folder = name.get(..at).unwrap_or_default();
        if lab.git.reference(&format!("refs/heads/{folder}"))?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Removes the branch of a run that is given up, if it came so far; one that was moved or is checked out stays.
pub(crate) fn unmake_branch(desk: &Desk, run: &str) -> Result<(), EngineError> {
    let Some(promised) = desk.journal.outcome::<Promised>(run, PROMISE)? else { return Ok(()) };
    let reference = format!("refs/heads/{}", promised.branch);
    if let Some(at) = desk.git.reference(&reference)?
        && at.as_str() == promised.tip
        && desk.repository.head_branch.as_deref() != Some(promised.branch.as_str())
    {
        desk.git.delete_ref(&reference, &at)?;
    }
    Ok(())
}
