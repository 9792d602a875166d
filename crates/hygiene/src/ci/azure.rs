//! Azure Pipelines.

use super::{Does, File, Frame, Muzzle, MuzzleKind, Step, is_false, is_true};
use crate::place;
use crate::shell::Start;
use uplift_yaml::Node;

pub(super) fn read(file: &File<'_>, steps: &mut Vec<Step>) {
    let Some(root) = &file.root else { return };
    let none = |key: &str| root.get(key).and_then(Node::text) == Some("none");
    let by_hand = none("trigger") && none("pr") && root.get("schedules").is_none();
    let muzzles: Vec<Muzzle> = by_hand
        .then(|| root.get("trigger").map(|t| file.muzzle(t, "trigger: none: started by hand", MuzzleKind::ByHand)))
        .flatten()
        .into_iter()
        .collect();
    below(file, root, "pipeline", &muzzles, steps, 0);
}

/// Steps lie at the top, in jobs, or in jobs of stages.
fn below(file: &File<'_>, node: &Node, job: &str, muzzles: &[Muzzle], steps: &mut Vec<Step>, depth: usize) {
    let mut muzzles = muzzles.to_vec();
    if depth > 0 {
        muzzles.extend(keys(file, node));
    }
    for step in node.get("steps").map(Node::items).unwrap_or_default() {
        one(file, step, job, &muzzles, steps);
    }
    for inner in ["stages", "jobs"].iter().filter_map(|k| node.get(k)).flat_map(Node::items) {
        let name = ["stage", "job", "deployment"].iter().find_map(|k| inner.get(k)).and_then(Node::text).unwrap_or(job);
        if depth < 4 {
            below(file, inner, name, &muzzles, steps, depth + 1);
        }
    }
}

fn one(file: &File<'_>, step: &Node, job: &str, around: &[Muzzle], steps: &mut Vec<Step>) {
    let mut muzzles = around.to_vec();
    muzzles.extend(keys(file, step));
    let folder = step.get("workingDirectory").and_then(Node::text).map(|f| place::join("", f)).unwrap_or_default();
    // Azure starts its shells without `-e`: the last command decides.
    let start = Start { folder: &folder, errexit: false, pipefail: false };
    let frame = Frame { job, start, muzzles: &muzzles, scheduled: false };
    if let Some(script) = ["script", "bash"].iter().find_map(|k| step.get(k)) {
        file.script(script, &frame, steps);
    } else if let Some(task) = step.get("task")
        && let Some(name) = task.text()
    {
        let inputs = step.get("inputs").map(Node::entries).unwrap_or_default();
        if let Some((_, script)) = inputs.iter().find(|(k, _)| k == "script") {
            file.script(script, &frame, steps);
            return;
        }
        let with = inputs.iter().filter_map(|(k, v)| Some((k.clone(), v.text()?.to_owned()))).collect();
        steps.push(Step {
            file: file.path.to_owned(),
            pipeline: file.path.to_owned(),
            line: task.line,
            job: job.to_owned(),
            folder,
            does: Does::Uses { name: name.to_owned(), with },
            muzzles,
            scheduled: false,
            expands: false,
        });
    }
}

fn keys(file: &File<'_>, node: &Node) -> Vec<Muzzle> {
    let mut found = Vec::new();
    if let Some(value) = node.get("continueOnError").filter(|v| is_true(Some(v))) {
        found.push(file.muzzle(value, "continueOnError: true", MuzzleKind::Key));
    }
    for (key, written) in [("condition", "condition: false"), ("enabled", "enabled: false")] {
        if let Some(value) = node.get(key).filter(|v| is_false(Some(v))) {
            found.push(file.muzzle(value, written, MuzzleKind::Never));
        }
    }
    found
}
