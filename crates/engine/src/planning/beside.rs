//! How far packages may go on account of manifests beside the environment: a plan must leave each of them a set that
//! resolves, as far as it had one.
//!
//! Lives here: lowering targets until every such set resolves, and why, in words. Lives elsewhere: those sets
//! (`crate::edits::beside`), the edits (`crate::edits`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::python::manifest;
use uplift_ecosystems::python::resolve::{Answer, Solved};
use uplift_model::solution::Change;
use uplift_model::{PackageName, Version};

use super::Facts;
use super::caps::shortened;
use super::partners::names;
use super::rules::Scoping;
use crate::edits::{self, Broken, beside};
use crate::error::EngineError;
use crate::solver::{Wish, Wishes};
use crate::state::State;
use crate::targets::{self, Scope};

/// Rounds of lowering: what one manifest lowers may show what another one does not take.
const ROUNDS: usize = 6;

/// Where a package stands and where it would go.
type Moving = BTreeMap<PackageName, (Version, Version)>;

impl Facts<'_> {
    /// The newest set whose edits break no manifest beside the environment: `target`, or one below it.
    pub(super) fn fitting_beside(
        &self,
        scoping: &mut Scoping,
        state: &State,
        mut target: Solved,
    ) -> Result<Solved, EngineError> {
        if beside::manifests(self.solver).is_empty() {
            return Ok(target);
        }
        for _ in 0..ROUNDS {
            let moving = moving(scoping, state, &target);
            let mut lowered = false;
            for broken in self.broken(state, &target, &moving)? {
                for (name, most) in self.reach(&broken, &moving)? {
                    let Some((_, to)) = moving.get(&name) else { continue };
                    let why = because(&broken, &name, to);
                    scoping.mended.remove(&name);
                    scoping.limit(&name, most, Some(why));
                    lowered = true;
                }
            }
            if !lowered {
                break;
            }
            let wanted = scoping.wanted();
            let Scoping { movable, ceilings, within, .. } = &*scoping;
            let scope = Scope { movable, ceilings, strategy: self.settings.upgrade.strategy, within, exact: &wanted };
            target = match targets::joint(self.solver, state, &scope)? {
                Answer::Solved(lower) => self.further(scoping, state, lower)?,
                // What is installed today is within every ceiling, so that some set always is.
                Answer::Refused(_) => break,
            };
        }
        Ok(target)
    }

    /// Manifests that the edits of the whole way to `target` would break.
    fn broken(&self, state: &State, target: &Solved, moving: &Moving) -> Result<Vec<Broken>, EngineError> {
        let going: Vec<(&PackageName, &Version)> = moving.iter().map(|(name, (_, to))| (name, to)).collect();
        let changes = state.solution.changes(&target.solution);
        let along: Vec<Change> = changes.into_iter().filter(|c| !moving.contains_key(&c.name)).collect();
        let fixed: BTreeSet<PackageName> = self.solver.constrained().into_iter().collect();
        let bumps = edits::bumps(going.iter().copied(), &along, &fixed);
        let read = |path: &str| self.tree.read(path);
        let hashed = going.into_iter().chain(along.iter().filter_map(|c| Some((&c.name, c.to.as_ref()?))));
        let hashes = edits::hashes(self.component, &read, self.index, hashed)?;
        let wanted = edits::Wanted { read: &read, bumps: &bumps, along: &along, hashes: &hashes };
        Ok(edits::tried(self.solver, &wanted)?.1)
    }

    /// How far the packages that a broken manifest states can go with it; nothing where not even the versions in use fit,
    /// which no lower target mends.
    fn reach(&self, broken: &Broken, moving: &Moving) -> Result<BTreeMap<PackageName, Version>, EngineError> {
        let stated: BTreeSet<&PackageName> = broken.set.stated.iter().map(|s| &s.name).collect();
        let mut free: Vec<&PackageName> = moving.keys().filter(|name| stated.contains(name)).collect();
        let between = |name: &PackageName| {
            let (from, to) = moving.get(name)?;
            Some((name.clone(), Wish::Between(from.clone(), to.clone())))
        };
        // One alone, those that the refusal names first; then all of them.
        free.sort_by_key(|name| !names(&broken.conflict.text, name));
        let alone = free.iter().map(|name| vec![*name]);
        for open in alone.chain([free.clone()]) {
            let wishes: Wishes = open.iter().filter_map(|name| between(name)).collect();
            let Answer::Solved(solved) = beside::ask(self.solver, &broken.set, &wishes)? else { continue };
            let lower = |name: &&PackageName| {
                let (_, to) = moving.get(*name)?;
                let most = solved.solution.version(name).filter(|most| *most < to)?;
                Some(((*name).clone(), most.clone()))
            };
            return Ok(open.iter().filter_map(lower).collect());
        }
        Ok(BTreeMap::new())
    }
}

