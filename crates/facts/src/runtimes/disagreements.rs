//! What contradicts what among the statements of one component's runtime, in words that name both places.

use std::collections::BTreeSet;

use uplift_ecosystems::python::manifest::admits;
use uplift_model::Version;
use uplift_model::analysis::Disagreement;

use super::node_range::NodeRange;
use super::statement::{Runtime, Stated, kind};
use super::versions::sorted;

/// Releases of a Python line that are tried against a range: more than any line has had.
const PATCHES: u64 = 40;

pub(super) fn of(stated: &[&Stated]) -> Vec<Disagreement> {
    let mut found = Vec::new();
    outside_of_ranges(stated, &mut found);
    ranges(stated, &mut found);
    untested(stated, &mut found);
    unclassified(stated, &mut found);
    apart(stated, &mut found);
    compiled(stated, &mut found);
    let mut seen = BTreeSet::new();
    found.retain(|d| seen.insert(d.message.clone()));
    found
}

/// Statements that `range` does not admit, be it a version that runs or the lowest that is promised.
pub(super) fn refused<'s>(stated: &[&'s Stated], range: &str) -> Vec<&'s Stated> {
    let promised = |s: &Stated| s.is(kind::REQUIRES) || s.is(kind::ENGINES);
    let outside = |s: &Stated| s.versions.iter().any(|v| admitted(s.runtime, range, v) == Some(false));
    stated.iter().copied().filter(|s| (s.statement.exact || promised(s)) && outside(s)).collect()
}

