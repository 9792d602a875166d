//! Building a wheel with a PEP 517 backend: fetch what the backend needs, then run it confined and offline.
//!
//! Lives here: the steps that source distributions and the project itself share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use uplift_model::Solution;

use super::{Builder, Environment, EnvironmentError};
use crate::doors::{Doors, Foreign};
use crate::python::resolve::{Answer, Freshness, Question, Resolver};

const HOOK: &str = include_str!("backend.py");

/// What a source tree says about its build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BuildSystem {
    pub(super) requires: Vec<String>,
    pub(super) backend: String,
    pub(super) paths: Vec<String>,
    /// Nothing was said; setuptools is assumed, in whichever generation works.
    pub(super) assumed: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Stated {
    #[serde(default)]
    requires: Vec<String>,
    build_backend: Option<String>,
    #[serde(default)]
    backend_path: Vec<String>,
}

impl BuildSystem {
    /// Source: PEP 517 and 518; without a backend, setuptools in its legacy mode.
    pub(super) fn of(tree: &Path) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct File {
            build_system: Option<Stated>,
        }
        let text = std::fs::read_to_string(tree.join("pyproject.toml")).unwrap_or_default();
        let stated = toml::from_str::<File>(&text).ok().and_then(|f| f.build_system);
        let legacy = "setuptools.build_meta:__legacy__".to_owned();
        let wheel = || vec!["setuptools".to_owned(), "wheel".to_owned()];
        match stated {
            Some(s) => Self {
                assumed: s.build_backend.is_none(),
                requires: if s.requires.is_empty() { wheel() } else { s.requires },
                backend: s.build_backend.unwrap_or(legacy),
                paths: s.backend_path,
            },
            None => Self { requires: wheel(), backend: legacy, paths: Vec::new(), assumed: true },
        }
    }

    /// This, and for trees that leave setuptools to chance older generations of it.
    pub(super) fn generations(&self) -> Vec<Self> {
        let mut all = vec![self.clone()];
        if self.requires.iter().any(|r| r.starts_with("setuptools"))
            && (self.assumed || self.requires.iter().any(|r| r == "setuptools"))
        {
            for cap in ["setuptools<81", "setuptools<66", "setuptools<58"] {
                let mut older = self.clone();
                older.requires.push(cap.to_owned());
                all.push(older);
            }
        }
        all
    }
}

/// Kind of wheel to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Wheel,
    Editable,
}

/// One build.
pub(super) struct Build<'a> {
    pub(super) doors: &'a Doors,
    pub(super) builder: &'a Builder<'a>,
    pub(super) tree: &'a Path,
    pub(super) kind: Kind,
    pub(super) limit: Duration,
    pub(super) env: BTreeMap<String, String>,
    pub(super) log: PathBuf,
}

