//! The order of the moves: what `decide` says of needs, stages, urgency and risk.

use std::collections::BTreeSet;

use uplift_decide::phases::{self, Arranged, Policy, Unit};
use uplift_model::settings::Urgency;

use super::Facts;
use super::weigh::Weighed;
use crate::error::EngineError;
use crate::state::Mover;

impl Facts<'_> {
    pub(super) fn arrange(&self, movers: &[Mover], weighed: &[Weighed]) -> Result<Arranged, EngineError> {
        let stages = &self.settings.plan.stages;
        let units: Vec<Unit> = movers
            .iter()
            .zip(weighed)
            .map(|(mover, weighed)| Unit {
                title: mover.title(),
                level: weighed.level,
                score: weighed.score,
                needs: mover.needs.clone(),
                stages: stages_of(mover, stages),
                urgent: weighed.presses.then(|| weighed.priority.because.clone()),
            })
            .collect();
        let names: Vec<String> = stages.iter().map(|stage| stage.name.clone()).collect();
        phases::arrange(&units, &names, policy(self.settings.plan.urgency)).map_err(|e| {
            EngineError::repository(
                format!("the stages cannot be kept: {e}"),
                "put both into one stage, or change the order of the stages",
            )
        })
    }
}

pub(super) fn policy(urgency: Urgency) -> Policy {
    match urgency {
        Urgency::InOrder => Policy::InOrder,
        Urgency::First => Policy::UrgentFirst,
    }
}

/// Positions of the stages that name a package of the mover.
pub(super) fn stages_of(mover: &Mover, stages: &[uplift_model::settings::Stage]) -> BTreeSet<usize> {
    let names = |stage: &uplift_model::settings::Stage| mover.steps.iter().any(|s| stage.packages.contains(&s.name));
    stages.iter().enumerate().filter(|(_, stage)| names(stage)).map(|(at, _)| at).collect()
}
