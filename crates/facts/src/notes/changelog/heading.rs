//! Headings of a changelog, in whichever markup it is written.
//!
//! Lives here: `# ATX`, underlined and overlined titles, lines in bold, bare version lines, `:release:` items.
//! Lives elsewhere: whether a heading names a release (`title`), what lies below it (`items`).

use super::Wanted;
use super::plain::plain;
use super::title::{Title, date, title};

/// A heading and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// 0-based line of its text.
    pub(super) line: usize,
    /// 0-based line after all of it.
    pub(super) body: usize,
    /// Smaller is higher.
    pub(super) level: usize,
    pub(super) text: String,
    pub(super) release: Option<Title>,
}

/// Which markup a file is in, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Markdown,
    Rest,
    /// No ending that says it.
    Unknown,
}

impl Form {
    pub(crate) fn of(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        match lower.rsplit_once('.').map(|(_, ending)| ending) {
            Some("md" | "markdown" | "mkd" | "mdx") => Self::Markdown,
            Some("rst" | "rest") => Self::Rest,
            _ => Self::Unknown,
        }
    }
}

/// Longest line that is taken for a heading, in bytes.
const LONGEST: usize = 300;
/// Levels of headings that have no depth of their own, below all others.
const BARE: usize = 90;

/// Every heading, in the order of the lines.
pub(super) fn headings(lines: &[&str], form: Form, wanted: &Wanted<'_>) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    let mut styles: Vec<(char, bool)> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let trimmed = line.trim();
        if let Some(open) = fence {
            if trimmed.starts_with(open) {
                fence = None;
            }
            at += 1;
            continue;
        }
        fence = ["```", "~~~"]
            .into_iter()
            .find(|f| trimmed.starts_with(f) && form != Form::Rest && lines.get(at + 1).is_some());
        if fence.is_some() || line.len() > LONGEST || trimmed.is_empty() {
            at += 1;
            continue;
        }
        let heading = atx(line, at, form)
            .or_else(|| underlined(lines, at, form, &mut styles))
            .or_else(|| released(line, at))
            .map(|(level, text, body)| {
                let text = plain(&text);
                let release = title(&text, wanted.package, wanted.ecosystem);
                Heading { line: at, body, level, text, release }
            })
            .or_else(|| bare(lines, at, wanted));
        match heading {
            Some(heading) => {
                at = heading.body.max(at + 1);
                found.push(heading);
            }
            None => at += 1,
        }
    }
    found
}

/// `## Title`, `##Title##`.
fn atx(line: &str, at: usize, form: Form) -> Option<(usize, String, usize)> {
    if form == Form::Rest || line.starts_with("    ") {
        return None;
    }
    let text = line.trim();
    let level = text.bytes().take_while(|b| *b == b'#').count();
    let rest = text.get(level..)?;
    let separate = rest.starts_with(char::is_whitespace)
        || rest.starts_with(['v', '['])
        || rest.starts_with(|c: char| c.is_ascii_digit());
    // `#123 fixed` is an issue, not a heading.
    let issue = level == 1 && !rest.starts_with(char::is_whitespace);
    ((1..=6).contains(&level) && separate && !issue)
        .then(|| (level, rest.trim().trim_end_matches('#').trim().to_owned(), at + 1))
}

/// The sign that a line consists of, when it may underline.
fn rule(line: &str) -> Option<(char, usize)> {
    let text = line.trim_end();
    let sign = text.chars().next().filter(|c| "=-~^\"'*+#.:_<>`".contains(*c))?;
    let length = text.chars().count();
    text.chars().all(|c| c == sign).then_some((sign, length))
}

fn underlined(lines: &[&str], at: usize, form: Form, styles: &mut Vec<(char, bool)>) -> Option<(usize, String, usize)> {
    let line = lines.get(at)?;
    // An overline: the sign, the title, the sign again.
    if let Some((sign, length)) = rule(line)
        && length >= 3
        && form != Form::Markdown
    {
        let text = lines.get(at + 1)?.trim();
        let under = lines.get(at + 2).and_then(|l| rule(l));
        let whole = under.is_some_and(|(s, n)| s == sign && n >= 3) && !text.is_empty() && rule(text).is_none();
        return whole.then(|| (level(styles, (sign, true)), text.to_owned(), at + 3));
    }
    let (sign, length) = rule(lines.get(at + 1)?)?;
    let title = line.trim();
    let indented = line.starts_with([' ', '\t']);
    let wide = title.chars().count();
    let long_enough = length >= 3 && (length + 3 >= wide || form == Form::Markdown && matches!(sign, '=' | '-'));
    let item = title.starts_with("* ") || title.starts_with("- ") || title.starts_with('|') || title.starts_with(">");
    if indented || !long_enough || item || rule(title).is_some() || form == Form::Markdown && !matches!(sign, '=' | '-')
    {
        return None;
    }
    let level = match (form, sign) {
        (Form::Markdown, '=') => 1,
        (Form::Markdown, _) => 2,
        _ => level(styles, (sign, false)),
    };
    Some((level, title.to_owned(), at + 2))
}

/// reST counts levels by the order in which the signs turn up.
fn level(styles: &mut Vec<(char, bool)>, style: (char, bool)) -> usize {
    if let Some(at) = styles.iter().position(|s| *s == style) {
        return at + 1;
    }
    styles.push(style);
    styles.len()
}

/// ``* :release:`2.12.0 <2022-11-04>` `` of the Sphinx extension `releases`.
fn released(line: &str, at: usize) -> Option<(usize, String, usize)> {
    let item = line.trim_start_matches(['*', '-', ' ']);
    let rest = item.strip_prefix(":release:`")?;
    let (text, _) = rest.split_once('`')?;
    Some((BARE, text.replace(['<', '>'], " "), at + 1))
}

/// A version on a line of its own: in bold, or bare with a date or with items below it.
fn bare(lines: &[&str], at: usize, wanted: &Wanted<'_>) -> Option<Heading> {
    let line = lines.get(at)?;
    let trimmed = line.trim_end().trim_end_matches(':');
    let bold = ["**", "__"].iter().any(|m| trimmed.starts_with(m) && trimmed.len() > 4);
    let item = line.starts_with("* ") || line.starts_with("- ");
    let indented = line.starts_with([' ', '\t']);
    let begins =
        trimmed.trim_start_matches(['*', '_', '-', ' ', '[', 'v', 'V', '(']).starts_with(|c: char| c.is_ascii_digit())
            || ["version", "release", wanted.package].iter().any(|w| {
                trimmed
                    .trim_start_matches(['*', '_', '-', ' ', '['])
                    .get(..w.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(w))
            });
    if indented || !begins || trimmed.len() > 100 {
        return None;
    }
    let text = plain(trimmed);
    let release = title(&text, wanted.package, wanted.ecosystem)?;
    let free = at == 0 || lines.get(at - 1).is_some_and(|before| before.trim().is_empty());
    let next = lines.get(at + 1..).unwrap_or_default().iter().take(3).find(|l| !l.trim().is_empty());
    let opens = next.is_some_and(|l| l.starts_with([' ', '\t', '*', '-', '+', '•']) || date(l).is_some());
    let counts = if item {
        // An item that is nothing but a release, with its own items below it.
        next.is_some_and(|l| l.starts_with([' ', '\t'])) && trimmed.contains('.') && text.len() < 60
    } else {
        bold || free && (release.date.is_some() && text.len() < 60 || opens) && release.version.contains('.')
    };
    counts.then_some(Heading { line: at, body: at + 1, level: BARE, text, release: Some(release) })
}
