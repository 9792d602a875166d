//! How many packages tell their changes in their artifacts: the direct dependencies of the evaluation's projects,
//! between the version that each was locked at and the newest.
//!
//! `cargo run -p uplift-facts --example notes -- evaluation/corpus.json`. Pages that
//! packages name as their changelogs are counted apart. With `name==from->to` in place of the file:
//! the notes of one Python package; `npm:name==from->to`, of an npm one.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use uplift_ecosystems::javascript::client::Registries;
use uplift_ecosystems::python::client::Clients;
use uplift_facts::notes::{Asked, Doors, LARGEST_ARTIFACT, notes};
use uplift_facts::releases::Store;
use uplift_model::notes::ReleaseNotes;
use uplift_model::{Datum, Ecosystem};
use uplift_sandbox::Cancel;
use uplift_sandbox::dirs::Dirs;
use uplift_sandbox::fetch::{Fetch, FetchSettings};

#[derive(Deserialize)]
struct Corpus {
    projects: Vec<Project>,
}

#[derive(Deserialize)]
struct Project {
    direct: Vec<Direct>,
    blind: Blind,
}

#[derive(Deserialize)]
struct Direct {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct Blind {
    versions: BTreeMap<String, String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let what = std::env::args().nth(1).ok_or("give evaluation/corpus.json, or name==from->to")?;
    let one = what.contains("->");
    let asked = if one { vec![single(&what).ok_or("write name==from->to")?] } else { corpus(&PathBuf::from(what))? };
    let cancel = Cancel::new();
    let dirs = Dirs::find()?;
    let settings = FetchSettings { time_limit: Duration::from_secs(60), ..FetchSettings::default() };
    let fetch = Fetch::new(settings.clone())?;
    let artifacts = Fetch::new(FetchSettings { body_limit: LARGEST_ARTIFACT, ..settings })?;
    let folder = dirs.root().join("notes");
    let clients = Clients::new(dirs, cancel);
    let indexes = clients.index_urls().map_err(|e| e.to_string());
    let registries = match asked.iter().any(|a| a.ecosystem == Ecosystem::JavaScript) {
        true => Registries::load(&clients, None).map_err(|e| e.to_string()),
        false => Err("no registry is needed".to_owned()),
    };
    let store = Store::new(&folder, &fetch, Duration::MAX, false);
    let doors = Doors { store: &store, artifacts: &artifacts, indexes: &indexes, registries: &registries };
    let found = notes(&asked, &doors);
    let mut out = std::io::stdout().lock();
    if one {
        return Ok(serde_json::to_writer_pretty(out, &found)?);
    }
    table(&mut out, &asked, &found)?;
    Ok(())
}

fn single(text: &str) -> Option<Asked> {
    let (ecosystem, rest) = match text.strip_prefix("npm:") {
        Some(rest) => (Ecosystem::JavaScript, rest),
        None => (Ecosystem::Python, text),
    };
    let (name, span) = rest.split_once("==")?;
    let (from, to) = span.split_once("->")?;
    let from = (!from.is_empty()).then(|| from.to_owned());
    Some(Asked { ecosystem, name: name.to_owned(), from, to: to.to_owned() })
}

/// Each package once, from its oldest lock to its newest target.
fn corpus(path: &PathBuf) -> Result<Vec<Asked>, Box<dyn std::error::Error>> {
    let corpus: Corpus = serde_json::from_slice(&std::fs::read(path)?)?;
    let mut spans: BTreeMap<String, (String, String)> = BTreeMap::new();
    for project in &corpus.projects {
        for direct in &project.direct {
            if let Some(newest) = project.blind.versions.get(&direct.name).filter(|newest| **newest != direct.version) {
                spans.entry(direct.name.clone()).or_insert((direct.version.clone(), newest.clone()));
            }
        }
    }
    let asked = |(name, (from, to))| Asked { ecosystem: Ecosystem::Python, name, from: Some(from), to };
    Ok(spans.into_iter().map(asked).collect())
}

fn table(out: &mut impl Write, asked: &[Asked], found: &[Datum<ReleaseNotes>]) -> std::io::Result<()> {
    let (mut told, mut paged, mut empty, mut missing) = (0, 0, 0, 0);
    for (one, answer) in asked.iter().zip(found) {
        let span = format!("{:<28} {:>12} -> {:<12}", one.name, one.from.as_deref().unwrap_or("?"), one.to);
        let said = match answer {
            Datum::Found { value } => {
                let notes: usize = value.releases.iter().map(|r| r.notes.len()).sum();
                let page = value.sources.iter().any(|s| s.kind == "page");
                match (notes, page) {
                    (0, _) => empty += 1,
                    (_, true) => paged += 1,
                    _ => told += 1,
                }
                let sources: Vec<&str> = value.sources.iter().take(2).map(|s| s.name.as_str()).collect();
                format!(
                    "{notes:>5} notes, {:>3} releases, {:>3} silent: {}",
                    value.releases.len(),
                    value.silent.len(),
                    sources.join(", ")
                )
            }
            Datum::None => {
                empty += 1;
                "none".to_owned()
            }
            Datum::NotRetrieved { why } => {
                missing += 1;
                format!("not retrieved: {}", why.chars().take(160).collect::<String>())
            }
        };
        writeln!(out, "{span} {said}")?;
    }
    writeln!(
        out,
        "{} packages: {told} from artifacts alone, {paged} from pages, {empty} without notes, {missing} not retrieved",
        asked.len()
    )
}
