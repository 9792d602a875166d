//! Known vulnerabilities of the packages at hand, from whichever source there is.
//!
//! Lives here: choosing the source, asking it once for everything, and answering per version. A source that failed
//! stays visible in every answer. Lives elsewhere: records and the index (`uplift_advisories`).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use uplift_advisories::api::{self, Api, Query};
use uplift_advisories::exceptions::Exceptions;
use uplift_advisories::feeds::Feeds;
use uplift_advisories::index::build;
use uplift_advisories::{AskError, Index, Known, export, vex};
use uplift_model::advisory::Finding;
use uplift_model::analysis::{FileProblem, SourceState};
use uplift_model::settings::{Advisories as Settings, Ignore};
use uplift_model::{Datum, Ecosystem};
use uplift_sandbox::fetch::Fetch;

use crate::days;

/// Where advisories come from.
#[derive(Debug)]
pub struct Sources<'a> {
    pub settings: &'a Settings,
    /// What paths in the settings start from.
    pub root: &'a Path,
    /// Archives, folders and files named on the command line; they replace those of the settings.
    pub paths: &'a [PathBuf],
    /// Where `uplift advisories update` keeps what it fetched, and indexes of paths are kept.
    pub folder: &'a Path,
    pub fetch: &'a Fetch,
    pub offline: bool,
    /// The day that exceptions are judged by, `YYYY-MM-DD`.
    pub today: &'a str,
}

/// A package and the versions of it that matter.
pub type Wanted = BTreeMap<(Ecosystem, String), BTreeSet<String>>;

/// Days after which advisories are called old.
const OLDEST: i64 = 30;

/// What is known, by package.
#[derive(Debug)]
pub struct Vulnerabilities {
    known: BTreeMap<(Ecosystem, String), Result<Known, String>>,
    feeds: Feeds,
    /// Rules and VEX statements; each notes whether it was of use.
    exceptions: RefCell<Exceptions>,
    pub states: Vec<SourceState>,
    pub problems: Vec<FileProblem>,
}

/// The folder's index, as `uplift advisories update` makes it.
pub fn index_file(folder: &Path) -> PathBuf {
    folder.join(export::INDEX)
}

impl Vulnerabilities {
    /// Asks for everything in `wanted`.
    pub fn ask(sources: &Sources<'_>, wanted: &Wanted) -> Self {
        let mut all = Self {
            known: BTreeMap::new(),
            feeds: Feeds::default(),
            exceptions: RefCell::default(),
            states: Vec::new(),
            problems: Vec::new(),
        };
        all.read_feeds(sources);
        all.read_exceptions(sources);
        if wanted.is_empty() {
            return all;
        }
        match sources.index() {
            Some(Ok(index)) => all.ask_index(&index, wanted, sources.today),
            Some(Err(why)) => all.failed(&why, wanted),
            None if sources.offline => all.failed(
                "nothing was fetched for offline use; run `uplift advisories update` once, or name an export with --advisories",
                wanted,
            ),
            None => all.ask_api(sources, wanted),
        }
        all
    }

    /// What touches one version in a component (`.` for the root), with what sets it aside there. `Found` with an empty
    /// list never comes out: nothing known is `None`.
    pub fn findings(&self, component: &str, ecosystem: Ecosystem, name: &str, version: &str) -> Datum<Vec<Finding>> {
        match self.known.get(&(ecosystem, name.to_owned())) {
            Some(Ok(known)) => match known.findings(version) {
                Ok(mut found) => {
                    self.feeds.join(&mut found);
                    self.exceptions.borrow_mut().apply(ecosystem, component, name, version, &mut found);
                    Datum::answered((!found.is_empty()).then_some(found))
                }
                Err(e) => Datum::not_retrieved(e.to_string()),
            },
            Some(Err(why)) => Datum::not_retrieved(why.clone()),
            None => Datum::not_retrieved("no source was asked about it"),
        }
    }

    /// Why the source did not answer about a package at all; `None`: it did.
    pub fn silence(&self, ecosystem: Ecosystem, name: &str) -> Option<&str> {
        self.known.get(&(ecosystem, name.to_owned()))?.as_ref().err().map(String::as_str)
    }

