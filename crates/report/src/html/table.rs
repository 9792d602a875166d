//! Tables: beside each other on a wide page, one card a row on a telephone.
//!
//! On a card each cell says which column it is of; those words stand in the style sheet once for each set of columns.

use super::{Page, escape, inline, mark};
use crate::document::{Row, Span, Table, Tone};

/// Up to so many columns fit on a telephone as they are.
const NARROW: usize = 2;
/// From so many on they stand closer together.
const DENSE: usize = 8;

pub(super) fn write(page: &mut Page, table: &Table) {
    let id = &table.id;
    if table.rows.is_empty() || table.columns.is_empty() {
        let caption = inline::text(&table.caption, &page.anchors);
        let empty = inline::text(&table.empty, &page.anchors);
        let caption = if caption.is_empty() { caption } else { format!("<strong>{caption}</strong><br>") };
        page.out.push_str(&format!("<p class=\"none\" id=\"{id}\">{caption}{empty}</p>\n"));
        return;
    }
    let start = page.out.len();
    let cards = table.columns.len() > NARROW;
    let cards = if cards { format!("cards {}", page.cards(table)) } else { String::new() };
    // Names stand below each other whether or not a sign stands before them.
    let toned = if table.rows.iter().any(|row| row.tone != Tone::Plain) { "toned" } else { "" };
    let dense = if table.columns.len() >= DENSE { "dense" } else { "" };
    let class: Vec<&str> = [cards.as_str(), toned, dense].into_iter().filter(|class| !class.is_empty()).collect();
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{}\"", class.join(" ")) };
    let caption = inline::text(&table.caption, &page.anchors);
    let label = if caption.trim().is_empty() {
        "aria-label=\"Table\"".to_owned()
    } else {
        format!("aria-labelledby=\"{id}_c\"")
    };
    page.out
        .push_str(&format!("<div class=\"scroll\" role=\"group\" tabindex=\"0\" {label}><table id=\"{id}\"{class}>\n"));
    if !caption.trim().is_empty() {
        page.out.push_str(&format!("<caption id=\"{id}_c\">{caption}</caption>\n"));
    }
    page.out.push_str("<thead><tr>");
    for column in &table.columns {
        let right = if column.right { " class=\"r\"" } else { "" };
        page.out.push_str(&format!("<th scope=\"col\"{right}>{}</th>", escape::text(&column.title)));
    }
    page.out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        write_row(page, table, row);
    }
    page.out.push_str("</tbody></table></div>\n");
    page.sizes.tables.insert(id.clone(), page.out.len() - start);
}

fn write_row(page: &mut Page, table: &Table, row: &Row) {
    let id = row.id.as_ref().map(|id| format!(" id=\"{id}\"")).unwrap_or_default();
    let class = match row.tone {
        Tone::Plain => String::new(),
        tone => format!(" class=\"{}\"", crate::pictures::svg::canvas::class(tone)),
    };
    page.out.push_str(&format!("<tr{id}{class}>"));
    for (index, column) in table.columns.iter().enumerate() {
        let cell = row.cells.get(index);
        // Versions and numbers stay on one line; the reason for an unknown one would make the column as wide as itself.
        let said = cell.is_some_and(|cell| cell.0.iter().any(|span| matches!(span, Span::Unknown(_))));
        let right = match (column.right, said) {
            (true, true) => " class=\"r said\"",
            (true, false) => " class=\"r\"",
            (false, _) => "",
        };
        let cell = cell.map(|cell| inline::text(cell, &page.anchors)).unwrap_or_default();
        let mark = if index == 0 { mark(row.tone) } else { String::new() };
        // Where there is nothing beside it, the first cell names no row.
        if index == 0 && table.columns.len() > 1 {
            page.out.push_str(&format!("<th scope=\"row\"{right}>{mark}{cell}</th>"));
        } else {
            page.out.push_str(&format!("<td{right}>{mark}{cell}</td>"));
        }
    }
    page.out.push_str("</tr>\n");
}
