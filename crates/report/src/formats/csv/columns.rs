//! Which columns an analysis, a plan and a run have. The names are those of the JSON.

use uplift_model::advisory::Finding;
use uplift_model::analysis::{Analysis, Availability, ComponentAnalysis, DependencyRow};
use uplift_model::outcome::RunReport;
use uplift_model::plan::Unmoved;
use uplift_model::{Candidate, Datum, Licence, Plan};

use crate::formats::bill::delivered;

use super::{Table, count, joined, maybe, number, text, word};
use crate::words;

pub(in crate::formats) fn analysis(analysis: &Analysis) -> String {
    let mut table = Table::<36>::new([
        "component",
        "ecosystem",
        "package",
        "direct",
        "role",
        "file",
        "line",
        "requirement",
        "stated_elsewhere",
        "pinning",
        "current_version",
        "current_from",
        "other_versions",
        "latest",
        "latest_installable",
        "target_version",
        "held_by",
        "reasons",
        "distance",
        "majors_behind",
        "releases_behind",
        "released",
        "age_days",
        "availability",
        "deprecation",
        "advisories",
        "advisories_set_aside",
        "worst_severity",
        "advisory_ids",
        "risk",
        "risk_score",
        "uses",
        "licence",
        "target_licence",
        "policy",
        "not_retrieved",
    ]);
    for component in &analysis.components {
        for row in &component.dependencies {
            add(&mut table, analysis, component, row);
        }
    }
    table.text
}

fn add(table: &mut Table<36>, analysis: &Analysis, component: &ComponentAnalysis, row: &DependencyRow) {
    let first = row.stated.first();
    let elsewhere = row.stated.iter().skip(1).map(|s| format!("{}:{} {}", s.file, s.line, s.written));
    let findings: &[Finding] = row.advisories.value().map(Vec::as_slice).unwrap_or_default();
    let (aside, open): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| finding.is_set_aside());
    // What was not retrieved has no count: an empty cell is not a zero.
    let known = row.advisories.missing().is_none();
    table.row([
        text(&component.path),
        text(row.ecosystem.to_string()),
        text(&row.name),
        text(row.direct.to_string()),
        text(word(&row.role)),
        maybe(first.map(|s| s.file.as_str())),
        count(first.map(|s| s.line)),
        maybe(first.map(|s| s.written.as_str())),
        joined(elsewhere),
        text(word(&row.pinning)),
        maybe(row.current_version.as_deref()),
        text(word(&row.current_from)),
        joined(&row.other_versions),
        maybe(row.latest.value().map(String::as_str)),
        maybe(row.latest_installable.value().map(String::as_str)),
        maybe(row.target_version.as_deref()),
        maybe(row.held_by.as_deref()),
        joined(row.reasons.iter().map(word)),
        maybe(row.distance.map(words::distance)),
        count(row.behind.map(|behind| behind.majors)),
        count(row.behind.map(|behind| behind.releases)),
        maybe(row.released.value().map(String::as_str)),
        count(row.age_days),
        maybe(row.availability.value().map(availability)),
        maybe(row.deprecation.value().map(|deprecation| deprecation.message.as_str())),
        count(known.then_some(open.len())),
        count(known.then_some(aside.len())),
        maybe(open.iter().map(|finding| finding.severity).max().map(|worst| worst.to_string())),
        joined(open.iter().map(|finding| finding.id.as_str())),
        maybe(row.risk.as_ref().map(|risk| risk.level.to_string())),
        count(row.risk.as_ref().map(|risk| risk.score)),
        count(row.usage.value().map(|usage| usage.count)),
        maybe(licence(&row.licence)),
        maybe(licence(&row.target_licence)),
        joined(policy(analysis, component, row)),
        joined(missing(row)),
    ]);
}

fn availability(availability: &Availability) -> &'static str {
    match availability {
        Availability::Installable => "installable",
        Availability::SourceOnly => "source-only",
        Availability::Yanked { .. } => "yanked",
        Availability::NoDistribution { .. } => "no-distribution",
        Availability::NoSuchVersion { .. } => "no-such-version",
        Availability::NoSuchPackage => "no-such-package",
    }
}

fn licence(licence: &Option<Datum<Licence>>) -> Option<&str> {
    licence.as_ref().and_then(Datum::value).map(Licence::shown)
}

/// Rules that the row breaks and that fail the check.
fn policy(analysis: &Analysis, component: &ComponentAnalysis, row: &DependencyRow) -> Vec<String> {
    let failing = analysis.policy.iter().flat_map(|report| report.failing());
    let own =
        failing.filter(|f| f.component == component.path && f.package == row.name && f.ecosystem == row.ecosystem);
    own.map(|finding| format!("{}: {}", finding.rule, finding.what)).collect()
}

