//! What a contributor types, and what is checked before changes are handed in (rows F13, G20).
//!
//! Commands come from the plan's steps, the run's test command, the project's own CI, and the migration tool that is in
//! use (`super::database`); none is made up here.

use uplift_model::hygiene::Presence;
use uplift_model::plan::{PlanStep, StepKind};

use super::{Facts, database};
use crate::document::{Block, Item, ItemState, Section, Text, Tone};
use crate::kinds::{pieces, ways};

/// The check of `uplift hygiene` that finds linters.
const LINTERS: &str = "lint-gate";
/// The check that finds what runs the tests.
const GATE: &str = "tests-gate";

pub(super) fn steps(facts: &Facts<'_>) -> Section {
    let mut section = Section::new("local", "Migration steps for local development");
    for (number, part) in facts.parts.iter().enumerate() {
        let number = number + 1;
        let environment = part.analysis.map(|c| c.environment.as_str()).filter(|text| !text.is_empty());
        let mut own = Section::new(format!("local-{number}"), Text::new().code(part.path))
            .say(Text::from("Its environment: ").and(pieces::known(environment, "it is not in the analysis")));
        match part.plan {
            None => {
                let why = part.why_no_plan.unwrap_or("it was not planned");
                own = own.with(Block::Callout(Tone::Unknown, Text::from("Commands: ").unknown(why)));
            }
            Some(plan) => {
                if let Some(run) = ways::delivered(facts.dossier)
                    && let Some(branch) = &run.branch
                {
                    own = own
                        .say("All of it is on a branch already:")
                        .with(Block::Code { language: "sh".to_owned(), text: format!("git switch {branch}") });
                }
                // What a run delivered is taken over as a whole, and not typed again step by step.
                let delivered = ways::delivered(facts.dossier).is_some();
                let needed =
                    |step: &&PlanStep| !delivered || matches!(step.kind, StepKind::Isolate | StepKind::Integration);
                for step in plan.steps.iter().filter(|step| !step.commands.is_empty()).filter(needed) {
                    let what = match step.kind {
                        StepKind::Move if !step.edits.is_empty() => {
                            format!("{}. {}; the lines to edit are in the phases.", step.number, step.title)
                        }
                        _ if delivered => format!("Once on it: {}", step.title),
                        _ => format!("{}. {}", step.number, step.title),
                    };
                    own = own.say(what).with(Block::Code { language: "sh".to_owned(), text: step.commands.join("\n") });
                }
                if plan.steps.iter().all(|step| step.commands.is_empty()) {
                    own = own.say(Text::from("Commands: ").unknown("no step of the plan has one"));
                }
            }
        }
        section = section.below(own);
    }
    if let Some(commands) = database::commands(facts)
        && let Some(upgrade) = commands.upgrade
    {
        let text = Text::from("In ").code(&commands.folder).plain(", against a database for development:");
        let code = Block::Code { language: "sh".to_owned(), text: upgrade.to_owned() };
        section = section.below(Section::new("local-database", "Database migrations").say(text).with(code));
    }
    section.below(tests(facts))
}

fn tests(facts: &Facts<'_>) -> Section {
    let section = Section::new("local-tests", "Verify");
    match facts.dossier.run.as_ref().map(|run| &run.baseline) {
        Some(base) if base.usable => section
            .say(Text::from("The project's tests, as found in ").code(&base.found_in).plain(":"))
            .with(Block::Code { language: "sh".to_owned(), text: base.command.clone() }),
        Some(base) => {
            section.say(Text::from("The project's tests: ").unknown(base.problem.as_deref().unwrap_or("no test ran")))
        }
        None => {
            let found = of_hygiene(facts, |check| check == GATE);
            if found.is_empty() {
                return section
                    .say(Text::from("The project's tests: ").unknown("no run has looked for the test command"));
            }
            section.say("What the project's own automation runs:").with(Block::List(found))
        }
    }
}

/// Lines that a check found: what stands there, and where.
fn of_hygiene(facts: &Facts<'_>, which: impl Fn(&str) -> bool) -> Vec<Text> {
    let report = facts.dossier.hygiene.value();
    let findings = report.into_iter().flat_map(|report| &report.findings);
    findings
        .filter(|one| which(&one.check) && !matches!(one.state, Presence::Missing | Presence::Unknown))
        .flat_map(|one| &one.evidence)
        .map(|line| Text::new().code(&line.what).plain(" (").and(pieces::place(&line.file, line.line)).plain(")"))
        .collect()
}

pub(super) fn checklist(facts: &Facts<'_>) -> Section {
    let mut items = Vec::new();
    let open = |text: Text| Item { state: ItemState::Open, text };
    let verified = ways::delivered(facts.dossier).is_some_and(|run| run.verified);
    if let Some(run) = facts.dossier.run.as_ref().filter(|run| run.baseline.usable) {
        let text = Text::new().code(&run.baseline.command).plain(": no test that passed before fails");
        items.push(Item { state: if verified { ItemState::Done } else { ItemState::Open }, text });
    }
    for line in of_hygiene(facts, |check| check == LINTERS) {
        items.push(open(line.plain(" passes")));
    }
    if let Some(commands) = database::commands(facts)
        && let Some(compare) = commands.compare
    {
        let text = Text::new().code(compare).plain(" in ").code(&commands.folder);
        items.push(open(text.plain(" finds no difference between the models and the migrated database")));
    }
    if facts.dossier.run.is_none() {
        for line in of_hygiene(facts, |check| check == GATE) {
            items.push(open(line.plain(" passes")));
        }
    }
    let mut seen: Vec<&str> = Vec::new();
    for (_, plan) in facts.plans() {
        let steps = plan.steps.iter().filter(|step| step.kind == StepKind::Integration);
        for one in steps.flat_map(|step| &step.success_criteria).chain(&plan.success_criteria) {
            if !seen.contains(&one.as_str()) {
                seen.push(one);
                items.push(open(Text::from(one.as_str())));
            }
        }
    }
    for one in &facts.dossier.given.verify {
        items.push(open(Text::from(one.as_str()).plain(" (given)")));
    }
    let mut section = Section::new("checklist", "Verification checklist");
    if let Some(why) = facts.dossier.hygiene.missing() {
        section = section.say(Text::from("Which linters the project uses: ").unknown(why));
    }
    if items.is_empty() {
        return section.say(Text::from("Checks: ").unknown("none was detected, planned or given"));
    }
    section.with(Block::Checklist(items))
}
