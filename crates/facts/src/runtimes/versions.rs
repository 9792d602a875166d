//! Versions of runtimes as people write them in files, and the lines they belong to.

use std::fmt;

use super::statement::Runtime;

/// A release line: `3.11`, `20`, `0.12`; also `3` where no more is said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line(Vec<u64>);

impl Line {
    pub(crate) fn read(text: &str) -> Option<Self> {
        text.split('.').map(|n| n.parse().ok()).collect::<Option<Vec<u64>>>().map(Self)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u64::to_string).collect();
        f.pad(&numbers.join("."))
    }
}

/// A version that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its line.
    pub(crate) line: String,
    /// As far as it is written: `3.11.4`.
    pub(crate) version: String,
    /// False for a range and for a line without its last number: `>=3.9`, `3.x`.
    pub(crate) exact: bool,
}

/// Long-term lines of Node by their names. Source: the Node.js release schedule.
const CODENAMES: [(&str, &str); 11] = [
    ("argon", "4"),
    ("boron", "6"),
    ("carbon", "8"),
    ("dubnium", "10"),
    ("erbium", "12"),
    ("fermium", "14"),
    ("gallium", "16"),
    ("hydrogen", "18"),
    ("iron", "20"),
    ("jod", "22"),
    ("krypton", "24"),
];

/// The line of Node that a codename means.
pub(crate) fn line_of_codename(name: &str) -> Option<&'static str> {
    CODENAMES.iter().find(|(codename, _)| *codename == name).map(|(_, line)| *line)
}

/// The codename of a long-term line of Node.
pub(crate) fn codename(line: &str) -> Option<&'static str> {
    CODENAMES.iter().find(|(_, known)| *known == line).map(|(codename, _)| *codename)
}

/// `3.11`, `v18.2`, `>=3.9`, `3.x`, `lts/iron`, `3.13-dev`. `None`: no version of `runtime` (`latest`, `pypy-3.9`).
pub(crate) fn named(runtime: Runtime, text: &str) -> Option<Named> {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    let small = text.to_ascii_lowercase();
    if small.starts_with("pypy") || small.starts_with("graalpy") {
        return None;
    }
    if runtime == Runtime::Node {
        let name = small.strip_prefix("lts/").or(small.strip_prefix("lts-")).unwrap_or(&small);
        let name = name.split('-').next().unwrap_or(name);
        if let Some(version) = line_of_codename(name) {
            return Some(Named { line: version.to_owned(), version: version.to_owned(), exact: true });
        }
    }
    let bare = small.trim_start_matches(|c: char| !c.is_ascii_digit());
    let before = small.get(..small.len() - bare.len()).unwrap_or_default().trim();
    const PREFIXES: [&str; 11] =
        ["", "v", "=", "==", "cpython-", "cpython", "python-", "python", "node-", "node", "nodejs"];
    let range = match before {
        _ if PREFIXES.contains(&before) => false,
        ">=" | "~" | "~=" | "^" | ">" => true,
        _ => return None,
    };
    let numbers = leading(bare);
    let rest = bare.get(numbers.len()..).unwrap_or_default();
    let numbers = numbers.trim_end_matches('.');
    let line = line(runtime, numbers)?;
    // `20.x` is one line of Node, `3.x` any of Python.
    let open = rest.contains(['|', '<', '>', ',']) || rest.contains(" - ");
    let whole = runtime == Runtime::Node || line.contains('.');
    Some(Named { line, version: numbers.to_owned(), exact: whole && !range && !open })
}

/// Digits and dots at the beginning.
fn leading(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The line of a version: two numbers for Python, one for Node (two below 1).
pub(crate) fn line(runtime: Runtime, version: &str) -> Option<String> {
    let mut numbers = version.split('.').map(|n| n.parse::<u32>().ok());
    let major = numbers.next()??;
    let minor = numbers.next().flatten();
    let plausible = match runtime {
        Runtime::Python => (2..=9).contains(&major),
        Runtime::Node => major < 100,
    };
    if !plausible {
        return None;
    }
    Some(match (runtime, minor) {
        (Runtime::Python, Some(minor)) => format!("{major}.{minor}"),
        (Runtime::Node, Some(minor)) if major == 0 => format!("0.{minor}"),
        _ => major.to_string(),
    })
}

/// `311` of `py311`, `python39`: the line of a tag without a dot; also `3.11`.
pub(crate) fn undotted(digits: &str) -> Option<String> {
    if digits.contains('.') {
        return line(Runtime::Python, digits);
    }
    let (major, minor) = (digits.get(..1)?, digits.get(1..)?);
    line(Runtime::Python, &if minor.is_empty() { major.to_owned() } else { format!("{major}.{minor}") })
}

/// Lines in ascending order, each once.
pub(crate) fn sorted(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = lines.into_iter().collect();
    all.sort_by_key(|l| Line::read(l));
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(text: &str) -> Option<(String, bool)> {
        named(Runtime::Python, text).map(|n| (n.line, n.exact))
    }

    fn node(text: &str) -> Option<(String, bool)> {
        named(Runtime::Node, text).map(|n| (n.line, n.exact))
    }

    #[test]
    fn versions_are_read_as_people_write_them() {
        for (text, line, exact) in [
            ("3.11", "3.11", true),
            ("\"3.9.7\"", "3.9", true),
            ("python-3.8.12", "3.8", true),
            ("3.13-dev", "3.13", true),
            ("3.14.0-rc.2", "3.14", true),
            ("3.x", "3", false),
            ("3", "3", false),
            (">=3.9", "3.9", false),
            ("3.9 - 3.11", "3.9", false),
        ] {
            assert_eq!(python(text), Some((line.to_owned(), exact)), "{text}");
        }
        for (text, line, exact) in [
            ("18", "18", true),
            ("v16.20.1", "16", true),
            ("lts/hydrogen", "18", true),
            ("20.x", "20", true),
            (">=18", "18", false),
            ("0.12", "0.12", true),
        ] {
            assert_eq!(node(text), Some((line.to_owned(), exact)), "{text}");
        }
        for text in ["pypy-3.9", "latest", "", "lts/*", "system", "x", "${PY}"] {
            assert_eq!((python(text), node(text)), (None, None), "{text}");
        }
    }

    #[test]
    fn lines_are_in_the_order_of_numbers() {
        assert_eq!(sorted(["3.10", "3.9", "3.10"].map(str::to_owned)), ["3.9", "3.10"]);
        assert_eq!(undotted("310").as_deref(), Some("3.10"));
        assert_eq!(undotted("27").as_deref(), Some("2.7"));
        assert_eq!(undotted("3.11").as_deref(), Some("3.11"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "([0-9]{1,30}|v|\\.|x|>=|-|lts/|python|\\PC){0,8}") {
            python(&text);
            node(&text);
            undotted(&text);
        }
    }
}
