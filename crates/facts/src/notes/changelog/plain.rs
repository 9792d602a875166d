//! Markup to plain text: Markdown, reStructuredText and the MyST between them, one reader for all three.
//!
//! Lives here: what is inside one item or heading. Lives elsewhere: which lines make an item (`items`).
//! It looks at each character a bounded number of times, whatever the text.

/// How far the end of a link, role or tag is looked for, in bytes.
const REACH: usize = 400;
/// HTML elements that changelogs are written with; anything else in angle brackets may be a type.
const TAGS: [&str; 36] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "center",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "kbd",
    "li",
    "ol",
    "p",
    "picture",
    "pre",
    "s",
    "source",
    "span",
    "strong",
    "sub",
    "summary",
    "ul",
];
/// Roles whose text is a number of something, shown with `#`.
const NUMBERED: [&str; 12] =
    ["issue", "pr", "pull", "gh", "bug", "ticket", "feature", "support", "user", "commit", "bpo", "github"];

/// The text without its markup, in one line, control characters left out.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\\' => escaped(rest),
            '`' => literal(rest),
            ':' if !before.is_alphanumeric() => role(rest, ':'),
            '{' => role(rest, '}'),
            '!' if rest.starts_with("![") => {
                link(rest.get(1..).unwrap_or_default()).map(|(n, _)| (n + 1, String::new()))
            }
            '[' => link(rest).map(|(n, text)| (n, plain_once(&text))),
            '<' => tag(rest),
            '&' => entity(rest),
            '*' => Some((run(rest, '*'), emphasis(before, rest, '*'))),
            '_' => dunder(rest).or_else(|| Some((run(rest, '_'), emphasis(before, rest, '_')))),
            '|' if substitution(rest).is_some() => substitution(rest),
            _ => None,
        };
        let (length, piece) = taken.unwrap_or_else(|| (c.len_utf8(), c.to_string()));
        let piece_end = piece.chars().next_back();
        out.push_str(&piece);
        before = piece_end.unwrap_or(if length > c.len_utf8() { before } else { c });
        // A step of at least one character, so that the loop ends.
        rest = rest.get(length.max(c.len_utf8())..).unwrap_or_default();
    }
    tidy(&out)
}

/// Markup inside the text of a link: code and emphasis, no further links.
fn plain_once(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '`' | '*')).collect()
}

