//! Interpreters and engines as dependencies (row A19).

use serde::{Deserialize, Serialize};

/// One runtime of a component and everything that states a version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuntimeRow {
    /// `python`, `node`.
    pub name: String,
    pub stated: Vec<RuntimeStatement>,
    pub disagreements: Vec<Disagreement>,
    /// Of the lowest and of every other line that is stated.
    pub end_of_life: Vec<EndOfLife>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuntimeStatement {
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// As written: `>=3.9`, `python:3.11-slim`, `["3.11", "3.12"]`.
    pub written: String,
    /// `requires`, `classifiers`, `version-file`, `image`, `ci`, `engines`, `tool`, `lock`.
    pub kind: String,
    /// Lines that it names (`3.11`, `20`), ascending; for a range its lowest.
    pub lines: Vec<String>,
    /// True when it names single versions, false for a range.
    pub exact: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Disagreement {
    /// One sentence naming both places.
    pub message: String,
    pub places: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndOfLife {
    pub line: String,
    /// `YYYY-MM-DD`; `None`: not known here.
    pub date: Option<String>,
    /// `date` lies before the day of the analysis.
    pub passed: bool,
}
