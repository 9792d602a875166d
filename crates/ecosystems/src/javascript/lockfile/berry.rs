//! The lock of yarn 2 and later: YAML, entries under the descriptors that they answer, members among them.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::{Edge, EdgeKind, Lock, LockError, LockKind, Origin, Package, joined, split_descriptor, version};
use crate::javascript::manifest::Manifest;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Entry {
    version: String,
    resolution: Option<String>,
    dependencies: BTreeMap<String, String>,
    optional_dependencies: BTreeMap<String, String>,
    peer_dependencies: BTreeMap<String, String>,
    dependencies_meta: BTreeMap<String, Meta>,
    peer_dependencies_meta: BTreeMap<String, Meta>,
    checksum: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Meta {
    optional: bool,
}

pub(super) fn read(text: &str, manifests: &[(String, Manifest)]) -> Result<Lock, LockError> {
    let mut entries: BTreeMap<String, Entry> =
        serde_saphyr::from_str(text).map_err(|e| LockError::Syntax(super::pnpm::first_line(&e)))?;
    let format = entries.remove("__metadata").map(|meta| meta.version).unwrap_or_default();
    let mut packages = Vec::new();
    let mut answers: HashMap<String, usize> = HashMap::new();
    for (keys, entry) in &entries {
        for key in keys.split(',').map(str::trim) {
            answers.insert(key.to_owned(), packages.len());
        }
        packages.push(package(keys, entry, manifests));
    }
    connect(&mut packages, &answers);
    let mut lock = Lock { kind: LockKind::YarnBerry, format, packages, problems: Vec::new() };
    lock.mark_flags();
    Ok(lock)
}

fn package(keys: &str, entry: &Entry, manifests: &[(String, Manifest)]) -> Package {
    let first = keys.split(',').next().unwrap_or(keys).trim();
    let resolution = entry.resolution.as_deref().unwrap_or(first);
    let (name, reference) = split_descriptor(resolution).unwrap_or((resolution, ""));
    let mut package = Package::new(resolution, name);
    package.has_integrity = entry.checksum.is_some();
    package.version = version(&entry.version);
    if let Some(folder) = reference.strip_prefix("workspace:") {
        let folder = joined("", folder);
        // The lock mixes what a member needs with what its development needs; its package.json tells them apart.
        if let Some((_, manifest)) = manifests.iter().find(|(of, _)| *of == folder) {
            package = Package::member(&folder, manifest);
            package.id = resolution.to_owned();
            return package;
        }
        package.origin = Origin::Member { folder };
        package.version = None;
    } else if let Some(to) = reference.strip_prefix("link:").or_else(|| reference.strip_prefix("portal:")) {
        package.origin = Origin::Link { to: joined("", to.split("::").next().unwrap_or(to)) };
    } else if reference.contains(".git#") || reference.contains("commit=") {
        package.origin = Origin::Git;
    } else if reference.starts_with("http") || reference.starts_with("file:") {
        package.origin = Origin::Archive;
    }
    let optional = |meta: &BTreeMap<String, Meta>, name: &str| meta.get(name).is_some_and(|m| m.optional);
    let edge = |name: &String, range: &String, kind| Edge { name: name.clone(), range: range.clone(), kind, to: None };
    for (name, range) in &entry.dependencies {
        let maybe = optional(&entry.dependencies_meta, name);
        package.needs.push(edge(name, range, if maybe { EdgeKind::Optional } else { EdgeKind::Normal }));
    }
    for (name, range) in &entry.optional_dependencies {
        package.needs.push(edge(name, range, EdgeKind::Optional));
    }
    for (name, range) in &entry.peer_dependencies {
        let maybe = optional(&entry.peer_dependencies_meta, name);
        package.needs.push(edge(name, range, if maybe { EdgeKind::OptionalPeer } else { EdgeKind::Peer }));
    }
    package
}

/// Gives every edge the entry that answers it. Older formats leave `npm:` out of ranges; patches and resolutions answer
/// under other descriptors than asked, so that a name with one entry only is taken for the answer.
fn connect(packages: &mut [Package], answers: &HashMap<String, usize>) {
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, package) in packages.iter().enumerate() {
        by_name.entry(package.name.clone()).or_default().push(at);
    }
    for package in packages.iter_mut() {
        for edge in &mut package.needs {
            let (name, range) = (&edge.name, &edge.range);
            let plain = range.strip_prefix("npm:").unwrap_or(range);
            let spellings = [format!("{name}@{range}"), format!("{name}@npm:{plain}"), format!("{name}@{plain}")];
            let direct = spellings.iter().find_map(|key| answers.get(key).copied());
            let only = || match by_name.get(name).map(Vec::as_slice) {
                Some([one]) => Some(*one),
                _ => None,
            };
            // A patch wraps what it patches and is what gets installed.
            let patched = || {
                let front = format!("{name}@patch:");
                let mut found = answers.iter().filter(|(key, _)| key.starts_with(&front)).map(|(_, at)| *at);
                let first = found.next()?;
                found.all(|at| at == first).then_some(first)
            };
            edge.to = match edge.kind {
                EdgeKind::Peer | EdgeKind::OptionalPeer => only(),
                _ => direct.or_else(patched).or_else(only),
            };
        }
    }
}
