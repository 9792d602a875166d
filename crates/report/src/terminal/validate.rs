//! The screen of a compatibility check: the verdict in a paragraph, then what moves and the matrix.

use uplift_model::compatibility::{
    Check, CompatibilityReport, ComponentCompatibility, MatrixRow, Shift, StepCompatibility, Verdict,
};

use super::lines::paragraph;
use super::table::{Table, cell, toned};
use crate::clean;
use crate::numbers::{count, list};
use crate::view::{Tone, View};

/// Moves that come along and are listed.
const SHOWN: usize = 12;

/// A report, as `uplift validate` shows it.
pub fn validate(report: &CompatibilityReport, view: &View) -> String {
    let day = report.as_of.as_ref().map(|d| format!(", as of {d}")).unwrap_or_default();
    let title = format!("{}: {}, {}{day}", report.repository, report.verdict.word(), report.profile.platform);
    let mut page = paragraph(view, "", &clean::line(&title), tone(report.verdict));
    for component in &report.components {
        page.push('\n');
        page.push_str(&self::component(component, view));
    }
    if !report.profile.stated.is_empty() {
        page.push('\n');
        page.push_str(&paragraph(view, "", "environment, as the settings state it", Tone::Heading));
    }
    for condition in &report.profile.stated {
        let text =
            format!("{} {}: {}, {}", condition.name, condition.value, condition.verdict.word(), condition.because);
        page.push_str(&paragraph(view, "  ", &clean::line(&text), tone(condition.verdict)));
    }
    for what in &report.profile.not_checked {
        page.push_str(&paragraph(view, "not checked: ", &clean::line(what), Tone::Held));
    }
    page
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Sat => Tone::Good,
        Verdict::NotChecked | Verdict::Downgrade => Tone::Held,
        Verdict::ImportFails | Verdict::PeerViolation | Verdict::Unsat => Tone::Bad,
    }
}

fn component(component: &ComponentCompatibility, view: &View) -> String {
    let mut page = paragraph(
        view,
        "",
        &clean::line(&format!("{} ({}): {}", component.path, component.ecosystem, component.files.join(", "))),
        Tone::Heading,
    );
    for overlay in &component.overlay {
        let replaces = if overlay.replaces.is_empty() {
            "new".to_owned()
        } else {
            format!("in place of {}", list(&overlay.replaces))
        };
        page.push_str(&paragraph(
            view,
            "  with ",
            &clean::line(&format!("{}, {replaces}", overlay.requirement)),
            Tone::Quiet,
        ));
    }
    for check in &component.checks {
        page.push_str(&self::check(check, view));
    }
    for step in &component.steps {
        page.push_str(&self::step(step, view));
    }
    if let Some(window) = &component.window {
        page.push_str(&paragraph(view, "  Python for the complete set: ", &window.text, Tone::Plain));
    }
    page.push_str(&matrix(component, view));
    for family in &component.families {
        let text = format!("{}: {}", list(&family.members), family.because.join("; "));
        page.push_str(&paragraph(view, "  only together: ", &clean::line(&text), Tone::Quiet));
    }
    for note in &component.notes {
        page.push_str(&paragraph(view, "  note: ", &clean::line(note), Tone::Quiet));
    }
    page
}

/// The set after one step of a plan: a line where it holds, what decides where it does not.
fn step(step: &StepCompatibility, view: &View) -> String {
    let on: Vec<String> = step.checks.iter().map(|c| format!("{} on {}", c.verdict.word(), c.runtime)).collect();
    let text = format!("step {}: {}: {}", step.number, step.title, list(&on));
    let mut page = paragraph(view, "  ", &clean::line(&text), tone(step.verdict));
    for check in step.checks.iter().filter(|c| c.verdict != Verdict::Sat) {
        page.push_str(&paragraph(view, "    ", &clean::line(&check.paragraph), Tone::Plain));
    }
    page
}

