//! Hygiene findings by area, and what roadmap files claim.

use uplift_model::Datum;
use uplift_model::dossier::Dossier;
use uplift_model::hygiene::{Area, Evidence, HygieneFinding, Presence, Progress};

use crate::document::{Block, Section, Table, Text, Tone};

fn word(area: Area) -> (&'static str, &'static str) {
    match area {
        Area::Dependencies => ("dependencies", "Care for dependencies"),
        Area::Security => ("security", "Security"),
        Area::Testing => ("testing", "Testing"),
        Area::Infrastructure => ("infrastructure", "Infrastructure"),
        Area::Observability => ("observability", "Observability"),
    }
}

/// One area under its usual name.
pub(super) fn area(dossier: &Dossier, area: Area) -> Section {
    named(dossier, area, word(area).1)
}

/// The section of one area: every check with its state, why, where it shows, what to do.
pub(super) fn named(dossier: &Dossier, area: Area, title: &str) -> Section {
    let (id, _) = word(area);
    let section = Section::new(id, title);
    let report = match &dossier.hygiene {
        Datum::Found { value } => value,
        Datum::None => return section.say("No check applies here."),
        Datum::NotRetrieved { why } => {
            return section.say(Text::from("What the repository does about it: ").unknown(why.clone()));
        }
    };
    let columns = ["What", "State", "Why", "Where it shows", "What to do"];
    let mut table = Table::new(format!("hygiene-{id}"), title, &columns, "no check of this area applies here");
    for finding in report.findings.iter().filter(|finding| finding.area == area) {
        let (state, tone) = state(finding);
        let row = table.row(vec![
            Text::from(finding.title.clone()),
            state,
            Text::from(finding.because.clone()),
            places(&finding.evidence),
            advice(finding),
        ]);
        row.tone = tone;
    }
    let wanting = |state: Presence| {
        report.findings.iter().filter(|finding| finding.area == area && finding.state == state).count()
    };
    let rows = format!("hygiene-{id}");
    let text = Text::new()
        .span(table.count("check"))
        .plain(": ")
        .count(wanting(Presence::Missing), "missing check", rows.clone())
        .plain(", ")
        .count(wanting(Presence::Neutralised), "neutralised check", rows.clone())
        .plain(", ")
        .count(wanting(Presence::Partial), "partial check", rows.clone())
        .plain(", ")
        .count(wanting(Presence::Unknown), "unknown check", rows)
        .plain(".");
    section.say(text).with(Block::Table(table))
}

fn state(finding: &HygieneFinding) -> (Text, Tone) {
    match finding.state {
        Presence::Missing => (Text::from("missing"), Tone::Bad),
        Presence::Neutralised => (Text::from("present but neutralised"), Tone::Bad),
        Presence::Partial => (Text::from("partial"), Tone::Warning),
        Presence::Present => (Text::from("present"), Tone::Good),
        Presence::Unknown => (Text::new().unknown("what would tell could not be read"), Tone::Unknown),
    }
}

fn places(evidence: &[Evidence]) -> Text {
    let mut text = Text::new();
    for (at, one) in evidence.iter().enumerate() {
        let place = one.line.map_or_else(|| one.file.clone(), |line| format!("{}:{line}", one.file));
        text = text.plain(if at > 0 { "; " } else { "" }).code(place);
        if !one.what.is_empty() {
            text = text.plain(" ").code(one.what.clone());
        }
    }
    if text.is_empty() { Text::from("nowhere in the tree") } else { text }
}

fn advice(finding: &HygieneFinding) -> Text {
    let text = finding.advice.clone().map_or_else(|| Text::from("—"), Text::from);
    if finding.fixable && finding.state != Presence::Present {
        return text.plain("; ").code(format!("uplift hygiene --fix {}", finding.check));
    }
    text
}

/// What roadmap files claim, held against the tree. Nothing of it is implemented here.
pub(super) fn features(dossier: &Dossier) -> Section {
    let section = Section::new("features", "Missing features, by the roadmap files");
    let claims = match &dossier.hygiene {
        Datum::Found { value } => &value.claims,
        Datum::None => return section.say("No roadmap file was found."),
        Datum::NotRetrieved { why } => {
            return section.say(Text::from("What roadmap files claim: ").unknown(why.clone()));
        }
    };
    let columns = ["Item", "Where", "The file says", "The tree shows", ">Files there", "Files"];
    let mut table = Table::new("claims", "Items of roadmap files", &columns, "no roadmap file names an item");
    for claim in claims {
        let there = claim.named.iter().filter(|(_, exists)| *exists).count();
        let mut files = Text::new();
        for (at, (file, exists)) in claim.named.iter().enumerate() {
            let mark = if *exists { " (there)" } else { " (not there)" };
            files = files.plain(if at > 0 { ", " } else { "" }).code(file.clone()).plain(mark);
        }
        let declared =
            claim.declared.map_or_else(|| Text::new().unknown("it states none"), |d| Text::from(progress(d)));
        let found = match claim.found {
            Progress::CannotTell => Text::new().unknown("the item names nothing that could be looked for"),
            found => Text::from(progress(found)),
        };
        let row = table.row(vec![
            Text::from(claim.title.clone()),
            Text::new().code(format!("{}:{}", claim.file, claim.line)),
            declared,
            found,
            Text::from(format!("{there} of {}", claim.named.len())),
            if files.is_empty() { Text::from("—") } else { files },
        ]);
        row.tone = match (claim.declared, claim.found) {
            (_, Progress::CannotTell) => Tone::Unknown,
            (Some(Progress::Completed), found) if found != Progress::Completed => Tone::Bad,
            (_, Progress::Completed) => Tone::Good,
            _ => Tone::Plain,
        };
    }
    let open = claims.iter().filter(|claim| matches!(claim.found, Progress::Partial | Progress::NotStarted)).count();
    section
        .say(Text::new().span(table.count("item")).plain(", ").count(open, "item", "claims").plain(" not complete."))
        .with(Block::Table(table))
}

fn progress(progress: Progress) -> &'static str {
    match progress {
        Progress::Completed => "completed",
        Progress::Partial => "partial",
        Progress::NotStarted => "not started",
        Progress::CannotTell => "cannot be told",
    }
}
