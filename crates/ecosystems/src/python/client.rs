//! Running the package managers themselves: trusted clients with the user's configuration, never foreign code.
//!
//! Lives here: where uv comes from and how a client is started. Lives elsewhere: what it is asked (`resolve`,
//! `environment`, `relock`); foreign code (`environment::sdist`, test runs) goes through a confined task.
//! Decision: `docs/decisions/0001-package-managers-do-their-own-work.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use uplift_model::Hint;
use uplift_sandbox::dirs::Dirs;
use uplift_sandbox::process::{self, Task};
use uplift_sandbox::{Cancel, Limits, ProcessError, environment};

/// How a client ended.
#[derive(Debug, Clone)]
pub struct Answer {
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub timed_out: bool,
}

/// Why a client gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("`{program}` was not found")]
    Missing { program: String },
    #[error("the run was cancelled")]
    Cancelled,
    #[error("could not run `{program}`: {why}")]
    Failed { program: String, why: String },
    #[error("could not install {tool} into Uplift's cache: {why}")]
    Provision { tool: String, why: String },
}

impl Hint for ClientError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { program } => {
                Some(format!("install `{program}` or put it on PATH; `uplift doctor` lists what is missing"))
            }
            Self::Provision { tool, .. } => Some(format!(
                "check that pip reaches your package index, or install {tool} yourself and put it on PATH"
            )),
            Self::Cancelled | Self::Failed { .. } => None,
        }
    }
}

/// Starts clients. One per run; cheap to pass by reference.
#[derive(Debug)]
pub struct Clients {
    pub dirs: Dirs,
    pub cancel: Cancel,
    uv: OnceLock<PathBuf>,
    index: OnceLock<BTreeMap<String, String>>,
}

/// Generations of uv that the tests cover.
const UV: &str = "uv>=0.9,<0.14";

impl Clients {
    pub fn new(dirs: Dirs, cancel: Cancel) -> Self {
        Self { dirs, cancel, uv: OnceLock::new(), index: OnceLock::new() }
    }

    /// Folders of the user's `PATH`.
    pub fn search_path(&self) -> Vec<PathBuf> {
        environment::path_folders()
    }

    pub fn home(&self) -> PathBuf {
        environment::home().unwrap_or_else(|| PathBuf::from("/"))
    }

