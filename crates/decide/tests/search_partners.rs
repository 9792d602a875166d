//! What the culprit search does with upgrades that silently need each other, behind a failure that hides all else.
//!
//! The shape is that of Flask and Werkzeug: the resolver wants new Werkzeug for new Flask, nobody says that old
//! Flask dies beside new Werkzeug, and a third package's own break keeps the whole suite from being collected.
#![allow(clippy::unwrap_used)]

use uplift_decide::culprit::{Dropped, Failing, Found, Limits, Observed, Step, Trials, Unit, UnitSet, search};
use uplift_model::TestId;

const TESTS: usize = 60;
const POST_LOAD: &str = "collect|TypeError|models.py|post_load()";
const URL_QUOTE: &str = "collect|ImportError|app.py|cannot import name 'url_quote'";

/// How a run that dies is told.
#[derive(Debug, Clone, Copy)]
enum Told {
    /// One failure, of the run.
    Once,
    /// Every test fails, and the run is known to have died.
    Each,
    /// Every test fails, and nobody knows why.
    Silently,
}

const ALL: [Told; 3] = [Told::Once, Told::Each, Told::Silently];

/// Everything fails with `symptom` when all of `with` are in place and `without` is not.
#[derive(Debug, Clone)]
struct Death {
    symptom: String,
    with: Vec<usize>,
    without: Option<usize>,
}

struct Project {
    units: Vec<Unit>,
    /// The first that applies is the one that shows.
    deaths: Vec<Death>,
    told: Told,
    passed: Vec<UnitSet>,
    runs: u32,
}

impl Project {
    fn of(count: usize, told: Told) -> Self {
        let unit = |i| Unit { prior: 0.1, name: format!("package-{i}"), needs: Vec::new() };
        Self { units: (0..count).map(unit).collect(), deaths: Vec::new(), told, passed: Vec::new(), runs: 0 }
    }

    fn dies(mut self, symptom: &str, unit: usize) -> Self {
        self.deaths.push(Death { symptom: symptom.to_owned(), with: vec![unit], without: None });
        self
    }

    fn dies_without(mut self, symptom: &str, unit: usize, without: usize) -> Self {
        self.deaths.push(Death { symptom: symptom.to_owned(), with: vec![unit], without: Some(without) });
        self
    }

    fn needs(mut self, unit: usize, needed: usize) -> Self {
        self.units[unit].needs.push(needed);
        self
    }

    fn run(&mut self, set: &UnitSet, only: Option<&[TestId]>) -> Observed {
        let all: Vec<TestId> = (0..TESTS).map(|i| TestId::new(format!("test_{i:02}"))).collect();
        let wanted = only.unwrap_or(&all);
        self.runs += u32::from(!wanted.is_empty());
        let applies = |death: &&Death| {
            death.with.iter().all(|unit| set.contains(*unit)) && death.without.is_none_or(|unit| !set.contains(unit))
        };
        let Some(death) = self.deaths.iter().find(applies) else {
            if only.is_none() {
                self.passed.push(set.clone());
            }
            return Observed::Ran { failing: Vec::new(), masked: false, tried: set.clone() };
        };
        let failure = |test| Failing { test, symptom: death.symptom.clone(), names: Vec::new() };
        let (failing, masked) = match self.told {
            Told::Once => (vec![failure(TestId::new(""))], true),
            Told::Each => (wanted.iter().cloned().map(failure).collect(), true),
            Told::Silently => (wanted.iter().cloned().map(failure).collect(), false),
        };
        Observed::Ran { failing, masked, tried: set.clone() }
    }

    /// Searches, and holds the answer to what must be true of any.
    fn search(&mut self) -> Found {
        let units = self.units.clone();
        let found = search(&units, &Limits::default(), self, &mut |_: Step| {}).unwrap();
        assert!(self.passed.contains(&found.kept), "kept without a full run: {found:?}");
        assert!(found.unattributed.is_empty(), "{found:?}");
        found
    }
}

impl Trials for Project {
    type Stop = std::convert::Infallible;

    fn full(&mut self, set: &UnitSet) -> Result<Observed, Self::Stop> {
        Ok(self.run(set, None))
    }

    fn probe(&mut self, set: &UnitSet, tests: &[TestId]) -> Result<Observed, Self::Stop> {
        Ok(self.run(set, Some(tests)))
    }
}

fn gone(found: &Found) -> Vec<usize> {
    found.dropped.iter().map(|one| one.unit).collect()
}

fn only(found: &Found) -> &Dropped {
    assert_eq!(found.dropped.len(), 1, "{found:?}");
    &found.dropped[0]
}

/// All ways to place three units among `count`.
fn places(count: usize) -> impl Iterator<Item = [usize; 3]> {
    let all = move || 0..count;
    let triples = all().flat_map(move |a| all().flat_map(move |b| all().map(move |c| [a, b, c])));
    triples.filter(|[a, b, c]| a != b && b != c && a != c)
}

#[test]
fn flask_and_werkzeug_stay_when_marshmallow_hides_everything() {
    for (told, [m, w, f]) in ALL.into_iter().flat_map(|told| places(7).map(move |place| (told, place))) {
        for count in [3, 7].into_iter().filter(|count| m.max(w).max(f) < *count) {
            let culprit_first = Project::of(count, told).needs(f, w).dies(POST_LOAD, m).dies_without(URL_QUOTE, w, f);
            let absence_first = Project::of(count, told).needs(f, w).dies_without(URL_QUOTE, w, f).dies(POST_LOAD, m);
            for mut project in [culprit_first, absence_first] {
                let found = project.search();
                let one = only(&found);
                assert_eq!((one.unit, one.symptom.as_str()), (m, POST_LOAD), "{told:?} m {m} w {w} f {f} of {count}");
                assert_eq!(one.fails, one.passes.with(m));
                assert!(project.runs <= 22, "{} runs for {count} units, {told:?} m {m} w {w} f {f}", project.runs);
            }
        }
    }
}

