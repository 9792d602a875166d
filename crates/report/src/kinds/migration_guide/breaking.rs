//! Breaking changes: what release notes say, each with its source, beside the places of this code that use the package
//! (rows A16, G19, G23). Code before and after is shown only where an edit holds it; none is made up.

use uplift_model::dossier::NotesFor;
use uplift_model::notes::{NoteKind, ReleaseNotes};
use uplift_model::{Datum, Ecosystem, Version};

use super::Facts;
use crate::document::{Block, Section, Spare, Table, Text, Tone};
use crate::kinds::emptiness;
use crate::kinds::parts::{symbols, untold};
use crate::kinds::pieces;
use crate::kinds::ways::{Way, normal};
use crate::numbers::count;

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let mut all = Vec::new();
    let mut table = Table::new(
        "breaking-packages",
        "Packages, and what is known of breaking changes",
        &["Package", "Step", ">From", ">To", "Breaking changes", "Places in this code"],
        emptiness::unless_unknown(facts.dossier, "Nothing is to move."),
    );
    for (number, way) in facts.moving().enumerate() {
        let number = number + 1;
        let known = notes_of(facts, way);
        let (section, breaking, places) = one(number, way, known);
        let row = table.row(vec![
            pieces::here(&way.name, &format!("breaking-{number}")),
            pieces::known(way.step(), "the version in use is not known"),
            pieces::known(way.from.as_deref(), "no file says which version runs"),
            pieces::known(way.to.as_deref(), "it goes out"),
            breaking,
            places,
        ]);
        row.tone = match known {
            Some(Datum::Found { .. }) => Tone::Plain,
            _ => Tone::Unknown,
        };
        let weighed = way.candidate.map(|c| c.risk).or(way.row.and_then(|r| r.risk.as_ref()).map(|risk| risk.level));
        all.push(section.spare(weighed.map(Spare::from)));
    }
    let section = Section::new("breaking", "Breaking changes").with(Block::Table(table));
    all.into_iter().fold(section, Section::below)
}

fn notes_of<'a>(facts: &Facts<'a>, way: &Way<'_>) -> Option<&'a Datum<ReleaseNotes>> {
    let own =
        |notes: &&NotesFor| normal(&notes.component) == way.component && notes.package.eq_ignore_ascii_case(&way.name);
    facts.dossier.notes.iter().find(own).map(|notes| &notes.notes)
}

/// The package's section, and the two cells that sum it up.
fn one(number: usize, way: &Way<'_>, known: Option<&Datum<ReleaseNotes>>) -> (Section, Text, Text) {
    let breaking = breaking(number, way, known);
    let places = places(number, way);
    let title = Text::new().code(&way.name).plain(match (&way.from, &way.to) {
        (Some(from), Some(to)) => format!(" {from} to {to}"),
        _ => String::new(),
    });
    let cell = match known {
        Some(Datum::Found { .. }) => Text::new().span(breaking.count("breaking change")),
        _ if !breaking.rows.is_empty() => Text::new().span(breaking.count("breaking change")).plain(", notes not read"),
        Some(Datum::NotRetrieved { why }) => Text::new().unknown(why),
        Some(Datum::None) => Text::from("the notes that were looked for do not exist"),
        None => Text::new().unknown("release notes were not asked for"),
    };
    let used = match way.row.map(|row| &row.usage) {
        Some(Datum::Found { value }) => Text::from(count(value.count, "place"))
            .plain(format!(" in {}, ", count(value.files, "file")))
            .and(pieces::here("listed", &places.id)),
        Some(Datum::None) => Text::from("none"),
        Some(Datum::NotRetrieved { why }) => Text::new().unknown(why),
        None => Text::new().unknown("the package is not in the analysis"),
    };
    let mut section = Section::new(format!("breaking-{number}"), title);
    let known_names = way.candidate.and_then(|c| c.symbols.as_ref()).or(way.row.and_then(|row| row.symbols.as_ref()));
    if let Some(table) = symbols(&format!("breaking-{number}-names"), known_names) {
        section = section.with(Block::Table(table));
    }
    if let Some(block) = untold(known_names) {
        section = section.with(block);
    }
    section = section.with(Block::Table(breaking));
    let silent: Vec<&str> = known
        .and_then(Datum::value)
        .map(|notes| notes.silent.iter().map(String::as_str).filter(|version| is_passed(way, version)).collect())
        .unwrap_or_default();
    if !silent.is_empty() {
        let text =
            Text::from("Releases that no source mentions, so that what they break is ").unknown(silent.join(", "));
        section = section.with(Block::Callout(Tone::Unknown, text));
    }
    if let Some(usage) = way.row.and_then(|row| row.usage.value())
        && usage.count > usage.sites.len()
    {
        let text = format!(
            "{} of {} in {} are listed.",
            usage.sites.len(),
            count(usage.count, "use"),
            count(usage.files, "file")
        );
        section = section.say(text);
    }
    (section.with(Block::Table(places)), cell, used)
}

