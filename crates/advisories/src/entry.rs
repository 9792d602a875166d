//! What is kept of a record for one of its packages: enough to judge a version and to tell about it.
//!
//! Lives here: the compact form, which is also what the index stores. Lives elsewhere: the record as it comes
//! (`record`), entries that are one vulnerability (`merge`).

use serde::{Deserialize, Serialize};
use uplift_model::{Ecosystem, PackageName};

use crate::range::Range;
use crate::record::{Affected, Record};
use crate::severity::Rating;
use crate::version::{Key, Scheme};
use crate::weakness;

/// Letters kept of a summary.
const SUMMARY: usize = 240;

/// A package as the index names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) ecosystem: Ecosystem,
    /// In the form in which names compare.
    pub(crate) name: String,
}

impl Place {
    /// PEP 503 for Python. For JavaScript lower case: databases do not keep to the spelling of the index (`Axios`).
    pub(crate) fn new(ecosystem: Ecosystem, name: &str) -> Self {
        let name = match ecosystem {
            Ecosystem::Python => {
                PackageName::new(name.trim()).map_or_else(|_| name.trim().to_lowercase(), |name| name.to_string())
            }
            Ecosystem::JavaScript => name.trim().to_lowercase(),
        };
        Self { ecosystem, name }
    }

    fn of(affected: &Affected) -> Option<Self> {
        let given = affected.package.ecosystem.trim();
        let ecosystem = Ecosystem::ALL.into_iter().find(|known| known.osv().eq_ignore_ascii_case(given))?;
        (!affected.package.name.trim().is_empty()).then(|| Self::new(ecosystem, &affected.package.name))
    }
}

/// One record's word on one package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    #[serde(rename = "i")]
    pub(crate) id: String,
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) aliases: Vec<String>,
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) ranges: Vec<Range>,
    /// Versions that the record lists and its ranges do not hold.
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) versions: Vec<String>,
    #[serde(rename = "s")]
    pub(crate) rating: Rating,
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) classes: Vec<String>,
    #[serde(rename = "t")]
    pub(crate) summary: String,
    /// `YYYY-MM-DD`.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub(crate) published: Option<String>,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub(crate) modified: Option<String>,
}

impl Entry {
    /// One entry per package of Uplift's worlds; none for a record that was taken back.
    pub(crate) fn of(record: &Record) -> Vec<(Place, Self)> {
        let mut entries: Vec<(Place, Self)> = Vec::new();
        if record.is_withdrawn() {
            return entries;
        }
        for affected in &record.affected {
            let Some(place) = Place::of(affected) else { continue };
            let fresh = Self::one(record, affected, Scheme::of(place.ecosystem));
            match entries.iter_mut().find(|(known, _)| *known == place) {
                // Several lists for one package, or two spellings of it: together they are what the record says.
                Some((_, entry)) => entry.add(fresh),
                None => entries.push((place, fresh)),
            }
        }
        entries
    }

    /// A package of Uplift's worlds that `record` is about without a version that could be read. Ranges of commits alone
    /// are no fault: they concern other kinds of tools.
    pub(crate) fn lost(record: &Record) -> Option<&str> {
        let broken = |affected: &&Affected| {
            let stated: Vec<_> = affected.ranges.iter().filter(|r| !r.kind.eq_ignore_ascii_case("GIT")).collect();
            Place::of(affected).is_some()
                && affected.versions.is_empty()
                && !stated.is_empty()
                && stated.iter().all(|range| Range::of(range).is_none())
        };
        let ours = record.affected.iter().filter(|_| !record.is_withdrawn());
        ours.clone().find(broken).map(|affected| affected.package.name.as_str())
    }

    fn one(record: &Record, affected: &Affected, scheme: Scheme) -> Self {
        let ranges: Vec<Range> = affected.ranges.iter().filter_map(Range::of).collect();
        let sorted: Vec<_> = ranges.iter().map(|range| range.sorted(scheme)).collect();
        let held = |version: &&String| {
            let key = scheme.read(version);
            key.is_some_and(|key| sorted.iter().any(|range| range.holds(&key)))
        };
        let versions = affected.versions.iter().filter(|version| !held(version)).cloned().collect();
        let mut classes: Vec<String> = Vec::new();
        for specific in [&record.database_specific, &affected.database_specific, &affected.ecosystem_specific] {
            let ids = specific.cwe_ids.iter().chain(specific.cwes.iter().map(|cwe| &cwe.id));
            let named = ids.filter(|id| !id.trim().is_empty()).map(|id| weakness::named(id));
            union(&mut classes, named.chain(specific.class.clone()));
        }
        let aliases = record.aliases.iter().map(|alias| alias.trim().to_owned());
        Self {
            id: record.id.trim().to_owned(),
            aliases: aliases.filter(|alias| !alias.is_empty() && alias != record.id.trim()).collect(),
            versions,
            rating: Rating::of(record, affected),
            classes,
            summary: summary(record),
            published: record.published.as_deref().and_then(day),
            modified: record.modified.as_deref().and_then(day),
            ranges,
        }
    }

    fn add(&mut self, other: Self) {
        self.ranges.extend(other.ranges);
        union(&mut self.versions, other.versions);
        union(&mut self.classes, other.classes);
        self.rating = Rating::best_of([&self.rating, &other.rating].into_iter());
    }

