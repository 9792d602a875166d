//! Everything that is known about one package, whichever source it came from.
//!
//! Lives here: the questions: what touches a version, what an upgrade removes and brings, which version is safe.
//! Lives elsewhere: where the knowledge comes from (`index`, `api`), one vulnerability (`merge`).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use uplift_model::Ecosystem;
use uplift_model::advisory::Finding;

use crate::entry::{Asked, Entry, Place};
use crate::merge;
use crate::record::Record;
use crate::version::{Key, Scheme};

/// Steps of a search for a safe version; each goes up, and records name far fewer versions than this.
const STEPS: usize = 1000;

/// The records on one package.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    place: Place,
    entries: Vec<Entry>,
    /// The versions that the source was asked about; `None`: about the whole package.
    asked: Option<BTreeSet<String>>,
}

/// A question that cannot be answered. Never the same as "nothing is known".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    #[error("`{version}` is no version of {name} that advisories can be compared with")]
    Version { name: String, version: String },
    #[error("advisories for {name} {version} were not asked for")]
    NotAsked { name: String, version: String },
}

/// What a move from one version to another does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    pub removed: Vec<Finding>,
    /// As they stand at the target.
    pub remaining: Vec<Finding>,
    pub introduced: Vec<Finding>,
}

/// The lowest version that no known record touches, looking upwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Safe {
    /// The version asked about is.
    Already,
    /// This one is, by the fixes that records name.
    From(String),
    /// Whatever comes after this one: records name the last version affected and no fix.
    After(String),
    /// These findings have neither.
    NoFix(Vec<String>),
}

impl Known {
    /// The newest of the records under each id counts; those that were taken back do not.
    pub fn of(ecosystem: Ecosystem, name: &str, records: &[Record]) -> Self {
        let place = Place::new(ecosystem, name);
        let mut newest: BTreeMap<&str, &Record> = BTreeMap::new();
        for record in records {
            let kept = newest.entry(&record.id).or_insert(record);
            if record.modified > kept.modified {
                *kept = record;
            }
        }
        let mine = newest.into_values().flat_map(Entry::of).filter(|(of, _)| *of == place);
        let entries = mine.map(|(_, entry)| entry).collect();
        Self::from_entries(place, entries)
    }

    pub(crate) fn from_entries(place: Place, entries: Vec<Entry>) -> Self {
        Self { place, entries, asked: None }
    }

    /// The source was asked about these versions only.
    #[must_use]
    pub fn only_for(mut self, versions: impl IntoIterator<Item = String>) -> Self {
        self.asked = Some(versions.into_iter().collect());
        self
    }

    pub fn name(&self) -> &str {
        &self.place.name
    }

