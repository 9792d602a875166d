//! A whole document in GitHub's Markdown.
//!
//! Lives here: sections, blocks and spans. A figure becomes the table of what it shows; a count links to its rows.
//! Lives elsewhere: escaping (`super::escape`), anchors (`crate::document::Anchors`), the pull request's own text.

use super::escape::{code, fenced, span, text};
use crate::clean;
use crate::document::{
    Anchors, Block, Document, Item, ItemState, Row, Section, Span, Table, Target, Text, Tone, linkable,
};
use crate::pictures::words;

/// The document as Markdown, ending with a line break.
pub fn document(document: &Document) -> String {
    let mut document = document.clone();
    let anchors = Anchors::settle(&mut document);
    let mut page = Page { anchors, out: String::new() };
    page.whole(&document);
    while page.out.ends_with("\n\n") {
        page.out.pop();
    }
    page.out
}

struct Page {
    anchors: Anchors,
    out: String,
}

/// Where a piece of text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the start of a line of its own.
    Line,
    /// Behind something on its line.
    Inline,
    /// In a table's cell.
    Cell,
}

impl Page {
    fn whole(&mut self, document: &Document) {
        let title = self.text(&document.title, Place::Inline);
        self.out.push_str(&format!("# {title}\n\n"));
        self.facts(&document.header);
        if document.sections.len() > 2 {
            self.contents(&document.sections);
        }
        for section in &document.sections {
            self.section(section, 2);
        }
        if !document.footer.is_empty() {
            self.out.push_str("---\n\n");
            self.facts(&document.footer);
        }
    }

    fn facts(&mut self, facts: &[(String, Text)]) {
        for (name, value) in facts {
            let value = self.text(value, Place::Inline);
            self.out.push_str(&format!("- **{}:** {value}\n", text(name)));
        }
        if !facts.is_empty() {
            self.out.push('\n');
        }
    }

    fn contents(&mut self, sections: &[Section]) {
        for section in sections {
            let title = section.title.words();
            self.out.push_str(&format!("- [{}](#{})\n", text(&title), section.id));
        }
        self.out.push('\n');
    }

