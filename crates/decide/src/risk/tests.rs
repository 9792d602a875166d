//! Whole assessments: the packages of the seeds, and the promise that a worse fact never lowers a level.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use uplift_model::advisory::Severity;
use uplift_model::analysis::{Availability, Pinning, Usage};
use uplift_model::risk::SecurityEffect;
use uplift_model::{Datum, Distance, Ecosystem, Role};

use super::advisories::touching;
use super::*;

/// An upgrade of which everything was asked, and nothing bad was found.
fn known(
    name: &str,
    ecosystem: Ecosystem,
    role: Role,
    from: &str,
    to: &str,
    distance: Distance,
    majors: u64,
) -> Evidence {
    let mut evidence = Evidence::new(name, ecosystem, role, to);
    evidence.current = Some(from.to_owned());
    (evidence.distance, evidence.majors) = (Some(distance), majors);
    evidence.native = Datum::None;
    evidence.usage = Datum::found(Usage { files: 2, count: 6, ..Usage::default() });
    evidence.advisories = Datum::None;
    evidence.current_age_days = Datum::found(400);
    evidence.target_age_days = Datum::found(60);
    evidence.current_availability = Datum::found(Availability::Installable);
    evidence.target_availability = Datum::found(Availability::Installable);
    evidence.deprecation = Datum::None;
    evidence.provenance = Datum::None;
    evidence.release_notes = Datum::None;
    evidence.breaking = Datum::None;
    evidence
}

fn python(name: &str, from: &str, to: &str, distance: Distance, majors: u64) -> Evidence {
    known(name, Ecosystem::Python, Role::Runtime, from, to, distance, majors)
}

const NATIVE: Datum<Native> = Datum::Found { value: Native { before: true, after: true, stable_abi: false } };

#[test]
fn the_video_project_comes_out_as_its_plan_says() {
    let mut fastapi = python("fastapi", "", "0.115.14", Distance::Same, 0);
    (fastapi.current, fastapi.distance, fastapi.pinning) = (None, None, Pinning::Unpinned);
    assert_eq!(assess(&fastapi).level, Risk::Low, "{:#?}", assess(&fastapi));

    let mut onnxruntime = python("onnxruntime", "1.18.0", "1.22.0", Distance::Minor, 0);
    onnxruntime.native = NATIVE;
    assert_eq!(assess(&onnxruntime).level, Risk::Medium);

    let mut opencv = python("opencv-python", "4.9.0.80", "4.11.0.86", Distance::Minor, 0);
    opencv.native = NATIVE;
    opencv.release_notes = Datum::not_retrieved("tool failure");
    opencv.breaking = Datum::not_retrieved("tool failure");
    let moderate = assess(&opencv);
    assert_eq!(moderate.level, Risk::Medium);
    assert_eq!(moderate.unknown, ["release notes: tool failure", "breaking changes: tool failure"]);
    assert!(moderate.factors.iter().any(|factor| factor.reason.contains("standard testing is required")));

    let mut numpy = python("numpy", "1.26.4", "2.3.1", Distance::Major, 1);
    numpy.native = NATIVE;
    numpy.built_against_by = vec!["opencv-python".to_owned(), "onnxruntime".to_owned()];
    let high = assess(&numpy);
    assert_eq!(high.level, Risk::High);
    assert_eq!(high.factors[0].signal, "abi");

    let mut redis = python("redis", "5.0.7", "6.2.0", Distance::Major, 1);
    assert_eq!(assess(&redis).level, Risk::Medium, "one file, everything looked up, nothing touches it");
    redis.conflicts = vec!["arq 0.26.3 needs redis <6".to_owned()];
    assert_eq!(assess(&redis).level, Risk::High, "blocked");
}

#[test]
fn the_tasks_of_the_second_project_come_out_explainably() {
    let python = |name, role, from, to, distance, majors| {
        let assessment = assess(&known(name, Ecosystem::Python, role, from, to, distance, majors));
        (assessment.level, assessment.factors[0].reason.clone())
    };
    let isort = python("isort", Role::Development, "5.12.0", "7.0.0", Distance::Major, 2);
    assert_eq!(isort, (Risk::High, "2 major steps: 5.12.0 -> 7.0.0".to_owned()));
    let pydantic = python("pydantic", Role::Runtime, "2.5.2", "2.12.0", Distance::Minor, 0);
    assert_eq!(pydantic, (Risk::Medium, "a core framework".to_owned()));
    assert_eq!(python("flask-jwt-extended", Role::Runtime, "4.6.0", "4.7.1", Distance::Minor, 0).0, Risk::Medium);
    assert_eq!(python("email-validator", Role::Runtime, "2.1.0", "2.3.0", Distance::Minor, 0).0, Risk::Low);
    assert_eq!(python("pymongo", Role::Runtime, "4.6.1", "4.15.3", Distance::Minor, 0).0, Risk::Low);
    assert_eq!(python("responses", Role::Test, "0.24.1", "0.25.8", Distance::Major, 0).0, Risk::Low);
    let javascript = |name, from, to, majors| {
        assess(&known(name, Ecosystem::JavaScript, Role::Development, from, to, Distance::Major, majors)).level
    };
    assert_eq!(javascript("vite", "5.4.20", "7.1.9", 2), Risk::High);
    assert_eq!(javascript("eslint-plugin-vue", "9.33.0", "10.5.0", 1), Risk::Medium);
    assert_eq!(javascript("vitest", "0.34.6", "3.2.4", 3), Risk::High);
}

