//! Python manifests: `requires-python`, `python_requires`, Poetry's and Pipfile's `python`, classifiers, and
//! what tox keeps in `pyproject.toml` and `setup.cfg`.

use uplift_ecosystems::python::manifest::{ManifestKind, floor, parse, pinned};

use super::{At, Found, Meaning, environments, line_at};
use crate::runtimes::statement::{Runtime, kind};
use crate::runtimes::versions::{line, sorted};

const CLASSIFIER: &str = "Programming Language :: Python :: ";

pub(super) fn read(file: &str, text: &str, found: &mut Found) {
    let name = file.rsplit('/').next().unwrap_or(file);
    let Some(form) = ManifestKind::of_file(name) else { return };
    // Syntax errors are told by whoever reads the requirements.
    let Ok(manifest) = parse(form, text) else { return };
    if let Some(requires) = &manifest.requires_python {
        let lead = match form {
            ManifestKind::Pyproject => "requires-python",
            ManifestKind::Pipfile => "python_version",
            _ => "python_requires",
        };
        let at = At { file, line: requires.line, kind: kind::REQUIRES, lead, around: "" };
        let whole = requires.specifier.strip_prefix("==").and_then(|v| v.strip_suffix(".*"));
        let exact = whole.map(str::to_owned).or_else(|| pinned(&requires.specifier).map(|v| v.to_string()));
        let lowest = exact.clone().or_else(|| floor(&requires.specifier).map(|bound| bound.version.to_string()));
        let lines = lowest.iter().filter_map(|v| line(Runtime::Python, v)).collect();
        let versions = lowest.into_iter().collect();
        let range = Some(requires.specifier.clone());
        found.push(at, Runtime::Python, &requires.written, Meaning { lines, versions, exact: exact.is_some(), range });
    }
    let lines =
        sorted(manifest.classifiers.iter().filter_map(|v| line(Runtime::Python, v)).filter(|l| l.contains('.')));
    if !lines.is_empty() {
        let first = classifier_lines(text, &lines);
        let at = At { file, line: first, kind: kind::CLASSIFIERS, lead: "classifiers", around: "" };
        found.push(at, Runtime::Python, &lines.join(", "), Meaning::lines(lines.clone()));
    }
    match form {
        ManifestKind::Pyproject | ManifestKind::SetupCfg => environments::tox(file, text, found),
        _ => {}
    }
}

/// The first line that holds a classifier of one of `lines`.
fn classifier_lines(text: &str, lines: &[String]) -> u32 {
    let offset = text.match_indices(CLASSIFIER).find(|(at, found)| {
        let rest = text.get(at + found.len()..).unwrap_or_default();
        lines.iter().any(|l| rest.starts_with(l.as_str()))
    });
    offset.map_or(1, |(at, _)| line_at(text, at))
}
