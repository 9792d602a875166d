//! `package.json`: `engines.node`, `devEngines.runtime`, volta.

use serde_json::Value;

use super::{At, Found, Meaning, line_at};
use crate::runtimes::node_range::NodeRange;
use crate::runtimes::statement::{Runtime, kind};
use crate::runtimes::versions::line;

pub(super) fn read(file: &str, text: &str, found: &mut Found) {
    // A file that is no JSON is told by whoever reads the dependencies.
    let Ok(root) = serde_json::from_str::<Value>(text) else { return };
    if let Some(node) = root.pointer("/engines/node").and_then(Value::as_str) {
        range(file, line_of(text, &["engines", "node"]), node, "engines.node", found);
    }
    let runtime = root.pointer("/devEngines/runtime");
    let runtimes = runtime
        .and_then(Value::as_array)
        .map_or_else(|| runtime.into_iter().collect(), |all| all.iter().collect::<Vec<_>>());
    for one in runtimes.iter().filter(|r| r.get("name").and_then(Value::as_str) == Some("node")) {
        if let Some(version) = one.get("version").and_then(Value::as_str) {
            range(file, line_of(text, &["devEngines", "version"]), version, "devEngines.runtime", found);
        }
    }
    if let Some(version) = root.pointer("/volta/node").and_then(Value::as_str) {
        let line = line_of(text, &["volta", "node"]);
        let at = At { file, line, kind: kind::VERSION_FILE, lead: "volta.node", around: "" };
        found.state(at, Runtime::Node, version, &[version]);
    }
}

fn range(file: &str, line: u32, written: &str, lead: &'static str, found: &mut Found) {
    let at = At { file, line, kind: kind::ENGINES, lead, around: "" };
    let read = NodeRange::read(written);
    if read.is_none() {
        let message = format!("`{written}` is no range of Node versions");
        found.problems.push((Some(at.line), message, None));
    }
    let floor = read.as_ref().and_then(NodeRange::floor);
    let lines = floor.iter().filter_map(|f| self::line(Runtime::Node, f)).collect();
    let exact = written.trim().starts_with(|c: char| c.is_ascii_digit()) && !written.contains([' ', '|', 'x', '*']);
    let range = read.map(|_| written.to_owned());
    found.push(at, Runtime::Node, written, Meaning { lines, versions: floor.into_iter().collect(), exact, range });
}

/// Line of the last of `keys`, each sought behind the one before.
fn line_of(text: &str, keys: &[&str]) -> u32 {
    let mut from = 0;
    for key in keys {
        let quoted = format!("\"{key}\"");
        if let Some(at) = text.get(from..).and_then(|rest| rest.find(&quoted)) {
            from += at + quoted.len();
        }
    }
    line_at(text, from)
}
