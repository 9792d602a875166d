//! Why a package is in the plan: what moving brings, then what it risks.

use uplift_model::analysis::Reason;
use uplift_model::{Candidate, Move, Plan};

use crate::numbers::list;
use crate::words;

/// Days from which the age of the version in use says something.
const OLD: i64 = 180;

/// What moving brings (advisories that go, a version that cannot be had or is given up, what it makes possible, its age),
/// then `risk:` with what weighs most against it.
pub(in crate::terminal) fn why(plan: &Plan, one: &Move, candidate: &Candidate) -> String {
    let Some(assessment) = &candidate.assessment else { return candidate.reasons.join("; ") };
    let mut gains: Vec<String> = removed(candidate).into_iter().collect();
    for code in &candidate.reason_codes {
        gains.extend(match code {
            Reason::Unavailable => Some("the version in use cannot be had any more".to_owned()),
            Reason::Deprecated => Some("deprecated".to_owned()),
            Reason::Compatibility => Some(unblocks(plan, one)),
            Reason::Security | Reason::Outdated | Reason::Lockstep => None,
        });
    }
    gains.extend(candidate.age_days.filter(|days| *days >= OLD).map(|days| format!("{} old", words::age(days))));
    if gains.is_empty() {
        gains.push("newer, nothing else is known for it".to_owned());
    }
    let told = |signal: &str| assessment.factors.iter().find(|factor| factor.signal == signal);
    // What goes was said, and what nobody could tell is said once for the whole plan; age is a gain.
    let said = ["advisories", "age", "availability", "missing-research"];
    let against = || assessment.factors.iter().filter(|f| f.points > 0 && !said.contains(&&*f.signal));
    let mut risks: Vec<&str> = Vec::new();
    // How far it goes stands in a column of its own.
    if let Some(first) = against().find(|f| f.signal != "version-distance").or_else(|| against().next()) {
        risks.push(&first.reason);
        // What kind of package it is tells little without how much of the code rests on it.
        risks.extend(told("blast-radius").filter(|_| first.signal == "role").map(|factor| factor.reason.as_str()));
    }
    let risks = if risks.is_empty() { String::new() } else { format!("; risk: {}", risks.join(", ")) };
    format!("{}{risks}", gains.join(", "))
}

/// `removes CVE-2024-1 (high)`; what stays beside it is said as well.
fn removed(candidate: &Candidate) -> Option<String> {
    let effect = candidate.assessment.as_ref()?.security.value()?;
    let removed: Vec<_> = effect.removed.iter().filter(|one| !one.finding.is_set_aside()).collect();
    let worst = removed.iter().map(|one| one.finding.severity).max()?;
    let worst = words::severity(worst);
    Some(match removed.as_slice() {
        [one] => format!("removes {} ({worst})", one.finding.id),
        all => format!("removes {} advisories (the worst {worst})", all.len()),
    })
}

/// The packages whose moves need this one.
fn unblocks(plan: &Plan, one: &Move) -> String {
    let after = plan.moves.iter().filter(|m| m.needs.contains(&one.id)).flat_map(|m| &m.candidates);
    let names: Vec<&str> = after.map(|c| c.name.as_str()).collect();
    if names.is_empty() { "others need it".to_owned() } else { format!("lets {} move", list(&names)) }
}
