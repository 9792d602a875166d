//! What a picture shows, in words: one sentence that sums it up, and a table with all of it.
//!
//! Lives here: both, raw (each form escapes them). Lives elsewhere: the drawing (`super::svg`).

use super::{Bars, Map, Matrix, Picture, Timeline};
use crate::document::{Column, Row, Text, Tone};

/// The table of a picture: its columns and rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// What did not fit into the picture.
    pub left_out: Option<String>,
}

/// The word for a tone; a plain one needs none.
pub fn tone(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Plain => None,
        Tone::Good => Some("good"),
        Tone::Warning => Some("caution"),
        Tone::Bad => Some("bad"),
        Tone::Unknown => Some("unknown"),
    }
}

/// A value with its unit: `1 package`, `3 packages`, `2.5 days`.
pub fn value(value: f64, unit: &str) -> String {
    let unit = if value == 1.0 { singular(unit) } else { unit.to_owned() };
    format!("{} {unit}", number(value)).trim_end().to_owned()
}

/// At most one decimal, none where it is whole.
pub fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn singular(unit: &str) -> String {
    match unit.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => unit.strip_suffix('s').unwrap_or(unit).to_owned(),
    }
}

/// What the picture says, for those who do not see it.
pub fn description(picture: &Picture) -> String {
    if picture.is_empty() {
        return "There is nothing to show.".to_owned();
    }
    match picture {
        Picture::Bars(bars) => bars
            .bars
            .iter()
            .map(|(label, values)| {
                let parts: Vec<String> = bars
                    .parts
                    .iter()
                    .zip(values)
                    .filter(|(_, value)| **value > 0.0)
                    .map(|((part, _), value)| format!("{} {part}", number(*value)))
                    .collect();
                let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
                format!("{label}: {}{parts}.", self::value(total(values), &bars.unit))
            })
            .collect::<Vec<_>>()
            .join(" "),
        Picture::Timeline(timeline) => {
            let last = timeline.rows.iter().map(|row| row.to).max().unwrap_or_default();
            let rows = crate::numbers::count(timeline.rows.len(), "row");
            format!(
                "{rows} over {}.",
                crate::numbers::count(usize::try_from(last).unwrap_or(usize::MAX), &timeline.unit)
            )
        }
        Picture::Map(map) if map.is_chain() => {
            let names: Vec<&str> = map.nodes.iter().map(|node| node.label.as_str()).collect();
            format!("One after the other: {}.", names.join(", then "))
        }
        Picture::Map(map) => {
            let marked = map.nodes.iter().filter(|node| !node.note.is_empty()).count();
            format!(
                "{}, {} of which one needs another; {marked} with something to know.",
                crate::numbers::count(map.nodes.len(), "package"),
                crate::numbers::count(map.edges.len(), "pair")
            )
        }
        Picture::Matrix(matrix) => {
            let cells = || matrix.rows.iter().flat_map(|(_, cells)| cells);
            let mut words: Vec<(&str, usize)> = Vec::new();
            for (_, word) in cells() {
                match words.iter_mut().find(|(known, _)| known == word) {
                    Some((_, count)) => *count += 1,
                    None => words.push((word, 1)),
                }
            }
            let words: Vec<String> = words.iter().map(|(word, count)| format!("{count} {word}")).collect();
            format!(
                "{} by {}: {}.",
                crate::numbers::count(matrix.rows.len(), "row"),
                crate::numbers::count(matrix.columns.len(), "column"),
                words.join(", ")
            )
        }
    }
}

/// Everything that the picture shows, as a table.
pub fn table(picture: &Picture) -> Told {
    match picture {
        Picture::Bars(bars) => of_bars(bars),
        Picture::Timeline(timeline) => of_timeline(timeline),
        Picture::Map(map) => of_map(map),
        Picture::Matrix(matrix) => of_matrix(matrix),
    }
}

/// The sum of a bar, with what is no number left out.
pub(super) fn total(values: &[f64]) -> f64 {
    values.iter().filter(|value| value.is_finite() && **value > 0.0).sum()
}

fn left(title: &str) -> Column {
    Column { title: title.to_owned(), right: false }
}

fn right(title: &str) -> Column {
    Column { title: title.to_owned(), right: true }
}

fn row(tone: Tone, cells: Vec<String>) -> Row {
    Row { id: None, tone, cells: cells.into_iter().map(Text::from).collect() }
}

fn of_bars(bars: &Bars) -> Told {
    let used = bars.used();
    let mut columns = vec![left("what")];
    columns.extend(used.iter().filter_map(|index| bars.parts.get(*index)).map(|(part, _)| right(part)));
    columns.push(right(&format!("all {}", bars.unit)));
    let rows = bars.bars.iter().map(|(label, values)| {
        let mut cells = vec![label.clone()];
        cells.extend(used.iter().map(|index| number(values.get(*index).copied().unwrap_or_default())));
        cells.push(number(total(values)));
        row(Tone::Plain, cells)
    });
    Told { columns, rows: rows.collect(), left_out: None }
}

fn of_timeline(timeline: &Timeline) -> Told {
    let columns = vec![
        left("what"),
        right(&format!("first {}", timeline.unit)),
        right(&format!("last {}", timeline.unit)),
        left("status"),
    ];
    let rows = timeline.rows.iter().map(|one| {
        let word = meaning(timeline, one.tone);
        row(one.tone, vec![one.label.clone(), one.from.to_string(), one.to.to_string(), word])
    });
    Told { columns, rows: rows.collect(), left_out: None }
}

/// What a tone stands for on a timeline.
pub(super) fn meaning(timeline: &Timeline, of: Tone) -> String {
    let named = timeline.legend.iter().find(|(tone, _)| *tone == of).map(|(_, word)| word.clone());
    named.unwrap_or_else(|| tone(of).unwrap_or_default().to_owned())
}

fn of_map(map: &Map) -> Told {
    let rows = map.nodes.iter().enumerate().map(|(index, node)| {
        let by: Vec<&str> = map
            .edges
            .iter()
            .filter(|(_, to)| *to == index)
            .filter_map(|(from, _)| map.nodes.get(*from))
            .map(|node| node.label.as_str())
            .collect();
        row(node.tone, vec![node.label.clone(), by.join(", "), node.note.clone()])
    });
    let left_out = (map.left_out > 0).then(|| format!("{} more left out to keep it readable.", map.left_out));
    let heads = if map.is_chain() { ["state", "after"] } else { ["package", "needed by"] };
    let columns = heads.iter().chain(&["what to know"]).map(|title| left(title)).collect();
    Told { columns, rows: rows.collect(), left_out }
}

fn of_matrix(matrix: &Matrix) -> Told {
    let mut columns = vec![left("what")];
    columns.extend(matrix.columns.iter().map(|title| left(title)));
    let rows = matrix.folded().into_iter().map(|alike| {
        let mut told = vec![alike.labels.join(", ")];
        told.extend(
            (0..matrix.columns.len()).map(|index| alike.cells.get(index).map(|c| c.1.clone()).unwrap_or_default()),
        );
        row(Tone::Plain, told)
    });
    Told { columns, rows: rows.collect(), left_out: None }
}
