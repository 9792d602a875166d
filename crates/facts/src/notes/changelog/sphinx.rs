//! Changelogs written as directives: `.. changelog::` with `.. change::` below it (SQLAlchemy, Alembic, Mako, dogpile).
//!
//! Source: the Sphinx extension `changelog`.

use uplift_model::notes::NoteKind;

use super::items::items;
use super::kind::{self, Section, section};
use super::number::Number;
use super::plain::plain;
use super::{Line, Reading, Told, Wanted, cut};

/// Adds every release of the span that a directive tells.
pub(super) fn read(lines: &[&str], wanted: &Wanted<'_>, reading: &mut Reading) {
    let is = |line: &&str, name: &str| line.trim_start().strip_prefix("..").is_some_and(|r| r.trim() == name);
    let starts: Vec<usize> = lines.iter().enumerate().filter(|(_, l)| is(l, "changelog::")).map(|(at, _)| at).collect();
    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(lines.len());
        let Some(version) = option(lines, start + 1, end, "version") else { continue };
        let Some(number) = Number::read(wanted.ecosystem, &version) else { continue };
        reading.is_changelog = true;
        reading.reaches |= wanted.span.is_below(&number);
        if !wanted.span.holds(&number) {
            continue;
        }
        let changes: Vec<usize> =
            (start + 1..end).filter(|at| lines.get(*at).is_some_and(|l| is(l, "change::"))).collect();
        let mut notes = Vec::new();
        for (place, change) in changes.iter().enumerate() {
            let until = changes.get(place + 1).copied().unwrap_or(end);
            let tags = option(lines, change + 1, until, "tags").unwrap_or_default();
            let parts = items(lines, change + 1, until);
            let text: Vec<String> = parts.iter().map(|i| plain(&i.text)).filter(|t| !t.is_empty()).collect();
            if let Some(first) = parts.first() {
                let text = text.join(" ");
                let line = u32::try_from(first.line + 1).unwrap_or(u32::MAX);
                notes.push(Line { kind: kind::kind(&text, tagged(&tags)), text: cut(&text), line });
            }
        }
        let date = option(lines, start + 1, end, "released").filter(|d| !d.is_empty());
        reading.add(Told { number, version, date, notes });
    }
}

/// `:name: value` in the field list that directly follows.
fn option(lines: &[&str], from: usize, to: usize, name: &str) -> Option<String> {
    let fields =
        lines.get(from..to)?.iter().map(|l| l.trim()).skip_while(|l| l.is_empty()).take_while(|l| l.starts_with(':'));
    let mut values = fields.filter_map(|l| l.strip_prefix(':')?.split_once(':'));
    values.find(|(key, _)| *key == name).map(|(_, value)| value.trim().to_owned())
}

/// Tags are short headings: the first that says something counts, what breaks or secures before all.
fn tagged(tags: &str) -> Section {
    let said: Vec<Section> = tags
        .split(',')
        .map(|t| match t.trim() {
            "usecase" | "feature" => Section::Of(NoteKind::Feature),
            tag => section(tag),
        })
        .collect();
    let grave = |s: &&Section| matches!(s, Section::Of(NoteKind::Breaking | NoteKind::Security));
    said.iter().find(grave).or_else(|| said.iter().find(|s| **s != Section::Open)).copied().unwrap_or(Section::Open)
}
