//! The whole gathering: from the files of a repository to its analysis, before anything is judged.
//!
//! Start reading at [`gather`]. Every source that fails leaves its mark: in the data it should have given, and in
//! [`SourceState`], so that silence never reads as "nothing found".

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use uplift_ecosystems::javascript::client::Registries;
use uplift_ecosystems::javascript::registry::Packument;
use uplift_ecosystems::python::client::Clients;
use uplift_ecosystems::python::registry::Tags;
use uplift_model::advisory::Finding;
use uplift_model::analysis::{Analysis, ComponentAnalysis, DependencyRow, Pinning, SCHEMA, SourceState};
use uplift_model::risk::Urgency;
use uplift_model::{Datum, Ecosystem, PackageName, Solution};
use uplift_sandbox::fetch::Fetch;
use uplift_sandbox::redact;

use crate::components::{self, Component};
use crate::licences::{self, Licences};
use crate::releases::{self, Answer, Provided, Python, Store};
use crate::rows;
use crate::runtime;
use crate::runtimes::upgrade::{self, Asking};
use crate::runtimes::{self, Chosen, Ground};
use crate::tree::Tree;
use crate::usage;
use crate::vulnerabilities::{Sources, Vulnerabilities, Wanted};

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
    pub advisories: Sources<'a>,
    /// The Python that somebody named for the whole repository.
    pub python: Option<Named<'a>>,
    /// A policy has rules on licences, so that those of Python packages are asked for.
    pub licences: bool,
    /// `None`: every component, as its files have it.
    pub subject: Option<Subject<'a>>,
}

/// A version of Python that somebody named, and in whose words: `chosen by the settings`.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    pub version: &'a str,
    pub from: &'a str,
}

/// One Python component as a resolver knows it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Folder from the repository's root; empty for the root.
    pub root: &'a str,
    /// What is installed; stands in for a lock where there is none.
    pub in_use: &'a Solution,
    /// The interpreter that "installable" is judged by: `3.11`.
    pub python: &'a str,
}

/// Facts, and the releases that a judgement of them needs.
#[derive(Debug)]
pub struct Gathered {
    pub analysis: Analysis,
    /// In the order of the analysis' components: what the index said of each of its packages.
    pub releases: Vec<BTreeMap<String, Answer>>,
    pub vulnerabilities: Vulnerabilities,
    pub licences: Licences,
    /// In the order of the analysis' components: what its code uses.
    pub code: Vec<usage::Index>,
    /// Python indexes; `Err`: why they are not known.
    pub indexes: Result<Vec<String>, String>,
}

/// Reads the files, asks the sources, joins the answers.
pub fn gather(ask: &Ask<'_>) -> Gathered {
    gather_from(ask, &Tree::walk(ask.root))
}

