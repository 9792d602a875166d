//! Hosting: `runtime:` of App Engine and of serverless functions, versions that Netlify builds with.

use super::{At, Found};
use crate::runtimes::statement::{Runtime, kind};
use crate::runtimes::versions::undotted;

/// `runtime: python39`, `Runtime: nodejs18.x`, line by line: the files hold tags that only their tool can read.
pub(super) fn runtime_keys(file: &str, text: &str, found: &mut Found) {
    for (line, content) in (1_u32..).zip(text.lines()) {
        let content = content.split(" #").next().unwrap_or_default().trim().trim_start_matches("- ");
        let Some((key, value)) = content.split_once(':') else { continue };
        if !key.trim().eq_ignore_ascii_case("runtime") {
            continue;
        }
        let value = value.trim().trim_matches(['"', '\'']);
        let at = At { file, line, kind: kind::IMAGE, lead: "runtime:", around: "" };
        let small = value.to_ascii_lowercase();
        if let Some(version) = small.strip_prefix("python").and_then(undotted_or_dotted) {
            found.state(at, Runtime::Python, value, &[version.as_str()]);
        } else if let Some(version) = small.strip_prefix("nodejs") {
            found.state(at, Runtime::Node, value, &[version]);
        }
    }
}

fn undotted_or_dotted(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    undotted(text.get(..end)?)
}

/// `NODE_VERSION = "18"` and `PYTHON_VERSION = "3.9"` of a build's environment.
pub(super) fn netlify(file: &str, text: &str, found: &mut Found) {
    for (line, content) in (1_u32..).zip(text.lines()) {
        let content = content.split('#').next().unwrap_or_default().trim();
        for (name, runtime) in [("NODE_VERSION", Runtime::Node), ("PYTHON_VERSION", Runtime::Python)] {
            let Some((before, after)) = content.split_once(name) else { continue };
            let value = after.trim_start_matches(['"', ' ', '\t']).strip_prefix('=').map(str::trim);
            let Some(value) = value.filter(|_| before.ends_with(['"', ' ', '{', ',']) || before.is_empty()) else {
                continue;
            };
            let value = value.split(['"', '\'']).nth(1).unwrap_or(value);
            let at = At { file, line, kind: kind::IMAGE, lead: name, around: "" };
            found.state(at, runtime, value, &[value]);
        }
    }
}
