//! A version: three numbers, perhaps a prerelease, perhaps build metadata.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::partial::{Part, Partial};
use super::{Identifier, MAX_LENGTH, MAX_NUMBER, Options, trim};
use crate::Distance;

/// A version of an npm package. Order and equality are semver's precedence: build metadata is kept and does not count.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) patch: u64,
    pub(super) prerelease: Vec<Identifier>,
    pub(super) build: Vec<String>,
}

/// A text that npm does not accept as a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an npm version")]
pub struct BadVersion(pub String);

impl Version {
    /// A release without prerelease and build; `None` beyond what npm accepts (2^53 - 1).
    pub fn release(major: u64, minor: u64, patch: u64) -> Option<Self> {
        let fits = [major, minor, patch].iter().all(|n| *n <= MAX_NUMBER);
        fits.then(|| Self { major, minor, patch, prerelease: Vec::new(), build: Vec::new() })
    }

    /// Reads a version strictly: `1.2.3-rc.1+build`, with a `v` before it at most.
    ///
    /// # Errors
    /// [`BadVersion`] with the text as given.
    pub fn new(text: &str) -> Result<Self, BadVersion> {
        Self::parse(text, Options::STRICT)
    }

    /// Reads a version.
    ///
    /// # Errors
    /// [`BadVersion`] with the text as given.
    pub fn parse(text: &str, options: Options) -> Result<Self, BadVersion> {
        Self::read(text, options.loose).ok_or_else(|| BadVersion(text.to_owned()))
    }

    fn read(text: &str, loose: bool) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let text = trim(text);
        let plain = if loose {
            text.trim_start_matches(|c| c == 'v' || c == '=' || super::is_space(c))
        } else {
            text.strip_prefix('v').unwrap_or(text)
        };
        let partial = Partial::read(plain, loose)?;
        let (Part::Number(major), Part::Number(minor), Part::Number(patch)) =
            (partial.major, partial.minor, partial.patch)
        else {
            return None;
        };
        let mut version = Self::release(major, minor, patch)?;
        version.prerelease = partial.prerelease;
        version.build = partial.build;
        Some(version)
    }

    pub fn major(&self) -> u64 {
        self.major
    }

    pub fn minor(&self) -> u64 {
        self.minor
    }

    pub fn patch(&self) -> u64 {
        self.patch
    }

    pub fn prerelease(&self) -> &[Identifier] {
        &self.prerelease
    }

    /// Build metadata, which no comparison looks at.
    pub fn build(&self) -> &[String] {
        &self.build
    }

    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    /// The three numbers.
    pub fn numbers(&self) -> [u64; 3] {
        [self.major, self.minor, self.patch]
    }

    /// Distance from `self` to `other`. In 0.x a new minor number counts as a new major one, since that is how far a
    /// caret range reaches.
    pub fn distance(&self, other: &Self) -> Distance {
        if self == other {
            Distance::Same
        } else if self.major != other.major || (self.major == 0 && self.minor != other.minor) {
            Distance::Major
        } else if self.minor != other.minor {
            Distance::Minor
        } else {
            Distance::Patch
        }
    }

    pub(super) fn without_build(mut self) -> Self {
        self.build.clear();
        self
    }

    /// The lowest prerelease of this release: `-0`.
    pub(super) fn at_zero(mut self) -> Self {
        self.prerelease = vec![Identifier::Number(0)];
        self
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let release = self.numbers().cmp(&other.numbers());
        release.then_with(|| match (self.is_prerelease(), other.is_prerelease()) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            _ => self.prerelease.cmp(&other.prerelease),
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.numbers().hash(state);
        self.prerelease.hash(state);
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{}.{}.{}", self.major, self.minor, self.patch);
        for (index, identifier) in self.prerelease.iter().enumerate() {
            text.push(if index == 0 { '-' } else { '.' });
            text.push_str(&identifier.to_string());
        }
        for (index, identifier) in self.build.iter().enumerate() {
            text.push(if index == 0 { '+' } else { '.' });
            text.push_str(identifier);
        }
        f.pad(&text)
    }
}

impl FromStr for Version {
    type Err = BadVersion;
    fn from_str(text: &str) -> Result<Self, BadVersion> {
        Self::new(text)
    }
}

impl TryFrom<String> for Version {
    type Error = BadVersion;
    fn try_from(text: String) -> Result<Self, BadVersion> {
        Self::parse(&text, Options::LOOSE)
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: &str, b: &str) -> Distance {
        Version::new(a).unwrap().distance(&Version::new(b).unwrap())
    }

    #[test]
    fn the_leftmost_number_that_differs_decides() {
        assert_eq!(distance("1.2.3", "1.2.4"), Distance::Patch);
        assert_eq!(distance("1.2.3-rc.1", "1.2.3"), Distance::Patch);
        assert_eq!(distance("1.2.3", "1.3.0"), Distance::Minor);
        assert_eq!(distance("1.2.3", "2.0.0"), Distance::Major);
        assert_eq!(distance("1.2.3+a", "1.2.3+b"), Distance::Same);
    }

    #[test]
    fn before_one_a_minor_step_is_a_major_one() {
        assert_eq!(distance("0.34.6", "0.35.0"), Distance::Major);
        assert_eq!(distance("0.34.6", "0.34.7"), Distance::Patch);
    }

    #[test]
    fn a_loose_patch_number_gives_digits_back_when_that_makes_a_version() {
        let loose = |text: &str| Version::parse(text, Options::LOOSE).map(|v| v.to_string());
        assert_eq!(loose("1.2.34.5").unwrap(), "1.2.3-4.5");
        assert!(loose("1.2.3.4").is_err());
        assert_eq!(loose("1.2.3-").unwrap(), "1.2.3--");
    }
}
