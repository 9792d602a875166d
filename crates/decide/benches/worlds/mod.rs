//! Simulated worlds for the culprit search: upgrades that break tests in the ways upgrades do.
//!
//! Lives here: the generator, the trials on a world, and how well a search did on many of them.
//! Used by the bench (`benches/search.rs`) and by the test that holds the search to its figures
//! (`tests/search_figures.rs`).

pub mod figures;

use std::collections::BTreeSet;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use uplift_decide::culprit::{Failing, Observed, Trials, Unit, UnitSet};
use uplift_model::TestId;

pub const UNITS: usize = 24;
const TESTS: usize = 400;
const MASKING: f64 = 0.25;
const FLAKY: usize = 5;

/// What a world holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kind {
    pub culprits: usize,
    /// Culprits drawn by their priors, or uniformly (the priors are then useless).
    pub uniform: bool,
    /// One pair that fails only together.
    pub pair: bool,
    /// One unit that silently needs another.
    pub codependency: bool,
    /// Groups of `group` units in a row; neighbours die without each other. Of the two ways the resolver knows
    /// one (where there are more than two units: for half of the neighbours, of the others none).
    pub groups: usize,
    pub group: usize,
    /// The first culprit masks, whatever the odds.
    pub masking: bool,
    /// A run that dies is told as every test failing, else as one failure of the run.
    pub each: bool,
    /// Failure rate of five flaky tests; 0: none.
    pub flaky: f64,
    /// Errors name packages: a culprit with .6, an innocent one with .1.
    pub hints: bool,
    /// Every cause has a symptom of its own; else all failures look alike.
    pub telling: bool,
    /// Odds that a cause looks like no other failure in a run, itself in other runs included.
    pub noise: f64,
}

impl Kind {
    pub const fn plain(culprits: usize) -> Self {
        Self {
            culprits,
            uniform: false,
            pair: false,
            codependency: false,
            groups: 0,
            group: 2,
            masking: false,
            each: false,
            flaky: 0.0,
            hints: false,
            telling: false,
            noise: 0.0,
        }
    }
}

/// When a cause is active.
#[derive(Debug, Clone, Copy)]
enum When {
    In(usize),
    Both(usize, usize),
    Without { user: usize, needed: usize },
}

#[derive(Debug, Clone)]
struct Cause {
    when: When,
    masks: bool,
    tests: BTreeSet<usize>,
    names: Vec<usize>,
}

impl Cause {
    fn active(&self, set: &UnitSet) -> bool {
        match self.when {
            When::In(unit) => set.contains(unit),
            When::Both(a, b) => set.contains(a) && set.contains(b),
            When::Without { user, needed } => set.contains(user) && !set.contains(needed),
        }
    }
}

/// What was in place, the tests that ran (`None`: all), the tests that failed, masked.
pub type Trial = (UnitSet, Option<Vec<TestId>>, Vec<TestId>, bool);

/// One world and the record of what was asked of it.
pub struct World {
    pub units: Vec<Unit>,
    causes: Vec<Cause>,
    flaky: BTreeSet<usize>,
    rate: f64,
    telling: bool,
    noise: f64,
    each: bool,
    random: ChaCha8Rng,
    /// Size of the largest set that passes.
    pub best: usize,
    pub log: Vec<Trial>,
}

