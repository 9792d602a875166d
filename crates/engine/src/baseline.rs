//! The baseline: how the tests stand before anything changes, and which command runs them.
//!
//! Lives here: trying the commands that were found until one runs tests, and running it several times.
//! Decision: `docs/decisions/0004-flakiness-first.md`. Lives elsewhere: finding commands (`verify::discover`).

use uplift_decide::baseline::Baseline;
use uplift_ecosystems::python::environment::Environment;
use uplift_model::{Event, TestStatus};
use uplift_sandbox::environment::find_on_path;
use uplift_verify::discover::{self, Files, Project, TestCommand};

use crate::error::EngineError;
use crate::lab::Lab;
use crate::subject::Tree;

/// How the project is tested, if it can be.
pub(crate) enum Standing {
    Tested {
        command: TestCommand,
        baseline: Box<Baseline>,
    },
    /// No test runs; the reason in words, and what was tried.
    Untested {
        reason: String,
    },
}

struct Committed<'a>(&'a Tree<'a>);

impl Files for Committed<'_> {
    fn read(&self, path: &str) -> Option<String> {
        if self.0.files.binary_search_by(|f| f.as_str().cmp(path)).is_err() {
            return None;
        }
        self.0.read(path).and_then(|b| String::from_utf8(b).ok())
    }

    fn paths(&self) -> &[String] {
        &self.0.files
    }
}

/// The commands that might run the tests, best first, and what was passed over.
pub(crate) fn commands(
    tree: &Tree<'_>,
    component: &str,
    settings: &uplift_model::Settings,
    has: &dyn Fn(&str) -> bool,
    bin: Option<&std::path::Path>,
) -> Result<discover::Discovered, EngineError> {
    let exists = |program: &str| bin.is_some_and(|b| b.join(program).exists()) || find_on_path(program).is_some();
    let project = Project {
        files: &Committed(tree),
        component,
        settings: &settings.test,
        has_package: has,
        program_exists: &exists,
    };
    discover::discover(&project)
        .map_err(|e| EngineError::repository(e.to_string(), uplift_model::Hint::hint(&e).unwrap_or_default()))
}

/// Runs the baseline with the first command that really runs tests.
pub(crate) fn establish(
    lab: &Lab<'_>,
    tree: &Tree<'_>,
    component: &str,
    environment: &Environment,
    has: &dyn Fn(&str) -> bool,
    tell: &dyn Fn(Event) -> Result<(), EngineError>,
) -> Result<Standing, EngineError> {
    let found = commands(tree, component, lab.settings, has, Some(&environment.bin()))?;
    let explicit = lab.settings.test.command.is_some();
    let mut tried: Vec<String> = Vec::new();
    let of = lab.settings.test.baseline_runs.clamp(1, 10);
    for command in found.commands.iter().take(6) {
        tell(Event::Doing { what: format!("baseline: {} (from {})", command.shown(), command.found_in) })?;
        let first = lab.suite(command, environment, None, 0)?;
        let (passed, failed) = (first.count(TestStatus::Passed), first.failing().count());
        if let Some(why) = &first.stopped {
            tried.push(format!("`{}` ({}) was stopped: {why}", command.shown(), command.found_in));
            continue;
        }
        if passed == 0 {
            let why = first
                .crashes
                .values()
                .next()
                .map_or_else(|| format!("{failed} failed, none passed"), |f| format!("{}: {}", f.error, f.message));
            tried.push(format!("`{}` ({}) ran no test that passes: {why}", command.shown(), command.found_in));
            continue;
        }
        lab.usual.set(Some(first.seconds));
        tell(Event::BaselineRun { number: 1, of, seconds: first.seconds, passed, failed })?;
        let mut runs = vec![first];
        for number in 1..of {
            let run = lab.suite(command, environment, None, number)?;
            tell(Event::BaselineRun {
                number: number + 1,
                of,
                seconds: run.seconds,
                passed: run.count(TestStatus::Passed),
                failed: run.failing().count(),
            })?;
            runs.push(run);
        }
        let baseline = Baseline::of(&runs);
        if let Some(problem) = baseline.problem() {
            tried.push(format!("`{}` ({}): {problem}", command.shown(), command.found_in));
            continue;
        }
        let (known, flaky) = (baseline.known_failures().len(), baseline.flaky().len());
        tell(Event::BaselineDone {
            command: command.shown(),
            passed: baseline.passed(),
            known,
            flaky,
            seconds: baseline.seconds,
        })?;
        return Ok(Standing::Tested { command: command.clone(), baseline: Box::new(baseline) });
    }
    if explicit && !tried.is_empty() {
        return Err(EngineError::repository(
            format!("the baseline could not be established: {}", tried.join("; ")),
            "nothing was changed. Mend the test command, or use --no-tests for import checks only",
        ));
    }
    let mut reason = if tried.is_empty() { "no test command was found".to_owned() } else { tried.join("; ") };
    if !found.notes.is_empty() && tried.is_empty() {
        reason = format!("{reason} ({})", found.notes.join("; "));
    }
    Ok(Standing::Untested { reason })
}
