//! A plan that somebody brings: whether it still fits the repository, and carrying out exactly that.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use uplift_ecosystems::python::discover::Component;
use uplift_model::plan::Input;
use uplift_model::{PackageName, Plan};

use super::{Built, Drafted, Facts};
use crate::error::EngineError;
use crate::state::State;
use crate::subject::Tree;

const AGAIN: &str = "draw the plan again with `uplift plan --format json`";

/// The manifests and locks of a component, by name, with the hash of what they hold at the tree's commit.
pub(crate) fn inputs(component: &Component, tree: &Tree<'_>) -> Vec<Input> {
    let manifests = component.manifests.iter().map(|m| &m.path);
    let locks = tree.files.iter().filter(|file| component.environment.is_lock(file));
    let files: BTreeSet<&String> = manifests.chain(locks).collect();
    files
        .into_iter()
        .filter_map(|file| Some(Input { file: file.clone(), sha256: digest(&tree.committed(file)?) }))
        .collect()
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Whether the component at the tree's commit is the one that `plan` was drawn from.
///
/// # Errors
/// [`EngineError::Repository`], which names the first file that differs.
pub(crate) fn fits(plan: &Plan, component: &Component, tree: &Tree<'_>) -> Result<(), EngineError> {
    let wrong = |what: String| Err(EngineError::repository(what, AGAIN));
    if plan.inputs.is_empty() || plan.commit.is_empty() {
        return wrong("the plan does not say what it was drawn from".to_owned());
    }
    if tree.git.commit_of(&plan.commit)?.is_none() {
        return wrong(format!("the plan is of another repository: there is no commit {} here", plan.commit));
    }
    let now = inputs(component, tree);
    for then in &plan.inputs {
        match now.iter().find(|input| input.file == then.file) {
            None => return wrong(format!("`{}` is gone since the plan was drawn", then.file)),
            Some(input) if input.sha256 != then.sha256 => {
                return wrong(format!("`{}` has changed since the plan was drawn", then.file));
            }
            Some(_) => {}
        }
    }
    match now.iter().find(|input| !plan.inputs.iter().any(|then| then.file == input.file)) {
        Some(new) => wrong(format!("`{}` is new since the plan was drawn", new.file)),
        None => Ok(()),
    }
}

impl Facts<'_> {
    /// What carries out exactly `plan`: its packages, no further than its versions.
    ///
    /// # Errors
    /// [`EngineError::Repository`] when a package no longer stands where the plan found it.
    pub(crate) fn given(&self, plan: Plan) -> Result<Drafted, EngineError> {
        let dependencies = self.component.dependencies(self.base);
        let mut state = State {
            pins: dependencies
                .iter()
                .filter(|d| d.direct)
                .filter_map(|d| Some((d.name.clone(), d.in_use.clone()?)))
                .collect(),
            solution: self.base.clone(),
        };
        for candidate in &plan.candidates {
            match self.base.version(&candidate.name) {
                Some(now) if *now == candidate.current => {}
                now => {
                    let now = now.map_or_else(|| "not installed".to_owned(), |v| format!("at {v}"));
                    let what =
                        format!("{} is {now}, and the plan was drawn with {}", candidate.name, candidate.current);
                    return Err(EngineError::repository(what, AGAIN));
                }
            }
            state.pins.insert(candidate.name.clone(), candidate.current.clone());
        }
        let movable: BTreeSet<PackageName> = plan.candidates.iter().map(|c| c.name.clone()).collect();
        let names = |one: &uplift_model::Move| one.candidates.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        let mut built = Built::new();
        for one in &plan.moves {
            let before: BTreeSet<PackageName> =
                plan.moves.iter().filter(|other| one.needs.contains(&other.id)).flat_map(names).collect();
            built.extend(names(one).into_iter().filter(|_| !before.is_empty()).map(|name| (name, before.clone())));
        }
        let targets = || plan.candidates.iter().map(|c| (c.name.clone(), c.target.clone())).collect();
        Ok(Drafted { state, movable, ceilings: targets(), exact: targets(), within: Default::default(), built, plan })
    }
}
