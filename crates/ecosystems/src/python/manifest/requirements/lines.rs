//! Logical lines of a requirements file: continuations joined, comments apart, as pip does it.
//!
//! Lives elsewhere: what a line says (`super`).

use std::ops::Range;

use crate::python::manifest::{Fragment, without_mark};

/// One logical line.
#[derive(Debug, Clone)]
pub(crate) struct Logical {
    /// Without comment, continuation marks and white space at the ends. May be empty.
    pub(crate) content: Fragment,
    /// From `#` on.
    pub(crate) comment: Option<String>,
    /// Bytes in the file, line ending left out.
    pub(crate) span: Range<usize>,
    /// Where the next logical line starts.
    pub(crate) next: usize,
}

/// Takes a file apart. A `\` at a line's end joins it with the next one; a comment line ends such a join.
pub(crate) fn logical_lines(file: &str) -> Vec<Logical> {
    let (mark, body) = without_mark(file);
    let mut lines = Vec::new();
    let mut open: Option<(usize, Fragment)> = None;
    let mut at = mark;
    for (text, length) in physical_lines(body) {
        let next = at + length;
        let span_end = at + text.len();
        let (start, mut joined) = open.take().unwrap_or((at, Fragment::at(at)));
        let is_comment = text.trim_start().starts_with('#');
        match text.strip_suffix('\\') {
            Some(before) if !is_comment => {
                joined.append_raw(before, at);
                open = Some((start, joined));
            }
            _ if is_comment && !joined.is_empty() => {
                // The comment stays a line of its own, so that annotations are found.
                lines.push(split_comment(joined, start..at, at));
                lines.push(split_comment(Fragment::raw(file, at..span_end), at..span_end, next));
            }
            _ => {
                joined.append_raw(text, at);
                lines.push(split_comment(joined, start..span_end, next));
            }
        }
        at = next;
    }
    if let Some((start, joined)) = open {
        lines.push(split_comment(joined, start..at, at));
    }
    lines
}

/// Each line without its ending, and its length in bytes with it. A `\r` alone ends a line too, as in pip
/// (`str.splitlines`); the rarer separators of Unicode are left to the requirement, which cannot hold them.
fn physical_lines(body: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let (text, behind) = rest.split_at_checked(end)?;
        let ending = match behind.as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
        let length = end + ending;
        rest = behind.get(ending..).unwrap_or_default();
        (length > 0).then_some((text, length))
    })
}

fn split_comment(joined: Fragment, span: Range<usize>, next: usize) -> Logical {
    let text = joined.text();
    let mut starts = text.match_indices('#').map(|(i, _)| i);
    let cut = starts.find(|i| text.get(..*i).is_some_and(|b| b.is_empty() || b.ends_with(char::is_whitespace)));
    let content = joined.slice(0..cut.unwrap_or(text.len())).trimmed();
    let comment = cut.and_then(|cut| text.get(cut..)).map(|c| c.trim_end().to_owned());
    Logical { content, comment, span, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(file: &str) -> Vec<(String, Option<String>)> {
        logical_lines(file).into_iter().map(|l| (l.content.text().to_owned(), l.comment)).collect()
    }

    #[test]
    fn continuations_are_joined_and_comments_cut() {
        let some = |s: &str| Some(s.to_owned());
        assert_eq!(
            contents("\u{feff}a==1 \\\r\n    --hash=x:1\r\n    # via b\r\nc@https://d/#egg=e # f"),
            [
                ("a==1     --hash=x:1".to_owned(), None),
                (String::new(), some("# via b")),
                ("c@https://d/#egg=e".to_owned(), some("# f")),
            ]
        );
        assert_eq!(contents("a \\"), [("a".to_owned(), None)]);
        assert_eq!(contents("a==1\rb==2\r"), [("a==1".to_owned(), None), ("b==2".to_owned(), None)]);
        assert_eq!(contents("a==1 # x\rb==2"), [("a==1".to_owned(), some("# x")), ("b==2".to_owned(), None)]);
        assert_eq!(
            contents("a \\\n# b\nc"),
            [("a".to_owned(), None), (String::new(), some("# b")), ("c".to_owned(), None)]
        );
    }

    #[test]
    fn the_lines_cover_the_file() {
        let file = "a\n\nb \\\n c\n# d\re\r\n\rf";
        let mut at = 0;
        for line in logical_lines(file) {
            assert_eq!(line.span.start, at);
            at = line.next;
        }
        assert_eq!(at, file.len());
    }
}
