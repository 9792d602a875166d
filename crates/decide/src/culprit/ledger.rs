//! The ledger: every trial and its outcome, asked once, counted against the limits.
//!
//! Lives here: memory of answers, names of tests and symptoms as numbers, the run cap.
//! Lives elsewhere: what to ask next (`super::narrow`) and what answers mean (`super::suspects`).

use std::collections::BTreeMap;

use uplift_model::TestId;

use super::{Failing, Limits, Observed, Step, Trials, UnitSet};

/// Numbers of tests; the same bits as units, another meaning.
pub(super) type TestSet = UnitSet;

/// For failing tests the number of the symptom they show.
pub(super) type Shown = BTreeMap<usize, usize>;

/// Why the search cannot go on.
#[derive(Debug)]
pub(super) enum Halt<S> {
    /// A trial could not be carried out.
    Stop(S),
    /// The run cap is reached.
    Cap,
}

/// One trial that ran.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    asked: UnitSet,
    /// What was really in place.
    pub(super) tried: UnitSet,
    /// Tests that ran; `None`: all.
    scope: Option<TestSet>,
    pub(super) failing: TestSet,
    /// How each of `failing` fails.
    pub(super) shown: Shown,
    pub(super) masked: bool,
    /// Says nothing about the suspects: it died of something that the full set does not show.
    pub(super) void: bool,
}

impl Entry {
    pub(super) fn covers(&self, test: usize) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.contains(test))
    }

    pub(super) fn passes(&self, test: usize) -> bool {
        !self.masked && !self.failing.contains(test) && self.covers(test)
    }

    pub(super) fn good(&self) -> bool {
        !self.masked && self.failing.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.scope.is_none()
    }
}

/// An answer: where the entry is, or the resolver's refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Ran(usize),
    Refused,
}

pub(super) struct Ledger<'a, T: Trials> {
    /// Every unit there is: numbers outside are not the search's.
    all: UnitSet,
    trials: &'a mut T,
    pub(super) watch: &'a mut dyn FnMut(Step),
    pub(super) entries: Vec<Entry>,
    resolved: BTreeMap<UnitSet, UnitSet>,
    pub(super) refused: BTreeMap<UnitSet, String>,
    tests: Vec<TestId>,
    numbers: BTreeMap<TestId, usize>,
    symptoms: Vec<String>,
    keys: BTreeMap<String, usize>,
    /// Units that a test's symptom names: another symptom of the same test may name others.
    names: BTreeMap<(usize, usize), UnitSet>,
    pub(super) full_runs: u32,
    pub(super) probes: u32,
    resolves: u32,
    /// Runs that may still be used now; one less than the limit until the very end.
    pub(super) cap: u32,
}

impl<'a, T: Trials> Ledger<'a, T> {
    pub(super) fn new(count: usize, trials: &'a mut T, limits: &Limits, watch: &'a mut dyn FnMut(Step)) -> Self {
        // Nothing upgraded: every test stands as in the baseline, no run needed to know it.
        let base = Entry {
            asked: UnitSet::new(),
            tried: UnitSet::new(),
            scope: None,
            failing: TestSet::new(),
            shown: Shown::new(),
            masked: false,
            void: false,
        };
        Self {
            all: UnitSet::first(count),
            trials,
            watch,
            entries: vec![base],
            resolved: BTreeMap::new(),
            refused: BTreeMap::new(),
            tests: Vec::new(),
            numbers: BTreeMap::new(),
            symptoms: Vec::new(),
            keys: BTreeMap::new(),
            names: BTreeMap::new(),
            full_runs: 0,
            probes: 0,
            resolves: 0,
            cap: limits.runs.saturating_sub(1).max(limits.runs.min(1)),
        }
    }

    /// The whole suite on `set`.
    pub(super) fn full(&mut self, set: &UnitSet) -> Result<Answer, Halt<T::Stop>> {
        if self.refused.contains_key(set) {
            return Ok(Answer::Refused);
        }
        if let Some(at) = self.entries.iter().position(|e| e.is_full() && (e.asked == *set || e.tried == *set)) {
            return Ok(Answer::Ran(at));
        }
        self.afford()?;
        let seen = self.trials.full(set).map_err(Halt::Stop)?;
        Ok(self.note(set, None, seen))
    }

    /// `tests` on `set`.
    pub(super) fn probe(&mut self, set: &UnitSet, tests: &TestSet) -> Result<Answer, Halt<T::Stop>> {
        if self.refused.contains_key(set) {
            return Ok(Answer::Refused);
        }
        let knows = |e: &Entry| {
            (e.asked == *set || e.tried == *set) && e.scope.as_ref().is_none_or(|scope| tests.is_subset(scope))
        };
        if let Some(at) = self.entries.iter().position(knows) {
            return Ok(Answer::Ran(at));
        }
        self.afford()?;
        let ids: Vec<_> = tests.iter().filter_map(|t| self.tests.get(t).cloned()).collect();
        let seen = self.trials.probe(set, &ids).map_err(Halt::Stop)?;
        Ok(self.note(set, Some(tests.clone()), seen))
    }

