//! The Python that a component's files say it runs on, and what this machine has in its place.
//!
//! Lives elsewhere: reading the files and choosing among them (`uplift_facts::runtimes`, the same for a check), what is
//! taken where they do not say (`crate::subject`).

use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::interpreter::Interpreter;
use uplift_ecosystems::python::manifest;
use uplift_facts::days;
use uplift_facts::runtimes::{self, Chosen, Ground, Place};
use uplift_model::{Ecosystem, Version};
use uplift_sandbox::clock;

use crate::subject::{self, Tree};

/// What the files say.
#[derive(Debug)]
pub(crate) struct Stated {
    pub(crate) chosen: Chosen,
    /// Other places that contradict it, one sentence each.
    pub(crate) against: Vec<String>,
}

/// What the files of the tree say of `component`; `None`: nothing, or a Python before 3.
pub(crate) fn python(tree: &Tree<'_>, component: &Component) -> Option<Stated> {
    let place = |root: &str| Place::new(root, Ecosystem::Python);
    let all: Vec<Place> = tree.components().iter().map(|c| place(&c.root)).collect();
    let gathered = runtimes::gather(&tree.files, &|path| tree.read(path));
    let own = place(&component.root);
    let chosen = gathered.python_for(&own, &all, &days::of_seconds(clock::now()))?;
    let against = gathered.against(&own, &all, &chosen);
    chosen.line.starts_with("3.").then_some(Stated { chosen, against })
}

/// Every `requires-python` of the component's manifests.
pub(crate) fn requires(component: &Component) -> Vec<String> {
    let stated = component.manifests.iter().filter_map(|m| m.manifest.requires_python.as_ref());
    stated.map(|r| r.specifier.clone()).collect()
}

impl Stated {
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

    /// The likeliest of `admitted` that CI runs, with the reason.
    pub(crate) fn tested<'i>(&self, admitted: &[&'i Interpreter]) -> Option<(&'i Interpreter, String)> {
        if self.chosen.ground != Ground::Tested {
            return None;
        }
        let lines = std::iter::once(&self.chosen.line).chain(&self.chosen.others);
        let best = lines.filter_map(|line| admitted.iter().find(|i| i.minor() == *line)).next()?;
        Some((best, format!("the newest here of those that CI runs ({})", self.chosen.from)))
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
    fn of_several_that_ci_runs_the_newest_that_is_here_is_taken() {
        let (old, new) = (here("3.9.18"), here("3.13.0"));
        let tested = |ground| {
            let stated = stated("3.12", ground, &["3.10", "3.9"]);
            stated.tested(&[&new, &old]).map(|(i, why)| (i.minor(), why))
        };
        let (minor, why) = tested(Ground::Tested).unwrap();
        assert_eq!((minor.as_str(), why.as_str()), ("3.9", "the newest here of those that CI runs (Dockerfile:1)"));
        assert_eq!(tested(Ground::Assumed), None);
    }
}
