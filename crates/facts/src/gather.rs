//! The whole gathering: from the files of a repository to its analysis, before anything is judged.
//!
//! Start reading at [`gather`]. Every source that fails leaves its mark: in the data it should have given, and in
//! [`SourceState`], so that silence never reads as "nothing found".

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use uplift_ecosystems::python::client::Clients;
use uplift_ecosystems::python::registry::Tags;
use uplift_model::analysis::{Analysis, ComponentAnalysis, SCHEMA, SourceState};
use uplift_model::risk::Urgency;
use uplift_model::{Ecosystem, PackageName};
use uplift_sandbox::fetch::Fetch;
use uplift_sandbox::redact;

use crate::components::{self, Component};
use crate::releases::{self, Answer, Python, Store};
use crate::rows;
use crate::tree::Tree;

/// What is asked for.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The repository's root, or any folder.
    pub root: &'a Path,
    pub repository: String,
    pub commit: Option<String>,
    /// `YYYY-MM-DD`.
    pub as_of: String,
    pub offline: bool,
    /// An index's answer of at most this age is taken without asking.
    pub max_age: Duration,
    pub fetch: &'a Fetch,
    pub clients: &'a Clients,
    /// Where summaries of index pages are kept.
    pub store: PathBuf,
}

/// Facts, and the releases that a judgement of them needs.
#[derive(Debug)]
pub struct Gathered {
    pub analysis: Analysis,
    /// In the order of the analysis' components: what the index said of each of its packages.
    pub releases: Vec<BTreeMap<String, Answer>>,
}

/// Reads the files, asks the sources, joins the answers.
pub fn gather(ask: &Ask<'_>) -> Gathered {
    let tree = Tree::walk(ask.root);
    let components = components::components(&tree);
    let store = Store::new(&ask.store, ask.fetch, ask.max_age, ask.offline);
    let python = python_pages(ask, &store, &components);
    let mut sources = Vec::new();
    let mut analyses = Vec::new();
    let mut releases = Vec::new();
    for component in &components {
        let runtime = "3.12".to_owned();
        let tags = Tags::new(&runtime, std::env::consts::OS, std::env::consts::ARCH);
        let answers: BTreeMap<String, Answer> = component
            .packages
            .values()
            .map(|package| {
                let answer = match PackageName::new(&package.name) {
                    Ok(name) if package.from_index() => python
                        .get(&name)
                        .map_or(Answer::Unknown, |page| releases::python_answer(&name, page, &tags, &ask.as_of)),
                    _ => Answer::Unknown,
                };
                (package.name.clone(), answer)
            })
            .collect();
        let rows = component
            .packages
            .values()
            .map(|package| {
                rows::row(component, package, answers.get(&package.name).unwrap_or(&Answer::Unknown), &ask.as_of)
            })
            .collect();
        analyses.push(ComponentAnalysis {
            path: if component.root.is_empty() { ".".to_owned() } else { component.root.clone() },
            ecosystem: component.ecosystem,
            name: component.name.clone(),
            runtime: Some(runtime),
            runtime_from: None,
            platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            environment: component.environment.clone(),
            dependencies: rows,
            runtimes: Vec::new(),
            drift: component.drift.clone(),
            notes: component.notes.clone(),
        });
        releases.push(answers);
    }
    sources.extend(release_source(Ecosystem::Python, &python));
    let analysis = Analysis {
        schema: SCHEMA.to_owned(),
        repository: ask.repository.clone(),
        commit: ask.commit.clone(),
        as_of: ask.as_of.clone(),
        components: analyses,
        sources,
        urgency: Urgency { level: String::new(), score: 0.0, formula: String::new(), because: Vec::new() },
        problems: tree.problems(),
    };
    Gathered { analysis, releases }
}

type Pages = BTreeMap<PackageName, Result<Option<releases::Page>, String>>;

fn python_pages(ask: &Ask<'_>, store: &Store<'_>, components: &[Component]) -> Pages {
    let of_python = components.iter().filter(|c| c.ecosystem == Ecosystem::Python);
    let packages = of_python.flat_map(|c| c.packages.values()).filter(|p| p.from_index());
    let names: BTreeSet<PackageName> = packages.filter_map(|p| PackageName::new(&p.name).ok()).collect();
    if names.is_empty() {
        return Pages::new();
    }
    let indexes = ask.clients.index_urls().map_err(|e| redact::text(&e.to_string()));
    Python { indexes }.pages(store, &names.into_iter().collect::<Vec<_>>())
}

fn release_source(ecosystem: Ecosystem, pages: &Pages) -> Option<SourceState> {
    if pages.is_empty() {
        return None;
    }
    let failed: Vec<(&PackageName, &String)> = pages.iter().filter_map(|(n, p)| Some((n, p.as_ref().err()?))).collect();
    let (state, detail) = match failed.first() {
        None => ("found", format!("{} packages", pages.len())),
        Some((name, why)) => {
            let state = if failed.len() == pages.len() { "not-retrieved" } else { "partly" };
            (state, format!("{} of {} packages not retrieved; {name}: {why}", failed.len(), pages.len()))
        }
    };
    Some(SourceState { source: format!("releases ({ecosystem})"), state: state.to_owned(), detail })
}
