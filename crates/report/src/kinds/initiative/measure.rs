//! Monitoring and success criteria, calendar and effort (rows C10, C11, C14, C15, C23, M8, N5).

use uplift_model::Datum;
use uplift_model::hygiene::Area;
use uplift_model::roadmap::{Calendar, Effort, Team};

use super::{Facts, proposals};
use crate::document::{Block, Figure, Section, Table, Text, Tone};
use crate::kinds::emptiness;
use crate::kinds::{parts, pieces};
use crate::numbers::count;
use crate::pictures::{Picture, Stretch, Timeline};

pub(super) fn criteria(facts: &Facts<'_>) -> Section {
    let mut wanted = Table::new(
        "success-criteria",
        "What shows that it worked",
        &["Criterion", "Now", "Wanted", "Source"],
        "No criterion is planned or given.",
    );
    computed(facts, &mut wanted);
    for (path, plan) in facts.plans() {
        for one in &plan.success_criteria {
            let met = match crate::kinds::ways::delivered(facts.dossier) {
                Some(run) if run.verified => Text::from(run.verification.as_str()),
                _ => Text::new().unknown("nothing was verified"),
            };
            wanted.row(vec![one.as_str().into(), met, "holds".into(), Text::from("plan of ").code(path)]);
        }
        for one in &plan.metrics {
            let (now, tone) = match one.met {
                Some(true) => (Text::from("met by the targets"), Tone::Good),
                Some(false) => (
                    Text::from(format!("not met by {} of {}: ", one.failing.len(), one.checked))
                        .plain(one.failing.join("; ")),
                    Tone::Bad,
                ),
                None => (Text::new().unknown(format!("not known of {}", one.unknown.join(", "))), Tone::Unknown),
            };
            wanted.row(vec![one.metric.as_str().into(), now, "holds".into(), Text::from("plan of ").code(path)]).tone =
                tone;
        }
    }
    for one in &facts.dossier.given.metrics {
        let verdict = parts::verdict(facts.dossier, one);
        wanted
            .row(vec![
                one.name.as_str().into(),
                match &one.today {
                    Some(today) => Text::from(format!("{today}, as given; ")).and(verdict.said()),
                    None => verdict.said(),
                },
                one.wanted.as_str().into(),
                Text::from(format!(
                    "{}; to measure: {}",
                    one.source.as_deref().map_or_else(|| "given".to_owned(), |source| format!("given: {source}")),
                    parts::how(&one.name, &one.wanted)
                )),
            ])
            .tone = verdict.tone();
    }
    Section::new("success", "Monitoring and success criteria").with(Block::Table(wanted)).below(monitoring(facts))
}

/// Criteria that the data themselves hold: how far each is met now, and how far the initiative means to take it.
fn computed(facts: &Facts<'_>, wanted: &mut Table) {
    let rows = || facts.parts.iter().filter_map(|part| part.analysis).flat_map(|component| &component.dependencies);
    let tone = |left: usize| if left == 0 { Tone::Good } else { Tone::Bad };
    let (now, end) = (facts.exposure.before().len(), facts.exposure.after().len());
    let told = Text::new().count(now, "vulnerability", "initiative-advisories");
    let aim = match end {
        0 => Text::from("none"),
        _ => Text::from("none; the moves proposed here leave ").count(end, "vulnerability", "initiative-advisories"),
    };
    let source = Text::from("the sources of advisories");
    // A count of nothing is a claim only where every source answered.
    let unasked = facts.exposure.gaps.first().cloned().or_else(|| emptiness::advisories(&facts.dossier.analysis));
    let (told, aim, shade) = match unasked.filter(|_| now == 0) {
        Some(why) => (Text::new().unknown(why), Text::from("none"), Tone::Unknown),
        None => (told, aim, tone(now)),
    };
    wanted.row(vec!["No known vulnerability".into(), told, aim, source]).tone = shade;
    let moving = facts.ways.iter().filter(|way| way.direct && way.moves()).count();
    let behind = match emptiness::newer(&facts.dossier.analysis).filter(|_| moving == 0) {
        Some(why) => Text::new().unknown(why),
        None => Text::new().count(moving, "dependency", "scope-packages").plain(" behind"),
    };
    let cells =
        vec!["Each direct dependency at its goal".into(), behind, "none behind".into(), Text::from("the analysis")];
    let unasked = emptiness::newer(&facts.dossier.analysis);
    wanted.row(cells).tone = if moving == 0 && unasked.is_some() { Tone::Unknown } else { tone(moving) };
    let obstacles = proposals::obstacles(facts);
    let told = match unasked.as_ref().filter(|_| obstacles.rows.is_empty()) {
        Some(why) => Text::new().unknown(why),
        None => Text::new().span(obstacles.count("obstacle")),
    };
    let cells = vec!["Each version in use can be had".into(), told, "none".into(), Text::from("the indexes")];
    wanted.row(cells).tone =
        if obstacles.rows.is_empty() && unasked.is_some() { Tone::Unknown } else { tone(obstacles.rows.len()) };
    let unknown = rows().filter(|row| row.direct && row.current_version.is_none()).count();
    let told = Text::from(count(unknown, "direct dependency"));
    let cells =
        vec!["Each version in use is stated".into(), told, "none without one".into(), "manifests and locks".into()];
    wanted.row(cells).tone = tone(unknown);
}

/// What watches the service, as far as the repository shows it.
fn monitoring(facts: &Facts<'_>) -> Section {
    let section = Section::new("monitoring", "What watches the service");
    let caption = "Metrics, tracing and alerts in the repository";
    findings(facts, section, "monitoring-findings", caption, Area::Observability)
}

