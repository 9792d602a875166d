//! What stands in the way of a version: its age, or others, in the resolver's own words.

use uplift_ecosystems::python::resolve::{Answer, Freshness};
use uplift_model::{PackageName, Version};

use crate::error::EngineError;
use crate::solver::{Solver, Wish};
use crate::state::State;

/// What keeps a package below `newest` with everything else where `state` has it: its age, or others.
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

/// The sentence of a conflict that tells the cause.
pub(super) fn shortened(text: &str) -> String {
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
