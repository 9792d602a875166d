//! What stands in the way of a version: its age, or others, in the resolver's own words.

use uplift_ecosystems::python::resolve::{Answer, Freshness, Solved};
use uplift_model::settings::Strategy;
use uplift_model::{PackageName, Version};

use super::Facts;
use super::rules::Scoping;

use crate::error::EngineError;
use crate::solver::{Solver, Wish};
use crate::state::State;

/// What keeps a package below `newest` with everything else where `state` has it, which is where a plan ends when the
/// question is about its end: its age, or others.
pub(crate) fn cap(
    solver: &Solver<'_>,
    state: &State,
    name: &PackageName,
    newest: &Version,
) -> Result<Option<String>, EngineError> {
    if let (Some(age), Some(current)) = (solver.age.get(), state.pins.get(name))
        && let Some((_, why)) = age.ceiling(name, current, newest, &solver.index.releases(name)?)
    {
        return Ok(Some(why));
    }
    let mut wishes = state.wishes();
    wishes.insert(name.clone(), Wish::Exactly(newest.clone()));
    match solver.solve(&wishes, &state.solution, &|_| true, Freshness::CacheFirst)? {
        Answer::Solved(_) => Ok(None),
        Answer::Refused(conflict) => Ok(Some(shortened(&conflict.text))),
    }
}

impl Facts<'_> {
    /// Takes further what the resolver left below the newest although nothing of the joint set stands against it: the
    /// newest set is one of several, and none of them shall be further than ours in everything.
    pub(super) fn further(
        &self,
        scoping: &mut Scoping,
        state: &State,
        mut target: Solved,
    ) -> Result<Solved, EngineError> {
        if self.settings.upgrade.strategy != Strategy::Latest {
            return Ok(target);
        }
        for name in scoping.movable.clone() {
            let Some(reached) = target.solution.version(&name).cloned() else { continue };
            let Some(newest) = self.newest(&name, &reached, &mut Vec::new())? else { continue };
            let newest =
                scoping.ceilings.get(&name).map_or(newest.clone(), |ceiling| newest.clone().min(ceiling.clone()));
            let bound = scoping.exact.contains_key(&name) || scoping.within.contains_key(&name);
            if bound || newest <= reached {
                continue;
            }
            let mut wishes = state.wishes();
            for other in &scoping.movable {
                let Some(at) = target.solution.version(other).or_else(|| state.pins.get(other)) else { continue };
                let bounds = scoping.ceilings.get(other).map(|ceiling| format!("<={ceiling}"));
                let bounds: Vec<String> = bounds.into_iter().chain(scoping.within.get(other).cloned()).collect();
                wishes.insert(
                    other.clone(),
                    if bounds.is_empty() {
                        Wish::AtLeast(at.clone())
                    } else {
                        Wish::Within(at.clone(), bounds.join(","))
                    },
                );
            }
            wishes.insert(name.clone(), Wish::Exactly(newest.clone()));
            let keep = |other: &PackageName| !scoping.movable.contains(other);
            if let Answer::Solved(solved) = self.solver.solve(&wishes, &state.solution, &keep, Freshness::CacheFirst)? {
                scoping.mended.insert(name, newest);
                target = solved;
            }
        }
        Ok(target)
    }
}

/// The sentence of a conflict that tells the cause.
pub(crate) fn shortened(text: &str) -> String {
    let text = text.split("Because ").nth(1).map_or_else(|| text.to_owned(), |t| format!("because {t}"));
    let text = text
        .split(", we can conclude")
        .next()
        .unwrap_or(&text)
        .split(" And because")
        .next()
        .unwrap_or_default()
        .to_owned();
    let text = text.split("hint:").next().unwrap_or_default().trim().trim_end_matches('.').to_owned();
    if text.chars().count() > 220 { format!("{}…", text.chars().take(220).collect::<String>()) } else { text }
}
