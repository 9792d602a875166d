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
    #[error("`{tool}` did not write `{lock}`: {why}")]
    Tool { tool: String, lock: String, why: String },
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
        let no = |why: String| RelockError::Tool {
            tool: requirement.to_owned(),
            lock: "its own environment".to_owned(),
            why,
        };
        match resolver.ask(&question, Freshness::CacheFirst) {
            Ok(resolve::Answer::Solved(solved)) => Ok(self.builder.build(&solved.solution, &[])?),
            Ok(resolve::Answer::Refused(conflict)) => Err(no(conflict.text)),
            Err(e) => Err(no(e.to_string())),
        }
    }
}

/// An answer that is a success, or the tool's last words.
fn success(answer: Answer, tool: &str, lock: &str) -> Result<Answer, RelockError> {
    if answer.exit == Some(0) && !answer.timed_out {
        return Ok(answer);
    }
    let said = if answer.stderr.trim().is_empty() { &answer.stdout } else { &answer.stderr };
    let why = if answer.timed_out { "it did not end in time".to_owned() } else { last_line(said) };
    Err(RelockError::Tool { tool: tool.to_owned(), lock: lock.to_owned(), why })
}

/// The question whose answer is what a lock holds for one interpreter: its pins, markers evaluated.
pub fn question_of(pins: &[Pinned]) -> Question {
    Question { roots: pins.iter().filter_map(Pinned::line).collect(), complete: true, ..Question::default() }
}
