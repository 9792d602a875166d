//! Components: which folders hold a JavaScript project, which of them share one lock, and what pins them.
//!
//! Lives here: reading a tree of files (through a closure) into [`Component`]s. No disk, no tools.
//! Lives elsewhere: what a package.json says (`super::manifest`), what a lock says (`super::lockfile`).

mod pattern;
mod workspace;

use std::collections::BTreeMap;

use crate::javascript::lockfile::{self, Drift, LOCK_FILES, Lock, LockKind, Package};
use crate::javascript::manifest::{self, Manifest, Specifier, Stated};
pub use crate::python::discover::Read;

/// One package.json and what it states.
#[derive(Debug, Clone, PartialEq)]
pub struct ManifestFile {
    /// From the repository's root, with `/`.
    pub path: String,
    /// From the component's root; empty for the root itself.
    pub folder: String,
    pub text: String,
    /// Specifiers that point into a catalog are followed; `written` still says `catalog:`.
    pub manifest: Manifest,
}

/// The lock of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockFile {
    /// From the repository's root, with `/`.
    pub path: String,
    pub lock: Lock,
}

/// The program that installs a component's packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager {
    /// `npm`, `yarn`, `pnpm`, `bun`.
    pub tool: String,
    /// As `packageManager` has it, without its hash.
    pub version: Option<String>,
    /// What says so: `packageManager`, the lock's file name, or nothing but custom.
    pub from: String,
}

/// One project, with the members of its workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Folder from the repository's root; empty for the root.
    pub root: String,
    /// The root's first, then the members by folder.
    pub manifests: Vec<ManifestFile>,
    pub lock: Option<LockFile>,
    pub manager: Manager,
    /// Ranges that the workspace keeps: by catalog (the default one has no name), then by package.
    pub catalogs: BTreeMap<String, BTreeMap<String, String>>,
    /// Where a package.json (by its path) and the lock disagree.
    pub drift: Vec<(String, Drift)>,
    /// What a reader should know: files left out, unreadable entries.
    pub notes: Vec<String>,
}

/// Folders that never hold a component of the project.
const SKIPPED: [&str; 15] = [
    ".git",
    ".hg",
    ".yarn",
    ".venv",
    "venv",
    "node_modules",
    "bower_components",
    "jspm_packages",
    "site-packages",
    "vendor",
    "third_party",
    "dist",
    "fixtures",
    "__fixtures__",
    ".uplift",
];

/// Every component of the tree, by folder. A package.json that cannot be read becomes a note.
pub fn components(files: &[String], read: &Read<'_>) -> Vec<Component> {
    let mut folders: Vec<String> = files
        .iter()
        .filter_map(|file| match file.rsplit_once('/') {
            Some((folder, "package.json")) => Some(folder.to_owned()),
            None if file == "package.json" => Some(String::new()),
            _ => None,
        })
        .filter(|folder| !folder.split('/').any(|part| SKIPPED.contains(&part)))
        .collect();
    folders.sort();
    let mut taken: Vec<String> = Vec::new();
    let mut found = Vec::new();
    // Parents come before their children, so that a root has its members before they could stand for themselves.
    for folder in &folders {
        if taken.contains(folder) {
            continue;
        }
        let (component, members) = component(folder, &folders, files, read);
        taken.extend(members);
        found.extend(component);
    }
    found
}

fn component(root: &str, folders: &[String], files: &[String], read: &Read<'_>) -> (Option<Component>, Vec<String>) {
    let mut notes = Vec::new();
    let Some(first) = manifest_file(root, "", read, &mut notes) else {
        return (unreadable(root, notes), Vec::new());
    };
    let workspace = workspace::of(root, &first.manifest, read, &mut notes);
    let mut members = Vec::new();
    let mut manifests = vec![first];
    for folder in folders {
        let Some(below) = below(root, folder) else { continue };
        if !below.is_empty() && pattern::admits(&workspace.patterns, below) {
            members.push(folder.clone());
            manifests.extend(manifest_file(root, below, read, &mut notes));
        }
    }
    for file in &mut manifests {
        let problems = file.manifest.problems.iter();
        notes.extend(problems.map(|p| format!("{}:{}: {}", file.path, p.line, p.message)));
        for stated in &mut file.manifest.stated {
            if let Specifier::Catalog(name) = &stated.specifier {
                match workspace.catalogs.get(name).and_then(|catalog| catalog.get(&stated.name)) {
                    Some(range) => stated.specifier = Specifier::parse(range),
                    None => notes.push(format!("{}:{}: no catalog has {}", file.path, stated.line, stated.name)),
                }
            }
        }
    }
    let lock = lock(root, &manifests, files, read, &mut notes);
    let states = manifests.iter().any(|file| !file.manifest.stated.is_empty());
    if lock.is_none() && !states {
        return (None, members);
    }
    let manager = manager(manifests.first(), lock.as_ref());
    let drift = lock.iter().flat_map(|lock| manifests.iter().map(move |file| (lock, file))).flat_map(|(lock, file)| {
        let found = lockfile::drift(&file.folder, &file.manifest, &lock.lock);
        found.into_iter().map(|drift| (file.path.clone(), drift))
    });
    let drift = drift.collect();
    let catalogs = workspace.catalogs;
    (Some(Component { root: root.to_owned(), manifests, lock, manager, catalogs, drift, notes }), members)
}

