//! Which files make a component's environment, and which of them are written by a tool.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::{PackageName, Version};

use super::{ManifestFile, Pinned, Read};
use crate::python::lockfile::{self, LockKind};
use crate::python::manifest::{IncludeKind, ManifestKind, Stated};

/// A requirements source and the lock compiled from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub input: String,
    pub output: String,
}

/// How the environment is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvironmentSource {
    /// `X.in` compiled to `X.txt`, by pip-compile, by uv, or by hand.
    Compiled { pairs: Vec<Pair> },
    /// Requirements files written by hand, with the constraints that apply.
    Requirements { files: Vec<String>, constraints: Vec<String> },
    /// Requirements files of which those in `complete` pin all that they need: frozen, and kept complete. `direct` are the
    /// packages that the project wants; the others are there for their sake. See [`super::frozen`].
    Frozen { files: Vec<String>, complete: Vec<String>, direct: BTreeSet<PackageName> },
    /// A manifest with a lock of its own tool: `kind` says which. `members` are the manifests of the repository's other
    /// folders that the lock holds: of a workspace, of path dependencies.
    Locked { manifest: String, members: Vec<String>, lock: String, kind: LockKind },
    /// Manifests that no lock goes with; the resolver decides the versions.
    Declared { files: Vec<String> },
}

impl EnvironmentSource {
    /// Manifests whose statements are the environment's roots.
    pub fn sources(&self) -> Vec<&String> {
        match self {
            Self::Compiled { pairs } => pairs.iter().map(|p| &p.input).collect(),
            Self::Requirements { files, .. } | Self::Frozen { files, .. } | Self::Declared { files } => {
                files.iter().collect()
            }
            Self::Locked { manifest, members, .. } => std::iter::once(manifest).chain(members).collect(),
        }
    }

    /// Files that a tool writes; never edited as manifests.
    pub fn is_lock(&self, path: &str) -> bool {
        match self {
            Self::Compiled { pairs } => pairs.iter().any(|p| p.output == path),
            Self::Locked { lock, .. } => lock == path,
            Self::Requirements { .. } | Self::Frozen { .. } | Self::Declared { .. } => false,
        }
    }

    /// Whether a statement of a source file takes part: build requirements have an environment of their own, and pins
    /// of what comes along are none of the project's wishes.
    pub fn takes(&self, file: &ManifestFile, stated: &Stated) -> bool {
        if let Self::Frozen { direct, .. } = self {
            return direct.contains(&stated.name);
        }
        file.kind == ManifestKind::Requirements || stated.group != "build"
    }

    /// In words, for people.
    pub fn describe(&self) -> String {
        match self {
            Self::Compiled { pairs } => {
                pairs.iter().map(|p| format!("{} -> {}", p.input, p.output)).collect::<Vec<_>>().join(", ")
            }
            Self::Requirements { files, constraints } if constraints.is_empty() => files.join(" + "),
            Self::Requirements { files, constraints } => {
                format!("{} with {}", files.join(" + "), constraints.join(" + "))
            }
            Self::Frozen { files, .. } => files.join(" + "),
            Self::Locked { manifest, lock, .. } => format!("{manifest} -> {lock}"),
            Self::Declared { files } => format!("{} (no lock)", files.join(" + ")),
        }
    }
}

