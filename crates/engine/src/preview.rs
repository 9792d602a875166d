//! The plan alone: the same gathering and the same planner as a run, without a work tree and without acting.

use std::path::Path;
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};
use uplift_ecosystems::python::client::Clients;
use uplift_facts::days;
use uplift_facts::vulnerabilities::index_file;
use uplift_model::{Event, Plan};
use uplift_sandbox::clock;
use uplift_sandbox::dirs::Dirs;

use crate::age::Day;
use crate::desk::{Desk, Request, Watch};
use crate::error::EngineError;
use crate::planning::Facts;
use crate::subject;
use crate::workshop::{Order, Site, Workshop};

/// How the note of a plan begins that was not drawn anew.
const KEPT: &str = "kept from ";

/// Whether a note of a plan tells of the moment in which it was asked for. What programs read says the same twice.
pub fn is_of_the_moment(note: &str) -> bool {
    note.starts_with(KEPT)
}

/// [`plan_as_of`] for a report, which says the same whether its plan was kept or drawn anew.
///
/// # Errors
/// [`EngineError`].
pub(crate) fn plan_for_report(request: &Request, day: &str, watch: Watch<'_>) -> Result<Plan, EngineError> {
    let mut plan = plan_as_of(request, Some(day), watch)?;
    plan.notes.retain(|note| !is_of_the_moment(note));
    Ok(plan)
}

/// The plan for the component at `request.path`; nothing is changed.
///
/// # Errors
/// [`EngineError`].
pub fn plan(request: &Request, watch: Watch<'_>) -> Result<Plan, EngineError> {
    plan_on(request, Day::Present(clock::now()), watch)
}

/// The plan as of a day, `YYYY-MM-DD`; `None`: today.
///
/// # Errors
/// [`EngineError`], also when that is no day.
pub fn plan_as_of(request: &Request, day: Option<&str>, watch: Watch<'_>) -> Result<Plan, EngineError> {
    let Some(day) = day.filter(|day| *day != days::of_seconds(clock::now())) else { return plan(request, watch) };
    let ended = if days::is_date(day) { days::end_of(day) } else { None };
    let ended =
        ended.ok_or_else(|| EngineError::repository(format!("`{day}` is not a date"), "write it as 2026-11-21"))?;
    let mut plan = plan_on(request, Day::Past(ended), watch)?;
    plan.notes.push(format!("as of {day}: no later release enters"));
    Ok(plan)
}

/// The plan as of `day`: ages, research, and what the resolver may take.
fn plan_on(request: &Request, day: Day, watch: Watch<'_>) -> Result<Plan, EngineError> {
    let desk = Desk::open(&request.path, &request.cancel)?;
    let head = desk.repository.usable_head()?.to_string();
    let settings = &request.settings;
    let key = key(&desk, request, &head, &desk.journal.all_holds()?, day.seconds());
    if !request.fresh
        && let Some((mut plan, kept)) = desk.journal.fact_at::<Plan>(&key, 600)?
    {
        plan.notes.push(format!("{KEPT}{} UTC; `--fresh` draws it anew", days::minute_of(kept)));
        return as_of_now(plan, &desk);
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
        as_of: days::of_seconds(day.seconds()),
        fresh: request.fresh,
        site: Site::ReadOnly,
    };
    let mut shop = Workshop::open(order, &tell)?;
    let mended = shop.mend(day)?;
    let (component, tree, index) = (&shop.component, &shop.tree, shop.index());
    let solver = shop.solver(&index);
    let mut notes = component.notes.clone();
    notes.extend(shop.told());
    let base = solver.base_on(day)?;
    tell(Event::Doing { what: "looking up advisories, releases and where the code uses what".to_owned() })?;
    let research = shop.research(&base, day.seconds());
    let fixes = research.judged().young_fixes(settings.upgrade.minimum_release_age);
    notes.extend(shop.keep_out_the_young(&solver, &base, day, &fixes)?);
    let holds = desk.journal.holds(&subject::shown(component))?;
    let facts = Facts {
        solver: &solver,
        index: &index,
        component,
        tree,
        base: &base,
        settings,
        holds: &holds,
        research: &research,
        mended: mended.as_ref(),
    };
    let drafted = facts.draft(&shop.version(), notes, &tell)?;
    if request.cancel.is_cancelled() {
        return Err(EngineError::Cancelled);
    }
    desk.journal.forget_steps(&asking)?;
    desk.journal.keep_fact(&key, &drafted.plan)?;
    as_of_now(drafted.plan, &desk)
}

/// The plan with what it does not speak of: what is on record about it now, and what lies beside the commit that it is
/// drawn from.
fn as_of_now(mut plan: Plan, desk: &Desk) -> Result<Plan, EngineError> {
    plan.approvals = desk.journal.approvals(&plan.id)?;
    plan.notes.extend(desk.beside());
    Ok(plan)
}

/// The first 24 hexadecimal digits of a SHA-256.
fn short_hash(text: &str) -> String {
    Sha256::digest(text).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// What a plan depends on, as far as it can be told without drawing it: the build of this program, the indexes that are
/// asked, the day, the settings, and the state of the advisories on the disk.
fn key(desk: &Desk, request: &Request, head: &str, holds: &[(String, String)], now: i64) -> String {
    let stamp = |path: &Path| {
        let told = std::fs::metadata(path).ok();
        let at = told.as_ref().and_then(|m| m.modified().ok()?.duration_since(UNIX_EPOCH).ok());
        format!("{}-{}", at.unwrap_or_default().as_nanos(), told.map_or(0, |m| m.len()))
    };
    let build = std::env::current_exe().map_or_else(|_| String::new(), |program| stamp(&program));
    // As the client has them, whichever variable or file says so. Where it cannot tell, a plan drawn anew says why.
    let clients = Dirs::find().map(|dirs| Clients::new(dirs, request.cancel.clone()));
    let indexes = clients.ok().and_then(|clients| clients.index_urls().ok()).unwrap_or_default();
    let advisories = &request.settings.advisories;
    let named = advisories.paths.iter().chain(&advisories.vex).chain(&advisories.epss).chain(&advisories.kev);
    let mut stamps: Vec<String> = named.map(|path| stamp(&desk.repository.top.join(path))).collect();
    stamps.extend(Dirs::find().ok().map(|dirs| stamp(&index_file(&dirs.root().join("advisories")))));
    format!(
        "plan:{}-{build}:{head}:{}:{}:{}:{}:{}",
        env!("CARGO_PKG_VERSION"),
        desk.inner,
        request.python_asked,
        days::of_seconds(now),
        stamps.join(","),
        // Hashed: a setting or an address may hold a secret.
        short_hash(&serde_json::to_string(&(&request.settings, holds, indexes)).unwrap_or_default())
    )
}
