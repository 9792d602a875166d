//! `uplift check`: what the repository depends on, and what is wrong with it; changes nothing.

use uplift_engine::CheckRequest;
use uplift_model::ExitCode;
use uplift_report::{json, terminal};

use super::Desk;
use crate::args::Checking;
use crate::exit::Ended;
use crate::settings;

pub(crate) fn run(args: &Checking, desk: &Desk) -> Ended {
    let path = desk.path(&args.path);
    let analysis = uplift_engine::check(&CheckRequest {
        path: path.clone(),
        settings: settings::around(&path)?,
        cancel: desk.cancel.clone(),
        as_of: args.as_of.clone(),
        offline: args.offline,
        fresh: args.fresh,
    })?;
    let text = if desk.is_json() {
        json::v1::analysis(&analysis)?
    } else {
        terminal::check(&analysis, args.all, &desk.view(&path))
    };
    desk.say(&text)?;
    Ok(ExitCode::Done)
}
