//! Folders as repositories: files below a folder, and components out of requirements files and `package.json`.
//!
//! Reading manifests in earnest is `uplift_ecosystems`'; cases need no more than names, pins and whether there is a lock.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on ends here"
)]

use std::collections::BTreeMap;
use std::path::Path;

use uplift_hygiene::{Component, Requirement};
use uplift_model::analysis::{Pinning, Statement};
use uplift_model::{Ecosystem, Role};

/// Path from the root, and text.
pub type Files = BTreeMap<String, String>;

pub fn files(root: &Path) -> Files {
    let mut found = Files::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    found.remove("expected.json");
    found
}

pub fn components(files: &Files) -> Vec<Component> {
    let mut all: BTreeMap<(String, Ecosystem), Component> = BTreeMap::new();
    for (path, text) in files {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let beside = |lock: &str| {
            files.get(&format!("{}{lock}", if folder.is_empty() { String::new() } else { format!("{folder}/") }))
        };
        // What pip-compile made of a `.in` file is its lock.
        let compiled = name.strip_suffix(".txt").is_some_and(|stem| beside(&format!("{stem}.in")).is_some());
        if name.starts_with("requirements") && (name.ends_with(".in") || name.ends_with(".txt")) && !compiled {
            let locked = beside("uv.lock").map(|t| versions(t));
            let entry = component(&mut all, folder, Ecosystem::Python, locked.is_some());
            for (index, line) in text.lines().enumerate() {
                let written = line.split(" #").next().unwrap().trim();
                if written.is_empty() || written.starts_with(['#', '-']) {
                    continue;
                }
                let end = written.find(['=', '<', '>', '~', '!', '[', ' ']).unwrap_or(written.len());
                let specifier = written[written.find(['=', '<', '>', '~', '!']).unwrap_or(written.len())..].to_owned();
                let pinning = match specifier.as_str() {
                    "" => Pinning::Unpinned,
                    s if s.starts_with("==") => Pinning::Pinned,
                    s if s.contains('<') => Pinning::Bounded,
                    _ => Pinning::Floor,
                };
                let name = &written[..end];
                let held = locked.as_ref().and_then(|l| l.get(name)).cloned();
                let pinned = specifier.strip_prefix("==").map(str::to_owned);
                let stated = statement(path, index, written, &specifier);
                // A package that two files state is one requirement with two statements.
                match entry.requirements.iter_mut().find(|r| r.name == name) {
                    Some(known) => {
                        known.stated.push(stated);
                        known.pinned = known.pinned.take().or(pinned);
                    }
                    None => {
                        let mut new = requirement(name, pinning, stated, held, pinned);
                        if path.contains("-dev.") {
                            new.role = Role::Development;
                        }
                        entry.requirements.push(new);
                    }
                }
            }
        } else if name == "package.json" {
            let locked = beside("package-lock.json").map(|t| locked_npm(t));
            let json: serde_json::Value = serde_json::from_str(text).unwrap();
            let entry = component(&mut all, folder, Ecosystem::JavaScript, locked.is_some());
            for (name, spec) in json["dependencies"].as_object().into_iter().flatten() {
                let spec = spec.as_str().unwrap();
                let line = text.lines().position(|l| l.contains(&format!("\"{name}\":"))).unwrap();
                let exact = spec.chars().next().is_some_and(|c| c.is_ascii_digit());
                let pinning = if exact { Pinning::Pinned } else { Pinning::Bounded };
                let held = locked.as_ref().and_then(|l| l.get(name)).cloned();
                entry.requirements.push(requirement(name, pinning, statement(path, line, spec, spec), held, None));
            }
        }
    }
    all.into_values().collect()
}

fn component<'a>(
    all: &'a mut BTreeMap<(String, Ecosystem), Component>,
    folder: &str,
    ecosystem: Ecosystem,
    locked: bool,
) -> &'a mut Component {
    let entry = all.entry((folder.to_owned(), ecosystem)).or_insert_with(|| Component {
        root: folder.to_owned(),
        ecosystem,
        runtime: None,
        locked: false,
        requirements: Vec::new(),
    });
    entry.locked |= locked;
    entry
}

fn requirement(
    name: &str,
    pinning: Pinning,
    stated: Statement,
    locked: Option<String>,
    pinned: Option<String>,
) -> Requirement {
    Requirement {
        name: name.to_owned(),
        role: Role::Runtime,
        pinning,
        stated: vec![stated],
        in_use: locked.clone(),
        pinned,
        locked: locked.into_iter().collect(),
    }
}

fn statement(file: &str, index: usize, written: &str, specifier: &str) -> Statement {
    Statement {
        file: file.to_owned(),
        line: u32::try_from(index).unwrap() + 1,
        written: written.to_owned(),
        specifier: specifier.to_owned(),
        marker: None,
        group: "main".to_owned(),
    }
}

/// Lines `name = "x"` and `version = "y"` of a uv.lock.
fn versions(text: &str) -> BTreeMap<String, String> {
    let value = |line: &str, key: &str| line.strip_prefix(key).map(|v| v.trim_matches([' ', '=', '"']).to_owned());
    let names = text.lines().filter_map(|l| value(l, "name ="));
    names.zip(text.lines().filter_map(|l| value(l, "version ="))).collect()
}

fn locked_npm(text: &str) -> BTreeMap<String, String> {
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let packages = json["packages"].as_object().into_iter().flatten();
    packages
        .filter_map(|(path, p)| {
            Some((path.strip_prefix("node_modules/")?.to_owned(), p["version"].as_str()?.to_owned()))
        })
        .collect()
}
