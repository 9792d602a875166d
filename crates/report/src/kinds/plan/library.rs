//! Each library: versions, the state of every research field, security, features, breaking changes.

use uplift_model::Datum;
use uplift_model::dossier::Dossier;
use uplift_model::notes::NoteKind;

use super::super::parts::{self, Pair};
use crate::document::{Block, Section, Spare, Text};

pub(super) fn section(dossier: &Dossier, pairs: &[Pair<'_>]) -> Section {
    let mut section = Section::new("libraries", "Detailed library analysis").say(
        "For each library: what is in use and where it goes, the state of every research field (found, none found, or \
         not retrieved with the reason), then security, features and what may break, each with its source.",
    );
    if pairs.is_empty() {
        return section.say("No library is to be moved.");
    }
    for pair in pairs {
        section = section.below(library(dossier, pair));
    }
    section
}

fn library(dossier: &Dossier, pair: &Pair<'_>) -> Section {
    let id = |part: &str| format!("{part}-{}", pair.id);
    let title = format!("{} ({})", pair.name, parts::component(dossier, pair.component));
    let mut facts = vec![
        Text::from("In use: ").and(parts::in_use(pair)),
        Text::from("Target: ").code(pair.target.clone()),
        Text::from("Distance: ").and(parts::behind(pair)),
    ];
    if let Some(row) = pair.row {
        let latest = match &row.latest {
            Datum::Found { value } => Text::new().code(value.clone()),
            Datum::None => Text::from("none found"),
            Datum::NotRetrieved { why } => Text::new().unknown(why.clone()),
        };
        let held = row.held_by.as_ref().map(|by| format!("; held below it: {by}")).unwrap_or_default();
        facts.push(Text::from("Newest: ").and(latest).plain(held));
    }
    let features = [NoteKind::Feature, NoteKind::Performance];
    Section::new(id("library"), title)
        .spare(pair.risk().map(Spare::from))
        .with(Block::List(facts))
        .with(Block::Table(parts::research(dossier, pair)))
        .below(security(dossier, pair, id("library-security")))
        .below(
            Section::new(id("library-features"), "New features and performance")
                .with(parts::notes(dossier, pair, &features, "The release notes between the two versions name none."))
                .spare(Some(Spare::Notes)),
        )
        .below(breaking(dossier, pair, parts::usage_id(pair)))
}

fn security(dossier: &Dossier, pair: &Pair<'_>, id: String) -> Section {
    let mut section = Section::new(id, "Security");
    let Some(row) = pair.row else {
        return section.say(Text::new().unknown("the analysis holds no row of it"));
    };
    match &row.advisories {
        Datum::NotRetrieved { why } => {
            section = section.say(Text::from("Vulnerabilities of the version in use: ").unknown(why.clone()));
        }
        Datum::None => section = section.say("The sources answered: no advisory is known for the version in use."),
        Datum::Found { value } if value.is_empty() => {
            section = section.say("The sources answered: no advisory is known for the version in use.");
        }
        Datum::Found { value } => {
            let items = value.iter().map(|finding| {
                let mut text = Text::new().code(finding.id.clone()).plain(format!(" {}: ", finding.severity));
                text = text.plain(finding.summary.clone());
                let classes = parts::classes(finding);
                if !classes.is_empty() {
                    text = text.plain(format!(" ({})", classes.join(", ")));
                }
                text = match finding.fixed.as_slice() {
                    [] => text.plain("; no fix is known"),
                    fixed => text.plain("; fixed in ").code(fixed.join(", ")),
                };
                match finding.exception.as_ref().filter(|e| !e.expired) {
                    Some(exception) => text.plain(format!("; set aside by {}: {}", exception.by, exception.reason)),
                    None => text,
                }
            });
            section = section.with(Block::List(items.collect()));
        }
    }
    let read = parts::notes_of(dossier, pair).is_some_and(|notes| notes.value().is_some());
    if read {
        let none = "The release notes between the two versions name no security fix.";
        section = section.with(parts::notes(dossier, pair, &[NoteKind::Security], none));
        section.blocks.extend(parts::named_in_notes(dossier, pair).map(Block::Paragraph));
    }
    section
}

fn breaking(dossier: &Dossier, pair: &Pair<'_>, id: String) -> Section {
    let mut section = Section::new(id, "What may break");
    section.blocks.extend(parts::read_first(dossier, pair).map(Block::Paragraph));
    section.blocks.extend(parts::breaking(dossier, pair));
    section.blocks.extend(parts::places(pair, 10));
    section
}
