//! The audit: every check asked once, and the claims of roadmap files.

use uplift_model::hygiene::{Claim, HygieneFinding, HygieneReport, Presence};
use uplift_model::redact;

use crate::checks::{self, Answer, CHECKS};
use crate::fixes;
use crate::repository::Repository;
use crate::roadmap;
use crate::survey::Survey;
use crate::unread;

/// Looks at `repository`; `only`: names of checks, all when empty.
pub fn audit(repository: &Repository<'_>, only: &[String]) -> HygieneReport {
    let survey = Survey::of(repository);
    let mut report = HygieneReport { problems: survey.ci.problems.clone(), ..HygieneReport::default() };
    for check in CHECKS.iter().filter(|c| only.is_empty() || only.iter().any(|n| n == c.name)) {
        if repository.is_stopped() {
            break;
        }
        match unread::doubted(check.name, (check.look)(&survey), &survey) {
            Answer::LeftOut(reason) => report.left_out.push((check.name.to_owned(), redact::text(&reason))),
            Answer::Found(found) => report.findings.push(finding(check, found, &survey)),
        }
    }
    report.problems.extend(survey.unread.iter().cloned());
    for problem in &mut report.problems {
        problem.message = redact::text(&problem.message);
    }
    report.findings.sort_by(|a, b| (a.area, &a.check).cmp(&(b.area, &b.check)));
    if only.is_empty() || only.iter().any(|n| n == "roadmap") {
        report.claims = roadmap::claims(repository).into_iter().map(shown).collect();
    }
    report
}

fn finding(check: &checks::Check, found: checks::Found, survey: &Survey<'_>) -> HygieneFinding {
    let mut evidence = found.evidence;
    let mut seen = std::collections::BTreeSet::new();
    evidence.retain(|e| seen.insert(e.clone()));
    let is_present = found.state == Presence::Present;
    HygieneFinding {
        check: check.name.to_owned(),
        area: check.area,
        title: check.title.to_owned(),
        state: found.state,
        because: redact::text(&found.because),
        evidence,
        advice: found.advice.filter(|_| !is_present).map(|a| redact::text(&a)),
        fixable: !is_present && fixes::can(check.name, survey),
    }
}

fn shown(claim: Claim) -> Claim {
    Claim { title: redact::text(&claim.title), ..claim }
}

/// Names of all checks, in the order of the list.
pub fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|c| c.name).collect()
}
