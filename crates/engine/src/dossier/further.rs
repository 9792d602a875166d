//! What a dossier asks of others besides the analysis and the plans: release notes, whether targets go together, hygiene.
//!
//! Lives here: the questions. An answer that fails is "not retrieved" with its reason; only being cancelled ends it all.

use uplift_facts::notes::Asked as NotesAsked;
use uplift_model::analysis::{Analysis, ComponentAnalysis};
use uplift_model::compatibility::CompatibilityReport;
use uplift_model::dossier::{ComponentPlan, NotesFor, proposed};
use uplift_model::hygiene::HygieneReport;
use uplift_model::outcome::RunReport;
use uplift_model::solution::Change;
use uplift_model::{Datum, Ecosystem, Move, PackageName, Plan, Version};

use super::{DossierRequest, in_words};
use crate::desk::Watch;
use crate::error::EngineError;
use crate::release_notes::{NotesRequest, release_notes};
use crate::validate::{OverlayItem, ValidateRequest, validate};

/// What was not wanted by this kind of report.
const NOT_ASKED: &str = "not asked for this report";

/// What the repository does for its dependencies and its service.
///
/// # Errors
/// [`EngineError::Cancelled`] alone.
pub(super) fn hygiene(request: &DossierRequest) -> Result<Datum<HygieneReport>, EngineError> {
    if !request.hygiene {
        return Ok(Datum::not_retrieved(NOT_ASKED));
    }
    match crate::hygiene::hygiene(&request.path, &[], &request.cancel) {
        Ok(report) => Ok(Datum::found(report)),
        Err(EngineError::Cancelled) => Err(EngineError::Cancelled),
        Err(error) => Ok(Datum::not_retrieved(in_words(&error))),
    }
}

/// Whether the targets of each plan go together, on every Python that the component admits; of a run that delivered,
/// whether what it delivered does.
///
/// # Errors
/// [`EngineError::Cancelled`] alone.
pub(super) fn compatibility(
    request: &DossierRequest,
    plans: &[ComponentPlan],
    run: Option<&RunReport>,
    watch: Watch<'_>,
) -> Result<Datum<CompatibilityReport>, EngineError> {
    if !request.compatibility {
        return Ok(Datum::not_retrieved(NOT_ASKED));
    }
    if request.offline {
        return Ok(Datum::not_retrieved("nothing was asked over the network, and the resolver needs it"));
    }
    let mut whole: Option<CompatibilityReport> = None;
    for ComponentPlan { component, plan } in plans {
        let Some(plan) = plan.value().filter(|plan| !plan.moves.is_empty()) else { continue };
        let delivered = run.filter(|run| run.branch.is_some() && run.plan.id == plan.id);
        let asked = ValidateRequest {
            path: request.path.clone(),
            settings: request.settings.clone(),
            cancel: request.cancel.clone(),
            files: Vec::new(),
            component: Some(component.clone()),
            overlay: targets(plan, delivered),
            along: along(plan, delivered),
            plan: None,
            python: Vec::new(),
            all_pythons: true,
            node: None,
            as_of: request.as_of.clone(),
            probes: Vec::new(),
            imports: false,
            // A report downloads no environments.
            no_imports: true,
        };
        let report = match validate(&asked, watch) {
            Ok(report) => report,
            Err(EngineError::Cancelled) => return Err(EngineError::Cancelled),
            Err(error) => return Ok(Datum::not_retrieved(format!("{component}: {}", in_words(&error)))),
        };
        match &mut whole {
            None => whole = Some(report),
            Some(whole) => {
                whole.verdict = CompatibilityReport::worst([whole.verdict, report.verdict]);
                whole.components.extend(report.components);
            }
        }
    }
    Ok(whole.map_or_else(|| Datum::not_retrieved("no plan moves anything"), Datum::found))
}

/// Where the packages of a plan end: at its targets, or where the run left them.
fn targets(plan: &Plan, run: Option<&RunReport>) -> Vec<OverlayItem> {
    let item = |name: &PackageName, version: &Version| OverlayItem {
        ecosystem: Ecosystem::Python,
        name: name.to_string(),
        extras: Vec::new(),
        specifier: format!("=={version}"),
    };
    match run {
        Some(run) => {
            let own = run.kept.iter().filter(|kept| plan.candidates.iter().any(|c| c.name == kept.name));
            own.map(|kept| item(&kept.name, &kept.to)).collect()
        }
        None => {
            let all = plan.moves.iter().flat_map(|m| &m.candidates);
            all.map(|candidate| item(&candidate.name, &candidate.target)).collect()
        }
    }
}

/// What comes along with the moves of a plan, or with those that the run kept: constraints files are edited for it.
fn along(plan: &Plan, run: Option<&RunReport>) -> Vec<Change> {
    let kept = |one: &&Move| {
        run.is_none_or(|run| one.candidates.iter().any(|c| run.kept.iter().any(|kept| kept.name == c.name)))
    };
    plan.moves.iter().filter(kept).flat_map(|one| one.induced.iter().cloned()).collect()
}

/// Release notes for everything that could move.
///
/// # Errors
/// [`EngineError::Cancelled`] alone.
pub(super) fn notes(
    request: &DossierRequest,
    analysis: &Analysis,
    plans: &[ComponentPlan],
) -> Result<Vec<NotesFor>, EngineError> {
    let mut wanted: Vec<(String, NotesAsked)> = Vec::new();
    for component in &analysis.components {
        let plan = plans.iter().find(|p| p.component == component.path).and_then(|p| p.plan.value());
        wanted.extend(moving(component, plan).map(|asked| (component.path.clone(), asked)));
    }
    let answers = if request.notes {
        let asked: Vec<NotesAsked> = wanted.iter().map(|(_, asked)| asked.clone()).collect();
        let how = NotesRequest {
            folder: &request.path,
            settings: &request.settings,
            cancel: &request.cancel,
            offline: request.offline,
        };
        match release_notes(&asked, &how) {
            Ok(answers) => answers,
            Err(EngineError::Cancelled) => return Err(EngineError::Cancelled),
            Err(error) => vec![Datum::not_retrieved(in_words(&error)); asked.len()],
        }
    } else {
        vec![Datum::not_retrieved(NOT_ASKED); wanted.len()]
    };
    let notes = wanted.into_iter().zip(answers);
    Ok(notes.map(|((component, asked), notes)| NotesFor { component, package: asked.name, notes }).collect())
}

/// What moves in a component, by its plan and beyond it.
fn moving<'a>(component: &'a ComponentAnalysis, plan: Option<&'a Plan>) -> impl Iterator<Item = NotesAsked> + use<'a> {
    let ecosystem = component.ecosystem;
    let planned = plan.into_iter().flat_map(|p| &p.moves).flat_map(|m| &m.candidates).map(move |c| NotesAsked {
        ecosystem,
        name: c.name.to_string(),
        from: Some(c.current.to_string()),
        to: c.target.to_string(),
    });
    let others = proposed(component, plan).map(move |(row, target)| NotesAsked {
        ecosystem,
        name: row.name.clone(),
        from: row.current_version.clone(),
        to: target.to_owned(),
    });
    planned.chain(others)
}
