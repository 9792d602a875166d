//! From what people write to comparators: hyphens, carets, tildes, x-ranges.
//!
//! Lives here: one alternative of a range (between `||`). Lives elsewhere: the whole range (`super::range`).
//! The order of the steps and what each lets through follow node-semver, since odd ranges are told apart by it.

use super::comparator::Comparator;
use super::partial::{Part, Partial};
use super::{Operator, Options, Version, identifier};

/// The comparators of one alternative, in order, each once. `None` when it is no range; empty when it is only loosely
/// one and nothing of it is a comparator.
pub(super) fn comparators(text: &str, options: Options) -> Option<Vec<Comparator>> {
    let text = without_builds(text);
    let mut found: Vec<Comparator> = Vec::new();
    match hyphen(&text, options) {
        Some(bounds) => found.extend(bounds?),
        None => {
            for word in joined(&text).split(' ') {
                match word_to_comparators(word, options)? {
                    Word::Comparators(more) => found.extend(more),
                    Word::Dropped => {}
                }
            }
        }
    }
    let everything = |c: &Comparator| *c == at_least(Version::release(0, 0, 0), options);
    let mut kept: Vec<Comparator> = Vec::new();
    for comparator in found {
        let comparator = if everything(&comparator) { Comparator::Any } else { comparator };
        if comparator.is_null() {
            return Some(vec![comparator]);
        }
        if !kept.contains(&comparator) {
            kept.push(comparator);
        }
    }
    if kept.len() > 1 {
        kept.retain(|c| *c != Comparator::Any);
    }
    Some(kept)
}

enum Word {
    Comparators(Vec<Comparator>),
    /// No comparator, which a loose range passes over.
    Dropped,
}

/// Takes out every `+build`.
fn without_builds(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('+') {
        out.push_str(before);
        let mut length = 0;
        for (index, part) in after.split('.').enumerate() {
            let run = part.bytes().take_while(|b| identifier::is_identifier_byte(*b)).count();
            if run == 0 {
                break;
            }
            length += run + usize::from(index > 0);
            if run < part.len() {
                break;
            }
        }
        if length == 0 {
            out.push('+');
        }
        rest = after.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// `1.2 - 3.4`: both ends, or `None` when the text is no hyphen range; `Some(None)` when a number is too large.
fn hyphen(text: &str, options: Options) -> Option<Option<Vec<Comparator>>> {
    let (from_text, to_text) = text.split_once(" - ")?;
    let from = Partial::read_in_range(from_text, options.loose)?;
    let to = Partial::read_in_range(to_text, options.loose)?;
    Some(ends(&from, from_text, &to, to_text, options))
}

fn ends(from: &Partial, from_text: &str, to: &Partial, to_text: &str, options: Options) -> Option<Vec<Comparator>> {
    let mut found = Vec::new();
    let zero = options.include_prerelease;
    // An end with three numbers is read again as written: strictly `=1.2.3` is none.
    let lower = match (from.major, from.minor, from.patch) {
        (Part::Number(_), Part::Number(_), Part::Number(_)) => {
            let version = Version::parse(from_text, options).ok()?.without_build();
            Some(if zero && !version.is_prerelease() { version.at_zero() } else { version })
        }
        (Part::Number(major), Part::Number(minor), _) => Some(floor(major, minor, 0, zero)?),
        (Part::Number(major), _, _) => Some(floor(major, 0, 0, zero)?),
        _ => None,
    };
    found.extend(lower.map(|v| Comparator::Bound(Operator::GreaterOrEqual, v)));
    let upper = match (to.major, to.minor, to.patch) {
        (Part::Number(major), Part::Number(minor), Part::Number(patch)) => {
            if !to.prerelease.is_empty() {
                let mut version = Version::release(major, minor, patch)?;
                version.prerelease.clone_from(&to.prerelease);
                Some((Operator::LessOrEqual, version))
            } else if zero {
                Some((Operator::Less, below(major, minor, patch.checked_add(1)?)?))
            } else {
                Some((Operator::LessOrEqual, Version::parse(to_text, options).ok()?.without_build()))
            }
        }
        (Part::Number(major), Part::Number(minor), _) => {
            Some((Operator::Less, below(major, minor.checked_add(1)?, 0)?))
        }
        (Part::Number(major), _, _) => Some((Operator::Less, below(major.checked_add(1)?, 0, 0)?)),
        _ => None,
    };
    found.extend(upper.map(|(operator, version)| Comparator::Bound(operator, version)));
    if found.is_empty() {
        found.push(Comparator::Any);
    }
    Some(found)
}

/// Takes the white space out that may stand between an operator and its version.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        out.push(c);
        rest = after;
        if !matches!(c, '<' | '>' | '=') {
            continue;
        }
        if c != '='
            && let Some(after) = after.strip_prefix('=')
        {
            out.push('=');
            rest = after;
        }
        let version = rest.strip_prefix(' ').unwrap_or(rest);
        let start = version.trim_start_matches(['v', '=', ' ']);
        if start.starts_with(|c: char| c.is_ascii_digit() || matches!(c, 'x' | 'X' | '*')) {
            // What else stands before the number stays as it is: `< = 1` is no operator.
            out.push_str(version.strip_suffix(start).unwrap_or_default());
            rest = start;
        }
    }
    for (sign, tight) in [("~> ", "~>"), ("~ ", "~"), ("^ ", "^")] {
        out = out.replace(sign, tight);
    }
    out
}

