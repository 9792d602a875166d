//! `coverage-gate`: coverage below a threshold fails the build, and the threshold stands where it is read.

use uplift_model::hygiene::{Evidence, Presence};

use super::pytest_settings::settings;
use super::tools::{flag, is_test, tool};
use super::{Answer, found, present};
use crate::place;
use crate::survey::Survey;

/// A threshold, and why it does nothing, if so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gate {
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) dead: Option<String>,
}

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let runs = survey.steps().any(|s| is_test(s.words()));
    let tests = survey.repository.files().iter().any(|f| super::tests_gate::is_test_file(f));
    if !runs && !tests {
        return Answer::left_out("there are no tests to measure");
    }
    let gates = gates(survey);
    let (dead, live): (Vec<&Gate>, Vec<&Gate>) = gates.iter().partition(|g| g.dead.is_some());
    let shown = |some: &[&Gate]| some.iter().flat_map(|g| g.evidence.clone()).collect::<Vec<_>>();
    let why = dead.iter().find_map(|g| g.dead.clone()).unwrap_or_default();
    match (live.is_empty(), dead.is_empty()) {
        (false, true) => present("a threshold fails the build", shown(&live)),
        (false, false) => found(
            Presence::Partial,
            format!("CI enforces one threshold, and another is dead: {why}"),
            shown(&[dead.as_slice(), live.as_slice()].concat()),
            "keep one threshold, where both people and CI run into it; `uplift hygiene --fix coverage-gate` repairs the section",
        ),
        (true, false) => found(
            Presence::Neutralised,
            format!("a threshold is written down and does nothing: {why}"),
            shown(&dead),
            "put it where it is read, and let the step fail; `uplift hygiene --fix coverage-gate` does so",
        ),
        (true, true) => found(
            Presence::Missing,
            if tests {
                "tests are there, and no threshold of coverage"
            } else {
                "CI runs tests, of which no file is in the tree, and no threshold of coverage is set"
            },
            measured(survey),
            "run pytest with `--cov --cov-fail-under=N` (vitest, jest: `coverageThreshold`), with N at what is reached today; \
             `uplift hygiene --fix coverage-gate --threshold N` writes it for pytest",
        ),
    }
}

/// Steps that measure coverage without a threshold.
fn measured(survey: &Survey<'_>) -> Vec<Evidence> {
    let steps = survey.steps().filter(|s| is_test(s.words()) && s.words().iter().any(|w| w.starts_with("--cov")));
    steps.map(|s| place::evidence(&s.file, Some(s.line), &s.told())).collect()
}

/// Every threshold that is written down.
pub(crate) fn gates(survey: &Survey<'_>) -> Vec<Gate> {
    let mut all = in_steps(survey);
    let measuring: Vec<_> = survey
        .steps()
        .filter(|s| {
            s.words().iter().any(|w| w.starts_with("--cov"))
                || tool(s.words()).is_some_and(|(t, _)| t == "coverage" || t == "nyc" || t == "c8")
        })
        .collect();
    let runs_pytest = |folder: &str| {
        let mut steps = survey.steps().filter(|s| is_test(s.words()));
        steps.any(|s| s.is_enforced() && (place::within(folder, &s.folder) || place::within(&s.folder, folder)))
    };
    for section in settings(survey.repository) {
        for (line, what) in section.lines.iter().filter(|(_, l)| l.contains("--cov-fail-under")) {
            let name = place::name(&section.file);
            let dead = if section.read {
                (!runs_pytest(section.folder())).then(|| "no test step that can fail runs there".to_owned())
            } else {
                Some(format!("pytest does not read `{}` in {name}", section.section))
            };
            all.push(Gate { evidence: vec![place::evidence(&section.file, Some(*line), what)], dead });
        }
    }
    let unmeasured = || {
        let none = "no step of CI that can fail measures coverage".to_owned();
        (!measuring.iter().any(|s| s.is_enforced())).then_some(none)
    };
    for path in survey.repository.files() {
        let Some(keys) = keys(place::name(path)) else { continue };
        let Some(text) = survey.repository.text(path) else { continue };
        if let Some((line, what)) =
            place::find_line(&text, |l| !l.trim().starts_with(['#', '/']) && keys.iter().any(|k| l.contains(k)))
        {
            all.push(Gate { evidence: vec![place::evidence(path, Some(line), what)], dead: unmeasured() });
        }
    }
    all
}

/// Thresholds on the command line.
fn in_steps(survey: &Survey<'_>) -> Vec<Gate> {
    let mut all = Vec::new();
    for step in survey.steps() {
        let Some((program, arguments)) = tool(step.words()) else { continue };
        let names: &[&str] = match program {
            "coverage" | "diff-cover" => &["--fail-under"],
            "nyc" | "c8" => &["--lines", "--check-coverage"],
            _ => &["--cov-fail-under", "--coverage.thresholds.lines"],
        };
        let bare = arguments.iter().any(|a| a == "--check-coverage");
        if flag(arguments, names).is_some() || bare {
            let dead = step.muzzles.first().map(|m| format!("the step cannot fail the build (`{}`)", m.written));
            all.push(Gate { evidence: step.evidence(), dead });
        }
    }
    all
}

/// Keys that state a threshold in a file of this name.
fn keys(name: &str) -> Option<&'static [&'static str]> {
    match name {
        ".coveragerc" | "setup.cfg" | "tox.ini" | "pyproject.toml" => Some(&["fail_under"]),
        ".nycrc" | ".nycrc.json" | ".c8rc.json" => Some(&["check-coverage"]),
        "package.json" => Some(&["\"coverageThreshold\""]),
        name if name.starts_with("jest.config.") => Some(&["coverageThreshold"]),
        name if name.starts_with("vitest.config.") || name.starts_with("vite.config.") => Some(&["thresholds:"]),
        _ => None,
    }
}
