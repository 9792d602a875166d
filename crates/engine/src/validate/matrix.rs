//! Rows of package x interpreter with what decides, and families of packages that can only move together.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::compatibility::{Cause, CauseKind, Constraint, Family, MatrixRow, Verdict};
use uplift_model::{PackageName, Version};

use super::conflict;
use super::pages::{Pages, Standing};
use super::python::{Checked, Subject};
use super::runtimes::{self, Runtime};

/// One row for each direct package and interpreter.
pub(super) fn rows(subject: &Subject<'_>, checked: &[Checked]) -> Vec<MatrixRow> {
    let names: BTreeSet<&PackageName> = subject.after.roots.iter().filter(|r| !r.url).map(|r| &r.name).collect();
    let mut rows = Vec::new();
    let mut ranges: BTreeMap<(PackageName, Version), Option<String>> = BTreeMap::new();
    for name in names {
        for Checked { check, runtime } in checked {
            let solved = check.solution.get(name.as_str()).and_then(|v| Version::new(v).ok());
            let pinned = subject.after.roots.iter().filter(|r| r.name == *name).find_map(|r| r.pinned());
            let version = solved.clone().or(pinned);
            let (verdict, deciding) =
                decided(subject.pages, name, version.as_ref(), solved.is_some(), &check.causes, runtime);
            let verdict = verdict.unwrap_or(if check.verdict == Verdict::Unsat || solved.is_none() {
                Verdict::NotChecked
            } else {
                Verdict::Sat
            });
            let lowered = check.downgrades.iter().find(|s| s.name == name.as_str());
            let (verdict, deciding) = match lowered {
                Some(s) => (
                    Verdict::Downgrade,
                    Some(
                        deciding
                            .unwrap_or_else(|| format!("below {} that is in use", s.from.as_deref().unwrap_or("?"))),
                    ),
                ),
                None => (verdict, deciding),
            };
            let key = version.clone().map(|v| (name.clone(), v));
            let range = key.and_then(|key| {
                ranges.entry(key.clone()).or_insert_with(|| range(subject.pages, &key.0, &key.1, runtime)).clone()
            });
            rows.push(MatrixRow {
                package: name.to_string(),
                version: version.map(|v| v.to_string()),
                runtime: runtime.name.clone(),
                verdict,
                deciding: deciding.or_else(|| peer(subject, name, check, runtime)),
                range,
            });
        }
    }
    rows
}

/// What decides against the package: a cause that is about it.
fn decided(
    pages: &Pages<'_>,
    name: &PackageName,
    version: Option<&Version>,
    solved: bool,
    causes: &[Cause],
    runtime: &Runtime,
) -> (Option<Verdict>, Option<String>) {
    if let Some(version) = version.filter(|_| !solved) {
        let standing = pages.standing(name, version, &runtime.tags());
        if let Some((_, words)) = conflict::of_standing(name, version, &standing, runtime) {
            return (Some(Verdict::Unsat), Some(words));
        }
        if let Standing::Unknown(why) = standing {
            return (Some(Verdict::NotChecked), Some(why));
        }
    }
    let is_about = |k: &&Constraint| {
        k.on == name.as_str()
            || k.by.as_deref().is_some_and(|by| by.split(['=', '>', '<']).next() == Some(name.as_str()))
    };
    for cause in causes {
        let Some(own) = cause.constraints.iter().find(is_about) else { continue };
        let other = cause.constraints.iter().find(|k| k.by.is_some()).unwrap_or(own);
        let verdict = match cause.kind {
            CauseKind::Import => Verdict::ImportFails,
            CauseKind::Downgrade => return (None, Some(other.words())),
            CauseKind::SourcesOnly => Verdict::NotChecked,
            _ => Verdict::Unsat,
        };
        return (Some(verdict), Some(other.words()));
    }
    (None, None)
}

/// The tightest requirement that another direct package has on this one, where it holds: an exact one before a bounded one.
fn peer(
    subject: &Subject<'_>,
    name: &PackageName,
    check: &uplift_model::compatibility::Check,
    runtime: &Runtime,
) -> Option<String> {
    let environment = runtime.environment()?;
    let mut found: Vec<(u8, String)> = Vec::new();
    for root in subject.after.roots.iter().filter(|r| r.name != *name && !r.url) {
        let version =
            check.solution.get(root.name.as_str()).and_then(|v| Version::new(v).ok()).or_else(|| root.pinned());
        let Some(version) = version else { continue };
        let Some(metadata) = subject.pages.metadata(&root.name, &version) else { continue };
        for required in metadata.on(&environment, &root.extras).filter(|r| r.name == *name) {
            let rank = if required.exact().is_some() { 0 } else { 1 };
            if required.specifier.contains(['<', '~']) || rank == 0 {
                found.push((rank, format!("{}=={version} requires {}", root.name, required.text())));
            }
        }
    }
    found.sort();
    found.into_iter().next().map(|(_, words)| words)
}

