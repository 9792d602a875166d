//! Version specifiers: what a text admits, where its bounds are, what it pins.
//!
//! Lives here: PEP 440 specifiers and the forms that Poetry and Pipenv add (`^1.2`, `~1.2`, `1.*`, `*`, bare, `||`).
//! Lives elsewhere: raising a specifier (`raise`), the requirement around it (`requirement`).
//! Start reading at [`Reading::new`].

use std::ops::Range;
use std::str::FromStr;

use uplift_model::Version;
use uv_pep440::{Operator, VersionSpecifier, VersionSpecifiers};

/// Whose grammar a specifier follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Syntax {
    /// `>=1,<2`: requirements files, PEP 621, setup.py, setup.cfg.
    #[default]
    Pep440,
    /// Adds `^`, `~`, `*`, bare versions, `||` and white space as "and".
    Poetry,
    /// Adds `*` and bare versions.
    Pipfile,
}

/// A text that is not a specifier, with the part that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{part}` is not a version specifier")]
pub struct BadSpecifier {
    pub part: String,
}

/// A lower or upper limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    pub version: Version,
    /// Whether the limit itself is admitted.
    pub inclusive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// `==`, Poetry's `=`, and a bare version where the grammar has one; also with `.*`.
    Equal,
    /// `===`
    Identical,
    NotEqual,
    /// `~=`
    Compatible,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// `^`
    Caret,
    /// `~`
    Tilde,
    /// `*`
    Any,
}

/// One comparison of a specifier and where its version stands in the text.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    pub(crate) op: Op,
    /// The version as written, `.*` included; range within the specifier's text.
    pub(crate) version: Range<usize>,
    pub(crate) wildcard: bool,
    /// The version without `.*`.
    pub(crate) value: Version,
    /// Number of release numbers as written: 2 for `1.4`, 3 for `1.4.0`.
    pub(crate) precision: usize,
    meaning: Vec<VersionSpecifier>,
}

impl Clause {
    pub(crate) fn admits(&self, version: &Version) -> bool {
        self.meaning.iter().all(|s| s.contains(version.pep440()))
    }

    /// The clause on PEP 440's grammar; none for `*`.
    pub(crate) fn meaning(&self) -> &[VersionSpecifier] {
        &self.meaning
    }
}

/// A specifier taken apart: one conjunction of clauses for each alternative (`||`); one alternative but in Poetry.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) alternatives: Vec<Vec<Clause>>,
}

impl Reading {
    /// # Errors
    /// [`BadSpecifier`] with the clause that is none.
    pub(crate) fn new(text: &str, syntax: Syntax) -> Result<Self, BadSpecifier> {
        let mut alternatives = vec![Vec::new()];
        let mut at = 0;
        let mut separated = true;
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            if c.is_whitespace() {
                at += c.len_utf8();
                separated |= syntax == Syntax::Poetry;
            } else if c == ',' {
                at += 1;
                separated = true;
            } else if c == '|' && syntax == Syntax::Poetry {
                at += if text.get(at..).is_some_and(|rest| rest.starts_with("||")) { 2 } else { 1 };
                separated = true;
                alternatives.push(Vec::new());
            } else {
                let (clause, end) = clause(text, at, syntax)?;
                if !separated {
                    return Err(bad(text.get(at..end).unwrap_or(text)));
                }
                separated = false;
                at = end;
                if let Some(last) = alternatives.last_mut() {
                    last.push(clause);
                }
            }
        }
        Ok(Self { alternatives })
    }

    /// True when `version` satisfies it. Pre-releases count like any other version.
    pub(crate) fn admits(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|clauses| clauses.iter().all(|c| c.admits(version)))
    }

    /// On PEP 440's grammar, empty for "any". Alternatives become their hull: `^1.0 || ^2.0` gives `>=1.0,<3.0`.
    pub(crate) fn pep440(&self) -> String {
        let single = |clauses: &Vec<Clause>| {
            let parts = clauses.iter().flat_map(|c| &c.meaning).map(spelled);
            parts.collect::<Vec<_>>().join(",")
        };
        match self.alternatives.as_slice() {
            [one] => single(one),
            many => {
                let open = many.iter().any(|clauses| floor_of(clauses).is_none());
                let low = many.iter().filter_map(|c| floor_of(c)).min_by(|a, b| a.version.cmp(&b.version));
                let low = low.filter(|_| !open);
                let open = many.iter().any(|clauses| cap_of(clauses).is_none());
                let high = many.iter().filter_map(|c| cap_of(c)).max_by(|a, b| a.version.cmp(&b.version));
                let high = high.filter(|_| !open);
                let low = low.map(|b| format!(">{}{}", if b.inclusive { "=" } else { "" }, b.version));
                let high = high.map(|b| format!("<{}{}", if b.inclusive { "=" } else { "" }, b.version));
                low.into_iter().chain(high).collect::<Vec<_>>().join(",")
            }
        }
    }
}

