//! CSV: one row a dependency, one header.
//!
//! Source: RFC 4180 (CRLF, cells in quotes where they hold a comma, a quote or a line break). A cell of text that a
//! spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers.
//! Lives here: cells and rows. Lives elsewhere: which columns an answer has (`columns.rs`).

mod columns;

pub(super) use columns::{analysis, plan, run};

use crate::clean;

enum Cell {
    Text(String),
    Number(String),
}

/// A table whose rows have the header's columns by construction: a row is made of one cell for each.
struct Table<const COLUMNS: usize> {
    text: String,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    fn new(header: [&str; COLUMNS]) -> Self {
        let mut table = Self { text: String::new() };
        table.row(header.map(|title| Cell::Text(title.to_owned())));
        table
    }

    fn row(&mut self, cells: [Cell; COLUMNS]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.text.push_str(&written(cell));
        }
        self.text.push_str("\r\n");
    }
}

fn written(cell: &Cell) -> String {
    let text = match cell {
        Cell::Number(number) => return number.clone(),
        Cell::Text(text) => harmless(text),
    };
    if text.contains([',', '"', '\n', '\r', '\'']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// One line without control characters, and no formula.
fn harmless(text: &str) -> String {
    // A tab or line break in front must not hide the sign behind it.
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
        || text.trim_start().starts_with(['=', '+', '-', '@'])
        || text.trim_start().starts_with(['＝', '＋', '－', '＠']);
    let clean = clean::line(text);
    if formula { format!("'{clean}") } else { clean }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn maybe(value: Option<impl Into<String>>) -> Cell {
    Cell::Text(value.map(Into::into).unwrap_or_default())
}

fn number(value: impl std::fmt::Display) -> Cell {
    Cell::Number(value.to_string())
}

fn count(value: Option<impl std::fmt::Display>) -> Cell {
    Cell::Number(value.map(|value| value.to_string()).unwrap_or_default())
}

/// The word that JSON has for it.
fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn joined(items: impl IntoIterator<Item = impl Into<String>>) -> Cell {
    let items: Vec<String> = items.into_iter().map(Into::into).collect();
    Cell::Text(items.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1"] {
            let cell = written(&text(evil));
            assert!(cell.trim_start_matches('"').starts_with('\''), "{evil:?} became {cell}");
        }
        assert_eq!(written(&text("1.0")), "1.0");
        assert_eq!(written(&number(-5)), "-5");
    }

    #[test]
    fn quotes_commas_and_line_breaks_stay_in_their_cell() {
        assert_eq!(written(&text("a,b")), "\"a,b\"");
        assert_eq!(written(&text("say \"x\"")), "\"say \"\"x\"\"\"");
        assert_eq!(written(&text("a\r\nb")), "a b");
        assert_eq!(written(&text("\u{1b}[2J")), "\\x1b[2J");
    }
}
