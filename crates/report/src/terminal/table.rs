//! Tables that fit: fixed columns, then one column that takes the rest of the line or moves below it.

use super::lines::{cut, pad, width, wrap};
use crate::view::{Tone, View};

/// Narrower than this, the last column is worth nothing beside the others and goes below them.
const WORTH: usize = 24;
/// Columns between two cells.
const GAP: usize = 2;

/// A cell's text, already cleaned.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    text: String,
    tone: Tone,
}

/// A table under construction; every row has a cell for each title, the last one is wrapped.
#[derive(Debug, Default)]
pub(super) struct Table {
    indent: usize,
    titles: Vec<&'static str>,
    /// Each row decides for itself where its last cell goes.
    row_by_row: bool,
    rows: Vec<(Vec<Cell>, Vec<Cell>)>,
}

pub(super) fn cell(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), tone: Tone::Plain }
}

pub(super) fn toned(tone: Tone, text: impl Into<String>) -> Cell {
    Cell { text: text.into(), tone }
}

impl Table {
    pub(super) fn new(indent: usize, titles: &[&'static str]) -> Self {
        Self { indent, titles: titles.to_vec(), row_by_row: false, rows: Vec::new() }
    }

    /// Where there is no room to wrap the last column, a short cell stays beside its row and only a long one goes below;
    /// a quiet one is left out there.
    pub(super) fn row_by_row(mut self) -> Self {
        self.row_by_row = true;
        self
    }

    /// A row, and what stands on lines of its own below it.
    pub(super) fn row(&mut self, cells: Vec<Cell>, below: Vec<Cell>) {
        self.rows.push((cells, below));
    }

    pub(super) fn render(&self, view: &View) -> String {
        let room = view.columns().saturating_sub(self.indent);
        let Some(fixed) = self.titles.len().checked_sub(1) else { return String::new() };
        let widths = self.widths(fixed, room);
        let used: usize = widths.iter().map(|w| w + GAP).sum();
        let longest = self.rows.iter().filter_map(|(c, _)| c.get(fixed)).map(|c| width(&c.text)).max().unwrap_or(0);
        let rest = room.saturating_sub(used);
        let beside = rest >= WORTH.min(longest);
        let fits = |cells: &[Cell]| self.row_by_row && cells.get(fixed).is_some_and(|c| width(&c.text) <= rest);
        let room_for = |cells: &[Cell]| if beside || fits(cells) { rest } else { 0 };
        let mut all = String::new();
        let titles: Vec<Cell> = self.titles.iter().map(|t| toned(Tone::Quiet, *t)).collect();
        let any = beside || self.rows.iter().any(|(c, _)| fits(c) && c.get(fixed).is_some_and(|c| !c.text.is_empty()));
        self.line(view, &mut all, &titles, &widths, if any { rest } else { 0 });
        for (cells, below) in &self.rows {
            let here = room_for(cells);
            self.line(view, &mut all, cells, &widths, here);
            let moved = cells.get(fixed).filter(|c| here == 0 && !c.text.is_empty() && !self.dropped(c));
            for cell in moved.into_iter().chain(below) {
                for text in wrap(&cell.text, room.saturating_sub(4)) {
                    all.push_str(&" ".repeat(self.indent + 4));
                    all.push_str(&view.paint(cell.tone, &text));
                    all.push('\n');
                }
            }
        }
        all
    }

    /// What is quiet is no loss, and not worth a line of its own.
    fn dropped(&self, cell: &Cell) -> bool {
        self.row_by_row && cell.tone == Tone::Quiet
    }

    /// Widths of the fixed columns: natural, the widest cut down until they fit.
    fn widths(&self, fixed: usize, room: usize) -> Vec<usize> {
        let natural = |i: usize| {
            let title = self.titles.get(i).map_or(0, |t| width(t));
            self.rows.iter().filter_map(|(c, _)| c.get(i)).map(|c| width(&c.text)).max().unwrap_or(0).max(title)
        };
        let mut widths: Vec<usize> = (0..fixed).map(natural).collect();
        while widths.iter().map(|w| w + GAP).sum::<usize>() > room + GAP {
            match widths.iter_mut().max() {
                Some(widest) if *widest > 6 => *widest -= 1,
                _ => break,
            }
        }
        widths
    }

    fn line(&self, view: &View, all: &mut String, cells: &[Cell], widths: &[usize], rest: usize) {
        let mut text = " ".repeat(self.indent);
        for (cell, columns) in cells.iter().zip(widths) {
            let shown = cut(&cell.text, *columns);
            let spaces = pad(&shown, *columns).len() - shown.len() + GAP;
            text.push_str(&view.paint(cell.tone, &shown));
            text.push_str(&" ".repeat(spaces));
        }
        let start: usize = self.indent + widths.iter().map(|w| w + GAP).sum::<usize>();
        let last = cells.get(widths.len()).filter(|_| rest > 0);
        let wrapped = last.map(|c| wrap(&c.text, rest)).unwrap_or_default();
        let tone = last.map_or(Tone::Plain, |c| c.tone);
        for (index, piece) in wrapped.iter().enumerate() {
            if index > 0 {
                text.push('\n');
                text.push_str(&" ".repeat(start));
            }
            text.push_str(&view.paint(tone, piece));
        }
        all.push_str(text.trim_end());
        all.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(2, &["package", "in use", "why"]);
        table.row(vec![cell("flask"), cell("2.2.2"), cell("a framework that eleven files rest upon")], vec![]);
        table.row(vec![cell("x"), cell("1"), cell("short")], vec![cell("below")]);
        table
    }

    #[test]
    fn the_last_column_wraps_beside_the_others() {
        insta::assert_snapshot!(table().render(&View::new(46, false)), @r"
        package  in use  why
        flask    2.2.2   a framework that eleven
                         files rest upon
        x        1       short
            below
        ");
    }

    #[test]
    fn where_there_is_no_room_the_last_column_goes_below() {
        insta::assert_snapshot!(table().render(&View::new(40, false)), @r"
        package  in use
        flask    2.2.2
            a framework that eleven files rest
            upon
        x        1
            short
            below
        ");
    }

    #[test]
    fn row_by_row_a_short_cell_stays_where_a_long_one_goes_below() {
        insta::assert_snapshot!(table().row_by_row().render(&View::new(40, false)), @r"
        package  in use  why
        flask    2.2.2
            a framework that eleven files rest
            upon
        x        1       short
            below
        ");
    }

    #[test]
    fn no_line_is_wider_than_the_screen_whatever_the_names() {
        let mut table = Table::new(2, &["package", "in use", "why"]);
        table
            .row(vec![cell("p".repeat(300)), cell("1".repeat(90)), cell("w".repeat(200))], vec![cell("b".repeat(200))]);
        for columns in [40, 80, 100] {
            let widest = table.render(&View::new(columns, false)).lines().map(width).max();
            assert!(widest.is_some_and(|w| w <= columns), "{widest:?} at {columns}");
        }
    }
}
