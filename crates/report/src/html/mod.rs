//! HTML: one self-contained file a document, for screens of any width and for paper.
//!
//! Lives here: the page around the sections, its policy and its style sheet (`page.css`). No script, no address to load
//! from: the policy refuses both, and lets in exactly this style sheet.
//! Lives elsewhere: what a page that would be too large leaves out (`fit`), sections and blocks (`blocks`), tables (`table`), running text (`inline`), escaping (`escape`), the
//! document (`crate::document`), drawings (`crate::pictures::svg`).

mod blocks;
#[cfg(test)]
mod colours;
pub(crate) mod escape;
mod fit;
mod inline;
mod policy;
mod table;

use std::collections::HashMap;

use crate::document::{Anchors, Document, Section, Table, Text, Tone};
use crate::pictures::svg::canvas;
use crate::pictures::words;

const STYLE: &str = include_str!("page.css");

/// No page is larger, in bytes, so that it opens at once and can be sent to anybody: 300 kB.
pub const BOUND: usize = 300_000;

/// The document as one HTML file, in English, smaller than [`BOUND`]: details that have no room are left out, and the page
/// says which and where they are.
pub fn document(document: &Document) -> String {
    within(document, BOUND)
}

/// The same below any number of bytes. What may never be left out can be larger than that; then the page is.
pub fn within(document: &Document, bound: usize) -> String {
    let mut document = document.clone();
    let mut anchors = Anchors::settle(&mut document);
    let (mut page, mut sizes) = whole(&document, &anchors);
    let mut left = fit::Left::default();
    let facts = document.header.len();
    while let Some(over) = (page.len() + 1).checked_sub(bound).filter(|over| *over > 0) {
        if !left.shorten(&mut document, &sizes, over) {
            break;
        }
        document.header.truncate(facts);
        document.header.push(("Left out".to_owned(), left.told(bound)));
        anchors.keep(&document);
        (page, sizes) = whole(&document, &anchors);
    }
    page
}

/// How much room each piece of a page takes, with what is in it, in bytes.
#[derive(Debug, Default)]
struct Sizes {
    sections: HashMap<String, usize>,
    tables: HashMap<String, usize>,
    /// In reading order.
    folds: Vec<usize>,
}

fn whole(document: &Document, anchors: &Anchors) -> (String, Sizes) {
    let mut page = Page { anchors: anchors.clone(), out: String::new(), columns: Vec::new(), sizes: Sizes::default() };
    body(&mut page, document);
    let style = format!("{STYLE}{}", page.style_of_cards());
    let title = document.title.words();
    let title = if title.trim().is_empty() { "Report".to_owned() } else { title };
    let whole = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
        policy::of(&style),
        escape::text(&title),
        page.out
    );
    (whole, page.sizes)
}

/// A page in the making.
struct Page {
    anchors: Anchors,
    out: String,
    /// Titles of the columns of each kind of table that becomes cards.
    columns: Vec<Vec<String>>,
    sizes: Sizes,
}

impl Page {
    /// The class of a table's columns on cards.
    fn cards(&mut self, table: &Table) -> String {
        let titles: Vec<String> = table.columns.iter().map(|column| column.title.clone()).collect();
        let place = self.columns.iter().position(|known| *known == titles).unwrap_or_else(|| {
            self.columns.push(titles);
            self.columns.len() - 1
        });
        format!("k{place}")
    }

    fn style_of_cards(&self) -> String {
        let mut rules = String::from("@media screen and (max-width:640px){\n");
        for (place, titles) in self.columns.iter().enumerate() {
            for (index, title) in titles.iter().enumerate().skip(1) {
                let title = escape::style(title);
                rules.push_str(&format!(".k{place} td:nth-child({})::before{{content:\"{title}\"}}\n", index + 1));
            }
        }
        rules.push_str("}\n");
        rules
    }
}

fn body(page: &mut Page, document: &Document) {
    let title = inline::text(&document.title, &page.anchors);
    let title = if title.trim().is_empty() { "Report".to_owned() } else { title };
    page.out.push_str("<a class=\"skip\" href=\"#_main\">Skip to the report</a>\n<header>\n");
    page.out.push_str(&format!("<h1>{title}</h1>\n"));
    facts(page, &document.header);
    page.out.push_str("</header>\n<div class=\"page\">\n");
    contents(page, &document.sections);
    page.out.push_str("<main id=\"_main\" tabindex=\"-1\">\n");
    for section in &document.sections {
        blocks::section(page, section, 2);
    }
    page.out.push_str("</main>\n</div>\n");
    if !document.footer.is_empty() {
        page.out.push_str("<footer>\n");
        facts(page, &document.footer);
        page.out.push_str("</footer>\n");
    }
}

fn facts(page: &mut Page, facts: &[(String, Text)]) {
    if facts.is_empty() {
        return;
    }
    page.out.push_str("<dl class=\"facts\">\n");
    for (name, value) in facts {
        let value = inline::text(value, &page.anchors);
        page.out.push_str(&format!("<div><dt>{}</dt><dd>{value}</dd></div>\n", escape::text(name)));
    }
    page.out.push_str("</dl>\n");
}

fn contents(page: &mut Page, sections: &[Section]) {
    if sections.len() < 2 {
        return;
    }
    page.out
        .push_str("<nav class=\"contents\" aria-labelledby=\"_contents\">\n<p id=\"_contents\">Contents</p>\n<ol>\n");
    for section in sections {
        page.out.push_str(&format!("<li>{}", entry(section)));
        if !section.sections.is_empty() {
            page.out.push_str("<ol>\n");
            for below in &section.sections {
                page.out.push_str(&format!("<li>{}</li>\n", entry(below)));
            }
            page.out.push_str("</ol>");
        }
        page.out.push_str("</li>\n");
    }
    page.out.push_str("</ol>\n</nav>\n");
}

fn entry(section: &Section) -> String {
    let words = section.title.words();
    let words = if words.trim().is_empty() { section.id.clone() } else { words };
    format!("<a href=\"#{}\">{}</a>", section.id, escape::text(words.trim()))
}

/// The sign and, unseen, the word of a tone; nothing for a plain one.
fn mark(tone: Tone) -> String {
    match words::tone(tone) {
        Some(word) => format!(
            "<span class=\"mark\" aria-hidden=\"true\">{}</span><span class=\"v\">{word}: </span>",
            canvas::sign(tone)
        ),
        None => String::new(),
    }
}
