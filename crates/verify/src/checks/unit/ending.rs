//! What the end of the process adds to the report: limits, signals, a runner that gave up, nothing collected.
//!
//! Lives here: "could not run" becomes a crash under the key `""`, so that nobody takes it for a pass.
//! Lives elsewhere: the events themselves (`records`).

use std::collections::BTreeMap;

use uplift_model::{Failure, Frame, Stage, TestId, TestRecord, TestStatus};

use super::other::COMMAND;
use super::records::Parsed;
use crate::discover::Runner;

/// How the process ended.
#[derive(Debug, Clone, Copy)]
pub struct End<'a> {
    pub runner: Runner,
    pub exit: Option<i32>,
    /// The limit that killed it, in words.
    pub stopped: Option<&'a str>,
    /// The end of its output.
    pub log: &'a str,
}

const LOG_LINES: usize = 60;

/// Tests and crashes of the whole run.
pub fn conclude(parsed: Parsed, end: &End<'_>) -> (BTreeMap<TestId, TestRecord>, BTreeMap<String, Failure>) {
    let Parsed { mut tests, mut crashes, unfinished, finished, .. } = parsed;
    let reported = !tests.is_empty() || !crashes.is_empty() || !unfinished.is_empty();
    let run = run_failure(end, finished, &tests, &crashes, reported);
    for id in unfinished {
        let (error, message) = match (&run, end.exit) {
            (Some(run), _) => (run.error.clone(), format!("was running when the run ended: {}", run.message)),
            (None, _) => ("unfinished".to_owned(), "started and never ended".to_owned()),
        };
        let failure = Failure { stage: Stage::Call, error, message, frames: Vec::new(), text: tail(end.log) };
        tests.insert(id, TestRecord { status: TestStatus::Error, duration_ms: 0, failure: Some(failure) });
    }
    if end.runner == Runner::Other && tests.is_empty() && crashes.is_empty() {
        let status = if run.is_none() { TestStatus::Passed } else { TestStatus::Failed };
        tests.insert(TestId::new(COMMAND), TestRecord { status, duration_ms: 0, failure: run.clone() });
    }
    if let Some(failure) = run {
        crashes.entry(String::new()).or_insert(failure);
    }
    (tests, crashes)
}

/// The failure of the run itself, if it failed besides its tests.
fn run_failure(
    end: &End<'_>,
    finished: bool,
    tests: &BTreeMap<TestId, TestRecord>,
    crashes: &BTreeMap<String, Failure>,
    reported: bool,
) -> Option<Failure> {
    if let Some(limit) = end.stopped {
        return Some(word("timeout", limit.to_owned(), end.log));
    }
    let Some(exit) = end.exit else {
        return Some(word("killed", "the process was killed by a signal".to_owned(), end.log));
    };
    let explained = |error: &str| {
        // What was raised says more than the exit status.
        let raised = crashes.values().next().cloned().or_else(|| last_exception(end.log));
        raised.map_or_else(|| word(error, format!("the runner ended with status {exit}"), end.log), as_run)
    };
    let failing = tests.values().any(|test| matches!(test.status, TestStatus::Failed | TestStatus::Error));
    match (end.runner, exit) {
        // Before pytest 5, a command line that does not parse ended with argparse's status.
        (Runner::Pytest, 2) => Some(explained(if reported { "interrupted" } else { "usage error" })),
        (Runner::Pytest, 3) => Some(explained("internal error")),
        (Runner::Pytest, 4) => Some(explained("usage error")),
        (Runner::Pytest | Runner::Unittest, 5) if !failing && crashes.is_empty() => {
            Some(word("nothing collected", "the command ran no test".to_owned(), end.log))
        }
        (Runner::Other, 0) => None,
        (_, 0) if !reported => Some(word("nothing collected", "the command ran no test".to_owned(), end.log)),
        (_, 0) => None,
        _ if !finished && end.runner != Runner::Other => Some(explained(&format!("exit {exit}"))),
        _ if failing || !crashes.is_empty() => None,
        _ => Some(explained(&format!("exit {exit}"))),
    }
}

fn as_run(failure: Failure) -> Failure {
    Failure { stage: Stage::Run, ..failure }
}

fn word(error: &str, message: String, log: &str) -> Failure {
    Failure { stage: Stage::Run, error: error.to_owned(), message, frames: Vec::new(), text: tail(log) }
}

