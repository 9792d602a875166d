//! Which version to propose, and why (rows A18, A21, I4).
//!
//! Lives here: the question, the answer, and the choice. Lives elsewhere: what is warned about (`warnings`), how far a
//! strategy reaches (`reach`), asking the resolver whether targets fit together (`engine`), how risky the step is
//! (`crate::risk`).
//!
//! Promises: the target is never below the version in use, nor below the floor; and it is at or above every fix that
//! the reach holds an installable release for.

mod reach;
mod warnings;

#[cfg(test)]
mod tests;

use std::fmt::Display;

use uplift_model::analysis::Reason;
use uplift_model::{Datum, Distance};

pub use reach::Reach;

/// What a version has to offer to be chosen among: PEP 440 and npm versions both do.
pub trait Scheme: Ord + Clone + Display {
    fn is_prerelease(&self) -> bool;
    /// By the leftmost number that differs; a minor step before 1.0 is major.
    fn distance(&self, other: &Self) -> Distance;
}

impl Scheme for uplift_model::Version {
    fn is_prerelease(&self) -> bool {
        self.is_prerelease()
    }

    fn distance(&self, other: &Self) -> Distance {
        self.distance(other)
    }
}

impl Scheme for uplift_model::semver::Version {
    fn is_prerelease(&self) -> bool {
        self.is_prerelease()
    }

    fn distance(&self, other: &Self) -> Distance {
        self.distance(other)
    }
}

/// One release, as of the day of the analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release<V> {
    pub version: V,
    /// `None`: the index states no date.
    pub age_days: Option<i64>,
    /// This interpreter or engine and this platform can install it.
    pub installable: bool,
    pub yanked: bool,
    /// Ids of every advisory known to touch it. Means nothing where [`Question::advisories`] were not retrieved.
    pub affected_by: Vec<String>,
}

/// One advisory that touches the version in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix<V> {
    pub id: String,
    /// Versions at or above which it is fixed, one a maintained line. Empty: no fix is known.
    pub fixed: Vec<V>,
}

/// A hold of the settings.
#[derive(Clone, Copy)]
pub struct Hold<'a, V> {
    pub admits: &'a dyn Fn(&V) -> bool,
    /// As written: `<5`.
    pub text: &'a str,
}

/// Everything that the choice rests on.
pub struct Question<'a, V> {
    pub releases: &'a [Release<V>],
    /// In use: locked, pinned or installed.
    pub current: Option<&'a V>,
    /// The lowest version that the requirement admits.
    pub floor: Option<&'a V>,
    pub reach: Reach,
    /// Whether the bounds that the project wrote admit a version; exact pins count as no bound.
    pub within: &'a dyn Fn(&V) -> bool,
    /// Days that a release must be old, unless it is the only one that fixes something.
    pub minimum_age_days: i64,
    /// Advisories that touch the version in use.
    pub advisories: Datum<Vec<Fix<V>>>,
    /// Never moves.
    pub ignored: bool,
    /// The version that it must have, by a setting.
    pub pin: Option<&'a V>,
    pub hold: Option<Hold<'a, V>>,
    /// Why a policy refuses a version; `None`: it does not.
    pub refused: &'a dyn Fn(&V) -> Option<String>,
    /// A version that somebody asked for.
    pub requested: Option<&'a V>,
    /// The version in use is deprecated.
    pub deprecated: bool,
    /// Another package's move needs this one at or above a version: its name, and the version where one is stated.
    pub needed_by: Option<(&'a str, Option<&'a V>)>,
    /// A package that it must match: it moves because that one does.
    pub lockstep_with: Option<&'a str>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal<V> {
    /// `None`: it stays.
    pub target: Option<V>,
    /// Newest stable release that is not withdrawn.
    pub latest: Option<V>,
    /// Newest of those that can be installed here.
    pub latest_installable: Option<V>,
    /// Why it should move; never empty where there is a target.
    pub reasons: Vec<Reason>,
    /// One sentence a reason.
    pub because: Vec<String>,
    /// Why `target` is below `latest`, or why it stays.
    pub held_by: Option<String>,
    pub warnings: Vec<String>,
}

