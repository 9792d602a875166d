//! Which interpreters are asked for: those on this machine as they are, others by their version alone.
//!
//! Lives here: choosing. Lives elsewhere: finding interpreters (`ecosystems::python::interpreter`).

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::interpreter::Interpreter;
use uplift_ecosystems::python::manifest;
use uplift_ecosystems::python::registry::Tags;
use uplift_ecosystems::python::resolve::Environment;
use uplift_facts::days;
use uplift_facts::tree::Tree;
use uplift_model::Version;
use uplift_sandbox::clock;

use super::ValidateRequest;
use crate::error::EngineError;
use crate::research::FRESH;
use crate::stated::{self, Looked};
use crate::subject::{self, Choice};

/// Minor versions of Python 3 that `--all-pythons` asks for.
pub(super) const LINES: std::ops::RangeInclusive<u32> = 8..=14;

/// One interpreter to answer for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Runtime {
    /// `3.11`, or `3.11.7` where that was asked for.
    pub(super) name: String,
    /// Where `present` is false: another interpreter that lends its program and platform, with the version asked for.
    pub(super) interpreter: Interpreter,
    pub(super) present: bool,
}

impl Runtime {
    /// The interpreter of this version: on the machine, else a stand-in.
    ///
    /// # Errors
    /// When the text is no version of Python 3, or there is no interpreter at all.
    pub(super) fn of(wanted: &str, found: &[Interpreter]) -> Result<Self, EngineError> {
        let bare = wanted.trim().trim_start_matches("cpython-").trim_start_matches("python").trim_start_matches('-');
        let version = Version::new(bare).ok().filter(|v| v.line(1) == [3] && v.release().len() >= 2);
        let Some(version) = version else {
            return Err(EngineError::repository(
                format!("`{wanted}` is no version of Python 3"),
                "write it as 3.11 or 3.11.7",
            ));
        };
        let whole = version.release().len() > 2;
        let line = version.line(2);
        let here = found
            .iter()
            .find(|i| if whole { i.version == bare } else { i.parsed().is_some_and(|v| v.line(2) == line) });
        if let Some(here) = here {
            return Ok(Self { name: bare.to_owned(), interpreter: here.clone(), present: true });
        }
        let Some(lender) = found.first() else {
            return Err(EngineError::repository(
                "there is no Python 3 on this machine",
                "install one; any version will do to ask for others",
            ));
        };
        // A late patch release stands for the line: `>=3.9.1` is a promise about 3.9.
        let version = if whole { bare.to_owned() } else { format!("{bare}.99") };
        Ok(Self { name: bare.to_owned(), interpreter: Interpreter { version, ..lender.clone() }, present: false })
    }

    /// What the resolver is told in place of the interpreter's own version.
    pub(super) fn python_version(&self) -> Option<String> {
        (!self.present).then(|| self.interpreter.version.clone())
    }

    pub(super) fn tags(&self) -> Tags {
        self.interpreter.tags()
    }

    pub(super) fn version(&self) -> Option<Version> {
        self.interpreter.parsed()
    }

    /// What markers are held against.
    pub(super) fn environment(&self) -> Option<Environment> {
        Environment::of(&self.interpreter)
    }
}

/// Lines of Python that the component's own `requires-python` admits, of [`LINES`].
pub(super) fn admitted(component: &Component) -> Vec<String> {
    let late = |minor: &u32| Version::new(&format!("3.{minor}.99")).ok();
    LINES
        .filter(|minor| late(minor).is_some_and(|v| requires(component).iter().all(|r| manifest::admits(r, &v))))
        .map(|minor| format!("3.{minor}"))
        .collect()
}

fn requires(component: &Component) -> Vec<String> {
    let stated = component.manifests.iter().filter_map(|m| m.manifest.requires_python.as_ref());
    stated.map(|r| r.specifier.clone()).collect()
}

