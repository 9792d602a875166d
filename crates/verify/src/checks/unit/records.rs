//! The report that the runner's plug-in writes: one JSON object a line, one event each.
//!
//! Lives here: reading it. A run that was killed leaves a cut last line, a test that writes to our file
//! leaves garbage; neither may cost the rest. Lives elsewhere: what the process's end adds (`ending`).

use std::collections::BTreeMap;

use serde::Deserialize;
use uplift_model::{Failure, Frame, Stage, TestId, TestRecord, TestStatus};

/// Everything that the events say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    pub tests: BTreeMap<TestId, TestRecord>,
    /// File that cannot be collected (or `""`: the runner itself) to its failure.
    pub crashes: BTreeMap<String, Failure>,
    /// Tests that started and never ended.
    pub unfinished: Vec<TestId>,
    /// Relative to the work tree; empty: the work tree itself.
    pub rootdir: Option<String>,
    /// `pytest 8.4.2`
    pub runner: Option<String>,
    /// The runner came to its own end.
    pub finished: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Event {
    e: String,
    id: String,
    when: String,
    outcome: String,
    ms: u64,
    error: String,
    message: String,
    frames: Vec<(String, Option<i64>, String)>,
    text: String,
    path: String,
    stage: String,
    rootdir: String,
    runner: String,
    version: String,
}

#[derive(Default)]
struct Seen {
    status: Option<TestStatus>,
    duration_ms: u64,
    failure: Option<Failure>,
}

/// Reads a report. Lines that are no events of ours are passed over.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut seen: BTreeMap<TestId, Seen> = BTreeMap::new();
    for line in text.lines() {
        let Ok(event) = serde_json::from_str::<Event>(line.trim()) else {
            continue;
        };
        match event.e.as_str() {
            "session" if parsed.rootdir.is_none() => {
                parsed.rootdir = Some(if event.rootdir == "." { String::new() } else { event.rootdir });
                parsed.runner = Some(format!("{} {}", event.runner, event.version).trim().to_owned());
            }
            "start" if !event.id.is_empty() => {
                seen.entry(TestId(event.id)).or_default();
            }
            "test" if !event.id.is_empty() => {
                note(seen.entry(TestId(event.id.clone())).or_default(), &event);
            }
            "crash" => {
                let failure = failure(&event, stage(&event.stage));
                parsed.crashes.entry(event.path).or_insert(failure);
            }
            "finish" => parsed.finished = true,
            _ => {}
        }
    }
    for (id, Seen { status, duration_ms, failure }) in seen {
        match status {
            Some(status) => {
                parsed.tests.insert(id, TestRecord { status, duration_ms, failure });
            }
            None => parsed.unfinished.push(id),
        }
    }
    parsed
}

/// A test reports once a phase (and once a subtest): its worst counts, and of failures the first.
fn note(seen: &mut Seen, event: &Event) {
    seen.duration_ms = seen.duration_ms.saturating_add(event.ms);
    let failing = matches!(seen.status, Some(TestStatus::Failed | TestStatus::Error));
    let stage = stage(&event.when);
    match event.outcome.as_str() {
        "failed" if !failing => {
            seen.status = Some(if stage == Stage::Call { TestStatus::Failed } else { TestStatus::Error });
            seen.failure = Some(failure(event, stage));
        }
        "skipped" if !failing => {
            seen.status = Some(TestStatus::Skipped);
            let message = event.message.strip_prefix("Skipped: ").unwrap_or(&event.message).to_owned();
            seen.failure =
                Some(Failure { stage, error: "skipped".into(), message, frames: Vec::new(), text: String::new() });
        }
        // Set-up and teardown without a fault say nothing about the test itself.
        "passed" if !failing && stage == Stage::Call => {
            seen.status = Some(TestStatus::Passed);
            seen.failure = None;
        }
        _ => {}
    }
}

fn stage(word: &str) -> Stage {
    match word {
        "collect" => Stage::Collect,
        "setup" => Stage::Setup,
        "teardown" => Stage::Teardown,
        "run" => Stage::Run,
        _ => Stage::Call,
    }
}

