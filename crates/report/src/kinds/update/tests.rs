//! `update`: every section is there, follows its data, and claims what the evidence allows.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;
use uplift_model::dossier::Dossier;

use super::write;
use crate::kinds::sample::{self, anchors_hold, changed, failed, found, none, section_titles, text_of};

fn told(dossier: &Dossier) -> String {
    let document = write(dossier);
    anchors_hold(&document);
    text_of(&document)
}

/// Row M2 of the requirements.
#[test]
fn every_section_of_the_seed_is_there() {
    let document = write(&changed(|_| {}));
    assert_eq!(
        section_titles(&document),
        [
            "In short",
            "Problem",
            "Vulnerabilities fixed",
            "Updated dependencies",
            "Compatibility matrix",
            "Testing",
            "Deployment",
            "Verification",
            "Notes",
            "Documents to write or change",
            "Security posture",
            "Next steps",
            "Sources"
        ]
    );
}

#[test]
fn an_advisory_that_stays_on_another_package_is_not_called_fixed() {
    let text = told(&changed(|_| {}));
    assert!(text.contains("CVE-2024-24762 is fixed in fastapi and still touches python-multipart 0.0.6."), "{text}");
    assert!(
        text.contains("3 vulnerabilities fixed, 3 vulnerabilities remaining, 0 vulnerabilities coming in"),
        "{text}"
    );
    assert!(text.contains("(6 - 3) / 6 = 50 %"), "{text}");
    assert!(text.contains("1 critical vulnerability not resolved: CVE-2024-36039 in pymysql."), "{text}");
    assert!(!text.contains("are resolved"), "{text}");
}

/// The delivered tree, looked at again, with nothing left in it.
fn clean_rescan() -> serde_json::Value {
    let mut value = sample::value();
    value["analysis"]["commit"] = json!("4".repeat(40));
    for row in value["analysis"]["components"][0]["dependencies"].as_array_mut().unwrap() {
        row["advisories"] = none();
    }
    value
}

#[test]
fn critical_ones_are_resolved_only_when_a_rescan_says_so() {
    let text = told(&sample::dossier(&clean_rescan()));
    assert!(
        text.contains("All critical vulnerabilities that were known are resolved: 2 critical vulnerabilities"),
        "{text}"
    );
    assert!(text.contains("(6 - 0) / 6 = 100 %"), "{text}");

    // The same data, one answer missing.
    let mut value = clean_rescan();
    value["analysis"]["components"][0]["dependencies"][0]["advisories"] = failed("no answer");
    let text = told(&sample::dossier(&value));
    assert!(!text.contains("are resolved") && text.contains("torch: no answer"), "{text}");

    // The same data, the source only partly there.
    let mut value = clean_rescan();
    value["analysis"]["sources"][0]["state"] = json!("partly");
    assert!(!told(&sample::dossier(&value)).contains("are resolved"));

    // Not the delivered tree.
    let mut value = clean_rescan();
    value["analysis"]["commit"] = json!("5".repeat(40));
    assert!(!told(&sample::dossier(&value)).contains("are resolved"));
}

#[test]
fn a_run_that_delivered_nothing_fixed_nothing() {
    for (state, branch) in [("failed", None), ("cancelled", None), ("rolledback", Some("b")), ("done", None)] {
        let text = told(&changed(|v| {
            v["run"]["state"] = json!(state);
            v["run"]["branch"] = json!(branch);
        }));
        assert!(text.contains("0 vulnerabilities fixed") && text.contains("(6 - 6) / 6 = 0 %"), "{state}: {text}");
        assert!(text.contains("Nothing was delivered, so that nothing was verified."), "{state}");
        assert!(!text.contains("[Done] Tests:"), "{state}");
    }
}

#[test]
fn without_a_run_the_plan_is_told_as_proposed() {
    let document = write(&changed(|v| v["run"] = json!(null)));
    anchors_hold(&document);
    let text = text_of(&document);
    assert!(section_titles(&document).contains(&"Dependencies to update".to_owned()));
    assert!(text.contains("3 vulnerabilities would be fixed, 3 vulnerabilities would remain"), "{text}");
    assert!(text.contains("[Blocked] May torch be upgraded? (ML lead must agree)"), "{text}");
    for claim in ["are resolved", "verified by tests on", "packages moved"] {
        assert!(!text.contains(claim), "{claim}: {text}");
    }
}

#[test]
fn a_version_that_exists_is_not_called_gone() {
    let text = told(&changed(|v| {
        v["analysis"]["components"][0]["dependencies"][7]["availability"] =
            found(json!({"kind": "no-distribution", "exists_for": ["cp39", "cp310", "cp311"]}));
    }));
    assert!(text.contains("tensorflow | 2.15.0 | it exists; no distribution of it fits"), "{text}");
    assert!(text.contains("for cp39, cp310, cp311") && !text.contains("never released"), "{text}");
    let text = told(&changed(|_| {}));
    assert!(
        text.contains("Unavailable: 0 versions cannot be had as usual.")
            && !text.contains("tensorflow | 2.15.0 | it exists"),
        "{text}"
    );
}

