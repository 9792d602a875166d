//! What to read before a package crosses a major that no plan moves (row C16); steps of plans have their own.
//!
//! Lives here: which packages are asked about. Lives elsewhere: asking (`uplift_facts::reading`).

use std::path::PathBuf;
use std::time::Duration;

use uplift_ecosystems::javascript::client::Registries;
use uplift_ecosystems::python::client::Clients;
use uplift_facts::reading::{self, Asked};
use uplift_facts::releases::Store;
use uplift_model::analysis::{Analysis, ComponentAnalysis};
use uplift_model::dossier::{ComponentPlan, ReadingOf, proposed};
use uplift_model::{Datum, Distance, Ecosystem};
use uplift_sandbox::dirs::Dirs;
use uplift_sandbox::fetch::{Fetch, FetchSettings};
use uplift_sandbox::redact;

use super::DossierRequest;
use crate::error::EngineError;

/// How long an index's answer counts as fresh: the analysis has just asked for most of them.
pub(super) const FRESH: Duration = Duration::from_secs(600);

/// Pages for every package of every component that the analysis alone takes across a major.
///
/// # Errors
/// [`EngineError`] when the cache's folder or the network cannot be set up at all, or it was cancelled.
pub(super) fn reading(
    request: &DossierRequest,
    analysis: &Analysis,
    plans: &[ComponentPlan],
) -> Result<Vec<ReadingOf>, EngineError> {
    let mut all = Vec::new();
    for component in &analysis.components {
        let plan = plans.iter().find(|plan| plan.component == component.path).and_then(|plan| plan.plan.value());
        let crossing = proposed(component, plan).filter(|(row, _)| row.distance == Some(Distance::Major));
        let asked: Vec<Asked> = crossing
            .map(|(row, target)| Asked { ecosystem: row.ecosystem, name: row.name.clone(), version: target.to_owned() })
            .collect();
        if asked.is_empty() {
            continue;
        }
        let pages = ask(request, component, &asked)?;
        all.extend(asked.into_iter().zip(pages).map(|(asked, pages)| ReadingOf {
            component: component.path.clone(),
            package: asked.name,
            pages,
        }));
    }
    Ok(all)
}

fn ask(
    request: &DossierRequest,
    component: &ComponentAnalysis,
    asked: &[Asked],
) -> Result<Vec<Datum<Vec<uplift_model::plan::Reading>>>, EngineError> {
    let Doors { fetch, clients, folder } = Doors::open(request)?;
    let store = Store::new(&folder, &fetch, FRESH, request.offline);
    let words = |e: &dyn std::fmt::Display| redact::text(&e.to_string());
    let (indexes, registries) = match component.ecosystem {
        Ecosystem::Python => (clients.index_urls().map_err(|e| words(&e)), Err("no registry is needed".to_owned())),
        Ecosystem::JavaScript => {
            let folder = request.path.join(&component.path);
            (Ok(Vec::new()), Registries::load(&clients, Some(&folder)).map_err(|e| words(&e)))
        }
    };
    let pages = reading::reading(asked, &store, &indexes, &registries);
    if request.cancel.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(pages) }
}

/// Whom a dossier asks of itself, with what the analysis has kept.
pub(super) struct Doors {
    pub(super) fetch: Fetch,
    pub(super) clients: Clients,
    /// Where summaries of index pages are kept.
    pub(super) folder: PathBuf,
}

impl Doors {
    pub(super) fn open(request: &DossierRequest) -> Result<Self, EngineError> {
        let dirs = Dirs::find().map_err(|e| {
            EngineError::repository(e.to_string(), "set UPLIFT_CACHE_DIR to a folder that can be written")
        })?;
        let settings = FetchSettings {
            connections: request.settings.limits.connections.max(16),
            time_limit: Duration::from_secs(20),
            offline: request.offline,
            ..FetchSettings::default()
        };
        let fetch = Fetch::new(settings).map_err(|e| EngineError::Bug(e.to_string()))?.cancelled_by(&request.cancel);
        let folder = dirs.root().join("releases");
        Ok(Self { fetch, clients: Clients::new(dirs, request.cancel.clone()), folder })
    }
}
