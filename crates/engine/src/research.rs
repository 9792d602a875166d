//! What is known of the packages of one component at one commit: releases, advisories, use in the code, and the targets
//! that follow.
//!
//! Lives here: asking the same sources as `uplift check`, for what a plan is drawn from. A source that fails never stops a
//! plan: what it would have said is missing, and that is told.
//! Lives elsewhere: gathering (`uplift_facts`), the judgement (`crate::judge`), which targets go together (`crate::planning`).

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use uplift_decide::risk::Evidence;
use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::discover::Component;
use uplift_facts::days;
use uplift_facts::gather::{self, Ask, Gathered, Subject};
use uplift_facts::optional::{self, Optional};
use uplift_facts::reading;
use uplift_facts::releases::{Answer, Known, Store};
use uplift_facts::surface;
use uplift_facts::tree;
use uplift_facts::usage::Index;
use uplift_facts::vulnerabilities::{Sources, Vulnerabilities, Wanted};
use uplift_model::advisory::Finding;
use uplift_model::analysis::{Analysis, DependencyRow, Pinning, PolicyReport, Reason};
use uplift_model::plan::{Reading, RuntimeUpgrade};
use uplift_model::symbols::SymbolChanges;
use uplift_model::{Datum, Ecosystem, PackageName, Settings, Solution, Version};
use uplift_sandbox::redact;

use crate::judge;
use crate::policy::Refused;
use crate::subject::Tree;
use crate::symbols;

/// How long an index's answer counts as fresh.
pub(crate) const FRESH: Duration = Duration::from_secs(600);

/// By package and version.
type Optionals = BTreeMap<(PackageName, String), Result<Vec<Optional>, String>>;

/// Where to look things up, and what was found.
pub(crate) struct Research<'w> {
    pub(crate) doors: &'w Doors,
    pub(crate) settings: &'w Settings,
    pub(crate) tree: &'w Tree<'w>,
    /// The repository's root.
    pub(crate) top: &'w Path,
    /// The work tree holds exactly the files of the commit.
    pub(crate) clean: bool,
    pub(crate) component: &'w Component,
    /// `3.11`
    pub(crate) python: String,
    pub(crate) commit: &'w str,
    pub(crate) base: &'w Solution,
    /// Unix seconds.
    pub(crate) now: i64,
    pub(crate) fresh: bool,
    pub(crate) judged: OnceCell<Judged>,
}

/// A package, the version in use, the target.
pub(crate) type Way = (PackageName, String, String);

/// The analysis of the component, judged.
pub(crate) struct Judged {
    /// Its folder, `.` for the root: exceptions may be for one component only.
    component: String,
    rows: BTreeMap<String, DependencyRow>,
    /// The same package stated differently in two places, one sentence each.
    pub(crate) drift: Vec<String>,
    releases: BTreeMap<String, Answer>,
    known: Vulnerabilities,
    /// What was asked later, about packages that only come along.
    more: RefCell<Vec<Vulnerabilities>>,
    /// What the component's code uses.
    code: Index,
    /// What becomes of the names that the code uses, by package and the two versions.
    symbols: RefCell<BTreeMap<Way, Datum<SymbolChanges>>>,
    indexes: Result<Vec<String>, String>,
    as_of: String,
    /// How asking for advisories went, in words.
    pub(crate) source: String,
    /// Where the interpreter should go, by what the releases say.
    pub(crate) runtime_upgrade: Option<RuntimeUpgrade>,
    /// By package: versions above the one in use that a policy refuses, with the reason.
    refused: BTreeMap<String, BTreeMap<String, String>>,
    /// What the policies say of the set in use; `None`: there is none.
    pub(crate) policy: Option<PolicyReport>,
    /// Nobody could be asked about any package.
    pub(crate) blind: bool,
}

