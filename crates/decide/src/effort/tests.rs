//! Hours and weeks over the plan of seed 2, and their promises over any plan.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use uplift_model::roadmap::{Priority, Team};

use super::*;

fn work(packages: &[&str], level: Risk, step: Step, class: Class) -> Work {
    Work {
        packages: packages.iter().map(|name| (*name).to_owned()).collect(),
        level,
        step,
        class,
        sites: 0,
        broken_sites: 0,
        reviewers: 1,
        needs: Vec::new(),
    }
}

/// Phase 1 of seed 2: ten packages, which it puts at 80 hours.
fn phase_one() -> Vec<Work> {
    vec![
        work(&["backend: fastapi"], Risk::Medium, Step::Zero, Class::Framework),
        work(&["backend: pydantic"], Risk::Medium, Step::Minor, Class::Framework),
        work(&["backend: openai"], Risk::Medium, Step::Minor, Class::AiSdk),
        work(&["backend: anthropic"], Risk::High, Step::Zero, Class::AiSdk),
        work(&["backend: transformers"], Risk::High, Step::Minor, Class::MlFramework),
        Work { reviewers: 2, ..work(&["backend: stripe"], Risk::High, Step::Major(4), Class::Payment) },
        work(&["backend: cryptography"], Risk::High, Step::Major(3), Class::Security),
        work(&["gateway: fastapi"], Risk::Medium, Step::Zero, Class::Framework),
        work(&["gateway: pydantic"], Risk::Medium, Step::Minor, Class::Framework),
        work(&["frontend: axios"], Risk::Low, Step::Minor, Class::Library),
    ]
}

fn priorities(numbers: &[u8]) -> Vec<Priority> {
    numbers.iter().map(|number| Priority { number: *number, because: "it presses".to_owned() }).collect()
}

const TEAM: Team = Team { people: 2, hours_a_week: 20 };

#[test]
fn phase_one_of_the_seed_comes_to_its_eighty_hours() {
    let effort = effort(&phase_one());
    assert_eq!(in_words(effort.total_minutes), "80 h", "{:#?}", effort.rows);
    assert_eq!(effort.total_minutes, effort.rows.iter().map(|row| row.minutes).sum::<u64>());
}

#[test]
fn every_row_says_which_rules_applied() {
    let mut torch = work(&["torch", "torchvision"], Risk::High, Step::Zero, Class::MlFramework);
    (torch.sites, torch.broken_sites) = (30, 2);
    let effort = effort(&[torch]);
    let expected = [
        "a minor step before 1.0: 2 h",
        "1 more in the same step: 15 min",
        "checking saved models and their answers: 8 h",
        "30 places to look at: 1 h",
        "2 places to change: 30 min",
        "tests of a high step: 4 h",
        "review by 1: 1 h",
    ];
    assert_eq!(effort.rows[0].because, expected);
    assert_eq!(effort.rows[0].minutes, 120 + 15 + 480 + 60 + 30 + 240 + 60);
}

#[test]
fn hours_read_like_hours() {
    assert_eq!([59, 60, 61, 90, 600].map(in_words), ["59 min", "1 h", "1.5 h", "1.5 h", "10 h"]);
}

#[test]
fn one_package_in_two_components_has_one_week() {
    let works = phase_one();
    let effort = effort(&works);
    let calendar = calendar(&works, &effort, &priorities(&[1; 10]), TEAM, Policy::UrgentFirst);
    let week = |step: usize| calendar.weeks.iter().find(|week| week.starts.contains(&step)).map(|week| week.number);
    assert_eq!(week(0), week(7), "fastapi");
    assert_eq!(week(1), week(8), "pydantic");
    assert!(calendar.notes.contains(&"fastapi moves in more than one step: they share a week".to_owned()));
}

#[test]
fn urgency_outranks_risk_and_the_conflict_is_shown() {
    let works = vec![
        work(&["black"], Risk::Low, Step::Minor, Class::DevTool),
        work(&["cryptography"], Risk::High, Step::Major(3), Class::Security),
    ];
    let effort = effort(&works);
    let team = Team { people: 1, hours_a_week: 10 };
    let urgent = calendar(&works, &effort, &priorities(&[3, 1]), team, Policy::UrgentFirst);
    assert_eq!(urgent.weeks[0].starts, [1]);
    let sentence = "booked before less risky steps, since they press more: cryptography (high risk)".to_owned();
    assert_eq!(urgent.notes, [sentence]);
    assert_eq!(urgent.stretches.iter().map(|s| s.priority).collect::<Vec<_>>(), [1, 3]);
    let careful = calendar(&works, &effort, &priorities(&[3, 1]), team, Policy::LowRiskFirst);
    assert_eq!(careful.weeks[0].starts[0], 0);
    assert!(careful.notes.is_empty());
}

