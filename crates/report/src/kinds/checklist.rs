//! `checklist`: the plan as items to tick off, with progress, time and blockers (row M10).

use uplift_model::dossier::Dossier;

use super::parts::{self, Basis, Pair};
use crate::document::{Block, Document, Item, ItemState, Section, Table, Text};
use crate::kinds::emptiness;

pub(super) fn write(dossier: &Dossier) -> Document {
    let pairs = parts::pairs(dossier);
    let table = table(dossier, &pairs);
    let mut progress = Section::new("progress", "Progress");
    let done = pairs.iter().filter(|pair| state(dossier, pair).0 == ItemState::Done).count();
    let blocked = pairs.iter().filter(|pair| state(dossier, pair).0 == ItemState::Blocked).count();
    progress = progress.say(
        Text::new()
            .strong(format!("{done} of {}", pairs.len()))
            .plain(" done: ")
            .span(table.count("item"))
            .plain(", ")
            .count(blocked, "item", "items")
            .plain(" held or waiting for somebody."),
    );
    if dossier.run.is_none() {
        progress = progress.say(Text::from("What is done: ").unknown("no run was named, so nothing counts as done"));
    }
    progress.blocks.extend(parts::not_known(dossier));
    let time = time(dossier);
    let mut items = Section::new("items-section", "Items");
    for component in &dossier.analysis.components {
        let own: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.component == component.path).collect();
        if own.is_empty() {
            continue;
        }
        let number = dossier.analysis.components.iter().position(|c| c.path == component.path).unwrap_or_default();
        let list = own.iter().map(|pair| item(dossier, pair)).collect();
        items = items.below(
            Section::new(parts::id("todo", number, &component.path), parts::component(dossier, &component.path))
                .with(Block::Checklist(list)),
        );
    }
    items = items.with(Block::Table(table));
    Document {
        title: Text::from(format!("Upgrade checklist of {}", dossier.analysis.repository)),
        header: parts::header(dossier),
        sections: vec![progress, items, time, blockers(dossier), parts::sources(dossier)],
        footer: parts::footer(dossier),
    }
}

/// Where one pair stands, from the run where there is one, and why.
fn state(dossier: &Dossier, pair: &Pair<'_>) -> (ItemState, String) {
    if let Some(run) = dossier.run.as_ref().filter(|run| run.component == pair.component) {
        if let Some(held) = run.held.iter().find(|held| held.name.as_str() == pair.name) {
            return (ItemState::Blocked, format!("held: {}", held.reason));
        }
        if let Some(kept) = run.kept.iter().find(|kept| kept.name.as_str() == pair.name) {
            let verified = if run.verified { "verified by tests" } else { "not verified by tests" };
            return (ItemState::Done, format!("at {}, {verified}", kept.to));
        }
    }
    let roles: Vec<String> = match pair.basis {
        Basis::Planned { step: Some(step), .. } => step.approvals.clone(),
        _ => parts::decisions(dossier)
            .into_iter()
            .filter(|(_, decision)| {
                decision
                    .packages
                    .iter()
                    .any(|p| *p == format!("{}: {}", parts::component(dossier, pair.component), pair.name))
            })
            .flat_map(|(_, decision)| decision.roles.clone())
            .collect(),
    };
    if roles.is_empty() {
        (ItemState::Open, "may start".to_owned())
    } else {
        (ItemState::Blocked, format!("waits for {}", roles.join(", ")))
    }
}

fn item(dossier: &Dossier, pair: &Pair<'_>) -> Item {
    let (state, why) = state(dossier, pair);
    let text = Text::new().strong(pair.name).plain(" ").and(parts::versions(pair.current.as_deref(), &pair.target));
    let time = pair.minutes.map(|minutes| format!(", {}", parts::effort(minutes))).unwrap_or_default();
    Item { state, text: text.plain(format!(" — {why}{time}")) }
}

fn table(dossier: &Dossier, pairs: &[Pair<'_>]) -> Table {
    let columns = ["Package", "Component", "State", ">Effort of its step", ">Week"];
    let mut table = Table::new("items", "Items", &columns, emptiness::unless_unknown(dossier, "nothing is to be done"));
    for pair in pairs {
        table.row(vec![
            Text::from(pair.name),
            Text::from(parts::component(dossier, pair.component)),
            Text::from(state(dossier, pair).1),
            pair.minutes.map_or_else(|| Text::new().unknown("not weighed"), |m| Text::from(parts::effort(m))),
            pair.week.map_or_else(|| Text::new().unknown("not scheduled"), |w| Text::from(w.to_string())),
        ]);
    }
    table
}

fn time(dossier: &Dossier) -> Section {
    let mut section = Section::new("time", "Time");
    section.blocks = parts::effort_blocks(dossier);
    section.sections = parts::calendar(dossier);
    section
}

fn blockers(dossier: &Dossier) -> Section {
    Section::new("blockers", "Blockers")
        .with(Block::Table(parts::decisions_table(dossier)))
        .with(Block::Table(parts::stays_table(dossier)))
}
