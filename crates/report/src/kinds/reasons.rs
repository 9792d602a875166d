//! Each long reason is said once: what is not known refers to it by number, with a link.
//!
//! Lives here: one pass over a finished document. Reasons that stand in two places or more are written into the table
//! `reasons` of the section on sources; everywhere else their number stands for them.
//! Lives elsewhere: what is unknown and why (the kinds, `super::parts`).

use std::collections::HashMap;

use super::parts::SOURCES;
use crate::document::{Block, Document, Section, Span, Table, Target, Text};

/// Shorter reasons stay where they are: a reference would take as much room. In bytes.
const SHORT: usize = 60;
/// Longest label before a reason: `advisories: `. In bytes.
const LABEL: usize = 40;
/// Running text is searched for so many of the commonest reasons.
const SEARCHED: usize = 16;

/// One thing that is not known: what, and why.
#[derive(Debug, PartialEq, Eq)]
struct Gap<'t> {
    /// `advisories: `; may be empty.
    label: &'t str,
    why: &'t str,
}

/// Takes apart what [`Span::Unknown`] holds: `advisories: no answer; origin: nobody asked`.
fn gaps(text: &str) -> Vec<Gap<'_>> {
    let mut starts = vec![0];
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("; ")) {
        at += found + 2;
        if text.get(at..).is_some_and(|rest| label(rest) > 0) {
            starts.push(at);
        }
    }
    let ends = starts.iter().skip(1).map(|start| start - 2).chain([text.len()]);
    let pieces = starts.iter().zip(ends).filter_map(|(start, end)| text.get(*start..end));
    pieces
        .filter_map(|piece| {
            // `advisories: advisories were not retrieved: no answer` has two.
            let first = label(piece);
            let all = first + piece.get(first..).map_or(0, label);
            Some(Gap { label: piece.get(..all)?, why: piece.get(all..)? })
        })
        .collect()
}

/// Length of the words before a colon that say what is not known; 0: there are none.
fn label(text: &str) -> usize {
    let end = text.find(": ").map_or(0, |at| at + 2);
    let word = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '(' | ')' | ':' | '_' | '.' | '/' | '@');
    let plain = text.get(..end).is_some_and(|label| label.chars().all(word));
    if end <= LABEL && plain { end } else { 0 }
}

/// The reasons that are said once, by what they say.
struct Reasons {
    /// Number, and how often it is referred to.
    numbers: HashMap<String, (usize, usize)>,
    /// The commonest, for running text.
    searched: Vec<String>,
}

/// Writes each long reason that repeats into the table `reasons`, and its number where it stood.
pub(super) fn once(document: &mut Document) {
    let mut lists: HashMap<String, usize> = HashMap::new();
    each(document, &mut |text, _| {
        for why in unknowns(text).filter(|why| why.len() > SHORT && gaps(why).len() > 1) {
            *lists.entry(why.to_owned()).or_default() += 1;
        }
    });
    lists.retain(|_, times| *times > 1);
    let mut counted: HashMap<String, (usize, usize)> = HashMap::new();
    let mut count = |why: &str| {
        let next = counted.len();
        let entry = counted.entry(why.to_owned()).or_insert((next, 0));
        entry.1 += 1;
        entry.1
    };
    each(document, &mut |text, _| {
        for why in unknowns(text) {
            // A list that repeats is a reason itself; what it lists counts once.
            if lists.contains_key(why) && count(why) > 1 {
                continue;
            }
            gaps(why).into_iter().filter(|gap| gap.why.len() > SHORT).for_each(|gap| {
                count(gap.why);
            });
        }
    });
    let mut repeated: Vec<(String, usize, usize)> =
        counted.into_iter().filter(|(_, (_, times))| *times > 1).map(|(why, (first, n))| (why, first, n)).collect();
    if repeated.is_empty() {
        return;
    }
    repeated.sort_by_key(|(_, first, _)| *first);
    let mut common: Vec<&(String, usize, usize)> = repeated.iter().collect();
    common.sort_by_key(|(why, first, times)| (std::cmp::Reverse(why.len() * times), *first));
    let searched = common.into_iter().take(SEARCHED).map(|(why, ..)| why.clone()).collect();
    let numbers = repeated.iter().enumerate().map(|(at, (why, ..))| (why.clone(), (at + 1, 0))).collect();
    let mut reasons = Reasons { numbers, searched };
    each(document, &mut |text, running| reasons.refer(text, running));
    let columns = ["Reason", "Why it is not known", ">Places"];
    let mut table = Table::new("reasons", "What is not known, and why: each reason once", &columns, "");
    let told: Vec<Text> = repeated.iter().map(|(why, ..)| reasons.told(why)).collect();
    for (at, ((why, ..), told)) in repeated.iter().zip(told).enumerate() {
        let places = reasons.numbers.get(why).map_or(0, |(_, places)| *places);
        let cells = vec![Text::from((at + 1).to_string()), told, Text::from(places.to_string())];
        table.row(cells).id = Some(place(at + 1));
    }
    let table = Block::Table(table);
    match document.sections.iter_mut().find(|section| section.id == SOURCES) {
        Some(section) => section.blocks.push(table),
        None => document.sections.push(Section::new(SOURCES, "Sources").with(table)),
    }
}

