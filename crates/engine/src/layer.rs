//! The project's own layer of an environment: editable wheels of it and of its workspace's members, and the files that
//! building them leaves in the work tree.
//!
//! Lives here: building the layer and laying the made files out again after every cleaning. Versions written by
//! setuptools-scm and extensions built in place are part of what the tests import.
//! Lives elsewhere: what the environment holds besides (`crate::lab`), which members there are (`ecosystems`).

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uplift_ecosystems::python::environment::project;

use crate::error::EngineError;
use crate::lab::Lab;

/// How the project and its members get into an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Layer {
    /// Editable wheels.
    pub(crate) wheels: Vec<PathBuf>,
    /// Folders, from the work tree's root, whose sources go on the path instead, each with the reason.
    pub(crate) on_path: Vec<(String, Reason)>,
    /// Files that the builds made in the work tree, from its root.
    made: Vec<PathBuf>,
    /// Folder that keeps a copy of each.
    copies: PathBuf,
}

/// Why a folder is not installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reason {
    NotInstallable,
    /// The build's own words.
    Failed(String),
}

impl Layer {
    /// What a reader should know of it.
    pub(crate) fn notes(&self) -> Vec<String> {
        let note = |(folder, reason): &(String, Reason)| match reason {
            Reason::NotInstallable => None,
            Reason::Failed(why) => {
                let who = if folder.is_empty() { "the project".to_owned() } else { format!("`{folder}`") };
                Some(format!("{who} is put on the path instead of being installed: its editable build failed: {why}"))
            }
        };
        self.on_path.iter().filter_map(note).collect()
    }

    /// Everything that it keeps outside the journal is still there.
    fn is_whole(&self) -> bool {
        let copied = |file: &PathBuf| self.copies.join(file).symlink_metadata().is_ok();
        self.wheels.iter().all(|w| w.is_file()) && self.made.iter().all(copied)
    }

    /// Takes copies of what the builds left in `worktree`.
    fn keep(&mut self, worktree: &Path, left: Vec<PathBuf>) -> Result<(), EngineError> {
        for file in left.into_iter().filter(|f| is_wanted(f)) {
            if copy(&worktree.join(&file), &self.copies.join(&file))? {
                self.made.push(file);
            }
        }
        Ok(())
    }

    /// Puts the made files back into a work tree that was cleaned.
    fn lay_out(&self, worktree: &Path) -> Result<(), EngineError> {
        for file in &self.made {
            copy(&self.copies.join(file), &worktree.join(file))?;
        }
        Ok(())
    }
}

impl Lab<'_> {
    /// Builds the editable wheels of the tree at hand, or says why folders go on the path instead. `version` answers
    /// tools that read the version from git.
    pub(crate) fn prepare_layer(&self, version: &str) -> Result<(), EngineError> {
        let tree = self.tree.borrow().clone();
        let mut layer = self.journal.step(self.run, &format!("layers:{tree}"), || self.build_layer(&tree, version))?;
        // Wheels and copies are cache: a run that is taken up again may find them gone, and builds the same ones.
        if !layer.is_whole() {
            layer = self.build_layer(&tree, version)?;
        }
        *self.layer.borrow_mut() = layer;
        Ok(())
    }

    fn build_layer(&self, tree: &str, version: &str) -> Result<Layer, EngineError> {
        let short: String = tree.chars().take(12).collect();
        let own = self.doors.clients.dirs.run(self.run).join("project");
        let out = own.join(format!("{short}-{}", self.interpreter.version));
        uplift_sandbox::folder::remove(&out).map_err(|e| EngineError::Disk(out.clone(), e))?;
        let mut layer = Layer { copies: out.join("made"), ..Layer::default() };
        self.git.checkout_clean(self.worktree, tree)?;
        let root = &self.component.root;
        for folder in std::iter::once(root.clone()).chain(self.component.installed_beside()) {
            let place = self.worktree.join(&folder);
            if !project::is_installable(&place) {
                layer.on_path.push((folder, Reason::NotInstallable));
                continue;
            }
            let name = if folder == *root { "project".to_owned() } else { folder.replace('/', "-") };
            let log = self.logs.join(format!("{name}-build.log"));
            match project::build(self.doors, &self.builder(), &place, &out.join(&name), version, &log)? {
                Ok(wheel) => layer.wheels.push(wheel),
                Err(why) => layer.on_path.push((folder, Reason::Failed(why))),
            }
        }
        if !layer.wheels.is_empty() {
            layer.keep(self.worktree, self.git.untracked(self.worktree)?)?;
        }
        Ok(layer)
    }

    /// Folders that stand in for what is not installed.
    pub(crate) fn python_path(&self) -> Vec<PathBuf> {
        let layer = self.layer.borrow();
        let mut folders: Vec<PathBuf> = Vec::new();
        for (folder, _) in &layer.on_path {
            let place = self.worktree.join(folder);
            folders.extend([place.join("src"), place]);
            if *folder == self.component.root {
                folders.push(self.worktree.to_owned());
            }
        }
        folders.retain(|f| f.is_dir());
        folders
    }

    /// Brings the work tree back to the tree at hand and what its build made, whatever tests left in it.
    pub(crate) fn clean(&self) -> Result<(), EngineError> {
        self.git.checkout_clean(self.worktree, &self.tree.borrow())?;
        self.layer.borrow().lay_out(self.worktree)
    }
}

