//! `uplift resume`: what an interrupted run had done stays done; the rest is done now.

use super::{Desk, ended};
use crate::exit::Ended;

pub(crate) fn run(run: Option<&str>, desk: &Desk) -> Ended {
    let path = desk.here();
    let report = {
        let live = desk.live();
        uplift_engine::resume(path, run, &desk.cancel, &|event| live.event(event))?
    };
    super::upgrade::tell(&report, path, None, desk)?;
    // The settings are those that the run was started with.
    let (row, _) = uplift_engine::run(path, &report.run)?;
    Ok(ended(&report, &row.settings.upgrade.fail_on_held))
}