#[test]
fn the_platform_s_majors_and_models_are_high_and_its_patches_low() {
    let level = |name, from, to, distance, majors| assess(&python(name, from, to, distance, majors)).level;
    for (name, from, to, majors) in
        [("stripe", "7.4.0", "11.1.1", 4), ("cryptography", "41.0.7", "44.0.1", 3), ("keras", "2.15.0", "3.12.0", 1)]
    {
        assert_eq!(level(name, from, to, Distance::Major, majors), Risk::High, "{name}");
    }
    assert_eq!(level("tensorflow", "2.15.0", "2.19.1", Distance::Minor, 0), Risk::High);
    assert_eq!(level("anthropic", "0.7.8", "0.39.0", Distance::Major, 0), Risk::High);
    assert_eq!(level("fastapi", "0.104.1", "0.121.0", Distance::Major, 0), Risk::Medium);
    assert_eq!(level("sqlalchemy", "2.0.23", "2.0.36", Distance::Patch, 0), Risk::Low);
    assert_eq!(level("redis", "5.0.1", "5.2.0", Distance::Minor, 0), Risk::Low);
}

#[test]
fn an_upgrade_of_which_nothing_is_known_is_never_low() {
    let blank = assess(&Evidence::new("x", Ecosystem::Python, Role::Runtime, "1.0"));
    assert_eq!(blank.level, Risk::Medium);
    assert!(blank.unknown.len() >= 5);
    assert!(blank.required_tests.contains(&"integration".to_owned()));
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    let names = prop::sample::select(vec![
        ("numpy", Ecosystem::Python),
        ("stripe", Ecosystem::Python),
        ("torch", Ecosystem::Python),
        ("pytest-cov", Ecosystem::Python),
        ("isort", Ecosystem::Python),
        ("flask", Ecosystem::Python),
        ("unheard-of", Ecosystem::Python),
        ("vite", Ecosystem::JavaScript),
        ("@types/node", Ecosystem::JavaScript),
        ("redis", Ecosystem::JavaScript),
    ]);
    let roles = prop::sample::select(vec![Role::Runtime, Role::Test, Role::Development, Role::Build]);
    let steps = (0u8..5, 0u64..4, 0u64..60);
    let data = (any::<[bool; 8]>(), 0usize..30, 0usize..15, 0i64..1500, 0i64..100, 0usize..3);
    (names, roles, steps, data).prop_map(|((name, ecosystem), role, (kind, majors, minors), data)| {
        let (flags, files, dependents, age, target_age, many) = data;
        let (distance, majors) = match kind {
            0 => (Distance::Same, 0),
            1 => (Distance::Patch, 0),
            2 => (Distance::Minor, 0),
            3 => (Distance::Major, 0),
            _ => (Distance::Major, majors + 1),
        };
        let mut evidence = known(name, ecosystem, role, "1", "2", distance, majors);
        evidence.minors = if majors == 0 { minors } else { 0 };
        evidence.direct = flags[0];
        if flags[1] {
            evidence.native = Datum::found(Native { before: flags[2], after: flags[3], stable_abi: flags[4] });
        }
        evidence.usage = if flags[5] {
            Datum::found(Usage { files, count: files, ..Usage::default() })
        } else {
            Datum::not_retrieved("no parser")
        };
        evidence.dependents = (0..dependents).map(|n| n.to_string()).collect();
        evidence.current_age_days = Datum::found(age);
        evidence.target_age_days = Datum::found(target_age);
        if flags[6] {
            let removed = (0..many).map(|n| n.to_string()).collect();
            evidence.breaking = Datum::found(Breaking { known: many, removed, deprecated: Vec::new(), untold: 0 });
        }
        if flags[7] {
            evidence.lockstep = vec![Partner { name: "p".to_owned(), comes_along: true }];
            evidence.provenance = Datum::found(vec!["new account".to_owned(); many]);
        }
        evidence
    })
}

