//! Whether a set of packages goes together, and what decides: everything that `uplift validate` found out.
//!
//! Lives here: the report's form; these types are the JSON. A field is added freely; one is renamed or removed only with a
//! new [`SCHEMA`]. Lives elsewhere: asking and judging (`engine::validate`), telling (`report`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Ecosystem;

pub const SCHEMA: &str = "uplift/compatibility/1";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompatibilityReport {
    /// The folder's name.
    pub repository: String,
    /// Releases after this day (`YYYY-MM-DD`) are not seen; `None`: everything the index has.
    pub as_of: Option<String>,
    /// What the answers hold for (row D16).
    pub profile: Profile,
    /// The worst of the components'.
    pub verdict: Verdict,
    pub components: Vec<ComponentCompatibility>,
}

/// The machine that was answered for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// `linux x86_64`.
    pub platform: String,
    /// What of the environment no check here can tell: accelerators and their drivers, memory.
    pub not_checked: Vec<String>,
    /// What the settings say of the environment (`[environment]`), held against the set as far as that can be.
    #[serde(default)]
    pub stated: Vec<Condition>,
}

/// One property of the environment that the project runs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The setting: `python`, `memory-mib`, …
    pub name: String,
    /// As stated.
    pub value: String,
    /// `sat`: the set holds it; `unsat`: it does not; `not-checked`: nothing here can tell.
    pub verdict: Verdict,
    /// Why, in words.
    pub because: String,
}

/// From best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A resolver solved the complete set.
    Sat,
    /// Nothing could be concluded, for the reason that the paragraph gives.
    NotChecked,
    /// It goes together only with a package at a lower version than now.
    Downgrade,
    /// Metadata accept it, an import in a real environment does not.
    ImportFails,
    /// npm: a peer's range or a required peer is not met by the set as a lock would keep it; npm itself only warns.
    PeerViolation,
    /// No set fulfils the requirements.
    Unsat,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentCompatibility {
    /// Folder from the repository's root; `.` for the root.
    pub path: String,
    pub ecosystem: Ecosystem,
    /// Manifests and locks that make up the set.
    pub files: Vec<String>,
    /// What was laid over the files.
    pub overlay: Vec<Overlay>,
    pub verdict: Verdict,
    pub checks: Vec<Check>,
    /// Interpreters on which the complete set can be solved; `None`: only one was asked.
    pub window: Option<Window>,
    pub matrix: Vec<MatrixRow>,
    pub families: Vec<Family>,
    pub notes: Vec<String>,
    /// With a plan: the set after each of its moves, on top of those before; the last one is the end.
    #[serde(default)]
    pub steps: Vec<StepCompatibility>,
}

/// The complete set after one move of a plan (row D1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCompatibility {
    /// The step's number in the plan.
    pub number: usize,
    /// `redis 5.0.7 -> 6.2.0`.
    pub title: String,
    pub verdict: Verdict,
    /// One an interpreter.
    pub checks: Vec<Check>,
}

/// One requirement that replaces or adds to what the files say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    pub name: String,
    /// `tensorflow==2.18.0`, `vite@7.1.9`.
    pub requirement: String,
    /// What it stands in place of: `tensorflow==2.15.0 (backend/requirements.txt:41)`.
    pub replaces: Vec<String>,
}

/// The complete set on one interpreter or engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// `3.11`, `node 18`; `any` where the set names none.
    pub runtime: String,
    /// The interpreter is on this machine, so that imports could be tried.
    pub present: bool,
    pub verdict: Verdict,
    /// The verdict and its reason, for a person.
    pub paragraph: String,
    /// What decides; empty for `sat`.
    pub causes: Vec<Cause>,
    /// What holds but does not decide: engines of the project's own runtimes, violations that were there before.
    pub warnings: Vec<Cause>,
    /// Name to version; empty when nothing was solved.
    pub solution: BTreeMap<String, String>,
    /// Packages that move although the overlay does not name them (row C9).
    pub induced: Vec<Shift>,
    pub downgrades: Vec<Shift>,
    pub unknown_extras: Vec<UnknownExtra>,
    pub imports: Vec<Import>,
    /// Questions put to the resolver.
    pub asked: u32,
}

/// A package that ends at another version than now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub name: String,
    /// `None`: it comes in.
    pub from: Option<String>,
    /// `None`: it goes out.
    pub to: Option<String>,
    /// The overlay names it.
    pub named: bool,
}

