//! Whether a version lies in a record's ranges: OSV's evaluation algorithm, over real-world values.
//!
//! Lives here: one range, its order, its words, the fixes it names. Lives elsewhere: reading records (`record`),
//! the order of versions (`version`), records that disagree (`merge`).
//!
//! Source: "Evaluation" in the Open Source Vulnerability schema. Values that databases really hold are read as meant:
//! `fixed: ">= 3.8.2"` is a fix in 3.8.2, `fixed: "<= 3.8.1"` says that 3.8.1 is the last one affected. A value that
//! cannot be read errs towards "affected": a start becomes the beginning, an end is left out.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::record::{self, Event};
use crate::version::{Key, Scheme};

/// What an event says, without the operator that some databases put into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    #[serde(rename = "i")]
    Introduced,
    #[serde(rename = "f")]
    Fixed,
    #[serde(rename = "l")]
    LastAffected,
    #[serde(rename = "m")]
    Limit,
}

/// A range as it is kept: events in the record's order, values cleaned.
///
/// The ecosystem alone says how versions compare: Python's records write PEP 440 even where their type is `SEMVER`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Range {
    events: Vec<(Kind, String)>,
}

impl Range {
    /// `None` for a range of commits, and for one without events.
    pub(crate) fn of(range: &record::Range) -> Option<Self> {
        if range.kind.eq_ignore_ascii_case("GIT") {
            return None;
        }
        let events: Vec<_> = range.events.iter().map(cleaned).collect();
        (!events.is_empty()).then_some(Self { events })
    }

    /// Ready to be asked, in ascending order.
    pub(crate) fn sorted(&self, scheme: Scheme) -> Sorted<'_> {
        let mut sorted = Sorted { events: Vec::new(), limits: Vec::new() };
        for (kind, value) in &self.events {
            let read = if value == "0" && *kind == Kind::Introduced { None } else { scheme.read(value) };
            match (kind, read) {
                (Kind::Limit, limit) => sorted.limits.push(limit),
                // `introduced: 0` is before everything; so, to be careful, is a start that cannot be read.
                (Kind::Introduced, at) => sorted.events.push((*kind, at, value)),
                (_, Some(at)) => sorted.events.push((*kind, Some(at), value)),
                (_, None) => {}
            }
        }
        // Stable: at one version, the record's own order holds.
        sorted.events.sort_by(|(_, a, _), (_, b, _)| match (a, b) {
            (Some(a), Some(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
            (a, b) => a.is_some().cmp(&b.is_some()),
        });
        sorted
    }
}

/// A range in ascending order; `None` is the very beginning.
pub(crate) struct Sorted<'a> {
    events: Vec<(Kind, Option<Key>, &'a str)>,
    /// `None`: no limit after all.
    limits: Vec<Option<Key>>,
}

impl<'a> Sorted<'a> {
    pub(crate) fn holds(&self, version: &Key) -> bool {
        let below = |limit: &Option<Key>| limit.as_ref().is_none_or(|limit| version < limit);
        if !self.limits.is_empty() && !self.limits.iter().any(below) {
            return false;
        }
        let mut affected = false;
        for (kind, at, _) in &self.events {
            let reached = at.as_ref().is_none_or(|at| version >= at);
            let passed = at.as_ref().is_none_or(|at| version > at);
            match kind {
                Kind::Introduced if reached => affected = true,
                Kind::Fixed if reached => affected = false,
                Kind::LastAffected if passed => affected = false,
                _ => {}
            }
        }
        affected
    }

    /// Fixes above `version`, ascending.
    pub(crate) fn fixes_above<'s>(&'s self, version: &'s Key) -> impl Iterator<Item = &'a str> + 's {
        self.events.iter().filter_map(move |(kind, at, text)| {
            (*kind == Kind::Fixed && at.as_ref().is_some_and(|at| at > version)).then_some(*text)
        })
    }

    /// Every fix, ascending.
    pub(crate) fn fixes(&self) -> impl Iterator<Item = &'a str> {
        self.events.iter().filter(|(kind, ..)| *kind == Kind::Fixed).map(|(_, _, text)| *text)
    }

    /// Where the stretch that holds `version` ends: the fix, or the last version affected (`true`).
    pub(crate) fn end(&self, version: &Key) -> Option<(&'a str, bool)> {
        self.events.iter().find_map(|(kind, at, text)| {
            let at = at.as_ref()?;
            match kind {
                Kind::Fixed => (at > version).then_some((*text, false)),
                Kind::LastAffected => (at >= version).then_some((*text, true)),
                _ => None,
            }
        })
    }

    /// Whether two ranges say the same, however they spell it.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        let same = |((kind, at, _), (other_kind, other_at, _)): (&(Kind, _, _), &(Kind, _, _))| {
            kind == other_kind && at == other_at
        };
        self.events.len() == other.events.len()
            && self.events.iter().zip(&other.events).all(same)
            && self.limits == other.limits
    }

    /// `>=1.0, <1.5` for each stretch.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut stretches = Vec::new();
        let mut open: Option<&str> = None;
        for (kind, at, text) in &self.events {
            let text = if at.is_none() { "0" } else { text };
            let end = match kind {
                Kind::Introduced => {
                    open = open.or(Some(text));
                    continue;
                }
                Kind::LastAffected => "<=",
                _ => "<",
            };
            if let Some(start) = open.take() {
                stretches.push(format!(">={start}, {end}{text}"));
            }
        }
        stretches.extend(open.map(|start| format!(">={start}")));
        stretches
    }
}

