//! Releases of a package as an npm registry lists them: engines, peers, deprecations, tags, days.
//!
//! Lives here: reading a package's document, full or abbreviated, into a small form that a cache can keep, and choosing
//! among its releases as npm does. Lives elsewhere: fetching it (`facts`), whom to ask (`super::client`).
//! Documents are megabytes; everything unneeded is skipped while it is read.

mod lenient;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use uplift_model::semver::{Options, Range, Version};

use lenient::{Address, Deprecated, Optionals, Size, Stated, Texts};

/// What a registry knows of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packument {
    pub name: String,
    /// `latest`, `next`, … with versions as written.
    pub tags: BTreeMap<String, String>,
    /// Ascending.
    pub releases: Vec<Release>,
    /// Keys of releases that are no versions.
    pub unreadable: Vec<String>,
    /// What releases state as their licence: each text from the lowest version on that has it, to the next entry. `None`:
    /// they state nothing. From outside: escape.
    #[serde(default)]
    pub licences: Vec<(Version, Option<String>)>,
    /// As the newest document states them. From outside: escape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub version: Version,
    /// `node`, `npm`, … with ranges as written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub engines: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dependencies: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<Peer>,
    /// The maintainers' words. From outside: escape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// RFC 3339; only the full document says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Bytes on the disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpacked_size: Option<u64>,
}

/// A package that another one wants beside itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    pub name: String,
    /// As written.
    pub range: String,
    /// It may be missing; when it is there, its version must fit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// A document that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    #[error("the registry's answer is not a package's document: {0}")]
    Form(String),
    #[error("the registry lists no release of it")]
    Empty,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    name: String,
    #[serde(default, rename = "dist-tags")]
    tags: Texts,
    #[serde(default)]
    versions: Releases,
    #[serde(default)]
    time: Texts,
    #[serde(default)]
    homepage: Address,
    #[serde(default)]
    repository: Address,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    engines: Texts,
    #[serde(default)]
    dependencies: Texts,
    #[serde(default)]
    peer_dependencies: Texts,
    #[serde(default)]
    peer_dependencies_meta: Optionals,
    #[serde(default)]
    deprecated: Deprecated,
    #[serde(default)]
    dist: Size,
    #[serde(default)]
    license: Stated,
    /// What was written before 2014.
    #[serde(default)]
    licenses: Stated,
}

/// The `versions` object, read one release at a time so that no second copy of it is ever held.
#[derive(Default)]
struct Releases {
    /// With the version as it was published, which `time` is keyed by, and the licence.
    found: Vec<(String, Release, Option<String>)>,
    unreadable: Vec<String>,
}

impl<'de> Deserialize<'de> for Releases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Releases;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of releases")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Releases, A::Error> {
                let mut releases = Releases::default();
                while let Some(key) = map.next_key::<String>()? {
                    let entry: Entry = map.next_value()?;
                    match Version::parse(&key, Options::LOOSE) {
                        Ok(version) => {
                            let licence = entry.license.0.clone().or_else(|| entry.licenses.0.clone());
                            releases.found.push((key, entry.release(version), licence));
                        }
                        Err(_) => releases.unreadable.push(key),
                    }
                }
                Ok(releases)
            }
        }
        deserializer.deserialize_map(Walk)
    }
}

impl Entry {
    fn release(self, version: Version) -> Release {
        let optional = self.peer_dependencies_meta.0;
        let peer = |(name, range): (String, String)| Peer { optional: optional.contains(&name), name, range };
        Release {
            version,
            engines: self.engines.0,
            dependencies: self.dependencies.0,
            peers: self.peer_dependencies.0.into_iter().map(peer).collect(),
            deprecated: self.deprecated.0,
            published: None,
            unpacked_size: self.dist.0,
        }
    }
}

/// Reads a package's document, full or abbreviated.
///
/// # Errors
/// [`RegistryError`] when it is none, or lists nothing (an unpublished package).
pub fn parse(document: &[u8]) -> Result<Packument, RegistryError> {
    let document: Document = serde_json::from_slice(document).map_err(|e| RegistryError::Form(e.to_string()))?;
    let mut time = document.time.0;
    let dated = |(key, release, licence): (String, Release, Option<String>)| {
        (Release { published: time.remove(&key), ..release }, licence)
    };
    let mut all: Vec<(Release, Option<String>)> = document.versions.found.into_iter().map(dated).collect();
    if all.is_empty() {
        return Err(RegistryError::Empty);
    }
    all.sort_by(|(a, _), (b, _)| a.version.cmp(&b.version));
    let (mut releases, mut licences) = (Vec::with_capacity(all.len()), Vec::new());
    for (release, licence) in all {
        if licences.last().is_none_or(|(_, known)| *known != licence) {
            licences.push((release.version.clone(), licence));
        }
        releases.push(release);
    }
    let unreadable = document.versions.unreadable;
    Ok(Packument {
        name: document.name,
        tags: document.tags.0,
        releases,
        unreadable,
        licences,
        homepage: document.homepage.0,
        repository: document.repository.0,
    })
}

