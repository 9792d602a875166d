//! The whole story: gather, draft, establish the baseline, act and judge phase by phase, verify, deliver.
//!
//! Lives here: the order of things. Every line of it is journalled by what it calls, so a run that was killed goes
//! through the same lines again and finds their outcomes waiting.
//! Lives elsewhere: each of the steps. Start reading at [`upgrade`].

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use uplift_decide::baseline::Baseline;
use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::resolve::{Answer, Freshness};
use uplift_model::outcome::{Counts, RunReport, RunState};
use uplift_model::{Event, PackageName, Phase, Solution};
use uplift_sandbox::clock;
use uplift_sandbox::git::Oid;
use uplift_verify::discover::TestCommand;

use crate::baseline::{self, Standing};
use crate::commits::{self, Committed, Committer};
use crate::desk::{self, Desk, Request, Watch};
use crate::error::EngineError;
use crate::finale;
use crate::held::{baseline_summary, held};
use crate::index::Index;
use crate::journal::RunRow;
use crate::lab::{Lab, Layer};
use crate::planning::{self, Drafted, Facts};
use crate::rounds::Rounds;
use crate::solver::{Solver, Wishes};
use crate::state::State;
use crate::subject::{self, Chosen, Tree};
use crate::usage::{self, Imports};

/// Upgrades the component at `request.path` and delivers a branch.
///
/// # Errors
/// [`EngineError`]; the repository is then as it was, and `resume` goes on.
pub fn upgrade(request: &Request, watch: Watch<'_>) -> Result<RunReport, EngineError> {
    let desk = Desk::open(&request.path, &request.cancel)?;
    let _owner = desk.own()?;
    let head = desk.repository.usable_head()?.clone();
    let row = RunRow {
        id: ulid::Ulid::generate().to_string(),
        component: desk.inner.clone(),
        base: head.to_string(),
        state: RunState::Running,
        created: clock::now(),
        settings: request.settings.clone(),
        branch: None,
        tip: None,
        report: None,
    };
    crate::control::abandon_stale(&desk)?;
    desk.journal.begin(&row)?;
    desk.journal.step(&row.id, "tests", || Ok::<_, EngineError>(request.tests))?;
    carry_out(&desk, &row, request, watch)
}

/// Runs or goes on with `row`; on an error the run is marked as interrupted and can be taken up again.
pub(crate) fn carry_out(
    desk: &Desk,
    row: &RunRow,
    request: &Request,
    watch: Watch<'_>,
) -> Result<RunReport, EngineError> {
    let outcome = go(desk, row, request, watch).map_err(|e| {
        // Whatever failed while the run was being cancelled failed because of that, and the run can be taken up again.
        if request.cancel.is_cancelled() { EngineError::Cancelled } else { e }
    });
    match &outcome {
        Ok(report) => desk.journal.finish(&row.id, report)?,
        // Only a fault of the repository ends a run for good; everything else may work later.
        Err(EngineError::Repository { .. }) => {
            desk.journal.set_state(&row.id, RunState::Failed)?;
            crate::control::clear(desk, &row.id)?;
        }
        Err(_) => {
            let _noted = desk.journal.set_state(&row.id, RunState::Interrupted);
        }
    }
    outcome
}