    /// What the resolver makes of `set`: the units really in place, or `None` when it refuses. No test runs.
    pub(super) fn resolve(&mut self, set: &UnitSet) -> Result<Option<UnitSet>, Halt<T::Stop>> {
        if self.refused.contains_key(set) {
            return Ok(None);
        }
        if let Some(entry) = self.entries.iter().find(|e| e.asked == *set) {
            return Ok(Some(entry.tried.clone()));
        }
        if let Some(tried) = self.resolved.get(set) {
            return Ok(Some(tried.clone()));
        }
        self.afford()?;
        match self.trials.probe(set, &[]).map_err(Halt::Stop)? {
            Observed::Ran { tried, .. } => {
                let tried = tried.both(&self.all);
                self.resolves += 1;
                self.resolved.insert(set.clone(), tried.clone());
                Ok(Some(tried))
            }
            refusal @ Observed::Unresolvable { .. } => {
                self.note(set, None, refusal);
                Ok(None)
            }
        }
    }

    fn afford(&self) -> Result<(), Halt<T::Stop>> {
        // Resolves are cheap beside test runs, yet must not go on for ever.
        let resolves = self.cap.saturating_mul(8).saturating_add(64);
        if self.full_runs + self.probes >= self.cap || self.resolves >= resolves { Err(Halt::Cap) } else { Ok(()) }
    }

    fn note(&mut self, set: &UnitSet, scope: Option<TestSet>, seen: Observed) -> Answer {
        match seen {
            Observed::Unresolvable { conflict } => {
                self.resolves += 1;
                (self.watch)(Step::Refused { set: set.clone(), conflict: conflict.clone() });
                self.refused.insert(set.clone(), conflict);
                Answer::Refused
            }
            Observed::Ran { failing, masked, tried } => {
                let tried = tried.both(&self.all);
                let mut shown = Shown::new();
                for one in &failing {
                    let (test, symptom) = self.number(one);
                    shown.entry(test).or_insert(symptom);
                }
                if masked && failing.is_empty() {
                    let run = Failing { test: TestId::new(""), symptom: String::new(), names: Vec::new() };
                    shown.extend([self.number(&run)]);
                }
                let bad: TestSet = shown.keys().copied().collect();
                let step = match &scope {
                    None => Step::Full { set: tried.clone(), failing: bad.len(), masked },
                    Some(tests) => Step::Probe { set: tried.clone(), tests: tests.len(), failing: bad.len(), masked },
                };
                (self.watch)(step);
                match scope {
                    None => self.full_runs += 1,
                    Some(_) => self.probes += 1,
                }
                self.entries.push(Entry { asked: set.clone(), tried, scope, failing: bad, shown, masked, void: false });
                Answer::Ran(self.entries.len() - 1)
            }
        }
    }

    /// The numbers of the test and of its symptom.
    fn number(&mut self, failing: &Failing) -> (usize, usize) {
        let test = *self.numbers.entry(failing.test.clone()).or_insert(self.tests.len());
        if test == self.tests.len() {
            self.tests.push(failing.test.clone());
        }
        let symptom = *self.keys.entry(failing.symptom.clone()).or_insert(self.symptoms.len());
        if symptom == self.symptoms.len() {
            self.symptoms.push(failing.symptom.clone());
        }
        let names = self.names.entry((test, symptom)).or_default();
        names.extend(failing.names.iter().copied());
        (test, symptom)
    }

    pub(super) fn entry(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)
    }

    pub(super) fn test(&self, number: usize) -> TestId {
        self.tests.get(number).cloned().unwrap_or_else(|| TestId::new(""))
    }

    pub(super) fn symptom(&self, symptom: usize) -> &str {
        self.symptoms.get(symptom).map_or("", String::as_str)
    }

    /// Whether two symptoms may be one: the same key, or one key in more detail than the other.
    pub(super) fn alike(&self, a: usize, b: usize) -> bool {
        let (a, b) = (self.symptom(a), self.symptom(b));
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        a == b || short.is_empty() || long.strip_prefix(short).is_some_and(|rest| rest.starts_with('|'))
    }

    /// Whether `test` fails in both and not in the same way.
    pub(super) fn fails_otherwise(&self, test: usize, one: &Shown, other: &Shown) -> bool {
        match (one.get(&test), other.get(&test)) {
            (Some(a), Some(b)) => a != b && !self.alike(*a, *b),
            _ => false,
        }
    }

    /// Units that the failures of `tests`, as `shown`, name.
    pub(super) fn named(&self, tests: &TestSet, shown: &Shown) -> UnitSet {
        let keys = tests.iter().filter_map(|test| Some((test, *shown.get(&test)?)));
        keys.filter_map(|key| self.names.get(&key)).fold(UnitSet::new(), |all, names| all.union(names))
    }

    /// At most `limit` of the failing tests, taken in turn from each symptom, spread over it.
    pub(super) fn representatives(&self, failing: &Shown, limit: usize) -> TestSet {
        let mut clusters: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (test, symptom) in failing {
            clusters.entry(self.symptom(*symptom)).or_default().push(*test);
        }
        let mut left = limit.max(clusters.len()).min(failing.len());
        let mut chosen = TestSet::new();
        let mut sizes: Vec<_> = clusters.values().collect();
        sizes.sort_by_key(|tests| tests.len());
        let mut open = sizes.len();
        for tests in sizes {
            // Small symptoms first: what they do not use goes to the large ones.
            let share = (left / open.max(1)).clamp(1, tests.len());
            chosen.extend((0..share).filter_map(|i| tests.get(i * tests.len() / share).copied()));
            left = left.saturating_sub(share);
            open -= 1;
        }
        chosen
    }
}
