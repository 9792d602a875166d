//! Traceability: which requirement which section of this document serves, only where its data do (row C1 and on).
//!
//! Ids are those of `docs/requirements.md`. A row is written when its condition holds over the data, and not else.

use uplift_model::Ecosystem;
use uplift_model::compatibility::Verdict;
use uplift_model::plan::{PlanStep, StepKind};

use super::{Facts, measure, people};
use crate::document::{Block, Section, Table, Text};
use crate::kinds::pieces::here;
use crate::numbers::count;

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let mut trace = Trace {
        table: Table::new(
            "requirements-served",
            "Requirements and what serves them here",
            &["Requirement", "What it asks", "Where", "By"],
            "Without a plan this document serves none.",
        ),
    };
    analysis(facts, &mut trace);
    risk(facts, &mut trace);
    planning(facts, &mut trace);
    steps(facts, &mut trace);
    results(facts, &mut trace);
    let text = Text::new().span(trace.table.count("requirement")).plain(
        " of how an upgrade is to be prepared, and the part of this document that answers each; nobody who carries it out \
         needs them.",
    );
    let summary = Text::from("For auditors: which part answers which requirement");
    let folded = Block::Details { summary, blocks: vec![Block::Table(trace.table)] };
    Section::new("traceability", "Traceability").say(text).with(folded)
}

struct Trace {
    table: Table,
}

impl Trace {
    /// Notes the requirement when there is at least one `noun` that serves it.
    fn some(&mut self, id: &str, asks: &str, anchor: &str, number: usize, noun: &str) {
        if number > 0 {
            self.table.row(vec![
                id.into(),
                asks.into(),
                here(&anchor.replace('-', " "), anchor),
                Text::from(count(number, noun)),
            ]);
        }
    }

    fn when(&mut self, id: &str, asks: &str, anchor: &str, holds: bool, by: impl Into<Text>) {
        if holds {
            self.table.row(vec![id.into(), asks.into(), here(&anchor.replace('-', " "), anchor), by.into()]);
        }
    }
}

fn analysis(facts: &Facts<'_>, trace: &mut Trace) {
    let components = || facts.parts.iter().filter_map(|part| part.analysis);
    let dependencies: usize = components().map(|c| c.dependencies.len()).sum();
    trace.some("A1", "every declared dependency is analysed", "scope", dependencies, "dependency");
    let has = |ecosystem| components().any(|c| c.ecosystem == ecosystem);
    let both = has(Ecosystem::Python) && has(Ecosystem::JavaScript);
    trace.when("A2", "both ecosystems in one run", "scope", both, "Python and JavaScript");
    trace.some("A3", "components are found from manifests", "scope", components().count(), "component");
    let sources = facts.dossier.analysis.sources.len();
    trace.some("A15", "each source says found, partly or not retrieved", "sources", sources, "source");
    let runtimes = components().filter(|c| c.runtime_from.is_some()).count();
    trace.some("A19", "runtimes are dependencies with their place", "scope", runtimes, "component");
    let all: Vec<_> = facts.plans().flat_map(|(_, plan)| &plan.candidates).collect();
    let reasons = !all.is_empty() && all.iter().all(|c| !c.reason_codes.is_empty());
    trace.when("A21", "every upgrade carries its reasons", "phases", reasons, count(all.len(), "upgrade"));
}

fn risk(facts: &Facts<'_>, trace: &mut Trace) {
    let all: Vec<_> = facts.plans().flat_map(|(_, plan)| &plan.candidates).collect();
    let weighed = !all.is_empty() && all.iter().all(|c| c.assessment.is_some());
    trace.when("B1", "each upgrade has one level with its factors", "phases", weighed, count(all.len(), "upgrade"));
    let urgency = &facts.dossier.analysis.urgency;
    trace.when("B4", "one urgency for the project", "overview", !urgency.level.is_empty(), urgency.level.as_str());
    let registered = people::registered(facts);
    trace.some("B5, B7", "risks with mitigation, rollback, owner, escalation", "risks", registered, "entry");
    let judged = facts.exposure.rows.len();
    trace.some("B6", "advisories removed, remaining, introduced", "security", judged, "advisory");
    let approvals = facts.steps().filter(|(_, step)| !step.approvals.is_empty()).count();
    trace.some("B8", "reviewers by the class of the package", "roles", approvals, "step");
    let layers = facts.steps().filter(|(_, step)| !step.required_tests.is_empty()).count();
    trace.some("B9", "test layers that a step must pass", "phases", layers, "step");
}

