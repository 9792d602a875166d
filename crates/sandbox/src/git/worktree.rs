//! Worktrees of ours: made, looked through, made clean again, removed. Nothing here trusts what foreign code left in them.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Git, GitError, path, zero_separated};
use crate::folder;

impl Git {
    /// Makes a worktree at `place` (which must not exist, or be empty) with `revision` checked out, on no branch.
    ///
    /// # Errors
    /// [`GitError::Failed`] with git's reason.
    pub fn worktree_add_detached(&self, place: &Path, revision: &str) -> Result<(), GitError> {
        // Twice: a worktree of the same place that was lost in a crash is taken over, also when it is locked.
        let words = ["worktree", "add", "--quiet", "--force", "--force", "--detach", "--"].map(AsRef::as_ref);
        let mut args: Vec<&std::ffi::OsStr> = words.to_vec();
        args.extend([place.as_os_str(), revision.as_ref()]);
        self.run(&args).map(drop)
    }

    /// Removes a worktree and git's notes about it. Already gone is fine, half gone too. Other worktrees are left alone,
    /// also those that `git worktree prune` would take for lost.
    ///
    /// # Errors
    /// [`GitError::NotOurs`] for a folder that is no worktree of this repository.
    pub fn worktree_remove(&self, place: &Path) -> Result<(), GitError> {
        let notes = self.notes(place)?;
        if notes.is_none() && place.join(".git").exists() {
            return Err(GitError::NotOurs(place.to_owned()));
        }
        if notes.is_none() && place.exists() {
            let is_empty = fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none());
            if !is_empty {
                return Err(GitError::NotOurs(place.to_owned()));
            }
        }
        // The files first: notes without files are found again, files without notes are nobody's.
        folder::remove(place).map_err(GitError::file(place))?;
        match notes {
            Some(notes) => folder::remove(&notes).map_err(GitError::file(&notes)),
            None => Ok(()),
        }
    }

    /// Makes the worktree exactly `revision` (a commit, a reference or a tree): every tracked file as stored, nothing
    /// else, ignored files and nested repositories included. A commit also becomes its detached HEAD.
    ///
    /// # Errors
    /// [`GitError::NotOurs`], [`GitError::Unknown`].
    pub fn checkout_clean(&self, place: &Path, revision: &str) -> Result<(), GitError> {
        let tree = self.tree_of(revision)?;
        let commit = self.commit_of(revision)?;
        let git = self.within(place)?;
        // Clean first, since what lies in the way can keep a checkout from working.
        git.clean()?;
        git.run(&["read-tree", "-u", "--reset", tree.as_str()])?;
        if let Some(commit) = commit {
            git.run(&["update-ref", "--no-deref", "HEAD", commit.as_str()])?;
        }
        git.clean()
    }

    /// Files in the worktree that are not tracked, ignored ones among them, from its root.
    ///
    /// # Errors
    /// [`GitError::NotOurs`].
    pub fn untracked(&self, place: &Path) -> Result<Vec<PathBuf>, GitError> {
        let answer = self.within(place)?.run(&["ls-files", "--others", "-z"])?;
        Ok(zero_separated(&answer).filter(|name| !name.ends_with(b"/")).map(path).collect())
    }

    /// Git at work in a worktree of ours, whatever foreign code made of it: the link is right, nested repositories are
    /// none any more, no lock of a git that was killed is in the way.
    fn within(&self, place: &Path) -> Result<Self, GitError> {
        let notes = self.notes(place)?.ok_or_else(|| GitError::NotOurs(place.to_owned()))?;
        // Nobody else works in a worktree of ours.
        for lock in ["index.lock", "HEAD.lock"].map(|name| notes.join(name)) {
            folder::remove(&lock).map_err(GitError::file(&lock))?;
        }
        restore_link(place, &notes)?;
        disarm(place, true).map_err(GitError::file(place))?;
        let here = Self { folder: place.to_owned(), ..self.clone() };
        Ok(here.with("GIT_DIR", &notes).with("GIT_WORK_TREE", place))
    }

    fn clean(&self) -> Result<(), GitError> {
        self.run(&["clean", "-ffdxq"]).map(drop)
    }

    /// Git's folder of notes for the worktree at `place`, also when that is damaged or gone.
    fn notes(&self, place: &Path) -> Result<Option<PathBuf>, GitError> {
        let all = self.common_dir()?.join("worktrees");
        let entries = match fs::read_dir(&all) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(GitError::file(&all)(e)),
        };
        let wanted = resolved(place);
        for entry in entries.flatten() {
            let Ok(line) = fs::read(entry.path().join("gitdir")) else {
                continue;
            };
            let link = entry.path().join(path(line.trim_ascii_end()));
            if link.parent().is_some_and(|folder| folder == place || resolved(folder) == wanted) {
                return Ok(Some(entry.path()));
            }
        }
        Ok(None)
    }
}

/// The path without links, as far as it exists.
fn resolved(place: &Path) -> PathBuf {
    if let Ok(real) = place.canonicalize() {
        return real;
    }
    match (place.parent(), place.file_name()) {
        (Some(parent), Some(name)) => resolved(parent).join(name),
        _ => place.to_owned(),
    }
}

/// Writes the worktree's `.git` file anew, whatever foreign code made of it.
fn restore_link(place: &Path, notes: &Path) -> Result<(), GitError> {
    let link = place.join(".git");
    let right = [b"gitdir: ", notes.as_os_str().as_bytes(), b"\n"].concat();
    let is_file = fs::symlink_metadata(&link).is_ok_and(|found| found.is_file());
    if is_file && fs::read(&link).is_ok_and(|now| now == right) {
        return Ok(());
    }
    fs::create_dir_all(place).map_err(GitError::file(place))?;
    folder::unlock(place).map_err(GitError::file(place))?;
    folder::remove(&link).map_err(GitError::file(&link))?;
    fs::write(&link, right).map_err(GitError::file(&link))
}

/// Makes every folder writable and removes nested repositories' `.git`, which git would not look behind.
fn disarm(place: &Path, top: bool) -> std::io::Result<()> {
    folder::unlock(place)?;
    for entry in fs::read_dir(place)? {
        let entry = entry?;
        if entry.file_name() == ".git" {
            if !top {
                folder::remove(&entry.path())?;
            }
        } else if entry.file_type()?.is_dir() {
            disarm(&entry.path(), false)?;
        }
    }
    Ok(())
}
