//! Which units the next probe leaves out.
//!
//! Lives here: weights and the choice of a set that halves every open question at once.
//! Lives elsewhere: asking it and what follows (`super::narrow`).

use super::sets::{Graph, UnitSet};
use super::suspects::Group;

/// How much more a unit weighs when an error names it.
pub(super) const NAMED: f64 = 30.0;

/// A unit's weight before any hint. The root keeps priors that are wrong from costing much.
pub(super) fn weight(prior: f64) -> f64 {
    if prior.is_finite() { prior.clamp(1e-4, 1.0).sqrt() } else { 0.1 }
}

/// The units to leave out so that each group loses about half of its weight, heaviest first.
///
/// `fixed` stay in place. The answer is closed: whoever needs a unit that leaves leaves too.
pub(super) fn halves(
    groups: &[Group],
    graph: &Graph,
    fixed: &UnitSet,
    weigh: impl Fn(&Group, usize) -> f64,
) -> UnitSet {
    let mut stay = graph.close(fixed);
    let mut out = UnitSet::new();
    for group in groups {
        let of = |set: &UnitSet| group.suspects.both(set).iter().map(|unit| weigh(group, unit)).sum::<f64>();
        let half = of(&group.suspects) / 2.0;
        let mut undecided: Vec<_> = group.suspects.minus(&stay).minus(&out).iter().collect();
        undecided.sort_by(|a, b| weigh(group, *b).total_cmp(&weigh(group, *a)).then(a.cmp(b)));
        for unit in undecided {
            if out.contains(unit) || stay.contains(unit) {
                continue;
            }
            let leaving = graph.with_users(&UnitSet::new().with(unit)).union(&out);
            let closer = (of(&leaving) - half).abs() < (of(&out) - half).abs();
            if closer && !leaving.meets(&stay) && !group.suspects.is_subset(&leaving) {
                out = leaving;
            } else {
                stay = stay.union(&graph.close(&UnitSet::new().with(unit)));
            }
        }
    }
    out
}
