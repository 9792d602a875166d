//! The hidden verb `launch`: Uplift starts itself to supervise a program and to confine it.
//!
//! Three processes: Uplift, its *supervisor* (`launch supervise`) and the *entrant* (`launch enter`), which limits
//! and confines itself and then becomes the program. The entrant exists because a fresh single-threaded process may
//! apply Landlock, seccomp and limits to itself in safe Rust, where code between fork and exec may not. The
//! supervisor exists because a process that calls `setsid` and forks twice leaves its group and its parent, but never
//! its sub-reaper.
//!
//! Uplift and the supervisor share one socket, the supervisor's stdin. Down: the spec, then a request to end
//! gently, or the end of the stream when Uplift itself has died, which ends the tree at once. Up: one report.

mod canary;
mod descendants;
mod enter;
mod jail;
mod spec;
mod supervise;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use canary::{Findings, Probe};
pub(crate) use jail::Jail;
pub(crate) use spec::{Report, Spec};

/// First argument of the hidden verb.
pub const VERB: &str = "launch";
pub(crate) const SUPERVISE: &str = "supervise";
pub(crate) const ENTER: &str = "enter";
pub(crate) const CANARY: &str = "canary";
/// Asks the supervisor for TERM, patience, KILL.
pub(crate) const END_GENTLY: &[u8] = b"T";
/// How every message of the launcher begins on stderr.
pub(crate) const PREFIX: &str = "uplift launch: ";
/// This very executable, also after its file was replaced.
const ITSELF: &str = "/proc/self/exe";

static INTERCEPTED: AtomicBool = AtomicBool::new(false);

/// Who supervises and confines a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launcher {
    /// An executable that calls [`intercept`] first thing in `main`.
    Program(PathBuf),
    /// Nobody: trees are held by process group and by bubblewrap's namespace alone, without [`crate::Limits`], and the
    /// Landlock rung cannot be had.
    None,
}

impl Default for Launcher {
    /// This executable when its `main` called [`intercept`], else none (tests of other crates).
    fn default() -> Self {
        if INTERCEPTED.load(Ordering::SeqCst) { Self::Program(PathBuf::from(ITSELF)) } else { Self::None }
    }
}

/// Call first thing in `main`: when this process was started as a launcher, it does that work, and `main` must return
/// the exit code. `None`: this is an ordinary start, and from now on [`Launcher::default`] is this executable.
pub fn intercept() -> Option<ExitCode> {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    if args.first().is_some_and(|verb| verb == VERB) {
        return Some(launch_main(args.get(1..).unwrap_or_default()));
    }
    INTERCEPTED.store(true, Ordering::SeqCst);
    None
}

/// The verb itself; `args` come after `launch`. Returns only where there is nothing to become: 126 when the program
/// could not be confined or executed, 127 when it is missing, both with a message on stderr.
pub fn launch_main(args: &[OsString]) -> ExitCode {
    let done = match args.first().and_then(|stage| stage.to_str()) {
        Some(SUPERVISE) => supervise::supervise(),
        Some(ENTER) => enter::enter(),
        Some(CANARY) => canary::sing(args.get(1)),
        _ => Err(Refusal { code: 2, message: "internal to Uplift: not meant to be called by people".to_owned() }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            let _ = writeln!(std::io::stderr(), "{PREFIX}{}", refusal.message);
            ExitCode::from(refusal.code)
        }
    }
}

/// Why a stage of the launcher gave up.
#[derive(Debug)]
struct Refusal {
    code: u8,
    message: String,
}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self { code: 126, message: message.into() }
    }
}
