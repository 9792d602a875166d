//! `assessment`: the whole project: state, priorities, gaps, roadmap, costs, risks, metrics (row M3).
//!
//! Lives here: the document, its summary and its end. Lives elsewhere: priorities (`priorities`), hygiene and roadmap
//! claims (`findings`), policies (`policy`), money (`costs`), what other kinds show as well (`super::parts`).

mod costs;
mod findings;
mod policy;
mod priorities;

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::dossier::Dossier;
use uplift_model::hygiene::Area;
use uplift_model::{Datum, Distance, Ecosystem};

use super::parts::{self, AdvisoryRow, Pair};
use crate::document::{Block, Document, Section, Table, Target, Text, Tone};
use crate::kinds::emptiness;
use crate::numbers::count;

pub(super) fn write(dossier: &Dossier) -> Document {
    let pairs = parts::pairs(dossier);
    let advisories = parts::advisories(dossier);
    let title = dossier.given.title.clone().unwrap_or_else(|| format!("Assessment of {}", dossier.analysis.repository));
    let in_short = parts::Rows { packages: ("pairs", pairs.len()), decisions: Some("decisions") };
    let mut sections = vec![parts::in_short(dossier, &pairs, &in_short), summary(dossier, &pairs, &advisories)];
    let state = state(dossier);
    sections.push(match since(dossier) {
        Some(since) => state.below(since),
        None => state,
    });
    sections.extend(priorities::sections(dossier, &pairs));
    sections.push(everything_that_moves(dossier, &pairs));
    sections.push(findings::features(dossier));
    sections.push(security(dossier, &advisories));
    sections.push(infrastructure(dossier));
    sections.push(findings::area(dossier, Area::Testing));
    sections.push(performance(dossier));
    sections.push(roadmap(dossier));
    sections.push(costs::section(dossier));
    let mut risks = Section::new("risks", "Risk assessment");
    risks.blocks = parts::risks(dossier);
    sections.push(risks);
    sections.push(metrics(dossier));
    sections.push(next(dossier, &pairs, &advisories));
    sections.push(references(dossier));
    sections.push(parts::sources(dossier));
    Document { title: Text::from(title), header: parts::header(dossier), sections, footer: parts::footer(dossier) }
}

