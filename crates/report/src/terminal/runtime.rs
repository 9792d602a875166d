//! The upgrade of a runtime on a screen: in short below a check's component, in full in a plan.

use uplift_model::plan::{Edit, PlanStep, RuntimeUpgrade};

use super::lines::paragraph;
use super::plan::hours;
use crate::clean;
use crate::numbers::count;
use crate::view::{Tone, View};

/// Packages and places that are listed.
const LISTED: usize = 5;

/// One line below a component of a check.
pub(super) fn in_short(upgrade: &RuntimeUpgrade, view: &View) -> String {
    let why = upgrade.reasons.iter().take(2).map(|reason| clean::line(reason)).collect::<Vec<_>>().join("; ");
    let text = format!(
        "runtime {}: {why}; {} in its files, {} left to a person (--format json has them)",
        clean::line(&upgrade.way()),
        count(upgrade.edits.len(), "edit"),
        count(upgrade.by_hand.len(), "place"),
    );
    paragraph(view, "  ", &text, Tone::Held)
}

/// The step of a plan.
pub(super) fn step(step: &PlanStep, upgrade: &RuntimeUpgrade, view: &View) -> String {
    let phase = step.phase.map_or_else(String::new, |phase| format!(", {phase} risk"));
    let title =
        format!("runtime: {}   step {}{phase}, {}", clean::line(&upgrade.way()), step.number, hours(step.minutes));
    let mut page = format!("\n{}", paragraph(view, "", &title, Tone::Heading));
    for reason in &upgrade.reasons {
        page.push_str(&paragraph(view, "  ", &clean::line(reason), Tone::Plain));
    }
    for unlocked in upgrade.unlocks.iter().take(LISTED) {
        let text = format!(
            "unlocks {}: capped at {}, would become {} (by {})",
            unlocked.package, unlocked.capped_at, unlocked.becomes, unlocked.told_by
        );
        page.push_str(&paragraph(view, "  ", &clean::line(&text), Tone::Good));
    }
    page.push_str(&more(upgrade.unlocks.len(), "package", view));
    for edit in upgrade.edits.iter().take(LISTED) {
        page.push_str(&paragraph(view, "  edit ", &clean::line(&in_words(edit)), Tone::Plain));
    }
    page.push_str(&more(upgrade.edits.len(), "edit", view));
    for place in upgrade.by_hand.iter().take(LISTED) {
        page.push_str(&paragraph(view, "  by hand ", &clean::line(place), Tone::Held));
    }
    page.push_str(&more(upgrade.by_hand.len(), "place", view));
    if !step.approvals.is_empty() {
        let text = format!("must agree: {}", clean::line(&step.approvals.join(", ")));
        page.push_str(&paragraph(view, "  ", &text, Tone::Plain));
    }
    let who = step.carried_out_by.as_deref().unwrap_or("the project's people");
    page.push_str(&paragraph(view, "  carried out by ", &clean::line(who), Tone::Quiet));
    page.push_str(&paragraph(view, "  as though it were done: ", &clean::line(&upgrade.command), Tone::Quiet));
    page
}

fn more(all: usize, what: &str, view: &View) -> String {
    match all.saturating_sub(LISTED) {
        0 => String::new(),
        more => {
            paragraph(view, "  ", &format!("and {} (--format json)", count(more, &format!("more {what}"))), Tone::Quiet)
        }
    }
}

/// `Dockerfile:1: FROM python:3.9 -> FROM python:3.12`
fn in_words(edit: &Edit) -> String {
    let new = if edit.new.is_empty() { "taken out".to_owned() } else { edit.new.trim().replace('\n', " and ") };
    format!("{}:{}: {} -> {new}", edit.file, edit.line, edit.old.trim())
}
