//! The end screen: what was kept, what was held and why, what was verified, and what to do next.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::outcome::{Held, Kept, Proof, RunReport, RunState};

use super::lines::{cut, grid, paragraph, width};
use super::plan::notes;
use super::table::{Table, cell, toned};
use crate::clean;
use crate::numbers::{count, duration, list};
use crate::view::{Tone, View};
use crate::words;

/// Columns of one symptom on this screen; `uplift show RUN PACKAGE` has all of it.
const SYMPTOM: usize = 160;

/// A run at its end: one screen.
pub fn run(report: &RunReport, view: &View) -> String {
    page(report, view, false)
}

/// A run with every kept update, its commit, and where the logs are: what `uplift show RUN` prints.
pub fn run_in_full(report: &RunReport, view: &View) -> String {
    page(report, view, true)
}

fn page(report: &RunReport, view: &View, full: bool) -> String {
    let mut page = head(report, view);
    page.push_str(&kept(report, view, full));
    page.push_str(&held(report, view));
    page.push_str(&together(report, view));
    page.push_str(&refreshed(report, view, full));
    page.push_str(&baseline(report, view));
    page.push_str(&notes(&report.notes.iter().chain(&extra(report)).cloned().collect::<Vec<_>>(), view));
    page.push('\n');
    page.push_str(&cost(report, view, full));
    page.push_str(&view.next(&next(report, view)));
    page
}

fn head(report: &RunReport, view: &View) -> String {
    let (text, tone) = headline(report, view);
    let mut page = paragraph(view, "", &text, tone);
    let sentence = clean::line(&report.verification);
    if !sentence.is_empty() {
        page.push_str(&paragraph(view, "  ", &sentence, if report.verified { Tone::Good } else { Tone::Held }));
    }
    page
}

fn headline(report: &RunReport, view: &View) -> (String, Tone) {
    let component = words::component(&report.component, &view.project);
    let pending = report.plan.candidates.len();
    let target = |k: &Kept| report.plan.candidates.iter().find(|c| c.name == k.name).is_none_or(|c| k.to >= c.target);
    let direct: Vec<&Kept> =
        report.kept.iter().filter(|k| report.plan.candidates.iter().any(|c| c.name == k.name)).collect();
    let whole = direct.iter().filter(|k| target(k)).count();
    let part = direct.len() - whole;
    let also = if part == 0 { String::new() } else { format!(" and {part} part of the way,") };
    let commits = report.kept.iter().map(|k| k.commit.as_str()).collect::<BTreeSet<_>>().len()
        + usize::from(!report.refreshed.is_empty());
    let ending = match report.state {
        RunState::Cancelled => Some("the run was cancelled; nothing was delivered"),
        RunState::Interrupted => Some("the run was interrupted; nothing was delivered yet"),
        RunState::Running => Some("the run is still going"),
        RunState::Failed => Some("nothing was delivered"),
        RunState::RolledBack => Some("this run was rolled back"),
        RunState::Done => None,
    };
    if let Some(ending) = ending {
        return (format!("{component}: {ending}"), Tone::Bad);
    }
    if pending == 0 && report.kept.is_empty() && report.refreshed.is_empty() {
        return (format!("{component}: nothing to upgrade"), Tone::Good);
    }
    match &report.branch {
        Some(branch) => {
            let proof = if report.verified { "0 newly failing tests" } else { "NOT verified by tests" };
            let tone = if report.verified { Tone::Good } else { Tone::Held };
            let branch = clean::line(branch);
            (
                format!(
                    "{component}: {whole} of {} kept{also} on branch {branch} ({}), {proof}",
                    count(pending, "update"),
                    count(commits, "commit")
                ),
                tone,
            )
        }
        None => (
            format!("{component}: none of {} could be kept; nothing was changed", count(pending, "update")),
            Tone::Held,
        ),
    }
}