#[test]
fn without_another_culprit_nothing_is_dropped_and_nothing_is_searched() {
    for told in ALL {
        let mut project = Project::of(6, told).needs(4, 1).dies_without(URL_QUOTE, 1, 4);
        let found = project.search();
        assert_eq!((found.kept.len(), project.runs), (6, 1));
    }
}

#[test]
fn where_all_failures_look_alike_flask_and_werkzeug_come_back_as_the_resolver_ties_them() {
    for (told, [m, w, f]) in ALL.into_iter().flat_map(|told| places(7).map(move |place| (told, place))) {
        let mut project = Project::of(7, told).needs(f, w).dies("dead", m).dies_without("dead", w, f);
        let found = project.search();
        assert_eq!(gone(&found), [m], "{told:?} m {m} w {w} f {f}");
    }
}

#[test]
fn four_that_need_each_other_stay_however_few_of_their_ties_the_resolver_knows() {
    // Bit i: the resolver ties neighbours i and i + 1, one way.
    for (told, ties) in ALL.into_iter().flat_map(|told| (0..8).map(move |ties| (told, ties))) {
        for m in 0..12 {
            let group: Vec<usize> = [1, 4, 7, 10].iter().map(|at| (at + m) % 12).filter(|at| *at != m).collect();
            let mut project = Project::of(12, told).dies(POST_LOAD, m);
            for (at, pair) in group.windows(2).enumerate() {
                let (a, b) = (pair[0], pair[1]);
                project = project.dies_without(&format!("{a} misses {b}"), a, b);
                project = if ties & (1 << at) != 0 {
                    project.needs(b, a)
                } else {
                    project.dies_without(&format!("{b} misses {a}"), b, a)
                };
            }
            let found = project.search();
            assert_eq!(gone(&found), [m], "{told:?} ties {ties:b}");
            assert!(project.runs <= 40, "{} runs, {told:?} ties {ties:b} m {m}", project.runs);
        }
    }
}

#[test]
fn two_pairs_stay_when_a_third_package_hides_everything() {
    for (told, m) in ALL.into_iter().flat_map(|told| (0..10).map(move |m| (told, m))) {
        let [w, f, numpy, pandas] = [1, 3, 6, 7].map(|at| (m + at) % 10);
        let mut project = Project::of(10, told)
            .needs(f, w)
            .needs(pandas, numpy)
            .dies_without("numpy.dtype size changed", numpy, pandas)
            .dies(POST_LOAD, m)
            .dies_without(URL_QUOTE, w, f);
        let found = project.search();
        assert_eq!(only(&found).unit, m, "{told:?}");
        assert_eq!(only(&found).symptom, POST_LOAD);
    }
}

#[test]
fn where_the_missed_unit_is_itself_at_fault_both_go_and_it_is_blamed_beside_its_partner() {
    for (told, [m, w, f]) in ALL.into_iter().flat_map(|told| places(7).map(move |place| (told, place))) {
        let mut project =
            Project::of(7, told).needs(f, w).dies(POST_LOAD, m).dies("flask.json", f).dies_without(URL_QUOTE, w, f);
        let found = project.search();
        let mut expected = [m, w, f];
        expected.sort_unstable();
        assert_eq!(gone(&found), expected, "{told:?}");
        let of = |unit| found.dropped.iter().find(|one| one.unit == unit).unwrap();
        assert_eq!(of(m).symptom, POST_LOAD);
        assert_eq!(
            (of(f).symptom.as_str(), of(f).with.as_slice()),
            ("flask.json", [w].as_slice()),
            "{told:?} {found:?}"
        );
        assert_eq!((of(w).symptom.as_str(), of(w).with.as_slice()), (URL_QUOTE, [f].as_slice()), "{told:?} {found:?}");
    }
}

#[test]
fn two_culprits_that_hide_each_other_are_both_found() {
    for (told, [a, b, c]) in ALL.into_iter().flat_map(|told| places(9).map(move |place| (told, place))) {
        let mut project = Project::of(9, told).dies("first", a).dies("second", b).dies("third", c);
        let found = project.search();
        let mut expected = [a, b, c];
        expected.sort_unstable();
        assert_eq!(gone(&found), expected);
        assert!(project.runs <= 20, "{} runs, {told:?} {a} {b} {c}", project.runs);
    }
}

#[test]
fn a_symptom_told_in_less_detail_is_the_same_symptom() {
    struct Coarse(Project);
    impl Trials for Coarse {
        type Stop = std::convert::Infallible;
        fn full(&mut self, set: &UnitSet) -> Result<Observed, Self::Stop> {
            let mut seen = self.0.run(set, None);
            if let Observed::Ran { failing, .. } = &mut seen {
                for one in failing {
                    one.symptom = one.symptom.split('|').take(2).collect::<Vec<_>>().join("|");
                }
            }
            Ok(seen)
        }
        fn probe(&mut self, set: &UnitSet, tests: &[TestId]) -> Result<Observed, Self::Stop> {
            self.0.probe(set, tests)
        }
    }
    let exact = Project::of(24, Told::Each).dies(POST_LOAD, 5).search();
    let mut coarse = Coarse(Project::of(24, Told::Each).dies(POST_LOAD, 5));
    let units = coarse.0.units.clone();
    let found = search(&units, &Limits::default(), &mut coarse, &mut |_| {}).unwrap();
    assert_eq!((found.probes, gone(&found)), (exact.probes, vec![5]));
}
