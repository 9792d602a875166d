//! Questions that contributors ask, answered from detected facts only, each with its evidence (row M4).

use uplift_model::analysis::{DependencyRow, Pinning, RuntimeStatement};
use uplift_model::compatibility::Window;

use super::{Facts, database};
use crate::document::{Block, Section, Text};
use crate::kinds::runtimes::window;
use crate::kinds::{pieces, ways};
use crate::numbers::{count, list};

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let mut all: Vec<(String, Vec<Text>)> = old_runtimes(facts);
    all.push(("Do existing database migrations have to be rewritten?".to_owned(), migrations(facts)));
    all.push(("Was a file removed?".to_owned(), removed(facts)));
    all.push(("Is a bound left open, so that a later install takes another version?".to_owned(), bounds(facts)));
    all.push(("Are the floors that manifests state still true?".to_owned(), floors(facts)));
    all.push(("What if tests fail?".to_owned(), failing(facts)));
    all.push(("How is it undone?".to_owned(), undo(facts)));
    all.into_iter().enumerate().fold(Section::new("faq", "Questions"), |section, (number, (question, answer))| {
        let one = Section::new(format!("faq-{}", number + 1), question);
        section.below(answer.into_iter().fold(one, |one, text| one.with(Block::Paragraph(text))))
    })
}

fn rows<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a DependencyRow> {
    facts.parts.iter().filter_map(|part| part.analysis).flat_map(|c| &c.dependencies)
}

/// One question for each stated line of a runtime that is refused or out of support, and for the lowest of all.
fn old_runtimes(facts: &Facts<'_>) -> Vec<(String, Vec<Text>)> {
    let mut all = Vec::new();
    for part in &facts.parts {
        let window = window(facts.dossier, part);
        for runtime in part.analysis.into_iter().flat_map(|c| &c.runtimes) {
            let mut stated: Vec<(&String, &RuntimeStatement)> =
                runtime.stated.iter().flat_map(|one| one.lines.iter().map(move |line| (line, one))).collect();
            stated.sort_by_key(|(line, _)| numbers(line));
            stated.dedup_by_key(|(line, _)| *line);
            for (at, (line, place)) in stated.into_iter().enumerate() {
                let ended = runtime.end_of_life.iter().find(|end| end.line == *line && end.passed);
                let refused = window.is_some_and(|window| window.refused.contains(line));
                if at > 0 && ended.is_none() && !refused {
                    continue;
                }
                let mut answer = vec![
                    still_usable(window, line, ended.is_some())
                        .plain(". It is stated in ")
                        .and(pieces::place(&place.file, Some(place.line)))
                        .plain("."),
                ];
                if let Some(end) = ended {
                    let day = end.date.as_deref().unwrap_or("a day not known here");
                    answer.push(Text::from(format!("Support for it ended on {day}.")));
                }
                let component = if facts.parts.len() > 1 { format!(" in {}", part.path) } else { String::new() };
                all.push((format!("Can {} {line} still be used{component}?", runtime.name), answer));
            }
        }
    }
    all
}

fn still_usable(window: Option<&Window>, line: &String, ended: bool) -> Text {
    match window {
        Some(window) if window.refused.contains(line) => Text::new()
            .strong("No. ")
            .plain(format!("The complete set cannot be solved on {line}; it can on {}", window.text)),
        Some(window) if window.solved.contains(line) => Text::new()
            .strong(if ended { "Only without support. " } else { "Yes. " })
            .plain(format!("A resolver solved the complete set on {line}; it does on {}", window.text)),
        _ => Text::from("Nobody can say: ").unknown(format!("the complete set was not asked about on {line}")),
    }
}

/// `3.10` after `3.9`.
fn numbers(line: &str) -> Vec<u64> {
    line.split('.').map(|number| number.parse().unwrap_or(u64::MAX)).collect()
}