impl Research<'_> {
    /// Everything that is known, looked up once.
    pub(crate) fn judged(&self) -> &Judged {
        self.judged.get_or_init(|| self.look_up())
    }

    pub(crate) fn as_of(&self) -> String {
        days::of_seconds(self.now)
    }

    fn look_up(&self) -> Judged {
        let root = self.doors.clients.dirs.root();
        let (kept, as_of) = (root.join("advisories"), self.as_of());
        let read = |path: &str| {
            let on_disk = || std::fs::read(self.top.join(path)).ok();
            if self.clean { on_disk() } else { self.tree.read(path) }
        };
        let tree = tree::Tree::of(self.top, &self.tree.files, &read);
        let ask = Ask {
            root: self.top,
            repository: self.top.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            commit: Some(self.commit.to_owned()),
            as_of: as_of.clone(),
            offline: false,
            max_age: if self.fresh { Duration::ZERO } else { FRESH },
            fetch: &self.doors.fetch,
            clients: &self.doors.clients,
            store: root.join("releases"),
            advisories: self.sources(&kept, &as_of),
            python: None,
            licences: self.settings.policies_in_force().iter().any(|policy| policy.rules.asks_for_licences()),
            subject: Some(Subject { root: &self.component.root, in_use: self.base, python: &self.python }),
        };
        let mut gathered = gather::gather_from(&ask, &tree);
        let learn = |gathered: &mut Gathered| gather::licences_of_targets(&ask, gathered);
        let refused = judge::judge(&mut gathered, self.settings, &learn);
        Judged::of(gathered, refused)
    }

    fn sources<'s>(&'s self, folder: &'s Path, today: &'s str) -> Sources<'s> {
        Sources {
            settings: &self.settings.advisories,
            root: self.top,
            paths: &[],
            folder,
            fetch: &self.doors.fetch,
            offline: false,
            today,
        }
    }

    /// What the metadata of releases name to be read before going there, by package; one that names nothing, or could not
    /// be asked about, is left out.
    pub(crate) fn reading(&self, releases: &BTreeMap<PackageName, Version>) -> BTreeMap<PackageName, Vec<Reading>> {
        let asked: Vec<reading::Asked> = releases
            .iter()
            .map(|(name, version)| reading::Asked {
                ecosystem: Ecosystem::Python,
                name: name.to_string(),
                version: version.to_string(),
            })
            .collect();
        if asked.is_empty() {
            return BTreeMap::new();
        }
        let folder = self.doors.clients.dirs.root().join("releases");
        let max_age = if self.fresh { Duration::ZERO } else { FRESH };
        let store = Store::new(&folder, &self.doors.fetch, max_age, false).sharing(true);
        let indexes = self.doors.clients.index_urls().map_err(|e| redact::text(&e.to_string()));
        let pages = reading::reading(&asked, &store, &indexes, &Err("no registry is needed".to_owned()));
        let found = releases.keys().zip(pages).filter_map(|(name, pages)| Some((name.clone(), pages.value()?.clone())));
        found.collect()
    }

    /// Asks what becomes of the names that the code uses, for packages that a manifest states and the code imports.
    pub(crate) fn learn_symbols<'p>(&self, ways: impl Iterator<Item = (&'p PackageName, &'p Version, &'p Version)>) {
        let judged = self.judged();
        let mut asked: BTreeMap<Way, surface::Asked> = BTreeMap::new();
        for (name, from, to) in ways.filter(|(_, from, to)| from != to) {
            let way = (name.clone(), from.to_string(), to.to_string());
            let direct = judged.row(name).is_some_and(|row| row.direct && row.pinning != Pinning::Elsewhere);
            if !direct || judged.symbols.borrow().contains_key(&way) {
                continue;
            }
            if let Some(one) = symbols::asked(&judged.code, name, &way.1, &way.2) {
                asked.insert(way, one);
            }
        }
        if asked.is_empty() {
            return;
        }
        let clients = &self.doors.clients;
        let (ways, asked): (Vec<Way>, Vec<surface::Asked>) = asked.into_iter().unzip();
        let found = symbols::look_up(&asked, &judged.indexes, &self.doors.fetch, clients.dirs.root(), &clients.cancel);
        judged.symbols.borrow_mut().extend(ways.into_iter().zip(found));
    }

    /// What releases ask for only with one of their extras; the inner error: why that is not known.
    pub(crate) fn optional(&self, releases: &[(PackageName, String)]) -> Optionals {
        let folder = self.doors.clients.dirs.root().join("releases");
        let max_age = if self.fresh { Duration::ZERO } else { FRESH };
        let store = Store::new(&folder, &self.doors.fetch, max_age, false).sharing(true);
        let indexes = self.doors.clients.index_urls().map_err(|e| redact::text(&e.to_string()));
        optional::optional(&store, &indexes, releases)
    }

    /// Asks about versions that nobody was asked about yet.
    pub(crate) fn learn(&self, solution: &Solution) {
        self.learn_each(solution.packages.iter());
    }

    /// [`Self::learn`] for several versions of packages; packages and versions may come again.
    pub(crate) fn learn_each<'p>(&self, versions: impl Iterator<Item = (&'p PackageName, &'p Version)>) {
        let judged = self.judged();
        let mut wanted = Wanted::new();
        for (name, version) in versions {
            let version = version.to_string();
            if !judged.was_asked(name.as_str(), &version) {
                wanted.entry((Ecosystem::Python, name.to_string())).or_default().insert(version);
            }
        }
        if !wanted.is_empty() {
            let kept: PathBuf = self.doors.clients.dirs.root().join("advisories");
            judged.more.borrow_mut().push(Vulnerabilities::ask(&self.sources(&kept, &self.as_of()), &wanted));
        }
    }
}

