//! What releases state about their licence.
//!
//! A registry of npm lists it with the releases, where it costs nothing. A Python release states it in the metadata beside
//! its wheel: one small file more, asked for where a policy has rules on licences, and kept for good.
//! Lives elsewhere: reading the metadata (`ecosystems::python::registry`), what passes (`decide::policy`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::python::registry;
use uplift_model::analysis::{DependencyRow, Pinning};
use uplift_model::semver::{Options, Version};
use uplift_model::{Datum, Ecosystem, Licence, PackageName};

use crate::releases::{self, Answer, Store};

/// Licences of Python releases that were asked for; those of npm are in its lists.
#[derive(Debug, Clone, Default)]
pub struct Licences {
    asked: BTreeMap<(PackageName, String), Datum<Licence>>,
}

impl Licences {
    /// Those of `wanted` that were not asked for yet.
    pub(crate) fn open(&self, wanted: BTreeSet<(PackageName, String)>) -> Vec<(PackageName, String)> {
        wanted.into_iter().filter(|release| !self.asked.contains_key(release)).collect()
    }

    pub(crate) fn ask(
        &mut self,
        store: &Store<'_>,
        indexes: &Result<Vec<String>, String>,
        open: Vec<(PackageName, String)>,
    ) {
        if open.is_empty() {
            return;
        }
        let read = |bytes: &[u8]| registry::licence("", &String::from_utf8_lossy(bytes));
        for (release, said) in releases::read_metadata(store, indexes, &open, "licence", &read) {
            let datum = match said {
                Ok(found) => Datum::answered(found.map(|licence| Licence { version: release.1.clone(), ..licence })),
                Err(why) => Datum::not_retrieved(why),
            };
            self.asked.insert(release, datum);
        }
    }

    /// What a release states; `None`: nobody was asked.
    pub fn of(&self, row: &DependencyRow, answer: Option<&Answer>, version: &str) -> Option<Datum<Licence>> {
        match (row.ecosystem, answer) {
            (_, Some(Answer::Elsewhere)) => {
                Some(Datum::not_retrieved("it comes from elsewhere than an index, which would state it"))
            }
            (Ecosystem::JavaScript, Some(Answer::Known(known))) => {
                let licences = known.licences.as_ref()?;
                if known.find(version).is_none() {
                    return Some(Datum::not_retrieved(format!("the registry lists no release {version}")));
                }
                let wanted = Version::parse(version, Options::LOOSE).ok()?;
                let text =
                    licences.iter().rev().find(|(from, _)| *from <= wanted).and_then(|(_, text)| text.as_deref());
                Some(Datum::answered(text.map(|text| Licence::read(version, "license", text))))
            }
            (_, Some(Answer::NotRetrieved(why))) => Some(Datum::not_retrieved(why.clone())),
            (_, Some(Answer::Unknown)) => Some(Datum::not_retrieved("the index has no such package")),
            (Ecosystem::Python, _) => {
                let name = PackageName::new(&row.name).ok()?;
                self.asked.get(&(name, version.to_owned())).cloned()
            }
            (Ecosystem::JavaScript, None) => None,
        }
    }
}

/// The version whose licence counts: the one in use, else the one that an installation would take.
pub(crate) fn version_of(row: &DependencyRow) -> Option<&String> {
    row.current_version.as_ref().or(row.latest_installable.value())
}

/// Releases of Python packages to ask about: what is in use, and where it would most likely go.
pub(crate) fn wanted<'a>(rows: impl Iterator<Item = &'a DependencyRow>) -> BTreeSet<(PackageName, String)> {
    let asked = rows.filter(|row| row.ecosystem == Ecosystem::Python && row.pinning != Pinning::Elsewhere);
    let known = asked.filter(|row| row.latest.missing().is_none());
    known
        .flat_map(|row| {
            let name = PackageName::new(&row.name).ok();
            let versions = version_of(row).into_iter().chain(row.latest_installable.value());
            versions.filter_map(move |version| Some((name.clone()?, version.clone()))).collect::<Vec<_>>()
        })
        .collect()
}

/// Targets whose licence nobody was asked about.
pub(crate) fn wanted_of_targets<'a>(rows: impl Iterator<Item = &'a DependencyRow>) -> BTreeSet<(PackageName, String)> {
    let python = rows.filter(|row| row.ecosystem == Ecosystem::Python && row.pinning != Pinning::Elsewhere);
    python.filter_map(|row| Some((PackageName::new(&row.name).ok()?, row.target_version.clone()?))).collect()
}
