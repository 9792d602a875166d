//! A fingerprint of all that is the user's in a repository: two equal ones prove that nothing of it moved.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Git, GitError, path_line};

/// References that are ours to move.
const OURS: [&str; 2] = ["refs/uplift/", "refs/heads/uplift/"];

impl Git {
    /// SHA-256 in hexadecimal over HEAD, the bytes of the index, every reference but ours, the stash, the configuration,
    /// and path, mode and content of every file of the work tree, ignored ones included.
    ///
    /// # Errors
    /// [`GitError::File`] for an unreadable file.
    pub fn fingerprint(&self) -> Result<String, GitError> {
        let top = path_line(&self.run(&["rev-parse", "--show-toplevel"])?);
        let own = path_line(&self.run(&["rev-parse", "--absolute-git-dir"])?);
        let common = self.common_dir()?;
        let mut hash = Sha256::new();
        for file in [own.join("HEAD"), own.join("index"), common.join("logs/refs/stash"), common.join("config")] {
            match fs::read(&file) {
                Ok(bytes) => add(&mut hash, &bytes),
                Err(e) if e.kind() == io::ErrorKind::NotFound => add(&mut hash, b"none"),
                Err(e) => return Err(GitError::file(&file)(e)),
            }
        }
        for (name, oid) in self.references("refs/")? {
            if !OURS.iter().any(|prefix| name.starts_with(prefix)) {
                add(&mut hash, name.as_bytes());
                add(&mut hash, oid.as_str().as_bytes());
            }
        }
        let mut files = BTreeMap::new();
        collect(&top, &mut files).map_err(GitError::file(&top))?;
        for (path, (mode, content)) in files {
            add(&mut hash, path.as_os_str().as_bytes());
            add(&mut hash, &mode.to_le_bytes());
            add(&mut hash, &content);
        }
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// With its length, so that no two lists of parts read the same.
fn add(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, (u32, Vec<u8>)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == ".git" {
            continue;
        }
        let path = entry.path();
        let found = fs::symlink_metadata(&path)?;
        let mode = found.permissions().mode();
        let kind = found.file_type();
        let content = if kind.is_symlink() {
            fs::read_link(&path)?.as_os_str().as_bytes().to_vec()
        } else if kind.is_file() {
            Sha256::digest(fs::read(&path)?).to_vec()
        } else {
            Vec::new()
        };
        if kind.is_dir() {
            collect(&path, files)?;
        }
        files.insert(path, (mode, content));
    }
    Ok(())
}
