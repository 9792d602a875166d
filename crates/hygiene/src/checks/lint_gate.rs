//! `lint-gate`: linters and type checkers that CI runs can fail it, and judge the code as it was committed.

use uplift_model::hygiene::{Evidence, Presence};

use super::tools::is_lint;
use super::{Answer, found, present};
use crate::ci::Step;
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let runs: Vec<&Step> = survey.steps().filter(|s| is_lint(s.words())).collect();
    if runs.is_empty() {
        return Answer::left_out("CI runs no linter");
    }
    let masked: Vec<&Step> = runs.iter().copied().filter(|s| !s.is_enforced()).collect();
    let repairing: Vec<&Step> = runs
        .iter()
        .copied()
        .filter(|s| s.is_enforced() && s.words().iter().any(|w| w == "--fix" || w == "--write"))
        .collect();
    let evidence = |some: &[&Step]| -> Vec<Evidence> { some.iter().flat_map(|s| s.evidence()).collect() };
    let shown = evidence(&[masked.as_slice(), repairing.as_slice()].concat());
    let bad = masked.len() + repairing.len();
    if bad == 0 {
        return present("every linter can fail the build", evidence(&runs));
    }
    let mut why = Vec::new();
    if !masked.is_empty() {
        why.push(format!("{} of {} steps cannot fail the build", masked.len(), runs.len()));
    }
    if !repairing.is_empty() {
        why.push("one repairs (`--fix`) in CI what it should report".to_owned());
    }
    let state = if masked.len() == runs.len() { Presence::Neutralised } else { Presence::Partial };
    let advice = "run linters without `|| …` and without `--fix` in CI; put what is tolerated into their own settings";
    found(state, why.join("; "), shown, advice)
}
