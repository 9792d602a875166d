//! From wishes to solutions: turns "this package at that version, those below that one" into one question.
//!
//! Lives here: the question's roots, floors and preferences for a component. Lives elsewhere: asking
//! (`ecosystems::python::resolve`), what to wish for (`crate::planning`, `crate::trials`).

use std::collections::BTreeMap;
use std::time::Duration;

use sha2::{Digest, Sha256};
use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::discover::{Component, EnvironmentSource, Pinned};
use uplift_ecosystems::python::environment::{Builder, sdist};
use uplift_ecosystems::python::interpreter::Interpreter;
use uplift_ecosystems::python::lockfile::LockKind;
use uplift_ecosystems::python::manifest::{self, Source, Stated};
use uplift_ecosystems::python::registry;
use uplift_ecosystems::python::relock;
use uplift_ecosystems::python::resolve::{self, Answer, Freshness, Question, Resolver, Youngest};
use uplift_model::{PackageName, Solution, Version};

use crate::age::{Age, Day};
use crate::error::EngineError;
use crate::index::Index;
use crate::journal::Journal;
use crate::planning::Built;

/// What one package's version shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    Exactly(Version),
    /// Both ends included.
    Between(Version, Version),
    AtLeast(Version),
    /// A specifier from the settings, on top of a floor.
    Within(Version, String),
}

impl Wish {
    fn specifier(&self) -> String {
        match self {
            Self::Exactly(v) => format!("=={v}"),
            Self::Between(low, high) => format!(">={low},<={high}"),
            Self::AtLeast(low) => format!(">={low}"),
            Self::Within(low, specifier) => format!(">={low},{specifier}"),
        }
    }
}

pub(crate) type Wishes = BTreeMap<PackageName, Wish>;

/// Asks for one component on one interpreter; every answer is journalled.
pub(crate) struct Solver<'a> {
    pub(crate) doors: &'a Doors,
    pub(crate) journal: &'a Journal,
    pub(crate) run: &'a str,
    pub(crate) component: &'a Component,
    pub(crate) interpreter: &'a Interpreter,
    /// The interpreter has the version of one that is not on this machine.
    pub(crate) stands_in: bool,
    /// What exists as sources only may be built.
    pub(crate) builds: bool,
    pub(crate) index: &'a Index<'a>,
    /// The component's folder in the work tree.
    pub(crate) directory: &'a std::path::Path,
    pub(crate) wheels: &'a std::path::Path,
    pub(crate) limit: Duration,
    pub(crate) asked: std::cell::Cell<u32>,
    /// Set once it is known what is installed now: from then on, nothing too young enters.
    pub(crate) age: std::cell::OnceCell<Age>,
    /// Set once a plan has been drawn: what is compiled against a package moves no later than it.
    pub(crate) built: std::cell::OnceCell<Built>,
    /// Packages that the settings let move together only.
    pub(crate) together: Vec<Vec<PackageName>>,
}