    /// Every name, its own first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    pub(crate) fn affects(&self, scheme: Scheme, version: &Asked<'_>) -> bool {
        let Asked::One { key, .. } = version else {
            return !self.ranges.is_empty() || !self.versions.is_empty();
        };
        self.ranges.iter().any(|range| range.sorted(scheme).holds(key)) || self.lists(scheme, version)
    }

    /// By name, outside the ranges.
    pub(crate) fn lists(&self, scheme: Scheme, version: &Asked<'_>) -> bool {
        let Asked::One { text, key } = version else { return !self.versions.is_empty() };
        self.versions.iter().any(|listed| listed == text || scheme.read(listed).is_some_and(|listed| listed == *key))
    }
}

/// A version that is asked about.
#[derive(Debug, Clone)]
pub(crate) enum Asked<'a> {
    /// No version is known: everything that touches the package may apply.
    Any,
    One {
        text: &'a str,
        key: Key,
    },
}

impl<'a> Asked<'a> {
    /// `None`: the text is no version. Empty text is [`Asked::Any`].
    pub(crate) fn read(scheme: Scheme, text: &'a str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Some(Self::Any);
        }
        scheme.read(text).map(|key| Self::One { text, key: key.public() })
    }
}

pub(crate) fn union(into: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for item in more {
        if !into.contains(&item) {
            into.push(item);
        }
    }
}

/// The record's line; else the first line of its details that is no heading.
fn summary(record: &Record) -> String {
    let mut lines = record.details.lines().map(str::trim);
    let line = match record.summary.trim() {
        "" => lines.find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default(),
        summary => summary,
    };
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SUMMARY) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line,
    }
}

/// The day of an RFC 3339 time; `None` for anything else, such as a month alone.
fn day(time: &str) -> Option<String> {
    let day = time.get(..10)?;
    let shape = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    day.bytes().enumerate().all(shape).then(|| day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(json: &str) -> Vec<(Place, Entry)> {
        Entry::of(&Record::parse(json.as_bytes()).unwrap())
    }

    fn affects(entry: &Entry, ecosystem: Ecosystem, version: &str) -> bool {
        let scheme = Scheme::of(ecosystem);
        entry.affects(scheme, &Asked::read(scheme, version).unwrap())
    }

    #[test]
    fn one_record_on_two_packages_gives_an_entry_each_with_its_own_ranges() {
        let found = entries(
            r#"{"id": "G-1", "affected": [
                {"package": {"ecosystem": "PyPI", "name": "FastAPI"}, "ranges": [{"events": [{"fixed": "0.109.1"}, {"introduced": "0"}]}]},
                {"package": {"ecosystem": "PyPI", "name": "python_multipart"}, "ranges": [{"events": [{"introduced": "0"}, {"fixed": "0.0.7"}]}]},
                {"package": {"ecosystem": "PyPI", "name": "fastapi"}, "versions": ["0.110"]},
                {"package": {"ecosystem": "Go", "name": "x"}, "versions": ["1"]}]}"#,
        );
        let names: Vec<_> = found.iter().map(|(place, _)| place.name.as_str()).collect();
        assert_eq!(names, ["fastapi", "python-multipart"]);
        assert!(affects(&found[0].1, Ecosystem::Python, "0.110.0") && affects(&found[0].1, Ecosystem::Python, "0.1"));
        assert!(!affects(&found[0].1, Ecosystem::Python, "0.109.1"));
        assert!(!affects(&found[1].1, Ecosystem::Python, "0.0.7"));
    }

    #[test]
    fn withdrawn_records_say_nothing() {
        let json = r#"{"id": "G", "withdrawn": "2024-01-01T00:00:00Z", "affected": [
            {"package": {"ecosystem": "npm", "name": "a"}, "versions": ["1.0.0"]}]}"#;
        assert!(entries(json).is_empty());
    }

    #[test]
    fn only_versions_outside_the_ranges_are_kept() {
        let json = r#"{"id": "G", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"},
            "versions": ["1.0", "1.1", "3.0", "strange"], "ranges": [{"events": [{"introduced": "1"}, {"fixed": "2"}]}]}]}"#;
        let found = entries(json);
        assert_eq!(found[0].1.versions, ["3.0", "strange"]);
        assert!(affects(&found[0].1, Ecosystem::Python, "3") && !affects(&found[0].1, Ecosystem::Python, "3.1"));
    }

    #[test]
    fn a_summary_is_one_short_line_and_a_date_a_day() {
        let long = "word ".repeat(100);
        let json = format!(
            r##"{{"id": "G", "details": "# Impact\n\n{long}", "published": "2025-03T00:00:00Z", "modified": "2024-02-03T01:02:03Z",
            "affected": [{{"package": {{"ecosystem": "npm", "name": "@Scope/Name"}}, "versions": ["1.0.0"]}}]}}"##
        );
        let found = entries(&json);
        assert_eq!(found[0].0.name, "@scope/name");
        assert!(found[0].1.summary.starts_with("word word") && found[0].1.summary.chars().count() <= SUMMARY + 1);
        assert_eq!((found[0].1.published.as_deref(), found[0].1.modified.as_deref()), (None, Some("2024-02-03")));
    }
}
