//! The plan: what is outdated, what may move, together with what, in which phase, and what stays and why.
//!
//! Lives here: drawing a [`Plan`] up from the resolver's answers and the index. There is one planner: the run
//! takes its movers from the same functions (`crate::targets`). Nothing is changed.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use uplift_decide::phases::{self, Traits};
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::manifest;
use uplift_ecosystems::python::registry;
use uplift_ecosystems::python::resolve::{Answer, Freshness, Solved};
use uplift_model::plan::{PhasePlan, Unmoved};
use uplift_model::settings::Upgrade;
use uplift_model::{Candidate, Dependency, Event, Move, MoveId, PackageName, Phase, Plan, Role, Solution, Version};

use crate::age::Age;
use crate::error::EngineError;
use crate::index::Index;
use crate::journal::Hold;
use crate::solver::{Solver, Wish};
use crate::state::{Mover, State};
use crate::targets::{self, Scope, closure};
use crate::usage::Imports;

/// Everything that a plan is drawn from.
pub(crate) struct Facts<'a> {
    pub(crate) solver: &'a Solver<'a>,
    pub(crate) index: &'a Index<'a>,
    pub(crate) component: &'a Component,
    pub(crate) base: &'a Solution,
    pub(crate) settings: &'a Upgrade,
    pub(crate) holds: &'a [Hold],
    pub(crate) imports: &'a Imports,
    /// Import names by package; a package that is not in it is assumed to import under its own name.
    pub(crate) modules: &'a [(PackageName, Vec<String>)],
    pub(crate) native: &'a dyn Fn(&PackageName) -> bool,
}

/// The plan, and what the run needs of it.
pub(crate) struct Drafted {
    pub(crate) plan: Plan,
    pub(crate) state: State,
    pub(crate) movable: BTreeSet<PackageName>,
    pub(crate) ceilings: BTreeMap<PackageName, Version>,
    pub(crate) within: BTreeMap<PackageName, String>,
    pub(crate) traits: BTreeMap<PackageName, (Role, usize, usize, bool)>,
}

