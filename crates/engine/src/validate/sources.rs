//! Which components are checked: those of the folder, or one made of the files that were named.
//!
//! Lives here: choosing. Lives elsewhere: what components are (`ecosystems::python::discover`).

use std::collections::BTreeSet;

use uplift_ecosystems::javascript;
use uplift_ecosystems::python::discover::{self, Component, EnvironmentSource, ManifestFile};
use uplift_ecosystems::python::manifest::{self, IncludeKind, ManifestKind};
use uplift_facts::tree::Tree;
use uplift_model::Ecosystem;

use super::ValidateRequest;
use crate::error::EngineError;

/// Python components that the request is about.
///
/// # Errors
/// When a file or component that was named does not exist, or when it is not clear where the overlay belongs.
pub(super) fn python(tree: &Tree, request: &ValidateRequest) -> Result<Vec<Component>, EngineError> {
    let items: Vec<_> = request.overlay.iter().filter(|i| i.ecosystem == Ecosystem::Python).collect();
    if !request.files.is_empty() {
        let mine: Vec<&String> = request.files.iter().filter(|f| is_python(f)).collect();
        return if mine.is_empty() { Ok(Vec::new()) } else { Ok(vec![of_files(tree, &mine)?]) };
    }
    let mut all = discover::components(&tree.files, &|path| tree.read(path));
    if let Some(wanted) = request.component.as_ref().or(request.settings.project.component.as_ref()) {
        let wanted = clean(wanted);
        all.retain(|c| c.root == wanted);
    } else if !items.is_empty() && all.len() > 1 {
        let states = |c: &Component| items.iter().any(|i| c.roots().iter().any(|(_, s)| s.name.as_str() == i.name));
        let (stating, others): (Vec<_>, Vec<_>) = all.into_iter().partition(states);
        if stating.is_empty() {
            let names: Vec<&str> = others.iter().map(|c| super::shown(&c.root)).collect();
            return Err(EngineError::repository(
                "none of the components states what --set names",
                format!("say which one it is for with --component: {}", names.join(", ")),
            ));
        }
        all = stating;
    }
    if items.is_empty() && !request.overlay.is_empty() {
        // An overlay for npm alone is no question about Python.
        return Ok(Vec::new());
    }
    if all.is_empty() && !items.is_empty() {
        all.push(empty());
    }
    let project = &request.settings.project;
    let named = |c: &Component| project.requirements.iter().any(|file| c.manifest(&clean(file)).is_some());
    // With several components the setting is about those that have the files.
    let one = all.len() == 1;
    let made = |c: Component| {
        if one || named(&c) {
            let made = c.made_of(&project.requirements, &project.constraints, &|path| tree.read(path));
            made.map_err(crate::subject::not_as_named)
        } else {
            Ok(c)
        }
    };
    all.into_iter().map(made).collect()
}

/// JavaScript components that the request is about.
///
/// # Errors
/// When it is not clear where the overlay belongs.
pub(super) fn javascript(
    tree: &Tree,
    request: &ValidateRequest,
) -> Result<Vec<javascript::discover::Component>, EngineError> {
    let items: Vec<_> = request.overlay.iter().filter(|i| i.ecosystem == Ecosystem::JavaScript).collect();
    if items.is_empty() && !request.overlay.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = javascript::discover::components(&tree.files, &|path| tree.read(path));
    if !request.files.is_empty() {
        let named: Vec<String> = request.files.iter().map(|f| clean(f)).collect();
        all.retain(|c| c.manifests.iter().any(|m| named.contains(&m.path)));
        return Ok(all);
    }
    if let Some(wanted) = request.component.as_ref().or(request.settings.project.component.as_ref()) {
        let wanted = clean(wanted);
        all.retain(|c| c.root == wanted);
    } else if !items.is_empty() && all.len() > 1 {
        let states =
            |c: &javascript::discover::Component| items.iter().any(|i| c.statements().any(|(_, s)| s.name == i.name));
        let (stating, others): (Vec<_>, Vec<_>) = all.into_iter().partition(states);
        if stating.is_empty() {
            let names: Vec<&str> = others.iter().map(|c| super::shown(&c.root)).collect();
            return Err(EngineError::repository(
                "none of the components states what --set names",
                format!("say which one it is for with --component: {}", names.join(", ")),
            ));
        }
        all = stating;
    }
    if all.is_empty() && !items.is_empty() {
        return Err(EngineError::repository(
            "there is no package.json here that --set could be for",
            "give the folder of a JavaScript project, or --component",
        ));
    }
    Ok(all)
}

/// A manifest of Python by its name; what has no known name is read as a requirements file.
fn is_python(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    ManifestKind::of_file(name).is_some() || !name.ends_with(".json")
}

fn empty() -> Component {
    Component {
        root: String::new(),
        manifests: Vec::new(),
        environment: EnvironmentSource::Requirements { files: Vec::new(), constraints: Vec::new() },
        locked: None,
        notes: Vec::new(),
    }
}

/// One component of the named files and what they take in.
fn of_files(tree: &Tree, named: &[&String]) -> Result<Component, EngineError> {
    let mut component = empty();
    let (mut files, mut constraints) = (Vec::new(), Vec::new());
    let mut open: Vec<(String, bool)> = named.iter().rev().map(|f| (clean(f), false)).collect();
    let mut seen = BTreeSet::new();
    while let Some((path, constrains)) = open.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let bytes = tree.read(&path).ok_or_else(|| {
            EngineError::repository(
                format!("`{path}` cannot be read"),
                "--files names manifests by their path from the folder that is checked",
            )
        })?;
        let name = path.rsplit('/').next().unwrap_or(&path);
        let kind = ManifestKind::of_file(name).unwrap_or(ManifestKind::Requirements);
        let read = manifest::text(&bytes).and_then(|text| Ok((text.to_owned(), manifest::parse(kind, text)?)));
        let (text, manifest) = read.map_err(|e| EngineError::repository(format!("`{path}`: {e}"), "mend the file"))?;
        component.notes.extend(manifest.problems.iter().map(|p| format!("{path}:{}: {}", p.line, p.message)));
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for include in &manifest.includes {
            open.push((clean(&format!("{folder}/{}", include.path)), include.kind == IncludeKind::Constraints));
        }
        if constrains {
            constraints.push(path.clone())
        } else {
            files.push(path.clone())
        }
        component.manifests.push(ManifestFile { path, kind, text, manifest });
    }
    component.root = shared_folder(&files);
    component.environment = EnvironmentSource::Requirements { files, constraints };
    Ok(component)
}

/// A path without `.` and `..`.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// The deepest folder that holds all files.
fn shared_folder(files: &[String]) -> String {
    let folder = |f: &String| {
        f.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').map(str::to_owned).collect::<Vec<_>>())
    };
    let Some(first) = files.first().map(folder) else { return String::new() };
    let shared = |all: Vec<String>, file: &String| {
        all.into_iter().zip(folder(file)).take_while(|(a, b)| a == b).map(|(a, _)| a).collect::<Vec<_>>()
    };
    files.iter().fold(first, shared).join("/")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn files_of_several_folders_share_the_one_above() {
        let files = ["video/requirements.txt", "video/src/gateway/requirements.txt"].map(str::to_owned);
        assert_eq!(shared_folder(&files), "video");
        assert_eq!(shared_folder(&["requirements.txt".to_owned()]), "");
        assert_eq!(clean("./a/../b//c"), "b/c");
    }
}
