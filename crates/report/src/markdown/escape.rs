//! Text from outside inside Markdown: it may not become markup, a link, a mention or a row of its own.

use crate::clean;

/// Running text: one line, every character that Markdown or HTML could read as its own is escaped.
pub(super) fn text(raw: &str) -> String {
    let mut safe = String::new();
    for c in clean::line(raw).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // A zero-width space keeps forges from notifying a person or linking an issue.
            '@' | '#' => {
                safe.push('\\');
                safe.push(c);
                safe.push('\u{200b}');
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '|' | '~' | '$' => {
                safe.push('\\');
                safe.push(c);
            }
            _ => safe.push(c),
        }
    }
    // Forges turn bare addresses into links.
    safe.replace("://", ":\u{200b}//").replace("www.", "www\u{200b}.")
}

/// A code span in a table's cell: as [`span`], and a pipe is escaped so that the cell stays one.
pub(super) fn code(raw: &str) -> String {
    span(raw).replace('|', "\\|")
}

/// A code span outside of tables: one line, fenced by more backticks than it holds.
pub(super) fn span(raw: &str) -> String {
    let line = clean::line(raw);
    if line.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&line) + 1);
    let edge = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{edge}{line}{edge}{fence}")
}

/// A fenced block, longer fence than any inside.
pub(super) fn block(raw: &str) -> String {
    fenced("text", raw)
}

/// A fenced block in a language; a language's name is letters, digits, `+` and `-`.
pub(super) fn fenced(language: &str, raw: &str) -> String {
    let text = clean::block(raw.trim_end());
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    let name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-');
    let language: String = language.chars().filter(name).take(20).collect();
    format!("{fence}{language}\n{text}\n{fence}\n")
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_stays_text() {
        assert_eq!(text("a|b <b>`x`</b>\n# c"), "a\\|b &lt;b&gt;\\`x\\`&lt;/b&gt; \\#\u{200b} c");
        assert_eq!(text("[x](javascript:1)"), "\\[x\\]\\(javascript:1\\)");
        assert_eq!(text("$x$"), "\\$x\\$", "forges read it as a formula");
    }

    #[test]
    fn nobody_is_notified_and_nothing_is_linked() {
        assert_eq!(text("@everyone #1"), "\\@\u{200b}everyone \\#\u{200b}1");
        assert!(!text("see http://example.invalid").contains("://"));
    }

    #[test]
    fn a_code_span_cannot_be_left_from_inside() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|b\nc"), "`a\\|b c`");
    }

    #[test]
    fn a_block_cannot_be_closed_from_inside() {
        assert_eq!(block("a\n```\nb"), "````text\na\n```\nb\n````\n");
    }
}