/// Finds the environment of the component at `root` and what its lock holds.
pub(super) fn of(
    root: &str,
    manifests: &[ManifestFile],
    files: &[String],
    read: &Read<'_>,
    notes: &mut Vec<String>,
) -> (EnvironmentSource, Option<Vec<Pinned>>) {
    let at = |name: &str| if root.is_empty() { name.to_owned() } else { format!("{root}/{name}") };
    let there = |path: &String| files.contains(path);
    let locks = [
        ("uv.lock", "pyproject.toml", LockKind::Uv),
        ("poetry.lock", "pyproject.toml", LockKind::Poetry),
        ("pdm.lock", "pyproject.toml", LockKind::Pdm),
        ("Pipfile.lock", "Pipfile", LockKind::Pipfile),
        ("pylock.toml", "pyproject.toml", LockKind::Pylock),
    ];
    for (lock, manifest, kind) in locks {
        let (lock, manifest) = (at(lock), at(manifest));
        if !there(&lock) || !manifests.iter().any(|m| m.path == manifest) {
            continue;
        }
        match read_lock(&lock, kind, read) {
            Ok((pins, folders)) => {
                let member = |folder: &String| join(root, &format!("{folder}/pyproject.toml"));
                let members = folders.iter().map(member).filter(|m| *m != manifest && there(m)).collect();
                return (EnvironmentSource::Locked { manifest, members, lock, kind }, Some(pins));
            }
            Err(why) => notes.push(why),
        }
    }
    if let Some(found) = compiled(root, manifests, files, read, notes) {
        return found;
    }
    let requirements = by_hand(root, manifests, notes);
    if !requirements.is_empty() {
        let constraints = constraints(root, &requirements, manifests, files);
        return (EnvironmentSource::Requirements { files: requirements, constraints }, None);
    }
    let declared = manifests.iter().filter(|m| m.kind != ManifestKind::Requirements && !m.manifest.stated.is_empty());
    (EnvironmentSource::Declared { files: declared.map(|m| m.path.clone()).collect() }, None)
}

