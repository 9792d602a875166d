//! Asking the resolver: which versions go together on this interpreter.
//!
//! Lives here: the question, the answer, and how `uv pip compile` is asked under floors and a time limit.
//! Lives elsewhere: which questions make a plan (`engine`), writing the project's own lock (`super::relock`).
//! Decision: `docs/decisions/0002-floors-on-every-resolve.md`.

mod answer;
mod derivation;
mod environment;
mod metadata;

pub(in crate::python) use answer::is_network;
pub use answer::{Answer, Conflict, Solved};
pub use derivation::{Claim, claims, mentions};
pub use environment::Environment;
pub use metadata::{Metadata, Required};

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
    /// Releases too young to be taken.
    pub youngest: Option<Youngest>,
    /// Answer for this Python (`3.12.99`) in place of the interpreter's own version; it need not be on this machine.
    pub python_version: Option<String>,
    /// Releases after this day (`YYYY-MM-DD`) are not seen. An index without upload times then has none at all.
    pub as_of: Option<String>,
}

/// A bound on when releases were uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Youngest {
    /// RFC 3339: what was uploaded at this time or later is not taken.
    pub before: String,
    /// Packages that this does not bind.
    pub exempt: Vec<PackageName>,
}

impl Youngest {
    /// Source: uv 0.13, `--exclude-newer` and `--exclude-newer-package`; files without a date count as too young there.
    fn arguments(&self) -> Vec<String> {
        let exempt = self.exempt.iter().flat_map(|n| ["--exclude-newer-package".to_owned(), format!("{n}=false")]);
        ["--exclude-newer".to_owned(), self.before.clone()].into_iter().chain(exempt).collect()
    }
}

impl Question {
    /// The text that identifies the question.
    pub fn key(&self) -> String {
        let part = |lines: &[String]| lines.join("\n");
        let youngest = self.youngest.as_ref().map(|y| y.arguments().join(" ")).unwrap_or_default();
        let mut key = format!(
            "{}\n--\n{}\n--\n{}\n--{}{youngest}",
            part(&self.roots),
            part(&self.constraints),
            part(&self.preferences),
            self.complete
        );
        for (what, value) in [("python", &self.python_version), ("as of", &self.as_of)] {
            if let Some(value) = value {
                key.push_str(&format!("\n--{what} {value}"));
            }
        }
        key
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
        args.extend(question.youngest.iter().flat_map(Youngest::arguments));
        if let Some(version) = &question.python_version {
            args.extend(["--python-version".to_owned(), version.clone()]);
        }
        if let Some(day) = &question.as_of {
            args.extend(["--exclude-newer".to_owned(), format!("{day}T23:59:59Z")]);
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
            let mut solved = answer::read(&text).map_err(ResolveError::Failed)?;
            solved.unknown_extras = answer::unknown_extras(&finished.stderr);
            return Ok(Answer::Solved(solved));
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn solution(pins: &[(&str, &str)]) -> uplift_model::Solution {
        let pin = |(n, v): &(&str, &str)| (PackageName::new(n).unwrap(), v.parse().unwrap());
        uplift_model::Solution { packages: pins.iter().map(pin).collect(), ..Default::default() }
    }

    #[test]
    fn floors_bind_everything_but_what_is_wished_for() {
        let now = solution(&[("alpha", "1.0"), ("beta", "2.0"), ("gamma", "3.0")]);
        assert_eq!(floors(&now, &|name| name.as_str() == "beta"), ["alpha>=1.0", "gamma>=3.0"]);
        assert_eq!(preferences(&now), ["alpha==1.0", "beta==2.0", "gamma==3.0"]);
    }

    #[test]
    fn a_question_about_younger_releases_is_another_question() {
        let name = PackageName::new("alpha").unwrap();
        let bound = Youngest { before: "2026-11-14T00:00:00Z".to_owned(), exempt: vec![name] };
        assert_eq!(
            bound.arguments(),
            ["--exclude-newer", "2026-11-14T00:00:00Z", "--exclude-newer-package", "alpha=false"]
        );
        let question = Question { roots: vec!["alpha".to_owned()], ..Question::default() };
        let younger = Question { youngest: Some(bound), ..question.clone() };
        assert_ne!(question.key(), younger.key());
    }
}
