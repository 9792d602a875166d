//! Python components, from `ecosystems::python::discover` and the locks' edges.

use std::collections::BTreeMap;

use uplift_ecosystems::python::discover::{self, EnvironmentSource};
use uplift_ecosystems::python::lockfile::{self, Lock, LockKind};
use uplift_ecosystems::python::manifest::{self, ManifestKind, Source, Stated};
use uplift_model::analysis::{FileProblem, Pinning, Statement};
use uplift_model::{Ecosystem, Hint, PackageName, Solution, Version};
use uplift_sandbox::redact;

use super::{Component, Graph, Package, drift, installed, untold};
use crate::tree::{Tree, problem};
use crate::usage::names;

pub(super) fn components(tree: &Tree<'_>) -> Vec<Component> {
    tell_unreadable(tree);
    let read = |path: &str| tree.read(path);
    discover::components(&tree.files, &read).into_iter().map(|c| component(tree, c)).collect()
}

/// Manifests that are not of their kind: their components may be missing altogether.
fn tell_unreadable(tree: &Tree<'_>) {
    for path in &tree.files {
        let name = path.rsplit('/').next().unwrap_or(path);
        let Some(kind) = ManifestKind::of_file(name) else { continue };
        let Some(bytes) = tree.read(path) else {
            tree.lose_unread(path);
            continue;
        };
        let failed = manifest::text(&bytes).and_then(|text| manifest::parse(kind, text));
        match failed {
            Err(e) => tree.lose(FileProblem {
                file: path.clone(),
                line: e.line(),
                message: e.to_string(),
                hint: e.hint().or(Some("the other files were analysed without it".to_owned())),
            }),
            Ok(manifest) => {
                if kind == ManifestKind::Requirements && manifest.stated.is_empty() && says_nothing(&bytes) {
                    let message = "holds no requirement: whoever installs from it gets nothing";
                    let hint = "delete it, or write down what is needed; `uplift check` shows what the code imports";
                    tree.note(problem(path, message, Some(hint)));
                }
                if let Some(line) = manifest.lost.first() {
                    tree.lose_line(path, *line);
                }
                for problem in manifest.problems {
                    tree.note(FileProblem {
                        file: path.clone(),
                        line: Some(problem.line),
                        message: redact::text(&problem.message),
                        hint: None,
                    });
                }
            }
        }
    }
}

/// Nothing but blank lines and comments.
fn says_nothing(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.trim_start_matches('\u{feff}').lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

fn component(tree: &Tree<'_>, found: discover::Component) -> Component {
    let locks = locks(tree, &found);
    let mut in_use = Solution::default();
    let mut packages: BTreeMap<String, Package> = BTreeMap::new();
    let mut graph = Graph::default();
    for package in locks.iter().flat_map(|l| &l.packages).filter(|p| !p.is_local()) {
        let entry = packages.entry(package.name.to_string()).or_insert_with(|| Package::new(package.name.as_str()));
        match &package.version {
            Some(version) => {
                let text = version.to_string();
                if !entry.locked.contains(&text) {
                    entry.locked.push(text);
                }
                in_use.packages.insert(package.name.clone(), version.clone());
            }
            None => entry.pinning = Pinning::Elsewhere,
        }
    }
    for package in locks.iter().flat_map(|l| &l.packages).filter(|p| !p.is_local()) {
        for needed in &package.dependencies {
            graph.add(package.name.as_str(), needed.as_str());
        }
    }
    let here = installed::python(&tree.root().join(&found.root));
    let mut drifts = Vec::new();
    let roots: Vec<(&str, u32)> = found.roots().into_iter().map(|(file, s)| (file.path.as_str(), s.line)).collect();
    for dependency in found.dependencies(&in_use) {
        let stated = statements(&found, &dependency.name, &roots);
        let own: Vec<&Stated> = stated.iter().map(|(_, s)| *s).collect();
        if own.is_empty() {
            continue;
        }
        let lines: Vec<Statement> = stated.iter().map(|(file, s)| statement(file, s)).collect();
        drifts.extend(drift::drift(dependency.name.as_str(), &lines));
        let entry =
            packages.entry(dependency.name.to_string()).or_insert_with(|| Package::new(dependency.name.as_str()));
        entry.direct = true;
        entry.role = dependency.role;
        entry.extras = dependency.extras.clone();
        entry.stated = lines;
        entry.pinning = pinning(&own);
        entry.pinned = own.iter().find_map(|s| manifest::pinned(&s.pep440)).map(|v| v.to_string());
        entry.floor =
            own.iter().filter_map(|s| manifest::floor(&s.pep440)).map(|b| b.version).min().map(|v| v.to_string());
    }
    for package in packages.values_mut() {
        package.locked.sort_by(|a, b| order(a).cmp(&order(b)));
        package.installed = PackageName::new(&package.name).ok().and_then(|n| here.get(&n)).map(ToString::to_string);
    }
    tell_shared_imports(&mut packages);
    let complete = !locks.is_empty() || found.locked.is_some();
    // What could not be read is told once, with its file and line.
    tell_unread_locks(tree, &found);
    let notes = untold(tree, &found.notes);
    Component {
        name: found.manifests.iter().find_map(|m| m.manifest.project.as_ref()).map(ToString::to_string),
        environment: found.environment.describe(),
        root: found.root,
        ecosystem: Ecosystem::Python,
        packages,
        graph,
        complete,
        drift: drifts,
        notes,
    }
}

/// Two distributions that install the same module overwrite each other: which one is imported is up to the installer.
fn tell_shared_imports(packages: &mut BTreeMap<String, Package>) {
    let mut providers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in packages.keys() {
        for module in names::import_names(Ecosystem::Python, name, None) {
            providers.entry(module).or_default().push(name.clone());
        }
    }
    for (module, names) in providers.iter().filter(|(_, names)| names.len() > 1) {
        for name in names {
            let others: Vec<&str> = names.iter().filter(|n| *n != name).map(String::as_str).collect();
            if let Some(package) = packages.get_mut(name) {
                package.findings.push(format!("installs the module `{module}`, and so does {}", others.join(", ")));
            }
        }
    }
}

fn order(text: &str) -> (Option<Version>, &str) {
    (Version::new(text).ok(), text)
}

/// Every statement of `name` in the component's manifests, with its file: those that make up the environment first,
/// since what they pin is what runs.
fn statements<'c>(
    found: &'c discover::Component,
    name: &PackageName,
    roots: &[(&str, u32)],
) -> Vec<(&'c str, &'c Stated)> {
    let files = found.manifests.iter().filter(|m| !found.environment.is_lock(&m.path));
    let all = files.flat_map(|m| m.manifest.stated.iter().map(|s| (m.path.as_str(), s)));
    let mut stated: Vec<(&str, &Stated)> = all.filter(|(_, s)| s.name == *name).collect();
    stated.sort_by_key(|(file, s)| !roots.contains(&(file, s.line)));
    stated
}

