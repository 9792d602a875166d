//! A package that components of one repository have differently (rows A20 and C17).

use serde::{Deserialize, Serialize};

use super::{CurrentFrom, Statement};
use crate::{Ecosystem, Role};

/// One package that two or more components state, and not alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Drift {
    pub package: String,
    pub ecosystem: Ecosystem,
    pub differs: Differs,
    /// At least two of them need it to run, so that what one writes with it another may read.
    pub shared: bool,
    /// Every component that states it, those that agree with one another as well, by folder.
    pub components: Vec<InComponent>,
}

/// In what components differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Differs {
    /// The versions in use.
    Version,
    /// The requirements alone: the versions in use are not all known.
    Requirement,
}

/// What one component has of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InComponent {
    /// Folder from the repository's root; `.` for the root.
    pub component: String,
    pub role: Role,
    /// Every place of the component that states it.
    pub stated: Vec<Statement>,
    pub current_version: Option<String>,
    pub current_from: CurrentFrom,
}

impl InComponent {
    /// The version in use, else the requirement of its first place, else `any version`.
    pub fn shown(&self) -> &str {
        let stated = || self.stated.iter().map(|s| s.specifier.as_str()).find(|s| !["", "*"].contains(s));
        self.current_version.as_deref().or_else(stated).unwrap_or("any version")
    }
}
