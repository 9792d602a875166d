//! Projects whose tests cannot run: import checks stand in, and nothing is ever called verified by tests.
//!
//! Lives here: a test command that imports the project's modules, so that the same search can work on them.

use uplift_decide::baseline::Baseline;
use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::environment::Environment;
use uplift_model::TestStatus;
use uplift_sandbox::git::Oid;
use uplift_verify::discover::{Runner, TestCommand};

use crate::error::EngineError;
use crate::finale::{self, Verified};
use crate::lab::Lab;
use crate::solver::Solver;

/// Argument that marks the stand-in; never started as a process.
const MARK: &str = "uplift:imports";

/// True when the command stands for import checks.
pub(crate) fn is_stand_in(command: &TestCommand) -> bool {
    command.argv.first().is_some_and(|a| a == MARK)
}

/// The modules that a stand-in imports.
pub(crate) fn modules(command: &TestCommand) -> Vec<String> {
    command.argv.iter().skip(1).cloned().collect()
}

/// The stand-in and how the imports go now.
pub(crate) fn baseline(
    lab: &Lab<'_>,
    environment: &Environment,
    modules: &[String],
    root: &str,
    reason: String,
) -> Result<(TestCommand, Baseline), EngineError> {
    let mut argv = vec![MARK.to_owned()];
    argv.extend(modules.iter().cloned());
    let command = TestCommand {
        argv,
        env: std::collections::BTreeMap::new(),
        directory: root.to_owned(),
        runner: Runner::Other,
        found_in: reason,
        notes: Vec::new(),
    };
    let run = lab.suite(&command, environment, None, 0)?;
    Ok((command, Baseline::of(&[run])))
}

/// The last look without tests: what is delivered installs, and imports as before.
pub(crate) fn verify(
    lab: &Lab<'_>,
    solver: &Solver<'_>,
    tip: &Oid,
    component: &Component,
    baseline: &Baseline,
) -> Result<Verified, EngineError> {
    let tree = crate::subject::Tree::of(lab.git, tip.as_str())?;
    let delivered = tree
        .components()
        .into_iter()
        .find(|c| c.root == component.root)
        .ok_or_else(|| EngineError::Bug("the delivered tree has lost its component".to_owned()))?;
    let solution = finale::delivered_solution(solver, &delivered)?;
    *lab.tree.borrow_mut() = tip.to_string();
    let environment = lab.environment(&solution)?.map_err(EngineError::Bug)?;
    let modules = crate::usage::own_modules(&tree.files, &component.root);
    let run = lab.imports(&environment, &modules, &component.root)?;
    let newly_failing = uplift_decide::verdict::compare(baseline, &run).newly_failing;
    let results = finale::results("import", &run, &newly_failing);
    Ok(Verified {
        passed: run.count(TestStatus::Passed),
        apart: None,
        seconds: run.seconds,
        newly_failing,
        results,
        notes: Vec::new(),
    })
}
