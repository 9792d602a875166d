//! Every document against its schema, and what the documents say.

mod given;
mod openvex;
mod sarif;
mod schema;

use proptest::prelude::*;
use serde_json::Value;
use uplift_model::analysis::Analysis;

use self::schema::Schema;
use super::{FormatError, ReadLine, Standard};
use crate::sample;

const NOWHERE: &ReadLine<'static> = &|_, _| None;

fn read(text: &str) -> Value {
    let odd = |c: char| c != '\n' && crate::clean::is_unsafe(c);
    assert!(!text.chars().any(odd), "a terminal would obey this: {text}");
    serde_json::from_str(text).unwrap()
}

/// As JSON, and held against the standard's schema.
fn valid(text: &str, standard: Standard) -> Value {
    let document = read(text);
    let wrong = match standard {
        Standard::Sarif => Schema::sarif().wrong(&document),
        Standard::CycloneDx => Schema::cyclonedx().wrong(&document),
        Standard::Spdx => Schema::spdx().wrong(&document),
        Standard::OpenVex => openvex::wrong(&document),
        Standard::Csv => unreachable!("no JSON"),
    };
    assert_eq!(wrong, None, "{text}");
    document
}

fn known(standard: Standard) -> Value {
    valid(&super::analysis(&given::analysis(), standard, &given::line).unwrap(), standard)
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// RFC 4180, as strictly as it is written.
fn cells(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (cell, behind) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let mut cell = String::new();
                let mut quoted = quoted;
                loop {
                    let (part, behind) = quoted.split_once('"').expect("an open quote");
                    cell.push_str(part);
                    match behind.strip_prefix('"') {
                        Some(more) => {
                            cell.push('"');
                            quoted = more;
                        }
                        None => break (cell, behind),
                    }
                }
            }
            None => {
                let end = rest.find([',', '\r']).expect("an open row");
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        assert!(!cell.starts_with(['=', '+', '@', '\t', '\r', '\n']), "a formula: {cell}");
        assert!(!cell.starts_with('-') || cell.parse::<i64>().is_ok(), "a formula: {cell}");
        row.push(cell);
        rest = match behind.strip_prefix(',') {
            Some(next) => next,
            None => {
                rows.push(std::mem::take(&mut row));
                behind.strip_prefix("\r\n").expect("a row ends with CRLF")
            }
        };
    }
    rows
}

#[test]
fn cyclonedx_names_packages_as_their_registries_do_and_says_who_needs_them() {
    let bom = known(Standard::CycloneDx);
    let purls: Vec<&str> = list(&bom, "components").iter().filter_map(|c| c["purl"].as_str()).collect();
    for purl in [
        "pkg:pypi/redis@2.0.0",
        "pkg:pypi/loose",
        "pkg:npm/%40scope/left-pad@1.0.0-rc.1%2Bb",
        "pkg:npm/%40scope/left-pad@0.9.0",
    ] {
        assert!(purls.contains(&purl), "{purl} is not among {purls:?}");
    }
    assert!(!purls.iter().any(|purl| purl.contains("local")), "what comes from elsewhere is on no index");
    let needs = |reference: &str| {
        list(&bom, "dependencies").iter().find(|d| d["ref"] == reference).map(|d| d["dependsOn"].clone())
    };
    assert_eq!(needs("repository").unwrap(), serde_json::json!(["component-0:backend", "component-1:frontend"]));
    assert_eq!(needs("pkg:pypi/redis@2.0.0").unwrap(), serde_json::json!(["pkg:pypi/hiredis@1.0"]));
    let scope = |purl: &str| list(&bom, "components").iter().find(|c| c["purl"] == purl).unwrap()["scope"].clone();
    assert_eq!(
        (scope("pkg:pypi/redis@2.0.0"), scope("pkg:npm/%40scope/left-pad@0.9.0")),
        ("required".into(), "excluded".into())
    );
    let references: Vec<&str> = list(&bom, "components").iter().filter_map(|c| c["bom-ref"].as_str()).collect();
    let unique: std::collections::BTreeSet<&&str> = references.iter().collect();
    assert_eq!(unique.len(), references.len());
    assert_eq!(bom["metadata"]["timestamp"], "2026-11-21T00:00:00Z");
    assert_eq!(bom["compositions"][0]["aggregate"], "incomplete", "a package without a version is in it");
}

