//! npm's lock (`package-lock.json`, `npm-shrinkwrap.json`), formats 2 and 3: copies by path.
//!
//! Lives elsewhere: format 1 and names found the way node finds them (`npm_tree.rs`).

use serde_json::Value;

use super::{Edge, EdgeKind, Lock, LockError, LockKind, Origin, Package, joined, json, npm_tree, version};
use crate::javascript::manifest::Manifest;

const MARK: &str = "node_modules/";

pub(super) fn read(text: &str, manifests: &[(String, Manifest)]) -> Result<Lock, LockError> {
    let root: Value = serde_json::from_str(text).map_err(|e| LockError::Syntax(e.to_string()))?;
    let object = root.as_object().ok_or_else(|| LockError::Syntax("it holds no object".to_owned()))?;
    if !["lockfileVersion", "packages", "dependencies"].iter().any(|key| object.contains_key(*key)) {
        let message =
            "line 1: it is JSON, and no lock of npm: neither `lockfileVersion` nor `packages` nor `dependencies`";
        return Err(LockError::Syntax(message.to_owned()));
    }
    if object.get("packages").is_some_and(|packages| !packages.is_object()) {
        return Err(LockError::Syntax("`packages` is no object".to_owned()));
    }
    let format = object.get("lockfileVersion").and_then(Value::as_u64).unwrap_or(1);
    let mut problems = Vec::new();
    let mut packages = match object.get("packages").and_then(Value::as_object) {
        Some(packages) => packages.iter().map(|(path, value)| package(path, value)).collect(),
        None if format > 3 => {
            return Err(LockError::Format { tool: "npm", format: format.to_string() });
        }
        None => npm_tree::packages(&root, manifests),
    };
    if !packages.iter().any(|p: &Package| p.id.is_empty()) {
        problems.push("the lock does not say what the project itself needs".to_owned());
        if let Some((_, manifest)) = manifests.iter().find(|(folder, _)| folder.is_empty()) {
            packages.insert(0, Package::member("", manifest));
        }
    }
    npm_tree::connect(&mut packages);
    Ok(Lock { kind: LockKind::Npm, format: format.to_string(), packages, problems })
}

/// The name that a path installs: what stands behind the last `node_modules/`.
pub(super) fn installed_name(path: &str) -> Option<&str> {
    let at = path.rfind(MARK)?;
    (at == 0 || path.get(..at)?.ends_with('/')).then(|| path.get(at + MARK.len()..))?
}

fn package(path: &str, value: &Value) -> Package {
    let installed = installed_name(path);
    let name = json::text(value, "name").or(installed).unwrap_or_default();
    let mut package = Package::new(path, name);
    let resolved = json::text(value, "resolved").unwrap_or_default();
    package.origin = if installed.is_none() {
        Origin::Member { folder: path.to_owned() }
    } else if json::flag(value, "link") {
        Origin::Link { to: joined("", resolved) }
    } else {
        origin(resolved)
    };
    package.version = json::text(value, "version").and_then(version);
    package.dev = json::flag(value, "dev") || json::flag(value, "devOptional");
    package.optional = json::flag(value, "optional") || json::flag(value, "devOptional");
    package.peer = json::flag(value, "peer");
    package.bundled = json::flag(value, "inBundle");
    package.engines = json::engines(value);
    package.deprecated = json::deprecated(value);
    package.has_integrity = json::text(value, "integrity").is_some();
    package.needs = needs(value);
    package
}

/// Where an archive was fetched from, by the form of its address.
pub(super) fn origin(resolved: &str) -> Origin {
    if resolved.starts_with("git") && resolved.contains("://") {
        Origin::Git
    } else if resolved.starts_with("file:") {
        Origin::Archive
    } else {
        Origin::Registry
    }
}

/// What an entry asks for, by table. An optional dependency replaces one of the same name.
pub(super) fn needs(value: &Value) -> Vec<Edge> {
    let optional_peers = json::optional_names(value, "peerDependenciesMeta");
    let mut needs: Vec<Edge> = Vec::new();
    for (table, kind) in [
        ("optionalDependencies", EdgeKind::Optional),
        ("dependencies", EdgeKind::Normal),
        ("devDependencies", EdgeKind::Development),
        ("peerDependencies", EdgeKind::Peer),
    ] {
        for (name, range) in json::texts(value, table) {
            let peer = kind == EdgeKind::Peer;
            if needs.iter().any(|edge| edge.name == name && (!peer || edge.kind != EdgeKind::Development)) {
                continue;
            }
            let optional = peer && optional_peers.iter().any(|n| n == name);
            let kind = if optional { EdgeKind::OptionalPeer } else { kind };
            needs.push(Edge { name: name.to_owned(), range: range.to_owned(), kind, to: None });
        }
    }
    needs
}
