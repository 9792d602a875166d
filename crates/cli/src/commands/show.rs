//! `uplift show`: a run in full, one package of it, its events, or its pull request's text.

use std::time::Duration;

use uplift_engine::journal::RunRow;
use uplift_model::outcome::RunReport;
use uplift_model::{Event, ExitCode, PackageName};
use uplift_report::terminal::Progress;
use uplift_report::{formats, json, markdown, terminal};

use super::Desk;
use super::runs::line;
use crate::args::Show;
use crate::exit::{Ended, Failure};

pub(crate) fn run(args: &Show, desk: &Desk) -> Ended {
    let (row, events) = uplift_engine::run(desk.here(), &args.run)?;
    let applied = |row: &RunRow| Ok::<_, Failure>(uplift_engine::applied(desk.here())?.contains(&row.id));
    let text = match &row.report {
        Some(report) if !args.events => told(args, report, desk)?,
        None if args.pull_request || args.package.is_some() || desk.standard().is_some() || desk.is_page() => {
            return Err(unfinished(&row));
        }
        _ if desk.is_json() => {
            json::v1::document(json::v1::STATUS, &Happened { run: line(&row, applied(&row)?), events: &events })?
        }
        _ => happened(&row, &events),
    };
    desk.say(&text)?;
    Ok(ExitCode::Done)
}

fn told(args: &Show, report: &RunReport, desk: &Desk) -> Result<String, Failure> {
    if let Some(standard) = desk.standard() {
        return Ok(formats::run(report, standard)?);
    }
    if let Some(page) = super::report::of_run(&report.run, desk)? {
        return Ok(page);
    }
    let view = desk.view(desk.here());
    Ok(match &args.package {
        Some(name) => {
            let known = terminal::explain_in_run(report, name, &view).ok_or_else(|| unknown(report, name))?;
            if desk.is_json() { json::v1::package(&report.plan, Some(report), name, None)? } else { known }
        }
        None if args.pull_request => format!("{}\n\n{}", markdown::title(report), markdown::pull_request(report)),
        None if desk.is_json() => json::v1::run(report)?,
        None => terminal::run_in_full(report, &view),
    })
}

#[derive(serde::Serialize)]
struct Happened<'a> {
    run: terminal::RunLine,
    /// Unix seconds and the event.
    events: &'a [(i64, Event)],
}

/// One line an event.
fn happened(row: &RunRow, events: &[(i64, Event)]) -> String {
    let mut progress = Progress::new();
    let since = |at: i64| Duration::from_secs(u64::try_from(at - row.created).unwrap_or(0));
    events.iter().map(|(at, event)| format!("{}\n", progress.tell(event, since(*at)))).collect()
}

fn unknown(report: &RunReport, name: &PackageName) -> Failure {
    Failure::plain(
        ExitCode::Repository,
        format!("run {} says nothing about {name}", report.run),
        format!("`uplift show {}` lists what moved and what was held", report.run),
    )
}

fn unfinished(row: &RunRow) -> Failure {
    Failure::plain(
        ExitCode::Repository,
        format!("run {} has no report yet", row.id),
        format!("`uplift show {}` tells what happened so far", row.id),
    )
}
