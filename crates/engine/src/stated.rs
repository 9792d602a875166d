//! The Python that a component is judged for, and what this machine has in its place.
//!
//! Lives elsewhere: reading the files and choosing among them (`uplift_facts`, the same for a check), what a trial of the
//! lock says (`crate::subject`).

use std::path::Path;
use std::time::Duration;

use uplift_ecosystems::doors::Doors;
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::interpreter::Interpreter;
use uplift_ecosystems::python::manifest;
use uplift_facts::gather::{self, Ask};
use uplift_facts::runtimes::{Chosen, Ground};
use uplift_facts::tree;
use uplift_facts::vulnerabilities::Sources;
use uplift_model::Version;
use uplift_model::settings::Advisories;

use crate::subject;

/// What a check says.
#[derive(Debug, Clone)]
pub(crate) struct Stated {
    pub(crate) chosen: Chosen,
    /// Other places that contradict it, one sentence each.
    pub(crate) against: Vec<String>,
}

/// Where a component lies, and as of when it is looked at.
pub(crate) struct Looked<'a> {
    pub(crate) doors: &'a Doors,
    pub(crate) tree: &'a tree::Tree<'a>,
    /// Where the tree lies when checked out.
    pub(crate) top: &'a Path,
    /// The component's folder; empty for the root.
    pub(crate) root: &'a str,
    /// `YYYY-MM-DD`
    pub(crate) as_of: &'a str,
    /// An index's answer of at most this age is taken without asking.
    pub(crate) max_age: Duration,
}

/// What a check says of the component; `None`: there is none, or it is for a Python before 3.
pub(crate) fn python(looked: &Looked<'_>) -> Option<Stated> {
    let store = looked.doors.clients.dirs.root().join("releases");
    // Nobody is asked for advisories to choose an interpreter.
    let silent = Advisories::default();
    let ask = Ask {
        root: looked.top,
        repository: String::new(),
        commit: None,
        as_of: looked.as_of.to_owned(),
        offline: false,
        max_age: looked.max_age,
        fetch: &looked.doors.fetch,
        clients: &looked.doors.clients,
        store,
        advisories: Sources {
            settings: &silent,
            root: looked.top,
            paths: &[],
            folder: looked.top,
            fetch: &looked.doors.fetch,
            offline: true,
            today: looked.as_of,
        },
        python: None,
        licences: false,
        subject: None,
    };
    let (chosen, against) = gather::python_of(&ask, looked.tree, looked.root)?;
    chosen.line.starts_with("3.").then_some(Stated { chosen, against })
}

/// Every `requires-python` of the component's manifests.
pub(crate) fn requires(component: &Component) -> Vec<String> {
    let stated = component.manifests.iter().filter_map(|m| m.manifest.requires_python.as_ref());
    stated.map(|r| r.specifier.clone()).collect()
}

impl Stated {
    /// A version that somebody named: `3.12`, `3.12.1`; `None`: it is none of Python 3, or only `3`.
    pub(crate) fn named(wanted: &str, by: &str) -> Option<Self> {
        let version = Version::new(wanted).ok().filter(|v| v.line(1) == [3] && v.release().len() >= 2)?;
        let line = version.line(2).iter().map(u64::to_string).collect::<Vec<_>>().join(".");
        let from = format!("chosen by {by}");
        let chosen = Chosen { version: wanted.to_owned(), line, from, ground: Ground::Stated, others: Vec::new() };
        Some(Self { chosen, against: Vec::new() })
    }

    /// Whether a place pins what runs.
    pub(crate) fn runs(&self) -> bool {
        self.chosen.ground == Ground::Stated
    }

    /// The nearest interpreter of this machine, newer ones first, of those that the project admits; it runs the tests,
    /// while targets are held to what the stated one can install.
    pub(crate) fn in_its_place(&self, found: &[Interpreter], requires: &[String]) -> Option<subject::Chosen> {
        let minor = |text: &str| text.split('.').nth(1).and_then(|m| m.parse::<u32>().ok());
        let wanted = minor(&self.chosen.line)?;
        let admits = |i: &&Interpreter| i.parsed().is_some_and(|v| requires.iter().all(|r| manifest::admits(r, &v)));
        let far = |i: &&Interpreter| minor(&i.version).map(|have| (have < wanted, have.abs_diff(wanted)));
        let lender = found.iter().filter(admits).min_by_key(far)?;
        let whole = Version::new(&self.chosen.version).is_ok_and(|v| v.release().len() > 2);
        // A late patch release stands for the line: `>=3.9.1` is a promise about 3.9.
        let version = if whole { self.chosen.version.clone() } else { format!("{}.99", self.chosen.line) };
        let reason = format!(
            "it stands in for {} ({}), which is not on this machine: targets are held to what that one can install",
            self.chosen.version, self.chosen.from
        );
        Some(subject::Chosen {
            stands_for: Some(Interpreter { version, ..lender.clone() }),
            ..subject::Chosen::here(lender.clone(), reason)
        })
    }

    /// Of interpreters that may be what runs: the one that a check takes, else the likeliest of the others.
    pub(crate) fn of<'i>(&self, some: &[&'i Interpreter]) -> Option<&'i Interpreter> {
        let lines = std::iter::once(&self.chosen.line).chain(&self.chosen.others);
        lines.filter_map(|line| some.iter().find(|i| i.minor() == *line)).next().copied()
    }

    /// Why a check takes its line, in words.
    pub(crate) fn why(&self) -> &str {
        self.chosen.from.trim_start_matches("assumed: ")
    }
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

    fn stated(version: &str, ground: Ground, others: &[&str]) -> Stated {
        let line = version.split('.').take(2).collect::<Vec<_>>().join(".");
        let others = others.iter().map(|o| (*o).to_owned()).collect();
        let chosen = Chosen { version: version.to_owned(), line, from: "Dockerfile:1".to_owned(), ground, others };
        Stated { chosen, against: Vec::new() }
    }

    #[test]
    fn the_nearest_newer_one_lends_its_program_and_the_stated_one_its_version() {
        let found = [here("3.13.0"), here("3.11.7"), here("3.8.18")];
        let taken = |version: &str, requires: &[&str]| {
            let requires: Vec<String> = requires.iter().map(|r| (*r).to_owned()).collect();
            let taken = stated(version, Ground::Stated, &[]).in_its_place(&found, &requires)?;
            Some((taken.interpreter.minor(), taken.resolves_for().version.clone()))
        };
        assert_eq!(taken("3.9", &[]), Some(("3.11".to_owned(), "3.9.99".to_owned())));
        assert_eq!(taken("3.9.4", &["<3.11"]), Some(("3.8".to_owned(), "3.9.4".to_owned())));
        assert_eq!(taken("3.14", &[]), Some(("3.13".to_owned(), "3.14.99".to_owned())));
        assert_eq!(taken("3.9", &[">=3.14"]), None);
    }

    #[test]
    fn of_several_that_may_be_what_runs_the_one_of_a_check_is_taken_first() {
        let (old, new) = (here("3.9.18"), here("3.13.0"));
        let of = |version: &str| stated(version, Ground::Tested, &["3.10", "3.9"]).of(&[&new, &old]).map(|i| i.minor());
        assert_eq!(of("3.13").as_deref(), Some("3.13"));
        assert_eq!(of("3.12").as_deref(), Some("3.9"));
        assert_eq!(of("3.12").as_deref(), stated("3.9", Ground::Tested, &[]).of(&[&old]).map(|i| i.minor()).as_deref());
    }
}
