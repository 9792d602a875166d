//! Phases of the migration: the user's stages where there are any, else phases by risk; each with its edits.

use uplift_model::plan::{Phase, PlanStep, StepKind};

use super::{Facts, targets};
use crate::document::{Block, Section, Table, Text};
use crate::kinds::pieces;
use crate::kinds::ways::{self, Standing, Way};
use crate::numbers::list;

/// The group of what changes nothing yet.
const BEFORE: &str = "before the first change";

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let mut section = Section::new("phases", "Migration phases");
    for part in facts.parts.iter().filter(|part| part.plan.is_none()) {
        let why = part.why_no_plan.unwrap_or("it was not planned");
        section = section.say(Text::from("Phases of ").code(part.path).plain(": ").unknown(why));
    }
    let change = targets::to_change(facts);
    if change > 0 {
        let text = Text::from("The runtime comes before all of them: ").count(change, "place", "runtime-places");
        section = section.say(text.plain(" to change, at which the complete set cannot be solved."));
    }
    let groups = grouped(facts);
    // What comes before the first change has no number of its own, as in a plan.
    let first = usize::from(groups.first().is_none_or(|(name, _)| name != BEFORE));
    for (number, (name, steps)) in groups.into_iter().enumerate() {
        section = section.below(one(facts, number + first, &name, &steps));
    }
    section
}

/// Where each package of a step went in a run; for want of one, what is planned.
fn title(facts: &Facts<'_>, path: &str, step: &PlanStep) -> Text {
    if ways::delivered(facts.dossier).is_none() || step.packages.is_empty() {
        return Text::from(step.title.as_str());
    }
    let told = step.packages.iter().map(|package| match way(facts, path, package).map(|way| (way, way.standing)) {
        Some((way, Standing::Kept(kept, held))) => {
            let (from, to) = (way.from.as_deref().unwrap_or("?"), way.to.as_deref().unwrap_or("gone"));
            let text = Text::from(format!("{package} {from} -> {to}, commit ")).code(pieces::short(&kept.commit));
            held.map_or(text.clone(), |held| text.plain(format!(" ({} was the goal: {})", held.target, held.reason)))
        }
        Some((way, Standing::Held(held))) => {
            let at = way.from.as_deref().unwrap_or("?");
            Text::from(format!("{package} stays at {at}: ")).plain(&held.reason)
        }
        _ => Text::from(format!("{package}: planned, not carried out")),
    });
    pieces::joined(told, "; ")
}

fn way<'f, 'a>(facts: &'f Facts<'a>, path: &str, package: &str) -> Option<&'f Way<'a>> {
    facts.ways.iter().find(|way| way.component == path && way.name == package)
}

/// Its lines read as the plan wrote them: nothing was carried out yet, or the run took each package to its goal.
fn as_planned(facts: &Facts<'_>, path: &str, step: &PlanStep) -> bool {
    ways::delivered(facts.dossier).is_none()
        || step.packages.iter().all(|package| {
            let way = way(facts, path, package);
            way.is_some_and(|way| way.candidate.is_some_and(|c| way.to.as_deref() == Some(&*c.target.to_string())))
        })
}

/// In the order of the steps; a stage or phase that comes again is the same one.
fn grouped<'a>(facts: &Facts<'a>) -> Vec<(String, Vec<(&'a str, &'a PlanStep)>)> {
    let mut groups: Vec<(String, Vec<(&str, &PlanStep)>)> = Vec::new();
    for (path, step) in facts.steps() {
        let name = match (&step.stage, step.phase, step.kind) {
            (_, _, StepKind::Isolate | StepKind::Snapshot) => BEFORE.to_owned(),
            (Some(stage), ..) => stage.clone(),
            (None, Some(Phase::Integration), _) => "everything together".to_owned(),
            (None, Some(phase), _) => format!("{phase} risk"),
            (None, None, _) => "without a phase".to_owned(),
        };
        match groups.iter_mut().find(|(own, _)| *own == name) {
            Some((_, steps)) => steps.push((path, step)),
            None => groups.push((name, vec![(path, step)])),
        }
    }
    groups
}

fn one(facts: &Facts<'_>, number: usize, name: &str, steps: &[(&str, &PlanStep)]) -> Section {
    let mut section = Section::new(format!("phase-{number}"), format!("Phase {number}: {name}"));
    let told = steps.iter().map(|(path, step)| {
        let text = Text::new().code(*path).plain(": ").and(title(facts, path, step));
        let tests = if step.required_tests.is_empty() {
            String::new()
        } else {
            format!("; tests: {}", list(&step.required_tests))
        };
        let agree =
            if step.approvals.is_empty() { String::new() } else { format!("; must agree: {}", list(&step.approvals)) };
        text.plain(format!("{tests}{agree}"))
    });
    section = section.with(Block::List(told.collect()));
    let mut edits = Table::new(
        format!("phase-{number}-edits"),
        "Lines that change",
        &["Where", "Before", "After"],
        "No line of a manifest changes.",
    );
    for (_, step) in steps.iter().filter(|(path, step)| as_planned(facts, path, step)) {
        for edit in &step.edits {
            edits.row(vec![
                pieces::place(&edit.file, Some(edit.line)),
                Text::new().code(&edit.old),
                Text::new().code(&edit.new),
            ]);
        }
    }
    if !edits.rows.is_empty() {
        section = section.with(Block::Table(edits));
    }
    let mut criteria: Vec<String> = Vec::new();
    for one in steps.iter().flat_map(|(_, step)| &step.success_criteria) {
        if !criteria.contains(one) {
            criteria.push(one.clone());
        }
    }
    if criteria.is_empty() { section } else { section.say(Text::from(format!("Holds when: {}.", criteria.join("; ")))) }
}
