//! Importing each top-level package of the project: a second that tells whether any test can run at all.
//!
//! Its records are kept apart from tests: a module that imports is no test that passed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use uplift_model::SuiteRun;

use super::unit::ending::{self, End};
use super::unit::{Prepared, records};
use crate::discover::Runner;

const SCRIPT: &str = include_str!("../../plugin/uplift_imports.py");

/// Imports that are wanted.
#[derive(Debug, Clone)]
pub struct ImportRequest<'a> {
    /// Dotted names, in the order to import them.
    pub modules: &'a [String],
    pub python: &'a Path,
    pub path_dirs: Vec<PathBuf>,
    pub python_path: Vec<PathBuf>,
    /// Variables of the test command: settings modules and the like.
    pub env: &'a BTreeMap<String, String>,
    /// Working directory, from the work tree; it is importable, as with `python -m`.
    pub directory: &'a str,
    pub scratch: &'a Path,
    pub log: &'a Path,
    pub worktree: &'a Path,
}

/// Records with ids `import:<module>`, in the shape of a test run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportRun(pub SuiteRun);

/// What to start; nothing is started here.
pub fn prepare(request: &ImportRequest<'_>) -> Prepared {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let script = request.scratch.join("uplift_imports.py");
    let modules = request.scratch.join("modules.txt");
    let report = request.scratch.join("imports.jsonl");
    let mut env = request.env.clone();
    let mut folders: Vec<String> = request.python_path.iter().map(|folder| path(folder)).collect();
    folders.extend(env.get("PYTHONPATH").filter(|own| !own.is_empty()).cloned());
    if !folders.is_empty() {
        env.insert("PYTHONPATH".into(), folders.join(":"));
    }
    env.insert("UPLIFT_WORKTREE".into(), path(request.worktree));
    env.insert("UPLIFT_REPORT".into(), path(&report));
    env.insert("UPLIFT_MODULES".into(), path(&modules));
    let list: String = request.modules.iter().map(|module| format!("{module}\n")).collect();
    Prepared {
        argv: vec![path(request.python), path(&script)],
        env,
        path_dirs: request.path_dirs.clone(),
        directory: request.worktree.join(request.directory),
        files: vec![(script, SCRIPT.to_owned()), (modules, list)],
        report,
        log: request.log.to_owned(),
        runner: Runner::Other,
        selects: true,
    }
}

/// What the process showed. A module that takes the interpreter down fails; those behind it have no record.
pub fn collect(prepared: &Prepared, exit: Option<i32>, stopped: Option<String>, seconds: f64) -> ImportRun {
    let read = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
    let parsed = records::parse(&read(&prepared.report));
    let log = read(&prepared.log);
    // The rules of a runner that reports by itself: an end without a last event is a crash, and so is an end without any record.
    let end = End { runner: Runner::Django, exit, stopped: stopped.as_deref(), log: &log };
    let (tests, crashes) = ending::conclude(parsed, &end);
    let log = prepared.log.to_string_lossy().into_owned();
    ImportRun(SuiteRun { tests, crashes, exit, seconds, stopped, log })
}
