//! Overview with goals and non-goals, scope by component, and what it does to known vulnerabilities.

use uplift_model::Datum;
use uplift_model::Ecosystem;
use uplift_model::advisory::Severity;
use uplift_model::analysis::{Availability, DependencyRow};
use uplift_model::compatibility::Verdict;
use uplift_model::plan::Unmoved;

use super::Facts;
use crate::document::{Block, Section, Table, Text, Tone};
use crate::kinds::emptiness;
use crate::kinds::exposure::Basis;
use crate::kinds::{pieces, ways};

pub(super) fn overview(facts: &Facts<'_>) -> Section {
    let moving = facts.ways.iter().filter(|way| way.moves());
    let direct = moving.clone().filter(|way| way.direct).count();
    let along = moving.count() - direct;
    let text = Text::new()
        .count(direct, "direct dependency", "scope-packages")
        .plain(" to move")
        .plain(if along > 0 { format!(", {along} more along with them") } else { String::new() })
        .plain(", in ")
        .count(facts.parts.len(), "component", "scope-components")
        .plain("; urgency ")
        .strong(&facts.dossier.analysis.urgency.level)
        .plain(".");
    Section::new("overview", "Overview").say(text).below(goals(facts)).below(non_goals(facts))
}

fn goals(facts: &Facts<'_>) -> Section {
    let mut goals = Vec::new();
    let fixed = facts.exposure.fixed();
    if !fixed.is_empty() {
        let critical = fixed.iter().filter(|one| one.severity == Severity::Critical).count();
        let text = Text::from("Be rid of ").count(fixed.len(), "known vulnerability", "initiative-advisories");
        goals.push(if critical > 0 { text.plain(format!(", {critical} of them critical.")) } else { text.plain(".") });
    }
    let direct = facts.ways.iter().filter(|way| way.direct && way.moves()).count();
    if direct > 0 {
        goals.push(Text::from("Bring ").count(direct, "direct dependency", "scope-packages").plain(" to its goal."));
    }
    for part in &facts.parts {
        for row in part.analysis.into_iter().flat_map(|c| &c.dependencies) {
            let lost =
                row.availability.value().filter(|a| !matches!(a, Availability::Installable | Availability::SourceOnly));
            if let Some(lost) = lost.filter(|_| row.target_version.is_some()) {
                goals.push(leave(row, lost));
            }
        }
        for (runtime, end) in part.analysis.into_iter().flat_map(|c| c.ended()) {
            let day = end.date.as_deref().unwrap_or("a day not known here");
            goals.push(Text::from(format!("Leave {} {}, out of support since {day}.", runtime.name, end.line)));
        }
    }
    for metric in &facts.dossier.given.metrics {
        goals.push(Text::from(format!("{}: {} (given).", metric.name, metric.wanted)));
    }
    let section = Section::new("goals", "Goals");
    if goals.is_empty() {
        return section.say(emptiness::unless_unknown(facts.dossier, "Nothing is to move, and no goal was given."));
    }
    section.with(Block::List(goals))
}

/// Who asks for what, and what is wrong with it.
fn leave(row: &DependencyRow, lost: &Availability) -> Text {
    let wrong = match lost {
        Availability::Yanked { .. } => "which its maintainers withdrew",
        Availability::NoDistribution { .. } => "of which nothing fits this interpreter and platform",
        Availability::NoSuchPackage => "which the index does not know",
        Availability::NoSuchVersion { .. } => "which was never released",
        Availability::Installable | Availability::SourceOnly => "which can be had",
    };
    let version = row.current_version.as_deref();
    // The place that names that very version, where there is one.
    let names = |written: &str| version.is_some_and(|version| written.contains(version));
    let place = row.stated.iter().find(|one| names(&one.written)).or(row.stated.first());
    let place =
        place.map_or_else(|| Text::from("The project"), |one| Text::new().code(format!("{}:{}", one.file, one.line)));
    let asked = version.map(|version| format!(" {version}")).unwrap_or_default();
    Text::from("Move on: ")
        .and(place)
        .plain(" asks for ")
        .code(format!("{}{asked}", row.name))
        .plain(format!(", {wrong}."))
}

