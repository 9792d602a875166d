//! Settings: the schema of `uplift.toml` and of `[tool.uplift]` in `pyproject.toml`.
//!
//! Every key has a default; an unknown key is an error, so that a typing slip is never silently ignored.
//! `docs/settings.md` documents each key. Reading the file and layering the flags: `cli`.

mod policy;

pub use policy::{Banned, NamedPolicy, Policy, PolicyException, UnknownLicence};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::PackageName;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    pub project: Project,
    pub test: Test,
    pub services: Vec<Service>,
    pub upgrade: Upgrade,
    pub limits: Limits,
    pub check: Check,
    pub advisories: Advisories,
    pub plan: Planning,
    /// What only people know, for `uplift report`.
    pub report: crate::dossier::Given,
    pub environment: Environment,
    pub policy: Policy,
    /// Policies from outside the repository (`--policy`), never a key of its file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<NamedPolicy>,
    /// The file that these settings are from, as it is shown; empty: nobody wrote any.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
}

impl Settings {
    /// Every policy in force, those from outside first. Each is held by itself, so that none can loosen another.
    pub fn policies_in_force(&self) -> Vec<NamedPolicy> {
        let file = if self.file.is_empty() { "settings".to_owned() } else { self.file.clone() };
        let own = NamedPolicy { file, rules: self.policy.clone() };
        self.policies.iter().cloned().chain([own]).filter(|policy| !policy.rules.is_empty()).collect()
    }
}

/// Where the project runs in production (row D16): an input of `uplift validate`, which holds the set against it where that
/// can be done and says so where it cannot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Environment {
    /// `3.11`
    pub python: Option<String>,
    pub memory_mib: Option<u64>,
    /// Room for what is installed.
    pub disk_mib: Option<u64>,
    /// Processors, such as 0.5.
    pub cpu: Option<f64>,
    /// The port that it listens on.
    pub port: Option<u16>,
    /// Seconds within which a request must be answered.
    pub timeout: Option<u64>,
    /// In words, such as `none`, `CUDA 12.1`, `NVIDIA T4`.
    pub accelerator: Option<String>,
}

/// What the project is and how its environment is made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Project {
    /// Folder of the component to upgrade, from the repository's root. Default: found.
    pub component: Option<String>,
    /// Interpreter: a version (`3.11`) or a path. Default: what the project asks for, else inferred from its lock.
    pub python: Option<String>,
    /// Requirements files that make up the environment, from the repository's root. Default: found.
    pub requirements: Vec<String>,
    /// Constraints files to apply. Default: found.
    pub constraints: Vec<String>,
}

/// How the project is tested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Test {
    /// The test command, as in a shell. Default: found.
    pub command: Option<String>,
    /// Folder to run it in, from the repository's root. Default: the root.
    pub directory: Option<String>,
    /// Variables that the tests see in addition to the cleared environment.
    pub env: BTreeMap<String, String>,
    /// Seconds a whole run may take. Default: three times the first baseline run, at least 60; that run itself: 1800.
    pub time_limit: Option<u64>,
    /// Seconds without any output after which a run is taken to hang.
    pub silence_limit: u64,
    /// Runs on the untouched state, 1 to 10.
    pub baseline_runs: u32,
    /// Let the tests reach the network. Default: they see loopback only.
    pub network: bool,
}

impl Default for Test {
    fn default() -> Self {
        Self {
            command: None,
            directory: None,
            env: BTreeMap::new(),
            time_limit: None,
            silence_limit: 600,
            baseline_runs: 3,
            network: false,
        }
    }
}

/// A program that runs beside the tests, inside the same sandbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Service {
    pub name: String,
    pub command: String,
    /// Command that exits 0 once the service answers; tried every 0.2 s.
    #[serde(default)]
    pub ready: Option<String>,
    /// Seconds to wait for `ready`.
    #[serde(default = "thirty")]
    pub wait: u64,
}

fn thirty() -> u64 {
    30
}

/// What may move, and how far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Upgrade {
    pub strategy: Strategy,
    /// Packages that never move.
    pub ignore: Vec<PackageName>,
    /// Package to specifier that its version must satisfy: `{ django = "<5" }`.
    #[serde(deserialize_with = "crate::by_name::once_each")]
    pub hold: BTreeMap<PackageName, String>,
    /// Package to the exact version it must have.
    #[serde(deserialize_with = "crate::by_name::once_each")]
    pub pin: BTreeMap<PackageName, String>,
    /// Package to the exact version that it shall go to. One that is not reached is told, never replaced by a newer one.
    #[serde(deserialize_with = "crate::by_name::once_each")]
    pub target: BTreeMap<PackageName, String>,
    /// Days that a release must be old. 0: none.
    pub minimum_release_age: u32,
    /// Refresh the rest of the lock as a last move.
    pub refresh: bool,
    /// Branch name; `{date}` and `{run}` are filled in.
    pub branch: String,
    /// Exit with 1 when one of these is held below its newest version; `["*"]`: any.
    pub fail_on_held: Vec<String>,
    /// Test runs that one phase may spend on finding culprits and best versions.
    pub run_budget: u32,
}