fn kept(report: &RunReport, view: &View, full: bool) -> String {
    if report.kept.is_empty() {
        return String::new();
    }
    let mut page = format!("\n{}", paragraph(view, "", "kept", Tone::Heading));
    if !full {
        let items: Vec<String> = report.kept.iter().map(|k| format!("{} {} -> {}", k.name, k.from, k.to)).collect();
        page.push_str(&grid(view, 2, &items));
        return page;
    }
    let mut table = Table::new(2, &["package", "from", "to", "distance", "phase", "commit", "named in"]);
    for one in &report.kept {
        let places: Vec<String> = one.places.iter().map(words::place).collect();
        table.row(
            vec![
                cell(one.name.to_string()),
                cell(one.from.to_string()),
                cell(one.to.to_string()),
                cell(words::distance(one.distance)),
                cell(one.phase.to_string()),
                cell(short(&one.commit)),
                toned(Tone::Quiet, places.join(", ")),
            ],
            Vec::new(),
        );
    }
    page.push_str(&table.render(view));
    page
}

fn held(report: &RunReport, view: &View) -> String {
    if report.held.is_empty() {
        return String::new();
    }
    let mut page = format!("\n{}", paragraph(view, "", "held", Tone::Heading));
    let starts: Vec<String> = report.held.iter().map(|h| format!("{} {}", h.name, words::held(h))).collect();
    let widest = starts.iter().map(|s| width(s)).max().unwrap_or(0);
    for (one, start) in report.held.iter().zip(&starts) {
        let symptom = words::symptom(one);
        let room = view.columns().saturating_sub(2 + widest + 4);
        if width(&symptom) <= room {
            let first = super::lines::pad(start, widest);
            page.push_str(&format!("  {}    {symptom}\n", view.paint(Tone::Held, &first)));
        } else {
            page.push_str(&paragraph(view, "  ", start, Tone::Held));
            page.push_str(&paragraph(view, "    ", &cut(&symptom, SYMPTOM), Tone::Plain));
        }
        page.push_str(&paragraph(view, "    ", &evidence(one), Tone::Plain));
        page.push_str(&paragraph(
            view,
            "    ",
            &view.on_run("show", &format!("{} {}", clean::line(&report.run), one.name)),
            Tone::Quiet,
        ));
    }
    page
}

/// `proof: …; first fails at 2.0; takes part: flask`
fn evidence(held: &Held) -> String {
    let label = match held.proof {
        Proof::Unattributed => "not proven: ",
        Proof::Rule | Proof::Approval => "",
        _ => "proof: ",
    };
    let mut text = format!("{label}{}", words::proof(held.proof));
    if let Some(first) =
        held.first_failing.as_ref().filter(|_| !matches!(held.proof, Proof::Rule | Proof::Unattributed))
    {
        let verb = if held.proof == Proof::Resolver { "first refused at" } else { "first seen to fail at" };
        text.push_str(&format!("; {verb} {first}"));
    }
    if !held.together_with.is_empty() {
        let names: Vec<&str> = held.together_with.iter().map(|n| n.as_str()).collect();
        text.push_str(&format!("; only together with {}", list(&names)));
    }
    text
}

fn together(report: &RunReport, view: &View) -> String {
    let mut groups: BTreeMap<&str, Vec<&Kept>> = BTreeMap::new();
    for one in report.kept.iter().filter(|k| !k.with.is_empty()) {
        groups.entry(one.commit.as_str()).or_default().push(one);
    }
    groups.retain(|_, members| members.len() > 1);
    if groups.is_empty() {
        return String::new();
    }
    let mut page = format!("\n{}", paragraph(view, "", "kept only together", Tone::Heading));
    for (commit, members) in groups {
        let names: Vec<String> = members.iter().map(|k| format!("{} {}", k.name, k.to)).collect();
        page.push_str(&paragraph(
            view,
            "  ",
            &format!("{}: one commit, {}", names.join(" + "), short(commit)),
            Tone::Plain,
        ));
    }
    page
}