fn migrations(facts: &Facts<'_>) -> Vec<Text> {
    let tools = database::tools(facts);
    if tools.is_empty() {
        return vec![Text::from(
            "None of the tools for database migrations that are known here is among the dependencies.",
        )];
    }
    let names: Vec<&str> = tools.iter().map(|row| row.name.as_str()).collect();
    let mut answer = Vec::new();
    let edited = edited(facts);
    let touched: Vec<&str> = edited.iter().copied().filter(|file| database::is_script(file)).collect();
    let text = Text::from("In use: ").and(pieces::codes(&names)).plain(". ");
    answer.push(if edited.is_empty() {
        text.plain("Whether their scripts change: ").unknown("no edit is planned or known")
    } else if touched.is_empty() {
        text.plain("The plan edits ").and(pieces::codes(&edited)).plain(" and no migration script.")
    } else {
        text.plain("The plan edits these: ").and(pieces::codes(&touched)).plain(".")
    });
    let scripts = database::scripts(facts);
    if !scripts.is_empty() {
        let text = Text::from("Files that import them, to be run against a copy of the data: ");
        answer.push(text.and(pieces::codes(&scripts)).plain("."));
    }
    answer.push(Text::from("Whether the schema drifts: ").unknown("nothing here compares the models with a database"));
    if let Some(compare) = database::commands(facts).and_then(|commands| commands.compare) {
        answer.push(
            Text::new()
                .code(compare)
                .plain(" compares them, see ")
                .and(pieces::here("the checklist", "checklist"))
                .plain("."),
        );
    }
    answer
}

/// Files whose lines the plans edit, or where a run's packages are stated.
fn edited<'a>(facts: &Facts<'a>) -> Vec<&'a str> {
    let planned = facts.steps().flat_map(|(_, step)| &step.edits).map(|edit| edit.file.as_str());
    let run = facts.dossier.run.iter().flat_map(|run| &run.kept).flat_map(|kept| &kept.places);
    let mut files: Vec<&str> = planned.collect();
    files.extend(run.map(|place| place.file.as_str()));
    files.sort_unstable();
    files.dedup();
    files
}

fn removed(facts: &Facts<'_>) -> Vec<Text> {
    let edited = edited(facts);
    let mut answer = vec![if edited.is_empty() {
        Text::from("By the upgrade itself: ").unknown("no edit is planned or known")
    } else {
        Text::new()
            .strong("Not by the upgrade. ")
            .plain("It edits lines of ")
            .and(pieces::codes(&edited))
            .plain(" and of locks, and removes no file.")
    }];
    match &facts.dossier.hygiene {
        uplift_model::Datum::Found { value } => {
            for claim in &value.claims {
                for (file, _) in claim.named.iter().filter(|(_, there)| !there) {
                    let text =
                        Text::new().code(file).plain(" is named in ").and(pieces::place(&claim.file, Some(claim.line)));
                    answer.push(text.plain(" and is not in the tree."));
                }
            }
        }
        uplift_model::Datum::NotRetrieved { why } => {
            answer.push(Text::from("Files that documents name and that are gone: ").unknown(why));
        }
        uplift_model::Datum::None => {}
    }
    answer
}

fn bounds(facts: &Facts<'_>) -> Vec<Text> {
    let open: Vec<&DependencyRow> = rows(facts)
        .filter(|row| row.direct && row.locked.is_none() && matches!(row.pinning, Pinning::Floor | Pinning::Unpinned))
        .collect();
    let direct = rows(facts).filter(|row| row.direct).count();
    if open.is_empty() {
        return vec![
            Text::new()
                .strong("No. ")
                .plain(format!("Each of {} is pinned, bounded above or locked.", count(direct, "direct dependency"))),
        ];
    }
    let each = open.iter().map(|row| {
        let stated = row.stated.first();
        let written = stated.map_or_else(|| row.name.clone(), |one| one.written.clone());
        let text = Text::new().code(written);
        match stated {
            Some(one) => text.plain(" (").and(pieces::place(&one.file, Some(one.line))).plain(")"),
            None => text,
        }
    });
    let each = pieces::joined(each, ", ");
    vec![
        Text::new()
            .strong("Yes. ")
            .plain(format!(
                "{} of {} without an upper bound and without a lock: ",
                open.len(),
                count(direct, "direct dependency")
            ))
            .and(each)
            .plain(". A later install may take a version that nobody tested."),
    ]
}

