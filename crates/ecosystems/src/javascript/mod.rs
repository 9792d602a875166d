//! JavaScript: package.json, locks, components, the registry, peers and engines.
//!
//! Lives here: reading what projects and registries say, and judging which versions go together. Lives elsewhere: npm's
//! version numbers and ranges (`uplift_model::semver`).

pub mod client;
pub mod discover;
pub mod lockfile;
pub mod manifest;
pub mod npmrc;
pub mod peers;
pub mod registry;
