//! Notes, and what is to be done next, each with where it stands (row M11).

use uplift_model::outcome::RunState;

use super::Facts;
use crate::document::{Block, Item, ItemState, Section, Table, Text};
use crate::kinds::{pieces, ways};

/// What whoever merges it should know: deprecations, what was noticed on the way, warnings of the plan.
pub(super) fn notes(facts: &Facts<'_>) -> Section {
    let mut section = Section::new("notes", "Notes");
    let mut deprecated = Table::new(
        "deprecated",
        "Deprecated packages in use",
        &["Package", "What its maintainers or its releases say", "Successor", "Imported by"],
        "None of the packages is known to be deprecated.",
    );
    let mut lines: Vec<String> = Vec::new();
    for part in ways::parts(facts.dossier) {
        for row in part.analysis.into_iter().flat_map(|c| &c.dependencies) {
            if let Some(found) = row.deprecation.value() {
                let sites = row.usage.value().map(|usage| usage.sites.as_slice()).unwrap_or_default();
                let places = sites.iter().map(|site| pieces::place(&site.file, Some(site.line)));
                deprecated.row(vec![
                    Text::new().code(&row.name),
                    Text::from(found.message.as_str()),
                    pieces::known(found.successor.as_deref(), "none is named"),
                    match row.usage.missing() {
                        Some(why) => Text::new().unknown(why),
                        None if sites.is_empty() => Text::from("no file"),
                        None => pieces::joined(places, ", "),
                    },
                ]);
            }
        }
        lines.extend(part.plan.into_iter().flat_map(|plan| plan.notes.iter().chain(&plan.warnings)).cloned());
        lines.extend(part.analysis.into_iter().flat_map(|c| c.drift.iter().chain(&c.notes)).cloned());
    }
    lines.extend(facts.dossier.run.iter().flat_map(|run| run.notes.iter().cloned()));
    let mut seen = std::collections::BTreeSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    section = section.with(Block::Table(deprecated));
    if lines.is_empty() {
        return section.say("Nothing else was noted.");
    }
    section.with(Block::List(pieces::texts(&lines)))
}

/// Done, open or blocked, from the run's state and the analysis alone.
pub(super) fn next(facts: &Facts<'_>) -> Section {
    let mut items = match &facts.dossier.run {
        None => proposed(facts),
        Some(_) => of_run(facts),
    };
    if facts.dossier.given.deployment.is_some() {
        items.push(open(
            Text::from("Deploy as ").and(pieces::here("given", "deployment")).plain("; nothing here does it."),
        ));
    }
    Section::new("next-steps", "Next steps").with(Block::Checklist(items))
}

fn open(text: Text) -> Item {
    Item { state: ItemState::Open, text }
}

fn done_if(done: bool, text: Text) -> Item {
    Item { state: if done { ItemState::Done } else { ItemState::Open }, text }
}

fn proposed(facts: &Facts<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for part in ways::parts(facts.dossier) {
        let name = || Text::new().code(part.path);
        match (part.plan, part.why_no_plan) {
            (Some(plan), _) => {
                items.push(done_if(true, Text::from("Plan of ").and(name()).plain(" drawn: ").code(&plan.id)));
                for point in &plan.decision_points {
                    let who = point.roles.join(", ");
                    items.push(Item {
                        state: ItemState::Blocked,
                        text: Text::from(point.question.as_str()).plain(format!(" ({who} must agree)")),
                    });
                }
                items.push(open(Text::from("Carry it out: ").code("uplift upgrade")));
            }
            (None, Some(why)) => items.push(Item {
                state: ItemState::Blocked,
                text: Text::from("No plan of ").and(name()).plain(": ").unknown(why),
            }),
            (None, None) => {
                items.push(open(Text::from("Plan ").and(name()).plain(": ").unknown("it was not planned")));
            }
        }
    }
    items
}

fn of_run(facts: &Facts<'_>) -> Vec<Item> {
    let Some(run) = &facts.dossier.run else { return Vec::new() };
    let delivered = ways::delivered(facts.dossier).is_some();
    let applied = ways::rescanned(facts.dossier);
    let mut items = vec![done_if(
        delivered,
        match &run.branch {
            Some(branch) if delivered => Text::from("Updates committed on branch ").code(branch).plain("."),
            _ => Text::from(format!("Deliver updates: the run is {}.", crate::words::state(run.state))),
        },
    )];
    let text = if run.verified {
        Text::from("Verified by tests on the delivered tree.")
    } else {
        pieces::not_verified(&run.verification)
    };
    items.push(done_if(delivered && run.verified, text));
    let exposure = &facts.exposure;
    if exposure.after().is_empty() && exposure.is_complete() {
        items.push(done_if(delivered, Text::from("No known vulnerability is left.")));
    } else if !exposure.after().is_empty() {
        let text = Text::from("Decide on ").count(exposure.after().len(), "vulnerability", "vulnerabilities");
        items.push(open(text.plain(" that remain, come in or are open.")));
    }
    if !exposure.gaps.is_empty() {
        items.push(open(
            Text::from("Ask again about what ").and(pieces::here("could not be asked", "posture")).plain("."),
        ));
    }
    for held in &run.held {
        items.push(Item {
            state: ItemState::Blocked,
            text: Text::new().code(held.name.as_str()).plain(format!(" {}: ", held.target)).plain(&held.reason),
        });
    }
    match run.state {
        RunState::Done if delivered => {
            let command = format!("uplift apply {}", run.run);
            let text = if applied {
                "Taken over: the repository stands at the tip of the branch."
            } else {
                "Review and take it over: "
            };
            let text = Text::from(text);
            items.push(done_if(applied, if applied { text } else { text.code(command) }));
            let look = Text::from("Look up the delivered tree again: ").code("uplift check");
            items.push(done_if(applied, look));
        }
        RunState::Interrupted | RunState::Cancelled => {
            items.push(open(Text::from("Go on: ").code(format!("uplift resume {}", run.run))));
        }
        RunState::RolledBack => items.push(open(Text::from("Nothing: the run was taken back."))),
        _ => items.push(open(Text::from("See what stopped it: ").code(format!("uplift show {}", run.run)))),
    }
    items
}
