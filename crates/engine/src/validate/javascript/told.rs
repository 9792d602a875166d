//! What a check of npm packages shows: an empty one, causes in words, families.

use std::collections::BTreeMap;

use uplift_ecosystems::javascript::peers::{Set, Violation};
use uplift_model::compatibility::{Cause, CauseKind, Check, Constraint, Family, Verdict};
use uplift_model::semver::{Options, Range};

use crate::validate::overlay::OverlayItem;

pub(super) fn blank(runtime: &str) -> Check {
    Check {
        runtime: runtime.to_owned(),
        present: true,
        verdict: Verdict::Sat,
        paragraph: String::new(),
        causes: Vec::new(),
        warnings: Vec::new(),
        solution: BTreeMap::new(),
        induced: Vec::new(),
        downgrades: Vec::new(),
        unknown_extras: Vec::new(),
        imports: Vec::new(),
        asked: 0,
    }
}

pub(super) fn cause(violation: &Violation, items: &[&OverlayItem]) -> Cause {
    let by = format!("{}@{}", violation.package, violation.version);
    let mut constraints = vec![Constraint {
        by: Some(by.clone()),
        place: None,
        on: violation.wants.clone(),
        requires: format!("{}@{}", violation.wants, violation.range),
    }];
    let there = match &violation.found {
        Some(found) => {
            let named = items.iter().any(|i| i.name == violation.wants);
            constraints.push(Constraint {
                by: None,
                place: Some(if named { "--set".to_owned() } else { "the lock".to_owned() }),
                on: violation.wants.clone(),
                requires: format!("{}@{found}", violation.wants),
            });
            if named {
                format!("{} is set to {found}", violation.wants)
            } else {
                format!("{} stays at {found} and is not in the plan", violation.wants)
            }
        }
        None => format!("{} is not there and not in the plan", violation.wants),
    };
    Cause {
        kind: CauseKind::Peer,
        constraints,
        sentence: format!("{by} peers {}@{}, but {there}", violation.wants, violation.range),
    }
}

/// Packages that name an exact version of each other as a peer.
pub(super) fn families(set: &Set) -> Vec<Family> {
    let mut found = Vec::new();
    for (name, member) in &set.members {
        for peer in &member.peers {
            let exact = Range::parse(&peer.range, Options::LOOSE).ok().is_some_and(|r| r.exact().is_some());
            if exact && set.members.contains_key(&peer.name) {
                let mut members = vec![name.clone(), peer.name.clone()];
                members.sort();
                let because = vec![format!("{name}@{} peers {}@{}", member.version, peer.name, peer.range)];
                found.push(Family { members, because });
            }
        }
    }
    found
}
