//! Drawings as data: what a figure shows, before it is SVG, and the same in words.
//!
//! Lives here: the kinds of picture and their data. Lives elsewhere: making them from the model (`build`), the same in
//! words (`words`), SVG (`svg`), the page around it (`crate::html`).

pub mod build;
pub mod svg;
pub mod words;

/// One drawing.
#[derive(Debug, Clone, PartialEq)]
pub enum Picture {
    Bars(Bars),
    Timeline(Timeline),
    Map(Map),
    Matrix(Matrix),
}

/// Stacked bars, a bar a row: risk by phase, ages or advisories before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// Names of the parts, in the order in which they are stacked.
    pub parts: Vec<(String, crate::document::Tone)>,
    /// Label, and a value for each part.
    pub bars: Vec<(String, Vec<f64>)>,
    /// `packages`, `days`.
    pub unit: String,
}

/// Stretches of time side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// `week`.
    pub unit: String,
    pub rows: Vec<Stretch>,
    /// What the tones stand for here; a tone that is not named has its general word.
    pub legend: Vec<(crate::document::Tone, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    pub label: String,
    /// First and last unit, 1-based, both taken in.
    pub from: u64,
    pub to: u64,
    pub tone: crate::document::Tone,
}

/// Who depends on whom, from left to right, cut to the paths that matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Label, column from the left, tone, note below the label.
    pub nodes: Vec<Node>,
    /// Indexes into `nodes`.
    pub edges: Vec<(usize, usize)>,
    /// Nodes that were left out to keep it readable.
    pub left_out: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub label: String,
    pub column: usize,
    pub tone: crate::document::Tone,
    pub note: String,
}

/// A grid of verdicts.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    pub columns: Vec<String>,
    /// Label, and for each column: tone and word.
    pub rows: Vec<(String, Vec<(crate::document::Tone, String)>)>,
}

impl Map {
    /// Its nodes stand one behind the other, as states do; then it is no tree of packages.
    pub fn is_chain(&self) -> bool {
        let once = |of: &dyn Fn(&(usize, usize)) -> usize| {
            let all: std::collections::BTreeSet<usize> = self.edges.iter().map(of).collect();
            all.len() == self.edges.len()
        };
        self.nodes.len() > 2 && self.edges.len() + 1 == self.nodes.len() && once(&|edge| edge.0) && once(&|edge| edge.1)
    }

    /// Some package is needed by another, and not by the project alone.
    pub fn has_paths(&self) -> bool {
        self.edges.iter().any(|(from, _)| *from != 0)
    }
}

impl Bars {
    /// Indexes of the parts that some bar has: one that none has would only lengthen legend and table.
    pub fn used(&self) -> Vec<usize> {
        let has =
            |index: &usize| self.bars.iter().any(|(_, values)| values.get(*index).is_some_and(|value| *value > 0.0));
        (0..self.parts.len()).filter(has).collect()
    }
}

/// Rows of a grid of which every cell says the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike<'a> {
    /// Of each row, in their order.
    pub labels: Vec<&'a str>,
    /// Tone and word for each column.
    pub cells: &'a [(crate::document::Tone, String)],
}

impl Alike<'_> {
    /// `a 1.0`; `a 1.0, b 2.0`; `a 1.0 and 12 more`.
    pub fn label(&self) -> String {
        match self.labels.as_slice() {
            [first, _, _, ..] => format!("{first} and {} more", self.labels.len() - 1),
            few => few.join(", "),
        }
    }
}

impl Matrix {
    /// The rows, those that say the same together, in the order of the first of each.
    pub fn folded(&self) -> Vec<Alike<'_>> {
        let mut groups: Vec<Alike<'_>> = Vec::new();
        for (label, cells) in &self.rows {
            match groups.iter_mut().find(|known| known.cells == cells) {
                Some(known) => known.labels.push(label),
                None => groups.push(Alike { labels: vec![label], cells }),
            }
        }
        groups
    }
}

impl Picture {
    /// Whether there is nothing to draw; forms then say so in words.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Bars(bars) => bars.bars.is_empty(),
            Self::Timeline(timeline) => timeline.rows.is_empty(),
            Self::Map(map) => map.nodes.is_empty(),
            Self::Matrix(matrix) => matrix.rows.is_empty() || matrix.columns.is_empty(),
        }
    }
}
