//! What installing each component brings, before and after everything has moved (row M9).
//!
//! Lives here: which version of each package is installed then and now, and its size. Lives elsewhere: which file of a
//! release an interpreter takes (`uplift_facts::releases`), the sums (`uplift_model::size`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::python::registry::Tags;
use uplift_facts::releases::{self, Answer, Python, Store};
use uplift_model::analysis::{Analysis, ComponentAnalysis, DependencyRow};
use uplift_model::dossier::{ComponentPlan, proposed};
use uplift_model::outcome::RunReport;
use uplift_model::size::{ComponentSizes, PackageSize, SizeMeasure};
use uplift_model::solution::Change;
use uplift_model::{Datum, Ecosystem, PackageName, Plan, Version};
use uplift_sandbox::redact;

use super::DossierRequest;
use super::reading::{Doors, FRESH};
use crate::error::EngineError;

type Answers = BTreeMap<String, Answer>;
/// Version before and after, by package; `None`: not installed.
type Moves = BTreeMap<String, (Option<String>, Option<String>)>;

/// Asks the index about packages that only come along with a plan, which the analysis does not know.
///
/// # Errors
/// [`EngineError`] when the cache's folder or the network cannot be set up at all.
pub(super) fn ask_about_new(
    request: &DossierRequest,
    analysis: &Analysis,
    releases: &mut [Answers],
    plans: &[ComponentPlan],
) -> Result<(), EngineError> {
    if request.offline {
        return Ok(());
    }
    for (component, answers) in analysis.components.iter().zip(releases) {
        let plan = plans.iter().find(|plan| plan.component == component.path).and_then(|plan| plan.plan.value());
        let Some(plan) = plan.filter(|_| component.ecosystem == Ecosystem::Python) else { continue };
        let along = plan.moves.iter().flat_map(|one| &one.induced).chain(&plan.refresh);
        let new: BTreeSet<PackageName> =
            along.map(|change| change.name.clone()).filter(|name| !answers.contains_key(name.as_str())).collect();
        if new.is_empty() {
            continue;
        }
        let Doors { fetch, clients, folder } = Doors::open(request)?;
        let store = Store::new(&folder, &fetch, FRESH, false);
        let indexes = clients.index_urls().map_err(|e| redact::text(&e.to_string()));
        let pages = Python { indexes }.pages(&store, &new.into_iter().collect::<Vec<_>>());
        let tags = Tags::new(&plan.interpreter, std::env::consts::OS, std::env::consts::ARCH);
        let told = pages
            .iter()
            .map(|(name, page)| (name.to_string(), releases::python_answer(name, page, &tags, &analysis.as_of)));
        answers.extend(told);
    }
    Ok(())
}

/// One for each component. `releases`: in the order of the analysis' components; `run`: with its component's folder.
pub(super) fn sizes(
    analysis: &Analysis,
    releases: &[Answers],
    plans: &[ComponentPlan],
    run: Option<(&str, &RunReport)>,
) -> Vec<ComponentSizes> {
    let plan_of = |path: &str| plans.iter().find(|plan| plan.component == path).and_then(|plan| plan.plan.value());
    let components = analysis.components.iter().zip(releases);
    components
        .map(|(component, answers)| match run.filter(|(path, _)| *path == component.path) {
            Some((_, run)) => of(component, answers, &carried_out(run)),
            None => of(component, answers, &intended(component, plan_of(&component.path))),
        })
        .collect()
}

/// What a run did; what it held stays.
fn carried_out(run: &RunReport) -> Moves {
    let mut moves = changed(&run.refreshed);
    let kept = run.kept.iter();
    moves.extend(kept.map(|one| (one.name.to_string(), (Some(one.from.to_string()), Some(one.to.to_string())))));
    moves
}

/// What the plan moves and brings along, and what the analysis proposes beside it.
fn intended(component: &ComponentAnalysis, plan: Option<&Plan>) -> Moves {
    let mut moves = Moves::new();
    for (row, target) in proposed(component, plan) {
        moves.insert(row.name.clone(), (row.current_version.clone(), Some(target.to_owned())));
    }
    if let Some(plan) = plan {
        plan.moves.iter().for_each(|one| moves.extend(changed(&one.induced)));
        moves.extend(changed(&plan.refresh));
        let own = plan.candidates.iter();
        moves.extend(own.map(|c| (c.name.to_string(), (Some(c.current.to_string()), Some(c.target.to_string())))));
    }
    moves
}

fn changed(changes: &[Change]) -> Moves {
    let text = |version: &Option<Version>| version.as_ref().map(ToString::to_string);
    changes.iter().map(|change| (change.name.to_string(), (text(&change.from), text(&change.to)))).collect()
}