fn non_goals(facts: &Facts<'_>) -> Section {
    let mut lines = vec![Text::from(
        "Deployment, traffic and production: the work ends with a branch that people take over or leave.",
    )];
    for (path, plan) in facts.plans() {
        // What stays for one reason is one line.
        let mut alike: Vec<(&str, Vec<&Unmoved>)> = Vec::new();
        for one in &plan.unmoved {
            match alike.iter_mut().find(|(reason, _)| *reason == one.reason) {
                Some((_, all)) => all.push(one),
                None => alike.push((&one.reason, vec![one])),
            }
        }
        for (reason, all) in alike {
            let name = |one: &&Unmoved| Text::new().code(one.name.as_str()).plain(format!(" at {}", one.current));
            let text = match all.as_slice() {
                [one] => Text::new().code(one.name.as_str()).plain(format!(" stays at {} in ", one.current)).code(path),
                _ => pieces::joined(all.iter().map(name), ", ").plain(" stay in ").code(path),
            };
            lines.push(text.plain(": ").plain(reason));
        }
    }
    for part in facts.parts.iter().filter(|part| part.plan.is_none()) {
        let text = Text::from("Moving ").code(part.path).plain(" as one set: there is no plan of it, ");
        lines.push(text.and(pieces::here("and why", "unplanned")).plain("."));
    }
    let left = facts.exposure.after().len();
    if left > 0 {
        let text = Text::from("Being rid of ").count(left, "vulnerability", "initiative-advisories");
        lines.push(text.plain(" that remain, come in or are open at the end."));
    }
    Section::new("non-goals", "Non-goals").with(Block::List(lines))
}

/// A row a component; counts of components point here.
pub(super) fn scope(facts: &Facts<'_>) -> Section {
    let mut table = Table::new(
        "scope-components",
        "Components",
        &["Component", "Ecosystem", "Runtime", ">Dependencies", ">To move", "Plan", "Complete set"],
        "No component was found.",
    );
    for part in &facts.parts {
        let own = facts.ways.iter().filter(|w| w.component == part.path && w.ecosystem == part.ecosystem);
        let moving = own.filter(|way| way.moves() && way.direct).count();
        let runtime = part.analysis.and_then(|c| c.runtime.as_deref());
        let from = part.analysis.and_then(|c| c.runtime_from.as_deref());
        let ecosystem = match part.ecosystem {
            Ecosystem::Python => "Python",
            Ecosystem::JavaScript => "JavaScript",
        };
        let row = table.row(vec![
            Text::new().code(part.path),
            Text::from(ecosystem),
            match (runtime, from) {
                (Some(runtime), Some(from)) => Text::from(format!("{runtime}, from ")).code(from),
                _ => pieces::known(runtime, "none is stated"),
            },
            match part.analysis {
                Some(component) => Text::from(component.dependencies.len().to_string()),
                None => Text::new().unknown("not in the analysis"),
            },
            Text::from(moving.to_string()),
            match part.plan {
                Some(plan) => Text::new().code(&plan.id),
                None => Text::from("none, ").and(pieces::here("and why", "unplanned")),
            },
            complete(facts, part),
        ]);
        row.tone = if part.plan.is_some() { Tone::Plain } else { Tone::Unknown };
    }
    Section::new("scope", "Scope")
        .with(Block::Table(table))
        .with(Block::Table(packages(facts)))
        .with(Block::Table(held(facts)))
}

/// Direct dependencies of which something newer exists that nothing here reaches, with what holds each.
fn held(facts: &Facts<'_>) -> Table {
    let columns = ["Package", "Component", ">In use", ">Newest", "What holds it"];
    let empty = emptiness::unless_unknown(facts.dossier, "Nothing newer that is known of is out of reach.");
    let mut table = Table::new("scope-held", "Held back by what the project runs on or rules", &columns, empty);
    for part in &facts.parts {
        let rows = part.analysis.into_iter().flat_map(|component| &component.dependencies).filter(|row| row.direct);
        for (row, why) in rows.filter_map(|row| Some((row, row.held_by.as_deref()?))) {
            let newest = row.latest.value().map(String::as_str);
            let cells = vec![
                Text::new().code(&row.name),
                Text::new().code(part.path),
                pieces::known(row.current_version.as_deref(), "no file says which version runs"),
                pieces::known(newest, row.latest.missing().unwrap_or("no release is known")),
                Text::from(why),
            ];
            table.row(cells).tone = Tone::Warning;
        }
        let named = |name: &str| part.row(name).is_some_and(|row| row.direct && row.held_by.is_none());
        let unmoved = part.plan.filter(|_| facts.dossier.run.is_none()).into_iter().flat_map(|plan| &plan.unmoved);
        for one in unmoved.filter(|one| named(one.name.as_str())) {
            let cells = vec![
                Text::new().code(one.name.as_str()),
                Text::new().code(part.path),
                Text::from(one.current.to_string()),
                Text::from(one.newest.to_string()),
                Text::from(one.reason.as_str()),
            ];
            table.row(cells).tone = Tone::Warning;
        }
    }
    table
}