fn go(desk: &Desk, row: &RunRow, request: &Request, watch: Watch<'_>) -> Result<RunReport, EngineError> {
    let started = Instant::now();
    let settings = &row.settings;
    let doors = desk::doors(settings, &request.cancel)?;
    let tell = |event: Event| {
        watch(&event);
        desk.journal.record(&row.id, &event)?;
        Ok::<(), EngineError>(())
    };
    let tree = Tree::of(&desk.git, &row.base)?;
    let component = subject::component(&tree, &row.component, settings)?;
    tell(Event::Started { run: row.id.clone(), component: shown(&component) })?;
    let place = Places::of(&doors, &row.id);
    place.prepare(desk, &row.base)?;
    let folder = commits::folder(&place.worktree, &component);
    let wheels = |minor: &str| doors.clients.dirs.wheels(minor);
    tell(Event::Doing { what: "choosing the interpreter".to_owned() })?;
    let Chosen { interpreter, reason } = subject::interpreter(&doors, &tree, &component, settings, &folder, &wheels)?;
    let wheels = wheels(&interpreter.minor());
    std::fs::create_dir_all(&wheels).map_err(|e| EngineError::Disk(wheels.clone(), e))?;
    let component = subject::with_own_lock(&doors, &tree, component, &interpreter, &folder, &wheels)?;
    let mut notes = component.notes.clone();
    notes.push(format!("Python {}: {reason}", interpreter.version));
    if desk.repository.dirty {
        notes.push("uncommitted changes in your work tree are not part of this run; it starts from HEAD".to_owned());
    }
    let index = Index::new(&doors, &interpreter, request.fresh);
    let solver = Solver {
        doors: &doors,
        journal: &desk.journal,
        run: &row.id,
        component: &component,
        interpreter: &interpreter,
        index: &index,
        directory: &folder,
        wheels: &wheels,
        limit: Duration::from_secs(settings.limits.resolve_seconds),
        asked: Cell::new(0),
    };
    tell(Event::Doing { what: "reading what is installed now".to_owned() })?;
    let base = base_solution(&solver, &component)?;
    let lab = Lab {
        doors: &doors,
        git: &desk.git,
        journal: &desk.journal,
        run: &row.id,
        settings,
        interpreter: &interpreter,
        worktree: &place.worktree,
        folder: &folder,
        logs: &place.logs,
        wheels: &wheels,
        tree: RefCell::new(row.base.clone()),
        layer: RefCell::new(Layer::Path(String::new())),
        tools: RefCell::new(uplift_model::Solution::default()),
        rootdir: RefCell::new(None),
        usual: Cell::new(None),
        counts: RefCell::new(Counts::default()),
    };
    lab.prepare_layer(&subject::pretended_version(None))?;
    if let Layer::Path(why) = &*lab.layer.borrow()
        && why.contains("failed")
    {
        notes.push(format!("the project is put on the path instead of being installed: {why}"));
    }
    if request.tests {
        match crate::tools::missing(&solver, &tree, &component.root, &base)? {
            Ok(tools) if !tools.packages.is_empty() => {
                let names = tools
                    .packages
                    .iter()
                    .filter(|(n, _)| n.as_str().starts_with("pytest"))
                    .map(|(n, v)| format!("{n} {v}"));
                notes.push(format!(
                    "the environment names no pytest; the tests run with {} beside it",
                    names.collect::<Vec<_>>().join(", ")
                ));
                *lab.tools.borrow_mut() = tools;
            }
            Ok(_) => {}
            Err(why) => notes.push(format!("pytest does not go with the environment as it is: {why}")),
        }
    }
    tell(Event::Doing { what: format!("building the environment of {} packages", base.packages.len()) })?;
    let environment = lab.environment(&base)?.map_err(|why| {
        EngineError::repository(
            format!("the environment as it is now cannot be installed for Python {}: {why}", interpreter.version),
            "choose another interpreter with --python VERSION, or mend the lock",
        )
    })?;
    let modules = usage::import_names(&environment.dir);
    let imports = Imports::of(&tree.files, &|path| tree.read(path));
    let has = |name: &str| {
        PackageName::new(name).is_ok_and(|n| base.version(&n).is_some() || lab.tools.borrow().version(&n).is_some())
    };
    let standing = if request.tests {
        baseline::establish(&lab, &tree, &component.root, &environment, &has, &tell)?
    } else {
        Standing::Untested { reason: "switched off by --no-tests".to_owned() }
    };
    let (command, baseline) = match standing {
        Standing::Tested { command, baseline } => (command, *baseline),
        Standing::Untested { reason } => {
            notes.push(format!("no tests: {reason}"));
            crate::untested::baseline(
                &lab,
                &environment,
                &usage::own_modules(&tree.files, &component.root),
                &component.root,
                reason,
            )?
        }
    };
    notes.extend(command.notes.iter().map(|n| format!("{}: {n}", command.found_in)));
    let tested = !crate::untested::is_stand_in(&command);
    let holds = desk.journal.holds(&shown(&component))?;
    let native_names =
        |name: &PackageName| modules.iter().find(|(n, _)| n == name).map(|(_, m)| m.clone()).unwrap_or_default();
    let native = |name: &PackageName| usage::is_native(&environment.dir, &native_names(name));
    let facts = Facts {
        solver: &solver,
        index: &index,
        component: &component,
        base: &base,
        settings: &settings.upgrade,
        holds: &holds,
        imports: &imports,
        modules: &modules,
        native: &native,
        now: row.created,
    };
    let drafted = facts.draft(&interpreter.version, notes.clone(), &tell)?;
    let committer = Committer { lab: &lab, solver: &solver, component: &component, date: row.created, tell: &tell };
    let head = desk.repository.usable_head()?.clone();
    let base_commit = Oid::parse(&row.base).unwrap_or(head);
    let mut rounds = Rounds {
        lab: &lab,
        solver: &solver,
        index: &index,
        command: &command,
        baseline: &baseline,
        imports: &modules,
        strategy: settings.upgrade.strategy,
        within: &drafted.within,
        budget: settings.upgrade.run_budget,
        tell: &tell,
        ceilings: drafted.ceilings.clone(),
        blames: BTreeMap::new(),
        defers: false,
        deferred: BTreeSet::new(),
    };
    let acted = act(&mut rounds, &committer, &drafted, &base_commit, settings.upgrade.refresh)?;
    let mut report = RunReport {
        schema: "uplift/run/1".to_owned(),
        run: row.id.clone(),
        state: RunState::Done,
        component: shown(&component),
        interpreter: interpreter.version.clone(),
        sandbox: doors.ladder.statement.clone(),
        base_commit: row.base.clone(),
        branch: None,
        tip: None,
        baseline: baseline_summary(&baseline, &command, tested),
        plan: drafted.plan.clone(),
        kept: acted.commits.iter().flat_map(|c| c.kept.clone()).collect(),
        held: held(&solver, &drafted, &acted.state, &rounds.blames)?,
        refreshed: acted.commits.iter().flat_map(|c| c.refreshed.clone()).collect(),
        test_results: Vec::new(),
        verified: false,
        verification: String::new(),
        counts: Counts::default(),
        notes: drafted.plan.notes.clone(),
        logs: place.logs.display().to_string(),
    };
    report.notes.extend(acted.commits.iter().flat_map(|c| c.notes.clone()));
    if let Some(last) = acted.commits.last() {
        deliver(desk, row, &lab, &solver, &mut report, last, &acted.state, &component, &command, &baseline, &tell)?;
    } else {
        report.verification = "nothing was changed".to_owned();
    }
    report.notes.dedup();
    let mut counts = *lab.counts.borrow();
    counts.resolves = solver.asked.get();
    counts.seconds = started.elapsed().as_secs_f64();
    let used = clock::usage();
    (counts.own_cpu_seconds, counts.child_cpu_seconds, counts.peak_mib) = (used.own_cpu, used.child_cpu, used.peak_mib);
    report.counts = counts;
    tell(Event::Finished { branch: report.branch.clone() })?;
    crate::control::clear(desk, &row.id)?;
    Ok(report)
}

