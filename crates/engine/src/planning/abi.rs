//! ABI boundaries that a plan crosses: who is compiled against what (rows C7, D14).
//!
//! Metadata never show it: what was built for the old interface resolves beside the new one and fails at import. So
//! what is compiled against a package moves before it, or together with it, and the step is held to an import check.
//! Lives elsewhere: reading wheels (`crate::validate`), what it weighs (`decide::risk`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::python::resolve::Solved;
use uplift_model::{Distance, PackageName};

use super::Facts;
use crate::error::EngineError;
use crate::state::{State, Step};
use crate::validate::Pages;

/// A package that moves by a major and ships compiled code with headers, and the compiled packages that require it.
pub(crate) type Built = BTreeMap<PackageName, BTreeSet<PackageName>>;

impl Facts<'_> {
    pub(super) fn boundaries(&self, state: &State, steps: &[Step], target: &Solved) -> Result<Built, EngineError> {
        let mut built = Built::new();
        let judged = self.research.judged();
        let dependents = |step: &Step| -> BTreeSet<PackageName> {
            let now = judged.row(&step.name).map(|row| row.dependents.as_slice()).unwrap_or_default();
            let now = now.iter().filter_map(|name| PackageName::new(name).ok());
            target.via.get(&step.name).into_iter().flatten().cloned().chain(now).collect()
        };
        let wide = steps.iter().filter(|step| step.from.distance(&step.to) == Distance::Major);
        let wide: Vec<(&Step, BTreeSet<PackageName>)> =
            wide.map(|step| (step, dependents(step))).filter(|(_, all)| !all.is_empty()).collect();
        if wide.is_empty() {
            return Ok(built);
        }
        let pages = Pages::open(self.solver.doors, None)?;
        pages.load(wide.iter().map(|(step, _)| step.name.clone()));
        for (step, dependents) in wide.into_iter().filter(|(step, _)| pages.is_native(&step.name, &step.from)) {
            pages.load(dependents.iter().cloned());
            // What runs now was built for the interface that runs now.
            let compiled =
                |name: &PackageName| state.solution.version(name).is_some_and(|now| pages.is_native(name, now));
            let dependents: BTreeSet<PackageName> = dependents.into_iter().filter(compiled).collect();
            if !dependents.is_empty() && pages.ships_headers(&step.name, &step.to) {
                built.insert(step.name.clone(), dependents);
            }
        }
        Ok(built)
    }
}
