//! What a plan would do, as results: one for each advisory that it removes or leaves, for each package that moves and for
//! each that is held. The change is the plan's own edit of the manifests.

use std::collections::BTreeMap;

use uplift_model::advisory::Finding;
use uplift_model::analysis::Reason;
use uplift_model::plan::{PlanStep, Vulnerable};
use uplift_model::{Candidate, Plan};

use super::log::{Fix, Log};
use super::rules::{Kind, Rule, level};
use super::{About, Gap, Place, Remark, fix, log};
use crate::formats::bill::findings;
use crate::words;

pub(in crate::formats) fn plan(plan: &Plan) -> Log {
    let details = findings(plan);
    let mut remarks = Vec::new();
    for one in &plan.security.removed {
        let told = format!("; the plan removes it: {}", one.why);
        remarks.push(Remark { fixes: fixes(plan, &one.package), ..advisory(plan, one, &details, &told) });
    }
    for one in &plan.security.remaining {
        remarks.push(advisory(plan, one, &details, &format!("; it remains after the plan: {}", one.why)));
    }
    for one in &plan.candidates {
        let from_to = format!("{} {} -> {}", one.name, one.current, one.target);
        let kinds: Vec<Kind> = one.reason_codes.iter().filter_map(|reason| kind(*reason)).collect();
        let kinds = if kinds.is_empty() { vec![Kind::Upgrade] } else { kinds };
        for kind in kinds {
            let message = format!("{from_to} ({} risk): {}", one.risk, one.reasons.join("; "));
            remarks.push(Remark {
                fixes: fixes(plan, one.name.as_str()),
                ..remark(plan, one.name.as_str(), Some(one), Rule::of_kind(kind), message)
            });
        }
    }
    for one in &plan.unmoved {
        let message = format!("{} stays at {}, newest is {}: {}", one.name, one.current, one.newest, one.reason);
        remarks.push(remark(plan, one.name.as_str(), None, Rule::of_kind(Kind::Held), message));
    }
    log(&about("plan", plan), remarks, gaps(plan))
}

pub(super) fn about(what: &'static str, plan: &Plan) -> About {
    About {
        what,
        subject: words::component(&plan.component, "repository"),
        commit: (!plan.commit.is_empty()).then(|| plan.commit.clone()),
        day: plan.as_of.clone(),
        more: vec![("plan", plan.id.clone()), ("advisories", plan.security.source.clone())],
    }
}

pub(super) fn gaps(plan: &Plan) -> Vec<Gap> {
    let names = &plan.security.unknown;
    let gap = || Gap {
        id: "not-retrieved",
        level: super::log::Level::Warning,
        message: format!("advisories of {} not retrieved", names.join(", ")),
        place: None,
    };
    (!names.is_empty()).then(gap).into_iter().collect()
}

pub(super) fn advisory(plan: &Plan, one: &Vulnerable, details: &BTreeMap<&str, &Finding>, told: &str) -> Remark {
    let finding = details.get(one.id.as_str()).map_or_else(|| Finding::bare(&one.id, one.severity), |f| (*f).clone());
    let summary = finding.summary.trim();
    let message = format!("{} {}: {} ({}) {summary}{told}", one.package, one.version, one.id, one.severity);
    let candidate = plan.candidates.iter().find(|c| c.name.as_str() == one.package);
    Remark { level: level(one.severity), ..remark(plan, &one.package, candidate, Rule::of_advisory(&finding), message) }
}

pub(super) fn remark(plan: &Plan, name: &str, candidate: Option<&Candidate>, rule: Rule, message: String) -> Remark {
    let stated = candidate.map(|c| c.places.as_slice()).unwrap_or_default();
    let mut places = stated.iter().map(|place| Place { file: place.file.clone(), line: place.line });
    let place = places.next().or_else(|| somewhere(plan));
    let others = places.collect();
    Remark {
        level: rule.level(),
        rule,
        kind: None,
        message,
        place,
        others,
        logical: format!("{}/{name}", plan.component),
        same: vec![plan.component.clone(), "python".to_owned(), name.to_owned()],
        suppression: None,
        baseline: None,
        fixes: Vec::new(),
    }
}

/// The first manifest that the plan was drawn from.
fn somewhere(plan: &Plan) -> Option<Place> {
    let stated = plan.candidates.iter().flat_map(|c| &c.places).map(|place| &place.file);
    let file = plan.inputs.iter().map(|input| &input.file).chain(stated).next()?;
    Some(Place { file: file.clone(), line: 1 })
}

/// Moves that only follow others have no kind of finding of their own.
fn kind(reason: Reason) -> Option<Kind> {
    match reason {
        // Told by the advisories themselves.
        Reason::Security | Reason::Compatibility | Reason::Lockstep => None,
        Reason::Unavailable => Some(Kind::Unavailable),
        Reason::Outdated => Some(Kind::Outdated),
        Reason::Deprecated => Some(Kind::Deprecated),
    }
}

/// What the step that moves the package changes, for all packages that move with it.
fn fixes(plan: &Plan, name: &str) -> Vec<Fix> {
    let step = plan.steps.iter().find(|step: &&PlanStep| step.packages.iter().any(|package| package == name));
    step.and_then(|step| fix::edits(&step.title, &step.edits)).into_iter().collect()
}
