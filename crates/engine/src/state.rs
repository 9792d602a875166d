//! Where the packages stand during a run, and the units that may move next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uplift_model::{PackageName, Solution, Version};

use crate::solver::{Wish, Wishes};

/// Versions that are settled so far, and the complete set that was tested with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Every package that moves on its own account, at its present version.
    pub(crate) pins: BTreeMap<PackageName, Version>,
    pub(crate) solution: Solution,
}

/// One package of a unit, with both ends of its move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) name: PackageName,
    pub(crate) from: Version,
    pub(crate) to: Version,
}

/// Packages that the resolver only takes together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mover {
    pub(crate) steps: Vec<Step>,
    /// Probability, before any test, that it breaks something.
    pub(crate) prior: f64,
    /// Positions of movers that must be in place with it.
    pub(crate) needs: Vec<usize>,
}

impl Mover {
    /// `flask, werkzeug`.
    pub(crate) fn title(&self) -> String {
        self.steps.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The step that most likely is at fault: the widest one, named ones first.
    pub(crate) fn lead(&self, named: &[PackageName]) -> Option<&Step> {
        self.steps.iter().max_by_key(|s| (named.contains(&s.name), s.from.distance(&s.to), std::cmp::Reverse(&s.name)))
    }
}

impl State {
    /// Every package exactly where it is.
    pub(crate) fn wishes(&self) -> Wishes {
        self.pins.iter().map(|(name, version)| (name.clone(), Wish::Exactly(version.clone()))).collect()
    }

    /// [`Self::wishes`] with the movers of `set` at their targets.
    pub(crate) fn wishes_with<'m>(&self, moving: impl IntoIterator<Item = &'m Mover>) -> Wishes {
        let mut wishes = self.wishes();
        for step in moving.into_iter().flat_map(|m| &m.steps) {
            wishes.insert(step.name.clone(), Wish::Exactly(step.to.clone()));
        }
        wishes
    }
}

/// Probability that a step of this distance breaks something. Source: `execution.md` 1.2.
pub(crate) fn prior(from: &Version, to: &Version) -> f64 {
    match from.distance(to) {
        uplift_model::Distance::Major => 0.30,
        uplift_model::Distance::Minor => 0.08,
        uplift_model::Distance::Patch | uplift_model::Distance::Same => 0.02,
    }
}
