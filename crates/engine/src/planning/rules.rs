//! What may move and how far: ignored, pinned, held and asked-for packages, the strategy, the age of releases.

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::python::resolve::Solved;
use uplift_model::analysis::Reason;
use uplift_model::plan::Unmoved;
use uplift_model::settings::Strategy;
use uplift_model::{Dependency, PackageName, Version};

use super::Facts;
use crate::error::EngineError;
use crate::state::State;

/// What the rules come to, gathered package by package.
#[derive(Default)]
pub(super) struct Scoping {
    pub(super) movable: BTreeSet<PackageName>,
    /// No package goes above its ceiling.
    pub(super) ceilings: BTreeMap<PackageName, Version>,
    pub(super) within: BTreeMap<PackageName, String>,
    pub(super) exact: BTreeMap<PackageName, Version>,
    /// Where only what is wrong moves: fixes, and what they bring along, at versions that the resolver takes together.
    pub(super) mended: BTreeMap<PackageName, Version>,
    /// Transitive fixes settled so far, and the direct dependencies that go along: what a further fix has to fit beside.
    pub(super) settled: BTreeMap<PackageName, Version>,
    /// Why a package has a ceiling, in words.
    pub(super) limits: BTreeMap<PackageName, String>,
    /// The newest release for the lowest Python that the project promises, and that Python.
    pub(super) promised: BTreeMap<PackageName, (Version, Version)>,
    pub(super) unmoved: Vec<Unmoved>,
    /// What was tried for vulnerable packages that stay, in words.
    pub(super) tried: BTreeMap<PackageName, String>,
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Scoping {
    pub(super) fn limit(&mut self, name: &PackageName, ceiling: Version, why: Option<String>) {
        let lower = self.ceilings.get(name).is_none_or(|known| ceiling < *known);
        if lower {
            self.ceilings.insert(name.clone(), ceiling);
            self.limits.extend(why.map(|why| (name.clone(), why)));
        }
    }
}

impl Facts<'_> {
    /// Decides whether a direct dependency may move.
    pub(super) fn admit(&self, scoping: &mut Scoping, dependency: &Dependency) -> Result<(), EngineError> {
        let (name, Some(current)) = (&dependency.name, &dependency.in_use) else { return Ok(()) };
        let Some(newest) = self.newest(name, current, &mut scoping.notes)? else { return Ok(()) };
        if let Some(reason) = self.stays(scoping, name, current, &newest)? {
            if newest > *current {
                scoping.stays(name, current, newest, reason);
            }
            return Ok(());
        }
        scoping.movable.insert(name.clone());
        scoping.within.extend(self.settings.upgrade.hold.get(name).map(|s| (name.clone(), s.clone())));
        if let Some(wanted) = scoping.exact.get(name).cloned() {
            scoping.limit(name, wanted, None);
            return Ok(());
        }
        let releases = self.index.releases(name)?;
        if let Some((aged, why)) = self.solver.age.get().and_then(|age| age.ceiling(name, current, &newest, &releases))
        {
            scoping.limit(name, aged, Some(why));
        }
        if let Some((promised, lowest)) = self.solver.promised(name, current)?
            && promised < newest
        {
            let python = line(&lowest);
            scoping.notes.push(format!("{name} {newest} is not for Python {python}, which the project promises to support; {promised} is the newest that is"));
            let why = format!("{promised} is the newest for Python {python}, which the project promises to support");
            scoping.limit(name, promised.clone(), Some(why));
            scoping.promised.insert(name.clone(), (promised, lowest));
        }
        self.prefer_safe(scoping, name, &newest);
        self.prefer_permitted(scoping, name, current);
        Ok(())
    }

