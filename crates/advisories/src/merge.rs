//! Records that are one vulnerability under several names, made into one finding.
//!
//! Lives here: which entries belong together, and what they say as one. Lives elsewhere: one entry (`entry`), all
//! that is known of a package (`known`).
//!
//! Aliases join transitively, with one exception: two records that name different CVEs stay two vulnerabilities, even
//! where both list one GHSA. Databases do that when an advisory mentions another; merging would hide a CVE.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::advisory::Finding;

use crate::entry::{Asked, Entry, union};
use crate::severity::Rating;
use crate::version::{Key, Scheme};

/// Versions listed one by one that words have room for.
const LISTED: usize = 5;

fn is_cve(name: &str) -> bool {
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("CVE-"))
}

/// Indices of entries that are one vulnerability, each group and the groups in the order of the entries.
pub(crate) fn groups(entries: &[Entry]) -> Vec<Vec<usize>> {
    let mut holders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for name in entry.names() {
            holders.entry(name).or_default().push(at);
        }
    }
    let mut sets = Sets::new(entries);
    for cves in [true, false] {
        for (_, held) in holders.iter().filter(|(name, _)| is_cve(name) == cves) {
            for pair in held.windows(2) {
                if let [a, b] = pair {
                    sets.join(*a, *b);
                }
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..entries.len() {
        groups.entry(sets.root(at)).or_default().push(at);
    }
    groups.into_values().collect()
}

/// Disjoint sets of entries, the lowest index as the root, with the CVEs of each.
struct Sets<'a> {
    parents: Vec<usize>,
    cves: Vec<BTreeSet<&'a str>>,
}

impl<'a> Sets<'a> {
    fn new(entries: &'a [Entry]) -> Self {
        let cves = entries.iter().map(|entry| entry.names().filter(|name| is_cve(name)).collect()).collect();
        Self { parents: (0..entries.len()).collect(), cves }
    }

    fn root(&self, mut at: usize) -> usize {
        while let Some(parent) = self.parents.get(at).filter(|parent| **parent != at) {
            at = *parent;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        let (Some(ours), Some(theirs)) = (self.cves.get(low), self.cves.get(high)) else { return };
        if low == high || !ours.is_empty() && !theirs.is_empty() && ours.is_disjoint(theirs) {
            return;
        }
        let moved = theirs.clone();
        if let (Some(ours), Some(parent)) = (self.cves.get_mut(low), self.parents.get_mut(high)) {
            ours.extend(moved);
            *parent = low;
        }
    }
}

/// The name to use for a group: the CVE where there is one, else GHSA, else the first record's own.
pub(crate) fn id<'a>(group: &[&'a Entry]) -> &'a str {
    let first = |starts: &str| {
        group.iter().flat_map(|entry| entry.names()).filter(|name| name.to_ascii_uppercase().starts_with(starts)).min()
    };
    let own = || group.first().map(|entry| entry.id.as_str());
    first("CVE-").or_else(|| first("GHSA-")).or_else(own).unwrap_or_default()
}

/// The finding of one group for a version that it touches.
pub(crate) fn finding(scheme: Scheme, group: &[&Entry], version: &Asked<'_>) -> Finding {
    let names: BTreeSet<&str> = group.iter().flat_map(|entry| entry.names()).collect();
    let id = id(group);
    let mut classes = Vec::new();
    union(&mut classes, group.iter().flat_map(|entry| entry.classes.clone()));
    let rating = Rating::best_of(group.iter().map(|entry| &entry.rating));
    // A database's own line reads better than the first line of a long text, and is shorter.
    let summary = group.iter().map(|entry| &entry.summary).filter(|text| !text.is_empty());
    Finding {
        id: id.to_owned(),
        aliases: names.iter().filter(|name| **name != id).map(|name| (*name).to_owned()).collect(),
        records: group.iter().map(|entry| entry.id.clone()).collect(),
        severity: rating.severity,
        score: rating.score,
        vector: rating.vector,
        classes,
        summary: summary.min_by_key(|text| text.len()).cloned().unwrap_or_default(),
        affected: affected(scheme, group),
        fixed: fixes(scheme, group, version),
        published: group.iter().filter_map(|entry| entry.published.clone()).min(),
        modified: group.iter().filter_map(|entry| entry.modified.clone()).max(),
        epss: None,
        known_exploited: None,
        exception: None,
    }
}

/// Fixes that any entry names above `version`, ascending, each once.
fn fixes(scheme: Scheme, group: &[&Entry], version: &Asked<'_>) -> Vec<String> {
    let mut found: Vec<(Key, String)> = Vec::new();
    for range in group.iter().flat_map(|entry| &entry.ranges) {
        let sorted = range.sorted(scheme);
        let texts: Vec<&str> = match version {
            Asked::One { key, .. } => sorted.fixes_above(key).collect(),
            Asked::Any => sorted.fixes().collect(),
        };
        found.extend(texts.into_iter().filter_map(|text| Some((scheme.read(text)?, text.to_owned()))));
    }
    found.sort_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    found.dedup_by(|(a, _), (b, _)| a == b);
    found.into_iter().map(|(_, text)| text).collect()
}

/// What is affected, in words. Where records disagree, each one's word stands beside its id.
fn affected(scheme: Scheme, group: &[&Entry]) -> String {
    let mut said: Vec<(&Entry, String)> = Vec::new();
    for entry in group {
        if !said.iter().any(|(other, _)| agree(scheme, entry, other)) {
            said.push((entry, words(scheme, entry)));
        }
    }
    match said.as_slice() {
        [(_, words)] => words.clone(),
        many => {
            let each: Vec<String> = many.iter().map(|(entry, words)| format!("{words} ({})", entry.id)).collect();
            format!("{}; the records disagree", each.join("; "))
        }
    }
}

fn agree(scheme: Scheme, a: &Entry, b: &Entry) -> bool {
    let same = a.ranges.iter().zip(&b.ranges).all(|(a, b)| a.sorted(scheme).agrees(&b.sorted(scheme)));
    a.ranges.len() == b.ranges.len() && same && a.versions == b.versions
}

fn words(scheme: Scheme, entry: &Entry) -> String {
    let mut parts: Vec<String> = Vec::new();
    union(&mut parts, entry.ranges.iter().flat_map(|range| range.sorted(scheme).words()));
    parts.extend(entry.versions.iter().take(LISTED).map(|version| format!("={version}")));
    let more = entry.versions.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more versions") } else { String::new() };
    if parts.is_empty() { "no version that can be told".to_owned() } else { parts.join(" || ") + &more }
}
