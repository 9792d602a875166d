//! The search's door to the lab: a set of movers becomes a solution, an environment, a run, a list of new failures.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use uplift_decide::baseline::Baseline;
use uplift_decide::culprit::{Failing, Observed, Trials, UnitSet};
use uplift_decide::{symptoms, verdict};
use uplift_ecosystems::python::resolve::{Answer, Freshness, Solved};
use uplift_model::{Event, Failure, PackageName, SuiteRun, TestId};
use uplift_verify::discover::TestCommand;

use crate::error::EngineError;
use crate::lab::Lab;
use crate::solver::{Solver, Wish, Wishes};
use crate::state::{Mover, State};

/// Tests that stand for all in reruns.
const REPRESENTATIVES: usize = 40;

/// One way in which a test failed: with which symptom, with what in place, told by which log.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    pub(crate) key: String,
    pub(crate) failure: Failure,
    pub(crate) log: String,
    pub(crate) tried: UnitSet,
}

/// Failures by test, in the order in which they were seen.
pub(crate) type Seen = BTreeMap<TestId, Vec<Sight>>;

/// Trials of one round: from `state`, with `movers`.
pub(crate) struct Round<'a> {
    pub(crate) lab: &'a Lab<'a>,
    pub(crate) solver: &'a Solver<'a>,
    pub(crate) command: &'a TestCommand,
    pub(crate) baseline: &'a Baseline,
    pub(crate) state: &'a State,
    pub(crate) movers: &'a [Mover],
    /// Import names of packages, for hints.
    pub(crate) imports: &'a [(PackageName, Vec<String>)],
    pub(crate) tell: &'a dyn Fn(Event) -> Result<(), EngineError>,
    /// Every way in which a test was seen to fail, for the report.
    pub(crate) failures: RefCell<Seen>,
    /// Symptom keys in words for people.
    pub(crate) titles: &'a RefCell<BTreeMap<String, String>>,
}

/// A set as the resolver took it.
pub(crate) enum Taken {
    As { solved: Box<Solved>, tried: BTreeSet<usize> },
    Refused(String),
}

