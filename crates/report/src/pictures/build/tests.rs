//! Pictures hold what the data hold: every count follows the rows, nothing is unknown and looks known.

use serde_json::{Value, json};
use uplift_model::advisory::Severity;
use uplift_model::analysis::Analysis;
use uplift_model::compatibility::CompatibilityReport;

use super::*;
use crate::pictures::{Bars, Picture};
use crate::sample;

fn bars(picture: Picture) -> Bars {
    match picture {
        Picture::Bars(bars) => bars,
        other => panic!("{other:?}"),
    }
}

/// A dependency with the given fields on top of an unremarkable one.
fn row(name: &str, fields: Value) -> Value {
    let none = json!({"state": "none"});
    let found = |value: Value| json!({"state": "found", "value": value});
    let mut row = json!({
        "name": name, "ecosystem": "python", "direct": true, "role": "runtime", "stated": [], "extras": [],
        "pinning": "pinned", "floor": null, "locked": null, "installed": null, "current_version": "1.0",
        "current_from": "pinned", "other_versions": [], "latest": found(json!("1.0")),
        "latest_installable": found(json!("1.0")), "target_version": null, "held_by": null, "reasons": [],
        "distance": "same", "behind": null, "released": none, "target_released": none, "age_days": 100,
        "availability": found(json!({"kind": "installable"})), "deprecation": none, "advisories": none, "paths": [],
        "usage": none, "dependents": [], "risk": null, "findings": [], "warnings": []
    });
    for (field, value) in fields.as_object().unwrap() {
        row[field] = value.clone();
    }
    row
}

fn advisory(severity: &str, exception: Value) -> Value {
    json!({"id": "CVE-1", "aliases": [], "records": [], "severity": severity, "score": null, "vector": null,
           "classes": [], "summary": "", "affected": "", "fixed": [], "published": null, "modified": null, "epss": null,
           "known_exploited": null, "exception": exception})
}

fn advisories_of(all: Vec<Value>) -> Value {
    json!({"state": "found", "value": all})
}

fn analysis(rows: Vec<Value>) -> Analysis {
    let component = json!({
        "path": "backend", "ecosystem": "python", "name": null, "runtime": "3.11", "runtime_from": null,
        "platform": "linux x86_64", "environment": "requirements.txt", "dependencies": rows, "runtimes": [],
        "drift": [], "notes": []
    });
    serde_json::from_value(json!({
        "schema": "uplift/check/1", "repository": "shop", "commit": null, "as_of": "2026-11-21",
        "components": [component], "sources": [], "problems": [],
        "urgency": {"level": "low", "score": 0.0, "formula": "", "because": []}
    }))
    .unwrap()
}

#[test]
fn a_phase_counts_its_packages_by_risk() {
    let plan = sample::plan();
    let told = bars(risk_by_phase(&[&plan], "shop"));
    assert_eq!(
        told.bars,
        [("Phase 1: low".to_owned(), vec![1.0, 0.0, 0.0]), ("Phase 3: high".to_owned(), vec![0.0, 0.0, 3.0])]
    );
    let two = bars(risk_by_phase(&[&plan, &plan], "shop"));
    assert_eq!(two.bars.len(), 4);
    assert!(two.bars.iter().all(|(label, _)| label.starts_with("backend: ")));
}

#[test]
fn what_remains_is_counted_before_and_after() {
    let told = bars(advisories_before_after(&[&sample::plan()]));
    assert_eq!(told.bars, [("now".to_owned(), vec![2.0]), ("after the plan".to_owned(), vec![1.0])]);
    // One that a target brings is not there now.
    let mut plan = sample::plan();
    let remaining = plan.security.remaining[0].clone();
    let mut finding: uplift_model::advisory::Finding = serde_json::from_value(advisory("high", Value::Null)).unwrap();
    finding.id = remaining.id.clone();
    let brought = uplift_model::risk::Touching { package: remaining.package, finding };
    let effect = uplift_model::risk::SecurityEffect { introduced: vec![brought], ..Default::default() };
    plan.candidates[0].assessment.as_mut().unwrap().security = uplift_model::Datum::found(effect);
    let told = bars(advisories_before_after(&[&plan]));
    assert_eq!(told.bars.iter().map(|(_, values)| values.iter().sum::<f64>()).collect::<Vec<_>>(), [1.0, 1.0]);
    let worst = bars(advisories(&[("now", vec![Severity::Unknown, Severity::Low, Severity::Critical])]));
    let names: Vec<&str> = worst.parts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["critical", "low", "unknown"]);
}

