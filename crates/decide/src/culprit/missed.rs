//! When everything fails in a way that the full set does not show.
//!
//! Something that was left out is missed by something that stayed (old Flask dies beside new Werkzeug), or a
//! culprit shows that the full set's own failure hid. Neither is about the suspects of the round, and one probe
//! with the right unit in place tells the two apart: the new failure goes.
//! Lives here: finding the missed unit, and the units that miss it. Lives elsewhere: how a probe is judged
//! (`super::narrow`).

use super::Trials;
use super::boundary::{boundary, fails};
use super::ledger::{Answer, Halt};
use super::narrow::{Round, Taught};
use super::rounds::Search;
use super::sets::UnitSet;
use super::suspects::Standing;

/// Missed units looked for in one round before its symptoms count as noise.
const MISSED: usize = 8;

impl<T: Trials> Search<'_, T> {
    /// Everything fails in a new way without `leave`: puts back those that the resolver ties to what stayed, or
    /// that the new failure names. True when that helps; they then stay in place.
    pub(super) fn put_back(
        &mut self,
        round: &Round<'_>,
        standing: &Standing,
        leave: &UnitSet,
    ) -> Result<bool, Halt<T::Stop>> {
        let set = self.graph.leave(round.top, leave);
        let Some(entry) = self.ledger.entries.iter().find(|e| e.tried == set && e.failing.meets(&round.tests)) else {
            return Ok(false);
        };
        let out = round.top.minus(&set);
        let named = self.ledger.named(&round.tests, &entry.shown);
        let back = self.graph.with_users(&set).union(&named).both(&out);
        let wider = self.graph.close(&set.union(&back)).both(round.top);
        if back.is_empty() || wider == *round.top {
            return Ok(false);
        }
        let helps = matches!(self.try_without(round, standing, &round.top.minus(&wider))?, Taught::Something);
        if helps {
            self.sticky = self.graph.close(&self.sticky.union(&wider.minus(&set)));
        }
        Ok(helps)
    }

    /// Finds the unit whose absence spoils the set without `leave`, and keeps it in place from now on.
    pub(super) fn stick(&mut self, round: &mut Round<'_>, leave: &UnitSet) -> Result<bool, Halt<T::Stop>> {
        round.missed += 1;
        if round.missed > MISSED && !round.own.is_empty() {
            round.own.clear();
            return Ok(true);
        }
        let bounds = (self.graph.leave(round.top, leave), round.top.clone());
        let (low, high) = boundary(
            &mut self.ledger,
            &self.graph,
            bounds,
            |_| 1.0,
            |ledger, set| {
                let speaks = round.speaks(ledger, set)?;
                Ok(Some((set.clone(), speaks)))
            },
        )?;
        let known = self.graph.close(&self.sticky.union(&high.minus(&low)));
        let grew = known != self.sticky;
        self.sticky = known;
        Ok(grew)
    }

    /// `suspects` and all that die without them, if `test` passes when they are gone. Whoever of them is at
    /// fault, the others can neither clear nor accuse it one by one.
    pub(super) fn with_all_who_miss(
        &mut self,
        round: &mut Round<'_>,
        suspects: &UnitSet,
        test: usize,
    ) -> Result<Option<UnitSet>, Halt<T::Stop>> {
        // Else they can still be told apart, or what stands between them is noise.
        if !suspects.is_subset(&self.sticky) {
            return Ok(None);
        }
        let mut block = suspects.clone();
        loop {
            let set = self.graph.leave(round.top, &block);
            let Answer::Ran(at) = self.ledger.probe(&set, &round.tests)? else {
                return Ok(None);
            };
            let Some(entry) = self.ledger.entry(at) else {
                return Ok(None);
            };
            if entry.passes(test) {
                return Ok(Some(round.top.minus(&set)));
            }
            let other = entry.shown.clone();
            if !self.ledger.fails_otherwise(test, &round.own, &other) || round.missed >= MISSED {
                return Ok(None);
            }
            round.missed += 1;
            let passing = self.ledger.entries.iter().filter(|e| e.passes(test) && e.tried.is_subset(&set));
            let low = passing.max_by_key(|e| e.tried.len()).map(|e| e.tried.clone()).unwrap_or_default();
            let (low, high) = boundary(
                &mut self.ledger,
                &self.graph,
                (low, set),
                |_| 1.0,
                |ledger, set| fails(ledger, set, test, &round.tests),
            )?;
            block = block.union(&high.minus(&low));
        }
    }
}
