//! Other continuous integration: GitLab, CircleCI, Bitbucket, Cloud Build (images), Travis, Azure.

use std::collections::HashMap;

use super::{At, Found, dockerfile, images as image_names};
use crate::runtimes::statement::{Runtime, kind};
use uplift_yaml::{self as yaml, Node, Value};

fn parsed(text: &str, found: &mut Found) -> Option<Node> {
    match yaml::read(text) {
        Ok(root) => Some(root),
        Err(message) => {
            found.problems.push((None, format!("cannot be read as YAML: {message}"), None));
            None
        }
    }
}

/// Every `image`, wherever it stands; in steps of Cloud Build the image is called `name`.
pub(super) fn images(file: &str, text: &str, found: &mut Found) {
    let Some(root) = parsed(text, found) else { return };
    let mut variables = HashMap::new();
    for (name, value) in root.get("variables").map(Node::entries).unwrap_or_default() {
        let value = value.get("value").unwrap_or(value);
        variables.insert(name.clone(), value.text().unwrap_or_default().to_owned());
    }
    let builds = file.rsplit('/').next().is_some_and(|name| name.starts_with("cloudbuild"));
    for (name, job) in root.entries() {
        // What every job shares names no component.
        let around =
            if matches!(name.as_str(), "image" | "default" | "executors") { String::new() } else { job.all_text() };
        let at = At { file, line: 0, kind: kind::CI, lead: "image:", around: &around };
        if name == "image" {
            state(job, at, &variables, found);
        } else {
            below(job, at, builds, &variables, found);
        }
    }
}

fn below(node: &Node, at: At<'_>, builds: bool, variables: &HashMap<String, String>, found: &mut Found) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|i| below(i, at, builds, variables, found)),
        Value::Map(entries) => {
            for (key, value) in entries {
                if key == "image" || builds && key == "name" {
                    state(value, at, variables, found);
                } else if key != "services" {
                    below(value, at, builds, variables, found);
                }
            }
        }
        _ => {}
    }
}

fn state(image: &Node, at: At<'_>, variables: &HashMap<String, String>, found: &mut Found) {
    let named = image.get("name").unwrap_or(image);
    let Some(text) = named.text() else { return };
    let written = dockerfile::filled(text, variables);
    for (runtime, version) in image_names::runtimes(&written) {
        found.state(At { line: named.line, ..at }, runtime, &written, &[version.as_str()]);
    }
}

/// `python:` and `node_js:`, at the top and in the jobs of the matrix.
pub(super) fn travis(file: &str, text: &str, found: &mut Found) {
    let Some(root) = parsed(text, found) else { return };
    let jobs = ["jobs", "matrix"].into_iter().filter_map(|key| root.at(&[key, "include"]));
    let all = std::iter::once(&root).chain(jobs.flat_map(Node::items));
    for (key, runtime, lead) in [("python", Runtime::Python, "python:"), ("node_js", Runtime::Node, "node_js:")] {
        for place in all.clone() {
            let Some(value) = place.get(key) else { continue };
            let values = value.scalars();
            let Some(first) = values.first() else { continue };
            let texts: Vec<&str> = values.iter().filter_map(|n| n.text()).collect();
            let at = At { file, line: first.line, kind: kind::CI, lead, around: "" };
            found.state(at, runtime, &texts.join(", "), &texts);
            found.written_at(values.iter().filter_map(|n| Some((n.line, n.text()?.to_owned()))).collect());
        }
    }
}

/// `UsePythonVersion@0` and `NodeTool@0`, with variables of the matrix.
pub(super) fn azure(file: &str, text: &str, found: &mut Found) {
    let Some(root) = parsed(text, found) else { return };
    let mut variables: HashMap<String, Vec<(u32, String)>> = HashMap::new();
    collect(&root, &mut variables);
    tasks(&root, file, &variables, found);
}

/// Scalars below any `matrix` or `variables`, by their key.
fn collect(node: &Node, into: &mut HashMap<String, Vec<(u32, String)>>) {
    for (key, value) in node.entries() {
        let legs = if key == "matrix" { value.entries() } else { &[] };
        let own = if key == "variables" { value.entries() } else { &[] };
        for (name, value) in legs.iter().flat_map(|(_, leg)| leg.entries()).chain(own) {
            if let Some(text) = value.text() {
                into.entry(name.clone()).or_default().push((value.line, text.to_owned()));
            }
        }
        collect(value, into);
    }
    node.items().iter().for_each(|item| collect(item, into));
}

fn tasks(node: &Node, file: &str, variables: &HashMap<String, Vec<(u32, String)>>, found: &mut Found) {
    let task = node.get("task").and_then(Node::text).unwrap_or_default();
    let runtime = match task.split('@').next() {
        Some("UsePythonVersion") => Some(Runtime::Python),
        Some("NodeTool" | "UseNode") => Some(Runtime::Node),
        _ => None,
    };
    let version = ["versionSpec", "version"].into_iter().find_map(|key| node.at(&["inputs", key]));
    if let (Some(runtime), Some(value)) = (runtime, version) {
        let text = value.text().unwrap_or_default();
        let variable = text.strip_prefix("$(").and_then(|t| t.strip_suffix(')'));
        let own = [(value.line, text.to_owned())];
        let values = match variable {
            Some(name) => variables.get(name).map(Vec::as_slice).unwrap_or_default(),
            None => &own,
        };
        if let Some((line, _)) = values.first() {
            let texts: Vec<&str> = values.iter().map(|(_, t)| t.as_str()).collect();
            let at = At { file, line: *line, kind: kind::CI, lead: "versionSpec:", around: "" };
            found.state(at, runtime, &texts.join(", "), &texts);
            found.written_at(values.to_vec());
        }
    }
    node.entries().iter().for_each(|(_, value)| tasks(value, file, variables, found));
    node.items().iter().for_each(|item| tasks(item, file, variables, found));
}
