//! Whether a set of packages goes together: the files of a component with an overlay on top, on one or more interpreters.
//!
//! Lives here: the request and the order of things. `overlay` makes the set, `ask` puts it to the resolver, `conflict`
//! explains a refusal, `imports` tries what metadata accept, `matrix` makes the rows.
//! Lives elsewhere: the report's form (`model::compatibility`), its screen (`report`). It changes nothing.
//! Start reading at [`validate`].

mod ask;
mod blame;
mod conflict;
mod imports;
mod javascript;
mod matrix;
mod overlay;
mod pages;
mod profile;
mod python;
mod runtimes;
mod sources;
mod steps;
mod words;

pub use overlay::{BadOverlay, OverlayItem};

use std::path::PathBuf;
use std::time::Duration;

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::interpreter::{self, Interpreter};
use uplift_facts::days;
use uplift_facts::tree::Tree;
use uplift_model::compatibility::{Check, CompatibilityReport, ComponentCompatibility, Verdict, Window};
use uplift_model::solution::Change;
use uplift_model::{Ecosystem, Event, Plan, Settings};
use uplift_sandbox::Cancel;

use crate::desk::{self, Watch};
use crate::error::EngineError;
use imports::Wish;
use overlay::Wanted;
pub(crate) use pages::Pages;
use profile::Weight;
use python::{Checked, Subject};
use runtimes::Runtime;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct ValidateRequest {
    /// A repository, or any folder.
    pub path: PathBuf,
    pub settings: Settings,
    pub cancel: Cancel,
    /// Manifests that make up the set, from `path`; empty: those of the components.
    pub files: Vec<String>,
    /// The component's folder, from `path`; `None`: every one that the overlay concerns.
    pub component: Option<String>,
    pub overlay: Vec<OverlayItem>,
    /// What comes along with the overlay as somebody found out before: lines of constraints files that do not admit it are
    /// taken as raised to it, which is what an upgrade writes.
    pub along: Vec<Change>,
    /// A plan to check step by step: it names the component and takes the overlay's place.
    pub plan: Option<Plan>,
    /// Python versions to answer for; empty: the project's own.
    pub python: Vec<String>,
    /// Every line of Python that the project admits.
    pub all_pythons: bool,
    /// The Node that engines are held against; `None`: those that the project names.
    pub node: Option<String>,
    /// `YYYY-MM-DD`: releases after it are not seen.
    pub as_of: Option<String>,
    /// Python code to run in an environment of the solved set.
    pub probes: Vec<String>,
    /// Import every direct dependency in an environment of the solved set.
    pub imports: bool,
    /// Download and import nothing, not even what crosses an ABI boundary.
    pub no_imports: bool,
}

/// Whether what the report says goes together also runs on every runtime that the project states.
pub fn runs(report: &CompatibilityReport) -> bool {
    let checks = report.components.iter().flat_map(|c| &c.checks);
    !checks.flat_map(|check| &check.warnings).any(words::lacks_engine)
}

/// Checks the set; nothing is changed.
///
/// # Errors
/// [`EngineError`] when the path or an option makes no sense, or when the resolver or the index did not answer. A set that
/// does not go together is an answer.
pub fn validate(request: &ValidateRequest, watch: Watch<'_>) -> Result<CompatibilityReport, EngineError> {
    let folder = request.path.canonicalize().map_err(|e| {
        EngineError::repository(
            format!("`{}` cannot be read: {e}", request.path.display()),
            "give the folder of a project",
        )
    })?;
    if !folder.is_dir() {
        return Err(EngineError::repository(
            format!("`{}` is not a folder", request.path.display()),
            "give the folder of a project, and single manifests with --files",
        ));
    }
    if let Some(day) = request.as_of.as_ref().filter(|d| !days::is_date(d)) {
        return Err(EngineError::repository(format!("`{day}` is not a date"), "write it as 2026-11-21"));
    }
    let doors = desk::doors(&request.settings, &request.cancel)?;
    let tree = Tree::walk(&folder);
    let request = &steps::taken_in(request, &tree)?;
    let mut components = Vec::new();
    let mut weight: Option<Weight> = None;
    let python = sources::python(&tree, request)?;
    if !python.is_empty() {
        let found = interpreter::find(&doors.clients)?;
        for component in python {
            watch(&Event::Doing { what: format!("checking {}", shown(&component.root)) });
            let (checked, weighs) = one(request, &doors, &tree, &found, component)?;
            components.push(checked);
            weight = weight.max(weighs);
        }
    }
    for component in sources::javascript(&tree, request)? {
        watch(&Event::Doing { what: format!("checking {}", shown(&component.root)) });
        components.push(javascript::check(request, &doors, &tree, &component)?);
    }
    if components.is_empty() {
        return Err(EngineError::repository(
            "there is nothing to check: no manifest states requirements here, and --set names none",
            "give the folder of a project, --files, or --set NAME==VERSION",
        ));
    }
    let profile = profile::of(&components, &request.settings.environment, weight);
    // What nobody can tell is listed and decides nothing; what is plainly broken does.
    let broken = profile.stated.iter().map(|c| c.verdict).find(|v| *v == Verdict::Unsat);
    let name = folder.file_name().map_or_else(|| "project".to_owned(), |n| n.to_string_lossy().into_owned());
    Ok(CompatibilityReport {
        repository: name,
        as_of: request.as_of.clone(),
        verdict: CompatibilityReport::worst(components.iter().map(|c| c.verdict).chain(broken)),
        profile,
        components,
    })
}