fn bad(part: &str) -> BadSpecifier {
    BadSpecifier { part: part.trim().to_owned() }
}

/// The comparison at `at` and where it ends.
fn clause(text: &str, at: usize, syntax: Syntax) -> Result<(Clause, usize), BadSpecifier> {
    let rest = text.get(at..).unwrap_or_default();
    let operator = rest.len() - rest.trim_start_matches(['<', '>', '=', '!', '~', '^']).len();
    let after = rest.get(operator..).unwrap_or_default();
    let start = at + operator + (after.len() - after.trim_start().len());
    let tail = text.get(start..).unwrap_or_default();
    let ends = |c: char| c == ',' || c == '|' || c.is_whitespace() || "<>=~^".contains(c);
    let tail = tail.split(ends).next().unwrap_or_default();
    // The `!` of an epoch (`1!2.0`) belongs to the version, that of `!=` does not.
    let joined = text.get(start + tail.len()..).is_some_and(|rest| rest.starts_with('='));
    let end = start + tail.strip_suffix('!').filter(|_| joined).unwrap_or(tail).len();
    let whole = || bad(text.get(at..end.max(at + operator)).unwrap_or(text));
    let native = syntax != Syntax::Pep440;
    let op = match rest.get(..operator).unwrap_or_default() {
        "==" => Op::Equal,
        "===" => Op::Identical,
        "!=" => Op::NotEqual,
        "~=" => Op::Compatible,
        "<" => Op::Less,
        "<=" => Op::LessEqual,
        ">" => Op::Greater,
        ">=" => Op::GreaterEqual,
        "^" if syntax == Syntax::Poetry => Op::Caret,
        "~" if syntax == Syntax::Poetry => Op::Tilde,
        "<>" if syntax == Syntax::Poetry => Op::NotEqual,
        "=" if syntax == Syntax::Poetry => Op::Equal,
        "" if native => Op::Equal,
        _ => return Err(whole()),
    };
    let written = text.get(start..end).unwrap_or_default();
    if written == "*" && native && op == Op::Equal {
        let value = Version::new("0").map_err(|_| whole())?;
        let any = Clause { op: Op::Any, version: start..end, wildcard: true, value, precision: 0, meaning: Vec::new() };
        return Ok((any, end));
    }
    let plain = written.strip_suffix(".*");
    let value = Version::new(plain.unwrap_or(written)).map_err(|_| whole())?;
    let precision = value.release().len();
    let mut clause =
        Clause { op, version: start..end, wildcard: plain.is_some(), value, precision, meaning: Vec::new() };
    clause.meaning = meaning(&clause).ok_or_else(whole)?;
    Ok((clause, end))
}

