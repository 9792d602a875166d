//! `X.txt` compiled from `X.in`: by the tool and arguments that its header records, else line by line.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::{PackageName, Solution};

use super::{Relock, RelockError, success};
use crate::python::discover::Pair;
use crate::python::lockfile::{self, Compiler};

/// Writes `pair.output` in the work tree.
pub(super) fn write(relock: &Relock<'_>, pair: &Pair) -> Result<(), RelockError> {
    let old = relock.read(&pair.output)?;
    let part = part_of(relock, pair);
    let Some(header) = lockfile::header(&old) else {
        let text = lockfile::write_plain_with(&old, &part, &BTreeSet::new(), relock.hashes).map_err(|e| RelockError::Tool {
            tool: "Uplift".to_owned(),
            lock: pair.output.clone(),
            why: e.to_string(),
        })?;
        return relock.put(&pair.output, &text);
    };
    // The tool keeps the pins of an existing output where it can: the tested solution is handed to it as that.
    relock.put(&pair.output, &lockfile::write_plain(&old, &part))?;
    let python = relock.builder.interpreter.exe.display().to_string();
    let wheels = relock.builder.wheels.display().to_string();
    let args = header.arguments(&pair.input, &pair.output);
    let directory = header.directory(relock.worktree, &pair.output);
    let answer = match header.compiler {
        Compiler::Uv => {
            let env = BTreeMap::from([("UV_PYTHON".to_owned(), python), ("UV_NO_BUILD".to_owned(), "1".to_owned()), ("UV_FIND_LINKS".to_owned(), wheels)]);
            let uv = relock.doors.clients.uv_path()?;
            let mut all = vec!["pip".to_owned(), "compile".to_owned(), "--quiet".to_owned()];
            all.extend(args);
            relock.doors.clients.run_with(&uv, &all, &directory, relock.limit, &env)?
        }
        Compiler::PipCompile => {
            let tool = relock.tool("pip-tools")?;
            let env = BTreeMap::from([("PIP_ONLY_BINARY".to_owned(), ":all:".to_owned()), ("PIP_FIND_LINKS".to_owned(), wheels)]);
            let mut all = vec!["-m".to_owned(), "piptools".to_owned(), "compile".to_owned(), "--quiet".to_owned()];
            all.extend(args);
            relock.doors.clients.run_with(&tool.python, &all, &directory, relock.limit, &env)?
        }
    };
    success(answer, header.compiler.name(), &pair.output)?;
    let new = relock.read(&pair.output)?;
    relock.put(&pair.output, &lockfile::with_header_of(&old, &new))
}

/// The part of the solution that the roots of `pair` reach; everything when there is only one pair.
fn part_of(relock: &Relock<'_>, pair: &Pair) -> Solution {
    let all = &relock.after.solution;
    let crate::python::discover::EnvironmentSource::Compiled { pairs } = &relock.component.environment else { return all.clone() };
    if pairs.len() == 1 {
        return all.clone();
    }
    let mut wanted: BTreeSet<PackageName> = BTreeSet::new();
    if let Some(file) = relock.component.manifest(&pair.input) {
        wanted.extend(file.manifest.stated.iter().map(|s| s.name.clone()));
    }
    loop {
        let more: Vec<PackageName> = relock
            .after
            .via
            .iter()
            .filter(|(name, parents)| !wanted.contains(*name) && parents.iter().any(|p| wanted.contains(p)))
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        wanted.extend(more);
    }
    let mut part = all.clone();
    part.packages.retain(|name, _| wanted.contains(name));
    part.urls.retain(|name, _| wanted.contains(name));
    part
}