    fn section(&mut self, section: &Section, level: usize) {
        let title = self.text(&section.title, Place::Inline);
        let marks = "#".repeat(level.min(6));
        self.out.push_str(&format!("<a id=\"{}\"></a>\n\n{marks} {title}\n\n", section.id));
        self.blocks(&section.blocks);
        for below in &section.sections {
            self.section(below, level + 1);
        }
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
            if !self.out.ends_with("\n\n") {
                self.out.push('\n');
            }
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(said) => {
                let said = self.text(said, Place::Line);
                self.out.push_str(&format!("{said}\n"));
            }
            Block::List(items) => {
                for item in items {
                    let item = self.text(item, Place::Line);
                    self.out.push_str(&format!("- {item}\n"));
                }
            }
            Block::Steps(items) => {
                for (index, item) in items.iter().enumerate() {
                    let item = self.text(item, Place::Line);
                    self.out.push_str(&format!("{}. {item}\n", index + 1));
                }
            }
            Block::Checklist(items) => items.iter().for_each(|item| self.item(item)),
            Block::Table(table) => self.table(table),
            Block::Code { language, text } => self.out.push_str(&fenced(language, text)),
            Block::Callout(tone, said) => {
                let said = self.text(said, Place::Inline);
                self.out.push_str(&format!("> **{}:** {said}\n", callout(*tone)));
            }
            Block::Figure(figure) => {
                let told = words::table(&figure.picture);
                let table = Table {
                    id: figure.id.clone(),
                    caption: figure.caption.clone(),
                    columns: told.columns,
                    rows: told.rows,
                    empty: words::description(&figure.picture).into(),
                    whole: false,
                };
                self.table(&table);
                if let Some(left_out) = told.left_out {
                    self.out.push_str(&format!("\n{}\n", text(&left_out)));
                }
            }
            Block::Details { summary, blocks } => {
                // Inside HTML Markdown is not read, so the summary is written as HTML reads it.
                let summary = in_html(&summary.words());
                self.out.push_str(&format!("<details><summary>{summary}</summary>\n\n"));
                self.blocks(blocks);
                self.out.push_str("</details>\n");
            }
        }
    }

    fn item(&mut self, item: &Item) {
        let said = self.text(&item.text, Place::Inline);
        let line = match item.state {
            ItemState::Open => format!("- [ ] {said}\n"),
            ItemState::Done => format!("- [x] {said}\n"),
            ItemState::Blocked => format!("- [ ] **blocked:** {said}\n"),
            ItemState::Skipped => format!("- [ ] **left out:** {said}\n"),
        };
        self.out.push_str(&line);
    }

    fn table(&mut self, table: &Table) {
        let caption = self.text(&table.caption, Place::Inline);
        self.out.push_str(&format!("<a id=\"{}\"></a>\n\n", table.id));
        if !caption.is_empty() {
            self.out.push_str(&format!("**{caption}**\n\n"));
        }
        if table.rows.is_empty() || table.columns.is_empty() {
            let empty = self.text(&table.empty, Place::Line);
            self.out.push_str(&format!("{empty}\n"));
            return;
        }
        let titles: Vec<String> = table.columns.iter().map(|column| text(&column.title)).collect();
        let rules: Vec<&str> = table.columns.iter().map(|c| if c.right { "---:" } else { "---" }).collect();
        self.out.push_str(&format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | ")));
        for row in &table.rows {
            self.row(row, table.columns.len());
        }
    }

    fn row(&mut self, row: &Row, columns: usize) {
        let anchor = row.id.as_ref().map(|id| format!("<a id=\"{id}\"></a>")).unwrap_or_default();
        self.out.push('|');
        for index in 0..columns {
            let cell = row.cells.get(index).map(|cell| self.text(cell, Place::Cell)).unwrap_or_default();
            let anchor = if index == 0 { anchor.as_str() } else { "" };
            self.out.push_str(&format!(" {anchor}{cell} |"));
        }
        self.out.push('\n');
    }

    fn text(&self, said: &Text, place: Place) -> String {
        let mut written = String::new();
        for span in &said.0 {
            let next = self.span(span, place);
            // Two fences of code side by side would be read as one longer fence.
            if written.ends_with('`') && next.starts_with('`') {
                written.push('\u{200b}');
            }
            written.push_str(&next);
        }
        let written = written.trim().to_owned();
        if place == Place::Line { not_a_marker(written) } else { written }
    }

    fn span(&self, piece: &Span, place: Place) -> String {
        match piece {
            Span::Plain(raw) => spaced(raw, text),
            Span::Strong(raw) => marked(raw, |inner| format!("**{}**", text(inner))),
            Span::Code(raw) if place == Place::Cell => code(raw),
            Span::Code(raw) => span(raw),
            Span::Link { text: raw, to } => self.link(raw, to),
            Span::Count { value, noun, rows } => {
                let told = text(&crate::numbers::count(*value, noun));
                match self.anchors.place(rows) {
                    Some(place) => format!("[{told}](#{place})"),
                    None => told,
                }
            }
            Span::Unknown(why) if why.trim().is_empty() => "unknown".to_owned(),
            Span::Unknown(why) => format!("unknown ({})", text(why)),
        }
    }

    fn link(&self, raw: &str, to: &Target) -> String {
        let shown = match to {
            Target::Web(address) if raw.trim().is_empty() => text(address),
            _ => text(raw),
        };
        match to {
            Target::Here(id) => match self.anchors.place(id) {
                Some(place) if !shown.is_empty() => format!("[{shown}](#{place})"),
                _ => shown,
            },
            Target::Web(address) => match linkable(address) {
                Some(address) => {
                    let address = address.replace('&', "&amp;").replace('|', "%7C");
                    format!("[{shown}](<{address}>)")
                }
                None => shown,
            },
        }
    }
}

/// Text inside a tag of HTML on one line: no markup, no mention, no link.
fn in_html(raw: &str) -> String {
    let mut safe = String::new();
    for c in clean::line(raw).chars() {
        match c {
            '&' | '<' | '>' | '|' | '`' | '[' | ']' => safe.push_str(&format!("&#{};", u32::from(c))),
            '@' | '#' => safe.extend([c, '\u{200b}']),
            _ => safe.push(c),
        }
    }
    safe.replace("://", ":\u{200b}//").replace("www.", "www\u{200b}.")
}

fn callout(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "Note",
        Tone::Good => "Good",
        Tone::Warning => "Caution",
        Tone::Bad => "Serious",
        Tone::Unknown => "Not known",
    }
}

/// What `escape` trims at the edges is what keeps two spans apart.
fn spaced(raw: &str, escape: fn(&str) -> String) -> String {
    let (before, inner, after) = edges(raw);
    if inner.is_empty() { before.to_owned() } else { format!("{before}{}{after}", escape(inner)) }
}

/// Emphasis begins and ends at a letter, or Markdown does not read it as emphasis.
fn marked(raw: &str, mark: impl Fn(&str) -> String) -> String {
    let (before, inner, after) = edges(raw);
    if inner.is_empty() { before.to_owned() } else { format!("{before}{}{after}", mark(inner)) }
}

fn edges(raw: &str) -> (&str, &str, &str) {
    let inner = raw.trim();
    let space = |there: bool| if there { " " } else { "" };
    (space(raw.starts_with(char::is_whitespace)), inner, space(raw.ends_with(char::is_whitespace)))
}

/// A line that begins like a list, a rule or a heading's underline is given a backslash before that sign.
fn not_a_marker(line: String) -> String {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let after = line.chars().nth(digits);
    if line.starts_with(['-', '+', '=']) {
        format!("\\{line}")
    } else if digits > 0 && after == Some('.') {
        let (number, rest) = line.split_at(digits);
        format!("{number}\\{rest}")
    } else {
        line
    }
}
