//! `uplift status`: where the newest run stands.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use uplift_engine::journal::RunRow;
use uplift_model::outcome::RunState;
use uplift_model::{Event, ExitCode};
use uplift_report::terminal::{Progress, RunLine, runs};
use uplift_report::{View, json};

use super::Desk;
use super::runs::line;
use crate::exit::Ended;

/// Lines of progress that are shown.
const ROWS: usize = 20;

#[derive(Serialize)]
struct Status {
    /// `None`: no run yet.
    run: Option<RunLine>,
    /// Seconds from the start to now, or to the last event of a run that ended.
    elapsed_seconds: Option<u64>,
    last_event: Option<Event>,
}

pub(crate) fn run(desk: &Desk) -> Ended {
    let path = desk.here();
    let view = desk.view(path);
    let Some(newest) = uplift_engine::runs(path)?.into_iter().max_by_key(|r| r.created) else {
        let none = Status { run: None, elapsed_seconds: None, last_event: None };
        desk.answer(|| runs(&[], &view), json::v1::STATUS, &none)?;
        return Ok(ExitCode::Done);
    };
    // The list knows whether a run that says it is running still has its process.
    let (_, events) = uplift_engine::run(path, &newest.id)?;
    let last = events.last().map_or(newest.created, |(at, _)| *at);
    let until = if newest.state == RunState::Running { now().max(last) } else { last };
    let elapsed = u64::try_from(until - newest.created).unwrap_or(0);
    let applied = uplift_engine::applied(path)?.contains(&newest.id);
    let status = Status {
        run: Some(line(&newest, applied)),
        elapsed_seconds: Some(elapsed),
        last_event: events.last().map(|(_, e)| e.clone()),
    };
    desk.answer(
        || screen((&newest, applied), &events, Duration::from_secs(elapsed), &view),
        json::v1::STATUS,
        &status,
    )?;
    Ok(ExitCode::Done)
}

fn screen((row, applied): (&RunRow, bool), events: &[(i64, Event)], elapsed: Duration, view: &View) -> String {
    if !matches!(row.state, RunState::Running | RunState::Interrupted) {
        return runs(&[line(row, applied)], view);
    }
    let mut progress = Progress::new();
    events.iter().for_each(|(_, event)| progress.take(event));
    let mut text = progress.screen(elapsed, ROWS, view).join("\n");
    let next = if row.state == RunState::Running {
        "next: uplift cancel   |   uplift runs\n"
    } else {
        "interrupted: its process is gone, and nothing of yours was changed\nnext: uplift resume   |   uplift cancel\n"
    };
    text.push('\n');
    text.push_str(next);
    text
}

/// Unix seconds.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|d| i64::try_from(d.as_secs()).ok()).unwrap_or(0)
}