impl Facts<'_> {
    /// # Errors
    /// When the resolver or the index cannot be asked, or the environment as it stands does not resolve.
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
        let mut unmoved = Vec::new();
        let (mut movable, mut ceilings, mut within) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        let mut notes = notes;
        for dependency in &direct {
            let Some(current) = &dependency.in_use else { continue };
            let Some(newest) = self.newest(&dependency.name, current, &mut notes)? else { continue };
            match self.rule(&dependency.name, current, &newest)? {
                Rule::Stays(reason) => {
                    if newest > *current {
                        unmoved.push(Unmoved {
                            name: dependency.name.clone(),
                            current: current.clone(),
                            newest,
                            reason,
                        });
                    }
                }
                Rule::Moves { aged, specifier } => {
                    let mut ceiling = aged;
                    if let Some((promised, lowest)) = self.solver.promised(&dependency.name, current)?
                        && promised < newest
                    {
                        let python = lowest.line(2).iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
                        notes.push(format!("{} {newest} is not for Python {python}, which the project promises to support; {promised} is the newest that is", dependency.name));
                        ceiling = Some(ceiling.map_or(promised.clone(), |c| c.min(promised)));
                    }
                    movable.insert(dependency.name.clone());
                    ceilings.extend(ceiling.map(|c| (dependency.name.clone(), c)));
                    within.extend(specifier.map(|s| (dependency.name.clone(), s)));
                }
            }
        }
        let pins = direct.iter().filter_map(|d| Some((d.name.clone(), d.in_use.clone()?))).collect();
        let state = State { pins, solution: self.base.clone() };
        tell(Event::Doing { what: "asking the resolver for the newest set that fits together".to_owned() })?;
        let scope = Scope { movable: &movable, ceilings: &ceilings, strategy: self.settings.strategy, within: &within };
        let target = match targets::joint(self.solver, &state, &scope)? {
            Answer::Solved(target) => target,
            Answer::Refused(conflict) => {
                return Err(EngineError::repository(
                    format!("the project's requirements do not resolve: {}", conflict.text),
                    "mend the requirement that it names; `uv pip compile` on the same files says the same",
                ));
            }
        };
        let steps = targets::steps(&state, &target, &movable);
        tell(Event::Doing { what: format!("asking which of {} updates must go together", steps.len()) })?;
        let movers = targets::movers(self.solver, &state, &steps)?;
        let mut traits = BTreeMap::new();
        for dependency in &direct {
            let modules = self.modules_of(&dependency.name);
            let (code, tests) = self.imports.count(&modules);
            traits.insert(dependency.name.clone(), (dependency.role, code, tests, (self.native)(&dependency.name)));
        }
        let moves = self.moves(&movers, &state, &target, &direct, &traits)?;
        for dependency in &direct {
            let Some(current) = &dependency.in_use else { continue };
            if steps.iter().any(|s| s.name == dependency.name) || !movable.contains(&dependency.name) {
                continue;
            }
            if let Some(newest) = self.newest(&dependency.name, current, &mut Vec::new())?.filter(|n| n > current) {
                let reason =
                    self.cap(&state, &dependency.name, &newest)?.unwrap_or_else(|| "the resolver keeps it".to_owned());
                unmoved.push(Unmoved { name: dependency.name.clone(), current: current.clone(), newest, reason });
            }
        }
        let refresh = if self.refreshes() { self.refresh(&state, &target)? } else { Vec::new() };
        let plan = self.plan(interpreter, moves, unmoved, refresh, notes);
        Ok(Drafted { plan, state, movable, ceilings, within, traits })
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

    fn rule(&self, name: &PackageName, current: &Version, newest: &Version) -> Result<Rule, EngineError> {
        if self.settings.ignore.contains(name) {
            return Ok(Rule::Stays("ignored by the settings".to_owned()));
        }
        if let Some(pin) = self.settings.pin.get(name) {
            return Ok(Rule::Stays(format!("pinned to {pin} by the settings")));
        }
        if let Some(hold) = self.holds.iter().find(|h| h.package == *name)
            && *newest <= hold.above
        {
            return Ok(Rule::Stays(format!(
                "{}; held until something newer than {} exists, or `uplift lift {name}`",
                hold.reason, hold.above
            )));
        }
        let releases = self.index.releases(name)?;
        let aged = self.solver.age.get().and_then(|age| age.ceiling(name, current, newest, &releases));
        let aged = aged.map(|(ceiling, _)| ceiling);
        Ok(Rule::Moves { aged, specifier: self.settings.hold.get(name).cloned() })
    }

    /// Whether the rest of the lock is refreshed as a last move.
    pub(crate) fn refreshes(&self) -> bool {
        let blind = self.solver.age.get().is_some_and(Age::forbids_all);
        self.settings.refresh && self.solver.pins_everything() && !blind
    }

    fn modules_of(&self, name: &PackageName) -> Vec<String> {
        let known = self.modules.iter().find(|(n, _)| n == name).map(|(_, m)| m.clone());
        known.unwrap_or_else(|| vec![name.as_str().replace('-', "_")])
    }

    fn moves(
        &self,
        movers: &[Mover],
        state: &State,
        target: &Solved,
        direct: &[&Dependency],
        traits: &BTreeMap<PackageName, (Role, usize, usize, bool)>,
    ) -> Result<Vec<Move>, EngineError> {
        let mut moves = Vec::new();
        for (at, mover) in movers.iter().enumerate() {
            let mut candidates = Vec::new();
            for step in &mover.steps {
                let Some(dependency) = direct.iter().find(|d| d.name == step.name) else { continue };
                let newest = self.newest(&step.name, &step.from, &mut Vec::new())?.unwrap_or_else(|| step.to.clone());
                let placed = phases::place(&traits_of(traits, &step.name, step.from.distance(&step.to)));
                let capped_by = if newest > step.to { self.cap(state, &step.name, &newest)? } else { None };
                candidates.push(Candidate {
                    name: step.name.clone(),
                    current: step.from.clone(),
                    target: step.to.clone(),
                    newest,
                    capped_by,
                    ecosystem: "python".to_owned(),
                    direct: true,
                    role: dependency.role,
                    distance: step.from.distance(&step.to),
                    risk: placed.risk,
                    reasons: placed.reasons,
                    places: dependency.places.clone(),
                    dependents: target.via.get(&step.name).cloned().unwrap_or_default(),
                    breaking_changes: Vec::new(),
                });
            }
            let wishes = state.wishes_with(closure(movers, at).into_iter().filter_map(|i| movers.get(i)));
            let own: Vec<&PackageName> = closure(movers, at)
                .into_iter()
                .filter_map(|i| movers.get(i))
                .flat_map(|m| m.steps.iter().map(|s| &s.name))
                .collect();
            let induced = match self.solver.solve(&wishes, &state.solution, &|_| true, Freshness::CacheFirst)? {
                Answer::Solved(solved) => {
                    state.solution.changes(&solved.solution).into_iter().filter(|c| !own.contains(&&c.name)).collect()
                }
                Answer::Refused(_) => Vec::new(),
            };
            moves.push(Move {
                id: MoveId(at),
                candidates,
                phase: phase_of(mover, movers, traits),
                needs: mover.needs.iter().map(|n| MoveId(*n)).collect(),
                induced,
            });
        }
        Ok(moves)
    }

    /// What keeps a package below `newest`, in the resolver's words or ours; `None` when nothing does.
    pub(crate) fn cap(
        &self,
        state: &State,
        name: &PackageName,
        newest: &Version,
    ) -> Result<Option<String>, EngineError> {
        cap(self.solver, state, name, newest)
    }

    /// Transitive packages that a refresh of the whole lock would move.
    fn refresh(&self, state: &State, target: &Solved) -> Result<Vec<uplift_model::solution::Change>, EngineError> {
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

    fn plan(
        &self,
        interpreter: &str,
        moves: Vec<Move>,
        unmoved: Vec<Unmoved>,
        refresh: Vec<uplift_model::solution::Change>,
        mut notes: Vec<String>,
    ) -> Plan {
        notes.extend(drift(self.component));
        notes.dedup();
        let phases = Phase::ALL
            .map(|phase| PhasePlan { phase, moves: moves.iter().filter(|m| m.phase == phase).map(|m| m.id).collect() });
        let mut plan = Plan {
            id: String::new(),
            component: if self.component.root.is_empty() { ".".to_owned() } else { self.component.root.clone() },
            interpreter: interpreter.to_owned(),
            candidates: moves.iter().flat_map(|m| m.candidates.clone()).collect(),
            moves,
            phases: phases.to_vec(),
            estimated_duration: None,
            rollback_strategy: "each kept move is one commit on a branch of its own; `uplift rollback RUN [PACKAGE]` takes it back, re-tested".to_owned(),
            success_criteria: vec![
                "no test that passed on the untouched state fails, is skipped or vanishes".to_owned(),
                "the delivered tree is the tested tree, verified from a clean environment".to_owned(),
                "no package ends below the version that it has now".to_owned(),
            ],
            unmoved,
            refresh,
            notes,
        };
        let text = serde_json::to_string(&plan).unwrap_or_default();
        plan.id = Sha256::digest(text).iter().take(6).map(|b| format!("{b:02x}")).collect();
        plan
    }
}