fn shown(root: &str) -> &str {
    if root.is_empty() { "." } else { root }
}

/// One Python component on every interpreter that is asked for.
fn one(
    request: &ValidateRequest,
    doors: &Doors,
    tree: &Tree,
    found: &[Interpreter],
    component: Component,
) -> Result<(ComponentCompatibility, Option<Weight>), EngineError> {
    let mended = request.plan.as_ref().and_then(|plan| plan.mended.as_ref()).map(|mended| mended.pins.as_slice());
    let before = overlay::mended(overlay::as_it_stands(&component), mended.unwrap_or_default());
    let after = overlay::laid_over(&overlay::raised(before.clone(), &request.along), &request.overlay);
    let mut notes = component.notes.clone();
    let pages = Pages::open(doors, request.as_of.clone())?;
    let mut as_of = request.as_of.clone();
    if as_of.is_some() {
        pages.load(after.roots.iter().filter(|r| !r.url).map(|r| r.name.clone()));
        if !pages.dated() {
            notes.push("the index gives no upload times, so that the day could not be kept to".to_owned());
            as_of = None;
        }
    }
    let wish = Wish { imports: request.imports, none: request.no_imports, probes: request.probes.clone() };
    let subject = Subject {
        doors,
        tree,
        pages: &pages,
        directory: if component.root.is_empty() { tree.root().to_owned() } else { tree.root().join(&component.root) },
        locked: python::locked(&component),
        component: &component,
        before,
        after,
        as_of: as_of.clone(),
        limit: Duration::from_secs(request.settings.limits.resolve_seconds),
        wish: wish.clone(),
    };
    let runtimes = wanted(request, doors, tree, found, &component)?;
    let mut checked: Vec<Checked> = Vec::new();
    for runtime in &runtimes {
        checked.push(subject.check(runtime)?);
    }
    let mut steps = Vec::new();
    if let Some(plan) = &request.plan {
        let last: Vec<Check> = checked.iter().map(|c| c.check.clone()).collect();
        let so_far = |after: Wanted| Subject {
            doors,
            tree,
            pages: &pages,
            directory: subject.directory.clone(),
            locked: subject.locked.clone(),
            component: &component,
            before: subject.before.clone(),
            after,
            as_of: as_of.clone(),
            limit: subject.limit,
            wish: wish.clone(),
        };
        let worst = |checks: &[Check]| steps::verdict(checks, request.all_pythons);
        steps = steps::between(plan, &runtimes, &subject.before, &so_far, &last, &worst)?;
    }
    let matrix = matrix::rows(&subject, &checked);
    let families = matrix::families(&subject, &checked);
    for (name, why) in pages.not_retrieved() {
        notes.push(format!("releases of {name} were not retrieved: {why}"));
    }
    // One interpreter is enough for a window; what it leaves out is told there.
    let checks: Vec<Check> = checked.iter().map(|c| c.check.clone()).collect();
    let at_the_end = steps::verdict(&checks, request.all_pythons);
    let verdict = steps.iter().map(|step| step.verdict).fold(at_the_end, Verdict::max);
    notes.extend(profile::further_indexes(&component));
    let asks = &request.settings.environment;
    let first = checked.first().filter(|_| asks.disk_mib.is_some() || asks.memory_mib.is_some());
    let weight = first.map(|c| Weight::of(&pages, &c.runtime, &c.check));
    let component = ComponentCompatibility {
        path: shown(&component.root).to_owned(),
        ecosystem: Ecosystem::Python,
        files: component.files(),
        overlay: subject.after.overlay.clone(),
        verdict,
        window: window(&checked),
        checks,
        matrix,
        families,
        notes,
        steps,
    };
    Ok((component, weight))
}

/// Interpreters to answer for.
fn wanted(
    request: &ValidateRequest,
    doors: &Doors,
    tree: &Tree,
    found: &[Interpreter],
    component: &Component,
) -> Result<Vec<Runtime>, EngineError> {
    let mut names = request.python.clone();
    if request.all_pythons {
        names.extend(runtimes::admitted(component).into_iter().filter(|n| !request.python.contains(n)));
    } else if names.is_empty() {
        let Settings { project, environment, .. } = &request.settings;
        names.extend(environment.python.clone().or_else(|| project.python.clone()));
    }
    if names.is_empty() {
        return Ok(vec![runtimes::usual(request, doors, tree, component, found)?]);
    }
    let mut all = names.iter().map(|n| Runtime::of(n, found)).collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(Runtime::version);
    all.dedup();
    Ok(all)
}

fn window(checked: &[Checked]) -> Option<Window> {
    if checked.len() < 2 {
        return None;
    }
    let lines = |good: bool| -> Vec<String> {
        let is_good = |c: &&Checked| !matches!(c.check.verdict, Verdict::Unsat | Verdict::NotChecked);
        checked.iter().filter(|c| is_good(c) == good).map(|c| c.runtime.interpreter.minor()).collect()
    };
    let solved = lines(true);
    Some(Window { text: runtimes::ranges(&solved), refused: lines(false), solved })
}
