//! Files that version managers read: `.python-version`, `.nvmrc`, `.tool-versions`, `runtime.txt`, mise.

use super::{At, Found};
use crate::runtimes::statement::{Runtime, kind};

pub(super) fn read(file: &str, text: &str, found: &mut Found) {
    let name = file.rsplit('/').next().unwrap_or(file);
    for (line, content) in (1_u32..).zip(text.lines()) {
        let content = content.split('#').next().unwrap_or_default().trim();
        if content.is_empty() {
            continue;
        }
        let at = At { file, line, kind: kind::VERSION_FILE, lead: "", around: "" };
        match name {
            ".nvmrc" | ".node-version" => found.state(at, Runtime::Node, content, &[content]),
            ".tool-versions" => {
                let mut words = content.split_whitespace();
                let runtime = match words.next() {
                    Some("python") => Runtime::Python,
                    Some("nodejs" | "node") => Runtime::Node,
                    _ => continue,
                };
                let versions: Vec<&str> = words.collect();
                found.state(at, runtime, content, &versions);
            }
            // Heroku's `python-3.9.7`; other tools put other things there.
            "runtime.txt" if !content.starts_with("python") && !content.starts_with(|c: char| c.is_ascii_digit()) => {}
            _ => found.state(at, Runtime::Python, content, &[content]),
        }
        // pyenv's file lists the preferred version first, the others have one line.
        if name == "runtime.txt" {
            break;
        }
    }
}

pub(super) fn mise(file: &str, text: &str, found: &mut Found) {
    let mut inside = false;
    for (line, content) in (1_u32..).zip(text.lines()) {
        let content = content.split('#').next().unwrap_or_default().trim();
        if content.starts_with('[') {
            inside = content == "[tools]";
            continue;
        }
        let Some((key, value)) = content.split_once('=').filter(|_| inside) else { continue };
        let runtime = match key.trim().trim_matches('"') {
            "python" => Runtime::Python,
            "node" | "nodejs" => Runtime::Node,
            _ => continue,
        };
        let value = value.trim();
        let quoted: Vec<&str> = value.split(['"', '\'']).skip(1).step_by(2).collect();
        let at = At { file, line, kind: kind::VERSION_FILE, lead: "", around: "" };
        found.state(at, runtime, content, &quoted);
    }
}
