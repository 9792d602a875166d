//! A document before it has a form: sections, tables, figures and text, with what is a number known to be one.
//!
//! Lives here: the shapes and the small builders. A count carries the anchor of the rows that it counts, so that no
//! number stands alone; text from outside is kept raw, and each form escapes it.
//! Lives elsewhere: what a report of a kind says (`crate::kinds`), Markdown (`crate::markdown`), HTML (`crate::html`),
//! drawings (`crate::pictures`).

mod address;
mod anchors;
mod text;

pub use address::linkable;
pub use anchors::Anchors;
pub use text::{Span, Target, Text};

/// A whole report.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub title: Text,
    /// The lines under the title: repository, commit, day, status.
    pub header: Vec<(String, Text)>,
    pub sections: Vec<Section>,
    /// The last lines: version, date, author, what made it.
    pub footer: Vec<(String, Text)>,
}

/// A heading and what is below it. Level is by nesting.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    /// Unique in the document, `[a-z0-9-]+`; links point to it.
    pub id: String,
    pub title: Text,
    pub blocks: Vec<Block>,
    pub sections: Vec<Section>,
    /// A form that has no room may do without it; `None`: it may not.
    pub spare: Option<Spare>,
}

/// In which order a form with too little room does without sections (`crate::html` keeps a page below a size). What has to
/// be done first, what is known to be vulnerable and what waits for an agreement is never spare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spare {
    /// What release notes say of one package.
    Notes,
    /// All about one package of low risk.
    LowRisk,
    MediumRisk,
    HighRisk,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Paragraph(Text),
    List(Vec<Text>),
    /// In this order.
    Steps(Vec<Text>),
    Checklist(Vec<Item>),
    Table(Table),
    /// Commands or code, as they are.
    Code {
        /// `sh`, `python`, `diff`, …
        language: String,
        text: String,
    },
    /// Something that must not be read over.
    Callout(Tone, Text),
    Figure(Figure),
    /// Folded away where the form can; shown in print.
    Details {
        summary: Text,
        blocks: Vec<Block>,
    },
}

/// Told by a word as well as by a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    Plain,
    Good,
    Warning,
    Bad,
    /// Nothing is known.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub state: ItemState,
    pub text: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemState {
    Open,
    Done,
    /// Waits for somebody, or cannot go on.
    Blocked,
    /// Left out, with the reason in the text.
    Skipped,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Unique in the document; counts point to it.
    pub id: String,
    pub caption: Text,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// What is said instead when there are no rows.
    pub empty: Text,
    /// No form may leave out rows of it, however little room there is.
    pub whole: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub title: String,
    /// Numbers and versions stand to the right.
    pub right: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Anchor of the row; `None`: nothing points to it.
    pub id: Option<String>,
    pub tone: Tone,
    /// As many as there are columns.
    pub cells: Vec<Text>,
}

/// A drawing, with everything that it shows in words as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub id: String,
    pub caption: Text,
    pub picture: crate::pictures::Picture,
}

impl Section {
    pub fn new(id: impl Into<String>, title: impl Into<Text>) -> Self {
        Self { id: id.into(), title: title.into(), ..Self::default() }
    }

    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    #[must_use]
    pub fn say(self, text: impl Into<Text>) -> Self {
        self.with(Block::Paragraph(text.into()))
    }

    #[must_use]
    pub fn below(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// Marks what a form with too little room may leave out.
    #[must_use]
    pub fn spare(mut self, spare: Option<Spare>) -> Self {
        self.spare = spare;
        self
    }
}

impl From<uplift_model::Risk> for Spare {
    fn from(risk: uplift_model::Risk) -> Self {
        match risk {
            uplift_model::Risk::Low => Self::LowRisk,
            uplift_model::Risk::Medium => Self::MediumRisk,
            uplift_model::Risk::High => Self::HighRisk,
        }
    }
}

impl Table {
    /// `columns`: a title that starts with `>` stands to the right.
    pub fn new(id: impl Into<String>, caption: impl Into<Text>, columns: &[&str], empty: impl Into<Text>) -> Self {
        let column = |title: &&str| match title.strip_prefix('>') {
            Some(title) => Column { title: title.to_owned(), right: true },
            None => Column { title: (*title).to_owned(), right: false },
        };
        let columns = columns.iter().map(column).collect();
        Self { id: id.into(), caption: caption.into(), columns, rows: Vec::new(), empty: empty.into(), whole: false }
    }

    /// No form may leave out rows of it.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    pub fn row(&mut self, cells: Vec<Text>) -> &mut Row {
        self.rows.push(Row { id: None, tone: Tone::Plain, cells });
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// How many rows there are, as a number that leads to them: `12 packages`.
    pub fn count(&self, noun: &str) -> Span {
        Span::Count { value: self.rows.len(), noun: noun.to_owned(), rows: self.id.clone() }
    }

    /// How many rows satisfy `which`.
    pub fn count_where(&self, noun: &str, which: impl Fn(&Row) -> bool) -> Span {
        let value = self.rows.iter().filter(|row| which(row)).count();
        Span::Count { value, noun: noun.to_owned(), rows: self.id.clone() }
    }
}
