//! The end state looked at again: which advisories are gone, which remain, and why.

use uplift_model::plan::{Security, Vulnerable};
use uplift_model::{Datum, PackageName, Solution, Version};

use super::Facts;
use super::rules::Scoping;
use crate::error::EngineError;
use crate::state::State;

impl Facts<'_> {
    pub(super) fn rescan(&self, scoping: &mut Scoping, state: &State, end: &Solution) -> Result<Security, EngineError> {
        self.research.learn(end);
        let judged = self.research.judged();
        let mut security = Security { source: judged.source.clone(), ..Security::default() };
        if judged.blind {
            scoping.warnings.push(format!(
                "no source of advisories answered, so that nothing here says that a version is safe; {}. \
                 `uplift advisories update` keeps them for times without a network; --advisories PATH or `[advisories] paths` \
                 name records that you have",
                judged.source
            ));
            return Ok(security);
        }
        for (name, before) in &self.base.packages {
            let after = end.version(name);
            let left = after.and_then(|after| self.standing(name, after));
            let why = after.map_or_else(
                || format!("{name} is not installed any more"),
                |after| format!("{after} is not affected"),
            );
            let gone = self.standing(name, before).into_iter().flatten();
            let gone = gone.filter(|one| !left.iter().flatten().any(|other| other.id == one.id));
            security.removed.extend(gone.map(|one| Vulnerable { why: why.clone(), ..one }));
        }
        for (name, version) in &end.packages {
            let Some(found) = self.standing(name, version) else {
                security.unknown.push(name.to_string());
                continue;
            };
            for one in found {
                let why = self.why_left(scoping, state, (name, version), &one.id)?;
                scoping.warnings.push(format!("{name} {version} keeps {} ({}): {why}", one.id, one.severity));
                security.remaining.push(Vulnerable { why, ..one });
            }
        }
        Ok(security)
    }

    /// Advisories that touch a version and are not set aside; `None`: nobody could be asked.
    fn standing(&self, name: &PackageName, version: &Version) -> Option<Vec<Vulnerable>> {
        let found = match self.research.judged().touching(name.as_str(), &version.to_string()) {
            Datum::NotRetrieved { .. } => return None,
            Datum::None => Vec::new(),
            Datum::Found { value } => value,
        };
        let standing = found.into_iter().filter(|finding| !finding.is_set_aside());
        let told = standing.map(|finding| Vulnerable {
            package: name.to_string(),
            version: version.to_string(),
            id: finding.id,
            severity: finding.severity,
            why: String::new(),
        });
        Some(told.collect())
    }

    fn why_left(
        &self,
        scoping: &Scoping,
        state: &State,
        (name, version): (&PackageName, &Version),
        id: &str,
    ) -> Result<String, EngineError> {
        if let Some(why) = self.step_needed(state, name, version, id)? {
            return Ok(why);
        }
        if let Some(tried) = scoping.tried.get(name) {
            return Ok(tried.clone());
        }
        if let Some(unmoved) = scoping.unmoved.iter().find(|unmoved| unmoved.name == *name) {
            return Ok(unmoved.reason.clone());
        }
        if let Some(asked) = scoping.exact.get(name) {
            return Ok(format!("{asked} was asked for"));
        }
        let judged = self.research.judged();
        match judged.proposal(name).filter(|fix| fix > version) {
            Some(fix) => Ok(self
                .cap(state, name, &fix)?
                .unwrap_or_else(|| format!("{fix} mends it, and nothing moves it there"))),
            None => Ok("no release is known that mends it".to_owned()),
        }
    }

    /// The step that an advisory's fix would need where the strategy takes none such; `None`: the strategy is not why.
    fn step_needed(
        &self,
        state: &State,
        name: &PackageName,
        version: &Version,
        id: &str,
    ) -> Result<Option<String>, EngineError> {
        if !state.pins.contains_key(name) {
            return Ok(None);
        }
        let found = self.research.judged().touching(name.as_str(), &version.to_string());
        let finding = found.value().and_then(|all| all.iter().find(|finding| finding.id == id));
        let mut fixed: Vec<Version> =
            finding.map(|f| f.fixed.iter().filter_map(|v| Version::new(v).ok()).collect()).unwrap_or_default();
        fixed.retain(|fix| fix > version);
        let Some(least) = fixed.into_iter().min() else { return Ok(None) };
        let releases = self.index.releases(name)?;
        let usable = releases.iter().filter(|r| r.installable() && r.yanked.is_none() && !r.version.is_prerelease());
        let fix = usable.map(|r| &r.version).filter(|v| **v >= least).min();
        Ok(fix.and_then(|fix| self.beyond(name, version, fix)).map(|why| format!("{why}, and the first that mends it")))
    }
}
