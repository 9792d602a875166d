//! Monitoring and success criteria, calendar and effort (rows C10, C11, C14, C15, C23, M8, N5).

use uplift_model::Datum;
use uplift_model::hygiene::Area;
use uplift_model::roadmap::{Calendar, Effort, Team};

use super::Facts;
use crate::document::{Block, Figure, Section, Table, Text, Tone};
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
        let tone = if one.today.is_some() { Tone::Plain } else { Tone::Unknown };
        wanted
            .row(vec![
                one.name.as_str().into(),
                pieces::known(one.today.as_deref(), "not measured"),
                one.wanted.as_str().into(),
                Text::from(
                    one.source.as_deref().map_or_else(|| "given".to_owned(), |source| format!("given: {source}")),
                ),
            ])
            .tone = tone;
    }
    Section::new("success", "Monitoring and success criteria").with(Block::Table(wanted)).below(monitoring(facts))
}

/// What watches the service, as far as the repository shows it.
fn monitoring(facts: &Facts<'_>) -> Section {
    let section = Section::new("monitoring", "What watches the service");
    let report = match &facts.dossier.hygiene {
        Datum::Found { value } => value,
        Datum::None => return section.say(Text::from("Monitoring: ").unknown("it was not looked for")),
        Datum::NotRetrieved { why } => return section.say(Text::from("Monitoring: ").unknown(why)),
    };
    let mut table = Table::new(
        "monitoring-findings",
        "Metrics, tracing and alerts in the repository",
        &["What", "State", "Why", "Where", "What to do"],
        "No check of observability applies here.",
    );
    for one in report.findings.iter().filter(|one| one.area == Area::Observability) {
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
        ", {} of work in all, {} along the longest chain of steps that need each other.",
        parts::effort(effort.total_minutes),
        parts::effort(effort.critical_minutes)
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
