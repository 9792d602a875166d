//! Environments: a solution installed for one interpreter, cached by what is in it.
//!
//! Lives here: making an environment out of wheels, without running foreign code.
//! Lives elsewhere: building wheels from sources (`sdist`, `project`), which does run foreign code, confined.

mod backend;
pub mod project;
pub mod sdist;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use uplift_model::{Hint, Solution};

use super::client::{ClientError, Clients, last_line};
use super::interpreter::Interpreter;
use super::resolve;

/// One environment on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    pub dir: PathBuf,
    pub python: PathBuf,
    /// Identifies what is in it.
    pub key: String,
}

impl Environment {
    /// Folder of its programs.
    pub fn bin(&self) -> PathBuf {
        self.dir.join("bin")
    }
}

/// Why an environment could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("could not write `{0}`")]
    Disk(PathBuf, #[source] std::io::Error),
    #[error("could not make an environment for {interpreter}: {why}")]
    Venv { interpreter: String, why: String },
    /// The set cannot be installed here: a property of the versions, not of the machine.
    #[error("could not install: {0}")]
    NotInstallable(String),
    #[error("the package index did not answer: {0}")]
    Unreachable(String),
}

impl Hint for EnvironmentError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Client(e) => e.hint(),
            Self::Disk(path, _) => {
                Some(format!("free some room or make `{}` writable; UPLIFT_CACHE_DIR moves the cache", path.display()))
            }
            Self::Unreachable(_) => {
                Some("check the network and the index settings of uv or pip, then `uplift resume`".to_owned())
            }
            Self::Venv { .. } | Self::NotInstallable(_) => None,
        }
    }
}

/// Makes environments for one interpreter.
#[derive(Debug)]
pub struct Builder<'a> {
    pub clients: &'a Clients,
    pub interpreter: &'a Interpreter,
    /// Wheels built from source distributions.
    pub wheels: &'a Path,
    pub limit: Duration,
}

impl Builder<'_> {
    /// What identifies the environment of `solution` with the wheels `extra` on top.
    pub fn key(&self, solution: &Solution, extra: &[PathBuf]) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{}\n{}\n{}", self.interpreter.exe.display(), self.interpreter.version, solution.lines()));
        for wheel in extra {
            hash.update(wheel.file_name().unwrap_or_default().as_encoded_bytes());
            hash.update(std::fs::read(wheel).unwrap_or_default());
        }
        hex(&hash.finalize())
    }

    /// The environment that holds `solution` and, on top, the wheels `extra`; built when it is not in the cache.
    ///
    /// # Errors
    /// [`EnvironmentError`]; [`EnvironmentError::NotInstallable`] tells that the set itself is at fault.
    pub fn build(&self, solution: &Solution, extra: &[PathBuf]) -> Result<Environment, EnvironmentError> {
        let key = self.key(solution, extra);
        self.build_at(&self.clients.dirs.environments().join(&key), key, solution, extra)
    }

    /// The same at a place of the caller's choice, as for the clean environment of the last verification.
    ///
    /// # Errors
    /// As [`Self::build`].
    pub fn build_at(
        &self,
        dir: &Path,
        key: String,
        solution: &Solution,
        extra: &[PathBuf],
    ) -> Result<Environment, EnvironmentError> {
        let environment = Environment { dir: dir.to_owned(), python: dir.join("bin/python"), key };
        let complete = dir.join(".complete");
        if complete.is_file() {
            return Ok(environment);
        }
        // Without its mark an environment is half made: by a run that was killed.
        if dir.exists() {
            std::fs::remove_dir_all(dir).map_err(|e| EnvironmentError::Disk(dir.to_owned(), e))?;
        }
        let parent = dir.parent().unwrap_or(dir);
        std::fs::create_dir_all(parent).map_err(|e| EnvironmentError::Disk(parent.to_owned(), e))?;
        std::fs::create_dir_all(self.wheels).map_err(|e| EnvironmentError::Disk(self.wheels.to_owned(), e))?;
        self.venv(dir)?;
        let pins: Vec<String> = solution.lines().lines().map(str::to_owned).collect();
        self.install(&environment, &pins)?;
        if !extra.is_empty() {
            let paths: Vec<String> = extra.iter().map(|w| w.display().to_string()).collect();
            self.install(&environment, &paths)?;
        }
        std::fs::write(&complete, "").map_err(|e| EnvironmentError::Disk(complete, e))?;
        Ok(environment)
    }

    fn venv(&self, dir: &Path) -> Result<(), EnvironmentError> {
        let args =
            ["venv", "--no-project", "--no-config", "--no-python-downloads", "--quiet", "--python"].map(str::to_owned);
        let mut args = args.to_vec();
        args.extend([self.interpreter.exe.display().to_string(), dir.display().to_string()]);
        let answer = self.clients.uv(&args, Path::new("/"), Duration::from_secs(60))?;
        if answer.exit == Some(0) {
            return Ok(());
        }
        Err(EnvironmentError::Venv {
            interpreter: format!("Python {}", self.interpreter.version),
            why: last_line(&answer.stderr),
        })
    }

    /// Installs `requirements` (pins, paths of wheels) and nothing else into `environment`: cache first, then the index.
    pub(super) fn install(&self, environment: &Environment, requirements: &[String]) -> Result<(), EnvironmentError> {
        if requirements.is_empty() {
            return Ok(());
        }
        let scratch =
            self.clients.scratch("install").map_err(|e| EnvironmentError::Disk(self.clients.dirs.scratch(), e))?;
        let list = scratch.path().join("requirements.txt");
        std::fs::write(&list, requirements.join("\n") + "\n").map_err(|e| EnvironmentError::Disk(list.clone(), e))?;
        let mut last = String::new();
        for offline in [true, false] {
            let mut args: Vec<String> =
                ["pip", "install", "--no-deps", "--no-build", "--no-progress", "--no-python-downloads"]
                    .map(str::to_owned)
                    .to_vec();
            if offline {
                args.push("--offline".to_owned());
            }
            for (option, value) in
                [("--python", &environment.python), ("--find-links", &self.wheels.to_owned()), ("-r", &list)]
            {
                args.extend([option.to_owned(), value.display().to_string()]);
            }
            let answer = self.clients.uv(&args, scratch.path(), self.limit)?;
            if answer.exit == Some(0) {
                return Ok(());
            }
            last = answer.stderr;
        }
        if resolve::is_network(&last) {
            return Err(EnvironmentError::Unreachable(last_line(&last)));
        }
        if ["No space left", "Disk quota exceeded"].iter().any(|n| last.contains(n)) {
            return Err(EnvironmentError::Disk(environment.dir.clone(), std::io::Error::from_raw_os_error(28)));
        }
        Err(EnvironmentError::NotInstallable(last_line(&last)))
    }
}

/// Lower-case hex, the first 40 digits: enough to name a folder.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(20).map(|b| format!("{b:02x}")).collect()
}
