//! What happens during a run, as it happens. Progress, logs and views are all made of these.

use serde::{Deserialize, Serialize};

use crate::{PackageName, Phase, Version};

/// One event. Past tense where something ended, present where something starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    Started {
        run: String,
        component: String,
    },
    /// A stage that people wait for starts: "resolving", "building the environment".
    Doing {
        what: String,
    },
    Noted {
        text: String,
    },
    BaselineRun {
        number: u32,
        of: u32,
        seconds: f64,
        passed: usize,
        failed: usize,
    },
    BaselineDone {
        command: String,
        passed: usize,
        known: usize,
        flaky: usize,
        seconds: f64,
    },
    PhaseStarted {
        phase: Phase,
        moves: usize,
    },
    FullRun {
        packages: usize,
        seconds: f64,
        newly_failing: usize,
    },
    Symptoms {
        symptoms: Vec<String>,
    },
    Probe {
        packages: usize,
        tests: usize,
        seconds: f64,
        failing: usize,
    },
    Blamed {
        name: PackageName,
        proof: crate::outcome::Proof,
        why: String,
    },
    Searching {
        name: PackageName,
        between: (Version, Version),
    },
    Best {
        name: PackageName,
        version: Version,
    },
    PhaseDone {
        phase: Phase,
        kept: usize,
        held: usize,
    },
    Committed {
        commit: String,
        subject: String,
    },
    Verified {
        passed: usize,
        seconds: f64,
    },
    Finished {
        branch: Option<String>,
    },
}