/// What the phases came to.
struct Acted {
    commits: Vec<Committed>,
    state: State,
}

fn act(
    rounds: &mut Rounds<'_>,
    committer: &Committer<'_>,
    drafted: &Drafted,
    base: &Oid,
    refresh: bool,
) -> Result<Acted, EngineError> {
    let mut commits: Vec<Committed> = Vec::new();
    let mut state = drafted.state.clone();
    let mut tip = base.clone();
    for phase in [Phase::Low, Phase::Medium, Phase::High] {
        let planned = drafted.plan.moves.iter().filter(|m| m.phase == phase).count();
        (rounds.tell)(Event::PhaseStarted { phase, moves: planned })?;
        let before = state.clone();
        let held = rounds.blames.len();
        // The last of the three takes everything that is left: also what failed alone, and what only now can move.
        rounds.defers = phase != Phase::High;
        let eligible = |mover: &crate::state::Mover, all: &[crate::state::Mover]| {
            phase == Phase::High || planning::phase_of(mover, all, &drafted.traits) <= phase
        };
        state = rounds.run(state, &drafted.movable, &eligible)?;
        for _ in 0..2 {
            if rounds.defers || !rounds.second_chance(&state)? {
                break;
            }
            state = rounds.run(state, &drafted.movable, &eligible)?;
        }
        let made = committer.phase(&tip, &before, &state, phase)?;
        tip = made.last().map_or(tip, |c| c.commit.clone());
        commits.extend(made);
        let kept = state.pins.iter().filter(|(n, v)| before.pins.get(*n) != Some(*v)).count();
        (rounds.tell)(Event::PhaseDone { phase, kept, held: rounds.blames.len() - held })?;
    }
    if refresh && rounds.solver.pins_everything() {
        let (made, after) = integrate(rounds, committer, &tip, &state)?;
        commits.extend(made);
        state = after;
    }
    Ok(Acted { commits, state })
}

/// Phase 4: the rest of the lock, each transitive package a mover of its own, kept as one commit.
fn integrate(
    rounds: &mut Rounds<'_>,
    committer: &Committer<'_>,
    tip: &Oid,
    state: &State,
) -> Result<(Option<Committed>, State), EngineError> {
    let mut open = state.clone();
    for (name, version) in &state.solution.packages {
        open.pins.entry(name.clone()).or_insert_with(|| version.clone());
    }
    let movable: BTreeSet<PackageName> = open.pins.keys().filter(|n| !state.pins.contains_key(*n)).cloned().collect();
    (rounds.tell)(Event::PhaseStarted { phase: Phase::Integration, moves: movable.len() })?;
    let held = rounds.blames.len();
    for name in &movable {
        let Some(current) = open.pins.get(name) else { continue };
        let promised = rounds.solver.promised(name, current)?;
        rounds.ceilings.extend(promised.map(|(ceiling, _)| (name.clone(), ceiling)));
    }
    let after = rounds.run(open.clone(), &movable, &|_, _| true)?;
    let made = committer.refresh(tip, &open, &after)?;
    let kept = open.solution.changes(&after.solution).len();
    (rounds.tell)(Event::PhaseDone { phase: Phase::Integration, kept, held: rounds.blames.len() - held })?;
    Ok((made, after))
}

