//! Manifests edited in place for packages that move; the plan shows what a commit then writes.

use std::collections::BTreeSet;

use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::manifest::{self, Bump, EditedLine, Hashes, Policy};
use uplift_model::solution::Change;
use uplift_model::{PackageName, Version};

use crate::error::EngineError;
use crate::index::Index;

/// One manifest that changes.
pub(crate) struct Changed {
    /// From the repository's root.
    pub(crate) file: String,
    pub(crate) text: String,
    pub(crate) lines: Vec<EditedLine>,
}

/// What the manifests become, and what could not be edited.
#[derive(Default)]
pub(crate) struct Edits {
    pub(crate) files: Vec<Changed>,
    pub(crate) notes: Vec<String>,
}

/// Bumps for what moves on its own account, and for what only comes along where a constraints file fixes it.
pub(crate) fn bumps<'v>(
    moved: impl Iterator<Item = (&'v PackageName, &'v Version)>,
    along: &'v [Change],
    fixed: &BTreeSet<PackageName>,
) -> Vec<Bump> {
    let along = along.iter().filter(|c| fixed.contains(&c.name)).filter_map(|c| Some((&c.name, c.to.as_ref()?)));
    let bump =
        |(name, to): (&PackageName, &Version)| Bump { name: name.clone(), to: to.clone(), policy: Policy::Admit };
    moved.chain(along).map(bump).collect()
}

/// Edits every manifest of `component` that states a bumped package; `read` gives a file's present text.
pub(crate) fn edit(
    component: &Component,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
    bumps: &[Bump],
    hashes: &Hashes,
) -> Edits {
    let mut edits = Edits::default();
    for file in &component.manifests {
        if bumps.is_empty() || component.environment.is_lock(&file.path) {
            continue;
        }
        let Some(bytes) = read(&file.path) else { continue };
        let Ok(text) = manifest::text(&bytes) else { continue };
        match manifest::edit_with_hashes(file.kind, text, bumps, hashes) {
            Ok(edited) if edited.text != text => {
                edits.files.push(Changed { file: file.path.clone(), text: edited.text, lines: edited.lines });
            }
            Ok(_) => {}
            Err(e) => edits.notes.push(format!("{}: left as it is: {e}", file.path)),
        }
    }
    edits
}

/// Hashes of every version that moves, when any manifest states hashes.
pub(crate) fn hashes<'v>(
    component: &Component,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
    index: &Index<'_>,
    changes: impl Iterator<Item = (&'v PackageName, &'v Version)>,
) -> Result<Hashes, EngineError> {
    let mut hashes = Hashes::new();
    let states = |path: &str| read(path).is_some_and(|b| b.windows(7).any(|w| w == b"--hash="));
    if !component.manifests.iter().any(|m| states(&m.path)) {
        return Ok(hashes);
    }
    for (name, to) in changes {
        hashes.insert((name.clone(), to.clone()), index.hashes(name, to)?);
    }
    Ok(hashes)
}
