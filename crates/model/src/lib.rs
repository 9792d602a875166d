//! The words Uplift thinks in: names, versions, dependencies, plans, evidence, outcomes, settings, events.
//!
//! Lives here: plain data and the few rules that belong to it. No I/O, no async, no clock, no command line.
//! Lives elsewhere: reading files (`ecosystems`), judging (`decide`), acting (`engine`), telling (`report`).

pub mod advisory;
pub mod analysis;
pub mod approval;
mod by_name;
pub mod comparison;
pub mod compatibility;
pub mod datum;
pub mod dependency;
pub mod dossier;
pub mod ecosystem;
pub mod event;
pub mod evidence;
pub mod exit;
pub mod hint;
pub mod hygiene;
pub mod licence;
pub mod name;
pub mod notes;
pub mod outcome;
pub mod plan;
pub mod redact;
pub mod risk;
pub mod roadmap;
pub mod semver;
pub mod settings;
pub mod shell;
pub mod size;
pub mod solution;
pub mod symbols;
pub mod version;

pub use datum::Datum;
pub use dependency::{Dependency, Place, Role};
pub use ecosystem::Ecosystem;
pub use event::Event;
pub use evidence::{Failure, Frame, Stage, SuiteRun, TestId, TestRecord, TestStatus};
pub use exit::ExitCode;
pub use hint::Hint;
pub use licence::Licence;
pub use name::PackageName;
pub use plan::{Candidate, Move, MoveId, Phase, Plan, Risk};
pub use settings::Settings;
pub use solution::Solution;
pub use version::{Distance, Version};
