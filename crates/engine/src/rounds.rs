//! One phase: rounds of "everything together, find who breaks it, find how far they can go" until nothing moves.
//!
//! Lives here: the loop around the culprit search, and the ceilings that it learns. A culprit that was found gets the
//! best version that passes as its ceiling; the next round moves it there, together with everything that its absence
//! held back, and a full run decides again.
//! Lives elsewhere: the search itself (`decide::culprit`), versions in between (`decide::best`), trials (`crate::trials`).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use uplift_decide::baseline::Baseline;
use uplift_decide::best::{self, Probed};
use uplift_decide::culprit::{self, Dropped, Found, Observed, Trials as _, Unit, UnitSet};
use uplift_decide::symptoms;
use uplift_ecosystems::python::registry::{self, Release};
use uplift_ecosystems::python::resolve::Answer;
use uplift_model::outcome::Proof;
use uplift_model::settings::Strategy;
use uplift_model::{Event, Failure, PackageName, TestId, Version};
use uplift_verify::discover::TestCommand;

use crate::commits::Refusal;
use crate::error::EngineError;
use crate::index::Index;
use crate::lab::Lab;
use crate::solver::{Solver, Wish};
use crate::state::{Mover, State};
use crate::targets::{self, Scope};
use crate::trials::{Round, Seen, Sight, Taken};

/// Rounds after which a phase ends even if something could still move.
const ROUNDS: usize = 12;

/// What is known of a package that was found at fault.
#[derive(Debug, Clone)]
pub(crate) struct Blame {
    pub(crate) from: Version,
    pub(crate) target: Version,
    pub(crate) first_failing: Version,
    pub(crate) proof: Proof,
    pub(crate) tests: Vec<TestId>,
    pub(crate) failure: Option<Failure>,
    pub(crate) logs: Vec<String>,
    pub(crate) with: Vec<PackageName>,
    pub(crate) symptom: String,
}

/// Everything a phase works with; ceilings and blames live through all phases.
pub(crate) struct Rounds<'a> {
    pub(crate) lab: &'a Lab<'a>,
    pub(crate) solver: &'a Solver<'a>,
    pub(crate) index: &'a Index<'a>,
    pub(crate) command: &'a TestCommand,
    pub(crate) baseline: &'a Baseline,
    pub(crate) imports: &'a [(PackageName, Vec<String>)],
    pub(crate) strategy: Strategy,
    pub(crate) within: &'a BTreeMap<PackageName, String>,
    pub(crate) exact: &'a BTreeMap<PackageName, Version>,
    pub(crate) budget: u32,
    pub(crate) tell: &'a dyn Fn(Event) -> Result<(), EngineError>,
    pub(crate) ceilings: BTreeMap<PackageName, Version>,
    pub(crate) blames: BTreeMap<PackageName, Blame>,
    /// Set in the phases before the last: what fails there waits for it instead of being settled below its target,
    /// since it may only lack a partner that moves later.
    pub(crate) defers: bool,
    pub(crate) deferred: BTreeSet<PackageName>,
    /// Packages whose moves the lock's own tool refuses, with its reason.
    pub(crate) refused: BTreeMap<PackageName, String>,
}

