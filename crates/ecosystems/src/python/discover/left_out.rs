//! What a requirements file asks for and Uplift does not do: told, since silence would read as done.

use std::collections::BTreeMap;

use uplift_model::{PackageName, Version};

use super::{Component, ManifestFile};
use crate::python::manifest::{self, ManifestKind};

/// Packages of one file that are named.
const NAMED: usize = 4;

/// One sentence for each file that is no part of the set and differs from it: what it states besides, and what it states
/// otherwise. Files of which that was told already, when the set was put together, are passed over.
pub(super) fn files(component: &Component) -> Vec<String> {
    let own = component.files();
    let roots: Vec<&PackageName> = component.roots().into_iter().map(|(_, stated)| &stated.name).collect();
    let mut pins: BTreeMap<&PackageName, Version> = BTreeMap::new();
    for (_, stated) in component.roots() {
        pins.extend(manifest::pinned(&stated.pep440).map(|version| (&stated.name, version)));
    }
    let locked = component.locked.iter().flatten();
    pins.extend(locked.filter_map(|pin| Some((&pin.name, pin.version.clone()?))));
    let mut notes = Vec::new();
    for file in component.manifests.iter().filter(|file| !own.contains(&file.path)) {
        if component.notes.iter().any(|note| note.starts_with(&file.path) && note.contains("left out of the env")) {
            continue;
        }
        let (mut besides, mut otherwise) = (Vec::new(), Vec::new());
        for stated in file.manifest.stated.iter().filter(|stated| stated.group != "build") {
            match pins.get(&stated.name) {
                Some(version) if !stated.admits(version) => {
                    otherwise.push(format!("{}{} (the set has {version})", stated.name, stated.pep440));
                }
                Some(_) => {}
                None if roots.contains(&&stated.name) || besides.contains(&stated.name.to_string()) => {}
                None => besides.push(stated.name.to_string()),
            }
        }
        let parts = [("asks for", besides, " besides"), ("states", otherwise, "")];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(_, all, _)| !all.is_empty())
            .map(|(verb, all, end)| format!("{verb} {}{end}", named(&all)))
            .collect();
        if !parts.is_empty() {
            notes.push(format!(
                "{}: left out of the set, which {} makes up: it {}; of this file only lines about packages that move are edited",
                file.path,
                component.environment.describe(),
                parts.join(" and ")
            ));
        }
    }
    notes
}

fn named(all: &[String]) -> String {
    let more = all.len().saturating_sub(NAMED);
    let first = all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

/// One sentence for each index of the file's own and each folder that is not installed.
pub(super) fn notes(file: &ManifestFile) -> Vec<String> {
    if file.kind != ManifestKind::Requirements {
        return Vec::new();
    }
    let path = &file.path;
    let own = |name: &str| matches!(name, "--index-url" | "--extra-index-url" | "--find-links" | "--no-index");
    let indexes = file.manifest.options.iter().filter(|o| own(&o.name)).map(|o| {
        format!(
            "{path}:{}: `{}` is not followed: only the indexes of your uv and pip settings are asked, for private names \
             too; set it there as well (UV_DEFAULT_INDEX, UV_INDEX, uv.toml, pip.conf)",
            o.line, o.name
        )
    });
    let project = |target: &str| matches!(target.trim_end_matches('/'), "." | "" | ".." | "../..");
    let folder = |target: &str| !target.contains("://") && !project(target);
    let folders = file.manifest.references.iter().filter(|r| folder(&r.target)).map(|r| {
        format!(
            "{path}:{}: the path requirement is not installed for the tests, nor are its own requirements read",
            r.line
        )
    });
    indexes.chain(folders).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::manifest;

    #[test]
    fn own_indexes_and_folders_are_told_without_their_addresses() {
        let text = "--index-url https://u:secret@index.example/simple\n-e .\n./vendor/pkg\nsix==1.0\n";
        let kind = ManifestKind::Requirements;
        let manifest = manifest::parse(kind, text).unwrap();
        let file = ManifestFile { path: "requirements.txt".into(), kind, text: text.into(), manifest };
        let notes = notes(&file);
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].starts_with("requirements.txt:1: `--index-url` is not followed"));
        assert!(notes[1].starts_with("requirements.txt:3: the path requirement"));
        assert!(!notes.concat().contains("secret"));
    }
}