impl Build<'_> {
    /// Builds into `out`; gives the wheel's path, or the reason in words when no generation of the backend managed.
    pub(super) fn run(&self, out: &Path) -> Result<Result<PathBuf, String>, EnvironmentError> {
        first_reason(BuildSystem::of(self.tree).generations().iter(), |system| self.attempt(system, out))
    }

    fn attempt(&self, system: &BuildSystem, out: &Path) -> Result<Result<PathBuf, String>, EnvironmentError> {
        let mut requires = system.requires.clone();
        let mut met: Vec<String> = Vec::new();
        // A backend may name more requirements once it runs; it is asked at most three times.
        for _ in 0..3 {
            let Some(tools) = self.tools(&requires)? else {
                return Ok(Err(format!("its build requirements cannot be installed: {}", requires.join(", "))));
            };
            let scratch =
                self.builder.clients.scratch("build").map_err(|e| EnvironmentError::Disk(out.to_owned(), e))?;
            let hook = scratch.path().join("hook.py");
            std::fs::write(&hook, HOOK).map_err(|e| EnvironmentError::Disk(hook.clone(), e))?;
            let kind = if self.kind == Kind::Editable { "editable" } else { "wheel" };
            let mut argv = vec![
                tools.python.display().to_string(),
                hook.display().to_string(),
                self.tree.display().to_string(),
                out.display().to_string(),
                kind.to_owned(),
                system.backend.clone(),
            ];
            argv.extend(system.paths.iter().cloned());
            let mut env = self.env.clone();
            env.insert("UPLIFT_BUILD_HAS".to_owned(), serde_json::to_string(&met).unwrap_or_default());
            let finished = self.doors.foreign(&Foreign {
                argv,
                directory: self.tree,
                env,
                path: vec![tools.bin()],
                read_write: vec![self.tree.to_owned(), out.to_owned()],
                read_only: vec![
                    tools.dir.clone(),
                    scratch.path().to_owned(),
                    self.builder.interpreter.base_prefix.clone(),
                ],
                network: false,
                wall_limit: self.limit,
                silence_limit: None,
                log: Some(self.log.clone()),
                services: Vec::new(),
            });
            let finished = match finished {
                Ok(finished) => finished,
                Err(e) => return Ok(Err(e.to_string())),
            };
            let stdout = finished.stdout_text();
            let last = stdout.lines().rev().find(|l| !l.trim().is_empty()).unwrap_or_default().trim().to_owned();
            match finished.exit {
                Some(0) if out.join(&last).is_file() => return Ok(Ok(out.join(last))),
                Some(3) => {
                    let more: Vec<String> = serde_json::from_str(&last).unwrap_or_default();
                    if more.is_empty() {
                        return Ok(Err("its backend asked for nothing and built nothing".to_owned()));
                    }
                    met.extend(more.iter().cloned());
                    requires.extend(more);
                }
                _ => return Ok(Err(super::last_line(&finished.stderr_text()))),
            }
        }
        Ok(Err("its backend kept asking for more requirements".to_owned()))
    }

    /// An environment with the build requirements; `None` when they do not resolve to wheels.
    fn tools(&self, requires: &[String]) -> Result<Option<Environment>, EnvironmentError> {
        let resolver = Resolver {
            clients: self.builder.clients,
            interpreter: self.builder.interpreter,
            directory: Path::new("/"),
            wheels: self.builder.wheels,
            limit: Duration::from_secs(60),
        };
        let question = Question { roots: requires.to_vec(), ..Question::default() };
        match resolver.ask(&question, Freshness::CacheFirst) {
            Ok(Answer::Solved(solved)) => {
                let solution: Solution = solved.solution;
                self.builder.build(&solution, &[]).map(Some)
            }
            Ok(Answer::Refused(_)) => Ok(None),
            Err(e) => Err(EnvironmentError::Unreachable(e.to_string())),
        }
    }
}

/// The first success; else the reason of the first attempt, made as the tree itself asks, and how many others failed.
fn first_reason<S, T, E>(
    systems: impl ExactSizeIterator<Item = S>,
    mut attempt: impl FnMut(S) -> Result<Result<T, String>, E>,
) -> Result<Result<T, String>, E> {
    let others = systems.len().saturating_sub(1);
    let mut first: Option<String> = None;
    for system in systems {
        match attempt(system)? {
            Ok(built) => return Ok(Ok(built)),
            Err(said) => _ = first.get_or_insert(said),
        }
    }
    let why = first.unwrap_or_default();
    Ok(Err(match others {
        0 => why,
        1 => format!("{why} (an older setuptools fails as well)"),
        n => format!("{why} ({n} older generations of setuptools fail as well)"),
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_is_told_and_how_many_others_were_tried() {
        let told = |reasons: &[&str]| {
            let all =
                first_reason(reasons.iter(), |r| Ok::<_, ()>(if *r == "ok" { Ok(7) } else { Err((*r).to_owned()) }));
            all.unwrap()
        };
        assert_eq!(told(&["no gcc", "no distutils", "ok"]), Ok(7));
        assert_eq!(told(&["no gcc"]), Err("no gcc".to_owned()));
        let all = Err("no gcc (3 older generations of setuptools fail as well)".to_owned());
        assert_eq!(told(&["no gcc", "a", "b", "c"]), all);
    }

    #[test]
    fn a_tree_that_says_nothing_is_built_by_setuptools_in_several_generations() {
        let folder = tempfile::tempdir().unwrap();
        let system = BuildSystem::of(folder.path());
        assert_eq!(system.backend, "setuptools.build_meta:__legacy__");
        assert_eq!(system.generations().len(), 4);
    }

    #[test]
    fn a_stated_backend_is_used_as_stated() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("pyproject.toml"),
            "[build-system]\nrequires = [\"flit_core>=3\"]\nbuild-backend = \"flit_core.buildapi\"\n",
        )
        .unwrap();
        let system = BuildSystem::of(folder.path());
        assert_eq!(system.backend, "flit_core.buildapi");
        assert_eq!(system.generations().len(), 1);
    }
}
