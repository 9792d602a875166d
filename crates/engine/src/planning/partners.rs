//! What a fix brings along where only what is wrong moves: packages tied to the vulnerable one, no more of them and no
//! further than the resolver wants.
//!
//! Lives here: how far the fixes of direct dependencies go together, and why one stays. Lives elsewhere: vulnerable
//! transitive packages (`mend`), which version a fix is (`decide::targets`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::python::registry;
use uplift_ecosystems::python::resolve::{Answer, Freshness, Question};
use uplift_model::analysis::Reason;
use uplift_model::settings::Strategy;
use uplift_model::{Event, PackageName, Version};

use super::Facts;
use super::caps::{refused, shortened};
use super::rules::Scoping;
use crate::blockers;
use crate::error::EngineError;
use crate::solver::{Wish, Wishes};
use crate::state::State;

/// Releases short of a fix that are tried where the fix itself is out of reach.
const SHORT_OF_IT: usize = 6;

/// Packages that move with a fix and how far, and why the fix does not go alone.
type Along = (BTreeMap<PackageName, Version>, String);

impl Facts<'_> {
    /// Settles how far each fix goes, with what it needs; a fix that nothing makes possible stays, with the resolver's
    /// reason.
    pub(super) fn reach_fixes(
        &self,
        scoping: &mut Scoping,
        state: &State,
        tell: &dyn Fn(Event) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        if !matches!(self.settings.upgrade.strategy, Strategy::Security | Strategy::Minimal) {
            return Ok(());
        }
        let fixes = self.fixes(scoping, state);
        let mut settled = state.wishes();
        let mut all = settled.clone();
        all.extend(fixes.iter().map(|(name, fix)| (name.clone(), Wish::Exactly(fix.clone()))));
        if self.refusal(state, &all)?.is_none() {
            scoping.mended.extend(fixes);
            return Ok(());
        }
        for (name, fix) in fixes {
            tell(Event::Doing { what: format!("asking what {name} {fix} needs") })?;
            // An earlier one may have taken it along, further than its own fix.
            if matches!(settled.get(&name), Some(Wish::Exactly(at)) if *at >= fix) {
                continue;
            }
            match self.with_partners(state, &settled, &name, &fix)? {
                Ok((along, why)) => {
                    for (partner, to) in &along {
                        self.bring(scoping, state, partner, to);
                        scoping.notes.push(format!("{partner} goes to {to} because {name} {fix} needs it: {why}"));
                        settled.insert(partner.clone(), Wish::Exactly(to.clone()));
                    }
                    scoping.mended.insert(name.clone(), fix.clone());
                    settled.insert(name, Wish::Exactly(fix));
                }
                Err(why) => {
                    if let Some(short) = self.short_of(scoping, state, &settled, &name, &fix, &why)? {
                        settled.insert(name, Wish::Exactly(short));
                    }
                }
            }
        }
        Ok(())
    }

    /// What moves because something is wrong with it, and how far.
    fn fixes(&self, scoping: &Scoping, state: &State) -> BTreeMap<PackageName, Version> {
        let judged = self.research.judged();
        let wrong = |name: &PackageName| {
            let row = judged.row(name);
            row.is_some_and(|r| r.reasons.iter().any(|r| matches!(r, Reason::Security | Reason::Unavailable)))
        };
        let fix = |name: &PackageName| {
            let now = state.pins.get(name)?;
            let asked = scoping.exact.get(name).or_else(|| scoping.ceilings.get(name)).cloned();
            let to = asked.or_else(|| judged.proposal(name)).filter(|to| to > now)?;
            (scoping.exact.contains_key(name) || wrong(name)).then(|| (name.clone(), to))
        };
        scoping.movable.iter().filter_map(fix).collect()
    }

    /// The least set that makes `fix` possible on top of what is settled; the inner error: why there is none.
    fn with_partners(
        &self,
        state: &State,
        settled: &Wishes,
        name: &PackageName,
        fix: &Version,
    ) -> Result<Result<Along, String>, EngineError> {
        let mut alone = settled.clone();
        alone.insert(name.clone(), Wish::Exactly(fix.clone()));
        let Some((question, refusal)) = refused(self.solver, &alone, &state.solution)? else {
            return Ok(Ok((BTreeMap::new(), String::new())));
        };
        let because =
            |asked: &Question, text: &str| blockers::against(self.solver, asked, &state.solution, (name, fix), text);
        let mut conflict = refusal.clone();
        // Who stands against it is set free, and whoever then stands against it; at last everybody.
        let mut free = alone.clone();
        let solved = loop {
            let tied = |other: &PackageName| matches!(free.get(other), Some(Wish::Exactly(_))) && other != name;
            let open: Vec<&PackageName> = settled.keys().filter(|o| tied(o) && self.may_follow(o)).collect();
            let mut named: Vec<PackageName> = open.iter().filter(|o| names(&conflict, o)).copied().cloned().collect();
            if named.is_empty() {
                named = open.into_iter().cloned().collect();
            }
            if named.is_empty() {
                let asked = self.solver.question(&free, &state.solution, &|_| true);
                return Ok(Err(because(&asked, &conflict)?));
            }
            for other in named {
                let Some(Wish::Exactly(at)) = settled.get(&other) else { continue };
                let within = self.settings.upgrade.hold.get(&other);
                let wish = within.map_or_else(|| Wish::AtLeast(at.clone()), |s| Wish::Within(at.clone(), s.clone()));
                free.insert(other, wish);
            }
            match self.solver.solve(&free, &state.solution, &|_| true, Freshness::CacheFirst)? {
                Answer::Solved(solved) => break solved.solution,
                Answer::Refused(next) => conflict = next.text,
            }
        };
        let moved = |other: &PackageName| {
            let to = solved.version(other)?;
            matches!(settled.get(other), Some(Wish::Exactly(at)) if to > at).then(|| (other.clone(), to.clone()))
        };
        let mut along: BTreeMap<PackageName, Version> =
            free.keys().filter(|other| *other != name).filter_map(moved).collect();
        let with = |along: &BTreeMap<PackageName, Version>| {
            let mut wishes = alone.clone();
            wishes.extend(along.iter().map(|(n, v)| (n.clone(), Wish::Exactly(v.clone()))));
            wishes
        };
        // Who is lowered may do without others, and who is left alone may be lowered further.
        for _ in 0..2 {
            for other in along.keys().cloned().collect::<BTreeSet<_>>() {
                let mut fewer = along.clone();
                fewer.remove(&other);
                if self.refusal(state, &with(&fewer))?.is_none() {
                    along = fewer;
                }
            }
            let before = along.clone();
            for other in along.keys().cloned().collect::<BTreeSet<_>>() {
                let most = along.get(&other).cloned();
                if let Some(lowest) = self.lowest(state, &with(&along), &other, most.as_ref())? {
                    along.insert(other, lowest);
                }
            }
            if along == before || along.len() < 2 {
                break;
            }
        }
        Ok(Ok((along, because(&question, &refusal)?)))
    }

    /// Where the fix itself is out of reach: the release before it that keeps the fewest advisories, where one fits.
    fn short_of(
        &self,
        scoping: &mut Scoping,
        state: &State,
        settled: &Wishes,
        name: &PackageName,
        fix: &Version,
        why: &str,
    ) -> Result<Option<Version>, EngineError> {
        let Some(current) = state.pins.get(name).cloned() else { return Ok(None) };
        let judged = self.research.judged();
        let touching = |version: &Version| -> Option<BTreeSet<String>> {
            let found = judged.touching(name.as_str(), &version.to_string());
            match found.missing() {
                Some(_) => None,
                None => {
                    let all = found.value().cloned().unwrap_or_default();
                    Some(all.into_iter().filter(|f| !f.is_set_aside()).map(|f| f.id).collect())
                }
            }
        };
        let releases = self.index.releases(name)?;
        let usable = |v: &Version| *v > current && v < fix;
        let between: Vec<&Version> =
            registry::offered(&releases).into_iter().filter(|r| usable(&r.version)).map(|r| &r.version).collect();
        self.research.learn_each(between.iter().map(|version| (name, *version)));
        let now = touching(&current).unwrap_or_default();
        let mut better: Vec<(usize, &Version)> = between
            .into_iter()
            .filter_map(|v| Some((touching(v)?, v)))
            .filter(|(left, _)| left.len() < now.len() && left.is_subset(&now))
            .map(|(left, v)| (left.len(), v))
            .collect();
        better.sort();
        better.dedup_by_key(|(left, _)| *left);
        for (_, version) in better.into_iter().take(SHORT_OF_IT) {
            let mut wishes = settled.clone();
            wishes.insert(name.clone(), Wish::Exactly(version.clone()));
            if self.refusal(state, &wishes)?.is_none() {
                scoping.warnings.push(format!("{name} goes to {version} only; {fix} mends more: {why}"));
                scoping.ceilings.insert(name.clone(), version.clone());
                scoping.limits.insert(name.clone(), why.to_owned());
                scoping.mended.insert(name.clone(), version.clone());
                return Ok(Some(version.clone()));
            }
        }
        scoping.movable.remove(name);
        scoping.exact.remove(name);
        scoping.stays(name, &current, fix.clone(), format!("{fix} mends it and is out of reach: {why}"));
        Ok(None)
    }

    /// Lets a package move that only follows another.
    fn bring(&self, scoping: &mut Scoping, state: &State, partner: &PackageName, to: &Version) {
        if state.pins.contains_key(partner) {
            scoping.unmoved.retain(|unmoved| unmoved.name != *partner);
            scoping.movable.insert(partner.clone());
            scoping.ceilings.insert(partner.clone(), to.clone());
            scoping.limits.insert(partner.clone(), "no further than the fix of another package needs it".to_owned());
            scoping.mended.insert(partner.clone(), to.clone());
        }
    }

    /// Whether a package may move on account of another: the settings do not fix it.
    pub(super) fn may_follow(&self, name: &PackageName) -> bool {
        let upgrade = &self.settings.upgrade;
        let held = self.holds.iter().any(|hold| hold.package == *name);
        !held && !upgrade.ignore.contains(name) && !upgrade.pin.contains_key(name) && !upgrade.target.contains_key(name)
    }

    /// Why the resolver refuses; `None`: it does not.
    pub(super) fn refusal(&self, state: &State, wishes: &Wishes) -> Result<Option<String>, EngineError> {
        match self.solver.solve(wishes, &state.solution, &|_| true, Freshness::CacheFirst)? {
            Answer::Solved(_) => Ok(None),
            Answer::Refused(conflict) => Ok(Some(shortened(&conflict.text))),
        }
    }
}

/// Whether the resolver's words name a package.
pub(super) fn names(text: &str, package: &PackageName) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let mut words = text.split(|c: char| !part(c)).map(|word| word.trim_matches(['.', '-', '_']));
    words.any(|word| PackageName::new(word).is_ok_and(|name| name == *package))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_names_a_package_by_its_whole_name_in_any_spelling() {
        let text = "Because torchvision==0.16.0 depends on torch==2.1.0, we can conclude that Scikit_Learn.";
        let name = |text: &str| PackageName::new(text).unwrap();
        for package in ["torch", "torchvision", "scikit-learn"] {
            assert!(names(text, &name(package)), "{package}");
        }
        for package in ["tor", "vision", "learn", "numpy"] {
            assert!(!names(text, &name(package)), "{package}");
        }
    }
}
