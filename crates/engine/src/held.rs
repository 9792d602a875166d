//! What a report says of packages that stay and of tests that stood before: reasons and proofs, put together at the end.

use std::collections::BTreeMap;

use uplift_decide::baseline::Baseline;
use uplift_model::outcome::{self, Held, Proof};
use uplift_model::{PackageName, Version};
use uplift_verify::discover::TestCommand;

use crate::error::EngineError;
use crate::planning::{self, Drafted};
use crate::rounds::Rounds;
use crate::solver::Solver;
use crate::state::State;

/// Everything that stays below its newest version, with the reason and the proof. `waits`: what somebody has to agree to
/// first, with the reason.
pub(crate) fn held(
    solver: &Solver<'_>,
    drafted: &Drafted,
    state: &State,
    rounds: &Rounds<'_>,
    waits: &BTreeMap<PackageName, String>,
) -> Result<Vec<Held>, EngineError> {
    let (mut all, blames) = (Vec::new(), &rounds.blames);
    for (name, blame) in blames {
        let best = state.pins.get(name).or_else(|| state.solution.version(name)).unwrap_or(&blame.from).clone();
        if best >= blame.target {
            continue;
        }
        // What was tried last may be below it: a ceiling of somebody else's stood in between.
        let planned = drafted.plan.candidates.iter().find(|c| c.name == *name).map(|c| &c.target);
        all.push(Held {
            name: name.clone(),
            from: blame.from.clone(),
            best,
            target: planned.unwrap_or(&blame.target).clone().max(blame.target.clone()),
            first_failing: Some(blame.first_failing.clone()),
            reason: blame.symptom.clone(),
            proof: blame.proof,
            failing_tests: blame.tests.clone(),
            first_error: blame.failure.clone(),
            together_with: blame.with.clone(),
            logs: blame.logs.clone(),
        });
    }
    for candidate in &drafted.plan.candidates {
        let best: Version = state.pins.get(&candidate.name).unwrap_or(&candidate.current).clone();
        if best >= candidate.target || blames.contains_key(&candidate.name) {
            continue;
        }
        let waiting = waits.get(&candidate.name);
        let refused = waiting.or_else(|| rounds.refused.get(&candidate.name));
        let reason = match refused {
            Some(refusal) => Some(refusal.clone()),
            None => planning::cap(solver, state, &candidate.name, &candidate.target)?,
        };
        all.push(Held {
            name: candidate.name.clone(),
            from: candidate.current.clone(),
            best,
            target: candidate.target.clone(),
            first_failing: None,
            reason: reason.unwrap_or_else(|| "it moves only together with what is held".to_owned()),
            proof: if waiting.is_some() { Proof::Approval } else { Proof::Resolver },
            failing_tests: Vec::new(),
            first_error: None,
            together_with: Vec::new(),
            logs: Vec::new(),
        });
    }
    Ok(all)
}

pub(crate) fn baseline_summary(baseline: &Baseline, command: &TestCommand, tested: bool) -> outcome::Baseline {
    let mut summary = baseline.summary(&command.shown(), &command.found_in);
    if !tested {
        summary.usable = false;
        summary.problem = Some(command.found_in.clone());
    }
    summary
}
