//! What stands above and below every report.

use uplift_model::dossier::Dossier;
use uplift_model::outcome::RunState;

use crate::document::{Target, Text};

/// Repository, commit, day, sources, run, status. Points to the section of [`super::sources`].
pub(crate) fn header(dossier: &Dossier) -> Vec<(String, Text)> {
    let analysis = &dossier.analysis;
    let mut lines = vec![
        ("Repository".to_owned(), Text::from(analysis.repository.clone())),
        (
            "Commit".to_owned(),
            match &analysis.commit {
                Some(commit) => Text::new().code(commit.chars().take(12).collect::<String>()),
                None => Text::new().unknown("no commit: the files as they lay there"),
            },
        ),
        ("As of".to_owned(), Text::from(analysis.as_of.clone())),
    ];
    let failed = analysis.sources.iter().filter(|source| source.state != "found").count();
    let asked = Text::new().count(analysis.sources.len(), "source", "sources").plain(" asked");
    let answered = if failed == 0 {
        asked.plain(", all answered")
    } else {
        asked.plain(", ").count(failed, "source", "sources").plain(" without a full answer")
    };
    lines.push(("Sources".to_owned(), answered));
    // A short list finds little: how much was held against is part of the answer.
    let records = analysis.sources.iter().filter(|source| source.source.starts_with("advisories"));
    let records: Vec<&str> = records.map(|source| source.detail.as_str()).filter(|text| !text.is_empty()).collect();
    if !records.is_empty() {
        lines.push(("Advisories held against".to_owned(), Text::from(records.join("; "))));
    }
    if dossier.run.is_none() {
        lines.extend(work(dossier).map(|text| ("Work".to_owned(), text)));
    }
    if let Some(run) = &dossier.run {
        lines.push(("Run".to_owned(), Text::new().code(run.run.clone())));
    }
    lines.push(("Status".to_owned(), status(dossier)));
    lines
}

/// Hours of everything and of what presses first alone, weeks, and money where an hour has a price.
fn work(dossier: &Dossier) -> Option<Text> {
    let programme = dossier.programme.as_ref()?;
    let effort = &programme.effort;
    let rows = programme.priorities.iter().zip(&effort.rows);
    let first: u64 = rows.filter(|(priority, _)| priority.number == 1).map(|(_, row)| row.minutes).sum();
    let team = programme.calendar.team;
    let people = usize::try_from(team.people).unwrap_or(usize::MAX);
    let mut text = format!("{} by the rule table", super::effort(effort.total_minutes));
    if first > 0 && first < effort.total_minutes {
        text.push_str(&format!(", of which {} for priority 1 alone", super::effort(first)));
    }
    text.push_str(&format!(
        "; {} for {} with {} h a week each",
        crate::numbers::count(programme.calendar.weeks.len(), "week"),
        crate::numbers::count(people, "person"),
        team.hours_a_week
    ));
    if let Some(rate) = dossier.given.hourly_rate {
        let currency = dossier.given.currency.as_deref().unwrap_or_default();
        let hours = effort.total_minutes as f64 / 60.0;
        let cost = format!("; {hours:.1} h x {rate} {currency} = {:.0} {currency}", hours * rate);
        text.push_str(cost.trim_end());
    }
    Some(Text::from(text))
}

/// How far things are, from what is recorded: nothing is called approved or verified that nobody approved or verified.
fn status(dossier: &Dossier) -> Text {
    match &dossier.run {
        None => Text::from(format!("proposed: nothing was carried out, and {}", agreements(dossier))),
        Some(run) => {
            let state = match run.state {
                RunState::Done => "carried out",
                other => crate::words::state(other),
            };
            let verified = if run.verified { "verified by tests" } else { "not verified by tests" };
            Text::from(format!("{state}, {verified}; {}", agreements(dossier)))
        }
    }
}

/// How many agreements are on record, in words.
fn agreements(dossier: &Dossier) -> String {
    match super::approvals(dossier).len() {
        0 => "no approval is recorded".to_owned(),
        number => format!("{} on record", crate::numbers::count(number, "approval")),
    }
}

/// Version, day, author, what made it.
pub(crate) fn footer(dossier: &Dossier) -> Vec<(String, Text)> {
    let given = &dossier.given;
    let or_not_given = |value: &Option<String>, key: &str| match value {
        Some(value) => Text::from(value.clone()),
        None => Text::new().unknown(format!("not given: {key} of [report] in uplift.toml")),
    };
    vec![
        ("Document version".to_owned(), or_not_given(&given.version, "version")),
        ("As of".to_owned(), Text::from(dossier.analysis.as_of.clone())),
        ("Author".to_owned(), or_not_given(&given.author, "author")),
        ("Status".to_owned(), status(dossier)),
        (
            "Made by".to_owned(),
            Text::from("Uplift, from the data of ").link("these sources", Target::Here("sources".to_owned())),
        ),
    ]
}
