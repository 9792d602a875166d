//! Sections and what stands in them.

use super::{Page, escape, inline, table};
use crate::document::{Block, Figure, Item, ItemState, Section, Table, Text, Tone};
use crate::pictures::svg::{self, Width, canvas};
use crate::pictures::words;

pub(super) fn section(page: &mut Page, section: &Section, level: usize) {
    let title = inline::text(&section.title, &page.anchors);
    let level = level.min(6);
    let start = page.out.len();
    page.out.push_str(&format!("<section id=\"{}\">\n<h{level}>{title}</h{level}>\n", section.id));
    for block in &section.blocks {
        write(page, block);
    }
    for below in &section.sections {
        self::section(page, below, level + 1);
    }
    page.out.push_str("</section>\n");
    page.sizes.sections.insert(section.id.clone(), page.out.len() - start);
}

fn write(page: &mut Page, block: &Block) {
    match block {
        Block::Paragraph(said) => {
            let said = inline::text(said, &page.anchors);
            page.out.push_str(&format!("<p>{said}</p>\n"));
        }
        Block::List(items) => list(page, "ul", items),
        Block::Steps(items) => list(page, "ol", items),
        Block::Checklist(items) => checklist(page, items),
        Block::Table(one) => table::write(page, one),
        Block::Code { language, text } => code(page, language, text),
        Block::Callout(tone, said) => callout(page, *tone, said),
        Block::Figure(one) => figure(page, one),
        Block::Details { summary, blocks } => {
            // A link inside a summary could not be told from opening it.
            let summary = escape::text(&summary.words());
            let (start, own) = (page.out.len(), page.sizes.folds.len());
            page.sizes.folds.push(0);
            page.out.push_str(&format!("<details><summary>{summary}</summary>\n<div class=\"folded\">\n"));
            for block in blocks {
                write(page, block);
            }
            page.out.push_str("</div></details>\n");
            if let Some(size) = page.sizes.folds.get_mut(own) {
                *size = page.out.len() - start;
            }
        }
    }
}

fn list(page: &mut Page, tag: &str, items: &[Text]) {
    if items.is_empty() {
        return;
    }
    page.out.push_str(&format!("<{tag}>\n"));
    for item in items {
        let item = inline::text(item, &page.anchors);
        page.out.push_str(&format!("<li>{item}</li>\n"));
    }
    page.out.push_str(&format!("</{tag}>\n"));
}

fn checklist(page: &mut Page, items: &[Item]) {
    if items.is_empty() {
        return;
    }
    let done = items.iter().filter(|item| item.state == ItemState::Done).count();
    if done > 0 {
        let share = canvas::px(100.0 * done as f64 / items.len() as f64);
        page.out.push_str(&format!(
            "<p class=\"progress\"><svg viewBox=\"0 0 100 6\" width=\"100\" height=\"6\" aria-hidden=\"true\"><rect \
             class=\"track\" width=\"100\" height=\"6\" rx=\"3\"/><rect class=\"fill good\" width=\"{share}\" height=\"6\" \
             rx=\"3\"/></svg> {done} of {} done</p>\n",
            items.len()
        ));
    }
    page.out.push_str("<ul class=\"checklist\">\n");
    for item in items {
        let (class, sign, word) = match item.state {
            ItemState::Open => ("open", "", "open"),
            ItemState::Done => ("done", "✓", "done"),
            ItemState::Blocked => ("blocked", "!", "blocked"),
            ItemState::Skipped => ("skipped", "–", "left out"),
        };
        // Open and done are what a box shows; the other two are said.
        let seen = matches!(item.state, ItemState::Blocked | ItemState::Skipped);
        let said = if seen { format!("<em>{word}:</em> ") } else { format!("<span class=\"v\">{word}: </span>") };
        let text = inline::text(&item.text, &page.anchors);
        page.out.push_str(&format!(
            "<li class=\"{class}\"><span class=\"tick\" aria-hidden=\"true\">{sign}</span><span>{said}{text}</span></li>\n"
        ));
    }
    page.out.push_str("</ul>\n");
}

fn code(page: &mut Page, language: &str, text: &str) {
    let text = text.trim_end();
    if language != "diff" {
        page.out.push_str(&format!("<pre><code>{}</code></pre>\n", escape::block(text)));
        return;
    }
    page.out.push_str("<pre><code>");
    for line in text.lines() {
        let class = match line.chars().next() {
            Some('+') => "ins",
            Some('-') => "del",
            Some('@') => "hunk",
            _ => {
                page.out.push_str(&format!("{}\n", escape::block(line)));
                continue;
            }
        };
        page.out.push_str(&format!("<span class=\"{class}\">{}</span>\n", escape::block(line)));
    }
    page.out.push_str("</code></pre>\n");
}

fn callout(page: &mut Page, tone: Tone, said: &Text) {
    let word = match tone {
        Tone::Plain => "Note",
        Tone::Good => "Good",
        Tone::Warning => "Caution",
        Tone::Bad => "Serious",
        Tone::Unknown => "Not known",
    };
    let said = inline::text(said, &page.anchors);
    let (class, sign) = (canvas::class(tone), canvas::sign(tone));
    page.out.push_str(&format!(
        "<p class=\"callout {class}\"><strong><span aria-hidden=\"true\">{sign}</span> {word}</strong> {said}</p>\n"
    ));
}

fn figure(page: &mut Page, figure: &Figure) {
    let id = &figure.id;
    let caption = inline::text(&figure.caption, &page.anchors);
    page.out.push_str(&format!("<figure id=\"{id}\">\n<figcaption>{caption}</figcaption>\n"));
    if figure.picture.is_empty() {
        let nothing = escape::text(&words::description(&figure.picture));
        page.out.push_str(&format!("<p class=\"none\">{nothing}</p>\n</figure>\n"));
        return;
    }
    let title = figure.caption.words();
    let title = if title.trim().is_empty() { "Figure" } else { title.trim() };
    for (class, width) in [("wide", Width::Wide), ("narrow", Width::Narrow)] {
        let drawing = svg::draw(id, title, &figure.picture, width);
        page.out.push_str(&format!("<div class=\"{class}\">{drawing}</div>\n"));
    }
    let told = words::table(&figure.picture);
    page.out.push_str("<details><summary>The same as a table</summary>\n<div class=\"folded\">\n");
    let same = Table {
        id: format!("{id}_table"),
        caption: Text::from(title),
        columns: told.columns,
        rows: told.rows,
        empty: Text::new(),
        whole: false,
    };
    table::write(page, &same);
    if let Some(left_out) = told.left_out {
        page.out.push_str(&format!("<p>{}</p>\n", escape::text(&left_out)));
    }
    page.out.push_str("</div></details>\n</figure>\n");
}
