//! A heading's text as a release: `Version 3.1.3`, `[1.2.0] - 2024-01-02`, `pkg@4.0.1`, `Django 5.0 release notes`.
//!
//! Lives here: version and date. Strict, since a heading such as `Python 3.12 support` is no release of the package.

use uplift_model::Ecosystem;

use super::number::Number;

/// A heading that names a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Title {
    pub(super) number: Number,
    /// As the heading writes it, without `v`.
    pub(super) version: String,
    /// As the heading writes it.
    pub(super) date: Option<String>,
}

/// Words that may stand before the version.
const BEFORE: [&str; 17] = [
    "version",
    "release",
    "released",
    "releases",
    "changes",
    "changelog",
    "change",
    "log",
    "what's",
    "what’s",
    "new",
    "in",
    "for",
    "notes",
    "of",
    "the",
    "since",
];
/// Other projects' names, which come before versions too.
const OTHERS: [&str; 10] =
    ["python", "node", "node.js", "nodejs", "pypy", "cpython", "typescript", "npm", "windows", "macos"];
/// Words that may follow the version at once.
const AFTER: [&str; 18] = [
    "full",
    "see",
    "release",
    "released",
    "changelog",
    "changes",
    "unreleased",
    "yanked",
    "beta",
    "final",
    "stable",
    "lts",
    "alpha",
    "rc",
    "is",
    "series",
    "notes",
    "hotfix",
];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Longest heading that is tried.
const LONGEST: usize = 160;

/// Reads a heading in plain text. `None` when it names no release of `package`.
pub(super) fn title(text: &str, package: &str, ecosystem: Ecosystem) -> Option<Title> {
    if text.len() > LONGEST {
        return None;
    }
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '@');
    let mut words: Vec<&str> = Vec::new();
    let mut rest = text;
    let (number, version, after) = loop {
        if let Some((number, version, after)) = version_at(rest, ecosystem) {
            break (number, version, after);
        }
        // `name@1.2.3` and `name-1.2.3` in one word.
        let word = rest.split_whitespace().next()?;
        if let Some(found) = glued(word, package, ecosystem) {
            break (found.0, found.1, rest.get(word.len()..).unwrap_or_default());
        }
        words.push(word);
        if words.len() > 5 {
            return None;
        }
        rest = rest
            .get(word.len()..)?
            .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '[' | '(' | ':' | '-' | '`' | '"'));
    };
    let named = words.iter().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’'));
    let named: Vec<String> =
        named.map(str::to_lowercase).filter(|w| !w.is_empty() && !BEFORE.contains(&w.as_str())).collect();
    if !named.is_empty() && !is_own(&named, package) {
        return None;
    }
    let announced = !words.is_empty() || text.starts_with(['v', 'V']);
    if !version.contains('.') && !announced && date(after).is_none() {
        return None;
    }
    let tail = after.trim_start_matches([']', ')', '`', '*', '"', '.', '?', '!']);
    follows(tail).then(|| Title { number, version: version.to_owned(), date: date(tail) })
}

/// A version at the very start, with the text behind it.
fn version_at(text: &str, ecosystem: Ecosystem) -> Option<(Number, &str, &str)> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text).trim_start_matches('.');
    let within = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '!' | '_');
    let end = bare.find(|c: char| !within(c)).unwrap_or(bare.len());
    let word = bare.get(..end)?.trim_end_matches(['.', '-', '!', '_', '+']);
    if is_day(word) {
        return None;
    }
    let number = Number::read(ecosystem, word)?;
    // A year or a count is no version; a heading of one number only is, when it is announced as one.
    (word.contains('.') || word.len() <= 3).then(|| (number, word, bare.get(word.len()..).unwrap_or_default()))
}

fn glued<'a>(word: &'a str, package: &str, ecosystem: Ecosystem) -> Option<(Number, &'a str)> {
    let start = word.get(1..)?.find('@').map(|at| at + 1).or_else(|| {
        let digits = |at: &usize| word.as_bytes().get(at + 1).is_some_and(|b| b.is_ascii_digit() || *b == b'v');
        word.match_indices(['-', '_', '/']).map(|(at, _)| at).find(digits)
    })?;
    let (name, version) = (word.get(..start)?, word.get(start + 1..)?);
    let exact = name.contains('@') || word.get(start..=start) == Some("@");
    let own = if exact {
        name.eq_ignore_ascii_case(package) || !name.contains('/') && squashed(name) == squashed(package)
    } else {
        squashed(name) == squashed(package)
    };
    let (number, text, rest) = version_at(version, ecosystem).filter(|_| own)?;
    rest.trim_end_matches([':', ')', ']', ',']).is_empty().then_some((number, text))
}

/// Whether words name the package: `NumPy`, `redis-py`, `Flask-SQLAlchemy`.
fn is_own(words: &[String], package: &str) -> bool {
    if words.len() == 1 && words.iter().any(|w| OTHERS.contains(&w.as_str()) && !w.eq_ignore_ascii_case(package)) {
        return false;
    }
    let (said, own) = (squashed(&words.concat()), squashed(package));
    let tail = squashed(package.rsplit('/').next().unwrap_or(package));
    let near = |long: &str, short: &str| short.len() >= 3 && long.contains(short);
    said == own || said == tail || near(&own, &said) || near(&said, &tail)
}