impl Default for Upgrade {
    fn default() -> Self {
        Self {
            strategy: Strategy::Latest,
            ignore: Vec::new(),
            hold: BTreeMap::new(),
            pin: BTreeMap::new(),
            target: BTreeMap::new(),
            minimum_release_age: 0,
            refresh: true,
            branch: "uplift/{date}-{run}".to_owned(),
            fail_on_held: Vec::new(),
            run_budget: 150,
        }
    }
}

/// How far targets reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// The newest release; upper bounds that the project wrote are raised when the tests allow it.
    #[default]
    Latest,
    /// The newest release within the bounds that the project wrote; exact pins move.
    Compatible,
    /// The newest release of the same minor line.
    Patch,
    /// Only what has an advisory moves, to the lowest release without one.
    Security,
    /// Only what is wrong moves, as little as mends it; the rest to the newest of its minor line.
    Minimal,
}

/// In which order, with whom, and how long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Planning {
    pub urgency: Urgency,
    pub team: Team,
    /// Success metrics that the targets are held against: `no critical advisories`.
    pub metrics: Vec<String>,
    /// Packages that move together or not at all, by the group's name.
    pub groups: BTreeMap<String, Vec<PackageName>>,
    /// Who must agree, by package or class; the first that matches counts.
    pub reviewers: Vec<Reviewer>,
    /// The order in which packages move, whatever their risk.
    pub stages: Vec<Stage>,
    pub approvals: Approvals,
}

/// What happens to an urgent update that is risky.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// It waits for its phase; that it waits is shown.
    #[default]
    InOrder,
    /// It goes into the first phase, with everything that it needs.
    First,
}

/// What agreements that a plan asks for do to its execution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approvals {
    /// They are named on the screen and in reports, and nothing waits for them.
    #[default]
    List,
    /// A step without its agreements, and what needs it, is left out of a run.
    Ask,
}

/// Who works on the upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Team {
    pub people: u32,
    /// Hours that one person has for it in a week, 1 to 168.
    pub hours_a_week: u32,
}

impl Default for Team {
    fn default() -> Self {
        Self { people: 1, hours_a_week: 40 }
    }
}

/// A rule on who owns a risk and who must agree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reviewer {
    /// Names, or patterns with `*` at one end. Empty: any package.
    pub packages: Vec<String>,
    /// As in `docs/reference/risk.md`: `payment library`.
    pub class: Option<String>,
    /// An empty list: nobody has to agree.
    pub reviewers: Option<Vec<String>>,
    pub owner: Option<String>,
    /// Test layers beyond the usual.
    pub tests: Vec<String>,
}

/// Packages that move before those of the next stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stage {
    pub name: String,
    pub packages: Vec<PackageName>,
}

/// What foreign code may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Seconds that one resolve may take.
    pub resolve_seconds: u64,
    /// Seconds that one build of a source distribution may take.
    pub build_seconds: u64,
    /// Largest file that foreign code may write, in MiB.
    pub file_mib: u64,
    /// Open files of foreign code.
    pub open_files: u64,
    /// Connections at once to one index.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { resolve_seconds: 60, build_seconds: 600, file_mib: 2048, open_files: 4096, connections: 8 }
    }
}

/// What makes `uplift check` fail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// Conditions, as `--fail-on` has them.
    pub fail_on: Vec<String>,
}

/// Where known vulnerabilities are learnt from, and which of them do not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Advisories {
    /// Export archives, folders or files of OSV records, from the repository's root. Default: what
    /// `uplift advisories update` fetched, else OSV's API.
    pub paths: Vec<String>,
    /// Base address of an OSV API. Default: the public one.
    pub api: Option<String>,
    /// Base address of OSV's exports. Default: the public one.
    pub export: Option<String>,
    /// File of exploitation probabilities (EPSS, CSV).
    pub epss: Option<String>,
    /// File of known exploited vulnerabilities (KEV, JSON).
    pub kev: Option<String>,
    /// VEX documents (OpenVEX, CycloneDX) whose statements set findings aside.
    pub vex: Vec<String>,
    pub ignore: Vec<Ignore>,
}

/// A vulnerability that does not count here, why, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ignore {
    /// Any of its names: CVE, GHSA, PYSEC.
    pub id: String,
    /// Only for this package.
    #[serde(default)]
    pub package: Option<String>,
    /// Only in this component.
    #[serde(default)]
    pub component: Option<String>,
    pub reason: String,
    #[serde(default)]
    pub owner: Option<String>,
    /// `YYYY-MM-DD`, the last day it holds; from then on the check fails.
    #[serde(default)]
    pub until: Option<String>,
}
