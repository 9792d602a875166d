//! The plan's screen: what would move, in which phase, why there, with whom, and what stays.

mod totals;
mod why;

pub(super) use totals::{agreed, hours};
pub(super) use why::why;

use std::collections::BTreeSet;

use uplift_model::plan::{PhasePlan, StepKind, Unmoved};
use uplift_model::{Candidate, Distance, Move, Phase, Plan};

use super::lines::paragraph;
use super::runtime;
use super::table::{Cell, Table, cell, toned};
use crate::clean;
use crate::numbers::{count, list};
use crate::view::{Tone, View};
use crate::words;

/// Names of packages that come along are listed up to this many.
const LISTED: usize = 4;

/// A plan, as `uplift plan` shows it: what has to be decided, the moves phase by phase, what stays, what it costs.
pub fn plan(plan: &Plan, view: &View) -> String {
    let mut page = head(plan, view);
    page.push_str(&mended(plan, view));
    page.push_str(&totals::decide_first(plan, view));
    for part in plan.phases.iter().filter(|part| !part.moves.is_empty() || refreshes(plan, part) > 0) {
        page.push('\n');
        page.push_str(&phase(plan, part, view));
    }
    for (step, upgrade) in plan.steps.iter().filter_map(|step| Some((step, step.runtime.as_ref()?))) {
        page.push_str(&runtime::step(step, upgrade, view));
    }
    page.push_str(&stays(&plan.unmoved, view));
    page.push_str(&totals::look_at(plan, view));
    page.push_str(&notes(&plan.notes, view));
    page.push('\n');
    page.push_str(&totals::totals(plan, view));
    page.push_str(&paragraph(view, "undo: ", &clean::line(&plan.rollback_strategy), Tone::Quiet));
    if !plan.candidates.is_empty() {
        let mut commands = vec![view.on_component("upgrade")];
        if let Some(riskiest) = plan.candidates.iter().min_by_key(|c| std::cmp::Reverse(c.risk)) {
            commands.push(view.on_component(&format!("plan --explain {}", riskiest.name)));
        }
        page.push_str(&view.next(&commands));
    }
    page
}

fn head(plan: &Plan, view: &View) -> String {
    let component = words::component(&plan.component, &view.project);
    let counts = if plan.candidates.is_empty() {
        "nothing to upgrade".to_owned()
    } else {
        let direct = plan.candidates.iter().filter(|c| c.direct).count();
        let transitive = plan.candidates.len() - direct;
        let also = if transitive == 0 { String::new() } else { format!(" ({transitive} of them transitive)") };
        format!("{}{also} in {}", count(plan.candidates.len(), "update"), count(plan.moves.len(), "move"))
    };
    let stays = if plan.unmoved.is_empty() {
        String::new()
    } else {
        format!(
            ", {} outdated {} as it is",
            plan.unmoved.len(),
            if plan.unmoved.len() == 1 { "package stays" } else { "packages stay" }
        )
    };
    let mut page = paragraph(view, "", &format!("{component}: {counts}{stays}"), Tone::Heading);
    let mut from = format!("plan {}, Python {}", clean::line(&plan.id), clean::line(&plan.interpreter));
    if !plan.commit.is_empty() {
        let short: String = plan.commit.chars().take(12).collect();
        from.push_str(&format!(", drawn from commit {} on {}", clean::line(&short), clean::line(&plan.as_of)));
    }
    page.push_str(&paragraph(view, "  ", &from, Tone::Quiet));
    page
}

/// That today's set cannot be installed, and the edits that mend it.
fn mended(plan: &Plan, view: &View) -> String {
    let Some(mended) = &plan.mended else { return String::new() };
    let number = plan.steps.iter().find(|step| step.kind == StepKind::Mend).map(|step| step.number);
    let step = number.map_or_else(|| "the first step".to_owned(), |number| format!("step {number}"));
    let what = format!("today's set cannot be installed: {}; {step} mends it", mended.why);
    let mut page = format!("\n{}", paragraph(view, "", &clean::line(&what), Tone::Bad));
    for edit in &mended.edits {
        let text = format!("{}:{}: {} -> {}", edit.file, edit.line, edit.old.trim(), edit.new.trim());
        page.push_str(&paragraph(view, "  ", &clean::line(&text), Tone::Plain));
    }
    let then = "until it is committed no test can run: `uplift upgrade` waits for it";
    page.push_str(&paragraph(view, "  ", then, Tone::Quiet));
    page
}

fn refreshes(plan: &Plan, part: &PhasePlan) -> usize {
    if part.phase == Phase::Integration { plan.refresh.len() } else { 0 }
}

fn phase(plan: &Plan, part: &PhasePlan, view: &View) -> String {
    let moves: Vec<&Move> = part.moves.iter().filter_map(|id| plan.moves.iter().find(|m| m.id == *id)).collect();
    let refresh = refreshes(plan, part);
    let what = match (moves.len(), refresh) {
        (0, n) => format!("{} refreshed in the lock", count(n, "transitive package")),
        (m, 0) => count(m, "move"),
        (m, n) => format!("{}, {} refreshed in the lock", count(m, "move"), count(n, "transitive package")),
    };
    let title = format!("phase {} {}: {what}", part.phase.number(), part.phase);
    let mut page = paragraph(view, "", &title, Tone::Heading);
    if !moves.is_empty() {
        page.push_str(&table(plan, &moves).render(view));
    }
    if refresh > 0 {
        let all: Vec<String> = plan.refresh.iter().map(words::change).collect();
        page.push_str(&paragraph(view, "    ", &shortened(&all), Tone::Quiet));
    }
    page
}

