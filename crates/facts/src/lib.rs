//! Everything a check finds out: components, dependencies, releases, advisories, use in the code, runtimes.
//!
//! Lives here: gathering facts and joining them to `model::analysis`.
//! Lives elsewhere: reading manifests and indexes (`ecosystems`), vulnerability records (`advisories`), judging (`decide`).

pub mod runtimes;
pub mod usage;
