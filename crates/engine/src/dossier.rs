//! The dossier of a report: the analysis, a plan of each component, a run, and what people gave.
//!
//! Lives here: putting together what others find out; a part that fails becomes "not retrieved" with its reason.
//! Lives elsewhere: all components in one calendar (`programme`), notes, compatibility and hygiene (`further`), what is
//! downloaded (`sizes`), what to read first (`reading`), the analysis (`crate::check`), plans (`crate::preview`), writing
//! it up (`report::kinds`).

mod documents;
mod further;
mod programme;
mod reading;
mod sizes;

use std::path::{Path, PathBuf};

use uplift_model::analysis::{Analysis, ComponentAnalysis};
use uplift_model::dossier::{ComponentPlan, Dossier, SCHEMA};
use uplift_model::outcome::RunReport;
use uplift_model::{Datum, Ecosystem, Plan, Settings};
use uplift_sandbox::Cancel;
use uplift_sandbox::git::Git;

use crate::check::{CheckRequest, check};
use crate::control;
use crate::desk::{Request, Watch};
use crate::error::EngineError;
use crate::{history, preview};

/// What a dossier is asked for.
#[derive(Debug, Clone)]
pub struct DossierRequest {
    /// The repository, or any folder.
    pub path: PathBuf,
    pub settings: Settings,
    pub cancel: Cancel,
    /// The day that ages are counted to: `YYYY-MM-DD`. Default: today.
    pub as_of: Option<String>,
    /// Nothing is asked over the network; plans need the resolver and are then not drawn.
    pub offline: bool,
    /// Export archives, folders or files of OSV records; they replace those of the settings.
    pub advisories: Vec<PathBuf>,
    /// The run that it is about; its first letters are enough.
    pub run: Option<String>,
    /// False: no plan is drawn but the one of the run.
    pub plans: bool,
    /// Read release notes out of artifacts, which downloads them.
    pub notes: bool,
    /// Solve the plans' targets on every Python.
    pub compatibility: bool,
    pub hygiene: bool,
}

/// Puts together everything that reports are written from.
///
/// # Errors
/// [`EngineError`] when the path cannot be read, a setting is wrong, there is no such run, or it was cancelled.
pub fn dossier(request: &DossierRequest, watch: Watch<'_>) -> Result<Dossier, EngineError> {
    let run = match &request.run {
        Some(id) => Some(finished(&request.path, id)?),
        None => None,
    };
    let checked = check(&CheckRequest {
        path: request.path.clone(),
        settings: request.settings.clone(),
        cancel: request.cancel.clone(),
        as_of: request.as_of.clone(),
        offline: request.offline,
        fresh: false,
        advisories: request.advisories.clone(),
        fail_on: Vec::new(),
        notes_of: None,
        // Read before this analysis is kept.
        diff: history::history(&request.path).first().map(|entry| entry.name.clone()),
    })?;
    let (analysis, mut releases) = (checked.analysis, checked.releases);
    let mut plans = Vec::new();
    let mut ran: Option<&str> = None;
    for component in &analysis.components {
        let plan = match run.as_ref().filter(|run| is_of(run, request, component)) {
            Some(run) => {
                ran = Some(&component.path);
                Datum::found(run.plan.clone())
            }
            None => plan(request, &analysis, component, watch)?,
        };
        plans.push(ComponentPlan { component: component.path.clone(), plan });
    }
    let notes = further::notes(request, &analysis, &plans)?;
    sizes::ask_about_new(request, &analysis, &mut releases, &plans)?;
    let mut dossier = Dossier {
        schema: SCHEMA.to_owned(),
        compatibility: further::compatibility(request, &plans, run.as_ref(), watch)?,
        hygiene: further::hygiene(request)?,
        documents: documents::documents(request),
        notes,
        sizes: sizes::sizes(&analysis, &releases, &plans, ran.zip(run.as_ref())),
        reading: reading::reading(request, &analysis, &plans)?,
        run,
        since: checked.comparison,
        given: request.settings.report.clone(),
        analysis,
        plans,
        programme: None,
    };
    dossier.programme = programme::programme(&dossier, &request.settings);
    Ok(dossier)
}

/// The report of a run that has one.
fn finished(path: &Path, id: &str) -> Result<RunReport, EngineError> {
    let (row, _) = control::run(path, id)?;
    let hint = format!("`uplift show {}` tells what happened so far", row.id);
    row.report.ok_or_else(|| EngineError::repository(format!("run {} has no report yet", row.id), hint))
}

fn is_of(run: &RunReport, request: &DossierRequest, component: &ComponentAnalysis) -> bool {
    component.ecosystem == Ecosystem::Python && from_root(request, component).as_deref() == Some(run.component.as_str())
}

/// A component's folder from the repository's root, as plans name it; `None`: there is no repository.
fn from_root(request: &DossierRequest, component: &ComponentAnalysis) -> Option<String> {
    let top = Git::find(&request.path).ok()?.top;
    let folder = request.path.canonicalize().ok()?.join(&component.path);
    let inner = folder.canonicalize().ok()?.strip_prefix(top).ok()?.display().to_string();
    Some(if inner.is_empty() { ".".to_owned() } else { inner })
}

/// The plan of one component, or why there is none.
fn plan(
    request: &DossierRequest,
    analysis: &Analysis,
    component: &ComponentAnalysis,
    watch: Watch<'_>,
) -> Result<Datum<Plan>, EngineError> {
    if !request.plans {
        return Ok(Datum::not_retrieved("not asked"));
    }
    if component.ecosystem != Ecosystem::Python {
        return Ok(Datum::not_retrieved(format!("{} is not planned yet", component.ecosystem)));
    }
    if request.offline {
        return Ok(Datum::not_retrieved("nothing was asked over the network, and a plan needs the resolver"));
    }
    let Some(inner) = from_root(request, component) else {
        return Ok(Datum::not_retrieved("it is not in a git repository"));
    };
    let mut settings = request.settings.clone();
    settings.project.component = Some(inner);
    if !request.advisories.is_empty() {
        let whole = request.advisories.iter().map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()));
        settings.advisories.paths = whole.map(|path| path.display().to_string()).collect();
    }
    let asked = Request {
        path: request.path.join(&component.path),
        settings,
        cancel: request.cancel.clone(),
        tests: false,
        python_asked: false,
        fresh: false,
        plan: None,
    };
    match preview::plan_for_report(&asked, &analysis.as_of, watch) {
        Ok(plan) => Ok(Datum::found(plan)),
        Err(EngineError::Cancelled) => Err(EngineError::Cancelled),
        Err(error) => Ok(Datum::not_retrieved(in_words(&error))),
    }
}

/// An error with its causes on one line.
fn in_words(error: &EngineError) -> String {
    let mut words = vec![error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let text = inner.to_string();
        if words.last() != Some(&text) {
            words.push(text);
        }
        cause = inner.source();
    }
    words.join(": ")
}
