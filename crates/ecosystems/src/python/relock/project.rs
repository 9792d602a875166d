//! Locks that uv and PDM write for a whole project.

use std::collections::BTreeMap;

use super::{Relock, RelockError, success};

/// `uv lock`, with every package that moves named at its version.
pub(super) fn uv(relock: &Relock<'_>) -> Result<(), RelockError> {
    let mut args = vec!["lock".to_owned(), "--quiet".to_owned(), "--no-python-downloads".to_owned()];
    for (name, version) in relock.moved() {
        args.extend(["--upgrade-package".to_owned(), format!("{name}=={version}")]);
    }
    let env = environment(relock);
    let uv = relock.doors.clients.uv_path()?;
    let answer = relock.doors.clients.run_with(&uv, &args, &relock.folder(), relock.limit, &env)?;
    success(answer, "uv lock", "uv.lock").map(|_| ())
}

/// `pylock.toml` by `uv pip compile`, seeded with constraints that name the tested solution.
pub(super) fn pylock(relock: &Relock<'_>, lock: &str) -> Result<(), RelockError> {
    let scratch = relock.builder.clients.scratch("pylock").map_err(|e| RelockError::Disk(relock.folder(), e))?;
    let constraints = scratch.path().join("constraints.txt");
    std::fs::write(&constraints, relock.after.solution.lines()).map_err(|e| RelockError::Disk(constraints.clone(), e))?;
    let old = relock.read(lock)?;
    let mut args: Vec<String> = ["pip", "compile", "--quiet", "--format", "pylock.toml", "--no-python-downloads", "--constraints"].map(str::to_owned).to_vec();
    args.push(constraints.display().to_string());
    args.extend(["--output-file".to_owned(), relock.worktree.join(lock).display().to_string(), "pyproject.toml".to_owned()]);
    let uv = relock.doors.clients.uv_path()?;
    let answer = relock.doors.clients.run_with(&uv, &args, &relock.folder(), relock.limit, &environment(relock))?;
    success(answer, "uv pip compile", lock)?;
    let new = relock.read(lock)?;
    relock.put(lock, &crate::python::lockfile::with_header_of(&old, &new))
}

/// `pdm lock`, reusing what did not move.
pub(super) fn pdm(relock: &Relock<'_>) -> Result<(), RelockError> {
    let tool = relock.tool("pdm")?;
    let names: Vec<String> = relock.moved().into_iter().map(|(name, _)| name.to_string()).collect();
    let mut args: Vec<String> = ["-m", "pdm", "update", "--no-sync", "--update-reuse", "--quiet"].map(str::to_owned).to_vec();
    args.extend(names);
    let env = BTreeMap::from([("PDM_CHECK_UPDATE".to_owned(), "0".to_owned()), ("PDM_IGNORE_SAVED_PYTHON".to_owned(), "1".to_owned())]);
    let answer = relock.doors.clients.run_with(&tool.python, &args, &relock.folder(), relock.limit, &env)?;
    success(answer, "pdm", "pdm.lock").map(|_| ())
}

fn environment(relock: &Relock<'_>) -> BTreeMap<String, String> {
    let python = relock.builder.interpreter.exe.display().to_string();
    BTreeMap::from([("UV_PYTHON".to_owned(), python), ("UV_FIND_LINKS".to_owned(), relock.builder.wheels.display().to_string())])
}
