//! Which component a statement is about.
//!
//! A file in a component's folder is about the component nearest above. A file elsewhere (workflows, a Dockerfile
//! at the root) is about the components whose folders it names; when it names none, about all of its ecosystem,
//! but for images: they are the root component's where there is one.

use uplift_model::Ecosystem;

use super::statement::{Stated, kind};

/// A component by its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// From the repository's root; empty or `.` for the root.
    pub folder: String,
    pub ecosystem: Ecosystem,
}

impl Place {
    pub fn new(folder: &str, ecosystem: Ecosystem) -> Self {
        let folder = if folder == "." { "" } else { folder.trim_matches('/') };
        Self { folder: folder.to_owned(), ecosystem }
    }

    fn holds(&self, file: &str) -> bool {
        let folder = self.folder();
        folder.is_empty() || file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    fn folder(&self) -> &str {
        if self.folder == "." { "" } else { &self.folder }
    }
}

pub(super) fn belongs(stated: &Stated, component: &Place, all: &[Place]) -> bool {
    let file = stated.statement.file.as_str();
    let peers: Vec<&Place> = all.iter().filter(|p| p.ecosystem == stated.runtime.ecosystem()).collect();
    let nearest = peers.iter().filter(|p| p.holds(file)).max_by_key(|p| p.folder().len());
    // A manifest speaks for its own component only, also at the root.
    let own = [kind::REQUIRES, kind::CLASSIFIERS, kind::ENGINES].iter().any(|k| stated.is(k));
    let root = match nearest {
        Some(place) if own || !place.folder().is_empty() => return place.folder() == component.folder(),
        _ if own => return false,
        found => found.is_some(),
    };
    let named: Vec<&&Place> = peers.iter().filter(|p| names(stated, p.folder())).collect();
    if component.folder().is_empty() {
        // What the root's own files say is about the root, unless it is done in the folder of another.
        works_at_the_root(stated) || !named.iter().any(|p| works_in(stated, p.folder()))
    } else if named.is_empty() {
        !root || stated.is(kind::CI) || stated.is(kind::VERSION_FILE)
    } else {
        named.iter().any(|p| p.folder() == component.folder())
    }
}

/// Whether the statement's file lies in a folder above the component's.
pub(super) fn is_above(stated: &Stated, component: &Place) -> bool {
    match stated.statement.file.rsplit_once('/') {
        None => true,
        Some((folder, _)) => component.folder().strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')),
    }
}

/// Whether the file's name (`Dockerfile.backend`) or the text around the statement (`COPY backend/…`,
/// `working-directory: backend`) names the folder.
fn names(stated: &Stated, folder: &str) -> bool {
    in_name(stated, folder) || !folder.is_empty() && stated.around.lines().any(|line| mentions(line, folder))
}

fn in_name(stated: &Stated, folder: &str) -> bool {
    let Some(last) = folder.rsplit('/').next().filter(|last| !last.is_empty()) else { return false };
    let file = stated.statement.file.rsplit('/').next().unwrap_or_default();
    file.split(['.', '-', '_']).any(|part| part == last)
}

const MANIFESTS: [&str; 5] = ["requirements", "pyproject.toml", "setup.py", "Pipfile", "package"];

/// A stronger sign than a name: the file is named for the folder, work is done in it or its manifest is taken.
fn works_in(stated: &Stated, folder: &str) -> bool {
    let taken = |line: &str| MANIFESTS.iter().any(|m| line.contains(&format!("{folder}/{m}")));
    let entered = |line: &str| line.trim().trim_matches(['/', '.']) == folder || line.contains(&format!("cd {folder}"));
    in_name(stated, folder)
        || stated.around.lines().any(|line| mentions(line, folder) && (taken(line) || entered(line)))
}

/// The root's own manifest is taken.
fn works_at_the_root(stated: &Stated) -> bool {
    let words = |line: &str| line.split_whitespace().any(|word| MANIFESTS.iter().any(|m| word.starts_with(m)));
    stated.around.lines().any(|line| !line.contains("cd ") && words(line))
}

/// `folder` in `text` as a path or the beginning of one.
fn mentions(text: &str, folder: &str) -> bool {
    text.match_indices(folder).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let before = before.strip_suffix("./").unwrap_or(before);
        let after = text.get(at + folder.len()..).unwrap_or_default();
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        !before.ends_with(part) && !after.starts_with(|c: char| part(c) && c != '/')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_as_a_path_and_not_as_a_part_of_a_word() {
        for text in ["COPY backend/requirements.txt .", "cd backend", "./backend", "-r backend/x", "[\"backend\"]"] {
            assert!(mentions(text, "backend"), "{text}");
        }
        for text in ["my-backend", "backend2", "setuptools.build_backend", "src/backend/x"] {
            assert!(!mentions(text, "backend"), "{text}");
        }
    }
}