#[expect(
    clippy::too_many_arguments,
    reason = "the last step of the story needs everything that was gathered; it has one caller"
)]
fn deliver(
    desk: &Desk,
    row: &RunRow,
    lab: &Lab<'_>,
    solver: &Solver<'_>,
    report: &mut RunReport,
    last: &Committed,
    state: &State,
    component: &Component,
    command: &TestCommand,
    baseline: &Baseline,
    tell: &dyn Fn(Event) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let tip = &last.commit;
    let keep = format!("refs/uplift/runs/{}/tip", row.id);
    let old = desk.git.reference(&keep)?;
    if old.as_ref() != Some(tip) {
        desk.git.update_ref(&keep, tip, old.as_ref())?;
    }
    let tested = !crate::untested::is_stand_in(command);
    let verified = if tested {
        finale::verify(lab, solver, tip, &state.solution, &component.root, command, baseline, tell)?
    } else {
        crate::untested::verify(lab, solver, tip, component, baseline)?
    };
    report.notes.extend(verified.notes.clone());
    report.test_results.push(verified.results.clone());
    if !verified.newly_failing.is_empty() {
        report.state = RunState::Failed;
        let first =
            verified.newly_failing.first().map(|(t, f)| format!("{t}: {}: {}", f.error, f.message)).unwrap_or_default();
        report.verification = format!(
            "NOT delivered: the delivered tree fails {} tests that passed before, first {first}",
            verified.newly_failing.len()
        );
        report.kept.clear();
        return Ok(());
    }
    report.verified = tested;
    report.verification = if tested {
        format!(
            "verified together from a clean environment: {} passed, {} known failures, {} flaky ({:.1} s)",
            verified.passed,
            report.baseline.known_failures.len(),
            report.baseline.flaky.len(),
            verified.seconds
        )
    } else {
        format!(
            "not verified by tests: {}; {} imports checked",
            report.baseline.problem.clone().unwrap_or_default(),
            verified.passed
        )
    };
    let day = jiff::Timestamp::from_second(row.created).map(|t| t.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    let short: String = row.id.chars().skip(row.id.len().saturating_sub(6)).collect::<String>().to_lowercase();
    let wanted = row.settings.upgrade.branch.replace("{date}", &day).replace("{run}", &short);
    report.branch = Some(finale::branch(lab, &wanted, tip)?);
    report.tip = Some(tip.to_string());
    Ok(())
}

/// What the project's lock or manifests install today.
pub(crate) fn base_solution(solver: &Solver<'_>, component: &Component) -> Result<Solution, EngineError> {
    let answer = match &component.locked {
        Some(pins) => solver.installed(pins)?,
        None => solver.solve(&Wishes::new(), &Solution::default(), &|_| false, Freshness::Index)?,
    };
    match answer {
        Answer::Solved(solved) => Ok(solved.solution),
        Answer::Refused(conflict) => Err(EngineError::repository(
            format!(
                "{} cannot be installed for Python {}: {}",
                component.environment.describe(),
                solver.interpreter.version,
                conflict.text
            ),
            "choose another interpreter with --python VERSION, or mend the requirement that it names",
        )),
    }
}

pub(crate) fn shown(component: &Component) -> String {
    if component.root.is_empty() { ".".to_owned() } else { component.root.clone() }
}

/// Folders of one run.
pub(crate) struct Places {
    pub(crate) worktree: PathBuf,
    pub(crate) logs: PathBuf,
}

impl Places {
    pub(crate) fn of(doors: &Doors, run: &str) -> Self {
        let root = doors.clients.dirs.run(run);
        Self { worktree: root.join("tree"), logs: root.join("logs") }
    }

    fn prepare(&self, desk: &Desk, base: &str) -> Result<(), EngineError> {
        std::fs::create_dir_all(&self.logs).map_err(|e| EngineError::Disk(self.logs.clone(), e))?;
        if !self.worktree.join(".git").exists() {
            desk.git.worktree_add_detached(&self.worktree, base)?;
        }
        Ok(())
    }
}
