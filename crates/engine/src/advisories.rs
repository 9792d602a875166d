//! Keeping known vulnerabilities for offline use: OSV's exports fetched where they changed, and indexed.

use std::path::PathBuf;
use std::time::Duration;

use uplift_advisories::export::{self, ExportError};
use uplift_advisories::{Index, IndexError};
use uplift_model::settings::Advisories as Settings;
use uplift_model::{Ecosystem, Hint};
use uplift_sandbox::Cancel;
use uplift_sandbox::dirs::Dirs;
use uplift_sandbox::fetch::{Fetch, FetchSettings};

use crate::error::EngineError;

/// npm's archive is above 100 MiB and grows.
const LARGEST: u64 = 1 << 30;

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Kept {
    /// Where the index lies.
    pub file: PathBuf,
    /// False: nothing had changed.
    pub renewed: bool,
    pub packages: usize,
    /// Ecosystem and records on it.
    pub records: Vec<(String, usize)>,
    /// Newest change to any record, `YYYY-MM-DD`.
    pub newest: Option<String>,
    pub skipped: usize,
}

fn folder() -> Result<PathBuf, EngineError> {
    let dirs = Dirs::find()
        .map_err(|e| EngineError::repository(e.to_string(), "set UPLIFT_CACHE_DIR to a folder that can be written"))?;
    Ok(dirs.root().join("advisories"))
}

/// Fetches the exports of every ecosystem and indexes them.
///
/// # Errors
/// [`EngineError::Outside`] when an export cannot be had; what was kept before stays as it was.
pub fn update(settings: &Settings, cancel: &Cancel) -> Result<Kept, EngineError> {
    let folder = folder()?;
    let fetch = Fetch::new(FetchSettings {
        body_limit: LARGEST,
        time_limit: Duration::from_secs(600),
        ..FetchSettings::default()
    })
    .map_err(|e| EngineError::Bug(e.to_string()))?
    .cancelled_by(cancel);
    let base = settings.export.as_deref().unwrap_or(export::PUBLIC);
    let built = export::update(&fetch, base, &Ecosystem::ALL, &folder).map_err(|e| match &e {
        ExportError::Keep { path, .. } => {
            EngineError::repository(e.to_string(), format!("make room at, or rights to, `{}`", path.display()))
        }
        _ => EngineError::outside(
            e.to_string(),
            e.hint().unwrap_or_else(|| {
                "check the network, or fetch the archives elsewhere and name them with --advisories".to_owned()
            }),
        ),
    })?;
    Ok(kept(export::INDEX.as_ref(), &built.about, built.fresh, &folder))
}

/// What is kept now; `None`: nothing was fetched yet.
///
/// # Errors
/// [`EngineError::Repository`] when the index is damaged.
pub fn kept_advisories() -> Result<Option<Kept>, EngineError> {
    let folder = folder()?;
    match Index::open(&folder.join(export::INDEX)) {
        Ok(index) => Ok(Some(kept(export::INDEX.as_ref(), index.about(), false, &folder))),
        Err(IndexError::Missing(_)) => Ok(None),
        Err(e) => Err(EngineError::repository(e.to_string(), "run `uplift advisories update` again")),
    }
}

fn kept(
    name: &std::path::Path,
    about: &uplift_advisories::index::About,
    renewed: bool,
    folder: &std::path::Path,
) -> Kept {
    Kept {
        file: folder.join(name),
        renewed,
        packages: about.packages,
        records: about.ecosystems.iter().map(|(e, n)| (e.osv().to_owned(), *n)).collect(),
        newest: about.newest().and_then(|n| n.get(..10)).map(str::to_owned),
        skipped: about.sources.iter().map(|s| s.skipped).sum(),
    }
}
