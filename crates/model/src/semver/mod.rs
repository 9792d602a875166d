//! npm's version numbers and ranges, as node-semver reads them.
//!
//! Lives here: [`Version`] and [`Range`], with the reference implementation's meaning to the letter, oddities included:
//! what npm would install is what counts. Python's versions are `crate::version`.
//! Source: semver 2.0.0 and npm/node-semver; held to its tables in `tests/semver_conformance.rs`.

mod comparator;
mod desugar;
mod identifier;
mod increment;
mod outside;
mod partial;
mod range;
mod version;

pub use comparator::{Comparator, Operator};
pub use identifier::Identifier;
pub use increment::{Base, Release, Step};
pub use range::{BadRange, Range};
pub use version::{BadVersion, Version};

/// How leniently a text is read, and whether prereleases count like releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Options {
    /// Accept `=1.2.3`, `v 1.2.3`, `1.2.3beta`, leading zeros; drop what is no comparator instead of failing.
    pub loose: bool,
    /// Let any prerelease satisfy a range, where else only those of a version that the range names do.
    pub include_prerelease: bool,
}

impl Options {
    pub const STRICT: Self = Self { loose: false, include_prerelease: false };
    /// What npm itself uses when it picks versions.
    pub const LOOSE: Self = Self { loose: true, include_prerelease: false };
}

/// Longest text that is read as a version, in UTF-16 units for npm, in bytes here (all that is valid is ASCII).
const MAX_LENGTH: usize = 256;
/// Largest number of a version: the largest integer that a JavaScript number holds exactly.
const MAX_NUMBER: u64 = 9_007_199_254_740_991;

/// White space as JavaScript's regular expressions know it.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}