fn statement(file: &str, stated: &Stated) -> Statement {
    Statement {
        file: file.to_owned(),
        line: stated.line,
        written: redact::text(&stated.written),
        specifier: stated.specifier.clone(),
        marker: stated.marker.clone(),
        group: stated.group.clone(),
    }
}

/// The strictest way in which any place states it.
fn pinning(stated: &[&Stated]) -> Pinning {
    let of = |s: &&Stated| match &s.source {
        Source::Url(_) | Source::Path(_) | Source::Workspace => Pinning::Elsewhere,
        Source::Index | Source::Named(_) if manifest::pinned(&s.pep440).is_some() => Pinning::Pinned,
        Source::Index | Source::Named(_) if manifest::arbitrary(&s.specifier).is_some() => Pinning::Pinned,
        _ => match (manifest::floor(&s.pep440), manifest::cap(&s.pep440)) {
            (_, Some(_)) => Pinning::Bounded,
            (Some(_), None) => Pinning::Floor,
            (None, None) => Pinning::Unpinned,
        },
    };
    let rank = |p: &Pinning| match p {
        Pinning::Elsewhere => 0,
        Pinning::Pinned => 1,
        Pinning::Bounded => 2,
        Pinning::Floor => 3,
        Pinning::Unpinned => 4,
    };
    stated.iter().map(of).min_by_key(rank).unwrap_or(Pinning::Unpinned)
}

/// The locks that hold the component's environment.
fn locks(tree: &Tree<'_>, found: &discover::Component) -> Vec<Lock> {
    let wanted: Vec<(&String, LockKind)> = match &found.environment {
        EnvironmentSource::Locked { lock, kind, .. } => vec![(lock, *kind)],
        EnvironmentSource::Compiled { pairs } => pairs.iter().map(|p| (&p.output, LockKind::Requirements)).collect(),
        EnvironmentSource::Frozen { complete, .. } => complete.iter().map(|f| (f, LockKind::Requirements)).collect(),
        EnvironmentSource::Requirements { .. } | EnvironmentSource::Declared { .. } => Vec::new(),
    };
    let mut locks = Vec::new();
    for (path, kind) in wanted {
        let Some(bytes) = tree.read(path) else { continue };
        let parsed = manifest::text(&bytes)
            .map_err(|e| e.to_string())
            .and_then(|text| lockfile::parse(kind, text).map_err(|e| e.to_string()));
        match parsed {
            Ok(lock) => locks.push(lock),
            Err(message) => tree.lose(FileProblem { file: path.clone(), line: None, message, hint: None }),
        }
    }
    locks
}

/// Locks of tools that lie beside the manifests and cannot be read: the component counts as one without a lock.
fn tell_unread_locks(tree: &Tree<'_>, found: &discover::Component) {
    let kinds = [
        ("uv.lock", LockKind::Uv),
        ("poetry.lock", LockKind::Poetry),
        ("pdm.lock", LockKind::Pdm),
        ("Pipfile.lock", LockKind::Pipfile),
        ("pylock.toml", LockKind::Pylock),
    ];
    for (name, kind) in kinds {
        let path = if found.root.is_empty() { name.to_owned() } else { format!("{}/{name}", found.root) };
        if found.environment.is_lock(&path) || !tree.files.contains(&path) {
            continue;
        }
        let Some(bytes) = tree.read(&path) else {
            tree.lose_unread(&path);
            continue;
        };
        let failed = match manifest::text(&bytes) {
            Ok(text) => lockfile::parse(kind, text).err().map(|e| (Some(e.line()), e.to_string(), e.hint())),
            Err(e) => Some((e.line(), e.to_string(), e.hint())),
        };
        if let Some((line, message, hint)) = failed {
            tree.lose(FileProblem { file: path, line, message, hint });
        }
    }
}