fn squashed(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether the rest of a heading may follow a version: nothing, a date, a code name after a dash, `released …`.
fn follows(rest: &str) -> bool {
    let rest = rest.trim();
    let Some(first) = rest.chars().next() else { return true };
    if !first.is_alphanumeric() {
        // `1.2 & 1.3`, `1.2 => 1.3` name more than one release or none.
        return !matches!(first, '&' | '=' | '>' | '<' | '+');
    }
    let word = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    AFTER.contains(&word.as_str()) || date(rest).is_some_and(|d| rest.starts_with(d.as_str()))
}

fn is_day(text: &str) -> bool {
    let text = text.as_bytes();
    text.len() >= 10
        && text.iter().take(10).enumerate().all(|(at, b)| match at {
            // With dots it is a version of a calendar's scheme.
            4 | 7 => matches!(b, b'-' | b'/'),
            _ => b.is_ascii_digit(),
        })
}

/// A date, as it is written: `2024-01-02`, `2 January 2024`, `Jan 2, 2024`, `October 2023`.
pub(super) fn date(text: &str) -> Option<String> {
    let starts = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at);
    for at in starts.take(40) {
        let rest = text.get(at..).unwrap_or_default();
        if is_day(rest) {
            return rest.get(..10).map(str::to_owned);
        }
    }
    // Words: a month and a year next to each other, with the day between or before.
    let words: Vec<&str> = text.split_whitespace().take(24).collect();
    let bare = |w: &str| w.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_lowercase();
    let month = words.iter().position(|w| {
        let w = bare(w);
        MONTHS.iter().any(|m| w.starts_with(m)) && w.len() <= 9 && w.bytes().all(|b| b.is_ascii_alphabetic())
    })?;
    let is_year = |w: &&str| {
        let w = bare(w);
        w.len() == 4 && (w.starts_with("19") || w.starts_with("20")) && w.bytes().all(|b| b.is_ascii_digit())
    };
    let is_number = |w: &&str| bare(w).starts_with(|c: char| c.is_ascii_digit()) && bare(w).len() <= 4;
    let end = (month + 1..(month + 3).min(words.len())).find(|at| words.get(*at).is_some_and(is_year))?;
    let start =
        month.checked_sub(1).filter(|at| words.get(*at).is_some_and(|w| is_number(w) && !is_year(w))).unwrap_or(month);
    let date = words.get(start..=end)?.join(" ");
    Some(date.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned())
}

/// `Released 2024-01-02`, `Release date: …`, `December 4, 2023`: a line that only says when.
pub(super) fn is_date_line(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let said = ["released", "release date", "release-date", "release", "date"].iter().any(|w| lower.starts_with(w));
    text.len() < 60 && date(text).is_some_and(|day| text.len() <= day.len() + if said { 24 } else { 3 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_releases_are_read_and_others_are_not() {
        let python = |text: &str, package: &str| title(text, package, Ecosystem::Python).map(|t| (t.version, t.date));
        let some = |v: &str, d: Option<&str>| Some((v.to_owned(), d.map(str::to_owned)));
        assert_eq!(python("Version 3.1.3", "flask"), some("3.1.3", None));
        assert_eq!(python("[1.2.0] - 2024-01-02", "x"), some("1.2.0", Some("2024-01-02")));
        assert_eq!(python("pytest 8.3.4 (2024-12-01)", "pytest"), some("8.3.4", Some("2024-12-01")));
        assert_eq!(python("Django 5.0.1 release notes", "django"), some("5.0.1", None));
        assert_eq!(python("What’s new in SQLAlchemy 2.0?", "sqlalchemy"), some("2.0", None));
        assert_eq!(python("NumPy 2.0.0 Release Notes", "numpy"), some("2.0.0", None));
        assert_eq!(python("v1.21.0 — October 21, 2026", "x"), some("1.21.0", Some("October 21, 2026")));
        assert_eq!(python("21.3 - 17 November 2021", "packaging"), some("21.3", Some("17 November 2021")));
        assert_eq!(python("v65", "setuptools"), some("65", None));
        assert_eq!(python("2022.12.07 -- Reverent Raspberry", "furo"), some("2022.12.07", None));
        assert_eq!(python("2.0 \"Sunny\" edition", "x"), some("2.0", None));
        for other in [
            "Python 3.12",
            "Python 3.8 support dropped",
            "2.0 migration guide",
            "Unreleased",
            "2024-01-02",
            "2024",
            "5 reasons to upgrade",
            "Backwards incompatible changes in 5.0",
            "Features deprecated in 5.0",
            "",
        ] {
            assert_eq!(python(other, "django"), None, "{other}");
        }
        let node = |text: &str, package: &str| title(text, package, Ecosystem::JavaScript).map(|t| t.version);
        assert_eq!(node("@babel/core@7.1.0", "@babel/core").as_deref(), Some("7.1.0"));
        assert_eq!(node("@babel/cli@7.1.0", "@babel/core"), None);
        assert_eq!(node("4.18.2 / 2022-10-08", "express").as_deref(), Some("4.18.2"));
        assert_eq!(node("1.0.0-beta.3 (2020-01-01)", "x").as_deref(), Some("1.0.0-beta.3"));
    }
}