/// [`gather`] over files that need not lie on the disk.
pub fn gather_from(ask: &Ask<'_>, tree: &Tree<'_>) -> Gathered {
    let mut components = components::components(tree);
    if let Some(subject) = ask.subject {
        components.retain(|c| c.root == subject.root && c.ecosystem == Ecosystem::Python);
        components.iter_mut().for_each(|c| c.stand_at(subject.in_use));
    }
    let store = store(ask);
    let indexes = indexes(ask, &components);
    let python = python_pages(&indexes, &store, &components);
    let javascript = javascript_documents(ask, &store, &components);
    let used = usage::Index::read(&tree.files, &|path| tree.read(path));
    let roots: Vec<&str> = components.iter().map(|c| c.root.as_str()).collect();
    let stated = runtimes::gather(&tree.files, &|path| tree.read(path));
    let places = places(&components);
    for problem in &stated.problems {
        tree.note(problem.clone());
    }
    // What a Python index says of a package is one answer for all components on one line.
    let shared: RefCell<BTreeMap<(String, String), Answer>> = RefCell::default();
    let mut analyses = Vec::new();
    let (mut releases, mut codes) = (Vec::new(), Vec::new());
    for ((component, documents), place) in components.iter().zip(&javascript).zip(&places) {
        let chosen = match ask.subject {
            Some(subject) => runtime::given(subject.python, "chosen for the plan"),
            None => first_choice(ask, place, &places, &stated),
        };
        let answered = |package: &components::Package, line: &str| {
            let fresh = || answer(package, component, line, &python, documents, &ask.as_of);
            if component.ecosystem != Ecosystem::Python || !package.from_index() {
                return fresh();
            }
            let known = shared.borrow().get(&(package.name.clone(), line.to_owned())).cloned();
            known.unwrap_or_else(|| {
                let fresh = fresh();
                shared.borrow_mut().insert((package.name.clone(), line.to_owned()), fresh.clone());
                fresh
            })
        };
        let classified = stated.classified(place, &places);
        let (runtime, mut answers) = runtime::settle(component, chosen, &classified, &answered);
        let mended = runtime::had_elsewhere(component, &runtime, &mut answers, &answered);
        let code = used.within(&component.root, &roots);
        let row = |package: &components::Package| {
            let unknown = Answer::Unknown;
            let answer = answers.get(&package.name).unwrap_or(&unknown);
            let mut row = rows::row(component, package, answer, &ask.as_of);
            row.usage = usage_of(&code, &row);
            row.findings.extend(mended.get(&row.name).cloned());
            row
        };
        analyses.push(ComponentAnalysis {
            path: if component.root.is_empty() { ".".to_owned() } else { component.root.clone() },
            ecosystem: component.ecosystem,
            name: component.name.clone(),
            runtime: Some(runtime.version.clone()),
            runtime_from: Some(runtime.from.clone()),
            platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            environment: component.environment.clone(),
            dependencies: component.packages.values().map(row).collect(),
            runtime_upgrade: upgrade::propose(&Asking {
                component,
                chosen: &runtime,
                stated: stated.of(place, &places),
                read: &|path| tree.read(path),
                as_of: &ask.as_of,
                ask: &answered,
            }),
            runtimes: stated.row(place, &places, &ask.as_of).into_iter().collect(),
            drift: component.drift.clone(),
            notes: component.notes.iter().cloned().chain(runtime::notes(&runtime)).chain(component.unseen()).collect(),
        });
        releases.push(answers);
        codes.push(code);
    }
    check_extras(&store, &indexes, &mut analyses);
    let mut licences = Licences::default();
    if ask.licences {
        let wanted = licences::wanted(analyses.iter().flat_map(|c| &c.dependencies));
        licences.ask(&store, &indexes, licences.open(wanted));
    }
    for (component, answers) in analyses.iter_mut().zip(&releases) {
        for row in &mut component.dependencies {
            let version = licences::version_of(row).cloned().unwrap_or_default();
            row.licence = licences.of(row, answers.get(&row.name), &version);
        }
    }
    let vulnerabilities = Vulnerabilities::ask(&ask.advisories, &wanted(&analyses));
    for component in &mut analyses {
        for row in &mut component.dependencies {
            row.advisories = touching(&component.path, row, &vulnerabilities);
        }
    }
    for problem in vulnerabilities.problems.iter().cloned().chain(vulnerabilities.unused()) {
        tree.note(problem);
    }
    let mut sources = vulnerabilities.states.clone();
    sources.extend(state(Ecosystem::Python, python.iter().map(|(n, p)| (n.as_str(), p.as_ref().err()))));
    let documents = javascript.iter().flatten().map(|(n, d)| (n.as_str(), d.as_ref().err()));
    sources.extend(state(Ecosystem::JavaScript, documents));
    sources.extend(unread(tree));
    let analysis = Analysis {
        schema: SCHEMA.to_owned(),
        repository: ask.repository.clone(),
        commit: ask.commit.clone(),
        as_of: ask.as_of.clone(),
        drift: components::between(&analyses),
        components: analyses,
        sources,
        urgency: Urgency { level: String::new(), score: 0.0, formula: String::new(), because: Vec::new() },
        problems: tree.problems(),
        policy: None,
    };
    Gathered { analysis, releases, vulnerabilities, licences, code: codes, indexes }
}

