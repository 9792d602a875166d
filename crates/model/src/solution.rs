//! A complete set of packages at exact versions for one interpreter: what a resolver answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{PackageName, Version};

/// Every package of an environment at its version; `urls` names those that come from elsewhere than an index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solution {
    pub packages: BTreeMap<PackageName, Version>,
    /// Direct references (`name @ url`), by name; such a package has no entry in `packages`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub urls: BTreeMap<PackageName, String>,
}

/// What differs between two solutions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub name: PackageName,
    pub from: Option<Version>,
    pub to: Option<Version>,
}

impl Solution {
    pub fn version(&self, name: &PackageName) -> Option<&Version> {
        self.packages.get(name)
    }

    /// Every package that is added, removed or at another version in `after`, by name.
    pub fn changes(&self, after: &Self) -> Vec<Change> {
        let mut names: Vec<_> = self.packages.keys().chain(after.packages.keys()).collect();
        names.sort();
        names.dedup();
        names
            .into_iter()
            .map(|name| Change {
                name: name.clone(),
                from: self.version(name).cloned(),
                to: after.version(name).cloned(),
            })
            .filter(|change| change.from != change.to)
            .collect()
    }

    /// Packages that `after` has at a lower version than `self`.
    pub fn downgrades(&self, after: &Self) -> Vec<Change> {
        let lower = |c: &Change| matches!((&c.from, &c.to), (Some(from), Some(to)) if to < from);
        self.changes(after).into_iter().filter(lower).collect()
    }

    /// One line a package, sorted: `name==version` or `name @ url`. The text that identifies the solution.
    pub fn lines(&self) -> String {
        let pins = self.packages.iter().map(|(name, version)| (name, format!("{name}=={version}\n")));
        let urls = self.urls.iter().map(|(name, url)| (name, format!("{name} @ {url}\n")));
        let mut all: Vec<_> = pins.chain(urls).collect();
        all.sort();
        all.into_iter().map(|(_, line)| line).collect()
    }
}
