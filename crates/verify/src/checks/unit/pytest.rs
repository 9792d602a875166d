//! pytest: the plug-in that reports test by test, and how chosen tests are passed on.
//!
//! Lives here: the command line. What the plug-in does to other plug-ins: `plugin/uplift_pytest.py`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use uplift_model::TestId;

use super::{Prepared, RUN, SuiteRequest, python_path, text};

pub(super) const PLUGIN: &str = include_str!("../../../plugin/uplift_pytest.py");

/// More files than this are not named one by one; the plug-in still leaves out what was not chosen.
const MOST_FILES: usize = 200;

/// Options of pytest and common plug-ins whose value is the next argument.
const WITH_VALUE: &[&str] = &[
    "-k",
    "-m",
    "-p",
    "-c",
    "-o",
    "-W",
    "-r",
    "-n",
    "--rootdir",
    "--ignore",
    "--ignore-glob",
    "--deselect",
    "--confcutdir",
    "--basetemp",
    "--tb",
    "--durations",
    "--durations-min",
    "--color",
    "--capture",
    "--ds",
    "--dc",
    "--timeout",
    "--timeout-method",
    "--reruns",
    "--reruns-delay",
    "--log-level",
    "--log-cli-level",
    "--override-ini",
    "--import-mode",
    "--config-file",
    "--asyncio-mode",
    "--maxfail",
    "--verbosity",
    "--pythonwarnings",
    "--count",
    "--benchmark-group-by",
];

pub(super) fn prepare(request: &SuiteRequest<'_>, prepared: &mut Prepared) {
    let folder = request.scratch.join("plugin");
    prepared.files.push((folder.join("uplift_pytest.py"), PLUGIN.to_owned()));
    let path = python_path(request, &folder);
    prepared.env.insert("PYTHONPATH".into(), path);
    prepared.env.insert("UPLIFT_REPORT".into(), text(&prepared.report));

    // `python -m pytest` comes first; behind it, the command's own arguments.
    let at = prepared.argv.iter().position(|word| word == "pytest").map_or(prepared.argv.len(), |at| at + 1);
    let own = prepared.argv.split_off(at);
    let cache = format!("cache_dir={}", text(&request.scratch.join("pytest-cache")));
    let ours = ["-p", "uplift_pytest", "--continue-on-collection-errors", "-o", cache.as_str()];
    prepared.argv.extend(ours.iter().map(|word| (*word).to_owned()));

    let mut arguments = own;
    let select = request.select.filter(|selected| !selected.iter().any(|id| id.0 == RUN));
    if let Some(selected) = select {
        let list = request.scratch.join("select.jsonl");
        prepared.files.push((list.clone(), selection(selected)));
        prepared.env.insert("UPLIFT_SELECT".into(), text(&list));
        prepared.selects = true;
        if let Some(root) = request.rootdir.filter(|_| !arguments.iter().any(|word| word.starts_with("--rootdir"))) {
            // Ids are relative to it, and pytest may choose another one when its arguments change.
            prepared.argv.push(format!("--rootdir={}", text(&normal(&request.worktree.join(root)))));
        }
        if let Some(files) = files(request, selected, &prepared.directory) {
            arguments = without_paths(&arguments, &prepared.directory);
            arguments.extend(files);
        }
    }
    prepared.argv.extend(arguments);
}

/// One id a line, as JSON strings: an id may hold a line break.
fn selection(selected: &[TestId]) -> String {
    let line = |id: &TestId| serde_json::to_string(&id.0).unwrap_or_default() + "\n";
    selected.iter().map(line).collect()
}

/// The files that hold the chosen tests, as seen from `directory`. `None` when one of them does not
/// exist or there are too many: then pytest collects what it always collects.
fn files(request: &SuiteRequest<'_>, selected: &[TestId], directory: &Path) -> Option<Vec<String>> {
    let mut files = BTreeSet::new();
    for id in selected {
        files.insert(id.file());
        if files.len() > MOST_FILES {
            return None;
        }
    }
    let places: Vec<PathBuf> = match request.rootdir {
        Some(root) => vec![normal(&request.worktree.join(root))],
        // Without a word from the baseline: the command's folder, else one above it.
        None => directory
            .ancestors()
            .take_while(|folder| folder.starts_with(request.worktree))
            .map(Path::to_owned)
            .collect(),
    };
    let mut found = Vec::new();
    for file in files {
        let path = places.iter().map(|place| place.join(file)).find(|path| path.is_file())?;
        let near = path.strip_prefix(directory).map(Path::to_owned).unwrap_or(path);
        found.push(text(&near));
    }
    (!found.is_empty()).then_some(found)
}

/// The arguments without files and folders to collect from; those of options stay.
fn without_paths(arguments: &[String], directory: &Path) -> Vec<String> {
    let mut kept = Vec::new();
    let mut value = false;
    let packages = arguments.iter().any(|word| word == "--pyargs");
    for word in arguments {
        let path = word.split_once("::").map_or(word.as_str(), |(file, _)| file);
        let plain = !value && !word.starts_with('-');
        value = !value && WITH_VALUE.contains(&word.as_str());
        if plain && (packages || directory.join(path).exists()) || word == "--pyargs" {
            continue;
        }
        kept.push(word.clone());
    }
    kept
}

/// The path without `.` and `..`, by its letters alone.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                normal.pop();
            }
            std::path::Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn paths_go_and_the_values_of_options_stay() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tests")).unwrap();
        let kept = without_paths(&words("-k tests tests -m slow --tb short tests::x -q --ignore tests"), folder.path());
        assert_eq!(kept, words("-k tests -m slow --tb short -q --ignore tests"));
    }

    #[test]
    fn an_id_is_one_line_whatever_it_holds() {
        let text = selection(&[TestId::new("t.py::a[x\ny]"), TestId::new("t.py::b")]);
        assert_eq!(text, "\"t.py::a[x\\ny]\"\n\"t.py::b\"\n");
    }
}
