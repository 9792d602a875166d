//! Requirements files: `requirements.txt`, `requirements.in`, constraints.
//!
//! Lives here: requirement lines, options, what stands without a name.
//! Lives elsewhere: joining of lines (`lines`), following `-r` and `-c` (`tree`), PEP 508 (`requirement`).

mod lines;
mod options;
mod tree;

use super::collect::{Collector, Group};
use super::fragment::Fragment;
use super::requirement::{self, Requirement};
use super::{FileOption, Include, IncludeKind, Manifest, ManifestKind, Reference};
use uplift_model::PackageName;

pub(crate) use lines::logical_lines;
pub use tree::{File, read_tree};

/// The group that a requirements file stands for, by its name: `dev` for `requirements-dev.txt` and
/// `requirements/dev.in`, `main` for `requirements.txt` and `requirements/base.txt`.
pub fn group_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_suffix(".txt").or_else(|| name.strip_suffix(".in")).unwrap_or(name);
    let mut words = stem.split(['-', '_', '.']).map(str::to_ascii_lowercase);
    let silent = [
        "requirements",
        "requirement",
        "reqs",
        "req",
        "requires",
        "deps",
        "base",
        "main",
        "common",
        "core",
        "prod",
        "production",
        "all",
        "lock",
        "locked",
    ];
    words.find(|w| !silent.contains(&w.as_str()) && !w.is_empty()).unwrap_or_else(|| "main".to_owned())
}

/// Reads a requirements file. All requirements get the group `main`; [`group_of`] guesses from the file's name.
pub(crate) fn parse(text: &str) -> Manifest {
    let mut collector = Collector::new(ManifestKind::Requirements, text);
    for line in logical_lines(text) {
        if line.content.text().starts_with('-') {
            option_line(&mut collector, &line.content);
        } else if !line.content.is_empty() {
            requirement_line(&mut collector, &line.content);
        }
    }
    collector.manifest
}

fn option_line(collector: &mut Collector, content: &Fragment) {
    let at = content.span().start;
    let line = collector.lines.number(at);
    let (found, message) = options::read(content);
    if let Some(message) = message {
        collector.problem(at, message);
    }
    for option in found {
        let value = option.value.as_ref().map(|v| v.text().to_owned());
        match (option.name, option.value) {
            (name @ ("--requirement" | "--constraint"), Some(path)) => {
                let kind = if name == "--constraint" { IncludeKind::Constraints } else { IncludeKind::Requirements };
                let include = Include { kind, path: path.text().to_owned(), line };
                if include.path.contains("://") {
                    let message = format!("`{}` is on another machine and is not read", include.path);
                    collector.lost(at, message);
                } else {
                    collector.manifest.includes.push(include);
                }
            }
            ("--editable", Some(target)) => reference(collector, &target, content.text(), true),
            (name, _) => collector.manifest.options.push(FileOption { name: name.to_owned(), value, line }),
        }
    }
}

fn requirement_line(collector: &mut Collector, content: &Fragment) {
    let (requirement, tail) = options::split_requirement(content);
    let head = requirement.text().split(';').next().unwrap_or_default();
    if stands_alone(head) {
        return reference(collector, &requirement, content.text(), false);
    }
    let before = collector.manifest.stated.len();
    let group = Group { name: "main", role: uplift_model::Role::Runtime };
    match requirement::read(&requirement) {
        Ok(read) => collector.state(read, requirement.text(), group),
        Err(message) => return collector.lost(content.span().start, message),
    }
    let Some(tail) = tail else { return };
    let (found, message) = options::read(&tail);
    if let Some(message) = message {
        collector.problem(tail.span().start, message);
    }
    let hashes: Vec<Fragment> = found.into_iter().filter(|o| o.name == "--hash").map(|o| o.whole).collect();
    if let Some(stated) = collector.manifest.stated.get_mut(before) {
        collector.manifest.has_hashes |= !hashes.is_empty();
        stated.hashes = hashes;
    }
}

/// A URL or path where a name would stand, by the rules pip goes by.
fn stands_alone(text: &str) -> bool {
    let text = text.trim();
    let named = text.find('@').is_some_and(|at| {
        let name = text.get(..at).unwrap_or_default().split('[').next().unwrap_or_default();
        PackageName::new(name.trim()).is_ok()
    });
    let archive = [".whl", ".zip", ".tar.gz", ".tar.bz2", ".tgz"].iter().any(|e| text.ends_with(e));
    !named && (text.contains("://") || text.contains('/') || text.contains('\\') || text.starts_with('.') || archive)
}

/// `-e .[dev]`, `git+https://…#egg=name`, `./vendor/name-1.0-py3-none-any.whl`. With a name it is a requirement.
fn reference(collector: &mut Collector, target: &Fragment, written: &str, editable: bool) {
    let (text, marker) = match target.text().split_once(';') {
        Some((text, marker)) if !text.contains("://") || text.ends_with(char::is_whitespace) => {
            (text.trim(), requirement::marker(marker).ok())
        }
        _ => (target.text().trim(), None),
    };
    if !stands_alone(text) && text.contains('@') {
        let before = collector.manifest.stated.len();
        collector.requirement(target, Group { name: "main", role: uplift_model::Role::Runtime });
        if let Some(stated) = collector.manifest.stated.get_mut(before) {
            stated.editable = editable;
            stated.written = written.to_owned();
        }
        return;
    }
    let line = collector.lines.number(target.span().start);
    match named(text) {
        Some((name, extras)) => {
            let specifier = target.slice(0..0);
            let read = Requirement { name, extras, specifier, marker, url: Some(text.to_owned()) };
            let before = collector.manifest.stated.len();
            collector.state(read, written, Group { name: "main", role: uplift_model::Role::Runtime });
            if let Some(stated) = collector.manifest.stated.get_mut(before) {
                stated.editable = editable;
            }
        }
        None => {
            let (target, extras) = with_extras(text);
            let target = target.to_owned();
            collector.manifest.references.push(Reference { line, target, extras, editable });
        }
    }
}

/// The name that a URL carries in `#egg=` or that a wheel has in its file name.
fn named(text: &str) -> Option<(PackageName, Vec<String>)> {
    if let Some((_, egg)) = text.split_once("egg=") {
        let (name, extras) = with_extras(egg.split('&').next().unwrap_or_default());
        return PackageName::new(name).ok().map(|name| (name, extras));
    }
    let file = text.rsplit(['/', '\\']).next()?.split(['#', '?']).next()?;
    let wheel = file.strip_suffix(".whl")?;
    PackageName::new(wheel.split('-').next()?).ok().map(|name| (name, Vec::new()))
}

fn with_extras(text: &str) -> (&str, Vec<String>) {
    let inside = text.strip_suffix(']').and_then(|t| t.rsplit_once('['));
    let Some((before, extras)) = inside else { return (text, Vec::new()) };
    let names = extras.split(',').filter_map(|e| PackageName::new(e.trim()).ok());
    (before, names.map(|n| n.to_string()).collect())
}