/// Byte code belongs to one moment of its source, and the wheel's own metadata say all that an `.egg-info` does.
fn is_wanted(file: &Path) -> bool {
    let unwanted = |part: &str| part == "__pycache__" || part.ends_with(".egg-info");
    // A name that is not UTF-8 cannot be journalled.
    file.to_str().is_some() && !file.iter().any(|part| part.to_str().is_some_and(unwanted))
}

/// Copies a file with its mode and time, a link as a link. False: it is neither, or gone.
fn copy(from: &Path, to: &Path) -> Result<bool, EngineError> {
    let disk = |e| EngineError::Disk(to.to_owned(), e);
    let Ok(found) = fs::symlink_metadata(from) else { return Ok(false) };
    fs::create_dir_all(to.parent().unwrap_or(to)).map_err(disk)?;
    uplift_sandbox::folder::remove(to).map_err(disk)?;
    if found.is_symlink() {
        let target = fs::read_link(from).map_err(disk)?;
        std::os::unix::fs::symlink(target, to).map_err(disk)?;
        return Ok(true);
    }
    if !found.is_file() {
        return Ok(false);
    }
    fs::copy(from, to).map_err(disk)?;
    // Builds that look whether they are stale go by the time.
    if let (Ok(time), Ok(file)) = (found.modified(), fs::File::options().append(true).open(to)) {
        file.set_modified(time).map_err(disk)?;
    }
    Ok(true)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_a_build_made_comes_back_as_it_was() {
        let (tree, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for file in ["pkg/_version.py", "pkg/__pycache__/x.pyc", "demo.egg-info/PKG-INFO"] {
            fs::create_dir_all(tree.path().join(file).parent().unwrap()).unwrap();
            fs::write(tree.path().join(file), "made").unwrap();
        }
        let mut layer = Layer { copies: store.path().to_owned(), ..Layer::default() };
        let left = ["pkg/_version.py", "pkg/__pycache__/x.pyc", "demo.egg-info/PKG-INFO"].map(PathBuf::from);
        layer.keep(tree.path(), left.to_vec()).unwrap();
        assert_eq!(layer.made, [PathBuf::from("pkg/_version.py")]);
        fs::write(tree.path().join("pkg/_version.py"), "a test was here").unwrap();
        layer.lay_out(tree.path()).unwrap();
        assert_eq!(fs::read_to_string(tree.path().join("pkg/_version.py")).unwrap(), "made");
        fs::remove_dir_all(tree.path().join("pkg")).unwrap();
        layer.lay_out(tree.path()).unwrap();
        assert!(layer.is_whole() && tree.path().join("pkg/_version.py").is_file());
        fs::remove_file(store.path().join("pkg/_version.py")).unwrap();
        assert!(!layer.is_whole());
    }

    #[test]
    fn only_a_build_that_failed_is_worth_a_note() {
        let failed = Reason::Failed("no compiler".to_owned());
        let on_path = vec![(String::new(), Reason::NotInstallable), ("libs/core".to_owned(), failed)];
        let notes = Layer { on_path, ..Layer::default() }.notes();
        assert_eq!(
            notes,
            ["`libs/core` is put on the path instead of being installed: its editable build failed: no compiler"]
        );
    }
}
