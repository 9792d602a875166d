//! What these tests stand on: tiny real wheels, an index that serves them, a repository, the binary under test.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

pub mod index;
pub mod lending;
pub mod project;
pub mod wheel;

pub use index::{Index, Mood};
pub use project::{Outcome, Project};
pub use wheel::Package;
