//! What may move next: the newest set that the resolver accepts together, cut into movers.
//!
//! Lives here: asking for the joint target and for what must go together. Asked, never listed by hand.
//! Lives elsewhere: risk and phases (`decide`), trying the movers (`crate::rounds`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::python::manifest;
use uplift_ecosystems::python::resolve::{Answer, Freshness, Solved};
use uplift_model::settings::Strategy;
use uplift_model::{PackageName, Version};

use crate::error::EngineError;
use crate::solver::{Solver, Wish, Wishes};
use crate::state::{Mover, State, Step, prior};

/// After so many questions somebody who waits is told.
const EACH: usize = 5;

/// Packages that may move, and how far.
pub(crate) struct Scope<'s> {
    pub(crate) movable: &'s BTreeSet<PackageName>,
    /// No package goes above its ceiling.
    pub(crate) ceilings: &'s BTreeMap<PackageName, Version>,
    pub(crate) strategy: Strategy,
    /// Specifiers of the settings' `hold`.
    pub(crate) within: &'s BTreeMap<PackageName, String>,
    /// Versions that somebody asked for; given up together where the resolver does not take them all.
    pub(crate) exact: &'s BTreeMap<PackageName, Version>,
}

/// The newest joint set within `scope`, starting from `state`.
pub(crate) fn joint(solver: &Solver<'_>, state: &State, scope: &Scope<'_>) -> Result<Answer, EngineError> {
    let mut wishes: Wishes = state.wishes();
    let own: BTreeMap<PackageName, String> =
        solver.component.roots().into_iter().map(|(_, s)| (s.name.clone(), s.pep440.clone())).collect();
    for name in scope.movable {
        let Some(now) = state.pins.get(name) else { continue };
        wishes.insert(name.clone(), wish(now, scope, name, own.get(name).map(String::as_str).unwrap_or_default()));
    }
    // What moves by itself states no preference; what comes along keeps its version where it can.
    let keep = |name: &PackageName| !scope.movable.contains(name);
    let mut asked = wishes.clone();
    for (name, version) in scope.exact {
        let in_reach = scope.ceilings.get(name).is_none_or(|ceiling| ceiling >= version);
        if in_reach && state.pins.get(name).is_some_and(|now| now < version) {
            asked.insert(name.clone(), Wish::Exactly(version.clone()));
        }
    }
    if asked != wishes
        && let Answer::Solved(solved) = solver.solve(&asked, &state.solution, &keep, Freshness::Index)?
    {
        return Ok(Answer::Solved(solved));
    }
    solver.solve(&wishes, &state.solution, &keep, Freshness::Index)
}

fn wish(now: &Version, scope: &Scope<'_>, name: &PackageName, own: &str) -> Wish {
    let mut extra: Vec<String> = Vec::new();
    if let Some(ceiling) = scope.ceilings.get(name) {
        extra.push(format!("<={ceiling}"));
    }
    if let Some(within) = scope.within.get(name) {
        extra.push(within.clone());
    }
    match scope.strategy {
        // What only mends has its target as its ceiling.
        Strategy::Latest | Strategy::Security | Strategy::Minimal => {}
        // An exact pin bounds nothing: it is what moves.
        Strategy::Compatible => extra.extend((!own.is_empty() && !own.contains("==")).then(|| own.to_owned())),
        Strategy::Patch => {
            let line = now.line(2);
            extra.push(format!("<{}.{}", line.first().unwrap_or(&0), line.get(1).unwrap_or(&0) + 1));
        }
    }
    if extra.is_empty() { Wish::AtLeast(now.clone()) } else { Wish::Within(now.clone(), extra.join(",")) }
}

/// Why a strategy does not reach `to` from `now`; `None`: it does. `own`: what the project requires of the package.
pub(crate) fn beyond(strategy: Strategy, own: &str, now: &Version, to: &Version) -> Option<String> {
    match strategy {
        Strategy::Latest | Strategy::Security | Strategy::Minimal => None,
        Strategy::Compatible => {
            let bounds = !own.is_empty() && !own.contains("==");
            (bounds && !manifest::admits(own, to))
                .then(|| format!("strategy compatible: {to} is outside of `{own}`, which the project states"))
        }
        Strategy::Patch => {
            let step = match now.line(1) == to.line(1) {
                _ if now.line(2) == to.line(2) => return None,
                true => "minor",
                false => "major",
            };
            Some(format!("strategy patch: {to} is a {step} step"))
        }
    }
}

