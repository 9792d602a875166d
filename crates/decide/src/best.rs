//! The highest version of one culprit that still passes.
//!
//! Lives here: which release to try next, and when to stop. Breaks come mostly with the first release of a
//! line (x.0, then x.y.0), so the last releases of the lines are tried before anything between them.
//! Lives elsewhere: trying a release (`engine`), which package is the culprit (`crate::culprit`).

use std::collections::BTreeMap;

use uplift_model::Version;

/// What became of one release in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probed {
    Passes,
    Fails,
    /// It cannot be installed, or the resolver refuses it: says nothing about its neighbours.
    Unresolvable,
}

/// What the search may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Releases that may be tried.
    pub probes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { probes: 12 }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Best {
    /// The highest version known to pass; the base when no other does.
    pub best: Version,
    /// The lowest version above `best` seen to fail.
    pub first_failing: Version,
    /// True when no release between the two is left to try: all of them are [`Probed::Unresolvable`], or there
    /// are none. False when the probes were used up first.
    pub settled: bool,
    /// Every release tried, in the order of the trials.
    pub answers: Vec<(Version, Probed)>,
}

/// Searches `releases` for the highest one that passes below a version known to fail.
///
/// `releases` may come in any order and reach beyond the two ends; what is not above `base` and below
/// `fails_at` is passed over. Where passing and failing alternate, the answer is one of the places where a
/// passing release is followed by a failing one.
///
/// # Errors
/// The stop of a probe, as it came.
pub fn best<S>(
    releases: &[Version],
    base: &Version,
    fails_at: &Version,
    limits: Limits,
    mut probe: impl FnMut(&Version) -> Result<Probed, S>,
) -> Result<Best, S> {
    let mut between: Vec<&Version> = releases.iter().filter(|v| base < *v && *v < fails_at).collect();
    between.sort();
    between.dedup();
    let mut search = Search { between, base, fails_at, answers: Vec::new() };
    let mut left = limits.probes;
    while let Some(version) = search.next().cloned() {
        if left == 0 {
            break;
        }
        left -= 1;
        let probed = probe(&version)?;
        search.answers.push((version, probed));
    }
    Ok(search.answer())
}

struct Search<'v> {
    /// Ascending, all strictly between base and the failing version.
    between: Vec<&'v Version>,
    base: &'v Version,
    fails_at: &'v Version,
    answers: Vec<(Version, Probed)>,
}

impl<'v> Search<'v> {
    fn highest_passing(&self) -> &Version {
        let passing = self.answers.iter().filter(|(_, probed)| *probed == Probed::Passes).map(|(version, _)| version);
        passing.max().unwrap_or(self.base)
    }

    fn first_failing(&self) -> &Version {
        let low = self.highest_passing();
        let failing = self.answers.iter().filter(|(_, probed)| *probed == Probed::Fails).map(|(version, _)| version);
        failing.filter(|version| *version > low).min().unwrap_or(self.fails_at)
    }

