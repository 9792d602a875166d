//! The items of one release: bullets with what belongs to them, and paragraphs.
//!
//! Lives here: which lines belong together, and what is no prose (code, tables, comments, addresses of links).
//! Lives elsewhere: headings (`heading`), markup within an item (`plain`).

use super::kind::{Section, section};
use super::plain::plain;
use super::title::is_date_line;

/// Lines that belong together, still in their markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// 0-based.
    pub(super) line: usize,
    pub(super) text: String,
    /// It is a bullet, not a paragraph.
    pub(super) bullet: bool,
    pub(super) indent: usize,
    /// A title for the items below it: `Bug fixes:`, `Release Jul 6, 2022`.
    pub(super) heads: bool,
}

/// Most bytes of one item that are read: enough for 500 characters of text and the addresses within.
const LONGEST: usize = 4000;
/// Directives of reST whose body is no prose.
const MUTE: [&str; 22] = [
    "code",
    "code-block",
    "sourcecode",
    "image",
    "figure",
    "raw",
    "math",
    "toctree",
    "contents",
    "index",
    "highlight",
    "currentmodule",
    "module",
    "towncrier",
    "include",
    "literalinclude",
    "csv-table",
    "list-table",
    "table",
    "doctest",
    "ipython",
    "plot",
];

/// What is being skipped.
enum Skip {
    Fence(&'static str),
    Comment,
    /// Everything indented deeper than this.
    Deeper(usize),
}

/// Reads lines `from..to` as items.
pub(super) fn items(lines: &[&str], from: usize, to: usize) -> Vec<Item> {
    let mut reader = Reader::default();
    for (line, text) in lines.iter().enumerate().take(to).skip(from) {
        if reader.items.len() >= super::ITEMS {
            break;
        }
        reader.line(line, text);
    }
    reader.close();
    reader.items
}

#[derive(Default)]
struct Reader {
    items: Vec<Item>,
    open: Option<Item>,
    /// A blank line came since the last text.
    blank: bool,
    skip: Option<Skip>,
}

impl Reader {
    fn line(&mut self, line: usize, text: &str) {
        let text = start_of(text);
        let trimmed = text.trim();
        let indent = text.len() - text.trim_start().len();
        match &self.skip {
            Some(Skip::Fence(mark)) => {
                if trimmed.starts_with(mark) {
                    self.skip = None;
                }
                return;
            }
            Some(Skip::Comment) => {
                if trimmed.contains("-->") {
                    self.skip = None;
                }
                return;
            }
            Some(Skip::Deeper(than)) => {
                if trimmed.is_empty() || indent > *than {
                    return;
                }
                self.skip = None;
            }
            None => {}
        }
        if trimmed.is_empty() {
            self.blank = true;
            return;
        }
        if let Some(mark) = ["```", "~~~"].into_iter().find(|m| trimmed.starts_with(m)) {
            self.skip = Some(Skip::Fence(mark));
            return;
        }
        if trimmed.starts_with("<!--") {
            self.skip = (!trimmed.contains("-->")).then_some(Skip::Comment);
            return;
        }
        if trimmed.starts_with("..") && self.directive(line, trimmed, indent) || is_no_prose(trimmed) {
            return;
        }
        if let Some(rest) = bullet(trimmed) {
            self.bullet(line, indent, rest);
        } else {
            self.prose(line, indent, trimmed);
        }
        self.blank = false;
    }

    fn bullet(&mut self, line: usize, indent: usize, rest: &str) {
        if let Some(item) = &mut self.open {
            item.heads = (indent > item.indent || !item.bullet) && heads(&item.text, item.bullet);
            if item.bullet && indent > item.indent && !item.heads {
                let gap = if item.text.trim_end().ends_with([':', ';', '.', ',']) { " " } else { "; " };
                push(&mut item.text, gap, rest);
                return;
            }
        }
        self.close();
        let text = rest.strip_suffix("::").map_or_else(|| rest.to_owned(), |text| format!("{text}:"));
        if text.len() < rest.len() {
            self.skip = Some(Skip::Deeper(indent + 2));
        }
        self.open = Some(Item { line, text, bullet: true, indent, heads: false });
    }

