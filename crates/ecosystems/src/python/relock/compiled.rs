//! `X.txt` compiled from `X.in`: by the tool and arguments that its header records, else line by line.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::{PackageName, Solution};

use super::{Relock, RelockError, success};
use crate::python::discover::{EnvironmentSource, Pair, join};
use crate::python::lockfile::{self, Compiler};
use crate::python::manifest::IncludeKind;

/// Writes `pair.output` in the work tree.
pub(super) fn write(relock: &Relock<'_>, pair: &Pair) -> Result<(), RelockError> {
    let old = relock.read(&pair.output)?;
    let Some(header) = lockfile::header(&old) else {
        let text =
            lockfile::write_plain_with(&old, &part_of(relock, pair), &BTreeSet::new(), relock.hashes).map_err(|e| {
                RelockError::Tool { tool: "Uplift".to_owned(), lock: pair.output.clone(), why: e.to_string() }
            })?;
        return relock.put(&pair.output, &text);
    };
    // The tool keeps the pins of an existing output where it can, and drops what the input does not reach: the tested
    // solution is handed to it whole as that.
    relock.put(&pair.output, &lockfile::write_plain(&old, &relock.after.solution))?;
    let python = relock.builder.interpreter.exe.display().to_string();
    let wheels = relock.builder.wheels.display().to_string();
    let args = header.arguments(&pair.input, &pair.output);
    let directory = header.directory(relock.worktree, &pair.output);
    let answer = match header.compiler {
        Compiler::Uv => {
            let env = BTreeMap::from([
                ("UV_PYTHON".to_owned(), python),
                ("UV_NO_BUILD".to_owned(), "1".to_owned()),
                ("UV_FIND_LINKS".to_owned(), wheels),
            ]);
            let uv = relock.doors.clients.uv_path()?;
            let mut all = vec!["pip".to_owned(), "compile".to_owned(), "--quiet".to_owned()];
            all.extend(args);
            relock.doors.clients.run_with(&uv, &all, &directory, relock.limit, &env)?
        }
        Compiler::PipCompile => {
            let tool = relock.tool("pip-tools")?;
            let env = BTreeMap::from([("PIP_ONLY_BINARY".to_owned(), ":all:".to_owned())]);
            // On the command line it adds to the folders that the user's own settings name.
            let mut all: Vec<String> =
                ["-m", "piptools", "compile", "--quiet", "--find-links"].map(str::to_owned).to_vec();
            all.push(wheels);
            all.extend(args);
            relock.doors.clients.run_with(&tool.python, &all, &directory, relock.limit, &env)?
        }
    };
    success(answer, header.compiler.name(), &pair.output)?;
    let new = relock.read(&pair.output)?;
    relock.put(&pair.output, &with_opening_of(&old, &new))
}

/// `new` with the opening of `old`: its comment, and the options that pip-compile repeats there from its settings. Those
/// of this run are none of the project's.
fn with_opening_of(old: &str, new: &str) -> String {
    let opening = |text: &str| {
        let opens = |line: &&str| {
            line.trim().is_empty()
                || line.starts_with('#')
                || line.starts_with("--")
                || line.starts_with("-i ")
                || line.starts_with("-f ")
        };
        text.split_inclusive('\n').take_while(opens).map(str::len).sum::<usize>()
    };
    format!("{}{}", old.get(..opening(old)).unwrap_or_default(), new.get(opening(new)..).unwrap_or_default())
}

/// The part of the solution that the roots of `pair` reach; everything when there is only one pair.
fn part_of(relock: &Relock<'_>, pair: &Pair) -> Solution {
    let all = &relock.after.solution;
    let EnvironmentSource::Compiled { pairs } = &relock.component.environment else { return all.clone() };
    if pairs.len() == 1 {
        return all.clone();
    }
    let mut wanted: BTreeSet<PackageName> = BTreeSet::new();
    let mut inputs = vec![pair.input.clone()];
    let mut at = 0;
    while let Some(file) = inputs.get(at).and_then(|path| relock.component.manifest(path)) {
        wanted.extend(file.manifest.stated.iter().map(|s| s.name.clone()));
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let included = file
            .manifest
            .includes
            .iter()
            .filter(|i| i.kind == IncludeKind::Requirements)
            .map(|i| join(folder, &i.path));
        let new: Vec<String> =
            included.filter(|path| !inputs.contains(path) && relock.component.manifest(path).is_some()).collect();
        inputs.extend(new);
        at += 1;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_this_run_do_not_get_into_the_file() {
        let old = "#\n# by pip-compile\n#\n--find-links vendor\n\na==1\n    # via b\n";
        let new = "#\n# by pip-compile\n#\n--find-links cache/wheels\n--only-binary :all:\n\na==2\n    # via b\n";
        assert_eq!(with_opening_of(old, new), old.replace("a==1", "a==2"));
        assert_eq!(with_opening_of("# old\na==1\n", "# new\n-e .\na==2\n"), "# old\n-e .\na==2\n");
    }
}
