//! GitHub workflows and actions: versions that jobs set up, matrices and variables followed, and their containers.

use super::{At, Found, images};
use crate::runtimes::statement::{Runtime, kind};
use uplift_yaml::{self as yaml, Node, Value};

const KEYS: [(&str, Runtime, &str); 2] =
    [("python-version", Runtime::Python, "python-version:"), ("node-version", Runtime::Node, "node-version:")];

pub(super) fn read(file: &str, text: &str, found: &mut Found) {
    let root = match yaml::read(text) {
        Ok(root) => root,
        Err(message) => return found.problems.push((None, format!("cannot be read as YAML: {message}"), None)),
    };
    for (name, job) in root.get("jobs").map(Node::entries).unwrap_or_default() {
        let around = format!("{name}\n{}", job.all_text());
        Job { file, root: &root, job, around: &around }.read(found);
    }
    // An action of the repository's own has steps without jobs.
    if let Some(action) = root.get("runs") {
        Job { file, root: &root, job: action, around: "" }.read(found);
    }
}

struct Job<'a> {
    file: &'a str,
    root: &'a Node,
    job: &'a Node,
    around: &'a str,
}

impl<'a> Job<'a> {
    fn read(&self, found: &mut Found) {
        let steps = self.job.get("steps").map(Node::items).unwrap_or_default();
        for step in steps.iter().chain([self.job]) {
            for (key, runtime, lead) in KEYS {
                if let Some(value) = step.at(&["with", key]) {
                    self.versions(value, step, runtime, lead, found);
                }
            }
            let image = step.get("uses").and_then(|u| Some((u.line, u.text()?.strip_prefix("docker://")?)));
            if let Some((line, image)) = image {
                self.image(line, image, found);
            }
        }
        let container = self.job.get("container").map(|c| c.get("image").unwrap_or(c));
        for value in container.into_iter().flat_map(|c| self.resolve(c, self.job)) {
            self.image(value.line, value.text().unwrap_or_default(), found);
        }
    }

    fn image(&self, line: u32, image: &str, found: &mut Found) {
        for (runtime, version) in images::runtimes(image) {
            let at = At { file: self.file, line, kind: kind::CI, lead: "container:", around: self.around };
            found.state(at, runtime, image, &[version.as_str()]);
        }
    }

    fn versions(&self, value: &'a Node, step: &'a Node, runtime: Runtime, lead: &'static str, found: &mut Found) {
        let values = self.resolve(value, step);
        let first = values.iter().map(|n| n.line).min().unwrap_or(value.line);
        // The action takes several, one a line.
        let texts: Vec<&str> = values
            .iter()
            .filter_map(|n| n.text())
            .flat_map(str::lines)
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .collect();
        let written = match texts.as_slice() {
            [] => value.text().unwrap_or_default().to_owned(),
            [one] => (*one).to_owned(),
            many => format!("[{}]", many.iter().map(|t| format!("\"{t}\"")).collect::<Vec<_>>().join(", ")),
        };
        let at = At { file: self.file, line: first, kind: kind::CI, lead, around: self.around };
        found.state(at, runtime, &written, &texts);
        // A text of several lines has its versions below the line of its key.
        let rows = |node: &Node| {
            let rows: Vec<&str> = node.text().unwrap_or_default().lines().collect();
            let below = u32::from(rows.len() > 1);
            let numbered =
                (node.line + below..).zip(rows.into_iter().map(str::trim)).filter(|(_, row)| !row.is_empty());
            numbered.map(|(line, row)| (line, row.to_owned())).collect::<Vec<_>>()
        };
        found.written_at(values.iter().flat_map(|node| rows(node)).collect());
        for node in values.iter().filter(|n| n.is_number() && runtime == Runtime::Python) {
            let text = node.text().unwrap_or_default();
            if text.contains('.') && text.ends_with('0') {
                let read = text.trim_end_matches('0');
                found.problems.push((
                    Some(node.line),
                    format!("`{text}` without quotes is a number, and read as {read}"),
                    Some(format!("write \"{text}\"")),
                ));
            }
        }
    }

    /// The scalars that a value stands for; nothing for what only a run can tell.
    fn resolve(&self, value: &'a Node, step: &'a Node) -> Vec<&'a Node> {
        let Some(expression) = value.text().and_then(expression) else { return value.scalars() };
        let mut path = expression.split('.');
        let (context, Some(name)) = (path.next().unwrap_or_default(), path.next()) else { return Vec::new() };
        match context {
            "matrix" => self.matrix(name, path.next()),
            "env" => {
                let env = [step, self.job, self.root].into_iter().find_map(|n| n.at(&["env", name]));
                env.into_iter().filter(|n| n.text().is_some_and(|t| self::expression(t).is_none())).collect()
            }
            "inputs" => {
                let places = [
                    &["on", "workflow_call", "inputs", name, "default"][..],
                    &["on", "workflow_dispatch", "inputs", name, "default"],
                    &["inputs", name, "default"],
                ];
                places.iter().find_map(|p| self.root.at(p)).into_iter().filter(|n| n.text().is_some()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Values of a matrix's axis, those of `include` with them; `inner`: a key of axes whose values are maps.
    fn matrix(&self, name: &str, inner: Option<&str>) -> Vec<&'a Node> {
        let Some(matrix) = self.job.at(&["strategy", "matrix"]) else { return Vec::new() };
        let axis = matrix.get(name).map(Node::items).unwrap_or_default();
        let included = matrix.get("include").map(Node::items).unwrap_or_default().iter().filter_map(|i| i.get(name));
        axis.iter()
            .chain(included)
            .filter_map(|node| match (&node.value, inner) {
                (Value::Map(_), Some(key)) => node.get(key),
                (Value::Scalar { .. }, None) => Some(node),
                _ => None,
            })
            .filter(|node| node.text().is_some())
            .collect()
    }
}

/// `matrix.python` of `${{ matrix.python }}` and of `${{ matrix['python'] }}`.
fn expression(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix("${{")?.strip_suffix("}}")?.trim();
    Some(inner.replace("['", ".").replace("']", ""))
}
