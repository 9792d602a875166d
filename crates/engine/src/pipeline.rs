//! The whole story: gather, draft, establish the baseline, act and judge phase by phase, verify, deliver.
//!
//! Lives here: the order of things. Every line of it is journalled by what it calls, so a run that was killed goes
//! through the same lines again and finds their outcomes waiting.
//! Lives elsewhere: each of the steps. Start reading at [`upgrade`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use uplift_facts::days;
use uplift_model::outcome::{Counts, RunReport, RunState};
use uplift_model::settings::{Approvals, Strategy};
use uplift_model::{Event, PackageName, Phase, Plan, Version};
use uplift_sandbox::clock;
use uplift_sandbox::git::Oid;

use crate::age::Day;
use crate::approvals;
use crate::commits::{Committed, Committer, Refusal};
use crate::desk::{Desk, Request, Watch};
use crate::error::EngineError;
use crate::finale::Delivery;
use crate::footing::Footing;
use crate::held::{baseline_summary, held};
use crate::journal::RunRow;
use crate::lab::Lab;
use crate::mending;
use crate::planning::{Drafted, Facts, fits};
use crate::rounds::Rounds;
use crate::solver::Solver;
use crate::state::State;
use crate::subject::{self, Tree};
use crate::workshop::{Order, Site, Workshop};

