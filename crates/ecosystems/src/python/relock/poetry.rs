//! `poetry.lock`, by the Poetry generation that wrote it.
//!
//! Poetry takes versions from the manifest only, so the tested versions are written there for one lock, then the
//! real manifest comes back and the lock is brought in step with it without moving anything.

use std::collections::BTreeMap;

use uplift_model::PackageName;

use super::{Relock, RelockError, success};
use crate::python::environment::Environment;
use crate::python::lockfile;
use crate::python::manifest::{self, Bump, Policy};

pub(super) fn write(relock: &Relock<'_>, lock: &str) -> Result<(), RelockError> {
    let generation = lockfile::poetry_generation(&relock.read(lock)?);
    let requirement = match generation {
        Some(1) => "poetry>=1.8,<2",
        _ => "poetry>=2,<3",
    };
    let tool = relock.tool(requirement)?;
    let path = super::super::discover::EnvironmentSource::sources(&relock.component.environment);
    let Some(manifest_path) = path.first() else { return Err(RelockError::NoTool { lock: lock.to_owned() }) };
    let real = relock.read(manifest_path)?;
    let pinned = pin_moved(relock, &real);
    relock.put(manifest_path, &pinned)?;
    let names: Vec<PackageName> = relock.moved().into_iter().map(|(name, _)| name).collect();
    let mut update: Vec<String> = ["-m", "poetry", "update", "--lock", "--no-interaction", "--quiet"].map(str::to_owned).to_vec();
    update.extend(names.iter().map(ToString::to_string));
    let moved = run(relock, &tool, &update, lock);
    relock.put(manifest_path, &real)?;
    moved?;
    if pinned == real {
        return Ok(());
    }
    let mut settle: Vec<String> = ["-m", "poetry", "lock", "--no-interaction", "--quiet"].map(str::to_owned).to_vec();
    if generation == Some(1) {
        settle.push("--no-update".to_owned());
    }
    run(relock, &tool, &settle, lock)
}

fn run(relock: &Relock<'_>, tool: &Environment, args: &[String], lock: &str) -> Result<(), RelockError> {
    let env = BTreeMap::from([
        ("POETRY_VIRTUALENVS_CREATE".to_owned(), "false".to_owned()),
        ("POETRY_NO_INTERACTION".to_owned(), "1".to_owned()),
        ("PYTHON_KEYRING_BACKEND".to_owned(), "keyring.backends.null.Keyring".to_owned()),
    ]);
    let answer = relock.doors.clients.run_with(&tool.python, args, &relock.folder(), relock.limit, &env)?;
    success(answer, "poetry", lock).map(|_| ())
}

/// The manifest with every moved direct dependency at exactly its tested version; unchanged where that cannot be written.
fn pin_moved(relock: &Relock<'_>, text: &str) -> String {
    let versions = relock.after.solution.packages.iter();
    let changed: Vec<_> = relock.moved().into_iter().map(|(name, _)| name).collect();
    let bumps: Vec<Bump> = versions.filter(|(name, _)| changed.contains(name)).map(|(name, to)| Bump { name: name.clone(), to: to.clone(), policy: Policy::Exact }).collect();
    manifest::edit(manifest::ManifestKind::Pyproject, text, &bumps).map_or_else(|_| text.to_owned(), |edited| edited.text)
}
