//! The plan: what is outdated or wrong, what may move, together with what, in which order, and what stays and why.
//!
//! Lives here: drawing a [`Plan`] up from the resolver's answers and what was looked up. There is one planner: the run
//! takes its movers, phases and order from what is drafted here. Nothing is changed.
//! `rules` says what may move and how far, `beside` what manifests outside of the set allow, `mend` what fixes transitive
//! packages, `without` what does away with those that nothing mends, `weigh` how risky each move is, `order` sorts, `sets`
//! has the complete set after each move solved, `steps` writes the steps out, `commands` what a person would type,
//! `ways_out` the fallbacks, `elsewhere` the same packages in other components, `runtime` the upgrade of the interpreter,
//! `whole` what concerns the plan as a whole, `rescan` looks at the end state, `permitted` keeps to the policies. Start
//! reading at [`Facts::draft`].

mod abi;
mod beside;
mod caps;
mod commands;
mod dropped;
mod elsewhere;
mod given;
mod mend;
mod order;
mod partners;
mod permitted;
mod rescan;
mod rules;
mod runtime;
mod seal;
mod sets;
mod steps;
mod ways_out;
mod weigh;
mod whole;
mod without;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::registry;
use uplift_ecosystems::python::resolve::{Answer, Freshness, Solved};
use uplift_model::plan::{Mended, Unmoved};
use uplift_model::settings::Strategy;
use uplift_model::solution::Change;
use uplift_model::{Dependency, Event, PackageName, Phase, Plan, Settings, Solution, Version};

use crate::age::Age;
use crate::error::EngineError;
use crate::index::Index;
use crate::journal::Hold;
use crate::research::Research;
use crate::solver::Solver;
use crate::state::{Mover, State};
use crate::subject::Tree;
use crate::targets::{self, Scope, closure};

pub(crate) use abi::Built;
pub(crate) use caps::{cap, shortened};
pub(crate) use given::fits;
use rules::Scoping;
pub(crate) use seal::of as seal_of;
pub(crate) use whole::name_of;

/// Everything that a plan is drawn from.
pub(crate) struct Facts<'a> {
    pub(crate) solver: &'a Solver<'a>,
    pub(crate) index: &'a Index<'a>,
    pub(crate) component: &'a Component,
    pub(crate) tree: &'a Tree<'a>,
    pub(crate) base: &'a Solution,
    pub(crate) settings: &'a Settings,
    pub(crate) holds: &'a [Hold],
    pub(crate) research: &'a Research<'a>,
    /// What of the set as it was committed had to be mended; `component` and `tree` have it as mended.
    pub(crate) mended: Option<&'a Mended>,
}

/// The plan, and what the run needs of it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Drafted {
    pub(crate) plan: Plan,
    pub(crate) state: State,
    pub(crate) movable: BTreeSet<PackageName>,
    pub(crate) ceilings: BTreeMap<PackageName, Version>,
    pub(crate) within: BTreeMap<PackageName, String>,
    pub(crate) exact: BTreeMap<PackageName, Version>,
    /// What is compiled against a package moves no later than it does.
    #[serde(default)]
    pub(crate) built: Built,
}

/// What the moves are cut and weighed by.
struct Aim<'d> {
    state: &'d State,
    target: &'d Solved,
    /// Where everything that moves on its own account ends: what is said of the end is asked against this.
    goal: State,
    dependencies: &'d [Dependency],
    limits: &'d BTreeMap<PackageName, String>,
    built: &'d Built,
}

impl Drafted {
    /// The phase in which a mover may move: the latest of its packages and of everything it needs. What the plan does not
    /// name waits for the last one.
    pub(crate) fn phase_of(&self, mover: &Mover, movers: &[Mover]) -> Phase {
        let at = movers.iter().position(|m| m == mover).unwrap_or(0);
        let steps = closure(movers, at).into_iter().filter_map(|i| movers.get(i)).flat_map(|m| &m.steps);
        let planned = |name: &PackageName| {
            let of = self.plan.moves.iter().find(|m| m.candidates.iter().any(|c| c.name == *name));
            of.map_or(Phase::High, |m| m.phase)
        };
        steps.map(|s| planned(&s.name)).max().unwrap_or(Phase::Low)
    }

    /// Packages by the order in which the plan moves them.
    pub(crate) fn rank(&self) -> BTreeMap<PackageName, usize> {
        let moves = self.plan.moves.iter().enumerate();
        moves.flat_map(|(at, one)| one.candidates.iter().map(move |c| (c.name.clone(), at))).collect()
    }
}

