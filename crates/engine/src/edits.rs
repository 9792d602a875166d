//! Manifests edited in place for packages that move; the plan shows what a commit then writes.
//!
//! Lives here: the edits, and what becomes of manifests beside the environment (`beside`), which no edit may break.

pub(crate) mod beside;

use std::collections::BTreeSet;

use uplift_ecosystems::python::discover::{Component, ManifestFile};
use uplift_ecosystems::python::manifest::{self, Bump, EditedLine, Hashes, Policy};
use uplift_ecosystems::python::resolve::Conflict;
use uplift_model::solution::Change;
use uplift_model::{PackageName, Version};

use crate::error::EngineError;
use crate::index::Index;
use crate::planning::shortened;
use crate::solver::Solver;
use beside::{Fate, Set};

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
    /// Manifests beside the environment that did not resolve before the edit either, one sentence each.
    pub(crate) unresolved: Vec<String>,
}

/// A manifest beside the environment that resolved before an edit and would not after it.
pub(crate) struct Broken {
    pub(crate) file: String,
    /// Its own text is edited; otherwise that of a file which it takes in.
    edited: bool,
    /// As the edit would leave it.
    pub(crate) set: Set,
    pub(crate) conflict: Conflict,
}

/// What is asked for of the manifests of a component.
pub(crate) struct Wanted<'a> {
    /// A file's present text.
    pub(crate) read: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    pub(crate) bumps: &'a [Bump],
    /// What comes along; written where a manifest beside the environment states it and does not resolve without.
    pub(crate) along: &'a [Change],
    pub(crate) hashes: &'a Hashes,
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

/// [`edit`], with manifests beside the environment left as they are where their own set would not resolve any more.
///
/// # Errors
/// When the resolver or the index did not answer.
pub(crate) fn fitting(solver: &Solver<'_>, wanted: &Wanted<'_>) -> Result<Edits, EngineError> {
    let (mut edits, broken) = tried(solver, wanted)?;
    for one in broken.into_iter().filter(|one| one.edited) {
        edits.files.retain(|file| file.file != one.file);
        edits.notes.push(format!(
            "{}: left as it is, since it would not resolve any more: {}",
            one.file,
            shortened(&one.conflict.text)
        ));
    }
    Ok(edits)
}

/// The edits, and the manifests beside the environment that they would break.
///
/// # Errors
/// As for [`fitting`].
pub(crate) fn tried(solver: &Solver<'_>, wanted: &Wanted<'_>) -> Result<(Edits, Vec<Broken>), EngineError> {
    let mut edits = edit(solver.component, wanted.read, wanted.bumps, wanted.hashes);
    let mut broken = Vec::new();
    if edits.files.is_empty() {
        return Ok((edits, broken));
    }
    let before = |path: &str| String::from_utf8((wanted.read)(path)?).ok();
    let mut more = wanted.bumps.to_vec();
    let own: BTreeSet<&PackageName> = wanted.bumps.iter().map(|bump| &bump.name).collect();
    let along = wanted.along.iter().filter(|change| !own.contains(&change.name));
    more.extend(bumps(along.filter_map(|c| Some((&c.name, c.to.as_ref()?))), &[], &BTreeSet::new()));
    for file in beside::manifests(solver) {
        let edited = edits.files.iter().any(|changed| changed.file == file.path);
        let fate = |files: &[Changed]| {
            let changed = |path: &str| files.iter().find(|f| f.file == path).map(|f| f.text.clone());
            beside::fate(solver, file, &before, &|path| changed(path).or_else(|| before(path)))
        };
        match fate(&edits.files)? {
            Fate::Fits => {}
            Fate::NeverDid(why) if edited => edits.unresolved.push(format!(
                "{}: does not resolve as it is ({why}); lines of it about packages that move are edited, and nothing says \
                 that they fit",
                file.path
            )),
            Fate::NeverDid(_) => {}
            Fate::Broken { set, conflict } => {
                let whole = changed(file, wanted, &more).filter(|_| more.len() > wanted.bumps.len());
                let mut fits = false;
                if let Some(whole) = whole
                    && let Fate::Fits = fate(std::slice::from_ref(&whole))?
                {
                    edits.files.retain(|f| f.file != file.path);
                    edits.files.push(whole);
                    fits = true;
                }
                if !fits {
                    broken.push(Broken { file: file.path.clone(), edited, set, conflict });
                }
            }
        }
    }
    Ok((edits, broken))
}

/// One manifest with `bumps`; `None` where that changes nothing or cannot be written.
fn changed(file: &ManifestFile, wanted: &Wanted<'_>, bumps: &[Bump]) -> Option<Changed> {
    let bytes = (wanted.read)(&file.path)?;
    let text = manifest::text(&bytes).ok()?;
    let edited = manifest::edit_with_hashes(file.kind, text, bumps, wanted.hashes).ok()?;
    (edited.text != text).then_some(Changed { file: file.path.clone(), text: edited.text, lines: edited.lines })
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
