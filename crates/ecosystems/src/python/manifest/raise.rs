//! Raising a specifier to a version it does not admit, by the smallest change that keeps its style.
//!
//! Lives here: what each operator becomes. Lives elsewhere: reading specifiers (`specifier`), the file (`edit`).

use std::ops::Range;

use uplift_model::Version;

use super::specifier::{Clause, Op, Reading, Syntax, next, release_text};

/// What an edit does to specifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// A specifier that admits the version stays as it is; any other changes as little as it can.
    #[default]
    Admit,
    /// Like `Admit`, but an exact pin is spelled as exactly the version, even where it is equal: `==1.0` to `==1.0.0`.
    Pin,
    /// Every statement becomes an exact pin of the version, whatever it was: for a resolve that must not choose.
    Exact,
}

/// Why a specifier is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("`{specifier}` wants a higher version")]
    Floor { specifier: String },
    #[error("`{specifier}` excludes it")]
    Excluded { specifier: String },
    #[error("`{specifier}` has no form that admits it")]
    NoForm { specifier: String },
}

/// Bytes of the specifier's text and what takes their place.
pub(crate) type Replacement = (Range<usize>, String);

/// The changes that make `text` admit `to`; none when it does already.
///
/// # Errors
/// [`Refusal`] when only a lower floor or a dropped exclusion would do.
pub(crate) fn raised(text: &str, syntax: Syntax, to: &Version, policy: Policy) -> Result<Vec<Replacement>, Refusal> {
    if policy == Policy::Exact {
        let new = if syntax == Syntax::Poetry { to.to_string() } else { format!("=={to}") };
        let same = text == new;
        return Ok(if same { Vec::new() } else { vec![(0..text.len(), new)] });
    }
    let no_form = || Refusal::NoForm { specifier: text.to_owned() };
    let reading = Reading::new(text, syntax).map_err(|_| no_form())?;
    let admitted = reading.admits(to);
    // Of alternatives, the last is the newest line: it moves, the others stay.
    let Some(clauses) = reading.alternatives.last() else { return Ok(Vec::new()) };
    if admitted && policy == Policy::Admit {
        return Ok(Vec::new());
    }
    let mut replacements = Vec::new();
    for clause in clauses {
        let exact = matches!(clause.op, Op::Equal | Op::Identical) && !clause.wildcard;
        let respell = policy == Policy::Pin && exact && clause.value.to_string() != to.to_string();
        if !respell && (admitted || clause.admits(to)) {
            continue;
        }
        let new = changed(text, clause, to)?;
        if text.get(clause.version.clone()) != Some(new.as_str()) {
            replacements.push((clause.version.clone(), new));
        }
    }
    let after = replaced(text, &replacements);
    if !Reading::new(&after, syntax).is_ok_and(|r| r.admits(to)) {
        return Err(no_form());
    }
    Ok(replacements)
}

/// The version text that `clause` must have to admit `to`.
fn changed(text: &str, clause: &Clause, to: &Version) -> Result<String, Refusal> {
    let specifier = text.to_owned();
    let below = *to < clause.value;
    let cut = || release_text(to, &to.line(clause.precision));
    match clause.op {
        Op::Equal | Op::Identical if clause.wildcard => Ok(format!("{}.*", cut())),
        Op::Equal | Op::Identical => Ok(to.to_string()),
        Op::NotEqual => Err(Refusal::Excluded { specifier }),
        Op::Greater | Op::GreaterEqual => Err(Refusal::Floor { specifier }),
        Op::Compatible | Op::Caret | Op::Tilde if below => Err(Refusal::Floor { specifier }),
        Op::Compatible | Op::Caret | Op::Tilde => {
            // A floor cut to 3.0 would lie above 3.0b1.
            let cut = cut();
            let fits = Version::new(&cut).is_ok_and(|floor| floor <= *to);
            Ok(if fits { cut } else { to.to_string() })
        }
        Op::LessEqual => Ok(to.to_string()),
        Op::Less => upper(text, clause, to).ok_or(Refusal::NoForm { specifier }),
        Op::Any => Ok("*".to_owned()),
    }
}

