//! Everything a check finds out: components, dependencies, releases, advisories, use in the code, runtimes; release notes.
//!
//! Lives here: gathering facts and joining them to `model::analysis`.
//! Lives elsewhere: reading manifests and indexes (`ecosystems`), vulnerability records (`advisories`), judging (`decide`).

pub mod components;
pub mod days;
pub mod gather;
pub mod licences;
pub mod notes;
pub mod optional;
pub mod reading;
pub mod releases;
pub mod rows;
mod runtime;
pub mod runtimes;
pub mod surface;
pub mod tree;
pub mod usage;
pub mod vulnerabilities;
