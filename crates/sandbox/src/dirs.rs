//! Folders of Uplift's own. The user's repository is not among them.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use uplift_model::Hint;

use crate::environment;

/// No place for the cache.
#[derive(Debug, thiserror::Error)]
pub enum DirsError {
    #[error("there is no home folder to keep the cache in")]
    NoHome,
    #[error("UPLIFT_CACHE_DIR is `{}`, which is not an absolute path", .0.display())]
    Relative(PathBuf),
    #[error("could not make the folder `{}`", path.display())]
    Make { path: PathBuf, source: io::Error },
}

impl Hint for DirsError {
    fn hint(&self) -> Option<String> {
        Some("set UPLIFT_CACHE_DIR to a folder that Uplift may write, as a full path".to_owned())
    }
}

/// The cache folder and what is in it. Everything in it can be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirs {
    root: PathBuf,
}

impl Dirs {
    /// `UPLIFT_CACHE_DIR`, else `uplift` in `XDG_CACHE_HOME`, else `~/.cache/uplift`.
    ///
    /// # Errors
    /// [`DirsError::NoHome`], [`DirsError::Relative`].
    pub fn find() -> Result<Self, DirsError> {
        Self::choose(
            environment::variable("UPLIFT_CACHE_DIR").map(PathBuf::from),
            environment::variable("XDG_CACHE_HOME").map(PathBuf::from),
            environment::home(),
        )
    }

    fn choose(own: Option<PathBuf>, xdg: Option<PathBuf>, home: Option<PathBuf>) -> Result<Self, DirsError> {
        if let Some(own) = own {
            return if own.is_absolute() { Ok(Self::at(own)) } else { Err(DirsError::Relative(own)) };
        }
        // The standard says that a relative path there is to be ignored.
        let base = xdg.filter(|path| path.is_absolute()).or_else(|| home.map(|home| home.join(".cache")));
        base.map(|base| Self::at(base.join("uplift"))).ok_or(DirsError::NoHome)
    }

    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Answers of the HTTP door.
    pub fn http(&self) -> PathBuf {
        self.root.join("http")
    }

    /// Clients of ours: package managers at the generation that wrote a lock.
    pub fn clients(&self) -> PathBuf {
        self.root.join("clients")
    }

    /// Caches of the package managers themselves, private to Uplift.
    pub fn packages(&self) -> PathBuf {
        self.root.join("packages")
    }

    /// Environments by what is in them, shared by all runs.
    pub fn environments(&self) -> PathBuf {
        self.root.join("environments")
    }

    /// Wheels built from source distributions, a folder per interpreter.
    pub fn wheels(&self, interpreter: &str) -> PathBuf {
        self.root.join("wheels").join(interpreter)
    }

    /// Byte code, a folder per environment.
    pub fn bytecode(&self) -> PathBuf {
        self.root.join("bytecode")
    }

    /// Short-lived folders.
    pub fn scratch(&self) -> PathBuf {
        self.root.join("scratch")
    }

    /// Logs of builds.
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// Worktrees, logs and state of one run.
    pub fn run(&self, id: &str) -> PathBuf {
        self.root.join("runs").join(id)
    }

    /// Makes a folder and its parents, readable by the user alone.
    ///
    /// # Errors
    /// [`DirsError::Make`].
    pub fn make(path: &Path) -> Result<(), DirsError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.and_then(|()| fs::metadata(path).map(drop))
            .map_err(|source| DirsError::Make { path: path.to_owned(), source })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_where_the_user_says_else_where_the_standard_says() {
        let chosen = |own: Option<&str>, xdg: Option<&str>, home: Option<&str>| {
            Dirs::choose(own.map(Into::into), xdg.map(Into::into), home.map(Into::into)).map(|dirs| dirs.root)
        };
        assert_eq!(chosen(Some("/mine"), Some("/xdg"), Some("/home/me")).unwrap(), Path::new("/mine"));
        assert_eq!(chosen(None, Some("/xdg"), Some("/home/me")).unwrap(), Path::new("/xdg/uplift"));
        assert_eq!(chosen(None, Some("relative"), Some("/home/me")).unwrap(), Path::new("/home/me/.cache/uplift"));
        assert!(matches!(chosen(Some("mine"), None, None), Err(DirsError::Relative(_))));
        assert!(matches!(chosen(None, None, None), Err(DirsError::NoHome)));
    }
}
