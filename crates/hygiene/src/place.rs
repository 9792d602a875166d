//! Paths from the repository's root, with `/`, and lines of evidence.

use uplift_model::hygiene::Evidence;
use uplift_model::redact;

/// Longest text that is kept of a line, in characters.
const LONGEST: usize = 200;

/// Whether `path` lies in the folder `root`; everything lies in the empty one.
pub(crate) fn within(path: &str, root: &str) -> bool {
    root.is_empty() || path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))
}

/// The folder that holds `path`; empty at the top.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `path` as it is meant inside `folder`, with `.` and `..` taken out; what leads out of the root ends at the root.
pub(crate) fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = if path.starts_with('/') { Vec::new() } else { split(folder) };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn split(path: &str) -> Vec<&str> {
    path.split('/').filter(|p| !p.is_empty() && *p != ".").collect()
}

/// A component's folder as people name it.
pub(crate) fn called(root: &str) -> &str {
    if root.is_empty() { "the root" } else { root }
}

/// Names as a sentence lists them: `a, b and c`.
pub(crate) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A file that lies where tests, examples or documents lie, so that its code does not run in production.
pub(crate) fn beside_production(path: &str) -> bool {
    is_test(path)
        || folder(path).split('/').any(|part| ["docs", "doc", "examples", "example", "samples"].contains(&part))
}

/// A file of a test suite, by where it lies and how it is called.
pub(crate) fn is_test(path: &str) -> bool {
    const FOLDERS: [&str; 12] = [
        "test",
        "tests",
        "__tests__",
        "__mocks__",
        "spec",
        "specs",
        "e2e",
        "testing",
        "fixtures",
        "cypress",
        "playwright",
        "loadtests",
    ];
    let file = name(path);
    let stem = file.split('.').next().unwrap_or(file);
    folder(path).split('/').any(|part| FOLDERS.contains(&part))
        || file == "conftest.py"
        || (file.ends_with(".py") && (stem.starts_with("test_") || stem.ends_with("_test")))
        || file.contains(".test.")
        || file.contains(".spec.")
        || file.contains(".cy.")
}

/// A line that shows something; `what` loses its secrets, is put on one line and cut.
pub(crate) fn evidence(file: &str, line: Option<u32>, what: &str) -> Evidence {
    // Masked before it is cut: an address without its end no longer looks like one.
    let what = redact::text(what);
    let words: Vec<&str> = what.split_whitespace().collect();
    let mut what: String = words.join(" ");
    if what.chars().count() > LONGEST {
        what = what.chars().take(LONGEST - 1).collect::<String>() + "…";
    }
    Evidence { file: file.to_owned(), line, what }
}

/// 1-based number of the first line that `holds`.
pub(crate) fn find_line(text: &str, holds: impl Fn(&str) -> bool) -> Option<(u32, &str)> {
    text.lines().enumerate().find(|(_, l)| holds(l)).map(|(n, l)| (number(n), l.trim()))
}

/// 1-based, from an index.
pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_never_lead_out() {
        assert_eq!(join("a/b", "../c"), "a/c");
        assert_eq!(join("", "./x"), "x");
        assert_eq!(join("a", "../../../x"), "x");
        assert!(within("api/x.py", "api") && within("x", "") && !within("apis/x", "api"));
    }

    #[test]
    fn tests_are_told_by_place_and_name() {
        for path in ["tests/a.py", "a/test_x.py", "src/a.test.ts", "conftest.py", "e2e/login.ts"] {
            assert!(is_test(path), "{path}");
        }
        assert!(!is_test("src/latest.py") && !is_test("src/contest/a.py"));
    }

    #[test]
    fn a_long_line_is_cut_to_two_hundred_characters() {
        assert_eq!(evidence("a", None, &"ä ".repeat(300)).what.chars().count(), 200);
    }
}
