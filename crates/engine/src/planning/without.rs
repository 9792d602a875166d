//! Transitive packages that are vulnerable and that no release of their own mends: the lowest releases of the project's
//! own packages that need them no more.
//!
//! Lives here: moving the packages that bring such a one, as little as does away with it. Lives elsewhere: packages that a
//! release of their own mends (`mend`), what is left at the end (`rescan`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::python::resolve::{Answer, Freshness};
use uplift_model::{PackageName, Version};

use super::Facts;
use super::rules::Scoping;
use crate::error::EngineError;
use crate::solver::{Wish, Wishes};
use crate::state::State;

/// Releases of one package of which the lowest that will do is looked for, newest last.
const TRIED: usize = 64;
/// Packages of the project that are moved for one that comes through them.
const BRINGERS: usize = 8;

impl Facts<'_> {
    /// Looks for a way round every package of this kind; says what was tried where there is none.
    pub(super) fn do_without(&self, scoping: &mut Scoping, state: &State) -> Result<(), EngineError> {
        let judged = self.research.judged();
        let hurt = |name: &&PackageName| {
            let row = judged.row(name);
            let standing =
                row.and_then(|row| row.advisories.value()).is_some_and(|all| all.iter().any(|f| !f.is_set_aside()));
            let own = self.base.version(name).zip(judged.proposal(name)).is_some_and(|(now, fix)| fix > *now);
            standing && !own && !state.pins.contains_key(name) && !self.settings.upgrade.ignore.contains(name)
        };
        let names: Vec<PackageName> = self.base.packages.keys().filter(hurt).cloned().collect();
        for name in names {
            self.rid_of(scoping, state, &name)?;
        }
        Ok(())
    }

    fn rid_of(&self, scoping: &mut Scoping, state: &State, name: &PackageName) -> Result<(), EngineError> {
        let Some(current) = self.base.version(name).cloned() else { return Ok(()) };
        let mut parents = self.bringers(name, state)?;
        parents.retain(|parent| self.may_follow(parent));
        let none = "no release is known that mends it";
        if parents.is_empty() {
            scoping.tried.insert(name.clone(), format!("{none}, and nothing that brings it may move"));
            return Ok(());
        }
        // As far as they go with everything else where it is: where even that needs it, nothing does.
        let mut wishes = state.wishes();
        for parent in &parents {
            let Some(now) = state.pins.get(parent) else { continue };
            let within = self.settings.upgrade.hold.get(parent);
            let wish = within.map_or_else(|| Wish::AtLeast(now.clone()), |s| Wish::Within(now.clone(), s.clone()));
            wishes.insert(parent.clone(), wish);
        }
        let keep = |other: &PackageName| !parents.contains(other) && other != name;
        let solved = match self.solver.solve(&wishes, &state.solution, &keep, Freshness::Index)? {
            Answer::Solved(solved) => solved.solution,
            Answer::Refused(_) => state.solution.clone(),
        };
        let mut ends: BTreeMap<PackageName, Version> = BTreeMap::new();
        for parent in &parents {
            ends.extend(solved.version(parent).map(|version| (parent.clone(), version.clone())));
        }
        if !self.is_gone(state, &wishes_at(state, &ends), name)? {
            let tried: Vec<String> = ends.iter().map(|(parent, version)| format!("{parent} {version}")).collect();
            let still = if tried.len() == 1 { "still needs it" } else { "still need it" };
            scoping.tried.insert(name.clone(), format!("{none}, and {} {still}", tried.join(" and ")));
            return Ok(());
        }
        for parent in &parents {
            if let Some(lowest) = self.lowest_without(state, &ends, parent, name)? {
                ends.insert(parent.clone(), lowest);
            }
        }
        ends.retain(|parent, to| state.pins.get(parent).is_some_and(|now| *now < *to));
        for (parent, to) in ends {
            scoping.notes.push(format!(
                "{parent} goes to {to} because {name} {current} is vulnerable, no release of it is known to mend that, and \
                 {parent} {to} does without it"
            ));
            scoping.unmoved.retain(|unmoved| unmoved.name != parent);
            scoping.movable.insert(parent.clone());
            let ceiling = scoping.ceilings.get(&parent).map_or(&to, |known| known.max(&to)).clone();
            scoping.ceilings.insert(parent.clone(), ceiling.clone());
            scoping
                .limits
                .insert(parent.clone(), format!("the strategy: {to} is the lowest release that does without {name}"));
            scoping.mended.insert(parent, ceiling);
        }
        Ok(())
    }

    /// The project's own packages through which `name` comes, as the resolver says of the set in use.
    fn bringers(&self, name: &PackageName, state: &State) -> Result<Vec<PackageName>, EngineError> {
        let keep = |_: &PackageName| true;
        let answer = self.solver.solve(&state.wishes(), &state.solution, &keep, Freshness::CacheFirst)?;
        let Answer::Solved(solved) = answer else { return Ok(self.parents(name, state)) };
        let mut found: BTreeSet<PackageName> = BTreeSet::new();
        let (mut seen, mut open) = (BTreeSet::new(), vec![name.clone()]);
        while let Some(one) = open.pop() {
            for by in solved.via.get(&one).into_iter().flatten() {
                if state.pins.contains_key(by) {
                    found.insert(by.clone());
                } else if seen.insert(by.clone()) {
                    open.push(by.clone());
                }
            }
        }
        Ok(found.into_iter().take(BRINGERS).collect())
    }

    /// The lowest release of `parent` that does away with `name`, the others where `ends` has them; one that no known
    /// advisory touches before any other. `None`: none below what `ends` has.
    fn lowest_without(
        &self,
        state: &State,
        ends: &BTreeMap<PackageName, Version>,
        parent: &PackageName,
        name: &PackageName,
    ) -> Result<Option<Version>, EngineError> {
        let (Some(now), Some(end)) = (state.pins.get(parent), ends.get(parent)) else { return Ok(None) };
        let releases = self.index.releases(parent)?;
        let usable = |r: &&uplift_ecosystems::python::registry::Release| {
            r.installable() && r.yanked.is_none() && (!r.version.is_prerelease() || r.version == *now)
        };
        let between = releases.iter().filter(usable).map(|r| &r.version).filter(|v| *v >= now && *v < end);
        let mut between: Vec<Version> = between.rev().take(TRIED).cloned().collect();
        between.reverse();
        self.research.learn_each(between.iter().map(|version| (parent, version)));
        let judged = self.research.judged();
        // Where it is it may stay, whatever touches it.
        between.retain(|version| version == now || judged.unhurt(parent, version));
        let does = |version: &Version| -> Result<bool, EngineError> {
            let mut with = ends.clone();
            with.insert(parent.clone(), version.clone());
            self.is_gone(state, &wishes_at(state, &with), name)
        };
        // What is once given up is not taken up again, so that halving finds where.
        let (mut low, mut high) = (0, between.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match between.get(middle) {
                Some(version) if does(version)? => high = middle,
                _ => low = middle + 1,
            }
        }
        Ok(between.get(high).cloned())
    }

    /// Whether a set with `wishes` exists and holds `name` no more, or in a version that nothing known touches.
    fn is_gone(&self, state: &State, wishes: &Wishes, name: &PackageName) -> Result<bool, EngineError> {
        let keep = |_: &PackageName| true;
        let Answer::Solved(solved) = self.solver.solve(wishes, &state.solution, &keep, Freshness::CacheFirst)? else {
            return Ok(false);
        };
        let Some(version) = solved.solution.version(name) else { return Ok(true) };
        self.research.learn_each([(name, version)].into_iter());
        Ok(self.research.judged().unhurt(name, version))
    }
}

/// Everything where it is, save what `ends` names.
fn wishes_at(state: &State, ends: &BTreeMap<PackageName, Version>) -> Wishes {
    let mut wishes = state.wishes();
    wishes.extend(ends.iter().map(|(name, version)| (name.clone(), Wish::Exactly(version.clone()))));
    wishes
}
