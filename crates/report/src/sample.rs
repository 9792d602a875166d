//! A made-up plan, run and course of events for the tests of this crate.
#![allow(clippy::unwrap_used)]

use uplift_model::outcome::{Baseline, Counts, Held, Kept, Proof, RunReport, RunState, TestResultStatus, TestResults};
use uplift_model::{Event, Failure, Frame, PackageName, Phase, Stage, TestId, Version};

mod plan;

pub(crate) use plan::plan;
use plan::{change, place};

pub(crate) fn name(text: &str) -> PackageName {
    PackageName::new(text).unwrap()
}

pub(crate) fn version(text: &str) -> Version {
    Version::new(text).unwrap()
}

fn kept(package: &str, from: &str, to: &str, phase: Phase, commit: &str, with: &[&str]) -> Kept {
    let (from, to) = (version(from), version(to));
    Kept {
        name: name(package),
        distance: from.distance(&to),
        from,
        to,
        direct: true,
        phase,
        with: with.iter().map(|w| name(w)).collect(),
        commit: commit.repeat(40 / commit.len()),
        places: vec![place("requirements.in", 4, "x"), place("requirements.txt", 12, "x")],
    }
}

pub(crate) fn report() -> RunReport {
    RunReport {
        schema: "uplift/run/1".to_owned(),
        run: "01JD8Q".to_owned(),
        state: RunState::Done,
        component: "backend".to_owned(),
        interpreter: "3.11.9".to_owned(),
        sandbox: "bubblewrap: own processes, own files, no network but loopback".to_owned(),
        base_commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        branch: Some("uplift/2026-11-21-01jd8q".to_owned()),
        tip: Some("4".repeat(40)),
        baseline: Baseline {
            command: "pytest -q".to_owned(),
            found_in: ".github/workflows/tests.yml".to_owned(),
            runs: 3,
            passed: 212,
            skipped: 2,
            known_failures: vec![TestId::new("tests/test_old.py::test_a"), TestId::new("tests/test_old.py::test_b")],
            flaky: vec![TestId::new("tests/test_clock.py::test_tick")],
            want_network: vec![],
            seconds: 14.1,
            usable: true,
            problem: None,
        },
        plan: plan(),
        kept: vec![
            kept("certifi", "2022.9.24", "2026.10.5", Phase::Low, "a1", &[]),
            kept("pydantic", "1.10.2", "1.10.26", Phase::High, "b2", &[]),
            kept("flask", "2.2.2", "3.1.2", Phase::High, "c3", &["werkzeug"]),
            kept("werkzeug", "2.2.2", "3.1.4", Phase::High, "c3", &["flask"]),
        ],
        held: vec![held()],
        refreshed: vec![change("idna", "3.4", "3.11"), change("urllib3", "1.26.13", "2.6.1")],
        test_results: vec![TestResults {
            test_type: "unit".to_owned(),
            status: TestResultStatus::Passed,
            execution_time: 13.2,
            coverage_percentage: None,
            failures: vec![],
            performance_metrics: std::collections::BTreeMap::new(),
        }],
        verified: true,
        verification: "verified together from a clean environment: 212 passed, 2 known failures, 1 flaky (13.2 s)"
            .to_owned(),
        counts: Counts { full_runs: 6, probes: 9, resolves: 31, environments: 11, seconds: 779.0, ..Counts::default() },
        notes: vec!["Python 3.11 was inferred from requirements.txt".to_owned()],
        logs: "/cache/runs/01JD8Q/logs".to_owned(),
    }
}