/// The clause on PEP 440's grammar.
fn meaning(clause: &Clause) -> Option<Vec<VersionSpecifier>> {
    let value = &clause.value;
    let one = |operator: &str, version: &str| VersionSpecifier::from_str(&format!("{operator}{version}")).ok();
    let text = value.to_string();
    let capped = |cap: Vec<u64>| Some(vec![one(">=", &text)?, one("<", &release_text(value, &cap))?]);
    let star = if clause.wildcard { ".*" } else { "" };
    match clause.op {
        Op::Equal => Some(vec![one("==", &format!("{text}{star}"))?]),
        Op::NotEqual => Some(vec![one("!=", &format!("{text}{star}"))?]),
        Op::Identical => Some(vec![one("===", &format!("{text}{star}"))?]),
        Op::Compatible if !clause.wildcard => Some(vec![one("~=", &text)?]),
        // `>=1.2.*` is not PEP 440, but pip took it for years: the star says nothing.
        Op::Less => Some(vec![one("<", &text)?]),
        Op::LessEqual => Some(vec![one("<=", &text)?]),
        Op::Greater => Some(vec![one(">", &text)?]),
        Op::GreaterEqual => Some(vec![one(">=", &text)?]),
        Op::Caret if !clause.wildcard => {
            let release = value.release();
            let index = release.iter().position(|n| *n != 0).unwrap_or(clause.precision.checked_sub(1)?);
            capped(next(&release, index)?)
        }
        Op::Tilde if !clause.wildcard => {
            let release = value.release();
            capped(next(&release, usize::from(clause.precision > 1))?)
        }
        Op::Any => Some(Vec::new()),
        _ => None,
    }
}

/// The release whose number `index` is one higher; at least two numbers, as Poetry writes its bounds.
pub(crate) fn next(release: &[u64], index: usize) -> Option<Vec<u64>> {
    let mut numbers: Vec<u64> = release.iter().copied().take(index + 1).collect();
    numbers.resize(index + 1, 0);
    let last = numbers.last_mut()?;
    *last = last.checked_add(1)?;
    if numbers.len() < 2 {
        numbers.push(0);
    }
    Some(numbers)
}

/// `numbers` as a version in the epoch of `like`.
pub(crate) fn release_text(like: &Version, numbers: &[u64]) -> String {
    let release = numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
    match like.pep440().epoch() {
        0 => release,
        epoch => format!("{epoch}!{release}"),
    }
}

/// Without the space that its own `Display` may put behind the operator.
fn spelled(specifier: &VersionSpecifier) -> String {
    specifier.to_string().split_whitespace().collect()
}

fn version(of: &uv_pep440::Version) -> Option<Version> {
    Version::new(&of.to_string()).ok()
}

fn floor_of(clauses: &[Clause]) -> Option<Bound> {
    let bounds = clauses.iter().flat_map(|c| &c.meaning).filter_map(|s| {
        let inclusive = match s.operator() {
            Operator::GreaterThan => false,
            Operator::GreaterThanEqual
            | Operator::TildeEqual
            | Operator::Equal
            | Operator::EqualStar
            | Operator::ExactEqual => true,
            _ => return None,
        };
        Some(Bound { version: version(s.version())?, inclusive })
    });
    bounds.max_by(|a, b| a.version.cmp(&b.version).then(b.inclusive.cmp(&a.inclusive)))
}

fn cap_of(clauses: &[Clause]) -> Option<Bound> {
    let bounds = clauses.iter().flat_map(|c| &c.meaning).filter_map(|s| {
        let numbers = s.version().release().to_vec();
        let above = |index: usize| {
            let mut cap = next(&numbers, index)?;
            cap.truncate(index + 1);
            Version::new(&release_text(&version(s.version())?, &cap)).ok()
        };
        let (version, inclusive) = match s.operator() {
            Operator::LessThan => (version(s.version())?, false),
            Operator::LessThanEqual | Operator::Equal | Operator::ExactEqual => (version(s.version())?, true),
            Operator::TildeEqual => (above(numbers.len().checked_sub(2)?)?, false),
            Operator::EqualStar => (above(numbers.len().checked_sub(1)?)?, false),
            _ => return None,
        };
        Some(Bound { version, inclusive })
    });
    bounds.min_by(|a, b| a.version.cmp(&b.version).then(a.inclusive.cmp(&b.inclusive)))
}

/// Reads `>=1,<2`; empty means any version.
///
/// # Errors
/// [`BadSpecifier`] with the clause that is none.
pub fn parse(specifier: &str) -> Result<VersionSpecifiers, BadSpecifier> {
    let reading = Reading::new(specifier, Syntax::Pep440)?;
    Ok(reading.alternatives.into_iter().flatten().flat_map(|c| c.meaning).collect())
}

/// Whether `version` satisfies the PEP 440 `specifier`. A pre-release is admitted where its number is.
/// False when the specifier cannot be read.
pub fn admits(specifier: &str, version: &Version) -> bool {
    Reading::new(specifier, Syntax::Pep440).is_ok_and(|r| r.admits(version))
}