    /// Whether the source was asked about this version, whatever it said.
    pub fn was_asked(&self, ecosystem: Ecosystem, name: &str, version: &str) -> bool {
        match self.known.get(&(ecosystem, name.to_owned())) {
            Some(Ok(known)) => !matches!(known.findings(version), Err(AskError::NotAsked { .. })),
            Some(Err(_)) => true,
            None => false,
        }
    }

    fn ask_index(&mut self, index: &Index, wanted: &Wanted, today: &str) {
        let mut failed: BTreeMap<Ecosystem, String> = BTreeMap::new();
        for (ecosystem, name) in wanted.keys() {
            let known = index.known(*ecosystem, name).map_err(|e| e.to_string());
            if let Err(why) = &known {
                failed.insert(*ecosystem, why.clone());
            }
            self.known.insert((*ecosystem, name.clone()), known);
        }
        let about = index.about();
        let names: Vec<&str> = about.sources.iter().map(|s| s.name.as_str()).collect();
        for ecosystem in wanted.keys().map(|(e, _)| *e).collect::<BTreeSet<_>>() {
            let (state, detail) = match failed.get(&ecosystem) {
                Some(why) => ("not-retrieved", why.clone()),
                None => {
                    let day = about.newest().map_or("an unknown day", |n| n.get(..10).unwrap_or(n));
                    let records = about.ecosystems.get(&ecosystem).copied().unwrap_or(0);
                    let skipped: usize = about.sources.iter().map(|s| s.skipped).sum();
                    let first = about.sources.iter().find_map(|s| s.reasons.first());
                    let from = format!("{records} records up to {day}, from {}", names.join(", "));
                    match first {
                        Some(first) => ("partly", format!("{from}; {skipped} could not be understood, first {first}")),
                        None => ("found", from),
                    }
                }
            };
            self.state(ecosystem, state, detail);
        }
        let newest = about.newest().and_then(|n| n.get(..10)).unwrap_or_default();
        if let Some(days) = days::between(newest, today).filter(|days| *days > OLDEST) {
            self.problems.push(FileProblem {
                file: names.join(", "),
                line: None,
                message: format!(
                    "the advisories end on {newest}, {days} days before {today}: what was published since is missing"
                ),
                hint: Some("`uplift advisories update` fetches the newest".to_owned()),
            });
        }
    }

    /// First the versions in use; then all of every package that something touches, so that any target can be judged.
    fn ask_api(&mut self, sources: &Sources<'_>, wanted: &Wanted) {
        let base = sources.settings.api.as_deref().unwrap_or(api::PUBLIC);
        let door = Api::new(sources.fetch, base).kept_in(sources.folder.join("records"));
        let query = |((ecosystem, name), versions): (&(Ecosystem, String), &BTreeSet<String>)| Query {
            ecosystem: *ecosystem,
            name: name.clone(),
            versions: versions.iter().cloned().collect(),
        };
        let first: Vec<Query> = wanted.iter().map(query).collect();
        let mut touched: Vec<Query> = Vec::new();
        for (asked, answer) in first.iter().zip(door.ask(&first)) {
            if answer.as_ref().is_ok_and(|known| !known.is_empty()) {
                touched.push(Query { versions: Vec::new(), ..asked.clone() });
            }
            self.known.insert((asked.ecosystem, asked.name.clone()), answer.map_err(|e| e.to_string()));
        }
        for (asked, answer) in touched.iter().zip(door.ask(&touched)) {
            self.known.insert((asked.ecosystem, asked.name.clone()), answer.map_err(|e| e.to_string()));
        }
        for ecosystem in wanted.keys().map(|(e, _)| *e).collect::<BTreeSet<_>>() {
            let of: Vec<&Result<Known, String>> =
                self.known.iter().filter(|((e, _), _)| *e == ecosystem).map(|(_, k)| k).collect();
            let failed: Vec<&String> = of.iter().filter_map(|k| k.as_ref().err()).collect();
            let (state, detail) = match failed.first() {
                None => ("found", format!("OSV's API, {} packages asked", of.len())),
                Some(why) if failed.len() == of.len() => ("not-retrieved", (*why).clone()),
                Some(why) => ("partly", format!("{} of {} packages: {why}", failed.len(), of.len())),
            };
            self.state(ecosystem, state, detail);
        }
    }

