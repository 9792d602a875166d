//! Known vulnerabilities: OSV records read, merged by alias, scored, and kept in an index that answers offline.
//!
//! Lives here: records, ranges, severities, the index, OSV's API and exports, exceptions, VEX.
//! Lives elsewhere: which packages are asked about (`facts`), what a finding means for a plan (`decide`).
//! Start reading at [`Known`]: everything that is known about one package, whichever source it came from.

pub mod api;
pub mod exceptions;
pub mod export;
pub mod feeds;
pub mod index;
pub mod record;
pub mod vex;

mod entry;
mod known;
mod merge;
mod range;
mod severity;
mod version;
mod weakness;

pub use index::{Index, IndexError};
pub use known::{AskError, Change, Known, Safe, safe_from};
pub use record::{Record, RecordError};