/// Adds one worse fact; leaves the evidence alone where that kind is as bad as it gets.
fn worsen(evidence: &mut Evidence, kind: u8) {
    match kind {
        0 => match evidence.step() {
            Step::Same => evidence.distance = Some(Distance::Patch),
            Step::Patch => evidence.distance = Some(Distance::Minor),
            Step::Minor | Step::Unknown => evidence.distance = Some(Distance::Major),
            Step::Zero | Step::Major(_) => evidence.majors += 1,
        },
        1 => evidence.direct = true,
        2 => evidence.native = Datum::found(Native { before: true, after: true, stable_abi: false }),
        3 => evidence.built_against_by.push("other".to_owned()),
        4 => {
            if let Datum::Found { value } = &mut evidence.usage {
                value.files += 3;
            }
        }
        5 => evidence.dependents.push("other".to_owned()),
        6 => {
            let mut effect = evidence.advisories.value().cloned().unwrap_or_default();
            effect.introduced.push(touching("x", "CVE-1", Severity::High));
            evidence.advisories = Datum::found(effect);
        }
        7 if evidence.advisories == Datum::None => evidence.advisories = Datum::not_retrieved("down"),
        8 => evidence.current_age_days = evidence.current_age_days.clone().map(|days| days + 365),
        9 => evidence.target_age_days = evidence.target_age_days.clone().map(|days| (days - 20).max(0)),
        10 => evidence.target_availability = Datum::found(Availability::NoSuchPackage),
        11 => evidence.current_availability = Datum::found(Availability::NoSuchPackage),
        12 => evidence.lockstep.push(Partner { name: "q".to_owned(), comes_along: false }),
        13 => {
            let mut changes = evidence.provenance.value().cloned().unwrap_or_default();
            changes.push("no attestation any more".to_owned());
            evidence.provenance = Datum::found(changes);
        }
        14 => evidence.release_notes = Datum::not_retrieved("down"),
        15 => {
            let mut breaking = evidence.breaking.value().cloned().unwrap_or_default();
            breaking.known += 1;
            breaking.removed.push("np.x".to_owned());
            evidence.breaking = Datum::found(breaking);
        }
        16 => evidence.conflicts.push("p needs x <2".to_owned()),
        17 => evidence.engines.push("needs 3.12".to_owned()),
        // A build tool shapes what is delivered, so from there to the runtime is another fact, not a worse one.
        18 if evidence.role != Role::Build => evidence.role = Role::Runtime,
        19 => evidence.pinning = Pinning::Unpinned,
        _ => {
            if evidence.breaking == Datum::None {
                evidence.breaking = Datum::not_retrieved("down");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        cases: 2000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_worse_fact_never_lowers_the_level_or_the_score(start in any_evidence(), kinds in prop::collection::vec(0u8..21, 1..6)) {
        let mut evidence = start;
        let mut before = assess(&evidence);
        for kind in kinds {
            // An answer in place of a source that was silent is another fact, not a worse one.
            let answers = match kind {
                6 => evidence.advisories.missing().is_some(),
                15 => evidence.breaking.missing().is_some(),
                _ => false,
            };
            if answers {
                continue;
            }
            worsen(&mut evidence, kind);
            let after = assess(&evidence);
            prop_assert!(after.level >= before.level, "{kind}: {before:#?} {after:#?}");
            prop_assert!(after.score >= before.score, "{kind}: {before:#?} {after:#?}");
            before = after;
        }
    }

    #[test]
    fn the_level_is_what_the_factors_say(evidence in any_evidence()) {
        let assessment = assess(&evidence);
        let demanded = assessment.factors.iter().map(|factor| factor.at_least).max();
        prop_assert_eq!(Some(assessment.level), demanded.max(Some(level_of(assessment.score))));
        prop_assert_eq!(assessment.score, assessment.factors.iter().map(|f| f.points).sum::<u32>().min(100));
        prop_assert!(assessment.factors.iter().all(|factor| !factor.reason.is_empty()));
        let in_order = |pair: &[Factor]| pair[0].at_least >= pair[1].at_least;
        prop_assert!(assessment.factors.windows(2).all(in_order));
    }
}

/// The page that people read names every signal, every class and the bounds of the levels as they are.
#[test]
fn the_reference_names_what_is_there() {
    let page = include_str!("../../../../docs/reference/risk.md");
    for (signal, _) in SIGNALS {
        assert!(page.contains(&format!("| `{signal}` |")), "{signal}");
    }
    for class in Class::ALL {
        assert!(page.contains(&format!("\n| {} | ", class.word())), "{}", class.word());
    }
    assert!(page.contains(&format!("low below {MEDIUM_FROM}, medium from {MEDIUM_FROM}, high from {HIGH_FROM}")));
}

#[test]
fn the_scores_of_the_reference_s_examples_hold() {
    let mut redis = python("redis", "5.0.7", "6.2.0", Distance::Major, 1);
    assert_eq!(assess(&redis).score, 44);
    redis.conflicts = vec!["arq 0.26.3 needs redis <6".to_owned()];
    assert_eq!(assess(&redis).score, 71);
    assert_eq!(assess(&python("stripe", "7.4.0", "11.1.1", Distance::Major, 4)).score, 74);
    let isort = known("isort", Ecosystem::Python, Role::Development, "5.12.0", "7.0.0", Distance::Major, 2);
    assert_eq!(assess(&isort).score, 44);
}

#[test]
fn the_security_effect_is_part_of_the_assessment() {
    let mut evidence = python("torch", "2.1.0", "2.6.0", Distance::Minor, 0);
    let removed = vec![touching("torch", "CVE-2025-32434", Severity::Critical)];
    evidence.advisories = Datum::found(SecurityEffect { removed, ..SecurityEffect::default() });
    let assessment = assess(&evidence);
    assert_eq!(assessment.security, evidence.advisories);
    let sentence = "the step removes 1 advisory: CVE-2025-32434 (torch, critical)";
    assert!(assessment.factors.iter().any(|factor| factor.reason == sentence));
}
