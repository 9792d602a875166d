//! Screens: what a command prints at its end, and what is seen while it works.
//!
//! Lives here: the layout of each screen. Every text from outside goes through [`crate::clean`] first.
//! Lives elsewhere: who writes it where (`cli`).

mod check;
mod doctor;
mod explain;
mod lines;
mod plan;
mod progress;
mod run;
mod runs;
mod table;

pub use check::check;
pub use doctor::{CheckLine, doctor};
pub use explain::{explain_in_plan, explain_in_run};
pub use plan::plan;
pub use progress::Progress;
pub use run::{run, run_in_full};
pub use runs::{RunLine, runs};
