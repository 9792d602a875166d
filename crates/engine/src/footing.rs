//! The footing: how the project stands before anything moves. What is installed, how it is tested, what passes.
//!
//! Lives here: the environment as it is, the test tools it lacks, the test command and its baseline, or what stands in.
//! Lives elsewhere: trying test commands (`crate::baseline`), import checks (`crate::untested`).

use uplift_decide::baseline::Baseline;
use uplift_model::{Event, PackageName, Solution};
use uplift_verify::discover::{Runner, TestCommand};

use crate::baseline::{self, Standing};
use crate::error::EngineError;
use crate::lab::Lab;
use crate::solver::Solver;
use crate::subject;
use crate::usage;
use crate::workshop::Workshop;

/// Where everything stands.
pub(crate) struct Footing {
    /// Import names of what is installed.
    pub(crate) modules: Vec<(PackageName, Vec<String>)>,
    pub(crate) command: TestCommand,
    pub(crate) baseline: Baseline,
}

impl Footing {
    /// Installs what the repository describes (`base`) and runs its tests; `notes` hears what a reader should know of it.
    ///
    /// # Errors
    /// [`EngineError::Repository`] when what is described cannot be installed, or the named test command does not work.
    pub(crate) fn lay(
        shop: &Workshop<'_>,
        solver: &Solver<'_>,
        lab: &Lab<'_>,
        tests: bool,
        base: &Solution,
        notes: &mut Vec<String>,
        tell: &dyn Fn(Event) -> Result<(), EngineError>,
    ) -> Result<Self, EngineError> {
        let root = &shop.component.root;
        lab.prepare_layer(&subject::pretended_version(None))?;
        notes.extend(lab.layer.borrow().notes());
        let beside = if tests { beside(shop, solver, lab, base)? } else { None };
        tell(Event::Doing { what: format!("building the environment of {} packages", base.packages.len()) })?;
        let environment = lab.environment(base)?.map_err(|why| {
            EngineError::repository(
                format!(
                    "the environment as it is now cannot be installed for Python {}: {why}",
                    shop.python.interpreter.version
                ),
                "choose another interpreter with --python VERSION, or mend the lock",
            )
        })?;
        let has = |name: &str| {
            PackageName::new(name).is_ok_and(|n| base.version(&n).is_some() || lab.tools.borrow().version(&n).is_some())
        };
        let standing = if tests {
            baseline::establish(lab, &shop.tree, root, &environment, &has, tell)?
        } else {
            Standing::Untested { reason: "switched off by --no-tests".to_owned() }
        };
        // Who runs unittest or Django's own runner needs no pytest and asks for none.
        let tested = matches!(standing, Standing::Tested { .. });
        let without_pytest = |c: &TestCommand| matches!(c.runner, Runner::Unittest | Runner::Django);
        let (command, baseline) = match standing {
            Standing::Tested { command, baseline } => (command, *baseline),
            Standing::Untested { reason } => {
                notes.push(format!("no tests: {reason}"));
                let own = usage::own_modules(&shop.tree.files, root);
                crate::untested::baseline(lab, &environment, &own, root, reason)?
            }
        };
        notes.extend(match beside {
            Some(Ok(note)) if tested && !without_pytest(&command) => Some(note),
            Some(Err(note)) if !without_pytest(&command) => Some(note),
            _ => None,
        });
        notes.extend(command.notes.iter().map(|n| format!("{}: {n}", command.found_in)));
        let modules = usage::import_names(&environment.dir);
        Ok(Self { modules, command, baseline })
    }

    /// Whether tests stand behind it, rather than import checks.
    pub(crate) fn is_tested(&self) -> bool {
        !crate::untested::is_stand_in(&self.command)
    }
}

/// Puts the test tools beside the environment that it does not name itself. `None`: it lacks none; else a note on what
/// was put there, or on why nothing could be.
fn beside(
    shop: &Workshop<'_>,
    solver: &Solver<'_>,
    lab: &Lab<'_>,
    base: &Solution,
) -> Result<Option<Result<String, String>>, EngineError> {
    let tools = match crate::tools::missing(solver, &shop.tree, &shop.component.root, base)? {
        Ok(tools) => tools,
        Err(why) => return Ok(Some(Err(format!("pytest does not go with the environment as it is: {why}")))),
    };
    let pytest = tools.packages.iter().filter(|(n, _)| n.as_str().starts_with("pytest"));
    let names: Vec<String> = pytest.map(|(n, v)| format!("{n} {v}")).collect();
    *lab.tools.borrow_mut() = tools;
    let note = format!("the environment names no pytest; the tests run with {} beside it", names.join(", "));
    Ok((!names.is_empty()).then_some(Ok(note)))
}
