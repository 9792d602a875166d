//! SPDX licence expressions: `(MIT OR Apache-2.0) AND GPL-2.0-only WITH Classpath-exception-2.0`.
//!
//! Operators in any case, since package registries hold them in any; identifiers are brought to the list's spelling, and
//! `GPL-2.0`, `GPL-2.0+` to the names that replaced them. An identifier that is on no list is kept, and marked.

use std::fmt;
use std::sync::LazyLock;

/// Characters of an expression that are read, and how deep parentheses may nest: more than any package states.
const LONGEST: usize = 2000;
const DEEPEST: usize = 50;

static IDENTIFIERS: LazyLock<Vec<&'static str>> = LazyLock::new(|| include_str!("identifiers.txt").lines().collect());
static EXCEPTIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| include_str!("exceptions.txt").lines().collect());

/// Families whose identifiers say `-only` or `-or-later` where others say nothing or `+`.
const GNU: [&str; 4] = ["AGPL-", "GFDL-", "GPL-", "LGPL-"];

/// A licence, or several that are joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    Term(Term),
    /// All of them hold.
    And(Vec<Expression>),
    /// The user chooses one.
    Or(Vec<Expression>),
}

/// One licence, with what is granted beyond it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Without `-only`, `-or-later` and `+`: `GPL-3.0`, `MIT`.
    pub base: String,
    pub or_later: bool,
    pub exception: Option<String>,
    /// Licence and exception are on SPDX's lists.
    pub known: bool,
}

/// A text that is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no SPDX expression: {why}")]
pub struct BadExpression {
    text: String,
    why: String,
}

impl Expression {
    /// # Errors
    /// [`BadExpression`] with what is wrong in words.
    pub fn parse(text: &str) -> Result<Self, BadExpression> {
        let shown = || text.chars().take(80).collect::<String>();
        if text.len() > LONGEST {
            return Err(BadExpression { text: shown(), why: "it is longer than any that was seen".to_owned() });
        }
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let mut words = Words { words: spaced.split_whitespace().collect(), at: 0 };
        let parsed = words.any_of(0).and_then(|parsed| match words.peek() {
            None => Ok(parsed),
            Some(word) => Err(format!("`{word}` stands after its end")),
        });
        parsed.map_err(|why| BadExpression { text: shown(), why })
    }

    /// Every licence that it names, in their order.
    pub fn terms(&self) -> Vec<&Term> {
        match self {
            Self::Term(term) => vec![term],
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::terms).collect(),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, joint) = match self {
            Self::Term(term) => return term.fmt(f),
            Self::And(parts) => (parts, " AND "),
            Self::Or(parts) => (parts, " OR "),
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                f.write_str(joint)?;
            }
            match part {
                Self::Term(term) => term.fmt(f)?,
                joined => write!(f, "({joined})")?,
            }
        }
        Ok(())
    }
}

impl Term {
    /// A name that its author made up: `LicenseRef-Proprietary`.
    pub fn is_reference(&self) -> bool {
        self.base.starts_with("LicenseRef-") || self.base.starts_with("DocumentRef-")
    }

    fn read(word: &str) -> Result<Self, String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-.+:".contains(c);
        if !word.chars().all(fits) || !word.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(format!("`{word}` is no identifier"));
        }
        let (word, plus) = word.strip_suffix('+').map_or((word, false), |word| (word, true));
        if word.contains('+') || word.is_empty() {
            return Err(format!("`{word}` is no identifier"));
        }
        let listed = find(&IDENTIFIERS, word);
        let name = listed.unwrap_or(word);
        let is_gnu = GNU.iter().any(|family| name.starts_with(family)) && listed.is_some();
        let (base, later) = match (is_gnu, name.strip_suffix("-only"), name.strip_suffix("-or-later")) {
            (true, Some(base), _) => (base, false),
            (true, _, Some(base)) => (base, true),
            _ => (name, false),
        };
        Ok(Self { base: base.to_owned(), or_later: later || plus, exception: None, known: listed.is_some() })
    }

    fn is_gnu(&self) -> bool {
        let family = || GNU.iter().any(|family| self.base.starts_with(family));
        family() && find(&IDENTIFIERS, &format!("{}-only", self.base)).is_some()
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = match (self.is_gnu(), self.or_later) {
            (true, true) => "-or-later",
            (true, false) => "-only",
            (false, true) => "+",
            (false, false) => "",
        };
        write!(f, "{}{suffix}", self.base)?;
        self.exception.iter().try_for_each(|exception| write!(f, " WITH {exception}"))
    }
}

