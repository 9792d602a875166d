//! A changelog's text, cut to a span of releases and taken apart into notes. Pure.
//!
//! Lives here: [`read`], the walk over headings. `heading` and `title` find releases, `items` what belongs together,
//! `plain` takes the markup off, `kind` sorts, `sphinx` reads changelogs written as directives, `description` finds the
//! changes within a package's long description.
//! Lives elsewhere: finding the text (`super::archive`, `super::pages`).

pub(crate) mod description;
mod heading;
mod items;
mod kind;
pub(crate) mod number;
pub(crate) mod plain;
mod sphinx;
#[cfg(test)]
mod tests;
mod title;

use uplift_model::Ecosystem;
use uplift_model::notes::NoteKind;

pub(crate) use heading::Form;
use heading::{Heading, headings};
use items::Item;
use kind::Section;
use number::{Number, Span};
use plain::plain;
use title::{date, is_date_line};

/// What somebody wants to read about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) package: &'a str,
    pub(crate) ecosystem: Ecosystem,
    pub(crate) span: &'a Span,
}

/// What a text says of the span.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Newest first, each once; some may be mentioned without a note.
    pub(crate) releases: Vec<Told>,
    /// The text goes down to the version in use or below it.
    pub(crate) reaches: bool,
    /// It names releases at all, in the span or not.
    pub(crate) is_changelog: bool,
}

/// One release as a text tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) number: Number,
    /// As written, without `v`.
    pub(crate) version: String,
    pub(crate) date: Option<String>,
    /// Breaking and security first, else as in the text.
    pub(crate) notes: Vec<Line>,
}

/// One note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) kind: NoteKind,
    pub(crate) text: String,
    /// 1-based.
    pub(crate) line: u32,
}

/// Largest text that is read, in bytes; the rest is left out.
pub(crate) const LARGEST: usize = 4 << 20;
/// Characters of one note, as the model has it.
const CHARACTERS: usize = 500;
/// Releases of one text that are kept.
const RELEASES: usize = 1000;
/// Items of one release that are read, and of one text: several times what any project wrote.
const ITEMS: usize = 5_000;
const ALL_ITEMS: usize = 30_000;
/// Headings of releases in the span that are read.
const PARTS: usize = 5_000;
/// Notes of one release that are kept, the worst first.
const NOTES: usize = 300;

/// Reads `text`. `named` is the release that the file's own name speaks of, for what stands above any heading.
pub(crate) fn read(text: &str, form: Form, wanted: &Wanted<'_>, named: Option<&(Number, String)>) -> Reading {
    let lines: Vec<&str> = text.lines().collect();
    let mut reading = Reading::default();
    sphinx::read(&lines, wanted, &mut reading);
    let found = headings(&lines, form, wanted);
    let series = |named: &Number| found.iter().filter_map(|h| h.release.as_ref()).any(|r| r.number != *named);
    if let Some((number, version)) = named.filter(|(number, _)| !series(number)) {
        reading.is_changelog = true;
        reading.reaches |= wanted.span.is_below(number);
        if wanted.span.holds(number) {
            let first = found.first().filter(|h| h.line < 4 && h.release.is_some());
            let start = first.map_or(0, |h| h.body);
            let said = first.and_then(|h| h.release.as_ref()).and_then(|t| t.date.clone());
            reading.add(told(&lines, start, lines.len(), &found, (number.clone(), version.clone(), said)));
        }
    } else {
        by_headings(&lines, &found, wanted, &mut reading);
    }
    for release in &mut reading.releases {
        let order = |note: &Line| match note.kind {
            NoteKind::Breaking => 0,
            NoteKind::Security => 1,
            _ => 2,
        };
        release.notes.sort_by_key(order);
        release.notes.truncate(NOTES);
    }
    reading.releases.sort_by(|a, b| b.number.cmp(&a.number));
    reading
}

fn by_headings(lines: &[&str], found: &[Heading], wanted: &Wanted<'_>, reading: &mut Reading) {
    let (mut items, mut parts) = (0, 0);
    for (at, heading) in found.iter().enumerate() {
        let Some(release) = &heading.release else { continue };
        reading.is_changelog = true;
        reading.reaches |= wanted.span.is_below(&release.number);
        if !wanted.span.holds(&release.number) || items > ALL_ITEMS || parts > PARTS {
            continue;
        }
        let next = found.iter().skip(at + 1).find(|h| ends(heading, h));
        let end = next.map_or(lines.len(), |h| h.line);
        let head = (release.number.clone(), release.version.clone(), release.date.clone());
        let told = told(lines, heading.body, end, found, head);
        (items, parts) = (items + told.notes.len(), parts + 1);
        reading.add(told);
    }
}

/// Whether a later heading ends a release: the next release, or something above it that is no sort of change.
fn ends(release: &Heading, next: &Heading) -> bool {
    next.release.is_some() || next.level < release.level && kind::section(&next.text) == Section::Open
}

