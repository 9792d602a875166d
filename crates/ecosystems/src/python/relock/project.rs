//! Locks that uv and PDM write for a whole project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Relock, RelockError, success};
use crate::python::lockfile::{self, LockKind};

/// `uv lock`, with every package that moves named at its version: for every Python of the project, else for those from
/// the tested one on. Older ones then keep versions that still are for them.
pub(super) fn uv(relock: &Relock<'_>) -> Result<(), RelockError> {
    let uv = relock.doors.clients.uv_path()?;
    let env = environment(relock);
    let newer = format!(" ; python_full_version >= '{}'", relock.builder.interpreter.minor());
    let mut last = Ok(());
    for marker in ["", &newer] {
        let mut args = vec!["lock".to_owned(), "--quiet".to_owned(), "--no-python-downloads".to_owned()];
        for (name, version) in relock.moved() {
            args.extend(["--upgrade-package".to_owned(), format!("{name}=={version}{marker}")]);
        }
        let answer = relock.doors.clients.run_with(&uv, &args, &relock.folder(), relock.limit, &env)?;
        last = success(answer, "uv lock", "uv.lock").map(|_| ());
        if last.is_ok() {
            break;
        }
    }
    last
}

/// `pylock.toml` by `uv pip compile` with the arguments of its header, held to the tested solution.
pub(super) fn pylock(relock: &Relock<'_>, manifest: &str, lock: &str) -> Result<(), RelockError> {
    let scratch = relock.builder.clients.scratch("pylock").map_err(|e| RelockError::Disk(relock.folder(), e))?;
    let constraints = tested(relock, scratch.path())?;
    let old = relock.read(lock)?;
    let mut args: Vec<String> =
        ["pip", "compile", "--quiet", "--no-python-downloads", "--constraints"].map(str::to_owned).to_vec();
    args.push(constraints.display().to_string());
    let directory = match lockfile::header(&old) {
        Some(header) => {
            args.extend(header.arguments(manifest, lock));
            header.directory(relock.worktree, lock)
        }
        None => {
            args.extend(["--all-extras", "--format", "pylock.toml", "--output-file"].map(str::to_owned));
            args.extend([relock.worktree.join(lock).display().to_string(), "pyproject.toml".to_owned()]);
            relock.folder()
        }
    };
    let uv = relock.doors.clients.uv_path()?;
    let answer = relock.doors.clients.run_with(&uv, &args, &directory, relock.limit, &environment(relock))?;
    success(answer, "uv pip compile", lock)?;
    let new = relock.read(lock)?;
    relock.put(lock, &lockfile::with_header_of(&old, &new))
}

/// `pdm lock` with every tested version as an override, then once more without: the lock belongs to the real manifest.
pub(super) fn pdm(relock: &Relock<'_>, lock: &str) -> Result<(), RelockError> {
    // PDM's own choice of libraries: newer ones than it was released with have broken it.
    let tool = relock.tool("pdm[locked]")?;
    let scratch = relock.builder.clients.scratch("pdm").map_err(|e| RelockError::Disk(relock.folder(), e))?;
    let overrides = tested(relock, scratch.path())?;
    // Packages of other platforms stay where they are.
    let others = lockfile::parse(LockKind::Pdm, &relock.read(lock)?).map(|l| l.packages).unwrap_or_default();
    let kept: String = others
        .iter()
        .filter(|p| relock.after.solution.version(&p.name).is_none())
        .filter_map(|p| Some(format!("{}=={}\n", p.name, p.version.as_ref()?)))
        .collect();
    std::fs::write(&overrides, relock.after.solution.lines() + &kept)
        .map_err(|e| RelockError::Disk(overrides.clone(), e))?;
    let python = relock.builder.interpreter.exe.display().to_string();
    let env = BTreeMap::from([
        ("PDM_CHECK_UPDATE", "0"),
        ("PDM_IGNORE_SAVED_PYTHON", "1"),
        ("PDM_USE_VENV", "0"),
        ("PDM_PYTHON", python.as_str()),
    ])
    .into_iter()
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .collect();
    let overrides = overrides.display().to_string();
    for args in [["lock", "--override", overrides.as_str()].as_slice(), &["lock", "--update-reuse"]] {
        let args: Vec<String> = ["-m", "pdm"].iter().chain(args).map(|a| (*a).to_owned()).collect();
        let answer = relock.doors.clients.run_with(&tool.python, &args, &relock.folder(), relock.limit, &env)?;
        success(answer, "pdm", "pdm.lock")?;
    }
    Ok(())
}

/// The tested solution as a file of requirement lines.
fn tested(relock: &Relock<'_>, folder: &Path) -> Result<PathBuf, RelockError> {
    let path = folder.join("tested.txt");
    std::fs::write(&path, relock.after.solution.lines()).map_err(|e| RelockError::Disk(path.clone(), e))?;
    Ok(path)
}

fn environment(relock: &Relock<'_>) -> BTreeMap<String, String> {
    let python = relock.builder.interpreter.exe.display().to_string();
    BTreeMap::from([
        ("UV_PYTHON".to_owned(), python),
        ("UV_FIND_LINKS".to_owned(), relock.builder.wheels.display().to_string()),
    ])
}