/// Steps from `state` to `target`, for the packages of `movable` that really move up.
pub(crate) fn steps(state: &State, target: &Solved, movable: &BTreeSet<PackageName>) -> Vec<Step> {
    let up = |name: &PackageName| {
        let (from, to) = (state.pins.get(name)?, target.solution.version(name)?);
        (to > from).then(|| Step { name: name.clone(), from: from.clone(), to: to.clone() })
    };
    movable.iter().filter_map(up).collect()
}

/// Cuts `steps` into movers: each step is asked for alone; those that need each other become one mover, one-way needs
/// become an order.
///
/// What is compiled against a package moves before it, or with it. `asked`: called with how many steps have been asked
/// for.
pub(crate) fn movers(
    solver: &Solver<'_>,
    state: &State,
    steps: &[Step],
    asked: &dyn Fn(usize) -> Result<(), EngineError>,
) -> Result<Vec<Mover>, EngineError> {
    let mut needs: Vec<BTreeSet<usize>> = Vec::with_capacity(steps.len());
    for (at, step) in steps.iter().enumerate() {
        needs.push(needs_of(solver, state, steps, at, step)?);
        if (at + 1).is_multiple_of(EACH) && at + 1 < steps.len() {
            asked(at + 1)?;
        }
    }
    for (step, needs) in steps.iter().zip(&mut needs) {
        let against = solver.built.get().and_then(|built| built.get(&step.name));
        let compiled = |other: &usize| steps.get(*other).is_some_and(|s| against.is_some_and(|b| b.contains(&s.name)));
        needs.extend((0..steps.len()).filter(compiled));
    }
    for group in &solver.together {
        let members: Vec<usize> =
            (0..steps.len()).filter(|at| steps.get(*at).is_some_and(|step| group.contains(&step.name))).collect();
        for at in &members {
            if let Some(needs) = needs.get_mut(*at) {
                needs.extend(members.iter().filter(|other| *other != at));
            }
        }
    }
    let alone = |(step, needs): (&Step, &BTreeSet<usize>)| Mover {
        steps: vec![step.clone()],
        prior: prior(&step.from, &step.to),
        needs: needs.iter().copied().collect(),
    };
    Ok(grouped(&steps.iter().zip(&needs).map(alone).collect::<Vec<_>>()))
}

/// Makes one mover of those that need each other; the needs of the others become an order between movers.
pub(crate) fn grouped(movers: &[Mover]) -> Vec<Mover> {
    let needs: Vec<BTreeSet<usize>> = movers.iter().map(|m| m.needs.iter().copied().collect()).collect();
    let groups = groups(&needs);
    let group_of = |mover: usize| groups.iter().position(|g| g.contains(&mover)).unwrap_or(0);
    let one = |(number, group): (usize, &Vec<usize>)| {
        let members = || group.iter().filter_map(|i| movers.get(*i));
        let wanted: BTreeSet<usize> =
            members().flat_map(|m| &m.needs).map(|n| group_of(*n)).filter(|g| *g != number).collect();
        let innocent: f64 = members().map(|m| 1.0 - m.prior).product();
        Mover {
            steps: members().flat_map(|m| m.steps.clone()).collect(),
            prior: 1.0 - innocent,
            needs: wanted.into_iter().collect(),
        }
    };
    groups.iter().enumerate().map(one).collect()
}

/// Which other steps the resolver wants in place so that this one fits.
fn needs_of(
    solver: &Solver<'_>,
    state: &State,
    steps: &[Step],
    at: usize,
    step: &Step,
) -> Result<BTreeSet<usize>, EngineError> {
    let mut wishes = state.wishes();
    wishes.insert(step.name.clone(), Wish::Exactly(step.to.clone()));
    if let Answer::Solved(_) = solver.solve(&wishes, &state.solution, &|_| true, Freshness::CacheFirst)? {
        return Ok(BTreeSet::new());
    }
    for (other, free) in steps.iter().enumerate().filter(|(i, _)| *i != at) {
        let _position = other;
        wishes.insert(free.name.clone(), Wish::Between(free.from.clone(), free.to.clone()));
    }
    let Answer::Solved(solved) = solver.solve(&wishes, &state.solution, &|_| true, Freshness::CacheFirst)? else {
        return Ok(BTreeSet::new());
    };
    let moved = |s: &Step| solved.solution.version(&s.name).is_some_and(|v| *v != s.from);
    let mut needed: BTreeSet<usize> =
        (0..steps.len()).filter(|i| *i != at && steps.get(*i).is_some_and(moved)).collect();
    // The resolver moves more than it must at times: each partner is tried without.
    for candidate in needed.clone() {
        let mut fewer = needed.clone();
        fewer.remove(&candidate);
        let mut wishes = state.wishes();
        for i in fewer.iter().chain([&at]) {
            if let Some(s) = steps.get(*i) {
                wishes.insert(s.name.clone(), Wish::Exactly(s.to.clone()));
            }
        }
        if let Answer::Solved(_) = solver.solve(&wishes, &state.solution, &|_| true, Freshness::CacheFirst)? {
            needed = fewer;
        }
    }
    Ok(needed)
}

