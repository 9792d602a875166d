//! Analyses of a repository, kept: one file each, below the git directory beside the journal.
//!
//! Lives here: keeping, listing, finding. A file is written beside its place and renamed, so that it is whole or absent.

use std::io::Write;
use std::path::{Path, PathBuf};

use uplift_model::analysis::Analysis;
use uplift_sandbox::git::Git;

use crate::error::EngineError;

/// Analyses kept for one repository; the oldest go first.
const KEPT: usize = 200;
/// Largest document that is read as an analysis, in bytes.
const LARGEST: u64 = 256 << 20;

/// One analysis of the past.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// The name that `--diff` takes: `2026-11-21-1`.
    pub name: String,
    pub as_of: String,
    pub commit: Option<String>,
    pub dependencies: usize,
    /// Advisories that count; `None`: a source of them failed.
    pub advisories: Option<usize>,
    pub urgency: String,
    #[serde(skip)]
    path: PathBuf,
}

/// Where the analyses of the repository at `path` lie; `None`: no repository, so nothing is kept.
fn folder(path: &Path) -> Option<PathBuf> {
    Some(Git::find(path).ok()?.git_common_dir.join("uplift").join("analyses"))
}

/// Keeps an analysis, unless the newest one says the same; why it could not be kept, where it could not. Failing costs
/// history, not the answer.
pub(crate) fn keep(path: &Path, analysis: &Analysis) -> Option<String> {
    let error = write(&folder(path)?, analysis).err()?;
    tracing::warn!(%error, "Could not keep the analysis");
    Some(error.to_string())
}

fn write(folder: &Path, analysis: &Analysis) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let names = names(folder);
    let text = serde_json::to_vec(analysis)?;
    if let Some(newest) = names.last()
        && std::fs::read(folder.join(newest)).is_ok_and(|old| old == text)
    {
        return Ok(());
    }
    let of_day = names.iter().filter_map(|n| n.strip_prefix(&analysis.as_of)?.strip_prefix('-')?.strip_suffix(".json"));
    let number = of_day.filter_map(|n| n.parse::<u32>().ok()).max().unwrap_or(0) + 1;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&text)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(format!("{}-{number:04}.json", analysis.as_of))).map_err(|e| e.error)?;
    for old in names.iter().take((names.len() + 1).saturating_sub(KEPT)) {
        std::fs::remove_file(folder.join(old))?;
    }
    Ok(())
}

/// Names of the files, oldest first.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|e| e.file_name().to_string_lossy().into_owned()).filter(|n| n.ends_with(".json")).collect();
    names.sort();
    names
}

/// The analyses kept for the repository at `path`, newest first. A file that cannot be read is left out.
pub fn history(path: &Path) -> Vec<Entry> {
    let Some(folder) = folder(path) else { return Vec::new() };
    let entry = |name: &String| {
        let path = folder.join(name);
        let analysis: Analysis = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
        let rows = || analysis.components.iter().flat_map(|c| &c.dependencies);
        Some(Entry {
            name: name.trim_end_matches(".json").to_owned(),
            as_of: analysis.as_of.clone(),
            commit: analysis.commit.clone(),
            dependencies: rows().count(),
            advisories: analysis.advisories(),
            urgency: analysis.urgency.level.clone(),
            path,
        })
    };
    names(&folder).iter().rev().filter_map(entry).collect()
}

/// An older analysis: a file, or the name of a kept one (`last`: the newest).
///
/// # Errors
/// [`EngineError::Repository`] when there is none of that name, or the file is no analysis.
pub fn older(path: &Path, which: &str) -> Result<Analysis, EngineError> {
    let kept = || history(path).into_iter().find(|e| which == "last" || e.name == which).map(|e| e.path);
    let file = Some(PathBuf::from(which)).filter(|f| f.is_file()).or_else(kept).ok_or_else(|| {
        EngineError::repository(
            format!("`{which}` is neither a file nor an analysis that was kept"),
            "write one with `uplift check --format json`, or list the kept ones with `uplift check --history`",
        )
    })?;
    let wrong = |why: String| {
        EngineError::repository(
            format!("`{}` is not an analysis: {why}", file.display()),
            "give the output of `uplift check --format json`",
        )
    };
    let size = std::fs::metadata(&file).map_err(|e| wrong(e.to_string()))?.len();
    if size > LARGEST {
        return Err(wrong(format!("it has {} MiB", size >> 20)));
    }
    let bytes = std::fs::read(&file).map_err(|e| wrong(e.to_string()))?;
    let analysis: Analysis = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
    if analysis.schema != uplift_model::analysis::SCHEMA {
        return Err(wrong(format!("its schema is `{}`, not `{}`", analysis.schema, uplift_model::analysis::SCHEMA)));
    }
    Ok(analysis)
}
