//! Proof: for each unit that is left out, two observed sets that differ by it, or its return.
//!
//! Lives here: chains of proof probes, exoneration, the evidence read off the ledger.
//! Lives elsewhere: how units came under suspicion (`super::narrow`).

use uplift_model::outcome::Proof;

use super::ledger::{Answer, Entry, Halt, TestSet};
use super::rounds::Search;
use super::sets::UnitSet;
use super::{Dropped, Step, Trials};

/// A passing and a failing entry that differ by one unit (or by units that only move together).
pub(super) struct Pair<'l> {
    pub(super) passes: &'l UnitSet,
    pub(super) fails: &'l Entry,
    pub(super) tests: TestSet,
}

impl<T: Trials> Search<'_, T> {
    /// Proves or takes back every unit that is not kept.
    pub(super) fn prove(&mut self) -> Result<(), Halt<T::Stop>> {
        for round in 0..self.rounds.len() {
            self.chain(round)?;
        }
        loop {
            let mut fresh = false;
            for unit in self.gone().iter() {
                fresh |= self.settle(unit)?;
            }
            if !fresh && !self.reunite()? {
                self.find_partners()?;
                if !self.swap()? {
                    break;
                }
            }
        }
        for unit in self.gone().iter() {
            if let Some(Dropped { proof, .. }) = self.evidence(unit) {
                (self.ledger.watch)(Step::Blamed { unit, proof });
            }
        }
        Ok(())
    }

    /// Puts a round's suspects back one after the other: each step between two neighbours proves one of them,
    /// and the ends of the chain are known, so k suspects cost k - 1 probes.
    fn chain(&mut self, round: usize) -> Result<(), Halt<T::Stop>> {
        let Some(left) = self.rounds.get(round) else {
            return Ok(());
        };
        let suspects: UnitSet = left.suspects.iter().map(|(unit, _)| *unit).collect();
        let tests = left.suspects.iter().fold(TestSet::new(), |all, (_, tests)| all.union(tests));
        let known = |e: &Entry| e.is_full() && e.tried == left.next && !e.masked;
        let mut set = if self.ledger.entries.iter().any(known) { left.next.clone() } else { self.kept.clone() };
        let top = left.top.clone();
        for unit in self.graph.order(&suspects, |unit| self.weight(unit)) {
            if suspects.iter().all(|unit| self.kept.contains(unit) || self.evidence(unit).is_some()) {
                break;
            }
            let wider = set.with(unit);
            if wider == top || self.graph.close(&wider) != wider {
                continue;
            }
            self.ledger.probe(&wider, &tests)?;
            set = wider;
        }
        Ok(())
    }

    /// Proves `unit`, or takes it back; true when something was taken back or learnt.
    fn settle(&mut self, unit: usize) -> Result<bool, Halt<T::Stop>> {
        let Some(block) = self.block(unit) else {
            return Ok(false);
        };
        let proven = self.evidence(unit).is_some() && !self.stale(unit, &block);
        if self.kept.contains(unit) || proven {
            return Ok(false);
        }
        let set = self.kept.union(&block);
        let of = |units: &UnitSet| {
            let all = self.rounds.iter().flat_map(|left| &left.suspects);
            all.filter(|(unit, _)| units.contains(*unit)).fold(TestSet::new(), |tests, (_, own)| tests.union(own))
        };
        let tests = of(&block);
        // No test points to it (it only went along with another): the whole suite decides.
        let mut answer = if tests.is_empty() { self.ledger.full(&set)? } else { self.ledger.probe(&set, &tests)? };
        if let Answer::Ran(at) = answer
            && self.ledger.entry(at).is_some_and(|entry| entry.good() && !entry.is_full())
        {
            answer = self.ledger.full(&set)?;
        }
        let Answer::Ran(at) = answer else {
            return self.find_needed(unit);
        };
        let Some(entry) = self.ledger.entry(at) else {
            return Ok(false);
        };
        let (tried, good) = (entry.tried.clone(), entry.good());
        if good && tried.contains(unit) && self.kept.is_subset(&tried) {
            for unit in tried.minus(&self.kept).iter() {
                (self.ledger.watch)(Step::TakenBack { unit });
            }
            self.kept = tried;
            return Ok(true);
        }
        let pulled = tried.minus(&set);
        for needed in pulled.iter() {
            self.graph.learn(unit, needed);
        }
        Ok(!pulled.is_empty())
    }

    /// Whether the failure that proves `unit` may have needed another unit that is gone by now.
    fn stale(&self, unit: usize, block: &UnitSet) -> bool {
        let Some(pair) = self.pair(block).filter(|pair| *pair.passes != self.kept) else {
            return false;
        };
        let gone = pair.fails.tried.minus(&self.kept).minus(block);
        pair.tests.iter().all(|test| self.always_there(unit, test).meets(&gone))
    }

    /// Units that were in place whenever `unit` was and `test` failed: the ones that may take part.
    pub(super) fn always_there(&self, unit: usize, test: usize) -> UnitSet {
        let entries = self.ledger.entries.iter();
        let failing = entries.filter(|e| e.tried.contains(unit) && e.failing.contains(test)).map(|e| &e.tried);
        failing.fold(UnitSet::first(self.units.len()), |all, set| all.both(set)).without(unit)
    }

    /// The resolver refuses `unit` beside what is kept: does it only miss another unit that was left out?
    fn find_needed(&mut self, unit: usize) -> Result<bool, Halt<T::Stop>> {
        let gone = self.gone().without(unit);
        for other in gone.iter() {
            let set = self.kept.with(unit).with(other);
            if self.graph.close(&set) == set && self.ledger.resolve(&set)?.is_some() {
                self.graph.learn(unit, other);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What must come back together with `unit`; `None` when it needs a unit that is out for its own reasons.
    pub(super) fn block(&self, unit: usize) -> Option<UnitSet> {
        let block = self.graph.close(&UnitSet::new().with(unit)).minus(&self.kept);
        let together = block
            .iter()
            .all(|other| other == unit || self.graph.needs(other).contains(unit) || self.misses(other, unit));
        together.then_some(block)
    }

    /// The pair of entries that proves `block`: nearest to what is kept, and nothing of that missing.
    pub(super) fn pair(&self, block: &UnitSet) -> Option<Pair<'_>> {
        let least = self.kept.union(block);
        let entries = &self.ledger.entries;
        let mut best: Option<Pair<'_>> = None;
        for fails in entries.iter().filter(|e| least.is_subset(&e.tried)) {
            let lower = fails.tried.minus(block);
            let passes: TestSet = fails
                .failing
                .iter()
                .filter(|test| entries.iter().any(|e| e.tried == lower && e.passes(*test)))
                .collect();
            let Some(low) = entries.iter().find(|e| e.tried == lower && !e.masked) else {
                continue;
            };
            // A failure that a larger set does not show proves less than one that stays.
            let rank = |fails: &Entry, tests| (self.outdone(fails, tests), fails.tried.len());
            if passes.is_empty()
                || best.as_ref().is_some_and(|best| rank(best.fails, &best.tests) < rank(fails, &passes))
            {
                continue;
            }
            best = Some(Pair { passes: &low.tried, fails, tests: passes });
        }
        best
    }

    /// What the ledger proves about `unit`, if anything.
    pub(super) fn evidence(&self, unit: usize) -> Option<Dropped> {
        let block = self.block(unit)?;
        let mut with: Vec<_> = block.without(unit).iter().collect();
        with.extend(self.partners.iter().filter(|partner| partner.of == unit).map(|partner| partner.other));
        if let Some(pair) = self.pair(&block) {
            let first = pair
                .tests
                .lowest()
                .and_then(|test| pair.fails.shown.get(&test))
                .map(|symptom| self.ledger.symptom(*symptom).to_owned());
            return Some(Dropped {
                unit,
                proof: if *pair.passes == self.kept { Proof::Probe } else { Proof::Witness },
                tests: pair.tests.iter().map(|test| self.ledger.test(test)).collect(),
                symptom: first.unwrap_or_default(),
                passes: pair.passes.clone(),
                fails: pair.fails.tried.clone(),
                with,
                needed_by_drop: None,
            });
        }
        let set = self.kept.union(&block);
        self.ledger.refused.get(&set).map(|conflict| Dropped {
            unit,
            proof: Proof::Resolver,
            tests: Vec::new(),
            symptom: conflict.clone(),
            passes: self.kept.clone(),
            fails: set,
            with,
            needed_by_drop: None,
        })
    }
}
