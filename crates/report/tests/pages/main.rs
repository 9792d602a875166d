//! What holds for every page, whatever stands in the document: nothing from outside becomes markup, every link inside
//! leads somewhere, ids are unique, and a large document is neither slow nor heavy.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fit;
mod hostile;
mod markup;

use std::time::{Duration, Instant};

use proptest::prelude::*;
use uplift_report::document::{Block, Document, Figure, Section, Span, Table, Target, Text, Tone};
use uplift_report::pictures::svg::{self, Width};
use uplift_report::pictures::{Bars, Picture};
use uplift_report::{html, markdown};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn hostile_text_never_becomes_html(document in hostile::document()) {
        let page = html::document(&document);
        let found = markup::html(&page).map_err(TestCaseError::fail)?;
        for id in &found.links {
            prop_assert!(found.ids.contains(id), "nothing has the id `{id}`");
        }
        prop_assert_eq!(found.headings.first(), Some(&1));
        prop_assert!(found.headings.windows(2).all(|two| two[1] <= two[0] + 1), "{:?}", found.headings);
    }

    #[test]
    fn hostile_text_never_becomes_markdown(document in hostile::document()) {
        markup::markdown(&markdown::document(&document)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn any_picture_can_be_drawn(picture in hostile::picture(), caption in hostile::words()) {
        for width in [Width::Wide, Width::Narrow] {
            let drawing = svg::draw("figure", &caption, &picture, width);
            if picture.is_empty() {
                prop_assert_eq!(&drawing, "");
                continue;
            }
            let found = markup::html(&drawing).map_err(TestCaseError::fail)?;
            prop_assert!(found.tags.iter().any(|tag| tag == "title") && found.tags.iter().any(|tag| tag == "desc"));
            prop_assert!(!drawing.contains("NaN") && !drawing.contains("\"inf"), "{}", drawing);
        }
    }
}

fn one(block: Block) -> Document {
    Document {
        title: "Report".into(),
        header: vec![],
        sections: vec![Section::new("only", "Only").with(block)],
        footer: vec![],
    }
}

fn large(rows: usize) -> Document {
    let mut table = Table::new(
        "rows",
        "Dependencies",
        &["package", ">in use", ">target", "behind", ">age", "why", "risk", "commit"],
        "none",
    );
    for number in 0..rows {
        let row = table.row(vec![
            Text::new().code(format!("a-package-of-some-length-{number}")),
            "12.4.1".into(),
            "14.0.2".into(),
            "2 majors, 31 releases".into(),
            "2.4 y".into(),
            "2 high, 1 moderate; outdated".into(),
            "medium: 14 call sites in 6 files".into(),
            Text::new().link("CVE-2026-0001", Target::Web("https://index.example/CVE-2026-0001".to_owned())),
        ]);
        row.id = Some(format!("package-{number}"));
        row.tone = Tone::Warning;
    }
    one(Block::Table(table))
}

#[test]
fn a_thousand_rows_take_no_time() {
    let document = large(1000);
    let mut best = Duration::MAX;
    // The machine may be busy with something else; the work itself is the shortest time of several.
    for _ in 0..40 {
        let started = Instant::now();
        let pages = (html::within(&document, usize::MAX), markdown::document(&document));
        best = best.min(started.elapsed());
        assert!(pages.0.len() > 100_000 && pages.1.len() > 100_000);
        if best < Duration::from_millis(200) {
            return;
        }
    }
    panic!("the quickest of 40 took {best:?}");
}

#[test]
fn two_hundred_dependencies_in_three_tables_stay_below_300_kilobytes() {
    let mut document = large(200);
    let blocks = document.sections[0].blocks.clone();
    document.sections[0].blocks.extend([blocks.clone(), blocks].concat());
    let page = html::document(&document);
    assert!(page.len() < 300_000, "{} bytes", page.len());
}

#[test]
fn a_first_cell_heads_its_row_only_where_there_is_something_beside_it() {
    let mut alone = Table::new("t", "Gaps", &["What"], "none");
    alone.row(vec!["one".into()]).tone = Tone::Unknown;
    let page = html::document(&one(Block::Table(alone)));
    assert!(!page.contains("scope=\"row\"") && page.contains("<table id=\"t\" class=\"toned\">"), "{page}");
    let mut two = Table::new("t", "Gaps", &["What", ">Version"], "none");
    two.row(vec!["one".into(), Text::new().unknown("no file says so")]);
    two.row(vec!["two".into(), "1.0".into()]);
    let page = html::document(&one(Block::Table(two)));
    assert_eq!(page.matches("scope=\"row\"").count(), 2, "{page}");
    // A version stays on its line, a reason may be as long as it is.
    assert!(page.contains("<td class=\"r said\">") && page.contains("<td class=\"r\">1.0</td>"), "{page}");
}

#[test]
fn a_count_leads_to_its_rows_or_is_plain_words() {
    let mut document = large(2);
    let counted = |rows: &str| Span::Count { value: 2, noun: "dependency".to_owned(), rows: rows.to_owned() };
    document.sections[0].blocks.push(Block::Paragraph(Text::new().span(counted("rows")).span(counted("gone"))));
    let page = html::document(&document);
    assert!(page.contains("<a href=\"#rows\">2 dependencies</a>2 dependencies"), "{page}");
    assert!(markdown::document(&document).contains("[2 dependencies](#rows)2 dependencies"));
}

#[test]
fn only_web_addresses_become_links() {
    let link = |address: &str| Text::new().link("here", Target::Web(address.to_owned()));
    for (address, linked) in [("https://index.example/?a=1&b=2", true), ("javascript:alert(1)", false), ("//x", false)]
    {
        let document = one(Block::Paragraph(link(address)));
        assert_eq!(html::document(&document).contains("rel=\"noreferrer\""), linked, "{address}");
        assert_eq!(markdown::document(&document).contains("[here]("), linked, "{address}");
    }
    assert!(html::document(&one(Block::Paragraph(link("https://index.example/?a=1&b=2")))).contains("?a=1&amp;b=2\""));
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    let page = html::document(&large(3));
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for way in ["<script", "<link", "<img", "<iframe", "<base", "url(", "@import", " style=", " src="] {
        assert!(!page.contains(way), "{way}");
    }
}

#[test]
fn an_empty_figure_and_an_empty_table_say_so() {
    let picture = Picture::Bars(Bars { parts: vec![], bars: vec![], unit: "packages".to_owned() });
    let figure = Figure { id: "f".to_owned(), caption: "Risk".into(), picture };
    let mut document = one(Block::Figure(figure));
    document.sections[0].blocks.push(Block::Table(Table::new("t", "Rows", &["a"], "There are no rows.")));
    for page in [html::document(&document), markdown::document(&document)] {
        assert!(page.contains("There is nothing to show.") && page.contains("There are no rows."), "{page}");
        assert!(!page.contains("<svg"));
    }
}

#[test]
fn forty_bars_are_forty_rows_that_do_not_touch() {
    let bars = (0..40).map(|n| (format!("a label that is rather long {n}"), vec![f64::from(n), 1.0])).collect();
    let parts = vec![("low".to_owned(), Tone::Good), ("high".to_owned(), Tone::Bad)];
    let picture = Picture::Bars(Bars { parts, bars, unit: "packages".to_owned() });
    let drawing = svg::draw("f", "Forty", &picture, Width::Wide);
    let tops: Vec<f64> = drawing
        .split("<rect class=\"track\"")
        .skip(1)
        .map(|rest| rest.split(" y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(tops.len(), 40);
    assert!(tops.windows(2).all(|two| two[1] - two[0] > 22.0), "{tops:?}");
}
