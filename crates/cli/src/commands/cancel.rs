//! `uplift cancel`: ends an open run and cleans up after it.

use uplift_model::ExitCode;
use uplift_report::json;

use super::{Desk, Done};
use crate::exit::Ended;

pub(crate) fn run(run: Option<&str>, desk: &Desk) -> Ended {
    let row = uplift_engine::cancel(desk.here(), run)?;
    let done = Done { run: Some(&row.id), ..Done::new("cancelled") };
    desk.answer(
        || format!("run {} is cancelled; nothing of it was delivered, and its worktree is gone\n", row.id),
        json::v1::DONE,
        &done,
    )?;
    Ok(ExitCode::Done)
}
