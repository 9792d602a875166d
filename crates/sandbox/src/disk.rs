//! Room on the disk, asked before work that would fill it.

use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;
use uplift_model::Hint;

/// Too little room, or no answer.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    #[error("`{}` has {} MiB free, and {} MiB are needed", path.display(), free >> 20, needed >> 20)]
    Full { path: PathBuf, free: u64, needed: u64 },
    #[error("could not ask for the free space of `{}`", path.display())]
    Ask { path: PathBuf, source: io::Error },
}

impl Hint for DiskError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Full { .. } => {
                Some("free some space, or move Uplift's cache with UPLIFT_CACHE_DIR to another disk".to_owned())
            }
            Self::Ask { .. } => None,
        }
    }
}

/// Bytes that this user can still write at `path`; for a path that does not exist yet, at its nearest folder.
///
/// # Errors
/// [`DiskError::Ask`].
pub fn free_bytes(path: &Path) -> Result<u64, DiskError> {
    let nearest = path.ancestors().find(|folder| folder.exists()).unwrap_or(path);
    let stat = statvfs(nearest).map_err(|e| DiskError::Ask { path: nearest.to_owned(), source: io::Error::from(e) })?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Fails unless `needed` bytes are free at `path`.
///
/// # Errors
/// [`DiskError::Full`], [`DiskError::Ask`].
pub fn require(path: &Path, needed: u64) -> Result<(), DiskError> {
    let free = free_bytes(path)?;
    if free >= needed { Ok(()) } else { Err(DiskError::Full { path: path.to_owned(), free, needed }) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_yet_to_be_made_is_judged_by_its_parent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("not/yet");
        require(&path, 1).unwrap();
        let error = require(&path, u64::MAX).unwrap_err();
        assert!(matches!(error, DiskError::Full { .. }));
        assert!(error.to_string().contains("MiB free"));
    }
}
