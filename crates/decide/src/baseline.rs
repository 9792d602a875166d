//! How each test stood before anything changed: it passes, fails, flickers, or is skipped.
//!
//! Lives here: reading several runs of the untouched state as one. Lives elsewhere: holding a later
//! run against it (`verdict`), what makes two failures the same (`symptoms::signature`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::{Failure, SuiteRun, TestId, TestStatus, outcome};

use crate::symptoms::signature;

/// How one test stood over all baseline runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// Passed in every run.
    Pass,
    /// Failed in every run; the first failure and the signatures of all.
    Fail { failure: Failure, signatures: BTreeSet<String> },
    /// Passed in some runs; the share of the others, above 0 and below 1.
    Flaky { rate: f64 },
    /// Skipped, or an expected failure, in every run that had it.
    Skipped,
}

/// The untouched state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Baseline {
    pub tests: BTreeMap<TestId, Standing>,
    /// Longest duration seen, in milliseconds.
    pub durations: BTreeMap<TestId, u64>,
    /// Failures outside tests that every run showed, by file.
    pub crashes: BTreeMap<String, Failure>,
    /// Known failures whose text says that they wanted the network.
    pub want_network: Vec<TestId>,
    pub runs: usize,
    /// Duration of the longest run.
    pub seconds: f64,
}

impl Baseline {
    /// Reads runs of one and the same state.
    pub fn of(runs: &[SuiteRun]) -> Self {
        let mut baseline = Self { runs: runs.len(), ..Self::default() };
        baseline.seconds = runs.iter().map(|run| run.seconds).fold(0.0, f64::max);
        let ids: BTreeSet<&TestId> = runs.iter().flat_map(|run| run.tests.keys()).collect();
        for id in ids {
            let records: Vec<_> = runs.iter().filter_map(|run| run.tests.get(id)).collect();
            let count = |wanted: &[TestStatus]| records.iter().filter(|record| wanted.contains(&record.status)).count();
            let passed = count(&[TestStatus::Passed]);
            let failed = count(&[TestStatus::Failed, TestStatus::Error]);
            let failures =
                || records.iter().filter_map(|record| record.failure.as_ref().filter(|_| bad(record.status)));
            let standing = if passed == runs.len() {
                Standing::Pass
            } else if passed > 0 {
                #[allow(clippy::cast_precision_loss)] // a handful of runs
                let rate = (runs.len() - passed) as f64 / runs.len() as f64;
                Standing::Flaky { rate }
            } else if failed > 0 {
                let failure = failures().next().cloned().unwrap_or_else(unknown);
                Standing::Fail { failure, signatures: failures().map(|failure| signature(id, failure)).collect() }
            } else {
                Standing::Skipped
            };
            if failures().any(wants_network) {
                baseline.want_network.push(id.clone());
            }
            let longest = records.iter().map(|record| record.duration_ms).max().unwrap_or(0);
            baseline.durations.insert(id.clone(), longest);
            baseline.tests.insert(id.clone(), standing);
        }
        if let Some((first, rest)) = runs.split_first() {
            let always =
                first.crashes.iter().filter(|(file, _)| rest.iter().all(|run| run.crashes.contains_key(*file)));
            baseline.crashes = always.map(|(file, failure)| (file.clone(), failure.clone())).collect();
        }
        baseline
    }

    /// Tests that passed in every run.
    pub fn passed(&self) -> usize {
        self.tests.values().filter(|standing| matches!(standing, Standing::Pass)).count()
    }

    pub fn skipped(&self) -> usize {
        self.tests.values().filter(|standing| matches!(standing, Standing::Skipped)).count()
    }

    /// Tests that failed in every run.
    pub fn known_failures(&self) -> Vec<TestId> {
        self.which(|standing| matches!(standing, Standing::Fail { .. }))
    }

    pub fn flaky(&self) -> Vec<TestId> {
        self.which(|standing| matches!(standing, Standing::Flaky { .. }))
    }

    fn which(&self, wanted: impl Fn(&Standing) -> bool) -> Vec<TestId> {
        self.tests.iter().filter(|(_, standing)| wanted(standing)).map(|(id, _)| id.clone()).collect()
    }

