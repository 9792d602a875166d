//! The order of a plan: which phase each move belongs to and who goes first, where risk, needs, urgency and an order
//! that the user gave disagree.
//!
//! Lives here: the rule. Lives elsewhere: how risky a move is (`crate::risk`), what needs what (asked of the resolver by
//! `engine`).
//!
//! What outranks what: needs, then the user's stages, then urgency (where the policy says so), then risk.

use std::collections::BTreeSet;

use uplift_model::{Phase, Risk};

/// Packages that move together, as the order sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// `flask, werkzeug`.
    pub title: String,
    pub level: Risk,
    /// Orders units of one level: the least first.
    pub score: u32,
    /// Positions of units that must be in place before.
    pub needs: Vec<usize>,
    /// Positions of the stages that name one of its packages.
    pub stages: BTreeSet<usize>,
    /// What makes it urgent: `it removes CVE-2024-1 (critical)`.
    pub urgent: Option<String>,
}

/// What happens to an urgent unit of a later phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Policy {
    /// It waits, and that is shown.
    #[default]
    InOrder,
    /// It goes first, with what it needs.
    UrgentFirst,
}

/// Phases and order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arranged {
    /// In the order of the units.
    pub phases: Vec<Phase>,
    /// Positions of the units in the order in which they are carried out.
    pub order: Vec<usize>,
    pub conflicts: Vec<Conflict>,
}

/// Two rules of order that disagree over one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub unit: usize,
    pub conflict: String,
    pub resolved_by: String,
}

/// An order that cannot be kept, with the edge that stands against it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutOfOrder {
    #[error("stage `{stage}` moves {title} before stage `{later}`, but {title} needs {needed}, which `{later}` moves")]
    Needs { title: String, stage: String, needed: String, later: String },
    #[error("stages `{first}` and `{second}` part {title}, which only move together")]
    Parted { title: String, first: String, second: String },
}

/// Sorts `units` into phases 1 to 3 and into one order. `stages`: their names, in the order that the user gave.
///
/// Promises: nothing is in an earlier phase, or comes earlier, than what it needs or than a unit of an earlier stage.
///
/// # Errors
/// [`OutOfOrder`] when the stages contradict the needs.
pub fn arrange(units: &[Unit], stages: &[String], policy: Policy) -> Result<Arranged, OutOfOrder> {
    let needs: Vec<BTreeSet<usize>> = (0..units.len()).map(|at| closure(units, at)).collect();
    check(units, stages, &needs)?;
    let own: Vec<Phase> = units.iter().map(|unit| phase_of(unit.level)).collect();
    let mut wanted = own.clone();
    if policy == Policy::UrgentFirst {
        for (at, _) in units.iter().enumerate().filter(|(_, unit)| unit.urgent.is_some()) {
            for moved in needs.get(at).into_iter().flatten().chain([&at]) {
                if let Some(phase) = wanted.get_mut(*moved) {
                    *phase = Phase::Low;
                }
            }
        }
    }
    let stage_of = |unit: &Unit| unit.stages.first().copied();
    let before = |earlier: usize, later: usize| {
        needs.get(later).is_some_and(|n| n.contains(&earlier))
            || matches!(
                (units.get(earlier).and_then(stage_of), units.get(later).and_then(stage_of)),
                (Some(a), Some(b)) if a < b
            )
    };
    let phases = raised(&wanted, &before);
    let conflicts = conflicts(units, stages, &own, &phases, policy);
    let order = ordered(units, &phases, &before);
    Ok(Arranged { phases, order, conflicts })
}

/// The phase of a level.
pub fn phase_of(level: Risk) -> Phase {
    match level {
        Risk::Low => Phase::Low,
        Risk::Medium => Phase::Medium,
        Risk::High => Phase::High,
    }
}

fn closure(units: &[Unit], start: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        for need in units.get(at).into_iter().flat_map(|unit| &unit.needs) {
            if *need != start && *need < units.len() && reached.insert(*need) {
                open.push(*need);
            }
        }
    }
    reached
}