/// An extra that the version in the set does not have: the resolver ignores it with a warning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnknownExtra {
    pub name: String,
    pub version: String,
    pub extra: String,
}

/// One import or probe in a real environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// A module's name, or the code of a probe.
    pub what: String,
    /// The package that provides it, where known.
    pub package: Option<String>,
    pub ok: bool,
    /// `ImportError: numpy.core.multiarray failed to import`. From outside: escape.
    pub error: Option<String>,
    /// It fails without the overlay as well, so that it decides nothing.
    pub before: bool,
}

/// Something that decides, with the constraints that collide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub kind: CauseKind,
    /// The constraints that cannot hold together; removing any one would let the others hold.
    pub constraints: Vec<Constraint>,
    /// In one sentence.
    pub sentence: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// Requirements on one package exclude each other.
    Requirements,
    /// The version does not exist.
    NeverReleased,
    /// The index has no such package.
    NoSuchPackage,
    /// It requires another Python.
    RequiresPython,
    /// It exists, and no file of it fits the interpreter and platform.
    WheelTags,
    /// It exists as sources only, and they could not be built here.
    SourcesOnly,
    /// An npm peer is missing or outside of its range.
    Peer,
    /// `engines` excludes a runtime that the project uses.
    Engine,
    /// A package ends below its present version.
    Downgrade,
    /// A module cannot be imported, or a probe fails.
    Import,
    /// The resolver's own words.
    Unexplained,
}

/// One constraint of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Constraint {
    /// Who sets it: `torchvision==0.16.0`; `None`: the project itself, at `place`.
    pub by: Option<String>,
    /// `backend/requirements.txt:47`, or `--set`.
    pub place: Option<String>,
    /// The package (or `python`, `node`) that it is about.
    pub on: String,
    /// `torch==2.1.0`, `python>=3.10`.
    pub requires: String,
}

/// Interpreters for the complete set (row D6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Ascending minor versions that a resolver solved.
    pub solved: Vec<String>,
    /// Asked and refused.
    pub refused: Vec<String>,
    /// `3.10-3.11`, `none`.
    pub text: String,
}

/// One package at its version on one interpreter (row D2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    pub package: String,
    /// The version asked for or solved; `None`: none was found.
    pub version: Option<String>,
    pub runtime: String,
    pub verdict: Verdict,
    /// What decides: `no cp312 wheel (cp39, cp310, cp311)`, `requires Python >=3.10`, `torchvision==0.16.0 requires torch==2.1.0`.
    pub deciding: Option<String>,
    /// Interpreters that this version itself is for, as a range (row D4): `3.9-3.11`.
    pub range: Option<String>,
}

/// Packages that can only move together (row D11), found from their metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Family {
    pub members: Vec<String>,
    /// The exact requirements that tie them: `opentelemetry-sdk==1.22.0 requires opentelemetry-api==1.22.0`.
    pub because: Vec<String>,
}

impl CompatibilityReport {
    /// The worst verdict, [`Verdict::NotChecked`] when there is nothing to judge.
    pub fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        verdicts.into_iter().max().unwrap_or(Verdict::NotChecked)
    }
}

impl Verdict {
    /// The word of the JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sat => "sat",
            Self::NotChecked => "not-checked",
            Self::Downgrade => "downgrade",
            Self::ImportFails => "import-fails",
            Self::PeerViolation => "peer-violation",
            Self::Unsat => "unsat",
        }
    }
}

impl Constraint {
    /// In words: `torchvision==0.16.0 requires torch==2.1.0`, `requirements.txt:4 asks for torch==2.5.1`.
    pub fn words(&self) -> String {
        match (&self.by, &self.place) {
            (Some(by), _) => format!("{by} requires {}", self.requires),
            (None, Some(place)) if place == "--set" => format!("{} is asked for", self.requires),
            (None, Some(place)) => format!("{place} asks for {}", self.requires),
            (None, None) => format!("{} is required", self.requires),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_verdict_is_the_whole_sets() {
        assert_eq!(
            CompatibilityReport::worst([Verdict::Sat, Verdict::Downgrade, Verdict::NotChecked]),
            Verdict::Downgrade
        );
        assert_eq!(CompatibilityReport::worst([]), Verdict::NotChecked);
        for verdict in [Verdict::Sat, Verdict::ImportFails, Verdict::PeerViolation, Verdict::Unsat] {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.word());
        }
    }
}