/// What a lock pins, and the folders that it takes packages from.
fn read_lock(path: &str, kind: LockKind, read: &Read<'_>) -> Result<(Vec<Pinned>, Vec<String>), String> {
    let bytes = read(path).ok_or_else(|| format!("{path}: could not be read"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{path}: is not UTF-8"))?;
    let lock = lockfile::parse(kind, &text).map_err(|e| format!("{path}: {e}"))?;
    let pin = |p: &lockfile::Locked| Pinned {
        name: p.name.clone(),
        version: p.version.clone(),
        url: p.url.clone(),
        marker: p.marker.clone(),
    };
    let folders = lock.packages.iter().filter_map(|p| p.path.clone()).filter(|p| !p.starts_with('/')).collect();
    Ok((lock.packages.iter().filter(|p| !p.is_local()).map(pin).collect(), folders))
}

/// Every `X.in` with its `X.txt` beside it. Pairs whose pins contradict an earlier pair's are left out.
fn compiled(
    root: &str,
    manifests: &[ManifestFile],
    files: &[String],
    read: &Read<'_>,
    notes: &mut Vec<String>,
) -> Option<(EnvironmentSource, Option<Vec<Pinned>>)> {
    let mut pairs = Vec::new();
    let mut all: Vec<Pinned> = Vec::new();
    let mut versions: BTreeMap<PackageName, Version> = BTreeMap::new();
    let mut inputs: Vec<&ManifestFile> = manifests.iter().filter(|m| m.path.ends_with(".in")).collect();
    // `requirements.in`, `base.in`, `main.in` first: the others add to them.
    inputs.sort_by_key(|m| (!is_main(&m.path), m.path.clone()));
    for input in inputs {
        if aside(root, &input.path) {
            continue;
        }
        let output = format!("{}.txt", input.path.strip_suffix(".in").unwrap_or(&input.path));
        if !files.contains(&output) {
            continue;
        }
        let pins = match read_lock(&output, LockKind::Requirements, read) {
            Ok((pins, _)) => pins,
            Err(why) => {
                notes.push(why);
                continue;
            }
        };
        let clash = pins.iter().find_map(|p| {
            let (mine, theirs) = (p.version.as_ref()?, versions.get(&p.name)?);
            (mine != theirs && p.marker.is_none()).then(|| format!("{} {mine}, others pin {theirs}", p.name))
        });
        if let Some(clash) = clash {
            notes.push(format!("{output} was left out of the environment: it pins {clash}"));
            continue;
        }
        for pin in pins {
            if let Some(version) = &pin.version {
                versions.insert(pin.name.clone(), version.clone());
            }
            if !all.contains(&pin) {
                all.push(pin);
            }
        }
        pairs.push(Pair { input: input.path.clone(), output });
    }
    (!pairs.is_empty()).then_some((EnvironmentSource::Compiled { pairs }, Some(all)))
}

fn is_main(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ["requirements.", "base.", "main.", "prod", "common."].iter().any(|p| name.starts_with(p))
}

/// Below a folder that is not the component's own business, such as `docs/`.
fn aside(root: &str, path: &str) -> bool {
    let inner = path.strip_prefix(root).unwrap_or(path).trim_start_matches('/');
    inner.rsplit_once('/').is_some_and(|(folder, _)| !matches!(folder, "requirements" | "reqs"))
}

/// Requirements files to install together: the main one, then those of tests and development.
fn by_hand(root: &str, manifests: &[ManifestFile], notes: &mut Vec<String>) -> Vec<String> {
    let usable =
        |m: &&ManifestFile| m.kind == ManifestKind::Requirements && !aside(root, &m.path) && !is_constraints(&m.path);
    let mut files: Vec<&ManifestFile> = manifests.iter().filter(usable).collect();
    files.sort_by_key(|m| (!is_main(&m.path), m.path.clone()));
    let mut chosen: Vec<&ManifestFile> = Vec::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        if ["doc", "rtd", "example", "minimum", "min-", "lowest"].iter().any(|w| name.contains(w))
            && !is_main(&file.path)
        {
            notes.push(format!("{} was left out of the environment", file.path));
            continue;
        }
        let clash = file.manifest.stated.iter().find(|s| {
            let pin = crate::python::manifest::pinned(&s.pep440);
            let others = chosen.iter().flat_map(|c| &c.manifest.stated).filter(|o| o.name == s.name);
            pin.is_some_and(|p| others.into_iter().any(|o| !o.admits(&p)))
        });
        if let Some(clash) = clash {
            notes.push(format!(
                "{}:{}: left out of the environment: `{}` contradicts another file",
                file.path, clash.line, clash.written
            ));
            continue;
        }
        chosen.push(file);
    }
    let mut paths: Vec<String> = chosen.into_iter().map(|m| m.path.clone()).collect();
    // What a chosen file takes in is installed with it.
    let mut at = 0;
    while let Some(file) = paths.get(at).and_then(|path| manifests.iter().find(|m| m.path == *path)) {
        let taken: Vec<String> = file.includes(IncludeKind::Requirements).map(|(path, _)| path).collect();
        for path in taken {
            if !paths.contains(&path) && manifests.iter().any(|m| m.path == path) {
                paths.push(path);
            }
        }
        at += 1;
    }
    paths
}

pub(super) fn is_constraints(path: &str) -> bool {
    path.rsplit('/').next().unwrap_or(path).contains("constraint")
}

/// Constraints files that the requirements name, else any in the component's folder or the repository's root.
fn constraints(root: &str, requirements: &[String], manifests: &[ManifestFile], files: &[String]) -> Vec<String> {
    let mut named = Vec::new();
    for manifest in manifests.iter().filter(|m| requirements.contains(&m.path)) {
        named.extend(manifest.includes(IncludeKind::Constraints).map(|(path, _)| path));
    }
    if named.is_empty() {
        let here = |f: &&String| {
            let folder = f.rsplit_once('/').map_or("", |(folder, _)| folder);
            is_constraints(f) && f.ends_with(".txt") && (folder == root || folder.is_empty())
        };
        named.extend(files.iter().filter(here).cloned());
    }
    named.retain(|n| files.contains(n));
    named.dedup();
    named
}

/// Where `path` as written in a file of `folder` leads, from the repository's root; `None`: out of it, or to an address.
pub(super) fn within(folder: &str, path: &str) -> Option<String> {
    if path.starts_with(['/', '\\']) || path.contains("://") {
        return None;
    }
    let mut depth = folder.split('/').filter(|p| !p.is_empty()).count();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => depth = depth.checked_sub(1)?,
            _ => depth += 1,
        }
    }
    Some(join(folder, path))
}