/// Whitespace as single blanks, no control characters and no marks that turn the direction of writing.
fn tidy(text: &str) -> String {
    let shown = |c: &char| {
        let turns =
            matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        !turns && (c.is_whitespace() || !c.is_control())
    };
    let clean: String = text.chars().filter(shown).collect();
    let mut out = String::with_capacity(clean.len());
    for word in clean.split_whitespace().filter(|w| !is_hash(w)) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// `(abc1234)`: the commit behind an entry, which tells a reader nothing.
fn is_hash(word: &str) -> bool {
    let inner = word.strip_prefix('(').and_then(|w| w.trim_end_matches(',').strip_suffix(')'));
    inner.is_some_and(|w| {
        (7..=40).contains(&w.len())
            && w.bytes().all(|b| b.is_ascii_hexdigit())
            && (w.len() <= 8 || w.bytes().any(|b| b.is_ascii_digit()))
    })
}

/// The start of the text, as far as anything is looked for in it.
fn near(text: &str) -> &str {
    let mut end = text.len().min(REACH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn run(text: &str, c: char) -> usize {
    text.bytes().take_while(|b| char::from(*b) == c).count()
}

/// Marks of emphasis vanish; stars and underscores within words or between blanks stay.
fn emphasis(before: char, rest: &str, mark: char) -> String {
    let length = run(rest, mark);
    let after = rest.get(length..).and_then(|r| r.chars().next()).unwrap_or(' ');
    let within = if mark == '_' {
        before.is_alphanumeric() && after.is_alphanumeric() || before == '_' || length > 2
    } else {
        before.is_alphanumeric() && after.is_alphanumeric() && length == 1
    };
    // `__init__` and `_private` are names; a lone `_word_` is emphasis, and cannot be told from them: it stays.
    let name = mark == '_' && !before.is_alphanumeric() && after.is_alphanumeric() && length != 2;
    let alone = before.is_whitespace() && after.is_whitespace();
    let trailing = mark == '_' && length == 1 && before.is_alphanumeric();
    if within || name || alone || trailing { mark.to_string().repeat(length) } else { String::new() }
}

/// `__init__`, which is a name and not bold.
fn dunder(rest: &str) -> Option<(usize, String)> {
    let inner = near(rest.strip_prefix("__")?);
    let end = inner.find("__")?;
    let name = inner.get(..end)?;
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    plain.then(|| (end + 4, format!("__{name}__")))
}

/// A backslash before punctuation stands for the punctuation; before a blank for nothing (reST).
fn escaped(rest: &str) -> Option<(usize, String)> {
    let next = rest.chars().nth(1)?;
    if next == ' ' {
        return Some((2, String::new()));
    }
    next.is_ascii_punctuation().then(|| (2, next.to_string()))
}

/// `code`, ``code``, and reST's references `text <target>`_.
fn literal(rest: &str) -> Option<(usize, String)> {
    let ticks = run(rest, '`');
    let fence = "`".repeat(ticks.min(4));
    let inner = near(rest.get(ticks..)?);
    let Some(end) = inner.find(fence.as_str()) else { return Some((ticks, String::new())) };
    let text = inner.get(..end)?;
    let after = rest.get(ticks + end + fence.len()..).unwrap_or_default();
    let reference = ticks == 1 && after.starts_with('_');
    let trail = if reference { run(after, '_').min(2) } else { 0 };
    let text = if reference { target_off(text) } else { text };
    Some((ticks + end + fence.len() + trail, text.to_owned()))
}

/// `text <target>` is shown as `text`.
fn target_off(text: &str) -> &str {
    match text.rfind('<') {
        Some(at) if text.ends_with('>') && at > 0 => text.get(..at).unwrap_or(text).trim(),
        _ => text,
    }
}

/// `:role:`text`` and `{role}`text``.
fn role(rest: &str, close: char) -> Option<(usize, String)> {
    let open = rest.chars().next()?;
    let inner = near(rest.get(open.len_utf8()..)?);
    let end = inner.find(close)?;
    let name = inner.get(..end)?;
    let named = !name.is_empty()
        && name.len() < 40
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '+'));
    let body = inner.get(end + close.len_utf8()..)?.strip_prefix('`').filter(|_| named)?;
    let length = body.find('`')?;
    let text = body.get(..length)?;
    let last = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    let shown = target_off(text);
    let shown = match shown.strip_prefix('~') {
        Some(path) => path.rsplit('.').next().unwrap_or(path),
        None => shown.strip_prefix('!').unwrap_or(shown),
    };
    // `256 backported`, `-` of the extension `releases`.
    let numbered = NUMBERED.contains(&last.as_str());
    let shown = if numbered { shown.split(' ').next().unwrap_or(shown) } else { shown };
    let number = shown.bytes().all(|b| b.is_ascii_digit()) && !shown.is_empty();
    let shown = match last.as_str() {
        "cve" if !shown.to_ascii_uppercase().starts_with("CVE") => format!("CVE-{shown}"),
        "ghsa" if !shown.to_ascii_uppercase().starts_with("GHSA") => format!("GHSA-{shown}"),
        _ if number && numbered => format!("#{shown}"),
        _ if numbered && shown == "-" => String::new(),
        _ => shown.to_owned(),
    };
    Some((open.len_utf8() + end + close.len_utf8() + 1 + length + 1, shown))
}

/// `[text](address)`, `[text][name]`, `[text]`.
fn link(rest: &str) -> Option<(usize, String)> {
    let inner = near(rest.get(1..)?);
    let mut depth = 0_u32;
    let end = inner.char_indices().find_map(|(at, c)| match c {
        '[' => {
            depth += 1;
            None
        }
        ']' if depth == 0 => Some(at),
        ']' => {
            depth -= 1;
            None
        }
        _ => None,
    })?;
    let text = inner.get(..end)?;
    let after = rest.get(end + 2..).unwrap_or_default();
    let closing = |open: char, close: char| {
        let body = near(after.strip_prefix(open)?);
        body.find(close).map(|at| at + 2)
    };
    let tail = closing('(', ')').or_else(|| closing('[', ']'));
    // Without an address these are brackets of a text, such as `[breaking]` and `extras[dev]`.
    tail.map(|tail| (end + 2 + tail, text.to_owned()))
}

/// Elements vanish, addresses in angle brackets stay.
fn tag(rest: &str) -> Option<(usize, String)> {
    if rest.starts_with("<!--") {
        let end = near(rest).find("-->")?;
        return Some((end + 3, String::new()));
    }
    let inner = near(rest.get(1..)?);
    let end = inner.find('>')?;
    let body = inner.get(..end)?;
    if body.starts_with("http://") || body.starts_with("https://") {
        return Some((end + 2, body.to_owned()));
    }
    let name = body.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let lower = name.to_ascii_lowercase();
    TAGS.contains(&lower.as_str()).then(|| (end + 2, if lower == "br" { " ".to_owned() } else { String::new() }))
}

fn entity(rest: &str) -> Option<(usize, String)> {
    const KNOWN: [(&str, &str); 7] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&mdash;", "—"),
    ];
    KNOWN.iter().find(|(name, _)| rest.starts_with(name)).map(|(name, text)| (name.len(), (*text).to_owned()))
}