    fn prose(&mut self, line: usize, indent: usize, text: &str) {
        let literal = text.ends_with("::");
        let text = if literal { text.get(..text.len() - 1).unwrap_or(text) } else { text };
        let goes_on = match &self.open {
            // Deeper text belongs to the bullet above it; so does the next line, unless it stands further out.
            Some(item) if item.bullet => indent > item.indent || !self.blank && indent == item.indent,
            Some(_) => !self.blank,
            None => false,
        };
        match &mut self.open {
            Some(item) if goes_on => push(&mut item.text, " ", text),
            _ => {
                self.close();
                self.open = Some(Item { line, text: text.to_owned(), bullet: false, indent, heads: false });
            }
        }
        if literal {
            self.skip = Some(Skip::Deeper(indent));
        }
    }

    /// `.. name:: argument`, comments, labels, addresses. Whether the line is done with.
    fn directive(&mut self, line: usize, trimmed: &str, indent: usize) -> bool {
        let Some(rest) = trimmed.strip_prefix("..").filter(|r| r.is_empty() || r.starts_with(' ')) else {
            return false;
        };
        let rest = rest.trim();
        let Some((name, argument)) = rest.split_once("::") else {
            // A comment, a label or an address.
            self.skip = Some(Skip::Deeper(indent));
            return true;
        };
        if name.starts_with('|') || name.contains(' ') || MUTE.contains(&name) {
            self.skip = Some(Skip::Deeper(indent));
            return true;
        }
        self.blank = true;
        if !argument.trim().is_empty() && !argument.trim().starts_with(|c: char| c.is_ascii_digit()) {
            self.prose(line, indent, argument.trim());
        }
        true
    }

    fn close(&mut self) {
        if let Some(item) = self.open.take() {
            self.items.push(item);
        }
    }
}

/// As much of a line as an item may be long.
fn start_of(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn push(text: &mut String, gap: &str, more: &str) {
    if text.len() < LONGEST {
        text.push_str(gap);
        text.push_str(more);
    }
}

/// Whether a text with items below it is their title rather than a note of its own.
fn heads(text: &str, bullet: bool) -> bool {
    if text.len() > 80 {
        return false;
    }
    let shown = plain(text);
    let bare = shown.trim_end_matches(':');
    bare.len() < shown.len()
        || section(bare) != Section::Open && bare.split_whitespace().count() <= 3
        || is_date_line(bare)
        || !bullet && bare.split_whitespace().count() <= 4 && !bare.ends_with(['.', '!', '?'])
}

/// What follows a bullet.
fn bullet(text: &str) -> Option<&str> {
    for mark in ["* ", "- ", "+ ", "• ", "*\t", "-\t", "– "] {
        if let Some(rest) = text.strip_prefix(mark) {
            return Some(rest.trim());
        }
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..)?;
    let counted = (1..=3).contains(&digits) || text.starts_with("#.");
    let rest = rest.strip_prefix('#').unwrap_or(rest);
    let rest = [". ", ") "].iter().find_map(|mark| rest.strip_prefix(mark)).filter(|_| counted)?;
    Some(rest.trim())
}

/// Rules, tables, addresses of links, fields of a field list, a lone picture.
fn is_no_prose(text: &str) -> bool {
    let marks = |c: char| matches!(c, '=' | '-' | '+' | '|' | '~' | '^' | '*' | '_' | ':' | ' ' | '#');
    let address = text.starts_with('[') && text.split_once("]:").is_some_and(|(name, _)| !name.contains("]("));
    let table = text.starts_with('|') && text.ends_with('|') && text.len() > 1;
    let field = text.starts_with(':')
        && text.split(':').nth(1).is_some_and(|name| !name.is_empty() && name.len() < 20 && !name.contains(' '))
        && !text.contains('`');
    text.chars().all(marks) || address || table || field
}