#[test]
fn the_window_of_the_complete_set_is_told_with_what_was_refused() {
    let text = told(&changed(|_| {}));
    assert!(text.contains("complete set: 3.10-3.11; solved: 3.10, 3.11; refused: 3.9, 3.12"), "{text}");
    assert!(
        text.contains("no cp312 wheel (cp39, cp310, cp311)") && text.contains("not checked: CUDA drivers"),
        "{text}"
    );
    assert!(text.contains("No conflicting requirements: a resolver solved"), "{text}");
    let text = told(&changed(|v| v["compatibility"] = failed("nobody asked")));
    assert!(text.contains("unknown (nobody asked)") && !text.contains("No conflicting requirements"), "{text}");
    let text = told(&changed(|v| v["compatibility"]["value"]["components"][0]["verdict"] = json!("unsat")));
    assert!(!text.contains("No conflicting requirements") && text.contains("no set exists"), "{text}");
}

#[test]
fn latest_is_a_comparison_package_by_package() {
    let text = told(&changed(|_| {}));
    assert!(
        text.contains(
            "0 of 4 updated direct dependencies at the newest stable release known; not: torch 2.6.0 (newest: 2.9.0)"
        ),
        "{text}"
    );
    let text = told(&changed(|v| v["analysis"]["components"][0]["dependencies"][0]["latest"] = found(json!("2.6.0"))));
    assert!(text.contains("1 of 4 updated direct dependencies"), "{text}");
}

#[test]
fn known_failures_are_not_newly_failing() {
    let text = told(&changed(|_| {}));
    assert!(text.contains("unit | passed | 0 tests"), "{text}");
    let text = told(&changed(|v| {
        v["run"]["test_results"][0]["failures"] = json!(["tests/test_old.py::test_a", "tests/test_new.py::test_b"]);
        v["run"]["test_results"][0]["status"] = json!("failed");
        v["run"]["verified"] = json!(false);
    }));
    assert!(text.contains("unit | failed | 1 test") && text.contains("Not verified by tests"), "{text}");
}

#[test]
fn what_nobody_gave_is_not_made_up() {
    let text = told(&changed(|v| v["given"] = json!({})));
    assert!(text.contains("unknown (not given: `deployment` of [report] in uplift.toml)"), "{text}");
    for invented in ["europe-west1", "8080", "4Gi"] {
        assert!(!text.contains(invented), "{invented}");
    }
    let text = told(&changed(|_| {}));
    assert!(text.contains("Port | 8080") && text.contains("deploy backend"), "{text}");
    assert!(text.contains("py2neo | no longer maintained | neo4j | app/graph.py:7"), "{text}");
}

fn number(text: &str, before: &str, after: &str) -> usize {
    let start = text.find(before).unwrap_or_else(|| panic!("{before} in {text}")) + before.len();
    let rest = &text[start..];
    rest[..rest.find(after).unwrap()].trim().parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Advisories come and go, a package moves or stays, a source fails: every figure follows.
    #[test]
    fn the_text_follows_the_data(more in 0usize..6, torch_moves: bool, fails: bool) {
        let dossier = changed(|v| {
            let extra: Vec<_> = (0..more)
                .map(|n| sample::advisory(&format!("CVE-2025-{n:04}"), "moderate", "", "x", &["9"]))
                .collect();
            // Of a package that nothing moves, so that all of them remain.
            v["analysis"]["components"][0]["dependencies"][7]["advisories"] =
                if extra.is_empty() { none() } else { found(json!(extra)) };
            if !torch_moves {
                let kept = v["run"]["kept"].as_array_mut().unwrap();
                kept.retain(|one| !one["name"].as_str().unwrap().starts_with("torch"));
            }
            if fails {
                v["analysis"]["components"][0]["dependencies"][8]["advisories"] = failed("no answer");
            }
        });
        let text = told(&dossier);
        let (fixed, remaining) = (2 + usize::from(torch_moves), 3 + more + usize::from(!torch_moves));
        prop_assert_eq!(number(&text, "\n# Vulnerabilities fixed\n", " vulnerabilit"), fixed);
        prop_assert_eq!(number(&text, &format!("{fixed} vulnerabilities fixed, "), " vulnerabilit"), remaining);
        prop_assert_eq!(number(&text, "Vulnerable: ", " known"), 6 + more);
        prop_assert_eq!(number(&text, "\n# Updated dependencies\n", " package"), 3 + 2 * usize::from(torch_moves));
        let share = format!("({} - {remaining}) / {} = ", 6 + more, 6 + more);
        prop_assert_eq!(number(&text, &share, " %"), fixed * 100 / (6 + more));
        prop_assert_eq!(text.contains("py2neo: no answer"), fails);
        prop_assert!(!text.contains("are resolved"));
    }
}
