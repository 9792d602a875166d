//! `tests-gate`: when a test fails, so does the build.

use uplift_model::hygiene::{Evidence, Presence};

use super::tools::is_test;
use super::{Answer, found, present};
use crate::ci::Step;
use crate::place;
use crate::survey::Survey;

const ADVICE: &str = "take the mask away, and put single known failures on the test runner's own list (`xfail`, `skip`); \
                      `uplift hygiene --fix tests-gate` removes it";

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let runs: Vec<&Step> = survey.steps().filter(|s| is_test(s.words())).collect();
    let evidence = |some: &[&Step]| -> Vec<Evidence> { some.iter().flat_map(|s| s.evidence()).collect() };
    if runs.is_empty() {
        let tests: Vec<&String> = survey.repository.files().iter().filter(|f| is_test_file(f)).collect();
        let Some(first) = tests.first() else { return Answer::left_out("there are no tests, and CI runs none") };
        let because = if survey.ci.files.is_empty() {
            "there are tests, and no CI"
        } else {
            "there are tests, and no step of CI runs them"
        };
        let shown = vec![place::evidence(first, None, "a test that CI does not run")];
        return found(Presence::Missing, because, shown, "run the tests in CI on every push");
    }
    let (enforced, masked): (Vec<&Step>, Vec<&Step>) = runs.iter().partition(|s| s.is_enforced());
    if masked.is_empty() {
        return present("every test step can fail the build", evidence(&enforced));
    }
    let why: Vec<String> =
        masked.iter().filter_map(|s| s.muzzles.first()).map(|m| format!("`{}`", m.written)).collect();
    let state = if enforced.is_empty() { Presence::Neutralised } else { Presence::Partial };
    let because = match state {
        Presence::Neutralised => format!("tests run, but a failing one cannot fail the build: {}", why.join(", ")),
        _ => format!("{} of {} test steps cannot fail the build: {}", masked.len(), runs.len(), why.join(", ")),
    };
    let absent: Vec<String> = masked.iter().filter_map(|s| super::absent(survey, s)).collect();
    let mut advice = ADVICE.to_owned();
    if !absent.is_empty() {
        let verb = if absent.len() == 1 { "is" } else { "are" };
        advice.push_str(&format!("; {} {verb} not there, and has to be written first", place::listed(&absent)));
    }
    found(state, because, evidence(&masked), advice)
}

pub(super) fn is_test_file(path: &str) -> bool {
    let code = [".py", ".js", ".ts", ".tsx", ".jsx", ".mjs"].iter().any(|e| path.ends_with(e));
    code && place::is_test(path) && !["__init__.py", "conftest.py"].contains(&place::name(path))
}
