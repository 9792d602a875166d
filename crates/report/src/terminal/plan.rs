//! The plan's screen: what would move, in which phase, why there, with whom, and what stays.

use std::collections::BTreeSet;

use uplift_model::plan::{PhasePlan, Unmoved};
use uplift_model::{Candidate, Distance, Move, Phase, Plan};

use super::lines::paragraph;
use super::table::{Cell, Table, cell, toned};
use crate::clean;
use crate::numbers::{count, duration, list};
use crate::view::{Tone, View};
use crate::words;

/// Names of packages that come along are listed up to this many.
const LISTED: usize = 4;

/// A plan, as `uplift plan` shows it.
pub fn plan(plan: &Plan, view: &View) -> String {
    let mut page = head(plan, view);
    for part in &plan.phases {
        page.push('\n');
        page.push_str(&phase(plan, part, view));
    }
    page.push_str(&stays(&plan.unmoved, view));
    page.push_str(&notes(&plan.notes, view));
    page.push('\n');
    page.push_str(&paragraph(view, "undo: ", &clean::line(&plan.rollback_strategy), Tone::Quiet));
    if !plan.candidates.is_empty() {
        let mut commands = vec![view.on_path("upgrade")];
        if let Some(riskiest) = plan.candidates.iter().min_by_key(|c| std::cmp::Reverse(c.risk)) {
            commands.push(view.on_path(&format!("plan --explain {}", riskiest.name)));
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
    let length = match plan.estimated_duration {
        Some(seconds) => format!("about {}", duration(seconds as f64)),
        None => "duration not known before the tests have run once".to_owned(),
    };
    page.push_str(&paragraph(
        view,
        "  ",
        &format!("Python {}, plan {}, {length}", clean::line(&plan.interpreter), plan.id),
        Tone::Quiet,
    ));
    page
}

fn phase(plan: &Plan, part: &PhasePlan, view: &View) -> String {
    let moves: Vec<&Move> = part.moves.iter().filter_map(|id| plan.moves.iter().find(|m| m.id == *id)).collect();
    let refresh = if part.phase == Phase::Integration { plan.refresh.len() } else { 0 };
    let what = match (moves.len(), refresh) {
        (0, 0) => "no moves of its own".to_owned(),
        (0, n) => format!("{} refreshed in the lock", count(n, "transitive package")),
        (m, 0) => count(m, "move"),
        (m, n) => format!("{}, {} refreshed in the lock", count(m, "move"), count(n, "transitive package")),
    };
    let title = format!("phase {} {}: {what}", part.phase.number(), part.phase);
    let mut page = paragraph(view, "", &title, Tone::Heading);
    if !moves.is_empty() || refresh > 0 {
        page.push_str(&paragraph(view, "  ", words::phase(part.phase), Tone::Quiet));
    }
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
            table.row(row(candidate, index > 0, capped), below);
        }
    }
    table
}

