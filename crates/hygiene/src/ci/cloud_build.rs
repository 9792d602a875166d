//! Google Cloud Build.

use super::{Does, File, Frame, Muzzle, MuzzleKind, Step, is_true};
use crate::place;
use crate::shell::Start;
use uplift_yaml::Node;

pub(super) fn read(file: &File<'_>, steps: &mut Vec<Step>) {
    let Some(root) = &file.root else { return };
    for step in root.get("steps").map(Node::items).unwrap_or_default() {
        let image = step.get("name").and_then(Node::text).unwrap_or_default();
        let folder = step.get("dir").and_then(Node::text).map(|f| place::join("", f)).unwrap_or_default();
        let muzzles: Vec<Muzzle> = match step.get("allowFailure") {
            Some(value) if is_true(Some(value)) => vec![file.muzzle(value, "allowFailure: true", MuzzleKind::Key)],
            _ => Vec::new(),
        };
        let job = step.get("id").and_then(Node::text).unwrap_or(image);
        let start = Start { folder: &folder, errexit: false, pipefail: false };
        let frame = Frame { job, start, muzzles: &muzzles, scheduled: false };
        if let Some(script) = step.get("script") {
            file.script(script, &frame, steps);
            continue;
        }
        let args = step.get("args").map(Node::scalars).unwrap_or_default();
        let program = step.get("entrypoint").and_then(Node::text).unwrap_or(place::name(image));
        let program = program.split([':', '@']).next().unwrap_or(program);
        if ["bash", "sh", "/bin/bash", "/bin/sh"].contains(&program) {
            let flags: String = args.iter().filter_map(|a| a.text()).filter(|a| a.starts_with('-')).collect();
            let start = Start { errexit: flags.contains('e'), ..start };
            if let Some(script) = args.iter().find(|a| a.text().is_some_and(|t| !t.starts_with('-') && t != "pipefail"))
            {
                file.script(script, &Frame { start, ..frame }, steps);
            }
            continue;
        }
        let mut words = vec![program.to_owned()];
        words.extend(args.iter().filter_map(|a| a.text()).map(str::to_owned));
        steps.push(Step {
            file: file.path.to_owned(),
            pipeline: file.path.to_owned(),
            line: step.line,
            job: job.to_owned(),
            folder: folder.clone(),
            does: Does::Runs(words),
            muzzles,
            scheduled: false,
            expands: false,
        });
    }
}
