//! What a failed import means: an ABI that moved, a part that only an extra installs, or the error alone.

use std::path::Path;

use uplift_ecosystems::python::resolve::Metadata;
use uplift_model::compatibility::{Cause, CauseKind, Constraint, Import};
use uplift_model::{PackageName, Solution};

use super::imports::Crossed;
use crate::usage;

/// What a failure means: an ABI that moved, a part that is only installed with an extra, or the error alone.
pub(super) fn cause(failed: &Import, environment: &Path, solution: &Solution, crossed: &[Crossed]) -> Cause {
    let error = failed.error.as_deref().unwrap_or("it fails");
    let package = failed.package.as_ref().and_then(|p| PackageName::new(p).ok());
    let version = package.as_ref().and_then(|p| solution.version(p));
    let by = package.as_ref().zip(version).map(|(p, v)| format!("{p}=={v}"));
    if let Some(crossed) = package.as_ref().and_then(|p| crossed.iter().find(|c| c.dependents.contains(p))) {
        let by = by.unwrap_or_default();
        let line = crossed.from.line(1).first().copied().unwrap_or_default();
        return Cause {
            kind: CauseKind::Import,
            constraints: vec![
                Constraint {
                    by: Some(by.clone()),
                    place: None,
                    on: crossed.name.to_string(),
                    requires: format!("the ABI of {} {line}", crossed.name),
                },
                Constraint {
                    by: None,
                    place: None,
                    on: crossed.name.to_string(),
                    requires: format!("{}=={}", crossed.name, crossed.to),
                },
            ],
            sentence: format!(
                "`import {}` fails with {} {} ({error}): {by} holds code that was compiled against {} {line}",
                failed.what, crossed.name, crossed.to, crossed.name
            ),
        };
    }
    let what = match &package {
        Some(_) => format!("`import {}`", failed.what),
        None => "a probe".to_owned(),
    };
    if let Some((owner, part, extra)) = only_with_extra(error, environment, solution) {
        return Cause {
            kind: CauseKind::Import,
            constraints: vec![Constraint {
                by: Some(owner.clone()),
                place: None,
                on: part.clone(),
                requires: format!("{part} only with its extra `{extra}`"),
            }],
            sentence: format!("{what} fails ({error}): {owner} installs {part} only with its extra `{extra}`"),
        };
    }
    let on = package.as_ref().map_or_else(|| "python".to_owned(), ToString::to_string);
    Cause {
        kind: CauseKind::Import,
        constraints: vec![Constraint { by, place: None, on, requires: failed.what.clone() }],
        sentence: format!("{what} fails: {error}"),
    }
}

/// For `No module named 'x'`: the package of the set that installs `x` only with an extra.
fn only_with_extra(error: &str, environment: &Path, solution: &Solution) -> Option<(String, String, String)> {
    let (_, behind) = error.split_once("No module named ")?;
    let module = behind.split(['\'', '"']).nth(1)?.split('.').next()?;
    let missing = PackageName::new(module).ok().filter(|name| solution.version(name).is_none())?;
    for site in usage::site_packages(environment) {
        for entry in std::fs::read_dir(&site).into_iter().flatten().flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            let Some((name, version)) = file.strip_suffix(".dist-info").and_then(|stem| stem.rsplit_once('-')) else {
                continue;
            };
            let text = std::fs::read_to_string(entry.path().join("METADATA")).unwrap_or_default();
            let metadata = Metadata::parse(&text);
            let found = metadata.requires.iter().filter(|r| r.name == missing).find_map(|r| r.extra.clone());
            if let (Some(extra), Ok(name)) = (found, PackageName::new(name)) {
                return Some((format!("{name}=={version}"), missing.to_string(), extra));
            }
        }
    }
    None
}
