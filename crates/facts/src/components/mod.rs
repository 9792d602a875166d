//! The components of a repository in one form, whatever their ecosystem: what is stated, locked, installed.
//!
//! Lives here: joining manifests and locks. Lives elsewhere: reading them (`ecosystems`), releases (`crate::releases`).

mod between;
mod drift;
mod graph;
mod installed;
mod javascript;
mod python;

pub(crate) use between::between;
pub use graph::Graph;

use std::collections::BTreeMap;

use uplift_model::analysis::{Pinning, Statement};
use uplift_model::{Ecosystem, Role, Solution};
use uplift_sandbox::redact;

use crate::tree::Tree;

/// One component as its files have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Folder from the repository's root; empty for the root.
    pub root: String,
    pub ecosystem: Ecosystem,
    pub name: Option<String>,
    /// How its environment is made, in words.
    pub environment: String,
    /// By name: those that a manifest states and those that only the lock holds.
    pub packages: BTreeMap<String, Package>,
    /// Who requires whom, by the lock; empty when nothing tells.
    pub graph: Graph,
    /// False when there is no lock, so that nothing is known of what comes along.
    pub complete: bool,
    pub drift: Vec<String>,
    pub notes: Vec<String>,
}

/// One package of a component.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    pub name: String,
    pub direct: bool,
    pub role: Role,
    pub stated: Vec<Statement>,
    pub extras: Vec<String>,
    pub pinning: Pinning,
    pub floor: Option<String>,
    /// The exact version that a manifest states.
    pub pinned: Option<String>,
    /// Versions that the lock holds, ascending; nested copies give several.
    pub locked: Vec<String>,
    pub installed: Option<String>,
    /// The locked copy that the component's own statement gets.
    pub resolved: Option<String>,
    /// In the lock's words.
    pub deprecated: Option<String>,
    pub findings: Vec<String>,
}

impl Package {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            direct: false,
            role: Role::Runtime,
            stated: Vec::new(),
            extras: Vec::new(),
            pinning: Pinning::Unpinned,
            floor: None,
            pinned: None,
            locked: Vec::new(),
            installed: None,
            resolved: None,
            deprecated: None,
            findings: Vec::new(),
        }
    }

    /// Comes from an index, so that it has releases to ask for.
    pub fn from_index(&self) -> bool {
        self.pinning != Pinning::Elsewhere
    }
}

impl Component {
    /// Says that what comes along is not known, where no lock tells.
    pub(crate) fn unseen(&self) -> Option<String> {
        let direct = self.packages.values().filter(|p| p.direct).count();
        if self.complete || direct == 0 || self.packages.values().any(|p| !p.direct) {
            return None;
        }
        let packages = if direct == 1 { "the 1 package" } else { "only the packages" };
        Some(format!(
            "no lock: {packages} that the manifests name ({direct}) were looked at; what they bring along was not, nor its \
             advisories. A lock tells, and so does `uplift plan` for Python"
        ))
    }

    /// Takes over what a resolver says is installed: packages that no lock holds come in, the others get its version.
    pub(crate) fn stand_at(&mut self, in_use: &Solution) {
        for (name, version) in &in_use.packages {
            let entry = self.packages.entry(name.to_string()).or_insert_with(|| Package::new(name.as_str()));
            entry.resolved = Some(version.to_string());
        }
    }
}

/// Notes of a component, without logins and without what was told of a file with its line already.
fn untold(tree: &Tree<'_>, notes: &[String]) -> Vec<String> {
    let known: Vec<String> = tree
        .problems()
        .iter()
        .flat_map(|p| {
            let line = p.line.map(|line| format!("{}:{line}: {}", p.file, p.message));
            line.into_iter().chain([format!("{}: {}", p.file, p.message)])
        })
        .collect();
    let notes = notes.iter().map(|note| redact::text(note));
    notes.filter(|note| !known.contains(note)).collect()
}

/// Every component of the tree, by folder; Python before JavaScript in the same one.
pub fn components(tree: &Tree<'_>) -> Vec<Component> {
    let mut all = python::components(tree);
    all.extend(javascript::components(tree));
    all.sort_by(|a, b| (&a.root, a.ecosystem).cmp(&(&b.root, b.ecosystem)));
    all
}
