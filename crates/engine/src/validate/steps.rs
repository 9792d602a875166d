//! A plan that is checked step by step: the complete set after each of its moves, on every interpreter (row D1).
//!
//! Lives here: what a plan asks for, and the sets between its start and its end. Lives elsewhere: one set (`super::python`).

use sha2::{Digest, Sha256};
use uplift_facts::tree::Tree;
use uplift_model::compatibility::{Check, CompatibilityReport, StepCompatibility, Verdict};
use uplift_model::solution::Change;
use uplift_model::{Ecosystem, Move, Plan};

use super::ValidateRequest;
use super::overlay::{self, OverlayItem, Wanted};
use super::python::Subject;
use super::runtimes::Runtime;
use crate::error::EngineError;

/// The request with what its plan says: the component, its targets as the overlay, its interpreter where none is named.
///
/// # Errors
/// [`EngineError::Repository`] when a file that the plan was drawn from is not what it was.
pub(super) fn taken_in(request: &ValidateRequest, tree: &Tree) -> Result<ValidateRequest, EngineError> {
    let Some(plan) = &request.plan else { return Ok(request.clone()) };
    for input in &plan.inputs {
        let digest = |bytes: Vec<u8>| Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>();
        let what = match tree.read(&input.file).map(digest) {
            Some(now) if now == input.sha256 => continue,
            Some(_) => format!("`{}` has changed since the plan was drawn", input.file),
            None => format!("`{}`, which the plan was drawn from, is not here", input.file),
        };
        let hint = "give the repository's root as it was then, or draw the plan again with `uplift plan --format json`";
        return Err(EngineError::repository(what, hint));
    }
    let mut taken = request.clone();
    taken.component = Some(plan.component.clone());
    taken.overlay = plan.moves.iter().flat_map(items).collect();
    taken.along = plan.moves.iter().flat_map(|one| &one.induced).cloned().collect();
    if taken.python.is_empty() && !taken.all_pythons {
        let line: Vec<&str> = plan.interpreter.split('.').take(2).collect();
        taken.python.push(line.join("."));
    }
    Ok(taken)
}

fn items(one: &Move) -> impl Iterator<Item = OverlayItem> + use<'_> {
    one.candidates.iter().map(|candidate| OverlayItem {
        ecosystem: Ecosystem::Python,
        name: candidate.name.to_string(),
        extras: Vec::new(),
        specifier: format!("=={}", candidate.target),
    })
}

/// The set after each move but the last, whose set is the end and is `last`.
///
/// # Errors
/// When the resolver or the index did not answer.
pub(super) fn between<'s>(
    plan: &Plan,
    runtimes: &[Runtime],
    before: &Wanted,
    subject: &dyn Fn(Wanted) -> Subject<'s>,
    last: &[Check],
    worst: &dyn Fn(&[Check]) -> Verdict,
) -> Result<Vec<StepCompatibility>, EngineError> {
    let mut all = Vec::with_capacity(plan.moves.len());
    let mut laid: Vec<OverlayItem> = Vec::new();
    let mut along: Vec<Change> = Vec::new();
    for (at, one) in plan.moves.iter().enumerate() {
        laid.extend(items(one));
        along.extend(one.induced.iter().cloned());
        let checks = if at + 1 == plan.moves.len() {
            last.to_vec()
        } else {
            let subject = subject(overlay::laid_over(&overlay::raised(before.clone(), &along), &laid));
            runtimes.iter().map(|runtime| Ok(subject.check(runtime)?.check)).collect::<Result<_, EngineError>>()?
        };
        let step = plan.steps.iter().find(|step| step.of == Some(one.id));
        let ways: Vec<String> =
            one.candidates.iter().map(|c| format!("{} {} -> {}", c.name, c.current, c.target)).collect();
        all.push(StepCompatibility {
            number: step.map_or(at + 1, |step| step.number),
            title: ways.join(", "),
            verdict: worst(&checks),
            checks,
        });
    }
    Ok(all)
}

/// The worst of the checks; of several lines of Python that a project admits the best one is enough.
pub(super) fn verdict(checks: &[Check], one_is_enough: bool) -> Verdict {
    let all = checks.iter().map(|check| check.verdict);
    if one_is_enough { all.min().unwrap_or(Verdict::NotChecked) } else { CompatibilityReport::worst(all) }
}