/// `|name|` of reST; a lone bar stays.
fn substitution(rest: &str) -> Option<(usize, String)> {
    let inner = rest.get(1..)?;
    let end = near(inner).find('|')?;
    let name = inner.get(..end)?;
    let whole = !name.is_empty() && name.len() < 40 && !name.contains(char::is_whitespace);
    whole.then(|| (end + 2, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_both_languages_vanishes_and_names_stay() {
        for (written, shown) in [
            ("**Timing:** `a.b` ([#12](https://x.example/12)) ([abc1234](https://x.example/c))", "Timing: a.b (#12)"),
            ("(**[#1](https://x.example/1)**, **[#2](https://x.example/2)**)", "(#1, #2)"),
            ("Fix :meth:`~flask.Flask.run` and ``len``. :issue:`5774`", "Fix run and len. #5774"),
            ("Fix {meth}`Option.get` {pr}`3805`", "Fix Option.get #3805"),
            (":cve:`2023-12345` and :ghsa:`68rp-wp8r-4726`", "CVE-2023-12345 and GHSA-68rp-wp8r-4726"),
            ("See `the docs <https://x.example>`_ or `there`__.", "See the docs or there."),
            ("`__init__` and _private, snake_case, a * b", "__init__ and _private, snake_case, a * b"),
            ("``**kwargs`` and *emphasis*", "**kwargs and emphasis"),
            ("the __del__ methods, __two words__", "the __del__ methods, two words"),
            (
                "Returns Array<string> &lt;b&gt; <kbd>Ctrl</kbd> <https://x.example>",
                "Returns Array<string> <b> Ctrl https://x.example",
            ),
            ("![logo](https://x.example/l.png) text", "text"),
            ("**[breaking]** extras[dev]", "[breaking] extras[dev]"),
            ("a\u{1b}[31mred\u{202e}", "a[31mred"),
            ("time 10:30 and a:b", "time 10:30 and a:b"),
        ] {
            assert_eq!(plain(written), shown, "{written}");
        }
    }
}
