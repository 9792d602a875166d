//! Finding the project's checks and reading what they showed.
//!
//! Lives here: where the test command is written down ([`discover`]), how it is run so that every
//! test reports by itself, and the reading of those reports ([`checks`]).
//! Lives elsewhere: starting processes (`sandbox`, by way of `engine`), judging the evidence (`decide`).
//! Start reading at [`discover::discover`], then [`checks::unit`].

pub mod checks;
pub mod discover;

pub use checks::unit::{Collected, Prepared, SuiteRequest};
pub use discover::{DiscoverError, Discovered, Files, Project, Runner, TestCommand, discover};
