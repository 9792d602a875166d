//! `poetry.lock`, by the Poetry generation that wrote it.
//!
//! Poetry takes versions from the manifest only, so the tested versions are written there for one lock (those of
//! transitive packages as a group of their own), then the real manifest comes back and the lock is brought in step
//! with it without moving anything.

use std::collections::BTreeMap;

use uplift_model::PackageName;

use super::{Relock, RelockError, success};
use crate::python::environment::Environment;
use crate::python::lockfile;
use crate::python::manifest::{self, Bump, ManifestKind, Policy};

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
    // Poetry refuses names that its lock does not have yet: the manifest alone brings those.
    let names = relock
        .before
        .changes(&relock.after.solution)
        .into_iter()
        .filter(|c| c.from.is_some() && c.to.is_some())
        .map(|c| c.name);
    let mut update: Vec<String> = ["-m", "poetry", "update", "--lock", "--no-interaction"].map(str::to_owned).to_vec();
    update.extend(names.map(|name| name.to_string()));
    let moved = run(relock, &tool, &update, lock);
    relock.put(manifest_path, &real)?;
    moved?;
    if pinned == real {
        return Ok(());
    }
    let mut settle: Vec<String> = ["-m", "poetry", "lock", "--no-interaction"].map(str::to_owned).to_vec();
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

/// The manifest with every moved package at exactly its tested version; unchanged where that cannot be written.
fn pin_moved(relock: &Relock<'_>, text: &str) -> String {
    let versions = relock.after.solution.packages.iter();
    let changed: Vec<PackageName> = relock.moved().into_iter().map(|(name, _)| name).collect();
    let moved: Vec<Bump> = versions
        .filter(|(name, _)| changed.contains(name))
        .map(|(name, to)| Bump { name: name.clone(), to: to.clone(), policy: Policy::Exact })
        .collect();
    let stated: Vec<PackageName> = manifest::parse(ManifestKind::Pyproject, text)
        .map(|m| m.stated.into_iter().map(|s| s.name).collect())
        .unwrap_or_default();
    let (direct, others): (Vec<Bump>, Vec<Bump>) = moved.into_iter().partition(|bump| stated.contains(&bump.name));
    let text =
        manifest::edit(ManifestKind::Pyproject, text, &direct).map_or_else(|_| text.to_owned(), |edited| edited.text);
    with_group(&text, &others)
}

/// `text` with a dependency group that holds `bumps` exactly.
fn with_group(text: &str, bumps: &[Bump]) -> String {
    if bumps.is_empty() {
        return text.to_owned();
    }
    let lines: String = bumps.iter().map(|b| format!("{} = \"{}\"\n", b.name, b.to)).collect();
    format!("{}\n\n[tool.poetry.group.uplift-tested.dependencies]\n{lines}", text.trim_end_matches('\n'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn transitive_packages_are_pinned_by_a_group_of_their_own() {
        let text = "[tool.poetry.dependencies]\npython = \"^3.10\"\nflask = \"^2\"\n";
        let bump = Bump { name: "blinker".parse().unwrap(), to: "1.9.0".parse().unwrap(), policy: Policy::Exact };
        let pinned = with_group(text, &[bump]);
        let stated = manifest::parse(ManifestKind::Pyproject, &pinned).unwrap().stated;
        let blinker = stated.iter().find(|s| s.name.as_str() == "blinker").unwrap();
        assert_eq!(blinker.specifier, "1.9.0");
        assert_eq!(with_group(text, &[]), text);
    }
}
