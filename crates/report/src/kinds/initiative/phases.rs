//! Phases with their steps and the gate behind each (rows C3-C9, C12, C16-C21, B9).

use uplift_model::plan::{Phase, Plan, PlanStep, StepKind};
use uplift_model::{Candidate, Move};

use super::{Facts, proposals};
use crate::document::{Block, Section, Table, Text, Tone};
use crate::kinds::parts;
use crate::kinds::parts::reason_word;
use crate::kinds::pieces;
use crate::numbers::list;

const NO_STEP: &str = "No step falls into this phase.";
const NO_INTEGRATION: &str = "A plan of its own puts the integration of a component at its end; there is none yet.";

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let mut section = Section::new("phases", "Phases and gates");
    if facts.parts.iter().any(|part| part.plan.is_none()) {
        section = section.below(proposals::unplanned(facts));
    }
    section = section.below(preparation(facts));
    if facts.plans().next().is_none() && proposals::all(facts).is_empty() {
        return section.say(Text::from("Phases: ").unknown("no component could be planned, and nothing was weighed"));
    }
    for phase in Phase::ALL {
        section = section.below(one(facts, phase));
    }
    section.below(order(facts))
}

fn preparation(facts: &Facts<'_>) -> Section {
    let mut table = steps_table("phase-0-steps", "Before the first change");
    let before = facts.steps().filter(|(_, step)| matches!(step.kind, StepKind::Isolate | StepKind::Snapshot));
    before.for_each(|(path, step)| step_row(facts, &mut table, path, step));
    let obstacles = proposals::obstacles(facts);
    let text = Text::new().span(obstacles.count("obstacle")).plain(" to be mended before everything can be solved.");
    Section::new("phase-0", "Preparation").say(text).with(Block::Table(obstacles)).with(Block::Table(table))
}

fn one(facts: &Facts<'_>, phase: Phase) -> Section {
    let number = phase.number();
    let id = format!("phase-{number}-steps");
    let mut table = steps_table(&id, &format!("Steps of phase {number}"));
    let own = || facts.steps().filter(move |(_, step)| step.phase == Some(phase));
    own().for_each(|(path, step)| step_row(facts, &mut table, path, step));
    let proposed = proposals::table(facts, phase);
    let mut section = Section::new(format!("phase-{number}"), format!("Phase {number}: {phase}"));
    let mut text = match (&proposed, table.rows.is_empty()) {
        (None, true) => return section.say(if phase == Phase::Integration { NO_INTEGRATION } else { NO_STEP }),
        (_, false) => Text::new().span(table.count("step")).plain(" planned"),
        (Some(_), true) => Text::new(),
    };
    if let Some(proposed) = &proposed {
        text = if text.is_empty() { text } else { text.plain(", ") };
        text = text.span(proposed.count("step")).plain(" proposed");
    }
    section = section.say(text.plain("."));
    if !table.rows.is_empty() {
        section = section.with(Block::Table(table));
    }
    if let Some(proposed) = proposed {
        section = section.with(Block::Table(proposed));
    }
    let commands: Vec<Block> = own().filter_map(|(path, step)| instructions(path, step)).collect();
    if !commands.is_empty() {
        section = section.with(Block::Details { summary: "Edits and commands, step by step".into(), blocks: commands });
    }
    section.with(gate(facts, phase))
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
    for reason in step.runtime.iter().flat_map(|upgrade| &upgrade.reasons) {
        what = what.plain("; ").plain(reason);
    }
    if let Some(who) = &step.carried_out_by {
        what = what.plain("; carried out by ").plain(who);
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
        Text::from(if step.minutes == 0 { "no work of its own".to_owned() } else { parts::effort(step.minutes) }),
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
        // Without a new text the line is taken out; it may have several lines.
        let new = |text: &str| text.lines().map(|line| format!("\n+{line}")).collect::<String>();
        let lines = step.edits.iter().map(|e| format!("@@ {}:{}\n-{}{}", e.file, e.line, e.old, new(&e.new)));
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
fn gate(facts: &Facts<'_>, phase: Phase) -> Block {
    let mut all: Vec<String> = Vec::new();
    let steps = facts.steps().filter(|(_, step)| step.phase == Some(phase));
    let planned = steps.flat_map(|(_, step)| &step.success_criteria).cloned();
    for one in planned.chain(proposals::criteria(facts, phase)) {
        if !all.contains(&one) {
            all.push(one);
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