impl Rounds<'_> {
    /// Moves what `eligible` lets move, from `state` on. Gives the state that a full run verified.
    pub(crate) fn run(
        &mut self,
        mut state: State,
        movable: &BTreeSet<PackageName>,
        eligible: &dyn Fn(&Mover, &[Mover]) -> bool,
    ) -> Result<State, EngineError> {
        for _ in 0..ROUNDS {
            let movers = self.next(&state, movable, eligible)?;
            if movers.is_empty() {
                break;
            }
            let known = |r: &Self, s: &State| (s.pins.clone(), r.ceilings.clone(), r.deferred.clone());
            let before = known(self, &state);
            state = self.round(state, &movers)?;
            if before == known(self, &state) {
                // Nothing learnt: what still wants to move is refused by the resolver in every combination.
                for step in movers.iter().flat_map(|m| &m.steps) {
                    if self.defers {
                        self.deferred.insert(step.name.clone());
                    } else {
                        self.ceilings.insert(step.name.clone(), step.from.clone());
                    }
                }
            }
        }
        Ok(state)
    }

    /// Holds what a lock's own tool refused where it is.
    pub(crate) fn refuse(&mut self, refused: &[(Mover, Refusal)]) -> Result<(), EngineError> {
        for (mover, refusal) in refused {
            (self.tell)(Event::Noted { text: format!("{} is held: {}", mover.title(), refusal.sentence()) })?;
            for step in &mover.steps {
                self.ceilings.insert(step.name.clone(), step.from.clone());
                self.refused.insert(step.name.clone(), refusal.sentence());
            }
        }
        Ok(())
    }

    /// Whether the tests pass in `state`: a full run, failures confirmed.
    pub(crate) fn stands(&self, state: &State) -> Result<bool, EngineError> {
        let titles = RefCell::new(BTreeMap::new());
        let mut round = self.trials(state, &[], &titles);
        Ok(match round.full(&UnitSet::default())? {
            Observed::Ran { failing, .. } => failing.is_empty(),
            Observed::Unresolvable { .. } => false,
        })
    }

    /// Movers of the next round.
    fn next(
        &self,
        state: &State,
        movable: &BTreeSet<PackageName>,
        eligible: &dyn Fn(&Mover, &[Mover]) -> bool,
    ) -> Result<Vec<Mover>, EngineError> {
        let Self { ceilings, strategy, within, exact, .. } = self;
        let scope = Scope { movable, ceilings, strategy: *strategy, within, exact };
        let Answer::Solved(target) = targets::joint(self.solver, state, &scope)? else { return Ok(Vec::new()) };
        let steps = targets::steps(state, &target, movable);
        let all = targets::movers(self.solver, state, &steps, &|_| Ok(()))?;
        let waits = |m: &Mover| self.defers && m.steps.iter().any(|s| self.deferred.contains(&s.name));
        let ready = |i: usize| targets::closure(&all, i).into_iter().filter_map(|c| all.get(c)).all(|m| !waits(m));
        let chosen: Vec<usize> =
            (0..all.len()).filter(|i| ready(*i) && all.get(*i).is_some_and(|m| eligible(m, &all))).collect();
        let renumber = |old: &usize| chosen.iter().position(|c| c == old);
        let picked = chosen
            .iter()
            .filter_map(|i| all.get(*i))
            .map(|m| Mover { needs: m.needs.iter().filter_map(renumber).collect(), ..m.clone() });
        Ok(picked.collect())
    }

    fn round(&mut self, state: State, movers: &[Mover]) -> Result<State, EngineError> {
        let units: Vec<Unit> =
            movers.iter().map(|m| Unit { prior: m.prior, name: m.title(), needs: m.needs.clone() }).collect();
        let limits = culprit::Limits { runs: self.budget, ..culprit::Limits::default() };
        let (lab, solver, command, baseline, imports, tell) =
            (self.lab, self.solver, self.command, self.baseline, self.imports, self.tell);
        let titles = RefCell::new(BTreeMap::new());
        let mut round = Round {
            lab,
            solver,
            command,
            baseline,
            state: &state,
            movers,
            imports,
            tell,
            failures: RefCell::new(BTreeMap::new()),
            titles: &titles,
        };
        let mut trouble = Ok(());
        let mut watch = |step: culprit::Step| {
            if trouble.is_ok() {
                trouble = announce(&step, movers, &titles.borrow(), tell);
            }
        };
        let found = culprit::search(&units, &limits, &mut round, &mut watch)?;
        trouble?;
        let kept: BTreeSet<usize> = found.kept.iter().collect();
        let after = self.settle(&round, &state, &kept)?;
        let failures = round.failures.borrow().clone();
        self.learn(&found, movers, &after, &failures)?;
        Ok(after)
    }

    /// The state with the kept movers in place.
    fn settle(&self, round: &Round<'_>, state: &State, kept: &BTreeSet<usize>) -> Result<State, EngineError> {
        if kept.is_empty() {
            return Ok(state.clone());
        }
        let Taken::As { solved, tried } = round.resolve(kept)? else {
            return Err(EngineError::Bug("a set that was tested no longer resolves".to_owned()));
        };
        let mut pins = state.pins.clone();
        for step in tried.iter().filter_map(|i| round.movers.get(*i)).flat_map(|m| &m.steps) {
            pins.insert(step.name.clone(), step.to.clone());
        }
        // Packages that nothing wants any more leave the books as well.
        pins.retain(|name, _| solved.solution.version(name).is_some());
        Ok(State { pins, solution: solved.solution })
    }

    /// Sets ceilings: for each culprit the best version that passes, for the unattributed where they are.
    fn learn(&mut self, found: &Found, movers: &[Mover], after: &State, failures: &Seen) -> Result<(), EngineError> {
        if self.defers {
            let out = found.unattributed.iter().copied().chain(found.dropped.iter().map(|d| d.unit));
            for mover in out.filter_map(|i| movers.get(i)) {
                self.deferred.extend(mover.steps.iter().map(|s| s.name.clone()));
                (self.tell)(Event::Noted {
                    text: format!("{} fails here and waits for phase 3, where its partners move", mover.title()),
                })?;
            }
            return Ok(());
        }
        for unit in &found.unattributed {
            for step in movers.get(*unit).into_iter().flat_map(|m| &m.steps) {
                self.ceilings.insert(step.name.clone(), step.from.clone());
                let reason = "the run budget was used up before the culprit was certain".to_owned();
                self.blames.entry(step.name.clone()).or_insert_with(|| Blame {
                    from: step.from.clone(),
                    target: step.to.clone(),
                    first_failing: step.to.clone(),
                    proof: Proof::Unattributed,
                    tests: Vec::new(),
                    failure: None,
                    logs: Vec::new(),
                    with: Vec::new(),
                    symptom: reason,
                });
            }
        }
        for dropped in &found.dropped {
            if dropped.needed_by_drop.is_some() || dropped.proof == Proof::Resolver {
                continue;
            }
            self.blame(dropped, movers, after, failures)?;
        }
        Ok(())
    }

    fn blame(
        &mut self,
        dropped: &Dropped,
        movers: &[Mover],
        after: &State,
        failures: &Seen,
    ) -> Result<(), EngineError> {
        let Some(mover) = movers.get(dropped.unit) else { return Ok(()) };
        // A test may have failed for several reasons in turn: the one that counts was seen with this package in place.
        let sight = |test: &TestId| -> Option<&Sight> {
            let all = failures.get(test)?;
            let exact = all.iter().find(|s| s.tried == dropped.fails);
            exact.or_else(|| all.iter().find(|s| s.key == dropped.symptom)).or_else(|| all.last())
        };
        let evidence: Vec<(TestId, Failure)> =
            dropped.tests.iter().filter_map(|t| Some((t.clone(), sight(t)?.failure.clone()))).collect();
        let named: Vec<PackageName> =
            evidence.iter().take(20).flat_map(|(_, f)| symptoms::names(f, self.imports)).collect();
        let Some(step) = mover.lead(&named) else { return Ok(()) };
        let mut tests: Vec<TestId> = symptoms::cluster(&evidence, &self.baseline.durations, 40)
            .into_iter()
            .flat_map(|c| c.representatives)
            .collect();
        if tests.is_empty() {
            tests = dropped.tests.iter().take(40).cloned().collect();
        }
        let why = evidence.first().map_or_else(|| dropped.symptom.clone(), |(_, f)| symptoms::headline(f));
        (self.tell)(Event::Blamed { name: step.name.clone(), proof: dropped.proof, why: why.clone() })?;
        (self.tell)(Event::Searching { name: step.name.clone(), between: (step.from.clone(), step.to.clone()) })?;
        let releases = self.releases(&step.name)?;
        let titles = RefCell::new(BTreeMap::new());
        let round = Round { failures: RefCell::new(failures.clone()), ..self.trials(after, movers, &titles) };
        let answer = best::best(&releases, &step.from, &step.to, best::Limits::default(), |version| {
            self.probe(&round, mover, &step.name, version, &tests)
        })?;
        (self.tell)(Event::Best { name: step.name.clone(), version: answer.best.clone() })?;
        self.ceilings.insert(step.name.clone(), answer.best.clone());
        let first = evidence.first();
        let log = first.and_then(|(t, _)| sight(t)).map(|s| s.log.clone());
        let with = dropped
            .with
            .iter()
            .filter_map(|w| movers.get(*w))
            .flat_map(|m| m.steps.iter().map(|s| s.name.clone()))
            .collect();
        let earlier = self.blames.get(&step.name);
        let blame = Blame {
            from: earlier.map_or_else(|| step.from.clone(), |b| b.from.clone()),
            target: earlier.map_or_else(|| step.to.clone(), |b| b.target.clone()),
            first_failing: answer.first_failing.clone(),
            proof: dropped.proof,
            tests: dropped.tests.clone(),
            failure: first.map(|(_, f)| f.clone()),
            logs: log.into_iter().collect(),
            with,
            symptom: why,
        };
        self.blames.insert(step.name.clone(), blame);
        Ok(())
    }

    /// Gives every culprit one more chance in the state that was reached: the lowest version that failed is tried again,
    /// since what it lacked may be in place by now. True when a ceiling was lifted.
    pub(crate) fn second_chance(&mut self, state: &State) -> Result<bool, EngineError> {
        let mut lifted = false;
        let titles = RefCell::new(BTreeMap::new());
        for (name, blame) in self.blames.clone() {
            let below = state.pins.get(&name).is_some_and(|v| *v < blame.first_failing);
            // What its lock's own tool refuses stays, whatever the tests say.
            let refused = self.refused.contains_key(&name);
            if !below || refused || blame.tests.is_empty() || blame.proof == Proof::Unattributed {
                continue;
            }
            let mut wishes = state.wishes();
            wishes.insert(name.clone(), Wish::Exactly(blame.first_failing.clone()));
            let round = self.trials(state, &[], &titles);
            let tests: Vec<TestId> = blame.tests.iter().take(40).cloned().collect();
            if round.fails_with(&wishes, &tests)?.is_some_and(|failing| failing.is_empty()) {
                (self.tell)(Event::Noted {
                    text: format!(
                        "{name} {} passes in the state reached by now; its ceiling is lifted",
                        blame.first_failing
                    ),
                })?;
                self.ceilings.remove(&name);
                self.blames.remove(&name);
                lifted = true;
            }
        }
        Ok(lifted)
    }

    /// Whether `tests` pass with one package at `version`, its partners as far as they fit, all else as it is.
    fn probe(
        &self,
        round: &Round<'_>,
        mover: &Mover,
        name: &PackageName,
        version: &Version,
        tests: &[TestId],
    ) -> Result<Probed, EngineError> {
        let mut wishes = round.state.wishes();
        for step in &mover.steps {
            wishes.insert(step.name.clone(), Wish::Between(step.from.clone(), step.to.clone()));
        }
        wishes.insert(name.clone(), Wish::Exactly(version.clone()));
        let mut failing = round.fails_with(&wishes, tests)?;
        if failing.is_none() {
            // Others that did not move yet may have to come along.
            for step in round.movers.iter().flat_map(|m| &m.steps).filter(|s| s.name != *name) {
                if round.state.pins.get(&step.name) == Some(&step.from) {
                    wishes.insert(step.name.clone(), Wish::Between(step.from.clone(), step.to.clone()));
                }
            }
            failing = round.fails_with(&wishes, tests)?;
        }
        Ok(match failing {
            None => Probed::Unresolvable,
            Some(failing) if failing.is_empty() => Probed::Passes,
            Some(_) => Probed::Fails,
        })
    }

    /// The door to the lab, from `state` on.
    fn trials<'t>(
        &'t self,
        state: &'t State,
        movers: &'t [Mover],
        titles: &'t RefCell<BTreeMap<String, String>>,
    ) -> Round<'t> {
        Round {
            lab: self.lab,
            solver: self.solver,
            command: self.command,
            baseline: self.baseline,
            state,
            movers,
            imports: self.imports,
            tell: self.tell,
            failures: RefCell::new(BTreeMap::new()),
            titles,
        }
    }

    /// Versions of a package that can be installed here, as they were when this run first asked.
    fn releases(&self, name: &PackageName) -> Result<Vec<Version>, EngineError> {
        let key = format!("releases:{name}");
        let all: Vec<Release> = self.lab.journal.step(self.lab.run, &key, || self.index.releases(name))?;
        Ok(registry::offered(&all).into_iter().map(|r| r.version.clone()).collect())
    }
}

fn announce(
    step: &culprit::Step,
    movers: &[Mover],
    titles: &BTreeMap<String, String>,
    tell: &dyn Fn(Event) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    match step {
        culprit::Step::Symptoms { symptoms } => {
            let words = |key: &String| titles.get(key).unwrap_or(key).clone();
            tell(Event::Symptoms { symptoms: symptoms.iter().map(words).collect() })
        }
        culprit::Step::TakenBack { unit } => {
            let who = movers.get(*unit).map(Mover::title).unwrap_or_default();
            tell(Event::Noted { text: format!("{who} was suspected and is innocent") })
        }
        _ => Ok(()),
    }
}
