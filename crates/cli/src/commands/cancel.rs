//! `uplift cancel`: ends an open run and cleans up after it.

use uplift_model::ExitCode;
use uplift_model::outcome::RunState;
use uplift_report::json;

use super::{Desk, Done};
use crate::exit::Ended;

pub(crate) fn run(run: Option<&str>, desk: &Desk) -> Ended {
    let row = uplift_engine::cancel(desk.here(), run)?;
    let (what, sentence) = if row.state == RunState::Cancelled {
        ("cancelled", format!("run {} is cancelled; nothing of it was delivered, and its worktree is gone\n", row.id))
    } else {
        ("given up", format!("the rollback of run {} is given up; the run stays as it was\n", row.id))
    };
    let done = Done { run: Some(&row.id), ..Done::new(what) };
    desk.answer(|| sentence, json::v1::DONE, &done)?;
    Ok(ExitCode::Done)
}