fn row(candidate: &Candidate, joins: bool, capped: bool) -> Vec<Cell> {
    let name = if joins { format!("+ {}", candidate.name) } else { candidate.name.to_string() };
    let tone = if candidate.distance == Distance::Major { Tone::Held } else { Tone::Plain };
    let mut cells = vec![cell(name), cell(candidate.current.to_string()), cell(candidate.target.to_string())];
    if capped {
        cells.push(cell(candidate.newest.to_string()));
    }
    cells.push(toned(tone, words::distance(candidate.distance)));
    cells.push(toned(Tone::Quiet, named_in(candidate)));
    cells.push(cell(clean::line(&candidate.reasons.join("; "))));
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
        below.push(toned(Tone::Quiet, format!("{} move together: the resolver accepts them only so", list(&names))));
    }
    let needed: Vec<&str> = needs(plan, one);
    if !needed.is_empty() {
        below.push(toned(Tone::Quiet, format!("only with {} in place", list(&needed))));
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
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn at_100_columns_each_package_says_where_it_is_named_and_why_it_is_here() {
        insta::assert_snapshot!(plan(&sample::plan(), &View::new(100, false)), @r"
        backend: 4 updates in 3 moves, 1 outdated package stays as it is
          Python 3.11.9, plan 3fa92b10c4de, about 11 min

        phase 1 low: 1 move
          patch and minor releases that little depends on
          package  in use     target     distance  named in              why
          certifi  2022.9.24  2026.10.5  major     requirements.in:3 +1  a major step by the calendar;
                                                                         imported by no file of the
                                                                         project's code

        phase 2 medium: no moves of its own

        phase 3 high: 2 moves
          major releases and what much of the code rests on
          package     in use  target  newest  distance  named in               why
          pydantic    1.10.2  2.14.1  2.14.3  major     requirements.in:9 +1   a major step; imported by 12
                                                                               files of the project's code
              pydantic 2.14.3 is out of reach: because pydantic-settings 2.1 requires pydantic<2.14.2
              brings along 2 transitive packages: new: pydantic-core 2.41.1, typing-extensions 4.4.0 ->
              4.15.0
          flask       2.2.2   3.1.2   3.1.2   major     requirements.in:5 +1   a major step; imported by 4
                                                                               files of the project's code
          + werkzeug  2.2.2   3.1.4   3.1.4   major     requirements.in:14 +1  a major step
              flask and werkzeug move together: the resolver accepts them only so
              brings along 1 transitive package: new: blinker 1.9.0

        phase 4 integration: 2 transitive packages refreshed in the lock
          everything together, and the rest of the lock
            idna 3.4 -> 3.11, urllib3 1.26.13 -> 2.6.1

        stays as it is
          package  in use  newest  why it stays
          numpy    1.26.4  2.4.0   held at <2 by the settings

        notes
          Python 3.11 was inferred from requirements.txt, which does not install on 3.12

        undo: each kept move is one commit; `uplift rollback RUN [PACKAGE]` takes it back
        next: uplift upgrade   |   uplift plan --explain pydantic
        ");
    }

    #[test]
    fn at_80_columns_the_reasons_go_below() {
        insta::assert_snapshot!(plan(&sample::plan(), &View::new(80, false)), @r"
        backend: 4 updates in 3 moves, 1 outdated package stays as it is
          Python 3.11.9, plan 3fa92b10c4de, about 11 min

        phase 1 low: 1 move
          patch and minor releases that little depends on
          package  in use     target     distance  named in
          certifi  2022.9.24  2026.10.5  major     requirements.in:3 +1
              a major step by the calendar; imported by no file of the project's code

        phase 2 medium: no moves of its own

        phase 3 high: 2 moves
          major releases and what much of the code rests on
          package     in use  target  newest  distance  named in
          pydantic    1.10.2  2.14.1  2.14.3  major     requirements.in:9 +1
              a major step; imported by 12 files of the project's code
              pydantic 2.14.3 is out of reach: because pydantic-settings 2.1 requires
              pydantic<2.14.2
              brings along 2 transitive packages: new: pydantic-core 2.41.1,
              typing-extensions 4.4.0 -> 4.15.0
          flask       2.2.2   3.1.2   3.1.2   major     requirements.in:5 +1
              a major step; imported by 4 files of the project's code
          + werkzeug  2.2.2   3.1.4   3.1.4   major     requirements.in:14 +1
              a major step
              flask and werkzeug move together: the resolver accepts them only so
              brings along 1 transitive package: new: blinker 1.9.0

        phase 4 integration: 2 transitive packages refreshed in the lock
          everything together, and the rest of the lock
            idna 3.4 -> 3.11, urllib3 1.26.13 -> 2.6.1

        stays as it is
          package  in use  newest  why it stays
          numpy    1.26.4  2.4.0   held at <2 by the settings

        notes
          Python 3.11 was inferred from requirements.txt, which does not install on 3.12

        undo: each kept move is one commit; `uplift rollback RUN [PACKAGE]` takes it
              back
        next: uplift upgrade   |   uplift plan --explain pydantic
        ");
    }

    #[test]
    fn nothing_to_do_is_said_in_one_line() {
        let mut empty = sample::plan();
        empty.candidates.clear();
        empty.moves.clear();
        empty.phases.clear();
        empty.unmoved.clear();
        empty.notes.clear();
        let page = plan(&empty, &View::new(80, false));
        assert!(page.starts_with("backend: nothing to upgrade\n"), "{page}");
        assert!(!page.contains("next:"));
    }
}
