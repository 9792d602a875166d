//! The steps of a plan: what is done, by whom it must be agreed, what shows that it worked, and the ways out.

use serde::{Deserialize, Serialize};

use super::{MoveId, Phase, RuntimeUpgrade};
use crate::analysis::Reason;
use crate::compatibility::Verdict;
use crate::solution::Change;
use crate::{PackageName, Version};

/// One step. They are carried out in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    /// From 1.
    pub number: usize,
    pub kind: StepKind,
    pub title: String,
    /// `None` for the steps before the first move.
    pub phase: Option<Phase>,
    /// Name of the stage that the user put it in.
    pub stage: Option<String>,
    /// The move that it carries out.
    #[serde(rename = "move")]
    pub of: Option<MoveId>,
    pub packages: Vec<String>,
    /// Manifests only: locks are written by their own tools.
    pub edits: Vec<Edit>,
    /// What a person would type, from the repository's root, for the same effect.
    pub commands: Vec<String>,
    pub evidence: Vec<String>,
    /// Roles that must agree before it starts.
    pub approvals: Vec<String>,
    pub required_tests: Vec<String>,
    pub success_criteria: Vec<String>,
    /// Where the repository goes back to when it fails.
    pub rollback_point: String,
    pub fallbacks: Vec<Fallback>,
    /// Numbers of the steps that must be done before.
    pub needs: Vec<usize>,
    /// The same packages in other components.
    pub linked: Vec<Linked>,
    /// Minutes, by the rule table; 0 for what Uplift does by itself.
    pub minutes: u64,
    /// A step above two days is a small project of its own: its parts, each with a gate (row C19).
    pub parts: Vec<WorkPart>,
    /// The complete set once this step is done; `None`: nothing moves in it, or the plan is of an earlier release.
    #[serde(default)]
    pub validated: Option<Validated>,
    /// What to read first where it crosses a major: pages that the packages' own metadata name, the best first.
    #[serde(default)]
    pub reading: Vec<Reading>,
    /// Who carries it out where Uplift does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_out_by: Option<String>,
    /// What a step of kind `runtime` is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<RuntimeUpgrade>,
}

/// A page that a package's metadata name (row C16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub package: String,
    pub kind: ReadingKind,
    /// In the words of the metadata: `Changelog`. From outside: escape.
    pub label: String,
    /// `http` or `https`, without credentials. From outside: escape.
    pub url: String,
}

/// What a page tells, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadingKind {
    UpgradeGuide,
    Changelog,
    Documentation,
    /// Where the sources are: its releases tell what changed.
    Repository,
    Home,
}

/// The complete set after a step, as the resolver sees it (row D1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validated {
    /// `sat`: the resolver solved the whole set; `unsat`: it refuses it, and `decides` has its words; `downgrade`: a
    /// package goes back in this step to a version above the one in use.
    pub verdict: Verdict,
    /// What decides: why no set exists, or why the step was joined with another or put behind it.
    pub decides: Option<String>,
    /// Interpreters that it was asked for: `3.11.9`.
    pub interpreters: Vec<String>,
    /// Packages in the set.
    pub packages: usize,
    /// What comes along on top of the steps before.
    pub along: Vec<Change>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    Isolate,
    Snapshot,
    /// Makes today's set one that can be installed, before anything moves.
    Mend,
    Move,
    /// The runtime itself goes to another line: people carry it out, and no other step waits for it.
    Runtime,
    Integration,
}

/// Today's set cannot be installed: why, and the pins that have to change before anything else can move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mended {
    /// In words: which version does not exist, or which requirements contradict each other.
    pub why: String,
    /// The fewest of the project's own pins with which the rest resolves.
    pub pins: Vec<MendedPin>,
    pub edits: Vec<Edit>,
}

/// One pin of the project that has to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MendedPin {
    pub name: PackageName,
    pub from: Version,
    /// The release nearest to `from` with which the rest resolves.
    pub to: Version,
    /// `unavailable`: `from` does not exist for this interpreter; `compatibility`: it contradicts another requirement.
    pub reason: Reason,
    /// The evidence, one sentence.
    pub because: String,
}

/// One changed line of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Edit {
    /// From the repository's root.
    pub file: String,
    /// 1-based, before the step.
    pub line: u32,
    pub old: String,
    pub new: String,
}

/// What to do when the step does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    pub kind: FallbackKind,
    pub what: String,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FallbackKind {
    /// Stop at a version on the way.
    IntermediateVersion,
    /// Leave the blocking package where it is.
    HoldBlocker,
    /// Take its successor instead.
    ReplacePackage,
    /// Two versions, told apart by an environment marker.
    Marker,
}

/// The same package in another component of the repository (row C17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    pub component: String,
    pub package: String,
    /// What stands there: `==1.4` or `locked 1.4`.
    pub stands_at: String,
    /// Whether the versions differ before the step; `None`: what runs there is not known.
    #[serde(default)]
    pub differs_now: Option<bool>,
    /// Whether they differ once the step is done and the other component is as it was.
    #[serde(default)]
    pub differs_after: Option<bool>,
    pub message: String,
}

/// A part of a large step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkPart {
    pub what: String,
    pub minutes: u64,
    /// What must hold before the next part starts.
    pub gate: String,
}