fn failure(event: &Event, stage: Stage) -> Failure {
    let frame = |(file, line, function): &(String, Option<i64>, String)| Frame {
        file: file.clone(),
        line: line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0),
        function: function.clone(),
    };
    Failure {
        stage,
        error: event.error.clone(),
        message: event.message.clone(),
        frames: event.frames.iter().map(frame).collect(),
        text: event.text.clone(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PYTEST_8: &str = include_str!("../../../samples/pytest-8.4.jsonl");
    const PYTEST_4: &str = include_str!("../../../samples/pytest-4.6.jsonl");

    fn status(parsed: &Parsed, id: &str) -> TestStatus {
        parsed.tests[&TestId::new(id)].status
    }

    #[test]
    fn every_way_to_end_is_told_apart() {
        for sample in [PYTEST_8, PYTEST_4] {
            let parsed = parse(sample);
            assert!(parsed.finished);
            assert_eq!(parsed.rootdir.as_deref(), Some(""));
            assert_eq!(status(&parsed, "tests/test_a.py::test_ok"), TestStatus::Passed);
            assert_eq!(status(&parsed, "tests/test_a.py::test_frames"), TestStatus::Failed);
            assert_eq!(status(&parsed, "tests/test_a.py::test_skip"), TestStatus::Skipped);
            assert_eq!(status(&parsed, "tests/test_a.py::test_xfail"), TestStatus::Skipped);
            assert_eq!(status(&parsed, "tests/test_a.py::test_xpass"), TestStatus::Passed);
            assert_eq!(status(&parsed, "tests/test_a.py::test_xpass_strict"), TestStatus::Failed);
            assert_eq!(status(&parsed, "tests/test_a.py::test_setup"), TestStatus::Error);
            assert_eq!(status(&parsed, "tests/test_a.py::test_teardown"), TestStatus::Error);
            assert_eq!(status(&parsed, "tests/sub/test_skipmod.py"), TestStatus::Skipped);
            assert_eq!(parsed.crashes["tests/test_imp.py"].error, "ImportError");
            assert_eq!(parsed.crashes["tests/test_syn.py"].error, "SyntaxError");
            let failure = parsed.tests[&TestId::new("tests/test_a.py::test_frames")].failure.clone().unwrap();
            assert_eq!((failure.error.as_str(), failure.message.as_str()), ("ValueError", "bad 3"));
            assert_eq!(failure.frames.last().unwrap().file, "pkg/__init__.py");
        }
    }

    #[test]
    fn a_test_that_never_ended_is_named() {
        let text = "{\"e\":\"start\",\"id\":\"t::a\"}\n{\"e\":\"test\",\"id\":\"t::a\",\"when\":\"setup\",\"outcome\":\"passed\"}\n";
        assert_eq!(parse(text).unfinished, [TestId::new("t::a")]);
    }

    #[test]
    fn a_failed_subtest_is_not_healed_by_its_test() {
        let failed = r#"{"e":"test","id":"t::a","when":"call","outcome":"failed","error":"E"}"#;
        let passed = r#"{"e":"test","id":"t::a","when":"call","outcome":"passed"}"#;
        assert_eq!(status(&parse(&format!("{failed}\n{passed}")), "t::a"), TestStatus::Failed);
    }

    proptest! {
        #[test]
        fn a_cut_report_gives_what_its_whole_lines_say(cut in 0..PYTEST_8.len()) {
            let Some(text) = PYTEST_8.get(..cut) else { return Ok(()) };
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            // The last line may be complete without its line break.
            let parsed = parse(text);
            prop_assert!(parsed == parse(whole) || parsed == parse(PYTEST_8.get(..=cut).unwrap_or(text)));
        }

        #[test]
        fn garbage_between_the_lines_changes_nothing(noise in "[^\n]{0,40}", at in 0usize..20) {
            let mut lines: Vec<&str> = PYTEST_8.lines().collect();
            prop_assume!(serde_json::from_str::<Event>(&noise).is_err());
            lines.insert(at.min(lines.len()), &noise);
            prop_assert_eq!(parse(&lines.join("\n")), parse(PYTEST_8));
        }
    }
}
