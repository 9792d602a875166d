//! What differs between two analyses of one repository: the data. Comparing them: `decide`.

use serde::{Deserialize, Serialize};

pub const SCHEMA: &str = "uplift/check-diff/1";

/// What differs between an older and a newer analysis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: String,
    /// The days that the two count to.
    pub from: String,
    pub to: String,
    pub changes: Vec<Change>,
    pub counts: Counts,
    /// Data that one of the two could not have, so that a difference may be none.
    pub caution: Vec<String>,
}

/// One dependency of one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    pub component: String,
    pub ecosystem: String,
    pub package: String,
    /// `added`, `removed`, `moved`, `advisories`.
    pub kind: String,
    pub from: Option<String>,
    pub to: Option<String>,
    /// Ids of advisories that are gone, and that are new.
    pub mended: Vec<String>,
    pub new: Vec<String>,
}

/// Sums of both sides: `[older, newer]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    pub dependencies: [usize; 2],
    /// `None`: a source of them failed on that side.
    pub advisories: [Option<usize>; 2],
    pub outdated: [usize; 2],
    /// Median age in days of what has an age.
    pub median_age: [Option<i64>; 2],
}