    /// Releases between the highest that passes and the lowest above it that fails, not tried yet.
    fn open(&self) -> Vec<&'v Version> {
        let (low, high) = (self.highest_passing(), self.first_failing());
        let tried = |v: &Version| self.answers.iter().any(|(known, _)| known == v);
        self.between.iter().copied().filter(|v| low < *v && *v < high && !tried(v)).collect()
    }

    fn next(&self) -> Option<&'v Version> {
        let open = self.open();
        // The two likeliest answers: the newest without a major step, then without a minor one.
        let near = [1, 2].into_iter().find_map(|numbers| {
            let line = open.iter().rev().find(|v| same_line(v, self.base, numbers)).copied();
            line.filter(|_| !self.tried_in_line(numbers))
        });
        near.or_else(|| self.pivot(&open))
    }

    fn tried_in_line(&self, numbers: usize) -> bool {
        // A refusal does not count: its neighbour below takes its place.
        self.answers.iter().any(|(v, probed)| *probed != Probed::Unresolvable && same_line(v, self.base, numbers))
    }

    /// The last release of the middle line, majors before minors before single releases.
    fn pivot(&self, open: &[&'v Version]) -> Option<&'v Version> {
        let top = self.first_failing();
        for numbers in [1, 2] {
            let mut lines: BTreeMap<(u64, Vec<u64>), &'v Version> = BTreeMap::new();
            for version in open {
                lines.insert((version.pep440().epoch(), version.line(numbers)), version);
            }
            // The line of the failing version is open at its upper end: its last release is no break to test.
            let ends: Vec<_> = lines.into_values().filter(|v| !same_line(v, top, numbers)).collect();
            // The upper middle: the highest line that passes is what is looked for.
            if let Some(version) = ends.get(ends.len() / 2) {
                return Some(version);
            }
        }
        open.get(open.len() / 2).copied()
    }

    fn answer(self) -> Best {
        let (best, first_failing) = (self.highest_passing().clone(), self.first_failing().clone());
        let settled = self.open().is_empty();
        Best { best, first_failing, settled, answers: self.answers }
    }
}

fn same_line(a: &Version, b: &Version, numbers: usize) -> bool {
    a.pep440().epoch() == b.pep440().epoch() && a.line(numbers) == b.line(numbers)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn version(text: &str) -> Version {
        Version::new(text).unwrap()
    }

    fn run(releases: &[Version], probes: u32, oracle: impl Fn(&Version) -> Probed) -> Best {
        let (base, top) = (releases.first().unwrap(), releases.last().unwrap());
        let answer: Result<_, Infallible> = best(releases, base, top, Limits { probes }, |v| Ok(oracle(v)));
        match answer {
            Ok(best) => best,
            Err(never) => match never {},
        }
    }

    fn texts(best: &Best) -> Vec<String> {
        best.answers.iter().map(|(version, _)| version.to_string()).collect()
    }

    fn releases(texts: &[&str]) -> Vec<Version> {
        texts.iter().map(|text| version(text)).collect()
    }

    #[test]
    fn a_break_at_the_next_major_costs_two_probes() {
        let all = releases(&["1.2.0", "1.2.1", "1.3.0", "1.4.0", "1.4.1", "2.0.0", "2.1.0"]);
        let limit = version("2.0.0");
        let best = run(&all, 12, |v| if *v < limit { Probed::Passes } else { Probed::Fails });
        assert_eq!((best.best.to_string(), best.first_failing.to_string()), ("1.4.1".into(), "2.0.0".into()));
        assert_eq!(texts(&best), ["1.4.1", "2.0.0"]);
        assert!(best.settled);
    }

    #[test]
    fn the_newest_patch_is_tried_when_the_newest_of_the_major_fails() {
        let all = releases(&["1.2.0", "1.2.9", "1.3.0", "1.3.5", "2.0.0"]);
        let limit = version("1.3.0");
        let best = run(&all, 12, |v| if *v < limit { Probed::Passes } else { Probed::Fails });
        assert_eq!(texts(&best), ["1.3.5", "1.2.9", "1.3.0"]);
        assert_eq!(best.best, version("1.2.9"));
    }

    #[test]
    fn a_release_that_cannot_be_installed_gives_way_to_its_neighbour() {
        let all = releases(&["1.0", "1.1", "1.2", "1.3", "2.0"]);
        let yanked = version("1.3");
        let best = run(&all, 12, |v| if *v == yanked { Probed::Unresolvable } else { Probed::Passes });
        assert_eq!(texts(&best), ["1.3", "1.2"]);
        assert_eq!((best.best, best.first_failing, best.settled), (version("1.2"), version("2.0"), true));
    }

    #[test]
    fn with_nothing_between_the_base_is_the_answer_and_nothing_is_tried() {
        let best = run(&releases(&["1.0", "2.0"]), 12, |_| Probed::Fails);
        assert_eq!((best.best, best.settled, best.answers.len()), (version("1.0"), true, 0));
    }

    #[test]
    fn a_stop_ends_the_search_at_once() {
        let all = releases(&["1.0", "1.1", "2.0"]);
        let answer = best(&all, &version("1.0"), &version("2.0"), Limits::default(), |_| Err("disk full"));
        assert_eq!(answer, Err("disk full"));
    }

    fn any_releases() -> impl Strategy<Value = Vec<Version>> {
        prop::collection::btree_set((0u64..5, 0u64..5, 0u64..4), 2..60)
            .prop_map(|set| set.into_iter().map(|(a, b, c)| version(&format!("{a}.{b}.{c}"))).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(12),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn when_passing_ends_once_the_exact_release_is_found(all in any_releases(), at in any::<prop::sample::Index>()) {
            let last_good = all[at.index(all.len() - 1)].clone();
            let found = run(&all, 60, |v| if *v <= last_good { Probed::Passes } else { Probed::Fails });
            prop_assert_eq!(&found.best, &last_good);
            prop_assert!(found.settled);
            prop_assert_eq!(all.iter().find(|v| **v > last_good), Some(&found.first_failing));
        }

        #[test]
        fn twelve_probes_are_enough_when_passing_ends_once(all in any_releases(), at in any::<prop::sample::Index>()) {
            let last_good = all[at.index(all.len() - 1)].clone();
            let found = run(&all, 12, |v| if *v <= last_good { Probed::Passes } else { Probed::Fails });
            prop_assert!(found.settled, "{:?}", found.answers);
        }

        #[test]
        fn whatever_the_oracle_the_answer_passes_and_the_next_release_that_installs_fails(
            all in any_releases(),
            bits in prop::collection::vec(0u8..3, 60),
            probes in 0u32..60,
        ) {
            let at = |v: &Version| all.iter().position(|known| known == v).unwrap();
            let oracle = |v: &Version| match bits[at(v)] {
                0 => Probed::Passes,
                1 => Probed::Fails,
                _ => Probed::Unresolvable,
            };
            let found = run(&all, probes, oracle);
            prop_assert!(found.answers.len() <= probes as usize);
            prop_assert!(found.best == all[0] || oracle(&found.best) == Probed::Passes);
            prop_assert!(found.first_failing == all[all.len() - 1] || oracle(&found.first_failing) == Probed::Fails);
            let mut tried: Vec<_> = found.answers.iter().map(|(v, _)| v.clone()).collect();
            tried.sort();
            tried.dedup();
            prop_assert_eq!(tried.len(), found.answers.len(), "asked twice");
            if probes == 59 {
                prop_assert!(found.settled);
            }
            if found.settled {
                let between = &all[at(&found.best) + 1..at(&found.first_failing)];
                prop_assert!(between.iter().all(|v| oracle(v) == Probed::Unresolvable));
            }
        }
    }
}
