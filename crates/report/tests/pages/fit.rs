//! No page is larger than its bound, and what a shortened one leaves out is counted and said.

use proptest::prelude::*;
use uplift_report::document::{Block, Document, Item, ItemState, Section, Spare, Table, Text, Tone};
use uplift_report::html;
use uplift_report::kinds::{self, Kind};

use super::{hostile, markup};

/// The made-up repository with 1,000 dependencies that the speed of reports is measured with.
#[path = "../../examples/thousand.rs"]
#[allow(dead_code, reason = "the example's own commands")]
mod thousand;

#[test]
fn a_thousand_dependencies_stay_below_300_kilobytes_in_every_kind() {
    let dossier = thousand::dossier();
    for kind in Kind::ALL {
        let document = kinds::write(kind, &dossier);
        let page = html::document(&document);
        assert!(page.len() < html::BOUND, "{kind}: {} bytes", page.len());
        let found = markup::html(&page).unwrap();
        for id in &found.links {
            assert!(found.ids.contains(id), "{kind}: nothing has the id `{id}`");
        }
        // What may never go is there, row by row.
        for table in whole(&document) {
            let shown = page.split(&format!("<table id=\"{}\"", table.id)).nth(1).unwrap();
            let shown = shown.split("</table>").next().unwrap();
            assert_eq!(shown.matches("<tr").count(), table.rows.len() + 1, "{kind}: {}", table.id);
        }
    }
}

fn whole(document: &Document) -> Vec<&Table> {
    fn of(section: &Section) -> Vec<&Table> {
        let own = section.blocks.iter().filter_map(|block| match block {
            Block::Table(table) if table.whole && !table.rows.is_empty() => Some(table),
            _ => None,
        });
        own.chain(section.sections.iter().flat_map(of)).collect()
    }
    document.sections.iter().flat_map(of).collect()
}

/// Two parts a risk, a table of 100 rows, and one that must stay whole.
fn document() -> Document {
    let mut table = Table::new("rows", "Packages", &["package", "what"], "none");
    for at in 0..100 {
        table.row(vec![format!("package-{at}").into(), "words that take some room in a row".into()]).tone =
            if at == 77 { Tone::Bad } else { Tone::Plain };
    }
    let mut advisories = Table::new("advisories", "Advisories", &["id", "what"], "none").whole();
    for at in 0..40 {
        advisories.row(vec![format!("CVE-{at}").into(), "something grave".into()]);
    }
    let count = Text::new().span(table.count("package"));
    let mut packages = Section::new("packages", "Packages").say(count).with(Block::Table(table));
    for (at, spare) in [Spare::LowRisk, Spare::HighRisk, Spare::LowRisk, Spare::HighRisk].into_iter().enumerate() {
        let notes = Section::new(format!("notes-{at}"), "Notes").say("note ".repeat(300)).spare(Some(Spare::Notes));
        let one = Section::new(format!("part-{at}"), format!("part-{at}")).say("detail ".repeat(300)).below(notes);
        packages = packages.below(one.spare(Some(spare)));
    }
    let items = (0..60).map(|at| Item {
        state: if at < 30 { ItemState::Done } else { ItemState::Open },
        text: format!("item {at}").into(),
    });
    let first = Section::new("first", "First").say("What to do first").with(Block::Checklist(items.collect()));
    let sections = vec![first, packages, Section::new("security", "Security").with(Block::Table(advisories))];
    Document { title: "Report".into(), header: vec![], sections, footer: vec![] }
}

#[test]
fn what_goes_first_is_settled_and_said() {
    let document = document();
    let all = html::document(&document).len();
    assert!(!html::document(&document).contains("Left out"));
    let notes = html::within(&document, all - 500);
    assert!(notes.contains("what release notes say, in 1 part, to stay"), "{notes}");
    assert_eq!((notes.matches(">Notes<").count(), notes.contains("Left out here: Notes.")), (3, true), "{notes}");
    assert!(notes.contains(&"detail ".repeat(300).trim_end().to_owned()));
    let low = html::within(&document, all - 7_500);
    assert!(low.contains("2 parts on packages of low risk") || low.contains("1 part on packages of low risk"), "{low}");
    assert!(low.contains("id=\"part-1\"") && low.contains("id=\"part-3\""), "high risk goes after low");
    let tables = html::within(&document, all - 12_500);
    assert!(tables.contains(" of 100 rows shown: the first and the riskiest)"), "{tables}");
    assert!(tables.contains("<a href=\"#rows\">100 packages</a>"), "a number counts what is left out as well");
    assert!(tables.contains("package-77") && tables.contains("package-29") && !tables.contains("package-76"));
}

#[test]
fn what_may_never_go_stays_even_where_it_is_too_much() {
    let page = html::within(&document(), 1);
    markup::html(&page).unwrap();
    assert!(page.contains("What to do first") && page.contains("uplift check --explain NAME"));
    assert_eq!(page.matches("CVE-").count(), 40);
    assert!(page.contains("4 of 100 rows") && page.contains("done: item 0"), "{page}");
    assert!(!page.contains("of 60 done") && page.contains("30 more entries"), "{page}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_shortened_page_holds_together(document in hostile::document(), bound in 1_usize..40_000) {
        let page = html::within(&document, bound);
        let found = markup::html(&page).map_err(TestCaseError::fail)?;
        for id in &found.links {
            prop_assert!(found.ids.contains(id), "nothing has the id `{id}`");
        }
    }
}
