//! Running one program to its end, with limits in time and a clean end for its whole process tree.
//!
//! Lives here: what to run ([`Task`]), how it ended ([`Finished`]), and [`run`].
//! Lives elsewhere: the supervisor that sweeps the tree (`crate::launch`), what the program may touch
//! (`crate::rungs`), what it sees in its environment (`crate::environment`).

mod error;
mod output;
mod program;
mod watch;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use error::ProcessError;
pub(crate) use program::find as find_program;
pub(crate) use watch::{Streams, group};

use crate::cancel::Cancel;
use crate::environment::Env;
use crate::launch::Launcher;
use crate::limits::Limits;
use crate::rungs::Confinement;

/// How long a program may take to end after TERM, before KILL.
pub const GRACE: Duration = Duration::from_secs(5);
/// Bytes kept of each of stdout and stderr: the last ones.
pub const CAPTURE_BYTES: usize = 4 << 20;

/// One program to run. Its stdin is empty.
#[derive(Debug, Clone)]
pub struct Task {
    /// A path, or a name that is looked up in the task's own `PATH`.
    pub program: OsString,
    pub args: Vec<OsString>,
    pub cwd: PathBuf,
    /// The complete environment: nothing is inherited. See [`crate::environment`].
    pub env: Env,
    /// The whole tree is ended after this time.
    pub wall_limit: Duration,
    /// The whole tree is ended after this time without a byte on stdout or stderr.
    pub silence_limit: Option<Duration>,
    /// Receives stdout and stderr as they come, in order of arrival; created anew.
    pub log: Option<PathBuf>,
    /// Keep the last [`CAPTURE_BYTES`] of stdout and of stderr.
    pub capture: bool,
    pub limits: Limits,
    /// `None`: a trusted client, not confined.
    pub confinement: Option<Confinement>,
    /// Who supervises the tree. The default suits everything but this crate's own tests.
    pub launcher: Launcher,
}

impl Task {
    /// A task without arguments, environment or confinement: one hour, captured, default limits.
    pub fn new(program: impl Into<OsString>, cwd: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            cwd: cwd.into(),
            env: Env::new(),
            wall_limit: Duration::from_secs(3600),
            silence_limit: None,
            log: None,
            capture: true,
            limits: Limits::default(),
            confinement: None,
            launcher: Launcher::default(),
        }
    }

    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub fn env(mut self, env: Env) -> Self {
        self.env = env;
        self
    }

    #[must_use]
    pub fn wall_limit(mut self, limit: Duration) -> Self {
        self.wall_limit = limit;
        self
    }

    #[must_use]
    pub fn silence_limit(mut self, limit: Duration) -> Self {
        self.silence_limit = Some(limit);
        self
    }

    #[must_use]
    pub fn log(mut self, path: &Path) -> Self {
        self.log = Some(path.to_owned());
        self
    }

    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    #[must_use]
    pub fn confined(mut self, confinement: Confinement) -> Self {
        self.confinement = Some(confinement);
        self
    }

    #[must_use]
    pub fn launcher(mut self, launcher: Launcher) -> Self {
        self.launcher = launcher;
        self
    }
}

/// Why a program was ended before it ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    WallLimit,
    SilenceLimit,
    Cancelled,
}

/// How a program ended. When this exists, no process of its tree is alive (see [`Finished::survivors`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// Exit code; below bubblewrap a death by signal n arrives as 128 + n.
    pub exit: Option<i32>,
    /// Number of the signal that ended the program.
    pub signal: Option<i32>,
    pub stopped: Option<Stopped>,
    /// The last bytes, see [`CAPTURE_BYTES`]; empty without `capture`.
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Bytes that `stdout` and `stderr` no longer hold.
    pub dropped: u64,
    /// Wall seconds.
    pub seconds: f64,
    /// CPU seconds of the whole tree; `None` when nobody supervised it.
    pub cpu_seconds: Option<f64>,
    /// Processes that outlived even KILL (stuck in the kernel): 0 but for broken disks and the like.
    pub survivors: usize,
}

impl Finished {
    /// Ended by itself with exit code 0.
    pub fn success(&self) -> bool {
        self.exit == Some(0) && self.stopped.is_none()
    }

    /// Standard output as text; bytes that are no UTF-8 are replaced.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text; bytes that are no UTF-8 are replaced.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// Runs `task` until it ends, a limit is reached or `cancel` is raised; then sees to it that nothing is left running.
///
/// # Errors
/// [`ProcessError`] when the program could not be started, the sandbox could not be set up or the log could not be
/// written. A program that fails is not an error: see [`Finished::exit`].
pub fn run(task: &Task, cancel: &Cancel) -> Result<Finished, ProcessError> {
    if !task.cwd.is_dir() {
        return Err(ProcessError::NoFolder { path: task.cwd.clone() });
    }
    let program = find_program(&task.program, &task.env, &task.cwd)?;
    if let Some(confinement) = &task.confinement
        && !confinement.shows(&program)
    {
        return Err(ProcessError::Hidden { program });
    }
    tracing::debug!(program = %program.display(), cwd = %task.cwd.display(), "Starting a program");
    watch::watch(task, &program, cancel)
}

/// Asks a process to end (TERM), as its user would with `kill`. Gone already is fine.
pub fn ask_to_end(pid: i32) {
    if let Some(pid) = rustix::process::Pid::from_raw(pid) {
        let _gone = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}
