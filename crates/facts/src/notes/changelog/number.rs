//! Versions as each ecosystem orders them, and the span of releases that somebody wants to read about.
//!
//! Lives here: comparing. Lives elsewhere: finding a version in a heading (`title`).

use uplift_model::semver::{self, Options};
use uplift_model::{Ecosystem, Version};

/// A version under the rules of its ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Number {
    Python(Version),
    Node(semver::Version),
}

/// Longest text that is tried as a version.
const LONGEST: usize = 60;

impl Number {
    /// Reads a version as changelogs write it: `v2.0`, `2`, `2.0.0-rc.1`. `None` when it is none.
    pub(crate) fn read(ecosystem: Ecosystem, text: &str) -> Option<Self> {
        let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
        if bare.len() > LONGEST || !bare.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        match ecosystem {
            Ecosystem::Python => Version::new(bare).ok().map(Self::Python),
            Ecosystem::JavaScript => {
                let end = bare.find(['-', '+']).unwrap_or(bare.len());
                let (core, rest) = bare.split_at_checked(end)?;
                let missing = 2_usize.checked_sub(core.matches('.').count())?;
                let whole = format!("{core}{}{rest}", ".0".repeat(missing));
                semver::Version::parse(&whole, Options::LOOSE).ok().map(Self::Node)
            }
        }
    }

    pub(crate) fn is_prerelease(&self) -> bool {
        match self {
            Self::Python(version) => version.is_prerelease(),
            Self::Node(version) => version.is_prerelease(),
        }
    }
}

/// The releases after the one in use (left out) up to the target (taken in).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) ecosystem: Ecosystem,
    /// `None`: nothing says which version runs, and only the target itself is of interest.
    pub(crate) after: Option<Number>,
    pub(crate) to: Number,
}

impl Span {
    /// `None` when the target is no version. A version in use that is none counts as not known.
    pub(crate) fn new(ecosystem: Ecosystem, from: Option<&str>, to: &str) -> Option<Self> {
        let after = from.and_then(|text| Number::read(ecosystem, text));
        Some(Self { ecosystem, after, to: Number::read(ecosystem, to)? })
    }

    pub(crate) fn holds(&self, number: &Number) -> bool {
        match &self.after {
            Some(after) => number > after && number <= &self.to,
            None => number == &self.to,
        }
    }

    /// At or below the version in use: whoever reads down to here has read the whole span.
    pub(crate) fn is_below(&self, number: &Number) -> bool {
        self.after.as_ref().is_some_and(|after| number <= after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ecosystem_orders_by_its_own_rules() {
        let python = Span::new(Ecosystem::Python, Some("1.9"), "1.10.0").unwrap();
        let holds = |text: &str| python.holds(&Number::read(Ecosystem::Python, text).unwrap());
        assert!(holds("1.10") && holds("1.9.post1") && holds("1.10rc1"));
        assert!(!holds("1.9.0") && !holds("1.10.1") && !holds("1.9a1"));
        let node = Span::new(Ecosystem::JavaScript, Some("4.17.0"), "5.0.0-beta.2").unwrap();
        let holds = |text: &str| node.holds(&Number::read(Ecosystem::JavaScript, text).unwrap());
        assert!(holds("v4.18") && holds("5.0.0-beta.1"));
        assert!(!holds("4.17.0") && !holds("5.0.0"));
    }

    #[test]
    fn without_a_version_in_use_only_the_target_counts() {
        let span = Span::new(Ecosystem::Python, None, "2.0").unwrap();
        assert!(span.holds(&Number::read(Ecosystem::Python, "2.0.0").unwrap()));
        assert!(!span.holds(&Number::read(Ecosystem::Python, "1.0").unwrap()));
        assert!(Span::new(Ecosystem::Python, None, "main").is_none());
    }
}