enum Rule {
    Stays(String),
    /// `aged`: how far the minimum release age lets it go.
    Moves {
        aged: Option<Version>,
        specifier: Option<String>,
    },
}

/// What keeps a package below `newest` with everything else where `state` has it: its age, or others.
pub(crate) fn cap(
    solver: &Solver<'_>,
    state: &State,
    name: &PackageName,
    newest: &Version,
) -> Result<Option<String>, EngineError> {
    if let (Some(age), Some(current)) = (solver.age.get(), state.pins.get(name))
        && let Some((_, why)) = age.ceiling(name, current, newest, &solver.index.releases(name)?)
    {
        return Ok(Some(why));
    }
    let mut wishes = state.wishes();
    wishes.insert(name.clone(), Wish::Exactly(newest.clone()));
    match solver.solve(&wishes, &state.solution, &|_| true, Freshness::CacheFirst)? {
        Answer::Solved(_) => Ok(None),
        Answer::Refused(conflict) => Ok(Some(shortened(&conflict.text))),
    }
}

/// The sentence of a conflict that tells the cause.
fn shortened(text: &str) -> String {
    let text = text.split("Because ").nth(1).map_or_else(|| text.to_owned(), |t| format!("because {t}"));
    let text = text
        .split(", we can conclude")
        .next()
        .unwrap_or(&text)
        .split(" And because")
        .next()
        .unwrap_or_default()
        .to_owned();
    let text = text.split("hint:").next().unwrap_or_default().trim().trim_end_matches('.').to_owned();
    if text.chars().count() > 220 { format!("{}…", text.chars().take(220).collect::<String>()) } else { text }
}

pub(crate) fn traits_of(
    traits: &BTreeMap<PackageName, (Role, usize, usize, bool)>,
    name: &PackageName,
    distance: uplift_model::Distance,
) -> Traits {
    // A package that is not in the books is transitive: nobody of the project imports it.
    let (role, code_files, test_files, native) = traits.get(name).copied().unwrap_or((Role::Runtime, 0, 0, false));
    Traits { distance, role, code_files, test_files, native }
}

/// A mover's phase: the latest of its steps and of everything it needs.
pub(crate) fn phase_of(
    mover: &Mover,
    movers: &[Mover],
    traits: &BTreeMap<PackageName, (Role, usize, usize, bool)>,
) -> Phase {
    let at = movers.iter().position(|m| m == mover).unwrap_or(0);
    let steps = closure(movers, at).into_iter().filter_map(|i| movers.get(i)).flat_map(|m| &m.steps);
    steps.map(|s| phases::place(&traits_of(traits, &s.name, s.from.distance(&s.to))).phase).max().unwrap_or(Phase::Low)
}

/// Packages that one manifest pins to another version than another.
fn drift(component: &Component) -> Vec<String> {
    let mut pins: BTreeMap<&PackageName, Vec<(String, Version)>> = BTreeMap::new();
    for file in component.manifests.iter().filter(|m| !component.environment.is_lock(&m.path)) {
        for stated in &file.manifest.stated {
            if let Some(version) = manifest::pinned(&stated.pep440) {
                pins.entry(&stated.name).or_default().push((format!("{}:{}", file.path, stated.line), version));
            }
        }
    }
    let differs = |places: &[(String, Version)]| places.windows(2).any(|w| matches!(w, [a, b] if a.1 != b.1));
    let tell = |(name, places): (&PackageName, Vec<(String, Version)>)| {
        let all: Vec<String> = places.iter().map(|(place, version)| format!("{version} in {place}")).collect();
        format!("{name} is pinned differently: {}", all.join(", "))
    };
    pins.into_iter().filter(|(_, p)| differs(p)).map(tell).collect()
}