fn cleaned(event: &Event) -> (Kind, String) {
    let (kind, value) = match event {
        Event::Introduced(value) => (Kind::Introduced, value),
        Event::Fixed(value) => (Kind::Fixed, value),
        Event::LastAffected(value) => (Kind::LastAffected, value),
        Event::Limit(value) => (Kind::Limit, value),
    };
    let value = value.trim();
    let version = value.trim_start_matches(['<', '>', '=', '~', '^', '!', ' ']);
    let operator = value.strip_suffix(version).unwrap_or_default().trim();
    let kind = match (kind, operator) {
        // "Fixed in what is above 1.2" and "affected up to 1.2" are one statement.
        (Kind::Fixed, ">" | "<=") => Kind::LastAffected,
        (Kind::LastAffected, "<") => Kind::Fixed,
        (kind, _) => kind,
    };
    (kind, version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(events: &[(&str, &str)]) -> Range {
        let event = |(kind, value): &(&str, &str)| {
            let value = (*value).to_owned();
            match *kind {
                "introduced" => Event::Introduced(value),
                "fixed" => Event::Fixed(value),
                "last" => Event::LastAffected(value),
                _ => Event::Limit(value),
            }
        };
        let events = events.iter().map(event).collect();
        Range::of(&record::Range { kind: "ECOSYSTEM".into(), events }).unwrap()
    }

    fn python(events: &[(&str, &str)], version: &str) -> bool {
        let version = Scheme::Pep440.read(version).unwrap().public();
        range(events).sorted(Scheme::Pep440).holds(&version)
    }

    #[test]
    fn a_range_ends_before_the_fix_and_after_the_last_affected() {
        let fixed = [("introduced", "1.0"), ("fixed", "1.5")];
        for (version, affected) in [("0.9", false), ("1.0", true), ("1.5rc1", true), ("1.5", false), ("2", false)] {
            assert_eq!(python(&fixed, version), affected, "{version}");
        }
        let last = [("introduced", "0"), ("last", "3.3.0")];
        assert!(python(&last, "3.3.0") && python(&last, "3.3.0+vendor") && !python(&last, "3.3.1"));
    }

    #[test]
    fn operators_inside_values_are_read_as_meant() {
        for (fix, fixed_in, affected) in
            [(">=3.8.2", "3.8.2", "3.8.1"), ("< 4.3.16", "4.3.16", "4.3.15"), ("== 2", "2.0", "1.9"), ("v2", "2", "1")]
        {
            let events = [("introduced", "0"), ("fixed", fix)];
            assert!(!python(&events, fixed_in) && python(&events, affected), "{fix}");
        }
        for last in ["<= 3.8.1", "> 3.8.1"] {
            let events = [("introduced", "0"), ("fixed", last)];
            assert!(python(&events, "3.8.1") && !python(&events, "3.8.2"), "{last}");
        }
    }

    #[test]
    fn what_cannot_be_read_errs_towards_affected() {
        assert!(python(&[("introduced", "0"), ("fixed", "unknown")], "99"));
        assert!(python(&[("introduced", "beginning"), ("fixed", "2")], "1"));
        assert!(python(&[("introduced", "0"), ("limit", "*")], "99"));
    }

    #[test]
    fn an_empty_stretch_stays_empty_and_limits_cut() {
        assert!(!python(&[("introduced", "2"), ("fixed", "2")], "3"));
        assert!(python(&[("introduced", "1"), ("fixed", "2"), ("introduced", "2"), ("fixed", "3")], "2"));
        let limited = [("introduced", "0"), ("limit", "2"), ("limit", "3")];
        assert!(python(&limited, "2.5") && !python(&limited, "3"));
    }

    #[test]
    fn words_and_fixes_follow_the_order_of_versions() {
        let range = range(&[
            ("introduced", "5.0"),
            ("fixed", "5.2"),
            ("fixed", "4.3"),
            ("introduced", "4.0"),
            ("introduced", "6"),
        ]);
        let sorted = range.sorted(Scheme::Pep440);
        assert_eq!(sorted.words(), [">=4.0, <4.3", ">=5.0, <5.2", ">=6"]);
        let at = |text| Scheme::Pep440.read(text).unwrap();
        assert_eq!(sorted.fixes_above(&at("4.1")).collect::<Vec<_>>(), ["4.3", "5.2"]);
        assert_eq!(sorted.fixes_above(&at("5.2")).count(), 0);
    }
}