/// `folder` and a relative path, `..` resolved.
pub(crate) fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::python::discover::components;

    #[test]
    fn the_members_of_a_workspace_state_requirements_of_its_lock() {
        let files = [
            (
                "pyproject.toml",
                "[project]\nname = \"app\"\nversion = \"1\"\ndependencies = [\"core\", \"flask>=2\"]\n\n[tool.uv.sources]\ncore = { workspace = true }\n",
            ),
            (
                "packages/core/pyproject.toml",
                "[project]\nname = \"core\"\nversion = \"1\"\ndependencies = [\"attrs>=22\"]\n",
            ),
            (
                "uv.lock",
                "version = 1\n\n[[package]]\nname = \"app\"\nversion = \"1\"\nsource = { virtual = \".\" }\n\n[[package]]\nname = \"core\"\nversion = \"1\"\nsource = { editable = \"packages/core\" }\n\n[[package]]\nname = \"attrs\"\nversion = \"22.1.0\"\nsource = { registry = \"https://example.invalid/simple\" }\n",
            ),
        ];
        let names: Vec<String> = files.iter().map(|(n, _)| (*n).to_owned()).collect();
        let read = |path: &str| files.iter().find(|(n, _)| *n == path).map(|(_, t)| t.as_bytes().to_vec());
        let all = components(&names, &read);
        let app = all.iter().find(|c| c.root.is_empty()).unwrap();
        let roots: Vec<String> = app.roots().iter().map(|(f, s)| format!("{}: {}", f.path, s.name)).collect();
        assert_eq!(roots, ["pyproject.toml: core", "pyproject.toml: flask", "packages/core/pyproject.toml: attrs"]);
        assert_eq!(app.locked.as_ref().unwrap().len(), 1);
        assert_eq!(app.installed_beside(), ["packages/core"]);
    }

    #[test]
    fn beside_a_workspaces_root_lies_what_it_needs_and_all_where_it_is_no_project() {
        let member = |name: &str, needs: &str| {
            let text = format!("[project]\nname = \"{name}\"\nversion = \"1\"\ndependencies = [{needs}]\n");
            (format!("packages/{name}/pyproject.toml"), text)
        };
        let beside = |root: &str| {
            let mut lock = "version = 1\n".to_owned();
            for name in ["core", "tools", "site"] {
                lock += &format!(
                    "\n[[package]]\nname = \"{name}\"\nversion = \"1\"\nsource = {{ editable = \"packages/{name}\" }}\n"
                );
            }
            let mut files = vec![("pyproject.toml".to_owned(), root.to_owned()), ("uv.lock".to_owned(), lock)];
            files.extend([member("core", "\"attrs\""), member("tools", "\"core\""), member("site", "")]);
            let names: Vec<String> = files.iter().map(|(n, _)| n.clone()).collect();
            let read = |path: &str| files.iter().find(|(n, _)| n == path).map(|(_, t)| t.as_bytes().to_vec());
            components(&names, &read).iter().find(|c| c.root.is_empty()).unwrap().installed_beside()
        };
        let needs = "[project]\nname = \"app\"\nversion = \"1\"\ndependencies = [\"tools\", \"flask\"]\n";
        assert_eq!(beside(needs), ["packages/core", "packages/tools"]);
        let none = "[tool.uv.workspace]\nmembers = [\"packages/*\"]\n\n[dependency-groups]\ndev = [\"pytest\"]\n";
        assert_eq!(beside(none), ["packages/core", "packages/site", "packages/tools"]);
    }
}
