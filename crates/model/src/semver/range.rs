//! A range: alternatives of comparators that must all hold.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::comparator::{Comparator, admits_all};
use super::{Operator, Options, Version, desugar, is_space, trim};

/// A range of versions. Its parts are what the reference implementation makes of the text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Range {
    written: String,
    set: Vec<Vec<Comparator>>,
    options: Options,
}

/// A text that npm does not accept as a range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an npm version range")]
pub struct BadRange(pub String);

impl Range {
    /// Reads a range strictly.
    ///
    /// # Errors
    /// [`BadRange`] with the text as given.
    pub fn new(text: &str) -> Result<Self, BadRange> {
        Self::parse(text, Options::STRICT)
    }

    /// Reads a range; the options stay with it.
    ///
    /// # Errors
    /// [`BadRange`] with the text as given.
    pub fn parse(text: &str, options: Options) -> Result<Self, BadRange> {
        let bad = || BadRange(text.to_owned());
        let tidy = trim(text).split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let mut set = Vec::new();
        for alternative in tidy.split("||") {
            let comparators = desugar::comparators(trim(alternative), options).ok_or_else(bad)?;
            if !comparators.is_empty() {
                set.push(comparators);
            }
        }
        let first = set.first().cloned().ok_or_else(bad)?;
        if set.len() > 1 {
            set.retain(|comparators| !comparators.first().is_some_and(Comparator::is_null));
            if set.is_empty() {
                set.push(first);
            } else if set.iter().any(|comparators| comparators.as_slice() == [Comparator::Any]) {
                set = vec![vec![Comparator::Any]];
            }
        }
        Ok(Self { written: text.to_owned(), set, options })
    }

    /// The text that it was read from.
    pub fn written(&self) -> &str {
        &self.written
    }

    pub fn options(&self) -> Options {
        self.options
    }

    /// The alternatives; in each of them every comparator must hold.
    pub fn alternatives(&self) -> &[Vec<Comparator>] {
        &self.set
    }

    pub fn satisfies(&self, version: &Version) -> bool {
        self.set.iter().any(|set| admits_all(set, version, self.options))
    }

    /// Whether some version can satisfy both. Prereleases count as this range's options say.
    pub fn intersects(&self, other: &Self) -> bool {
        let options = self.options;
        let both = |mine: &Vec<Comparator>, theirs: &Vec<Comparator>| {
            mine.iter().all(|a| theirs.iter().all(|b| a.intersects(b, options)))
        };
        let possible = |set: &&Vec<Comparator>| is_satisfiable(set, options);
        self.set.iter().filter(possible).any(|mine| other.set.iter().filter(possible).any(|theirs| both(mine, theirs)))
    }

    /// The lowest version that satisfies it.
    pub fn min_version(&self) -> Option<Version> {
        let zero = Version::release(0, 0, 0)?;
        if self.satisfies(&zero) {
            return Some(zero);
        }
        let lowest = zero.at_zero();
        if self.satisfies(&lowest) {
            return Some(lowest);
        }
        let floors = self.set.iter().filter_map(|set| set.iter().filter_map(floor_of).max());
        floors.min().filter(|version| self.satisfies(version))
    }

    /// The highest of `versions` that satisfies it.
    pub fn max_satisfying<'a>(&self, versions: impl IntoIterator<Item = &'a Version>) -> Option<&'a Version> {
        versions.into_iter().filter(|version| self.satisfies(version)).max()
    }

    /// The one version that it admits, when it is an exact one.
    pub fn exact(&self) -> Option<&Version> {
        match self.set.as_slice() {
            [set] => match set.as_slice() {
                [Comparator::Bound(Operator::Equal, version)] => Some(version),
                _ => None,
            },
            _ => None,
        }
    }

    /// Every release satisfies it.
    pub fn is_any(&self) -> bool {
        self.set.iter().any(|set| set.as_slice() == [Comparator::Any])
    }

    /// Each alternative has an upper bound.
    pub fn is_bounded_above(&self) -> bool {
        let caps = |c: &Comparator| matches!(c, Comparator::Bound(op, _) if op.is_downward() || *op == Operator::Equal);
        self.set.iter().all(|set| set.iter().any(caps))
    }
}

fn floor_of(comparator: &Comparator) -> Option<Version> {
    match comparator {
        Comparator::Bound(Operator::Greater, version) => version.just_above(),
        Comparator::Bound(Operator::Equal | Operator::GreaterOrEqual, version) => Some(version.clone()),
        _ => None,
    }
}

/// Whether the comparators of one alternative can hold together, each two of them looked at by themselves.
fn is_satisfiable(set: &[Comparator], options: Options) -> bool {
    let pairs = set.iter().enumerate().rev();
    pairs.into_iter().all(|(index, last)| set.iter().take(index).all(|other| last.intersects(other, options)))
}

impl PartialEq for Range {
    fn eq(&self, other: &Self) -> bool {
        self.set == other.set && self.options == other.options
    }
}

impl Eq for Range {}

impl fmt::Display for Range {
    /// The comparators, as node-semver prints them; nothing for "anything".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_set = |set: &Vec<Comparator>| set.iter().map(Comparator::to_string).collect::<Vec<_>>().join(" ");
        f.pad(&self.set.iter().map(of_set).collect::<Vec<_>>().join("||"))
    }
}

impl FromStr for Range {
    type Err = BadRange;
    fn from_str(text: &str) -> Result<Self, BadRange> {
        Self::new(text)
    }
}

impl TryFrom<String> for Range {
    type Error = BadRange;
    fn try_from(text: String) -> Result<Self, BadRange> {
        Self::parse(&text, Options::LOOSE)
    }
}

impl From<Range> for String {
    fn from(range: Range) -> Self {
        range.written
    }
}
