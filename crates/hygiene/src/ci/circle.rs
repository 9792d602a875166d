//! CircleCI.

use super::{Does, File, Frame, Muzzle, MuzzleKind, Step};
use crate::place;
use crate::shell::Start;
use uplift_yaml::Node;

pub(super) fn read(file: &File<'_>, steps: &mut Vec<Step>) {
    let Some(root) = &file.root else { return };
    let started = started(root);
    for (name, job) in root.get("jobs").map(Node::entries).unwrap_or_default() {
        let muzzles: Vec<Muzzle> = match &started {
            Some(started) if !started.contains(name) => {
                vec![file.muzzle(job, "no workflow starts this job", MuzzleKind::Never)]
            }
            _ => Vec::new(),
        };
        let own = |node: &Node| {
            let text = node.get("working_directory").and_then(Node::text);
            text.map(|f| place::join("", f.trim_start_matches("~/project").trim_start_matches("~/repo")))
        };
        let inherited = own(job).unwrap_or_default();
        for step in job.get("steps").map(Node::items).unwrap_or_default() {
            if let Some(run) = step.get("run") {
                let folder = own(run).unwrap_or_else(|| inherited.clone());
                // CircleCI starts `bash -eo pipefail`.
                let start = Start { folder: &folder, errexit: true, pipefail: true };
                let frame = Frame { job: name, start, muzzles: &muzzles, scheduled: false };
                file.script(run.get("command").unwrap_or(run), &frame, steps);
                continue;
            }
            let orb = step.text().map(str::to_owned).or_else(|| Some(step.entries().first()?.0.clone()));
            if let Some(orb) = orb.filter(|o| o.contains('/')) {
                let with = step.entries().first().map(|(_, v)| v.entries()).unwrap_or_default();
                let with = with.iter().filter_map(|(k, v)| Some((k.clone(), v.text()?.to_owned()))).collect();
                steps.push(Step {
                    file: file.path.to_owned(),
                    pipeline: file.path.to_owned(),
                    line: step.line,
                    job: name.clone(),
                    folder: inherited.clone(),
                    does: Does::Uses { name: orb, with },
                    muzzles: muzzles.clone(),
                    scheduled: false,
                    expands: false,
                });
            }
        }
    }
}

/// Jobs that a workflow names; `None` without workflows, where `build` runs.
fn started(root: &Node) -> Option<Vec<String>> {
    let workflows = root.get("workflows")?;
    let mut names = Vec::new();
    for job in workflows.entries().iter().filter_map(|(_, w)| w.get("jobs")).flat_map(Node::items) {
        names.extend(job.text().map(str::to_owned));
        names.extend(job.entries().iter().map(|(name, _)| name.clone()));
    }
    Some(names)
}
