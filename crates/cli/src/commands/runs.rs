//! `uplift runs`: the runs of this repository, newest first.

use uplift_engine::journal::RunRow;
use uplift_model::ExitCode;
use uplift_report::terminal::RunLine;
use uplift_report::{json, terminal};

use super::Desk;
use crate::exit::Ended;

pub(crate) fn run(desk: &Desk) -> Ended {
    let mut rows = uplift_engine::runs(desk.here())?;
    rows.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    let applied = uplift_engine::applied(desk.here())?;
    let lines: Vec<RunLine> = rows.iter().map(|row| line(row, applied.contains(&row.id))).collect();
    let text = if desk.is_json() { json::v1::runs(&lines)? } else { terminal::runs(&lines, &desk.view(desk.here())) };
    desk.say(&text)?;
    Ok(ExitCode::Done)
}

pub(super) fn line(row: &RunRow, applied: bool) -> RunLine {
    let report = row.report.as_ref();
    RunLine {
        run: row.id.clone(),
        component: row.component.clone(),
        state: row.state,
        created: row.created,
        branch: row.branch.clone(),
        kept: report.map_or(0, |r| r.kept.len()),
        held: report.map_or(0, |r| r.held.len()),
        verified: report.is_some_and(|r| r.verified),
        applied,
    }
}
