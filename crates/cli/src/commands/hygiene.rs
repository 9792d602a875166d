//! `uplift hygiene`: what the repository does to keep itself in order; with `--fix`, one finding mended on a branch.

use uplift_engine::HygieneWish;
use uplift_model::ExitCode;
use uplift_report::{json, terminal};

use super::Desk;
use crate::args::hygiene::Hygiene;
use crate::exit::Ended;

pub(crate) fn run(args: &Hygiene, desk: &Desk) -> Ended {
    let path = desk.path(&args.path);
    if let Some(name) = &args.fix {
        let wish = HygieneWish { threshold: args.threshold, pins: args.pin.iter().cloned().collect() };
        let mended = uplift_engine::mend(&path, name, &wish)?;
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
    let report = uplift_engine::hygiene(&path, &args.only)?;
    desk.answer(|| terminal::hygiene(&report, args.all, &desk.view(&path)), json::v1::HYGIENE, &report)?;
    Ok(ExitCode::Done)
}
