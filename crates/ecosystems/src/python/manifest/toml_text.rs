//! TOML with positions: strings as fragments of their file.
//!
//! Lives here: what `pyproject.toml`, `Pipfile` and the TOML locks share. Nothing is ever written through
//! `toml_edit`: it changes line endings and the byte order mark, so edits splice bytes.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use super::fragment::{Fragment, Lines, without_mark};
use super::{ManifestError, literals};

/// A parsed TOML file.
pub(crate) struct Toml<'a> {
    file: &'a str,
    mark: usize,
    document: Document<&'a str>,
}

impl<'a> Toml<'a> {
    /// # Errors
    /// [`ManifestError::Syntax`] with the line.
    pub(crate) fn parse(file: &'a str) -> Result<Self, ManifestError> {
        let (mark, body) = without_mark(file);
        let document = Document::parse(body).map_err(|error| ManifestError::Syntax {
            line: Lines::of(body).number(error.span().map_or(0, |s| s.start)),
            message: error.message().trim().replace('\n', ", "),
        })?;
        Ok(Self { file, mark, document })
    }

    pub(crate) fn root(&self) -> &dyn TableLike {
        self.document.as_table()
    }

    /// The table at `path`; inline tables and dotted keys count.
    pub(crate) fn table(&self, path: &[&str]) -> Option<&dyn TableLike> {
        let mut table: &dyn TableLike = self.root();
        for key in path {
            table = table.get(key)?.as_table_like()?;
        }
        Some(table)
    }

    /// Bytes of `item` in the file; at the start when the parser kept none.
    pub(crate) fn span(&self, item: &Item) -> Range<usize> {
        self.place(item.span())
    }

    pub(crate) fn place(&self, span: Option<Range<usize>>) -> Range<usize> {
        span.map_or(0..0, |s| s.start + self.mark..s.end + self.mark)
    }

    /// Bytes of `key` in `table`.
    pub(crate) fn key(&self, table: &dyn TableLike, key: &str) -> Range<usize> {
        let span = table.get_key_value(key).and_then(|(key, _)| key.span());
        self.place(span)
    }

    pub(crate) fn string(&self, item: &Item) -> Option<Fragment> {
        Some(literals::toml(self.file, self.span(item), item.as_str()?))
    }

    pub(crate) fn value(&self, value: &toml_edit::Value) -> Option<Fragment> {
        Some(literals::toml(self.file, self.place(value.span()), value.as_str()?))
    }

    /// The string at `key`.
    pub(crate) fn get(&self, table: &dyn TableLike, key: &str) -> Option<Fragment> {
        self.string(table.get(key)?)
    }

    /// Strings of the array at `key`, and the places of entries that are none.
    pub(crate) fn strings(&self, table: &dyn TableLike, key: &str) -> (Vec<Fragment>, Vec<usize>) {
        let mut strings = Vec::new();
        let mut others = Vec::new();
        if let Some(item) = table.get(key) {
            match item.as_array() {
                Some(array) => {
                    for value in array {
                        match self.value(value) {
                            Some(string) => strings.push(string),
                            None => others.push(self.place(value.span()).start),
                        }
                    }
                }
                None => others.push(self.span(item).start),
            }
        }
        (strings, others)
    }
}
