//! Python: manifests, locks, indexes, interpreters, environments.

pub mod client;
pub mod discover;
pub mod environment;
pub mod interpreter;
pub mod lockfile;
pub mod manifest;
mod pip_config;
pub mod registry;
pub mod relock;
pub mod resolve;
