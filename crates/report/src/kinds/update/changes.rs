//! Updated dependencies by what they are to the project: old, new, reason (rows A21, C6); what stays, and why.

use std::collections::BTreeMap;

use uplift_model::analysis::Reason;

use super::Facts;
use crate::document::{Block, Section, Table, Text, Tone};
use crate::kinds::emptiness;
use crate::kinds::parts::reason_word;
use crate::kinds::pieces;
use crate::kinds::ways::{Standing, Way};
use crate::words;

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let proposed = facts.dossier.run.is_none();
    let title = if proposed { "Dependencies to update" } else { "Updated dependencies" };
    let mut groups: BTreeMap<String, Vec<&Way<'_>>> = BTreeMap::new();
    for way in facts.ways.iter().filter(|way| way.moves()) {
        groups.entry(group(way)).or_default().push(way);
    }
    let moved: usize = groups.values().map(Vec::len).sum();
    let mut summary =
        Text::new().count(moved, "package", "updated").plain(if proposed { " to move" } else { " moved" });
    let several = facts.ways.iter().any(|way| way.component != facts.ways.first().map_or("", |w| w.component));
    let mut section = Section::new("updated", title);
    if groups.is_empty() {
        section = section.say(if proposed {
            emptiness::unless_unknown(facts.dossier, "Nothing is to move.")
        } else {
            Text::from("Nothing was moved.")
        });
    } else {
        summary = summary.plain(if proposed {
            "; the reasons are those of the plan."
        } else {
            ", each as one commit or as part of one; the commit is in the last column."
        });
        section = section.say(summary);
    }
    for (number, (name, ways)) in groups.iter().enumerate() {
        let table = table(facts, &format!("updated-{}", number + 1), name, ways, several);
        section = section.below(
            Section::new(format!("group-{}", number + 1), capital(name))
                .say(Text::new().span(table.count("package")).plain("."))
                .with(Block::Table(table)),
        );
    }
    section.below(stays(facts))
}

/// Direct ones by class; everything that only follows, together.
fn group(way: &Way<'_>) -> String {
    match way.standing {
        Standing::Refreshed => "pulled in by others".to_owned(),
        _ if !way.direct => "pulled in by others".to_owned(),
        _ => way.class(),
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|c| c.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn table(facts: &Facts<'_>, id: &str, name: &str, ways: &[&Way<'_>], several: bool) -> Table {
    let mut columns = vec!["Package", ">Old", ">New", "Step", "Reason", "Commit"];
    if several {
        columns.insert(1, "Component");
    }
    let mut table = Table::new(id, capital(name), &columns, "Nothing.");
    for way in ways {
        let mut cells = vec![Text::new().code(&way.name)];
        if several {
            cells.push(Text::new().code(way.component));
        }
        cells.extend([
            pieces::known(way.from.as_deref(), "not in use before"),
            way.to.as_deref().map_or_else(|| Text::from("gone"), Text::from),
            Text::from(way.step().unwrap_or("follows")),
            reason(facts, way),
            match way.standing {
                Standing::Kept(kept, _) => Text::new().code(pieces::short(&kept.commit)),
                Standing::Refreshed => Text::from("with the lock's refresh"),
                _ => Text::from("none: proposed"),
            },
        ]);
        table.row(cells).tone = match way.standing {
            Standing::Kept(_, Some(_)) => Tone::Warning,
            Standing::Kept(..) | Standing::Refreshed => Tone::Good,
            _ => Tone::Plain,
        };
    }
    table
}

/// Why it moved, each reason with what stands behind it.
fn reason(facts: &Facts<'_>, way: &Way<'_>) -> Text {
    let told: Vec<Text> = way.reasons().iter().map(|reason| one_reason(facts, way, *reason)).collect();
    let mut text = if told.is_empty() { Text::from("others require or admit it") } else { pieces::joined(told, "; ") };
    if let Standing::Kept(kept, Some(held)) = way.standing {
        text = text.plain(format!("; {} was the goal, held at {}: ", held.target, kept.to)).plain(&held.reason);
    }
    text
}

fn one_reason(facts: &Facts<'_>, way: &Way<'_>, reason: Reason) -> Text {
    let text = Text::from(reason_word(reason));
    match reason {
        Reason::Security => {
            let own = |list: Vec<&crate::kinds::exposure::Exposed<'_>>| -> Vec<String> {
                let own = list.iter().filter(|one| one.component == way.component && one.package == way.name);
                own.map(|one| one.id.clone()).collect()
            };
            let (fixed, left) = (own(facts.exposure.fixed()), own(facts.exposure.after()));
            let fixed = if fixed.is_empty() { text } else { text.plain(format!(": {}", fixed.join(", "))) };
            if left.is_empty() { fixed } else { fixed.plain(format!(", not {}", left.join(", "))) }
        }
        Reason::Lockstep => {
            let with = partners(facts, way);
            if with.is_empty() { text } else { text.plain(format!(" with {}", with.join(", "))) }
        }
        Reason::Deprecated => {
            let message = way.row.and_then(|row| row.deprecation.value()).map(|d| d.message.clone());
            message.map_or(text.clone(), |message| text.plain(format!(": {message}")))
        }
        _ => text,
    }
}

