//! The checks, one file each, and the list of them.
//!
//! A check looks at the [`Survey`] and answers with a state, a reason, lines that show it and what to do; or it says why
//! it does not apply here. A new one is a file, a line in [`CHECKS`], and case folders in `cases/<name>/`.

mod alert_rules;
mod base_image;
mod caching;
mod ci_scripts;
mod committed_secrets;
mod connection_pooling;
mod container_context;
mod container_scan;
mod coverage_gate;
mod dashboards;
mod dependency_scan;
mod deprecation_warnings;
mod e2e_tests;
mod feature;
mod integration_tests;
mod lint_gate;
mod load_tests;
mod lock;
mod metrics;
mod non_root;
mod peer_conflicts;
mod pinning;
mod pytest_settings;
mod rate_limiting;
mod reach;
mod scanners;
mod secret_manager;
mod task_queue;
mod test_configuration;
mod test_layers;
mod tests_gate;
mod tools;
mod tracing;
mod unit_tests;

pub(crate) use ci_scripts::absent;
pub(crate) use container_context::context_of;
pub(crate) use dependency_scan::uncovered;
pub(crate) use pinning::{Open, open, pinned_line};
pub(crate) use pytest_settings::dead_sections;
pub(crate) use reach::has_project;
pub(crate) use scanners::{Scan, container, dependency};
pub(crate) use tools::{is_lint, is_test, tool};

use uplift_model::hygiene::{Area, Evidence, Presence};

use crate::survey::Survey;

/// One check.
pub(crate) struct Check {
    /// Stable: `dependency-scan`.
    pub(crate) name: &'static str,
    pub(crate) area: Area,
    pub(crate) title: &'static str,
    pub(crate) look: fn(&Survey<'_>) -> Answer,
}

pub(crate) enum Answer {
    Found(Found),
    /// Why it does not apply.
    LeftOut(String),
}

pub(crate) struct Found {
    pub(crate) state: Presence,
    /// One sentence.
    pub(crate) because: String,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) advice: Option<String>,
}

impl Answer {
    pub(crate) fn left_out(reason: impl Into<String>) -> Self {
        Self::LeftOut(reason.into())
    }
}

/// A finding with something to do about it.
fn found(state: Presence, because: impl Into<String>, evidence: Vec<Evidence>, advice: impl Into<String>) -> Answer {
    Answer::Found(Found { state, because: because.into(), evidence, advice: Some(advice.into()) })
}

fn present(because: impl Into<String>, evidence: Vec<Evidence>) -> Answer {
    Answer::Found(Found { state: Presence::Present, because: because.into(), evidence, advice: None })
}

const fn check(name: &'static str, area: Area, title: &'static str, look: fn(&Survey<'_>) -> Answer) -> Check {
    Check { name, area, title, look }
}

/// Every check.
pub(crate) const CHECKS: &[Check] = &[
    check(
        "dependency-scan",
        Area::Dependencies,
        "Dependencies are scanned for known vulnerabilities",
        dependency_scan::look,
    ),
    check("lock", Area::Dependencies, "A lock says what is installed, and agrees with its manifest", lock::look),
    check(
        "peer-conflicts",
        Area::Dependencies,
        "Conflicts of peer dependencies stop the installation",
        peer_conflicts::look,
    ),
    check("pinning", Area::Dependencies, "Every dependency has one exact version", pinning::look),
    check("committed-secrets", Area::Security, "No secrets are committed", committed_secrets::look),
    check("container-scan", Area::Security, "Container images are scanned before they are used", container_scan::look),
    check("rate-limiting", Area::Security, "Services limit how often they can be called", rate_limiting::look),
    check("secret-manager", Area::Security, "Services read their secrets from a secret manager", secret_manager::look),
    check("ci-scripts", Area::Testing, "CI calls only scripts that exist", ci_scripts::look),
    check("coverage-gate", Area::Testing, "Coverage below a threshold fails the build", coverage_gate::look),
    check(
        "deprecation-warnings",
        Area::Testing,
        "Deprecation warnings are shown by the tests",
        deprecation_warnings::look,
    ),
    check("e2e-tests", Area::Testing, "End-to-end tests exist and run", e2e_tests::look),
    check("integration-tests", Area::Testing, "Integration tests exist and run", integration_tests::look),
    check("lint-gate", Area::Testing, "Linters and type checkers can fail the build", lint_gate::look),
    check("load-tests", Area::Testing, "Load tests exist", load_tests::look),
    check("test-configuration", Area::Testing, "The configuration of the tests is read", test_configuration::look),
    check("tests-gate", Area::Testing, "Failing tests fail the build", tests_gate::look),
    check("unit-tests", Area::Testing, "Every component has tests", unit_tests::look),
    check("base-image", Area::Infrastructure, "Base images are fixed by digest", base_image::look),
    check("caching", Area::Infrastructure, "Services cache what is dear to compute or fetch", caching::look),
    check(
        "connection-pooling",
        Area::Infrastructure,
        "Connections to databases are pooled with settings of one's own",
        connection_pooling::look,
    ),
    check(
        "container-context",
        Area::Infrastructure,
        "Dockerfiles copy files that the build context holds",
        container_context::look,
    ),
    check("non-root", Area::Infrastructure, "Containers do not run as root", non_root::look),
    check("task-queue", Area::Infrastructure, "Work outside of requests goes through a queue", task_queue::look),
    check("alert-rules", Area::Observability, "Alert rules are kept in the repository", alert_rules::look),
    check("dashboards", Area::Observability, "Dashboards are kept in the repository", dashboards::look),
    check("metrics", Area::Observability, "Services expose metrics", metrics::look),
    check("tracing", Area::Observability, "Requests are traced across services", tracing::look),
];
