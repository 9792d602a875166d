//! Running text in pieces, so that what is code, a link, a count or unknown stays known until it is written out.

/// One paragraph or cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(pub Vec<Span>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    Plain(String),
    Strong(String),
    Code(String),
    Link {
        text: String,
        to: Target,
    },
    /// A number of rows that the document shows: `3 advisories`, linked to them.
    Count {
        value: usize,
        /// Singular.
        noun: String,
        /// Anchor of the table or section that shows them.
        rows: String,
    },
    /// Not retrieved or not measured, with the reason.
    Unknown(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An anchor in this document.
    Here(String),
    /// An address; forms link it only when it is `http` or `https`.
    Web(String),
}

impl Text {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn plain(self, text: impl Into<String>) -> Self {
        self.span(Span::Plain(text.into()))
    }

    #[must_use]
    pub fn strong(self, text: impl Into<String>) -> Self {
        self.span(Span::Strong(text.into()))
    }

    #[must_use]
    pub fn code(self, text: impl Into<String>) -> Self {
        self.span(Span::Code(text.into()))
    }

    #[must_use]
    pub fn link(self, text: impl Into<String>, to: Target) -> Self {
        self.span(Span::Link { text: text.into(), to })
    }

    #[must_use]
    pub fn count(self, items: usize, noun: impl Into<String>, rows: impl Into<String>) -> Self {
        self.span(Span::Count { value: items, noun: noun.into(), rows: rows.into() })
    }

    #[must_use]
    pub fn unknown(self, why: impl Into<String>) -> Self {
        self.span(Span::Unknown(why.into()))
    }

    #[must_use]
    pub fn span(mut self, span: Span) -> Self {
        self.0.push(span);
        self
    }

    #[must_use]
    pub fn and(mut self, more: Text) -> Self {
        self.0.extend(more.0);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words alone, raw.
    pub fn words(&self) -> String {
        let words = self.0.iter().map(|span| match span {
            Span::Plain(raw) | Span::Strong(raw) | Span::Code(raw) | Span::Link { text: raw, .. } => raw.clone(),
            Span::Count { value, noun, .. } => crate::numbers::count(*value, noun),
            Span::Unknown(why) if why.trim().is_empty() => "unknown".to_owned(),
            Span::Unknown(why) => format!("unknown ({why})"),
        });
        words.collect()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new().plain(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::new().plain(text)
    }
}

impl From<Span> for Text {
    fn from(span: Span) -> Self {
        Self::new().span(span)
    }
}
