//! Putting a set to the resolver for one interpreter; what exists as sources only is built first, where that can be done.
//!
//! Lives here: the question's circumstances and the wheels that it needs. Lives elsewhere: the resolver itself
//! (`ecosystems::python::resolve`), what an answer means (`super::python`).

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::environment::{Builder, sdist};
use uplift_ecosystems::python::resolve::{Answer, Conflict, Freshness, Question, Resolver};
use uplift_model::{PackageName, Version};

use super::overlay::Root;
use super::pages::{Pages, Standing};
use super::runtimes::Runtime;
use crate::error::EngineError;

/// Longest build of one package from its sources.
const BUILD: Duration = Duration::from_secs(600);

/// The resolver for one interpreter.
pub(super) struct Asker<'a> {
    pub(super) doors: &'a Doors,
    pub(super) pages: &'a Pages<'a>,
    pub(super) runtime: &'a Runtime,
    /// The component's folder: its `[tool.uv]` indexes and sources apply.
    pub(super) directory: &'a Path,
    pub(super) as_of: Option<String>,
    pub(super) limit: Duration,
    pub(super) asked: Cell<u32>,
    /// Packages whose sources could not be made into a wheel here, with the reason.
    pub(super) unbuilt: RefCell<BTreeMap<PackageName, String>>,
}

impl Asker<'_> {
    /// Wheels built for this interpreter.
    pub(super) fn wheels(&self) -> PathBuf {
        self.doors.clients.dirs.wheels(&self.runtime.interpreter.minor())
    }

    /// Asks for the complete set.
    ///
    /// # Errors
    /// Those of the resolver; a refusal is an answer.
    pub(super) fn ask(
        &self,
        roots: &[Root],
        constraints: &[String],
        preferences: &[String],
    ) -> Result<Answer, EngineError> {
        let mut lines: Vec<String> = roots.iter().map(Root::line).collect();
        lines.sort();
        lines.dedup();
        let question = Question {
            roots: lines,
            constraints: constraints.to_vec(),
            preferences: preferences.to_vec(),
            python_version: self.runtime.python_version(),
            as_of: self.as_of.clone(),
            ..Question::default()
        };
        let wheels = self.wheels();
        let resolver = Resolver {
            clients: &self.doors.clients,
            interpreter: &self.runtime.interpreter,
            directory: self.directory,
            wheels: &wheels,
            limit: self.limit,
        };
        // A refusal names one package without wheels at a time.
        for _ in 0..10 {
            self.asked.set(self.asked.get() + 1);
            let answer = resolver.ask(&question, Freshness::Index)?;
            let Answer::Refused(conflict) = &answer else { return Ok(answer) };
            let mut built = false;
            for name in &conflict.wants_wheels {
                if !self.unbuilt.borrow().contains_key(name) {
                    built |= self.build(name, roots, conflict)?;
                }
            }
            if !built {
                return Ok(answer);
            }
        }
        self.asked.set(self.asked.get() + 1);
        Ok(resolver.ask(&question, Freshness::Index)?)
    }

    /// Whether the sets can go together; `Some` holds the refusal.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(super) fn refusal(&self, roots: &[Root], constraints: &[String]) -> Result<Option<Conflict>, EngineError> {
        Ok(match self.ask(roots, constraints, &[])? {
            Answer::Solved(_) => None,
            Answer::Refused(conflict) => Some(conflict),
        })
    }

    /// Builds a wheel of the version in question; false when there is nothing to build or it failed, which is remembered.
    fn build(&self, name: &PackageName, roots: &[Root], conflict: &Conflict) -> Result<bool, EngineError> {
        let pinned = roots.iter().filter(|r| r.name == *name).find_map(Root::pinned);
        let stated = conflict.text.split_whitespace().find_map(|word| {
            let (left, right) = word.trim_end_matches([',', '.']).split_once("==")?;
            (PackageName::new(left.split('[').next()?).ok()? == *name).then(|| Version::new(right).ok())?
        });
        let tags = self.runtime.tags();
        let newest = || self.pages.installable(name, &tags).into_iter().rfind(|v| !v.is_prerelease());
        let Some(version) = pinned.or(stated).or_else(newest) else { return Ok(false) };
        let Standing::Sources(file) = self.pages.standing(name, &version, &tags) else { return Ok(false) };
        if !self.runtime.present {
            let why = format!(
                "{name}=={version} is published as sources only, and Python {} is not on this machine to build it",
                self.runtime.name
            );
            self.unbuilt.borrow_mut().insert(name.clone(), why);
            return Ok(false);
        }
        let wheels = self.wheels();
        let builder = Builder {
            clients: &self.doors.clients,
            interpreter: &self.runtime.interpreter,
            wheels: &wheels,
            limit: BUILD,
        };
        let url = file.url.split('#').next().unwrap_or(&file.url);
        match sdist::build(self.doors, &builder, &sdist::Source { name, file: &file, url })? {
            Ok(_) => Ok(true),
            Err(why) => {
                let why = format!("{name}=={version} is published as sources only, and they could not be built: {why}");
                self.unbuilt.borrow_mut().insert(name.clone(), why);
                Ok(false)
            }
        }
    }
}
