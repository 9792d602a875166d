//! `lock`: a lock says what is installed, down to what comes along, and it agrees with its manifest.

use std::str::FromStr;

use uplift_model::analysis::Pinning;
use uplift_model::hygiene::{Evidence, Presence};
use uplift_model::{Ecosystem, Role, semver};

use super::{Answer, found, present};
use crate::place::{self, listed};
use crate::repository::Component;
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let components: Vec<&Component> = survey
        .repository
        .components
        .iter()
        .filter(|c| c.requirements.iter().any(|r| r.pinning != Pinning::Elsewhere))
        .collect();
    if components.is_empty() {
        return Answer::left_out("no manifest states dependencies");
    }
    let label = |c: &&&Component| format!("{} ({})", place::called(&c.root), c.ecosystem);
    let open: Vec<String> = components.iter().filter(|c| !c.locked).map(|c| label(&c)).collect();
    let apart: Vec<Evidence> = components.iter().filter(|c| c.locked).flat_map(|c| disagreements(c)).collect();
    let pinned =
        |c: &&Component| c.requirements.iter().all(|r| matches!(r.pinning, Pinning::Pinned | Pinning::Elsewhere));
    let mut evidence = apart.clone();
    for component in components.iter().filter(|c| !c.locked) {
        if let Some(statement) = component.requirements.iter().flat_map(|r| &r.stated).next() {
            evidence.push(place::evidence(&statement.file, None, "no lock beside it"));
        }
    }
    let advice = "commit a lock that the tool writes (`uv lock`, `pip-compile`, `poetry lock`, `npm install`), install from it in CI \
                  and images (`uv sync --locked`, `npm ci`), and write it anew with every change of the manifest";
    if !apart.is_empty() {
        let because = format!("a lock does not hold what its manifest asks for, in {} places", apart.len());
        let mends =
            "run the lock's own tool (`uv lock`, `poetry lock`, `pip-compile`, `npm install`) and commit both files";
        return found(Presence::Partial, because, evidence, mends);
    }
    if open.is_empty() {
        return present("every component has a lock that agrees with its manifest", Vec::new());
    }
    let locked = components.len() - open.len();
    if locked > 0 {
        let because = format!("{locked} of {} components are locked; {} not", components.len(), are(&open));
        return found(Presence::Partial, because, evidence, advice);
    }
    if components.iter().all(pinned) {
        let because = "direct dependencies are pinned, what they bring along is not";
        return found(Presence::Partial, because, evidence, advice);
    }
    found(Presence::Missing, format!("no lock in {}", listed(&open)), evidence, advice)
}

fn are(names: &[String]) -> String {
    format!("{} {}", listed(names), if names.len() == 1 { "is" } else { "are" })
}

/// Statements that the lock does not hold, or holds at a version that they do not admit.
fn disagreements(component: &Component) -> Vec<Evidence> {
    let mut out = Vec::new();
    for requirement in
        component.requirements.iter().filter(|r| r.pinning != Pinning::Elsewhere && r.role != Role::Build)
    {
        for statement in &requirement.stated {
            // With a condition it may rightly be absent.
            if statement.marker.is_some() || is_optional(&statement.group) {
                continue;
            }
            if requirement.locked.is_empty() {
                let what = format!("{}: the lock does not hold it", statement.written);
                out.push(place::evidence(&statement.file, Some(statement.line), &what));
            } else if !requirement.locked.iter().any(|v| admits(&statement.specifier, v, component.ecosystem)) {
                let what = format!("{}: the lock holds {}", statement.written, requirement.locked.join(", "));
                out.push(place::evidence(&statement.file, Some(statement.line), &what));
            }
        }
    }
    out
}

fn is_optional(group: &str) -> bool {
    ["peer", "optional", "extra", "bundled"].iter().any(|w| group.to_lowercase().contains(w))
}

/// What cannot be read is not said to disagree.
fn admits(specifier: &str, version: &str, ecosystem: Ecosystem) -> bool {
    match ecosystem {
        Ecosystem::Python => {
            let specifiers = uv_pep440::VersionSpecifiers::from_str(specifier);
            let version = uv_pep440::Version::from_str(version);
            match (specifiers, version) {
                (Ok(specifiers), Ok(version)) => specifiers.contains(&version),
                _ => true,
            }
        }
        Ecosystem::JavaScript => {
            match (semver::Range::parse(specifier, semver::Options::LOOSE), semver::Version::new(version)) {
                (Ok(range), Ok(version)) => range.satisfies(&version),
                _ => true,
            }
        }
    }
}