fn summary(dossier: &Dossier, pairs: &[Pair<'_>], advisories: &[AdvisoryRow<'_>]) -> Section {
    let table = parts::pairs_table(dossier, pairs);
    let mut section = Section::new("summary", "Executive summary");
    section.blocks.extend(parts::not_known(dossier));
    let of = |which: &dyn Fn(&Pair<'_>) -> bool| pairs.iter().filter(|pair| which(pair)).count();
    let majors = of(&|pair| pair.distance() == Some(Distance::Major) && pair.behind().is_none_or(|b| b.majors > 0));
    let first = of(&|pair| pair.priority.is_some_and(|(number, _)| number == 1));
    let names: BTreeSet<&str> = pairs.iter().map(|pair| pair.name).collect();
    let stays = parts::stays_table(dossier);
    let mut items = match emptiness::newer(&dossier.analysis).filter(|_| pairs.is_empty()) {
        Some(why) => vec![Text::from("What could move: ").unknown(why)],
        None => vec![
            Text::new()
                .span(table.count("package"))
                .plain(" could move: ")
                .count(names.len(), "name", "pairs")
                .plain(", where one that two components use counts once"),
            Text::new().count(first, "package", "pairs").plain(" of priority 1"),
            Text::new().count(majors, "package", "pairs").plain(" go to another major line"),
            Text::new().span(stays.count("package")).plain(" stay although something newer exists"),
        ],
    };
    items.push(match emptiness::advisories(&dossier.analysis).filter(|_| advisories.is_empty()) {
        Some(why) => Text::from("Advisories: ").unknown(why),
        None => Text::new()
            .count(advisories.len(), "advisory", "advisories")
            .plain(" on versions in use or brought by targets"),
    });
    let mut found = Section::new("findings", "Critical findings").with(Block::List(items));
    found = found.with(parts::security(dossier, advisories));
    let mut urgency = Section::new("urgency", "Urgency");
    urgency.blocks = parts::urgency(dossier);
    urgency.blocks.push(parts::rows_of_urgency());
    section.below(found).below(urgency)
}

/// Every package that could move or stays: the rows behind the numbers of the summary, with what they look like drawn.
fn everything_that_moves(dossier: &Dossier, pairs: &[Pair<'_>]) -> Section {
    let mut section = Section::new("moves", "Everything that could move")
        .with(Block::Table(parts::pairs_table(dossier, pairs)))
        .with(Block::Table(parts::stays_table(dossier)));
    section.blocks.extend(parts::figures(dossier));
    section
}

fn state(dossier: &Dossier) -> Section {
    let columns = ["Component", "Ecosystem", "Runtime", "Environment", ">Dependencies", ">Direct"];
    let mut table = Table::new("components", "Components", &columns, "no manifest that states dependencies was found");
    for component in &dossier.analysis.components {
        let runtime = match (&component.runtime, &component.runtime_from) {
            (Some(runtime), Some(from)) => Text::from(format!("{runtime} ({from})")),
            (Some(runtime), None) => Text::from(runtime.clone()),
            (None, _) => Text::new().unknown("no file names one"),
        };
        table.row(vec![
            Text::from(parts::component(dossier, &component.path)),
            Text::from(component.ecosystem.to_string()),
            runtime,
            Text::from(component.environment.clone()),
            number(component.dependencies.len(), ALL),
            number(component.dependencies.iter().filter(|row| row.direct).count(), ALL),
        ]);
    }
    let mut section = Section::new("state", "Current state").say(Text::new().span(table.count("component")).plain("."));
    section = section.with(Block::Table(table));
    section.blocks.extend(everything(dossier));
    let mut ends = Vec::new();
    let mut disagree = Vec::new();
    let mut drift = Vec::new();
    for component in &dossier.analysis.components {
        let name = parts::component(dossier, &component.path);
        for (runtime, end) in component.ended() {
            let date = end.date.clone().unwrap_or_else(|| "an unknown day".to_owned());
            let text = format!("{name}: {} {} has been without support since {date}", runtime.name, end.line);
            ends.push(Text::from(text));
        }
        for runtime in &component.runtimes {
            disagree.extend(runtime.disagreements.iter().map(|d| Text::from(format!("{name}: {}", d.message))));
        }
        drift.extend(component.drift.iter().map(|sentence| Text::from(format!("{name}: {sentence}"))));
    }
    for apart in &dossier.analysis.drift {
        let sides: Vec<String> = apart
            .components
            .iter()
            .map(|c| format!("{} in {}", c.shown(), parts::component(dossier, &c.component)))
            .collect();
        drift.push(Text::from(format!("{} between components: {}", apart.package, sides.join(", "))));
    }
    ends.extend(disagree);
    if !ends.is_empty() {
        section = section.with(Block::List(ends));
    }
    if !drift.is_empty() {
        let summary = Text::from(format!("Stated differently in two places: {}", count(drift.len(), "package")));
        section = section.with(Block::Details { summary, blocks: vec![Block::List(drift)] });
    }
    section
}

/// Id of the table of all dependencies.
const ALL: &str = "dependencies-in-use";

/// A number that leads to its rows.
fn number(value: usize, rows: &str) -> Text {
    Text::new().link(value.to_string(), Target::Here(rows.to_owned()))
}

/// Every dependency with its version, a component a row, folded away: what the numbers of components count.
fn everything(dossier: &Dossier) -> Option<Block> {
    let columns = ["Component", "Direct", "What they bring along"];
    let mut table = Table::new(ALL, "Everything in use", &columns, "");
    for component in &dossier.analysis.components {
        let names = |direct: bool| {
            let rows = component.dependencies.iter().filter(|row| row.direct == direct);
            let all: Vec<String> = rows
                .map(|row| match &row.current_version {
                    Some(version) => format!("{} {version}", row.name),
                    None => row.name.clone(),
                })
                .collect();
            if all.is_empty() { "—".to_owned() } else { all.join(", ") }
        };
        let name = parts::component(dossier, &component.path);
        table.row(vec![Text::from(name), Text::from(names(true)), Text::from(names(false))]);
    }
    let summary = Text::from("Every dependency by name");
    (!table.rows.is_empty()).then(|| Block::Details { summary, blocks: vec![Block::Table(table)] })
}

/// What cannot be compared is listed up to this many.
const CAUTIONS: usize = 5;

fn since(dossier: &Dossier) -> Option<Section> {
    // A day beside itself says nothing.
    let since = dossier.since.as_ref().filter(|since| since.from != since.to)?;
    let columns = ["Measure", ">Then", ">Now"];
    let mut table = Table::new("since", format!("From {} to {}", since.from, since.to), &columns, "");
    let counts = &since.counts;
    let number = |number: Option<usize>| match number {
        Some(number) => Text::from(number.to_string()),
        None => Text::new().unknown("a source of them failed"),
    };
    let (dependencies, outdated) = (counts.dependencies.map(Some), counts.outdated.map(Some));
    for (name, [then, now]) in
        [("Dependencies", dependencies), ("Advisories", counts.advisories), ("Outdated", outdated)]
    {
        table.row(vec![Text::from(name), number(then), number(now)]);
    }
    let days = |days: Option<i64>| match days {
        Some(days) => Text::from(days.to_string()),
        None => Text::new().unknown("no age is known"),
    };
    let [then, now] = counts.median_age;
    table.row(vec![Text::from("Median age, days"), days(then), days(now)]);
    let mut section = Section::new("since-section", "Since the analysis before").with(Block::Table(table));
    if !since.caution.is_empty() {
        let times = count(since.caution.len(), "package");
        let text = Text::new().unknown(format!("{times} cannot be compared, and count neither as mended nor as new"));
        let mut all: Vec<Text> = since.caution.iter().take(CAUTIONS).cloned().map(Text::from).collect();
        let more = since.caution.len().saturating_sub(CAUTIONS);
        if more > 0 {
            all.push(Text::from(format!("and {more} more")));
        }
        let all = Block::List(all);
        let summary = Text::from(format!("What cannot be compared: {times}"));
        section = section.with(Block::Callout(Tone::Unknown, text)).with(Block::Details { summary, blocks: vec![all] });
    }
    Some(section)
}

fn security(dossier: &Dossier, advisories: &[AdvisoryRow<'_>]) -> Section {
    let mut section = findings::area(dossier, Area::Security);
    let mut known = Section::new("vulnerabilities", "Known vulnerabilities");
    known.blocks.extend(parts::posture(dossier, advisories));
    known = known.with(Block::Table(parts::advisories_table(dossier, advisories)));
    section.sections.insert(0, known);
    section.sections.push(findings::named(dossier, Area::Dependencies, "Care for dependencies"));
    section.sections.extend(policy::section(dossier));
    section
}

fn infrastructure(dossier: &Dossier) -> Section {
    let mut section = findings::area(dossier, Area::Infrastructure);
    let mut sizes = Section::new("download-size", "Size of what is installed");
    sizes.blocks = parts::sizes(dossier);
    section.sections.push(sizes);
    section
}

fn performance(dossier: &Dossier) -> Section {
    let mut section = findings::area(dossier, Area::Observability);
    (section.id, section.title) = ("performance".to_owned(), Text::from("Performance and observability"));
    let columns = ["Measure", ">Value", "From"];
    let empty = Text::new().unknown("nothing was measured: no run was named");
    let mut table = Table::new("measured", "What was measured", &columns, empty);
    if let Some(run) = &dossier.run {
        if run.baseline.usable {
            let seconds = crate::numbers::duration(run.baseline.seconds);
            table.row(vec![
                Text::from("Test suite before"),
                Text::from(seconds),
                Text::new().code(run.baseline.command.clone()),
            ]);
        }
        for result in &run.test_results {
            let after = crate::numbers::duration(result.execution_time);
            let layer = format!("{} tests after", result.test_type);
            table.row(vec![Text::from(layer), Text::from(after), Text::from(format!("run {}", run.run))]);
            for (name, value) in &result.performance_metrics {
                table.row(vec![
                    Text::from(name.clone()),
                    Text::from(value.to_string()),
                    Text::from(format!("run {}", run.run)),
                ]);
            }
        }
    }
    section.blocks.insert(0, Block::Table(table));
    section
}

fn roadmap(dossier: &Dossier) -> Section {
    let mut section = Section::new("roadmap", "Implementation roadmap").say(
        "Weeks follow from the effort of each step and the team; one package starts in one week only, in whichever \
         components it is.",
    );
    section.sections = parts::calendar(dossier);
    section
}

fn metrics(dossier: &Dossier) -> Section {
    Section::new("success", "Success metrics")
        .say("Held against the plan's own targets, so that a metric which the plan itself would fail is seen beforehand.")
        .with(Block::Table(parts::metrics(dossier)))
        .with(Block::Table(parts::given_metrics(dossier)))
}

fn next(dossier: &Dossier, pairs: &[Pair<'_>], advisories: &[AdvisoryRow<'_>]) -> Section {
    let mut steps = Vec::new();
    let failed = dossier.analysis.sources.iter().filter(|source| source.state != "found").count();
    if failed > 0 {
        let text = Text::from("Mend what did not answer, and look again: ").count(failed, "source", "sources");
        steps.push(text);
    }
    let decisions = parts::decisions_table(dossier);
    if !decisions.rows.is_empty() {
        steps.push(Text::from("Take the decisions that steps wait for: ").span(decisions.count("decision")));
    }
    if !pairs.is_empty() {
        steps.push(Text::from("Mark the state to go back to (a tag, and a copy of what production runs)"));
        let first: Vec<String> = pairs
            .iter()
            .filter(|pair| pair.priority.is_some_and(|(number, _)| number == 1))
            .map(|pair| format!("{} ({})", pair.name, parts::component(dossier, pair.component)))
            .collect();
        if !first.is_empty() {
            steps.push(Text::from(format!("Start with priority 1: {}", first.join(", "))));
        }
    }
    let stuck =
        advisories.iter().filter(|row| matches!(row.after, parts::After::Remains { .. } | parts::After::Stays)).count();
    if stuck > 0 {
        let text = Text::from("Find another way for what no target mends: ").count(stuck, "advisory", "advisories");
        steps.push(text);
    }
    for one in dossier.plans.iter().filter(|one| one.plan.value().is_some_and(|plan| !plan.moves.is_empty())) {
        steps.push(Text::from("Carry out the plan: ").code(format!("uplift upgrade {}", one.component)));
    }
    let mut actions = Section::new("actions", "Next steps");
    actions = if steps.is_empty() {
        actions.say(emptiness::unless_unknown(dossier, "Nothing is to be done."))
    } else {
        actions.with(Block::Steps(steps))
    };
    let points = Section::new("decision-points", "Decision points").with(Block::Table(decisions));
    Section::new("next", "Next steps, decisions, resources").below(actions).below(points).below(resources(dossier))
}

fn resources(dossier: &Dossier) -> Section {
    let mut section = Section::new("resources", "Resources needed");
    if let Some(programme) = &dossier.programme {
        let team = programme.calendar.team;
        let people = count(usize::try_from(team.people).unwrap_or(usize::MAX), "person");
        section = section.say(
            Text::from(format!(
                "{people} with {} h a week each, {} in all, ",
                team.hours_a_week,
                parts::effort(programme.effort.total_minutes)
            ))
            .count(programme.calendar.weeks.len(), "week", "weeks")
            .plain("; the team is ")
            .code("[plan.team]")
            .plain(" of uplift.toml."),
        );
    }
    let mut roles: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (_, entry) in parts::register(dossier) {
        roles.entry(&entry.owner).or_default().0 += 1;
        for reviewer in &entry.reviewers {
            roles.entry(reviewer).or_default().1 += 1;
        }
    }
    for role in dossier.given.roles.keys() {
        roles.entry(role).or_default();
    }
    let columns = ["Role", "Who", ">Risks owned", ">Risks to agree to"];
    let mut table = Table::new("roles", "Roles", &columns, "no risk asks for a role");
    for (role, (owned, agreed)) in roles {
        let person = dossier.given.roles.get(role).cloned();
        table.row(vec![
            Text::from(role),
            person.map_or_else(|| Text::new().unknown("nobody named"), Text::from),
            number(owned, "risks"),
            number(agreed, "risks"),
        ]);
    }
    section.with(Block::Table(table))
}

fn references(dossier: &Dossier) -> Section {
    let mut section = Section::new("references", "References");
    let notes = dossier.notes.iter().filter_map(|one| Some((one, one.notes.value()?)));
    let mut read: BTreeSet<(String, String)> = BTreeSet::new();
    for (one, notes) in notes {
        read.extend(notes.sources.iter().map(|source| (one.package.clone(), source.name.clone())));
    }
    let items: Vec<Text> = read
        .into_iter()
        .map(|(package, name)| {
            let text = Text::from(format!("{package}: "));
            if name.starts_with("https://") { text.link(name.clone(), Target::Web(name)) } else { text.plain(name) }
        })
        .collect();
    section = section.below(match items.as_slice() {
        [] => Section::new("notes-read", "Release notes").say(Text::new().unknown("none was read")),
        _ => Section::new("notes-read", "Release notes").with(Block::List(items)),
    });
    let mut files: BTreeSet<&str> = BTreeSet::new();
    for component in &dossier.analysis.components {
        files.extend(component.dependencies.iter().flat_map(|row| &row.stated).map(|s| s.file.as_str()));
        files.extend(component.runtimes.iter().flat_map(|runtime| &runtime.stated).map(|s| s.file.as_str()));
    }
    if let Datum::Found { value } = &dossier.hygiene {
        files.extend(value.claims.iter().map(|claim| claim.file.as_str()));
    }
    let files: Vec<Text> = files.into_iter().map(|file| Text::new().code(file)).collect();
    let own = Section::new("files-read", "Files of the repository");
    section = section.below(if files.is_empty() {
        own.say("None states a dependency.")
    } else {
        own.with(Block::List(files))
    });
    let unplanned = dossier.analysis.components.iter().any(|c| c.ecosystem == Ecosystem::JavaScript);
    if unplanned {
        section = section.say("Targets of JavaScript components are the analysis' own; they are not planned yet.");
    }
    section
}

#[cfg(test)]
mod tests;
