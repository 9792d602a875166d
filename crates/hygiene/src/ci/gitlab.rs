//! GitLab's pipelines.

use super::{Does, File, Frame, Muzzle, MuzzleKind, Step, is_true};
use crate::shell::Start;
use uplift_yaml::Node;

/// Keys at the top that are no jobs.
const NO_JOBS: [&str; 11] = [
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
];

/// GitLab runs scripts with `-eo pipefail`.
const START: Start<'_> = Start { folder: "", errexit: true, pipefail: true };

pub(super) fn read(file: &File<'_>, steps: &mut Vec<Step>) {
    let Some(root) = &file.root else { return };
    if let Some(include) = root.get("include") {
        templates(file, include, steps);
    }
    for (name, job) in root.entries().iter().filter(|(name, _)| !NO_JOBS.contains(&name.as_str())) {
        if name.starts_with('.') && !is_extended(root, name) {
            continue;
        }
        let muzzles = keys(file, job);
        let frame = Frame { job: name, start: START, muzzles: &muzzles, scheduled: false };
        let own_before = job.get("before_script").or_else(|| root.at(&["default", "before_script"]));
        for part in [own_before.or_else(|| root.get("before_script")), job.get("script")].into_iter().flatten() {
            whole(file, part, &frame, steps);
        }
        if let Some(after) = job.get("after_script") {
            let mut muzzles = muzzles.clone();
            muzzles.push(file.muzzle(after, "after_script: its failure never fails the job", MuzzleKind::Key));
            whole(file, after, &Frame { muzzles: &muzzles, ..frame }, steps);
        }
    }
}

/// A script is one text or a list of lines; a folder that one line enters holds for the next.
fn whole(file: &File<'_>, part: &Node, frame: &Frame<'_>, steps: &mut Vec<Step>) {
    let lines = part.scalars();
    let Some(first) = lines.first() else { return };
    let script: Vec<&str> = lines.iter().filter_map(|n| n.text()).collect();
    file.commands(&script.join("\n"), first.line, frame, steps);
}

fn keys(file: &File<'_>, job: &Node) -> Vec<Muzzle> {
    let mut found = Vec::new();
    if let Some(value) = job.get("allow_failure").filter(|v| is_true(Some(v))) {
        found.push(file.muzzle(value, "allow_failure: true", MuzzleKind::Key));
    }
    match job.get("when").and_then(|w| Some((w, w.text()?))) {
        Some((value, "manual")) => found.push(file.muzzle(value, "when: manual", MuzzleKind::ByHand)),
        Some((value, "never")) => found.push(file.muzzle(value, "when: never", MuzzleKind::Never)),
        _ => {}
    }
    let rules = job.get("rules").map(Node::items).unwrap_or_default();
    let never = |rule: &Node| rule.get("when").and_then(Node::text) == Some("never");
    if let Some(rule) = rules.first().filter(|_| rules.iter().all(never)) {
        found.push(file.muzzle(rule, "every rule says `when: never`", MuzzleKind::Never));
    }
    found
}

fn is_extended(root: &Node, name: &str) -> bool {
    let extends = |job: &Node| job.get("extends").is_some_and(|e| e.scalars().iter().any(|n| n.text() == Some(name)));
    root.entries().iter().any(|(_, job)| extends(job))
}

/// GitLab's own templates count as actions; their jobs may fail unless the project says otherwise.
fn templates(file: &File<'_>, include: &Node, steps: &mut Vec<Step>) {
    let mut all: Vec<&Node> = include.items().iter().collect();
    if all.is_empty() {
        all.push(include);
    }
    for node in all {
        let Some(template) = node.get("template") else { continue };
        let Some(name) = template.text() else { continue };
        let mut muzzles = Vec::new();
        let file_root = file.root.as_ref();
        let strict = file_root.is_some_and(|r| {
            r.entries().iter().any(|(_, job)| job.get("allow_failure").and_then(Node::text) == Some("false"))
        });
        if !strict {
            let why = "GitLab's template sets `allow_failure: true`";
            muzzles.push(file.muzzle(template, why, MuzzleKind::Tool));
        }
        steps.push(Step {
            file: file.path.to_owned(),
            pipeline: file.path.to_owned(),
            line: template.line,
            job: name.to_owned(),
            folder: String::new(),
            does: Does::Uses { name: name.to_owned(), with: Vec::new() },
            muzzles,
            scheduled: false,
            expands: false,
        });
    }
}
