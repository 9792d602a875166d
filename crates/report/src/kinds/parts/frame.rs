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
    if let Some(run) = &dossier.run {
        lines.push(("Run".to_owned(), Text::new().code(run.run.clone())));
    }
    lines.push(("Status".to_owned(), status(dossier)));
    lines
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