fn lognormal(random: &mut ChaCha8Rng, mu: f64, sigma: f64) -> usize {
    // Box and Muller; 1 - u keeps the logarithm finite.
    let (u, v): (f64, f64) = (random.random(), random.random());
    let normal = (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos();
    (mu + sigma * normal).exp().floor().clamp(1.0, 60.0) as usize
}

fn choose(random: &mut ChaCha8Rng, count: usize) -> BTreeSet<usize> {
    let mut tests = BTreeSet::new();
    while tests.len() < count {
        tests.insert(random.random_range(0..TESTS));
    }
    tests
}

impl World {
    pub fn new(seed: u64, kind: Kind) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let prior = |i: usize| match i {
            0..10 => 0.02,
            10..18 => 0.08,
            _ => 0.30,
        };
        let mut units: Vec<_> =
            (0..UNITS).map(|i| Unit { prior: prior(i), name: format!("package-{i}"), needs: Vec::new() }).collect();

        let mut culprits = Vec::new();
        let mut left: Vec<usize> = (0..UNITS).collect();
        for _ in 0..kind.culprits {
            let odds = |i: usize| {
                if kind.uniform { 1.0 } else { prior(i) / (1.0 - prior(i)) }
            };
            let total: f64 = left.iter().map(|i| odds(*i)).sum();
            let mut at = random.random::<f64>() * total;
            let found = left.iter().position(|i| {
                at -= odds(*i);
                at < 0.0
            });
            culprits.push(left.remove(found.unwrap_or(left.len() - 1)));
        }

        let mut causes = Vec::new();
        let mut grouped = UnitSet::new();
        for unit in &culprits {
            let masks = random.random_bool(MASKING) || (kind.masking && causes.is_empty());
            let count = lognormal(&mut random, 1.6, 1.2);
            let tests = choose(&mut random, count);
            causes.push(Cause { when: When::In(*unit), masks, tests, names: vec![*unit] });
        }
        if kind.pair {
            let a = left.remove(random.random_range(0..left.len()));
            let b = left.remove(random.random_range(0..left.len()));
            let count = lognormal(&mut random, 1.2, 1.0);
            let tests = choose(&mut random, count);
            causes.push(Cause { when: When::Both(a, b), masks: false, tests, names: vec![a, b] });
        }
        if kind.codependency {
            let user = random.random_range(0..UNITS);
            let needed = (user + random.random_range(1..UNITS)) % UNITS;
            let count = lognormal(&mut random, 1.6, 1.2);
            let tests = choose(&mut random, count);
            let masks = random.random_bool(0.5);
            causes.push(Cause { when: When::Without { user, needed }, masks, tests, names: vec![user] });
        }
        for _ in 0..kind.groups {
            let mut free: Vec<usize> = (0..UNITS).filter(|unit| !grouped.contains(*unit)).collect();
            let group: Vec<usize> = (0..kind.group).map(|_| free.remove(random.random_range(0..free.len()))).collect();
            grouped.extend(group.iter().copied());
            for (user, needed) in group.iter().zip(&group[1..]).map(|(a, b)| (*a, *b)) {
                let tied = kind.group == 2 || random.random_bool(0.5);
                let mut ways = vec![(user, needed)];
                if tied {
                    units[needed].needs.push(user);
                } else {
                    ways.push((needed, user));
                }
                for (user, needed) in ways {
                    let count = lognormal(&mut random, 1.6, 1.2);
                    let tests = choose(&mut random, count);
                    let cause = Cause { when: When::Without { user, needed }, masks: true, tests, names: vec![user] };
                    // Which failure shows when several hide the rest is chance.
                    causes.insert(random.random_range(0..=causes.len()), cause);
                }
            }
        }
        for cause in &mut causes {
            let own = std::mem::take(&mut cause.names);
            if kind.hints {
                cause.names = own.into_iter().filter(|_| random.random_bool(0.6)).collect();
                if random.random_bool(0.1) {
                    cause.names.push(random.random_range(0..UNITS));
                }
            }
        }
        let flaky = if kind.flaky > 0.0 { choose(&mut random, FLAKY) } else { BTreeSet::new() };
        let best = largest(&causes, &units);
        Self {
            units,
            causes,
            flaky,
            rate: kind.flaky,
            telling: kind.telling,
            noise: kind.noise,
            each: kind.each,
            random,
            best,
            log: Vec::new(),
        }
    }

    /// Whether the set truly breaks nothing.
    pub fn passes(&self, set: &UnitSet) -> bool {
        !self.causes.iter().any(|cause| cause.active(set))
    }

    /// Whether nothing in this world is a reason to leave `unit` out.
    pub fn innocent(&self, unit: usize) -> bool {
        let mut clean: UnitSet = (0..UNITS).collect();
        for cause in &self.causes {
            match cause.when {
                When::In(unit) => {
                    clean.remove(unit);
                }
                When::Both(a, b) => clean = clean.without(a).without(b),
                When::Without { .. } => {}
            }
        }
        settle(clean, &self.causes, &self.units).contains(unit)
    }

    fn run(&mut self, set: &UnitSet, only: Option<&[TestId]>) -> Observed {
        let closed = |unit: usize| self.units[unit].needs.iter().all(|needed| set.contains(*needed));
        assert!(set.iter().all(closed), "asked for a set that the resolver would widen: {set:?}");
        let number = |id: &TestId| id.0.strip_prefix("test_").and_then(|digits| digits.parse().ok());
        let wanted: Vec<usize> =
            only.map_or_else(|| (0..TESTS).collect(), |only| only.iter().filter_map(number).collect());
        let mut odd = |_: &Cause| self.noise > 0.0 && self.random.random_bool(self.noise);
        let odd: Vec<bool> = self.causes.iter().map(&mut odd).collect();
        let runs = self.log.len();
        let key = |at: usize| match (self.telling, odd[at]) {
            (_, true) => format!("oddity {at} of run {runs}"),
            (true, false) => format!("symptom {at}"),
            (false, false) => "failure".to_owned(),
        };
        let active = || self.causes.iter().enumerate().filter(|(_, cause)| cause.active(set));
        let mut failing: Vec<Failing> = Vec::new();
        let masked = active().any(|(_, cause)| cause.masks);
        if let Some((at, cause)) = active().find(|(_, cause)| cause.masks) {
            // Nothing could be collected; the run says so whichever tests it was asked for.
            let told = if self.each {
                wanted.iter().map(|test| TestId::new(format!("test_{test:03}"))).collect()
            } else {
                vec![TestId::new("tests")]
            };
            failing.extend(told.into_iter().map(|test| Failing { test, symptom: key(at), names: cause.names.clone() }));
        } else {
            for test in wanted {
                let id = || TestId::new(format!("test_{test:03}"));
                if let Some((at, cause)) = active().find(|(_, cause)| cause.tests.contains(&test)) {
                    failing.push(Failing { test: id(), symptom: key(at), names: cause.names.clone() });
                } else if self.flaky.contains(&test) && (0..3).all(|_| self.random.random_bool(self.rate)) {
                    // Failed, and failed both times it ran again.
                    failing.push(Failing { test: id(), symptom: "flaky".to_owned(), names: Vec::new() });
                }
            }
        }
        let failed = failing.iter().map(|one| one.test.clone()).collect();
        self.log.push((set.clone(), only.map(<[TestId]>::to_vec), failed, masked));
        Observed::Ran { failing, masked, tried: set.clone() }
    }
}

