//! What every command starts with: the repository, its journal, the doors.

use std::path::{Path, PathBuf};
use std::time::Duration;

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::client::Clients;
use uplift_model::{Event, Settings};
use uplift_sandbox::dirs::Dirs;
use uplift_sandbox::fetch::{Fetch, FetchSettings};
use uplift_sandbox::git::{Git, Repository};
use uplift_sandbox::lock::{Lock, LockError};
use uplift_sandbox::{Cancel, Ladder, Limits};

use crate::error::EngineError;
use crate::journal::Journal;

/// What a run is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The repository or a folder in it.
    pub path: PathBuf,
    pub settings: Settings,
    pub cancel: Cancel,
    /// False: no tests, import checks only, and nothing is called verified.
    pub tests: bool,
    /// The interpreter was named on the command line rather than by the settings file.
    pub python_asked: bool,
    /// Ask everything anew that an earlier plan learnt.
    pub fresh: bool,
    /// Carry out exactly this plan; `None`: draw one.
    pub plan: Option<uplift_model::Plan>,
}

/// Hears every event as it happens.
pub type Watch<'a> = &'a dyn Fn(&Event);

/// The repository at hand with its journal.
pub(crate) struct Desk {
    pub(crate) repository: Repository,
    pub(crate) git: Git,
    pub(crate) journal: Journal,
    /// The path that was asked for, from the repository's root.
    pub(crate) inner: String,
}

impl Desk {
    pub(crate) fn open(path: &Path, cancel: &Cancel) -> Result<Self, EngineError> {
        let repository = Git::open(path)?;
        repository.usable_head()?;
        let git = Git::at(&repository.top).cancelled_by(cancel);
        let journal = Journal::open(&repository.git_common_dir.join("uplift"))?;
        let inner = path
            .canonicalize()
            .ok()
            .and_then(|p| p.strip_prefix(&repository.top).ok().map(|i| i.display().to_string()))
            .unwrap_or_default();
        Ok(Self { repository, git, journal, inner })
    }

    /// The lock that makes this process the only one at work here.
    pub(crate) fn own(&self) -> Result<Lock, EngineError> {
        Lock::take(&self.lock_file()).map_err(|e| match e {
            LockError::Held { holder, .. } => EngineError::Busy { run: self.running(), pid: holder.pid.to_string() },
            LockError::HeldByUnknown { .. } => EngineError::Busy { run: self.running(), pid: "unknown".to_owned() },
            LockError::File { path, source } => EngineError::Disk(path, source),
        })
    }

    /// What people call a component: its folder, at the root the repository's.
    pub(crate) fn called(&self, component: &str) -> String {
        match self.repository.top.file_name() {
            Some(name) if matches!(component, "" | ".") => name.to_string_lossy().into_owned(),
            _ => component.to_owned(),
        }
    }

    /// What lies in the work tree and is no part of what is done from its commit.
    pub(crate) fn beside(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.repository.dirty {
            notes.push("uncommitted changes in your work tree are not part of this; it starts from HEAD".to_owned());
        }
        if self.repository.submodules {
            let text = "submodules are not checked out: what lies in them is not seen, and tests that need it fail from the start";
            notes.push(text.to_owned());
        }
        notes
    }

    pub(crate) fn lock_file(&self) -> PathBuf {
        self.repository.git_common_dir.join("uplift").join("lock")
    }

    fn running(&self) -> String {
        let runs = self.journal.runs().unwrap_or_default();
        runs.into_iter()
            .find(|r| r.state == uplift_model::outcome::RunState::Running)
            .map_or_else(|| "another".to_owned(), |r| r.id)
    }
}

/// Opens the doors for a run with these settings.
pub(crate) fn doors(settings: &Settings, cancel: &Cancel) -> Result<Doors, EngineError> {
    let dirs = Dirs::find()
        .map_err(|e| EngineError::repository(e.to_string(), "set UPLIFT_CACHE_DIR to a folder that can be written"))?;
    let fetch = Fetch::new(FetchSettings {
        connections: settings.limits.connections,
        cache: Some(dirs.http()),
        time_limit: Duration::from_secs(30),
        ..FetchSettings::default()
    })
    .map_err(|e| EngineError::Bug(e.to_string()))?
    .cancelled_by(cancel);
    let limits = Limits {
        open_files: Some(settings.limits.open_files),
        file_bytes: Some(settings.limits.file_mib << 20),
        cpu_seconds: None,
    };
    Ok(Doors { ladder: Ladder::detect(cancel), clients: Clients::new(dirs, cancel.clone()), fetch, limits })
}
