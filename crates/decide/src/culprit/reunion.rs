//! The way back for units that fail alone only because what they miss was left out as well.
//!
//! A unit added to the kept set may die of something that the full set never showed: another dropped unit is
//! missing. Such a proof is doubtful until the unit has been tried beside everything it might miss.
//! Lives here: which proofs are doubtful, and trying the doubtful ones back together.
//! Lives elsewhere: proof unit by unit (`super::proof`), partners of a failure (`super::partners`).

use super::boundary::boundary;
use super::ledger::{Answer, Entry, Halt, TestSet};
use super::partners::Partner;
use super::rounds::Search;
use super::sets::UnitSet;
use super::{Step, Trials};

impl<T: Trials> Search<'_, T> {
    /// Tries the units without a firm proof back together. Those that fail as before beside all the others are
    /// at fault; without them the rest gets another try. True when some were taken back.
    pub(super) fn reunite(&mut self) -> Result<bool, Halt<T::Stop>> {
        let gone = self.gone();
        let mut firm: UnitSet = gone.iter().filter(|unit| self.firm(*unit)).collect();
        loop {
            let back = self.graph.leave(&gone, &firm);
            if !back.iter().any(|unit| self.doubtful(unit, &back)) {
                return Ok(false);
            }
            let tests = self.tests_of(&back);
            if tests.is_empty() {
                return Ok(false);
            }
            let Some(at) = self.come_back(&back, &tests)? else {
                return Ok(false);
            };
            if back.is_subset(&self.kept) {
                return Ok(true);
            }
            let same: UnitSet = back.iter().filter(|unit| self.fails_again(*unit, at)).collect();
            for unit in same.iter() {
                let group = self.graph.close(&self.graph.with_users(&UnitSet::new().with(unit)).both(&back));
                let group = group.minus(&self.kept);
                // Several may share a failure that is one's alone.
                if same.len() > 1 && group.len() > 1 && group != back {
                    let tests = self.tests_of(&group);
                    self.come_back(&group, &tests)?;
                    if group.is_subset(&self.kept) {
                        return Ok(true);
                    }
                }
            }
            let out = if same.is_empty() { self.newcomer(&back, at)? } else { same };
            if !out.meets(&back) {
                return Ok(false);
            }
            firm = firm.union(&out);
        }
    }

    /// Proven, and no larger set was seen that does without the failure.
    fn firm(&self, unit: usize) -> bool {
        let Some(block) = self.block(unit) else {
            return false;
        };
        match self.pair(&block) {
            Some(pair) => !self.outdone(pair.fails, &pair.tests) && !self.users_missing(unit, pair.fails),
            None => self.evidence(unit).is_some(),
        }
    }

    /// Whether `unit` has a proof, and one that says nothing about all of `back` together.
    fn doubtful(&self, unit: usize, back: &UnitSet) -> bool {
        let pair = self.block(unit).and_then(|block| self.pair(&block));
        pair.is_some_and(|pair| pair.fails.tried != self.kept.union(back))
    }

    /// Whether `unit` failed without a unit that needs it and was left out: the need may be mutual.
    fn users_missing(&self, unit: usize, fails: &Entry) -> bool {
        let users = self.graph.with_users(&UnitSet::new().with(unit));
        users.meets(&self.gone().minus(&fails.tried))
    }

    /// Whether each of `tests` passes, or fails in another way, in a set that holds all of `fails` and more:
    /// then `fails` misses something, or another failure hides its own.
    pub(super) fn outdone(&self, fails: &Entry, tests: &TestSet) -> bool {
        let larger = |e: &&Entry| !e.void && e.tried != fails.tried && fails.tried.is_subset(&e.tried);
        let more: Vec<&Entry> = self.ledger.entries.iter().filter(larger).collect();
        tests.iter().all(|test| {
            more.iter().any(|e| e.passes(test) || self.ledger.fails_otherwise(test, &fails.shown, &e.shown))
        })
    }

    /// Whether entry `at` shows a failure that proves `unit`.
    fn fails_again(&self, unit: usize, at: usize) -> bool {
        let pair = self.block(unit).and_then(|block| self.pair(&block));
        let (Some(pair), Some(entry)) = (pair, self.ledger.entry(at)) else {
            return false;
        };
        let again =
            |test| entry.failing.contains(test) && !self.ledger.fails_otherwise(test, &pair.fails.shown, &entry.shown);
        pair.tests.iter().any(again)
    }

    /// Tests that point to `units`: those of their proofs and of the rounds that suspected them.
    fn tests_of(&self, units: &UnitSet) -> TestSet {
        let proofs = units.iter().filter_map(|unit| self.pair(&self.block(unit)?).map(|pair| pair.tests));
        let rounds = self.rounds.iter().flat_map(|left| &left.suspects);
        let rounds = rounds.filter(|(unit, _)| units.contains(*unit)).map(|(_, tests)| tests.clone());
        let all = proofs.chain(rounds).fold(TestSet::new(), |all, tests| all.union(&tests));
        let few = all.iter().take(self.limits.representatives);
        few.collect()
    }

    /// Tries `units` beside what is kept, and keeps them when the whole suite passes. The ledger's entry, if any.
    fn come_back(&mut self, units: &UnitSet, tests: &TestSet) -> Result<Option<usize>, Halt<T::Stop>> {
        let set = self.kept.union(units);
        let Answer::Ran(mut at) = self.ledger.probe(&set, tests)? else {
            return Ok(None);
        };
        if self.ledger.entry(at).is_some_and(|entry| entry.good() && !entry.is_full()) {
            let Answer::Ran(full) = self.ledger.full(&set)? else {
                return Ok(None);
            };
            at = full;
        }
        let Some(entry) = self.ledger.entry(at) else {
            return Ok(None);
        };
        if entry.good() && set.is_subset(&entry.tried) {
            let larger = entry.tried.clone();
            for unit in larger.minus(&self.kept).iter() {
                (self.ledger.watch)(Step::TakenBack { unit });
            }
            self.kept = larger;
        }
        Ok(Some(at))
    }

    /// Together `back` fails as no proof of its members does (entry `at`): the unit whose addition brings that
    /// failure. What it adds itself to failed in another way, for want of it.
    fn newcomer(&mut self, back: &UnitSet, at: usize) -> Result<UnitSet, Halt<T::Stop>> {
        let Some(entry) = self.ledger.entry(at) else {
            return Ok(UnitSet::new());
        };
        let shown = entry.shown.clone();
        let tests = self.ledger.representatives(&shown, self.limits.representatives);
        let Some(test) = tests.lowest() else {
            return Ok(UnitSet::new());
        };
        let (low, high) = boundary(
            &mut self.ledger,
            &self.graph,
            (self.kept.clone(), self.kept.union(back)),
            |_| 1.0,
            |ledger, set| {
                let Answer::Ran(at) = ledger.probe(set, &tests)? else {
                    return Ok(None);
                };
                let Some(entry) = ledger.entry(at) else {
                    return Ok(None);
                };
                let same = entry.failing.contains(test) && !ledger.fails_otherwise(test, &shown, &entry.shown);
                Ok(Some((entry.tried.clone(), same)))
            },
        )?;
        let came = high.minus(&low);
        for other in came.iter() {
            for of in self.graph.needs(other).both(&low.minus(&self.kept)).iter() {
                if !self.partners.iter().any(|partner| partner.of == of) {
                    self.partners.push(Partner { of, other, missing: true });
                }
            }
        }
        Ok(came)
    }
}
