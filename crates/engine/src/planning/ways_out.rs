//! Ways out when a step does not hold, or a package cannot move at all (row C13).

use std::collections::BTreeMap;

use uplift_ecosystems::python::registry::{self, Release};
use uplift_model::plan::{Fallback, FallbackKind, Unmoved};
use uplift_model::{Candidate, Distance, Move, PackageName, Version};

use super::Facts;
use super::rules::line;
use crate::error::EngineError;

/// Releases on the way to a target that are asked about.
const CONSIDERED: usize = 20;

/// The newest release for the lowest Python that the project promises, and that Python, by package.
type Promised = BTreeMap<PackageName, (Version, Version)>;

impl Facts<'_> {
    pub(super) fn fallbacks(
        &self,
        one: &Move,
        all: &[Move],
        promised: &Promised,
    ) -> Result<Vec<Fallback>, EngineError> {
        let mut ways = Vec::new();
        for candidate in &one.candidates {
            ways.extend(self.on_the_way(&candidate.name, &candidate.current, &candidate.target)?);
        }
        // What only moves together only stops together.
        if ways.len() < one.candidates.len() && one.candidates.len() > 1 {
            ways.clear();
        }
        ways.push(hold(one, all));
        for Candidate { name, .. } in &one.candidates {
            ways.extend(self.successor(name));
            ways.extend(marker(name, promised));
        }
        Ok(ways)
    }

    /// What could be done about a package that stays.
    pub(super) fn alternatives(&self, unmoved: &Unmoved, promised: &Promised) -> Result<Vec<Fallback>, EngineError> {
        let Unmoved { name, current, newest, reason, .. } = unmoved;
        let mut ways: Vec<Fallback> = self.on_the_way(name, current, newest)?.into_iter().collect();
        if reason.contains("because ") {
            ways.push(Fallback {
                kind: FallbackKind::HoldBlocker,
                what: format!("hold {name} at {current} until what stands against {newest} admits it"),
                reason: reason.clone(),
            });
        }
        ways.extend(self.successor(name));
        ways.extend(marker(name, promised));
        Ok(ways)
    }

    /// The newest release of the line in use that lies before the target: of the same major for a major step, of the same
    /// minor for a minor one.
    fn on_the_way(
        &self,
        name: &PackageName,
        current: &Version,
        target: &Version,
    ) -> Result<Option<Fallback>, EngineError> {
        let widest = match current.distance(target) {
            Distance::Major => Distance::Minor,
            Distance::Minor => Distance::Patch,
            Distance::Patch | Distance::Same => return Ok(None),
        };
        let releases = self.index.releases(name)?;
        let between =
            |r: &&Release| r.version > *current && r.version < *target && current.distance(&r.version) <= widest;
        let offered = registry::offered(&releases).into_iter().rev();
        let between: Vec<&Release> = offered.filter(between).take(CONSIDERED).collect();
        // Where people stop they stay: what is known to be vulnerable is no way out.
        self.research.learn_each(between.iter().map(|release| (name, &release.version)));
        let judged = self.research.judged();
        let between = between.into_iter().find(|release| judged.unhurt(name, &release.version));
        Ok(between.map(|release| Fallback {
            kind: FallbackKind::IntermediateVersion,
            what: format!("stop at {name} {}", release.version),
            reason: format!(
                "it is the newest release before the {} step, so that deprecations show before things are gone",
                if widest == Distance::Minor { "major" } else { "minor" }
            ),
        }))
    }

    fn successor(&self, name: &PackageName) -> Option<Fallback> {
        let deprecation = self.research.judged().row(name)?.deprecation.value()?.clone();
        let successor = deprecation.successor?;
        Some(Fallback {
            kind: FallbackKind::ReplacePackage,
            what: format!("replace {name} by {successor}"),
            reason: deprecation.message,
        })
    }
}

fn hold(one: &Move, all: &[Move]) -> Fallback {
    let names: Vec<String> = one.candidates.iter().map(|c| format!("{} at {}", c.name, c.current)).collect();
    let waiting: Vec<&str> =
        all.iter().filter(|m| m.needs.contains(&one.id)).flat_map(|m| &m.candidates).map(|c| c.name.as_str()).collect();
    Fallback {
        kind: FallbackKind::HoldBlocker,
        what: format!("hold {}", names.join(", ")),
        reason: if waiting.is_empty() {
            "nothing else in this plan needs it, so that all other steps go on".to_owned()
        } else {
            format!("{} then wait as well; all other steps go on", waiting.join(", "))
        },
    }
}

fn marker(name: &PackageName, promised: &Promised) -> Option<Fallback> {
    let (version, lowest) = promised.get(name)?;
    let python = line(lowest);
    Some(Fallback {
        kind: FallbackKind::Marker,
        what: format!(
            "two lines: `{name}=={version} ; python_version <= \"{python}\"`, and the newest for every later Python"
        ),
        reason: format!("{version} is the newest for Python {python}, which the project promises to support"),
    })
}
