//! The order of versions, one scheme per package world.
//!
//! Lives here: which scheme judges a range, and reading a version on it.
//! Lives elsewhere: PEP 440 itself (`uplift_model::Version`), ranges (`range`).
//!
//! The semantic versions here are read loosely, as advisories write them: `v1.2`, `1`, `0.0.0.1`, `2.0.0rc2`.

use std::cmp::Ordering;

use uplift_model::{Ecosystem, Version};

/// How versions are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scheme {
    Pep440,
    Semver,
}

impl Scheme {
    pub(crate) fn of(ecosystem: Ecosystem) -> Self {
        match ecosystem {
            Ecosystem::Python => Self::Pep440,
            Ecosystem::JavaScript => Self::Semver,
        }
    }

    /// `None`: not a version on this scheme.
    pub(crate) fn read(self, text: &str) -> Option<Key> {
        match self {
            Self::Pep440 => Version::new(text).ok().map(Key::Pep440),
            Self::Semver => Semver::read(text).map(Key::Semver),
        }
    }
}

/// A version that can be compared with others of its scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    Pep440(Version),
    Semver(Semver),
}

impl Key {
    /// The version that the world outside knows: a local build of 2.1.0 (`2.1.0+cu121`) is as affected as 2.1.0.
    pub(crate) fn public(self) -> Self {
        match self {
            Self::Pep440(version) if version.pep440().is_local() => {
                let text = version.to_string();
                let public = text.split('+').next().unwrap_or_default();
                Version::new(public).map_or(Self::Pep440(version), Self::Pep440)
            }
            other => other,
        }
    }
}

impl PartialOrd for Key {
    /// `None` for versions of two schemes.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Pep440(a), Self::Pep440(b)) => Some(a.cmp(b)),
            (Self::Semver(a), Self::Semver(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// `major.minor.patch-prerelease`, build left out; more numbers than three are compared as well.
#[derive(Debug, Clone)]
pub(crate) struct Semver {
    release: Vec<u64>,
    prerelease: Vec<Part>,
}

/// Numbers stand below words (Semantic Versioning 2.0.0, section 11).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Word(String),
}

impl Semver {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['=', ' ']);
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let text = text.split('+').next().unwrap_or_default();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (numbers, rest) = text.split_at(end);
        let release: Option<Vec<u64>> = numbers.trim_end_matches('.').split('.').map(|n| n.parse().ok()).collect();
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        if rest.contains(char::is_whitespace) {
            return None;
        }
        let part = |part: &str| match part.parse() {
            Ok(number) if part.bytes().all(|b| b.is_ascii_digit()) => Part::Number(number),
            _ => Part::Word(part.to_owned()),
        };
        let prerelease = if rest.is_empty() { Vec::new() } else { rest.split('.').map(part).collect() };
        Some(Self { release: release?, prerelease })
    }
}

impl Ord for Semver {
    fn cmp(&self, other: &Self) -> Ordering {
        let longest = self.release.len().max(other.release.len());
        let number = |version: &Self, at: usize| version.release.get(at).copied().unwrap_or(0);
        let numbers = (0..longest).map(|at| number(self, at).cmp(&number(other, at)));
        numbers.fold(Ordering::Equal, Ordering::then).then_with(|| {
            match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                _ => self.prerelease.cmp(&other.prerelease),
            }
        })
    }
}

impl PartialOrd for Semver {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Semver {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Semver {}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascending(scheme: Scheme, versions: &[&str]) {
        for pair in versions.windows(2) {
            let (a, b) = (scheme.read(pair[0]).unwrap(), scheme.read(pair[1]).unwrap());
            assert!(a < b, "{pair:?}");
        }
    }

    #[test]
    fn schemes_order_versions_as_their_worlds_do() {
        ascending(Scheme::Pep440, &["1.0.dev1", "1.0a1", "1.0rc1", "1.0", "1.0.post1", "1.1", "1!0.1"]);
        ascending(
            Scheme::Semver,
            &[
                "0.0.0.1",
                "1.0.0-1",
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
            ],
        );
        ascending(Scheme::Semver, &["1.0.0-rc", "v1", "1.0.1", "2.0.0rc2", "2.0.0", "10.0.0"]);
    }

    #[test]
    fn what_does_not_count_does_not_separate() {
        let same = |scheme: Scheme, a: &str, b: &str| assert_eq!(scheme.read(a), scheme.read(b), "{a} {b}");
        same(Scheme::Semver, "1", "=v1.0.0+build.5");
        same(Scheme::Pep440, "1.0", "v1.0.0");
        let local = Scheme::Pep440.read("2.1.0+cu121").map(Key::public);
        assert_eq!(local, Scheme::Pep440.read("2.1.0"));
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for bad in ["", "latest", "*", "1..2", "git+https://x", "99999999999999999999999.0", "1.0 beta"] {
            assert_eq!(Scheme::Semver.read(bad), None, "{bad}");
        }
        assert_eq!(Scheme::Pep440.read("not a version"), None);
    }
}
