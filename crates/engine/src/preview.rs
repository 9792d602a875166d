//! The plan alone: the same gathering and the same planner as a run, without a work tree and without acting.

use uplift_model::{Event, Plan};
use uplift_sandbox::clock;

use crate::desk::{Desk, Request, Watch};
use crate::error::EngineError;
use crate::planning::Facts;
use crate::subject;
use crate::usage::Imports;
use crate::workshop::{Order, Site, Workshop};

/// The plan for the component at `request.path`; nothing is changed.
///
/// # Errors
/// [`EngineError`].
pub fn plan(request: &Request, watch: Watch<'_>) -> Result<Plan, EngineError> {
    let desk = Desk::open(&request.path, &request.cancel)?;
    let head = desk.repository.usable_head()?.to_string();
    let settings = &request.settings;
    let key = format!(
        "plan:{}:{head}:{}:{}:{}",
        env!("CARGO_PKG_VERSION"),
        desk.inner,
        request.python_asked,
        serde_json::to_string(settings).unwrap_or_default()
    );
    if !request.fresh
        && let Some(plan) = desk.journal.fact::<Plan>(&key, 600)?
    {
        return Ok(plan);
    }
    let tell = |event: Event| {
        watch(&event);
        Ok::<(), EngineError>(())
    };
    // Answers of a plan are facts of its moment; each plan asks under a name of its own.
    let asking = format!("plan-{}", ulid::Ulid::generate());
    let order = Order {
        desk: &desk,
        run: &asking,
        commit: &head,
        inner: &desk.inner,
        settings,
        cancel: &request.cancel,
        python_asked: request.python_asked,
        fresh: request.fresh,
        site: Site::ReadOnly,
    };
    let shop = Workshop::open(order, &tell)?;
    let (component, tree, index) = (&shop.component, &shop.tree, shop.index());
    let solver = shop.solver(&index);
    let mut notes = component.notes.clone();
    notes.push(format!("Python {}: {}", shop.interpreter.version, shop.reason));
    let base = shop.base(&solver, clock::now(), &mut notes)?;
    let imports = Imports::of(&tree.files, &|path| tree.read(path));
    let holds = desk.journal.holds(&subject::shown(component))?;
    let facts = Facts {
        solver: &solver,
        index: &index,
        component,
        base: &base,
        settings: &settings.upgrade,
        holds: &holds,
        imports: &imports,
        modules: &[],
        native: &|_| false,
    };
    let drafted = facts.draft(&shop.interpreter.version, notes, &tell)?;
    desk.journal.forget_steps(&asking)?;
    desk.journal.keep_fact(&key, &drafted.plan)?;
    Ok(drafted.plan)
}