/// Upgrades the component at `request.path` and delivers a branch.
///
/// # Errors
/// [`EngineError`]; the repository is then as it was, and `resume` goes on.
pub fn upgrade(request: &Request, watch: Watch<'_>) -> Result<RunReport, EngineError> {
    let desk = Desk::open(&request.path, &request.cancel)?;
    let _owner = desk.own()?;
    let base = desk.repository.usable_head()?.to_string();
    let tree = Tree::of(&desk.git, &base)?;
    let component = subject::component(&tree, &desk.inner, &request.settings)?;
    if let Some(plan) = &request.plan {
        fits(plan, &component, &tree)?;
        if request.settings.plan.approvals == Approvals::Ask {
            approvals::genuine(plan)?;
        }
    }
    let row = RunRow {
        id: ulid::Ulid::generate().to_string(),
        component: subject::shown(&component),
        base,
        state: RunState::Running,
        created: clock::now(),
        settings: request.settings.clone(),
        branch: None,
        tip: None,
        report: None,
    };
    crate::control::abandon_stale(&desk)?;
    let plan = serde_json::to_value(&request.plan).map_err(|e| EngineError::Bug(e.to_string()))?;
    let asked = [("tests", request.tests.into()), ("python-asked", request.python_asked.into()), ("plan", plan)];
    desk.journal.begin(&row, &asked)?;
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
        if request.cancel.is_cancelled() { EngineError::RunCancelled } else { e }
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
    let tell = |event: Event| {
        watch(&event);
        desk.journal.record(&row.id, &event)?;
        Ok::<(), EngineError>(())
    };
    tell(Event::Started { run: row.id.clone(), component: desk.called(&row.component) })?;
    let order = Order {
        desk,
        run: &row.id,
        commit: &row.base,
        inner: &row.component,
        settings,
        cancel: &request.cancel,
        python_asked: request.python_asked,
        as_of: days::of_seconds(row.created),
        fresh: request.fresh,
        site: Site::OwnTree,
    };
    let shop = Workshop::open(order, &tell)?;
    let (component, index, lab) = (&shop.component, shop.index(), shop.lab());
    let solver = shop.solver(&index);
    let mut notes = component.notes.clone();
    notes.extend(shop.told());
    notes.extend(desk.beside());
    tell(Event::Doing { what: "reading what is installed now".to_owned() })?;
    let day = Day::Present(row.created);
    if let Some((mended, _)) = mending::found(&solver, &index, &shop.tree, day, &settings.upgrade.target)? {
        return Err(mending::refusal(&mended, &shop.version()));
    }
    let base = solver.base()?;
    let research = shop.research(&base, row.created);
    let given: Option<Plan> = desk.journal.outcome(&row.id, "plan")?.flatten();
    let days = settings.upgrade.minimum_release_age;
    let exempt = desk.journal.step(&row.id, "fixes", || {
        let fixes = || if days == 0 { BTreeMap::new() } else { research.judged().young_fixes(days) };
        Ok::<_, EngineError>(given.as_ref().map_or_else(fixes, chosen))
    })?;
    notes.extend(shop.keep_out_the_young(&solver, &base, day, &exempt)?);
    let footing = Footing::lay(&shop, &solver, &lab, request.tests, &base, &mut notes, &tell)?;
    let holds = desk.journal.holds(&subject::shown(component))?;
    let facts = Facts {
        solver: &solver,
        index: &index,
        component,
        tree: &shop.tree,
        base: &base,
        settings,
        holds: &holds,
        research: &research,
        mended: None,
    };
    // What was drafted once is what the run goes by, also when it is taken up again tomorrow.
    let mut drafted: Drafted = desk.journal.step(&row.id, "draft", || match &given {
        Some(plan) => facts.given(plan.clone()),
        None => facts.draft(&shop.version(), notes.clone(), &tell),
    })?;
    if given.is_some() {
        drafted.plan.notes = notes;
    }
    solver.compiled_against(&drafted.built);
    let asked = drafted.plan.id.clone();
    drafted.plan.approvals = desk.journal.step(&row.id, "approvals", || desk.journal.approvals(&asked))?;
    let waits = approvals::leave_out(&mut drafted, settings.plan.approvals)?;
    let rank = drafted.rank();
    let committer = Committer { lab: &lab, solver: &solver, component, date: row.created, rank: &rank, tell: &tell };
    let base_commit = match Oid::parse(&row.base) {
        Some(commit) => commit,
        None => desk.repository.usable_head()?.clone(),
    };
    let refresh = match &given {
        Some(plan) if plan.refresh.is_empty() => Refresh::No,
        Some(plan) => Refresh::To(planned_refresh(plan)),
        None if facts.refreshes() => Refresh::All,
        None => Refresh::No,
    };
    let mut rounds = Rounds {
        lab: &lab,
        solver: &solver,
        index: &index,
        command: &footing.command,
        baseline: &footing.baseline,
        imports: &footing.modules,
        strategy: if given.is_some() { Strategy::Latest } else { settings.upgrade.strategy },
        within: &drafted.within,
        exact: &drafted.exact,
        budget: settings.upgrade.run_budget,
        tell: &tell,
        ceilings: drafted.ceilings.clone(),
        blames: BTreeMap::new(),
        defers: false,
        deferred: BTreeSet::new(),
        refused: BTreeMap::new(),
    };
    let acted = act(&mut rounds, &committer, &drafted, &base_commit, refresh)?;
    let mut report = RunReport {
        schema: "uplift/run/1".to_owned(),
        run: row.id.clone(),
        state: RunState::Done,
        component: subject::shown(component),
        interpreter: shop.python.interpreter.version.clone(),
        sandbox: shop.doors.ladder.statement.clone(),
        base_commit: row.base.clone(),
        branch: None,
        tip: None,
        baseline: baseline_summary(&footing.baseline, &footing.command, footing.is_tested()),
        plan: drafted.plan.clone(),
        kept: acted.commits.iter().flat_map(|c| c.kept.clone()).collect(),
        held: held(&solver, &drafted, &acted.state, &rounds, &waits)?,
        refreshed: acted.commits.iter().flat_map(|c| c.refreshed.clone()).collect(),
        test_results: Vec::new(),
        verified: false,
        verification: "nothing was changed".to_owned(),
        counts: Counts::default(),
        notes: drafted.plan.notes.clone(),
        logs: shop.logs.display().to_string(),
    };
    report.notes.extend(acted.notes);
    report.notes.extend(acted.commits.iter().flat_map(|c| c.notes.clone()));
    if let Some(last) = acted.commits.last() {
        let delivery = Delivery { desk, row, lab: &lab, solver: &solver, footing: &footing, tell: &tell };
        delivery.deliver(&mut report, &last.commit, &acted.state.solution)?;
    }
    report.notes.dedup();
    report.counts = counts(&lab, &solver, started);
    tell(Event::Finished { branch: report.branch.clone() })?;
    crate::control::clear(desk, &row.id)?;
    Ok(report)
}

/// What the run cost, in runs, seconds and memory.
fn counts(lab: &Lab<'_>, solver: &Solver<'_>, started: Instant) -> Counts {
    let used = clock::usage();
    Counts {
        resolves: solver.asked.get(),
        seconds: started.elapsed().as_secs_f64(),
        own_cpu_seconds: used.own_cpu,
        child_cpu_seconds: used.child_cpu,
        peak_mib: used.peak_mib,
        ..*lab.counts.borrow()
    }
}

/// How far the rest of the lock goes at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refresh {
    No,
    All,
    /// These packages, no further than these versions.
    To(BTreeMap<PackageName, Version>),
}

fn planned_refresh(plan: &Plan) -> BTreeMap<PackageName, Version> {
    plan.refresh.iter().filter_map(|change| Some((change.name.clone(), change.to.clone()?))).collect()
}