fn check(units: &[Unit], stages: &[String], needs: &[BTreeSet<usize>]) -> Result<(), OutOfOrder> {
    let name = |stage: usize| stages.get(stage).cloned().unwrap_or_default();
    for (unit, needs) in units.iter().zip(needs) {
        let (Some(first), Some(last)) = (unit.stages.first(), unit.stages.last()) else { continue };
        if first != last {
            return Err(OutOfOrder::Parted { title: unit.title.clone(), first: name(*first), second: name(*last) });
        }
        for needed in needs.iter().filter_map(|at| units.get(*at)) {
            if let Some(later) = needed.stages.last().filter(|later| *later > first) {
                return Err(OutOfOrder::Needs {
                    title: unit.title.clone(),
                    stage: name(*first),
                    needed: needed.title.clone(),
                    later: name(*later),
                });
            }
        }
    }
    Ok(())
}

/// Each phase at least that of everything before it.
fn raised(wanted: &[Phase], before: &dyn Fn(usize, usize) -> bool) -> Vec<Phase> {
    let mut phases = wanted.to_vec();
    // A chain has at most as many links as there are units.
    for _ in 0..phases.len() {
        let mut settled = true;
        for at in 0..phases.len() {
            let earlier = (0..phases.len()).filter(|other| *other != at && before(*other, at));
            let least = earlier.filter_map(|other| phases.get(other).copied()).max();
            if let (Some(phase), Some(least)) = (phases.get_mut(at), least)
                && least > *phase
            {
                *phase = least;
                settled = false;
            }
        }
        if settled {
            break;
        }
    }
    phases
}

fn conflicts(units: &[Unit], stages: &[String], own: &[Phase], phases: &[Phase], policy: Policy) -> Vec<Conflict> {
    let mut found = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        let (Some(own), Some(phase)) = (own.get(at), phases.get(at)) else { continue };
        let staged = unit.stages.first().and_then(|stage| stages.get(*stage));
        if let Some(urgent) = &unit.urgent {
            let by_risk =
                format!("{urgent}, and its risk is {}: by risk it belongs to phase {}", unit.level, own.number());
            let resolved_by = match policy {
                Policy::UrgentFirst if *own > Phase::Low && *phase == Phase::Low => {
                    "urgency = \"first\": it goes into phase 1, with what it needs".to_owned()
                }
                Policy::UrgentFirst if *phase > Phase::Low => format!(
                    "needs and stages outrank urgency: it goes into phase {}, after what has to come before",
                    phase.number()
                ),
                Policy::InOrder if *phase > Phase::Low => format!(
                    "urgency = \"in-order\" (the default): it waits for phase {} of the run; \"first\" would move it to phase 1, and the calendar books it first",
                    phase.number()
                ),
                _ => continue,
            };
            found.push(Conflict { unit: at, conflict: by_risk, resolved_by });
        } else if let Some(stage) = staged.filter(|_| phase > own) {
            found.push(Conflict {
                unit: at,
                conflict: format!("its risk is {}, and what must come before it is riskier", unit.level),
                resolved_by: format!(
                    "stage `{stage}` and needs outrank risk: phase {} instead of {}",
                    phase.number(),
                    own.number()
                ),
            });
        }
    }
    found
}

