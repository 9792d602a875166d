//! Removing folders of ours that foreign code has had its hands on: read-only folders, nested repositories, links.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Removes a file or a folder with all in it, read-only folders included. Links are removed, never followed. What is
/// already gone is fine.
///
/// # Errors
/// The first one that more permissions do not cure.
pub fn remove(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    if !found.is_dir() {
        return fs::remove_file(path);
    }
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) => {
            open_up(path)?;
            fs::remove_dir_all(path)
        }
    }
}

/// Gives the owner all rights on `folder` and every folder below.
fn open_up(folder: &Path) -> io::Result<()> {
    unlock(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}

/// Gives the owner all rights on one folder, where some are missing.
pub(crate) fn unlock(folder: &Path) -> io::Result<()> {
    let mode = fs::symlink_metadata(folder)?.permissions().mode();
    if mode & 0o700 == 0o700 {
        return Ok(());
    }
    fs::set_permissions(folder, Permissions::from_mode(mode & 0o7777 | 0o700))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn read_only_folders_go_and_what_links_point_to_stays() {
        let root = tempfile::tempdir().unwrap();
        let (ours, theirs) = (root.path().join("ours"), root.path().join("theirs"));
        fs::create_dir_all(ours.join("locked/deep")).unwrap();
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("file"), "theirs").unwrap();
        std::os::unix::fs::symlink(&theirs, ours.join("locked/link")).unwrap();
        fs::set_permissions(ours.join("locked"), Permissions::from_mode(0o500)).unwrap();
        remove(&ours).unwrap();
        remove(&ours).unwrap();
        assert!(!ours.exists());
        assert!(theirs.join("file").exists());
    }
}
