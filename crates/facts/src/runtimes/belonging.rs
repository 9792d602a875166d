//! Which component a statement is about.
//!
//! A file in a component's folder is about the component nearest above. A file elsewhere (workflows, a Dockerfile
//! at the root) is about the components whose folders it names; when it names none, about all of its ecosystem.

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
    match nearest {
        Some(place) if own || !place.folder().is_empty() => place.folder() == component.folder(),
        _ if own => false,
        _ => {
            let named: Vec<&&Place> = peers.iter().filter(|p| names(stated, p.folder())).collect();
            named.is_empty() || named.iter().any(|p| p.folder() == component.folder())
        }
    }
}

/// Whether the file's name (`Dockerfile.backend`) or the text around the statement (`COPY backend/…`,
/// `working-directory: backend`) names the folder.
fn names(stated: &Stated, folder: &str) -> bool {
    let Some(last) = folder.rsplit('/').next().filter(|last| !last.is_empty()) else { return false };
    let file = stated.statement.file.rsplit('/').next().unwrap_or_default();
    let in_name = file.split(['.', '-', '_']).any(|part| part == last);
    in_name || stated.around.lines().any(|line| mentions(line, folder))
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
