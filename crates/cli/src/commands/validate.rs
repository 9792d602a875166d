//! `uplift validate`: whether a set of versions goes together, and what decides; changes nothing.

use uplift_engine::ValidateRequest;
use uplift_model::ExitCode;
use uplift_model::compatibility::{SCHEMA, Verdict};
use uplift_report::terminal;

use super::Desk;
use crate::args::Validating;
use crate::exit::Ended;
use crate::settings;

pub(crate) fn run(args: &Validating, desk: &Desk) -> Ended {
    let path = desk.path(&args.path);
    let request = ValidateRequest {
        path: path.clone(),
        settings: settings::around(&path)?,
        cancel: desk.cancel.clone(),
        files: args.files.clone(),
        component: args.component.clone(),
        overlay: args.set.clone(),
        along: Vec::new(),
        plan: args.plan.as_ref().map(|file| super::upgrade::read_plan(&desk.path(file))).transpose()?,
        python: args.python.clone(),
        all_pythons: args.all_pythons,
        node: args.node.clone(),
        as_of: args.as_of.clone(),
        probes: args.probe.clone(),
        imports: args.imports,
        no_imports: args.no_imports,
    };
    let report = {
        let live = desk.live();
        uplift_engine::validate(&request, &|event| live.event(event))?
    };
    desk.answer(|| terminal::validate(&report, &desk.view(&path)), SCHEMA, &report)?;
    // A set that the project's own Node cannot run is no answer that a build may go on with.
    Ok(if report.verdict == Verdict::Sat && uplift_engine::set_runs(&report) { ExitCode::Done } else { ExitCode::Held })
}
