//! Gates that let everything through: test and lint steps that cannot fail, settings that nobody reads, coverage.

use super::edits::Edits;
use super::unmask::unmask;
use super::{Fix, Wish};
use crate::checks::{absent, dead_sections, is_lint, is_test, tool};
use crate::ci::Step;
use crate::place;
use crate::survey::Survey;

pub(super) fn tests(survey: &Survey<'_>, _: &Wish) -> Result<Fix, String> {
    let subject = "Let failing tests fail the build";
    let mut fix = opened(survey, subject, is_test)?;
    fix.notes.push("tests that fail today will now fail CI: mend them, or mark each one as a known failure".to_owned());
    Ok(fix)
}

pub(super) fn lint(survey: &Survey<'_>, _: &Wish) -> Result<Fix, String> {
    opened(survey, "Let linters fail the build", is_lint)
}

/// Unmasks every step of a kind.
fn opened(survey: &Survey<'_>, subject: &str, wanted: fn(&[String]) -> bool) -> Result<Fix, String> {
    let mut edits = Edits::of(survey.repository);
    let steps: Vec<&Step> = survey.steps().filter(|s| !s.is_enforced() && wanted(s.words())).collect();
    if steps.is_empty() {
        return Err("no step of CI runs them behind a mask; a workflow for them is yours to write".to_owned());
    }
    let mut body = Vec::new();
    let mut notes = Vec::new();
    for step in steps {
        if let Some(script) = absent(survey, step) {
            notes.push(format!(
                "{}:{}: `{}` stays as it is, for {script} is not there: write the script or take the step out, then run \
                 this again",
                step.file,
                step.line,
                step.told()
            ));
            continue;
        }
        match unmask(step, &mut edits) {
            Ok(done) => body.extend(done),
            Err(why) => notes.push(why),
        }
    }
    body.sort();
    body.dedup();
    let changes = edits.changes();
    if changes.is_empty() {
        return Err(notes.join("; "));
    }
    Ok(Fix { subject: subject.to_owned(), body, changes, notes })
}

pub(super) fn configuration(survey: &Survey<'_>, _: &Wish) -> Result<Fix, String> {
    let mut edits = Edits::of(survey.repository);
    let (body, notes) = sections(survey, &mut edits);
    let changes = edits.changes();
    if changes.is_empty() {
        return Err("no section can be renamed".to_owned());
    }
    Ok(Fix { subject: "Let pytest read its settings".to_owned(), body, changes, notes })
}

/// Renames sections that pytest does not read where they stand.
fn sections(survey: &Survey<'_>, edits: &mut Edits<'_>) -> (Vec<String>, Vec<String>) {
    let (mut body, mut notes) = (Vec::new(), Vec::new());
    for section in dead_sections(survey.repository) {
        let wanted = match place::name(&section.file) {
            "pytest.ini" | ".pytest.ini" | "tox.ini" => "[pytest]",
            "setup.cfg" => "[tool:pytest]",
            // The forms of other files do not fit into TOML.
            _ => continue,
        };
        if edits.set(&section.file, section.line, Some(wanted.to_owned())) {
            body.push(format!(
                "{}:{}: `{}` becomes `{wanted}`, which pytest reads",
                section.file, section.line, section.section
            ));
            let options: Vec<&str> =
                section.lines.iter().filter(|(_, l)| l.starts_with("addopts")).map(|(_, l)| l.as_str()).collect();
            notes.push(format!(
                "everything in the section counts from now on{}",
                if options.is_empty() { String::new() } else { format!(", such as `{}`", options.join("`, `")) }
            ));
        }
    }
    (body, notes)
}

pub(super) fn coverage(survey: &Survey<'_>, wish: &Wish) -> Result<Fix, String> {
    let mut edits = Edits::of(survey.repository);
    let (mut body, mut notes) = sections(survey, &mut edits);
    for step in survey
        .steps()
        .filter(|s| !s.is_enforced() && s.words().iter().any(|w| w.contains("fail-under") || w == "--check-coverage"))
    {
        body.extend(unmask(step, &mut edits)?);
    }
    if body.is_empty() {
        let Some(threshold) = wish.threshold else {
            return Err(
                "no threshold is written down, and only you can say which: add `--threshold PERCENT`".to_owned()
            );
        };
        add(survey, threshold, &mut edits, &mut body, &mut notes)?;
    }
    let changes = edits.changes();
    if changes.is_empty() {
        return Err("nothing that can be rewritten holds a threshold".to_owned());
    }
    Ok(Fix { subject: "Let coverage below the threshold fail the build".to_owned(), body, changes, notes })
}

/// Writes the threshold into the first pytest step that can fail.
fn add(
    survey: &Survey<'_>,
    threshold: u8,
    edits: &mut Edits<'_>,
    body: &mut Vec<String>,
    notes: &mut Vec<String>,
) -> Result<(), String> {
    let pytest = |s: &&Step| tool(s.words()).is_some_and(|(t, _)| t == "pytest");
    let steps: Vec<&Step> = survey.steps().filter(pytest).collect();
    let measures = |s: &&&Step| s.words().iter().any(|w| w.starts_with("--cov"));
    let step = steps.iter().find(measures).or_else(|| steps.first()).ok_or("no step of CI runs pytest")?;
    if !step.is_enforced() {
        return Err(format!(
            "{}:{} cannot fail the build yet: `uplift hygiene --fix tests-gate` first",
            step.file, step.line
        ));
    }
    let line = edits.line(&step.file, step.line).unwrap_or_default();
    let at = line.rfind("pytest").ok_or("the step's command spans lines")?;
    let flags = if measures(&step) {
        format!(" --cov-fail-under={threshold}")
    } else {
        format!(" --cov --cov-fail-under={threshold}")
    };
    if !measures(&step) {
        notes.push("`--cov` needs the package pytest-cov where the tests run".to_owned());
    }
    let (before, after) = line.split_at(at + "pytest".len());
    edits.set(&step.file, step.line, Some(format!("{before}{flags}{after}")));
    body.push(format!("{}:{}: coverage below {threshold} % fails the step", step.file, step.line));
    Ok(())
}
