//! What people write in place of an SPDX identifier, and which licences it can mean.
//!
//! A text that names a family without its version or clauses means several: nobody but its author knows which.

/// Longest text that is looked at, in characters: what is longer is the licence itself.
const LONGEST: usize = 80;

/// In normal form, and what each can mean.
const SPOKEN: &[(&str, &[&str])] = &[
    ("mit", &["MIT"]),
    ("mit-mit", &["MIT"]),
    ("expat", &["MIT"]),
    ("mit-expat", &["MIT"]),
    ("apache", &["Apache-2.0"]),
    ("apache2", &["Apache-2.0"]),
    ("apache-2", &["Apache-2.0"]),
    ("apache-2.0", &["Apache-2.0"]),
    ("apache2.0", &["Apache-2.0"]),
    ("apache-2.0-apache-2.0", &["Apache-2.0"]),
    ("asl-2", &["Apache-2.0"]),
    ("asl-2.0", &["Apache-2.0"]),
    ("bsd", &["BSD-2-Clause", "BSD-3-Clause"]),
    ("bsd-like", &["BSD-2-Clause", "BSD-3-Clause"]),
    ("bsd-2", &["BSD-2-Clause"]),
    ("2-clause-bsd", &["BSD-2-Clause"]),
    ("bsd-2-clause", &["BSD-2-Clause"]),
    ("simplified-bsd", &["BSD-2-Clause"]),
    ("freebsd", &["BSD-2-Clause"]),
    ("bsd-3", &["BSD-3-Clause"]),
    ("3-clause-bsd", &["BSD-3-Clause"]),
    ("bsd-3-clause", &["BSD-3-Clause"]),
    ("bsd3", &["BSD-3-Clause"]),
    ("new-bsd", &["BSD-3-Clause"]),
    ("modified-bsd", &["BSD-3-Clause"]),
    ("revised-bsd", &["BSD-3-Clause"]),
    ("isc", &["ISC"]),
    ("iscl", &["ISC"]),
    ("mpl", &["MPL-1.1", "MPL-2.0"]),
    ("mpl-2", &["MPL-2.0"]),
    ("mpl-2.0", &["MPL-2.0"]),
    ("mpl2", &["MPL-2.0"]),
    ("mozilla-public-2.0", &["MPL-2.0"]),
    ("mozilla-public-2.0-mpl-2.0", &["MPL-2.0"]),
    ("psf", &["PSF-2.0"]),
    ("psfl", &["PSF-2.0"]),
    ("python-foundation", &["PSF-2.0"]),
    ("python", &["PSF-2.0", "Python-2.0"]),
    ("unlicense", &["Unlicense"]),
    ("unlicense-unlicense", &["Unlicense"]),
    ("cc0", &["CC0-1.0"]),
    ("cc0-1.0", &["CC0-1.0"]),
    ("zlib", &["Zlib"]),
    ("zpl-2.1", &["ZPL-2.1"]),
    ("zope-public-2.1", &["ZPL-2.1"]),
    ("boost-1.0", &["BSL-1.0"]),
    ("bsl-1.0", &["BSL-1.0"]),
    ("wtfpl", &["WTFPL"]),
    ("gpl", &["GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later"]),
    ("gnu-gpl", &["GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later"]),
    ("gpl-2", &["GPL-2.0-only", "GPL-2.0-or-later"]),
    ("gpl-3", &["GPL-3.0-only", "GPL-3.0-or-later"]),
    ("gpl-2+", &["GPL-2.0-or-later"]),
    ("gpl-3+", &["GPL-3.0-or-later"]),
    ("lgpl", &["LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"]),
    ("gnu-lgpl", &["LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"]),
    ("lgpl-2.1", &["LGPL-2.1-only", "LGPL-2.1-or-later"]),
    ("lgpl-3", &["LGPL-3.0-only", "LGPL-3.0-or-later"]),
    ("lgpl-2.1+", &["LGPL-2.1-or-later"]),
    ("lgpl-3+", &["LGPL-3.0-or-later"]),
    ("agpl", &["AGPL-3.0-only", "AGPL-3.0-or-later"]),
    ("agpl-3", &["AGPL-3.0-only", "AGPL-3.0-or-later"]),
    ("agpl-3+", &["AGPL-3.0-or-later"]),
];

/// SPDX expressions that `text` can mean; empty: it is not recognised.
pub(super) fn meant(text: &str) -> Vec<String> {
    if text.chars().count() > LONGEST {
        return Vec::new();
    }
    let normal = normal(text);
    let found = SPOKEN.iter().find(|(spoken, _)| *spoken == normal).map(|(_, meant)| *meant).unwrap_or_default();
    found.iter().map(|one| (*one).to_owned()).collect()
}

/// Lower case, joined by dashes, without the words that say nothing: `The GPLv3 License` is `gpl-3`.
fn normal(text: &str) -> String {
    const EMPTY: [&str; 9] = ["the", "license", "licence", "licensed", "licenses", "version", "software", "v", "under"];
    let lower = text.to_lowercase().replace("gplv", "gpl ").replace("mplv", "mpl ");
    let lower = lower.replace("or later", "+").replace(" +", "+");
    let words = lower.split(|c: char| c.is_whitespace() || ",()\"'-_/".contains(c)).filter(|w| !w.is_empty());
    let kept = words.filter(|word| !EMPTY.contains(word)).map(|word| {
        let number = word.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        number.unwrap_or(word)
    });
    let normal = kept.collect::<Vec<_>>().join("-");
    // `gpl-3.0` is `gpl-3`; the others keep their zeros, as their identifiers do.
    if normal.contains("gpl") { normal.replace(".0", "") } else { normal }
}

#[cfg(test)]
mod tests {
    use crate::licence::Expression;

    use super::*;

    #[test]
    fn every_meaning_is_an_expression_of_listed_licences() {
        for (spoken, meant) in SPOKEN {
            assert_eq!(normal(spoken), *spoken, "a key is in normal form");
            for one in *meant {
                let read = Expression::parse(one).unwrap();
                assert!(read.terms().iter().all(|term| term.known), "{one}");
                assert_eq!(read.to_string(), *one);
            }
        }
    }
}