/// A package.json that is there and says nothing still makes a component, so that its note is told.
fn unreadable(root: &str, notes: Vec<String>) -> Option<Component> {
    let manager = Manager { tool: "npm".to_owned(), version: None, from: "custom".to_owned() };
    (!notes.is_empty()).then(|| Component {
        root: root.to_owned(),
        manifests: Vec::new(),
        lock: None,
        manager,
        catalogs: BTreeMap::new(),
        drift: Vec::new(),
        notes,
    })
}

fn manifest_file(root: &str, folder: &str, read: &Read<'_>, notes: &mut Vec<String>) -> Option<ManifestFile> {
    let path = within(&within(root, folder), "package.json");
    let bytes = read(&path)?;
    let parsed = std::str::from_utf8(&bytes)
        .map_err(|_| "the text is not UTF-8".to_owned())
        .and_then(|text| manifest::parse(text).map(|m| (text.to_owned(), m)).map_err(|e| e.to_string()));
    match parsed {
        Ok((text, manifest)) => Some(ManifestFile { path, folder: folder.to_owned(), text, manifest }),
        Err(why) => {
            notes.push(format!("{path}: {why}"));
            None
        }
    }
}

/// Several locks may lie beside each other: the one of the tool that `packageManager` names counts, else the first.
fn lock(
    root: &str,
    manifests: &[ManifestFile],
    files: &[String],
    read: &Read<'_>,
    notes: &mut Vec<String>,
) -> Option<LockFile> {
    let named = manifests.first().and_then(|f| f.manifest.package_manager.as_ref());
    let tool = named.map(|entry| entry.value.split('@').next().unwrap_or_default());
    let beside: Vec<String> =
        LOCK_FILES.iter().map(|name| within(root, name)).filter(|path| files.contains(path)).collect();
    let writes = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        LockKind::of(name, "").map(LockKind::tool) == tool
    };
    let path = beside.iter().find(writes).or_else(|| beside.first());
    let Some(path) = path else {
        let binary = within(root, "bun.lockb");
        if files.contains(&binary) {
            notes.push(format!("{binary}: bun's binary lock is not read"));
        }
        return None;
    };
    let others = beside.iter().filter(|other| *other != path);
    notes.extend(others.map(|other| format!("{other}: left aside, {path} counts")));
    let of_folders: Vec<(String, Manifest)> =
        manifests.iter().map(|file| (file.folder.clone(), file.manifest.clone())).collect();
    let bytes = read(path)?;
    let lock = std::str::from_utf8(&bytes)
        .map_err(|_| "the text is not UTF-8".to_owned())
        .and_then(|text| lockfile::read(path, text, &of_folders).map_err(|e| e.to_string()));
    match lock {
        Ok(lock) => {
            notes.extend(lock.problems.iter().map(|problem| format!("{path}: {problem}")));
            Some(LockFile { path: path.clone(), lock })
        }
        Err(why) => {
            notes.push(format!("{path}: {why}"));
            None
        }
    }
}

fn manager(root: Option<&ManifestFile>, lock: Option<&LockFile>) -> Manager {
    let named = root.and_then(|file| file.manifest.package_manager.as_ref());
    if let Some((tool, version)) = named.and_then(|entry| entry.value.split_once('@')) {
        let version = version.split('+').next().unwrap_or(version).to_owned();
        return Manager { tool: tool.to_owned(), version: Some(version), from: "packageManager".to_owned() };
    }
    match lock {
        Some(lock) => {
            let from = lock.path.rsplit('/').next().unwrap_or(&lock.path).to_owned();
            Manager { tool: lock.lock.kind.tool().to_owned(), version: None, from }
        }
        None => Manager { tool: "npm".to_owned(), version: None, from: "custom".to_owned() },
    }
}

impl Component {
    pub fn manifest(&self, path: &str) -> Option<&ManifestFile> {
        self.manifests.iter().find(|file| file.path == path)
    }

    /// Every statement of a dependency with its file.
    pub fn statements(&self) -> impl Iterator<Item = (&ManifestFile, &Stated)> {
        self.manifests.iter().flat_map(|file| file.manifest.stated.iter().map(move |stated| (file, stated)))
    }

    /// The locked copy that a statement leads to.
    pub fn locked(&self, file: &ManifestFile, stated: &Stated) -> Option<&Package> {
        self.lock.as_ref()?.lock.imported(&file.folder, &stated.name).map(|(_, package)| package)
    }
}

/// A path below a folder; the folder may be empty.
fn within(folder: &str, name: &str) -> String {
    match (folder.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => folder.to_owned(),
        _ => format!("{folder}/{name}"),
    }
}

/// What is left of a folder below another one.
fn below<'f>(root: &str, folder: &'f str) -> Option<&'f str> {
    if root.is_empty() {
        return Some(folder);
    }
    let rest = folder.strip_prefix(root)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

#[cfg(test)]
mod tests;