impl Packument {
    pub fn release(&self, version: &Version) -> Option<&Release> {
        let at = self.releases.binary_search_by(|r| r.version.cmp(version)).ok()?;
        self.releases.get(at)
    }

    /// What a release states as its licence.
    pub fn licence(&self, version: &Version) -> Option<&str> {
        self.licences.iter().rev().find(|(from, _)| from <= version).and_then(|(_, text)| text.as_deref())
    }

    /// The release that a tag points to.
    pub fn tagged(&self, tag: &str) -> Option<&Release> {
        self.release(&Version::parse(self.tags.get(tag)?, Options::LOOSE).ok()?)
    }

    /// Releases up to a day (`YYYY-MM-DD`, included), as if the rest were not there. Releases without a day stay.
    pub fn until(&self, day: &str) -> Self {
        let seen = |r: &&Release| r.published.as_deref().and_then(|p| p.get(..10)).is_none_or(|on| on <= day);
        let releases: Vec<Release> = self.releases.iter().filter(seen).cloned().collect();
        let mut then = Self { releases, ..self.clone() };
        let gone = then.tagged("latest").is_none();
        if gone && let Some(newest) = then.highest(|r| !r.version.is_prerelease()) {
            let text = newest.version.to_string();
            then.tags.insert("latest".to_owned(), text);
        }
        then
    }

    /// The newest stable release: what `latest` points to, else the highest one that is not deprecated. Only a package
    /// of nothing else gives a deprecated one or a prerelease.
    pub fn newest(&self) -> Option<&Release> {
        let stable = |r: &Release| !r.version.is_prerelease();
        self.tagged("latest")
            .filter(|r| stable(r) && r.deprecated.is_none())
            .or_else(|| self.highest(|r| stable(r) && r.deprecated.is_none()))
            .or_else(|| self.tagged("latest"))
            .or_else(|| self.highest(stable))
            .or_else(|| self.releases.last())
    }

    /// The newest stable release that a version of node may run: never above what [`Self::newest`] gives.
    pub fn newest_for_node(&self, node: &Version) -> Option<&Release> {
        let newest = self.newest()?;
        let fits = |r: &Release| r.version <= newest.version && r.admits_node(node);
        let stable = |r: &Release| !r.version.is_prerelease() && fits(r);
        self.highest(|r| stable(r) && r.deprecated.is_none())
            .or_else(|| self.highest(stable))
            .or_else(|| Some(newest).filter(|r| fits(r)))
    }

    /// What npm installs for a range: `latest` when it satisfies, else the highest that does, those that node can run
    /// and that are not deprecated first.
    pub fn pick(&self, range: &Range, node: Option<&Version>) -> Option<&Release> {
        if let Some(latest) = self.tagged("latest")
            && (range.is_any() || range.satisfies(&latest.version))
        {
            return Some(latest);
        }
        let runs = |r: &Release| node.is_none_or(|node| r.admits_node(node));
        self.releases
            .iter()
            .filter(|r| range.satisfies(&r.version))
            .max_by_key(|r| (runs(r) && r.deprecated.is_none(), runs(r), r.deprecated.is_none(), &r.version))
    }

    fn highest(&self, admits: impl Fn(&Release) -> bool) -> Option<&Release> {
        self.releases.iter().rev().find(|r| admits(r))
    }
}

impl Release {
    /// Whether its `engines` admit a version of node. Nothing stated admits all.
    pub fn admits_node(&self, node: &Version) -> bool {
        self.engines.get("node").is_none_or(|range| engine_admits(range, node))
    }
}

/// Whether a range of `engines` admits a version. Prereleases count like releases, as npm has it; a text that is no
/// range says nothing and so forbids nothing.
pub fn engine_admits(range: &str, version: &Version) -> bool {
    let options = Options { loose: true, include_prerelease: true };
    Range::parse(range, options).map_or(true, |range| range.satisfies(version))
}

#[cfg(test)]
mod tests;
