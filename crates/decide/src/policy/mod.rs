//! What makes a check fail: conditions that a team sets, policies that it holds an analysis against.
//!
//! Lives here: `conditions` (`--fail-on`), `licences` (whether one passes), `rules` (a policy held against an analysis,
//! and against a version before it is proposed). Lives elsewhere: the keys (`model::settings`), what licences there are
//! (`model::licence`), asking for them (`facts`).

mod conditions;
mod licences;
mod rules;
#[cfg(test)]
mod tests;

pub use conditions::{BadCondition, Condition, violations};
pub use licences::{Standing, Terms, term};
pub use rules::{Admits, Gate, hold};