/// Names of the data that no source gave.
fn missing(row: &DependencyRow) -> Vec<&'static str> {
    fn gone<T>(datum: &Datum<T>, name: &'static str) -> Option<&'static str> {
        datum.missing().map(|_| name)
    }
    [
        gone(&row.latest, "latest"),
        gone(&row.latest_installable, "latest_installable"),
        gone(&row.released, "released"),
        gone(&row.availability, "availability"),
        gone(&row.deprecation, "deprecation"),
        gone(&row.advisories, "advisories"),
        gone(&row.usage, "usage"),
        row.licence.as_ref().and_then(|licence| gone(licence, "licence")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const MOVES: [&str; 17] = [
    "component",
    "ecosystem",
    "package",
    "direct",
    "role",
    "file",
    "line",
    "requirement",
    "current_version",
    "target_version",
    "newest",
    "distance",
    "risk",
    "phase",
    "reasons",
    "state",
    "why",
];

/// What moves, then what stays below its newest release.
pub(in crate::formats) fn plan(plan: &Plan) -> String {
    let mut table = Table::new(MOVES);
    for one in &plan.candidates {
        moved(&mut table, plan, one, "planned", &one.reasons.join("; "));
    }
    for one in &plan.unmoved {
        stays(&mut table, plan, one);
    }
    table.text
}

fn moved(table: &mut Table<17>, plan: &Plan, one: &Candidate, state: &str, why: &str) {
    let place = one.places.first();
    let of = plan.moves.iter().find(|m| m.candidates.iter().any(|c| c.name == one.name));
    table.row([
        text(&plan.component),
        text(&one.ecosystem),
        text(one.name.as_str()),
        text(one.direct.to_string()),
        text(word(&one.role)),
        maybe(place.map(|p| p.file.as_str())),
        count(place.map(|p| p.line)),
        maybe(place.map(|p| p.written.as_str())),
        text(one.current.to_string()),
        text(one.target.to_string()),
        text(one.newest.to_string()),
        text(words::distance(one.distance)),
        text(one.risk.to_string()),
        maybe(of.map(|m| m.phase.to_string())),
        joined(one.reason_codes.iter().map(word)),
        text(state),
        text(why),
    ]);
}

fn stays(table: &mut Table<17>, plan: &Plan, one: &Unmoved) {
    table.row([
        text(&plan.component),
        text(""),
        text(one.name.as_str()),
        text(""),
        text(""),
        text(""),
        count(None::<u32>),
        text(""),
        text(one.current.to_string()),
        text(one.current.to_string()),
        text(one.newest.to_string()),
        text(""),
        text(""),
        text(""),
        text(""),
        text("held"),
        text(&one.reason),
    ]);
}

/// One row for each package that the run was to move or moved.
pub(in crate::formats) fn run(report: &RunReport) -> String {
    let plan = &report.plan;
    let mut table = Table::<14>::new([
        "component",
        "package",
        "direct",
        "from",
        "to",
        "target_version",
        "state",
        "distance",
        "phase",
        "commit",
        "with",
        "failing_tests",
        "proof",
        "why",
    ]);
    let delivered = delivered(report);
    let mut names: Vec<&str> = Vec::new();
    let known = plan.candidates.iter().map(|c| c.name.as_str());
    for name in
        known.chain(report.kept.iter().map(|k| k.name.as_str())).chain(report.held.iter().map(|h| h.name.as_str()))
    {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        let planned = plan.candidates.iter().find(|c| c.name.as_str() == name);
        let kept = report.kept.iter().find(|k| k.name.as_str() == name);
        let held = report.held.iter().find(|h| h.name.as_str() == name);
        let from = kept.map(|k| &k.from).or(held.map(|h| &h.from)).or(planned.map(|c| &c.current));
        let to = kept.map(|k| &k.to).or(held.map(|h| &h.best)).or(planned.map(|c| &c.current));
        let target = held.map(|h| &h.target).or(planned.map(|c| &c.target)).or(kept.map(|k| &k.to));
        let state = match (kept, held) {
            (Some(_), _) if !delivered => "not delivered",
            (Some(_), None) => "kept",
            (Some(_), Some(_)) => "kept in part",
            (None, Some(_)) => "held",
            (None, None) => "not moved",
        };
        let phase = kept.map(|k| k.phase).or(plan
            .moves
            .iter()
            .find_map(|m| m.candidates.iter().any(|c| c.name.as_str() == name).then_some(m.phase)));
        let direct = planned.map(|c| c.direct).or(kept.map(|k| k.direct));
        table.row([
            text(&report.component),
            text(name),
            maybe(direct.map(|direct| direct.to_string())),
            maybe(from.map(ToString::to_string)),
            maybe(to.map(ToString::to_string)),
            maybe(target.map(ToString::to_string)),
            text(state),
            maybe(from.zip(to).map(|(from, to)| words::distance(from.distance(to)))),
            maybe(phase.map(|phase| phase.to_string())),
            maybe(kept.map(|k| k.commit.as_str())),
            joined(kept.iter().flat_map(|k| &k.with).map(|name| name.as_str())),
            number(held.map_or(0, |h| h.failing_tests.len())),
            maybe(held.map(|h| words::proof(h.proof))),
            maybe(held.map(words::symptom)),
        ]);
    }
    table.text
}
