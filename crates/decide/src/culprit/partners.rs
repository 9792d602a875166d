//! Failures that take two: who takes part, and whether dropping the other one loses less.
//!
//! Lives here: partners of interactions, silent needs, and the swap within a pair.
//! Lives elsewhere: proof that a dropped unit fails at all (`super::proof`).

use super::boundary::{boundary, fails};
use super::ledger::{Answer, Entry, Halt, TestSet};
use super::rounds::Search;
use super::sets::UnitSet;
use super::{Step, Trials};

/// Another unit that takes part in a dropped unit's failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Partner {
    pub(super) of: usize,
    pub(super) other: usize,
    /// `of` fails where `other` is missing; else where it is present.
    pub(super) missing: bool,
}

impl<T: Trials> Search<'_, T> {
    /// Whether `unit` is known to fail where `other` is missing.
    pub(super) fn misses(&self, unit: usize, other: usize) -> bool {
        self.partners.iter().any(|partner| partner.missing && (partner.of, partner.other) == (unit, other))
    }

    /// Where the ledger shows that a dropped unit is not at fault alone, finds who takes part.
    pub(super) fn find_partners(&mut self) -> Result<(), Halt<T::Stop>> {
        for unit in self.gone().iter() {
            if !self.partners.iter().any(|partner| partner.of == unit)
                && let Some((failing, tests)) = self.failure(unit)
            {
                let partner = self.find_partner(unit, &failing, &tests)?;
                self.partners.extend(partner);
            }
        }
        Ok(())
    }

    /// The failing set that proves `unit`, with the tests.
    fn failure(&self, unit: usize) -> Option<(UnitSet, TestSet)> {
        let block = self.block(unit)?;
        self.pair(&block).map(|pair| (pair.fails.tried.clone(), pair.tests))
    }

    fn find_partner(
        &mut self,
        unit: usize,
        failing: &UnitSet,
        tests: &TestSet,
    ) -> Result<Option<Partner>, Halt<T::Stop>> {
        let Some(test) = tests.lowest() else {
            return Ok(None);
        };
        let innocent = |e: &&Entry| e.tried.contains(unit) && e.passes(test);
        let entries = &self.ledger.entries;
        let lower = entries.iter().filter(innocent).filter(|e| e.tried.is_subset(failing));
        let upper = entries.iter().filter(innocent).filter(|e| failing.is_subset(&e.tried));
        let low = lower.max_by_key(|e| e.tried.len()).map(|e| (e.tried.clone(), failing.clone(), false));
        let high = upper.min_by_key(|e| e.tried.len()).map(|e| (failing.clone(), e.tried.clone(), true));
        let Some((low, high, missing)) = low.or(high) else {
            return Ok(None);
        };
        let (low, high) = boundary(
            &mut self.ledger,
            &self.graph,
            (low, high),
            |_| 1.0,
            |ledger, set| {
                let seen = fails(ledger, set, test, tests)?;
                Ok(seen.map(|(tried, failed)| (tried, failed != missing)))
            },
        )?;
        let other = high.minus(&low);
        let other = if other.len() == 1 { other.lowest() } else { None };
        Ok(other.map(|other| Partner { of: unit, other, missing }))
    }

    /// A unit went because it silently needs another that went. If that one fails only beside a third, the
    /// third may go instead, and both come back. True when a larger set passed.
    pub(super) fn swap(&mut self) -> Result<bool, Halt<T::Stop>> {
        let missed: Vec<_> = self.partners.iter().copied().filter(|partner| partner.missing).collect();
        for Partner { of, other, .. } in missed {
            if self.kept.contains(of) || self.kept.contains(other) {
                continue;
            }
            let Some(third) = self.rival(other)?.filter(|third| self.kept.contains(*third)) else {
                continue;
            };
            let back = self.graph.close(&self.kept.with(of).with(other));
            let set = self.graph.leave(&back, &UnitSet::new().with(third));
            if set.len() <= self.kept.len() {
                continue;
            }
            if let Answer::Ran(at) = self.ledger.full(&set)?
                && let Some(entry) = self.ledger.entry(at).filter(|entry| entry.good())
                && entry.tried.len() > self.kept.len()
            {
                let larger = entry.tried.clone();
                for unit in larger.minus(&self.kept).iter() {
                    (self.ledger.watch)(Step::TakenBack { unit });
                }
                self.kept = larger;
                self.partners.retain(|partner| !self.kept.contains(partner.of));
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The unit beside which `unit` fails, if it does not fail alone.
    fn rival(&mut self, unit: usize) -> Result<Option<usize>, Halt<T::Stop>> {
        let Some((failing, tests)) = self.failure(unit) else {
            return Ok(None);
        };
        let Some(test) = tests.lowest() else {
            return Ok(None);
        };
        if self.always_there(unit, test).is_empty() {
            return Ok(None);
        }
        let alone = self.graph.close(&UnitSet::new().with(unit));
        match fails(&mut self.ledger, &alone, test, &tests)? {
            Some((_, false)) => {}
            _ => return Ok(None),
        }
        let partner = self.find_partner(unit, &failing, &tests)?;
        Ok(partner.filter(|partner| !partner.missing).map(|partner| partner.other))
    }
}
