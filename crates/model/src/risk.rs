//! What makes an upgrade risky, one factor each, and what they come to.

use serde::{Deserialize, Serialize};

use crate::advisory::Finding;
use crate::{Datum, Distance, Risk};

/// One signal's word on one upgrade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Factor {
    /// The signal's name: `version-distance`, `abi`, `blast-radius`, …
    pub signal: String,
    /// Points that it adds to the score, 0 to 100.
    pub points: u32,
    /// The level below which the upgrade cannot come out because of this signal.
    pub at_least: Risk,
    /// One sentence with the evidence.
    pub reason: String,
}

/// All factors of one upgrade and the level that follows: both axes (row B2), what it does to advisories (row B6) and
/// the test layers that it asks for (row B9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assessment {
    pub level: Risk,
    /// Sum of the points, at most 100.
    pub score: u32,
    /// The first axis. `None`: the version in use is not known.
    pub distance: Option<Distance>,
    /// The second axis, what the package is to the project: `web framework`, `test tool`, …
    pub class: String,
    /// Strongest first.
    pub factors: Vec<Factor>,
    /// Facts that could not be had; each raised the level or says why it did not.
    pub unknown: Vec<String>,
    pub security: Datum<SecurityEffect>,
    /// Test layers that the step must pass: `unit`, `integration`, `performance`, …
    pub required_tests: Vec<String>,
}

/// What an upgrade does to known vulnerabilities, packages that it moves along included.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SecurityEffect {
    /// They touch the version in use and not the target.
    pub removed: Vec<Touching>,
    /// They touch both.
    pub remaining: Vec<Touching>,
    /// They touch the target and not the version in use.
    pub introduced: Vec<Touching>,
}

/// A finding and the package that it touches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Touching {
    pub package: String,
    pub finding: Finding,
}

/// An entry of the risk register (rows B5, B7, B8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterEntry {
    pub packages: Vec<String>,
    pub level: Risk,
    pub risk: String,
    pub mitigation: String,
    pub rollback: String,
    /// Role that owns the risk: `backend engineer`, …
    pub owner: String,
    /// Roles that must agree before it is carried out.
    pub reviewers: Vec<String>,
    /// Test layers that the step must pass beyond the usual.
    pub required_tests: Vec<String>,
    /// The point at which a person takes over.
    pub escalation: String,
}

/// How urgent the whole is, with the formula and its terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Urgency {
    pub level: String,
    pub score: f64,
    /// In words, with the numbers in it.
    pub formula: String,
    pub because: Vec<String>,
}

/// Something that people have to decide before a step may be carried out (row C22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionPoint {
    pub question: String,
    pub packages: Vec<String>,
    /// Roles that must agree, all of them.
    pub roles: Vec<String>,
}