/// Direct dependencies that move; counts of them point here.
fn packages(facts: &Facts<'_>) -> Table {
    let columns = ["Package", "Component", ">In use", ">Goal", "What it is to the project"];
    let mut table = Table::new(
        "scope-packages",
        "Direct dependencies that move",
        &columns,
        emptiness::unless_unknown(facts.dossier, "None moves."),
    );
    for way in facts.ways.iter().filter(|way| way.direct && way.moves()) {
        table.row(vec![
            Text::new().code(&way.name),
            Text::new().code(way.component),
            pieces::known(way.from.as_deref(), "no file says which version runs"),
            way.to.as_deref().map_or_else(|| Text::from("gone"), Text::from),
            Text::from(way.class()),
        ]);
    }
    table
}

/// Whether the targets go together, by whoever solved the set.
fn complete(facts: &Facts<'_>, part: &ways::Part<'_>) -> Text {
    let report = match &facts.dossier.compatibility {
        Datum::Found { value } => value,
        Datum::None => return Text::new().unknown("not asked"),
        Datum::NotRetrieved { why } => return Text::new().unknown(why),
    };
    let own = report.components.iter().find(|c| ways::normal(&c.path) == part.path && c.ecosystem == part.ecosystem);
    match own {
        Some(component) => {
            let window = component.window.as_ref().map(|w| format!(", runtimes {}", w.text)).unwrap_or_default();
            Text::from(format!("{}{window}", verdict(component.verdict)))
        }
        None => Text::new().unknown("this component was not asked about"),
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Sat => "fits together",
        Verdict::NotChecked => "nobody could tell",
        Verdict::Downgrade => "fits together only with something going back",
        Verdict::ImportFails => "installs, and an import fails",
        Verdict::PeerViolation => "a peer's requirement is not met",
        Verdict::Unsat => "does not fit together",
    }
}

pub(super) fn security(facts: &Facts<'_>) -> Section {
    let mut table = Table::new(
        "initiative-advisories",
        "Known vulnerabilities and what becomes of them",
        &["Package", "Component", "Advisory", "Severity", "At the end", "Why"],
        if facts.exposure.gaps.is_empty() {
            Text::from("None is known of the versions in use.")
        } else {
            Text::new().unknown("not every source answered")
        },
    )
    .whole();
    for one in &facts.exposure.rows {
        let (word, tone) = match one.fate.told(one.severity) {
            ("fixed", tone) if facts.exposure.basis == Basis::Proposed => {
                let planned = facts.parts.iter().any(|part| part.path == one.component && part.plan.is_some());
                (if planned { "gone, as planned" } else { "gone at the goal" }, tone)
            }
            told => told,
        };
        let cells = vec![
            Text::new().code(&one.package),
            Text::new().code(one.component),
            Text::from(one.id.as_str()),
            Text::from(one.severity.to_string()),
            Text::from(word),
            Text::from(one.fate.reason()),
        ];
        table.row(cells).tone = tone;
    }
    let section = Section::new("security", "Security");
    let gaps = gaps(facts);
    if gaps.is_empty() {
        return section.with(Block::Table(table));
    }
    let mut unknown = Table::new("security-gaps", "What could not be asked", &["What and why"], "").whole();
    for gap in gaps {
        unknown.row(vec![gap]).tone = Tone::Unknown;
    }
    let text = Text::new()
        .span(unknown.count("gap"))
        .plain(": nothing here says that the rest is free of known vulnerabilities.");
    section.with(Block::Table(table)).with(Block::Callout(Tone::Unknown, text)).with(Block::Table(unknown))
}

/// Each once: a component without a plan by a link, a package that nobody could be asked about by its name.
fn gaps(facts: &Facts<'_>) -> Vec<Text> {
    let mut all: Vec<Text> = Vec::new();
    let mut told: Vec<(&str, &str)> = Vec::new();
    for gap in &facts.exposure.gaps {
        let (what, why) = gap.split_once(": ").unwrap_or((gap, ""));
        let without_plan = facts.parts.iter().find(|part| part.path == what && part.why_no_plan.is_some());
        // `alpha 1.0: why` after `alpha: why` says nothing new.
        if told.iter().any(|(name, own)| *own == why && what.split(' ').next() == Some(*name)) {
            continue;
        }
        told.push((what, why));
        all.push(match without_plan.filter(|part| part.why_no_plan.is_some_and(|why| gap.contains(why))) {
            Some(part) => Text::new()
                .code(part.path)
                .plain(": where it would end was not judged, since there is no plan, ")
                .and(pieces::here("and why", "unplanned")),
            None => Text::from(gap.as_str()),
        });
    }
    all
}