fn held() -> Held {
    Held {
        name: name("pydantic"),
        from: version("1.10.2"),
        best: version("1.10.26"),
        target: version("2.14.1"),
        first_failing: Some(version("2.0")),
        reason: "9 tests fail with ImportError".to_owned(),
        proof: Proof::Witness,
        failing_tests: (1..=9).map(|n| TestId::new(format!("tests/test_api.py::test_{n}"))).collect(),
        first_error: Some(Failure {
            stage: Stage::Collect,
            error: "ImportError".to_owned(),
            message: "cannot import name 'BaseSettings' from 'pydantic'".to_owned(),
            frames: vec![Frame { file: "shop/settings.py".to_owned(), line: 3, function: "<module>".to_owned() }],
            text: "shop/settings.py:3: in <module>\n    from pydantic import BaseSettings\nE   ImportError: cannot import name 'BaseSettings'".to_owned(),
        }),
        together_with: vec![],
        logs: vec!["/cache/runs/01JD8Q/logs/007.log".to_owned()],
    }
}

/// A run whose project has no tests.
pub(crate) fn untested() -> RunReport {
    let mut report = report();
    report.verified = false;
    report.verification = "not verified by tests: no test command was found; 31 imports checked".to_owned();
    report.baseline = Baseline { problem: Some("no test command was found".to_owned()), ..Baseline::default() };
    report.held.clear();
    report.test_results.clear();
    report
}

/// What comes from outside tries to take over the terminal and the page.
pub(crate) fn hostile() -> RunReport {
    let evil =
        "\u{1b}]0;owned\u{7}\u{1b}[2J|`</td><script>alert(1)</script>\r\n# gone @everyone [x](javascript:x) \u{202e}"
            .to_owned();
    let long = "x".repeat(400);
    let mut report = report();
    report.component = evil.clone();
    report.verification = evil.clone();
    report.sandbox = evil.clone();
    report.logs = long.clone();
    report.notes = vec![evil.clone(), long.clone()];
    report.baseline.command = evil.clone();
    report.baseline.flaky = vec![TestId::new(evil.clone())];
    for one in &mut report.held {
        one.reason = evil.clone();
        one.failing_tests = vec![TestId::new(evil.clone()), TestId::new(long.clone())];
        if let Some(error) = &mut one.first_error {
            error.error = evil.clone();
            error.message = format!("{evil}{long}");
            error.text = format!("{evil}\n```\n{evil}");
            error.frames = vec![Frame { file: evil.clone(), line: 1, function: evil.clone() }];
        }
    }
    for one in &mut report.kept {
        one.places = vec![place(&evil, 1, &evil)];
    }
    for one in report.plan.candidates.iter_mut().chain(report.plan.moves.iter_mut().flat_map(|m| &mut m.candidates)) {
        one.reasons = vec![evil.clone(), long.clone()];
        one.places = vec![place(&evil, 1, &evil)];
        one.capped_by = Some(evil.clone());
    }
    for one in &mut report.plan.unmoved {
        one.reason = evil.clone();
    }
    report
}

pub(crate) fn events() -> Vec<Event> {
    vec![
        Event::Started { run: "01JD8Q".to_owned(), component: "backend".to_owned() },
        Event::Doing { what: "building the environment of 31 packages".to_owned() },
        Event::BaselineRun { number: 1, of: 3, seconds: 14.0, passed: 212, failed: 3 },
        Event::BaselineDone { command: "pytest -q".to_owned(), passed: 212, known: 2, flaky: 1, seconds: 14.0 },
        Event::PhaseStarted { phase: Phase::Low, moves: 1 },
        Event::FullRun { packages: 1, seconds: 14.2, newly_failing: 0 },
        Event::PhaseDone { phase: Phase::Low, kept: 1, held: 0 },
        Event::PhaseStarted { phase: Phase::High, moves: 3 },
        Event::FullRun { packages: 3, seconds: 13.0, newly_failing: 17 },
        Event::Symptoms {
            symptoms: vec![
                "ImportError BaseSettings (9 tests)".to_owned(),
                "TypeError url_decode (8 tests)".to_owned(),
            ],
        },
        Event::Blamed { name: name("pydantic"), proof: Proof::Witness, why: "ImportError BaseSettings".to_owned() },
        Event::Probe { packages: 2, tests: 8, seconds: 3.0, failing: 8 },
    ]
}
