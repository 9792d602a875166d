//! `Pipfile.lock`, by pipenv.
//!
//! `pipenv upgrade name==version` rewrites the Pipfile's own line, so the edited Pipfile is put back afterwards, and
//! the lock is told the hash of that one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use uplift_model::PackageName;

use super::{Relock, RelockError, success};
use crate::python::lockfile::{self, LockKind};

/// Prints the hash that pipenv itself would write for the Pipfile in the current folder.
const HASH: &str = "from pipenv.project import Project\np = Project()\nprint(p.calculate_pipfile_hash() if hasattr(p, 'calculate_pipfile_hash') else p.pipfile.calculate_hash())";

pub(super) fn write(relock: &Relock<'_>) -> Result<(), RelockError> {
    let tool = relock.tool("pipenv")?;
    let folder = if relock.component.root.is_empty() { String::new() } else { format!("{}/", relock.component.root) };
    let pipfile = format!("{folder}Pipfile");
    let lock = format!("{folder}Pipfile.lock");
    let real = relock.read(&pipfile)?;
    let env = BTreeMap::from([
        ("PIPENV_PYTHON".to_owned(), relock.builder.interpreter.exe.display().to_string()),
        ("PIPENV_DEFAULT_PYTHON_VERSION".to_owned(), relock.builder.interpreter.exe.display().to_string()),
        ("PIPENV_IGNORE_VIRTUALENVS".to_owned(), "1".to_owned()),
        ("PIPENV_YES".to_owned(), "1".to_owned()),
        ("PIPENV_NOSPIN".to_owned(), "1".to_owned()),
        ("WORKON_HOME".to_owned(), relock.builder.clients.dirs.scratch().display().to_string()),
    ]);
    let run = |python: &Path, args: &[String]| {
        relock.doors.clients.run_with(python, args, &relock.folder(), relock.limit, &env)
    };
    let dev = only_for_development(relock, &pipfile, &relock.read(&lock)?);
    for in_dev in [false, true] {
        let pins: Vec<String> = relock
            .moved()
            .into_iter()
            .filter(|(name, _)| dev.contains(name) == in_dev)
            .map(|(name, version)| format!("{name}=={version}"))
            .collect();
        if pins.is_empty() {
            continue;
        }
        let mut args: Vec<String> = ["-m", "pipenv", "upgrade"].map(str::to_owned).to_vec();
        if in_dev {
            args.push("--dev".to_owned());
        }
        args.extend(pins);
        let ran = success(run(&tool.python, &args)?, "pipenv", &lock);
        relock.put(&pipfile, &real)?;
        ran?;
    }
    let answer = success(run(&tool.python, &["-c".to_owned(), HASH.to_owned()])?, "pipenv", &lock)?;
    let hash = answer.stdout.split_whitespace().last().unwrap_or_default();
    relock.put(&lock, &with_hash(&relock.read(&lock)?, hash))
}

/// Packages that only `[dev-packages]` brings in: as the lock has them, and new ones by who wants them.
fn only_for_development(relock: &Relock<'_>, pipfile: &str, lock: &str) -> BTreeSet<PackageName> {
    let mut groups: BTreeMap<PackageName, bool> = BTreeMap::new();
    let mut enter = |name: &PackageName, in_dev: bool| {
        let only = groups.entry(name.clone()).or_insert(true);
        *only &= in_dev;
    };
    for stated in relock.component.manifest(pipfile).map(|m| m.manifest.stated.as_slice()).unwrap_or_default() {
        enter(&stated.name, matches!(stated.group.as_str(), "dev-packages" | "dev"));
    }
    for package in lockfile::parse(LockKind::Pipfile, lock).map(|l| l.packages).unwrap_or_default() {
        enter(&package.name, package.groups.iter().all(|g| g == "dev"));
    }
    // A new package comes with what wants it; some come with one another, hence the turns.
    for _ in 0..10 {
        for (name, parents) in relock.after.via.iter().filter(|(_, parents)| !parents.is_empty()) {
            if !groups.contains_key(name) && parents.iter().all(|p| groups.contains_key(p)) {
                let only = parents.iter().all(|p| groups.get(p) == Some(&true));
                groups.insert(name.clone(), only);
            }
        }
    }
    groups.into_iter().filter(|(_, only)| *only).map(|(name, _)| name).collect()
}

/// `lock` with `hash` in its `_meta`; unchanged when either has no such thing.
fn with_hash(lock: &str, hash: &str) -> String {
    let Some(old) = lockfile::parse(LockKind::Pipfile, lock).ok().and_then(|l| l.content_hash) else {
        return lock.to_owned();
    };
    let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if is_hash { lock.replacen(&format!("\"{old}\""), &format!("\"{hash}\""), 1) } else { lock.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_gets_the_hash_of_the_pipfile_that_is_delivered() {
        let lock = "{\"_meta\": {\"hash\": {\"sha256\": \"ab\"}}, \"default\": {}}";
        let hash = "0".repeat(64);
        assert_eq!(with_hash(lock, &hash), lock.replace("\"ab\"", &format!("\"{hash}\"")));
        assert_eq!(with_hash(lock, "an error"), lock);
    }
}
