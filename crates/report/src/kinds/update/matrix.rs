//! The compatibility matrix: which packages go together on which runtime, and what decides (rows D2-D6).

use uplift_model::Datum;
use uplift_model::compatibility::{CompatibilityReport, ComponentCompatibility, Verdict};

use super::Facts;
use crate::document::{Block, Figure, Section, Table, Text, Tone};
use crate::kinds::{pieces, ways};
use crate::pictures::{Matrix, Picture};

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let section = Section::new("compatibility", "Compatibility matrix");
    let report = match &facts.dossier.compatibility {
        Datum::Found { value } => value,
        Datum::None => return section.with(Block::Callout(Tone::Unknown, Text::from("Compatibility was not asked."))),
        Datum::NotRetrieved { why } => {
            let text = Text::from("Compatibility of the complete set: ").unknown(why);
            return section.with(Block::Callout(Tone::Unknown, text));
        }
    };
    let about: Vec<&ComponentCompatibility> = report
        .components
        .iter()
        .filter(|c| ways::parts(facts.dossier).iter().any(|part| part.path == ways::normal(&c.path)))
        .collect();
    if about.is_empty() {
        let text = Text::from("Compatibility: ").unknown("the components of this report were not asked about");
        return section.with(Block::Callout(Tone::Unknown, text));
    }
    let section = about.iter().enumerate().fold(section, |section, (number, one)| section.below(part(number + 1, one)));
    section.with(Block::Paragraph(machine(report)))
}

fn machine(report: &CompatibilityReport) -> Text {
    let text = Text::from(format!("The answers hold for {}", report.profile.platform));
    let text = match &report.as_of {
        Some(day) => text.plain(format!(" and releases up to {day}.")),
        None => text.plain(" and the releases of the day it was asked."),
    };
    if report.profile.not_checked.is_empty() {
        return text;
    }
    text.plain(" ").unknown(format!("not checked: {}", report.profile.not_checked.join("; ")))
}

/// A verdict in a person's words; `compatible` is said of solved sets only.
pub(super) fn verdict(verdict: Verdict) -> (Tone, &'static str) {
    match verdict {
        Verdict::Sat => (Tone::Good, "compatible"),
        Verdict::NotChecked => (Tone::Unknown, "not checked"),
        Verdict::Downgrade => (Tone::Bad, "only with a downgrade"),
        Verdict::ImportFails => (Tone::Bad, "an import fails"),
        Verdict::PeerViolation => (Tone::Bad, "a peer is violated"),
        Verdict::Unsat => (Tone::Bad, "no set exists"),
    }
}

fn part(number: usize, component: &ComponentCompatibility) -> Section {
    let (tone, word) = verdict(component.verdict);
    let mut told = Text::new().strong(word).plain(": ");
    told = match component.verdict {
        Verdict::Sat => told.plain("a resolver solved the complete set; no requirement stands against another."),
        Verdict::NotChecked => told.plain("nothing could be concluded."),
        _ => told.plain("what decides is below."),
    };
    let mut section = Section::new(format!("compatibility-{number}"), Text::new().code(&component.path))
        .with(Block::Callout(tone, told));
    if let Some(window) = &component.window {
        let refused = if window.refused.is_empty() {
            Text::new()
        } else {
            Text::from("; refused: ").and(pieces::codes(&window.refused))
        };
        let text = Text::from("Interpreters for the complete set: ").strong(&window.text).plain("; solved: ");
        section = section.say(text.and(pieces::codes(&window.solved)).and(refused).plain("."));
    }
    for check in component.checks.iter().filter(|c| c.verdict != Verdict::Sat) {
        section = section.say(Text::new().code(&check.runtime).plain(": ").plain(&check.paragraph));
    }
    for check in &component.checks {
        let failing: Vec<Text> = check
            .imports
            .iter()
            .filter(|import| !import.ok && !import.before)
            .map(|import| {
                let error = import.error.as_deref().unwrap_or("no error was told");
                Text::new().code(&import.what).plain(format!(" on {}: {error}", check.runtime))
            })
            .collect();
        if !failing.is_empty() {
            section = section.with(Block::List(failing));
        }
    }
    let table = table(number, component);
    if let Some(figure) = figure(number, component) {
        section = section.with(Block::Figure(figure));
    }
    section.with(Block::Table(table))
}

fn table(number: usize, component: &ComponentCompatibility) -> Table {
    let mut table = Table::new(
        format!("matrix-{number}"),
        "Each package on each runtime, and what decides",
        &["Package", ">Version", "Runtime", "Verdict", "What decides", "It is for"],
        "No package was looked at by itself.",
    );
    for row in &component.matrix {
        let (tone, word) = verdict(row.verdict);
        let cells = vec![
            Text::new().code(&row.package),
            pieces::known(row.version.as_deref(), "none was found"),
            Text::new().code(&row.runtime),
            Text::from(word),
            Text::from(row.deciding.as_deref().unwrap_or("nothing stands against it")),
            pieces::known(row.range.as_deref(), "it states no range"),
        ];
        table.row(cells).tone = tone;
    }
    table
}

fn figure(number: usize, component: &ComponentCompatibility) -> Option<Figure> {
    let mut columns: Vec<String> = Vec::new();
    let mut rows: Vec<(String, Vec<(Tone, String)>)> = Vec::new();
    for row in &component.matrix {
        if !columns.contains(&row.runtime) {
            columns.push(row.runtime.clone());
        }
    }
    for row in &component.matrix {
        let label = row.version.as_ref().map_or_else(|| row.package.clone(), |v| format!("{} {v}", row.package));
        if !rows.iter().any(|(name, _)| *name == label) {
            let cell = |runtime: &String| {
                let own = component.matrix.iter().find(|other| {
                    other.package == row.package && other.version == row.version && other.runtime == *runtime
                });
                let (tone, word) = own.map_or((Tone::Unknown, "not asked"), |own| verdict(own.verdict));
                (tone, word.to_owned())
            };
            rows.push((label, columns.iter().map(cell).collect()));
        }
    }
    (!rows.is_empty()).then(|| Figure {
        id: format!("matrix-figure-{number}"),
        caption: Text::from("Which package goes on which runtime"),
        picture: Picture::Matrix(Matrix { columns, rows }),
    })
}
