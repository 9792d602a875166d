//! bun's text lock: JSON with trailing commas; members, and copies by the path of names that leads to them.

use std::collections::HashMap;

use jsonc_parser::{ParseOptions, parse_to_serde_value};
use serde_json::Value;

use super::npm::needs;
use super::{Edge, EdgeKind, Lock, LockError, LockKind, Origin, Package, json, positions, split_descriptor, version};

pub(super) fn read(text: &str) -> Result<Lock, LockError> {
    let root: Value = parse_to_serde_value(text, &ParseOptions::default())
        .map_err(|e| LockError::Syntax(format!("line {}: {}", e.line_display(), e.kind())))?;
    let format = root.get("lockfileVersion").and_then(Value::as_u64);
    let format = format.ok_or_else(|| LockError::Syntax("it does not say its lockfileVersion".to_owned()))?;
    let mut packages = Vec::new();
    for (folder, value) in root.get("workspaces").and_then(Value::as_object).into_iter().flatten() {
        let mut package = Package::new(format!("workspace:{folder}"), json::text(value, "name").unwrap_or_default());
        package.version = json::text(value, "version").and_then(version);
        package.origin = Origin::Member { folder: folder.clone() };
        package.needs = edges(value);
        packages.push(package);
    }
    let mut problems = Vec::new();
    for (path, value) in root.get("packages").and_then(Value::as_object).into_iter().flatten() {
        match copy(path, value) {
            Some(package) => packages.push(package),
            None => problems.push(format!("the entry `{path}` could not be read")),
        }
    }
    connect(&mut packages);
    let mut lock = Lock { kind: LockKind::Bun, format: format.to_string(), packages, problems };
    lock.mark_flags();
    Ok(lock)
}

/// What an entry asks for; bun names optional peers in a list.
fn edges(value: &Value) -> Vec<Edge> {
    let mut needs = needs(value);
    let optional: Vec<&str> =
        value.get("optionalPeers").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for edge in needs.iter_mut().filter(|e| e.kind == EdgeKind::Peer && optional.contains(&e.name.as_str())) {
        edge.kind = EdgeKind::OptionalPeer;
    }
    needs
}

/// `["name@1.2.3", registry, {…}, integrity]`; shorter for everything that no registry has.
fn copy(path: &str, value: &Value) -> Option<Package> {
    let parts = value.as_array()?;
    let (name, reference) = split_descriptor(parts.first()?.as_str()?)?;
    let mut package = Package::new(path, name);
    package.version = version(reference);
    package.origin = if let Some(folder) = reference.strip_prefix("workspace:") {
        // Only a way to the member of that folder, which has an entry of its own.
        Origin::Link { to: folder.to_owned() }
    } else if let Some(to) = reference.strip_prefix("link:").or_else(|| reference.strip_prefix("file:")) {
        Origin::Link { to: to.to_owned() }
    } else if reference.starts_with("git") || reference.contains(".git#") {
        Origin::Git
    } else if package.version.is_none() {
        Origin::Archive
    } else {
        Origin::Registry
    };
    if let Some(details) = parts.iter().find(|part| part.is_object()) {
        package.needs = edges(details);
    }
    package.has_integrity = parts.iter().skip(1).filter_map(Value::as_str).any(|text| text.starts_with("sha"));
    Some(package)
}

/// Names of a path: `a/@b/c/d` is `a`, `@b/c`, `d`.
fn names(path: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let first = rest.find('/');
        let end = match first {
            Some(slash) if rest.starts_with('@') => {
                rest.get(slash + 1..).and_then(|r| r.find('/')).map_or(rest.len(), |more| slash + 1 + more)
            }
            Some(slash) => slash,
            None => rest.len(),
        };
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        found.push(name);
        rest = after.strip_prefix('/').unwrap_or(after);
    }
    found
}

fn connect(packages: &mut [Package]) {
    let positions = positions(packages);
    let members: HashMap<usize, usize> = packages
        .iter()
        .enumerate()
        .filter_map(|(at, package)| match &package.origin {
            Origin::Link { to } => Some((at, *positions.get(&format!("workspace:{to}"))?)),
            _ => None,
        })
        .collect();
    for package in packages.iter_mut() {
        // A member's copies of its own stand under its name.
        let path = if package.is_member() { package.name.clone() } else { package.id.clone() };
        let above = names(&path);
        for edge in &mut package.needs {
            let mut depth = above.len();
            edge.to = loop {
                let key = above.iter().take(depth).copied().chain([edge.name.as_str()]).collect::<Vec<_>>().join("/");
                match positions.get(&key) {
                    Some(at) => break Some(members.get(at).copied().unwrap_or(*at)),
                    None if depth == 0 => break None,
                    None => depth -= 1,
                }
            };
        }
    }
}
