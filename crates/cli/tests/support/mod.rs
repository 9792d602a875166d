//! The stage of end-to-end tests: what they need and what never ships.
//!
//! Lives here: a fake package index ([`index`]), tiny real distributions ([`wheel`]), repositories in temporary folders
//! ([`repo`]), the real executable in a scrubbed environment ([`command`]), the tools of this machine that it works
//! with ([`tools`]), two standard projects ([`lending`]), processes that outlive what started them ([`processes`]), masks
//! for what differs between two runs ([`mask`]), what a run comes to
//! ([`runs`]), and what is expected of a single upgrade ([`expect`]). `the_support_itself.rs` tests it.
//! Lives elsewhere: the tests themselves, in the files beside this folder.
//!
//! A fault of the machine that tests cannot work with (no temporary folder) panics with what is missing.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

pub mod command;
pub mod expect;
pub mod index;
pub mod lending;
pub mod mask;
pub mod processes;
pub mod repo;
pub mod runs;
pub mod tools;
pub mod wheel;

pub use command::{Ended, Stage, Started};
pub use index::{Fault, Form, Index};
pub use repo::Repo;
pub use wheel::Package;
