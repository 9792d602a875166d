//! Licences: what a package's metadata state, brought to SPDX identifiers.
//!
//! Lives here: the datum, and reading one text. `expression` parses `MIT OR GPL-3.0-only`, `spoken` knows what people
//! write instead. Lives elsewhere: where the texts stand (`ecosystems`), whether a licence is allowed (`decide::policy`).
//! Source: SPDX specification 2.3 annex D; identifiers and exceptions are those of the SPDX licence list 3.28.

mod expression;
mod spoken;

pub use expression::{BadExpression, Expression, Term};

use serde::{Deserialize, Serialize};

/// Characters of a stated text that are kept.
const KEPT: usize = 200;

/// What one release states about its licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Licence {
    /// The release that it was read from.
    pub version: String,
    /// SPDX expression; absent where what is stated is none, or could be one of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spdx: Option<String>,
    /// SPDX expressions that the text can mean: `BSD License` is two. Empty: it is `spdx`, or it was not recognised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// As stated, cut to 200 characters. From outside: escape.
    pub text: String,
    /// The field that states it: `License-Expression`, `Classifier`, `License`, `license`.
    pub stated_by: String,
}

impl Licence {
    /// Reads a text of which the field says no more than that it is about the licence.
    pub fn read(version: &str, stated_by: &str, text: &str) -> Self {
        let text = text.trim();
        let mut meant = match Expression::parse(text) {
            Ok(expression) if expression.terms().iter().all(|term| term.known || term.is_reference()) => {
                vec![expression.to_string()]
            }
            _ => spoken::meant(text),
        };
        let spdx = if meant.len() == 1 { meant.pop() } else { None };
        let cut = text.chars().count() > KEPT;
        let text = text.chars().take(KEPT).chain(cut.then_some('…')).collect();
        Self { version: version.to_owned(), spdx, candidates: meant, text, stated_by: stated_by.to_owned() }
    }

    /// The same text with its meaning already known: `meant` are SPDX expressions, any of which it can be.
    pub fn meaning(version: &str, stated_by: &str, text: &str, mut meant: Vec<String>) -> Self {
        let spdx = if meant.len() == 1 { meant.pop() } else { None };
        Self { spdx, candidates: meant, ..Self::read(version, stated_by, text) }
    }

    /// It is one SPDX expression, and nothing of it is open.
    pub fn is_plain(&self) -> bool {
        self.spdx.is_some()
    }

    /// The expression where there is one, else the text as stated.
    pub fn shown(&self) -> &str {
        self.spdx.as_deref().unwrap_or(&self.text)
    }

    /// The two surely do not mean the same. Texts that could are no change: the words for a licence change often.
    pub fn differs(&self, other: &Self) -> bool {
        let meant = |licence: &Self| -> Vec<Vec<String>> {
            let all = licence.spdx.iter().chain(&licence.candidates);
            all.map(|text| {
                let parsed = Expression::parse(text);
                let mut terms: Vec<String> =
                    parsed.iter().flat_map(Expression::terms).map(ToString::to_string).collect();
                terms.sort();
                terms
            })
            .collect()
        };
        let (here, there) = (meant(self), meant(other));
        if here.is_empty() || there.is_empty() {
            return self.text != other.text;
        }
        !here.iter().any(|one| there.contains(one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_people_write_come_to_identifiers_or_stay_open() {
        let cases: &[(&str, &[&str])] = &[
            ("MIT", &["MIT"]),
            ("mit", &["MIT"]),
            ("MIT License", &["MIT"]),
            ("The MIT License (MIT)", &["MIT"]),
            ("(MIT OR Apache-2.0)", &["MIT OR Apache-2.0"]),
            ("Apache 2.0", &["Apache-2.0"]),
            ("Apache License, Version 2.0", &["Apache-2.0"]),
            ("Apache Software License", &["Apache-2.0"]),
            ("BSD", &["BSD-2-Clause", "BSD-3-Clause"]),
            ("BSD 3-Clause License", &["BSD-3-Clause"]),
            ("new BSD", &["BSD-3-Clause"]),
            ("GPLv3", &["GPL-3.0-only", "GPL-3.0-or-later"]),
            ("GPLv3+", &["GPL-3.0-or-later"]),
            ("GPL-2.0", &["GPL-2.0-only"]),
            ("LGPL-2.1+", &["LGPL-2.1-or-later"]),
            ("GPL-2.0-only WITH Classpath-exception-2.0", &["GPL-2.0-only WITH Classpath-exception-2.0"]),
            ("LicenseRef-Proprietary", &["LicenseRef-Proprietary"]),
            ("MPL 2.0", &["MPL-2.0"]),
            ("Unlicense", &["Unlicense"]),
            // npm's word for "no licence is given" is not the licence of that name.
            ("UNLICENSED", &[]),
            ("SEE LICENSE IN LICENSE.md", &[]),
            ("Custom", &[]),
            ("MIT OR Custom", &[]),
            ("public domain", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let read = Licence::read("1.0", "License", text);
            let meant: Vec<&str> = read.spdx.iter().chain(&read.candidates).map(String::as_str).collect();
            assert_eq!(meant, *expected, "{text}");
        }
    }

    #[test]
    fn other_words_for_a_licence_are_no_change() {
        let read = |text: &str| Licence::read("1.0", "License", text);
        for (from, to, differs) in [
            ("MIT", "MIT License", false),
            ("BSD", "BSD-3-Clause", false),
            ("BSD-2-Clause OR Apache-2.0", "Apache-2.0 OR BSD-2-Clause", false),
            ("BSD", "MIT", true),
            ("MIT", "MIT AND GPL-3.0-only", true),
            ("MIT", "see LICENSE", true),
        ] {
            assert_eq!(read(from).differs(&read(to)), differs, "{from} -> {to}");
        }
    }

    #[test]
    fn a_whole_licence_in_the_field_is_cut() {
        let read = Licence::read("1.0", "License", &"é".repeat(5000));
        assert_eq!(read.text.chars().count(), KEPT + 1);
        assert!(!read.is_plain());
    }
}