fn check(check: &Check, view: &View) -> String {
    let mut page = paragraph(view, "  ", &clean::line(&check.paragraph), tone(check.verdict));
    for import in check.imports.iter().filter(|i| !i.ok) {
        let error = import.error.as_deref().unwrap_or("it fails");
        let before = if import.before { " (without the overlay as well)" } else { "" };
        page.push_str(&paragraph(view, "    ", &clean::line(&format!("{}: {error}{before}", import.what)), Tone::Held));
    }
    let imported = check.imports.iter().filter(|i| i.ok).count();
    if imported > 0 {
        page.push_str(&paragraph(view, "    ", &format!("{} worked", count(imported, "import")), Tone::Quiet));
    }
    for shift in &check.downgrades {
        page.push_str(&paragraph(view, "    lowered: ", &clean::line(&moved(shift)), Tone::Bad));
    }
    let along: Vec<&Shift> = check.induced.iter().filter(|s| !check.downgrades.contains(s)).collect();
    if !along.is_empty() {
        let mut told: Vec<String> = along.iter().take(SHOWN).map(|s| moved(s)).collect();
        if along.len() > SHOWN {
            told.push(format!("{} more", along.len() - SHOWN));
        }
        page.push_str(&paragraph(view, "    comes along: ", &clean::line(&told.join(", ")), Tone::Plain));
    }
    for extra in &check.unknown_extras {
        let text = format!("{} {} has no extra `{}`; it adds nothing", extra.name, extra.version, extra.extra);
        page.push_str(&paragraph(view, "    ", &clean::line(&text), Tone::Held));
    }
    page
}

fn moved(shift: &Shift) -> String {
    match (&shift.from, &shift.to) {
        (Some(from), Some(to)) => format!("{} {from} -> {to}", shift.name),
        (None, Some(to)) => format!("{} {to} (new)", shift.name),
        (Some(from), None) => format!("{} {from} (goes out)", shift.name),
        (None, None) => shift.name.clone(),
    }
}

/// Rows that say something: those that do not go together, and those that a peer limits.
fn matrix(component: &ComponentCompatibility, view: &View) -> String {
    let told = |row: &&MatrixRow| match row.verdict {
        Verdict::Sat => row.deciding.is_some(),
        // Beside a refusal these are simply what was not reached.
        Verdict::NotChecked => row.deciding.is_some() && component.verdict != Verdict::Unsat,
        _ => true,
    };
    let rows: Vec<&MatrixRow> = component.matrix.iter().filter(told).collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new(2, &["package", "version", "on", "verdict", "for Python", "decides"]);
    for row in &rows {
        let dash = || "-".to_owned();
        table.row(
            vec![
                cell(clean::line(&row.package)),
                cell(clean::line(row.version.as_deref().unwrap_or("-"))),
                cell(row.runtime.clone()),
                toned(tone(row.verdict), row.verdict.word()),
                cell(row.range.clone().unwrap_or_else(dash)),
                cell(clean::line(row.deciding.as_deref().unwrap_or("-"))),
            ],
            Vec::new(),
        );
    }
    let rest = component.matrix.len() - rows.len();
    let mut page = table.render(view);
    if rest > 0 {
        page.push_str(&paragraph(view, "  ", &format!("{}: --format json", count(rest, "more row")), Tone::Quiet));
    }
    page
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_shows_its_paragraph_and_the_rows_that_decide() {
        let report: CompatibilityReport = serde_json::from_str(
            r#"{"repository":"shop","as_of":"2025-11-04","profile":{"platform":"linux x86_64","not_checked":[]},
            "verdict":"unsat","components":[{"path":"backend","ecosystem":"python","files":["backend/requirements.txt"],
            "overlay":[{"name":"torch","requirement":"torch==2.5.1","replaces":["torch==2.1.0 (backend/requirements.txt:42)"]}],
            "verdict":"unsat","checks":[{"runtime":"3.11","present":true,"verdict":"unsat",
            "paragraph":"No set fulfils all requirements on Python 3.11: torchvision==0.16.0 requires torch==2.1.0, but torch==2.5.1 is asked for.",
            "causes":[],"warnings":[],"solution":{},"induced":[],"downgrades":[],"unknown_extras":[],"imports":[],"asked":4}],
            "window":null,"matrix":[{"package":"torch","version":"2.5.1","runtime":"3.11","verdict":"unsat",
            "deciding":"torchvision==0.16.0 requires torch==2.1.0","range":"3.9-3.12"},
            {"package":"flask","version":"3.0.0","runtime":"3.11","verdict":"not-checked","deciding":null,"range":"3.8-3.14"}],
            "families":[],"notes":["\u001b[2Jodd"]}]}"#,
        )
        .unwrap();
        insta::assert_snapshot!(validate(&report, &View::new(100, false)), @r"
        shop: unsat, linux x86_64, as of 2025-11-04

        backend (python): backend/requirements.txt
          with torch==2.5.1, in place of torch==2.1.0 (backend/requirements.txt:42)
          No set fulfils all requirements on Python 3.11: torchvision==0.16.0 requires torch==2.1.0, but
          torch==2.5.1 is asked for.
          package  version  on    verdict  for Python  decides
          torch    2.5.1    3.11  unsat    3.9-3.12    torchvision==0.16.0 requires torch==2.1.0
          1 more row: --format json
          note: \x1b[2Jodd
        ");
    }
}
