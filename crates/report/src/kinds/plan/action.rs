//! The action plan: isolate, snapshot, the steps in order, review, merge, staging, rollback.

use uplift_model::dossier::Dossier;
use uplift_model::plan::{Phase, PlanStep, StepKind};
use uplift_model::{Datum, Plan};

use super::super::parts::{self, Basis, Pair};
use super::super::runtimes;
use crate::document::{Block, Section, Spare, Text, Tone};

pub(super) fn section(dossier: &Dossier, pairs: &[Pair<'_>]) -> Section {
    let mut section = Section::new("action-plan", "Proposed action plan").say(
        Text::from(
            "Component by component, in the order in which the steps are carried out: low risk first, so that the rest \
             is steady before what is hardest. The list above says what presses, and in which week people see to it. ",
        )
        .code("uplift upgrade")
        .plain(" does the same by itself, with the project's own tests as judge, and touches no branch of yours."),
    );
    for (number, component) in dossier.analysis.components.iter().enumerate() {
        let own = || pairs.iter().filter(|pair| pair.component == component.path);
        let proposed: Vec<&Pair<'_>> = own().filter(|pair| matches!(pair.basis, Basis::Proposed)).collect();
        let plan = dossier.plan_of(&component.path);
        let idle = |plan: &Plan| plan.moves.is_empty() && plan.steps.iter().all(|step| step.runtime.is_none());
        if plan.is_none_or(idle) && proposed.is_empty() {
            continue;
        }
        let id = parts::id("action", number, &component.path);
        let mut part = Section::new(id.clone(), parts::component(dossier, &component.path));
        match plan {
            Some(plan) => part = planned(dossier, part, &id, plan),
            None => part = unplanned(dossier, part, &id, &component.path),
        }
        if !proposed.is_empty() {
            part = part.below(by_themselves(dossier, &id, plan.is_some(), &proposed));
        }
        section = section.below(part);
    }
    section.below(review(dossier)).below(staging(dossier)).below(rollback(dossier))
}

fn planned(dossier: &Dossier, mut section: Section, id: &str, plan: &Plan) -> Section {
    let facts = Text::from("Plan ").code(plan.id.clone()).plain(format!(", Python {}", plan.interpreter));
    section = section.say(facts);
    for warning in plan.warnings.iter().chain(&plan.notes) {
        section = section.with(Block::Callout(Tone::Plain, Text::from(warning.clone())));
    }
    for step in &plan.steps {
        section = section.below(one(dossier, id, step));
    }
    section
}

fn one(dossier: &Dossier, id: &str, step: &PlanStep) -> Section {
    let id = format!("{id}-step-{}", step.number);
    let title = format!("Step {}: {}", step.number, step.title);
    let spare = match step.phase.filter(|_| step.of.is_some()) {
        Some(Phase::Low) => Some(Spare::LowRisk),
        Some(Phase::Medium) => Some(Spare::MediumRisk),
        Some(Phase::High) => Some(Spare::HighRisk),
        Some(Phase::Integration) | None => None,
    };
    let mut section = Section::new(id.clone(), title).spare(spare);
    let mut facts: Vec<Text> = parts::step_reads_first(step).into_iter().collect();
    if !step.needs.is_empty() {
        let needs: Vec<String> = step.needs.iter().map(ToString::to_string).collect();
        facts.push(Text::from(format!("After step {}", needs.join(", "))));
    }
    if step.minutes > 0 {
        facts.push(Text::from(format!("Effort: {}", parts::effort(step.minutes))));
    }
    if !step.approvals.is_empty() {
        let mut text = Text::from("Must agree first: ");
        for role in &step.approvals {
            text = text.and(parts::who(dossier, role)).plain("; ");
        }
        facts.push(text.and(parts::standing(dossier, &step.packages, &step.approvals)));
    }
    if !step.required_tests.is_empty() {
        facts.push(Text::from(format!("Tests: {}", step.required_tests.join(", "))));
    }
    facts.extend(step.carried_out_by.iter().map(|who| Text::from(format!("Carried out by {who}"))));
    facts.extend(step.success_criteria.iter().map(|criterion| Text::from(format!("Done when: {criterion}"))));
    if !step.rollback_point.is_empty() {
        facts.push(Text::from("Goes back to: ").code(step.rollback_point.clone()));
    }
    facts.extend(step.linked.iter().map(|linked| Text::from(linked.message.clone())));
    if !facts.is_empty() {
        section = section.with(Block::List(facts));
    }
    if let Some(upgrade) = &step.runtime {
        section.blocks.extend(runtimes::upgrade(upgrade, &id));
    }
    section.blocks.extend(parts::edits(step, &id));
    section.blocks.extend(parts::commands_block(&step.commands));
    if !step.parts.is_empty() {
        let parts = step.parts.iter().map(|part| {
            Text::from(format!("{} ({}); before the next part: {}", part.what, parts::effort(part.minutes), part.gate))
        });
        section = section.say("A small project of its own:").with(Block::Steps(parts.collect()));
    }
    if !step.fallbacks.is_empty() {
        let ways =
            step.fallbacks.iter().map(|way| Text::from(format!("If it does not hold: {} ({})", way.what, way.reason)));
        section = section.with(Block::List(ways.collect()));
    }
    if step.kind == StepKind::Isolate {
        section = section.say("Nothing is installed into an environment that somebody uses.");
    }
    section
}

/// A component without a plan: why, and what to do before its packages.
fn unplanned(dossier: &Dossier, section: Section, id: &str, component: &str) -> Section {
    let why = dossier.plans.iter().find(|one| one.component == component).map(|one| &one.plan);
    let why = match why {
        Some(Datum::NotRetrieved { why }) => why.clone(),
        _ => "no plan was drawn".to_owned(),
    };
    let shown = dossier.analysis.components.iter().find(|c| c.path == component);
    let runtime = match shown.and_then(|c| c.runtime.clone().zip(c.runtime_from.clone())) {
        Some((runtime, from)) => Text::from(format!("with the runtime {runtime} ({from})")),
        None => Text::from("with the runtime of production: ").unknown("no file names it"),
    };
    let moving = shown.and_then(|c| c.runtime_upgrade.as_ref()).map(|upgrade| {
        let mut part = Section::new(format!("{id}-runtime"), format!("The runtime: {}", upgrade.way()));
        part.blocks.extend(runtimes::upgrade(upgrade, &format!("{id}-runtime")));
        part
    });
    let section = match moving {
        Some(part) => section.below(part),
        None => section,
    };
    section
        .with(Block::Callout(Tone::Unknown, Text::from("Not planned: ").unknown(why)))
        .below(
            Section::new(format!("{id}-isolate"), "Isolated environment")
                .say(Text::from("Make a work tree and an environment of their own, ").and(runtime).plain(":"))
                .with(Block::Code { language: "sh".to_owned(), text: "git worktree add ../upgrade".to_owned() }),
        )
        .below(
            Section::new(format!("{id}-snapshot"), "Snapshot")
                .say("Mark the state to go back to, and keep its lock:")
                .with(Block::Code { language: "sh".to_owned(), text: "git tag before-upgrade".to_owned() }),
        )
}

fn by_themselves(dossier: &Dossier, id: &str, beside_plan: bool, pairs: &[&Pair<'_>]) -> Section {
    let title = if beside_plan { "Not in the plan: one by one" } else { "Packages, one by one" };
    let mut section = Section::new(format!("{id}-packages"), title)
        .say("The analysis proposes each of these by itself; no resolver was asked whether they fit together.");
    for pair in pairs {
        let way = parts::versions(pair.current.as_deref(), &pair.target);
        let spare = pair.risk().map(Spare::from);
        let mut one = Section::new(format!("do-{}", pair.id), pair.name).spare(spare).say(way);
        one.blocks.extend(parts::read_first(dossier, pair).map(Block::Paragraph));
        one.blocks.extend(parts::pins(pair));
        one.blocks.extend(parts::commands_block(&parts::commands(dossier, pair)));
        let tests = pair.assessment().map(|a| a.required_tests.join(", ")).filter(|tests| !tests.is_empty());
        one = one.say(match tests {
            Some(tests) => Text::from(format!("Tests before the next one: {tests}")),
            None => Text::from("Run all tests before the next one."),
        });
        section = section.below(one);
    }
    section
}

fn review(dossier: &Dossier) -> Section {
    let open = parts::decisions_table(dossier);
    Section::new("review", "Review and merge").with(Block::Steps(vec![
        Text::from("Open a pull request with the changed manifests and locks, one commit a step."),
        Text::new().span(open.count("decision")).plain(" to be taken before it may be merged."),
        Text::from("Merge once the tests of the whole are green on the merged state."),
    ]))
}

fn staging(dossier: &Dossier) -> Section {
    let section = Section::new("staging", "Staging, then production");
    let Some(deployment) = &dossier.given.deployment else {
        return section.say(
            Text::from("Deploy to staging, test there, then to production. Where and how: ")
                .unknown("not given: [report.deployment] of uplift.toml"),
        );
    };
    let facts = [
        ("Platform", deployment.platform.clone()),
        ("Region", deployment.region.clone()),
        ("Service", deployment.service.clone()),
        ("Port", deployment.port.map(|p| p.to_string())),
        ("Memory", deployment.memory.clone()),
        ("CPU", deployment.cpu.clone()),
        ("Instances", deployment.instances.map(|i| i.to_string())),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| Some(Text::from(format!("{name}: {}", value?))));
    let mut section =
        section.say("Deploy to staging, test there, then to production.").with(Block::List(facts.collect()));
    section.blocks.extend(parts::commands_block(&deployment.commands));
    if !deployment.notes.is_empty() {
        section = section.with(Block::List(deployment.notes.iter().cloned().map(Text::from).collect()));
    }
    section
}

fn rollback(dossier: &Dossier) -> Section {
    let mut ways: Vec<Text> = Vec::new();
    for one in &dossier.plans {
        if let Some(plan) = one.plan.value().filter(|plan| !plan.moves.is_empty()) {
            let name = parts::component(dossier, &one.component);
            ways.push(Text::from(format!("{name}: {}", plan.rollback_strategy)));
        }
    }
    let section = Section::new("rollback", "How to go back");
    if ways.is_empty() {
        return section.say("Go back to the tag of the snapshot, and install from its lock.");
    }
    section.with(Block::List(ways))
}
