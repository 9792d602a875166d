//! Writing a project's own lock with its own tool, so that it holds a solution that was tested.
//!
//! Lives here: which tool writes which lock, and the check that what it wrote is what was wanted.
//! Lives elsewhere: editing manifests (`super::manifest`), finding the solution (`super::resolve`).
//! Decision: `docs/decisions/0001-package-managers-do-their-own-work.md`.

mod compiled;
mod frozen;
mod pipenv;
mod poetry;
mod project;

use std::path::{Path, PathBuf};
use std::time::Duration;

use uplift_model::{Hint, PackageName, Solution};

use super::client::{Answer, ClientError, last_line};
use super::discover::{Component, EnvironmentSource, Pinned};
use super::environment::{Builder, Environment, EnvironmentError};
use super::lockfile::LockKind;
use super::manifest::Hashes;
use super::resolve::{self, Freshness, Question, Resolver, Solved};
use crate::doors::Doors;

/// Why a lock could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RelockError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error("could not read or write `{0}`")]
    Disk(PathBuf, #[source] std::io::Error),
    /// The tool ran and refused: a property of what was to be locked.
    #[error("`{tool}` did not write `{lock}`: {why}")]
    Tool { tool: String, lock: String, why: String },
    #[error("`{tool}` could not be set up: {why}")]
    Setup { tool: String, why: String },
    #[error("`{tool}` could not reach the package index: {why}")]
    Unreachable { tool: String, why: String },
    #[error("`{lock}` can be read, but no tool here writes it")]
    NoTool { lock: String },
}

impl Hint for RelockError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Client(e) => e.hint(),
            Self::Environment(e) => e.hint(),
            Self::Tool { tool, .. } => {
                Some(format!("run {tool} by hand in the repository to see whether it locks at all"))
            }
            Self::Setup { .. } | Self::Unreachable { .. } => {
                Some("check the network and the index settings of uv or pip, then `uplift resume`".to_owned())
            }
            Self::NoTool { lock } => Some(format!(
                "remove `{lock}`, or keep the project's requirements in a form that uv, pip-compile, Poetry or Pipenv locks"
            )),
            Self::Disk(..) => None,
        }
    }
}

/// One relock in a work tree whose manifests are edited already.
#[derive(Debug)]
pub struct Relock<'a> {
    pub doors: &'a Doors,
    pub builder: &'a Builder<'a>,
    pub worktree: &'a Path,
    pub component: &'a Component,
    pub before: &'a Solution,
    pub after: &'a Solved,
    /// Hashes of what moves, for locks that state them and that no tool writes.
    pub hashes: &'a Hashes,
    pub limit: Duration,
}

impl Relock<'_> {
    /// Writes every lock of the component and gives their paths from the repository's root. Empty: there is none.
    ///
    /// # Errors
    /// [`RelockError`] with the tool's words.
    pub fn write(&self) -> Result<Vec<String>, RelockError> {
        match &self.component.environment {
            EnvironmentSource::Compiled { pairs } => {
                for pair in pairs {
                    compiled::write(self, pair)?;
                }
                Ok(pairs.iter().map(|p| p.output.clone()).collect())
            }
            EnvironmentSource::Locked { manifest, lock, kind, .. } => {
                match kind {
                    LockKind::Uv => project::uv(self)?,
                    LockKind::Pylock => project::pylock(self, manifest, lock)?,
                    LockKind::Pdm => project::pdm(self, lock)?,
                    LockKind::Poetry => poetry::write(self, lock)?,
                    LockKind::Pipfile => pipenv::write(self)?,
                    LockKind::Requirements => return Err(RelockError::NoTool { lock: lock.clone() }),
                }
                Ok(vec![lock.clone()])
            }
            EnvironmentSource::Frozen { complete, .. } => {
                frozen::write(self, complete)?;
                Ok(complete.clone())
            }
            EnvironmentSource::Requirements { .. } | EnvironmentSource::Declared { .. } => Ok(Vec::new()),
        }
    }

    /// Packages that are at another version than before, as `name==version`; removed ones are left out.
    fn moved(&self) -> Vec<(PackageName, String)> {
        let changes = self.before.changes(&self.after.solution);
        changes.into_iter().filter_map(|c| c.to.map(|to| (c.name, to.to_string()))).collect()
    }

    fn folder(&self) -> PathBuf {
        self.worktree.join(&self.component.root)
    }

    fn read(&self, path: &str) -> Result<String, RelockError> {
        let path = self.worktree.join(path);
        std::fs::read_to_string(&path).map_err(|e| RelockError::Disk(path, e))
    }

    fn put(&self, path: &str, text: &str) -> Result<(), RelockError> {
        let path = self.worktree.join(path);
        std::fs::write(&path, text).map_err(|e| RelockError::Disk(path, e))
    }

    /// An environment of a tool's own, for the project's interpreter.
    fn tool(&self, requirement: &str) -> Result<Environment, RelockError> {
        let resolver = Resolver {
            clients: self.builder.clients,
            interpreter: self.builder.interpreter,
            directory: Path::new("/"),
            wheels: self.builder.wheels,
            limit: Duration::from_secs(60),
        };
        let question = Question { roots: vec![requirement.to_owned()], ..Question::default() };
        let no = |why: String| RelockError::Setup { tool: requirement.to_owned(), why };
        match resolver.ask(&question, Freshness::CacheFirst) {
            Ok(resolve::Answer::Solved(solved)) => Ok(self.builder.build(&solved.solution, &[])?),
            Ok(resolve::Answer::Refused(conflict)) => Err(no(conflict.text)),
            Err(e) => Err(no(e.to_string())),
        }
    }
}

