//! A piece of text that remembers which bytes of its file it was read from.
//!
//! Lives here: reading through quotes, escapes and line continuations without losing positions, and line numbers.
//! Lives elsewhere: what the text means (`requirement`, `specifier`), changing the file (`edit`).

use std::ops::Range;

/// Text as its reader sees it (escapes and continuations undone), byte by byte with its place in the file.
///
/// A specifier inside `"foo>=1; python_version < \"3.8\""` or across a `\` at a line's end keeps exact positions,
/// so that an edit changes the version's bytes and no others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fragment {
    text: String,
    starts: Vec<usize>,
    ends: Vec<usize>,
    /// Where the fragment would be if it is empty.
    anchor: usize,
}

impl Fragment {
    /// An empty fragment at `anchor`, to be filled with `push` and `append`.
    pub(crate) fn at(anchor: usize) -> Self {
        Self { anchor, ..Self::default() }
    }

    /// The bytes `range` of `file`, as they are. Out of bounds or off a character boundary: empty.
    pub(crate) fn raw(file: &str, range: Range<usize>) -> Self {
        let mut fragment = Self::at(range.start);
        if let Some(text) = file.get(range.clone()) {
            fragment.append_raw(text, range.start);
        }
        fragment
    }

    /// `text` that stands somewhere within `range`, but not byte for byte.
    pub(crate) fn blurred(text: &str, range: Range<usize>) -> Self {
        let starts = vec![range.start; text.len()];
        let ends = vec![range.end; text.len()];
        Self { text: text.to_owned(), starts, ends, anchor: range.start }
    }

    pub(crate) fn append_raw(&mut self, text: &str, at: usize) {
        self.text.push_str(text);
        self.starts.extend(at..at + text.len());
        self.ends.extend(at + 1..=at + text.len());
    }

    /// One character that the file writes as the bytes `range` (an escape).
    pub(crate) fn push(&mut self, c: char, range: Range<usize>) {
        self.text.push(c);
        for _ in 0..c.len_utf8() {
            self.starts.push(range.start);
            self.ends.push(range.end);
        }
    }

    pub(crate) fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.starts.extend_from_slice(&other.starts);
        self.ends.extend_from_slice(&other.ends);
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The part `range` of the text. Out of bounds: empty.
    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        let anchor = self.position(range.start);
        let parts = (self.text.get(range.clone()), self.starts.get(range.clone()), self.ends.get(range));
        let (Some(text), Some(starts), Some(ends)) = parts else { return Self::at(anchor) };
        Self { text: text.to_owned(), starts: starts.to_vec(), ends: ends.to_vec(), anchor }
    }

    /// Without white space at the ends.
    pub(crate) fn trimmed(&self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        let end = self.text.trim_end().len();
        self.slice(start.min(end)..end)
    }

    /// Parts between `separator`, each with its place.
    pub(crate) fn split(&self, separator: char) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut start = 0;
        for part in self.text.split(separator) {
            parts.push(self.slice(start..start + part.len()));
            start += part.len() + separator.len_utf8();
        }
        parts
    }

    /// Where the byte `index` of the text stands in the file; past the end: right behind the last byte.
    fn position(&self, index: usize) -> usize {
        let behind = || index.checked_sub(1).and_then(|i| self.ends.get(i)).copied();
        behind().or_else(|| self.starts.get(index).copied()).unwrap_or(self.anchor)
    }

    /// The bytes of the file from the first to the last byte of `range`, whatever lies between.
    pub(crate) fn span_of(&self, range: Range<usize>) -> Range<usize> {
        if range.is_empty() {
            let at = self.position(range.start);
            return at..at;
        }
        let start = self.starts.get(range.start).copied().unwrap_or(self.anchor);
        let end = range.end.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(start);
        start..end.max(start)
    }

    /// The bytes of the file that the whole fragment was read from.
    pub fn span(&self) -> Range<usize> {
        self.span_of(0..self.text.len())
    }

    /// Like `span_of`, but only when the file has exactly these bytes there.
    pub(crate) fn exact(&self, file: &str, range: Range<usize>) -> Option<Range<usize>> {
        let span = self.span_of(range.clone());
        (file.get(span.clone())? == self.text.get(range)?).then_some(span)
    }
}

/// Line numbers of byte positions.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        Self { starts }
    }

    /// 1-based.
    pub(crate) fn number(&self, offset: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    /// Where the line that holds `offset` starts.
    pub(crate) fn start(&self, offset: usize) -> usize {
        let index = self.starts.partition_point(|start| *start <= offset);
        index.checked_sub(1).and_then(|i| self.starts.get(i)).copied().unwrap_or(0)
    }
}

/// Text before the byte order mark is left out: `(3, rest)` with one, `(0, text)` without.
pub(crate) fn without_mark(text: &str) -> (usize, &str) {
    text.strip_prefix('\u{feff}').map_or((0, text), |rest| (text.len() - rest.len(), rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_knows_where_it_stands() {
        let file = "  foo >=1 # x";
        let whole = Fragment::raw(file, 2..9);
        assert_eq!(whole.text(), "foo >=1");
        let part = whole.slice(4..7);
        assert_eq!((part.text(), part.span()), (">=1", 6..9));
        assert_eq!(part.exact(file, 2..3), Some(8..9));
        assert_eq!(whole.slice(3..7).trimmed().span(), 6..9);
        assert_eq!(whole.slice(3..3).span(), 5..5);
    }

    #[test]
    fn what_is_written_with_escapes_is_not_exact() {
        let file = r#""a\u003e1""#;
        let mut fragment = Fragment::raw(file, 1..2);
        fragment.push('>', 2..8);
        fragment.append_raw("1", 8);
        assert_eq!(fragment.text(), "a>1");
        assert_eq!(fragment.exact(file, 1..2), None);
        assert_eq!(fragment.exact(file, 2..3), Some(8..9));
        assert_eq!(fragment.span_of(1..3), 2..9);
    }

    #[test]
    fn lines_are_counted_from_one() {
        let lines = Lines::of("a\nb\r\nc");
        assert_eq!([0, 1, 2, 5].map(|at| lines.number(at)), [1, 1, 2, 3]);
        assert_eq!(lines.start(4), 2);
    }
}
