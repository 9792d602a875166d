//! The plan alone: the same gathering and the same planner as a run, without a work tree and without acting.

use std::cell::Cell;
use std::time::Duration;

use uplift_model::{Event, Plan};
use uplift_sandbox::clock;

use crate::commits;
use crate::desk::{self, Desk, Request, Watch};
use crate::error::EngineError;
use crate::index::Index;
use crate::pipeline::{base_solution, shown};
use crate::planning::Facts;
use crate::solver::Solver;
use crate::subject::{self, Tree};
use crate::usage::Imports;

/// The plan for the component at `request.path`; nothing is changed.
///
/// # Errors
/// [`EngineError`].
pub fn plan(request: &Request, watch: Watch<'_>) -> Result<Plan, EngineError> {
    let desk = Desk::open(&request.path, &request.cancel)?;
    let head = desk.repository.usable_head()?.to_string();
    let settings = &request.settings;
    let key = format!(
        "plan:{}:{head}:{}:{}",
        env!("CARGO_PKG_VERSION"),
        desk.inner,
        serde_json::to_string(settings).unwrap_or_default()
    );
    if !request.fresh
        && let Some(plan) = desk.journal.fact::<Plan>(&key, 600)?
    {
        return Ok(plan);
    }
    let doors = desk::doors(settings, &request.cancel)?;
    let tell = |event: Event| {
        watch(&event);
        Ok::<(), EngineError>(())
    };
    let tree = Tree::of(&desk.git, &head)?;
    let component = subject::component(&tree, &desk.inner, settings)?;
    let folder = commits::folder(&desk.repository.top, &component);
    let chosen =
        subject::interpreter(&doors, &tree, &component, settings, &folder, &|minor| doors.clients.dirs.wheels(minor))?;
    let interpreter = chosen.interpreter;
    let wheels = doors.clients.dirs.wheels(&interpreter.minor());
    std::fs::create_dir_all(&wheels).map_err(|e| EngineError::Disk(wheels.clone(), e))?;
    let component = subject::with_own_lock(&doors, &tree, component, &interpreter, &folder, &wheels)?;
    let index = Index::new(&doors, &interpreter, request.fresh);
    // Answers of a plan are facts of its moment; each plan asks under a name of its own.
    let asking = format!("plan-{}", ulid::Ulid::generate());
    let solver = Solver {
        doors: &doors,
        journal: &desk.journal,
        run: &asking,
        component: &component,
        interpreter: &interpreter,
        index: &index,
        directory: &folder,
        wheels: &wheels,
        limit: Duration::from_secs(settings.limits.resolve_seconds),
        asked: Cell::new(0),
    };
    let base = base_solution(&solver, &component)?;
    let imports = Imports::of(&tree.files, &|path| tree.read(path));
    let holds = desk.journal.holds(&shown(&component))?;
    let facts = Facts {
        solver: &solver,
        index: &index,
        component: &component,
        base: &base,
        settings: &settings.upgrade,
        holds: &holds,
        imports: &imports,
        modules: &[],
        native: &|_| false,
        now: clock::now(),
    };
    let mut notes = component.notes.clone();
    notes.push(format!("Python {}: {}", interpreter.version, chosen.reason));
    let drafted = facts.draft(&interpreter.version, notes, &tell)?;
    desk.journal.forget_steps(&asking)?;
    desk.journal.keep_fact(&key, &drafted.plan)?;
    Ok(drafted.plan)
}