    /// Where something safe is known to be better than the newest, it is the ceiling.
    fn prefer_safe(&self, scoping: &mut Scoping, name: &PackageName, newest: &Version) {
        let judged = self.research.judged();
        let Some(proposal) = judged.proposal(name).filter(|p| p < newest) else { return };
        let chosen = matches!(self.settings.upgrade.strategy, Strategy::Security | Strategy::Minimal);
        let touching = judged.touching(name.as_str(), &newest.to_string());
        let ids: Vec<String> =
            touching.value().into_iter().flatten().filter(|f| !f.is_set_aside()).map(|f| f.id.clone()).collect();
        let why = match (chosen, ids.is_empty()) {
            (true, _) => judged.row(name).and_then(|row| row.held_by.clone()),
            (false, false) => Some(format!("{newest} is itself affected by {}", ids.join(", "))),
            (false, true) => {
                // A fix that is too young but needed has no older one; nothing younger comes in with it.
                let fixes = judged.young_fixes(self.settings.upgrade.minimum_release_age);
                let Some(fix) = fixes.get(name) else { return };
                Some(format!("{fix} is the oldest release that mends it, and all newer ones are as young"))
            }
        };
        scoping.limit(name, proposal, why);
    }

    /// Why a package stays; `None` when it may move. A version that was asked for enters `scoping.exact`.
    fn stays(
        &self,
        scoping: &mut Scoping,
        name: &PackageName,
        current: &Version,
        newest: &Version,
    ) -> Result<Option<String>, EngineError> {
        let upgrade = &self.settings.upgrade;
        if upgrade.ignore.contains(name) {
            return Ok(Some("ignored by the settings".to_owned()));
        }
        if let Some(asked) = upgrade.target.get(name) {
            return self.asked(scoping, name, current, asked);
        }
        if let Some(pin) = upgrade.pin.get(name) {
            let reason = Some(format!("pinned to {pin} by the settings"));
            let Ok(version) = Version::new(pin) else { return Ok(reason) };
            if version <= *current || !self.exists(name, &version)? {
                return Ok(reason);
            }
            if let Some(why) =
                self.research.judged().refused(name).and_then(|refused| refused.get(&version.to_string()))
            {
                return Ok(Some(why.clone()));
            }
            scoping.exact.insert(name.clone(), version);
            return Ok(None);
        }
        if let Some(hold) = self.holds.iter().find(|h| h.package == *name)
            && *newest <= hold.above
        {
            return Ok(Some(format!(
                "{}; held until something newer than {} exists, or `uplift lift {name}`",
                hold.reason, hold.above
            )));
        }
        if !matches!(upgrade.strategy, Strategy::Security | Strategy::Minimal) {
            return Ok(None);
        }
        let judged = self.research.judged();
        if judged.proposal(name).is_some_and(|proposal| proposal > *current) {
            return Ok(None);
        }
        let row = judged.row(name);
        Ok(Some(match row.map(|row| &row.advisories) {
            None => "nothing was looked up about it".to_owned(),
            Some(found) if found.missing().is_some() => {
                format!("advisories not retrieved: {}", found.missing().unwrap_or_default())
            }
            Some(found) if found.value().is_some_and(|found| found.iter().any(|f| !f.is_set_aside())) => {
                row.and_then(|row| row.held_by.clone()).unwrap_or_else(|| "no release mends it".to_owned())
            }
            Some(_) => format!("nothing is known to be wrong with {current}"),
        }))
    }

    /// `--target`: what is asked for must exist and must not be lower; whatever else is odd about it is said.
    fn asked(
        &self,
        scoping: &mut Scoping,
        name: &PackageName,
        current: &Version,
        asked: &str,
    ) -> Result<Option<String>, EngineError> {
        let wrong = |what: String, hint: &str| Err(EngineError::repository(what, hint));
        let Ok(version) = Version::new(asked) else {
            return wrong(format!("`{asked}` is no version of {name}"), "write it as --target NAME==1.2.3");
        };
        if version < *current {
            let what = format!("{name} {version} was asked for, and {current} is in use: no version is lowered");
            return wrong(
                what,
                "to go back, `uplift rollback` takes a run back; otherwise edit the requirement yourself",
            );
        }
        if let Some(row) = self.research.judged().row(name) {
            scoping.warnings.extend(row.warnings.iter().map(|warning| format!("{name}: {warning}")));
        }
        if version == *current {
            return Ok(Some(format!("{version} was asked for, and is in use")));
        }
        if let Some(why) = self.research.judged().refused(name).and_then(|refused| refused.get(&version.to_string())) {
            return Ok(Some(format!("{version} was asked for, and is refused: {why}")));
        }
        if !self.exists(name, &version)? {
            return Ok(Some(format!("{version} was asked for, and there is no such release for this interpreter")));
        }
        scoping.exact.insert(name.clone(), version);
        Ok(None)
    }