fn planning(facts: &Facts<'_>, trace: &mut Trace) {
    let plans = || facts.plans().map(|(_, plan)| plan);
    trace.some("C1", "a plan with an id that follows from the facts", "scope", plans().count(), "plan");
    let whole = plans().next().is_some()
        && plans().all(|plan| {
            !plan.rollback_strategy.is_empty()
                && !plan.success_criteria.is_empty()
                && !plan.phases.is_empty()
                && plan.estimated_duration.is_some()
        });
    trace.when(
        "C2",
        "id, dependencies, phases, duration, rollback, criteria",
        "phases",
        whole,
        count(plans().count(), "plan"),
    );
    let integration = facts.steps().filter(|(_, step)| step.kind == StepKind::Integration).count();
    trace.some("C3", "four phases, the last one integration", "phases", integration, "integration step");
    let moves = || plans().flat_map(|plan| &plan.moves);
    let groups = moves().filter(|one| one.candidates.len() > 1).count();
    trace.some("C5, C6", "what must move together is one step", "phases", groups, "step");
    let needs = moves().filter(|one| !one.needs.is_empty()).count();
    trace.some("C7", "hard edges before the order by risk", "phases", needs, "step");
    let induced: usize = moves().map(|one| one.induced.len()).sum();
    trace.some("C9", "what comes along is shown before", "phases", induced, "package");
    let conflicts: usize = plans().map(|plan| plan.conflicts.len()).sum();
    trace.some("C12", "urgency against risk, settled by a stated policy", "order", conflicts, "conflict");
    if let Some((calendar, effort)) = measure::plan_of_work(facts) {
        trace.some("C10, C11", "priorities in weeks, items to tick off", "calendar", calendar.weeks.len(), "week");
        let sums = effort.is_some_and(|e| e.total_minutes == e.rows.iter().map(|row| row.minutes).sum::<u64>());
        let rows = effort.map_or(0, |effort| effort.rows.len());
        trace.when("C14", "effort by step that adds up", "calendar", sums && rows > 0, count(rows, "step"));
    }
    let metrics: usize = plans().map(|plan| plan.metrics.len()).sum();
    trace.some("C23", "the plan is held against its own metrics", "success", metrics, "metric");
    let decisions = people::decision_points(facts).len();
    trace.some("C22", "decisions that steps wait for", "decisions", decisions, "decision");
}

fn steps(facts: &Facts<'_>, trace: &mut Trace) {
    let of = |which: &dyn Fn(&PlanStep) -> bool| facts.steps().filter(|(_, step)| which(step)).count();
    trace.some("C8", "a given order of stages", "phases", of(&|step| step.stage.is_some()), "step");
    trace.some(
        "C13",
        "other ways for a step that does not hold",
        "fallbacks",
        of(&|step| !step.fallbacks.is_empty()),
        "step",
    );
    let written = of(&|step| !step.edits.is_empty() && !step.commands.is_empty());
    trace.some("C16", "exact edits and commands", "phases", written, "step");
    trace.some(
        "C17",
        "the same package in two components is linked",
        "phases",
        of(&|step| !step.linked.is_empty()),
        "step",
    );
    let isolated = of(&|step| step.kind == StepKind::Isolate);
    trace.some("C18", "an environment of its own comes first", "phase-0", isolated, "step");
    trace.some("C19", "large steps in parts with gates", "phases", of(&|step| !step.parts.is_empty()), "step");
    trace.some(
        "C21",
        "a snapshot before the first change",
        "phase-0",
        of(&|step| step.kind == StepKind::Snapshot),
        "step",
    );
}

fn results(facts: &Facts<'_>, trace: &mut Trace) {
    let reports = facts.dossier.compatibility.value().into_iter().flat_map(|report| &report.components);
    let asked = reports.filter(|component| component.verdict != Verdict::NotChecked).count();
    trace.some("D1, D5", "the complete set was asked of a resolver", "scope", asked, "component");
    let reversible = facts.plans().filter(|(_, plan)| !plan.rollback_strategy.is_empty()).count();
    trace.some("H2", "single packages can be taken back", "rollback", reversible, "plan");
    let roles = facts.dossier.given.roles.len();
    trace.some("M8", "resources from effort, team and given roles", "roles", roles, "given role");
    let given = facts.dossier.given.metrics.len();
    trace.some("N5", "targets with `unknown` where nothing was measured", "success", given, "given metric");
}
