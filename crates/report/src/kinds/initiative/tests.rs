//! `initiative`: every section is there and follows its data; nobody and nothing is made up.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};
use uplift_model::dossier::Dossier;

use super::write;
use crate::kinds::sample::{anchors_hold, changed, failed, section_titles, text_of, with};

/// The plan as a programme: nothing has been carried out.
fn planned(change: impl FnOnce(&mut Value)) -> Dossier {
    changed(|v| {
        v["run"] = json!(null);
        change(v);
    })
}

fn told(dossier: &Dossier) -> String {
    let document = write(dossier);
    anchors_hold(&document);
    text_of(&document)
}

#[test]
fn every_section_of_a_programme_is_there() {
    assert_eq!(
        section_titles(&write(&planned(|_| {}))),
        [
            "In short",
            "Overview",
            "Scope",
            "Phases and gates",
            "Roles",
            "Flow",
            "Rollback strategy",
            "Testing strategy",
            "Security",
            "Monitoring and success criteria",
            "Decision points",
            "Calendar",
            "Documents to write or change",
            "Risks",
            "Traceability",
            "Sources"
        ]
    );
}

#[test]
fn goals_and_non_goals_are_computed() {
    let text = told(&planned(|_| {}));
    assert!(text.contains("# Goals\n- Be rid of 3 known vulnerabilities, 1 of them critical."), "{text}");
    assert!(text.contains("- python-multipart stays at 0.0.6 in .: pinned by the settings"), "{text}");
    assert!(text.contains("5 direct dependencies to move, 1 more along with them, in 1 component"), "{text}");
}

#[test]
fn a_role_that_nobody_has_says_so() {
    let text = told(&planned(|_| {}));
    assert!(text.contains("ML engineer | unknown (nobody named) | owns the risk of torch"), "{text}");
    assert!(text.contains("ML lead | Grace | agrees before torch 2.1.0"), "{text}");
    assert!(
        text.contains("May torch be upgraded? | torch | ML lead: Grace | open: no agreement is on record"),
        "{text}"
    );
    let text = told(&planned(|v| v["given"] = json!({})));
    assert!(text.contains("ML lead | unknown (nobody named)") && !text.contains("Grace"), "{text}");
}

#[test]
fn phases_come_in_order_each_with_its_gate() {
    let text = told(&planned(|_| {}));
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} in {text}"));
    assert!(at("# Preparation") < at("# Phase 1: low") && at("# Phase 3: high") < at("# Phase 4: integration"));
    assert!(
        text.contains("Gate 3: no test that passed before fails") && text.contains("Gate 4: all tests pass together"),
        "{text}"
    );
    assert!(!text.contains("Gate 1:"), "an empty phase has no gate");
    assert!(text.contains("-torch==2.1.0\n+torch==2.6.0"), "{text}");
}

#[test]
fn the_flow_says_what_was_reached() {
    let text = told(&planned(|_| {}));
    assert!(
        text.contains("Planned (reached)")
            && text.contains("Agreed (not recorded)")
            && text.contains("Delivered (not reached)")
    );
    let text = told(&changed(|_| {}));
    assert!(text.contains("Delivered (reached)") && text.contains("Taken over (not reached)"), "{text}");
    let text = told(&changed(|v| v["run"]["state"] = json!("failed")));
    assert!(text.contains("Verified (not reached)") && text.contains("Delivered (not reached)"), "{text}");
}

#[test]
fn a_requirement_is_listed_only_where_it_is_served() {
    let text = told(&planned(|_| {}));
    for id in [
        "A1", "A21", "B1", "B5, B7", "B8", "C1", "C2", "C5, C6", "C10, C11", "C13", "C14", "C16", "C18", "C21", "C22",
        "C23", "D1, D5",
    ] {
        assert!(text.contains(&format!("\n{id} | ")), "{id}: {text}");
    }
    // One component of one ecosystem, no stages, nothing linked, no large step.
    for id in ["A2", "C8", "C17", "C19"] {
        assert!(!text.contains(&format!("\n{id} | ")), "{id}");
    }
    let text = told(&planned(|v| v["plans"] = json!([{"component": ".", "plan": failed("no interpreter")}])));
    for id in ["B1", "C1", "C2", "C22", "H2"] {
        assert!(!text.contains(&format!("\n{id} | ")), "{id}: {text}");
    }
    assert!(text.contains("unknown (no interpreter)"), "{text}");
}

#[test]
fn effort_that_does_not_add_up_is_not_called_so() {
    let text = told(&planned(|v| v["plans"][0]["plan"]["value"]["effort"]["total_minutes"] = json!(301)));
    assert!(!text.contains("\nC14 | "), "{text}");
}

#[test]
fn two_calendars_made_apart_are_not_shown_as_one() {
    let text = told(&planned(|v| {
        let other = with(v["analysis"]["components"][0].clone(), json!({"path": "gateway"}));
        v["analysis"]["components"].as_array_mut().unwrap().push(other);
        let plan = v["plans"][0]["plan"].clone();
        v["plans"].as_array_mut().unwrap().push(json!({"component": "gateway", "plan": plan}));
    }));
    assert!(text.contains("unknown (nothing was weighed for all components at once)"), "{text}");
    assert!(text.contains("in 2 components"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Register entries, decisions and given roles come and go; rows, counts and claims follow.
    #[test]
    fn the_text_follows_the_data(entries in 0usize..4, decisions in 0usize..4, fails: bool) {
        let dossier = planned(|v| {
            let plan = &mut v["plans"][0]["plan"]["value"];
            let entry = plan["register"][0].clone();
            plan["register"] = json!((0..entries).map(|n| with(entry.clone(), json!({"risk": format!("risk-{n}")}))).collect::<Vec<_>>());
            let point = plan["decision_points"][0].clone();
            plan["decision_points"] =
                json!((0..decisions).map(|n| with(point.clone(), json!({"question": format!("question-{n}")}))).collect::<Vec<_>>());
            if fails {
                v["analysis"]["sources"][0]["state"] = json!("not-retrieved");
            }
        });
        let text = told(&dossier);
        prop_assert_eq!(text.matches(" | risk-").count(), entries);
        prop_assert_eq!(text.matches("\nquestion-").count(), decisions);
        prop_assert_eq!(text.contains(&format!("{} to take,", crate::numbers::count(decisions, "decision"))), decisions > 0);
        prop_assert_eq!(text.contains("\nC22 | "), decisions > 0);
        prop_assert_eq!(text.contains("\nB5, B7 | "), entries > 0);
        prop_assert_eq!(text.contains("could not be asked"), fails);
    }
}