    fn exists(&self, name: &PackageName, version: &Version) -> Result<bool, EngineError> {
        Ok(self.index.releases(name)?.iter().any(|r| r.version == *version && r.installable() && r.yanked.is_none()))
    }

    /// Transitive packages that move on their own account: asked for, or, where only what is wrong moves, vulnerable.
    pub(super) fn open_transitive(&self, scoping: &mut Scoping, state: &mut State) -> Result<(), EngineError> {
        for (name, asked) in &self.settings.upgrade.target {
            if state.pins.contains_key(name) {
                continue;
            }
            let Some(current) = self.base.version(name) else {
                return Err(EngineError::repository(
                    format!("{name} {asked} was asked for, and {name} is no dependency of this project"),
                    "`uplift check --all` lists what it depends on",
                ));
            };
            if !self.solver.pins_everything() {
                return Err(EngineError::repository(
                    format!("{name} {asked} was asked for, and nothing of this project pins {name}"),
                    format!("state `{name}=={asked}` in a requirements or constraints file"),
                ));
            }
            match self.asked(scoping, name, current, asked)? {
                Some(reason) => scoping.stays(name, current, current.clone(), reason),
                None => {
                    scoping.ceilings.extend(scoping.exact.get(name).map(|v| (name.clone(), v.clone())));
                    open(scoping, state, name, current);
                }
            }
        }
        if !matches!(self.settings.upgrade.strategy, Strategy::Security | Strategy::Minimal) {
            return Ok(());
        }
        // A package that only a constraints file names counts as direct for a check, and does not move by itself here.
        for row in self.research.judged().rows().filter(|r| r.reasons.contains(&Reason::Security)) {
            let Ok(name) = PackageName::new(&row.name) else { continue };
            let (Some(current), Some(fix)) = (self.base.version(&name), self.research.judged().proposal(&name)) else {
                continue;
            };
            let upgrade = &self.settings.upgrade;
            if state.pins.contains_key(&name) || fix <= *current || upgrade.ignore.contains(&name) {
                continue;
            }
            self.mend(scoping, state, &name, &fix)?;
        }
        self.do_without(scoping, state)
    }

    /// Says of versions that were asked for and are not reached who stands against them.
    pub(super) fn unreached(&self, scoping: &mut Scoping, state: &State, target: &Solved) -> Result<(), EngineError> {
        for (name, wanted) in scoping.exact.clone() {
            let Some(reached) = target.solution.version(&name).filter(|v| **v != wanted) else { continue };
            let why = match scoping.limits.get(&name) {
                Some(why) => Some(String::clone(why)),
                None => self.cap(state, &name, &wanted)?,
            };
            let why = why.unwrap_or_else(|| "the others do not all fit beside it".to_owned());
            scoping.warnings.push(format!("{name} {wanted} was asked for and is not reached, {reached} is: {why}"));
        }
        Ok(())
    }
}

/// Lets a transitive package move.
pub(super) fn open(scoping: &mut Scoping, state: &mut State, name: &PackageName, current: &Version) {
    scoping.movable.insert(name.clone());
    state.pins.insert(name.clone(), current.clone());
}

/// `3.8`
pub(super) fn line(version: &Version) -> String {
    version.line(2).iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}
