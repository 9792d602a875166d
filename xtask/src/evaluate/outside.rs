//! The judge outside: clone, install from the manifests by plain uv, run the tests; before and after.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::Entry;
use super::materialise::run;

/// Test id to whether it passed.
type Outcomes = BTreeMap<String, bool>;

/// What the clones showed.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Outside {
    pub(crate) before: usize,
    pub(crate) after: usize,
    /// Passed on the stale state, does not pass on the delivered branch.
    pub(crate) newly_failing: Vec<String>,
}

/// Tests that pass on `main` must pass on `branch`. A failure is run twice more before it counts.
pub(super) fn check(entry: &Entry, repo: &Path, branch: &str, work: &Path) -> Result<Outside> {
    let before = outcomes(entry, repo, "main", &work.join(format!("{}-before", entry.name)))?;
    let mut after = outcomes(entry, repo, branch, &work.join(format!("{}-after", entry.name)))?;
    let mut newly = newly_failing(&before, &after);
    for _ in 0..2 {
        if newly.is_empty() {
            break;
        }
        let again = test(entry, &work.join(format!("{}-after", entry.name)))?;
        after.extend(again.into_iter().filter(|(_, passed)| *passed));
        newly = newly_failing(&before, &after);
    }
    let passed = |o: &Outcomes| o.values().filter(|p| **p).count();
    Ok(Outside { before: passed(&before), after: passed(&after), newly_failing: newly })
}

/// By function: a plug-in may rename parameters, but as many must pass as before.
fn newly_failing(before: &Outcomes, after: &Outcomes) -> Vec<String> {
    let function = |id: &str| id.split('[').next().unwrap_or(id).to_owned();
    let count = |o: &Outcomes| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (id, _) in o.iter().filter(|(_, passed)| **passed) {
            *counts.entry(function(id)).or_default() += 1;
        }
        counts
    };
    let (was, is) = (count(before), count(after));
    was.into_iter().filter(|(f, n)| is.get(f).copied().unwrap_or(0) < *n).map(|(f, _)| f).collect()
}

fn outcomes(entry: &Entry, repo: &Path, branch: &str, place: &Path) -> Result<Outcomes> {
    let _old = std::fs::remove_dir_all(place);
    run(Command::new("git").args(["clone", "--quiet", "--branch", branch]).arg(repo).arg(place))?;
    let environment = place.join(".venv-outside");
    let uv = || {
        let mut command = Command::new("uv");
        command.current_dir(place);
        command
    };
    let python = interpreter(&entry.python)?;
    run(uv().args(["venv", "--quiet", "--no-project", "--python", &python]).arg(&environment))?;
    let exe = environment.join("bin/python");
    run(uv().args(["pip", "install", "--quiet", "--python"]).arg(&exe).args(["-r", "requirements.txt"]))?;
    if entry.import_path == "editable" {
        run(uv().args(["pip", "install", "--quiet", "--no-deps", "--python"]).arg(&exe).args(["-e", "."]))?;
    }
    test(entry, place)
}

/// The interpreter of that minor version: on PATH, else where version managers put it.
pub(super) fn interpreter(minor: &str) -> Result<String> {
    if let Ok(found) = run(Command::new("uv").args(["python", "find", "--no-project", "--no-python-downloads", minor]))
    {
        return Ok(found.trim().to_owned());
    }
    let home = std::env::home_dir().context("no home folder")?.join(".pyenv/versions");
    let all =
        std::fs::read_dir(&home).with_context(|| format!("no Python {minor} on PATH, and no {}", home.display()))?;
    let prefix = format!("{minor}.");
    let found = all.flatten().find(|e| e.file_name().to_string_lossy().starts_with(&prefix));
    let found = found.with_context(|| format!("no Python {minor} on this machine"))?;
    Ok(found.path().join("bin/python").display().to_string())
}

fn test(entry: &Entry, place: &Path) -> Result<Outcomes> {
    let bin = place.join(".venv-outside/bin");
    let report = place.join(".outside.xml");
    let mut line = entry.test.clone();
    for deselect in &entry.deselect {
        line.push(' ');
        line.push_str(deselect);
    }
    let line = format!("{line} --continue-on-collection-errors --junitxml={}", report.display());
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("sh");
    command
        .args(["-c", &line])
        .current_dir(place)
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    if entry.import_path == "src" {
        command.env("PYTHONPATH", "src");
    }
    let _status = command.output().context("the tests did not start")?;
    let text = run(Command::new("python3").args(["-c", READ]).arg(&report))?;
    Ok(text.lines().filter_map(|l| l.split_once('\t')).map(|(passed, id)| (id.to_owned(), passed == "1")).collect())
}

const READ: &str = "
import sys, xml.etree.ElementTree as tree
try:
    cases = tree.parse(sys.argv[1]).iter('testcase')
except Exception:
    cases = []
for case in cases:
    bad = any(child.tag in ('failure', 'error', 'skipped') for child in case)
    print('%d\\t%s::%s' % (not bad, case.get('classname'), case.get('name')))
";
