//! How far a strategy reaches, and which release it takes of those in reach.

use uplift_model::Distance;
use uplift_model::settings::Strategy;

use super::{Question, Release, Scheme};

/// How far targets reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// The newest release.
    #[default]
    Latest,
    /// The newest release within the bounds that the project wrote.
    Compatible,
    /// The newest release of the same minor line.
    Patch,
    /// The lowest release without known advisories, and only where the version in use has one. Where every release has
    /// some, the lowest of those with the fewest.
    Security,
    /// The lowest release that mends what is wrong: an advisory, a version that cannot be had, another's need. Where
    /// nothing is wrong, the newest of the same minor line.
    Minimal,
}

impl From<Strategy> for Reach {
    fn from(strategy: Strategy) -> Self {
        match strategy {
            Strategy::Latest => Self::Latest,
            Strategy::Compatible => Self::Compatible,
            Strategy::Patch => Self::Patch,
            Strategy::Security => Self::Security,
            Strategy::Minimal => Self::Minimal,
        }
    }
}

impl Reach {
    /// Why a target of this reach may lie below the newest release.
    pub(super) fn limit(self) -> &'static str {
        match self {
            Self::Latest => "nothing newer fits the settings",
            Self::Compatible => "the bounds that the project wrote",
            Self::Patch => "the strategy: patches of the same minor line only",
            Self::Security => "the strategy: the lowest release without known advisories",
            Self::Minimal => "the strategy: the lowest release that mends what is wrong",
        }
    }
}

/// Whether the strategy may propose this version at all.
pub(super) fn holds<V: Scheme>(question: &Question<'_, V>, version: &V) -> bool {
    match question.reach {
        Reach::Latest | Reach::Security | Reach::Minimal => true,
        Reach::Compatible => (question.within)(version),
        Reach::Patch => same_line(question, version),
    }
}

fn same_line<V: Scheme>(question: &Question<'_, V>, version: &V) -> bool {
    question.current.or(question.floor).is_none_or(|from| from.distance(version) <= Distance::Patch)
}

/// The release to take. `open`: in reach and old enough, ascending. Clean ones come before all others; where there are
/// none, the strategy's own choice stands and a warning says so.
pub(super) fn pick<'a, V: Scheme>(
    question: &Question<'_, V>,
    open: &[&'a Release<V>],
    clean: &impl Fn(&&'a Release<V>) -> bool,
) -> Option<&'a Release<V>> {
    let newest = || open.iter().rev().copied().find(clean).or_else(|| open.last().copied());
    let lowest = || open.iter().copied().find(clean);
    match question.reach {
        Reach::Latest | Reach::Compatible | Reach::Patch => newest(),
        Reach::Security => match question.advisories.value() {
            Some(fixes) if !fixes.is_empty() => lowest().or_else(|| fewest(question, open)),
            _ => None,
        },
        Reach::Minimal if is_wrong(question) => {
            let enough = |release: &&&'a Release<V>| match question.needed_by {
                Some((_, Some(at_least))) => release.version >= *at_least,
                _ => true,
            };
            let moved = |release: &&&'a Release<V>| question.current != Some(&release.version) || !gone(question);
            open.iter().filter(enough).filter(moved).copied().find(clean)
        }
        Reach::Minimal => {
            let line = |release: &&'a Release<V>| same_line(question, &release.version) && clean(release);
            open.iter().rev().copied().find(line)
        }
    }
}

/// Where no release is free of advisories: the lowest of those that keep the fewest of the ones in use and bring none.
fn fewest<'a, V: Scheme>(question: &Question<'_, V>, open: &[&'a Release<V>]) -> Option<&'a Release<V>> {
    let now = question.releases.iter().find(|release| question.current == Some(&release.version))?;
    let keeps = |release: &&&'a Release<V>| {
        release.affected_by.len() < now.affected_by.len()
            && release.affected_by.iter().all(|id| now.affected_by.contains(id))
    };
    open.iter().filter(keeps).min_by_key(|release| release.affected_by.len()).copied()
}

fn is_wrong<V: Scheme>(question: &Question<'_, V>) -> bool {
    question.advisories.value().is_some_and(|fixes| !fixes.is_empty())
        || question.needed_by.is_some()
        || question.deprecated
        || gone(question)
}

/// The version in use cannot be had.
fn gone<V: Scheme>(question: &Question<'_, V>) -> bool {
    let there = |current: &V| {
        question.releases.iter().any(|release| release.version == *current && release.installable && !release.yanked)
    };
    question.current.is_some_and(|current| !there(current))
}
