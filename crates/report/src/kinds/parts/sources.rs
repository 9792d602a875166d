//! Where the facts are from, what is not known, and how urgent it is.

use uplift_model::dossier::{Dossier, proposed};
use uplift_model::{Datum, Ecosystem};

use super::words;
use crate::document::{Block, Section, Table, Target, Text, Tone};

/// Id of the section that every report ends with.
pub(crate) const SOURCES: &str = "sources-section";

/// The section [`SOURCES`], with which every report ends: each source with its state, and files that could not be read.
pub(crate) fn sources(dossier: &Dossier) -> Section {
    let mut table =
        Table::new("sources", "Where the facts are from", &["Source", "State", "Detail"], "no source was asked");
    for source in &dossier.analysis.sources {
        let failed = source.state != "found";
        let row = table.row(vec![
            Text::from(source.source.clone()),
            Text::from(source.state.replace('-', " ")),
            if failed { Text::new().unknown(source.detail.clone()) } else { Text::from(source.detail.clone()) },
        ]);
        row.tone = if failed { Tone::Unknown } else { Tone::Plain };
    }
    let mut section = Section::new(SOURCES, "Sources").with(Block::Table(table));
    let problems = &dossier.analysis.problems;
    if !problems.is_empty() {
        let mut table =
            Table::new("unread", "Files that could not be read in full", &["File", "What is wrong", "What to do"], "");
        for problem in problems {
            let place = match problem.line {
                Some(line) => format!("{}:{line}", problem.file),
                None => problem.file.clone(),
            };
            let hint = problem.hint.clone().map_or_else(|| Text::from("—"), Text::from);
            table.row(vec![Text::new().code(place), Text::from(problem.message.clone()), hint]);
        }
        section = section.with(Block::Table(table));
    }
    // It is the same for all packages, so no row repeats it.
    if let Some(why) = origin(dossier) {
        section = section.say(Text::from("Who published each package, and whether that changed: ").unknown(why));
    }
    section
}

/// Why the origin of packages is not known, where that is so of any.
fn origin(dossier: &Dossier) -> Option<&str> {
    let rows = dossier.analysis.components.iter().flat_map(|component| &component.dependencies);
    let planned = dossier.plans.iter().filter_map(|one| one.plan.value()).flat_map(|plan| &plan.candidates);
    let weighed = rows.filter_map(|row| row.risk.as_ref()).chain(planned.filter_map(|one| one.assessment.as_ref()));
    let mut gaps = weighed.flat_map(|assessment| &assessment.unknown);
    gaps.find_map(|gap| gap.strip_prefix(ORIGIN))
}

/// How risk says that nobody looked at where a package is from.
pub(crate) const ORIGIN: &str = "origin: ";

/// What is not known and could change the picture; `None`: nothing of the sort.
pub(crate) fn not_known(dossier: &Dossier) -> Option<Block> {
    // Sources that failed for one reason are told together.
    let mut failed: Vec<(Vec<&str>, &str, &str)> = Vec::new();
    for source in dossier.analysis.sources.iter().filter(|source| source.state != "found") {
        match failed.iter_mut().find(|(_, state, why)| (*state, *why) == (&source.state, &source.detail)) {
            Some((names, ..)) => names.push(&source.source),
            None => failed.push((vec![&source.source], &source.state, &source.detail)),
        }
    }
    let told = failed
        .iter()
        .map(|(names, state, why)| format!("{}: {} ({why})", crate::numbers::list(names), state.replace('-', " ")));
    let mut gaps: Vec<String> = told.collect();
    let javascript = |path: &str| {
        let mut own = dossier.analysis.components.iter().filter(|component| component.path == path);
        own.any(|component| component.ecosystem == Ecosystem::JavaScript)
    };
    for one in dossier.plans.iter().filter(|one| !javascript(&one.component)) {
        if let Datum::NotRetrieved { why } = &one.plan {
            gaps.push(format!("no plan of {}: {why}", words::component(dossier, &one.component)));
        }
    }
    let unplanned =
        dossier.analysis.components.iter().filter(|component| {
            component.ecosystem == Ecosystem::JavaScript && dossier.plan_of(&component.path).is_none()
        });
    for component in unplanned {
        let targets = match proposed(component, None).count() {
            1 => "1 target was".to_owned(),
            targets => format!("{targets} targets were"),
        };
        gaps.push(format!(
            "Uplift cannot work out a complete set of {} yet: its {targets} looked up one by one, and nobody tried whether \
             they fit together",
            words::component(dossier, &component.path)
        ));
    }
    if gaps.is_empty() {
        return None;
    }
    Some(Block::Callout(Tone::Unknown, Text::from(gaps.join("; "))))
}

/// The level with its formula and reasons.
pub(crate) fn urgency(dossier: &Dossier) -> Vec<Block> {
    let urgency = &dossier.analysis.urgency;
    if urgency.level.is_empty() {
        return vec![Block::Paragraph(Text::from("Urgency: ").unknown("nothing was judged"))];
    }
    let tone = match urgency.level.as_str() {
        "CRITICAL" | "HIGH" => Tone::Bad,
        "MEDIUM-HIGH" | "MEDIUM" => Tone::Warning,
        _ => Tone::Plain,
    };
    let mut blocks = vec![Block::Callout(tone, Text::from("Urgency: ").strong(urgency.level.clone()))];
    if !urgency.because.is_empty() {
        blocks.push(Block::List(urgency.because.iter().cloned().map(Text::from).collect()));
    }
    blocks.push(Block::Paragraph(Text::from("Formula: ").plain(urgency.formula.clone())));
    blocks
}

/// Where the rows are that the urgency is counted from. Needs `advisories_table` and `pairs_table`.
pub(crate) fn rows_of_urgency() -> Block {
    let here = |id: &str| Target::Here(id.to_owned());
    let text = Text::from("Counted over ").link("the known vulnerabilities", here("advisories"));
    Block::Paragraph(text.plain(" and ").link("what could move", here("pairs")).plain("."))
}