/// The package goes to this release or past it: notes may reach to the plan's goal, and a run may end below it.
fn is_passed(way: &Way<'_>, release: &str) -> bool {
    let end = way.to.as_deref().map(Version::new);
    match (way.ecosystem, Version::new(release), end) {
        (Ecosystem::Python, Ok(release), Some(Ok(end))) => release <= end,
        _ => true,
    }
}

fn breaking(number: usize, way: &Way<'_>, known: Option<&Datum<ReleaseNotes>>) -> Table {
    let empty = match known {
        Some(Datum::Found { .. }) => Text::from("The notes that were read name no breaking change."),
        Some(Datum::None) => Text::from("No release notes exist where they were looked for."),
        Some(Datum::NotRetrieved { why }) => Text::new().unknown(why),
        None => Text::new().unknown("release notes were not asked for"),
    };
    let columns = ["Release", "Kind", "What it says", "Source"];
    let mut table = Table::new(format!("breaking-{number}-notes"), "What is said to break", &columns, empty);
    if let Some(notes) = known.and_then(Datum::value) {
        for release in notes.releases.iter().filter(|release| is_passed(way, &release.version)) {
            for note in release.notes.iter().filter(|n| matches!(n.kind, NoteKind::Breaking | NoteKind::Deprecated)) {
                let source = notes.sources.get(note.source);
                let source = source.map_or_else(
                    || Text::new().unknown("the source is not listed"),
                    |source| Text::new().code(format!("{}:{}", source.name, note.line)),
                );
                let (kind, tone) = match note.kind {
                    NoteKind::Deprecated => ("deprecated", Tone::Plain),
                    _ => ("breaking", Tone::Warning),
                };
                let cells = vec![release.version.as_str().into(), kind.into(), note.text.as_str().into(), source];
                table.row(cells).tone = tone;
            }
        }
    }
    let told = way.candidate.filter(|candidate| candidate.symbols.is_none());
    for text in told.into_iter().flat_map(|c| &c.breaking_changes) {
        table.row(vec!["on the way".into(), "breaking".into(), text.as_str().into(), "the plan".into()]).tone =
            Tone::Warning;
    }
    table
}

fn places(number: usize, way: &Way<'_>) -> Table {
    let empty = match way.row.map(|row| &row.usage) {
        Some(Datum::NotRetrieved { why }) => Text::new().unknown(why),
        None => Text::new().unknown("the package is not in the analysis"),
        Some(_) => Text::from("No file of the project's code imports it."),
    };
    let mut table =
        Table::new(format!("breaking-{number}-places"), "Places in this code", &["Where", "What stands there"], empty);
    let mut lines: Vec<((&str, &str), Vec<String>)> = Vec::new();
    for site in way.row.and_then(|row| row.usage.value()).into_iter().flat_map(|usage| &usage.sites) {
        let key = (site.file.as_str(), site.what.as_str());
        match lines.iter_mut().find(|(own, _)| *own == key) {
            Some((_, lines)) => lines.push(site.line.to_string()),
            None => lines.push((key, vec![site.line.to_string()])),
        }
    }
    for ((file, what), lines) in lines {
        table.row(vec![Text::new().code(format!("{file}:{}", lines.join(", "))), Text::new().code(what)]);
    }
    table
}
