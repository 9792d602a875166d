//! Judgement, pure: which upgrade is at fault, and which version of it still holds.
//!
//! Lives here: decisions over plain data. No async, clock, disk, network or randomness.
//! Lives elsewhere: running what is to be judged (`engine`, `verify`), telling (`report`).

pub mod approvals;
pub mod baseline;
pub mod best;
pub mod comparison;
pub mod culprit;
pub mod effort;
pub mod phases;
pub mod policy;
pub mod risk;
pub mod symptoms;
pub mod targets;
pub mod verdict;
