//! Symptoms: failures that look alike, as one thing to search the cause of.
//!
//! Lives here: when two failures are the same ([`signature`]), groups of them ([`cluster`]), and which
//! packages a failure names ([`names`]; a hint, never a proof).
//! Lives elsewhere: the search itself. All of it pure text work.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::{Failure, Frame, PackageName, Stage, TestId};

/// Failures that look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symptom {
    /// Same key, same symptom: stable over runs of the same code.
    pub key: String,
    /// For people: `ImportError: cannot import name 'X' from 'y' (9 tests)`.
    pub title: String,
    pub tests: Vec<TestId>,
    /// One to three of the tests, cheapest first.
    pub representatives: Vec<TestId>,
    /// Where the failures meet: project code, else a package.
    pub frame: Option<Frame>,
}

/// How many tests stand for a symptom: one may be renamed or flicker.
const REPRESENTATIVES: usize = 3;
const TITLE: usize = 160;

/// Groups failures into at most `limit` symptoms, largest first.
///
/// Where there would be more, messages and then places are left out of the key; what is still beyond
/// the limit is left out, smallest first, and shows again in the next full run.
/// `durations` in milliseconds; tests without one count as 0.
pub fn cluster(failures: &[(TestId, Failure)], durations: &BTreeMap<TestId, u64>, limit: usize) -> Vec<Symptom> {
    let mut symptoms = Vec::new();
    for detail in [2, 1, 0] {
        symptoms = grouped(failures, durations, detail);
        if symptoms.len() <= limit {
            break;
        }
    }
    symptoms.truncate(limit);
    symptoms
}

fn grouped(failures: &[(TestId, Failure)], durations: &BTreeMap<TestId, u64>, detail: u8) -> Vec<Symptom> {
    let mut groups: BTreeMap<String, Vec<&(TestId, Failure)>> = BTreeMap::new();
    for one in failures {
        groups.entry(key(&one.0, &one.1, detail)).or_default().push(one);
    }
    let mut symptoms: Vec<Symptom> = groups.into_iter().map(|(key, group)| symptom(key, &group, durations)).collect();
    // Stable: symptoms of one size stay in the order of their keys.
    symptoms.sort_by_key(|symptom| std::cmp::Reverse(symptom.tests.len()));
    symptoms
}

