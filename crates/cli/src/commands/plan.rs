//! `uplift plan`: what would move, and why; changes nothing.

use uplift_model::ExitCode;
use uplift_report::{formats, json, terminal};

use super::Desk;
use crate::args::Planning;
use crate::exit::{Ended, Failure};

pub(crate) fn run(args: &Planning, desk: &Desk) -> Ended {
    let path = desk.path(&args.path);
    let request = super::upgrade::request(&path, &args.selection, desk)?;
    let mut plan = {
        let live = desk.live();
        uplift_engine::plan(&request, &|event| live.event(event))?
    };
    if let Some(standard) = desk.standard() {
        desk.say(&formats::plan(&plan, standard)?)?;
        return Ok(ExitCode::Done);
    }
    let view = desk.view(&path);
    let text = match &args.explain {
        Some(name) => {
            let asking = uplift_engine::NotesRequest {
                folder: &path,
                settings: &request.settings,
                cancel: &request.cancel,
                offline: false,
            };
            let notes = uplift_engine::notes_of_plan(&mut plan, name, &asking)?;
            let known = terminal::explain_in_plan(&plan, name, notes.as_ref(), &view);
            let known = known.ok_or_else(|| unknown(name.as_str()))?;
            if desk.is_json() { json::v1::package(&plan, None, name, notes.as_ref())? } else { known }
        }
        None if desk.is_json() => json::v1::plan(&plan)?,
        None => terminal::plan(&plan, &view),
    };
    desk.say(&text)?;
    Ok(ExitCode::Done)
}

fn unknown(name: &str) -> Failure {
    Failure::plain(
        ExitCode::Repository,
        format!("the plan says nothing about {name}"),
        "it is up to date, or not part of this environment; `uplift plan` lists what moves",
    )
}
