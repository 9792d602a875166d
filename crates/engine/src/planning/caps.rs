//! Who stands in the way of a version, in the resolver's own words, and pins that contradict each other.

use std::collections::BTreeMap;

use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::manifest;
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

/// Packages that one manifest pins to another version than another.
pub(super) fn drift(component: &Component) -> Vec<String> {
    let mut pins: BTreeMap<&PackageName, Vec<(String, Version)>> = BTreeMap::new();
    for file in component.manifests.iter().filter(|m| !component.environment.is_lock(&m.path)) {
        for stated in &file.manifest.stated {
            if let Some(version) = manifest::pinned(&stated.pep440) {
                pins.entry(&stated.name).or_default().push((format!("{}:{}", file.path, stated.line), version));
            }
        }
    }
    let differs = |places: &[(String, Version)]| places.windows(2).any(|w| matches!(w, [a, b] if a.1 != b.1));
    let tell = |(name, places): (&PackageName, Vec<(String, Version)>)| {
        let all: Vec<String> = places.iter().map(|(place, version)| format!("{version} in {place}")).collect();
        format!("{name} is pinned differently: {}", all.join(", "))
    };
    pins.into_iter().filter(|(_, p)| differs(p)).map(tell).collect()
}