fn unknowns(text: &Text) -> impl Iterator<Item = &str> {
    text.0.iter().filter_map(|span| if let Span::Unknown(why) = span { Some(why.as_str()) } else { None })
}

fn place(number: usize) -> String {
    format!("reason-{number}")
}

impl Reasons {
    fn link(&mut self, why: &str) -> Option<Span> {
        let (number, places) = self.numbers.get_mut(why)?;
        *places += 1;
        Some(Span::Link { text: format!("reason {number}"), to: Target::Here(place(*number)) })
    }

    /// `running`: what is no "unknown" is looked through as well.
    fn refer(&mut self, text: &mut Text, running: bool) {
        let mut spans = Vec::with_capacity(text.0.len());
        for span in std::mem::take(&mut text.0) {
            match span {
                Span::Unknown(why) => self.unknown(&why, &mut spans),
                Span::Plain(said) if running && said.len() > SHORT => self.said(said, &mut spans),
                other => spans.push(other),
            }
        }
        text.0 = spans;
    }

    /// A reason in the table; what it lists refers to the other rows.
    fn told(&mut self, why: &str) -> Text {
        let all = gaps(why);
        if all.len() < 2 {
            return Text::from(why);
        }
        let mut spans = Vec::new();
        self.list("", &all, "", &mut spans);
        Text(spans)
    }

    fn unknown(&mut self, why: &str, spans: &mut Vec<Span>) {
        let gaps = gaps(why);
        if gaps.len() > 1 && self.numbers.contains_key(why) {
            let labels: Vec<&str> = gaps.iter().map(|gap| gap.label.trim_end_matches(": ")).collect();
            let named: Vec<&str> = labels.iter().copied().filter(|label| !label.is_empty()).collect();
            let colon = if named.is_empty() { "" } else { ": " };
            spans.push(Span::Plain(format!("unknown{colon}{} (", named.join(", "))));
            spans.extend(self.link(why));
            spans.push(Span::Plain(")".to_owned()));
            return;
        }
        if !gaps.iter().any(|gap| self.numbers.contains_key(gap.why)) {
            spans.push(Span::Unknown(why.to_owned()));
            return;
        }
        self.list("unknown (", &gaps, ")", spans);
    }