/// Packages that go in the same move.
fn partners(facts: &Facts<'_>, way: &Way<'_>) -> Vec<String> {
    let plans = crate::kinds::ways::parts(facts.dossier).into_iter().filter(|part| part.path == way.component);
    let moves = plans.filter_map(|part| part.plan).flat_map(|plan| &plan.moves);
    let own = moves.filter(|one| one.candidates.iter().any(|c| c.name.as_str() == way.name));
    let others = own.flat_map(|one| &one.candidates).filter(|c| c.name.as_str() != way.name);
    let end = |name: &str| facts.ways.iter().find(|one| one.component == way.component && one.name == name);
    others
        .filter_map(|c| match (end(c.name.as_str()), facts.dossier.run.is_some()) {
            (Some(there), _) => Some(format!("{} {}", c.name, there.to.as_deref().unwrap_or("gone"))),
            (None, true) => None,
            (None, false) => Some(format!("{} {}", c.name, c.target)),
        })
        .collect()
}

/// What was tried and stays, and what was not to move.
fn stays(facts: &Facts<'_>) -> Section {
    let mut table = Table::new(
        "stays",
        "What stays where it is, and why",
        &["Package", ">In use", ">Wanted", "Why", "How it is known"],
        "Nothing stays behind that something newer is known of.",
    );
    for way in &facts.ways {
        let Standing::Held(held) = way.standing else { continue };
        let cells = vec![
            Text::new().code(&way.name),
            Text::from(held.from.to_string()),
            Text::from(held.target.to_string()),
            Text::from(held.reason.as_str()),
            Text::from(words::proof(held.proof)),
        ];
        table.row(cells).tone = Tone::Warning;
    }
    for part in crate::kinds::ways::parts(facts.dossier) {
        for unmoved in part.plan.into_iter().flat_map(|plan| &plan.unmoved) {
            if facts.ways.iter().any(|way| way.component == part.path && way.name == unmoved.name.as_str()) {
                continue;
            }
            table.row(vec![
                Text::new().code(unmoved.name.as_str()),
                Text::from(unmoved.current.to_string()),
                Text::from(unmoved.newest.to_string()),
                Text::from(unmoved.reason.as_str()),
                Text::from("the plan's rules"),
            ]);
        }
    }
    left(facts, &mut table);
    Section::new("staying", "What stays").with(Block::Table(table))
}

/// What the analysis would move and neither plan nor run does; of a run, only where its own delivery was looked at.
fn left(facts: &Facts<'_>, table: &mut Table) {
    if facts.dossier.run.is_some() && !crate::kinds::ways::rescanned(facts.dossier) {
        return;
    }
    for part in crate::kinds::ways::parts(facts.dossier) {
        let rows = part.analysis.into_iter().flat_map(|component| &component.dependencies);
        for row in rows.filter(|row| row.direct && row.target_version != row.current_version) {
            let told = table.rows.iter().any(|own| own.cells.first() == Some(&Text::new().code(&row.name)));
            let moves = facts.ways.iter().any(|way| way.component == part.path && way.name == row.name);
            let (Some(target), false) = (&row.target_version, told || moves) else { continue };
            table.row(vec![
                Text::new().code(&row.name),
                pieces::known(row.current_version.as_deref(), "no file says which version runs"),
                Text::from(target.as_str()),
                Text::from(if facts.dossier.run.is_some() {
                    "the run did not move it"
                } else {
                    "the plan does not move it"
                }),
                Text::from("the analysis"),
            ]);
        }
    }
}
