//! `uplift plan`: what would move, and why; changes nothing.

use std::path::PathBuf;

use uplift_model::ExitCode;
use uplift_report::{formats, json, terminal};

use super::Desk;
use crate::args::Planning;
use crate::exit::{Ended, Failure};
use crate::settings;

pub(crate) fn run(args: &Planning, desk: &Desk) -> Ended {
    let path = desk.path(&args.path);
    let mut request = super::upgrade::request(&path, &args.selection, desk)?;
    settings::policy::add(&mut request.settings, &args.policies, desk)?;
    if !args.advisories.is_empty() {
        request.settings.advisories.paths = named(&args.advisories, desk)?;
    }
    if let Some(page) = super::report::of_plan(&path, &request.settings, args.as_of.as_deref(), desk)? {
        desk.say(&page)?;
        return Ok(ExitCode::Done);
    }
    let mut plan = {
        let live = desk.live();
        uplift_engine::plan_as_of(&request, args.as_of.as_deref(), &|event| live.event(event))?
    };
    if desk.is_json() {
        plan.notes.retain(|note| !uplift_engine::is_of_the_moment(note));
    }
    if let Some(standard) = desk.standard() {
        desk.say(&formats::plan(&plan, standard)?)?;
        return Ok(ExitCode::Done);
    }
    let view = uplift_report::View { component: args.selection.component.clone(), ..desk.view(&path) };
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

/// The records that were named, by their whole paths: those of the settings are relative to the repository.
fn named(paths: &[PathBuf], desk: &Desk) -> Result<Vec<String>, Failure> {
    let whole = |path: &PathBuf| {
        let path = desk.path(path);
        path.canonicalize().map(|whole| whole.display().to_string()).map_err(|error| {
            Failure::plain(
                ExitCode::Repository,
                format!("--advisories: `{}` cannot be read: {error}", path.display()),
                "name an export archive of OSV, a folder of records or one record",
            )
        })
    };
    paths.iter().map(whole).collect()
}

fn unknown(name: &str) -> Failure {
    Failure::plain(
        ExitCode::Repository,
        format!("the plan says nothing about {name}"),
        "it is up to date, or not part of this environment; `uplift plan` lists what moves",
    )
}
