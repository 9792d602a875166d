//! The footing: how the project stands before anything moves. What is installed, how it is tested, what passes.
//!
//! Lives here: the environment as it is, the test tools it lacks, the test command and its baseline, or what stands in.
//! Lives elsewhere: trying test commands (`crate::baseline`), import checks (`crate::untested`).

use uplift_decide::baseline::Baseline;
use uplift_ecosystems::python::environment::Environment;
use uplift_model::{Event, PackageName, Solution};
use uplift_verify::discover::TestCommand;

use crate::baseline::{self, Standing};
use crate::error::EngineError;
use crate::lab::Lab;
use crate::solver::Solver;
use crate::subject;
use crate::usage;
use crate::workshop::Workshop;

/// Where everything stands.
pub(crate) struct Footing {
    pub(crate) base: Solution,
    environment: Environment,
    /// Import names of what is installed.
    pub(crate) modules: Vec<(PackageName, Vec<String>)>,
    pub(crate) command: TestCommand,
    pub(crate) baseline: Baseline,
}

impl Footing {
    /// Installs what the repository describes and runs its tests; `now` in Unix seconds; `notes` hears what a reader should know of it.
    ///
    /// # Errors
    /// [`EngineError::Repository`] when what is described cannot be installed, or the named test command does not work.
    pub(crate) fn lay(
        shop: &Workshop<'_>,
        solver: &Solver<'_>,
        lab: &Lab<'_>,
        tests: bool,
        now: i64,
        notes: &mut Vec<String>,
        tell: &dyn Fn(Event) -> Result<(), EngineError>,
    ) -> Result<Self, EngineError> {
        let root = &shop.component.root;
        tell(Event::Doing { what: "reading what is installed now".to_owned() })?;
        let base = shop.base(solver, now, notes)?;
        lab.prepare_layer(&subject::pretended_version(None))?;
        notes.extend(lab.layer.borrow().notes());
        if tests {
            beside(shop, solver, lab, &base, notes)?;
        }
        tell(Event::Doing { what: format!("building the environment of {} packages", base.packages.len()) })?;
        let environment = lab.environment(&base)?.map_err(|why| {
            EngineError::repository(
                format!(
                    "the environment as it is now cannot be installed for Python {}: {why}",
                    shop.interpreter.version
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
        let (command, baseline) = match standing {
            Standing::Tested { command, baseline } => (command, *baseline),
            Standing::Untested { reason } => {
                notes.push(format!("no tests: {reason}"));
                let own = usage::own_modules(&shop.tree.files, root);
                crate::untested::baseline(lab, &environment, &own, root, reason)?
            }
        };
        notes.extend(command.notes.iter().map(|n| format!("{}: {n}", command.found_in)));
        let modules = usage::import_names(&environment.dir);
        Ok(Self { base, environment, modules, command, baseline })
    }

    /// Whether tests stand behind it, rather than import checks.
    pub(crate) fn is_tested(&self) -> bool {
        !crate::untested::is_stand_in(&self.command)
    }

    /// Whether an installed package ships compiled code.
    pub(crate) fn is_native(&self, name: &PackageName) -> bool {
        let modules = self.modules.iter().find(|(n, _)| n == name).map(|(_, m)| m.as_slice()).unwrap_or_default();
        usage::is_native(&self.environment.dir, modules)
    }
}

/// Puts the test tools beside the environment that it does not name itself.
fn beside(
    shop: &Workshop<'_>,
    solver: &Solver<'_>,
    lab: &Lab<'_>,
    base: &Solution,
    notes: &mut Vec<String>,
) -> Result<(), EngineError> {
    match crate::tools::missing(solver, &shop.tree, &shop.component.root, base)? {
        Ok(tools) if !tools.packages.is_empty() => {
            let names = tools
                .packages
                .iter()
                .filter(|(n, _)| n.as_str().starts_with("pytest"))
                .map(|(n, v)| format!("{n} {v}"));
            notes.push(format!(
                "the environment names no pytest; the tests run with {} beside it",
                names.collect::<Vec<_>>().join(", ")
            ));
            *lab.tools.borrow_mut() = tools;
        }
        Ok(_) => {}
        Err(why) => notes.push(format!("pytest does not go with the environment as it is: {why}")),
    }
    Ok(())
}
