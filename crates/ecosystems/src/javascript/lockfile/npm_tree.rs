//! npm's trees of `node_modules`: format 1 brought to paths, and names looked up the way node looks them up.

use std::collections::HashMap;

use serde_json::Value;

use super::npm::{installed_name, origin};
use super::{Edge, EdgeKind, Origin, Package, json, positions, split_descriptor, version};
use crate::javascript::manifest::Manifest;

/// The packages of a lock of format 1, where copies are nested as they lie on the disk.
pub(super) fn packages(root: &Value, manifests: &[(String, Manifest)]) -> Vec<Package> {
    let mut packages: Vec<Package> =
        manifests.iter().map(|(folder, manifest)| Package::member(folder, manifest)).collect();
    nested(root, "", &mut packages);
    packages
}

fn nested(value: &Value, above: &str, packages: &mut Vec<Package>) {
    let Some(entries) = value.get("dependencies").and_then(Value::as_object) else { return };
    for (name, entry) in entries {
        let prefix = if above.is_empty() { String::new() } else { format!("{above}/") };
        let path = format!("{prefix}node_modules/{name}");
        packages.push(package(&path, name, entry));
        nested(entry, &path, packages);
    }
}

fn package(path: &str, name: &str, entry: &Value) -> Package {
    let written = json::text(entry, "version").unwrap_or_default();
    let (name, written) = match written.strip_prefix("npm:").and_then(split_descriptor) {
        Some((real, version)) => (real, version),
        None => (name, written),
    };
    let mut package = Package::new(path, name);
    package.version = version(written);
    package.origin = match written.strip_prefix("file:") {
        Some(to) if package.version.is_none() => Origin::Link { to: super::joined("", to) },
        _ if package.version.is_none() && !written.is_empty() => match origin(written) {
            Origin::Registry if written.contains("://") => Origin::Archive,
            Origin::Registry => Origin::Git,
            other => other,
        },
        _ => Origin::Registry,
    };
    package.dev = json::flag(entry, "dev");
    package.optional = json::flag(entry, "optional");
    package.bundled = json::flag(entry, "bundled");
    package.has_integrity = json::text(entry, "integrity").is_some();
    package.needs = json::texts(entry, "requires")
        .map(|(name, range)| Edge { name: name.to_owned(), range: range.to_owned(), kind: EdgeKind::Normal, to: None })
        .collect();
    package
}

/// Gives every edge the copy that node would find: the nearest `node_modules` upwards. Links lead to their members.
pub(super) fn connect(packages: &mut [Package]) {
    let positions = positions(packages);
    let members: HashMap<usize, usize> = packages
        .iter()
        .enumerate()
        .filter_map(|(index, package)| match &package.origin {
            Origin::Link { to } => Some((index, *positions.get(to)?)),
            _ => None,
        })
        .collect();
    for package in packages.iter_mut() {
        for edge in &mut package.needs {
            let found = find(&positions, &package.id, &edge.name);
            edge.to = found.map(|at| members.get(&at).copied().unwrap_or(at));
        }
    }
}

fn find(positions: &HashMap<String, usize>, from: &str, name: &str) -> Option<usize> {
    let mut folder = from;
    loop {
        // Within `node_modules` itself (`…/node_modules`, `…/node_modules/@scope`) there is no further one.
        let inside = folder.ends_with("node_modules") || installed_name(folder).is_some_and(is_scope);
        if !inside {
            let path = if folder.is_empty() {
                format!("node_modules/{name}")
            } else {
                format!("{folder}/node_modules/{name}")
            };
            if let Some(at) = positions.get(&path) {
                return Some(*at);
            }
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
}

fn is_scope(name: &str) -> bool {
    name.starts_with('@') && !name.contains('/')
}
