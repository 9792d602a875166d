//! What the culprit search does where the resolver or the budget stands in its way.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use uplift_decide::culprit::{Dropped, Failing, Found, Limits, Observed, Trials, Unit, UnitSet, search};
use uplift_model::TestId;
use uplift_model::outcome::Proof;

/// The failure that hides all others: the run dies.
const CRASH: &str = "";

/// What a failure's symptom goes by.
#[derive(Debug, Clone, Copy, Default)]
enum Keys {
    #[default]
    Test,
    /// The rule: each cause has its own.
    Cause,
    /// Chance: the same cause looks different in each set.
    Noise,
}

/// A project made of rules. Checks on every question that it is a fair one.
#[derive(Default)]
struct Project {
    units: Vec<Unit>,
    /// A test fails when all of the first are in place and none of the second is.
    rules: Vec<(&'static str, Vec<usize>, Vec<usize>)>,
    /// The resolver refuses these together.
    conflicts: Vec<(usize, usize)>,
    /// The resolver pulls in the second with the first, though no unit says that it needs it.
    pulls: Vec<(usize, usize)>,
    asked: BTreeSet<(UnitSet, Option<Vec<TestId>>)>,
    log: Vec<(UnitSet, Option<Vec<TestId>>, Vec<TestId>)>,
    keys: Keys,
    runs: u32,
    stop_after: Option<u32>,
}

impl Project {
    fn of(count: usize) -> Self {
        let unit = |i| Unit { prior: 0.1, name: format!("package-{i}"), needs: Vec::new() };
        Self { units: (0..count).map(unit).collect(), ..Self::default() }
    }

    fn fails(mut self, test: &'static str, with: &[usize], without: &[usize]) -> Self {
        self.rules.push((test, with.to_vec(), without.to_vec()));
        self
    }

    fn needs(mut self, unit: usize, needed: usize) -> Self {
        self.units[unit].needs.push(needed);
        self
    }

    fn answer(&mut self, set: &UnitSet, only: Option<&[TestId]>) -> Result<Observed, &'static str> {
        let question = (set.clone(), only.map(<[TestId]>::to_vec));
        assert!(self.asked.insert(question), "asked twice: {set:?} {only:?}");
        for unit in set.iter() {
            for needed in &self.units[unit].needs {
                assert!(set.contains(*needed), "{set:?} holds {unit} without {needed}, which it needs");
            }
        }
        let mut tried = set.clone();
        let declared = self.units.iter().enumerate().flat_map(|(a, unit)| unit.needs.iter().map(move |b| (a, *b)));
        let needs: Vec<_> = declared.chain(self.pulls.iter().copied()).collect();
        while let Some((_, pulled)) = needs.iter().find(|(a, b)| tried.contains(*a) && !tried.contains(*b)) {
            tried.insert(*pulled);
        }
        if let Some((a, b)) = self.conflicts.iter().find(|(a, b)| tried.contains(*a) && tried.contains(*b)) {
            return Ok(Observed::Unresolvable { conflict: format!("{a} does not go with {b}") });
        }
        let mut failing: Vec<Failing> = Vec::new();
        let active = |with: &[usize], without: &[usize]| {
            with.iter().all(|u| tried.contains(*u)) && !without.iter().any(|u| tried.contains(*u))
        };
        let masked = self.rules.iter().any(|(test, with, without)| *test == CRASH && active(with, without));
        for (at, (test, with, without)) in self.rules.iter().enumerate() {
            let id = TestId::new(*test);
            let shows = if masked { *test == CRASH } else { only.is_none_or(|only| only.contains(&id)) };
            if active(with, without) && shows && !failing.iter().any(|f| f.test == id) {
                failing.push(Failing {
                    test: id,
                    symptom: match self.keys {
                        Keys::Test => (*test).to_owned(),
                        Keys::Cause => format!("cause {at}"),
                        Keys::Noise => {
                            format!("cause {at} {}", tried.iter().map(|unit| 3 * unit + at).sum::<usize>() % 7)
                        }
                    },
                    names: Vec::new(),
                });
            }
        }
        if only.is_none_or(|only| !only.is_empty()) {
            self.runs += 1;
            if self.stop_after.is_some_and(|limit| self.runs > limit) {
                return Err("cancelled");
            }
            let failed = failing.iter().map(|f| f.test.clone()).collect();
            let ran = if masked { Some(Vec::new()) } else { only.map(<[TestId]>::to_vec) };
            self.log.push((tried.clone(), ran, failed));
        }
        Ok(Observed::Ran { failing, masked, tried })
    }

    fn search(&mut self, runs: u32) -> Found {
        let units = self.units.clone();
        let limits = Limits { runs, ..Limits::default() };
        let found = search(&units, &limits, self, &mut |_| {}).unwrap();
        assert!(self.runs <= runs, "{} runs of {runs}", self.runs);
        assert_eq!(found.full_runs + found.probes, self.runs);
        self.check(&found);
        found
    }

