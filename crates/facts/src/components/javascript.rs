//! JavaScript components, from `ecosystems::javascript::discover`: a workspace is one component with its members.

use std::collections::BTreeMap;

use uplift_ecosystems::javascript::discover;
use uplift_ecosystems::javascript::lockfile::{self, Origin, Package as Copy};
use uplift_ecosystems::javascript::manifest::{self, Group, ManifestError, Specifier};
use uplift_model::analysis::{FileProblem, Pinning, Statement};
use uplift_model::semver::Options;
use uplift_model::{Ecosystem, Hint};
use uplift_sandbox::redact;

use super::{Component, Graph, Package, drift, installed, untold};
use crate::tree::Tree;

pub(super) fn components(tree: &Tree<'_>) -> Vec<Component> {
    tell_unreadable(tree);
    let read = |path: &str| tree.read(path);
    discover::components(&tree.files, &read).into_iter().map(|c| component(tree, c)).collect()
}

fn tell_unreadable(tree: &Tree<'_>) {
    for path in tree.files.iter().filter(|p| p.rsplit('/').next() == Some("package.json")) {
        let Some(bytes) = tree.read(path) else {
            tree.lose_unread(path);
            continue;
        };
        let failed = match std::str::from_utf8(&bytes) {
            Ok(text) => match manifest::parse(text) {
                Ok(manifest) => {
                    for problem in manifest.problems {
                        let message = redact::text(&problem.message);
                        tree.note(FileProblem { file: path.clone(), line: Some(problem.line), message, hint: None });
                    }
                    continue;
                }
                Err(e) => {
                    let line = if let ManifestError::Syntax { line, .. } = &e { Some(*line) } else { None };
                    (line, e.to_string(), e.hint())
                }
            },
            Err(_) => (None, "the text is not UTF-8".to_owned(), Some("save the file as UTF-8".to_owned())),
        };
        let (line, message, hint) = failed;
        tree.lose(FileProblem { file: path.clone(), line, message, hint });
    }
}

/// A lock beside the root that cannot be read: the component counts as one without a lock.
fn tell_unread_lock(tree: &Tree<'_>, found: &discover::Component) {
    if found.lock.is_some() {
        return;
    }
    let path = |name: &str| if found.root.is_empty() { name.to_owned() } else { format!("{}/{name}", found.root) };
    for path in lockfile::LOCK_FILES.iter().map(|name| path(name)).filter(|path| tree.files.contains(path)) {
        let Some(bytes) = tree.read(&path) else {
            tree.lose_unread(&path);
            continue;
        };
        let failed = match std::str::from_utf8(&bytes) {
            Ok(text) => lockfile::read(&path, text, &[]).err().map(|e| (e.line(), e.to_string(), e.hint())),
            Err(_) => Some((None, "the text is not UTF-8".to_owned(), Some("save the file as UTF-8".to_owned()))),
        };
        if let Some((line, message, hint)) = failed {
            tree.lose(FileProblem { file: path, line, message, hint });
        }
    }
}

