//! The runtime by which a check, a plan and everything else judges what can be installed.
//!
//! Where nothing pins what runs, the newest line that had come out when the lock was written is taken (decision 0019), and
//! a version in use is never called uninstallable for the sake of a line that was only assumed: the line is taken on which
//! the versions in use exist. Lives elsewhere: what states a runtime (`crate::runtimes`), releases (`crate::releases`),
//! what only a resolver can tell (`engine::subject`).

use std::collections::BTreeMap;
use std::sync::Arc;

use uplift_model::Ecosystem;
use uplift_model::analysis::Availability;

use crate::components::{Component, Package};
use crate::releases::Answer;
use crate::rows;
use crate::runtimes::{self, Chosen, Ground, Place, Runtime, end_of_life};

/// What an index says of a package, seen from a line of the runtime.
pub(crate) type Ask<'a> = &'a dyn Fn(&Package, &str) -> Answer;
/// By the names of the packages.
pub(crate) type Answers = BTreeMap<String, Answer>;

/// The interpreter that somebody named, and in whose words: `chosen by the settings`.
pub(crate) fn given(version: &str, from: &str) -> Chosen {
    Chosen {
        version: version.to_owned(),
        line: version.split('.').take(2).collect::<Vec<_>>().join("."),
        from: from.to_owned(),
        ground: Ground::Stated,
        others: Vec::new(),
    }
}

/// What the files of the repository say, else the newest line that is supported.
pub(crate) fn of(place: &Place, all: &[Place], stated: &runtimes::Gathered, as_of: &str) -> Chosen {
    let chosen = stated.python_for(place, all, as_of).or_else(|| stated.node_for(place, all, as_of));
    chosen.unwrap_or_else(|| runtimes::unstated(Runtime::of(place.ecosystem), as_of))
}

/// The answers for the line on which most of the versions in use exist, the one that was chosen first, and that line.
/// `classified`: lines that the project's classifiers list.
pub(crate) fn settle(component: &Component, chosen: Chosen, classified: &[String], ask: Ask<'_>) -> (Chosen, Answers) {
    let all = |line: &str| -> Answers { component.packages.values().map(|p| (p.name.clone(), ask(p, line))).collect() };
    let mut answers = all(&chosen.version);
    if chosen.ground == Ground::Stated {
        return (chosen, answers);
    }
    let first = chosen.version.clone();
    let chosen = of_its_time(component, chosen, classified, &answers);
    if chosen.version != first {
        answers = all(&chosen.version);
    }
    let missing = unfit(component, &answers);
    let mut best: Option<(usize, &String)> = None;
    for line in &chosen.others {
        let fit = missing.iter().filter(|p| !is_unfit(p, &ask(p, line))).count();
        if fit > best.map_or(0, |(most, _)| most) {
            best = Some((fit, line));
        }
        if fit == missing.len() {
            break;
        }
    }
    let Some((_, line)) = best else { return (chosen, answers) };
    let there = all(line);
    let left = unfit(component, &there).len();
    if left >= missing.len() {
        return (chosen, answers);
    }
    let names: Vec<&str> = missing.iter().take(3).map(|p| p.name.as_str()).collect();
    let more =
        if missing.len() > names.len() { format!(" and {} more", missing.len() - names.len()) } else { String::new() };
    let from = chosen.from.trim_start_matches("assumed: ");
    let others = std::iter::once(&chosen.version).chain(&chosen.others).filter(|l| *l != line).cloned().collect();
    let from = format!(
        "assumed: {from}; {line} is the newest of those for which the versions in use exist ({}{more} not for {})",
        names.join(", "),
        chosen.version
    );
    (Chosen { version: line.clone(), line: line.clone(), from, ground: chosen.ground, others }, there)
}

/// Where Python was only assumed and a lock tells when it was written: the newest line that had come out by then, of those
/// that the classifiers list where they list any.
fn of_its_time(component: &Component, chosen: Chosen, classified: &[String], answers: &Answers) -> Chosen {
    let locked = component.complete && component.ecosystem == Ecosystem::Python;
    if chosen.ground != Ground::Assumed || !locked {
        return chosen;
    }
    let released = |package: &Package| {
        let Answer::Known(known) = answers.get(&package.name)? else { return None };
        known.find(&rows::current(package).0?)?.date.clone()
    };
    let Some(day) = component.packages.values().filter_map(released).max() else { return chosen };
    let began = |line: &String| end_of_life::began(Runtime::Python, line).filter(|began| *began <= day.as_str());
    let lines = || std::iter::once(&chosen.line).chain(&chosen.others).filter(|line| began(line).is_some());
    let newest = |some: &mut dyn Iterator<Item = &String>| some.max_by_key(|line| began(line)).cloned();
    let listed = newest(&mut lines().filter(|line| classified.contains(line)));
    let of = if listed.is_some() { " of those that the classifiers list" } else { "" };
    let Some(line) = listed.or_else(|| newest(&mut lines())) else { return chosen };
    let others = std::iter::once(&chosen.line).chain(&chosen.others).filter(|other| **other != line).cloned().collect();
    Chosen {
        version: line.clone(),
        from: format!("assumed: {line} was the newest{of} when the lock was written ({day} or later)"),
        line,
        ground: Ground::Assumed,
        others,
    }
}