    fn list(&mut self, start: &str, gaps: &[Gap<'_>], end: &str, spans: &mut Vec<Span>) {
        let mut before = start.to_owned();
        for (at, gap) in gaps.iter().enumerate() {
            before.push_str(if at > 0 { "; " } else { "" });
            before.push_str(gap.label);
            match self.link(gap.why) {
                Some(link) => spans.extend([Span::Plain(std::mem::take(&mut before)), link]),
                None => before.push_str(gap.why),
            }
        }
        before.push_str(end);
        spans.push(Span::Plain(before));
    }

    fn said(&mut self, said: String, spans: &mut Vec<Span>) {
        let mut rest = said.as_str();
        while let Some((at, why)) = self.first_in(rest) {
            let (Some(before), Some(after)) = (rest.get(..at), rest.get(at + why.len()..)) else { break };
            spans.push(Span::Plain(before.to_owned()));
            spans.extend(self.link(&why));
            rest = after;
        }
        spans.push(Span::Plain(rest.to_owned()));
    }

    fn first_in(&self, text: &str) -> Option<(usize, String)> {
        let found = self.searched.iter().filter_map(|why| Some((text.find(why.as_str())?, why.clone())));
        found.min_by_key(|(at, why)| (*at, std::cmp::Reverse(why.len())))
    }
}

/// Every text of a document but titles, captions and what opens a fold; `true` for what is no callout, which is read
/// first and says everything in full.
fn each(document: &mut Document, visit: &mut dyn FnMut(&mut Text, bool)) {
    for (_, text) in document.header.iter_mut().chain(&mut document.footer) {
        visit(text, true);
    }
    document.sections.iter_mut().for_each(|section| each_of_section(section, visit));
}

fn each_of_section(section: &mut Section, visit: &mut dyn FnMut(&mut Text, bool)) {
    section.blocks.iter_mut().for_each(|block| each_of_block(block, visit));
    section.sections.iter_mut().for_each(|below| each_of_section(below, visit));
}

fn each_of_block(block: &mut Block, visit: &mut dyn FnMut(&mut Text, bool)) {
    match block {
        Block::Callout(_, text) => visit(text, false),
        Block::Paragraph(text) => visit(text, true),
        Block::List(items) | Block::Steps(items) => items.iter_mut().for_each(|item| visit(item, true)),
        Block::Checklist(items) => items.iter_mut().for_each(|item| visit(&mut item.text, true)),
        Block::Details { blocks, .. } => blocks.iter_mut().for_each(|block| each_of_block(block, visit)),
        Block::Table(table) => {
            visit(&mut table.empty, true);
            table.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(|cell| visit(cell, true));
        }
        Block::Code { .. } | Block::Figure(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LONG: &str = "could not reach `http://127.0.0.1/v1`: error sending request: the name is not known to anybody";

    fn document(texts: Vec<Text>) -> Document {
        let section = Section::new("a", "a").with(Block::List(texts));
        Document { title: Text::new(), header: vec![], sections: vec![section], footer: vec![] }
    }

    fn words(document: &mut Document) -> String {
        let mut all = String::new();
        each(document, &mut |text, _| all.push_str(&format!("{}\n", text.words())));
        all
    }

    #[test]
    fn what_is_unknown_comes_apart_at_its_labels() {
        let text = "advisories: a: b; c; origin: nobody asked; hashes bind; release notes: none";
        let told: Vec<(&str, &str)> = gaps(text).into_iter().map(|gap| (gap.label, gap.why)).collect();
        assert_eq!(
            told,
            [("advisories: a: ", "b; c"), ("origin: ", "nobody asked; hashes bind"), ("release notes: ", "none")]
        );
        assert_eq!(gaps("no label; here"), [Gap { label: "", why: "no label; here" }]);
    }

    #[test]
    fn a_long_reason_is_said_once_and_referred_to_with_its_label() {
        let gap = |label: &str| Text::from("x: ").unknown(format!("{label}: {LONG}; origin: nobody asked"));
        let mind = Text::from(format!("advisories not retrieved ({LONG}): nothing says that it is safe"));
        let mut page = document(vec![gap("advisories"), gap("advisories of b"), mind, Text::new().unknown("brief")]);
        once(&mut page);
        let said = words(&mut page);
        assert_eq!(said.matches(LONG).count(), 1, "{said}");
        for line in [
            "x: unknown (advisories: reason 1; origin: nobody asked)",
            "x: unknown (advisories of b: reason 1; origin: nobody asked)",
            "advisories not retrieved (reason 1): nothing says that it is safe",
            "unknown (brief)",
        ] {
            assert!(said.lines().any(|one| one == line), "no `{line}` in {said}");
        }
        crate::kinds::sample::anchors_hold(&page);
    }

    #[test]
    fn a_list_that_repeats_is_told_by_its_labels() {
        let list = format!("advisories: {LONG}; origin: nobody asked");
        let gap = || Text::new().unknown(list.clone());
        let mut page = document(vec![gap(), gap(), Text::new().unknown(LONG)]);
        once(&mut page);
        let said = words(&mut page);
        assert_eq!(said.matches(LONG).count(), 1, "{said}");
        assert_eq!(said.matches("unknown: advisories, origin (reason 1)").count(), 2, "{said}");
        assert!(
            said.contains("advisories: reason 2; origin: nobody asked") && said.contains("unknown (reason 2)"),
            "{said}"
        );
        crate::kinds::sample::anchors_hold(&page);
    }

    #[test]
    fn a_reason_that_stands_alone_stays_where_it_is() {
        let mut page = document(vec![Text::new().unknown(LONG), Text::from("else")]);
        let before = page.clone();
        once(&mut page);
        assert_eq!(page, before);
    }

    proptest! {
        #[test]
        fn nothing_that_was_said_is_lost(whys in prop::collection::vec("[a-c:;` é(]{0,90}", 0..12)) {
            let mut page = document(whys.iter().map(|why| Text::new().unknown(why.clone())).collect());
            once(&mut page);
            let said = words(&mut page);
            for why in &whys {
                for gap in gaps(why) {
                    prop_assert!(said.contains(gap.why.trim()), "{why:?} in {said}");
                }
                let joined: Vec<String> = gaps(why).iter().map(|gap| format!("{}{}", gap.label, gap.why)).collect();
                prop_assert_eq!(&joined.join("; "), why);
            }
            crate::kinds::sample::anchors_hold(&page);
        }
    }
}
