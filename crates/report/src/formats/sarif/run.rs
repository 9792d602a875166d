//! What a run came to, as results: kept moves pass and are gone from the next analysis, held ones stay open.

use uplift_model::outcome::{Held, Proof, RunReport};
use uplift_model::{Candidate, PackageName};

use super::log::{Level, Log};
use super::plan::{about, gaps, remark};
use super::rules::{Kind, Rule, level};
use super::{About, Remark, log};
use crate::formats::bill::{Bill, delivered};
use crate::formats::standing::Standing;
use crate::{numbers, words};

pub(in crate::formats) fn run(report: &RunReport) -> Log {
    let plan = &report.plan;
    let candidate = |name: &PackageName| plan.candidates.iter().find(|c| c.name == *name);
    let mut remarks = advisories(report);
    for kept in report.kept.iter().filter(|_| delivered(report)) {
        let proof = if report.verified { "verified by tests" } else { "not verified by tests" };
        let with =
            if kept.with.is_empty() { String::new() } else { format!(", with {}", numbers::list(&names(&kept.with))) };
        let message =
            format!("{} {} -> {} kept in commit {}{with}; {proof}", kept.name, kept.from, kept.to, kept.commit);
        let rule = Rule::of_kind(Kind::Outdated);
        remarks.push(passed(remark(plan, kept.name.as_str(), candidate(&kept.name), rule, message)));
    }
    for held in &report.held {
        remarks.push(open(
            held,
            remark(plan, held.name.as_str(), candidate(&held.name), Rule::of_kind(Kind::Held), told(held)),
        ));
    }
    for one in &plan.unmoved {
        let message = format!("{} stays at {}, newest is {}: {}", one.name, one.current, one.newest, one.reason);
        let candidate: Option<&Candidate> = None;
        let rule = Rule::of_kind(Kind::Held);
        remarks
            .push(Remark { baseline: Some("unchanged"), ..remark(plan, one.name.as_str(), candidate, rule, message) });
    }
    let about = About {
        commit: report.tip.clone().or_else(|| Some(report.base_commit.clone())),
        more: vec![
            ("run", report.run.clone()),
            ("state", words::state(report.state).to_owned()),
            ("verified", report.verified.to_string()),
            ("verification", report.verification.clone()),
        ],
        ..about("run", plan)
    };
    log(&about, remarks, gaps(plan))
}

/// By the same judgement as the bill: fixed, still touching, or not known.
fn advisories(report: &RunReport) -> Vec<Remark> {
    let bill = Bill::of_run(report);
    let of = |threat: &crate::formats::bill::Threat| {
        let package = bill.packages.get(threat.package)?;
        let version = package.version.as_deref().unwrap_or_default();
        let finding = &threat.finding;
        let (told, standing) = match &threat.standing {
            Standing::Affected { action } => (action, None),
            Standing::Accepted { decision } => (decision, None),
            Standing::NotAffected { why, .. } => (why, Some("pass")),
            Standing::Fixed { how } => (how, Some("pass")),
            Standing::Open { why } => (why, Some("open")),
        };
        let message = format!("{} {version}: {} ({}): {told}", package.name, finding.id, finding.severity);
        let candidate = report.plan.candidates.iter().find(|c| c.name.as_str() == package.name);
        let found = Remark {
            level: level(finding.severity),
            ..remark(&report.plan, &package.name, candidate, Rule::of_advisory(finding), message)
        };
        Some(match standing {
            Some("pass") => passed(found),
            Some(kind) => Remark { kind: Some(kind), level: Level::None, baseline: Some("unchanged"), ..found },
            None => Remark { baseline: Some("unchanged"), ..found },
        })
    };
    bill.threats.iter().filter_map(of).collect()
}

/// What is no failure has no level (SARIF 2.1.0, 3.27.10).
fn passed(remark: Remark) -> Remark {
    Remark { kind: Some("pass"), level: Level::None, baseline: Some("absent"), ..remark }
}

/// Where nothing shows which package is at fault, nothing is claimed.
fn open(held: &Held, remark: Remark) -> Remark {
    let unsure = held.proof == Proof::Unattributed;
    Remark {
        kind: unsure.then_some("open"),
        level: if unsure { Level::None } else { remark.level },
        baseline: Some("unchanged"),
        ..remark
    }
}

fn told(held: &Held) -> String {
    format!("{} {}: {} ({})", held.name, words::held(held), words::symptom(held), words::proof(held.proof))
}

fn names(names: &[PackageName]) -> Vec<&str> {
    names.iter().map(PackageName::as_str).collect()
}
