//! Finding a program as a shell would, but in the environment that the program will get.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::ProcessError;
use crate::environment::Env;

/// Absolute path of `program`. Symbolic links stay: a virtual environment knows itself by its link.
///
/// # Errors
/// [`ProcessError::NotFound`] and [`ProcessError::NotExecutable`].
pub(crate) fn find(program: &OsStr, env: &Env, cwd: &Path) -> Result<PathBuf, ProcessError> {
    let path = Path::new(program);
    if path.components().count() > 1 || path.is_absolute() {
        let path = if path.is_absolute() { path.to_owned() } else { cwd.join(path) };
        if !path.is_file() {
            let searched = path.parent().unwrap_or(cwd).display();
            return Err(ProcessError::NotFound {
                program: program.to_string_lossy().into_owned(),
                searched: format!("`{searched}`"),
            });
        }
        return match access(&path, Access::EXEC_OK) {
            Ok(()) => Ok(path),
            Err(_) => Err(ProcessError::NotExecutable { program: path }),
        };
    }
    let folders = env.get(OsStr::new("PATH")).cloned().unwrap_or_default();
    std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(path))
        .find(|candidate| candidate.is_file() && access(candidate, Access::EXEC_OK).is_ok())
        .ok_or_else(|| ProcessError::NotFound {
            program: program.to_string_lossy().into_owned(),
            searched: if folders.is_empty() {
                "an empty PATH".to_owned()
            } else {
                format!("PATH `{}`", folders.to_string_lossy())
            },
        })
}
