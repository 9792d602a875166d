//! Ranges of Node versions as `engines` states them, as far as runtimes need: which lines and versions are admitted.
//!
//! Source: the grammar of node-semver; pre-releases are not looked at.

type Triple = [u64; 3];

/// Versions from `low` to below `high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interval {
    low: Triple,
    high: Triple,
}

const ALL: Interval = Interval { low: [0; 3], high: [u64::MAX; 3] };

impl Interval {
    fn and(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.min(other.high) }
    }

    fn is_empty(self) -> bool {
        self.low >= self.high
    }
}

/// A range that was read: alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeRange(Vec<Interval>);

impl NodeRange {
    /// `None` when a part is no range.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let alternatives: Option<Vec<Interval>> = text.split("||").map(alternative).collect();
        alternatives.map(|all| Self(all.into_iter().filter(|i| !i.is_empty()).collect()))
    }

    /// Whether `version` is admitted; for one that is not written in full (`18`, `18.2`) whether any of it is.
    pub(crate) fn admits(&self, version: &str) -> bool {
        partial(version).is_some_and(|numbers| self.0.iter().any(|i| !i.and(exactly(&numbers)).is_empty()))
    }

    /// The lowest version, `18.12.0`.
    pub(crate) fn floor(&self) -> Option<String> {
        let [major, minor, patch] = self.0.iter().map(|i| i.low).min()?;
        Some(format!("{major}.{minor}.{patch}"))
    }
}

fn alternative(text: &str) -> Option<Interval> {
    let text = text.trim();
    if let Some((low, high)) = text.split_once(" - ") {
        return Some(Interval { low: filled(&partial(low)?), high: exactly(&partial(high)?).high });
    }
    // An operator may stand apart from its version.
    let mut joined = String::new();
    for c in text.chars() {
        let after_operator = joined.ends_with(['<', '>', '=', '~', '^']);
        if !(c.is_whitespace() && after_operator) {
            joined.push(c);
        }
    }
    joined.split([' ', ',']).filter(|p| !p.is_empty()).try_fold(ALL, |all, part| Some(all.and(comparator(part)?)))
}

fn comparator(text: &str) -> Option<Interval> {
    let version = text.trim_start_matches(['<', '>', '=', '~', '^']);
    let operator = text.strip_suffix(version).unwrap_or_default();
    let numbers = partial(version)?;
    let (low, end) = (filled(&numbers), exactly(&numbers).high);
    if numbers.is_empty() {
        return Some(ALL);
    }
    Some(match operator {
        "" | "=" | "==" => Interval { low, high: end },
        ">=" => Interval { low, high: ALL.high },
        ">" => Interval { low: end, high: ALL.high },
        "<" => Interval { low: ALL.low, high: low },
        "<=" => Interval { low: ALL.low, high: end },
        "~" | "~>" => Interval { low, high: exactly(numbers.get(..2).unwrap_or(&numbers)).high },
        "^" => {
            // The leftmost number that is not 0 stays.
            let fixed = numbers.iter().position(|n| *n != 0).map_or(numbers.len(), |at| at + 1);
            Interval { low, high: exactly(numbers.get(..fixed).unwrap_or(&numbers)).high }
        }
        _ => return None,
    })
}

/// The numbers that are written: none for `*`, two for `18.2.x`.
fn partial(text: &str) -> Option<Vec<u64>> {
    let text = text.trim().trim_start_matches(['v', '=']);
    let text = text.split(['-', '+']).next().unwrap_or_default();
    let mut numbers = Vec::new();
    for part in text.split('.').take(3) {
        match part {
            "" if text.is_empty() => break,
            "x" | "X" | "*" => break,
            // Far above any version, and below what adding one would overflow.
            number => numbers.push(number.parse::<u64>().ok().filter(|n| *n < 1_000_000)?),
        }
    }
    Some(numbers)
}

fn filled(numbers: &[u64]) -> Triple {
    let at = |i: usize| numbers.get(i).copied().unwrap_or(0);
    [at(0), at(1), at(2)]
}

/// Every version that begins with `numbers`.
fn exactly(numbers: &[u64]) -> Interval {
    let low = filled(numbers);
    let high = match numbers {
        [] => ALL.high,
        [major] => [major + 1, 0, 0],
        [major, minor] => [*major, minor + 1, 0],
        [major, minor, patch, ..] => [*major, *minor, patch + 1],
    };
    Interval { low, high }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(range: &str, version: &str) -> bool {
        NodeRange::read(range).unwrap().admits(version)
    }

    #[test]
    fn ranges_admit_lines_and_versions() {
        for (range, yes, no) in [
            (">=18.0.0", "18", "16"),
            ("^20.19.0 || >=22.12.0", "20", "18"),
            ("^20.19.0 || >=22.12.0", "22.12", "21"),
            ("18.x", "18.20.1", "19"),
            ("~18.2", "18.2.5", "18.3.0"),
            (">=16 <21", "20", "21"),
            (">= 14 <= 16", "16.9.9", "17"),
            ("14 - 16", "16", "17"),
            ("^0.10.3", "0.10.5", "0.12"),
            ("*", "8", "latest"),
            (">18", "19", "18"),
        ] {
            assert!(admits(range, yes), "{range} {yes}");
            assert!(!admits(range, no), "{range} {no}");
        }
        assert_eq!(NodeRange::read("^20.19.0 || >=22.12.0").and_then(|r| r.floor()).as_deref(), Some("20.19.0"));
        assert_eq!(NodeRange::read("lts"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(>=|<|\\^|~|[0-9]{1,25}|\\.|x|\\*| - | |\\|\\||\\PC){0,12}") {
            if let Some(range) = NodeRange::read(&text) {
                range.admits("18");
                range.floor();
            }
        }
    }
}