impl Facts<'_> {
    /// # Errors
    /// When the resolver or the index cannot be asked, the environment as it stands does not resolve, or something was
    /// asked for that cannot be.
    pub(crate) fn draft(
        &self,
        interpreter: &str,
        notes: Vec<String>,
        tell: &dyn Fn(Event) -> Result<(), EngineError>,
    ) -> Result<Drafted, EngineError> {
        let dependencies = self.component.dependencies(self.base);
        let direct: Vec<&Dependency> = dependencies.iter().filter(|d| d.direct && d.in_use.is_some()).collect();
        let names: Vec<PackageName> = direct.iter().map(|d| d.name.clone()).collect();
        tell(Event::Doing { what: format!("looking up the releases of {} packages", names.len()) })?;
        self.index.load(&names)?;
        let mut scoping = Scoping { notes, ..Scoping::default() };
        for dependency in &direct {
            self.admit(&mut scoping, dependency)?;
        }
        let mut state = State {
            pins: direct.iter().filter_map(|d| Some((d.name.clone(), d.in_use.clone()?))).collect(),
            solution: self.base.clone(),
        };
        self.open_transitive(&mut scoping, &mut state)?;
        self.reach_fixes(&mut scoping, &state, tell)?;
        tell(Event::Doing { what: "asking the resolver for the newest set that fits together".to_owned() })?;
        let wanted = scoping.wanted();
        let Scoping { movable, ceilings, within, .. } = &scoping;
        let scope = Scope { movable, ceilings, strategy: self.settings.upgrade.strategy, within, exact: &wanted };
        let newest = match targets::joint(self.solver, &state, &scope)? {
            Answer::Solved(newest) => newest,
            Answer::Refused(conflict) => {
                return Err(EngineError::repository(
                    format!("the project's requirements do not resolve: {}", conflict.text),
                    "mend the requirement that it names; `uv pip compile` on the same files says the same",
                ));
            }
        };
        let newest = self.further(&mut scoping, &state, newest)?;
        let target = self.fitting_beside(&mut scoping, &state, newest)?;
        let goal = goal(&state, &target);
        self.unreached(&mut scoping, &goal, &target)?;
        let steps = targets::steps(&state, &target, &scoping.movable);
        let built = self.boundaries(&state, &steps, &target)?;
        self.solver.compiled_against(&built);
        tell(Event::Doing { what: format!("asking which of {} updates must go together", steps.len()) })?;
        let movers = targets::movers(self.solver, &state, &steps, &|done| {
            tell(Event::Doing { what: format!("asked about {done} of {} updates", steps.len()) })
        })?;
        tell(Event::Doing { what: format!("asking for the complete set after each of {} moves", movers.len()) })?;
        let aim = Aim {
            state: &state,
            target: &target,
            goal,
            dependencies: &dependencies,
            limits: &scoping.limits,
            built: &built,
        };
        let cut = self.cut(movers, &aim, interpreter)?;
        let goal = aim.goal;
        for dependency in &dependencies {
            let Some(current) = &dependency.in_use else { continue };
            if !scoping.movable.contains(&dependency.name) || steps.iter().any(|s| s.name == dependency.name) {
                continue;
            }
            if let Some(newest) = self.newest(&dependency.name, current, &mut Vec::new())?.filter(|n| n > current) {
                let reason = match scoping.limits.get(&dependency.name) {
                    Some(why) => String::clone(why),
                    None => self.stays_for(&goal, &dependency.name, current, &newest)?,
                };
                scoping.stays(&dependency.name, current, newest, reason);
            }
        }
        let refresh = if self.refreshes() { self.refresh(&state, &target)? } else { Vec::new() };
        let mut end = target.solution.clone();
        for change in &refresh {
            match &change.to {
                Some(version) => end.packages.insert(change.name.clone(), version.clone()),
                None => end.packages.remove(&change.name),
            };
        }
        let security = self.rescan(&mut scoping, &goal, &end)?;
        let runtime = self.runtime(&state, &scoping)?;
        self.told_of_policies(&mut scoping, &end);
        let drawn = whole::Drawn { interpreter, cut, refresh, security, end: &end, built: &built, runtime };
        let plan = self.put_together(drawn, &mut scoping)?;
        let exact = scoping.wanted();
        let Scoping { movable, ceilings, within, .. } = scoping;
        Ok(Drafted { plan, state, movable, ceilings, within, exact, built })
    }

    /// The newest release that can be installed; builds its wheel first when it has none.
    fn newest(
        &self,
        name: &PackageName,
        current: &Version,
        notes: &mut Vec<String>,
    ) -> Result<Option<Version>, EngineError> {
        let releases = self.index.releases(name)?;
        if let Some(why) = self.index.not_retrieved(name) {
            notes.push(format!("{name}: its releases were not retrieved: {why}"));
            return Ok(Some(current.clone()));
        }
        let Some(newest) = registry::newest(&releases) else { return Ok(Some(current.clone())) };
        if !newest.wheel
            && newest.version > *current
            && let Err(why) = self.solver.build_wheel(name, newest)?
        {
            notes.push(format!("{name} {} exists as sources only: {why}", newest.version));
            let wheels = releases.iter().rev().find(|r| r.wheel && r.yanked.is_none() && !r.version.is_prerelease());
            return Ok(wheels.map(|r| r.version.clone()).or_else(|| Some(current.clone())));
        }
        Ok(Some(newest.version.clone()))
    }

    /// Whether the rest of the lock is refreshed as a last move. A strategy that moves only what is wrong, or only within a
    /// minor line, leaves the rest where it is.
    pub(crate) fn refreshes(&self) -> bool {
        let upgrade = &self.settings.upgrade;
        let whole = matches!(upgrade.strategy, Strategy::Latest | Strategy::Compatible);
        let blind = self.solver.age.get().is_some_and(Age::forbids_all);
        upgrade.refresh && whole && self.solver.pins_everything() && !blind
    }

    /// What comes along with each mover and everything it needs.
    fn induced(&self, movers: &[Mover], state: &State) -> Result<Vec<Vec<Change>>, EngineError> {
        let mut all = Vec::with_capacity(movers.len());
        for at in 0..movers.len() {
            let with: Vec<&Mover> = closure(movers, at).into_iter().filter_map(|i| movers.get(i)).collect();
            let own: BTreeSet<&PackageName> = with.iter().flat_map(|m| m.steps.iter().map(|s| &s.name)).collect();
            let wishes = state.wishes_with(with.iter().copied());
            all.push(match self.solver.solve(&wishes, &state.solution, &|_| true, Freshness::CacheFirst)? {
                Answer::Solved(solved) => {
                    let changes = state.solution.changes(&solved.solution).into_iter();
                    changes.filter(|c| !own.contains(&c.name)).collect()
                }
                Answer::Refused(_) => Vec::new(),
            });
        }
        Ok(all)
    }

    /// Who keeps a package below `newest`; `None` when nothing does.
    fn cap(&self, state: &State, name: &PackageName, newest: &Version) -> Result<Option<String>, EngineError> {
        cap(self.solver, state, name, newest)
    }

    /// Transitive packages that a refresh of the whole lock would move.
    fn refresh(&self, state: &State, target: &Solved) -> Result<Vec<Change>, EngineError> {
        let pins: BTreeMap<PackageName, Version> =
            state.pins.keys().filter_map(|n| Some((n.clone(), target.solution.version(n)?.clone()))).collect();
        let goal = State { pins, solution: target.solution.clone() };
        match self.solver.solve(
            &goal.wishes(),
            &goal.solution,
            &|name| goal.pins.contains_key(name),
            Freshness::Index,
        )? {
            Answer::Solved(fresh) => Ok(target.solution.changes(&fresh.solution)),
            Answer::Refused(_) => Ok(Vec::new()),
        }
    }
}

/// `state` with everything that moves on its own account where `target` has it.
fn goal(state: &State, target: &Solved) -> State {
    let at =
        |(name, now): (&PackageName, &Version)| (name.clone(), target.solution.version(name).unwrap_or(now).clone());
    State { pins: state.pins.iter().map(at).collect(), solution: state.solution.clone() }
}

impl Scoping {
    /// Versions that somebody asked for or that mend something.
    fn wanted(&self) -> BTreeMap<PackageName, Version> {
        self.mended.iter().chain(&self.exact).map(|(name, version)| (name.clone(), version.clone())).collect()
    }

    fn stays(&mut self, name: &PackageName, current: &Version, newest: Version, reason: String) {
        self.unmoved.push(Unmoved {
            name: name.clone(),
            current: current.clone(),
            newest,
            reason,
            alternatives: Vec::new(),
        });
    }
}
