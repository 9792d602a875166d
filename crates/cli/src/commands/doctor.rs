//! `uplift doctor`: what Uplift needs of this machine, what is missing, and what to do about it.

use serde::Serialize;
use uplift_model::ExitCode;
use uplift_report::json;
use uplift_report::terminal::{CheckLine, doctor};

use super::Desk;
use crate::exit::Ended;

#[derive(Serialize)]
struct Body {
    ready: bool,
    checks: Vec<CheckLine>,
}

pub(crate) fn run(desk: &Desk) -> Ended {
    let checks: Vec<CheckLine> = uplift_engine::inspect(&desk.cancel)
        .into_iter()
        .map(|i| CheckLine { what: i.what, state: i.state, ok: i.ok, needed: i.needed, hint: i.hint })
        .collect();
    let ready = checks.iter().all(|c| c.ok || !c.needed);
    let body = Body { ready, checks };
    desk.answer(|| doctor(&body.checks, &desk.view(desk.here())), json::v1::DOCTOR, &body)?;
    Ok(if ready { ExitCode::Done } else { ExitCode::Outside })
}