    /// A private folder that goes away with its guard.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub fn scratch(&self, what: &str) -> std::io::Result<tempfile::TempDir> {
        let root = self.dirs.scratch();
        std::fs::create_dir_all(&root)?;
        tempfile::Builder::new().prefix(&format!("{what}-")).tempdir_in(root)
    }

    /// Runs a trusted program with the user's environment, cleared of what would redirect it.
    ///
    /// # Errors
    /// [`ClientError`]; an exit status other than 0 is an answer, not an error.
    pub fn run(
        &self,
        program: &Path,
        args: &[String],
        directory: &Path,
        limit: Duration,
    ) -> Result<Answer, ClientError> {
        self.run_with(program, args, directory, limit, &BTreeMap::new())
    }

    /// [`Self::run`] with variables on top of the user's.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_with(
        &self,
        program: &Path,
        args: &[String],
        directory: &Path,
        limit: Duration,
        env: &BTreeMap<String, String>,
    ) -> Result<Answer, ClientError> {
        let extra = env.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        let task = Task::new(program, directory)
            .args(args)
            .env(environment::trusted(extra))
            .wall_limit(limit)
            .limits(Limits::none());
        let name = program.display().to_string();
        let finished = process::run(&task, &self.cancel).map_err(|e| match e {
            ProcessError::NotFound { .. } | ProcessError::NotExecutable { .. } => {
                ClientError::Missing { program: name.clone() }
            }
            other => ClientError::Failed { program: name.clone(), why: other.to_string() },
        })?;
        if self.cancel.is_cancelled() {
            return Err(ClientError::Cancelled);
        }
        Ok(Answer {
            exit: finished.exit,
            stdout: finished.stdout_text(),
            stderr: finished.stderr_text(),
            timed_out: finished.stopped.is_some(),
        })
    }

    /// Runs uv, installed first if need be, with the index that pip is set up for when uv has none of its own.
    ///
    /// # Errors
    /// As [`Self::run`], and [`ClientError::Provision`].
    pub fn uv(&self, args: &[String], directory: &Path, limit: Duration) -> Result<Answer, ClientError> {
        let uv = self.uv_path()?;
        self.run_with(&uv, args, directory, limit, self.index_settings())
    }

    /// Where uv is; looked for on `PATH`, then in the cache, then installed there through the user's own pip.
    ///
    /// # Errors
    /// [`ClientError::Provision`].
    pub fn uv_path(&self) -> Result<PathBuf, ClientError> {
        if let Some(path) = self.uv.get() {
            return Ok(path.clone());
        }
        let path = match self.on_path("uv") {
            Some(path) if self.uv_is_known(&path) => path,
            _ => self.tool("uv", UV, "uv")?,
        };
        Ok(self.uv.get_or_init(|| path).clone())
    }

    fn uv_is_known(&self, path: &Path) -> bool {
        let answer = self.run(path, &["--version".to_owned()], Path::new("/"), Duration::from_secs(20));
        let minor = answer.ok().and_then(|a| a.stdout.split('.').nth(1)?.parse::<u32>().ok());
        minor.is_some_and(|m| m >= 9)
    }

    /// The first executable of this name on `PATH`.
    pub fn on_path(&self, name: &str) -> Option<PathBuf> {
        environment::find_on_path(name)
    }

    /// A tool in an environment of its own below the cache: `requirement` says which generation, `exe` its program.
    ///
    /// # Errors
    /// [`ClientError::Provision`] with pip's words.
    pub fn tool(&self, name: &str, requirement: &str, exe: &str) -> Result<PathBuf, ClientError> {
        let slug: String =
            requirement.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        let home = self.dirs.clients().join(format!("{name}-{slug}"));
        let path = home.join("bin").join(exe);
        if path.is_file() {
            return Ok(path);
        }
        let fail = |why: String| ClientError::Provision { tool: name.to_owned(), why };
        std::fs::create_dir_all(self.dirs.clients()).map_err(|e| fail(e.to_string()))?;
        let python = self
            .on_path("python3")
            .or_else(|| self.on_path("python"))
            .ok_or_else(|| fail("no python3 on PATH".to_owned()))?;
        // Built beside its place and renamed into it, so that a killed install is never taken for a whole one.
        let fresh = tempfile::Builder::new()
            .prefix(".new-")
            .tempdir_in(self.dirs.clients())
            .map_err(|e| fail(e.to_string()))?;
        let minutes = Duration::from_secs(600);
        let step = |program: &Path, args: &[&str]| {
            let args: Vec<String> = args.iter().map(|a| (*a).to_owned()).collect();
            let answer = self.run(program, &args, fresh.path(), minutes)?;
            if answer.exit == Some(0) { Ok(()) } else { Err(fail(last_line(&answer.stderr))) }
        };
        let target = fresh.path().display().to_string();
        step(&python, &["-m", "venv", &target])?;
        step(
            &fresh.path().join("bin/python"),
            &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", requirement],
        )?;
        match std::fs::rename(fresh.path(), &home) {
            Ok(()) => {
                let _moved = fresh.keep();
            }
            // Another run was faster; its copy serves as well.
            Err(_) if path.is_file() => {}
            Err(e) => return Err(fail(e.to_string())),
        }
        Ok(path)
    }

    /// The address of the index that uv uses, as the user's configuration has it, without a trailing slash.
    /// It may hold credentials: never print it, never keep it.
    ///
    /// # Errors
    /// As [`Self::uv`].
    pub fn index_url(&self) -> Result<String, ClientError> {
        let last = self.index_urls()?.pop();
        last.ok_or_else(|| ClientError::Failed {
            program: "uv".to_owned(),
            why: "it named no package index".to_owned(),
        })
    }

    /// Every index that uv would ask, in its order: extra ones first, the default one last. As [`Self::index_url`].
    ///
    /// # Errors
    /// As [`Self::uv`].
    pub fn index_urls(&self) -> Result<Vec<String>, ClientError> {
        let failed = |why: String| ClientError::Failed { program: "uv".to_owned(), why };
        let scratch = self.scratch("index").map_err(|e| failed(e.to_string()))?;
        let empty = scratch.path().join("empty.in");
        std::fs::write(&empty, "").map_err(|e| failed(e.to_string()))?;
        let args: Vec<String> =
            ["pip", "compile", "--emit-index-url", "--no-header", "--offline", "--no-python-downloads", "empty.in"]
                .map(str::to_owned)
                .to_vec();
        let answer = self.uv(&args, scratch.path(), Duration::from_secs(30))?;
        let named = |option: &str| -> Vec<String> {
            let lines = answer.stdout.lines().filter_map(|l| l.trim().strip_prefix(option));
            lines.map(|url| url.trim().trim_end_matches('/').to_owned()).collect()
        };
        let mut urls = named("--extra-index-url ");
        urls.extend(named("--index-url "));
        if urls.is_empty() {
            return Err(failed("it named no package index".to_owned()));
        }
        Ok(urls)
    }

    /// Variables that hand pip's index to uv. Empty when uv has settings of its own or pip has none.
    fn index_settings(&self) -> &BTreeMap<String, String> {
        self.index.get_or_init(|| {
            let mut settings = BTreeMap::new();
            if ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX"].iter().any(|name| environment::variable(name).is_some())
            {
                return settings;
            }
            for (option, value) in super::pip_config::settings() {
                let variable = match option.as_str() {
                    "index-url" => "UV_DEFAULT_INDEX",
                    "extra-index-url" => "UV_INDEX",
                    "cert" => "SSL_CERT_FILE",
                    _ => continue,
                };
                settings.insert(variable.to_owned(), value);
            }
            settings
        })
    }
}

pub(super) fn last_line(text: &str) -> String {
    let line = text.lines().rev().find(|l| !l.trim().is_empty());
    uplift_sandbox::redact::text(line.unwrap_or("it said nothing").trim())
}
