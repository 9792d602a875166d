//! The repository as it is looked at: its files by name, a way to read them, and the components found in it.

use uplift_model::analysis::{Pinning, Statement};
use uplift_model::{Ecosystem, Role};

/// Largest text that is looked into, in bytes: what people write is smaller.
const LARGEST: usize = 2 << 20;

/// Files and what is known of their components.
#[derive(Clone)]
pub struct Repository<'a> {
    files: Vec<String>,
    reader: &'a dyn Fn(&str) -> Option<String>,
    pub components: Vec<Component>,
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
        Self { files, reader, components }
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
        self.files.iter().any(|f| f.starts_with(&below))
    }

    /// The file's text; `None` when there is none, or it is no text that people write.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        if !self.has(path) {
            return None;
        }
        let text = (self.reader)(path).filter(|t| t.len() <= LARGEST)?;
        Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    /// The component that `path` lies in: the deepest one, of `ecosystem` when that is said.
    pub(crate) fn component_of(&self, path: &str, ecosystem: Option<Ecosystem>) -> Option<&Component> {
        let fits = |c: &&Component| ecosystem.is_none_or(|e| e == c.ecosystem) && crate::place::within(path, &c.root);
        self.components.iter().filter(fits).max_by_key(|c| c.root.len())
    }
}