#[test]
fn no_less_urgent_step_slips_into_the_gaps_before_an_urgent_one() {
    let mut works = vec![work(&["torch"], Risk::High, Step::Major(1), Class::MlFramework)];
    works.extend(["a", "b", "c"].map(|name| work(&[name], Risk::Low, Step::Patch, Class::Library)));
    works.push(work(&["jose"], Risk::High, Step::Major(1), Class::Security));
    let team = Team { people: 1, hours_a_week: 10 };
    let calendar = calendar(&works, &effort(&works), &priorities(&[1, 3, 3, 2, 1]), team, Policy::UrgentFirst);
    let week = |step: usize| calendar.weeks.iter().find(|w| w.starts.contains(&step)).unwrap().number;
    assert!(week(0).max(week(4)) <= week(3) && week(3) <= week(1).min(week(2)), "{:?}", calendar.weeks);
    let weeks: Vec<(u64, u64)> = calendar.stretches.iter().map(|s| s.weeks).collect();
    assert!(weeks.windows(2).all(|w| w[0].0 <= w[1].0), "{weeks:?}");
}

#[test]
fn each_week_closes_with_tests_and_deployment() {
    let works = phase_one();
    let effort = effort(&works);
    let calendar = calendar(&works, &effort, &[], TEAM, Policy::UrgentFirst);
    for week in &calendar.weeks {
        let end: Vec<&str> = week.checklist.iter().rev().take(2).map(String::as_str).collect();
        assert!(end[0].starts_with("deploy") && end[1].starts_with("run"), "{week:?}");
    }
}

type Row = (Vec<usize>, Risk, Step, Class, (usize, usize, usize), Vec<usize>, u8);

fn any_plan() -> impl Strategy<Value = (Vec<Work>, Vec<u8>)> {
    let step =
        prop::sample::select(vec![Step::Same, Step::Patch, Step::Minor, Step::Zero, Step::Major(1), Step::Major(9)]);
    let one = (
        prop::collection::vec(0usize..25, 1..3),
        prop::sample::select(vec![Risk::Low, Risk::Medium, Risk::High]),
        step,
        prop::sample::select(Class::ALL.to_vec()),
        (0usize..300, 0usize..40, 0usize..3),
        prop::collection::vec(0usize..20, 0..3),
        0u8..5,
    );
    prop::collection::vec(one, 0..18).prop_map(|rows| {
        let of = |(packages, level, step, class, counts, needs, priority): Row| {
            let (sites, broken_sites, reviewers) = counts;
            let packages = packages.iter().enumerate().map(|(at, n)| format!("part{at}: p{n}")).collect();
            (Work { packages, level, step, class, sites, broken_sites, reviewers, needs }, priority)
        };
        rows.into_iter().map(of).unzip()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(9), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_total_is_the_sum_and_the_chain_no_longer_than_it((works, _) in any_plan()) {
        let effort = effort(&works);
        prop_assert_eq!(effort.total_minutes, effort.rows.iter().map(|row| row.parts.sum()).sum::<u64>());
        prop_assert!(effort.critical_minutes <= effort.total_minutes);
        let along: u64 = effort.critical_path.iter().map(|at| effort.rows[*at].minutes).sum();
        prop_assert_eq!(along, effort.critical_minutes);
        let longest = effort.rows.iter().map(|row| row.minutes).max().unwrap_or(0);
        prop_assert!(effort.critical_minutes >= longest);
    }

    #[test]
    fn every_step_and_every_package_has_exactly_one_week(
        (works, numbers) in any_plan(), people in 1u32..6, hours in 1u32..50, urgent in any::<bool>(),
    ) {
        let effort = effort(&works);
        let policy = if urgent { Policy::UrgentFirst } else { Policy::LowRiskFirst };
        let team = Team { people, hours_a_week: hours };
        let calendar = calendar(&works, &effort, &priorities(&numbers), team, policy);
        let mut weeks: BTreeMap<usize, u64> = BTreeMap::new();
        let mut packages: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for week in &calendar.weeks {
            for step in &week.starts {
                prop_assert_eq!(weeks.insert(*step, week.number), None, "twice");
                for label in &works[*step].packages {
                    let name = label.rsplit(": ").next().unwrap_or_default().to_owned();
                    packages.entry(name).or_default().insert(week.number);
                }
            }
            let capacity = u64::from(people) * u64::from(hours) * 60;
            prop_assert!(week.minutes <= capacity || week.number >= 520);
        }
        prop_assert_eq!(weeks.len(), works.len());
        prop_assert!(packages.values().all(|weeks| weeks.len() == 1), "{packages:?}");
        prop_assert_eq!(calendar.weeks.iter().map(|week| week.minutes).sum::<u64>(), effort.total_minutes);
        for (step, work) in works.iter().enumerate() {
            for need in work.needs.iter().filter(|need| **need < works.len()) {
                prop_assert!(weeks[need] <= weeks[&step] || reaches(&works, *need, step), "{step} before {need}");
            }
        }
    }
}

/// Whether `from` is bound to `to`, over needs and over packages that they share: then they share a week as well.
fn reaches(works: &[Work], from: usize, to: usize) -> bool {
    let name = |label: &String| label.rsplit(": ").next().unwrap_or_default().to_owned();
    let names = |step: usize| works[step].packages.iter().map(name).collect::<BTreeSet<_>>();
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(step) = open.pop() {
        if seen.insert(step) {
            open.extend(works[step].needs.iter().copied().filter(|need| *need < works.len()));
            open.extend((0..works.len()).filter(|other| !names(*other).is_disjoint(&names(step))));
        }
    }
    seen.contains(&to)
}
