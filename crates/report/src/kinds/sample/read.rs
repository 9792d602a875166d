//! A document as plain text for tests, and what holds for every document: anchors, counts, widths of rows.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use crate::document::{Block, Document, Section, Span, Table, Target, Text};

fn words(text: &Text) -> String {
    let span = |span: &Span| match span {
        Span::Plain(text) | Span::Strong(text) | Span::Code(text) | Span::Link { text, .. } => text.clone(),
        Span::Count { value, noun, .. } => crate::numbers::count(*value, noun),
        Span::Unknown(why) => format!("unknown ({why})"),
    };
    text.0.iter().map(span).collect()
}

/// Every text of a document, a block a line, a row as `a | b`.
pub(crate) fn text_of(document: &Document) -> String {
    let mut lines = vec![words(&document.title)];
    let pairs = |pairs: &[(String, Text)]| pairs.iter().map(|(k, v)| format!("{k}: {}", words(v))).collect::<Vec<_>>();
    lines.extend(pairs(&document.header));
    document.sections.iter().for_each(|section| section_lines(section, &mut lines));
    lines.extend(pairs(&document.footer));
    lines.join("\n")
}

fn section_lines(section: &Section, lines: &mut Vec<String>) {
    lines.push(format!("# {}", words(&section.title)));
    section.blocks.iter().for_each(|block| block_lines(block, lines));
    section.sections.iter().for_each(|one| section_lines(one, lines));
}

fn block_lines(block: &Block, lines: &mut Vec<String>) {
    match block {
        Block::Paragraph(text) | Block::Callout(_, text) => lines.push(words(text)),
        Block::List(items) | Block::Steps(items) => lines.extend(items.iter().map(|item| format!("- {}", words(item)))),
        Block::Checklist(items) => {
            lines.extend(items.iter().map(|item| format!("[{:?}] {}", item.state, words(&item.text))));
        }
        Block::Table(table) => table_lines(table, lines),
        Block::Code { text, .. } => lines.push(text.clone()),
        Block::Figure(figure) => lines.push(format!("figure: {} {:?}", words(&figure.caption), figure.picture)),
        Block::Details { summary, blocks } => {
            lines.push(words(summary));
            blocks.iter().for_each(|block| block_lines(block, lines));
        }
    }
}

fn table_lines(table: &Table, lines: &mut Vec<String>) {
    lines.push(format!("table {}: {}", table.id, words(&table.caption)));
    if table.rows.is_empty() {
        lines.push(words(&table.empty));
    }
    for row in &table.rows {
        lines.push(row.cells.iter().map(words).collect::<Vec<_>>().join(" | "));
    }
}

pub(crate) fn section_titles(document: &Document) -> Vec<String> {
    document.sections.iter().map(|section| words(&section.title)).collect()
}

/// Anchors are unique and well formed, links and counts lead to one, no count of a table tells more than it has rows,
/// and every row is as wide as its table.
pub(crate) fn anchors_hold(document: &Document) {
    let mut rows: BTreeMap<String, Option<usize>> = BTreeMap::new();
    let mut spans: Vec<Span> =
        document.header.iter().chain(&document.footer).flat_map(|(_, text)| text.0.clone()).collect();
    for section in &document.sections {
        gather(section, &mut rows, &mut spans);
    }
    for id in rows.keys() {
        assert!(!id.is_empty() && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{id}");
    }
    for span in &spans {
        match span {
            Span::Link { to: Target::Here(anchor), .. } => assert!(rows.contains_key(anchor), "no anchor {anchor}"),
            Span::Count { value, noun, rows: anchor } => {
                let there = rows.get(anchor);
                assert!(there.is_some(), "{value} {noun} leads to {anchor}, which is not there");
                if let Some(Some(there)) = there {
                    assert!(value <= there, "{value} {noun} of {there} rows in {anchor}");
                }
            }
            _ => {}
        }
    }
}

fn gather(section: &Section, rows: &mut BTreeMap<String, Option<usize>>, spans: &mut Vec<Span>) {
    assert!(rows.insert(section.id.clone(), None).is_none(), "{} twice", section.id);
    spans.extend(section.title.0.clone());
    section.blocks.iter().for_each(|block| gather_block(block, rows, spans));
    section.sections.iter().for_each(|one| gather(one, rows, spans));
}

fn gather_block(block: &Block, rows: &mut BTreeMap<String, Option<usize>>, spans: &mut Vec<Span>) {
    match block {
        Block::Paragraph(text) | Block::Callout(_, text) => spans.extend(text.0.clone()),
        Block::List(items) | Block::Steps(items) => spans.extend(items.iter().flat_map(|text| text.0.clone())),
        Block::Checklist(items) => spans.extend(items.iter().flat_map(|item| item.text.0.clone())),
        Block::Code { .. } => {}
        Block::Figure(figure) => assert!(rows.insert(figure.id.clone(), None).is_none(), "{} twice", figure.id),
        Block::Details { blocks, .. } => blocks.iter().for_each(|block| gather_block(block, rows, spans)),
        Block::Table(table) => {
            assert!(rows.insert(table.id.clone(), Some(table.rows.len())).is_none(), "{} twice", table.id);
            for row in &table.rows {
                assert_eq!(row.cells.len(), table.columns.len(), "{}: {row:?}", table.id);
                spans.extend(row.cells.iter().flat_map(|cell| cell.0.clone()));
                if let Some(id) = &row.id {
                    assert!(rows.insert(id.clone(), None).is_none(), "{id} twice");
                }
            }
        }
    }
}
