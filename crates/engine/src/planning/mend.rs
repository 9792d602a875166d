//! Transitive packages that are vulnerable: the smallest change that removes what is known.
//!
//! In this order: the lock or the constraints line alone moves the package; a direct dependency above it goes as far as it must; a line that
//! somebody has to write. What none of them mends is told, with the reason.

use uplift_ecosystems::python::resolve::{Answer, Freshness};
use uplift_model::{PackageName, Version};

use super::Facts;
use super::rules::{Scoping, open};
use crate::error::EngineError;
use crate::solver::{Wish, Wishes};
use crate::state::State;

/// Most direct dependencies that are tried for one vulnerable package.
const PARENTS: usize = 5;

impl Facts<'_> {
    pub(super) fn mend(
        &self,
        scoping: &mut Scoping,
        state: &mut State,
        name: &PackageName,
        fix: &Version,
    ) -> Result<(), EngineError> {
        let Some(current) = self.base.version(name).cloned() else { return Ok(()) };
        // A line of a constraints file holds it as a lock does, and is edited in place.
        let locked = self.solver.pins_everything() || self.solver.constrained().contains(name);
        let mut wishes = state.wishes();
        wishes.insert(name.clone(), Wish::Exactly(fix.clone()));
        if self.goes(state, &wishes)? {
            if locked {
                scoping.ceilings.insert(name.clone(), fix.clone());
                open(scoping, state, name, &current);
            } else {
                let file = self.component.environment.sources().first().map_or("a requirements file", |f| f.as_str());
                scoping.warnings.push(format!(
                    "{name} {current} is vulnerable, and nothing here pins it: add `{name}>={fix}` to {file}"
                ));
            }
            return Ok(());
        }
        let why = self.cap(state, name, fix)?.unwrap_or_else(|| "the resolver refuses it".to_owned());
        for parent in self.parents(name, state) {
            let Some(lowest) = self.lowest(state, &wishes, &parent)? else { continue };
            scoping.notes.push(format!(
                "{parent} goes to {lowest} because {name} {current} is vulnerable and {fix} needs it: {why}"
            ));
            scoping.unmoved.retain(|unmoved| unmoved.name != parent);
            scoping.movable.insert(parent.clone());
            scoping.ceilings.insert(parent, lowest);
            if locked {
                scoping.ceilings.insert(name.clone(), fix.clone());
                open(scoping, state, name, &current);
            }
            return Ok(());
        }
        scoping.warnings.push(format!("{name} {current} stays vulnerable: {fix} is out of reach {why}"));
        Ok(())
    }

    fn goes(&self, state: &State, wishes: &Wishes) -> Result<bool, EngineError> {
        let answer = self.solver.solve(wishes, &state.solution, &|_| true, Freshness::CacheFirst)?;
        Ok(matches!(answer, Answer::Solved(_)))
    }

    /// Direct dependencies through which a package comes, nearest first; all of them where the lock does not tell.
    fn parents(&self, name: &PackageName, state: &State) -> Vec<PackageName> {
        let paths = self.research.judged().row(name).map(|row| row.paths.clone()).unwrap_or_default();
        let mut parents: Vec<PackageName> =
            paths.iter().filter_map(|path| PackageName::new(path.first()?).ok()).collect();
        if parents.is_empty() {
            parents = state.pins.keys().cloned().collect();
        }
        let upgrade = &self.settings.upgrade;
        let fixed = |n: &PackageName| upgrade.ignore.contains(n) || upgrade.pin.contains_key(n);
        parents.retain(|parent| state.pins.contains_key(parent) && !fixed(parent));
        parents.truncate(PARENTS);
        parents
    }

    /// The lowest release of `parent` above the one in use with which `wishes` resolve; `None` when not even the newest
    /// does.
    fn lowest(&self, state: &State, wishes: &Wishes, parent: &PackageName) -> Result<Option<Version>, EngineError> {
        let Some(current) = state.pins.get(parent) else { return Ok(None) };
        let releases = self.index.releases(parent)?;
        let usable = releases
            .iter()
            .filter(|r| r.version > *current && r.installable() && r.yanked.is_none() && !r.version.is_prerelease());
        let versions: Vec<Version> = usable.map(|r| r.version.clone()).collect();
        let fits = |at: usize| -> Result<bool, EngineError> {
            let Some(version) = versions.get(at) else { return Ok(false) };
            let mut wishes = wishes.clone();
            wishes.insert(parent.clone(), Wish::Exactly(version.clone()));
            self.goes(state, &wishes)
        };
        let Some(mut high) = versions.len().checked_sub(1) else { return Ok(None) };
        if !fits(high)? {
            return Ok(None);
        }
        // Bounds are raised from some release on, so that halving finds it.
        let mut low = 0;
        while low < high {
            let middle = low + (high - low) / 2;
            if fits(middle)? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(versions.get(high).cloned())
    }
}
