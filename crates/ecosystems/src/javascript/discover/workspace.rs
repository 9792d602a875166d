//! Which folders are members, and the catalogs they share: package.json's `workspaces`, `pnpm-workspace.yaml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Read, within};
use crate::javascript::manifest::Manifest;

#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) patterns: Vec<String>,
    pub(super) catalogs: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Pnpm {
    packages: Option<Vec<String>>,
    catalog: Option<BTreeMap<String, String>>,
    catalogs: Option<BTreeMap<String, BTreeMap<String, String>>>,
}

/// yarn keeps its catalogs in its settings.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Yarn {
    catalog: Option<BTreeMap<String, String>>,
    catalogs: Option<BTreeMap<String, BTreeMap<String, String>>>,
}

pub(super) fn of(root: &str, manifest: &Manifest, read: &Read<'_>, notes: &mut Vec<String>) -> Workspace {
    let mut workspace = Workspace { patterns: manifest.workspaces.clone(), catalogs: manifest.catalogs.clone() };
    if let Some(pnpm) = yaml::<Pnpm>(&within(root, "pnpm-workspace.yaml"), read, notes) {
        workspace.patterns.extend(pnpm.packages.unwrap_or_default());
        workspace.add(pnpm.catalog, pnpm.catalogs);
    }
    if let Some(yarn) = yaml::<Yarn>(&within(root, ".yarnrc.yml"), read, notes) {
        workspace.add(yarn.catalog, yarn.catalogs);
    }
    workspace
}

fn yaml<T: Default + serde::de::DeserializeOwned>(path: &str, read: &Read<'_>, notes: &mut Vec<String>) -> Option<T> {
    let bytes = read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    if text.lines().all(|line| line.trim().is_empty() || line.trim().starts_with('#')) {
        return None;
    }
    match serde_saphyr::from_str(&text) {
        Ok(value) => Some(value),
        Err(e) => {
            notes.push(format!("{path}: {}", e.to_string().lines().next().unwrap_or_default()));
            None
        }
    }
}

impl Workspace {
    fn add(
        &mut self,
        catalog: Option<BTreeMap<String, String>>,
        catalogs: Option<BTreeMap<String, BTreeMap<String, String>>>,
    ) {
        if let Some(catalog) = catalog {
            self.catalogs.entry(String::new()).or_default().extend(catalog);
        }
        for (name, catalog) in catalogs.unwrap_or_default() {
            let name = if name == "default" { String::new() } else { name };
            self.catalogs.entry(name).or_default().extend(catalog);
        }
    }
}
