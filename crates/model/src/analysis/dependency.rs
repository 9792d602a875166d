//! One dependency of one component, with everything known of it.

use serde::{Deserialize, Serialize};

use crate::advisory::Finding;
use crate::licence::Licence;
use crate::notes::ReleaseNotes;
use crate::risk::Assessment;
use crate::symbols::SymbolChanges;
use crate::{Datum, Distance, Ecosystem, PackageName, Role};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DependencyRow {
    pub name: String,
    pub ecosystem: Ecosystem,
    /// A manifest of the component names it.
    pub direct: bool,
    pub role: Role,
    /// Every place that states it, in the order of files and lines.
    pub stated: Vec<Statement>,
    pub extras: Vec<String>,
    pub pinning: Pinning,
    /// The lowest version that the requirement admits, where it says one. Never taken for the version in use.
    pub floor: Option<String>,
    pub locked: Option<String>,
    /// Found in an environment beside the component (`.venv`, `node_modules`).
    pub installed: Option<String>,
    /// The version in use, as far as anything says so.
    pub current_version: Option<String>,
    pub current_from: CurrentFrom,
    /// More versions of it in the lock than `current_version` (nested copies), ascending.
    pub other_versions: Vec<String>,
    /// Newest stable release as of the day of the analysis.
    pub latest: Datum<String>,
    /// Newest that this interpreter and platform can install.
    pub latest_installable: Datum<String>,
    pub target_version: Option<String>,
    /// Why `target_version` is below `latest`, in words.
    pub held_by: Option<String>,
    pub reasons: Vec<Reason>,
    pub distance: Option<Distance>,
    pub behind: Option<Behind>,
    /// Days, `YYYY-MM-DD`.
    pub released: Datum<String>,
    pub target_released: Datum<String>,
    /// Days from `released` to the day of the analysis.
    pub age_days: Option<i64>,
    /// Of the version in use.
    pub availability: Datum<Availability>,
    pub deprecation: Datum<Deprecation>,
    /// Of the version in use.
    pub advisories: Datum<Vec<Finding>>,
    /// For a transitive one: from a direct dependency down to it, one shortest path for each direct one (at most five).
    pub paths: Vec<Vec<String>>,
    pub usage: Datum<Usage>,
    /// Packages of the lock that require it.
    pub dependents: Vec<String>,
    /// Of the version in use, else of the one that an installation would take. Absent: nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<Datum<Licence>>,
    /// Of the target, where there is one. Absent: nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_licence: Option<Datum<Licence>>,
    /// Between the version in use and the target; absent when they were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_notes: Option<Datum<ReleaseNotes>>,
    /// What becomes of the names that the code uses, from the version in use to the target; absent when nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbols: Option<Datum<SymbolChanges>>,
    pub risk: Option<Assessment>,
    /// What is odd about the statements: unknown extra, duplicate lines.
    pub findings: Vec<String>,
    /// What to know before going to the target: bounds that have to be raised, newer patches, fixes out of reach.
    pub warnings: Vec<String>,
}

impl DependencyRow {
    /// Whether `name`, as somebody typed it, means this package: compared the way its index compares names.
    pub fn is_named(&self, name: &str) -> bool {
        let normal = |name: &str| PackageName::new(name).map_or_else(|_| name.to_owned(), |n| n.to_string());
        match self.ecosystem {
            Ecosystem::Python => normal(name) == normal(&self.name),
            Ecosystem::JavaScript => name.eq_ignore_ascii_case(&self.name),
        }
    }
}

/// One place that states a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statement {
    /// From the repository's root, with `/`.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// The whole requirement as written, without credentials.
    pub written: String,
    /// The specifier alone; empty when there is none.
    pub specifier: String,
    pub marker: Option<String>,
    /// `main`, an extra, a dependency group, `devDependencies`, …
    pub group: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Pinning {
    /// One exact version.
    Pinned,
    /// Bounds on both sides.
    Bounded,
    /// A lower bound only.
    Floor,
    /// No bound at all.
    Unpinned,
    /// A URL, a path, a workspace member.
    Elsewhere,
}

/// What `current_version` was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CurrentFrom {
    Locked,
    /// An exact pin in a manifest.
    Pinned,
    Installed,
    /// Nothing says which version runs: only a floor, a range, or nothing.
    Unknown,
}

/// Why an upgrade is proposed (row A21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    Security,
    Unavailable,
    Compatibility,
    Outdated,
    Deprecated,
    Lockstep,
}

/// How far the version in use is behind `latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Behind {
    /// Difference of the first release number.
    pub majors: u64,
    /// Difference of the second release number when the first is the same, else 0.
    pub minors: u64,
    /// Stable releases in between, `latest` included.
    pub releases: usize,
}

/// Whether the version in use can be had (row A8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Availability {
    Installable,
    /// It exists, and only as a source distribution for this interpreter.
    SourceOnly,
    /// It can be installed, and its maintainers withdrew it.
    Yanked {
        reason: String,
    },
    /// It exists, and nothing of it fits. `exists_for`: the tags or engines that it has.
    NoDistribution {
        exists_for: Vec<String>,
    },
    /// It was never released. `nearest`: the releases around it, lower first.
    NoSuchVersion {
        nearest: Vec<String>,
    },
    /// The index does not know the package at all.
    NoSuchPackage,
}

impl Availability {
    /// `exists_for` in words; a remark that many tags share is said once: `cp311, cp312 (Python >=3.11)`.
    pub fn tags(exists_for: &[String]) -> String {
        let mut folded: Vec<(Vec<&str>, Option<&str>)> = Vec::new();
        for tag in exists_for {
            let (bare, remark) = tag.split_once(" (").map_or((tag.as_str(), None), |(bare, said)| (bare, Some(said)));
            match folded.iter_mut().find(|(_, known)| *known == remark) {
                Some((bares, _)) => bares.push(bare),
                None => folded.push((vec![bare], remark)),
            }
        }
        let said = folded.iter().map(|(bares, remark)| {
            let remark = remark.map(|remark| format!(" ({remark}")).unwrap_or_default();
            format!("{}{remark}", bares.join(", "))
        });
        said.collect::<Vec<_>>().join("; ")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Deprecation {
    /// In the maintainers' words, or what was measured: `no release since 2019-03-01`. From outside: escape.
    pub message: String,
    pub successor: Option<String>,
}

/// Where the component's code uses the package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Usage {
    /// Import names that were looked for.
    pub modules: Vec<String>,
    /// Files that import it.
    pub files: usize,
    /// Imports and uses of imported names.
    pub count: usize,
    /// The first 50, by file and line.
    pub sites: Vec<Site>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Site {
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// What stands there: `import cv2`, `redis.from_url`.
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_that_many_tags_share_is_said_once() {
        let tags = |list: &[&str]| Availability::tags(&list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        assert_eq!(tags(&["cp311 (Python >=3.11)", "cp312 (Python >=3.11)"]), "cp311, cp312 (Python >=3.11)");
        assert_eq!(tags(&["cp38", "cp39", "source (Python >=3.8)"]), "cp38, cp39; source (Python >=3.8)");
        assert_eq!((tags(&["node >=20"]), tags(&[])), ("node >=20".to_owned(), String::new()));
    }
}
