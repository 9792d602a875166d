//! Bars out of plans: how many packages of which risk each phase moves, and the advisories before and after.

use uplift_model::advisory::Severity;
use uplift_model::plan::Vulnerable;
use uplift_model::{Phase, Plan, Risk};

use super::{risk_tone, severity_tone};
use crate::document::Tone;
use crate::pictures::{Bars, Picture};

const RISKS: [Risk; 3] = [Risk::Low, Risk::Medium, Risk::High];

/// Worst first, so that what matters stands at the left.
const SEVERITIES: [Severity; 6] =
    [Severity::Critical, Severity::High, Severity::Moderate, Severity::Low, Severity::None, Severity::Unknown];

/// A bar for each phase that moves something: packages by level of risk. With several plans a bar names its
/// component, that of the repository's root as `root`.
pub fn risk_by_phase(plans: &[&Plan], root: &str) -> Picture {
    let parts = RISKS.iter().map(|risk| (format!("{risk} risk"), risk_tone(*risk))).collect();
    let mut bars = Vec::new();
    for plan in plans {
        for phase in Phase::ALL {
            let candidates =
                || plan.moves.iter().filter(|one| one.phase == phase).flat_map(|one| one.candidates.iter());
            if candidates().next().is_none() {
                continue;
            }
            let label = match plans {
                [_] => format!("Phase {}: {phase}", phase.number()),
                _ => {
                    let name = crate::words::component(&plan.component, root);
                    format!("{name}: {}, {phase}", phase.number())
                }
            };
            let of = |risk: &Risk| whole(candidates().filter(|one| one.risk == *risk).count());
            bars.push((label, RISKS.iter().map(of).collect()));
        }
    }
    Picture::Bars(Bars { parts, bars, unit: "packages".to_owned() })
}

/// Advisories by severity, a bar for each named state: `now`, `after phase 1`, `at the end`.
pub fn advisories(states: &[(&str, Vec<Severity>)]) -> Picture {
    let seen = |severity: &Severity| states.iter().any(|(_, all)| all.contains(severity));
    let severities: Vec<Severity> = SEVERITIES.into_iter().filter(seen).collect();
    let parts: Vec<(String, Tone)> =
        severities.iter().map(|severity| (severity.to_string(), severity_tone(*severity))).collect();
    let bar = |(label, all): &(&str, Vec<Severity>)| {
        let of = |severity: &Severity| whole(all.iter().filter(|one| *one == severity).count());
        ((*label).to_owned(), severities.iter().map(of).collect())
    };
    Picture::Bars(Bars { parts, bars: states.iter().map(bar).collect(), unit: "advisories".to_owned() })
}

/// Advisories by severity now and when every plan has been carried out; one that a target brings is not there now.
pub fn advisories_before_after(plans: &[&Plan]) -> Picture {
    let remaining = |brought: bool| {
        let all = plans.iter().flat_map(|plan| plan.security.remaining.iter().map(move |one| (plan, one)));
        all.filter(move |(plan, one)| brought || !is_brought(plan, one)).map(|(_, one)| one.severity)
    };
    let removed = plans.iter().flat_map(|plan| plan.security.removed.iter().map(|one| one.severity));
    let now = removed.chain(remaining(false)).collect();
    advisories(&[("now", now), ("after the plan", remaining(true).collect())])
}

fn is_brought(plan: &Plan, one: &Vulnerable) -> bool {
    let effects = plan.candidates.iter().filter_map(|c| c.assessment.as_ref()?.security.value());
    effects.flat_map(|effect| &effect.introduced).any(|t| t.package == one.package && t.finding.id == one.id)
}

/// Counts stay far below 2^53.
pub(super) fn whole(count: usize) -> f64 {
    count as f64
}