fn symptom(key: String, group: &[&(TestId, Failure)], durations: &BTreeMap<TestId, u64>) -> Symptom {
    let tests: Vec<TestId> = group.iter().map(|(id, _)| id.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let mut representatives = tests.clone();
    representatives.sort_by_key(|id| durations.get(id).copied().unwrap_or(0));
    representatives.truncate(REPRESENTATIVES);
    let (title, frame) = match group.first() {
        Some((_, failure)) => (headline(failure), top_frame(failure).cloned()),
        None => Default::default(),
    };
    let count = if tests.len() == 1 { "1 test".to_owned() } else { format!("{} tests", tests.len()) };
    Symptom { key, title: format!("{title} ({count})"), tests, representatives, frame }
}

/// `ImportError: cannot import name …`, on one line of bearable length.
pub fn headline(failure: &Failure) -> String {
    let line = match failure.message.trim() {
        "" => failure.error.clone(),
        message => format!("{}: {message}", failure.error),
    };
    match line.char_indices().nth(TITLE) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

/// What stays the same when a test fails again for the same reason.
pub fn signature(id: &TestId, failure: &Failure) -> String {
    key(id, failure, 2)
}

fn key(id: &TestId, failure: &Failure, detail: u8) -> String {
    let stage = match failure.stage {
        Stage::Run => "run",
        Stage::Collect => "collect",
        Stage::Setup => "setup",
        Stage::Call => "call",
        Stage::Teardown => "teardown",
    };
    let mut key = format!("{stage}|{}", failure.error);
    if detail >= 1 {
        key.push('|');
        key.push_str(&place(id, failure));
    }
    if detail >= 2 {
        key.push('|');
        key.push_str(&masked(id, &failure.message));
    }
    key
}

/// Without line numbers, which move when code does.
fn place(id: &TestId, failure: &Failure) -> String {
    match top_frame(failure) {
        Some(frame) => match package_of(frame) {
            Some(package) => format!("<{package}>"),
            None => format!("{}:{}", frame.file, frame.function),
        },
        None => id.file().to_owned(),
    }
}

/// The innermost frame of the project's own code that is no test, else the innermost one of a package.
pub fn top_frame(failure: &Failure) -> Option<&Frame> {
    let own = |frame: &&Frame| !frame.file.starts_with(['<', '/']) && !is_test_file(&frame.file);
    let innermost = || failure.frames.iter().rev();
    innermost().find(own).or_else(|| innermost().find(|frame| package_of(frame).is_some()))
}

/// Top folder or module below site-packages.
fn package_of(frame: &Frame) -> Option<&str> {
    let inside = frame.file.strip_prefix("<site-packages>/")?;
    let top = inside.split('/').next()?;
    Some(top.strip_suffix(".py").unwrap_or(top))
}

fn is_test_file(file: &str) -> bool {
    let (folders, name) = file.rsplit_once('/').unwrap_or(("", file));
    let tests = |part: &str| matches!(part, "test" | "tests" | "testing");
    name.starts_with("test_")
        || name.ends_with("_test.py")
        || matches!(name, "conftest.py" | "tests.py")
        || folders.split('/').any(tests)
}

/// The message without what changes from run to run or from parameter to parameter.
fn masked(id: &TestId, message: &str) -> String {
    let mut text = message.to_owned();
    // The test's own parameters, longest first so that no part of one is masked alone.
    let parameters = id.0.split_once('[').and_then(|(_, rest)| rest.strip_suffix(']')).unwrap_or_default();
    let mut parameters: Vec<&str> = parameters.split('-').filter(|part| part.chars().count() > 2).collect();
    parameters.sort_by_key(|part| std::cmp::Reverse(part.len()));
    for parameter in parameters {
        text = text.replace(&format!("'{parameter}'"), "'…'").replace(&format!("\"{parameter}\""), "'…'");
    }
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        match c {
            '\'' | '"' if !before.is_alphanumeric() => {
                let inside: String = rest.clone().take_while(|next| *next != c).collect();
                let closed = rest.clone().nth(inside.chars().count()) == Some(c);
                if closed {
                    for _ in 0..=inside.chars().count() {
                        rest.next();
                    }
                    // A name says what is missing; any other text is a value.
                    out.push_str(&if is_name(&inside) { format!("'{inside}'") } else { "'…'".to_owned() });
                } else {
                    out.push(c);
                }
            }
            '0' if rest.peek() == Some(&'x') => {
                while rest.next_if(|next| next.is_ascii_alphanumeric()).is_some() {}
                out.push('N');
            }
            c if c.is_ascii_digit() && !before.is_alphanumeric() && before != '_' => {
                while rest.next_if(|next| next.is_ascii_digit() || *next == '.').is_some() {}
                out.push('N');
            }
            '/' if !before.is_alphanumeric()
                && rest.peek().is_some_and(|next| next.is_alphanumeric() || "._-~".contains(*next)) =>
            {
                while rest.next_if(|next| !next.is_whitespace() && !"'\"(),:;".contains(*next)).is_some() {}
                out.push_str("<path>");
            }
            c => out.push(c),
        }
        before = c;
    }
    out.chars().take(200).collect()
}

fn is_name(text: &str) -> bool {
    let start = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    start && text.chars().count() <= 60 && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

/// Packages that the failure names, most telling first: by its traceback (innermost first), by the
/// modules its message speaks of, by import lines of its text. Hints: they order a search, no more.
///
/// Each package comes with the names it is imported by.
pub fn names(failure: &Failure, packages: &[(PackageName, Vec<String>)]) -> Vec<PackageName> {
    let mut found: Vec<PackageName> = Vec::new();
    let mut add = |module: &str| {
        let top = module.split('.').next().unwrap_or(module);
        for (name, imports) in packages {
            let own = imports.iter().any(|import| import == module || import == top);
            let same = imports.is_empty() && name.as_str().replace('-', "_") == top.to_lowercase();
            if (own || same) && !found.contains(name) {
                found.push(name.clone());
            }
        }
    };
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    for word in failure.message.split(|c| !is_part(c)).filter(|word| word.len() > 2) {
        add(word.trim_matches('.'));
    }
    for frame in failure.frames.iter().rev() {
        if let Some(package) = package_of(frame) {
            add(package);
        }
    }
    for line in failure.text.lines() {
        let line = line.trim_start_matches(['E', '>', ' ', '\t']);
        for start in ["from ", "import "] {
            if let Some(rest) = line.strip_prefix(start) {
                add(rest.split(|c| !is_part(c)).next().unwrap_or_default());
            }
        }
        for mark in ["No module named '", "' from '", "module '"] {
            if let Some((_, rest)) = line.split_once(mark) {
                add(rest.split('\'').next().unwrap_or_default());
            }
        }
        if let Some((_, inside)) = line.rsplit_once("site-packages/") {
            add(inside.split(['/', ':']).next().unwrap_or_default().trim_end_matches(".py"));
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::verdict::samples::failure;

    fn at(file: &str, function: &str) -> Frame {
        Frame { file: file.into(), line: 7, function: function.into() }
    }

    fn failing(id: &str, error: &str, message: &str, frames: &[(&str, &str)]) -> (TestId, Failure) {
        let mut one = failure(error, message);
        one.frames = frames.iter().map(|(file, function)| at(file, function)).collect();
        (TestId::new(id), one)
    }

    #[test]
    fn failures_that_differ_in_values_only_are_one_symptom() {
        let frames: &[(&str, &str)] =
            &[("tests/test_a.py", "test_a"), ("app/core.py", "go"), ("<site-packages>/lib/x.py", "f")];
        let failures = [
            failing("tests/test_a.py::a[one-1]", "ValueError", "bad 'one' at 0x7f01 in /tmp/a1/x 12.5", frames),
            failing("tests/test_a.py::a[two-2]", "ValueError", "bad 'two' at 0x7f99 in /tmp/b2/x 3", frames),
            failing("tests/test_b.py::b", "ValueError", "bad name 'x' from 'y'", frames),
        ];
        let durations = BTreeMap::from([(failures[0].0.clone(), 900), (failures[1].0.clone(), 10)]);
        let symptoms = cluster(&failures, &durations, 40);
        assert_eq!(symptoms.len(), 2);
        assert_eq!(symptoms[0].tests.len(), 2);
        assert_eq!(symptoms[0].representatives[0], failures[1].0);
        assert_eq!(symptoms[0].frame.as_ref().unwrap().file, "app/core.py");
        assert_eq!(symptoms[1].title, "ValueError: bad name 'x' from 'y' (1 test)");
    }

    #[test]
    fn missing_names_are_told_apart() {
        let a = failing("t.py::a", "ImportError", "cannot import name 'A' from 'lib'", &[]);
        let b = failing("t.py::b", "ImportError", "cannot import name 'B' from 'lib'", &[]);
        assert_eq!(cluster(&[a, b], &BTreeMap::new(), 40).len(), 2);
    }

    #[test]
    fn beyond_the_limit_messages_count_no_more() {
        let failures: Vec<_> = (0..90)
            .map(|n| {
                failing(
                    &format!("t{}.py::x{n}", n % 3),
                    "AssertionError",
                    &format!("assert {}", "abcdefghi".repeat(n)),
                    &[],
                )
            })
            .collect();
        let symptoms = cluster(&failures, &BTreeMap::new(), 20);
        assert_eq!(symptoms.len(), 3);
        assert_eq!(symptoms.iter().map(|symptom| symptom.tests.len()).sum::<usize>(), 90);
    }

    #[test]
    fn without_own_code_the_package_is_the_place() {
        let (_, one) = failing(
            "t.py::a",
            "E",
            "m",
            &[("tests/test_a.py", "t"), ("<site-packages>/lib/x.py", "f"), ("<stdlib>/json.py", "g")],
        );
        assert_eq!(top_frame(&one).unwrap().file, "<site-packages>/lib/x.py");
        assert_eq!(signature(&TestId::new("t.py::a"), &one), "call|E|<lib>|m");
    }

    #[test]
    fn packages_are_named_by_message_traceback_and_import_lines() {
        let packages = |name: &str, imports: &[&str]| {
            (PackageName::new(name).unwrap(), imports.iter().map(|import| (*import).to_owned()).collect::<Vec<_>>())
        };
        let all = [
            packages("pyyaml", &["yaml"]),
            packages("pydantic", &["pydantic"]),
            packages("flask", &["flask"]),
            packages("numpy", &["numpy"]),
        ];
        let (_, mut one) = failing(
            "t.py::a",
            "ImportError",
            "cannot import name 'x' from 'pydantic.fields'",
            &[("<site-packages>/yaml/__init__.py", "f")],
        );
        one.text = "    from flask import Markup\nE   more about numbers\n".into();
        let named: Vec<String> = names(&one, &all).iter().map(ToString::to_string).collect();
        assert_eq!(named, ["pydantic", "pyyaml", "flask"]);
    }
}