/// Lines of Python that something of the release is for.
fn range(pages: &Pages<'_>, name: &PackageName, version: &Version, runtime: &Runtime) -> Option<String> {
    let fits = |line: &String| {
        let tags = Runtime { interpreter: at(runtime, line), ..runtime.clone() }.tags();
        matches!(pages.standing(name, version, &tags), Standing::Wheel | Standing::Sources(_))
    };
    let lines: Vec<String> = runtimes::LINES.map(|minor| format!("3.{minor}")).filter(fits).collect();
    (!lines.is_empty()).then(|| runtimes::ranges(&lines))
}

fn at(runtime: &Runtime, line: &str) -> uplift_ecosystems::python::interpreter::Interpreter {
    let mut interpreter = runtime.interpreter.clone();
    interpreter.version = format!("{line}.99");
    interpreter
}

/// Packages tied by exact requirements, directly or through a third one; those with two direct members.
pub(super) fn families(subject: &Subject<'_>, checked: &[Checked]) -> Vec<Family> {
    let mut releases: BTreeSet<(PackageName, Version)> = BTreeSet::new();
    for root in subject.before.roots.iter().chain(&subject.after.roots).filter(|r| !r.url) {
        releases.extend(root.pinned().map(|v| (root.name.clone(), v)));
        for Checked { check, .. } in checked {
            let solved = check.solution.get(root.name.as_str()).and_then(|v| Version::new(v).ok());
            releases.extend(solved.map(|v| (root.name.clone(), v)));
        }
    }
    subject.pages.load_metadata(releases.iter().cloned());
    let mut ties: Vec<(PackageName, PackageName, String)> = Vec::new();
    for (name, version) in releases {
        let Some(metadata) = subject.pages.metadata(&name, &version) else { continue };
        for required in metadata.requires.iter().filter(|r| r.extra.is_none() && r.exact().is_some()) {
            let because = format!("{name}=={version} requires {}", required.text());
            ties.push((name.clone(), required.name.clone(), because));
        }
    }
    joined(&ties, &subject.after.roots.iter().map(|r| r.name.clone()).collect())
}

fn joined(ties: &[(PackageName, PackageName, String)], direct: &BTreeSet<PackageName>) -> Vec<Family> {
    let mut groups: Vec<BTreeSet<&PackageName>> = Vec::new();
    for (a, b, _) in ties {
        let (mut with, without): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|g: &BTreeSet<&PackageName>| g.contains(a) || g.contains(b));
        let mut one: BTreeSet<&PackageName> = with.drain(..).flatten().collect();
        one.extend([a, b]);
        groups = without;
        groups.push(one);
    }
    let mut families: Vec<Family> = groups
        .into_iter()
        .filter(|g| g.iter().filter(|n| direct.contains(**n)).count() > 1)
        .map(|group| Family {
            because: ties.iter().filter(|(a, _, _)| group.contains(a)).map(|(_, _, why)| why.clone()).collect(),
            members: group.into_iter().map(ToString::to_string).collect(),
        })
        .collect();
    families.sort_by(|a, b| a.members.cmp(&b.members));
    families
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn two_schemes_of_versions_are_one_family_through_what_both_pin() {
        let name = |n: &str| PackageName::new(n).unwrap();
        let tie = |a: &str, b: &str| (name(a), name(b), format!("{a} requires {b}"));
        let ties = [
            tie("sdk", "api"),
            tie("sdk", "conventions"),
            tie("instrumentation-fastapi", "conventions"),
            tie("pydantic", "pydantic-core"),
        ];
        let direct = ["sdk", "api", "instrumentation-fastapi", "pydantic"].map(name).into_iter().collect();
        let families = joined(&ties, &direct);
        assert_eq!(families.len(), 1, "one direct member alone is no family: {families:?}");
        assert_eq!(families[0].members, ["api", "conventions", "instrumentation-fastapi", "sdk"]);
        assert_eq!(families[0].because.len(), 3);
    }
}
