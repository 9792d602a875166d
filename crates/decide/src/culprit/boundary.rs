//! Strict mode: halving between a set that shows something and one that does not, until one unit is left.
//!
//! Works for interactions too, where no unit is at fault alone: the lower set is always in place, and the last
//! unit's addition to it is an observed trigger. Also finds the unit whose absence breaks a set, and the unit
//! that makes the resolver refuse or pull others in.
//! Lives here: the walk between the two sets. Lives elsewhere: what is asked of each set on the way.

use super::Trials;
use super::ledger::{Answer, Halt, Ledger, TestSet};
use super::sets::{Graph, UnitSet};

/// What a set on the way showed: the units really in place, and whether it behaves like the upper set.
pub(super) type Seen = Option<(UnitSet, bool)>;

/// Two neighbours between `low` and `high`: the first behaves like `low`, the second like `high`. They differ
/// by one unit, or by units that no observable set separates.
///
/// `ask` answers `None` for a set that says nothing.
pub(super) fn boundary<T: Trials>(
    ledger: &mut Ledger<'_, T>,
    graph: &Graph,
    (mut low, mut high): (UnitSet, UnitSet),
    weigh: impl Fn(usize) -> f64,
    mut ask: impl FnMut(&mut Ledger<'_, T>, &UnitSet) -> Result<Seen, Halt<T::Stop>>,
) -> Result<(UnitSet, UnitSet), Halt<T::Stop>> {
    'closer: loop {
        for set in cuts(graph, &low, &high, &weigh) {
            let Some((tried, like_high)) = ask(ledger, &set)? else {
                continue;
            };
            // What the resolver pulled in may make the set useless as a step between the two.
            if like_high && low.is_subset(&tried) && tried.is_subset(&high) && tried != high {
                high = tried;
                continue 'closer;
            }
            if !like_high && low.is_subset(&tried) && tried.is_subset(&high) && tried != low {
                low = tried;
                continue 'closer;
            }
        }
        return Ok((low, high));
    }
}

/// Closed sets strictly between the two, nearest to the middle of the weight first.
fn cuts(graph: &Graph, low: &UnitSet, high: &UnitSet, weigh: impl Fn(usize) -> f64) -> Vec<UnitSet> {
    let between = high.minus(low);
    let order = graph.order(&between, &weigh);
    let total: f64 = order.iter().map(|unit| weigh(*unit)).sum();
    let backwards: Vec<_> = order.iter().rev().copied().collect();
    let mut cuts: Vec<(f64, UnitSet)> = Vec::new();
    // The second order serves where the first holds no set that can be observed.
    for (order, penalty) in [(order, 0.0), (backwards, total)] {
        let mut set = low.clone();
        let mut sum = 0.0;
        for unit in order {
            set = graph.close(&set.with(unit)).both(high);
            sum += weigh(unit);
            if set != *high && !cuts.iter().any(|(_, known)| *known == set) {
                cuts.push(((sum - total / 2.0).abs() + penalty, set.clone()));
            }
        }
    }
    cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
    cuts.into_iter().map(|(_, set)| set).collect()
}

/// Asks whether `test` fails in a set, running `scope` along with it; for [`boundary`].
pub(super) fn fails<T: Trials>(
    ledger: &mut Ledger<'_, T>,
    set: &UnitSet,
    test: usize,
    scope: &TestSet,
) -> Result<Seen, Halt<T::Stop>> {
    let Answer::Ran(at) = ledger.probe(set, &scope.with(test))? else {
        return Ok(None);
    };
    let Some(entry) = ledger.entry(at) else {
        return Ok(None);
    };
    let tried = entry.tried.clone();
    if entry.failing.contains(test) {
        return Ok(Some((tried, true)));
    }
    Ok(entry.passes(test).then_some((tried, false)))
}
