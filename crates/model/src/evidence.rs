//! What a run of the project's tests showed, test by test.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A test's id as its runner prints it: `tests/test_api.py::TestApi::test_get[json]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TestId(pub String);

impl TestId {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id without its parameters: what stays when a plug-in renames them.
    pub fn function(&self) -> &str {
        self.0.split_once('[').map_or(self.0.as_str(), |(function, _)| function)
    }

    /// The file part of the id, up to the first `::`.
    pub fn file(&self) -> &str {
        self.0.split_once("::").map_or(self.0.as_str(), |(file, _)| file)
    }
}

impl fmt::Display for TestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How one test ended. An expected failure counts as skipped, an unexpected pass as passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestStatus {
    Passed,
    Failed,
    Error,
    Skipped,
}

/// Where a failure came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The runner died before or besides any test.
    Run,
    Collect,
    Setup,
    Call,
    Teardown,
}

/// One frame of a traceback, innermost last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Path as the runner saw it: relative to the work tree for project code, else `<package>/…` from site-packages.
    pub file: String,
    pub line: u32,
    pub function: String,
}

/// Why a test failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub stage: Stage,
    /// Class of the exception (`ImportError`), or a word for failures without one (`timeout`, `exit 4`).
    pub error: String,
    /// First line of the message.
    pub message: String,
    pub frames: Vec<Frame>,
    /// The runner's own text, cut to a few kilobytes.
    pub text: String,
}

/// One test of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRecord {
    pub status: TestStatus,
    pub duration_ms: u64,
    pub failure: Option<Failure>,
}

/// One process of the test command, whole or for chosen tests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SuiteRun {
    pub tests: BTreeMap<TestId, TestRecord>,
    /// Failures outside any test: a file that cannot be collected (its path as key), the runner itself (`""`).
    pub crashes: BTreeMap<String, Failure>,
    /// The command's exit status; `None` when it was killed.
    pub exit: Option<i32>,
    pub seconds: f64,
    /// Killed by the time or silence limit, with the limit's words.
    pub stopped: Option<String>,
    /// File that holds the runner's output.
    pub log: String,
}

impl SuiteRun {
    /// Number of tests with this status.
    pub fn count(&self, status: TestStatus) -> usize {
        self.tests.values().filter(|t| t.status == status).count()
    }

    pub fn passed(&self, id: &TestId) -> bool {
        self.tests.get(id).is_some_and(|t| t.status == TestStatus::Passed)
    }

    /// Tests that failed or errored.
    pub fn failing(&self) -> impl Iterator<Item = &TestId> {
        let bad = |t: &TestRecord| matches!(t.status, TestStatus::Failed | TestStatus::Error);
        self.tests.iter().filter(move |(_, t)| bad(t)).map(|(id, _)| id)
    }
}
