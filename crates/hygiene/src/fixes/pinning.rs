//! Exact pins in place of open requirements, for the versions that are known.

use super::edits::Edits;
use super::{Fix, Wish};
use crate::checks::{Open, open, pinned_line};
use crate::survey::Survey;
use uplift_model::Ecosystem;

const ASK: &str =
    "a version that another line states proves no release; `uplift check --explain NAME` names the target";

pub(super) fn write(survey: &Survey<'_>, wish: &Wish) -> Result<Fix, String> {
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
    Ok(Fix { subject: "Pin dependencies to the versions in use".to_owned(), body, changes, notes })
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