/// Asks for the licences of the targets where a policy asks for licences, and enters them.
pub fn licences_of_targets(ask: &Ask<'_>, gathered: &mut Gathered) {
    let Gathered { analysis, releases, licences, .. } = gathered;
    if ask.licences {
        let wanted = licences::wanted_of_targets(analysis.components.iter().flat_map(|c| &c.dependencies));
        let open = licences.open(wanted);
        licences.ask(&store(ask), &indexes_of(ask, !open.is_empty()), open);
    }
    for (component, answers) in analysis.components.iter_mut().zip(releases.iter()) {
        for row in &mut component.dependencies {
            let target = row.target_version.as_deref().filter(|target| Some(*target) != row.current_version.as_deref());
            row.target_licence = target.and_then(|target| licences.of(row, answers.get(&row.name), target));
        }
    }
}

/// Who asks about one component draws a plan, and needs the files of the same pages next; so do the addresses of metadata.
fn store<'a>(ask: &Ask<'a>) -> Store<'a> {
    Store::new(&ask.store, ask.fetch, ask.max_age, ask.offline).sharing(ask.subject.is_some() || ask.licences)
}

/// The Python that the component at `root` (empty for the repository's own) is judged for, as a check has it, and where
/// other places contradict it, one sentence each. `None`: there is no such component.
pub fn python_of(ask: &Ask<'_>, tree: &Tree<'_>, root: &str) -> Option<(Chosen, Vec<String>)> {
    let components = components::components(tree);
    let stated = runtimes::gather(&tree.files, &|path| tree.read(path));
    let places = places(&components);
    let at = components.iter().position(|c| c.root == root && c.ecosystem == Ecosystem::Python)?;
    let (component, place) = (components.get(at)?, places.get(at)?);
    let chosen = first_choice(ask, place, &places, &stated);
    let against = stated.against(place, &places, &chosen);
    if chosen.ground == Ground::Stated {
        return Some((chosen, against));
    }
    // Nothing pins it: what the versions in use say is known from the index.
    let own = std::slice::from_ref(component);
    let store = Store::new(&ask.store, ask.fetch, ask.max_age, ask.offline).sharing(true);
    let pages = python_pages(&indexes(ask, own), &store, own);
    let documents = Documents::new();
    let answered =
        |package: &components::Package, line: &str| answer(package, component, line, &pages, &documents, &ask.as_of);
    let (settled, _) = runtime::settle(component, chosen, &stated.classified(place, &places), &answered);
    Some((settled, against))
}

fn places(components: &[Component]) -> Vec<runtimes::Place> {
    components.iter().map(|c| runtimes::Place::new(&c.root, c.ecosystem)).collect()
}

/// What somebody named, else what the files say.
fn first_choice(
    ask: &Ask<'_>,
    place: &runtimes::Place,
    places: &[runtimes::Place],
    stated: &runtimes::Gathered,
) -> Chosen {
    match ask.python.filter(|_| place.ecosystem == Ecosystem::Python) {
        Some(named) => runtime::given(named.version, named.from),
        None => runtime::of(place, places, stated, &ask.as_of),
    }
}

/// Files that say which packages there are, and of which not all could be taken: a source that failed like any other.
fn unread(tree: &Tree<'_>) -> Option<SourceState> {
    let lost = tree.lost();
    let (file, line) = lost.first()?;
    let more = if lost.len() > 1 { format!(" and {} more", lost.len() - 1) } else { String::new() };
    let detail = match line {
        Some(line) => {
            format!("{file}:{line}{more}: what stands there could not be read, so the package is missing here")
        }
        None => format!("{file}{more}: nothing could be taken from it, so what it states is missing here"),
    };
    Some(SourceState { source: "manifests and locks".to_owned(), state: "partly".to_owned(), detail })
}

/// Every package from an index, with the versions that are surely asked about.
fn wanted(components: &[ComponentAnalysis]) -> Wanted {
    let mut wanted = Wanted::new();
    for row in components.iter().flat_map(|c| &c.dependencies).filter(|r| r.pinning != Pinning::Elsewhere) {
        let versions = wanted.entry((row.ecosystem, row.name.clone())).or_default();
        let here = row.current_version.iter().chain(&row.other_versions).chain(row.floor.iter());
        versions.extend(here.chain(row.latest_installable.value()).chain(row.latest.value()).cloned());
    }
    wanted
}

