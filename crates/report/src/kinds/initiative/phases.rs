//! Phases with their steps and the gate behind each (rows C3-C9, C12, C16-C21, B9).

use uplift_model::plan::{Phase, Plan, PlanStep, StepKind};
use uplift_model::{Candidate, Move};

use super::Facts;
use crate::document::{Block, Section, Table, Text, Tone};
use crate::kinds::parts;
use crate::kinds::parts::reason_word;
use crate::kinds::pieces;
use crate::numbers::list;

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let mut section = Section::new("phases", "Phases and gates");
    if facts.plans().next().is_none() {
        return section.say(Text::from("Phases: ").unknown("no component could be planned, see the scope"));
    }
    section = section.below(preparation(facts));
    for phase in Phase::ALL {
        section = section.below(one(facts, phase));
    }
    section.below(order(facts))
}

fn preparation(facts: &Facts<'_>) -> Section {
    let mut table = steps_table("phase-0-steps", "Before the first change");
    let before = facts.steps().filter(|(_, step)| matches!(step.kind, StepKind::Isolate | StepKind::Snapshot));
    before.for_each(|(path, step)| step_row(facts, &mut table, path, step));
    Section::new("phase-0", "Preparation").with(Block::Table(table))
}

fn one(facts: &Facts<'_>, phase: Phase) -> Section {
    let number = phase.number();
    let id = format!("phase-{number}-steps");
    let mut table = steps_table(&id, &format!("Steps of phase {number}"));
    let own = || facts.steps().filter(move |(_, step)| step.phase == Some(phase));
    own().for_each(|(path, step)| step_row(facts, &mut table, path, step));
    let empty = table.rows.is_empty();
    let mut section = Section::new(format!("phase-{number}"), format!("Phase {number}: {phase}"));
    section = if empty {
        section.say("No step falls into this phase.")
    } else {
        section.say(Text::new().span(table.count("step")).plain("."))
    };
    section = section.with(Block::Table(table));
    let commands: Vec<Block> = own().filter_map(|(path, step)| instructions(path, step)).collect();
    if !commands.is_empty() {
        section = section.with(Block::Details { summary: "Edits and commands, step by step".into(), blocks: commands });
    }
    if empty { section } else { section.with(gate(phase, own().map(|(_, step)| step))) }
}

fn steps_table(id: &str, caption: &str) -> Table {
    let columns = ["Step", "What", "Risk and reasons", "Comes along", "Tests", "Must agree", "After", "Effort"];
    Table::new(id, caption, &columns, "No step.")
}

fn step_row(facts: &Facts<'_>, table: &mut Table, path: &str, step: &PlanStep) {
    let of = facts.plans().find(|(own, _)| *own == path).and_then(|(_, plan)| find(plan, step));
    let candidates = of.map(|m| m.candidates.as_slice()).unwrap_or_default();
    let mut what = Text::from(step.title.as_str());
    if let Some(stage) = &step.stage {
        what = what.plain(format!(" (stage {stage})"));
    }
    for linked in &step.linked {
        what = what.plain("; ").plain(&linked.message);
    }
    let needs: Vec<String> = step.needs.iter().map(ToString::to_string).collect();
    let induced: Vec<String> = of.into_iter().flat_map(|m| &m.induced).map(crate::words::change).collect();
    let row = table.row(vec![
        Text::new().code(path).plain(format!(": {}", step.number)),
        what,
        pieces::joined(candidates.iter().map(why), "; "),
        Text::from(if induced.is_empty() { "nothing".to_owned() } else { induced.join(", ") }),
        Text::from(if step.required_tests.is_empty() { "none".to_owned() } else { list(&step.required_tests) }),
        Text::from(if step.approvals.is_empty() { "nobody".to_owned() } else { list(&step.approvals) }),
        Text::from(if needs.is_empty() { "nothing".to_owned() } else { format!("steps {}", needs.join(", ")) }),
        Text::from(if step.minutes == 0 { "by itself".to_owned() } else { parts::effort(step.minutes) }),
    ]);
    row.tone = if step.approvals.is_empty() { Tone::Plain } else { Tone::Warning };
}

fn find<'a>(plan: &'a Plan, step: &PlanStep) -> Option<&'a Move> {
    plan.moves.iter().find(|one| Some(one.id) == step.of)
}

fn why(candidate: &Candidate) -> Text {
    let reasons: Vec<&str> = candidate.reason_codes.iter().map(|reason| reason_word(*reason)).collect();
    let reasons = if reasons.is_empty() { "no reason recorded".to_owned() } else { reasons.join(", ") };
    let evidence = candidate.reasons.first().map(|first| format!(", {first}")).unwrap_or_default();
    Text::new().code(candidate.name.as_str()).plain(format!(": {}{evidence} ({reasons})", candidate.risk))
}

fn instructions(path: &str, step: &PlanStep) -> Option<Block> {
    if step.edits.is_empty() && step.commands.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    if !step.edits.is_empty() {
        let lines = step.edits.iter().map(|e| format!("@@ {}:{}\n-{}\n+{}", e.file, e.line, e.old, e.new));
        blocks.push(Block::Code { language: "diff".to_owned(), text: lines.collect::<Vec<_>>().join("\n") });
    }
    if !step.commands.is_empty() {
        blocks.push(Block::Code { language: "sh".to_owned(), text: step.commands.join("\n") });
    }
    if !step.parts.is_empty() {
        let part = |part: &uplift_model::plan::WorkPart| {
            Text::from(format!("{} ({}); gate: {}", part.what, parts::effort(part.minutes), part.gate))
        };
        blocks.push(Block::Steps(step.parts.iter().map(part).collect()));
    }
    Some(Block::Details { summary: Text::new().code(path).plain(format!(": {} {}", step.number, step.title)), blocks })
}

/// What has to hold before the next phase starts.
fn gate<'a>(phase: Phase, steps: impl Iterator<Item = &'a PlanStep>) -> Block {
    let mut all: Vec<String> = Vec::new();
    for step in steps {
        for one in &step.success_criteria {
            if !all.contains(one) {
                all.push(one.clone());
            }
        }
    }
    let text = Text::new().strong(format!("Gate {}: ", phase.number()));
    let text = if all.is_empty() { text.unknown("no criterion is recorded") } else { text.plain(all.join("; ")) };
    Block::Callout(Tone::Plain, text)
}

/// Where two rules of order collide, and how that was settled.
fn order(facts: &Facts<'_>) -> Section {
    let mut table = Table::new(
        "order-conflicts",
        "Rules of order that collide",
        &["Packages", "Conflict", "Settled by"],
        "No rule of order collides with another.",
    );
    for (_, plan) in facts.plans() {
        for one in &plan.conflicts {
            let names: Vec<&str> = one.packages.iter().map(|name| name.as_str()).collect();
            table.row(vec![pieces::codes(&names), one.conflict.as_str().into(), one.resolved_by.as_str().into()]);
        }
    }
    Section::new("order", "Order").with(Block::Table(table))
}