fn ordered(units: &[Unit], phases: &[Phase], before: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(units.len());
    while order.len() < units.len() {
        let open = |at: &usize| !order.contains(at);
        let ready = |at: &usize| (0..units.len()).all(|other| !open(&other) || other == *at || !before(other, *at));
        let key = |at: &usize| {
            let unit = units.get(*at);
            (
                phases.get(*at).copied(),
                unit.is_none_or(|u| u.urgent.is_none()),
                unit.map(|u| (u.stages.first().copied().unwrap_or(usize::MAX), u.level, u.score)),
                *at,
            )
        };
        let next = (0..units.len()).filter(open).filter(ready).min_by_key(key);
        // Rings of needs are one unit, so that something is always ready; should one be left, its first goes first.
        let Some(next) = next.or_else(|| (0..units.len()).find(open)) else { break };
        order.push(next);
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn unit(title: &str, level: Risk, needs: &[usize]) -> Unit {
        Unit { title: title.to_owned(), level, score: 0, needs: needs.to_vec(), stages: BTreeSet::new(), urgent: None }
    }

    fn staged(title: &str, level: Risk, stage: usize, needs: &[usize]) -> Unit {
        Unit { stages: BTreeSet::from([stage]), ..unit(title, level, needs) }
    }

    fn named(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn needs_outrank_risk() {
        // opencv and onnxruntime before numpy, however risky each of them is.
        let units = [unit("numpy", Risk::High, &[]), unit("opencv", Risk::Low, &[0]), unit("black", Risk::Low, &[])];
        let arranged = arrange(&units, &[], Policy::InOrder).unwrap();
        assert_eq!(arranged.phases, [Phase::High, Phase::High, Phase::Low]);
        assert_eq!(arranged.order, [2, 0, 1]);
    }

    #[test]
    fn a_given_order_outranks_risk_and_the_conflict_is_told() {
        let stages = named(&["orm", "web"]);
        let units = [staged("fastapi", Risk::Low, 1, &[]), staged("sqlalchemy", Risk::High, 0, &[])];
        let arranged = arrange(&units, &stages, Policy::InOrder).unwrap();
        assert_eq!(
            (arranged.phases.as_slice(), arranged.order.as_slice()),
            (&[Phase::High, Phase::High][..], &[1, 0][..])
        );
        assert_eq!(arranged.conflicts.len(), 1);
        assert_eq!(arranged.conflicts[0].resolved_by, "stage `web` and needs outrank risk: phase 3 instead of 1");
    }

    #[test]
    fn a_given_order_against_a_need_is_refused_with_the_edge() {
        let stages = named(&["web", "orm"]);
        let units =
            [staged("fastapi", Risk::Low, 0, &[1]), unit("x", Risk::Low, &[2]), staged("pydantic", Risk::Low, 1, &[])];
        assert_eq!(
            arrange(&units, &stages, Policy::InOrder).unwrap_err().to_string(),
            "stage `web` moves fastapi before stage `orm`, but fastapi needs pydantic, which `orm` moves"
        );
        let both = [Unit { stages: BTreeSet::from([0, 1]), ..unit("react, react-dom", Risk::Low, &[]) }];
        assert!(matches!(arrange(&both, &stages, Policy::InOrder), Err(OutOfOrder::Parted { .. })));
    }

    #[test]
    fn urgency_waits_or_goes_first_by_the_policy_and_takes_its_needs_along() {
        let mut units =
            [unit("cryptography", Risk::High, &[1]), unit("cffi", Risk::Medium, &[]), unit("black", Risk::Low, &[])];
        units[0].urgent = Some("it removes CVE-2023-50782 (high)".to_owned());
        let waits = arrange(&units, &[], Policy::InOrder).unwrap();
        assert_eq!(waits.phases, [Phase::High, Phase::Medium, Phase::Low]);
        assert!(waits.conflicts[0].resolved_by.contains("it waits for phase 3"));
        let first = arrange(&units, &[], Policy::UrgentFirst).unwrap();
        assert_eq!(first.phases, [Phase::Low, Phase::Low, Phase::Low]);
        assert_eq!(first.order, [2, 1, 0]);
        assert!(first.conflicts[0].conflict.starts_with("it removes CVE-2023-50782 (high), and its risk is high"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(5), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_comes_before_what_it_needs_or_before_an_earlier_stage(
            made in prop::collection::vec((0u8..3, 0u32..100, prop::collection::vec(0usize..12, 0..3), prop::option::of(0usize..3), any::<bool>()), 0..12),
            first in any::<bool>(),
        ) {
            let units: Vec<Unit> = made.iter().enumerate().map(|(at, (level, score, needs, stage, urgent))| Unit {
                title: at.to_string(),
                level: [Risk::Low, Risk::Medium, Risk::High][usize::from(*level)],
                score: *score,
                // Needs point back, so that there are no rings.
                needs: needs.iter().copied().filter(|n| *n < at).collect(),
                stages: stage.iter().copied().collect(),
                urgent: urgent.then(|| "urgent".to_owned()),
            }).collect();
            let policy = if first { Policy::UrgentFirst } else { Policy::InOrder };
            let Ok(arranged) = arrange(&units, &named(&["a", "b", "c"]), policy) else { return Ok(()) };
            let place = |at: usize| arranged.order.iter().position(|o| *o == at).unwrap();
            prop_assert_eq!(arranged.order.iter().collect::<BTreeSet<_>>().len(), units.len());
            for (at, unit) in units.iter().enumerate() {
                for need in &unit.needs {
                    prop_assert!(arranged.phases[*need] <= arranged.phases[at] && place(*need) < place(at));
                }
                for (other, earlier) in units.iter().enumerate() {
                    if let (Some(a), Some(b)) = (earlier.stages.first(), unit.stages.first()) && a < b {
                        prop_assert!(arranged.phases[other] <= arranged.phases[at] && place(other) < place(at));
                    }
                }
            }
            prop_assert!(arranged.order.windows(2).all(|w| arranged.phases[w[0]] <= arranged.phases[w[1]]));
        }
    }
}
