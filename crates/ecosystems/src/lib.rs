//! Package worlds: reading and editing manifests and locks, asking resolvers and indexes, making environments.
//!
//! Lives here: one folder per ecosystem. Lives elsewhere: what to upgrade (`decide`, `engine`), processes (`sandbox`).

pub mod doors;
pub mod javascript;
pub mod python;