    /// Vulnerabilities known for any version.
    pub fn len(&self) -> usize {
        merge::groups(&self.entries).len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What touches `version`, the worst first. An empty version asks for whatever may touch the package.
    ///
    /// # Errors
    /// [`AskError`] when the text is no version, or the source was not asked about it.
    pub fn findings(&self, version: &str) -> Result<Vec<Finding>, AskError> {
        self.covered(version)?;
        let scheme = self.scheme();
        let asked = Asked::read(scheme, version).ok_or_else(|| self.no_version(version))?;
        let groups = self.touched(scheme, &asked);
        let mut found: Vec<Finding> = groups.iter().map(|group| merge::finding(scheme, group, &asked)).collect();
        found.sort_by(|a, b| {
            let score = |finding: &Finding| finding.score.unwrap_or(0.0);
            b.severity.cmp(&a.severity).then(score(b).total_cmp(&score(a))).then_with(|| a.id.cmp(&b.id))
        });
        Ok(found)
    }

    /// What a move from `current` to `target` removes, leaves and brings.
    ///
    /// # Errors
    /// As for [`Known::findings`].
    pub fn between(&self, current: &str, target: &str) -> Result<Change, AskError> {
        let (before, after) = (self.findings(current)?, self.findings(target)?);
        let ids = |findings: &[Finding]| findings.iter().map(|f| f.id.clone()).collect::<BTreeSet<_>>();
        let (old, new) = (ids(&before), ids(&after));
        let (remaining, introduced) = after.into_iter().partition(|f| old.contains(&f.id));
        let removed = before.into_iter().filter(|f| !new.contains(&f.id)).collect();
        Ok(Change { removed, remaining, introduced })
    }

    /// Where the next safe version is. A fix that another record calls affected is passed over.
    ///
    /// # Errors
    /// As for [`Known::findings`]; an empty version is none. Of knowledge that covers some versions only, this is
    /// [`AskError::NotAsked`] as soon as it would have to look at another one.
    pub fn safe_above(&self, version: &str) -> Result<Safe, AskError> {
        let scheme = self.scheme();
        let Some(Asked::One { key, .. }) = Asked::read(scheme, version) else {
            return Err(self.no_version(version));
        };
        let mut at = Need { key, text: version.trim().to_owned(), after: false };
        for step in 0..STEPS {
            self.covered(&at.text)?;
            let asked = Asked::One { text: &at.text, key: at.key.clone() };
            let mut highest: Option<Need> = None;
            let mut unfixed = BTreeSet::new();
            let groups = self.touched(scheme, &asked);
            if groups.is_empty() {
                return Ok(if step == 0 { Safe::Already } else { Safe::From(at.text) });
            }
            for group in groups {
                match need(scheme, &group, &asked) {
                    None => drop(unfixed.insert(merge::id(&group).to_owned())),
                    Some(need) if highest.as_ref().is_none_or(|high| need.above(high)) => highest = Some(need),
                    Some(_) => {}
                }
            }
            if !unfixed.is_empty() {
                return Ok(Safe::NoFix(unfixed.into_iter().collect()));
            }
            match highest {
                Some(need) if need.above(&at) => at = need,
                _ => return Ok(Safe::After(at.text)),
            }
        }
        Err(self.no_version(version))
    }

    fn scheme(&self) -> Scheme {
        Scheme::of(self.place.ecosystem)
    }

    fn covered(&self, version: &str) -> Result<(), AskError> {
        if self.asked.as_ref().is_some_and(|asked| !asked.contains(version)) {
            return Err(AskError::NotAsked { name: self.place.name.clone(), version: version.to_owned() });
        }
        Ok(())
    }

    fn no_version(&self, version: &str) -> AskError {
        AskError::Version { name: self.place.name.clone(), version: version.to_owned() }
    }

    /// The vulnerabilities of which any entry holds the version. Most packages have none: they cost no grouping.
    fn touched(&self, scheme: Scheme, asked: &Asked<'_>) -> Vec<Vec<&Entry>> {
        let held: Vec<bool> = self.entries.iter().map(|entry| entry.affects(scheme, asked)).collect();
        if !held.contains(&true) {
            return Vec::new();
        }
        let groups = merge::groups(&self.entries).into_iter();
        let any = |group: &Vec<usize>| group.iter().any(|at| held.get(*at).copied().unwrap_or(false));
        groups.filter(any).map(|group| group.iter().filter_map(|at| self.entries.get(*at)).collect()).collect()
    }
}

/// A version to reach, or to pass.
struct Need {
    key: Key,
    text: String,
    after: bool,
}

impl Need {
    fn above(&self, other: &Self) -> bool {
        match self.key.partial_cmp(&other.key) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => self.after && !other.after,
            _ => false,
        }
    }
}

/// What every entry of the group that holds the version asks for; `None` when one of them has no end.
fn need(scheme: Scheme, group: &[&Entry], asked: &Asked<'_>) -> Option<Need> {
    let Asked::One { key, .. } = asked else { return None };
    let mut highest: Option<Need> = None;
    let mut raise = |text: &str, after: bool| {
        let need = Need { key: scheme.read(text)?.public(), text: text.to_owned(), after };
        if highest.as_ref().is_none_or(|high| need.above(high)) {
            highest = Some(need);
        }
        Some(())
    };
    for entry in group.iter().filter(|entry| entry.affects(scheme, asked)) {
        for range in &entry.ranges {
            let sorted = range.sorted(scheme);
            if sorted.holds(key) {
                let (text, after) = sorted.end(key)?;
                raise(text, after)?;
            }
        }
        // Versions listed one by one end with the highest of them.
        if entry.lists(scheme, asked) {
            let listed = entry.versions.iter().filter_map(|text| Some((scheme.read(text)?, text)));
            let highest = listed.reduce(|a, b| if b.0 > a.0 { b } else { a })?;
            raise(highest.1, true)?;
        }
    }
    highest
}

/// The version that every one of `findings` is fixed in, taken one by one: the highest of their first fixes. `None`
/// when one of them names no fix. [`Known::safe_above`] also looks at what touches that version.
pub fn safe_from(ecosystem: Ecosystem, findings: &[Finding]) -> Option<String> {
    let scheme = Scheme::of(ecosystem);
    let mut highest: Option<(Key, &String)> = None;
    for finding in findings {
        let fix = finding.fixed.first()?;
        let key = scheme.read(fix)?;
        if highest.as_ref().is_none_or(|(high, _)| key > *high) {
            highest = Some((key, fix));
        }
    }
    highest.map(|(_, text)| text.clone())
}

#[cfg(test)]
#[path = "known/tests.rs"]
mod tests;