/// The list's own spelling of a name.
fn find(list: &[&'static str], word: &str) -> Option<&'static str> {
    list.iter().find(|known| known.eq_ignore_ascii_case(word)).copied()
}

struct Words<'a> {
    words: Vec<&'a str>,
    at: usize,
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }

    fn take(&mut self, wanted: &str) -> bool {
        let there = self.peek().is_some_and(|word| word.eq_ignore_ascii_case(wanted));
        self.at += usize::from(there);
        there
    }

    fn any_of(&mut self, depth: usize) -> Result<Expression, String> {
        let mut parts = vec![self.all_of(depth)?];
        while self.take("OR") {
            parts.push(self.all_of(depth)?);
        }
        Ok(one_or(parts, Expression::Or))
    }

    fn all_of(&mut self, depth: usize) -> Result<Expression, String> {
        let mut parts = vec![self.term(depth)?];
        while self.take("AND") {
            parts.push(self.term(depth)?);
        }
        Ok(one_or(parts, Expression::And))
    }

    fn term(&mut self, depth: usize) -> Result<Expression, String> {
        if self.take("(") {
            if depth >= DEEPEST {
                return Err("its parentheses nest deeper than any that were seen".to_owned());
            }
            let inner = self.any_of(depth + 1)?;
            return if self.take(")") { Ok(inner) } else { Err("a parenthesis is not closed".to_owned()) };
        }
        let word = self.peek().ok_or("it ends where a licence is expected")?;
        let operator = ["AND", "OR", "WITH"].iter().any(|operator| word.eq_ignore_ascii_case(operator));
        if operator || word == ")" {
            return Err(format!("`{word}` stands where a licence is expected"));
        }
        self.at += 1;
        let mut term = Term::read(word)?;
        if self.take("WITH") {
            let word = self.peek().ok_or("it ends where an exception is expected")?;
            let exception = Term::read(word)?;
            if exception.or_later {
                return Err(format!("`{word}` is no exception"));
            }
            self.at += 1;
            let listed = find(&EXCEPTIONS, word);
            term.known &= listed.is_some();
            term.exception = Some(listed.unwrap_or(word).to_owned());
        }
        Ok(Expression::Term(term))
    }
}

fn one_or(mut parts: Vec<Expression>, several: fn(Vec<Expression>) -> Expression) -> Expression {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            several(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn expressions_are_read_by_precedence_and_written_in_the_lists_spelling() {
        for (text, expected) in [
            ("mit", "MIT"),
            ("(MIT)", "MIT"),
            ("MIT or apache-2.0 and BSD-3-Clause", "MIT OR (Apache-2.0 AND BSD-3-Clause)"),
            ("(MIT OR Apache-2.0) AND BSD-3-Clause", "(MIT OR Apache-2.0) AND BSD-3-Clause"),
            ("gpl-2.0", "GPL-2.0-only"),
            ("GPL-2.0+", "GPL-2.0-or-later"),
            ("GPL-3.0-or-later", "GPL-3.0-or-later"),
            ("Apache-2.0+", "Apache-2.0+"),
            ("GPL-2.0-or-later with classpath-exception-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0"),
            ("LicenseRef-Ours", "LicenseRef-Ours"),
            ("GFDL-1.3-no-invariants-or-later", "GFDL-1.3-no-invariants-or-later"),
        ] {
            assert_eq!(Expression::parse(text).map(|e| e.to_string()), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_none_says_why() {
        for text in
            ["", "MIT License", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT WITH", "()", "MIT WITH a+", "a b", "+", "é"]
        {
            let error = Expression::parse(text).unwrap_err().to_string();
            assert!(error.contains("is no SPDX expression: "), "{text}: {error}");
        }
        assert!(Expression::parse(&"(".repeat(1000)).is_err());
    }

    #[test]
    fn a_name_on_no_list_is_marked() {
        let of = |text: &str| Expression::parse(text).unwrap().terms().iter().map(|t| t.known).collect::<Vec<_>>();
        assert_eq!(of("MIT OR Custom"), [true, false]);
        assert_eq!(of("MIT WITH Own-exception"), [false]);
    }

    fn expressions() -> impl Strategy<Value = String> {
        let name = prop_oneof![
            proptest::sample::select(IDENTIFIERS.clone()).prop_map(str::to_owned),
            Just("Apache-2.0+".to_owned()),
            Just("GPL-2.0-only WITH Classpath-exception-2.0".to_owned()),
            Just("LicenseRef-x".to_owned()),
        ];
        name.prop_recursive(4, 20, 3, |inner| {
            (prop_oneof![Just(" AND "), Just(" OR ")], proptest::collection::vec(inner, 1..3))
                .prop_map(|(joint, parts)| format!("({})", parts.join(joint)))
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_as_it_was(text in expressions()) {
            let read = Expression::parse(&text).unwrap();
            prop_assert_eq!(Expression::parse(&read.to_string()).map(|e| e.to_string()), Ok(read.to_string()));
            prop_assert!(read.terms().iter().all(|t| t.known || t.is_reference()), "{}", text);
        }

        #[test]
        fn nothing_panics(text in "[A-Za-z0-9()+. \\-é]{0,120}", any in any::<String>()) {
            let _ = Expression::parse(&text);
            let _ = Expression::parse(&any);
        }
    }
}