impl Solver<'_> {
    /// The set that fulfils `wishes` for direct dependencies and `extra` constraint lines, keeping `current` where
    /// nothing forbids it (`keep`), and never below it.
    pub(crate) fn solve(
        &self,
        wishes: &Wishes,
        current: &Solution,
        keep: &dyn Fn(&PackageName) -> bool,
        freshness: Freshness,
    ) -> Result<Answer, EngineError> {
        self.ask(&self.question(wishes, current, keep), freshness)
    }

    /// What [`Self::solve`] asks.
    pub(crate) fn question(
        &self,
        wishes: &Wishes,
        current: &Solution,
        keep: &dyn Fn(&PackageName) -> bool,
    ) -> Question {
        let direct = self.direct();
        let mut constraints = Vec::new();
        if self.pins_everything() {
            constraints = resolve::floors(current, &|name| wishes.contains_key(name));
        }
        for (name, wish) in wishes.iter().filter(|(name, _)| !direct.contains(name)) {
            constraints.push(format!("{name}{}", wish.specifier()));
        }
        constraints.extend(self.constraint_lines(wishes, current));
        let mut preferences = resolve::preferences(current);
        if !self.pins_everything() {
            // Nothing pins what comes along, so a fresh install takes the newest: so does the question.
            let fixed = self.constrained();
            preferences.retain(|line| direct.iter().chain(&fixed).any(|d| line.starts_with(&format!("{d}=="))));
        }
        preferences
            .retain(|line| line.split("==").next().and_then(|n| PackageName::new(n).ok()).is_some_and(|n| keep(&n)));
        let question = Question { roots: self.roots(wishes), constraints, preferences, ..Question::default() };
        // Without a present state the question is what is installed anyway, or what was installed once.
        if *current == Solution::default() { question } else { self.aged(question) }
    }

    /// Packages that the project's own files require.
    pub(crate) fn direct(&self) -> Vec<PackageName> {
        self.component.roots().into_iter().map(|(_, s)| s.name.clone()).collect()
    }

    /// Says what the moves of a plan are compiled against; what was said first stays.
    pub(crate) fn compiled_against(&self, built: &Built) {
        self.built.get_or_init(|| built.clone());
    }

    /// [`Self::ask`], with nothing too young in the answer.
    pub(crate) fn ask_aged(&self, question: Question, freshness: Freshness) -> Result<Answer, EngineError> {
        self.ask(&self.aged(question), freshness)
    }

    fn aged(&self, mut question: Question) -> Question {
        if let Some(age) = self.age.get() {
            question.youngest = age.youngest();
            question.constraints.extend_from_slice(age.constraints());
        }
        question
    }

    /// What the project's lock or manifests install today.
    ///
    /// # Errors
    /// [`EngineError::Repository`] with the resolver's words when that is nothing.
    pub(crate) fn base(&self) -> Result<Solution, EngineError> {
        let answer = match &self.component.locked {
            Some(pins) => self.installed(pins)?,
            None => self.solve(&Wishes::new(), &Solution::default(), &|_| false, Freshness::Index)?,
        };
        match answer {
            Answer::Solved(solved) => Ok(solved.solution),
            Answer::Refused(conflict) => Err(EngineError::repository(
                format!(
                    "{} cannot be installed for Python {}: {}",
                    self.component.environment.describe(),
                    self.interpreter.version,
                    conflict.text
                ),
                "choose another interpreter with --python VERSION, or mend the requirement that it names",
            )),
        }
    }

    /// [`Self::base`] on `day`: where nothing is locked, a fresh install of a past day had nothing that came later, save
    /// what the project pins itself.
    ///
    /// # Errors
    /// As for [`Self::base`].
    pub(crate) fn base_on(&self, day: Day) -> Result<Solution, EngineError> {
        let (Some(before), None) = (day.ended(), &self.component.locked) else { return self.base() };
        let pinned = |s: &Stated| s.pep440.contains("==") || !matches!(s.source, Source::Index);
        let exempt =
            self.component.roots().into_iter().filter(|(_, s)| pinned(s)).map(|(_, s)| s.name.clone()).collect();
        let wishes = Wishes::new();
        let question = Question {
            roots: self.roots(&wishes),
            constraints: self.constraint_lines(&wishes, &Solution::default()),
            youngest: Some(Youngest { before, exempt }),
            ..Question::default()
        };
        // An index that tells no dates, or a set that came later: what installs today is the next best answer.
        match self.ask(&question, Freshness::Index)? {
            Answer::Solved(solved) => Ok(solved.solution),
            Answer::Refused(_) => self.base(),
        }
    }

    /// What installing a lock gives: its pins, and what they need besides where the lock leaves something out (made on
    /// another platform, or without packages that its tool calls unsafe). A lock that contradicts itself is taken as it is.
    pub(crate) fn installed(&self, pins: &[Pinned]) -> Result<Answer, EngineError> {
        let exact = relock::question_of(pins);
        if self.is_for_every_platform() {
            // Such a lock says where a package applies on the way to it: only what the roots reach here is installed.
            let reached =
                Question { roots: self.roots(&Wishes::new()), constraints: exact.roots.clone(), ..Question::default() };
            if let Answer::Solved(solved) = self.ask(&reached, Freshness::CacheFirst)? {
                return Ok(Answer::Solved(solved));
            }
        }
        let whole = Question { complete: false, ..exact.clone() };
        match self.ask(&whole, Freshness::CacheFirst)? {
            Answer::Solved(solved) => Ok(Answer::Solved(solved)),
            Answer::Refused(_) => self.ask(&exact, Freshness::CacheFirst),
        }
    }

    fn is_for_every_platform(&self) -> bool {
        matches!(
            self.component.environment,
            EnvironmentSource::Locked { kind: LockKind::Uv | LockKind::Poetry | LockKind::Pdm, .. }
        )
    }

    /// The newest release of `name` that every Python which the project promises can have, when a lock for all of them must
    /// hold one version of it. `None`: nothing limits it, or `current` itself is for newer Pythons only.
    pub(crate) fn promised(
        &self,
        name: &PackageName,
        current: &Version,
    ) -> Result<Option<(Version, Version)>, EngineError> {
        let Some(lowest) = self.lowest_python().filter(|_| self.locks_one_version(name)) else { return Ok(None) };
        if !self.index.serves(name, current, &lowest)? {
            return Ok(None);
        }
        for release in registry::offered(&self.index.releases(name)?).into_iter().rev() {
            if self.index.serves(name, &release.version, &lowest)? {
                return Ok(Some((release.version.clone().max(current.clone()), lowest)));
            }
        }
        Ok(None)
    }

    /// The lowest Python of the project's range when it lies below the one at hand.
    fn lowest_python(&self) -> Option<Version> {
        let requires: Vec<&str> = self
            .component
            .manifests
            .iter()
            .filter_map(|m| m.manifest.requires_python.as_ref())
            .map(|r| r.specifier.as_str())
            .collect();
        // A late patch release: `>=3.8.1` is a promise about 3.8.
        let admitted = |minor: &u32| {
            Version::new(&format!("3.{minor}.99"))
                .ok()
                .filter(|v| !requires.is_empty() && requires.iter().all(|r| manifest::admits(r, v)))
        };
        let lowest = (5..30).find_map(|minor| admitted(&minor))?;
        (lowest.line(2) < self.interpreter.parsed()?.line(2)).then_some(lowest)
    }

    /// Poetry and PDM lock one version for all Pythons; uv locks several, unless the manifest names the version.
    fn locks_one_version(&self, name: &PackageName) -> bool {
        match self.component.environment {
            EnvironmentSource::Locked { kind: LockKind::Poetry | LockKind::Pdm, .. } => true,
            EnvironmentSource::Locked { kind: LockKind::Uv, .. } => {
                let named = |s: &Stated| s.name == *name && (s.pep440.contains("==") || s.pep440.contains("~="));
                self.component.roots().into_iter().any(|(_, s)| named(s))
            }
            _ => false,
        }
    }

    /// True when the repository fixes every package, not only those it names.
    pub(crate) fn pins_everything(&self) -> bool {
        self.component.locked.is_some()
    }

    /// Asks, builds what exists as a source distribution only, and asks again.
    pub(crate) fn ask(&self, question: &Question, freshness: Freshness) -> Result<Answer, EngineError> {
        let digest: String = Sha256::digest(question.key()).iter().take(12).map(|b| format!("{b:02x}")).collect();
        let key = format!("resolve:{}:{freshness:?}:{digest}", self.interpreter.version);
        let python_version = self.stands_in.then(|| self.interpreter.version.clone());
        let question = &Question { python_version, ..question.clone() };
        self.journal.step(self.run, &key, || {
            self.asked.set(self.asked.get() + 1);
            let resolver = Resolver {
                clients: &self.doors.clients,
                interpreter: self.interpreter,
                directory: self.directory,
                wheels: self.wheels,
                limit: self.limit,
            };
            let mut answer = resolver.ask(question, freshness)?;
            // One refusal names one package at a time.
            for _ in 0..if self.builds { 10 } else { 0 } {
                let Answer::Refused(conflict) = &mut answer else { break };
                let mut built = false;
                for name in conflict.wants_wheels.clone() {
                    match self.build_wheels(&name, question, &conflict.text)? {
                        Ok(any) => built |= any,
                        Err(why) => conflict.text = format!("{} ({why})", conflict.text),
                    }
                }
                if !built {
                    break;
                }
                answer = resolver.ask(question, freshness)?;
            }
            Ok(answer)
        })
    }

    /// Builds wheels of the versions of `name` that are asked for: the pinned ones, else the newest.
    fn build_wheels(
        &self,
        name: &PackageName,
        question: &Question,
        conflict: &str,
    ) -> Result<Result<bool, String>, EngineError> {
        let page = self.index.releases(name)?;
        let mut pinned: Vec<Version> =
            question.roots.iter().chain(&question.preferences).filter_map(|line| pin_of(line, name)).collect();
        // Others may pin it as well; the refusal then names the version.
        pinned.extend(conflict.split_whitespace().filter_map(|word| pin_of(word.trim_end_matches([',', '.']), name)));
        let newest = registry::newest(&page).map(|r| r.version.clone());
        let wanted: Vec<Version> = if pinned.is_empty() { newest.into_iter().collect() } else { pinned };
        let mut built = false;
        for release in page.iter().filter(|r| wanted.contains(&r.version) && !r.wheel) {
            match self.build_wheel(name, release)? {
                Ok(any) => built |= any,
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(built))
    }

    /// Builds one release's wheel from its sources: false when it has none, the inner error when they cannot be built.
    pub(crate) fn build_wheel(
        &self,
        name: &PackageName,
        release: &registry::Release,
    ) -> Result<Result<bool, String>, EngineError> {
        let Some(file) = &release.sdist else { return Ok(Ok(false)) };
        let builder = Builder {
            clients: &self.doors.clients,
            interpreter: self.interpreter,
            wheels: self.wheels,
            limit: Duration::from_secs(600),
        };
        let url = self.index.address(name, &file.url);
        let built = sdist::build(self.doors, &builder, &sdist::Source { name, file, url: &url })?;
        Ok(built.map(|_| true))
    }

    /// Root requirement lines with the wishes in place of what the manifests say.
    fn roots(&self, wishes: &Wishes) -> Vec<String> {
        let mut lines: Vec<String> =
            self.component.roots().into_iter().filter_map(|(_, stated)| line(stated, wishes)).collect();
        lines.sort();
        lines.dedup();
        lines
    }

    /// Lines of the constraints files, less what a wish replaces. Exact pins of packages that only come along are floors
    /// once there is a `current` state: the files are edited when they move.
    fn constraint_lines(&self, wishes: &Wishes, current: &Solution) -> Vec<String> {
        let line = |s: &Stated| {
            let marker = s.marker.as_ref().map(|m| format!(" ; {m}")).unwrap_or_default();
            match current.version(&s.name).filter(|_| manifest::pinned(&s.pep440).is_some()) {
                Some(now) => format!("{}>={now}{marker}", s.name),
                None => format!("{}{}{marker}", s.name, s.pep440),
            }
        };
        self.constraint_statements().filter(|s| !wishes.contains_key(&s.name)).map(line).collect()
    }

    /// Packages that the constraints files speak of.
    pub(crate) fn constrained(&self) -> Vec<PackageName> {
        self.constraint_statements().map(|s| s.name.clone()).collect()
    }

    fn constraint_statements(&self) -> impl Iterator<Item = &Stated> {
        let files: &[String] = match &self.component.environment {
            EnvironmentSource::Requirements { constraints, .. } => constraints,
            _ => &[],
        };
        files.iter().filter_map(|c| self.component.manifest(c)).flat_map(|f| &f.manifest.stated)
    }
}

/// The resolver's line for a statement, with its wish in place of what it says; `None`: it is not resolved.
pub(crate) fn line(stated: &Stated, wishes: &Wishes) -> Option<String> {
    let extras = if stated.extras.is_empty() { String::new() } else { format!("[{}]", stated.extras.join(",")) };
    let marker = stated.marker.as_ref().map(|m| format!(" ; {m}")).unwrap_or_default();
    match &stated.source {
        Source::Url(url) => Some(format!("{}{extras} @ {url}{marker}", stated.name)),
        // The project's own folders are put on the path; their requirements are stated beside them.
        Source::Path(_) | Source::Workspace => {
            tracing::debug!(package.name = %stated.name, "A local path is not resolved");
            None
        }
        Source::Index | Source::Named(_) => {
            let specifier = wishes.get(&stated.name).map_or_else(|| stated.pep440.clone(), Wish::specifier);
            Some(format!("{}{extras}{specifier}{marker}", stated.name))
        }
    }
}

fn pin_of(line: &str, name: &PackageName) -> Option<Version> {
    let (left, right) = line.split_once("==")?;
    let bare = left.split('[').next()?.trim();
    (PackageName::new(bare).ok()? == *name).then(|| Version::new(right.split([' ', ';']).next()?).ok())?
}
