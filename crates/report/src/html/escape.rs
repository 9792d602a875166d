//! Text from outside inside HTML: it may not become a tag, leave an attribute, or leave a string of the style sheet.

use crate::clean;

/// Between tags: one line, `&`, `<`, `>` escaped, control characters shown. A space at an end stays one, because it
/// keeps two pieces of a sentence apart.
pub(crate) fn text(raw: &str) -> String {
    let line = clean::line(raw);
    let mut safe = String::with_capacity(line.len() + 8);
    push(&mut safe, &line);
    if !raw.is_empty() && (safe.is_empty() || raw.ends_with(char::is_whitespace)) {
        safe.push(' ');
    }
    safe
}

/// Several lines in `<pre>`.
pub(crate) fn block(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len() + 8);
    push(&mut safe, &clean::block(raw));
    safe
}

/// Between double quotes.
pub(crate) fn attribute(raw: &str) -> String {
    text(raw).replace('"', "&quot;").replace('\'', "&#39;")
}

/// Inside a double-quoted string of the style sheet: everything but letters, digits and a few signs by its number.
pub(crate) fn style(raw: &str) -> String {
    let mut safe = String::new();
    for c in clean::line(raw).chars().take(120) {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | ',' | '(' | ')' | '/') => {
                safe.push(c)
            }
            c => safe.push_str(&format!("\\{:x} ", u32::from(c))),
        }
    }
    safe
}

fn push(safe: &mut String, clean: &str) {
    for c in clean.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            c => safe.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_stays_text_and_a_quote_stays_inside() {
        assert_eq!(text("<b>&\n\u{202e}"), "&lt;b&gt;&amp; \\u{202e}");
        assert_eq!(attribute("\" onclick='x'"), "&quot; onclick=&#39;x&#39;");
        assert_eq!(style("a\"}</style>"), "a\\22 \\7d \\3c /style\\3e ");
        assert_eq!(text("a "), "a ");
    }
}