/// The interpreter that is meant when none is named: the one that a plan is drawn for; where there is none, the machine's
/// own where the project admits it, else the newest here that it admits.
///
/// # Errors
/// When a run was cancelled, or there is no interpreter at all.
pub(super) fn usual(
    request: &ValidateRequest,
    doors: &Doors,
    tree: &Tree<'_>,
    component: &Component,
    found: &[Interpreter],
) -> Result<Runtime, EngineError> {
    let directory = tree.root().join(&component.root);
    let choice = Choice {
        doors,
        component,
        files: &tree.files,
        read: &|path| tree.read(path),
        asked: None,
        only_planned: true,
        directory: &directory,
        wheels: &|minor| doors.clients.dirs.wheels(minor),
    };
    let today = days::of_seconds(clock::now());
    let looked = Looked {
        doors,
        tree,
        top: tree.root(),
        root: &component.root,
        as_of: request.as_of.as_deref().unwrap_or(&today),
        max_age: FRESH,
    };
    // Files that were named make a set of their own, about which the folder says nothing.
    let of_folder = || if request.files.is_empty() { stated::python(&looked) } else { None };
    match subject::interpreter(&choice, of_folder) {
        Ok(chosen) => {
            let interpreter = chosen.resolves_for().clone();
            return Ok(Runtime { name: interpreter.minor(), interpreter, present: chosen.stands_for.is_none() });
        }
        Err(EngineError::Cancelled) => return Err(EngineError::Cancelled),
        // No interpreter of this machine is admitted: whether the set goes together can be asked all the same.
        Err(_) => {}
    }
    let requires = requires(component);
    let fits = |i: &&Interpreter| i.parsed().is_some_and(|v| requires.iter().all(|r| manifest::admits(r, &v)));
    let own = found.iter().find(|i| i.default).filter(fits).or_else(|| found.iter().find(fits)).or(found.first());
    Runtime::of(&own.map(Interpreter::minor).unwrap_or_else(|| "3.12".to_owned()), found)
}

/// Ascending minor versions as ranges: `3.9-3.11, 3.13`; `none`.
pub(super) fn ranges(lines: &[String]) -> String {
    let mut minors: Vec<u32> = lines.iter().filter_map(|l| l.split('.').nth(1)?.parse().ok()).collect();
    minors.sort_unstable();
    minors.dedup();
    let mut parts: Vec<(u32, u32)> = Vec::new();
    for minor in minors {
        match parts.last_mut() {
            Some((_, end)) if *end + 1 == minor => *end = minor,
            _ => parts.push((minor, minor)),
        }
    }
    if parts.is_empty() {
        return "none".to_owned();
    }
    let text = |(a, b): &(u32, u32)| if a == b { format!("3.{a}") } else { format!("3.{a}-3.{b}") };
    parts.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn here(version: &str) -> Interpreter {
        Interpreter {
            exe: "/bin/python3".into(),
            version: version.into(),
            base_prefix: "/".into(),
            system: "linux".into(),
            machine: "x86_64".into(),
            default: false,
        }
    }

    #[test]
    fn an_interpreter_that_is_not_here_is_asked_for_by_its_version() {
        let found = [here("3.11.7")];
        assert_eq!(Runtime::of("3.11", &found).unwrap().python_version(), None);
        let other = Runtime::of("3.12", &found).unwrap();
        assert_eq!((other.python_version().as_deref(), other.present), (Some("3.12.99"), false));
        assert_eq!(Runtime::of("3.11.2", &found).unwrap().python_version().as_deref(), Some("3.11.2"));
        for bad in ["", "2.7", "3", "three"] {
            assert!(Runtime::of(bad, &found).is_err(), "{bad}");
        }
        assert!(Runtime::of("3.12", &[]).is_err());
    }

    #[test]
    fn lines_of_python_are_told_as_ranges() {
        let told = |lines: &[&str]| ranges(&lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>());
        assert_eq!(told(&["3.10", "3.9", "3.11", "3.13"]), "3.9-3.11, 3.13");
        assert_eq!(told(&[]), "none");
    }
}
