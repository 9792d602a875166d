//! The engine: one upgrade from gathering to delivery, journalled, resumable, undoable.
//!
//! Lives here: the order of things (`pipeline`), the loop around the culprit search (`rounds`), the lab that runs sets
//! of packages, commits, and everything about runs (`control`, `rollback`).
//! Lives elsewhere: judgement (`decide`), package managers (`ecosystems`), processes and git (`sandbox`), telling
//! (`report`). Everything blocks: a run is a sequence. Start reading at [`upgrade`].

mod advisories;
mod age;
mod approvals;
mod baseline;
mod blockers;
mod check;
mod commit_text;
mod commits;
mod control;
mod desk;
mod dossier;
mod edits;
mod error;
mod finale;
mod footing;
mod held;
mod history;
mod hygiene;
mod index;
pub mod journal;
mod judge;
mod lab;
mod layer;
mod mending;
mod pipeline;
mod planning;
mod policy;
mod preview;
mod release_notes;
mod research;
mod rollback;
mod rounds;
mod runtime_branch;
mod signs;
mod solver;
mod state;
mod stated;
mod subject;
mod survey;
mod symbols;
mod targets;
mod tools;
mod trials;
mod untested;
mod usage;
mod validate;
mod workshop;

pub use uplift_decide::policy::Condition;
pub use uplift_facts::days::is_date;
pub use uplift_facts::notes::Asked as NotesAsked;

/// Whether a text can stand in a policy's list of licences.
///
/// # Errors
/// What is wrong with it, in words.
pub fn licence(text: &str) -> Result<(), String> {
    uplift_decide::policy::term(text).map(|_| ())
}

/// Whether a text is a success metric that targets can be held against.
///
/// # Errors
/// What such a metric looks like.
pub fn metric(text: &str) -> Result<(), String> {
    uplift_decide::effort::Metric::parse(text).map(|_| ()).map_err(|e| e.to_string())
}

/// Whether a text names a class of packages, such as `payment library`.
pub fn is_class(text: &str) -> bool {
    uplift_decide::risk::Class::of_word(text).is_some()
}

pub use advisories::{Kept as KeptAdvisories, kept_advisories, update as update_advisories};
pub use approvals::{Agreed, Agreement, Named, approve};
pub use check::{CheckRequest, Checked, check};
pub use control::{Applied, applied, apply, cancel, lift, resume, run, runs};
pub use desk::{Request, Watch};
pub use dossier::{DossierRequest, dossier};
pub use error::EngineError;
pub use history::{Entry, history, older};
pub use hygiene::{HygieneWish, Mended, hygiene, hygiene_checks, mend};
pub use pipeline::upgrade;
pub use preview::{is_of_the_moment, plan, plan_as_of};
pub use release_notes::{NotesRequest, notes_of_plan, release_notes};
pub use rollback::{RolledBack, rollback};
pub use runtime_branch::move_runtime;
pub use survey::{Found, Inspection, found, inspect};
pub use validate::{BadOverlay, OverlayItem, ValidateRequest, runs as set_runs, validate};
