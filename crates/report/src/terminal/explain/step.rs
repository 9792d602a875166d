//! A planned step in full: factors, edits, commands, who must agree, tests, ways out.

use uplift_model::compatibility::Verdict;
use uplift_model::plan::{Fallback, PlanStep, Validated};
use uplift_model::risk::SecurityEffect;
use uplift_model::{Candidate, Move, Plan};

use super::fact;
use crate::clean;
use crate::numbers::{count, list};
use crate::terminal::lines::paragraph;
use crate::terminal::plan::{agreed, hours};
use crate::view::{Tone, View};

/// The factors with their points; the bare reasons where a plan was not weighed.
pub(super) fn weighed(candidate: &Candidate, view: &View) -> String {
    let mut page = String::new();
    let Some(assessment) = &candidate.assessment else {
        for reason in &candidate.reasons {
            page.push_str(&paragraph(view, "    - ", &clean::line(reason), Tone::Plain));
        }
        return page;
    };
    let codes: Vec<String> = candidate.reason_codes.iter().map(|code| format!("{code:?}").to_lowercase()).collect();
    if !codes.is_empty() {
        page.push_str(&fact(view, "reasons", &codes.join(", ")));
    }
    let text = format!("{} of 100 points, a {}", assessment.score, clean::line(&assessment.class));
    page.push_str(&fact(view, "score", &text));
    for factor in &assessment.factors {
        let text = format!("{} ({}, {} at least)", clean::line(&factor.reason), points(factor.points), factor.at_least);
        page.push_str(&paragraph(view, "    - ", &text, Tone::Plain));
    }
    for unknown in &assessment.unknown {
        page.push_str(&paragraph(view, "    ? ", &clean::line(unknown), Tone::Quiet));
    }
    if let Some(effect) = assessment.security.value() {
        page.push_str(&advisories(effect, view));
    }
    for warning in &candidate.warnings {
        page.push_str(&fact(view, "look at", &clean::line(warning)));
    }
    page
}

fn points(points: u32) -> String {
    if points == 1 { "1 point".to_owned() } else { format!("{points} points") }
}

fn advisories(effect: &SecurityEffect, view: &View) -> String {
    let lists = [("removes", &effect.removed), ("keeps", &effect.remaining), ("brings in", &effect.introduced)];
    let mut page = String::new();
    for (label, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        let all: Vec<String> =
            list.iter().map(|t| format!("{} ({}, {})", t.finding.id, t.package, t.finding.severity)).collect();
        page.push_str(&fact(view, label, &clean::line(&all.join(", "))));
    }
    page
}

/// What the plan's step for a move consists of.
pub(super) fn of(plan: &Plan, one: &Move, view: &View) -> String {
    let Some(step) = plan.steps.iter().find(|step| step.of == Some(one.id)) else { return String::new() };
    let mut page = format!("\n  {}\n", view.paint(Tone::Heading, &format!("step {}", step.number)));
    if let Some(stage) = &step.stage {
        page.push_str(&fact(view, "stage", &clean::line(stage)));
    }
    for one in &step.reading {
        let text = format!("{}, {}: {}", one.package, one.label, one.url);
        page.push_str(&fact(view, "read first", &clean::line(&text)));
    }
    for edit in &step.edits {
        page.push_str(&paragraph(view, "    ", &clean::line(&format!("{}:{}", edit.file, edit.line)), Tone::Quiet));
        for (sign, text) in [("-", &edit.old), ("+", &edit.new)] {
            for line in text.lines() {
                page.push_str(&format!("      {sign} {}\n", clean::line(line)));
            }
        }
    }
    for command in &step.commands {
        // A command is there to be copied, so it is not broken.
        page.push_str(&format!("    $ {}\n", clean::line(command)));
    }
    page.push_str(&facts(step, view));
    for approval in plan.approvals.iter().filter(|a| step.packages.iter().any(|p| p == a.package.as_str())) {
        page.push_str(&fact(view, "on record", &clean::line(&agreed(approval))));
    }
    page.push_str(&ways_out(&step.fallbacks, view));
    page
}

fn facts(step: &PlanStep, view: &View) -> String {
    let mut page = String::new();
    if !step.approvals.is_empty() {
        page.push_str(&fact(view, "must agree", &clean::line(&list(&step.approvals))));
    }
    if !step.required_tests.is_empty() {
        page.push_str(&fact(view, "tests", &clean::line(&step.required_tests.join(", "))));
    }
    if let Some(validated) = &step.validated {
        page.push_str(&fact(view, "set after it", &clean::line(&set_after(validated))));
    }
    for criterion in &step.success_criteria {
        page.push_str(&fact(view, "done when", &clean::line(criterion)));
    }
    if step.minutes > 0 {
        page.push_str(&fact(view, "work", &hours(step.minutes)));
    }
    for part in &step.parts {
        let text = format!("{} ({}); then: {}", part.what, hours(part.minutes), part.gate);
        page.push_str(&paragraph(view, "    - ", &clean::line(&text), Tone::Plain));
    }
    page.push_str(&fact(view, "goes back to", &clean::line(&step.rollback_point)));
    for linked in &step.linked {
        page.push_str(&fact(view, "elsewhere", &clean::line(&linked.message)));
    }
    page
}

/// What the resolver says of the complete set after a step.
fn set_after(validated: &Validated) -> String {
    let on = list(&validated.interpreters);
    let verdict = match validated.verdict {
        Verdict::Unsat => format!("none exists on Python {on}"),
        Verdict::NotChecked => format!("not checked on Python {on}"),
        _ => format!("{} resolve on Python {on}", count(validated.packages, "package")),
    };
    match &validated.decides {
        Some(why) => format!("{verdict}; {why}"),
        None => verdict,
    }
}

pub(super) fn ways_out(ways: &[Fallback], view: &View) -> String {
    let mut page = String::new();
    for way in ways {
        page.push_str(&fact(view, "way out", &clean::line(&format!("{}: {}", way.what, way.reason))));
    }
    page
}
