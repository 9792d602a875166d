//! What became of a run: kept, held, counts. The JSON of `--format json` is made of these.

use serde::{Deserialize, Serialize};

use crate::{Distance, Failure, PackageName, Phase, Place, Plan, TestId, Version};

/// How a blame is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The same set passes without the package's move and fails with it.
    Witness,
    /// Added to everything that was kept, it fails again.
    Probe,
    /// The resolver refuses it beside what was kept.
    Resolver,
    /// The run budget ended first; nothing is claimed about which package is at fault.
    Unattributed,
    /// The settings or an earlier rollback hold it.
    Rule,
    /// Nothing was tried: somebody has to agree first.
    Approval,
}

/// A package that stays below its target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub name: PackageName,
    pub from: Version,
    /// The best version that passed and is kept now; equals `from` when none did.
    pub best: Version,
    pub target: Version,
    /// The lowest version seen to fail.
    pub first_failing: Option<Version>,
    pub reason: String,
    pub proof: Proof,
    pub failing_tests: Vec<TestId>,
    pub first_error: Option<Failure>,
    /// Other packages whose move takes part in the failure.
    pub together_with: Vec<PackageName>,
    /// Logs of the trials that prove it.
    pub logs: Vec<String>,
}

/// A package that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub name: PackageName,
    pub from: Version,
    pub to: Version,
    pub distance: Distance,
    pub direct: bool,
    pub phase: Phase,
    /// Packages that moved in the same commit.
    pub with: Vec<PackageName>,
    pub commit: String,
    pub places: Vec<Place>,
}

/// How the tests stood before anything changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub command: String,
    pub found_in: String,
    pub runs: u32,
    pub passed: usize,
    pub skipped: usize,
    pub known_failures: Vec<TestId>,
    pub flaky: Vec<TestId>,
    /// Tests whose failure says that they wanted the network.
    pub want_network: Vec<TestId>,
    pub seconds: f64,
    /// False: no test ran, and nothing below is verified by tests.
    pub usable: bool,
    /// Why it is not usable.
    pub problem: Option<String>,
}

/// Row N9's record of one layer of tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestResults {
    pub test_type: String,
    pub status: TestResultStatus,
    /// Seconds.
    pub execution_time: f64,
    pub coverage_percentage: Option<f64>,
    pub failures: Vec<TestId>,
    pub performance_metrics: std::collections::BTreeMap<String, f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestResultStatus {
    Passed,
    Failed,
    Skipped,
}

/// What the run cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub full_runs: u32,
    pub probes: u32,
    pub resolves: u32,
    pub environments: u32,
    pub seconds: f64,
    /// CPU seconds of Uplift itself, without the programs that it starts.
    #[serde(default)]
    pub own_cpu_seconds: f64,
    /// CPU seconds of everything that it started and waited for.
    #[serde(default)]
    pub child_cpu_seconds: f64,
    /// Largest resident memory of Uplift itself, in MiB.
    #[serde(default)]
    pub peak_mib: f64,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    Running,
    Interrupted,
    Done,
    Failed,
    Cancelled,
    RolledBack,
}

/// The whole run, as told to people and programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// Version of this form; readers refuse a higher major.
    pub schema: String,
    pub run: String,
    pub state: RunState,
    pub component: String,
    pub interpreter: String,
    /// Which rung of the sandbox held the tests, and what it does not confine.
    pub sandbox: String,
    pub base_commit: String,
    pub branch: Option<String>,
    pub tip: Option<String>,
    pub baseline: Baseline,
    pub plan: Plan,
    pub kept: Vec<Kept>,
    pub held: Vec<Held>,
    /// Transitive packages that the lock refresh moved.
    pub refreshed: Vec<crate::solution::Change>,
    pub test_results: Vec<TestResults>,
    /// Verified by tests, from a clean environment, on exactly the delivered tree.
    pub verified: bool,
    /// One sentence that says what was and was not verified.
    pub verification: String,
    pub counts: Counts,
    pub notes: Vec<String>,
    /// Folder with the log of every trial.
    pub logs: String,
}