/// The next bound above `to` in the shape of the old one: `<2.0` to `<4.0`, `<1.3` to `<3.5`, `<1.2.3` to `<3.4.6`.
fn upper(text: &str, clause: &Clause, to: &Version) -> Option<String> {
    let old = clause.value.release();
    let significant = old.iter().rposition(|n| *n != 0).unwrap_or(0);
    let mut numbers = next(&to.line(significant + 1), significant)?;
    numbers.resize(clause.precision, 0);
    let release = release_text(to, &numbers);
    // `<2.0.dev0`, `<2a0`: the suffix keeps pre-releases of the bound out and stays.
    let written = text.get(clause.version.clone())?;
    let head: usize = written.find(|c: char| !(c.is_ascii_digit() || ".!vV".contains(c))).unwrap_or(written.len());
    let head = written.get(..head)?.trim_end_matches('.').len();
    Some(format!("{release}{}", written.get(head..)?))
}

/// `text` with `replacements` (in order, apart) made.
pub(crate) fn replaced(text: &str, replacements: &[Replacement]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for (range, new) in replacements {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn raise(text: &str, syntax: Syntax, to: &str) -> Result<String, Refusal> {
        let to = Version::new(to).unwrap();
        raised(text, syntax, &to, Policy::Admit).map(|r| replaced(text, &r))
    }

    #[test]
    fn every_operator_keeps_its_style() {
        for (old, to, new) in [
            ("==1.2", "3.4.5", "==3.4.5"),
            ("== 1.2", "3.4.5", "== 3.4.5"),
            ("===1.2", "3.4.5", "===3.4.5"),
            ("~=1.2", "3.4.5", "~=3.4"),
            ("~=1.2.3", "3.4", "~=3.4.0"),
            ("~=1.2", "3.0b1", "~=3.0b1"),
            ("==1.2.*", "3.4.5", "==3.4.*"),
            (">=1,<2", "3.4.5", ">=1,<4"),
            (">=1, <2.0", "3.4.5", ">=1, <4.0"),
            (">=1,<1.3", "3.4.5", ">=1,<3.5"),
            ("<1.3.0", "3.4.5", "<3.5.0"),
            ("<1.2.3", "3.4.5", "<3.4.6"),
            ("<2.0.dev0", "2.1", "<3.0.dev0"),
            ("<2.0a0", "2.0", "<3.0a0"),
            ("<2", "2.0b1", "<3"),
            ("<=1.2", "3.4.5", "<=3.4.5"),
            (">=1,!=1.5,<2", "3.0", ">=1,!=1.5,<4"),
            ("<2", "1!1.0", "<1!2"),
            ("", "3.0", ""),
            (">=1", "3.0", ">=1"),
        ] {
            assert_eq!(raise(old, Syntax::Pep440, to).unwrap(), new, "{old} to {to}");
        }
        for (old, to, new) in [
            ("^1.2", "3.4.5", "^3.4"),
            ("^1", "3.4.5", "^3"),
            ("^1.2.3", "3.4", "^3.4.0"),
            ("~1.2", "3.4.5", "~3.4"),
            ("1.*", "3.4.5", "3.*"),
            ("1.2.3", "3.4.5", "3.4.5"),
            ("*", "3.4.5", "*"),
            ("^1.0 || ^2.0", "3.4.5", "^1.0 || ^3.4"),
            ("^1.0 || ^2.0", "1.5", "^1.0 || ^2.0"),
        ] {
            assert_eq!(raise(old, Syntax::Poetry, to).unwrap(), new, "{old} to {to}");
        }
    }

    #[test]
    fn a_floor_is_never_lowered_and_an_exclusion_never_dropped() {
        for low in [">=2", ">2", "~=2.1", ">=2,<3"] {
            assert!(matches!(raise(low, Syntax::Pep440, "1.5"), Err(Refusal::Floor { .. })), "{low}");
        }
        assert!(matches!(raise("^2.1", Syntax::Poetry, "1.5"), Err(Refusal::Floor { .. })));
        assert!(matches!(raise(">1,!=1.5", Syntax::Pep440, "1.5"), Err(Refusal::Excluded { .. })));
        assert!(matches!(raise("!=1.5.*", Syntax::Pep440, "1.5.2"), Err(Refusal::Excluded { .. })));
    }

    #[test]
    fn pins_are_respelled_only_on_request() {
        let to = Version::new("1.0.0").unwrap();
        assert_eq!(raised("==1.0", Syntax::Pep440, &to, Policy::Admit).unwrap(), []);
        let pins = raised("==1.0", Syntax::Pep440, &to, Policy::Pin).unwrap();
        assert_eq!(replaced("==1.0", &pins), "==1.0.0");
        assert_eq!(raised(">=0.9", Syntax::Pep440, &to, Policy::Pin).unwrap(), []);
    }
}