fn refreshed(report: &RunReport, view: &View, full: bool) -> String {
    if report.refreshed.is_empty() {
        return String::new();
    }
    let what = count(report.refreshed.len(), "transitive package");
    let mut page = format!("\n{}", paragraph(view, "", &format!("refreshed in the lock: {what}"), Tone::Heading));
    if full {
        page.push_str(&grid(view, 2, &report.refreshed.iter().map(words::change).collect::<Vec<_>>()));
    }
    page
}

/// How the tests stood before: only what a reader must know to read the counts above.
fn baseline(report: &RunReport, view: &View) -> String {
    let base = &report.baseline;
    let mut facts = Vec::new();
    if base.usable {
        let skipped = if base.skipped == 0 { String::new() } else { format!(", {} skipped", base.skipped) };
        let runs = count(usize::try_from(base.runs).unwrap_or(usize::MAX), "run");
        facts.push(format!(
            "{}: {} passed{skipped} in {runs}, {} each",
            clean::line(&base.command),
            base.passed,
            duration(base.seconds)
        ));
    } else {
        let why = base.problem.as_deref().unwrap_or("no test ran");
        facts.push(format!("no usable tests: {}", clean::line(why)));
    }
    for (tests, what) in [
        (&base.known_failures, "failing before anything changed"),
        (&base.flaky, "flaky, deciding nothing"),
        (&base.want_network, "asking for the network, which only `[test] network = true` gives"),
    ] {
        if let Some(first) = tests.first() {
            let more = if tests.len() > 1 { " …" } else { "" };
            facts.push(format!("{} {what}: {}{more}", count(tests.len(), "test"), clean::line(&first.0)));
        }
    }
    let mut page = format!("\n{}", paragraph(view, "", "before", Tone::Heading));
    for fact in facts {
        page.push_str(&paragraph(view, "  ", &fact, Tone::Plain));
    }
    page
}

/// Packages of the plan that stay by rule are worth a line here, since the plan is not on this screen.
fn extra(report: &RunReport) -> Option<String> {
    let unmoved: Vec<&str> = report
        .plan
        .unmoved
        .iter()
        .filter(|u| !report.held.iter().any(|h| h.name == u.name))
        .map(|u| u.name.as_str())
        .collect();
    (!unmoved.is_empty()).then(|| format!("not tried, the plan says why: {}", list(&unmoved)))
}

fn cost(report: &RunReport, view: &View, full: bool) -> String {
    let counts = &report.counts;
    let runs = |n: u32, what: &str| count(usize::try_from(n).unwrap_or(usize::MAX), what);
    let spent = format!(
        "{}, {}, {}",
        runs(counts.full_runs, "full run"),
        runs(counts.probes, "probe"),
        duration(counts.seconds)
    );
    let mut page = paragraph(view, "", &format!("{spent}; your work tree is untouched"), Tone::Plain);
    page.push_str(&paragraph(view, "sandbox: ", &clean::line(&report.sandbox), Tone::Quiet));
    if full {
        page.push_str(&paragraph(view, "logs: ", &clean::line(&report.logs), Tone::Quiet));
        page.push_str(&paragraph(view, "base: ", &clean::line(&report.base_commit), Tone::Quiet));
    }
    page
}

fn next(report: &RunReport, view: &View) -> Vec<String> {
    let run = clean::line(&report.run);
    match (&report.branch, report.state) {
        (Some(branch), RunState::Done) => {
            let range = format!("{}..{}", short(&report.base_commit), clean::line(branch));
            let git = if view.path == "." { "git".to_owned() } else { format!("git -C {}", view.path) };
            vec![format!("{git} diff {range}"), view.on_run("apply", &run), view.on_run("rollback", &run)]
        }
        (_, RunState::Interrupted | RunState::Cancelled) => {
            vec![view.on_run("resume", &run), view.on_run("show", &run)]
        }
        (_, RunState::Running) => vec![view.on_run("status", ""), view.on_run("cancel", &run)],
        _ => vec![view.on_run("show", &run)],
    }
}

/// The first ten digits of a commit.
fn short(commit: &str) -> String {
    clean::line(commit).chars().take(10).collect()
}

#[cfg(test)]
#[path = "run/tests.rs"]
mod tests;
