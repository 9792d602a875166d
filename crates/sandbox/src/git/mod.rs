//! The door to git: the user's own `git`, without hooks, prompts, background work or surprises.
//!
//! Lives here: [`Git`] and how it is run. `repository.rs` looks, `objects.rs` reads and writes trees and commits,
//! `refs.rs` moves references, `worktree.rs` makes and cleans worktrees of ours, `fingerprint.rs` proves that nothing
//! of the user's moved.
//! Lives elsewhere: what is committed, and when (`engine`).

mod error;
mod fingerprint;
mod objects;
mod refs;
mod repository;
mod worktree;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use error::GitError;
pub use objects::{Entry, Signature};
pub use repository::{Place, Repository};

use crate::cancel::Cancel;
use crate::environment;
use crate::launch::Launcher;
use crate::limits::Limits;
use crate::process::{self, Finished, Stopped, Streams, Task};

/// Time that one git command may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// Largest answer that is read into memory, in bytes.
const ANSWER: usize = 512 << 20;
/// What no command of ours may do: run the user's hooks or monitors, repack in the background, sparse a worktree.
const ALWAYS: [&str; 14] = [
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",
    "-c",
    "core.sparseCheckout=false",
    "-c",
    "i18n.commitEncoding=UTF-8",
    "--literal-pathspecs",
    "--no-pager",
];

/// Name of a git object: 40 or 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Oid(String);

impl Oid {
    /// `None` when the text is not an object's full name.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
        fits.then(|| Self(text.to_ascii_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first ten digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }

    /// What git calls "no such object".
    fn zero_like(&self) -> String {
        "0".repeat(self.0.len())
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<OsStr> for Oid {
    fn as_ref(&self) -> &OsStr {
        OsStr::new(&self.0)
    }
}

/// Git, at work in one folder.
#[derive(Debug, Clone)]
pub struct Git {
    folder: PathBuf,
    cancel: Cancel,
    extra: Vec<(OsString, OsString)>,
}

impl Git {
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), cancel: Cancel::new(), extra: Vec::new() }
    }

    /// The same, given up when `cancel` is raised.
    #[must_use]
    pub fn cancelled_by(mut self, cancel: &Cancel) -> Self {
        self.cancel = cancel.clone();
        self
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn with(&self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let mut git = self.clone();
        git.extra.push((name.into(), value.as_ref().to_owned()));
        git
    }

    /// Runs git whatever it answers.
    fn answer<A: AsRef<OsStr>>(&self, args: &[A], input: Option<Vec<u8>>) -> Result<Finished, GitError> {
        let fixed = [
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_ASKPASS", "true"),
            ("SSH_ASKPASS", "true"),
            ("GIT_EDITOR", "true"),
            ("GIT_SEQUENCE_EDITOR", "true"),
            ("GIT_ADVICE", "0"),
            // Messages are read by this program.
            ("LC_ALL", "C"),
            ("LANGUAGE", "C"),
        ];
        let extra = fixed.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let mut task = Task::new("git", &self.folder).env(environment::trusted(extra.chain(self.extra.clone())));
        task = task.args(ALWAYS).args(args.iter().map(|arg| arg.as_ref().to_owned()));
        task = task.wall_limit(PATIENCE).limits(Limits::none()).launcher(Launcher::None);
        let program = process::find_program(&task.program, &task.env, &task.cwd)?;
        let streams = Streams { input, keep: ANSWER };
        let finished = process::group(&task, &program, &streams, &self.cancel)?;
        match finished.stopped {
            Some(Stopped::Cancelled) => Err(GitError::Cancelled),
            Some(_) => Err(GitError::TooSlow { command: words(args), seconds: PATIENCE.as_secs() }),
            None if finished.dropped > 0 => Err(GitError::TooLarge { command: words(args) }),
            None => Ok(finished),
        }
    }

    /// Runs git and takes any exit code but 0 for an error.
    fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Result<Vec<u8>, GitError> {
        self.feed(args, None)
    }

    fn feed<A: AsRef<OsStr>>(&self, args: &[A], input: Option<Vec<u8>>) -> Result<Vec<u8>, GitError> {
        let finished = self.answer(args, input)?;
        if finished.success() { Ok(finished.stdout) } else { Err(self.failure(args, &finished)) }
    }

    fn failure<A: AsRef<OsStr>>(&self, args: &[A], finished: &Finished) -> GitError {
        GitError::from_git(words(args), &self.folder, &finished.stderr_text())
    }

    /// One object's name as the answer.
    fn oid<A: AsRef<OsStr>>(&self, args: &[A], input: Option<Vec<u8>>) -> Result<Oid, GitError> {
        let text = self.feed(args, input)?;
        let text = String::from_utf8_lossy(&text);
        Oid::parse(text.trim()).ok_or_else(|| GitError::Odd { command: words(args), answer: text.into_owned() })
    }
}

/// The subcommand and its arguments, for messages.
fn words<A: AsRef<OsStr>>(args: &[A]) -> String {
    let words: Vec<_> = args.iter().map(|arg| arg.as_ref().to_string_lossy().into_owned()).collect();
    words.join(" ")
}

/// A path from git's bytes.
fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

/// One path as a whole answer: git ends it with one newline.
fn path_line(answer: &[u8]) -> PathBuf {
    path(answer.strip_suffix(b"\n").unwrap_or(answer))
}

/// The parts of an answer given with `-z`.
fn zero_separated(answer: &[u8]) -> impl Iterator<Item = &[u8]> {
    answer.split(|byte| *byte == 0).filter(|part| !part.is_empty())
}
