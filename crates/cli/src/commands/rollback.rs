//! `uplift rollback`: takes a run back, whole or package by package.

use uplift_engine::RolledBack;
use uplift_model::{ExitCode, PackageName};
use uplift_report::{clean, json};

use super::{Desk, Done};
use crate::exit::Ended;

pub(crate) fn run(run: &str, packages: &[PackageName], desk: &Desk) -> Ended {
    let back = {
        let live = desk.live();
        uplift_engine::rollback(desk.here(), run, packages, &desk.cancel, &|event| live.event(event))?
    };
    let done = Done {
        run: Some(run),
        branch: back.branch.as_deref(),
        commit: back.commit.as_deref(),
        packages: back.packages.iter().map(PackageName::as_str).collect(),
        held: back.held.iter().map(PackageName::as_str).collect(),
        verified: Some(back.verified),
        ..Done::new(&back.sentence)
    };
    desk.answer(|| screen(&back), json::v1::DONE, &done)?;
    Ok(ExitCode::Done)
}

fn screen(back: &RolledBack) -> String {
    let mut text = format!("{}\n", clean::line(&back.sentence));
    let names = |all: &[PackageName]| all.iter().map(PackageName::as_str).collect::<Vec<_>>().join(", ");
    if !back.packages.is_empty() {
        text.push_str(&format!("  taken back: {}\n", names(&back.packages)));
    }
    if let (Some(branch), Some(commit)) = (&back.branch, &back.commit) {
        let tested = if back.verified { "tested again" } else { "not verified by tests" };
        text.push_str(&format!("  branch {} at {} ({tested})\n", clean::line(branch), clean::line(commit)));
    }
    if !back.held.is_empty() {
        text.push_str(&format!("  held from now on, until something newer exists: {}\n", names(&back.held)));
        text.push_str("next: uplift lift PACKAGE lets one move again\n");
    }
    text
}
