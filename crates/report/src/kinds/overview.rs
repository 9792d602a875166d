//! An analysis as a page: what `uplift check` knows, without plans, notes and hygiene, which reports ask for.

use uplift_model::Datum;
use uplift_model::analysis::{Analysis, ComponentAnalysis};
use uplift_model::dossier::{Dossier, Given, SCHEMA};

use super::parts;
use crate::document::{Block, Document, Section, Table, Text};
use crate::numbers::count;

/// Every dependency of every component, what is wrong with it, and what was not retrieved.
pub fn overview(analysis: &Analysis) -> Document {
    let elsewhere = || "a check does not look at it; `uplift report` does".to_owned();
    let dossier = Dossier {
        schema: SCHEMA.to_owned(),
        analysis: analysis.clone(),
        plans: Vec::new(),
        compatibility: Datum::not_retrieved(elsewhere()),
        hygiene: Datum::not_retrieved(elsewhere()),
        notes: Vec::new(),
        run: None,
        since: None,
        given: Given::default(),
        programme: None,
        sizes: Vec::new(),
        documents: Datum::not_retrieved(elsewhere()),
        reading: Vec::new(),
    };
    let advisories = parts::advisories(&dossier);
    let mut why = Section::new("why", "Urgency");
    why.blocks.extend(parts::not_known(&dossier));
    why.blocks.extend(parts::urgency(&dossier));
    let mut known = Section::new("vulnerabilities", "Known vulnerabilities");
    known.blocks.extend(parts::posture(&dossier, &advisories));
    known = known.with(Block::Table(parts::advisories_table(&dossier, &advisories)));
    let mut sections = vec![why, known];
    sections.extend(analysis.components.iter().enumerate().map(|(at, one)| component(&dossier, at, one)));
    sections.push(parts::sources(&dossier));
    let mut document = Document {
        title: Text::from(format!("Dependencies of {}", analysis.repository)),
        header: parts::header(&dossier),
        sections,
        footer: parts::footer(&dossier),
    };
    super::reasons::once(&mut document);
    document
}

/// A component's packages, direct ones open, what they bring along folded.
fn component(dossier: &Dossier, at: usize, component: &ComponentAnalysis) -> Section {
    let name = parts::component(dossier, &component.path);
    let mut section = Section::new(format!("component-{at}"), format!("Packages of {name}"));
    let runtime = match (&component.runtime, &component.runtime_from) {
        (Some(runtime), Some(from)) => Text::from(format!("{runtime}: {from}")),
        (Some(runtime), None) => Text::from(runtime.clone()),
        (None, _) => Text::new().unknown("no file names a runtime"),
    };
    section = section.say(Text::from(format!("{}, ", component.ecosystem)).and(runtime));
    let direct = table(component, true, format!("direct-{at}"), format!("Direct, {name}"));
    section = section.with(Block::Table(direct));
    let along = table(component, false, format!("along-{at}"), format!("Brought along, {name}"));
    if !along.rows.is_empty() {
        let summary = Text::from(format!("What they bring along: {}", count(along.rows.len(), "package")));
        section = section.with(Block::Details { summary, blocks: vec![Block::Table(along)] });
    }
    if !component.notes.is_empty() {
        section = section.with(Block::List(component.notes.iter().cloned().map(Text::from).collect()));
    }
    section
}

fn table(component: &ComponentAnalysis, direct: bool, id: String, caption: String) -> Table {
    let columns = ["Package", "In use", "Latest", "Target", "Risk", ">Advisories", "Why"];
    let mut table = Table::new(id, caption, &columns, "none");
    for row in component.dependencies.iter().filter(|row| row.direct == direct) {
        let in_use = match &row.current_version {
            Some(version) => Text::new().code(version.clone()),
            None => Text::new().unknown("no file says which version runs"),
        };
        let latest = match (&row.latest, row.latest.missing()) {
            (_, Some(why)) => Text::new().unknown(why),
            (Datum::Found { value }, None) => Text::new().code(value.to_string()),
            _ => Text::from("none found"),
        };
        let advisories = match (row.advisories.value(), row.advisories.missing()) {
            (_, Some(why)) => Text::new().unknown(why),
            (found, None) => {
                let counting = found.into_iter().flatten().filter(|finding| !finding.is_set_aside()).count();
                Text::from(counting.to_string())
            }
        };
        let target = match &row.target_version {
            Some(target) if row.target_version != row.current_version => Text::new().code(target.clone()),
            _ => Text::new(),
        };
        let risk = row.risk.as_ref().map(|risk| risk.level.to_string()).unwrap_or_default();
        let why: Vec<&str> = row.reasons.iter().map(|reason| parts::reason_word(*reason)).collect();
        let why = Text::from(why.join(", "));
        table.row(vec![Text::from(row.name.clone()), in_use, latest, target, Text::from(risk), advisories, why]);
    }
    table
}
