//! Components: which folders hold a Python project, which manifests state its requirements, and which lock pins them.
//!
//! Lives here: reading a tree of files (through a closure) into [`Component`]s. No disk, no tools.
//! Lives elsewhere: what a manifest says (`super::manifest`), writing locks (`super::relock`).

mod chosen;
mod environment;
mod frozen;
mod left_out;

pub(crate) use environment::join;
use environment::within;
pub use environment::{EnvironmentSource, Pair};

use std::collections::BTreeMap;

use uplift_model::{Dependency, PackageName, Place, Role, Solution, Version};

use super::manifest::{self, IncludeKind, Manifest, ManifestKind, Stated};

/// Reads a file of the tree; `None` when there is none.
pub type Read<'a> = dyn Fn(&str) -> Option<Vec<u8>> + 'a;

/// One manifest and what it states.
#[derive(Debug, Clone, PartialEq)]
pub struct ManifestFile {
    /// From the repository's root, with `/`.
    pub path: String,
    pub kind: ManifestKind,
    pub text: String,
    pub manifest: Manifest,
}

/// One Python project within the repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Folder from the repository's root; empty for the root.
    pub root: String,
    pub manifests: Vec<ManifestFile>,
    pub environment: EnvironmentSource,
    /// What the lock holds; `None` when nothing pins the whole environment.
    pub locked: Option<Vec<Pinned>>,
    /// What a reader should know: files left out, unreadable entries, drift.
    pub notes: Vec<String>,
}

/// One package of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    pub name: PackageName,
    pub version: Option<Version>,
    /// A direct reference in place of a version.
    pub url: Option<String>,
    pub marker: Option<String>,
}

impl Pinned {
    /// The requirement line that installs exactly this.
    pub fn line(&self) -> Option<String> {
        let marker = self.marker.as_ref().map(|m| format!(" ; {m}")).unwrap_or_default();
        match (&self.version, &self.url) {
            (_, Some(url)) => Some(format!("{} @ {url}{marker}", self.name)),
            (Some(version), None) => Some(format!("{}=={version}{marker}", self.name)),
            (None, None) => None,
        }
    }
}

/// Folders that never hold a component of the project.
const SKIPPED: [&str; 12] = [
    ".git",
    ".hg",
    ".tox",
    ".nox",
    ".venv",
    "venv",
    "node_modules",
    "site-packages",
    "vendor",
    "third_party",
    "dist",
    ".uplift",
];
/// Folders whose requirement files belong to something else than the service: documentation, examples.
const ASIDE: [&str; 8] = ["docs", "doc", "examples", "example", "samples", "benchmarks", "tests", "test"];

/// Every component of the tree, by folder. A manifest that cannot be read becomes a note of its component.
pub fn components(files: &[String], read: &Read<'_>) -> Vec<Component> {
    let mut by_root: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for file in files.iter().filter(|f| is_manifest(f)) {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        by_root.entry(root_of(folder)).or_default().push(file);
    }
    by_root.into_iter().filter_map(|(root, paths)| component(root, &paths, files, read)).collect()
}

/// Manifests of the tree that cannot be read at all, each with the reason: `requirements.txt: line 3: …`.
pub fn unreadable(files: &[String], read: &Read<'_>) -> Vec<String> {
    let manifests = files.iter().filter(|f| is_manifest(f));
    manifests.filter_map(|path| parsed(path, kind_of(path), read)?.err()).collect()
}

/// What a build or an installation leaves behind: `shop.egg-info/requires.txt` repeats what the manifest states.
pub fn is_metadata(folder: &str) -> bool {
    folder.ends_with(".egg-info") || folder.ends_with(".dist-info")
}

/// A manifest by its name or its folder, in a folder that can be the project's own.
fn is_manifest(file: &str) -> bool {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let own = !folder.split('/').any(|part| SKIPPED.contains(&part) || is_metadata(part));
    own && (ManifestKind::of_file(name).is_some() || is_requirement_folder(folder, name))
}

fn kind_of(path: &str) -> ManifestKind {
    let name = path.rsplit('/').next().unwrap_or(path);
    ManifestKind::of_file(name).unwrap_or(ManifestKind::Requirements)
}

/// A manifest of the tree, or why it cannot be read; `None` when there is none.
fn parsed(path: &str, kind: ManifestKind, read: &Read<'_>) -> Option<Result<ManifestFile, String>> {
    let bytes = read(path)?;
    let parsed = manifest::text(&bytes).and_then(|text| manifest::parse(kind, text).map(|m| (text.to_owned(), m)));
    Some(match parsed {
        Ok((text, manifest)) => Ok(ManifestFile { path: path.to_owned(), kind, text, manifest }),
        Err(e) => Err(format!("{path}: {e}")),
    })
}