fn of_kind<'s>(stated: &'s [&'s Stated], kinds: &'s [&'s str]) -> impl Iterator<Item = &'s Stated> {
    stated.iter().copied().filter(|s| kinds.iter().any(|k| s.is(k)))
}

fn told(message: String, places: &[&Stated]) -> Disagreement {
    Disagreement { message, places: places.iter().map(|s| s.at()).collect() }
}

/// `a`, `a and b`, `a, b and c`.
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Whether the range of `stated` admits `version`, see [`admitted`].
fn range_admits(stated: &Stated, version: &str) -> Option<bool> {
    admitted(stated.runtime, stated.range.as_deref()?, version)
}

/// Whether `range` admits `version`, or any of the line when no more is written; `None` when one of them cannot be read.
fn admitted(runtime: Runtime, range: &str, version: &str) -> Option<bool> {
    match (runtime, version.split('.').count()) {
        (Runtime::Node, _) => NodeRange::read(range).map(|r| r.admits(version)),
        (Runtime::Python, 0 | 1) => None,
        (Runtime::Python, 2) => {
            let patch = |patch: u64| Version::new(&format!("{version}.{patch}"));
            Some((0..=PATCHES).any(|p| patch(p).is_ok_and(|v| admits(range, &v))))
        }
        (Runtime::Python, _) => Version::new(version).ok().map(|v| admits(range, &v)),
    }
}

/// An image, CI, a version file or a classifier names a version that the project does not admit.
fn outside_of_ranges(stated: &[&Stated], found: &mut Vec<Disagreement>) {
    for range in of_kind(stated, &[kind::REQUIRES, kind::ENGINES]) {
        let others = [kind::IMAGE, kind::CI, kind::VERSION_FILE, kind::CLASSIFIERS, kind::TOOL];
        for other in of_kind(stated, &others).filter(|s| s.statement.exact) {
            let refused: Vec<String> =
                other.versions.iter().filter(|v| range_admits(range, v) == Some(false)).cloned().collect();
            if refused.is_empty() {
                continue;
            }
            let verb = match other.statement.kind.as_str() {
                kind::CLASSIFIERS => "lists",
                kind::CI | kind::TOOL => "tests with",
                kind::VERSION_FILE => "asks for",
                _ => "runs",
            };
            let message = format!(
                "{} {verb} {} {}, which {} does not admit",
                other.at(),
                other.runtime.title(),
                list(&sorted(refused)),
                range.told(),
            );
            found.push(told(message, &[other, range]));
        }
    }
}

/// Two manifests with different lower limits.
fn ranges(stated: &[&Stated], found: &mut Vec<Disagreement>) {
    let all: Vec<&Stated> = of_kind(stated, &[kind::REQUIRES, kind::ENGINES]).collect();
    for (at, one) in all.iter().enumerate() {
        for other in all.iter().skip(at + 1).filter(|o| o.statement.lines != one.statement.lines) {
            let message = format!("{} and {} start at different versions", one.told(), other.told());
            found.push(told(message, &[one, other]));
        }
    }
}

/// CI never runs the version that the image or the version file names, nor the lowest that is promised.
fn untested(stated: &[&Stated], found: &mut Vec<Disagreement>) {
    let ci: Vec<&Stated> = of_kind(stated, &[kind::CI]).filter(|s| s.statement.exact).collect();
    let tested = sorted(ci.iter().flat_map(|s| s.statement.lines.iter().cloned()));
    let Some(first) = ci.first() else { return };
    for image in of_kind(stated, &[kind::IMAGE, kind::VERSION_FILE]).filter(|s| s.statement.exact) {
        for line in image.statement.lines.iter().filter(|l| !tested.contains(l)) {
            let message = format!(
                "{} is {} {line}, and CI tests {} only ({})",
                image.told(),
                image.runtime.title(),
                list(&tested),
                first.at(),
            );
            found.push(told(message, &[image, first]));
        }
    }
    // A floor is a promise to whoever installs it; tox and nox may keep it.
    let tools: Vec<&String> = of_kind(stated, &[kind::TOOL]).flat_map(|s| s.statement.lines.iter()).collect();
    for range in of_kind(stated, &[kind::REQUIRES, kind::ENGINES]).filter(|s| !s.statement.exact) {
        let Some(floor) = range.statement.lines.first() else { continue };
        if !tested.contains(floor) && !tools.contains(&floor) {
            let message = format!(
                "{} promises {} {floor}, and CI tests {} only ({})",
                range.told(),
                range.runtime.title(),
                list(&tested),
                first.at(),
            );
            found.push(told(message, &[range, first]));
        }
    }
}

/// Classifiers leave out what CI or the image runs, or list what CI never runs.
fn unclassified(stated: &[&Stated], found: &mut Vec<Disagreement>) {
    for classifiers in of_kind(stated, &[kind::CLASSIFIERS]) {
        let listed = &classifiers.statement.lines;
        for other in of_kind(stated, &[kind::CI, kind::IMAGE]).filter(|s| s.statement.exact) {
            let missing: Vec<String> = other.statement.lines.iter().filter(|l| !listed.contains(l)).cloned().collect();
            if !missing.is_empty() {
                let message = format!(
                    "{} runs Python {}, which the classifiers of {} do not list",
                    other.at(),
                    list(&missing),
                    classifiers.at(),
                );
                found.push(told(message, &[other, classifiers]));
            }
        }
        let run: Vec<&String> =
            of_kind(stated, &[kind::CI, kind::TOOL]).flat_map(|s| s.statement.lines.iter()).collect();
        let Some(first) = of_kind(stated, &[kind::CI]).next() else { continue };
        let never: Vec<String> = listed.iter().filter(|l| !run.contains(l)).cloned().collect();
        if !never.is_empty() {
            let message = format!(
                "the classifiers of {} list Python {}, which CI never tests ({})",
                classifiers.at(),
                list(&never),
                first.at(),
            );
            found.push(told(message, &[classifiers, first]));
        }
    }
}

/// The lock was compiled for another line than the one that runs.
fn compiled(stated: &[&Stated], found: &mut Vec<Disagreement>) {
    let runs = [kind::IMAGE, kind::VERSION_FILE];
    for lock in of_kind(stated, &[kind::LOCK]) {
        for other in of_kind(stated, &runs).filter(|s| s.statement.exact && !s.statement.lines.is_empty()) {
            if !lock.statement.lines.iter().any(|l| other.statement.lines.contains(l)) {
                let runs = list(&other.statement.lines);
                let message = format!("{}, and {} is Python {runs}", lock.told(), other.told());
                found.push(told(message, &[lock, other]));
            }
        }
    }
}

/// Version file and image differ, and images among themselves.
fn apart(stated: &[&Stated], found: &mut Vec<Disagreement>) {
    let all: Vec<&Stated> = of_kind(stated, &[kind::VERSION_FILE, kind::IMAGE]).filter(|s| s.statement.exact).collect();
    for (at, one) in all.iter().enumerate() {
        for other in all.iter().skip(at + 1) {
            let shared = one.statement.lines.iter().any(|l| other.statement.lines.contains(l));
            if !shared && !one.statement.lines.is_empty() && !other.statement.lines.is_empty() {
                let message =
                    format!("{} and {} are different versions of {}", one.told(), other.told(), one.runtime.title());
                found.push(told(message, &[one, other]));
            }
        }
    }
}
