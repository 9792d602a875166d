//! Options in requirements files: those on lines of their own and those behind a requirement.
//!
//! Source: the option table of pip's requirements file format.

use crate::python::manifest::Fragment;

/// One option with its place.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Long form.
    pub(super) name: &'static str,
    pub(super) value: Option<Fragment>,
    /// Name and value.
    pub(super) whole: Fragment,
}

/// Long form, short form (empty: none), whether a value follows.
const KNOWN: &[(&str, &str, bool)] = &[
    ("--requirement", "-r", true),
    ("--constraint", "-c", true),
    ("--editable", "-e", true),
    ("--index-url", "-i", true),
    ("--pypi-url", "", true),
    ("--extra-index-url", "", true),
    ("--find-links", "-f", true),
    ("--no-binary", "", true),
    ("--only-binary", "", true),
    ("--trusted-host", "", true),
    ("--use-feature", "", true),
    ("--hash", "", true),
    ("--global-option", "", true),
    ("--install-option", "", true),
    ("--config-settings", "-C", true),
    ("--config-setting", "", true),
    ("--no-index", "", false),
    ("--prefer-binary", "", false),
    ("--require-hashes", "", false),
    ("--pre", "", false),
    ("--no-deps", "", false),
    ("--always-unzip", "-Z", false),
];

/// Reads all options of `text`; the message names the first that is not one.
pub(super) fn read(text: &Fragment) -> (Vec<Found>, Option<String>) {
    let words = words(text);
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(word) = words.get(index) {
        let written = text.text().get(word.clone()).unwrap_or_default();
        index += 1;
        let long = |known: &&(&str, &str, bool)| {
            let rest = written.strip_prefix(known.0);
            rest.is_some_and(|r| r.is_empty() || known.2 && r.starts_with('='))
        };
        let short = |known: &&(&str, &str, bool)| !known.1.is_empty() && written.starts_with(known.1);
        let is_long = written.starts_with("--");
        let known = KNOWN.iter().find(|k| if is_long { long(k) } else { short(k) });
        let Some((name, brief, takes)) = known else {
            return (found, Some(format!("`{written}` is not an option of requirements files")));
        };
        let given = if is_long { name.len() } else { brief.len() };
        let attached = written.len() > given;
        let value = match (takes, attached) {
            (false, _) => None,
            (true, true) => {
                let equals = usize::from(written.get(given..).is_some_and(|r| r.starts_with('=')));
                Some(word.start + given + equals..word.end)
            }
            (true, false) => {
                let Some(next) = words.get(index) else {
                    return (found, Some(format!("`{written}` wants a value")));
                };
                index += 1;
                Some(next.clone())
            }
        };
        let end = value.as_ref().map_or(word.end, |v| v.end);
        let value = value.map(|range| unquoted(&text.slice(range)));
        found.push(Found { name, value, whole: text.slice(word.start..end) });
    }
    (found, None)
}

/// The requirement and, from its first option on, what follows it.
pub(super) fn split_requirement(content: &Fragment) -> (Fragment, Option<Fragment>) {
    let text = content.text();
    let option = words(content).into_iter().find(|w| text.get(w.clone()).is_some_and(|w| w.starts_with('-')));
    match option {
        Some(option) => {
            let tail = content.slice(option.start..text.len());
            (content.slice(0..option.start).trimmed(), Some(tail))
        }
        None => (content.clone(), None),
    }
}

/// Ranges between white space; quotes hold white space together.
fn words(text: &Fragment) -> Vec<std::ops::Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    for (at, c) in text.text().char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                start = start.or(Some(at));
            }
            None if c.is_whitespace() => words.extend(start.take().map(|s| s..at)),
            None => start = start.or(Some(at)),
        }
    }
    words.extend(start.map(|s| s..text.text().len()));
    words
}

fn unquoted(text: &Fragment) -> Fragment {
    let all = text.text();
    let quoted = all.len() > 1 && ['"', '\''].iter().any(|q| all.starts_with(*q) && all.ends_with(*q));
    if quoted { text.slice(1..all.len() - 1) } else { text.clone() }
}