/// Chooses the target.
pub fn propose<V: Scheme>(question: &Question<'_, V>) -> Proposal<V> {
    let stable = stable(question);
    let latest = stable.last().map(|release| release.version.clone());
    let latest_installable = stable.iter().rev().find(|release| release.installable).map(|r| r.version.clone());
    let mut answer = Proposal {
        target: None,
        latest,
        latest_installable,
        reasons: Vec::new(),
        because: Vec::new(),
        held_by: None,
        warnings: Vec::new(),
    };
    let chosen = choose(question, &stable, &mut answer.held_by);
    answer.warnings = warnings::of(question, &stable, chosen.as_ref());
    answer.target = chosen.filter(|target| question.current != Some(target));
    if let Some(target) = answer.target.clone() {
        (answer.reasons, answer.because) = reasons(question, &target);
    }
    if answer.held_by.is_none() {
        answer.held_by = why_below(question, &answer);
    }
    answer
}

/// Releases worth proposing, ascending: not withdrawn; prereleases only for one who uses a prerelease that nothing
/// stable has overtaken.
fn stable<'a, V: Scheme>(question: &Question<'a, V>) -> Vec<&'a Release<V>> {
    let mut all: Vec<&Release<V>> = question.releases.iter().filter(|release| !release.yanked).collect();
    all.sort_by(|a, b| a.version.cmp(&b.version));
    all.dedup_by(|a, b| a.version == b.version);
    let newest_stable = all.iter().rev().find(|release| !release.version.is_prerelease()).map(|r| r.version.clone());
    let ahead = match (question.current, &newest_stable) {
        (Some(current), Some(newest)) => current.is_prerelease() && current > newest,
        (Some(current), None) => current.is_prerelease(),
        (None, newest) => newest.is_none(),
    };
    all.retain(|release| ahead || !release.version.is_prerelease());
    all
}

/// The version to stand at; the current one where nothing better is in reach. Says in `held` what limited it.
fn choose<V: Scheme>(question: &Question<'_, V>, stable: &[&Release<V>], held: &mut Option<String>) -> Option<V> {
    if question.ignored {
        *held = Some("ignored by the settings".to_owned());
        return question.current.cloned();
    }
    let not_below = |version: &V| {
        question.current.is_none_or(|current| version >= current) && question.floor.is_none_or(|floor| version >= floor)
    };
    if let Some(pin) = question.pin {
        *held = Some(format!("pinned to {pin} by the settings"));
        if let Some(why) = (question.refused)(pin) {
            *held = Some(why);
            return question.current.cloned();
        }
        let there = question.releases.iter().any(|release| release.version == *pin && release.installable);
        return if there && not_below(pin) { Some(pin.clone()) } else { question.current.cloned() };
    }
    let there = |release: &&&Release<V>| release.installable && not_below(&release.version);
    let mut open: Vec<&Release<V>> = stable.iter().filter(there).copied().collect();
    if let Some(hold) = question.hold.as_ref() {
        let before = open.len();
        open.retain(|release| (hold.admits)(&release.version));
        if open.len() < before {
            *held = Some(format!("held at {} by the settings", hold.text));
        }
    }
    let above = |release: &Release<V>| question.current.is_none_or(|current| release.version > *current);
    let refusals: Vec<(&V, String)> = open
        .iter()
        .filter(|release| above(release))
        .filter_map(|release| Some((&release.version, (question.refused)(&release.version)?)))
        .collect();
    open.retain(|release| !refusals.iter().any(|(version, _)| **version == release.version));
    if let Some((version, why)) = refusals.into_iter().next_back()
        && open.last().is_none_or(|last| last.version < *version)
        && held.is_none()
    {
        *held = Some(why);
    }
    if let Some(requested) = question.requested
        && open.iter().any(|release| release.version == *requested)
    {
        return Some(requested.clone());
    }
    let in_reach: Vec<&Release<V>> =
        open.iter().copied().filter(|release| reach::holds(question, &release.version)).collect();
    let old_enough = |release: &Release<V>| release.age_days.is_none_or(|age| age >= question.minimum_age_days);
    let settled: Vec<&Release<V>> = in_reach.iter().copied().filter(|release| old_enough(release)).collect();
    let clean = |release: &&Release<V>| is_clean(question, release);
    let affected = question.advisories.value().is_some_and(|fixes| !fixes.is_empty());
    // A fix comes before the age: where only young releases hold one, the oldest of them is taken.
    let choice = if affected && !settled.iter().any(clean) && in_reach.iter().any(clean) {
        in_reach.iter().copied().find(clean)
    } else {
        reach::pick(question, &settled, &clean)
    };
    let choice = choice.map(|release| release.version.clone()).or_else(|| question.current.cloned());
    if choice.as_ref() != in_reach.last().map(|release| &release.version)
        && settled.len() < in_reach.len()
        && held.is_none()
    {
        *held = Some(format!("newer releases are younger than {} days", question.minimum_age_days));
    }
    choice
}

