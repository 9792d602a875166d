//! The package worlds that Uplift knows.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    Python,
    JavaScript,
}

impl Ecosystem {
    pub const ALL: [Self; 2] = [Self::Python, Self::JavaScript];

    /// The name that OSV gives it.
    pub fn osv(self) -> &'static str {
        match self {
            Self::Python => "PyPI",
            Self::JavaScript => "npm",
        }
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
        })
    }
}