/// Versions in use that do not exist for the line that was assumed, and do for another one that the project admits, get
/// the availability that they have there. By package: a sentence that says so.
pub(crate) fn had_elsewhere(
    component: &Component,
    runtime: &Chosen,
    answers: &mut Answers,
    ask: Ask<'_>,
) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    if runtime.ground == Ground::Stated {
        return told;
    }
    for package in unfit(component, answers) {
        let Some(version) = rows::current(package).0 else { continue };
        for line in &runtime.others {
            let Some(there) = availability(&ask(package, line), &version) else { continue };
            if matches!(there, Availability::NoDistribution { .. }) {
                continue;
            }
            if let Some(Answer::Known(known)) = answers.get_mut(&package.name)
                && let Some(at) = known.find(&version).map(|r| r.version.clone())
                && let Some(release) = Arc::make_mut(known).releases.iter_mut().find(|r| r.version == at)
            {
                release.availability = there;
            }
            told.insert(
                package.name.clone(),
                format!("{version} exists for {line} and not for {}, which was assumed", runtime.version),
            );
            break;
        }
    }
    told
}

/// What a reader should know about a runtime that nothing pins.
pub(crate) fn notes(runtime: &Chosen) -> Option<String> {
    let why = runtime.from.strip_prefix("assumed: ")?;
    Some(format!("what can be installed is judged for {}, which is assumed: {why}", runtime.version))
}

/// Packages whose version in use does not exist for the line of the answers.
fn unfit<'c>(component: &'c Component, answers: &Answers) -> Vec<&'c Package> {
    let of = |package: &&Package| answers.get(&package.name).is_some_and(|answer| is_unfit(package, answer));
    component.packages.values().filter(of).collect()
}

fn is_unfit(package: &Package, answer: &Answer) -> bool {
    let version = rows::current(package).0;
    version.is_some_and(|v| matches!(availability(answer, &v), Some(Availability::NoDistribution { .. })))
}

fn availability(answer: &Answer, version: &str) -> Option<Availability> {
    match answer {
        Answer::Known(known) => known.find(version).map(|release| release.availability.clone()),
        Answer::Unknown | Answer::Elsewhere | Answer::NotRetrieved(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use uplift_model::analysis::Pinning;

    use super::*;
    use crate::components::Graph;
    use crate::releases::{Known, Release};

    fn component(pins: &[(&str, &str)]) -> Component {
        let package = |(name, version): &(&str, &str)| {
            let mut package = Package::new(name);
            package.pinning = Pinning::Pinned;
            package.pinned = Some((*version).to_owned());
            ((*name).to_owned(), package)
        };
        Component {
            root: String::new(),
            ecosystem: Ecosystem::Python,
            name: None,
            environment: String::new(),
            packages: pins.iter().map(package).collect(),
            graph: Graph::default(),
            complete: false,
            drift: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Every package has its pinned version, and that for the lines of `exists` only.
    fn index<'a>(exists: &'a [(&'a str, &'a [&'a str])]) -> impl Fn(&Package, &str) -> Answer + 'a {
        move |package, line| {
            let fits = exists.iter().any(|(name, lines)| *name == package.name && lines.contains(&line));
            let none = Availability::NoDistribution { exists_for: Vec::new() };
            Answer::Known(Arc::new(Known {
                releases: vec![Release {
                    version: package.pinned.clone().unwrap_or_default(),
                    date: None,
                    prerelease: false,
                    yanked: None,
                    deprecated: None,
                    availability: if fits { Availability::Installable } else { none },
                    native: None,
                    stable_abi: false,
                    size: None,
                }],
                ..Known::default()
            }))
        }
    }

    fn open(line: &str, others: &[&str]) -> Chosen {
        let others = others.iter().map(|o| (*o).to_owned()).collect();
        Chosen { others, ground: Ground::Assumed, from: "assumed: >=3.8".to_owned(), ..given(line, "") }
    }

    #[test]
    fn a_line_that_is_assumed_gives_way_to_the_versions_in_use() {
        let component = component(&[("old", "1.0"), ("pure", "2.0")]);
        let ask = index(&[("old", &["3.8", "3.9"]), ("pure", &["3.8", "3.9", "3.13"])]);
        let (runtime, answers) = settle(&component, open("3.13", &["3.12", "3.9", "3.8"]), &[], &ask);
        assert_eq!(runtime.version, "3.9");
        assert!(unfit(&component, &answers).is_empty());
        assert_eq!(
            notes(&runtime).as_deref(),
            Some(
                "what can be installed is judged for 3.9, which is assumed: >=3.8; 3.9 is the newest of those for which the \
                 versions in use exist (old not for 3.13)"
            )
        );
    }

    #[test]
    fn a_line_that_is_stated_stays_and_what_does_not_fit_is_said() {
        let component = component(&[("old", "1.0")]);
        let ask = index(&[("old", &["3.9"])]);
        let (runtime, mut answers) = settle(&component, given("3.13", "chosen by the settings"), &[], &ask);
        assert_eq!((runtime.version.as_str(), notes(&runtime)), ("3.13", None));
        assert!(had_elsewhere(&component, &runtime, &mut answers, &ask).is_empty());
        assert_eq!(unfit(&component, &answers).len(), 1);
    }

    #[test]
    fn versions_in_use_that_share_no_line_are_not_called_uninstallable() {
        let component = component(&[("old", "1.0"), ("other", "3.0"), ("young", "2.0")]);
        let ask = index(&[("old", &["3.9"]), ("other", &["3.13"]), ("young", &["3.13"])]);
        let (runtime, mut answers) = settle(&component, open("3.13", &["3.9"]), &[], &ask);
        assert_eq!(runtime.version, "3.13");
        let told = had_elsewhere(&component, &runtime, &mut answers, &ask);
        assert_eq!(told.get("old").map(String::as_str), Some("1.0 exists for 3.9 and not for 3.13, which was assumed"));
        assert!(unfit(&component, &answers).is_empty());
    }
}