fn word_to_comparators(word: &str, options: Options) -> Option<Word> {
    let loose = options.loose;
    if let Some(rest) = word.strip_prefix('^')
        && let Some(partial) = Partial::read_in_range(rest, loose)
    {
        return caret(&partial, options).map(Word::Comparators);
    }
    if let Some(rest) = word.strip_prefix('~')
        && let Some(partial) = Partial::read_in_range(rest.strip_prefix('>').unwrap_or(rest), loose)
    {
        return tilde(&partial, options).map(Word::Comparators);
    }
    let (operator, rest) = Operator::leading(word);
    if let Some(partial) = Partial::read_in_range(rest, loose)
        && !partial.is_out_of_order()
        && partial.patch.is_x()
    {
        return x_range(operator, &partial, options).map(Word::Comparators);
    }
    let word = without_star(word);
    if let Some(comparator) = Comparator::parse(&word, options) {
        return Some(Word::Comparators(vec![comparator]));
    }
    // A number too large is an error even where junk is passed over.
    let (_, rest) = Operator::leading(&word);
    let full = |p: Partial| [p.major, p.minor, p.patch].iter().all(|part| !part.is_x());
    (loose && !Partial::read_in_range(rest, true).is_some_and(full)).then_some(Word::Dropped)
}

/// Takes out the first star with the operator before it.
fn without_star(word: &str) -> String {
    let Some((before, after)) = word.split_once('*') else { return word.to_owned() };
    let before = before.strip_suffix('=').unwrap_or(before);
    let before = before.strip_suffix(['<', '>']).unwrap_or(before);
    format!("{before}{after}")
}

fn at_least(version: Option<Version>, options: Options) -> Comparator {
    match version {
        Some(version) if options.include_prerelease => Comparator::Bound(Operator::GreaterOrEqual, version.at_zero()),
        Some(version) => Comparator::Bound(Operator::GreaterOrEqual, version),
        None => Comparator::Any,
    }
}

fn floor(major: u64, minor: u64, patch: u64, zero: bool) -> Option<Version> {
    let version = Version::release(major, minor, patch)?;
    Some(if zero { version.at_zero() } else { version })
}

/// The lowest prerelease of a release: what a range that ends before the release ends at.
fn below(major: u64, minor: u64, patch: u64) -> Option<Version> {
    Some(Version::release(major, minor, patch)?.at_zero())
}

fn between(lower: Version, upper: Version) -> Vec<Comparator> {
    vec![Comparator::Bound(Operator::GreaterOrEqual, lower), Comparator::Bound(Operator::Less, upper)]
}

fn with_prerelease(partial: &Partial, major: u64, minor: u64, patch: u64) -> Option<Version> {
    let mut version = Version::release(major, minor, patch)?;
    version.prerelease.clone_from(&partial.prerelease);
    Some(version)
}

fn caret(partial: &Partial, options: Options) -> Option<Vec<Comparator>> {
    let zero = options.include_prerelease;
    let Part::Number(major) = partial.major else { return Some(vec![Comparator::Any]) };
    let Part::Number(minor) = partial.minor else {
        return Some(between(floor(major, 0, 0, zero)?, below(major.checked_add(1)?, 0, 0)?));
    };
    let Part::Number(patch) = partial.patch else {
        let upper = if major == 0 { below(0, minor.checked_add(1)?, 0) } else { below(major.checked_add(1)?, 0, 0) };
        return Some(between(floor(major, minor, 0, zero)?, upper?));
    };
    let upper = match (major, minor) {
        (0, 0) => below(0, 0, patch.checked_add(1)?),
        (0, _) => below(0, minor.checked_add(1)?, 0),
        _ => below(major.checked_add(1)?, 0, 0),
    };
    Some(between(with_prerelease(partial, major, minor, patch)?, upper?))
}

fn tilde(partial: &Partial, options: Options) -> Option<Vec<Comparator>> {
    let zero = options.include_prerelease;
    let Part::Number(major) = partial.major else { return Some(vec![Comparator::Any]) };
    let Part::Number(minor) = partial.minor else {
        return Some(between(floor(major, 0, 0, zero)?, below(major.checked_add(1)?, 0, 0)?));
    };
    let upper = below(major, minor.checked_add(1)?, 0)?;
    let lower = match partial.patch {
        Part::Number(patch) => with_prerelease(partial, major, minor, patch)?,
        _ => floor(major, minor, 0, zero)?,
    };
    Some(between(lower, upper))
}

fn x_range(operator: Operator, partial: &Partial, options: Options) -> Option<Vec<Comparator>> {
    let zero = options.include_prerelease;
    let Part::Number(major) = partial.major else {
        let nothing = matches!(operator, Operator::Less | Operator::Greater);
        let null = || below(0, 0, 0).map(|v| Comparator::Bound(Operator::Less, v));
        return Some(vec![if nothing { null()? } else { Comparator::Any }]);
    };
    let (minor, next) = match partial.minor {
        Part::Number(minor) => (minor, (major, minor.checked_add(1)?)),
        _ => (0, (major.checked_add(1)?, 0)),
    };
    let bound = |operator, version| Some(vec![Comparator::Bound(operator, version)]);
    match operator {
        Operator::Equal => Some(between(floor(major, minor, 0, zero)?, below(next.0, next.1, 0)?)),
        Operator::GreaterOrEqual => bound(operator, floor(major, minor, 0, zero)?),
        Operator::Greater => bound(Operator::GreaterOrEqual, floor(next.0, next.1, 0, zero)?),
        Operator::LessOrEqual => bound(Operator::Less, below(next.0, next.1, 0)?),
        Operator::Less => bound(Operator::Less, below(major, minor, 0)?),
    }
}
