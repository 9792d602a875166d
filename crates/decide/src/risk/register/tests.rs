//! The register over plans like those of the seeds.

use uplift_model::{Distance, Ecosystem, Role};

use super::*;
use crate::risk::classes::classify;
use crate::risk::{Evidence, assess};

struct Upgrade {
    evidence: Evidence,
    assessment: Assessment,
    way: String,
}

fn upgrade(name: &str, from: &str, to: &str, distance: Distance, majors: u64) -> Upgrade {
    let mut evidence = Evidence::new(name, Ecosystem::Python, Role::Runtime, to);
    evidence.current = Some(from.to_owned());
    (evidence.distance, evidence.majors) = (Some(distance), majors);
    evidence.advisories = uplift_model::Datum::None;
    let assessment = assess(&evidence);
    let way = evidence.way();
    Upgrade { evidence, assessment, way }
}

fn subjects(upgrades: &[Upgrade]) -> Vec<Subject<'_>> {
    let subject =
        |upgrade: &Upgrade| classify(upgrade.evidence.ecosystem, &upgrade.evidence.name, upgrade.evidence.role);
    let all = upgrades.iter().map(|upgrade| Subject {
        label: &upgrade.evidence.name,
        name: &upgrade.evidence.name,
        way: &upgrade.way,
        class: subject(upgrade),
        major: upgrade.evidence.majors > 0,
        assessment: &upgrade.assessment,
    });
    all.collect()
}

fn omni() -> Vec<Upgrade> {
    vec![
        upgrade("stripe", "7.4.0", "11.1.1", Distance::Major, 4),
        upgrade("torch", "2.1.0", "2.6.0", Distance::Minor, 0),
        upgrade("tensorflow", "2.15.0", "2.19.1", Distance::Minor, 0),
        upgrade("sqlalchemy", "2.0.23", "2.1.0", Distance::Minor, 0),
        upgrade("structlog", "24.1.0", "24.1.1", Distance::Patch, 0),
    ]
}

#[test]
fn a_payment_library_needs_the_business_owner_and_models_the_machine_learning_team() {
    let upgrades = omni();
    let entries = register(&subjects(&upgrades), &[]);
    let payment = &entries[0];
    assert_eq!((payment.level, payment.packages.as_slice()), (Risk::High, ["stripe".to_owned()].as_slice()));
    assert_eq!(payment.reviewers, ["business owner", "security"]);
    assert!(payment.risk.starts_with("stripe 7.4.0 -> 11.1.1: calls to the payment service may change"));
    assert!(payment.required_tests.contains(&"contract".to_owned()));
    assert!(payment.escalation.contains("backend lead takes over and asks business owner, security"));
    let models = &entries[1];
    assert_eq!(models.packages, ["torch", "tensorflow"]);
    assert_eq!(models.reviewers, ["machine learning team"]);
}

#[test]
fn the_whole_plan_has_entries_that_name_what_they_follow_from() {
    let upgrades = omni();
    let entries = register(&subjects(&upgrades), &[]);
    let of = |word: &str| entries.iter().find(|entry| entry.risk.contains(word)).map(|entry| entry.packages.clone());
    assert_eq!(of("service may be interrupted"), Some(vec!["stripe".into(), "torch".into(), "tensorflow".into()]));
    assert_eq!(of("database migrations"), Some(vec!["sqlalchemy".into()]));
    assert_eq!(of("interfaces that the code calls"), Some(vec!["stripe".into()]));
    assert!(entries.iter().all(|entry| !entry.packages.contains(&"structlog".to_owned())), "a patch needs no entry");
    assert!(entries.is_sorted_by_key(|entry| std::cmp::Reverse(entry.level)));
}

#[test]
fn every_entry_is_filled_and_every_decision_names_roles() {
    let upgrades = omni();
    let entries = register(&subjects(&upgrades), &[]);
    for entry in &entries {
        for text in [&entry.risk, &entry.mitigation, &entry.rollback, &entry.owner, &entry.escalation] {
            assert!(!text.trim().is_empty(), "{entry:?}");
        }
        assert!(!entry.required_tests.is_empty(), "{entry:?}");
    }
    let points = decision_points(&entries);
    assert_eq!(points.len(), 3);
    assert!(points.iter().all(|point| !point.roles.is_empty()));
}

#[test]
fn a_rule_of_the_project_overrides_the_roles() {
    let upgrades = omni();
    let rules = [
        Rule {
            packages: vec!["tensor*".to_owned()],
            reviewers: Some(vec!["research".to_owned()]),
            required_tests: vec!["soak".to_owned()],
            ..Rule::default()
        },
        Rule { class: Some(Class::Payment), owner: Some("payments team".to_owned()), ..Rule::default() },
    ];
    let entries = register(&subjects(&upgrades), &rules);
    let entry = |name: &str| entries.iter().find(|entry| entry.packages == [name]);
    assert_eq!(entry("stripe").map(|entry| entry.owner.as_str()), Some("payments team"));
    assert_eq!(entry("tensorflow").map(|entry| entry.reviewers.clone()), Some(vec!["research".to_owned()]));
    assert!(entry("tensorflow").is_some_and(|entry| entry.required_tests.contains(&"soak".to_owned())));
    assert_eq!(entry("torch").map(|entry| entry.reviewers.clone()), Some(vec!["machine learning team".to_owned()]));
}