/// `set` without those that miss something, silently or by the resolver's rules.
fn settle(mut set: UnitSet, causes: &[Cause], units: &[Unit]) -> UnitSet {
    loop {
        let before = set.clone();
        for cause in causes {
            if let When::Without { user, .. } = cause.when
                && cause.active(&set)
            {
                set.remove(user);
            }
        }
        for unit in before.iter() {
            if units[unit].needs.iter().any(|needed| !set.contains(*needed)) {
                set.remove(unit);
            }
        }
        if set == before {
            return set;
        }
    }
}

/// Everything but the culprits, what needs them, and one of each pair.
fn largest(causes: &[Cause], units: &[Unit]) -> usize {
    let mut best: UnitSet = (0..UNITS).collect();
    for cause in causes {
        if let When::In(unit) = cause.when {
            best.remove(unit);
        }
    }
    let size = |set| settle(set, causes, units).len();
    let pair = causes.iter().find_map(|cause| match cause.when {
        When::Both(a, b) if cause.active(&best) => Some((a, b)),
        _ => None,
    });
    match pair {
        Some((a, b)) => size(best.without(a)).max(size(best.without(b))),
        None => size(best),
    }
}

impl Trials for World {
    type Stop = std::convert::Infallible;

    fn full(&mut self, set: &UnitSet) -> Result<Observed, Self::Stop> {
        Ok(self.run(set, None))
    }

    fn probe(&mut self, set: &UnitSet, tests: &[TestId]) -> Result<Observed, Self::Stop> {
        Ok(self.run(set, Some(tests)))
    }
}
