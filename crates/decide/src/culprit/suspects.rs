//! What the observations leave of each failing test's possible causes.
//!
//! The model is "or": a test fails when one of its culprits is in place. So no unit of a passing set is a
//! culprit of that test, and every failing set holds one. A test that fails in another way than in the full
//! set says neither: what left is missed, or another culprit shows. Where that leaves nobody, the model does
//! not fit (an interaction, a missing partner) and the test goes to strict mode.
//! Lives here: pure inference over the ledger. Lives elsewhere: which set to try next (`super::split`).

use super::Trials;
use super::ledger::{Ledger, Shown, TestSet};
use super::sets::UnitSet;

/// What is known about one test's culprits.
struct Question {
    /// Units not exonerated by a passing set.
    could: UnitSet,
    /// Sets of which each holds a culprit. One set as long as a single culprit explains everything; an empty
    /// set says that the model does not fit.
    holds: Vec<UnitSet>,
}

fn question<T: Trials>(ledger: &Ledger<'_, T>, test: usize, top: &UnitSet, own: &Shown) -> Question {
    let entries = &ledger.entries;
    // It passed with more in place: something that left is missed. Then only sets within `top` compare.
    let missing = entries.iter().any(|e| top.is_subset(&e.tried) && e.passes(test));
    let mut could = top.clone();
    for entry in entries.iter().filter(|e| !e.void && e.passes(test)) {
        if !missing || entry.tried.is_subset(top) {
            could = could.minus(&entry.tried);
        }
    }
    let failing = entries
        .iter()
        .filter(|e| !e.void && e.failing.contains(test) && e.tried.is_subset(top))
        .filter(|e| !ledger.fails_otherwise(test, own, &e.shown));
    let mut holds: Vec<_> = failing.map(|e| e.tried.both(&could)).collect();
    let single = holds.iter().fold(could.clone(), |all, set| all.both(set));
    if !single.is_empty() {
        return Question { could, holds: vec![single] };
    }
    holds.sort_by_key(UnitSet::len);
    let mut least: Vec<UnitSet> = Vec::new();
    for set in holds {
        if !least.iter().any(|smaller| smaller.is_subset(&set)) {
            least.push(set);
        }
    }
    Question { could, holds: least }
}

/// Tests whose open question is the same set of units.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) suspects: UnitSet,
    pub(super) tests: TestSet,
}

/// Where the search stands on all representative tests.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// Units that alone explain an observation of a test, with those tests.
    pub(super) located: Vec<(usize, TestSet)>,
    /// Questions that no located unit answers, smallest first.
    pub(super) open: Vec<Group>,
    /// Units that no open question asks about and no passing set has cleared: left out of probes, so that a
    /// second culprit of the same test does not answer for the first.
    pub(super) unclear: UnitSet,
    /// Tests that the model does not fit.
    pub(super) aside: TestSet,
}

impl Standing {
    /// Reads the ledger on `tests`, which fail in `top` as `own` shows.
    pub(super) fn read<T: Trials>(ledger: &Ledger<'_, T>, tests: &TestSet, top: &UnitSet, own: &Shown) -> Self {
        let mut standing = Self::default();
        let mut questions: Vec<(usize, Question)> = Vec::new();
        for test in tests.iter() {
            let question = question(ledger, test, top, own);
            let sets = &question.holds;
            if sets.iter().any(UnitSet::is_empty) {
                standing.aside.insert(test);
                continue;
            }
            for unit in sets.iter().filter(|set| set.len() == 1).filter_map(UnitSet::lowest) {
                standing.locate(unit, test);
            }
            questions.push((test, question));
        }
        let located = standing.located();
        for (test, question) in questions {
            for set in question.holds.into_iter().filter(|set| !set.meets(&located)) {
                standing.unclear = standing.unclear.union(&question.could);
                match standing.open.iter_mut().find(|group| group.suspects == set) {
                    Some(group) => {
                        group.tests.insert(test);
                    }
                    None => standing.open.push(Group { suspects: set, tests: TestSet::new().with(test) }),
                }
            }
        }
        for group in &standing.open {
            standing.unclear = standing.unclear.minus(&group.suspects);
        }
        standing.open.sort_by(|a, b| a.suspects.len().cmp(&b.suspects.len()).then(a.suspects.cmp(&b.suspects)));
        standing
    }

    pub(super) fn locate(&mut self, unit: usize, test: usize) {
        match self.located.iter_mut().find(|(known, _)| *known == unit) {
            Some((_, tests)) => {
                tests.insert(test);
            }
            None => self.located.push((unit, TestSet::new().with(test))),
        }
    }

    pub(super) fn located(&self) -> UnitSet {
        self.located.iter().map(|(unit, _)| *unit).collect()
    }

    /// Everybody under suspicion.
    pub(super) fn doubted(&self) -> UnitSet {
        self.open.iter().fold(self.located(), |all, group| all.union(&group.suspects)).union(&self.unclear)
    }

    /// How much is still open; a probe that leaves it as it was taught nothing.
    pub(super) fn measure(&self) -> (usize, usize, Vec<UnitSet>) {
        let open = self.open.iter().map(|group| group.suspects.clone()).collect();
        (self.aside.len(), self.located.len(), open)
    }
}