fn component(tree: &Tree<'_>, found: discover::Component) -> Component {
    let mut packages: BTreeMap<String, Package> = BTreeMap::new();
    let mut graph = Graph::default();
    let copies: &[Copy] = found.lock.as_ref().map(|l| l.lock.packages.as_slice()).unwrap_or_default();
    for copy in copies.iter().filter(|c| !c.is_member() && is_name(&c.name)) {
        let entry = packages.entry(copy.name.clone()).or_insert_with(|| Package::new(&copy.name));
        match (&copy.version, &copy.origin) {
            (Some(version), Origin::Registry) => {
                if !entry.locked.contains(&version.to_string()) {
                    entry.locked.push(version.to_string());
                }
                entry.deprecated = entry.deprecated.take().or_else(|| copy.deprecated.clone());
            }
            _ => entry.pinning = Pinning::Elsewhere,
        }
        for edge in &copy.needs {
            if let Some(to) = edge.to.and_then(|at| copies.get(at)) {
                graph.add(&copy.name, &to.name);
            }
        }
    }
    let members: Vec<&str> = found.manifests.iter().filter_map(|m| m.manifest.name.as_deref()).collect();
    let mut drifts: Vec<String> =
        found.drift.iter().map(|(file, drift)| redact::text(&format!("{file}: {drift}"))).collect();
    let here = tree.root().join(&found.root).join("node_modules");
    for (file, stated) in found.statements() {
        // A peer is what others bring; a member of the same workspace has no releases to look up.
        let own = matches!(stated.specifier, Specifier::Workspace(_)) || members.contains(&stated.name.as_str());
        if own || stated.group == Group::Peer && found.manifests.len() > 1 {
            continue;
        }
        let name = match &stated.specifier {
            Specifier::Alias { name, .. } => name,
            _ => &stated.name,
        };
        if !is_name(name) {
            // What stands there is not repeated: it may be an address with a login, in a form that nobody foresaw.
            let what = if is_name(&stated.name) { format!("`{}`", stated.name) } else { "a dependency".to_owned() };
            let message = format!("{what} is stated with something that is no name of a package; it was left out");
            tree.note(FileProblem { file: file.path.clone(), line: Some(stated.line), message, hint: None });
            continue;
        }
        let entry = packages.entry(name.clone()).or_insert_with(|| Package::new(name));
        if !entry.direct {
            entry.role = stated.group.role();
            entry.pinning = pinning(&stated.specifier);
        }
        entry.direct = true;
        entry.role = entry.role.min(stated.group.role());
        entry.stated.push(Statement {
            file: file.path.clone(),
            line: stated.line,
            written: redact::text(&stated.written),
            specifier: redact::text(&stated.written),
            marker: None,
            group: stated.group.table().to_owned(),
        });
        entry.floor = entry.floor.take().or_else(|| floor(&stated.specifier));
        entry.pinned = entry.pinned.take().or_else(|| exact(&stated.specifier));
        if let Some(version) = found.locked(file, stated).and_then(|copy| copy.version.as_ref()) {
            entry.resolved.get_or_insert_with(|| version.to_string());
        }
        entry.installed = entry.installed.take().or_else(|| installed::node(&here, name));
    }
    for package in packages.values_mut() {
        let order = |text: &String| uplift_model::semver::Version::parse(text, Options::LOOSE).ok();
        package.locked.sort_by_key(order);
        if package.direct {
            drifts.extend(drift::between_members(&package.name, &package.stated));
        }
    }
    let environment = match &found.lock {
        Some(lock) => format!("package.json -> {} ({})", lock.path, found.manager.tool),
        None => format!("package.json (no lock, {})", found.manager.tool),
    };
    tell_unread_lock(tree, &found);
    let notes = untold(tree, &found.notes);
    Component {
        name: found.manifests.first().and_then(|m| m.manifest.name.clone()),
        root: found.root.clone(),
        ecosystem: Ecosystem::JavaScript,
        environment,
        complete: found.lock.is_some(),
        packages,
        graph,
        drift: drifts,
        notes,
    }
}

/// What a registry can be asked for: `name` or `@scope/name`. An address in its place may hold credentials, and would be
/// shown as a name.
fn is_name(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || ":?#%\\@/".contains(c);
    let plain = |part: &str| !part.is_empty() && !part.contains(odd) && !part.starts_with('.');
    let parts = match text.strip_prefix('@') {
        Some(scoped) => scoped.split_once('/'),
        None => Some((text, text)),
    };
    text.len() <= 214 && parts.is_some_and(|(scope, name)| plain(scope) && plain(name))
}

fn inner(specifier: &Specifier) -> &Specifier {
    match specifier {
        Specifier::Alias { inner, .. } => inner,
        other => other,
    }
}

fn floor(specifier: &Specifier) -> Option<String> {
    match inner(specifier) {
        Specifier::Exact(version) => Some(version.to_string()),
        Specifier::Range(range) if !range.is_any() => range.min_version().map(|v| v.to_string()),
        _ => None,
    }
}

fn exact(specifier: &Specifier) -> Option<String> {
    match inner(specifier) {
        Specifier::Exact(version) => Some(version.to_string()),
        _ => None,
    }
}

fn pinning(specifier: &Specifier) -> Pinning {
    match inner(specifier) {
        Specifier::Exact(_) => Pinning::Pinned,
        Specifier::Range(range) if range.is_any() => Pinning::Unpinned,
        Specifier::Range(range) if range.is_bounded_above() => Pinning::Bounded,
        Specifier::Range(_) => Pinning::Floor,
        Specifier::Tag(_) => Pinning::Unpinned,
        _ => Pinning::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_no_name() {
        for name in ["left-pad", "@types/node", "JSONStream", "lodash.get", "_odd~"] {
            assert!(is_name(name), "{name}");
        }
        for other in ["", "@a", "@a/", "a/b", "@https://robot:pw@host", "https://host", "a b", "..", "@a/b/c", "a@1"] {
            assert!(!is_name(other), "{other}");
        }
    }
}
