//! The project itself as an editable wheel, so that its metadata, entry points and imports work in the tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::backend::{Build, Kind};
use super::{Builder, EnvironmentError};
use crate::doors::Doors;

/// Whether the folder holds something that can be installed.
pub fn is_installable(folder: &Path) -> bool {
    let pyproject = std::fs::read_to_string(folder.join("pyproject.toml")).unwrap_or_default();
    folder.join("setup.py").is_file()
        || pyproject.contains("[build-system]")
        || (folder.join("setup.cfg").is_file() && {
            std::fs::read_to_string(folder.join("setup.cfg")).unwrap_or_default().contains("[metadata]")
        })
}

/// Builds the editable wheel of the tree at `folder` into `out`; `Err` inside holds the reason in words.
/// `version` answers tools that read the version from git, whose history the sandbox does not show.
///
/// # Errors
/// [`EnvironmentError`] when the machine or the index is at fault rather than the project.
pub fn build(
    doors: &Doors,
    builder: &Builder<'_>,
    folder: &Path,
    out: &Path,
    version: &str,
    log: &Path,
) -> Result<Result<PathBuf, String>, EnvironmentError> {
    std::fs::create_dir_all(out).map_err(|e| EnvironmentError::Disk(out.to_owned(), e))?;
    let names = ["SETUPTOOLS_SCM_PRETEND_VERSION", "PBR_VERSION", "PDM_BUILD_SCM_VERSION"];
    let mut env: BTreeMap<String, String> = names.iter().map(|n| ((*n).to_owned(), version.to_owned())).collect();
    // The same tree makes the same wheel, byte for byte: environments are known by what is in them.
    env.insert("SOURCE_DATE_EPOCH".to_owned(), "315532800".to_owned());
    Build { doors, builder, tree: folder, kind: Kind::Editable, limit: builder.limit, env, log: log.to_owned() }
        .run(out)
}
