//! `setup.cfg` as setuptools reads it.
//!
//! Lives here: the INI grammar of Python's `configparser` with positions, and the keys that name requirements.

use super::collect::{Collector, Group};
use super::fragment::{Fragment, without_mark};
use super::specifier::Syntax;
use super::{Manifest, ManifestKind};
use uplift_model::{PackageName, Role};

/// One `key = value`; a value of several lines has one fragment for each.
struct Entry {
    section: String,
    key: String,
    /// Value of the key's own line, then one for each indented line; comments and blank lines left out.
    values: Vec<Fragment>,
    indent: usize,
}

pub(crate) fn parse(text: &str) -> Manifest {
    let mut collector = Collector::new(ManifestKind::SetupCfg, text);
    for entry in entries(text, &mut collector) {
        read(&mut collector, &entry);
    }
    collector.manifest
}

fn read(collector: &mut Collector, entry: &Entry) {
    let key = entry.key.replace('-', "_");
    let single = || entry.values.first().filter(|v| !v.is_empty());
    match (entry.section.as_str(), key.as_str()) {
        ("options", "install_requires") => {
            list(collector, entry, Group { name: "main", role: Role::Runtime });
        }
        ("options", "tests_require") => list(collector, entry, Group { name: "tests", role: Role::Test }),
        ("options", "setup_requires") => list(collector, entry, Group::of("build")),
        ("options", "python_requires") => {
            if let Some(value) = single() {
                collector.requires_python(value, Syntax::Pep440);
            }
        }
        ("options.extras_require", _) => list(collector, entry, Group::extra(&entry.key)),
        ("metadata", "name") => {
            let name = single().and_then(|v| PackageName::new(v.text()).ok());
            collector.manifest.project = name;
        }
        ("metadata", "classifiers" | "classifier") => {
            for value in &entry.values {
                collector.classifier(value.text());
            }
        }
        _ => {}
    }
}

/// One requirement a line, or all on one line parted by `;`, as setuptools takes them.
fn list(collector: &mut Collector, entry: &Entry, group: Group<'_>) {
    let Some(first) = entry.values.first() else { return };
    if first.text().starts_with("file:") || first.text().starts_with("attr:") {
        return collector.dynamic(first.span().start, &entry.key);
    }
    let one_line = entry.values.len() == 1;
    let parts = if one_line { first.split(';') } else { entry.values.clone() };
    for part in parts {
        let text = part.text();
        let cut = text.find(" #").or_else(|| text.starts_with('#').then_some(0));
        let part = part.slice(0..cut.unwrap_or(text.len())).trimmed();
        if !part.is_empty() {
            collector.requirement(&part, group);
        }
    }
}

/// Every key of the file in order.
fn entries(file: &str, collector: &mut Collector) -> Vec<Entry> {
    let (mark, body) = without_mark(file);
    let mut entries: Vec<Entry> = Vec::new();
    let mut section = String::new();
    let mut continues = false;
    let mut at = mark;
    for physical in body.split_inclusive('\n') {
        let start = at;
        at += physical.len();
        let line = physical.trim_end();
        let indent = line.len() - line.trim_start().len();
        let content = Fragment::raw(file, start + indent..start + line.len());
        if content.is_empty() || content.text().starts_with(['#', ';']) {
            continue;
        }
        if continues && let Some(entry) = entries.last_mut().filter(|e| indent > e.indent) {
            entry.values.push(content);
            continue;
        }
        let text = content.text();
        if let Some(name) = text.strip_prefix('[').and_then(|t| t.split_once(']')).map(|(name, _)| name) {
            section = name.to_owned();
            continues = false;
            continue;
        }
        match text.find(['=', ':']) {
            Some(cut) if cut > 0 => {
                let key = text.get(..cut).unwrap_or_default().trim().to_lowercase();
                let value = content.slice(cut + 1..text.len()).trimmed();
                entries.push(Entry { section: section.clone(), key, values: vec![value], indent });
                continues = true;
            }
            _ => {
                collector.problem(start, "neither a section nor `key = value`");
                continues = false;
            }
        }
    }
    entries
}
