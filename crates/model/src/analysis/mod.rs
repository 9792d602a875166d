//! The analysis of a repository: everything that `uplift check` found out. These types are the JSON.
//!
//! Schema name and version: [`SCHEMA`]. A field is added freely; one is renamed or removed only with a new version.

mod dependency;
mod drift;
mod policy;
mod runtime;

pub use dependency::{
    Availability, Behind, CurrentFrom, DependencyRow, Deprecation, Pinning, Reason, Site, Statement, Usage,
};
pub use drift::{Differs, Drift, InComponent};
pub use policy::{PolicyFinding, PolicyReport, PolicyRule};
pub use runtime::{Disagreement, EndOfLife, RuntimeRow, RuntimeStatement};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Ecosystem;
use crate::plan::RuntimeUpgrade;
use crate::risk::Urgency;

pub const SCHEMA: &str = "uplift/check/1";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Analysis {
    /// [`SCHEMA`].
    pub schema: String,
    /// The repository's folder name.
    pub repository: String,
    /// Commit that was looked at; `None`: files as they lie there, no repository or no commit.
    pub commit: Option<String>,
    /// Ages are counted to this day, `YYYY-MM-DD`; releases after it are not seen.
    pub as_of: String,
    pub components: Vec<ComponentAnalysis>,
    /// Packages that components have differently (rows A20 and C17), by name.
    #[serde(default)]
    pub drift: Vec<Drift>,
    /// Where the facts came from, and which source failed.
    pub sources: Vec<SourceState>,
    pub urgency: Urgency,
    /// Files that could not be read, or only in part.
    pub problems: Vec<FileProblem>,
    /// What the policies in force say; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyReport>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComponentAnalysis {
    /// Folder from the repository's root; `.` for the root.
    pub path: String,
    pub ecosystem: Ecosystem,
    pub name: Option<String>,
    /// The interpreter or engine that "installable" is judged by: `3.11`, `20.19.0`.
    pub runtime: Option<String>,
    /// Why this one: `Dockerfile:1 FROM python:3.11-slim`.
    pub runtime_from: Option<String>,
    /// `linux x86_64`.
    pub platform: String,
    /// What makes up its environment: `requirements.in -> requirements.txt (pip-compile)`.
    pub environment: String,
    pub dependencies: Vec<DependencyRow>,
    pub runtimes: Vec<RuntimeRow>,
    /// Where its runtime should go; `None`: it may stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_upgrade: Option<RuntimeUpgrade>,
    /// The same package stated differently in two places (row A20).
    pub drift: Vec<String>,
    pub notes: Vec<String>,
}

impl Analysis {
    /// Advisories that touch versions in use, those set aside left out, each once a dependency; `None`: a source of them
    /// failed, so that any number would be too low.
    pub fn advisories(&self) -> Option<usize> {
        if self.sources.iter().any(|s| s.source.starts_with("advisories") && s.state != "found") {
            return None;
        }
        let rows = self.components.iter().flat_map(|c| &c.dependencies);
        let ids = rows.map(|row| {
            let standing = row.advisories.value().into_iter().flatten().filter(|f| !f.is_set_aside());
            standing.map(|f| &f.id).collect::<BTreeSet<_>>().len()
        });
        Some(ids.sum())
    }
}

impl ComponentAnalysis {
    /// Whether a line of a runtime (`3.9`) is what runs or is tested: a place names it as a version, or it is the one that
    /// was not merely assumed. The floor of a range and a classifier are promises, not uses.
    pub fn runs_on(&self, runtime: &RuntimeRow, line: &str) -> bool {
        let names = |s: &RuntimeStatement| s.exact && s.kind != "classifiers" && s.lines.iter().any(|l| l == line);
        let own = self.runtime.as_deref().unwrap_or_default();
        let is_own = own == line || own.strip_prefix(line).is_some_and(|rest| rest.starts_with('.'));
        let assumed = self.runtime_from.as_deref().is_none_or(|from| from.starts_with("assumed"));
        runtime.stated.iter().any(names) || (is_own && !assumed)
    }

    /// Lines of runtimes that run here and are past their end of life.
    pub fn ended(&self) -> impl Iterator<Item = (&RuntimeRow, &EndOfLife)> {
        let lines = self.runtimes.iter().flat_map(|r| r.end_of_life.iter().map(move |e| (r, e)));
        lines.filter(|(runtime, end)| end.passed && self.runs_on(runtime, &end.line))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceState {
    /// `releases (python)`, `advisories (PyPI)`, …
    pub source: String,
    /// `found`, `partly`, `not-retrieved`.
    pub state: String,
    /// Date, counts, or why not.
    pub detail: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileProblem {
    pub file: String,
    /// 1-based.
    pub line: Option<u32>,
    pub message: String,
    pub hint: Option<String>,
}
