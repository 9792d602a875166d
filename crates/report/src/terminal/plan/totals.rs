//! What stands around the phases of a plan: decisions, what to look at, and what it costs.

use uplift_model::Plan;
use uplift_model::approval::Approval;
use uplift_model::compatibility::Verdict;
use uplift_model::plan::Validated;

use crate::clean;
use crate::numbers::{count, list};
use crate::terminal::lines::paragraph;
use crate::view::{Tone, View};

/// Failing targets of a metric that are named.
const NAMED: usize = 2;

/// Who has to agree to what before it starts.
pub(super) fn decide_first(plan: &Plan, view: &View) -> String {
    if plan.decision_points.is_empty() {
        return String::new();
    }
    let mut page = format!("\n{}", paragraph(view, "", "decide first", Tone::Heading));
    for point in &plan.decision_points {
        let text = format!("{}: needs the agreement of {}", point.packages.join(", "), list(&point.roles));
        page.push_str(&paragraph(view, "  ", &clean::line(&text), Tone::Plain));
        for (role, open) in point.roles.iter().map(|role| (role, open(plan, &point.packages, role))) {
            if !open.is_empty() {
                let what = format!("{} {} --as {}", plan.id, open.join(" "), uplift_model::shell::word(role));
                // A command is there to be copied, so it is not broken.
                page.push_str(&format!("    {}\n", clean::line(&view.on_run("approve", &what))));
            }
        }
        for approval in plan.approvals.iter().filter(|a| point.packages.iter().any(|p| p == a.package.as_str())) {
            page.push_str(&paragraph(view, "    ", &clean::line(&agreed(approval)), Tone::Quiet));
        }
    }
    let waits = "`uplift upgrade` waits for none of them unless `[plan] approvals = \"ask\"`";
    page.push_str(&paragraph(view, "  ", waits, Tone::Quiet));
    page
}

/// Packages to which nobody in this role has agreed yet.
fn open<'p>(plan: &Plan, packages: &'p [String], role: &str) -> Vec<&'p str> {
    let agreed = |package: &str| plan.approvals.iter().any(|a| a.package.as_str() == package && a.role == role);
    packages.iter().map(String::as_str).filter(|package| !agreed(package)).collect()
}

/// `pydantic: agreed as technical lead by Mia <mia@shop.example> on 2026-11-21: seen in staging`
pub(in crate::terminal) fn agreed(approval: &Approval) -> String {
    let note = approval.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    format!("{}: agreed as {} by {} on {}{note}", approval.package, approval.role, approval.by, approval.day)
}

/// Warnings, conflicts of order, metrics that are not met.
pub(super) fn look_at(plan: &Plan, view: &View) -> String {
    let mut said: Vec<String> = plan.warnings.clone();
    for conflict in &plan.conflicts {
        let names: Vec<&str> = conflict.packages.iter().map(|n| n.as_str()).collect();
        said.push(format!("{}: {}. {}", list(&names), conflict.conflict, conflict.resolved_by));
    }
    for check in plan.metrics.iter().filter(|check| check.met == Some(false)) {
        let more = check.failing.len().saturating_sub(NAMED);
        let mut named: Vec<String> = check.failing.iter().take(NAMED).cloned().collect();
        if more > 0 {
            named.push(format!("{more} more"));
        }
        said.push(format!("not met at the end: {}; {}", check.metric, list(&named)));
    }
    if said.is_empty() {
        return String::new();
    }
    let mut page = format!("\n{}", paragraph(view, "", "look at", Tone::Heading));
    for text in said {
        page.push_str(&paragraph(view, "  ", &clean::line(&text), Tone::Held));
    }
    page
}

/// How many of the steps leave a complete set behind, and on which Python that was asked.
fn sets(plan: &Plan, view: &View) -> String {
    let asked: Vec<&Validated> =
        plan.steps.iter().filter(|s| s.of.is_some()).filter_map(|s| s.validated.as_ref()).collect();
    let Some(first) = asked.first() else { return String::new() };
    let good = asked.iter().filter(|v| matches!(v.verdict, Verdict::Sat | Verdict::Downgrade)).count();
    let on = list(&first.interpreters);
    let text = format!("{good} of {} with a complete set that resolves on Python {on}", count(asked.len(), "step"));
    let tone = if good == asked.len() { Tone::Plain } else { Tone::Held };
    paragraph(view, "validated: ", &clean::line(&text), tone)
}

/// Sets, advisories, hours and weeks.
pub(super) fn totals(plan: &Plan, view: &View) -> String {
    let mut page = sets(plan, view);
    let security = &plan.security;
    if !security.removed.is_empty() || !security.remaining.is_empty() {
        let left = match security.remaining.len() {
            // How far the records reach is part of what is known.
            0 if security.source.is_empty() => "none known left".to_owned(),
            0 => format!("none known left, by {}", security.source.trim_start_matches("advisories ")),
            number => format!("{number} left"),
        };
        let text = format!("{} removed, {left}", security.removed.len());
        page.push_str(&paragraph(view, "advisories: ", &text, Tone::Plain));
    }
    let Some(effort) = plan.effort.as_ref().filter(|effort| !effort.rows.is_empty()) else { return page };
    let mut text = format!("{} by the rule table", hours(effort.total_minutes));
    if effort.critical_minutes < effort.total_minutes {
        text.push_str(&format!(", {} along the longest chain", hours(effort.critical_minutes)));
    }
    if let Some(calendar) = &plan.calendar {
        let weeks = calendar.weeks.iter().map(|week| week.number).max().unwrap_or(0);
        let weeks = count(usize::try_from(weeks).unwrap_or(usize::MAX), "week");
        let people = usize::try_from(calendar.team.people).unwrap_or(usize::MAX);
        let people = if people == 1 { "1 person".to_owned() } else { format!("{people} people") };
        text.push_str(&format!("; {weeks} for {people} with {} h a week", calendar.team.hours_a_week));
    }
    page.push_str(&paragraph(view, "work: ", &text, Tone::Plain));
    page
}

/// `45 min`, `2.5 h`: rounded up to half hours.
pub(in crate::terminal) fn hours(minutes: u64) -> String {
    match (minutes, minutes.div_ceil(30)) {
        (0..60, _) => format!("{minutes} min"),
        (_, halves) if halves.is_multiple_of(2) => format!("{} h", halves / 2),
        (_, halves) => format!("{}.5 h", halves / 2),
    }
}
