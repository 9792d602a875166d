//! Pages that would be too large: what is left out, in which order, and what is said of it.
//!
//! Lives here: the order, and how much of each kind goes. Tables that are [`Table::whole`], sections that are not
//! [`Section::spare`] and the beginning of every list stay. A table says how many rows it had, a section which parts are
//! missing, the head of the page what is missing in all and where it is, so that numbers stay numbers of all rows.
//! Lives elsewhere: taking it out of the document (`cut`), how large each piece is (`super::Sizes`).

mod cut;

use std::collections::{BTreeMap, HashMap};

use super::Sizes;
use crate::document::{Document, Spare, Text};
use crate::numbers::{count, list};

/// What is left out in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Sections(Spare),
    /// Rows of tables longer than this: the first of them and those of the worst tone stay.
    Rows(usize),
    /// What is folded away.
    Folds,
    /// Entries of lists longer than this.
    Items(usize),
    /// Words of paragraphs and cells longer than this, in bytes.
    Words(usize),
}

const ORDER: [Step; 14] = [
    Step::Sections(Spare::Notes),
    Step::Sections(Spare::LowRisk),
    Step::Rows(60),
    Step::Sections(Spare::MediumRisk),
    Step::Folds,
    Step::Rows(30),
    Step::Sections(Spare::HighRisk),
    Step::Items(30),
    Step::Words(1500),
    Step::Rows(12),
    Step::Items(10),
    Step::Words(500),
    Step::Rows(4),
    Step::Items(4),
];

/// What was left out so far.
#[derive(Debug, Default)]
pub(super) struct Left {
    sections: BTreeMap<Spare, usize>,
    /// Tables by id: caption and number of rows as they were.
    tables: HashMap<String, (Text, usize, usize)>,
    folds: usize,
    items: usize,
    words: usize,
    /// The next step of [`ORDER`].
    next: usize,
}

impl Left {
    /// Takes something out of `document`, whose page is `over` bytes too large; `false`: nothing more may go.
    pub(super) fn shorten(&mut self, document: &mut Document, sizes: &Sizes, over: usize) -> bool {
        while let Some(step) = ORDER.get(self.next) {
            let taken = match step {
                Step::Sections(spare) => {
                    let taken = cut::sections(document, sizes, *spare, over);
                    *self.sections.entry(*spare).or_default() += taken;
                    taken
                }
                Step::Rows(most) => cut::rows(document, sizes, *most, over, &mut self.tables),
                Step::Folds => {
                    let taken = cut::folds(document, sizes, over);
                    self.folds += taken;
                    taken
                }
                Step::Items(most) => {
                    let taken = cut::items(document, *most);
                    self.items += taken;
                    taken
                }
                Step::Words(most) => {
                    let taken = cut::words(document, *most);
                    self.words += taken;
                    taken
                }
            };
            if taken > 0 {
                return true;
            }
            self.next += 1;
        }
        false
    }

    /// The line at the head of the page.
    pub(super) fn told(&self, bound: usize) -> Text {
        let mut parts: Vec<String> = Vec::new();
        for (spare, number) in self.sections.iter().filter(|(_, number)| **number > 0) {
            parts.push(match spare {
                Spare::Notes => format!("what release notes say, in {}", count(*number, "part")),
                Spare::LowRisk => format!("{} on packages of low risk", count(*number, "part")),
                Spare::MediumRisk => format!("{} on packages of medium risk", count(*number, "part")),
                Spare::HighRisk => format!("{} on packages of high risk", count(*number, "part")),
            });
        }
        let rows: usize = self.tables.values().map(|(_, had, has)| had.saturating_sub(*has)).sum();
        if rows > 0 {
            parts.push(format!("{} of {}", count(rows, "row"), count(self.tables.len(), "table")));
        }
        let others = [
            (self.folds, "folded part", ""),
            (self.items, "entry", " of lists"),
            (self.words, "end", " of long texts"),
        ];
        let others = others.into_iter().filter(|(number, ..)| *number > 0);
        parts.extend(others.map(|(number, noun, of)| format!("{}{of}", count(number, noun))));
        Text::from(format!(
            "{}, to stay below {} kB. Numbers count what is left out as well. All of it: the same command with ",
            list(&parts),
            bound / 1000
        ))
        .code("--format markdown")
        .plain(" or ")
        .code("--format json")
        .plain("; one package: ")
        .code("uplift check --explain NAME")
    }
}
