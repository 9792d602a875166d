//! Trees, commits and files, read and written without touching the user's index or work tree.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::{Git, GitError, Oid, path, zero_separated};

/// Who made a commit, and when. Fixed by the caller, so that the same step makes the same commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub email: String,
    /// Unix seconds; written as UTC.
    pub seconds: i64,
}

/// One file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `100644`, `100755`, `120000` (link) or `160000` (submodule).
    pub mode: String,
    pub oid: Oid,
    /// From the root; need not be UTF-8.
    pub path: PathBuf,
}

impl Entry {
    fn is_file(&self) -> bool {
        self.mode.starts_with("100")
    }
}

impl Git {
    /// Writes a tree that is `base` with some files replaced (`Some`, bytes as git stores them) or removed (`None`).
    /// A replaced file keeps its mode; a new one is not executable. The user's index is not touched.
    ///
    /// # Errors
    /// [`GitError::Path`] for a path that leaves the repository, [`GitError::NotAFile`] where a link or a submodule
    /// would be overwritten.
    pub fn write_tree(&self, base: &Oid, changes: &[(PathBuf, Option<Vec<u8>>)]) -> Result<Oid, GitError> {
        if changes.is_empty() {
            return self.tree_of(base.as_str());
        }
        let scratch = tempfile::Builder::new().prefix("uplift-index-").tempdir();
        let scratch = scratch.map_err(GitError::file(&std::env::temp_dir()))?;
        let git = self.with("GIT_INDEX_FILE", scratch.path().join("index"));
        git.run(&["read-tree", base.as_str()])?;
        let modes = self.modes(base, changes)?;
        let blobs = self.store(scratch.path(), changes)?;

        let mut orders = Vec::new();
        for (((path, _), blob), mode) in changes.iter().zip(blobs).zip(modes) {
            let order = match blob {
                Some(oid) => format!("{mode} {oid}\t"),
                None => format!("0 {}\t", base.zero_like()),
            };
            orders.extend_from_slice(order.as_bytes());
            orders.extend_from_slice(path.as_os_str().as_bytes());
            orders.push(0);
        }
        git.feed(&["update-index", "-z", "--index-info"], Some(orders))?;
        git.oid(&["write-tree"], None)
    }

    /// The mode that each changed path has in `base`, or that of a new file.
    fn modes(&self, base: &Oid, changes: &[(PathBuf, Option<Vec<u8>>)]) -> Result<Vec<String>, GitError> {
        for (path, _) in changes {
            let plain = path.components().all(|part| matches!(part, Component::Normal(name) if name != ".git"));
            if !plain || path.as_os_str().is_empty() || path.as_os_str().as_bytes().contains(&0) {
                return Err(GitError::Path(path.clone()));
            }
        }
        let entries = self.list(base.as_str())?;
        changes
            .iter()
            .map(|(path, content)| match entries.iter().find(|entry| entry.path == *path) {
                Some(entry) if !entry.is_file() && content.is_some() => Err(GitError::NotAFile(path.clone())),
                Some(entry) => Ok(entry.mode.clone()),
                None => Ok("100644".to_owned()),
            })
            .collect()
    }

    /// Stores the contents as blobs, all in one call.
    fn store(&self, scratch: &Path, changes: &[(PathBuf, Option<Vec<u8>>)]) -> Result<Vec<Option<Oid>>, GitError> {
        let mut list = String::new();
        for (number, (_, content)) in changes.iter().enumerate() {
            if let Some(content) = content {
                let file = scratch.join(number.to_string());
                fs::write(&file, content).map_err(GitError::file(&file))?;
                list.push_str(&format!("{}\n", file.display()));
            }
        }
        let args = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
        let answer = if list.is_empty() { Vec::new() } else { self.feed(&args, Some(list.into_bytes()))? };
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let mut oids = answer.lines();
        let odd = || GitError::Odd { command: args.join(" "), answer: answer.clone() };
        changes
            .iter()
            .map(|(_, content)| match content {
                Some(_) => oids.next().and_then(Oid::parse).map(Some).ok_or_else(odd),
                None => Ok(None),
            })
            .collect()
    }

