//! `uplift upgrade`: plan, try, keep, deliver.

use std::path::Path;

use uplift_engine::Request;
use uplift_model::outcome::RunReport;
use uplift_model::{ExitCode, PackageName, Plan, Settings};
use uplift_report::{json, terminal};

use super::{Desk, ended};
use crate::args::{Selection, Upgrade};
use crate::exit::{Ended, Failure};
use crate::settings;

pub(crate) fn run(args: &Upgrade, desk: &Desk) -> Ended {
    let path = desk.path(&args.path);
    if args.apply && !path.exists() && names_a_run(&args.path) {
        return super::apply::run(&args.path.display().to_string(), desk);
    }
    let mut request = request(&path, &args.selection, desk)?;
    settings::policy::add(&mut request.settings, &args.policies, desk)?;
    if let Some(file) = &args.plan {
        bring(&mut request, &desk.path(file))?;
    }
    if args.dry_run {
        return dry(&request, desk);
    }
    upgrade(&request, args.apply, args.explain.as_ref(), desk)
}

pub(crate) fn request(path: &Path, selection: &Selection, desk: &Desk) -> Result<Request, Failure> {
    let settings = settings::load(path, selection)?;
    Ok(Request {
        path: path.to_owned(),
        settings,
        cancel: desk.cancel.clone(),
        tests: !selection.no_tests,
        python_asked: selection.python.is_some(),
        fresh: selection.fresh,
        plan: None,
    })
}

/// A plan that `uplift plan --format json` wrote.
pub(crate) fn read_plan(file: &Path) -> Result<Plan, Failure> {
    let wrong =
        |what: String| Failure::plain(ExitCode::Repository, what, "a plan is what `uplift plan --format json` writes");
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| wrong(format!("`{shown}` cannot be read: {e}")))?;
    json::v1::read_plan(&text).map_err(|what| wrong(format!("`{shown}` {what}")))
}

/// Takes over a plan that is to be carried out; it says which component, and on which interpreter.
fn bring(request: &mut Request, file: &Path) -> Result<(), Failure> {
    let plan = read_plan(file)?;
    request.settings.project.component = Some(plan.component.clone());
    request.settings.project.python = Some(plan.interpreter.clone());
    request.plan = Some(plan);
    Ok(())
}

/// Runs it, tells it, applies it.
pub(crate) fn upgrade(request: &Request, apply: bool, explain: Option<&PackageName>, desk: &Desk) -> Ended {
    let report = {
        let live = desk.live();
        uplift_engine::upgrade(request, &|event| live.event(event))?
    };
    tell(&report, &request.path, explain, desk)?;
    let code = ended(&report, &request.settings.upgrade.fail_on_held);
    if apply && code == ExitCode::Done && report.branch.is_some() {
        let applied = uplift_engine::apply(&request.path, &report.run)?;
        // The one document on stdout is the report.
        if !desk.is_json() {
            desk.say(&super::apply::sentence(&applied))?;
        }
    }
    Ok(code)
}

/// The end screen, or the document.
pub(crate) fn tell(report: &RunReport, path: &Path, explain: Option<&PackageName>, desk: &Desk) -> Result<(), Failure> {
    if desk.is_json() {
        return desk.say(&json::v1::run(report)?);
    }
    let view = desk.view(path);
    desk.say(&terminal::run(report, &view))?;
    if let Some(name) = explain {
        let known = terminal::explain_in_run(report, name, &view);
        desk.say(&format!(
            "\n{}",
            known.unwrap_or_else(|| format!("{name}: neither the plan nor the run knows this package\n"))
        ))?;
    }
    Ok(())
}

/// The plan, and what would be run to test it.
fn dry(request: &Request, desk: &Desk) -> Ended {
    let (plan, found) = {
        let live = desk.live();
        let plan = uplift_engine::plan(request, &|event| live.event(event))?;
        (plan, uplift_engine::found(&request.path, &request.settings, &desk.cancel)?)
    };
    if desk.is_json() {
        desk.say(&json::v1::plan(&plan)?)?;
        return Ok(ExitCode::Done);
    }
    desk.say(&terminal::plan(&plan, &desk.view(&request.path)))?;
    desk.say(&would_run(request, &found.test_commands))?;
    Ok(ExitCode::Done)
}

fn would_run(request: &Request, commands: &[(String, String)]) -> String {
    let Settings { test, .. } = &request.settings;
    let clean = uplift_report::clean::line;
    let tests = match commands.first() {
        _ if !request.tests => {
            "would check imports only (--no-tests); the result would say \"not verified by tests\"".to_owned()
        }
        Some((command, place)) => {
            let runs =
                if test.baseline_runs == 1 { "once".to_owned() } else { format!("{} times", test.baseline_runs) };
            format!(
                "would run `{}` (from {}) {runs} on the untouched state, then on each set of updates",
                clean(command),
                clean(place)
            )
        }
        None => "no test command was found: would check imports only; --test COMMAND names one".to_owned(),
    };
    format!("\ndry run: nothing was changed, and no test ran\n  {tests}\n")
}

/// Whether a word that is no path may be a run: the letters of a ULID.
fn names_a_run(word: &Path) -> bool {
    word.to_str().is_some_and(|w| (4..=26).contains(&w.len()) && w.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runs_name_is_told_from_a_path() {
        assert!(names_a_run(Path::new("01JD8Q")));
        assert!(!names_a_run(Path::new("./shop")) && !names_a_run(Path::new("a/b")) && !names_a_run(Path::new("x")));
    }
}
