//! Plans: what could move, what must move together, and in which order.
//!
//! Field names in JSON follow the requirement rows N7 and N8.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Distance, PackageName, Place, Role, Version};

/// One package with one target version, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Known breaking changes; empty as long as nothing computes them.
    pub breaking_changes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

/// Candidates that change together because the resolver accepts them only so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// First 12 hex digits of a SHA-256 over everything else: same facts, same id.
    pub id: String,
    pub component: String,
    pub interpreter: String,
    #[serde(rename = "dependencies")]
    pub candidates: Vec<Candidate>,
    pub moves: Vec<Move>,
    pub phases: Vec<PhasePlan>,
    /// Seconds, estimated from rules; `None` before a baseline exists.
    pub estimated_duration: Option<u64>,
    pub rollback_strategy: String,
    pub success_criteria: Vec<String>,
    /// Outdated packages that do not move, with the reason (pinned, ignored, held, capped).
    pub unmoved: Vec<Unmoved>,
    /// Transitive packages that the lock refresh at the end would move.
    pub refresh: Vec<crate::solution::Change>,
    /// What a reader should know: inferred interpreter, manifests left out, drift between places.
    pub notes: Vec<String>,
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
}