/// A floor below what is in use is a promise; one that the upgrade leaves behind is one that nothing tests any more.
fn floors(facts: &Facts<'_>) -> Vec<Text> {
    let edits: Vec<(&str, u32)> =
        facts.steps().flat_map(|(_, step)| &step.edits).map(|edit| (edit.file.as_str(), edit.line)).collect();
    let mut told = Vec::new();
    for way in facts.moving() {
        let stated = way.row.into_iter().flat_map(|row| &row.stated);
        let left =
            stated.filter(|one| one.specifier.starts_with(">=") && !edits.contains(&(one.file.as_str(), one.line)));
        for one in left {
            let text = Text::new().code(&one.written).plain(" (").and(pieces::place(&one.file, Some(one.line)));
            told.push(text.plain(format!(", ends at {})", way.to.as_deref().unwrap_or("gone"))));
        }
    }
    if told.is_empty() {
        return vec![Text::from("No floor of a package that moves is left as it was.")];
    }
    let text = Text::new().strong("Nobody tests them. ").plain(format!(
        "{} {} below where the packages end: ",
        count(told.len(), "floor"),
        if told.len() == 1 { "lies" } else { "lie" }
    ));
    vec![text.and(pieces::joined(told, ", ")).plain(". Raise them to what the code needs once it uses it.")]
}

fn failing(facts: &Facts<'_>) -> Vec<Text> {
    let mut answer = Vec::new();
    if let Some(run) = &facts.dossier.run {
        for held in &run.held {
            let text = Text::new().code(held.name.as_str()).plain(format!(" {}: ", crate::words::held(held)));
            answer.push(text.plain(&held.reason).plain(format!(" ({})", crate::words::proof(held.proof))).plain("."));
        }
        if run.held.is_empty() && ways::delivered(facts.dossier).is_some_and(|run| run.verified) {
            answer.push(Text::from("In this run none did that passed before: ").plain(&run.verification).plain("."));
        }
    }
    let open = ways::delivered(facts.dossier).is_none();
    let ways_out: Vec<Text> = facts
        .steps()
        .filter(|_| open)
        .flat_map(|(path, step)| step.fallbacks.iter().map(move |one| (path, step, one)))
        .map(|(path, step, one)| {
            Text::new().code(path).plain(format!(" step {}: {}, because {}", step.number, one.what, one.reason))
        })
        .collect();
    if !ways_out.is_empty() {
        answer.push(Text::from("Other ways that are known: ").and(pieces::joined(ways_out, "; ")).plain("."));
    }
    let points: Vec<String> = facts
        .steps()
        .filter(|(_, step)| !step.rollback_point.is_empty())
        .map(|(_, step)| step.number.to_string())
        .collect();
    if !points.is_empty() {
        answer.push(Text::from(format!("A place to go back to is recorded for steps {}.", list(&points))));
    }
    if answer.is_empty() {
        answer.push(Text::from("Ways out: ").unknown("no plan and no run say any"));
    }
    answer
}

fn undo(facts: &Facts<'_>) -> Vec<Text> {
    let mut answer: Vec<Text> = Vec::new();
    for (path, plan) in facts.plans().filter(|(_, plan)| !plan.rollback_strategy.is_empty()) {
        answer.push(Text::new().code(path).plain(": ").plain(&plan.rollback_strategy).plain("."));
    }
    if let Some(run) = ways::delivered(facts.dossier) {
        answer.push(Text::from("This run: ").code(format!("uplift rollback {}", run.run)).plain("."));
    }
    if answer.is_empty() {
        answer.push(Text::from("Way back: ").unknown("no plan states one"));
    }
    answer
}
