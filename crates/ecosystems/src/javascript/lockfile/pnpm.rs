//! pnpm's lock, formats 5 to 9: importers (the members), and copies told apart by the peers that they got.
//!
//! Lives elsewhere: the file's own form (`pnpm_form.rs`).

use std::collections::{BTreeMap, HashMap};

use super::pnpm_form::{Chosen, Copy, File, Importer};
use super::{Edge, EdgeKind, Lock, LockError, LockKind, Origin, Package, joined, positions, version};

pub(super) fn read(text: &str) -> Result<Lock, LockError> {
    let file = File::parse(text)?;
    let mut packages: Vec<Package> = file.importers.iter().map(|(folder, i)| member(folder, i)).collect();
    for (key, copy) in &file.copies {
        packages.push(package(key, copy));
    }
    connect(&mut packages);
    let mut lock = Lock { kind: LockKind::Pnpm, format: file.format, packages, problems: Vec::new() };
    lock.mark_flags();
    Ok(lock)
}

/// The first line of an error: the rest repeats the file.
pub(super) fn first_line(error: &impl ToString) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn member(folder: &str, importer: &Importer) -> Package {
    let folder = joined("", folder);
    let mut package = Package::new(format!("importer:{folder}"), String::new());
    let tables = [
        (&importer.dependencies, EdgeKind::Normal),
        (&importer.dev_dependencies, EdgeKind::Development),
        (&importer.optional_dependencies, EdgeKind::Optional),
    ];
    for (table, kind) in tables {
        for (name, Chosen { specifier, version }) in table {
            // Until it is connected the edge holds what was chosen behind what was asked for.
            let range = format!("{specifier}{SEPARATOR}{version}");
            package.needs.push(Edge { name: name.clone(), range, kind, to: None });
        }
    }
    package.origin = Origin::Member { folder };
    package
}

const SEPARATOR: char = '\0';

fn package(key: &str, copy: &Copy) -> Package {
    let (name, written) = split_key(key);
    let mut package = Package::new(key, copy.name.clone().unwrap_or_else(|| name.to_owned()));
    package.version = copy.version.as_deref().and_then(version).or_else(|| version(written));
    package.origin = match &copy.resolution {
        r if r.kind.as_deref() == Some("git") || r.repo.is_some() => Origin::Git,
        r if r.kind.as_deref() == Some("directory") || r.directory.is_some() => {
            Origin::Link { to: joined("", r.directory.as_deref().unwrap_or_default()) }
        }
        r if r.tarball.is_some() && version(written).is_none() => Origin::Archive,
        _ => Origin::Registry,
    };
    package.has_integrity = copy.resolution.integrity.is_some();
    package.engines = copy.engines.clone();
    package.deprecated.clone_from(&copy.deprecated);
    package.bundled = false;
    let mut peers: BTreeMap<&String, &String> = copy.peer_dependencies.iter().collect();
    for (table, kind) in [(&copy.dependencies, EdgeKind::Normal), (&copy.optional_dependencies, EdgeKind::Optional)] {
        for (name, chosen) in table {
            // A peer that was found stands among the dependencies; its range stands among the peers.
            let (range, kind) = match peers.remove(name) {
                Some(range) => (range.clone(), peer_kind(copy, name)),
                None => (chosen.clone(), kind),
            };
            let range = format!("{range}{SEPARATOR}{chosen}");
            package.needs.push(Edge { name: name.clone(), range, kind, to: None });
        }
    }
    for (name, range) in peers {
        let kind = peer_kind(copy, name);
        package.needs.push(Edge { name: name.clone(), range: range.clone(), kind, to: None });
    }
    package
}

fn peer_kind(copy: &Copy, name: &str) -> EdgeKind {
    let optional = copy.peer_dependencies_meta.get(name).is_some_and(|meta| meta.optional);
    if optional { EdgeKind::OptionalPeer } else { EdgeKind::Peer }
}

/// Name and version of a key: `/a/1.0.0_b@2.0.0` (5), `/a@1.0.0(b@2.0.0)` (6), `a@1.0.0(b@2.0.0)` (9).
fn split_key(key: &str) -> (&str, &str) {
    let bare = key.split('(').next().unwrap_or(key);
    let bare = bare.strip_prefix('/').unwrap_or(bare);
    let at = bare.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1);
    let slash = bare.rfind('/');
    let scope_end = if bare.starts_with('@') { bare.find('/') } else { None };
    // In format 5 the version stands behind a slash of its own, which the `@` of a peer may follow.
    let by_slash = slash.filter(|s| Some(*s) != scope_end && at.is_none_or(|at| at > *s));
    match (by_slash, at) {
        (Some(slash), _) => {
            let written = bare.get(slash + 1..).unwrap_or_default();
            (bare.get(..slash).unwrap_or_default(), written.split('_').next().unwrap_or(written))
        }
        (None, Some(at)) => (bare.get(..at).unwrap_or_default(), bare.get(at + 1..).unwrap_or_default()),
        (None, None) => (bare, ""),
    }
}

fn connect(packages: &mut [Package]) {
    let positions = positions(packages);
    let folders: HashMap<String, usize> = packages
        .iter()
        .enumerate()
        .filter_map(|(at, package)| match &package.origin {
            Origin::Member { folder } => Some((folder.clone(), at)),
            _ => None,
        })
        .collect();
    for package in packages.iter_mut() {
        let base = match &package.origin {
            Origin::Member { folder } => folder.clone(),
            _ => String::new(),
        };
        for edge in &mut package.needs {
            let Some((range, chosen)) = edge.range.split_once(SEPARATOR) else { continue };
            let name = &edge.name;
            let target = if let Some(path) = chosen.strip_prefix("link:") {
                folders.get(&joined(&base, path)).copied()
            } else {
                let keys = [
                    format!("{name}@{chosen}"),
                    format!("/{name}@{chosen}"),
                    format!("/{name}/{chosen}"),
                    chosen.to_owned(),
                ];
                keys.iter().find_map(|key| positions.get(key).copied())
            };
            edge.range = range.to_owned();
            edge.to = target;
        }
    }
}