/// What touches the versions in use, nested copies among them. Where nothing says which version runs, nothing can be
/// told: a floor is not what runs.
fn touching(component: &str, row: &DependencyRow, known: &Vulnerabilities) -> Datum<Vec<Finding>> {
    if row.pinning == Pinning::Elsewhere {
        return Datum::not_retrieved("it comes from elsewhere than an index, whose advisories do not speak of it");
    }
    if let Some(why) = known.silence(row.ecosystem, &row.name) {
        return Datum::not_retrieved(why);
    }
    let Some(current) = &row.current_version else {
        return Datum::not_retrieved("nothing says which version runs, so that no advisory can be matched");
    };
    let (mut all, mut missing): (Vec<Finding>, Option<String>) = (Vec::new(), None);
    for version in std::iter::once(current).chain(&row.other_versions) {
        match known.findings(component, row.ecosystem, &row.name, version) {
            Datum::Found { value } => {
                let new: Vec<Finding> =
                    value.into_iter().filter(|f| !all.iter().any(|known| known.id == f.id)).collect();
                all.extend(new);
            }
            Datum::NotRetrieved { why } => missing = missing.or(Some(why)),
            Datum::None => {}
        }
    }
    match missing {
        // A copy that could not be asked about is not one that nothing touches.
        Some(why) if all.is_empty() => Datum::NotRetrieved { why },
        _ => Datum::answered((!all.is_empty()).then_some(all)),
    }
}

type Pages = BTreeMap<PackageName, Result<Option<releases::Page>, String>>;
type Documents = BTreeMap<String, Result<Option<Packument>, String>>;

fn answer(
    package: &components::Package,
    component: &Component,
    runtime: &str,
    pages: &Pages,
    documents: &Documents,
    as_of: &str,
) -> Answer {
    if !package.from_index() {
        return Answer::Elsewhere;
    }
    match component.ecosystem {
        Ecosystem::Python => {
            let tags = Tags::new(runtime, std::env::consts::OS, std::env::consts::ARCH);
            let name = PackageName::new(&package.name).ok();
            let page = name.and_then(|name| pages.get(&name).map(|page| (name, page)));
            page.map_or(Answer::Unknown, |(name, page)| releases::python_answer(&name, page, &tags, as_of))
        }
        Ecosystem::JavaScript => documents
            .get(&package.name)
            .map_or(Answer::Unknown, |document| releases::javascript_answer(document, Some(runtime), as_of)),
    }
}

/// Addresses of the Python indexes; nobody is asked when there is nothing to ask for.
fn indexes(ask: &Ask<'_>, components: &[Component]) -> Result<Vec<String>, String> {
    indexes_of(ask, components.iter().any(|c| c.ecosystem == Ecosystem::Python))
}

fn indexes_of(ask: &Ask<'_>, needed: bool) -> Result<Vec<String>, String> {
    if !needed {
        return Ok(Vec::new());
    }
    ask.clients.index_urls().map_err(|e| redact::text(&e.to_string()))
}

fn python_pages(indexes: &Result<Vec<String>, String>, store: &Store<'_>, components: &[Component]) -> Pages {
    let of_python = components.iter().filter(|c| c.ecosystem == Ecosystem::Python);
    let packages = of_python.flat_map(|c| c.packages.values()).filter(|p| p.from_index());
    let names: BTreeSet<PackageName> = packages.filter_map(|p| PackageName::new(&p.name).ok()).collect();
    let pages = Python { indexes: indexes.clone() }.pages(store, &names.into_iter().collect::<Vec<_>>());
    releases::doubted(pages, &indexes.as_ref().map(|all| all.join(" or ")).unwrap_or_default())
}