/// Versions that a plan has chosen: they enter however young they are.
fn chosen(plan: &Plan) -> BTreeMap<PackageName, Version> {
    let along = plan.moves.iter().flat_map(|m| &m.induced);
    let along = along.filter_map(|change| Some((change.name.clone(), change.to.clone()?)));
    let own = plan.candidates.iter().map(|c| (c.name.clone(), c.target.clone()));
    along.chain(planned_refresh(plan)).chain(own).collect()
}

/// What the phases came to.
struct Acted {
    commits: Vec<Committed>,
    state: State,
    /// What a reader should know besides what the commits say.
    notes: Vec<String>,
}

fn act(
    rounds: &mut Rounds<'_>,
    committer: &Committer<'_>,
    drafted: &Drafted,
    base: &Oid,
    refresh: Refresh,
) -> Result<Acted, EngineError> {
    let mut commits: Vec<Committed> = Vec::new();
    let mut state = drafted.state.clone();
    let mut tip = base.clone();
    for phase in [Phase::Low, Phase::Medium, Phase::High] {
        let planned = drafted.plan.moves.iter().filter(|m| m.phase == phase).count();
        (rounds.tell)(Event::PhaseStarted { phase, moves: planned })?;
        let before = state.clone();
        let held = rounds.blames.len() + rounds.refused.len();
        // The last of the three takes everything that is left: also what failed alone, and what only now can move.
        rounds.defers = phase != Phase::High;
        let eligible = |mover: &crate::state::Mover, all: &[crate::state::Mover]| {
            phase == Phase::High || drafted.phase_of(mover, all) <= phase
        };
        let made = loop {
            state = rounds.run(before.clone(), &drafted.movable, &eligible)?;
            for _ in 0..2 {
                if rounds.defers || !rounds.second_chance(&state)? {
                    break;
                }
                state = rounds.run(state, &drafted.movable, &eligible)?;
            }
            let written = committer.phase(&tip, &before, &state, phase, &|state| rounds.stands(state))?;
            if written.refused.is_empty() {
                break written.commits;
            }
            // Each turn holds one package more at least, so this ends.
            rounds.refuse(&written.refused)?;
        };
        tip = made.last().map_or(tip, |c| c.commit.clone());
        commits.extend(made);
        let kept = state.pins.iter().filter(|(n, v)| before.pins.get(*n) != Some(*v)).count();
        let held = (rounds.blames.len() + rounds.refused.len()).saturating_sub(held);
        (rounds.tell)(Event::PhaseDone { phase, kept, held })?;
    }
    let mut notes = Vec::new();
    if refresh != Refresh::No && rounds.solver.pins_everything() {
        match integrate(rounds, committer, &tip, &state, &refresh)? {
            Ok((made, after)) => {
                commits.extend(made);
                state = after;
            }
            Err(refusal) => notes.push(format!("the rest of the lock was not refreshed: {}", refusal.sentence())),
        }
    }
    Ok(Acted { commits, state, notes })
}

/// Phase 4: the rest of the lock, each transitive package a mover of its own, kept as one commit.
fn integrate(
    rounds: &mut Rounds<'_>,
    committer: &Committer<'_>,
    tip: &Oid,
    state: &State,
    refresh: &Refresh,
) -> Result<Result<(Option<Committed>, State), Refusal>, EngineError> {
    let mut open = state.clone();
    for (name, version) in &state.solution.packages {
        open.pins.entry(name.clone()).or_insert_with(|| version.clone());
    }
    let wanted = |name: &PackageName| match refresh {
        Refresh::To(versions) => versions.contains_key(name),
        Refresh::All => true,
        Refresh::No => false,
    };
    let opened = open.pins.keys().filter(|n| !state.pins.contains_key(*n));
    let movable: BTreeSet<PackageName> = opened.filter(|n| wanted(n)).cloned().collect();
    if let Refresh::To(versions) = refresh {
        rounds.ceilings.extend(versions.clone());
    }
    (rounds.tell)(Event::PhaseStarted { phase: Phase::Integration, moves: movable.len() })?;
    let held = rounds.blames.len();
    for name in &movable {
        let Some(current) = open.pins.get(name) else { continue };
        let promised = rounds.solver.promised(name, current)?;
        if let Some((ceiling, _)) = promised {
            rounds
                .ceilings
                .entry(name.clone())
                .and_modify(|known| *known = ceiling.clone().min(known.clone()))
                .or_insert(ceiling);
        }
    }
    let after = rounds.run(open.clone(), &movable, &|_, _| true)?;
    let made = committer.refresh(tip, &open, &after)?;
    let kept = if made.is_ok() { open.solution.changes(&after.solution).len() } else { 0 };
    (rounds.tell)(Event::PhaseDone {
        phase: Phase::Integration,
        kept,
        held: rounds.blames.len().saturating_sub(held),
    })?;
    Ok(made.map(|committed| (committed, after)))
}
