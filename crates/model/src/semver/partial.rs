//! The part of a version that ranges are made of: `1`, `1.2.x`, `1.2.3-rc.1+build`.

use super::identifier::is_identifier_byte;
use super::{Identifier, is_space};

/// One place of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Number(u64),
    /// `x`, `X`, `*`.
    Any,
    /// Not written at all.
    Absent,
}

impl Part {
    pub(super) fn is_x(self) -> bool {
        !matches!(self, Self::Number(_))
    }
}

/// A version of which places may be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partial {
    pub(super) major: Part,
    pub(super) minor: Part,
    pub(super) patch: Part,
    pub(super) prerelease: Vec<Identifier>,
    pub(super) build: Vec<String>,
}

impl Partial {
    /// Reads the whole of `text`. Numbers too large for 64 bits come out as the largest, which no version accepts.
    pub(super) fn read(text: &str, loose: bool) -> Option<Self> {
        let mut partial = Self {
            major: Part::Absent,
            minor: Part::Absent,
            patch: Part::Absent,
            prerelease: Vec::new(),
            build: Vec::new(),
        };
        let (major, rest) = leading(text);
        partial.major = part(major, loose)?;
        if rest.is_empty() {
            return Some(partial);
        }
        let (minor, rest) = leading(rest.strip_prefix('.')?);
        partial.minor = part(minor, loose)?;
        if rest.is_empty() {
            return Some(partial);
        }
        let (patch, _) = leading(rest.strip_prefix('.')?);
        let last = rest.strip_prefix('.')?;
        // Loosely `1.2.34.5` is `1.2.3-4.5`: the number gives digits back until the rest makes sense.
        let shortest = if loose { 1 } else { patch.len() };
        for length in (shortest.max(1)..=patch.len()).rev() {
            let (number, tail) = last.split_at_checked(length)?;
            let Some((prerelease, build)) = tail_of(tail, loose) else { continue };
            partial.patch = part(number, loose)?;
            partial.prerelease = prerelease;
            partial.build = build;
            return Some(partial);
        }
        None
    }

    /// [`Self::read`] after `v`, `=` and white space in any number, as ranges allow before a partial version.
    pub(super) fn read_in_range(text: &str, loose: bool) -> Option<Self> {
        Self::read(text.trim_start_matches(|c| c == 'v' || c == '=' || is_space(c)), loose)
    }

    /// `x.1`, `1.x.2`: a place is open and one to its right is not.
    pub(super) fn is_out_of_order(&self) -> bool {
        (self.major.is_x() && !self.minor.is_x()) || (self.minor.is_x() && !self.patch.is_x())
    }
}

/// The digits, or the one wildcard, that `text` begins with.
fn leading(text: &str) -> (&str, &str) {
    let length = match text.bytes().next() {
        Some(b'x' | b'X' | b'*') => 1,
        _ => text.bytes().take_while(u8::is_ascii_digit).count(),
    };
    text.split_at_checked(length).unwrap_or((text, ""))
}

fn part(text: &str, loose: bool) -> Option<Part> {
    match text {
        "" => None,
        "x" | "X" | "*" => Some(Part::Any),
        _ if !loose && text.len() > 1 && text.starts_with('0') => None,
        _ => Some(Part::Number(text.parse().unwrap_or(u64::MAX))),
    }
}

/// Reads `-rc.1+build`, loosely also `rc.1`.
fn tail_of(text: &str, loose: bool) -> Option<(Vec<Identifier>, Vec<String>)> {
    let (before, build) = match text.split_once('+') {
        Some((before, after)) => (before, build_of(after)?),
        None => (text, Vec::new()),
    };
    if before.is_empty() {
        return Some((Vec::new(), build));
    }
    let dashed = before.strip_prefix('-').and_then(|ids| Identifier::parse_all(ids, loose));
    let bare = || if loose { Identifier::parse_all(before, true) } else { None };
    Some((dashed.or_else(bare)?, build))
}

fn build_of(text: &str) -> Option<Vec<String>> {
    let identifiers: Vec<String> = text.split('.').map(str::to_owned).collect();
    let valid = |id: &String| !id.is_empty() && id.bytes().all(is_identifier_byte);
    identifiers.iter().all(valid).then_some(identifiers)
}