impl Judged {
    fn of(gathered: Gathered, refused: Refused) -> Self {
        let Gathered { analysis, releases, vulnerabilities, licences: _, code, indexes } = gathered;
        let Analysis { components, sources, as_of, policy, .. } = analysis;
        let first = components.into_iter().next();
        let (component, rows, drift, runtime_upgrade) =
            first.map(|c| (c.path, c.dependencies, c.drift, c.runtime_upgrade)).unwrap_or_default();
        let about: Vec<_> = sources.into_iter().filter(|s| s.source.starts_with("advisories")).collect();
        let blind = about.iter().all(|s| s.state == "not-retrieved");
        let words: Vec<String> = about.iter().map(|s| format!("{}: {}", s.source, s.detail)).collect();
        Self {
            component,
            runtime_upgrade,
            drift,
            rows: rows.into_iter().map(|row| (row.name.clone(), row)).collect(),
            releases: releases.into_iter().next().unwrap_or_default(),
            refused: refused.into_iter().map(|((_, name), versions)| (name, versions)).collect(),
            policy,
            known: vulnerabilities,
            more: RefCell::new(Vec::new()),
            code: code.into_iter().next().unwrap_or_default(),
            symbols: RefCell::default(),
            indexes,
            as_of,
            source: if words.is_empty() { "advisories: nothing was asked".to_owned() } else { words.join("; ") },
            blind,
        }
    }

    pub(crate) fn row(&self, name: &PackageName) -> Option<&DependencyRow> {
        self.rows.get(name.as_str())
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &DependencyRow> {
        self.rows.values()
    }

    pub(crate) fn releases(&self, name: &PackageName) -> Option<&Known> {
        match self.releases.get(name.as_str()) {
            Some(Answer::Known(known)) => Some(known.as_ref()),
            _ => None,
        }
    }

    /// Versions of a package that a policy refuses, with the reason.
    pub(crate) fn refused(&self, name: &PackageName) -> Option<&BTreeMap<String, String>> {
        self.refused.get(name.as_str())
    }

    fn was_asked(&self, name: &str, version: &str) -> bool {
        let more = self.more.borrow();
        let mut all = std::iter::once(&self.known).chain(more.iter());
        all.any(|known| known.was_asked(Ecosystem::Python, name, version))
    }

    /// What touches one version of a package.
    pub(crate) fn touching(&self, name: &str, version: &str) -> Datum<Vec<Finding>> {
        let first = self.known.findings(&self.component, Ecosystem::Python, name, version);
        if first.missing().is_none() {
            return first;
        }
        let more = self.more.borrow();
        let later = more.iter().map(|known| known.findings(&self.component, Ecosystem::Python, name, version));
        later.into_iter().find(|found| found.missing().is_none()).unwrap_or(first)
    }

    /// Nothing known touches it, or nobody could be asked: only what is known speaks against a version.
    pub(crate) fn unhurt(&self, name: &PackageName, version: &Version) -> bool {
        let touching = self.touching(name.as_str(), &version.to_string());
        touching.value().is_none_or(|found| found.iter().all(Finding::is_set_aside))
    }

    /// The proposed version of a package, where there is one.
    pub(crate) fn proposal(&self, name: &PackageName) -> Option<Version> {
        Version::new(self.row(name)?.target_version.as_deref()?).ok()
    }

    /// The facts of moving `name` between two versions; `None`: nothing was looked up about it.
    pub(crate) fn evidence(&self, name: &PackageName, from: &Version, to: &Version) -> Option<Evidence> {
        let mut row = self.row(name)?.clone();
        let known = self.releases(name).cloned().unwrap_or_default();
        let from = from.to_string();
        row.symbols = self.symbols(name, &from, &to.to_string());
        if row.current_version.as_deref() != Some(from.as_str()) {
            row.advisories = self.touching(name.as_str(), &from);
            row.current_version = Some(from);
        }
        let affected = |_: Ecosystem, name: &str, version: &str| self.touching(name, version);
        Some(judge::evidence(&row, &known, &to.to_string(), &self.as_of, &affected))
    }

    /// What becomes of the names that the code uses; `None`: nobody asked.
    pub(crate) fn symbols(&self, name: &PackageName, from: &str, to: &str) -> Option<Datum<SymbolChanges>> {
        self.symbols.borrow().get(&(name.clone(), from.to_owned(), to.to_owned())).cloned()
    }

    /// Packages that only a release younger than `days` mends, and that release.
    pub(crate) fn young_fixes(&self, days: u32) -> BTreeMap<PackageName, Version> {
        let young = |row: &&DependencyRow| {
            let date = row.target_version.as_deref().and(row.target_released.value());
            date.is_none_or(|date| days::between(date, &self.as_of).is_none_or(|age| age < i64::from(days)))
        };
        let mending = self.rows.values().filter(|row| days > 0 && row.reasons.contains(&Reason::Security));
        mending
            .filter(young)
            .filter_map(|row| {
                let fix = Version::new(row.target_version.as_deref()?).ok()?;
                Some((PackageName::new(&row.name).ok()?, fix))
            })
            .collect()
    }

    /// Days from a release to the day of the plan.
    pub(crate) fn age_days(&self, name: &PackageName, version: &str) -> Datum<i64> {
        let date =
            self.releases(name).and_then(|known| known.find(version)).and_then(|release| release.date.as_deref());
        match date.and_then(|date| days::between(date, &self.as_of)) {
            Some(age) => Datum::found(age),
            None => Datum::not_retrieved("the index gives no date for this release"),
        }
    }
}
