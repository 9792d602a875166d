//! Checks: ways to gather evidence about one state of a project. A check shows, it does not judge.

pub mod imports;
pub mod unit;
