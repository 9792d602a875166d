//! The project's own tests: how their command is made to report test by test, and what it reported.
//!
//! Lives here: [`prepare`] (what to start) and [`collect`] (what it showed). Neither starts a process.
//! Lives elsewhere: one runner's particulars (`pytest`, `unittest`, `other`), the report's form ([`records`]).

pub mod ending;
pub mod other;
pub mod pytest;
pub mod records;
pub mod unittest;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use uplift_model::{SuiteRun, TestId};

use crate::discover::{Runner, TestCommand};

/// Id that stands for the run as a whole, where it failed and no test did; choosing it runs everything.
pub const RUN: &str = "<run>";

/// One run of the test command that is wanted.
#[derive(Debug, Clone)]
pub struct SuiteRequest<'a> {
    pub command: &'a TestCommand,
    /// The environment's interpreter.
    pub python: &'a Path,
    /// Folders to put in front of `PATH`: the environment's programs.
    pub path_dirs: Vec<PathBuf>,
    /// Folders to put on `PYTHONPATH`: the project's own sources where it is not installed.
    pub python_path: Vec<PathBuf>,
    /// Only these tests; `None`: all.
    pub select: Option<&'a [TestId]>,
    /// [`Collected::rootdir`] of the baseline: what test ids are relative to.
    pub rootdir: Option<&'a str>,
    /// A folder of this run's own, writable by the tests and outside the work tree.
    pub scratch: &'a Path,
    /// File that will hold standard output and error, for [`collect`] to read its end.
    pub log: &'a Path,
    pub worktree: &'a Path,
}

/// A process to start, and what to have ready before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    pub argv: Vec<String>,
    /// Variables in addition to the cleared environment; `PATH` is left to `path_dirs`.
    pub env: BTreeMap<String, String>,
    /// To be put in front of `PATH`.
    pub path_dirs: Vec<PathBuf>,
    /// Working directory, absolute.
    pub directory: PathBuf,
    /// Files to write first, with their text.
    pub files: Vec<(PathBuf, String)>,
    /// Where the runner's events go.
    pub report: PathBuf,
    pub log: PathBuf,
    pub runner: Runner,
    /// False: the choice of tests could not be passed on, and everything runs.
    pub selects: bool,
}

impl Prepared {
    /// Writes [`Prepared::files`] and removes an old report.
    ///
    /// # Errors
    /// The first file that cannot be written.
    pub fn write_files(&self) -> io::Result<()> {
        for (path, text) in &self.files {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, text)?;
        }
        match std::fs::remove_file(&self.report) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// What a run showed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Collected {
    pub run: SuiteRun,
    /// Folder that test ids are relative to, from the work tree; pass it on to runs of chosen tests.
    pub rootdir: Option<String>,
    /// `pytest 8.4.2`, when the runner said so.
    pub runner: Option<String>,
    /// False: only the exit status is known, and one pseudo test stands for it.
    pub per_test: bool,
}

/// What to start for `request`. Looks only for which files of the work tree exist.
pub fn prepare(request: &SuiteRequest<'_>) -> Prepared {
    let mut env = request.command.env.clone();
    env.insert("UPLIFT_WORKTREE".into(), text(request.worktree));
    let mut prepared = Prepared {
        argv: request.command.argv.clone(),
        env,
        path_dirs: request.path_dirs.clone(),
        directory: request.worktree.join(&request.command.directory),
        files: Vec::new(),
        report: request.scratch.join("report.jsonl"),
        log: request.log.to_owned(),
        runner: request.command.runner,
        selects: false,
    };
    if let Some(program) = prepared.argv.first_mut().filter(|program| *program == "python") {
        *program = text(request.python);
    }
    match request.command.runner {
        Runner::Pytest => pytest::prepare(request, &mut prepared),
        Runner::Unittest | Runner::Django => unittest::prepare(request, &mut prepared),
        Runner::Other => other::prepare(request, &mut prepared),
    }
    prepared
}

/// What the process showed, from its report, its log and its end.
///
/// `exit` is `None` when it was killed; `stopped` names the limit that killed it. A missing or cut
/// report is no error: what it lacks shows as crashes.
pub fn collect(prepared: &Prepared, exit: Option<i32>, stopped: Option<String>, seconds: f64) -> Collected {
    let report = read(&prepared.report, None);
    let log = read(&prepared.log, Some(64 * 1024));
    let parsed = records::parse(&report);
    let end = ending::End { runner: prepared.runner, exit, stopped: stopped.as_deref(), log: &log };
    let rootdir = parsed.rootdir.clone();
    let runner = parsed.runner.clone();
    let per_test = prepared.runner != Runner::Other || !parsed.tests.is_empty();
    let (tests, crashes) = ending::conclude(parsed, &end);
    let run = SuiteRun { tests, crashes, exit, seconds, stopped, log: text(&prepared.log) };
    Collected { run, rootdir, runner, per_test }
}

/// `PYTHONPATH`: our folder first, then the request's, then what the command brings along.
fn python_path(request: &SuiteRequest<'_>, own: &Path) -> String {
    let mut folders = vec![text(own)];
    folders.extend(request.python_path.iter().map(|path| text(path)));
    folders.extend(request.command.env.get("PYTHONPATH").filter(|path| !path.is_empty()).cloned());
    folders.join(":")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The file's text, or its last `tail` bytes; empty when it cannot be read.
fn read(path: &Path, tail: Option<usize>) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    let from = tail.map_or(0, |tail| bytes.len().saturating_sub(tail));
    String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned()
}