    /// Every promise of the answer, checked against this project's own log.
    fn check(&self, found: &Found) {
        let verified =
            self.log.iter().any(|(set, only, failed)| *set == found.kept && only.is_none() && failed.is_empty());
        assert!(verified || found.kept.is_empty(), "kept without a full run: {:?}", found.kept);
        let mut told: Vec<_> = found.kept.iter().collect();
        told.extend(found.dropped.iter().map(|one| one.unit));
        told.extend(&found.unattributed);
        told.sort_unstable();
        assert_eq!(told, (0..self.units.len()).collect::<Vec<_>>(), "each unit in exactly one place: {found:?}");
        for one in &found.dropped {
            self.check_dropped(found, one);
        }
    }

    fn check_dropped(&self, found: &Found, one: &Dropped) {
        if let Some(needed) = one.needed_by_drop {
            assert!(found.dropped.iter().any(|other| other.unit == needed && other.needed_by_drop.is_none()));
            return;
        }
        let between = one.fails.minus(&one.passes);
        assert!(one.passes.is_subset(&one.fails) && between.contains(one.unit), "{one:?}");
        assert!(between.without(one.unit).iter().all(|unit| one.with.contains(&unit)), "{one:?}");
        if one.proof == Proof::Resolver {
            assert!(one.tests.is_empty() && !one.symptom.is_empty());
            return;
        }
        assert!(!one.tests.is_empty(), "{one:?}");
        for test in &one.tests {
            let failed = self.log.iter().any(|(set, _, failed)| *set == one.fails && failed.contains(test));
            let passed = self.log.iter().any(|(set, only, failed)| {
                let ran = only.as_ref().is_none_or(|only| only.contains(test));
                *set == one.passes && ran && !failed.contains(test)
            });
            assert!(failed && (passed || one.passes.is_empty()), "{test} of {one:?}");
        }
    }
}

impl Trials for Project {
    type Stop = &'static str;

    fn full(&mut self, set: &UnitSet) -> Result<Observed, Self::Stop> {
        self.answer(set, None)
    }

    fn probe(&mut self, set: &UnitSet, tests: &[TestId]) -> Result<Observed, Self::Stop> {
        self.answer(set, Some(tests))
    }
}

fn set(units: &[usize]) -> UnitSet {
    units.iter().copied().collect()
}

fn gone(found: &Found) -> Vec<usize> {
    found.dropped.iter().map(|one| one.unit).collect()
}

#[test]
fn when_everything_passes_one_full_run_is_all() {
    let mut project = Project::of(9);
    let found = project.search(150);
    assert_eq!((found.kept.len(), found.full_runs, found.probes), (9, 1, 0));
}

#[test]
fn without_units_nothing_is_asked() {
    let found = Project::of(0).search(150);
    assert_eq!((found.full_runs, found.probes), (0, 0));
}

#[test]
fn a_culprit_goes_with_a_witness_and_who_needs_it_goes_without_blame() {
    let mut project = Project::of(8).needs(5, 2).needs(6, 5).fails("test_a", &[2], &[]);
    let found = project.search(150);
    assert_eq!(found.kept, set(&[0, 1, 3, 4, 7]));
    assert_eq!(gone(&found), [2, 5, 6]);
    assert_eq!(found.dropped[0].needed_by_drop, None);
    assert_eq!(found.dropped[0].tests, [TestId::new("test_a")]);
    assert_eq!((found.dropped[1].needed_by_drop, found.dropped[2].needed_by_drop), (Some(2), Some(2)));
}

#[test]
fn of_a_pair_that_fails_only_together_one_goes() {
    let mut project = Project::of(8).fails("test_pair", &[1, 6], &[]);
    let found = project.search(150);
    assert_eq!(found.kept.len(), 7);
    assert!(gone(&found) == [1] || gone(&found) == [6]);
}

#[test]
fn a_silent_need_keeps_both_and_is_named_when_one_must_go() {
    let found = Project::of(8).fails("test_import", &[1], &[6]).search(150);
    assert_eq!(found.kept.len(), 8);

    let mut project = Project::of(8).fails("test_import", &[1], &[6]).fails("test_b", &[6], &[]);
    let found = project.search(150);
    assert_eq!(gone(&found), [1, 6]);
    assert_eq!(found.dropped[0].with, [6]);
}

#[test]
fn a_crash_that_hides_the_rest_is_found_first_and_what_it_hid_next() {
    let mut project = Project::of(12).fails(CRASH, &[7], &[]).fails("test_a", &[2], &[]);
    let found = project.search(150);
    assert_eq!(gone(&found), [2, 7]);
    assert_eq!(found.full_runs, 3);
}

#[test]
fn a_crash_for_want_of_a_unit_that_was_left_out_misleads_nobody() {
    for culprit in 0..12 {
        let mut project = Project::of(12).fails(CRASH, &[1], &[6]).fails("test_a", &[culprit], &[]);
        let found = project.search(150);
        let expected = if culprit == 6 { vec![1, 6] } else { vec![culprit] };
        assert_eq!(gone(&found), expected);
    }
}

#[test]
fn units_that_only_move_together_are_blamed_together() {
    let mut project = Project::of(6).needs(2, 3).needs(3, 2).fails("test_a", &[3], &[]);
    let found = project.search(150);
    assert_eq!(found.kept, set(&[0, 1, 4, 5]));
    assert_eq!(found.unattributed, Vec::<usize>::new());
}

