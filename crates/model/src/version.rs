//! Versions on PEP 440's scheme and the distance between two of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A PEP 440 version; ordering and equality follow that scheme (`1.0` equals `1.0.0`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(uv_pep440::Version);

/// A text that PEP 440 does not accept as a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version")]
pub struct BadVersion(pub String);

/// How far apart two versions are, by the leftmost release number that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Distance {
    Same,
    Patch,
    Minor,
    Major,
}

impl Version {
    /// # Errors
    /// [`BadVersion`] with the text as given.
    pub fn new(text: &str) -> Result<Self, BadVersion> {
        uv_pep440::Version::from_str(text.trim()).map(Self).map_err(|_| BadVersion(text.to_owned()))
    }

    pub fn pep440(&self) -> &uv_pep440::Version {
        &self.0
    }

    /// True for alpha, beta, candidate and development releases.
    pub fn is_prerelease(&self) -> bool {
        self.0.any_prerelease()
    }

    /// The numbers of the release, epoch left out: `1.26.4` gives `[1, 26, 4]`.
    pub fn release(&self) -> Vec<u64> {
        self.0.release().to_vec()
    }

    /// The leading `count` numbers of the release, missing ones as 0.
    pub fn line(&self, count: usize) -> Vec<u64> {
        let mut numbers = self.release();
        numbers.resize(count.max(numbers.len()), 0);
        numbers.truncate(count);
        numbers
    }

    /// Distance from `self` to `other`. In 0.x the minor number counts as the major one, since
    /// projects before 1.0 break there.
    pub fn distance(&self, other: &Self) -> Distance {
        if self == other {
            return Distance::Same;
        }
        if self.0.epoch() != other.0.epoch() {
            return Distance::Major;
        }
        let (a, b) = (self.line(3), other.line(3));
        let differs = (0..3).find(|i| a[*i] != b[*i]);
        match differs {
            Some(0) => Distance::Major,
            Some(1) if a[0] == 0 => Distance::Major,
            Some(1) => Distance::Minor,
            _ => Distance::Patch,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
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
        Self::new(&text)
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.0.to_string()
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
        assert_eq!(distance("1.2", "1.3"), Distance::Minor);
        assert_eq!(distance("1.2", "2.0"), Distance::Major);
        assert_eq!(distance("1.2", "1.2.0"), Distance::Same);
        assert_eq!(distance("1.2", "1!1.2"), Distance::Major);
    }

    #[test]
    fn before_one_a_minor_step_is_a_major_one() {
        assert_eq!(distance("0.98.1", "0.115.0"), Distance::Major);
        assert_eq!(distance("0.98.1", "0.98.4"), Distance::Patch);
    }
}
