//! One round's narrowing: from "the full set fails these tests" to the units that explain it.
//!
//! Lives here: the loop of shared probes, and the way into strict mode.
//! Lives elsewhere: what to do when a probe shows another failure (`super::missed`), inference (`super::suspects`), the choice of sets (`super::split`), proof (`super::proof`).

use super::boundary::{boundary, fails};
use super::ledger::{Answer, Entry, Halt, Ledger, Shown, TestSet};
use super::rounds::Search;
use super::sets::UnitSet;
use super::split::{self, NAMED};
use super::suspects::{Group, Standing};
use super::{Step, Trials};

/// Share of every open question's weight that one unit must hold to be left out without a probe.
const GUESS: f64 = 0.8;

/// What a probe was good for.
pub(super) enum Taught {
    /// The standing changed.
    Something,
    /// It ran, and everything in it was known.
    Nothing,
    /// The resolver refused, or everything fails in a way that the full set does not show.
    Void,
}

/// The round that is being narrowed.
pub(super) struct Round<'r> {
    pub(super) top: &'r UnitSet,
    masked: bool,
    pub(super) tests: TestSet,
    /// How the tests fail in `top`. Empty when symptoms have turned out to be noise.
    pub(super) own: Shown,
    /// How the tests fail in `top`, for hints.
    shown: Shown,
    /// Units found so far that are missed when they are gone.
    pub(super) missed: usize,
}

impl Round<'_> {
    /// Probes `set`; false when the answer cannot be about the suspects.
    pub(super) fn speaks<T: Trials>(&self, ledger: &mut Ledger<'_, T>, set: &UnitSet) -> Result<bool, Halt<T::Stop>> {
        let Answer::Ran(at) = ledger.probe(set, &self.tests)? else {
            return Ok(false);
        };
        let Some(entry) = ledger.entries.get_mut(at) else {
            return Ok(false);
        };
        // A run that dies where the full set does not is about a unit that it misses.
        entry.void |= entry.masked && !(self.masked && entry.failing.meets(&self.tests));
        Ok(ledger.entry(at).is_some_and(|entry| self.tells(ledger, entry)))
    }

    /// Whether a test passes, or fails as it does in the full set. All failing in another way is about a unit
    /// that is missed, or about a culprit that another one hid: not about these suspects.
    pub(super) fn tells<T: Trials>(&self, ledger: &Ledger<'_, T>, entry: &Entry) -> bool {
        let as_there = |test| {
            entry.passes(test)
                || (entry.failing.contains(test) && !ledger.fails_otherwise(test, &self.own, &entry.shown))
        };
        !entry.void && self.tests.iter().any(as_there)
    }

    fn standing<T: Trials>(&self, ledger: &Ledger<'_, T>) -> Standing {
        Standing::read(ledger, &self.tests, self.top, &self.own)
    }
}

