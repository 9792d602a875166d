//! `uplift lift`: lets a package move again that an earlier rollback holds.

use uplift_model::{ExitCode, PackageName};
use uplift_report::json;

use super::{Desk, Done};
use crate::exit::Ended;

pub(crate) fn run(package: &PackageName, desk: &Desk) -> Ended {
    let lifted = uplift_engine::lift(desk.here(), package)?;
    let what = if lifted { "lifted" } else { "nothing to lift" };
    let done = Done { packages: vec![package.as_str()], ..Done::new(what) };
    let screen = || {
        if lifted {
            format!("{package} may move again\n")
        } else {
            format!("no rollback holds {package}; holds of the settings are lifted in uplift.toml\n")
        }
    };
    desk.answer(screen, json::v1::DONE, &done)?;
    Ok(ExitCode::Done)
}
