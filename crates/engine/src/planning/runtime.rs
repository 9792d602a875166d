//! The upgrade of the interpreter as a step of the plan (row D13): what the resolver makes of it, and the step.
//!
//! Lives elsewhere: whether, where to and which lines of files (`uplift_facts::runtimes::upgrade`, the same as in a check).

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;

use uplift_decide::effort::{self, Work};
use uplift_decide::risk::{Class, Step};
use uplift_ecosystems::python::interpreter::Interpreter;
use uplift_ecosystems::python::resolve::Answer;
use uplift_model::plan::{PlanStep, RuntimeUpgrade, StepKind};
use uplift_model::{PackageName, Phase, Risk, Version};

use super::Facts;
use super::caps::shortened;
use super::rules::Scoping;
use super::steps::blank;
use crate::error::EngineError;
use crate::index::Index;
use crate::solver::Solver;
use crate::state::State;
use crate::targets::{self, Scope};

/// Who must agree where the settings name nobody for `python`.
const REVIEWERS: [&str; 2] = ["technical lead", "operations"];
const PEOPLE: &str = "the project's people: no other step waits for it, and Uplift moves packages only";

impl Facts<'_> {
    /// The upgrade that a check proposes, with what the resolver says of the complete set on the new line.
    ///
    /// # Errors
    /// Those of asking; a refusal is an answer.
    pub(super) fn runtime(&self, state: &State, scoping: &Scoping) -> Result<Option<RuntimeUpgrade>, EngineError> {
        let Some(mut upgrade) = self.research.judged().runtime_upgrade.clone() else { return Ok(None) };
        let names: BTreeSet<PackageName> =
            upgrade.unlocks.iter().filter_map(|u| PackageName::new(&u.package).ok()).collect();
        let held = |name: &PackageName| {
            let upgrade = &self.settings.upgrade;
            upgrade.ignore.contains(name) || upgrade.pin.contains_key(name)
        };
        upgrade.unlocks.retain(|u| PackageName::new(&u.package).is_ok_and(|name| !held(&name)));
        if upgrade.unlocks.is_empty() {
            return Ok(Some(upgrade));
        }
        let interpreter = Interpreter { version: format!("{}.99", upgrade.to), ..self.solver.interpreter.clone() };
        let index = Index::new(self.solver.doors, &interpreter, false);
        let solver = Solver {
            doors: self.solver.doors,
            journal: self.solver.journal,
            run: self.solver.run,
            component: self.component,
            interpreter: &interpreter,
            stands_in: true,
            builds: false,
            index: &index,
            directory: self.solver.directory,
            wheels: self.solver.wheels,
            limit: self.solver.limit,
            asked: Cell::new(0),
            age: self.solver.age.get().cloned().map_or_else(OnceCell::new, OnceCell::from),
            built: OnceCell::new(),
            together: self.solver.together.clone(),
        };
        let movable: BTreeSet<PackageName> = scoping.movable.iter().chain(&names).cloned().collect();
        let mut ceilings = scoping.ceilings.clone();
        // What only the old line keeps back goes as far as the new one lets it.
        ceilings.retain(|name, _| !names.contains(name) && !scoping.promised.contains_key(name));
        let scope = Scope {
            movable: &movable,
            ceilings: &ceilings,
            strategy: self.settings.upgrade.strategy,
            within: &scoping.within,
            exact: &scoping.exact,
        };
        match targets::joint(&solver, state, &scope)? {
            Answer::Solved(solved) => {
                upgrade.unlocks.retain_mut(|unlocked| {
                    let Some(version) = PackageName::new(&unlocked.package)
                        .ok()
                        .and_then(|name| solved.solution.version(&name).cloned())
                    else {
                        return true;
                    };
                    unlocked.becomes = version.to_string();
                    unlocked.told_by = "resolver".to_owned();
                    Version::new(&unlocked.capped_at).is_ok_and(|capped| version > capped)
                });
            }
            Answer::Refused(conflict) => upgrade.reasons.push(format!(
                "the complete set has no solution on {} yet, so that something has to give first: {}",
                upgrade.to,
                shortened(&conflict.text)
            )),
        }
        Ok(Some(upgrade))
    }

    /// The step that carries it out, after the moves: nothing waits for it.
    pub(super) fn runtime_step(&self, number: usize, upgrade: &RuntimeUpgrade) -> PlanStep {
        let short: String = self.tree.commit.chars().take(12).collect();
        let approvals = self.agreeing(&upgrade.runtime);
        let work = Work {
            packages: vec![upgrade.runtime.clone()],
            level: Risk::High,
            step: Step::Major(1),
            class: Class::Framework,
            sites: 0,
            broken_sites: 0,
            reviewers: approvals.len(),
            needs: Vec::new(),
        };
        let (title, to) = (upgrade.title(), &upgrade.to);
        let mut commands = vec![format!("{} {}", upgrade.command, self.here())];
        commands.push(self.at_home(&format!("uv venv --python {to} .venv-runtime")));
        let mut evidence = upgrade.reasons.clone();
        evidence.extend(upgrade.by_hand.iter().map(|place| format!("left to a person: {place}")));
        PlanStep {
            phase: Some(Phase::High),
            packages: Vec::new(),
            edits: upgrade.edits.clone(),
            commands,
            evidence,
            approvals,
            required_tests: ["unit", "integration", "end-to-end"].map(str::to_owned).to_vec(),
            success_criteria: vec![
                format!("a plan for {title} {to} has a complete set, and its lock installs there"),
                format!("no test that passed on {title} {} fails on {to}", upgrade.from),
                format!("images build, and CI runs, on {to}; no file names {} any more", upgrade.from),
            ],
            rollback_point: format!(
                "commit {short}: revert the edits together with the lock that was written for {to}, and redeploy the old image"
            ),
            needs: vec![1, 2],
            minutes: effort::row(&work).minutes,
            carried_out_by: Some(PEOPLE.to_owned()),
            runtime: Some(upgrade.clone()),
            ..blank(number, StepKind::Runtime, format!("the runtime: {}", upgrade.way()))
        }
    }

    fn agreeing(&self, runtime: &str) -> Vec<String> {
        let rules = &self.settings.plan.reviewers;
        let own = rules.iter().filter(|rule| rule.packages.iter().any(|name| name == runtime));
        let own = own.filter_map(|rule| rule.reviewers.clone()).next();
        own.unwrap_or_else(|| REVIEWERS.map(str::to_owned).to_vec())
    }

    /// The component's folder as a command takes it.
    fn here(&self) -> String {
        uplift_model::shell::word(&crate::subject::shown(self.component))
    }
}