    /// Makes a commit object; no reference moves. The same arguments make the same commit.
    ///
    /// # Errors
    /// Those of running git.
    pub fn commit_tree(
        &self,
        tree: &Oid,
        parent: Option<&Oid>,
        message: &str,
        by: &Signature,
    ) -> Result<Oid, GitError> {
        let mut git = self.clone();
        let date = format!("@{} +0000", by.seconds);
        for role in ["AUTHOR", "COMMITTER"] {
            git = git.with(&format!("GIT_{role}_NAME"), &by.name);
            git = git.with(&format!("GIT_{role}_EMAIL"), &by.email);
            git = git.with(&format!("GIT_{role}_DATE"), &date);
        }
        let mut args = vec!["commit-tree", tree.as_str()];
        if let Some(parent) = parent {
            args.extend(["-p", parent.as_str()]);
        }
        args.extend(["-F", "-"]);
        git.oid(&args, Some(message.as_bytes().to_vec()))
    }

    /// A file at a revision, bytes as stored; `None` when there is no file of that path (links count as none).
    ///
    /// # Errors
    /// [`GitError::Unknown`] for the revision.
    pub fn read_file(&self, revision: &str, path: &Path) -> Result<Option<Vec<u8>>, GitError> {
        let tree = self.tree_of(revision)?;
        let answer = self.run(&[
            "ls-tree".as_ref(),
            "-z".as_ref(),
            "--full-tree".as_ref(),
            tree.as_ref(),
            "--".as_ref(),
            path.as_os_str(),
        ])?;
        match entries(&answer).into_iter().find(|entry| entry.path == *path && entry.is_file()) {
            Some(entry) => Ok(Some(self.run(&["cat-file", "blob", entry.oid.as_str()])?)),
            None => Ok(None),
        }
    }

    /// All entries of a revision, links and submodules included, in git's order.
    ///
    /// # Errors
    /// [`GitError::Unknown`] for the revision.
    pub fn list(&self, revision: &str) -> Result<Vec<Entry>, GitError> {
        let tree = self.tree_of(revision)?;
        Ok(entries(&self.run(&["ls-tree", "-r", "-z", "--full-tree", tree.as_str()])?))
    }

    /// Paths of all files of a revision (no links, no submodules), from the root.
    ///
    /// # Errors
    /// [`GitError::Unknown`] for the revision.
    pub fn list_files(&self, revision: &str) -> Result<Vec<PathBuf>, GitError> {
        Ok(self.list(revision)?.into_iter().filter(Entry::is_file).map(|entry| entry.path).collect())
    }

    /// Paths that differ between two revisions; a renamed file counts as two.
    ///
    /// # Errors
    /// Those of running git.
    pub fn diff_names(&self, from: &str, to: &str) -> Result<Vec<PathBuf>, GitError> {
        let (from, to) = (self.tree_of(from)?, self.tree_of(to)?);
        let args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", from.as_str(), to.as_str()];
        Ok(zero_separated(&self.run(&args)?).map(path).collect())
    }

    /// The difference of two revisions as a patch, whatever the user's own settings make of `git diff`.
    ///
    /// # Errors
    /// Those of running git.
    pub fn diff_text(&self, from: &str, to: &str) -> Result<String, GitError> {
        let (from, to) = (self.tree_of(from)?, self.tree_of(to)?);
        let args = ["diff-tree", "-r", "-p", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];
        let answer = self.run(&[args.as_slice(), &[from.as_str(), to.as_str()]].concat())?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

/// `<mode> <type> <oid>\t<path>` for each.
fn entries(answer: &[u8]) -> Vec<Entry> {
    zero_separated(answer)
        .filter_map(|line| {
            let tab = line.iter().position(|byte| *byte == b'\t')?;
            let mut head = std::str::from_utf8(line.get(..tab)?).ok()?.split(' ');
            let (mode, _, oid) = (head.next()?, head.next()?, head.next()?);
            Some(Entry { mode: mode.to_owned(), oid: Oid::parse(oid)?, path: path(line.get(tab + 1..)?) })
        })
        .collect()
}
