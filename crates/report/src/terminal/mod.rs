//! Screens: what a command prints at its end, and what is seen while it works.
//!
//! Lives here: the layout of each screen. Every text from outside goes through [`crate::clean`] first.
//! Lives elsewhere: who writes it where (`cli`).

mod check;
mod compared;
mod doctor;
mod explain;
mod explain_check;
mod hygiene;
mod lines;
mod plan;
mod progress;
mod release_notes;
mod run;
mod runs;
mod runtime;
mod symbols;
mod table;
mod validate;

pub use check::{check, violations};
pub use compared::{HistoryLine, compared, history};
pub use doctor::{CheckLine, doctor};
pub use explain::{explain_in_plan, explain_in_run};
pub use explain_check::explain_in_check;
pub use hygiene::{Mended, hygiene, mended};
pub use plan::plan;
pub use progress::Progress;
pub use run::{run, run_in_full};
pub use runs::{RunLine, runs};
pub use validate::validate;