/// The release whose extras count: the one in use, else the one that an installation would take.
fn release_of(row: &DependencyRow) -> Option<(PackageName, String)> {
    let wanted = row.ecosystem == Ecosystem::Python && !row.extras.is_empty() && row.pinning != Pinning::Elsewhere;
    let version = row.current_version.as_ref().or(row.latest_installable.value()).filter(|_| wanted)?;
    Some((PackageName::new(&row.name).ok()?, version.clone()))
}

/// Extras that a release does not have (row A20). What could not be checked is said once a component.
fn check_extras(store: &Store<'_>, indexes: &Result<Vec<String>, String>, analyses: &mut [ComponentAnalysis]) {
    let rows = analyses.iter().flat_map(|c| &c.dependencies);
    let wanted: BTreeSet<(PackageName, String)> = rows.filter_map(release_of).collect();
    if wanted.is_empty() {
        return;
    }
    let known: Provided = releases::provided(store, indexes, &wanted.into_iter().collect::<Vec<_>>());
    for component in analyses {
        let mut open: Vec<(String, String)> = Vec::new();
        for row in &mut component.dependencies {
            let Some(release) = release_of(row) else { continue };
            match known.get(&release) {
                Some(Ok(extras)) => {
                    let missing = row.extras.iter().filter(|e| !extras.contains(&releases::normal_extra(e)));
                    let has = if extras.is_empty() { "none at all".to_owned() } else { extras.join(", ") };
                    let said =
                        |extra: &String| format!("{} {} has no extra `{extra}`; it has {has}", row.name, release.1);
                    let said: Vec<String> = missing.map(said).collect();
                    row.findings.extend(said);
                }
                Some(Err(why)) => open.push((row.name.clone(), why.clone())),
                None => {}
            }
        }
        if let Some((_, why)) = open.first() {
            let names: Vec<&str> = open.iter().map(|(name, _)| name.as_str()).collect();
            component.notes.push(format!("whether the extras of {} exist was not retrieved: {why}", names.join(", ")));
        }
    }
}

/// One map a component, since each may have registries of its own; what two of them share is asked once, by the store.
fn javascript_documents(ask: &Ask<'_>, store: &Store<'_>, components: &[Component]) -> Vec<Documents> {
    let of = |component: &Component| {
        let names: Vec<String> =
            component.packages.values().filter(|p| p.from_index()).map(|p| p.name.clone()).collect();
        if component.ecosystem != Ecosystem::JavaScript || names.is_empty() {
            return Documents::new();
        }
        let folder = ask.root.join(&component.root);
        let registries = Registries::load(ask.clients, Some(&folder)).map_err(|e| redact::text(&e.to_string()));
        let answers = releases::documents(store, &registries, &names);
        let address = registries.as_ref().ok().zip(names.first()).map(|(all, name)| all.address(name).to_owned());
        releases::doubted(names.into_iter().zip(answers).collect(), &address.unwrap_or_default())
    };
    components.iter().map(of).collect()
}

/// Where the component's code uses a direct dependency. Of a transitive one nothing is expected.
fn usage_of(code: &usage::Index, row: &DependencyRow) -> Datum<uplift_model::analysis::Usage> {
    if code.is_empty() {
        return Datum::None;
    }
    let usage = code.usage(row.ecosystem, &row.name, None);
    Datum::answered((usage.count > 0).then_some(usage))
}

/// How the lookups of one ecosystem went: name and error of each.
fn state<'a>(ecosystem: Ecosystem, asked: impl Iterator<Item = (&'a str, Option<&'a String>)>) -> Option<SourceState> {
    let asked: Vec<(&str, Option<&String>)> = asked.collect();
    if asked.is_empty() {
        return None;
    }
    let failed: Vec<(&str, &String)> = asked.iter().filter_map(|(n, e)| Some((*n, (*e)?))).collect();
    let (state, detail) = match failed.first() {
        None => ("found", format!("{} packages", asked.len())),
        Some((name, why)) => {
            let state = if failed.len() == asked.len() { "not-retrieved" } else { "partly" };
            (state, format!("{} of {} packages not retrieved; {name}: {why}", failed.len(), asked.len()))
        }
    };
    Some(SourceState { source: format!("releases ({ecosystem})"), state: state.to_owned(), detail })
}
