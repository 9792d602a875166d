//! yarn 1's lock: entries under the ranges that they answer. What the project itself needs is left to package.json.

use std::collections::HashMap;

use super::npm::origin;
use super::{Edge, EdgeKind, Lock, LockError, LockKind, Origin, Package, split_descriptor, version};
use crate::javascript::manifest::{Manifest, Specifier};

pub(super) fn read(text: &str, manifests: &[(String, Manifest)]) -> Result<Lock, LockError> {
    let mut packages: Vec<Package> =
        manifests.iter().map(|(folder, manifest)| Package::member(folder, manifest)).collect();
    let mut answers: HashMap<String, usize> = HashMap::new();
    let mut table = EdgeKind::Normal;
    let mut open: Option<Package> = None;
    for (index, line) in text.lines().enumerate() {
        let body = line.trim();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let bad = |why: &str| LockError::Syntax(format!("line {}: {why}", index + 1));
        let indent = line.len() - line.trim_start_matches(' ').len();
        if indent == 0 {
            packages.extend(open.take());
            let keys = body.strip_suffix(':').ok_or_else(|| bad("an entry does not end with a colon"))?;
            let keys = descriptors(keys).ok_or_else(|| bad("a quote is not closed"))?;
            let first = keys.first().ok_or_else(|| bad("an entry has no name"))?;
            let (name, range) = split_descriptor(first).ok_or_else(|| bad("an entry has no range"))?;
            let real = match Specifier::parse(range) {
                Specifier::Alias { name, .. } => name,
                _ => name.to_owned(),
            };
            for key in &keys {
                answers.insert(key.clone(), packages.len());
            }
            open = Some(Package::new(first.clone(), real));
            continue;
        }
        let package = open.as_mut().ok_or_else(|| bad("a value stands before the first entry"))?;
        match (indent, body) {
            (_, "dependencies:") if indent <= 2 => table = EdgeKind::Normal,
            (_, "optionalDependencies:") if indent <= 2 => table = EdgeKind::Optional,
            (1..=2, _) => {
                let (key, value) = pair(body).ok_or_else(|| bad("a value is missing"))?;
                match key.as_str() {
                    "version" => {
                        package.version = version(&value);
                        package.id = format!("{}@{value}", package.name);
                    }
                    "resolved" => package.origin = archive(&value),
                    "integrity" => package.has_integrity = true,
                    _ => {}
                }
            }
            _ => {
                let (name, range) = pair(body).ok_or_else(|| bad("a range is missing"))?;
                package.needs.push(Edge { name, range, kind: table, to: None });
            }
        }
    }
    packages.extend(open.take());
    connect(&mut packages, &answers);
    let mut lock = Lock { kind: LockKind::YarnClassic, format: "1".to_owned(), packages, problems: Vec::new() };
    lock.mark_flags();
    Ok(lock)
}

fn archive(resolved: &str) -> Origin {
    let path = resolved.split('#').next().unwrap_or(resolved);
    if path.ends_with(".git") { Origin::Git } else { origin(resolved) }
}

/// A key's descriptors: `a@^1, "b@>= 2"`.
fn descriptors(text: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (one, after) = word(rest, &[','])?;
        found.push(one);
        rest = after.trim_start().trim_start_matches(',').trim_start();
    }
    Some(found)
}

/// A name and its value, each perhaps in quotes.
fn pair(text: &str) -> Option<(String, String)> {
    let (name, rest) = word(text, &[' ', '\t'])?;
    let (value, _) = word(rest.trim_start(), &[])?;
    Some((name.trim_end_matches(':').to_owned(), value))
}

/// The word at the front, up to one of `ends` or the closing quote, and what follows it.
fn word<'t>(text: &'t str, ends: &[char]) -> Option<(String, &'t str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(ends).unwrap_or(text.len());
        let (word, rest) = text.split_at_checked(end)?;
        return (!word.is_empty()).then(|| (word.trim_end().to_owned(), rest));
    };
    let mut word = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some((word, chars.as_str())),
            '\\' => word.push(chars.next()?),
            c => word.push(c),
        }
    }
}

/// Gives every edge the entry that answers its range; a member of the workspace goes before the registry when its
/// version will do.
fn connect(packages: &mut [Package], answers: &HashMap<String, usize>) {
    let members: Vec<(usize, String, Option<uplift_model::semver::Version>)> = packages
        .iter()
        .enumerate()
        .filter(|(_, p)| p.is_member())
        .map(|(at, p)| (at, p.name.clone(), p.version.clone()))
        .collect();
    for package in packages.iter_mut() {
        for edge in &mut package.needs {
            let member = members.iter().find(|(_, name, version)| {
                *name == edge.name
                    && match Specifier::parse(&edge.range).range() {
                        Some(range) => version.as_ref().is_some_and(|v| range.satisfies(v)),
                        None => true,
                    }
            });
            edge.to =
                answers.get(&format!("{}@{}", edge.name, edge.range)).copied().or_else(|| member.map(|(at, ..)| *at));
        }
    }
}