/// The highest lower limit: `>=1.2` of `>=1.2,<2`; the version itself of a pin.
pub fn floor(specifier: &str) -> Option<Bound> {
    floor_of(Reading::new(specifier, Syntax::Pep440).ok()?.alternatives.first()?)
}

/// The lowest upper limit: `<2` of `>=1.2,<2` and of `~=1.2`; the version itself of a pin.
pub fn cap(specifier: &str) -> Option<Bound> {
    cap_of(Reading::new(specifier, Syntax::Pep440).ok()?.alternatives.first()?)
}

/// The text behind a lone `===` that is no version. Source: PEP 440, arbitrary equality.
pub fn arbitrary(specifier: &str) -> Option<&str> {
    let text = specifier.trim().strip_prefix("===")?.trim();
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !",;<>=!~^|()[]".contains(c);
    (!text.is_empty() && text.chars().all(plain) && Version::new(text).is_err()).then_some(text)
}

/// The version that `==` or `===` asks for; `None` for ranges, `==1.*` among them.
pub fn pinned(specifier: &str) -> Option<Version> {
    let reading = Reading::new(specifier, Syntax::Pep440).ok()?;
    let pins = |c: &&Clause| matches!(c.op, Op::Equal | Op::Identical) && !c.wildcard;
    reading.alternatives.first()?.iter().find(pins).map(|c| c.value.clone())
}

/// `text`, which follows `syntax`, on PEP 440's grammar; see [`Syntax`]. Empty means any version.
///
/// # Errors
/// [`BadSpecifier`] with the clause that is none.
pub fn translate(text: &str, syntax: Syntax) -> Result<String, BadSpecifier> {
    Reading::new(text, syntax).map(|reading| reading.pep440())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn v(text: &str) -> Version {
        Version::new(text).unwrap()
    }

    #[test]
    fn poetry_forms_are_translated() {
        for (native, pep440) in [
            ("^1.2.3", ">=1.2.3,<2.0"),
            ("^1", ">=1,<2.0"),
            ("^0.2.3", ">=0.2.3,<0.3"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0.0", ">=0.0,<0.1"),
            ("~1.2.3", ">=1.2.3,<1.3"),
            ("~1", ">=1,<2.0"),
            ("1.2.*", "==1.2.*"),
            ("*", ""),
            ("1.2.3", "==1.2.3"),
            (">=1 <2", ">=1,<2"),
            ("^1.0 || ^2.0", ">=1.0,<3.0"),
            ("<1.0 || >=2.0", ""),
            (">=1.0,!=1.5", ">=1.0,!=1.5"),
        ] {
            assert_eq!(translate(native, Syntax::Poetry).unwrap(), pep440, "{native}");
        }
    }

    #[test]
    fn what_is_no_specifier_is_refused() {
        for bad in ["1.2", "^1", ">=", "=>1", ">=1 <2", "==1..2", "~=1", "=1", "foo", "==1.*.2"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(translate("^1.*", Syntax::Poetry).is_err());
        assert!(translate("^1", Syntax::Pipfile).is_err());
    }

    #[test]
    fn bounds_are_found() {
        assert_eq!(floor(">=1.2,<2"), Some(Bound { version: v("1.2"), inclusive: true }));
        assert_eq!(cap(">=1.2,<2"), Some(Bound { version: v("2"), inclusive: false }));
        assert_eq!(cap("~=1.4.2"), Some(Bound { version: v("1.5"), inclusive: false }));
        assert_eq!(cap("==1.2.*"), Some(Bound { version: v("1.3"), inclusive: false }));
        assert_eq!(cap(">=1"), None);
        assert_eq!(floor("<1"), None);
        assert_eq!(pinned("==1.2"), Some(v("1.2")));
        assert_eq!(pinned("==1.2.*"), None);
        assert_eq!(pinned(">=1.2"), None);
    }

    #[test]
    fn prereleases_are_admitted_by_number() {
        assert!(admits(">=1.0", &v("2.0b1")));
        assert!(!admits("<2.0", &v("2.0b1")));
        assert!(admits(">=1.2.*", &v("1.3")));
    }
}