/// Strongly connected groups of the needs, in the order of their first member.
fn groups(needs: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let reach: Vec<BTreeSet<usize>> = (0..needs.len()).map(|start| reachable(needs, start)).collect();
    let mut seen = BTreeSet::new();
    let mut groups = Vec::new();
    for at in 0..needs.len() {
        if seen.contains(&at) {
            continue;
        }
        let mutual = |other: &usize| {
            *other == at
                || (reach.get(at).is_some_and(|r| r.contains(other))
                    && reach.get(*other).is_some_and(|r| r.contains(&at)))
        };
        let group: Vec<usize> = (0..needs.len()).filter(mutual).collect();
        seen.extend(group.iter().copied());
        groups.push(group);
    }
    groups
}

/// A mover and everything it needs.
pub(crate) fn closure(movers: &[Mover], start: usize) -> BTreeSet<usize> {
    let needs: Vec<BTreeSet<usize>> = movers.iter().map(|m| m.needs.iter().copied().collect()).collect();
    let mut all = reachable(&needs, start);
    all.insert(start);
    all
}

fn reachable(needs: &[BTreeSet<usize>], start: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        for next in needs.get(at).into_iter().flatten() {
            if reached.insert(*next) {
                open.push(*next);
            }
        }
    }
    reached
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn set(items: &[usize]) -> BTreeSet<usize> {
        items.iter().copied().collect()
    }

    #[test]
    fn a_strategy_says_what_step_it_does_not_take() {
        let version = |text: &str| Version::new(text).unwrap();
        let said = |strategy, own: &str, now: &str, to: &str| beyond(strategy, own, &version(now), &version(to));
        let patch = |now, to| said(Strategy::Patch, "", now, to);
        assert_eq!(patch("4.5.1", "4.11.2").unwrap(), "strategy patch: 4.11.2 is a minor step");
        assert_eq!(patch("4.10.0", "5.8.1").unwrap(), "strategy patch: 5.8.1 is a major step");
        assert_eq!(patch("0.48", "0.51").unwrap(), "strategy patch: 0.51 is a minor step");
        assert_eq!(patch("4.5.1", "4.5.9"), None);
        let compatible = |own, to| said(Strategy::Compatible, own, "2.0", to);
        assert!(compatible(">=2,<3", "3.1").unwrap().contains("outside of `>=2,<3`"));
        assert_eq!(compatible(">=2,<3", "2.9"), None);
        assert_eq!(compatible("==2.0", "3.1"), None, "a pin is what moves");
        assert_eq!(said(Strategy::Latest, ">=2,<3", "2.0", "9"), None);
    }

    #[test]
    fn what_needs_each_other_is_one_group_and_one_way_needs_are_not() {
        let needs = [set(&[1]), set(&[0]), set(&[0]), set(&[])];
        assert_eq!(groups(&needs), [vec![0, 1], vec![2], vec![3]]);
    }

    #[test]
    fn movers_that_come_to_need_each_other_become_one_and_others_keep_their_order() {
        let version = |text: &str| Version::new(text).unwrap();
        let mover = |name: &str, needs: &[usize]| Mover {
            steps: vec![Step { name: PackageName::new(name).unwrap(), from: version("1.0"), to: version("2.0") }],
            prior: 0.5,
            needs: needs.to_vec(),
        };
        let made = grouped(&[mover("a", &[1]), mover("b", &[2]), mover("c", &[0]), mover("d", &[1])]);
        assert_eq!(made.iter().map(Mover::title).collect::<Vec<_>>(), ["a, b, c", "d"]);
        assert_eq!((made[0].needs.as_slice(), made[1].needs.as_slice()), (&[][..], &[0][..]));
        assert!((made[0].prior - 0.875).abs() < 1e-9);
    }

    #[test]
    fn a_ring_of_four_is_one_group() {
        let needs = [set(&[1]), set(&[2]), set(&[3]), set(&[0])];
        assert_eq!(groups(&needs), [vec![0, 1, 2, 3]]);
    }
}