fn moving(scoping: &Scoping, state: &State, target: &Solved) -> Moving {
    let up = |name: &PackageName| {
        let (from, to) = (state.pins.get(name)?, target.solution.version(name)?);
        (to > from).then(|| (name.clone(), (from.clone(), to.clone())))
    };
    scoping.movable.iter().filter_map(up).collect()
}

/// `pyproject.toml's arq 0.26.3 keeps redis below 6`, where the refusal tells who does.
fn because(broken: &Broken, name: &PackageName, to: &Version) -> String {
    let pinned = |who: &PackageName| {
        let stated = broken.set.stated.iter().filter(|s| s.name == *who);
        stated.filter_map(|s| manifest::pinned(&s.pep440)).next()
    };
    match keeper(&broken.conflict.text, name, to, &pinned) {
        Some((who, bound)) => format!("{}'s {who} keeps {name} {bound}", broken.file),
        None => {
            let why = shortened(&broken.conflict.text);
            format!("{} does not resolve with {name} {to}: {why}", broken.file)
        }
    }
}

/// Who in the resolver's words asks for less of `name` than `to`, and the bound: `arq 0.26.3`, `below 6`. Where the words
/// are about all versions of somebody, the one that is `pinned` is told.
fn keeper(
    text: &str,
    name: &PackageName,
    to: &Version,
    pinned: &dyn Fn(&PackageName) -> Option<Version>,
) -> Option<(String, String)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(4).find_map(|four| {
        let [who, "depends" | "depend", "on", what] = four else { return None };
        let what = what.trim_end_matches(['.', ',']);
        let end = what.find(['=', '<', '>', '!', '~', '['])?;
        if PackageName::new(what.get(..end)?).ok()? != *name {
            return None;
        }
        let specifier = what.get(what.find(['=', '<', '>', '!', '~'])?..)?;
        if manifest::admits(specifier, to) {
            return None;
        }
        let version = PackageName::new(who).ok().and_then(|who| pinned(&who));
        let who = version.map_or_else(|| who.replacen("==", " ", 1), |version| format!("{who} {version}"));
        Some((who, bound(specifier)))
    })
}

fn bound(specifier: &str) -> String {
    let upper = specifier.split(',').find_map(|part| part.trim().strip_prefix('<'));
    match upper.map(|upper| (upper.strip_prefix('='), upper)) {
        Some((Some(most), _)) => format!("at {most} at most"),
        Some((None, below)) => format!("below {below}"),
        None => format!("at {specifier}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn who_keeps_a_package_back_is_read_from_the_refusal() {
        let text = "No solution found: Because arq==0.26.3 depends on redis[hiredis]>=4.2.0,<6 and you require \
                    redis==8.1.0, we can conclude that your requirements are unsatisfiable.";
        let (redis, arq) = (PackageName::new("redis").unwrap(), PackageName::new("arq").unwrap());
        let version = |text: &str| Version::new(text).unwrap();
        let none = |_: &PackageName| None;
        let told = keeper(text, &redis, &version("8.1.0"), &none).unwrap();
        assert_eq!(told, ("arq 0.26.3".to_owned(), "below 6".to_owned()));
        assert_eq!(keeper(text, &redis, &version("5.3.1"), &none), None);
        assert_eq!(keeper(text, &arq, &version("0.27"), &none), None);
        let all = "Because all versions of arq depend on redis<6 and you require arq==0.26.3";
        let pinned = |who: &PackageName| (*who == arq).then(|| version("0.26.3"));
        assert_eq!(keeper(all, &redis, &version("8.1.0"), &pinned), Some(told));
        assert_eq!(bound("<=5.3.1"), "at 5.3.1 at most");
        assert_eq!(bound("==5.*"), "at ==5.*");
    }

    proptest::proptest! {
        #[test]
        fn no_words_make_the_reader_panic(text in "(depends on |a==1 |redis|<|\\[|,|\\PC| ){0,30}") {
            keeper(&text, &PackageName::new("redis").unwrap(), &Version::new("6").unwrap(), &|_| None);
        }
    }
}