/// Nothing known touches it, and every advisory of the version in use is fixed in it. Without advisory data nothing is
/// told apart.
fn is_clean<V: Scheme>(question: &Question<'_, V>, release: &Release<V>) -> bool {
    match &question.advisories {
        Datum::NotRetrieved { .. } => true,
        Datum::None => release.affected_by.is_empty(),
        Datum::Found { value } => {
            release.affected_by.is_empty() && value.iter().all(|fix| is_fixed(fix, &release.version))
        }
    }
}

/// A later release that would mend everything, whether or not it can be had here.
fn is_free<V: Scheme>(question: &Question<'_, V>, release: &Release<V>) -> bool {
    let later = question.current.is_none_or(|current| release.version > *current);
    later && !release.yanked && !release.installable && is_clean(question, release)
}

/// At or above the highest fix, or a patch above the fix of its own line. An advisory without a fix is fixed nowhere.
pub fn is_fixed<V: Scheme>(fix: &Fix<V>, version: &V) -> bool {
    let highest = fix.fixed.iter().max();
    let same_line = |fixed: &V| fixed <= version && fixed.distance(version) <= Distance::Patch;
    highest.is_some_and(|highest| version >= highest) || fix.fixed.iter().any(same_line)
}

fn reasons<V: Scheme>(question: &Question<'_, V>, target: &V) -> (Vec<Reason>, Vec<String>) {
    let mut found: Vec<(Reason, String)> = Vec::new();
    let fixes = question.advisories.value().map(Vec::as_slice).unwrap_or_default();
    let closed: Vec<&str> = fixes.iter().filter(|fix| is_fixed(fix, target)).map(|fix| fix.id.as_str()).collect();
    if !closed.is_empty() {
        found.push((Reason::Security, format!("{target} fixes {}", closed.join(", "))));
    }
    if let Some(current) = question.current
        && !question
            .releases
            .iter()
            .any(|release| release.version == *current && release.installable && !release.yanked)
    {
        found.push((Reason::Unavailable, format!("{current} cannot be had any more, or not for this environment")));
    }
    if let Some((who, _)) = question.needed_by {
        found.push((Reason::Compatibility, format!("the move of {who} needs it")));
    }
    if question.deprecated {
        found.push((Reason::Deprecated, "the version in use is deprecated".to_owned()));
    }
    if let Some(partner) = question.lockstep_with {
        found.push((Reason::Lockstep, format!("it must match {partner}")));
    }
    match question.current.or(question.floor) {
        Some(from) if found.is_empty() => found.push((Reason::Outdated, format!("{target} is newer than {from}"))),
        None if found.is_empty() => {
            let text = format!("nothing says which version runs: a pin at {target} makes environments the same");
            found.push((Reason::Compatibility, text));
        }
        _ => {}
    }
    found.into_iter().unzip()
}

/// Why the target is not the newest release, where nothing said so before.
fn why_below<V: Scheme>(question: &Question<'_, V>, answer: &Proposal<V>) -> Option<String> {
    let latest = answer.latest.as_ref()?;
    let stands = answer.target.as_ref().or(question.current)?;
    if stands >= latest {
        return None;
    }
    if question.requested == Some(stands) {
        return Some(format!("{stands} was asked for"));
    }
    if answer.latest_installable.as_ref() == Some(stands) {
        return Some(format!("{latest} cannot be installed here"));
    }
    let mends = matches!(question.reach, Reach::Security | Reach::Minimal);
    let troubled = question.advisories.value().is_some_and(|fixes| !fixes.is_empty());
    let standing = question.releases.iter().find(|release| release.version == *stands);
    let touched = standing.is_none_or(|release| !release.affected_by.is_empty());
    if mends && troubled && (answer.target.is_none() || touched) {
        return Some(match &answer.target {
            Some(target) => format!("no release is free of known advisories, and {target} has the fewest"),
            None => match question.releases.iter().find(|release| is_free(question, release)) {
                Some(free) => format!("{} mends it and cannot be installed here", free.version),
                None => "no release is known that mends it".to_owned(),
            },
        });
    }
    Some(question.reach.limit().to_owned())
}