/// Which layers the steps ask for, and what the repository has of them: gates rest on tests that can fail.
pub(super) fn testing(facts: &Facts<'_>) -> Section {
    let mut asked: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let planned = facts.steps().map(|(_, step)| step.required_tests.clone());
    let proposed = proposals::all(facts).iter().map(proposals::Proposal::tests).collect::<Vec<_>>();
    for layer in planned.chain(proposed).flatten() {
        *asked.entry(layer).or_default() += 1;
    }
    let mut table = Table::new(
        "layers-asked",
        "Layers of tests that steps have to pass",
        &["Layer", ">Steps that ask for it"],
        "No step asks for tests.",
    );
    for (layer, steps) in asked {
        table.row(vec![Text::from(layer), Text::from(steps.to_string())]);
    }
    let text = Text::new().span(table.count("layer")).plain(" of tests are asked for.");
    let section = Section::new("testing", "Testing strategy").say(text).with(Block::Table(table));
    findings(facts, section, "testing-findings", "What the repository has, and what of it is dead", Area::Testing)
}

/// Findings of one area as a table.
fn findings(facts: &Facts<'_>, section: Section, id: &str, caption: &str, area: Area) -> Section {
    let report = match &facts.dossier.hygiene {
        Datum::Found { value } => value,
        Datum::None => return section.say(Text::from(format!("{caption}: ")).unknown("it was not looked for")),
        Datum::NotRetrieved { why } => return section.say(Text::from(format!("{caption}: ")).unknown(why)),
    };
    let columns = ["What", "State", "Why", "Where", "What to do"];
    let mut table = Table::new(id, caption, &columns, "No check of this area applies here.");
    for one in report.findings.iter().filter(|one| one.area == area) {
        let (word, tone) = pieces::presence(one.state);
        let places = one.evidence.iter().map(|e| pieces::place(&e.file, e.line));
        let cells = vec![
            one.title.as_str().into(),
            word.into(),
            one.because.as_str().into(),
            pieces::joined(places, ", "),
            Text::from(one.advice.as_deref().unwrap_or("nothing")),
        ];
        table.row(cells).tone = tone;
    }
    section.with(Block::Table(table))
}

/// The programme's calendar over all components, else that of the only plan.
pub(super) fn plan_of_work<'a>(facts: &Facts<'a>) -> Option<(&'a Calendar, Option<&'a Effort>)> {
    if facts.dossier.run.is_none()
        && let Some(programme) = &facts.dossier.programme
    {
        return Some((&programme.calendar, Some(&programme.effort)));
    }
    let mut own = facts.plans().filter_map(|(_, plan)| Some((plan.calendar.as_ref()?, plan.effort.as_ref())));
    let first = own.next();
    // Two calendars made apart would book the same people twice.
    if own.next().is_some() { None } else { first }
}

pub(super) fn calendar(facts: &Facts<'_>) -> Section {
    let section = Section::new("calendar", "Calendar");
    let Some((calendar, effort)) = plan_of_work(facts) else {
        return section.say(Text::from("Weeks: ").unknown("nothing was weighed for all components at once"));
    };
    let mut section = section.say(team(calendar.team));
    if let Some(effort) = effort {
        section = section.say(work(effort)).with(Block::Table(efforts(effort)));
    }
    if !calendar.stretches.is_empty() {
        let stretch = |one: &uplift_model::roadmap::Stretch| Stretch {
            label: format!("Priority {}: {}", one.priority, one.goal),
            from: one.weeks.0,
            to: one.weeks.1,
            tone: if one.priority == 1 { Tone::Bad } else { Tone::Plain },
        };
        let picture = Picture::Timeline(Timeline {
            unit: "week".to_owned(),
            rows: calendar.stretches.iter().map(stretch).collect(),
            legend: vec![(Tone::Bad, "first priority".to_owned()), (Tone::Plain, "later".to_owned())],
        });
        let caption = Text::from("Which weeks belong to which priority");
        section = section.with(Block::Figure(Figure { id: "calendar-figure".to_owned(), caption, picture }));
    }
    let mut weeks = Table::new("weeks", "Week by week", &[">Week", ">Work", "To tick off"], "No week is planned.");
    for week in &calendar.weeks {
        weeks.row(vec![
            week.number.to_string().into(),
            parts::effort(week.minutes).into(),
            Text::from(week.checklist.join("; ")),
        ]);
    }
    section = section.with(Block::Table(weeks));
    if !calendar.notes.is_empty() {
        section = section.with(Block::List(pieces::texts(&calendar.notes)));
    }
    section
}

fn team(team: Team) -> Text {
    let people = usize::try_from(team.people).unwrap_or(usize::MAX);
    Text::from(format!("For {} with {} h a week each.", count(people, "person"), team.hours_a_week))
}

fn work(effort: &Effort) -> Text {
    Text::new().count(effort.rows.len(), "step", "effort-rows").plain(format!(
        ", {} of work in all, {} along the longest chain of steps that need each other. {}",
        parts::effort(effort.total_minutes),
        parts::effort(effort.critical_minutes),
        parts::ROUNDED
    ))
}

fn efforts(effort: &Effort) -> Table {
    let columns = ["Packages", "Level", ">Change", ">Adapt", ">Test", ">Review", ">Sum", "Because"];
    let mut table = Table::new("effort-rows", "Work by step, from the rule table", &columns, "No step costs work.");
    for row in &effort.rows {
        table.row(vec![
            pieces::codes(&row.packages),
            row.level.to_string().into(),
            parts::effort(row.parts.change).into(),
            parts::effort(row.parts.adapt).into(),
            parts::effort(row.parts.test).into(),
            parts::effort(row.parts.review).into(),
            parts::effort(row.minutes).into(),
            Text::from(row.because.join("; ")),
        ]);
    }
    table
}
