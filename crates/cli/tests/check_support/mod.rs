//! What the tests of `uplift check` stand on: a market of releases for both ecosystems, a desk to check at, the seed
//! projects.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

pub mod desk;
pub mod market;
pub mod pages;
pub mod seeds;

pub use desk::Desk;
pub use market::{Market, Mood, NpmRelease, PythonFile, Stock};
pub use seeds::Seed;
