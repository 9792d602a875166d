//! Lines: how wide a text is, where it breaks, where it is cut.

use crate::view::{Tone, View};

/// Columns that a character takes: wide East Asian ones and pictures two, marks that sit on others none.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200c..=0x200d | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// `text` in at most `limit` columns; what is cut ends in `…`.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        if used + columns(c) + 1 > limit {
            break;
        }
        used += columns(c);
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// Fills up with spaces behind.
pub(super) fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// Breaks between words; a word longer than `limit` is broken anywhere. Never empty.
pub(super) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(word) <= limit {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if width(&line) + columns(c) > limit {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A wrapped paragraph: `first` before the first line, as many spaces before the others.
pub(super) fn paragraph(view: &View, first: &str, text: &str, tone: Tone) -> String {
    let indent = width(first);
    let mut all = String::new();
    for (index, line) in wrap(text, view.columns().saturating_sub(indent)).iter().enumerate() {
        let start = if index == 0 { first.to_owned() } else { " ".repeat(indent) };
        all.push_str(&start);
        all.push_str(&view.paint(tone, line));
        all.push('\n');
    }
    all
}

/// Short items side by side in columns of one width, row by row.
pub(super) fn grid(view: &View, indent: usize, items: &[String]) -> String {
    let widest = items.iter().map(|i| width(i)).max().unwrap_or(0);
    let room = view.columns().saturating_sub(indent);
    let across = ((room + 3) / (widest + 3)).max(1);
    let mut all = String::new();
    for row in items.chunks(across) {
        let cells: Vec<String> = row.iter().map(|item| pad(&cut(item, room), widest)).collect();
        all.push_str(&" ".repeat(indent));
        all.push_str(cells.join("   ").trim_end());
        all.push('\n');
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_break_at_the_limit_and_long_ones_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a tests/test_api.py", 8), ["a", "tests/te", "st_api.p", "y"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(width("包b"), 3);
        assert_eq!(cut("包包包", 5), "包包…");
    }
}