#[test]
fn a_unit_that_the_resolver_pulls_in_again_takes_its_user_along() {
    let mut project = Project::of(8).fails("test_a", &[4], &[]);
    project.pulls = vec![(1, 4)];
    let found = project.search(150);
    assert_eq!(gone(&found), [1, 4]);
    assert_eq!(found.dropped[0].needed_by_drop, Some(4));
    assert_eq!(found.dropped[1].needed_by_drop, None);
}

#[test]
fn a_conflict_at_the_top_drops_one_side_with_the_resolvers_words() {
    let mut project = Project::of(8).fails("test_a", &[0], &[]);
    project.conflicts = vec![(3, 5)];
    let found = project.search(150);
    assert_eq!(found.kept.len(), 6);
    let resolver: Vec<_> = found.dropped.iter().filter(|one| one.proof == Proof::Resolver).collect();
    assert_eq!(resolver.len(), 1);
    assert_eq!(resolver[0].symptom, "3 does not go with 5");
}

#[test]
fn when_the_runs_are_used_up_the_rest_is_unattributed() {
    for runs in 0..20 {
        let mut project =
            Project::of(24).fails("test_a", &[3], &[]).fails("test_b", &[9], &[]).fails("test_c", &[17], &[]);
        let found = project.search(runs);
        assert!(runs < 12 || !found.kept.is_empty());
    }
}

#[test]
fn a_stop_ends_the_search_at_once() {
    for limit in 0..6 {
        let mut project = Project::of(24).fails("test_a", &[3], &[]);
        project.stop_after = Some(limit);
        let units = project.units.clone();
        let ended = search(&units, &Limits::default(), &mut project, &mut |_| {});
        assert_eq!(ended.map(|_| ()), Err("cancelled"));
        assert_eq!(project.runs, limit + 1);
    }
}

const TESTS: [&str; 6] = ["test_a", "test_b", "test_c", "test_d", "test_e", CRASH];

prop_compose! {
    fn any_project()(
        count in 1usize..14,
        rules in prop::collection::vec((0usize..6, prop::collection::vec(0usize..14, 1..3), prop::collection::vec(0usize..14, 0..2)), 0..7),
        needs in prop::collection::vec((0usize..14, 0usize..14), 0..6),
        conflicts in prop::collection::vec((0usize..14, 0usize..14), 0..3),
        pulls in prop::collection::vec((0usize..14, 0usize..14), 0..4),
        priors in prop::collection::vec(0.0f64..1.0, 14),
        keys in prop::sample::select(vec![Keys::Test, Keys::Cause, Keys::Noise]),
    ) -> Project {
        let mut project = Project { keys, ..Project::of(count) };
        let fits = |units: &[usize]| units.iter().all(|unit| *unit < count);
        for (test, with, without) in rules {
            if fits(&with) {
                project = project.fails(TESTS[test], &with, &without);
            }
        }
        for (unit, needed) in needs {
            if fits(&[unit, needed]) {
                project = project.needs(unit, needed);
            }
        }
        for (unit, prior) in project.units.iter_mut().zip(priors) {
            unit.prior = prior;
        }
        project.conflicts = conflicts.into_iter().filter(|(a, b)| a != b && fits(&[*a, *b])).collect();
        project.pulls = pulls.into_iter().filter(|(a, b)| fits(&[*a, *b])).collect();
        project
    }
}

impl std::fmt::Debug for Project {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let needs: Vec<_> = self.units.iter().map(|unit| &unit.needs).collect();
        write!(
            f,
            "needs {needs:?} rules {:?} conflicts {:?} pulls {:?} keys {:?}",
            self.rules, self.conflicts, self.pulls, self.keys
        )
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3000,
        rng_seed: RngSeed::Fixed(20),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_the_project_the_search_ends_within_its_runs_and_keeps_its_promises(
        mut project in any_project(),
        runs in prop::sample::select(vec![0u32, 1, 2, 3, 5, 9, 20, 150]),
    ) {
        project.search(runs);
    }

    #[test]
    fn with_runs_enough_every_unit_has_an_answer_and_none_that_is_dropped_could_come_back(mut project in any_project()) {
        project.conflicts.clear();
        project.pulls.clear();
        // Two causes for one test can hide behind each other; the figures bound what that costs.
        let mut seen = BTreeSet::new();
        project.rules.retain(|(test, ..)| seen.insert(*test));
        let found = project.search(1000);
        prop_assert_eq!(&found.unattributed, &Vec::<usize>::new());
        for one in &found.dropped {
            let mut back = found.kept.with(one.unit);
            for _ in 0..project.units.len() {
                back = back.iter().flat_map(|unit| project.units[unit].needs.clone()).collect::<UnitSet>().union(&back);
            }
            let breaks = project.rules.iter().any(|(_, with, without)| {
                with.iter().all(|unit| back.contains(*unit)) && !without.iter().any(|unit| back.contains(*unit))
            });
            prop_assert!(breaks, "{} could come back: {:?}", one.unit, found);
        }
    }
}
