//! `unit-tests`: every component with code has tests of its own.

use std::collections::BTreeMap;

use uplift_model::Ecosystem;
use uplift_model::hygiene::{Evidence, Presence};

use super::tests_gate::is_test_file;
use super::{Answer, found, present};
use crate::ci::called;
use crate::place::{self, listed};
use crate::repository::Component;
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let components: Vec<&Component> =
        survey.repository.components.iter().filter(|c| survey.code_in(c).next().is_some()).collect();
    if components.is_empty() {
        return Answer::left_out("no component with code");
    }
    let mut with: Vec<Evidence> = Vec::new();
    let mut without: Vec<String> = Vec::new();
    let mut evidence: Vec<Evidence> = Vec::new();
    let tests = tests(survey);
    for component in &components {
        match tests.get(&(component.ecosystem, component.root.as_str())) {
            Some(file) => with.push(place::evidence(file, None, "tests")),
            None => {
                let name = format!("{} ({})", place::called(&component.root), component.ecosystem);
                evidence.push(nothing(survey, component));
                without.push(name);
            }
        }
    }
    if without.is_empty() {
        return present("every component has tests", with);
    }
    evidence.extend(with.clone());
    let advice = "begin with a test for each module that uses a dependency about to move: it is what tells whether an upgrade broke it";
    if with.is_empty() {
        return found(Presence::Missing, format!("no tests in {}", listed(&without)), evidence, advice);
    }
    let because = format!("{} of {} components have tests; none in {}", with.len(), components.len(), listed(&without));
    found(Presence::Partial, because, evidence, advice)
}

/// The first file of tests of each component.
fn tests<'s>(survey: &'s Survey<'_>) -> BTreeMap<(Ecosystem, &'s str), &'s str> {
    let mut first = BTreeMap::new();
    for path in survey.repository.files().iter().filter(|f| is_test_file(f)) {
        let ecosystem = if path.ends_with(".py") { Ecosystem::Python } else { Ecosystem::JavaScript };
        if let Some(root) = survey.repository.root_of(path, ecosystem) {
            first.entry((ecosystem, root)).or_insert(path.as_str());
        }
    }
    first
}

/// What shows that there are none.
fn nothing(survey: &Survey<'_>, component: &Component) -> Evidence {
    let manifest = place::join(&component.root, "package.json");
    if component.ecosystem == Ecosystem::JavaScript && survey.repository.has(&manifest) {
        let script = called::npm(survey.repository, &component.root, "test");
        let what = if script.is_some() { "no test files" } else { "no test files and no `test` script" };
        return place::evidence(&manifest, script.map(|s| s.line), what);
    }
    let first = survey.code_in(component).next();
    place::evidence(first.map_or(component.root.as_str(), |s| s.path.as_str()), None, "code without tests")
}
