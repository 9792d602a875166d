//! Two analyses side by side, and the list of those that are kept.

use uplift_model::comparison::{Change, Comparison};

use super::lines::paragraph;
use super::table::{Table, cell, toned};
use crate::clean;
use crate::numbers::{count, list};
use crate::view::{Tone, View};

/// What changed between two analyses.
pub fn compared(comparison: &Comparison, view: &View) -> String {
    let title =
        format!("{} since {}, seen on {}", count(comparison.changes.len(), "change"), comparison.from, comparison.to);
    let mut page = paragraph(view, "", &title, Tone::Heading);
    let counts = comparison.counts;
    let days = |d: Option<i64>| d.map_or_else(|| "?".to_owned(), |d| format!("{d} d"));
    let touching = match counts.advisories {
        [Some(before), Some(after)] => format!("advisories {before} -> {after}"),
        [before, after] => format!("advisories not comparable ({} -> {})", known(before), known(after)),
    };
    let sums = format!(
        "dependencies {} -> {}, {touching}, outdated {} -> {}, median age {} -> {}",
        counts.dependencies[0],
        counts.dependencies[1],
        counts.outdated[0],
        counts.outdated[1],
        days(counts.median_age[0]),
        days(counts.median_age[1])
    );
    page.push_str(&paragraph(view, "  ", &sums, Tone::Plain));
    if !comparison.changes.is_empty() {
        page.push('\n');
        let mut table = Table::new(2, &["component", "package", "change", "from", "to", "advisories"]);
        for change in &comparison.changes {
            let dash = |v: &Option<String>| cell(v.clone().unwrap_or_else(|| "-".to_owned()));
            let tone = if change.new.is_empty() { Tone::Plain } else { Tone::Bad };
            table.row(
                vec![
                    cell(clean::line(&change.component)),
                    cell(clean::line(&change.package)),
                    cell(change.kind.clone()),
                    dash(&change.from),
                    dash(&change.to),
                    toned(tone, advisories(change)),
                ],
                Vec::new(),
            );
        }
        page.push_str(&table.render(view));
    }
    for caution in &comparison.caution {
        page.push_str(&paragraph(view, "not comparable: ", &clean::line(caution), Tone::Held));
    }
    page
}

/// A number, or `?` where its source failed.
fn known(number: Option<usize>) -> String {
    number.map_or_else(|| "?".to_owned(), |n| n.to_string())
}

fn advisories(change: &Change) -> String {
    let mut said = Vec::new();
    if !change.mended.is_empty() {
        said.push(format!("gone: {}", list(&change.mended)));
    }
    if !change.new.is_empty() {
        said.push(format!("new: {}", list(&change.new)));
    }
    said.join("; ")
}

/// One kept analysis.
#[derive(Debug, Clone, serde::Serialize)]
pub struct HistoryLine {
    pub name: String,
    pub commit: Option<String>,
    pub dependencies: usize,
    /// `None`: a source of them failed.
    pub advisories: Option<usize>,
    pub urgency: String,
}

/// The analyses that are kept, newest first.
pub fn history(lines: &[HistoryLine], view: &View) -> String {
    if lines.is_empty() {
        return paragraph(view, "", "no analysis is kept for this repository yet", Tone::Plain);
    }
    let mut table = Table::new(0, &["analysis", "commit", "dependencies", "advisories", "urgency"]);
    for line in lines {
        let commit = line.commit.as_deref().and_then(|c| c.get(..10)).unwrap_or("-");
        table.row(
            vec![
                cell(line.name.clone()),
                cell(commit),
                cell(line.dependencies.to_string()),
                cell(known(line.advisories)),
                cell(line.urgency.clone()),
            ],
            Vec::new(),
        );
    }
    let mut page = table.render(view);
    page.push_str(&view.next(&[view.on_path("check --diff NAME")]));
    page
}