    fn failed(&mut self, why: &str, wanted: &Wanted) {
        for key in wanted.keys() {
            self.known.insert(key.clone(), Err(why.to_owned()));
        }
        for ecosystem in wanted.keys().map(|(e, _)| *e).collect::<BTreeSet<_>>() {
            self.state(ecosystem, "not-retrieved", why.to_owned());
        }
    }

    fn state(&mut self, ecosystem: Ecosystem, state: &str, detail: String) {
        let source = format!("advisories ({})", ecosystem.osv());
        self.states.push(SourceState { source, state: state.to_owned(), detail });
    }

    /// Says which rules matched nothing; after everything has been asked.
    pub fn unused(&self) -> Vec<FileProblem> {
        let accounts = self.exceptions.borrow().clone().accounts();
        let problem = |rule: Ignore| FileProblem {
            file: "uplift.toml".to_owned(),
            line: None,
            message: format!("the exception for {} matched nothing", rule.id),
            hint: Some("take it out of [[advisories.ignore]], or correct its id, package or component".to_owned()),
        };
        accounts.unused.into_iter().map(problem).collect()
    }

    fn read_exceptions(&mut self, sources: &Sources<'_>) {
        let mut statements = Vec::new();
        for path in &sources.settings.vex {
            match vex::read(&sources.root.join(path)) {
                Ok(read) => statements.extend(read),
                Err(e) => self.problems.push(FileProblem {
                    file: path.clone(),
                    line: None,
                    message: e.to_string(),
                    hint: Some("its statements set nothing aside".to_owned()),
                }),
            }
        }
        match Exceptions::new(sources.settings.ignore.clone(), statements, sources.today) {
            Ok(exceptions) => self.exceptions = RefCell::new(exceptions),
            Err(e) => self.problems.push(FileProblem {
                file: "uplift.toml".to_owned(),
                line: None,
                message: e.to_string(),
                hint: Some("no exception holds until it is mended".to_owned()),
            }),
        }
    }

    fn read_feeds(&mut self, sources: &Sources<'_>) {
        let path = |text: &Option<String>| text.as_ref().map(|t| sources.root.join(t));
        let (epss, kev) = (path(&sources.settings.epss), path(&sources.settings.kev));
        match Feeds::read(epss.as_deref(), kev.as_deref()) {
            Ok(feeds) => self.feeds = feeds,
            Err(e) => self.states.push(SourceState {
                source: "exploitation feeds".to_owned(),
                state: "not-retrieved".to_owned(),
                detail: e.to_string(),
            }),
        }
    }
}

impl Sources<'_> {
    /// An index to answer from, when paths are named or something was fetched; `None`: the API is the source.
    fn index(&self) -> Option<Result<Index, String>> {
        let named: Vec<PathBuf> = if self.paths.is_empty() {
            self.settings.paths.iter().map(|p| self.root.join(p)).collect()
        } else {
            self.paths.to_vec()
        };
        if named.is_empty() {
            let file = index_file(self.folder);
            return file.is_file().then(|| Index::open(&file).map_err(|e| e.to_string()));
        }
        // Indexes of paths stand beside the fetched one, one for each set of paths.
        let mut hash = Sha256::new();
        for path in &named {
            hash.update(path.canonicalize().unwrap_or_else(|_| path.clone()).to_string_lossy().as_bytes());
            hash.update([0]);
        }
        let name: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let file = self.folder.join(format!("paths-{name}.redb"));
        let made = std::fs::create_dir_all(self.folder).map_err(|e| e.to_string());
        let built = made.and_then(|()| build(&file, &named).map_err(|e| e.to_string()));
        Some(built.and_then(|_| Index::open(&file).map_err(|e| e.to_string())))
    }
}