impl Round<'_> {
    /// Resolves the movers of `set` at their targets and all others where they are; partners that the resolver
    /// wants as well come along and are named in `tried`.
    pub(crate) fn resolve(&self, set: &BTreeSet<usize>) -> Result<Taken, EngineError> {
        let mut tried = set.clone();
        let mut refusal = String::new();
        for _ in 0..4 {
            let moving = tried.iter().filter_map(|i| self.movers.get(*i));
            match self.solver.solve(
                &self.state.wishes_with(moving),
                &self.state.solution,
                &|_| true,
                Freshness::CacheFirst,
            )? {
                Answer::Solved(solved) => return Ok(Taken::As { solved: Box::new(solved), tried }),
                Answer::Refused(conflict) => refusal = conflict.text,
            }
            let before = tried.len();
            tried.extend(self.partners(&tried)?);
            if tried.len() == before {
                break;
            }
        }
        Ok(Taken::Refused(refusal))
    }

    /// Movers outside `set` that the resolver moves when it is free to, so that `set` fits.
    pub(crate) fn partners(&self, set: &BTreeSet<usize>) -> Result<BTreeSet<usize>, EngineError> {
        let moving = set.iter().filter_map(|i| self.movers.get(*i));
        let mut wishes = self.state.wishes_with(moving);
        let others: Vec<usize> = (0..self.movers.len()).filter(|i| !set.contains(i)).collect();
        for step in others.iter().filter_map(|i| self.movers.get(*i)).flat_map(|m| &m.steps) {
            wishes.insert(step.name.clone(), Wish::Between(step.from.clone(), step.to.clone()));
        }
        let Answer::Solved(solved) =
            self.solver.solve(&wishes, &self.state.solution, &|_| true, Freshness::CacheFirst)?
        else {
            return Ok(BTreeSet::new());
        };
        let moved = |m: &Mover| m.steps.iter().any(|s| solved.solution.version(&s.name).is_some_and(|v| *v != s.from));
        Ok(others.into_iter().filter(|i| self.movers.get(*i).is_some_and(moved)).collect())
    }

    /// Tries wishes that are no set of movers: a culprit at a version in between. `None`: it does not resolve or install.
    pub(crate) fn fails_with(&self, wishes: &Wishes, tests: &[TestId]) -> Result<Option<Vec<TestId>>, EngineError> {
        let Answer::Solved(solved) =
            self.solver.solve(wishes, &self.state.solution, &|_| true, Freshness::CacheFirst)?
        else {
            return Ok(None);
        };
        let Ok(environment) = self.lab.environment(&solved.solution)? else { return Ok(None) };
        let run = self.lab.suite(self.command, &environment, Some(tests), 0)?;
        let failing = self.new_failures(&run, Some(tests));
        let confirmed = self.confirm(failing, Some(tests), &environment, false)?;
        let tests_failing: Vec<TestId> = confirmed.into_iter().map(|(t, _)| t).collect();
        (self.tell)(Event::Probe {
            packages: wishes.len(),
            tests: tests.len(),
            seconds: run.seconds,
            failing: tests_failing.len(),
        })?;
        Ok(Some(tests_failing))
    }

    fn observe(&self, set: &UnitSet, tests: Option<&[TestId]>) -> Result<Observed, EngineError> {
        let wanted: BTreeSet<usize> = set.iter().collect();
        let (solved, tried) = match self.resolve(&wanted)? {
            Taken::As { solved, tried } => (solved, tried),
            Taken::Refused(conflict) => return Ok(Observed::Unresolvable { conflict }),
        };
        let tried_set: UnitSet = tried.iter().copied().collect();
        if tests.is_some_and(<[TestId]>::is_empty) {
            return Ok(Observed::Ran { failing: Vec::new(), masked: false, tried: tried_set });
        }
        let environment = match self.lab.environment(&solved.solution)? {
            Ok(environment) => environment,
            Err(conflict) => return Ok(Observed::Unresolvable { conflict }),
        };
        let run = self.lab.suite(self.command, &environment, tests, 0)?;
        let failing = self.new_failures(&run, tests);
        let masked = !run.crashes.is_empty() && !failing.is_empty();
        let failing = self.confirm(failing, tests, &environment, masked)?;
        let seconds = run.seconds;
        (self.tell)(match tests {
            None => Event::FullRun { packages: tried.len(), seconds, newly_failing: failing.len() },
            Some(tests) => Event::Probe { packages: tried.len(), tests: tests.len(), seconds, failing: failing.len() },
        })?;
        let masked = masked && !failing.is_empty();
        Ok(Observed::Ran { failing: self.described(&failing, &run.log, &tried_set), masked, tried: tried_set })
    }

    fn new_failures(&self, run: &SuiteRun, tests: Option<&[TestId]>) -> Vec<(TestId, Failure)> {
        match tests {
            None => verdict::compare(self.baseline, run).newly_failing,
            Some(tests) => verdict::compare_selected(self.baseline, run, tests).newly_failing,
        }
    }

    /// Keeps what fails in two more fresh processes. A failure that was confirmed before with the same error needs no
    /// second proof; of a large symptom some tests stand for all.
    fn confirm(
        &self,
        failing: Vec<(TestId, Failure)>,
        tests: Option<&[TestId]>,
        environment: &uplift_ecosystems::python::environment::Environment,
        masked: bool,
    ) -> Result<Vec<(TestId, Failure)>, EngineError> {
        let known = |id: &TestId, failure: &Failure| {
            self.failures.borrow().get(id).is_some_and(|all| {
                all.iter().any(|s| s.failure.error == failure.error && s.failure.stage == failure.stage)
            })
        };
        if failing.iter().all(|(id, failure)| known(id, failure)) || (masked && tests.is_some()) {
            return Ok(failing);
        }
        let clusters = symptoms::cluster(&failing, &self.baseline.durations, REPRESENTATIVES);
        let mut picked: Vec<TestId> = clusters.iter().flat_map(|c| c.representatives.clone()).collect();
        picked.sort();
        picked.dedup();
        let mut gone: BTreeSet<TestId> = BTreeSet::new();
        for attempt in 1..=2 {
            let rerun = self.lab.suite(self.command, environment, Some(&picked), attempt)?;
            let again: BTreeSet<TestId> =
                self.new_failures(&rerun, Some(&picked)).into_iter().map(|(id, _)| id).collect();
            gone.extend(picked.iter().filter(|id| !again.contains(*id)).cloned());
        }
        if gone.is_empty() {
            return Ok(failing);
        }
        // Where a stand-in passes, each test of its symptom speaks for itself.
        let unsure: Vec<TestId> = clusters
            .iter()
            .filter(|c| c.representatives.iter().any(|r| gone.contains(r)))
            .flat_map(|c| c.tests.clone())
            .collect();
        for attempt in 3..=4 {
            let rerun = self.lab.suite(self.command, environment, Some(&unsure), attempt)?;
            let again: BTreeSet<TestId> =
                self.new_failures(&rerun, Some(&unsure)).into_iter().map(|(id, _)| id).collect();
            gone.extend(unsure.iter().filter(|id| !again.contains(*id)).cloned());
        }
        Ok(failing.into_iter().filter(|(id, _)| !gone.contains(id)).collect())
    }

    /// Failures as the search wants them: clustered, with hints.
    fn described(&self, failing: &[(TestId, Failure)], log: &str, tried: &UnitSet) -> Vec<Failing> {
        let mut keys: BTreeMap<&TestId, String> = BTreeMap::new();
        let clusters = symptoms::cluster(failing, &self.baseline.durations, REPRESENTATIVES);
        for cluster in &clusters {
            self.titles.borrow_mut().insert(cluster.key.clone(), cluster.title.clone());
            for test in &cluster.tests {
                keys.insert(test, cluster.key.clone());
            }
        }
        let mut failures = self.failures.borrow_mut();
        failing
            .iter()
            .map(|(test, failure)| {
                let key = keys.get(test).cloned().unwrap_or_default();
                let sights = failures.entry(test.clone()).or_default();
                if !sights.iter().any(|s| s.key == key && s.tried == *tried) {
                    sights.push(Sight {
                        key: key.clone(),
                        failure: failure.clone(),
                        log: log.to_owned(),
                        tried: tried.clone(),
                    });
                }
                let named = symptoms::names(failure, self.imports);
                let names = (0..self.movers.len())
                    .filter(|i| self.movers.get(*i).is_some_and(|m| m.steps.iter().any(|s| named.contains(&s.name))))
                    .collect();
                Failing { test: test.clone(), symptom: key, names }
            })
            .collect()
    }
}

impl Trials for Round<'_> {
    type Stop = EngineError;

    fn full(&mut self, set: &UnitSet) -> Result<Observed, EngineError> {
        self.observe(set, None)
    }

    fn probe(&mut self, set: &UnitSet, tests: &[TestId]) -> Result<Observed, EngineError> {
        self.observe(set, Some(tests))
    }
}