fn table(plan: &Plan, moves: &[&Move]) -> Table {
    let candidates = || moves.iter().flat_map(|m| &m.candidates);
    // A column that repeats the one beside it says nothing.
    let capped = candidates().any(|c| c.newest != c.target);
    let titles: &[&'static str] = if capped {
        &["package", "in use", "target", "newest", "distance", "named in", "why"]
    } else {
        &["package", "in use", "target", "distance", "named in", "why"]
    };
    let mut table = Table::new(2, titles);
    for one in moves {
        for (index, candidate) in one.candidates.iter().enumerate() {
            let last = index + 1 == one.candidates.len();
            let below = if last { below(plan, one) } else { cap(candidate).into_iter().collect() };
            table.row(row(plan, one, candidate, index > 0, capped), below);
        }
    }
    table
}

fn row(plan: &Plan, one: &Move, candidate: &Candidate, joins: bool, capped: bool) -> Vec<Cell> {
    let name = if joins { format!("+ {}", candidate.name) } else { candidate.name.to_string() };
    let tone = if candidate.distance == Distance::Major { Tone::Held } else { Tone::Plain };
    let mut cells = vec![cell(name), cell(candidate.current.to_string()), cell(candidate.target.to_string())];
    if capped {
        cells.push(cell(candidate.newest.to_string()));
    }
    cells.push(toned(
        tone,
        words::step(candidate.distance, &candidate.current.to_string(), &candidate.target.to_string()),
    ));
    cells.push(toned(Tone::Quiet, named_in(candidate)));
    cells.push(cell(clean::line(&why(plan, one, candidate))));
    cells
}

/// The first place, and how many more there are.
fn named_in(candidate: &Candidate) -> String {
    match candidate.places.split_first() {
        None if candidate.direct => "-".to_owned(),
        None => "the lock only".to_owned(),
        Some((first, [])) => words::place(first),
        Some((first, more)) => format!("{} +{}", words::place(first), more.len()),
    }
}

fn cap(candidate: &Candidate) -> Option<Cell> {
    let why = candidate.capped_by.as_ref()?;
    Some(toned(Tone::Quiet, format!("{} {} is out of reach: {}", candidate.name, candidate.newest, clean::line(why))))
}

/// Packages that the resolver wants in place before.
pub(super) fn needs<'a>(plan: &'a Plan, one: &Move) -> Vec<&'a str> {
    let before = |m: &&Move| one.needs.contains(&m.id);
    plan.moves.iter().filter(before).flat_map(|m| &m.candidates).map(|c| c.name.as_str()).collect()
}

fn below(plan: &Plan, one: &Move) -> Vec<Cell> {
    let mut below: Vec<Cell> = one.candidates.last().and_then(cap).into_iter().collect();
    if one.candidates.len() > 1 {
        let names: Vec<&str> = one.candidates.iter().map(|c| c.name.as_str()).collect();
        below.push(toned(Tone::Quiet, format!("{} move together: they are accepted only so", list(&names))));
    }
    let needed: Vec<&str> = needs(plan, one);
    if !needed.is_empty() {
        below.push(toned(Tone::Quiet, format!("only with {} in place", list(&needed))));
    }
    let pages = plan.steps.iter().filter(|step| step.of == Some(one.id)).flat_map(|step| &step.reading);
    let mut read: BTreeSet<&str> = BTreeSet::new();
    // The best page of each package; the rest is in the step.
    for page in pages.filter(|page| read.insert(&page.package)) {
        let text = format!("review breaking changes of {} first: {}", page.package, page.url);
        below.push(toned(Tone::Quiet, clean::line(&text)));
    }
    if !one.induced.is_empty() {
        let all: Vec<String> = one.induced.iter().map(words::change).collect();
        let text = format!("brings along {}: {}", count(one.induced.len(), "transitive package"), shortened(&all));
        below.push(toned(Tone::Quiet, text));
    }
    below
}

/// The first few, and how many more there are.
fn shortened(all: &[String]) -> String {
    let seen: BTreeSet<&String> = all.iter().collect();
    let shown: Vec<&str> = seen.iter().take(LISTED).map(|s| s.as_str()).collect();
    let more = seen.len() - shown.len();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

fn stays(unmoved: &[Unmoved], view: &View) -> String {
    if unmoved.is_empty() {
        return String::new();
    }
    let mut table = Table::new(2, &["package", "in use", "newest", "why it stays"]);
    for one in unmoved {
        let cells = vec![
            cell(one.name.to_string()),
            cell(one.current.to_string()),
            cell(one.newest.to_string()),
            cell(clean::line(&one.reason)),
        ];
        table.row(cells, Vec::new());
    }
    format!("\n{}{}", paragraph(view, "", "stays as it is", Tone::Heading), table.render(view))
}

/// What a reader should know, one paragraph each; nothing when there is nothing.
pub(super) fn notes(notes: &[String], view: &View) -> String {
    let mut page = String::new();
    if !notes.is_empty() {
        page.push('\n');
        page.push_str(&paragraph(view, "", "notes", Tone::Heading));
    }
    for note in notes {
        page.push_str(&paragraph(view, "  ", &clean::line(note), Tone::Plain));
    }
    page
}

#[cfg(test)]
mod tests;
