//! Hygiene: what a repository does, or fails to do, to keep its dependencies and its service in order.
//!
//! Lives here: findings and claims as data. Lives elsewhere: looking for them (`uplift_hygiene`).

use serde::{Deserialize, Serialize};

/// How far something is in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// Looked for in every place where it could be, and not there.
    Missing,
    /// There, and it cannot fail or is never reached: `|| true`, `continue-on-error`, a gate on nothing.
    Neutralised,
    /// There for a part.
    Partial,
    Present,
    /// What would tell could not be read.
    Unknown,
}

/// What a finding is about; groups them in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Area {
    Dependencies,
    Security,
    Testing,
    Infrastructure,
    Observability,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HygieneFinding {
    /// Stable name of the check: `dependency-scan`.
    pub check: String,
    pub area: Area,
    /// `Dependencies are scanned for known vulnerabilities`.
    pub title: String,
    pub state: Presence,
    /// Why this state, in one sentence.
    pub because: String,
    pub evidence: Vec<Evidence>,
    /// What to do; `None` when it is present.
    pub advice: Option<String>,
    /// `uplift hygiene --fix NAME` can write it.
    pub fixable: bool,
}

/// A line that shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// From the repository's root, with `/`.
    pub file: String,
    /// 1-based; `None`: the file as a whole.
    pub line: Option<u32>,
    /// What stands there, cut to 200 characters. From outside: escape.
    pub what: String,
}

/// What a roadmap file says of one item, held against the tree (requirements, section 15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Claim {
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// From outside: escape.
    pub title: String,
    /// In the file's own words; `None`: it states none.
    pub declared: Option<Progress>,
    pub found: Progress,
    /// Files that the item names: path, and whether it is in the tree.
    pub named: Vec<(String, bool)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    Completed,
    Partial,
    NotStarted,
    /// The item names nothing that could be looked for.
    CannotTell,
}

/// Everything that was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HygieneReport {
    /// By area, then by name of the check; every check that applies has one, whatever its state.
    pub findings: Vec<HygieneFinding>,
    pub claims: Vec<Claim>,
    /// Checks that do not apply here, with the reason.
    pub left_out: Vec<(String, String)>,
    /// Files that could not be read.
    pub problems: Vec<crate::analysis::FileProblem>,
}
