//! Transitive packages that are vulnerable: the smallest change that removes what is known.
//!
//! In this order: the lock or the constraints line alone moves the package; a direct dependency above it goes as far as it must; a line that
//! somebody has to write. What none of them mends is told, with the reason.

use uplift_ecosystems::python::registry;
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
        // What is settled moves with it: two fixes of which each keeps the other's package where it was exclude each other.
        wishes.extend(scoping.settled.iter().map(|(name, to)| (name.clone(), Wish::Exactly(to.clone()))));
        wishes.insert(name.clone(), Wish::Exactly(fix.clone()));
        if self.refusal(state, &wishes)?.is_none() {
            if locked {
                scoping.settled.insert(name.clone(), fix.clone());
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
            let Some(lowest) = self.lowest(state, &wishes, &parent, None)? else { continue };
            scoping.notes.push(format!(
                "{parent} goes to {lowest} because {name} {current} is vulnerable and {fix} needs it: {why}"
            ));
            scoping.unmoved.retain(|unmoved| unmoved.name != parent);
            scoping.movable.insert(parent.clone());
            scoping.settled.insert(parent.clone(), lowest.clone());
            scoping.ceilings.insert(parent, lowest);
            if locked {
                scoping.settled.insert(name.clone(), fix.clone());
                scoping.ceilings.insert(name.clone(), fix.clone());
                open(scoping, state, name, &current);
            }
            return Ok(());
        }
        scoping.warnings.push(format!("{name} {current} stays vulnerable: {fix} is out of reach {why}"));
        Ok(())
    }

    /// Direct dependencies through which a package comes, nearest first; all of them where the lock does not tell.
    pub(super) fn parents(&self, name: &PackageName, state: &State) -> Vec<PackageName> {
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

    /// The lowest release of `package` above the one in use, and not above `most`, with which `wishes` resolve: one that
    /// no known advisory touches, else any. `None` when not even the newest does.
    pub(super) fn lowest(
        &self,
        state: &State,
        wishes: &Wishes,
        package: &PackageName,
        most: Option<&Version>,
    ) -> Result<Option<Version>, EngineError> {
        let Some(current) = state.pins.get(package) else { return Ok(None) };
        let releases = self.index.releases(package)?;
        let usable = registry::offered(&releases)
            .into_iter()
            .filter(|r| r.version > *current)
            .filter(|r| most.is_none_or(|most| r.version <= *most));
        let versions: Vec<Version> = usable.map(|r| r.version.clone()).collect();
        self.research.learn_each(versions.iter().map(|version| (package, version)));
        let judged = self.research.judged();
        let unhurt: Vec<Version> = versions.iter().filter(|v| judged.unhurt(package, v)).cloned().collect();
        match self.lowest_of(&unhurt, state, wishes, package)? {
            None if unhurt.len() < versions.len() => self.lowest_of(&versions, state, wishes, package),
            found => Ok(found),
        }
    }

    /// `versions`: ascending.
    fn lowest_of(
        &self,
        versions: &[Version],
        state: &State,
        wishes: &Wishes,
        package: &PackageName,
    ) -> Result<Option<Version>, EngineError> {
        let fits = |at: usize| -> Result<bool, EngineError> {
            let Some(version) = versions.get(at) else { return Ok(false) };
            let mut wishes = wishes.clone();
            wishes.insert(package.clone(), Wish::Exactly(version.clone()));
            Ok(self.refusal(state, &wishes)?.is_none())
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
