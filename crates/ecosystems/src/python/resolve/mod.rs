//! Asking the resolver: which versions go together on this interpreter.
//!
//! Lives here: the question, the answer, and how `uv pip compile` is asked under floors and a time limit.
//! Lives elsewhere: which questions make a plan (`engine`), writing the project's own lock (`super::relock`).
//! Decision: `docs/decisions/0002-floors-on-every-resolve.md`.

mod answer;

pub(in crate::python) use answer::is_network;
pub use answer::{Answer, Conflict, Solved};

use std::path::{Path, PathBuf};
use std::time::Duration;

use uplift_model::PackageName;

use super::client::{ClientError, Clients};
use super::interpreter::Interpreter;

/// What is asked. The same question gets the same answer as long as the index says the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Requirement lines: what the environment must hold.
    pub roots: Vec<String>,
    /// Constraint lines: floors and holds for packages that may or may not be part of it.
    pub constraints: Vec<String>,
    /// Lines `name==version` to keep where nothing forbids it.
    pub preferences: Vec<String>,
    /// The roots are everything: markers are evaluated, nothing is added.
    pub complete: bool,
}

impl Question {
    /// The text that identifies the question.
    pub fn key(&self) -> String {
        let part = |lines: &[String]| lines.join("\n");
        format!(
            "{}\n--\n{}\n--\n{}\n--{}",
            part(&self.roots),
            part(&self.constraints),
            part(&self.preferences),
            self.complete
        )
    }
}

/// Why there is no answer at all; a refusal is an answer ([`Answer::Refused`]).
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("could not write the resolver's input below `{0}`")]
    Scratch(PathBuf, #[source] std::io::Error),
    #[error("the resolver could not reach the package index: {0}")]
    Unreachable(String),
    #[error("the resolver failed: {0}")]
    Failed(String),
}

/// Asks `uv pip compile`; offline first, since everything that one run needs is in the cache after its first answers.
#[derive(Debug)]
pub struct Resolver<'a> {
    pub clients: &'a Clients,
    pub interpreter: &'a Interpreter,
    /// The component's folder in the work tree: its `[tool.uv]` indexes and sources apply.
    pub directory: &'a Path,
    /// Folder of wheels that were built from source distributions.
    pub wheels: &'a Path,
    pub limit: Duration,
}

/// Whether the network may be asked before the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Ask the index; for questions whose answer is "the newest".
    Index,
    /// Ask the cache, then the index; for questions about exact versions.
    CacheFirst,
}

impl Resolver<'_> {
    /// # Errors
    /// [`ResolveError`] when uv cannot run, the index cannot be reached or the cache cannot be written.
    pub fn ask(&self, question: &Question, freshness: Freshness) -> Result<Answer, ResolveError> {
        if freshness == Freshness::CacheFirst
            && let Ok(Answer::Solved(solved)) = self.run(question, true)
        {
            return Ok(Answer::Solved(solved));
        }
        self.run(question, false)
    }

    fn run(&self, question: &Question, offline: bool) -> Result<Answer, ResolveError> {
        let scratch =
            self.clients.scratch("resolve").map_err(|e| ResolveError::Scratch(self.directory.to_owned(), e))?;
        let file = |name: &str| scratch.path().join(name);
        let write = |name: &str, lines: &[String]| {
            let path = file(name);
            std::fs::write(&path, lines.join("\n") + "\n").map_err(|e| ResolveError::Scratch(path, e))
        };
        std::fs::create_dir_all(self.wheels).map_err(|e| ResolveError::Scratch(self.wheels.to_owned(), e))?;
        write("roots.in", &question.roots)?;
        write("constraints.txt", &question.constraints)?;
        write("solution.txt", &question.preferences)?;
        let mut args: Vec<String> = [
            "pip",
            "compile",
            "--no-header",
            "--annotation-style",
            "line",
            "--no-python-downloads",
            "--no-build",
            "--no-progress",
        ]
        .map(str::to_owned)
        .to_vec();
        if offline {
            args.push("--offline".to_owned());
        }
        if question.complete {
            args.push("--no-deps".to_owned());
        }
        let mut option = |name: &str, value: &Path| args.extend([name.to_owned(), value.display().to_string()]);
        option("--python", &self.interpreter.exe);
        option("--find-links", self.wheels);
        option("--constraints", &file("constraints.txt"));
        option("--output-file", &file("solution.txt"));
        args.push(file("roots.in").display().to_string());
        let finished = self.clients.uv(&args, self.directory, self.limit)?;
        if finished.timed_out {
            return Ok(Answer::Refused(Conflict::too_long(self.limit)));
        }
        if finished.exit == Some(0) {
            let path = file("solution.txt");
            let text = std::fs::read_to_string(&path).map_err(|e| ResolveError::Scratch(path, e))?;
            return answer::read(&text).map(Answer::Solved).map_err(ResolveError::Failed);
        }
        answer::refusal(&finished.stderr)
    }
}

/// `name==version` lines of a solution, as preferences.
pub fn preferences(solution: &uplift_model::Solution) -> Vec<String> {
    solution.packages.iter().map(|(name, version)| format!("{name}=={version}")).collect()
}

/// Floors: nothing in `solution` may end below the version it has now, save what `except` names.
pub fn floors(solution: &uplift_model::Solution, except: &dyn Fn(&PackageName) -> bool) -> Vec<String> {
    let kept = solution.packages.iter().filter(|(name, _)| !except(name));
    kept.map(|(name, version)| format!("{name}>={version}")).collect()
}
