//! What stands in the way of a version: the strategy, its age, or what others require.

use uplift_ecosystems::python::resolve::{Answer, Freshness, Question, Solved};
use uplift_model::settings::Strategy;
use uplift_model::{PackageName, Solution, Version};

use super::Facts;
use super::rules::Scoping;
use crate::blockers;
use crate::error::EngineError;
use crate::solver::{Solver, Wish, Wishes};
use crate::state::State;
use crate::targets;

/// What keeps a package below `newest` with everything else where `state` has it, which is where a plan ends when the
/// question is about its end: its age, or others. What only comes along is free to move up, and is never the reason.
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
    let direct = solver.direct();
    let mut wishes = state.wishes();
    for (other, wish) in wishes.iter_mut().filter(|(other, _)| !direct.contains(other)) {
        if let Some(now) = state.pins.get(other) {
            *wish = Wish::AtLeast(now.clone());
        }
    }
    wishes.insert(name.clone(), Wish::Exactly(newest.clone()));
    match refused(solver, &wishes, &state.solution)? {
        None => Ok(None),
        Some((question, text)) => {
            blockers::against(solver, &question, &state.solution, (name, newest), &text).map(Some)
        }
    }
}

/// The question that is refused, and how; `None`: it is not.
pub(crate) fn refused(
    solver: &Solver<'_>,
    wishes: &Wishes,
    current: &Solution,
) -> Result<Option<(Question, String)>, EngineError> {
    let question = solver.question(wishes, current, &|_| true);
    Ok(match solver.ask(&question, Freshness::CacheFirst)? {
        Answer::Solved(_) => None,
        Answer::Refused(conflict) => Some((question, conflict.text)),
    })
}

impl Facts<'_> {
    /// Why a package stays at `now` while `newest` is out: the strategy, where that does not reach it, and what stands
    /// against the newest release that it does reach.
    pub(super) fn stays_for(
        &self,
        state: &State,
        name: &PackageName,
        now: &Version,
        newest: &Version,
    ) -> Result<String, EngineError> {
        let Some(why) = self.beyond(name, now, newest) else {
            return Ok(self.cap(state, name, newest)?.unwrap_or_else(|| "the resolver keeps it".to_owned()));
        };
        let releases = self.index.releases(name)?;
        let usable = releases.iter().filter(|r| r.installable() && r.yanked.is_none() && !r.version.is_prerelease());
        let within = usable.map(|r| &r.version).filter(|v| *v > now && self.beyond(name, now, v).is_none()).max();
        if let Some(within) = within
            && let Some(closed) = self.cap(state, name, within)?
        {
            return Ok(format!("{why}, and {within} is out of reach: {closed}"));
        }
        Ok(why)
    }

    /// Why the strategy does not reach a version at all: `strategy patch: 4.11.2 is a minor step`.
    pub(super) fn beyond(&self, name: &PackageName, now: &Version, to: &Version) -> Option<String> {
        let strategy = self.settings.upgrade.strategy;
        let roots = self.component.roots();
        let own = roots.iter().find(|(_, s)| s.name == *name).map(|(_, s)| s.pep440.as_str()).unwrap_or_default();
        targets::beyond(strategy, own, now, to)
    }

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
