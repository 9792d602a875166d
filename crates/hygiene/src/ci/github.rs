//! GitHub's workflows.

use super::{Does, File, Frame, Muzzle, MuzzleKind, Step, is_false, is_true};
use crate::place;
use crate::shell::Start;
use uplift_yaml::Node;

pub(super) fn read(file: &File<'_>, steps: &mut Vec<Step>) {
    let Some(root) = &file.root else { return };
    let (started, scheduled) = triggers(file, root);
    for (name, job) in root.get("jobs").map(Node::entries).unwrap_or_default() {
        let mut muzzles: Vec<Muzzle> = started.iter().cloned().collect();
        muzzles.extend(keys(file, job));
        if let Some(uses) = job.get("uses") {
            push(file, uses, job, name, &muzzles, scheduled, steps);
        }
        let inherited = folder(job).or_else(|| folder(root)).unwrap_or_default();
        for step in job.get("steps").map(Node::items).unwrap_or_default() {
            let mut muzzles = muzzles.clone();
            muzzles.extend(keys(file, step));
            if let Some(uses) = step.get("uses") {
                push(file, uses, step, name, &muzzles, scheduled, steps);
            }
            let Some(run) = step.get("run") else { continue };
            let own = step.get("working-directory").and_then(Node::text).map(|f| place::join("", f));
            let shell = step.get("shell").or_else(|| shell(job)).or_else(|| shell(root)).and_then(Node::text);
            // Without `shell` GitHub runs `bash -e`, with `shell: bash` also `-o pipefail`; a template is taken as it is.
            let (errexit, pipefail) = match shell {
                None => (true, false),
                Some("bash") => (true, true),
                Some(other) if other.contains("{0}") => (other.contains(" -e"), other.contains("pipefail")),
                Some(_) => (true, false),
            };
            let folder = own.unwrap_or_else(|| inherited.clone());
            let start = Start { folder: &folder, errexit, pipefail };
            file.script(run, &Frame { job: name, start, muzzles: &muzzles, scheduled }, steps);
        }
    }
}

/// Why nothing starts the workflow by itself, if so; and whether only a timetable does.
fn triggers(file: &File<'_>, root: &Node) -> (Option<Muzzle>, bool) {
    let Some(on) = root.get("on").or_else(|| root.get("true")) else {
        return (Some(file.muzzle(root, "no `on:`, so that nothing starts the workflow", MuzzleKind::Never)), false);
    };
    let mut names: Vec<&str> = on.scalars().into_iter().filter_map(Node::text).collect();
    names.extend(on.entries().iter().map(|(name, _)| name.as_str()));
    let only = |some: &[&str]| !names.is_empty() && names.iter().all(|n| some.contains(n));
    if names.is_empty() {
        return (
            Some(file.muzzle(on, "`on:` is empty, so that nothing starts the workflow", MuzzleKind::Never)),
            false,
        );
    }
    if only(&["workflow_call"]) && !is_called(file) {
        return (Some(file.muzzle(on, "`workflow_call`, and no workflow calls it", MuzzleKind::Never)), false);
    }
    if only(&["workflow_dispatch", "repository_dispatch"]) {
        return (Some(file.muzzle(on, "`workflow_dispatch`: started by hand", MuzzleKind::ByHand)), false);
    }
    (None, only(&["schedule", "workflow_dispatch"]))
}

fn is_called(file: &File<'_>) -> bool {
    let all = file.repository.files().iter().filter(|f| f.starts_with(".github/workflows/") && *f != file.path);
    all.filter_map(|f| file.repository.text(f)).any(|text| text.contains(&format!("./{}", file.path)))
}

/// What a step or a job says about its own failure.
fn keys(file: &File<'_>, node: &Node) -> Vec<Muzzle> {
    let mut found = Vec::new();
    if let Some(value) = node.get("continue-on-error").filter(|v| is_true(Some(v))) {
        found.push(file.muzzle(value, "continue-on-error: true", MuzzleKind::Key));
    }
    if let Some(value) = node.get("if").filter(|v| is_false(Some(v))) {
        found.push(file.muzzle(value, "if: false", MuzzleKind::Never));
    }
    found
}

fn push(
    file: &File<'_>,
    uses: &Node,
    step: &Node,
    job: &str,
    muzzles: &[Muzzle],
    scheduled: bool,
    steps: &mut Vec<Step>,
) {
    let Some(name) = uses.text() else { return };
    let with = step.get("with").map(Node::entries).unwrap_or_default();
    let with = with.iter().filter_map(|(k, v)| Some((k.clone(), v.text()?.to_owned()))).collect();
    steps.push(Step {
        file: file.path.to_owned(),
        pipeline: file.path.to_owned(),
        line: uses.line,
        job: job.to_owned(),
        folder: String::new(),
        does: Does::Uses { name: name.to_owned(), with },
        muzzles: muzzles.to_vec(),
        scheduled,
        expands: false,
    });
}

fn folder(node: &Node) -> Option<String> {
    node.at(&["defaults", "run", "working-directory"]).and_then(Node::text).map(|f| place::join("", f))
}

fn shell(node: &Node) -> Option<&Node> {
    node.at(&["defaults", "run", "shell"])
}
