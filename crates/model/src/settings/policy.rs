//! What a team accepts of its dependencies: the tables below `[policy]`.
//!
//! Lives here: the keys. Lives elsewhere: what they mean for an analysis (`decide::policy`), reading them (`cli`).

use serde::{Deserialize, Serialize};

use crate::Ecosystem;
use crate::advisory::Severity;
use crate::analysis::PolicyRule;

/// Rules that an analysis is held against. Without any, nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// SPDX identifiers; where there are any, no other licence passes.
    pub licences_allowed: Vec<String>,
    /// SPDX identifiers that do not pass.
    pub licences_denied: Vec<String>,
    pub unknown_licence: UnknownLicence,
    /// The worst advisory that a direct dependency may have; `None`: any.
    pub max_severity: Option<Severity>,
    /// The same of a transitive one; `None`: as for direct ones.
    pub max_severity_transitive: Option<Severity>,
    pub banned: Vec<Banned>,
    pub exception: Vec<PolicyException>,
}

/// What happens where nobody can tell a licence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownLicence {
    /// It is told, and the check goes on.
    Allow,
    #[default]
    Fail,
}

/// A package that is not to be used, or some versions of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Banned {
    pub name: String,
    /// Default: a package of this name in any.
    #[serde(default)]
    pub ecosystem: Option<Ecosystem>,
    /// A specifier of its ecosystem: `<4.17.21`. Default: every version.
    #[serde(default)]
    pub versions: Option<String>,
    pub reason: String,
    #[serde(default)]
    pub instead: Option<String>,
}

/// A package that a rule does not count for, why, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PolicyException {
    pub package: String,
    pub rule: PolicyRule,
    /// Only in this component.
    #[serde(default)]
    pub component: Option<String>,
    /// Only in the repository of this folder name; for a policy of many repositories.
    #[serde(default)]
    pub repository: Option<String>,
    pub reason: String,
    #[serde(default)]
    pub owner: Option<String>,
    /// `YYYY-MM-DD`, the last day it holds; from then on the check fails.
    #[serde(default)]
    pub until: Option<String>,
}

/// A policy with the file that states it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedPolicy {
    /// As it was named: `uplift.toml`, `../platform/policy.toml`.
    pub file: String,
    pub rules: Policy,
}

impl Policy {
    /// Some licence does not pass, so that licences have to be known.
    pub fn asks_for_licences(&self) -> bool {
        !self.licences_allowed.is_empty() || !self.licences_denied.is_empty()
    }

    /// There is nothing to hold an analysis against.
    pub fn is_empty(&self) -> bool {
        let limits = self.max_severity.or(self.max_severity_transitive);
        !self.asks_for_licences() && limits.is_none() && self.banned.is_empty()
    }
}
