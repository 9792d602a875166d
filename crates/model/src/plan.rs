//! Plans: what could move, what must move together, and in which order.
//!
//! Field names in JSON follow the requirement rows N7 and N8.

mod runtime;
mod step;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::analysis::Reason;
use crate::approval::Approval;
use crate::risk::{Assessment, DecisionPoint, RegisterEntry};
use crate::roadmap::{Calendar, Effort, MetricCheck, Priority};
use crate::symbols::SymbolChanges;
use crate::{Datum, Distance, PackageName, Place, Role, Version};

pub use runtime::{RuntimeUpgrade, Unlocked};
pub use step::{
    Edit, Fallback, FallbackKind, Linked, Mended, MendedPin, PlanStep, Reading, ReadingKind, StepKind, Validated,
    WorkPart,
};

/// One package with one target version, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub name: PackageName,
    #[serde(rename = "current_version")]
    pub current: Version,
    #[serde(rename = "target_version")]
    pub target: Version,
    /// The newest release that this interpreter can install; above `target` when something caps it.
    pub newest: Version,
    /// Who keeps `target` below `newest`, in words.
    pub capped_by: Option<String>,
    pub ecosystem: String,
    pub direct: bool,
    pub role: Role,
    pub distance: Distance,
    #[serde(rename = "risk_level")]
    pub risk: Risk,
    /// Evidence for the risk level, one sentence each.
    pub reasons: Vec<String>,
    pub places: Vec<Place>,
    /// Locked packages that require this one.
    #[serde(rename = "dependencies")]
    pub dependents: Vec<PackageName>,
    /// Names that the code uses and the target no longer has, one sentence each.
    pub breaking_changes: Vec<String>,
    /// Days since the version in use came out; `None`: not known.
    #[serde(default)]
    pub age_days: Option<i64>,
    /// What becomes of the names that the code uses; absent when nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbols: Option<Datum<SymbolChanges>>,
    /// Why it should move (row A21); never empty in a plan that this version drew.
    #[serde(default)]
    pub reason_codes: Vec<Reason>,
    /// Score, factors, what is unknown, advisories removed, remaining and introduced, test layers. `None`: the plan was
    /// drawn before plans were weighed.
    #[serde(default)]
    pub assessment: Option<Assessment>,
    /// What to know before going to the target.
    #[serde(default)]
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    Low,
    Medium,
    High,
}

/// Position of a move in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MoveId(pub usize);

/// Candidates that change together because the resolver accepts them only so, or because the settings group them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Move {
    pub id: MoveId,
    pub candidates: Vec<Candidate>,
    pub phase: Phase,
    /// Moves that the resolver wants in place before this one.
    pub needs: Vec<MoveId>,
    /// Transitive packages that come along: name, from, to (`None`: added or dropped).
    pub induced: Vec<crate::solution::Change>,
}

/// Groups of like risk, carried out in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Low,
    Medium,
    High,
    Integration,
}

impl Phase {
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Integration];

    /// 1 to 4.
    pub fn number(self) -> usize {
        self as usize + 1
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Integration => "integration",
        })
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// The whole plan of one component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// First 12 hex digits of a SHA-256 over what would be done: same facts, same id. Ages and the commit are left out.
    pub id: String,
    pub component: String,
    pub interpreter: String,
    #[serde(rename = "dependencies")]
    pub candidates: Vec<Candidate>,
    /// In the order in which they are carried out, phase by phase.
    pub moves: Vec<Move>,
    pub phases: Vec<PhasePlan>,
    /// Seconds along the longest chain of steps that need each other, by the rule table.
    pub estimated_duration: Option<u64>,
    pub rollback_strategy: String,
    pub success_criteria: Vec<String>,
    /// Outdated packages that do not move, with the reason (pinned, ignored, held, capped).
    pub unmoved: Vec<Unmoved>,
    /// Transitive packages that the lock refresh at the end would move.
    pub refresh: Vec<crate::solution::Change>,
    /// What a reader should know: inferred interpreter, manifests left out, drift between places.
    pub notes: Vec<String>,
    /// Commit that it was drawn from.
    #[serde(default)]
    pub commit: String,
    /// Day that ages are counted to, `YYYY-MM-DD`.
    #[serde(default)]
    pub as_of: String,
    /// The manifests and locks that it was drawn from.
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// Today's set cannot be installed, and this is mended first; `None`: it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mended: Option<Mended>,
    /// Isolate, snapshot, mend where something has to be, one for each move, integration.
    #[serde(default)]
    pub steps: Vec<PlanStep>,
    #[serde(default)]
    pub register: Vec<RegisterEntry>,
    #[serde(default)]
    pub decision_points: Vec<DecisionPoint>,
    /// One row for each move, in their order.
    #[serde(default)]
    pub effort: Option<Effort>,
    /// In the order of the moves.
    #[serde(default)]
    pub priorities: Vec<Priority>,
    #[serde(default)]
    pub calendar: Option<Calendar>,
    #[serde(default)]
    pub metrics: Vec<MetricCheck>,
    /// Where urgency or a given order disagrees with the order by risk, and how that was settled (row C12).
    #[serde(default)]
    pub conflicts: Vec<OrderConflict>,
    #[serde(default)]
    pub security: Security,
    /// What should be looked at before it is carried out.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// SHA-256 in hexadecimal over everything that a reviewer reads, as it was drawn: every field but `notes` and
    /// `approvals`, which tell of the moment. Empty: the plan was drawn before plans were sealed.
    #[serde(default)]
    pub seal: String,
    /// Agreements to this plan that are on record (row C22); not part of its id.
    #[serde(default)]
    pub approvals: Vec<Approval>,
}

/// A file that the plan was drawn from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Input {
    /// From the repository's root.
    pub file: String,
    /// Of its bytes as git has them, in hexadecimal.
    pub sha256: String,
}

/// Two rules of order that cannot both be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderConflict {
    pub packages: Vec<PackageName>,
    pub conflict: String,
    /// The policy that settled it, and how.
    pub resolved_by: String,
}

/// What the whole plan does to known vulnerabilities, judged on the complete set that it ends with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Security {
    /// Where advisories were learnt from, or why not.
    pub source: String,
    /// Package, version in use and id of each one that is gone at the end.
    pub removed: Vec<Vulnerable>,
    pub remaining: Vec<Vulnerable>,
    /// Packages of the end state that no source could be asked about.
    pub unknown: Vec<String>,
}

/// One advisory that touches one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vulnerable {
    pub package: String,
    pub version: String,
    pub id: String,
    pub severity: crate::advisory::Severity,
    /// Why it remains, or how it goes away.
    pub why: String,
}

/// One phase and the moves in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhasePlan {
    pub phase: Phase,
    pub moves: Vec<MoveId>,
}

/// A package that stays, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmoved {
    pub name: PackageName,
    pub current: Version,
    pub newest: Version,
    pub reason: String,
    /// What could be done about it.
    #[serde(default)]
    pub alternatives: Vec<Fallback>,
}