/// `requirements/base.txt`: a requirements file by its folder.
fn is_requirement_folder(folder: &str, name: &str) -> bool {
    let last = folder.rsplit('/').next().unwrap_or_default();
    matches!(last, "requirements" | "reqs") && (name.ends_with(".txt") || name.ends_with(".in"))
}

/// The component that a manifest's folder belongs to: `requirements/` and the asides belong to their parent.
fn root_of(folder: &str) -> String {
    let (parent, last) = folder.rsplit_once('/').unwrap_or(("", folder));
    if matches!(last, "requirements" | "reqs") || ASIDE.contains(&last) { parent.to_owned() } else { folder.to_owned() }
}

fn component(root: String, paths: &[&String], files: &[String], read: &Read<'_>) -> Option<Component> {
    let mut notes = Vec::new();
    let mut manifests = Vec::new();
    for path in paths {
        match parsed(path, kind_of(path), read) {
            Some(Ok(file)) => manifests.push(file),
            Some(Err(why)) => notes.push(why),
            None => {}
        }
    }
    follow(&mut manifests, read, &mut notes);
    for ManifestFile { path, manifest, .. } in &manifests {
        notes.extend(manifest.problems.iter().map(|p| format!("{path}:{}: {}", p.line, p.message)));
        let computed = manifest.dynamic.iter();
        notes.extend(
            computed.map(|d| format!("{path}:{}: `{}` is computed by the build and was not read", d.line, d.field)),
        );
    }
    notes.extend(manifests.iter().flat_map(left_out::notes));
    let states = |m: &ManifestFile| {
        !environment::is_constraints(&m.path) && (!m.manifest.stated.is_empty() || !m.manifest.references.is_empty())
    };
    if !manifests.iter().any(states) {
        return None;
    }
    let (environment, locked) = environment::of(&root, &manifests, files, read, &mut notes);
    let none = Vec::new();
    let (beside, kind) = match &environment {
        EnvironmentSource::Requirements { constraints, .. } => (constraints, ManifestKind::Requirements),
        EnvironmentSource::Locked { members, .. } => (members, ManifestKind::Pyproject),
        _ => (&none, ManifestKind::Requirements),
    };
    for path in beside.iter().filter(|c| !manifests.iter().any(|m| m.path == **c)).collect::<Vec<_>>() {
        let parsed = read(path).and_then(|bytes| {
            let text = manifest::text(&bytes).ok()?.to_owned();
            Some((manifest::parse(kind, &text).ok()?, text))
        });
        match parsed {
            Some((manifest, text)) => manifests.push(ManifestFile { path: path.clone(), kind, text, manifest }),
            None => notes.push(format!("{path}: could not be read")),
        }
    }
    let mut component = Component { root, manifests, environment, locked, notes };
    component.notes.extend(left_out::files(&component));
    Some(component)
}

/// Adds what requirements files take in by `-r`, whatever it is called and wherever it lies.
fn follow(manifests: &mut Vec<ManifestFile>, read: &Read<'_>, notes: &mut Vec<String>) {
    let mut at = 0;
    while let Some(file) = manifests.get(at) {
        notes.extend(file.outside_includes().map(|(path, line)| {
            format!("{}:{line}: `{path}` leads out of the repository, and was not read", file.path)
        }));
        let constraints = file.includes(IncludeKind::Constraints).filter(|(path, _)| read(path).is_none());
        notes.extend(constraints.map(|(path, line)| format!("{}:{line}: `{path}` does not exist", file.path)));
        let found: Vec<_> = file
            .includes(IncludeKind::Requirements)
            .filter(|(path, _)| !manifests.iter().any(|m| m.path == *path))
            .map(|(path, line)| {
                (format!("{}:{line}", file.path), parsed(&path, ManifestKind::Requirements, read), path)
            })
            .collect();
        for (place, parsed, path) in found {
            match parsed {
                // A file may be taken in twice by the same one.
                Some(Ok(_)) if manifests.iter().any(|m| m.path == path) => {}
                Some(Ok(file)) => manifests.push(file),
                Some(Err(why)) => notes.push(format!("{place}: {why}")),
                None => notes.push(format!("{place}: `{path}` does not exist")),
            }
        }
        at += 1;
    }
}

