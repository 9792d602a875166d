//! `uplift check`: what the repository depends on, and what is wrong with it; changes nothing.

use std::io::Write;
use std::path::Path;

use uplift_engine::{CheckRequest, Checked};
use uplift_model::ExitCode;
use uplift_report::{clean, formats, json, kinds, terminal};

use super::Desk;
use crate::args::Checking;
use crate::exit::{Ended, Failure};
use crate::lines::Lines;
use crate::settings;

pub(crate) fn run(args: &Checking, desk: &Desk) -> Ended {
    let path = desk.path(&args.path);
    if args.history {
        return history(&path, desk);
    }
    let mut settings = settings::around(&path)?;
    settings::policy::add(&mut settings, &args.policies, desk)?;
    let mut fail_on = args.fail_on.clone();
    if fail_on.is_empty() {
        // Checked when the settings were read.
        fail_on = settings.check.fail_on.iter().filter_map(|c| c.parse().ok()).collect();
    }
    let checked = uplift_engine::check(&CheckRequest {
        path: path.clone(),
        settings,
        cancel: desk.cancel.clone(),
        as_of: args.as_of.clone(),
        offline: args.offline,
        fresh: args.fresh,
        fail_on,
        advisories: args.advisories.clone(),
        diff: args.diff.clone(),
        notes_of: args.explain.clone(),
    })?;
    desk.say(&told(&checked, args, &path, desk)?)?;
    if let Some(why) = &checked.not_kept {
        let line = format!("note: this analysis could not be kept for `--history` and `--diff`: {}", clean::line(why));
        let _closed = writeln!(anstream::stderr(), "{line}");
    }
    if checked.violations.is_empty() {
        return Ok(ExitCode::Done);
    }
    if desk.is_screen() {
        desk.say(&terminal::violations(&checked.violations, &desk.view(&path)))?;
    }
    Ok(ExitCode::Held)
}

fn told(checked: &Checked, args: &Checking, path: &Path, desk: &Desk) -> Result<String, Failure> {
    if let Some(standard) = desk.standard() {
        let lines = Lines::below(path);
        return Ok(formats::analysis(&checked.analysis, standard, &|file, number| lines.line(file, number))?);
    }
    if let Some(page) = desk.page(&|| kinds::overview(&checked.analysis)) {
        return Ok(page);
    }
    let view = desk.view(path);
    if let Some(comparison) = &checked.comparison {
        return Ok(if desk.is_json() { json::v1::bare(comparison)? } else { terminal::compared(comparison, &view) });
    }
    if let Some(name) = &args.explain {
        let known = if desk.is_json() {
            json::v1::dependency(&checked.analysis, name)?
        } else {
            terminal::explain_in_check(&checked.analysis, name, &view)
        };
        return known.ok_or_else(|| {
            Failure::plain(
                ExitCode::Repository,
                format!("no component depends on `{name}`"),
                "`uplift check --all` lists every dependency",
            )
        });
    }
    Ok(if desk.is_json() {
        json::v1::bare(&checked.analysis)?
    } else {
        terminal::check(&checked.analysis, args.all, &view)
    })
}

fn history(path: &Path, desk: &Desk) -> Ended {
    let lines: Vec<terminal::HistoryLine> = uplift_engine::history(path)
        .into_iter()
        .map(|e| terminal::HistoryLine {
            name: e.name,
            commit: e.commit,
            dependencies: e.dependencies,
            advisories: e.advisories,
            urgency: e.urgency,
        })
        .collect();
    desk.answer(
        || terminal::history(&lines, &desk.view(path)),
        json::v1::ANALYSES,
        &json::v1::Analyses { analyses: &lines },
    )?;
    Ok(ExitCode::Done)
}
