//! Exact pins in place of open requirements, for the versions that are known.

use std::str::FromStr;

use super::edits::Edits;
use super::{Fix, Wish};
use crate::checks::{Open, open, pinned_line};
use crate::survey::Survey;
use uplift_model::{Ecosystem, semver};

const ASK: &str =
    "a version that another line states proves no release; `uplift check --explain NAME` names the target";

pub(super) fn write(survey: &Survey<'_>, wish: &Wish) -> Result<Fix, String> {
    let refused = refused(survey, wish);
    if !refused.is_empty() {
        return Err(refused.join("; "));
    }
    let mut edits = Edits::of(survey.repository);
    let mut body = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for open in open(survey) {
        let wished = wish.pins.iter().find(|(name, _)| same(name, &open.requirement.name)).map(|(_, v)| v.as_str());
        let Some(pin) = pinned_line(&open, wished) else {
            unknown.push(unproven(&open));
            continue;
        };
        let statement = open.statement;
        let Some(line) = edits.line(&statement.file, statement.line) else { continue };
        let Some(changed) = changed(&line, &open, &pin) else {
            unknown.push(format!("{} ({}:{} spans lines)", open.requirement.name, statement.file, statement.line));
            continue;
        };
        if edits.set(&statement.file, statement.line, Some(changed)) {
            body.push(format!("{}:{}: `{}` becomes `{pin}`", statement.file, statement.line, statement.written));
        }
    }
    unknown.sort();
    unknown.dedup();
    let changes = edits.changes();
    if changes.is_empty() {
        return Err(format!(
            "no lock and no environment shows which version of {} is in use: lock or install first, or say it with \
             `--pin NAME==VERSION`; {ASK}",
            crate::place::listed(&unknown)
        ));
    }
    let mut notes = Vec::new();
    if !unknown.is_empty() {
        notes.push(format!(
            "still open, for no lock and no environment shows which version is in use: {}; {ASK}",
            unknown.join(", ")
        ));
    }
    if !wish.pins.is_empty() {
        let asked: Vec<String> = wish.pins.iter().map(|(name, version)| format!("{name}=={version}")).collect();
        notes.push(format!(
            "written as asked for, and no index was asked whether it was ever released: {}; `uplift check` on the branch tells",
            asked.join(", ")
        ));
    }
    Ok(Fix { subject: "Pin dependencies to the versions in use".to_owned(), body, changes, notes })
}

/// Wished pins that are not written, each with its reason.
fn refused(survey: &Survey<'_>, wish: &Wish) -> Vec<String> {
    let open = open(survey);
    let mut refused = Vec::new();
    for (name, version) in &wish.pins {
        let own: Vec<&Open<'_>> = open.iter().filter(|o| same(name, &o.requirement.name)).collect();
        if own.is_empty() {
            let mut stated = survey.repository.components.iter().flat_map(|c| &c.requirements);
            refused.push(if stated.any(|r| same(name, &r.name)) {
                format!("`--pin {name}=={version}`: what states {name} is exact or held by a lock already")
            } else {
                format!("`--pin {name}=={version}`: no manifest here states {name}")
            });
        }
        for open in own {
            if admits(open.component.ecosystem, &open.statement.specifier, version) == Some(false) {
                let statement = open.statement;
                refused.push(format!(
                    "`--pin {name}=={version}`: {}:{} asks for `{}`, which {version} does not meet",
                    statement.file, statement.line, statement.written
                ));
            }
        }
    }
    refused
}

/// Whether a statement's own range admits `version`; `None` when its form tells nothing here (Poetry's `^2.0`).
fn admits(ecosystem: Ecosystem, specifier: &str, version: &str) -> Option<bool> {
    match ecosystem {
        Ecosystem::Python => {
            let range = uv_pep440::VersionSpecifiers::from_str(specifier).ok()?;
            Some(uv_pep440::Version::from_str(version).is_ok_and(|version| range.contains(&version)))
        }
        Ecosystem::JavaScript => {
            let range = semver::Range::new(specifier).ok()?;
            Some(semver::Version::new(version).is_ok_and(|version| range.satisfies(&version)))
        }
    }
}

/// The name, with the version that another line states: whether that was ever released cannot be seen from here.
fn unproven(open: &Open<'_>) -> String {
    let requirement = open.requirement;
    match &requirement.pinned {
        Some(version) => format!("{} ({version} in another line)", requirement.name),
        None => requirement.name.clone(),
    }
}

fn same(a: &str, b: &str) -> bool {
    let normal = |name: &str| name.to_lowercase().replace(['_', '.'], "-");
    normal(a) == normal(b)
}

fn changed(line: &str, open: &Open<'_>, pin: &str) -> Option<String> {
    let written = &open.statement.written;
    match open.component.ecosystem {
        Ecosystem::Python => line.contains(written.as_str()).then(|| line.replacen(written.as_str(), pin, 1)),
        Ecosystem::JavaScript => {
            let quoted = format!("\"{}\"", open.statement.specifier);
            // The name may hold the same text; the value stands last.
            line.rfind(&quoted).map(|at| {
                format!(
                    "{}\"{pin}\"{}",
                    line.get(..at).unwrap_or_default(),
                    line.get(at + quoted.len()..).unwrap_or_default()
                )
            })
        }
    }
}
