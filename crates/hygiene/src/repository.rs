//! The repository as it is looked at: its files by name, a way to read them, and the components found in it.

use std::cell::Cell;
use std::collections::BTreeSet;

use uplift_model::analysis::{Pinning, Statement};
use uplift_model::{Ecosystem, Role};

/// Largest text that is looked into, in bytes: what people write is smaller.
const LARGEST: usize = 2 << 20;

/// Files and what is known of their components.
#[derive(Clone)]
pub struct Repository<'a> {
    files: Vec<String>,
    reader: &'a dyn Fn(&str) -> Option<String>,
    stop: &'a dyn Fn() -> bool,
    pub components: Vec<Component>,
    /// Folders of `components`, so that a file's owner is found by its own folders.
    roots: BTreeSet<(Ecosystem, String)>,
    /// Folders that were asked for owners so far.
    lookups: Cell<usize>,
}

/// One component as its manifests and locks have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Folder from the repository's root, with `/`; empty for the root.
    pub root: String,
    pub ecosystem: Ecosystem,
    /// The interpreter or engine that it runs on, as far as something states it: `3.11`, `20`.
    pub runtime: Option<String>,
    /// A lock says what is installed, what comes along included.
    pub locked: bool,
    /// What its manifests state; what only a lock holds is left out.
    pub requirements: Vec<Requirement>,
}

/// One package that a component's manifests state.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    pub name: String,
    pub role: Role,
    pub pinning: Pinning,
    pub stated: Vec<Statement>,
    /// Versions that the lock holds, ascending.
    pub locked: Vec<String>,
    /// The version in use as far as a lock or an environment says so.
    pub in_use: Option<String>,
    /// The exact version that a manifest states; that alone does not prove that it was ever released.
    pub pinned: Option<String>,
}

impl std::fmt::Debug for Repository<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl<'a> Repository<'a> {
    /// `files`: paths from the root, with `/`; `reader` gives the text of one of them, or nothing.
    pub fn new(files: &[String], reader: &'a dyn Fn(&str) -> Option<String>, components: Vec<Component>) -> Self {
        let mut files = files.to_vec();
        files.sort();
        files.dedup();
        let roots = components.iter().map(|c| (c.ecosystem, c.root.clone())).collect();
        Self { files, reader, stop: &|| false, components, roots, lookups: Cell::new(0) }
    }

    /// `stop` is asked between files and between checks; once it says yes, what is left is passed over.
    #[must_use]
    pub fn stopped_by(self, stop: &'a dyn Fn() -> bool) -> Self {
        Self { stop, ..self }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        (self.stop)()
    }

    /// Sorted.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.binary_search_by(|f| f.as_str().cmp(path)).is_ok()
    }

    /// Whether something lies below the folder `path`.
    pub(crate) fn has_folder(&self, path: &str) -> bool {
        let below = format!("{}/", path.trim_end_matches('/'));
        let first = self.files.partition_point(|f| f.as_str() < below.as_str());
        self.files.get(first).is_some_and(|f| f.starts_with(&below))
    }

    /// The file's text; `None` when there is none, or it is no text that people write.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        if self.is_stopped() || !self.has(path) {
            return None;
        }
        let text = (self.reader)(path).filter(|t| t.len() <= LARGEST)?;
        Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    /// The folder of the component that `path` lies in: the deepest one of `ecosystem`. As many look-ups as `path`
    /// has folders, however many components there are.
    pub(crate) fn root_of<'p>(&self, path: &'p str, ecosystem: Ecosystem) -> Option<&'p str> {
        let mut folder = path;
        loop {
            self.lookups.set(self.lookups.get().saturating_add(1));
            if self.roots.contains(&(ecosystem, folder.to_owned())) {
                return Some(folder);
            }
            if folder.is_empty() {
                return None;
            }
            folder = crate::place::folder(folder);
        }
    }

    /// Look-ups of owners so far: what the work grows with.
    #[cfg(test)]
    pub(crate) fn lookups(&self) -> usize {
        self.lookups.get()
    }
}