/// The last lines of the output, at most about 4 KiB.
fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let text = lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default().join("\n");
    let from = text.char_indices().map(|(at, _)| at).find(|at| text.len() - at <= 4096).unwrap_or(0);
    text.get(from..).unwrap_or_default().to_owned()
}

/// The last Python traceback in the output: class, message, frames.
pub fn last_exception(log: &str) -> Option<Failure> {
    let from = log.rfind("Traceback (most recent call last)")?;
    let mut frames = Vec::new();
    for line in log.get(from..)?.lines().skip(1) {
        let place = line.trim_start();
        if let Some(frame) = place.strip_prefix("File \"").and_then(frame) {
            frames.push(frame);
        } else if !line.starts_with(' ') && !line.trim().is_empty() {
            let (class, message) = line.split_once(':').unwrap_or((line, ""));
            let class = class.trim().rsplit('.').next().unwrap_or_default();
            if class.is_empty() || class.contains(' ') {
                return None;
            }
            return Some(Failure {
                stage: Stage::Run,
                error: class.to_owned(),
                message: message.trim().to_owned(),
                frames,
                text: tail(log),
            });
        }
    }
    None
}

/// `path", line 3, in name`
fn frame(text: &str) -> Option<Frame> {
    let (file, rest) = text.split_once("\", line ")?;
    let (line, function) = rest.split_once(", in ").unwrap_or((rest, "<module>"));
    let inside = ["/site-packages/", "/dist-packages/"].iter().find_map(|marker| file.rsplit_once(marker));
    let file = inside.map_or_else(|| file.to_owned(), |(_, rest)| format!("<site-packages>/{rest}"));
    Some(Frame { file, line: line.trim().parse().unwrap_or(0), function: function.trim().to_owned() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::checks::unit::records::parse;

    fn end(runner: Runner, exit: Option<i32>, log: &str) -> End<'_> {
        End { runner, exit, stopped: None, log }
    }

    #[test]
    fn no_test_at_all_is_never_a_pass() {
        for (runner, exit) in [(Runner::Pytest, 5), (Runner::Pytest, 0), (Runner::Unittest, 0), (Runner::Django, 0)] {
            let (tests, crashes) = conclude(Parsed::default(), &end(runner, Some(exit), ""));
            assert!(tests.is_empty());
            assert_eq!(crashes[""].error, "nothing collected", "{runner:?} {exit}");
        }
    }

    #[test]
    fn a_limit_fails_the_test_that_was_running() {
        let parsed = parse("{\"e\":\"start\",\"id\":\"t::a\"}");
        let stop = End { runner: Runner::Pytest, exit: None, stopped: Some("600 s without output"), log: "" };
        let (tests, crashes) = conclude(parsed, &stop);
        assert_eq!(tests[&TestId::new("t::a")].failure.clone().unwrap().error, "timeout");
        assert_eq!(crashes[""].message, "600 s without output");
    }

    #[test]
    fn a_broken_conftest_is_the_reason_of_the_whole_run() {
        let parsed =
            parse(r#"{"e":"crash","path":"conftest.py","stage":"collect","error":"ImportError","message":"m"}"#);
        let (_, crashes) = conclude(parsed, &end(Runner::Pytest, Some(4), "usage"));
        assert_eq!((crashes[""].error.as_str(), crashes[""].stage), ("ImportError", Stage::Run));
    }

    #[test]
    fn a_runner_that_dies_midway_is_a_crash_even_with_failures_before() {
        let parsed = parse(r#"{"e":"test","id":"t::a","when":"call","outcome":"failed","error":"E"}"#);
        let (_, crashes) = conclude(parsed, &end(Runner::Pytest, Some(139), ""));
        assert_eq!(crashes[""].error, "exit 139");
    }

    #[test]
    fn a_plain_command_is_one_pseudo_test() {
        let (tests, crashes) = conclude(Parsed::default(), &end(Runner::Other, Some(0), ""));
        assert_eq!(tests[&TestId::new(COMMAND)].status, TestStatus::Passed);
        assert!(crashes.is_empty());
        let log = "Traceback (most recent call last):\n  File \"/e/site-packages/a/b.py\", line 3, in f\n    x\nImportError: no x\n";
        let (tests, crashes) = conclude(Parsed::default(), &end(Runner::Other, Some(1), log));
        let failure = tests[&TestId::new(COMMAND)].failure.clone().unwrap();
        assert_eq!(
            (failure.error.as_str(), failure.frames[0].file.as_str()),
            ("ImportError", "<site-packages>/a/b.py")
        );
        assert_eq!(crashes[""].error, "ImportError");
    }
}
