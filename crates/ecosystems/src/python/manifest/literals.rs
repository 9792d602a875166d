//! String literals of TOML and Python as fragments: escapes undone, positions kept.
//!
//! The parsers' own reading decides: where this one differs, the text is theirs and the positions are not exact.

use std::ops::Range;

use super::fragment::Fragment;

/// The TOML string at `span` (quotes included), which the parser reads as `value`.
pub(crate) fn toml(file: &str, span: Range<usize>, value: &str) -> Fragment {
    let raw = file.get(span.clone()).unwrap_or_default();
    let quotes = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|q| raw.len() >= 2 * q.len() && raw.starts_with(q) && raw.ends_with(q));
    let read = quotes.and_then(|quote| {
        let mut inner = span.start + quote.len()..span.end - quote.len();
        if quote.len() == 3 {
            let body = file.get(inner.clone())?;
            let newline =
                body.len() - body.strip_prefix("\r\n").or_else(|| body.strip_prefix('\n')).unwrap_or(body).len();
            inner.start += newline;
        }
        if quote.starts_with('"') { unescape(file, inner, toml_escape) } else { Some(Fragment::raw(file, inner)) }
    });
    settle(read, value, span)
}

/// The Python literal at `span` (prefix and quotes included), which the parser reads as `value`.
pub(crate) fn python(file: &str, span: Range<usize>, value: &str) -> Fragment {
    let raw = file.get(span.clone()).unwrap_or_default();
    let prefix = raw.find(['"', '\'']).unwrap_or(0);
    let is_raw = raw.get(..prefix).is_some_and(|p| p.contains(['r', 'R']));
    let body = raw.get(prefix..).unwrap_or_default();
    let quotes = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|q| body.len() >= 2 * q.len() && body.starts_with(q) && body.ends_with(q));
    let read = quotes.and_then(|quote| {
        let inner = span.start + prefix + quote.len()..span.end - quote.len();
        if is_raw { Some(Fragment::raw(file, inner)) } else { unescape(file, inner, python_escape) }
    });
    settle(read, value, span)
}

fn settle(read: Option<Fragment>, value: &str, span: Range<usize>) -> Fragment {
    match read {
        Some(fragment) if fragment.text() == value => {
            // An empty string stands between its quotes.
            fragment
        }
        _ => Fragment::blurred(value, span),
    }
}

/// What an escape stands for (`None`: nothing, a joined line) and its length behind the backslash.
type Escape = fn(&str) -> Option<(Option<char>, usize)>;

fn unescape(file: &str, inner: Range<usize>, escape: Escape) -> Option<Fragment> {
    let mut fragment = Fragment::at(inner.start);
    let mut at = inner.start;
    while at < inner.end {
        let rest = file.get(at..inner.end)?;
        let plain = rest.find('\\').unwrap_or(rest.len());
        fragment.append_raw(rest.get(..plain)?, at);
        at += plain;
        if at < inner.end {
            let (c, length) = escape(file.get(at + 1..inner.end)?)?;
            if let Some(c) = c {
                fragment.push(c, at..at + 1 + length);
            }
            at += 1 + length;
        }
    }
    Some(fragment)
}

fn toml_escape(rest: &str) -> Option<(Option<char>, usize)> {
    let c = match rest.chars().next()? {
        'b' => '\u{8}',
        't' => '\t',
        'n' => '\n',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        '"' => '"',
        '\\' => '\\',
        'x' => return Some((Some(code(rest, 2)?), 3)),
        'u' => return Some((Some(code(rest, 4)?), 5)),
        'U' => return Some((Some(code(rest, 8)?), 9)),
        // A backslash at a line's end swallows all white space that follows.
        space if space.is_ascii_whitespace() => return Some((None, rest.len() - rest.trim_ascii_start().len())),
        _ => return None,
    };
    Some((Some(c), 1))
}

fn python_escape(rest: &str) -> Option<(Option<char>, usize)> {
    let c = match rest.chars().next()? {
        '\n' => return Some((None, 1)),
        '\r' => return Some((None, if rest.starts_with("\r\n") { 2 } else { 1 })),
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        quote @ ('"' | '\'' | '\\') => quote,
        'x' => return Some((Some(code(rest, 2)?), 3)),
        'u' => return Some((Some(code(rest, 4)?), 5)),
        _ => return None,
    };
    Some((Some(c), 1))
}

fn code(rest: &str, digits: usize) -> Option<char> {
    char::from_u32(u32::from_str_radix(rest.get(1..=digits)?, 16).ok()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn escapes_keep_the_places_of_what_surrounds_them() {
        let file = r#"x = "a\"b\u00e9c""#;
        let fragment = toml(file, 4..file.len(), "a\"béc");
        assert_eq!(fragment.text(), "a\"béc");
        assert_eq!(fragment.exact(file, 5..6), Some(15..16));
    }

    #[test]
    fn raw_and_joined_python_strings_are_read() {
        assert_eq!(python(r"r'a\b'", 0..6, r"a\b").span(), 2..5);
        let file = "'a\\\nb'";
        let fragment = python(file, 0..6, "ab");
        assert_eq!((fragment.text(), fragment.exact(file, 1..2)), ("ab", Some(4..5)));
    }

    #[test]
    fn an_unknown_escape_loses_exactness_and_not_the_text() {
        let fragment = python(r"'a\N{BULLET}'", 0..13, "a•");
        assert_eq!((fragment.text(), fragment.exact(r"'a\N{BULLET}'", 0..1)), ("a•", None));
    }
}
