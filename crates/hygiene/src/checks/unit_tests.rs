//! `unit-tests`: every component with code has tests of its own.

use uplift_model::Ecosystem;
use uplift_model::hygiene::{Evidence, Presence};

use super::tests_gate::is_test_file;
use super::{Answer, found, present};
use crate::ci::called;
use crate::place::{self, listed};
use crate::repository::Component;
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let components: Vec<&Component> = survey.repository.components.iter().filter(|c| has_code(survey, c)).collect();
    if components.is_empty() {
        return Answer::left_out("no component with code");
    }
    let mut with: Vec<Evidence> = Vec::new();
    let mut without: Vec<String> = Vec::new();
    let mut evidence: Vec<Evidence> = Vec::new();
    for component in &components {
        match tests_of(survey, component) {
            Some(shown) => with.push(shown),
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

fn has_code(survey: &Survey<'_>, component: &Component) -> bool {
    let own = |path: &str| {
        let owner = survey.repository.component_of(path, Some(component.ecosystem));
        owner.is_some_and(|c| c.root == component.root)
    };
    survey.code.iter().any(|s| s.production && s.language == component.ecosystem && own(&s.path))
}

fn tests_of(survey: &Survey<'_>, component: &Component) -> Option<Evidence> {
    let python = component.ecosystem == Ecosystem::Python;
    let fits = |path: &&String| {
        is_test_file(path)
            && path.ends_with(".py") == python
            && survey.repository.component_of(path, Some(component.ecosystem)).is_some_and(|c| c.root == component.root)
    };
    let file = survey.repository.files().iter().find(fits)?;
    Some(place::evidence(file, None, "tests"))
}

/// What shows that there are none.
fn nothing(survey: &Survey<'_>, component: &Component) -> Evidence {
    let manifest = place::join(&component.root, "package.json");
    if component.ecosystem == Ecosystem::JavaScript && survey.repository.has(&manifest) {
        let script = called::npm(survey.repository, &component.root, "test");
        let what = if script.is_some() { "no test files" } else { "no test files and no `test` script" };
        return place::evidence(&manifest, script.map(|s| s.line), what);
    }
    let first = survey.code.iter().find(|s| {
        s.production
            && s.language == component.ecosystem
            && survey
                .repository
                .component_of(&s.path, Some(component.ecosystem))
                .is_some_and(|c| c.root == component.root)
    });
    place::evidence(first.map_or(component.root.as_str(), |s| s.path.as_str()), None, "code without tests")
}