    /// Why nothing could be verified with it: no test passes. `None`: it is usable.
    pub fn problem(&self) -> Option<String> {
        if self.passed() > 0 {
            return None;
        }
        let told = |failure: &Failure| format!("{}: {}", failure.error, failure.message);
        let crash = self.crashes.get("").or_else(|| self.crashes.values().next());
        let failure = self.tests.values().find_map(|standing| match standing {
            Standing::Fail { failure, .. } => Some(failure),
            _ => None,
        });
        Some(match crash.or(failure) {
            Some(failure) => format!("no test passes on the untouched state: {}", told(failure)),
            None => "no test ran on the untouched state".to_owned(),
        })
    }

    /// The summary that reports carry.
    pub fn summary(&self, command: &str, found_in: &str) -> outcome::Baseline {
        let problem = self.problem();
        outcome::Baseline {
            command: command.to_owned(),
            found_in: found_in.to_owned(),
            runs: u32::try_from(self.runs).unwrap_or(u32::MAX),
            passed: self.passed(),
            skipped: self.skipped(),
            known_failures: self.known_failures(),
            flaky: self.flaky(),
            want_network: self.want_network.clone(),
            seconds: self.seconds,
            usable: problem.is_none(),
            problem,
        }
    }
}

fn bad(status: TestStatus) -> bool {
    matches!(status, TestStatus::Failed | TestStatus::Error)
}

fn unknown() -> Failure {
    Failure {
        stage: uplift_model::Stage::Call,
        error: "failed".into(),
        message: String::new(),
        frames: Vec::new(),
        text: String::new(),
    }
}

/// What resolvers, sockets and common HTTP clients say when there is no way out.
const NO_NETWORK: &[&str] = &[
    "name or service not known",
    "temporary failure in name resolution",
    "nodename nor servname",
    "name resolution",
    "failed to resolve",
    "could not resolve",
    "getaddrinfo failed",
    "gaierror",
    "network is unreachable",
    "no route to host",
    "connection refused",
    "connectionrefusederror",
    "failed to establish a new connection",
    "cannot connect to host",
    "socketblockederror",
    "socketconnectblockederror",
    "a test tried to use socket",
    "proxyerror",
];

/// Whether the failure's own words say that the network was missing.
pub fn wants_network(failure: &Failure) -> bool {
    let says = |text: &str| {
        let text = text.to_lowercase();
        NO_NETWORK.iter().any(|words| text.contains(words))
    };
    says(&failure.error) || says(&failure.message) || says(&failure.text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::verdict::samples::{failure, run};

    #[test]
    fn a_test_stands_as_all_its_runs_say() {
        let runs = [
            run(&[("t::pass", "P"), ("t::fail", "F:E:m 1"), ("t::flaky", "P"), ("t::skip", "S"), ("t::late", "P")]),
            run(&[("t::pass", "P"), ("t::fail", "F:E:m 2"), ("t::flaky", "F:E:x"), ("t::skip", "S")]),
            run(&[("t::pass", "P"), ("t::fail", "F:Z:m"), ("t::flaky", "P"), ("t::skip", "S"), ("t::late", "P")]),
        ];
        let baseline = Baseline::of(&runs);
        let standing = |id: &str| baseline.tests[&TestId::new(id)].clone();
        assert_eq!(standing("t::pass"), Standing::Pass);
        assert!(matches!(standing("t::fail"), Standing::Fail { signatures, .. } if signatures.len() == 2));
        assert!(matches!(standing("t::flaky"), Standing::Flaky { rate } if (rate - 1.0 / 3.0).abs() < 1e-9));
        assert!(matches!(standing("t::late"), Standing::Flaky { .. }));
        assert_eq!(standing("t::skip"), Standing::Skipped);
        assert_eq!((baseline.passed(), baseline.skipped(), baseline.flaky().len()), (1, 1, 2));
        assert!(baseline.summary("pytest", "tox.ini:1").usable);
    }

    #[test]
    fn tests_that_want_the_network_are_named() {
        let lost = "F:ConnectionError:Failed to resolve 'example.invalid'";
        let baseline = Baseline::of(&[run(&[("t::a", lost), ("t::b", "F:E:m"), ("t::c", "P")])]);
        assert_eq!(baseline.want_network, [TestId::new("t::a")]);
        assert!(wants_network(&failure("gaierror", "[Errno -2]")));
    }

    #[test]
    fn without_a_passing_test_the_reason_is_told() {
        assert!(Baseline::of(&[]).problem().is_some());
        let mut broken = run(&[]);
        broken.crashes.insert(String::new(), failure("ImportError", "no x"));
        let problem = Baseline::of(&[broken.clone(), broken]).problem().unwrap();
        assert!(problem.ends_with("ImportError: no x"), "{problem}");
    }
}
