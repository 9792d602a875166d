//! The search from outside in: run everything, narrow what fails, leave the culprits out, run again.
//!
//! Lives here: the rounds, what the resolver forces, the run cap, the final answer.
//! Lives elsewhere: one round's narrowing (`super::narrow`), proof and taking back (`super::proof`).

use super::boundary::boundary;
use super::ledger::{Answer, Halt, Ledger, TestSet};
use super::partners::Partner;
use super::sets::{Graph, UnitSet};
use super::{Dropped, Found, Limits, Step, Trials, Unit, split};

pub(super) struct Search<'a, T: Trials> {
    pub(super) units: &'a [Unit],
    pub(super) limits: &'a Limits,
    pub(super) ledger: Ledger<'a, T>,
    pub(super) graph: Graph,
    /// Units that others miss when they are gone: left in place while others are searched for.
    pub(super) sticky: UnitSet,
    /// Everybody under suspicion in the round at hand.
    pub(super) doubted: UnitSet,
    pub(super) kept: UnitSet,
    pub(super) rounds: Vec<Left>,
    pub(super) partners: Vec<Partner>,
}

/// A round's end: what was left out of `top`, and what then went on.
pub(super) struct Left {
    pub(super) top: UnitSet,
    pub(super) suspects: Vec<(usize, TestSet)>,
    pub(super) next: UnitSet,
}

impl<'a, T: Trials> Search<'a, T> {
    pub(super) fn new(
        units: &'a [Unit],
        limits: &'a Limits,
        trials: &'a mut T,
        watch: &'a mut dyn FnMut(Step),
    ) -> Self {
        Self {
            units,
            limits,
            ledger: Ledger::new(units.len(), trials, limits, watch),
            graph: Graph::new(units.iter().map(|unit| unit.needs.iter().copied().collect())),
            sticky: UnitSet::new(),
            doubted: UnitSet::new(),
            kept: UnitSet::new(),
            rounds: Vec::new(),
            partners: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<Found, T::Stop> {
        let ended = match self.narrow_all() {
            Ok(()) => {
                self.ledger.cap = self.limits.runs;
                self.prove()
            }
            Err(Halt::Cap) => self.salvage(),
            stop => stop,
        };
        match ended {
            Ok(()) | Err(Halt::Cap) => Ok(self.found()),
            Err(Halt::Stop(stop)) => Err(stop),
        }
    }

    pub(super) fn weight(&self, unit: usize) -> f64 {
        self.units.get(unit).map_or(1.0, |unit| split::weight(unit.prior))
    }

    /// Units that are not kept as things stand.
    pub(super) fn gone(&self) -> UnitSet {
        UnitSet::first(self.units.len()).minus(&self.kept)
    }

    fn narrow_all(&mut self) -> Result<(), Halt<T::Stop>> {
        self.doubted = UnitSet::first(self.units.len());
        let (mut top, mut at) = self.run_all_of(self.doubted.clone())?;
        while self.ledger.entry(at).is_some_and(|entry| !entry.good()) {
            let suspects = self.narrow(&top, at)?;
            let units: Vec<_> = suspects.iter().map(|(unit, _)| *unit).collect();
            let out: UnitSet = units.iter().copied().collect();
            (self.ledger.watch)(Step::Suspected { units });
            self.rounds.push(Left { top: top.clone(), suspects, next: UnitSet::new() });
            self.doubted = out.clone();
            // Nobody to leave out cannot happen; leaving all out ends the search in any case.
            let next = if out.is_empty() { UnitSet::new() } else { self.graph.leave(&top, &out) };
            (top, at) = self.run_all_of(next)?;
            if let Some(left) = self.rounds.last_mut() {
                left.next = top.clone();
            }
        }
        self.kept = top;
        Ok(())
    }

    /// Runs the whole suite on the largest part of `set` that the resolver takes without adding what was left
    /// out. Answers what was in place and the ledger's entry.
    fn run_all_of(&mut self, mut set: UnitSet) -> Result<(UnitSet, usize), Halt<T::Stop>> {
        loop {
            if let Answer::Ran(at) = self.ledger.full(&set)?
                && let Some(entry) = self.ledger.entry(at)
                && (entry.good() || entry.tried.is_subset(&set))
            {
                return Ok((entry.tried.clone(), at));
            }
            set = self.without_conflict(&set)?;
        }
    }

    /// `set` without the first unit that makes the resolver refuse it, or pull in what was left out.
    fn without_conflict(&mut self, set: &UnitSet) -> Result<UnitSet, Halt<T::Stop>> {
        let weights: Vec<_> = (0..self.units.len()).map(|unit| self.weight(unit)).collect();
        let (low, high) = boundary(
            &mut self.ledger,
            &self.graph,
            (UnitSet::new(), set.clone()),
            |unit| weights.get(unit).copied().unwrap_or(1.0),
            |ledger, part| {
                let tried = ledger.resolve(part)?;
                Ok(Some((part.clone(), tried.is_none_or(|tried| !tried.is_subset(set)))))
            },
        )?;
        let out = high.minus(&low);
        if out.len() == 1
            && let Some(unit) = out.lowest()
            && let Some(tried) = self.ledger.resolve(&high)?
        {
            for needed in tried.minus(&high).iter() {
                self.graph.learn(unit, needed);
            }
        }
        Ok(self.graph.leave(set, &out))
    }

    /// The runs are used up but one: it goes to what is beyond suspicion.
    fn salvage(&mut self) -> Result<(), Halt<T::Stop>> {
        self.ledger.cap = self.limits.runs;
        let out = self.rounds.iter().flat_map(|left| &left.suspects).map(|(unit, _)| *unit);
        let out = out.collect::<UnitSet>().union(&self.doubted);
        let rest = self.graph.leave(&UnitSet::first(self.units.len()), &out);
        if let Answer::Ran(at) = self.ledger.full(&rest)?
            && let Some(entry) = self.ledger.entry(at)
            && entry.good()
        {
            self.kept = entry.tried.clone();
        }
        Ok(())
    }

    fn found(&self) -> Found {
        let gone = self.gone();
        let mut dropped: Vec<Dropped> = gone.iter().filter_map(|unit| self.evidence(unit)).collect();
        let blamed: UnitSet = dropped.iter().map(|one| one.unit).collect();
        for unit in gone.minus(&blamed).iter() {
            if let Some(needed) = self.graph.needs(unit).both(&blamed).lowest() {
                dropped.push(Self::dropped_along(unit, needed, &dropped));
            }
        }
        dropped.sort_by_key(|one| one.unit);
        let told: UnitSet = dropped.iter().map(|one| one.unit).collect();
        Found {
            kept: self.kept.clone(),
            dropped,
            unattributed: gone.minus(&told).iter().collect(),
            full_runs: self.ledger.full_runs,
            probes: self.ledger.probes,
        }
    }

    fn dropped_along(unit: usize, needed: usize, dropped: &[Dropped]) -> Dropped {
        let of = dropped.iter().find(|one| one.unit == needed);
        Dropped {
            unit,
            proof: of.map_or(uplift_model::outcome::Proof::Unattributed, |one| one.proof),
            tests: Vec::new(),
            symptom: String::new(),
            passes: UnitSet::new(),
            fails: UnitSet::new(),
            with: Vec::new(),
            needed_by_drop: Some(needed),
        }
    }
}
