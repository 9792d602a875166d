//! The upgrade of a runtime: Python or Node as a dependency that moves.

use serde::{Deserialize, Serialize};

use super::Edit;

/// From one line of a runtime to another (rows A19, D13). People carry it out; it blocks no other step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuntimeUpgrade {
    /// `python`, `node`.
    pub runtime: String,
    /// The line in use: `3.9`, `18`.
    pub from: String,
    /// The lowest line that lets the most packages go further and is supported for at least a year.
    pub to: String,
    /// Last day of fixes for `from` and for `to`, `YYYY-MM-DD`; `None`: not known.
    pub from_ends: Option<String>,
    pub to_ends: Option<String>,
    /// Why, one sentence each.
    pub reasons: Vec<String>,
    /// What every file becomes. `new` may have several lines; empty: the line is taken out.
    pub edits: Vec<Edit>,
    /// Places that state the old line and are left to a person, each with the reason.
    pub by_hand: Vec<String>,
    /// Packages that the old line keeps back.
    pub unlocks: Vec<Unlocked>,
    /// Plans, or validates, as though it were done.
    pub command: String,
}

/// A package that goes further on the new line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unlocked {
    pub package: String,
    /// Version in use; `None`: nothing says.
    pub current: Option<String>,
    /// The newest that the old line can install.
    pub capped_at: String,
    /// What it would become.
    pub becomes: String,
    /// `resolver`: of the complete set, solved for the new line; `metadata`: by what its releases say of runtimes.
    pub told_by: String,
}

impl RuntimeUpgrade {
    /// `Python`, `Node`.
    pub fn title(&self) -> &str {
        match self.runtime.as_str() {
            "python" => "Python",
            "node" => "Node",
            other => other,
        }
    }

    /// `Python 3.9 -> 3.12`
    pub fn way(&self) -> String {
        format!("{} {} -> {}", self.title(), self.from, self.to)
    }
}
