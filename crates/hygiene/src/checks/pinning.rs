//! `pinning`: every direct dependency has one exact version, in the manifest or in a lock (row A5).

use uplift_model::analysis::{Pinning, Statement};
use uplift_model::hygiene::{Evidence, Presence};
use uplift_model::{Ecosystem, Role};

use super::{Answer, found, present};
use crate::place;
use crate::repository::{Component, Requirement};
use crate::survey::Survey;

/// A statement that admits more than one version, with no lock that decides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open<'s> {
    pub(crate) component: &'s Component,
    pub(crate) requirement: &'s Requirement,
    pub(crate) statement: &'s Statement,
}

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let components = || survey.repository.components.iter();
    let all = components().flat_map(|c| &c.requirements).filter(|r| counts(r)).count();
    if all == 0 {
        return Answer::left_out("no manifest states dependencies");
    }
    let open = open(survey);
    if open.is_empty() {
        let locked = components().filter(|c| c.locked).map(|c| place::called(&c.root).to_owned()).collect::<Vec<_>>();
        let because = if locked.is_empty() {
            "every requirement names one exact version".to_owned()
        } else {
            format!("every requirement names one exact version or is held by the lock of {}", place::listed(&locked))
        };
        return present(because, Vec::new());
    }
    let mut names: Vec<(&str, &str)> =
        open.iter().map(|o| (o.component.root.as_str(), o.requirement.name.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    let none = open.iter().filter(|o| o.statement.specifier.trim().is_empty()).count();
    let because = format!(
        "{} of {all} requirements may install another version tomorrow ({none} {} no bound at all)",
        names.len(),
        if none == 1 { "statement has" } else { "statements have" }
    );
    let evidence: Vec<Evidence> = open.iter().map(evidence).collect();
    let state = if names.len() >= all { Presence::Missing } else { Presence::Partial };
    let unknown: Vec<&str> = open
        .iter()
        .filter(|o| pinned_line(o, None).is_none())
        .map(|o| o.requirement.name.as_str())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    let known = unknown.len() < names.len();
    let mut advice = "write the version in use as `NAME==VERSION`, or keep a lock (uv, pip-compile, poetry; \
                      package-lock.json)"
        .to_owned();
    if known {
        advice.push_str("; `uplift hygiene --fix pinning` writes those that a lock or an environment shows");
    }
    if let Some(first) = unknown.first() {
        let which = if unknown.len() > 1 { format!("{} of them", unknown.len()) } else { (*first).to_owned() };
        advice.push_str(&format!(
            "; no lock and no environment shows the version of {which}: `uplift check --explain NAME` names the target \
             (such as of {first}), `uplift hygiene --fix pinning --pin NAME==VERSION` writes it"
        ));
    }
    found(state, because, evidence, advice)
}

/// Every open statement, by component and place.
pub(crate) fn open<'s>(survey: &'s Survey<'_>) -> Vec<Open<'s>> {
    let mut all = Vec::new();
    for component in &survey.repository.components {
        for requirement in &component.requirements {
            let held = component.locked && !requirement.locked.is_empty();
            if held || !counts(requirement) {
                continue;
            }
            let open = requirement.stated.iter().filter(|s| !is_exact(&s.specifier, component.ecosystem));
            all.extend(open.map(|statement| Open { component, requirement, statement }));
        }
    }
    all.sort_by(|a, b| (&a.statement.file, a.statement.line).cmp(&(&b.statement.file, b.statement.line)));
    all
}

/// Comes from an index and is no build tool: those are asked for by a floor, and no lock of the project holds them.
fn counts(requirement: &Requirement) -> bool {
    requirement.pinning != Pinning::Elsewhere && requirement.role != Role::Build
}

fn is_exact(specifier: &str, ecosystem: Ecosystem) -> bool {
    let text = specifier.trim();
    match ecosystem {
        Ecosystem::Python => {
            let exact = text.strip_prefix("===").or_else(|| text.strip_prefix("=="));
            // Poetry writes an exact version bare.
            let exact = exact.or_else(|| Some(text).filter(|t| t.starts_with(|c: char| c.is_ascii_digit())));
            exact.is_some_and(|v| !v.contains(['*', ',', '|', ' ']))
        }
        Ecosystem::JavaScript => {
            uplift_model::semver::Range::new(text).is_ok_and(|r| r.exact().is_some())
                || text.contains(':')
                || text.contains('/')
        }
    }
}

/// The line with the pin to write behind it.
fn evidence(open: &Open<'_>) -> Evidence {
    let pin = match pinned_line(open, None) {
        Some(pin) => format!("{}  ->  {pin}", open.statement.written),
        None => {
            let name = &open.requirement.name;
            let other = open.requirement.pinned.as_ref();
            let other = other.map(|v| format!(" ({v} in another line is no proof)")).unwrap_or_default();
            format!("{}  ->  not known; `uplift check --explain {name}`{other}", open.statement.written)
        }
    };
    place::evidence(&open.statement.file, Some(open.statement.line), &pin)
}

/// The requirement with its exact version, as it is to be written; `None` when nothing says which version is in use.
pub(crate) fn pinned_line(open: &Open<'_>, version: Option<&str>) -> Option<String> {
    let version = version.or(open.requirement.in_use.as_deref())?;
    if open.component.ecosystem == Ecosystem::JavaScript {
        return Some(version.to_owned());
    }
    let written = &open.statement.written;
    let (head, marker) = written.split_once(';').map_or((written.as_str(), None), |(h, m)| (h, Some(m.trim())));
    let end = head.find(['=', '<', '>', '!', '~', '(', ' ']).unwrap_or(head.len());
    let name = head.get(..end)?.trim();
    let pinned = format!("{name}=={version}");
    Some(marker.map_or(pinned.clone(), |m| format!("{pinned} ; {m}")))
}
