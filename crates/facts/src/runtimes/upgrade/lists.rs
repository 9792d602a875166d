//! Lists of versions in any notation: `["3.8", "3.9"]`, one a line below a dash, classifiers, `py38,py39`.
//!
//! What is left goes, the new line comes in behind the last that stays, and everything around stays as it is.

use std::ops::Range;

use super::sheet::Sheet;

/// One version in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// 1-based.
    pub(super) line: u32,
    /// With its quotes, in bytes of the line.
    pub(super) outer: Range<usize>,
    /// The version alone.
    pub(super) inner: Range<usize>,
    /// The line of the runtime that it names: `3.9`.
    pub(super) names: String,
}

/// What a list is changed to.
pub(super) struct Wish<'w> {
    /// The new line: `3.12`.
    pub(super) to: &'w str,
    /// Whether a line goes.
    pub(super) goes: &'w dyn Fn(&str) -> bool,
    /// The new line as it is written in place of a text.
    pub(super) written: &'w dyn Fn(&str) -> Option<String>,
}

/// Where `text` stands in a line, quotes around it included; not as a part of a longer word.
pub(super) fn found(line: &str, text: &str, from: usize) -> Option<(Range<usize>, Range<usize>)> {
    if text.is_empty() {
        return None;
    }
    let part = |c: char| c.is_alphanumeric() || c == '.' || c == '_';
    let rest = line.get(from..)?;
    let (at, _) = rest.match_indices(text).find(|(at, _)| {
        let before = rest.get(..*at).unwrap_or_default();
        let after = rest.get(at + text.len()..).unwrap_or_default();
        !before.ends_with(part) && !after.starts_with(part)
    })?;
    let inner = from + at..from + at + text.len();
    Some((quoted(line, &inner), inner))
}

/// The range with the quotes around it, where there are any.
pub(super) fn quoted(line: &str, inner: &Range<usize>) -> Range<usize> {
    let before = line.get(..inner.start).and_then(|text| text.chars().next_back());
    let after = line.get(inner.end..).and_then(|text| text.chars().next());
    match (before, after) {
        (Some(a), Some(b)) if a == b && matches!(a, '"' | '\'') => inner.start - 1..inner.end + 1,
        _ => inner.clone(),
    }
}

/// Changes the list; the words are why it is left to a person. `items`: in the order of the file.
pub(super) fn change(sheet: &mut Sheet<'_>, items: &[Item], wish: &Wish<'_>) -> Result<(), String> {
    let there = items.iter().any(|item| item.names == wish.to);
    let kept = items.iter().rposition(|item| !(wish.goes)(&item.names));
    if kept.is_some() && there && !items.iter().any(|item| (wish.goes)(&item.names)) {
        return Ok(());
    }
    // The one in whose place, or behind which, the new line is written.
    let anchor = kept.or(items.len().checked_sub(1)).ok_or("it lists nothing")?;
    let text = |item: &Item, range: &Range<usize>| -> String {
        sheet.line(item.line).and_then(|line| line.get(range.clone())).unwrap_or_default().to_owned()
    };
    let new = |item: &Item| -> Result<String, String> {
        let outer = text(item, &item.outer);
        let own = (wish.written)(&text(item, &item.inner)).ok_or("it is written in a form of its own")?;
        let lead = outer.get(..item.inner.start - item.outer.start).unwrap_or_default();
        let trail = outer.get(item.inner.end - item.outer.start..).unwrap_or_default();
        Ok(format!("{lead}{}{trail}", whole_number(&own, lead)))
    };
    let mut lines: Vec<u32> = items.iter().map(|item| item.line).collect();
    lines.dedup();
    let mut all = Vec::new();
    for line in lines {
        let here: Vec<(usize, &Item)> = items.iter().enumerate().filter(|(_, item)| item.line == line).collect();
        let mut words: Vec<String> = Vec::new();
        let mut below = None;
        let own = alone(sheet, &here);
        for (at, item) in &here {
            let stays = !(wish.goes)(&item.names);
            if stays {
                words.push(text(item, &item.outer));
            }
            if *at == anchor && !there {
                if own && stays { below = Some(new(item)?) } else { words.push(new(item)?) }
            }
        }
        let Some((before, between, after)) = around(sheet, line, &here) else {
            return Err("it cannot be told apart".into());
        };
        let mut out = Vec::new();
        if !words.is_empty() {
            let comma = below.is_some() && takes_a_comma(before, after, words.first());
            let after = if comma { format!(",{after}") } else { after.to_owned() };
            out.push(format!("{before}{}{after}", words.join(between)));
        } else if !own {
            return Err("nothing would be left on a line that holds other things".to_owned());
        }
        if let Some(word) = below {
            let after = after.split('#').next().unwrap_or_default().trim_end();
            out.push(format!("{before}{word}{after}"));
        }
        all.push((line, out));
    }
    for (line, out) in all {
        sheet.set(line, out);
    }
    Ok(())
}

/// `3.10` without quotes is the number 3.1 to YAML.
fn whole_number(text: &str, lead: &str) -> String {
    let number = text.contains('.') && text.ends_with('0') && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if number && lead.is_empty() { format!("\"{text}\"") } else { text.to_owned() }
}

/// The line holds one item and nothing besides: a dash before, a comma or a comment behind.
fn alone(sheet: &Sheet<'_>, here: &[(usize, &Item)]) -> bool {
    let [(_, item)] = here else { return false };
    let Some((before, _, after)) = around(sheet, item.line, here) else { return false };
    let after = after.trim();
    matches!(before.trim(), "" | "-")
        && (after.is_empty()
            || after.starts_with('#')
            || after.trim_start_matches(',').trim().is_empty()
            || after.trim_start_matches(',').trim().starts_with('#'))
}

/// What stands before the first item of a line, between two, and behind the last.
fn around<'s>(sheet: &Sheet<'s>, line: u32, here: &[(usize, &Item)]) -> Option<(&'s str, &'s str, &'s str)> {
    let text = sheet.line(line)?;
    let (first, last) = (here.first()?.1, here.last()?.1);
    let between = match here {
        [(_, a), (_, b), ..] => text.get(a.outer.end..b.outer.start)?,
        _ => ", ",
    };
    Some((text.get(..first.outer.start)?, between, text.get(last.outer.end..)?))
}

/// The last item of a list in brackets that has no comma behind it yet.
fn takes_a_comma(before: &str, after: &str, word: Option<&String>) -> bool {
    let quoted = word.is_some_and(|word| word.starts_with(['"', '\'']));
    quoted && before.trim().is_empty() && !after.trim_start().starts_with(',')
}
