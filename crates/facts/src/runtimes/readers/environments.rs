//! Environments of tox (`envlist`, also in `setup.cfg` and `pyproject.toml`) and of nox sessions.

use super::{At, Found, Meaning};
use crate::runtimes::statement::{Runtime, kind};
use crate::runtimes::versions::{sorted, undotted};

/// `py39`, `py3.9`, `py{38,39}-django`, `{py38,py39}` in the list of environments.
pub(super) fn tox(file: &str, text: &str, found: &mut Found) {
    let mut written = String::new();
    let mut first = 0;
    for (line, content) in (1_u32..).zip(text.lines()) {
        let content = content.split('#').next().unwrap_or_default();
        let key = content.split(['=', ':']).next().unwrap_or_default().trim();
        let opens = matches!(key, "envlist" | "env_list") && content.contains(['=', ':']);
        let goes_on = first > 0 && (content.starts_with([' ', '\t', ']', '"', '\'']) || content.trim().is_empty());
        if opens && first == 0 {
            first = line;
            written.push_str(content.split_once(['=', ':']).map_or("", |(_, value)| value));
        } else if goes_on && !content.contains('=') {
            written.push('\n');
            written.push_str(content);
        } else if first > 0 {
            break;
        }
    }
    let lines = sorted(environments(&written));
    if first > 0 && !lines.is_empty() {
        let told = written.split_whitespace().collect::<Vec<_>>().join(" ");
        let at = At { file, line: first, kind: kind::TOOL, lead: "envlist", around: "" };
        found.push(at, Runtime::Python, &told, Meaning::lines(lines));
    }
}

fn environments(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, _) in text.match_indices("py") {
        if text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric)) {
            continue;
        }
        let rest = text.get(at + 2..).unwrap_or_default();
        match rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((inner, _)) => lines.extend(inner.split(',').filter_map(|factor| digits(factor.trim()))),
            None => lines.extend(digits(rest)),
        }
    }
    lines.retain(|line| line.contains('.'));
    lines
}

fn digits(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    undotted(text.get(..end)?)
}

/// Versions in quotes on lines that speak of `python`: `@nox.session(python=["3.9", "3.10"])`.
pub(super) fn nox(file: &str, text: &str, found: &mut Found) {
    for (line, content) in (1_u32..).zip(text.lines()) {
        let content = content.split('#').next().unwrap_or_default().trim();
        if !content.to_ascii_lowercase().contains("python") || !content.contains('=') {
            continue;
        }
        let quoted = content.split(['"', '\'']).skip(1).step_by(2);
        let lines = sorted(quoted.filter_map(whole).filter(|l| l.contains('.')));
        if !lines.is_empty() {
            let at = At { file, line, kind: kind::TOOL, lead: "", around: "" };
            found.push(at, Runtime::Python, content, Meaning::lines(lines));
        }
    }
}

/// The line of a text that is a version and nothing else.
fn whole(text: &str) -> Option<String> {
    let only = text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    only.then(|| undotted(text)).flatten()
}
