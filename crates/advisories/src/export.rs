//! OSV's exports: all records of an ecosystem in one archive, fetched when they changed, then indexed.
//!
//! Lives here: which archive, what is kept of it. Lives elsewhere: HTTP (`uplift_sandbox::fetch`), the index (`index`).

use std::fs;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};

use uplift_model::{Ecosystem, Hint};
use uplift_sandbox::fetch::{Fetch, FetchError, Request, Source, Validators};

use crate::index::{BuildError, Built, build};

/// The bucket that OSV documents for its exports.
pub const PUBLIC: &str = "https://osv-vulnerabilities.storage.googleapis.com";
/// Name of the index in its folder.
pub const INDEX: &str = "advisories.redb";

/// The exports could not be had; index and archives of before are as they were.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("could not fetch the advisories of {}: {source}", ecosystem.osv())]
    Fetch { ecosystem: Ecosystem, source: FetchError },
    #[error("`{url}` is no archive of advisories: {why}")]
    Archive { url: String, why: String },
    #[error("could not keep `{}`", path.display())]
    Keep { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl Hint for ExportError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Fetch { source: FetchError::TooLarge { .. }, .. } => {
                Some("download the archive yourself and name it under `advisories.paths`".to_owned())
            }
            Self::Fetch { source, .. } => source.hint(),
            Self::Archive { .. } => Some("check `advisories.export`".to_owned()),
            Self::Keep { .. } => None,
            Self::Build(error) => error.hint(),
        }
    }
}

/// Fetches `<base>/<ecosystem>/all.zip` where it changed, and builds `folder/`[`INDEX`].
///
/// `fetch` needs a body limit that has room for an archive (npm's is above 100 MiB).
///
/// # Errors
/// [`ExportError`]; nothing is replaced before all archives have arrived whole.
pub fn update(fetch: &Fetch, base: &str, ecosystems: &[Ecosystem], folder: &Path) -> Result<Built, ExportError> {
    let keep = |path: &Path| {
        let path = path.to_owned();
        move |source| ExportError::Keep { path, source }
    };
    fs::create_dir_all(folder).map_err(keep(folder))?;
    let archive = |ecosystem: &Ecosystem| folder.join(format!("{}.zip", ecosystem.osv()));
    let notes = |ecosystem: &Ecosystem| folder.join(format!("{}.validators.json", ecosystem.osv()));
    let base = base.trim_end_matches('/');
    let url = |ecosystem: &Ecosystem| format!("{base}/{}/all.zip", ecosystem.osv());
    let known = |ecosystem: &Ecosystem| -> Validators {
        let kept = fs::read(notes(ecosystem)).ok().filter(|_| archive(ecosystem).is_file());
        kept.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
    };
    let requests = ecosystems.iter().map(|ecosystem| Request::new(url(ecosystem)).known(known(ecosystem))).collect();
    let mut arrived = Vec::new();
    for (ecosystem, answer) in ecosystems.iter().zip(fetch.get_all(requests)) {
        let response = answer.map_err(|source| ExportError::Fetch { ecosystem: *ecosystem, source })?;
        if response.source != Source::Unchanged {
            zip::ZipArchive::new(Cursor::new(&response.body))
                .map_err(|e| ExportError::Archive { url: url(ecosystem), why: e.to_string() })?;
            arrived.push((ecosystem, response));
        }
    }
    for (ecosystem, response) in arrived {
        // Without the old notes first, a crash between the two would leave notes about another archive.
        match fs::remove_file(notes(ecosystem)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(keep(&notes(ecosystem))(e)),
            _ => {}
        }
        replace(&archive(ecosystem), &response.body).map_err(keep(&archive(ecosystem)))?;
        let json = serde_json::to_vec(&response.validators).map_err(|e| keep(&notes(ecosystem))(e.into()))?;
        replace(&notes(ecosystem), &json).map_err(keep(&notes(ecosystem)))?;
    }
    let archives: Vec<PathBuf> = ecosystems.iter().map(archive).collect();
    Ok(build(&folder.join(INDEX), &archives)?)
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}
