//! Dockerfiles: the image of every stage, with defaults of `ARG` filled in; NodeSource's setup scripts.

use std::collections::HashMap;

use super::{At, Found, images};
use crate::runtimes::statement::{Runtime, kind};

pub(super) fn read(file: &str, text: &str, found: &mut Found) {
    let mut arguments: HashMap<String, String> = HashMap::new();
    let mut stages: Vec<String> = Vec::new();
    for (line, content) in instructions(text) {
        let mut words = content.split_whitespace();
        let instruction = words.next().unwrap_or_default().to_ascii_uppercase();
        let at = |lead| At { file, line, kind: kind::IMAGE, lead, around: text };
        match instruction.as_str() {
            "ARG" => {
                for (name, value) in words.filter_map(|w| w.split_once('=')) {
                    arguments.insert(name.to_owned(), value.trim_matches(['"', '\'']).to_owned());
                }
            }
            "FROM" => {
                let mut words = words.skip_while(|w| w.starts_with("--"));
                let Some(written) = words.next() else { continue };
                let image = filled(written, &arguments);
                let known = stages.contains(&image.to_ascii_lowercase());
                if words.next().is_some_and(|w| w.eq_ignore_ascii_case("as")) {
                    stages.extend(words.next().map(str::to_ascii_lowercase));
                }
                if known {
                    continue;
                }
                for (runtime, version) in images::runtimes(&image) {
                    found.state(at("FROM"), runtime, &image, &[version.as_str()]);
                }
            }
            "RUN" => {
                let script =
                    content.split(|c: char| c.is_whitespace() || c == '/').find_map(|w| w.strip_prefix("setup_"));
                if let Some(version) = script.filter(|_| content.contains("nodesource")) {
                    found.state(at("RUN"), Runtime::Node, &format!("setup_{version}"), &[version]);
                }
            }
            _ => {}
        }
    }
}

/// Instructions with their first lines; continued lines joined, comments left out.
fn instructions(text: &str) -> Vec<(u32, String)> {
    let mut all: Vec<(u32, String)> = Vec::new();
    let mut open = false;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let more = line.strip_suffix(['\\', '`']);
        let content = more.unwrap_or(line);
        match all.last_mut() {
            Some((_, last)) if open => {
                last.push(' ');
                last.push_str(content);
            }
            _ => all.push((number, content.to_owned())),
        }
        open = more.is_some();
    }
    all
}

/// `$NAME`, `${NAME}` and `${NAME:-default}` replaced; what is not known stays as written.
pub(super) fn filled(text: &str, values: &HashMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, default, end) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((inner, end)) => {
                let (name, default) = inner.split_once(":-").or_else(|| inner.split_once('-')).unwrap_or((inner, ""));
                (name, default, end)
            }
            None => {
                let length = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                (after.get(..length).unwrap_or_default(), "", after.get(length..).unwrap_or_default())
            }
        };
        match values.get(name) {
            Some(value) => out.push_str(value),
            None if !default.is_empty() => out.push_str(default),
            None => {
                out.push('$');
                out.push_str(after.strip_suffix(end).unwrap_or_default());
            }
        }
        rest = end;
    }
    out.push_str(rest);
    out
}