#[test]
fn a_target_without_a_date_has_an_unknown_age() {
    let target = json!({"target_version": "2.0", "age_days": 1500});
    let dated = json!({"target_version": "2.0", "age_days": 1500,
                       "target_released": {"state": "found", "value": "2026-11-01"}});
    let told = bars(ages_before_after(&analysis(vec![row("a", target), row("b", dated), row("c", json!({}))])));
    assert_eq!(told.bars[0], ("now".to_owned(), vec![1.0, 0.0, 0.0, 0.0, 2.0, 0.0]));
    assert_eq!(told.bars[1], ("after".to_owned(), vec![2.0, 0.0, 0.0, 0.0, 0.0, 1.0]));
    let mut two = analysis(vec![row("a", json!({}))]);
    two.components.push(two.components[0].clone());
    two.components[0].path = ".".to_owned();
    let labels: Vec<String> = bars(ages_before_after(&two)).bars.into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["shop: now", "shop: after", "backend: now", "backend: after"]);
    let hostile = json!({"target_version": "2.0", "target_released": {"state": "found", "value": "yesterday"}});
    let told = bars(ages_before_after(&analysis(vec![row("a", hostile)])));
    assert_eq!(told.bars[1].1.last(), Some(&1.0));
}

#[test]
fn the_map_holds_the_paths_to_what_matters_and_nothing_else() {
    let set_aside = json!({"by": "settings", "reason": "r", "owner": null, "until": null, "expired": false});
    let rows = vec![
        row("flask", json!({})),
        row("idle", json!({})),
        row("quiet", json!({"advisories": advisories_of(vec![advisory("high", set_aside)])})),
        row(
            "werkzeug",
            json!({"direct": false, "paths": [["flask", "werkzeug"], ["flask", "deep", "werkzeug"]],
                   "advisories": advisories_of(vec![advisory("moderate", Value::Null)])}),
        ),
    ];
    let Picture::Map(map) = dependency_map(&analysis(rows).components[0]) else { panic!() };
    let names: Vec<(&str, usize)> = map.nodes.iter().map(|node| (node.label.as_str(), node.column)).collect();
    assert_eq!(names, [("backend", 0), ("flask", 1), ("werkzeug", 3), ("deep", 2)]);
    assert!(map.edges.iter().all(|(from, to)| map.nodes[*from].column < map.nodes[*to].column));
    assert_eq!(map.nodes[2].note, "1 advisory, worst moderate");
    assert!(dependency_map(&analysis(vec![row("a", json!({}))]).components[0]).is_empty());
}

#[test]
fn circles_and_hundreds_of_findings_leave_a_map_that_can_be_read() {
    let found = || advisories_of(vec![advisory("high", Value::Null)]);
    let mut rows: Vec<Value> = (0..200).map(|n| row(&format!("p{n}"), json!({"advisories": found()}))).collect();
    rows.push(row("a", json!({"direct": false, "paths": [["p1", "b", "a"]], "advisories": found()})));
    rows.push(row("b", json!({"direct": false, "paths": [["p1", "a", "b"]], "advisories": found()})));
    let Picture::Map(map) = dependency_map(&analysis(rows).components[0]) else { panic!() };
    // The component itself stands beside at most forty packages; every other finding is counted.
    assert_eq!((map.nodes.len(), map.left_out), (41, 162));
    assert!(map.edges.iter().all(|(from, to)| map.nodes[*from].column < map.nodes[*to].column));
}

#[test]
fn the_calendar_shows_each_step_in_its_weeks() {
    let Picture::Timeline(timeline) = timeline(&sample::plan()) else { panic!() };
    let rows: Vec<(&str, u64, u64)> = timeline.rows.iter().map(|r| (r.label.as_str(), r.from, r.to)).collect();
    assert_eq!(rows, [("pydantic", 2, 2)]);
    let mut plan = sample::plan();
    plan.calendar = None;
    assert!(super::timeline(&plan).is_empty());
}

#[test]
fn what_fits_everywhere_stands_in_one_row_and_columns_are_in_order() {
    let verdict = |package: &str, runtime: &str, verdict: &str| json!({"package": package, "version": "1", "runtime": runtime, "verdict": verdict, "deciding": null, "range": null});
    let report: CompatibilityReport = serde_json::from_value(json!({
        "repository": "shop", "as_of": null, "profile": {"platform": "linux", "not_checked": []}, "verdict": "unsat",
        "components": [{
            "path": ".", "ecosystem": "python", "files": [], "overlay": [], "verdict": "unsat", "checks": [],
            "window": null, "families": [], "notes": [],
            "matrix": [verdict("a", "3.10", "sat"), verdict("a", "3.9", "sat"), verdict("b", "3.10", "sat"),
                       verdict("b", "3.9", "unsat"), verdict("c", "3.10", "sat"), verdict("c", "3.9", "sat")]
        }]
    }))
    .unwrap();
    let Picture::Matrix(grid) = matrix(&report) else { panic!() };
    assert_eq!(grid.columns, ["3.9", "3.10"]);
    let told: Vec<(&str, Vec<&str>)> =
        grid.rows.iter().map(|(label, cells)| (label.as_str(), cells.iter().map(|c| c.1.as_str()).collect())).collect();
    assert_eq!(told, [("b 1", vec!["no set", "fits"]), ("2 other packages", vec!["fits", "fits"])]);
}
