//! `cargo xtask evaluate`: the product on real projects, judged from outside.
//!
//! Lives here: the loop over `evaluation/corpus.json` and the report. For each entry the stale project is made from the
//! package itself (`materialise`), upgraded by the built binary, cloned afresh, installed by plain uv and tested
//! (`outside`), and compared with what was measured by hand (`score`).

mod materialise;
mod outside;
mod overheads;
mod score;
mod tables;

pub(crate) use overheads::child_cpu;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// One project of the corpus; the fields that are used here.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) package: String,
    pub(crate) version: String,
    pub(crate) sdist_sha256: String,
    pub(crate) as_of: String,
    pub(crate) python: String,
    pub(crate) import_path: String,
    pub(crate) direct: Vec<Direct>,
    pub(crate) lock: Vec<String>,
    pub(crate) test: String,
    pub(crate) deselect: Vec<String>,
    pub(crate) culprits: Vec<Culprit>,
    pub(crate) kept: std::collections::BTreeMap<String, String>,
    pub(crate) capped_by_resolution: Vec<Capped>,
    pub(crate) blind: Blind,
}

/// The newest version of every direct dependency that resolves.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Blind {
    pub(crate) versions: std::collections::BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Direct {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) extras: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Culprit {
    pub(crate) name: String,
    pub(crate) newest_passing: String,
    #[serde(default)]
    pub(crate) transitive: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Capped {
    pub(crate) name: String,
}

#[derive(Deserialize)]
struct Corpus {
    projects: Vec<Entry>,
}

/// What became of one entry.
pub(crate) struct Result1 {
    pub(crate) entry: Entry,
    pub(crate) seconds: f64,
    pub(crate) report: serde_json::Value,
    pub(crate) outside: outside::Outside,
    pub(crate) score: score::Score,
}

/// Runs the evaluation; `args` are entry names, none: all. `--binary PATH`, `--work DIR`, `--infer` (do not name the interpreter).
pub(crate) fn run(root: &Path, args: &[String]) -> Result<bool> {
    let mut names = Vec::new();
    let (mut binary, mut work, mut infer, mut keep, mut jobs) = (None, None, false, false, 1usize);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--binary" => binary = args.next().map(PathBuf::from),
            "--work" => work = args.next().map(PathBuf::from),
            "--infer" => infer = true,
            "--keep" => keep = true,
            "--jobs" => jobs = args.next().and_then(|n| n.parse().ok()).context("--jobs wants a number")?,
            flag if flag.starts_with('-') => {
                bail!("no option `{flag}`; known: --binary PATH, --work DIR, --infer, --keep, --jobs N")
            }
            name => names.push(name.to_owned()),
        }
    }
    let text = std::fs::read_to_string(root.join("evaluation/corpus.json")).context("evaluation/corpus.json")?;
    let mut entries = serde_json::from_str::<Corpus>(&text)?.projects;
    if !names.is_empty() {
        entries.retain(|e| names.contains(&e.name));
    }
    let binary = match binary {
        Some(binary) => binary,
        None => build(root)?,
    };
    let work = work.unwrap_or_else(|| std::env::temp_dir().join("uplift-evaluation"));
    std::fs::create_dir_all(&work)?;
    let results = all(&entries, &binary, &work, (infer, keep), jobs);
    let mut page = tables::page(&results);
    if names.is_empty() {
        if let Some(first) = results.iter().find(|r| r.entry.lock.iter().any(|l| l.starts_with("idna=="))) {
            let lines = overheads::measure(&binary, &work.join(&first.entry.name), &first.entry.python, &work)?;
            page.push_str(&tables::overheads(&lines, &results));
        }
        let bench = Command::new("cargo")
            .args(["bench", "--quiet", "--package", "uplift-decide", "--bench", "search"])
            .current_dir(root)
            .output()?;
        page.push_str(&tables::search(&String::from_utf8_lossy(&bench.stdout)));
        std::fs::write(root.join("docs/evaluation.md"), &page)?;
    }
    println!("{page}");
    Ok(results.iter().all(|r| r.outside.newly_failing.is_empty()))
}

/// Every entry, `jobs` at a time; what fails is told and left out.
fn all(entries: &[Entry], binary: &Path, work: &Path, (infer, keep): (bool, bool), jobs: usize) -> Vec<Result1> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while let Some(entry) = entries.get(next.fetch_add(1, Ordering::SeqCst)) {
                    println!("{}: materialising, upgrading, checking from outside", entry.name);
                    match one(entry, binary, work, infer, keep) {
                        Ok(result) => {
                            println!("{}", tables::line(&result));
                            if let Ok(mut done) = done.lock() {
                                done.push(result);
                            }
                        }
                        Err(e) => println!("{}: FAILED: {e:#}", entry.name),
                    }
                }
            });
        }
    });
    let mut results = done.into_inner().unwrap_or_default();
    results.sort_by_key(|r: &Result1| entries.iter().position(|e| e.name == r.entry.name));
    results
}

fn build(root: &Path) -> Result<PathBuf> {
    let status = Command::new("cargo").args(["build", "--package", "uplift-cli"]).current_dir(root).status()?;
    if !status.success() {
        bail!("the binary did not build");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("debug/uplift"))
}

fn one(entry: &Entry, binary: &Path, work: &Path, infer: bool, keep: bool) -> Result<Result1> {
    let repo = work.join(&entry.name);
    let kept = work.join(format!("{}.outside.json", entry.name));
    if keep && kept.is_file() {
        let outside: outside::Outside = serde_json::from_slice(&std::fs::read(&kept)?)?;
        let report: serde_json::Value =
            serde_json::from_slice(&std::fs::read(work.join(format!("{}.json", entry.name)))?)?;
        let score = score::score(entry, &report);
        let seconds = report.pointer("/counts/seconds").and_then(serde_json::Value::as_f64).unwrap_or(0.0);
        return Ok(Result1 { entry: entry.clone(), seconds, report, outside, score });
    }
    if repo.exists() {
        std::fs::remove_dir_all(&repo)?;
    }
    materialise::materialise(entry, &repo)?;
    let started = Instant::now();
    let mut command = Command::new(binary);
    command.args(["upgrade", "--format", "json"]).arg(&repo);
    if !infer {
        command.args(["--python", &entry.python]);
    }
    // Where the corpus was measured on some files of a long suite, Uplift is given the same ones.
    if entry.test.contains(".py") {
        command.args(["--test", &entry.test]);
    }
    let output = command.output().context("the binary did not start")?;
    let seconds = started.elapsed().as_secs_f64();
    std::fs::write(work.join(format!("{}.json", entry.name)), &output.stdout)?;
    std::fs::write(work.join(format!("{}.log", entry.name)), &output.stderr)?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).with_context(|| {
        format!("no report: {}", String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default())
    })?;
    let branch = report.get("branch").and_then(|b| b.as_str()).context("no branch was delivered")?.to_owned();
    let outside = outside::check(entry, &repo, &branch, work)?;
    std::fs::write(&kept, serde_json::to_vec(&outside)?)?;
    let score = score::score(entry, &report);
    Ok(Result1 { entry: entry.clone(), seconds, report, outside, score })
}
