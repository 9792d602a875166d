//! The table of targets, with floor, version in use and target kept apart (row A6), and every place that states a
//! runtime (rows A19, D6, E5).

use super::Facts;
use crate::document::{Block, Section, Table, Text, Tone};
use crate::kinds::emptiness;
use crate::kinds::runtimes::{against, window};
use crate::kinds::{pieces, ways};
use crate::numbers::count;

pub(super) fn overview(facts: &Facts<'_>) -> Section {
    let columns = match ways::delivered(facts.dossier) {
        Some(_) => ["Dependency", "Component", ">Floor", ">Before", ">Now", "Known from"],
        None => ["Dependency", "Component", ">Floor", ">In use", ">Target", "Known from"],
    };
    let mut table = Table::new(
        "targets",
        "Target versions",
        &columns,
        emptiness::unless_unknown(facts.dossier, "Nothing is to move."),
    );
    for part in &facts.parts {
        for runtime in part.analysis.into_iter().flat_map(|c| &c.runtimes) {
            let floor = runtime.stated.iter().filter(|one| !one.exact).find_map(|one| one.lines.first());
            let component = part.analysis;
            let target = match window(facts.dossier, part) {
                Some(window) => Text::from(window.text.as_str()),
                None => Text::new().unknown("nobody asked on which runtimes the set can be solved"),
            };
            // Settings say what the set is judged for; what runs today an image or a version file says.
            let given = component.and_then(|c| c.runtime_from.as_deref()).is_some_and(|from| from.contains("settings"));
            let runs =
                runtime.stated.iter().filter(|_| given).find(|one| {
                    one.exact && matches!(one.kind.as_str(), "image" | "version-file") && one.lines.len() == 1
                });
            let (in_use, from) = match runs {
                Some(one) => (
                    one.lines.first().map(String::as_str),
                    Text::from(format!("{}:{} {}", one.file, one.line, one.written)),
                ),
                None => (
                    component.and_then(|c| c.runtime.as_deref()),
                    Text::from(component.and_then(|c| c.runtime_from.as_deref()).unwrap_or("nothing")),
                ),
            };
            table.row(vec![
                Text::new().code(&runtime.name),
                Text::new().code(part.path),
                floor.map_or_else(|| Text::from("none stated"), |line| Text::from(line.as_str())),
                pieces::known(in_use, "nothing states it"),
                target,
                from,
            ]);
        }
    }
    let runtimes = table.rows.len();
    for way in facts.moving() {
        let floor = way.row.and_then(|row| row.floor.as_deref());
        let said = way.row.map(|row| match row.current_from {
            uplift_model::analysis::CurrentFrom::Locked => "the lock",
            uplift_model::analysis::CurrentFrom::Pinned => "an exact pin",
            uplift_model::analysis::CurrentFrom::Installed => "what is installed",
            uplift_model::analysis::CurrentFrom::Unknown => "nothing; the plan resolved it",
        });
        table.row(vec![
            Text::new().code(&way.name),
            Text::new().code(way.component),
            floor.map_or_else(|| Text::from("none stated"), Text::from),
            pieces::known(way.from.as_deref(), "no file says which version runs"),
            pieces::known(way.to.as_deref(), "it goes out"),
            Text::from(said.unwrap_or("the plan")),
        ]);
    }
    let moving = table.rows.len() - runtimes;
    let state = match ways::delivered(facts.dossier) {
        Some(run) => Text::from("Carried out on branch ").code(run.branch.as_deref().unwrap_or_default()).plain("."),
        None => Text::from("Nothing of it is carried out yet."),
    };
    let moved = match emptiness::newer(&facts.dossier.analysis).filter(|_| moving == 0 && facts.dossier.run.is_none()) {
        Some(why) => Text::from("What is to move: ").unknown(why).plain(". "),
        None => Text::new().count(moving, "direct dependency", "targets").plain(if facts.dossier.run.is_some() {
            " moved. "
        } else {
            " to move. "
        }),
    };
    Section::new("overview", "Upgrade overview").say(moved.and(state)).with(Block::Table(table))
}

/// Places that state a line on which the complete set cannot be solved.
pub(super) fn to_change(facts: &Facts<'_>) -> usize {
    let judged = facts.parts.iter().flat_map(|part| {
        let window = window(facts.dossier, part);
        let stated = part.analysis.into_iter().flat_map(|c| &c.runtimes).flat_map(|runtime| &runtime.stated);
        stated.map(move |one| against(window, &one.lines, one.exact).0)
    });
    judged.filter(|tone| *tone == Tone::Bad).count()
}

pub(super) fn runtimes(facts: &Facts<'_>) -> Section {
    let mut stated = Table::new(
        "runtime-places",
        "Every place that states a runtime",
        &["Where", "Runtime", "Kind", "Written", "Lines", "Against the complete set"],
        "No file states a runtime.",
    );
    let mut disagreements = Vec::new();
    let mut ends = Vec::new();
    for part in &facts.parts {
        let window = window(facts.dossier, part);
        for runtime in part.analysis.into_iter().flat_map(|c| &c.runtimes) {
            for one in &runtime.stated {
                let (tone, verdict) = against(window, &one.lines, one.exact);
                stated
                    .row(vec![
                        pieces::place(&one.file, Some(one.line)),
                        Text::from(runtime.name.as_str()),
                        Text::from(one.kind.as_str()),
                        Text::new().code(&one.written),
                        Text::from(one.lines.join(", ")),
                        verdict,
                    ])
                    .tone = tone;
            }
            disagreements.extend(runtime.disagreements.iter().map(|one| Text::from(one.message.as_str())));
            for end in &runtime.end_of_life {
                let text = match (&end.date, end.passed) {
                    (Some(day), true) => Text::from(format!("{} {}: support ended on {day}.", runtime.name, end.line)),
                    (Some(day), false) => Text::from(format!("{} {}: supported until {day}.", runtime.name, end.line)),
                    (None, _) => {
                        Text::from(format!("{} {}: ", runtime.name, end.line)).unknown("end of support not known here")
                    }
                };
                ends.push(text);
            }
        }
    }
    let change = stated.count_where("place", |row| row.tone == Tone::Bad);
    let mut section = Section::new("runtimes", "Runtimes")
        .say(Text::new().span(change).plain(" to change before the complete set fits everywhere."))
        .with(Block::Table(stated));
    if !disagreements.is_empty() {
        section =
            section.say(format!("{}:", count(disagreements.len(), "disagreement"))).with(Block::List(disagreements));
    }
    if ends.is_empty() { section } else { section.with(Block::List(ends)) }
}