impl<T: Trials> Search<'_, T> {
    /// Units that explain why `top` fails as entry `at` shows, each with the tests that point to it.
    pub(super) fn narrow(&mut self, top: &UnitSet, at: usize) -> Result<Vec<(usize, TestSet)>, Halt<T::Stop>> {
        let Some(entry) = self.ledger.entry(at) else {
            return Ok(Vec::new());
        };
        let masked = entry.masked;
        let tests = self.ledger.representatives(&entry.shown, self.limits.representatives);
        let own = entry.shown.clone();
        let mut symptoms: Vec<_> = tests
            .iter()
            .filter_map(|test| own.get(&test))
            .map(|symptom| self.ledger.symptom(*symptom).to_owned())
            .collect();
        symptoms.sort();
        symptoms.dedup();
        (self.ledger.watch)(Step::Symptoms { symptoms });
        let mut round = Round { top, masked, tests, shown: own.clone(), own, missed: 0 };
        loop {
            let mut standing = round.standing(&self.ledger);
            self.doubted = standing.doubted();
            if standing.open.is_empty() && !standing.located.is_empty() {
                return Ok(standing.located);
            }
            if self.guess(&round, &mut standing) {
                return Ok(standing.located);
            }
            let stuck = match standing.open.first() {
                Some(_) if self.advance(&mut round, &standing)? => continue,
                Some(group) => {
                    let (suspects, test) = (group.suspects.clone(), group.tests.lowest());
                    if let Some(test) = test
                        && let Some(block) = self.with_all_who_miss(&mut round, &suspects, test)?
                    {
                        for unit in block.iter() {
                            standing.locate(unit, test);
                        }
                        return Ok(standing.located);
                    }
                    test
                }
                None => round.tests.lowest(),
            };
            if let Some(test) = stuck {
                for unit in self.trigger(&round, test)?.iter() {
                    standing.locate(unit, test);
                }
            }
            return Ok(standing.located);
        }
    }

    fn weigh(&self, round: &Round<'_>, group: &Group, unit: usize) -> f64 {
        let hint = if self.ledger.named(&group.tests, &round.shown).contains(unit) { NAMED } else { 1.0 };
        self.weight(unit) * hint
    }

    /// Locates the top suspect of every open question, when each holds nearly all the weight.
    fn guess(&self, round: &Round<'_>, standing: &mut Standing) -> bool {
        let mut sure = Vec::new();
        for group in &standing.open {
            let weights: Vec<_> = group.suspects.iter().map(|unit| (unit, self.weigh(round, group, unit))).collect();
            let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
            match weights.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
                Some((unit, weight)) if weight >= GUESS * total => sure.push((unit, group.tests.clone())),
                _ => return false,
            }
        }
        for (unit, tests) in &sure {
            for test in tests.iter() {
                standing.locate(*unit, test);
            }
        }
        !sure.is_empty()
    }

    /// Makes one probe that teaches something; false when none is left to make.
    fn advance(&mut self, round: &mut Round<'_>, standing: &Standing) -> Result<bool, Halt<T::Stop>> {
        let sticky = self.sticky.clone();
        let out = split::halves(&standing.open, &self.graph, &sticky, |group, unit| self.weigh(round, group, unit));
        let open = standing.open.iter().fold(UnitSet::new(), |all, group| all.union(&group.suspects));
        let rest = open.minus(&out).minus(&sticky);
        let located = standing.located().union(&standing.unclear).minus(&sticky);
        let mut choices = vec![located.union(&out), located.union(&rest)];
        if !located.is_empty() {
            choices.extend([out, rest]);
        }
        let mut void = None;
        for leave in choices {
            match self.try_without(round, standing, &leave)? {
                Taught::Something => return Ok(true),
                Taught::Nothing => {}
                Taught::Void => {
                    if self.put_back(round, standing, &leave)? {
                        return Ok(true);
                    }
                    void = Some(leave);
                }
            }
        }
        if let Some(leave) = void
            && self.stick(round, &leave)?
        {
            return Ok(true);
        }
        let single = standing.open.first().map(|group| group.suspects.clone()).unwrap_or_default();
        for unit in single.iter() {
            if let Taught::Something = self.try_without(round, standing, &UnitSet::new().with(unit))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn try_without(
        &mut self,
        round: &Round<'_>,
        standing: &Standing,
        leave: &UnitSet,
    ) -> Result<Taught, Halt<T::Stop>> {
        let set = self.graph.leave(round.top, leave);
        if set == *round.top || set.is_empty() {
            return Ok(Taught::Nothing);
        }
        if !round.speaks(&mut self.ledger, &set)? {
            return Ok(Taught::Void);
        }
        let after = round.standing(&self.ledger);
        Ok(if after.measure() == standing.measure() { Taught::Nothing } else { Taught::Something })
    }

    /// Strict mode: the unit whose addition to a passing set makes `test` fail.
    fn trigger(&mut self, round: &Round<'_>, test: usize) -> Result<UnitSet, Halt<T::Stop>> {
        let passing = |e: &&Entry| e.passes(test) && e.tried.is_subset(round.top);
        let best = self.ledger.entries.iter().filter(passing).max_by_key(|e| e.tried.len());
        let low = best.map(|e| e.tried.clone()).unwrap_or_default();
        let weights: Vec<_> = (0..self.units.len()).map(|unit| self.weight(unit)).collect();
        let (low, high) = boundary(
            &mut self.ledger,
            &self.graph,
            (low, round.top.clone()),
            |unit| weights.get(unit).copied().unwrap_or(1.0),
            |ledger, set| fails(ledger, set, test, &round.tests),
        )?;
        Ok(high.minus(&low))
    }
}
