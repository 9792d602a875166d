//! `uplift hygiene`: what the repository does to keep itself in order; with `--fix`, one finding mended on a branch.

use std::path::Path;

use uplift_engine::{CheckRequest, HygieneWish};
use uplift_model::ExitCode;
use uplift_report::{json, terminal};

use super::Desk;
use crate::args::hygiene::Hygiene;
use crate::exit::{Ended, Failure};
use crate::settings;

pub(crate) fn run(args: &Hygiene, desk: &Desk) -> Ended {
    let path = desk.path(&args.path);
    if let Some(name) = &args.fix {
        let wish = HygieneWish { threshold: args.threshold, pins: args.pin.iter().cloned().collect() };
        let mended = match name.as_str() {
            "runtime" => uplift_engine::move_runtime(&analysis(&path, desk)?)?,
            _ => uplift_engine::mend(&path, name, &wish, &desk.cancel)?,
        };
        let shown = terminal::Mended {
            check: &mended.check,
            branch: &mended.branch,
            done: &mended.done,
            notes: &mended.notes,
            before: mended.before,
            after: mended.after,
            diff: &mended.diff,
            existed: mended.existed,
        };
        desk.answer(|| terminal::mended(&shown, &desk.view(&path)), json::v1::HYGIENE_FIX, &mended)?;
        return Ok(ExitCode::Done);
    }
    let report = uplift_engine::hygiene(&path, &args.only, &desk.cancel)?;
    desk.answer(|| terminal::hygiene(&report, args.all, &desk.view(&path)), json::v1::HYGIENE, &report)?;
    Ok(ExitCode::Done)
}

/// What the runtimes are judged by: today's analysis.
fn analysis(path: &Path, desk: &Desk) -> Result<CheckRequest, Failure> {
    Ok(CheckRequest {
        path: path.to_owned(),
        settings: settings::around(path)?,
        cancel: desk.cancel.clone(),
        as_of: None,
        offline: false,
        fresh: false,
        advisories: Vec::new(),
        fail_on: Vec::new(),
        diff: None,
        notes_of: None,
    })
}