impl ManifestFile {
    /// Files that this one takes in, from the repository's root, with the line that does.
    pub fn includes(&self, kind: IncludeKind) -> impl Iterator<Item = (String, u32)> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let of_kind = self.manifest.includes.iter().filter(move |i| i.kind == kind);
        of_kind.filter_map(move |i| Some((within(folder, &i.path)?, i.line)))
    }

    /// What it takes in from outside of the repository, as written, with the line that does.
    fn outside_includes(&self) -> impl Iterator<Item = (&str, u32)> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let out = self.manifest.includes.iter().filter(move |i| within(folder, &i.path).is_none());
        out.map(|i| (i.path.as_str(), i.line))
    }
}

impl Component {
    pub fn manifest(&self, path: &str) -> Option<&ManifestFile> {
        self.manifests.iter().find(|m| m.path == path)
    }

    /// Every statement of a requirement from an index that makes up the environment, with its file.
    pub fn roots(&self) -> Vec<(&ManifestFile, &Stated)> {
        self.source_files()
            .into_iter()
            .flat_map(|f| f.manifest.stated.iter().map(move |s| (f, s)))
            .filter(|(f, s)| self.environment.takes(f, s))
            .collect()
    }

    /// The manifests that the environment is made of: its sources and what they take in, save what a tool writes.
    fn source_files(&self) -> Vec<&ManifestFile> {
        let mut files: Vec<&ManifestFile> = Vec::new();
        let mut open: Vec<String> = self.environment.sources().into_iter().rev().cloned().collect();
        while let Some(path) = open.pop() {
            let Some(file) = self.manifest(&path).filter(|m| !files.iter().any(|f| f.path == m.path)) else { continue };
            files.push(file);
            let taken = file.includes(IncludeKind::Requirements).map(|(path, _)| path);
            open.extend(taken.filter(|path| !self.environment.is_lock(path)));
        }
        files
    }

    /// Files that make up the set: sources with what they take in, constraints, and locks.
    pub fn files(&self) -> Vec<String> {
        let mut files: Vec<String> = self.source_files().into_iter().map(|file| file.path.clone()).collect();
        files.extend(match &self.environment {
            EnvironmentSource::Compiled { pairs } => pairs.iter().map(|pair| pair.output.clone()).collect(),
            EnvironmentSource::Locked { lock, .. } => vec![lock.clone()],
            EnvironmentSource::Requirements { constraints, .. } => constraints.clone(),
            EnvironmentSource::Frozen { .. } | EnvironmentSource::Declared { .. } => Vec::new(),
        });
        files
    }

    /// Folders of the repository's other projects that its environment holds as well: members of its workspace and path
    /// dependencies. Those that it needs, directly or through one another; all of them where it needs none.
    pub fn installed_beside(&self) -> Vec<String> {
        let EnvironmentSource::Locked { manifest, members, .. } = &self.environment else { return Vec::new() };
        let beside: Vec<&ManifestFile> = members.iter().filter_map(|path| self.manifest(path)).collect();
        let of = |name: &PackageName| beside.iter().find(|m| m.manifest.project.as_ref() == Some(name));
        let mut needed: Vec<&ManifestFile> = Vec::new();
        let mut open: Vec<&ManifestFile> = self.manifest(manifest).into_iter().collect();
        while let Some(file) = open.pop() {
            for next in file.manifest.stated.iter().filter(|s| s.group != "build").filter_map(|s| of(&s.name)) {
                if !needed.iter().any(|n| n.path == next.path) {
                    needed.push(next);
                    open.push(next);
                }
            }
        }
        let chosen = if needed.is_empty() { &beside } else { &needed };
        let mut folders: Vec<String> = chosen
            .iter()
            .filter_map(|m| Some(m.path.rsplit_once('/')?.0.to_owned()))
            .filter(|f| *f != self.root)
            .collect();
        folders.sort();
        folders
    }

