//! What a policy says of an analysis: each place where a rule is broken, and what was set aside.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Ecosystem;
use crate::advisory::Exception;

/// An analysis held against the policies that are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyReport {
    /// The files that state them, each held by itself.
    pub policies: Vec<String>,
    /// By component, package and rule. Those that fail the check, those set aside, those that are only told.
    pub findings: Vec<PolicyFinding>,
    /// Licences that change on the way to a target, one sentence each.
    pub changes: Vec<String>,
    /// Limits that cannot be judged because a source failed, one sentence each; they fail the check.
    pub unjudged: Vec<String>,
    /// Exceptions that nothing needs, one sentence each.
    pub unused: Vec<String>,
}

/// One place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyFinding {
    pub rule: PolicyRule,
    /// The file that states the rule.
    pub policy: String,
    pub component: String,
    pub ecosystem: Ecosystem,
    pub package: String,
    /// `None`: nothing says which version runs.
    pub version: Option<String>,
    pub direct: bool,
    /// Where the package is stated, for a transitive one the direct one that brings it along.
    pub file: Option<String>,
    /// 1-based.
    pub line: Option<u32>,
    /// What is wrong, in words.
    pub what: String,
    /// What to do about it, where the rule says.
    pub instead: Option<String>,
    /// Set aside by `[[policy.exception]]`; one past its day sets nothing aside.
    pub exception: Option<Exception>,
    /// It makes the check fail.
    pub fails: bool,
}

/// What a policy can forbid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PolicyRule {
    /// A licence that does not pass, or that nobody can tell.
    Licence,
    /// An advisory worse than the limit.
    Severity,
    Banned,
}

impl fmt::Display for PolicyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Licence => "licence",
            Self::Severity => "severity",
            Self::Banned => "banned",
        })
    }
}

impl PolicyReport {
    /// What makes the check fail.
    pub fn failing(&self) -> impl Iterator<Item = &PolicyFinding> {
        self.findings.iter().filter(|finding| finding.fails)
    }
}

impl PolicyFinding {
    /// `backend: redis 8.0.0: its licence …: use valkey (licence, uplift.toml)`.
    pub fn sentence(&self) -> String {
        let version = self.version.as_deref().unwrap_or("any version");
        let instead = self.instead.as_ref().map(|instead| format!("; use {instead}")).unwrap_or_default();
        let until = self.exception.as_ref().filter(|e| e.expired).map(|e| {
            let owner = e.owner.as_ref().map(|owner| format!(", owner {owner}")).unwrap_or_default();
            format!("; the exception for it ended on {}{owner}", e.until.as_deref().unwrap_or("?"))
        });
        format!(
            "{}: {} {version}: {}{instead}{} ({}, {})",
            self.component,
            self.package,
            self.what,
            until.unwrap_or_default(),
            self.rule,
            self.policy
        )
    }
}