/// Everything between two lines, as notes of one release.
fn told(
    lines: &[&str],
    start: usize,
    end: usize,
    found: &[Heading],
    (number, version, mut date): (Number, String, Option<String>),
) -> Told {
    let mut notes: Vec<Line> = Vec::new();
    let mut stack: Vec<(usize, Section)> = Vec::new();
    let first = found.partition_point(|h| h.line < start);
    let last = found.partition_point(|h| h.line < end);
    let within = found.get(first..last).unwrap_or_default();
    let mut from = start;
    for heading in within.iter().map(Some).chain(std::iter::once(None)) {
        let to = heading.map_or(end, |h| h.line);
        let section = section_of(&stack);
        let opening = from == start;
        let mut parts = items::items(lines, from, to);
        if opening {
            date = dated(&mut parts, date);
        }
        if section != Section::People {
            add_notes(&mut notes, parts, section);
        }
        if let Some(heading) = heading {
            while stack.last().is_some_and(|(level, _)| *level >= heading.level) {
                stack.pop();
            }
            stack.push((heading.level, kind::section(&heading.text)));
            from = heading.body;
        }
    }
    Told { number, version, date, notes }
}

/// The section that counts: the innermost that says something; a chore below breaking changes is one of them.
fn section_of(stack: &[(usize, Section)]) -> Section {
    let mut found = Section::Open;
    for (_, section) in stack.iter().rev() {
        match (found, section) {
            (Section::Open, section) => found = *section,
            (Section::Chores, Section::Of(NoteKind::Breaking | NoteKind::Security | NoteKind::Deprecated)) => {
                found = *section;
            }
            _ => {}
        }
    }
    found
}

/// Takes the line that says when off the first items.
fn dated(parts: &mut Vec<Item>, known: Option<String>) -> Option<String> {
    let at = parts.iter().take(3).position(|item| is_date_line(&plain(&item.text)));
    let Some(at) = at else { return known };
    let item = parts.remove(at);
    known.or_else(|| date(&plain(&item.text)))
}

fn add_notes(notes: &mut Vec<Line>, parts: Vec<Item>, section: Section) {
    let mut under: Option<(Section, usize, bool)> = None;
    for item in parts.into_iter().take(ITEMS.saturating_sub(notes.len())) {
        let text = without_thanks(&plain(&item.text));
        if says_nothing(&text) || is_date_line(&text) {
            continue;
        }
        if item.heads {
            // A title that is none of the known ones may still say what its items do: `Dropped support for:`.
            let own = match kind::section(text.trim_end_matches(':')) {
                Section::Open => match kind::kind(&text, Section::Open) {
                    NoteKind::Other => Section::Open,
                    kind => Section::Of(kind),
                },
                known => known,
            };
            under = Some((own, item.indent, item.bullet));
            if own != Section::Open || !item.bullet {
                continue;
            }
        } else if under.is_some_and(|(_, indent, bullet)| if bullet { item.indent <= indent } else { !item.bullet }) {
            under = None;
        }
        let section = match under {
            Some((own, ..)) if own != Section::Open => section_of(&[(1, section), (2, own)]),
            _ if section == Section::Open => by_role(&item.text),
            _ => section,
        };
        if section == Section::People {
            continue;
        }
        let line = u32::try_from(item.line + 1).unwrap_or(u32::MAX);
        notes.push(Line { kind: kind::kind(&text, section), text: cut(&text), line });
    }
}

/// What tools write where there is nothing to tell.
fn says_nothing(text: &str) -> bool {
    let lower = text.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    bare.is_empty()
        || ["no changes", "no significant changes", "none"].contains(&bare)
        || ["full changelog", "note: version bump only"].iter().any(|w| bare.starts_with(w))
}

/// The role that an item of the Sphinx extension `releases` begins with says what it is.
fn by_role(written: &str) -> Section {
    let roles = [
        (":bug:`", Section::Of(NoteKind::Fix)),
        (":feature:`", Section::Of(NoteKind::Feature)),
        (":support:`", Section::Chores),
    ];
    roles.into_iter().find(|(role, _)| written.starts_with(role)).map_or(Section::Open, |(_, section)| section)
}

/// What changesets put before an entry: `#12 abc1234 Thanks @ada! - `, `abc1234: `.
fn without_thanks(text: &str) -> String {
    if let Some((before, after)) = text.split_once("! - ")
        && before.contains("Thanks ")
        && before.len() < 300
    {
        return after.to_owned();
    }
    match text.split_once(": ") {
        Some((hash, after)) if (7..=40).contains(&hash.len()) && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            after.to_owned()
        }
        _ => text.to_owned(),
    }
}

fn cut(text: &str) -> String {
    if text.chars().nth(CHARACTERS).is_none() {
        return text.to_owned();
    }
    let short: String = text.chars().take(CHARACTERS - 1).collect();
    format!("{short}…")
}

impl Reading {
    /// Two parts of a text about one release are one release.
    fn add(&mut self, told: Told) {
        let full = self.releases.len() >= RELEASES;
        match self.releases.iter_mut().find(|known| known.number == told.number) {
            Some(known) => {
                known.date = known.date.take().or(told.date);
                known.notes.extend(told.notes);
            }
            None if full => {}
            None => self.releases.push(told),
        }
    }
}