    /// One dependency for each package that any manifest states, with every place that does.
    pub fn dependencies(&self, in_use: &Solution) -> Vec<Dependency> {
        let roots: Vec<&PackageName> = self.roots().into_iter().map(|(_, s)| &s.name).collect();
        let mut all: BTreeMap<PackageName, Dependency> = BTreeMap::new();
        for file in &self.manifests {
            if self.environment.is_lock(&file.path) {
                continue;
            }
            for stated in &file.manifest.stated {
                let entry = all.entry(stated.name.clone()).or_insert_with(|| Dependency {
                    name: stated.name.clone(),
                    direct: roots.contains(&&stated.name),
                    role: role_in(file, stated),
                    extras: Vec::new(),
                    places: Vec::new(),
                    in_use: in_use.version(&stated.name).cloned(),
                });
                // What the service itself needs outranks what its tests or tools need.
                entry.role = entry.role.min(role_in(file, stated));
                entry
                    .extras
                    .extend(stated.extras.iter().filter(|e| !entry.extras.contains(e)).cloned().collect::<Vec<_>>());
                entry.places.push(Place {
                    file: file.path.clone(),
                    line: stated.line,
                    written: stated.written.clone(),
                    specifier: stated.specifier.clone(),
                });
            }
        }
        all.into_values().collect()
    }
}

/// A requirement's role by its group and, in requirements files, by the file's name.
fn role_in(file: &ManifestFile, stated: &Stated) -> Role {
    if file.kind != ManifestKind::Requirements {
        return stated.role;
    }
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let folder = file.path.rsplit('/').nth(1).unwrap_or_default();
    if ASIDE.contains(&folder) {
        return Role::Development;
    }
    match manifest::role_of(&name.replace("requirements", "").replace(".txt", "").replace(".in", ""), false) {
        Role::Test => Role::Test,
        _ if ["dev", "lint", "docs", "doc", "style", "typing"].iter().any(|w| name.contains(w)) => Role::Development,
        _ => Role::Runtime,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &[u8])]) -> (Vec<Component>, Vec<String>) {
        let names: Vec<String> = files.iter().map(|(n, _)| (*n).to_owned()).collect();
        let read = |path: &str| files.iter().find(|(n, _)| *n == path).map(|(_, bytes)| bytes.to_vec());
        (components(&names, &read), unreadable(&names, &read))
    }

    fn roots(component: &Component) -> Vec<String> {
        component.roots().iter().map(|(f, s)| format!("{}: {}", f.path, s.name)).collect()
    }

    #[test]
    fn what_a_file_takes_in_counts_whatever_it_is_called() {
        let files: [(&str, &[u8]); 3] = [
            ("requirements.txt", b"alpha==1\n-r more.txt\n-r more.txt\n-r gone.txt\n"),
            ("more.txt", b"beta==1\n-r shared/base.list\n"),
            ("shared/base.list", b"gamma==1\n-r ../requirements.txt\n"),
        ];
        let (all, _) = of(&files);
        let [component] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(roots(component), ["requirements.txt: alpha", "more.txt: beta", "shared/base.list: gamma"]);
        assert_eq!(component.notes, ["requirements.txt:4: `gone.txt` does not exist"]);
    }

    #[test]
    fn what_an_input_takes_in_is_compiled_with_it_and_a_lock_is_not() {
        let files: [(&str, &[u8]); 5] = [
            ("base.requirements.in", b"alpha==1\n-r more.list\n"),
            ("base.requirements.txt", b"alpha==1\nbeta==1\n"),
            ("more.list", b"beta==1\n"),
            ("dev-requirements.in", b"-r base.requirements.txt\ngamma==1\n"),
            ("dev-requirements.txt", b"alpha==1\nbeta==1\ngamma==1\n"),
        ];
        let (all, _) = of(&files);
        let mut found = roots(all.first().unwrap());
        found.sort();
        assert_eq!(found, ["base.requirements.in: alpha", "dev-requirements.in: gamma", "more.list: beta"]);
    }

    #[test]
    fn what_only_a_development_file_names_is_for_development() {
        let files: [(&str, &[u8]); 3] = [
            ("requirements.txt", b"alpha==1\nbeta==1\n"),
            ("requirements-dev.txt", b"beta==1\ngamma==1\n"),
            ("requirements-test.txt", b"delta==1\n"),
        ];
        let (all, _) = of(&files);
        let found = all.first().unwrap().dependencies(&Solution::default());
        let roles: Vec<(&str, Role)> = found.iter().map(|d| (d.name.as_str(), d.role)).collect();
        let expected =
            [("alpha", Role::Runtime), ("beta", Role::Runtime), ("delta", Role::Test), ("gamma", Role::Development)];
        assert_eq!(roles, expected);
    }

    #[test]
    fn the_only_manifest_that_cannot_be_read_is_named() {
        let (all, unreadable) = of(&[("requirements.txt", b"a==1\n\xff\xfe==2\n"), ("venv/requirements.txt", b"\xff")]);
        assert!(all.is_empty());
        assert_eq!(unreadable, ["requirements.txt: line 2: the text is not UTF-8"]);
    }
}
