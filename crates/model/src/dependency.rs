//! What a project depends on, and every place that says so.

use serde::{Deserialize, Serialize};

use crate::{PackageName, Version};

/// One statement of a requirement: file (from the repository's root, with `/`), 1-based line, text as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub file: String,
    pub line: u32,
    pub written: String,
    /// The specifier alone, as written: `>=3.13,<4`; empty when unpinned.
    pub specifier: String,
}

/// What a dependency is for, as far as the manifests say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Runtime,
    Test,
    Development,
    Build,
}

/// One package that the project depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    pub name: PackageName,
    /// Named by a manifest of the project; false when only the lock holds it.
    pub direct: bool,
    pub role: Role,
    pub extras: Vec<String>,
    pub places: Vec<Place>,
    /// The version in use: locked, else resolved for the baseline. `None`: not part of this environment.
    pub in_use: Option<Version>,
}