#[test]
fn cyclonedx_says_how_each_vulnerability_was_judged() {
    let bom = known(Standard::CycloneDx);
    let judged: Vec<String> = list(&bom, "vulnerabilities")
        .iter()
        .map(|v| {
            let affects: Vec<&str> = list(v, "affects").iter().filter_map(|a| a["ref"].as_str()).collect();
            let (state, why) = (&v["analysis"]["state"], &v["analysis"]["justification"]);
            format!("{} {} {state} {why} {}", v["id"], v["ratings"][0]["severity"], affects.join(" "))
        })
        .collect();
    insta::assert_snapshot!(judged.join("\n"), @r#"
    "CVE-2024-1" "high" null null pkg:pypi/redis@2.0.0 pkg:pypi/hiredis@1.0
    "CVE-2024-2" "low" "exploitable" null pkg:pypi/redis@2.0.0
    "CVE-2024-3" "critical" null null pkg:pypi/redis@2.0.0
    "CVE-2024-4" "high" "not_affected" "code_not_reachable" pkg:pypi/redis@2.0.0
    "CVE-2024-5" "medium" "in_triage" null pkg:npm/%40scope/left-pad@1.0.0-rc.1%2Bb pkg:npm/%40scope/left-pad@0.9.0
    "GHSA-aaaa-bbbb-cccc" "unknown" "not_affected" "code_not_reachable" pkg:pypi/redis@2.0.0
    "#);
    let first = &list(&bom, "vulnerabilities")[0];
    assert_eq!(first["ratings"][0]["method"], "CVSSv31");
    assert_eq!(first["cwes"], serde_json::json!([502]));
    assert_eq!(first["published"], "2024-02-03T00:00:00Z");
    assert!(first.get("updated").is_none(), "`soon` is no day");
}

#[test]
fn openvex_states_each_advisory_of_each_package() {
    let vex = known(Standard::OpenVex);
    let told: Vec<String> = list(&vex, "statements")
        .iter()
        .map(|s| {
            let words = ["justification", "impact_statement", "action_statement"];
            let words: Vec<&str> = words.iter().filter_map(|word| s[*word].as_str()).collect();
            format!("{} {} {}: {}", s["vulnerability"]["name"], s["products"][0]["@id"], s["status"], words.join(": "))
                .trim_end()
                .to_owned()
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "CVE-2024-1" "pkg:pypi/redis@2.0.0" "affected": update to 2.6.0 or later
    "CVE-2024-1" "pkg:pypi/hiredis@1.0" "affected": update to 2.6.0 or later
    "CVE-2024-2" "pkg:pypi/redis@2.0.0" "affected": accepted by ann until 2026-01-01: we accept it
    "CVE-2024-3" "pkg:pypi/redis@2.0.0" "affected": no fix is known; the exception held until 2026-01-01
    "CVE-2024-4" "pkg:pypi/redis@2.0.0" "not_affected": vulnerable_code_not_in_execute_path
    "CVE-2024-5" "pkg:npm/%40scope/left-pad@1.0.0-rc.1%2Bb" "under_investigation":
    "CVE-2024-5" "pkg:npm/%40scope/left-pad@0.9.0" "under_investigation":
    "GHSA-aaaa-bbbb-cccc" "pkg:pypi/redis@2.0.0" "not_affected": vulnerable_code_not_in_execute_path
    "#);
    let quiet = given::of(vec![given::component("a", uplift_model::Ecosystem::Python, Vec::new())]);
    let nothing = super::analysis(&quiet, Standard::OpenVex, NOWHERE);
    assert!(matches!(nothing, Err(FormatError::NothingToState { unasked }) if unasked.is_empty()));
    let mut silent = quiet;
    silent.sources.push(uplift_model::analysis::SourceState {
        source: "advisories (PyPI)".to_owned(),
        state: "not-retrieved".to_owned(),
        detail: "no answer".to_owned(),
    });
    let told = super::analysis(&silent, Standard::OpenVex, NOWHERE).unwrap_err().to_string();
    assert!(told.starts_with("advisories were not retrieved") && told.contains("no answer"), "{told}");
    let log = super::analysis(&silent, Standard::Sarif, NOWHERE).unwrap();
    assert!(log.contains("\"executionSuccessful\": false"), "{log}");
}

#[test]
fn spdx_holds_the_packages_and_what_needs_what() {
    let spdx = known(Standard::Spdx);
    let packages = list(&spdx, "packages");
    let redis = packages.iter().find(|p| p["name"] == "Redis").unwrap();
    assert_eq!(redis["externalRefs"][0]["referenceLocator"], "pkg:pypi/redis@2.0.0");
    let hidden = packages.iter().find(|p| p["name"] == "hiredis").unwrap();
    let needs = list(&spdx, "relationships").iter().any(|r| {
        r["spdxElementId"] == redis["SPDXID"]
            && r["relationshipType"] == "DEPENDS_ON"
            && r["relatedSpdxElement"] == hidden["SPDXID"]
    });
    assert!(needs);
    assert!(list(redis, "externalRefs").iter().any(|r| r["referenceType"] == "advisory"));
}

#[test]
fn csv_has_one_row_a_dependency_and_a_number_for_what_is_known_only() {
    let text = super::analysis(&given::analysis(), Standard::Csv, NOWHERE).unwrap();
    let rows = cells(&text);
    assert_eq!(rows.len(), 1 + 7);
    let column = |name: &str| rows[0].iter().position(|title| title == name).unwrap();
    let row = |name: &str| rows.iter().find(|row| row[column("package")] == name).unwrap();
    assert_eq!(row("Redis")[column("advisories")], "2");
    assert_eq!(row("Redis")[column("advisories_set_aside")], "3");
    assert_eq!(row("loose")[column("advisories")], "", "not retrieved is not none");
    assert_eq!(row("loose")[column("not_retrieved")], "advisories");
    assert_eq!(row("'@Scope/left-pad")[column("component")], "frontend");
}

#[test]
fn a_plan_is_told_with_its_own_edits_and_what_it_leads_to() {
    let plan = sample::plan();
    let log = valid(&super::plan(&plan, Standard::Sarif).unwrap(), Standard::Sarif);
    let results = list(&log["runs"][0], "results");
    let rules: Vec<&str> = results.iter().filter_map(|r| r["ruleId"].as_str()).collect();
    assert!(rules.contains(&"CVE-2023-25577") && rules.contains(&"uplift/held"), "{rules:?}");
    let step = plan.steps.iter().find(|step| !step.edits.is_empty()).unwrap();
    let edited = results.iter().filter_map(|r| r["fixes"][0]["artifactChanges"][0]["replacements"][0].as_object());
    let inserted: Vec<&str> = edited.filter_map(|r| r["insertedContent"]["text"].as_str()).collect();
    assert!(inserted.contains(&step.edits[0].new.as_str()), "{inserted:?}");
    let bom = valid(&super::plan(&plan, Standard::CycloneDx).unwrap(), Standard::CycloneDx);
    let purls: Vec<&str> = list(&bom, "components").iter().filter_map(|c| c["purl"].as_str()).collect();
    assert!(purls.contains(&"pkg:pypi/pydantic@2.14.1") && purls.contains(&"pkg:pypi/numpy@1.26.4"), "{purls:?}");
    assert_eq!(bom["compositions"][0]["aggregate"], "incomplete");
    // What is only planned is not resolved.
    let states: Vec<&Value> = list(&bom, "vulnerabilities").iter().map(|v| &v["analysis"]["state"]).collect();
    assert_eq!(states, [&Value::Null]);
    let rows = cells(&super::plan(&plan, Standard::Csv).unwrap());
    assert_eq!(rows.len(), 1 + plan.candidates.len() + plan.unmoved.len());
    for standard in [Standard::Spdx, Standard::OpenVex] {
        assert!(matches!(super::plan(&plan, standard), Err(FormatError::NotOfThis { .. })));
    }
}

#[test]
fn kept_moves_of_a_run_are_fixed_and_held_ones_open() {
    let report = sample::report();
    let log = valid(&super::run(&report, Standard::Sarif).unwrap(), Standard::Sarif);
    let states: Vec<String> = list(&log["runs"][0], "results")
        .iter()
        .map(|r| {
            let name = &r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
            format!("{} {name} {} {} {}", r["ruleId"], r["kind"], r["level"], r["baselineState"])
        })
        .collect();
    insta::assert_snapshot!(states.join("\n"), @r#"
    "CVE-2023-25577" "backend/werkzeug" "pass" "none" "absent"
    "CVE-2026-1" "backend/numpy" null "error" "unchanged"
    "uplift/outdated" "backend/certifi" "pass" "none" "absent"
    "uplift/outdated" "backend/pydantic" "pass" "none" "absent"
    "uplift/outdated" "backend/flask" "pass" "none" "absent"
    "uplift/outdated" "backend/werkzeug" "pass" "none" "absent"
    "uplift/held" "backend/pydantic" null "warning" "unchanged"
    "uplift/held" "backend/numpy" null "warning" "unchanged"
    "#);
    let vex = valid(&super::run(&report, Standard::OpenVex).unwrap(), Standard::OpenVex);
    let status: Vec<&str> = list(&vex, "statements").iter().filter_map(|s| s["status"].as_str()).collect();
    assert_eq!(status, ["fixed", "affected"]);
    let bom = valid(&super::run(&report, Standard::CycloneDx).unwrap(), Standard::CycloneDx);
    let purls: Vec<&str> = list(&bom, "components").iter().filter_map(|c| c["purl"].as_str()).collect();
    assert!(purls.contains(&"pkg:pypi/pydantic@1.10.26") && purls.contains(&"pkg:pypi/idna@3.11"), "{purls:?}");
}

#[test]
fn a_run_that_delivered_nothing_fixes_nothing() {
    let mut report = sample::report();
    report.state = uplift_model::outcome::RunState::RolledBack;
    let log = valid(&super::run(&report, Standard::Sarif).unwrap(), Standard::Sarif);
    assert!(list(&log["runs"][0], "results").iter().all(|r| r["baselineState"] == "unchanged"), "{log}");
    let vex = valid(&super::run(&report, Standard::OpenVex).unwrap(), Standard::OpenVex);
    assert!(list(&vex, "statements").iter().all(|s| s["status"] == "affected"), "{vex}");
    assert!(super::run(&report, Standard::Csv).unwrap().contains("not delivered"));
}

#[test]
fn hostile_text_stays_text_in_plans_and_runs() {
    let report = sample::hostile();
    for standard in [Standard::Sarif, Standard::CycloneDx] {
        valid(&super::run(&report, standard).unwrap(), standard);
        valid(&super::plan(&report.plan, standard).unwrap(), standard);
    }
    valid(&super::run(&report, Standard::OpenVex).unwrap(), Standard::OpenVex);
    for text in [super::run(&report, Standard::Csv).unwrap(), super::plan(&report.plan, Standard::Csv).unwrap()] {
        let rows = cells(&text);
        assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    }
}

#[test]
fn the_same_facts_are_the_same_bytes_and_other_facts_another_document() {
    let mut other = given::analysis();
    other.components[0].dependencies[0].current_version = Some("2.0.1".to_owned());
    for standard in Standard::ALL {
        let write = |analysis: &Analysis| super::analysis(analysis, standard, NOWHERE).unwrap();
        assert_eq!(write(&given::analysis()), write(&given::analysis()), "{}", standard.word());
        assert_ne!(write(&given::analysis()), write(&other), "{}", standard.word());
    }
    let serial =
        |analysis| read(&super::analysis(analysis, Standard::CycloneDx, NOWHERE).unwrap())["serialNumber"].clone();
    assert_ne!(serial(&given::analysis()), serial(&other));
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let breaks = |standard, field: &str, value: Value| {
        let mut document = known(standard);
        *document.pointer_mut(field).unwrap() = value;
        match standard {
            Standard::Sarif => Schema::sarif().wrong(&document),
            Standard::CycloneDx => Schema::cyclonedx().wrong(&document),
            Standard::Spdx => Schema::spdx().wrong(&document),
            _ => openvex::wrong(&document),
        }
        .is_some()
    };
    assert!(breaks(Standard::Sarif, "/runs/0/results/0/level", "bad".into()));
    assert!(breaks(Standard::Sarif, "/runs/0/results/0/locations/0/physicalLocation/region/startLine", 0.into()));
    assert!(breaks(
        Standard::Sarif,
        "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri",
        "a b".into()
    ));
    assert!(breaks(Standard::CycloneDx, "/serialNumber", "urn:uuid:1".into()));
    assert!(breaks(Standard::CycloneDx, "/metadata/timestamp", "yesterday".into()));
    assert!(breaks(Standard::CycloneDx, "/vulnerabilities/0/ratings/0/severity", "moderate".into()));
    assert!(breaks(Standard::Spdx, "/packages/0/primaryPackagePurpose", "APP".into()));
    assert!(breaks(Standard::OpenVex, "/statements/0/status", "fine".into()));
    assert!(breaks(Standard::OpenVex, "/statements", serde_json::json!([])));
}

#[test]
fn a_thousand_dependencies_take_no_time() {
    let large = given::large(1000);
    let line = |_: &str, line: u32| Some(format!("package-{}==1.2.3", line - 1));
    for standard in Standard::ALL {
        let start = std::time::Instant::now();
        let text = super::analysis(&large, standard, &line).unwrap();
        let took = start.elapsed();
        assert!(text.len() > 10_000);
        assert!(took.as_secs_f64() < 5.0, "{}: {took:?}, unoptimised and on a busy machine", standard.word());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_content_breaks_a_document(analysis in given::any_analysis()) {
        let line = |file: &str, _: u32| Some(file.to_owned());
        for standard in [Standard::Sarif, Standard::CycloneDx, Standard::Spdx] {
            valid(&super::analysis(&analysis, standard, &line).unwrap(), standard);
        }
        match super::analysis(&analysis, Standard::OpenVex, &line) {
            Ok(text) => drop(valid(&text, Standard::OpenVex)),
            Err(error) => {
                let nothing = matches!(error, FormatError::NothingToState { .. });
                prop_assert!(nothing, "{}", error);
            }
        }
        let rows = cells(&super::analysis(&analysis, Standard::Csv, &line).unwrap());
        prop_assert!(rows.iter().all(|row| row.len() == rows[0].len()));
        let dependencies: usize = analysis.components.iter().map(|c| c.dependencies.len()).sum();
        prop_assert_eq!(rows.len(), 1 + dependencies);
    }
}