/// An answer that is a success, or the tool's own reason.
fn success(answer: Answer, tool: &str, lock: &str) -> Result<Answer, RelockError> {
    if answer.exit == Some(0) && !answer.timed_out {
        return Ok(answer);
    }
    let said = if answer.stderr.trim().is_empty() { &answer.stdout } else { &answer.stderr };
    let tool = tool.to_owned();
    if !answer.timed_out && resolve::is_network(said) {
        return Err(RelockError::Unreachable { tool, why: last_line(said) });
    }
    let why = if answer.timed_out { "it did not end in time".to_owned() } else { reason(said) };
    Err(RelockError::Tool { tool, lock: lock.to_owned(), why })
}

/// Lines in which tools tell what they are doing rather than what is wrong.
const PROGRESS: [&str; 14] = [
    "warning",
    "info",
    "debug",
    "using ",
    "creating ",
    "updating dependencies",
    "resolving",
    "resolved ",
    "locking",
    "building",
    "loading",
    "lock at ",
    "courtesy notice",
    "skipping virtualenv",
];

/// The first line of what a tool said that tells the cause; a heading with the line below it.
fn reason(said: &str) -> String {
    if said.contains("Traceback (most recent call last)") {
        return last_line(said);
    }
    let bare = |line: &str| line.trim_matches(|c: char| c.is_whitespace() || "×╰─▶│├┤╭╯".contains(c)).to_owned();
    let told = |line: &String| {
        let lower = line.to_lowercase();
        line.chars().any(char::is_alphabetic) && !PROGRESS.iter().any(|p| lower.starts_with(p))
    };
    let mut lines = said.lines().map(bare).filter(told);
    let Some(mut reason) = lines.next() else { return last_line(said) };
    if let Some(below) = lines.next() {
        let cause = ["cause:", "Caused by:"].iter().find_map(|word| below.strip_prefix(word));
        match cause {
            Some(cause) => reason = format!("{}: {}", reason.trim_end_matches(':'), cause.trim()),
            None if reason.ends_with(':') => reason = format!("{reason} {below}"),
            None => {}
        }
    }
    let text = uplift_sandbox::redact::text(&reason);
    if text.chars().count() > 300 { format!("{}…", text.chars().take(300).collect::<String>()) } else { text }
}

/// The question whose answer is what a lock holds for one interpreter: its pins, markers evaluated.
pub fn question_of(pins: &[Pinned]) -> Question {
    Question { roots: pins.iter().filter_map(Pinned::line).collect(), complete: true, ..Question::default() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tools_reason_is_the_first_line_that_tells_the_cause() {
        let uv = "warning: `x` is deprecated\n  × No solution found when resolving dependencies:\n  ╰─▶ Because beta==2.0 needs gamma, no way.\n";
        assert_eq!(reason(uv), "No solution found when resolving dependencies: Because beta==2.0 needs gamma, no way.");
        let newer_uv = "error: No solution found when resolving dependencies\n  cause: Because beta is gone, no way.\n";
        assert_eq!(
            reason(newer_uv),
            "error: No solution found when resolving dependencies: Because beta is gone, no way."
        );
        let poetry = "Updating dependencies\nResolving dependencies...\n\nBecause shop depends on both a (^1) and b (2), version solving failed.\n";
        assert_eq!(reason(poetry), "Because shop depends on both a (^1) and b (2), version solving failed.");
        let python = "Traceback (most recent call last):\n  File \"x\", line 1\nKeyError: 'hash'\n";
        assert_eq!(reason(python), "KeyError: 'hash'");
    }

    #[test]
    fn a_network_that_fails_is_no_refusal() {
        let answer = |stderr: &str, timed_out| Answer {
            exit: Some(2),
            stdout: String::new(),
            stderr: stderr.to_owned(),
            timed_out,
        };
        let of = |stderr: &str, timed_out| success(answer(stderr, timed_out), "uv lock", "uv.lock").unwrap_err();
        assert!(matches!(of("error: error sending request for url", false), RelockError::Unreachable { .. }));
        assert!(matches!(of("error: no", false), RelockError::Tool { why, .. } if why == "error: no"));
        assert!(matches!(of("", true), RelockError::Tool { why, .. } if why.contains("in time")));
    }

    proptest! {
        #[test]
        fn no_words_of_a_tool_make_the_reader_panic(said in "\\PC{0,200}(\n\\PC{0,80}){0,4}") {
            prop_assert!(!reason(&said).contains('\n'));
        }
    }
}