fn of(component: &ComponentAnalysis, answers: &Answers, moves: &Moves) -> ComponentSizes {
    let mut packages: Vec<PackageSize> = component
        .dependencies
        .iter()
        .filter(|row| !matches!(answers.get(&row.name), Some(Answer::Elsewhere)))
        .map(|row| package(row, answers, moves.get(&row.name)))
        .collect();
    let there: BTreeSet<&str> = component.dependencies.iter().map(|row| row.name.as_str()).collect();
    let new = moves.iter().filter(|(name, _)| !there.contains(name.as_str()));
    packages.extend(new.filter_map(|(name, (from, to))| {
        let size = |version: &Option<String>| match (version, answers.get(name)) {
            (None, _) => Datum::None,
            (Some(_), None) => Datum::not_retrieved("it comes along, and the index was not asked about it"),
            (Some(version), answer) => size(answer, std::slice::from_ref(version)),
        };
        let all = |version: &Option<String>| version.iter().cloned().collect();
        let moves = from.is_some() || to.is_some();
        let (before, after) = (size(from), size(to));
        moves.then(|| PackageSize { package: name.clone(), from: all(from), to: all(to), before, after })
    }));
    packages.sort_by(|a, b| a.package.cmp(&b.package));
    let measure = match component.ecosystem {
        Ecosystem::Python => SizeMeasure::Download,
        Ecosystem::JavaScript => SizeMeasure::Unpacked,
    };
    let complete = component.dependencies.iter().any(|row| row.locked.is_some());
    ComponentSizes { component: component.path.clone(), measure, complete, packages }
}

fn package(row: &DependencyRow, answers: &Answers, way: Option<&(Option<String>, Option<String>)>) -> PackageSize {
    let with_copies = |version: Option<&String>| -> Vec<String> {
        let copies = row.other_versions.iter().filter(|copy| Some(*copy) != version);
        version.into_iter().chain(copies).cloned().collect()
    };
    let size = |versions: &[String]| match versions {
        [] => Datum::not_retrieved("no file says which version runs"),
        some => size(answers.get(&row.name), some),
    };
    let now = row.current_version.as_ref();
    let from = with_copies(way.map_or(now, |(from, _)| from.as_ref()));
    let before = size(&from);
    let (to, after) = match way {
        None => (from.clone(), before.clone()),
        Some((_, None)) => (Vec::new(), Datum::None),
        Some((_, to)) => {
            let to = with_copies(to.as_ref());
            let after = size(&to);
            (to, after)
        }
    };
    PackageSize { package: row.name.clone(), from, to, before, after }
}

/// Bytes of all of `versions` together.
fn size(answer: Option<&Answer>, versions: &[String]) -> Datum<u64> {
    let known = match answer {
        Some(Answer::Known(known)) => known,
        Some(Answer::NotRetrieved(why)) => return Datum::not_retrieved(why.clone()),
        Some(Answer::Unknown | Answer::Elsewhere) | None => return Datum::not_retrieved("the index does not know it"),
    };
    let mut sum = 0_u64;
    for version in versions {
        match known.find(version).map(|release| release.size) {
            Some(Some(bytes)) => sum = sum.saturating_add(bytes),
            Some(None) => return Datum::not_retrieved("the index tells no size of what would be installed"),
            None => return Datum::not_retrieved(format!("the index lists no release {version}")),
        }
    }
    Datum::found(sum)
}

#[cfg(test)]
mod tests {
    use uplift_facts::releases::{Known, Release};
    use uplift_model::analysis::Availability;

    use super::*;

    fn release(version: &str, size: Option<u64>) -> Release {
        Release {
            version: version.to_owned(),
            date: None,
            prerelease: false,
            yanked: None,
            deprecated: None,
            availability: Availability::Installable,
            native: None,
            stable_abi: false,
            size,
        }
    }

    #[test]
    fn copies_are_added_up_and_one_without_a_size_makes_it_unknown() {
        let releases = vec![release("1.0.0", Some(10)), release("2.0.0", Some(25)), release("3.0.0", None)];
        let answer = Answer::Known(std::sync::Arc::new(Known { releases, ..Known::default() }));
        let of = |versions: &[&str]| size(Some(&answer), &versions.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["1.0.0", "2.0.0"]), Datum::found(35));
        assert!(of(&["1.0.0", "3.0.0"]).missing().is_some());
        assert!(of(&["4.0.0"]).missing().is_some_and(|why| why.contains("4.0.0")));
        let silent = Answer::NotRetrieved("no answer".to_owned());
        assert_eq!(size(Some(&silent), &["1.0.0".to_owned()]), Datum::not_retrieved("no answer"));
    }
}
