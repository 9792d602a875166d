//! Release notes for whoever asks for them: downloads artifacts, so that nothing asks by default.
//!
//! Lives here: opening the doors, and putting notes into an analysis. Lives elsewhere: finding and reading them
//! (`uplift_facts::notes`), what missing ones weigh (`decide::risk`).

use std::path::Path;
use std::time::Duration;

use uplift_decide::risk::{self, Evidence};
use uplift_ecosystems::javascript::client::Registries;
use uplift_ecosystems::python::client::Clients;
use uplift_facts::gather::Gathered;
use uplift_facts::notes::{self, Asked, Doors, LARGEST_ARTIFACT};
use uplift_facts::releases::Store;
use uplift_model::analysis::Pinning;
use uplift_model::notes::ReleaseNotes;
use uplift_model::settings::Settings;
use uplift_model::{Datum, Ecosystem, PackageName, Plan};
use uplift_sandbox::dirs::Dirs;
use uplift_sandbox::fetch::{Fetch, FetchSettings};
use uplift_sandbox::{Cancel, redact};

use crate::error::EngineError;
use crate::judge;
use crate::symbols;

/// What release notes are asked with.
#[derive(Debug, Clone)]
pub struct NotesRequest<'a> {
    /// The project's folder: its npm settings say which registry is asked.
    pub folder: &'a Path,
    pub settings: &'a Settings,
    pub cancel: &'a Cancel,
    /// Only what an earlier call has kept.
    pub offline: bool,
}

/// Notes of each package asked for, in the same order; one that could not be read says why.
///
/// # Errors
/// [`EngineError`] when the cache's folder or the network cannot be set up at all.
pub fn release_notes(asked: &[Asked], request: &NotesRequest<'_>) -> Result<Vec<Datum<ReleaseNotes>>, EngineError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let dirs = Dirs::find()
        .map_err(|e| EngineError::repository(e.to_string(), "set UPLIFT_CACHE_DIR to a folder that can be written"))?;
    let door = |settings: FetchSettings| {
        let fetch = Fetch::new(settings).map_err(|e| EngineError::Bug(e.to_string()))?;
        Ok::<Fetch, EngineError>(fetch.cancelled_by(request.cancel))
    };
    let usual = FetchSettings {
        connections: request.settings.limits.connections,
        time_limit: Duration::from_secs(20),
        offline: request.offline,
        ..FetchSettings::default()
    };
    let artifacts =
        door(FetchSettings { time_limit: Duration::from_secs(90), body_limit: LARGEST_ARTIFACT, ..usual.clone() })?;
    let fetch = door(usual)?;
    let folder = dirs.root().join("notes");
    let clients = Clients::new(dirs, request.cancel.clone());
    let has = |ecosystem: Ecosystem| asked.iter().any(|a| a.ecosystem == ecosystem);
    let words = |e: &dyn std::fmt::Display| redact::text(&e.to_string());
    let indexes = match has(Ecosystem::Python) {
        true => clients.index_urls().map_err(|e| words(&e)),
        false => Ok(Vec::new()),
    };
    let registries = match has(Ecosystem::JavaScript) {
        true => Registries::load(&clients, Some(request.folder)).map_err(|e| words(&e)),
        false => Err("no registry is needed".to_owned()),
    };
    let store = Store::new(&folder, &fetch, Duration::MAX, request.offline);
    let doors = Doors { store: &store, artifacts: &artifacts, indexes: &indexes, registries: &registries };
    Ok(notes::notes(asked, &doors))
}

/// Puts the notes of one package into an analysis, wherever it has a target, and weighs it again with them.
pub(crate) fn explain(
    gathered: &mut Gathered,
    name: &str,
    root: &Path,
    request: &NotesRequest<'_>,
) -> Result<(), EngineError> {
    for component in &mut gathered.analysis.components {
        let folder = root.join(&component.path);
        for row in component.dependencies.iter_mut().filter(|r| r.is_named(name) && r.pinning != Pinning::Elsewhere) {
            let Some(to) = row.target_version.clone() else { continue };
            let from = row.current_version.clone().or_else(|| row.floor.clone());
            let asked = Asked { ecosystem: row.ecosystem, name: row.name.clone(), from, to };
            let request = NotesRequest { folder: &folder, ..request.clone() };
            row.release_notes = release_notes(&[asked], &request)?.pop();
        }
    }
    judge::weigh_again(gathered);
    Ok(())
}

/// The notes of what a plan does with one package, whose risk then rests on them; `None` when it does not move it.
///
/// # Errors
/// As [`release_notes`].
pub fn notes_of_plan(
    plan: &mut Plan,
    name: &PackageName,
    request: &NotesRequest<'_>,
) -> Result<Option<Datum<ReleaseNotes>>, EngineError> {
    let Some(candidate) = plan.candidates.iter().find(|c| c.name == *name) else { return Ok(None) };
    let asked = Asked {
        ecosystem: Ecosystem::Python,
        name: name.to_string(),
        from: Some(candidate.current.to_string()),
        to: candidate.target.to_string(),
    };
    let notes = release_notes(&[asked], request)?.pop();
    if let Some(notes) = &notes {
        let moved = plan.moves.iter_mut().flat_map(|one| &mut one.candidates);
        for candidate in plan.candidates.iter_mut().chain(moved).filter(|c| c.name == *name) {
            let Some(assessment) = candidate.assessment.take() else { continue };
            let mut evidence =
                Evidence::new(name.as_str(), Ecosystem::Python, candidate.role, &candidate.target.to_string());
            evidence.current = Some(candidate.current.to_string());
            (evidence.distance, evidence.direct) = (Some(candidate.distance), candidate.direct);
            let sources =
                |notes: ReleaseNotes| notes.sources.into_iter().map(|s| s.name).collect::<Vec<_>>().join(", ");
            evidence.release_notes = notes.clone().map(sources);
            if let Some(known) = &candidate.symbols {
                symbols::weigh(&mut evidence, known);
            }
            let assessment = risk::researched(assessment, &evidence);
            candidate.risk = assessment.level;
            candidate.reasons = assessment.factors.iter().map(|factor| factor.reason.clone()).collect();
            candidate.assessment = Some(assessment);
        }
    }
    Ok(notes)
}
