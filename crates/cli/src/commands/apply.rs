//! `uplift apply`: fast-forwards the user's branch to what a run delivered.

use uplift_engine::Applied;
use uplift_model::ExitCode;
use uplift_report::{clean, json};

use super::{Desk, Done};
use crate::exit::Ended;

pub(crate) fn run(run: &str, desk: &Desk) -> Ended {
    let applied = uplift_engine::apply(desk.here(), run)?;
    let done =
        Done { run: Some(run), branch: Some(&applied.branch), commit: Some(&applied.commit), ..Done::new("applied") };
    desk.answer(|| sentence(&applied), json::v1::DONE, &done)?;
    Ok(ExitCode::Done)
}

pub(super) fn sentence(applied: &Applied) -> String {
    format!(
        "applied {}: your branch and work tree are now at {}\n",
        clean::line(&applied.branch),
        clean::line(&applied.commit)
    )
}
