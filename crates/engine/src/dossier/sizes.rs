//! What installing each component brings, before and after everything has moved (row M9).
//!
//! Lives here: which version of each package is installed then and now, and its size. Lives elsewhere: which file of a
//! release an interpreter takes (`uplift_facts::releases`), the sums (`uplift_model::size`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_facts::releases::Answer;
use uplift_model::analysis::{Analysis, ComponentAnalysis, DependencyRow};
use uplift_model::dossier::{ComponentPlan, proposed};
use uplift_model::size::{ComponentSizes, PackageSize, SizeMeasure};
use uplift_model::{Datum, Ecosystem, Plan};

type Answers = BTreeMap<String, Answer>;

/// One for each component. `releases`: in the order of the analysis' components.
pub(super) fn sizes(analysis: &Analysis, releases: &[Answers], plans: &[ComponentPlan]) -> Vec<ComponentSizes> {
    let plan_of = |path: &str| plans.iter().find(|plan| plan.component == path).and_then(|plan| plan.plan.value());
    let components = analysis.components.iter().zip(releases);
    components.map(|(component, answers)| of(component, answers, plan_of(&component.path))).collect()
}

fn of(component: &ComponentAnalysis, answers: &Answers, plan: Option<&Plan>) -> ComponentSizes {
    let mut end = plan.map(end_of).unwrap_or_default();
    for (row, target) in proposed(component, plan) {
        end.entry(row.name.clone()).or_insert_with(|| Some(target.to_owned()));
    }
    let mut packages: Vec<PackageSize> = component
        .dependencies
        .iter()
        .filter(|row| !matches!(answers.get(&row.name), Some(Answer::Elsewhere)))
        .map(|row| package(row, answers, end.get(&row.name)))
        .collect();
    let there: BTreeSet<&str> = component.dependencies.iter().map(|row| row.name.as_str()).collect();
    let new = end.iter().filter(|(name, _)| !there.contains(name.as_str()));
    packages.extend(new.filter_map(|(name, version)| {
        let to = vec![version.clone()?];
        let after = Datum::not_retrieved("it comes along, and the index was not asked about it");
        Some(PackageSize { package: name.clone(), from: Vec::new(), to, before: Datum::None, after })
    }));
    packages.sort_by(|a, b| a.package.cmp(&b.package));
    let measure = match component.ecosystem {
        Ecosystem::Python => SizeMeasure::Download,
        Ecosystem::JavaScript => SizeMeasure::Unpacked,
    };
    let complete = component.dependencies.iter().any(|row| row.locked.is_some());
    ComponentSizes { component: component.path.clone(), measure, complete, packages }
}

/// Where the plan ends, by package; `None`: it is gone.
fn end_of(plan: &Plan) -> BTreeMap<String, Option<String>> {
    let along = plan.moves.iter().flat_map(|one| &one.induced).chain(&plan.refresh);
    let mut end: BTreeMap<String, Option<String>> =
        along.map(|change| (change.name.to_string(), change.to.as_ref().map(ToString::to_string))).collect();
    end.extend(plan.candidates.iter().map(|c| (c.name.to_string(), Some(c.target.to_string()))));
    end
}

fn package(row: &DependencyRow, answers: &Answers, end: Option<&Option<String>>) -> PackageSize {
    let copies = || row.other_versions.iter().cloned();
    let from: Vec<String> = row.current_version.iter().cloned().chain(copies()).collect();
    let size = |versions: &[String]| match versions {
        [] => Datum::not_retrieved("no file says which version runs"),
        some => size(answers.get(&row.name), some),
    };
    let before = size(&from);
    let (to, after) = match end {
        None => (from.clone(), before.clone()),
        Some(None) => (Vec::new(), Datum::None),
        Some(Some(version)) => {
            let to: Vec<String> = std::iter::once(version.clone()).chain(copies().filter(|v| v != version)).collect();
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
            Some(None) => return Datum::not_retrieved("the index tells no size of a file that fits here"),
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
        let answer = Answer::Known(Known { releases, ..Known::default() });
        let of = |versions: &[&str]| size(Some(&answer), &versions.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["1.0.0", "2.0.0"]), Datum::found(35));
        assert!(of(&["1.0.0", "3.0.0"]).missing().is_some());
        assert!(of(&["4.0.0"]).missing().is_some_and(|why| why.contains("4.0.0")));
        let silent = Answer::NotRetrieved("no answer".to_owned());
        assert_eq!(size(Some(&silent), &["1.0.0".to_owned()]), Datum::not_retrieved("no answer"));
    }
}
