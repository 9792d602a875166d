//! One row of the analysis from everything known of a dependency, but for target and risk, which are judgement.

use uplift_model::analysis::{Availability, Behind, CurrentFrom, DependencyRow, Statement};
use uplift_model::semver;
use uplift_model::{Datum, Distance, Ecosystem, PackageName, Version};

use crate::components::{Component, Package};
use crate::days;
use crate::releases::{Answer, Known, succeeded};

/// The row of `package`. Advisories and use are filled in by the caller.
pub(crate) fn row(component: &Component, package: &Package, answer: &Answer, as_of: &str) -> DependencyRow {
    let (current, from) = current(package);
    let known = match answer {
        Answer::Known(known) => Some(known.as_ref()),
        Answer::Unknown | Answer::Elsewhere | Answer::NotRetrieved(_) => None,
    };
    let of = |value: Option<String>| match answer {
        Answer::NotRetrieved(why) => Datum::not_retrieved(why.clone()),
        _ => Datum::answered(value),
    };
    let latest = of(known.and_then(Known::latest).map(|r| r.version.clone()));
    let installable = of(known.and_then(Known::latest_installable).map(|r| r.version.clone()));
    let (ecosystem, is_direct) =
        (component.ecosystem, |name: &str| component.packages.get(name).is_some_and(|p| p.direct));
    let released = released(answer, current.as_deref());
    let aim = installable.value().or(latest.value()).cloned();
    DependencyRow {
        name: package.name.clone(),
        ecosystem,
        direct: package.direct,
        role: package.role,
        stated: package.stated.clone(),
        extras: package.extras.clone(),
        pinning: package.pinning,
        floor: package.floor.clone(),
        locked: package.locked.last().cloned(),
        installed: package.installed.clone(),
        other_versions: package.locked.iter().filter(|v| Some(*v) != current.as_ref()).cloned().collect(),
        distance: current.as_deref().zip(latest.value()).and_then(|(a, b)| distance(ecosystem, a, b)),
        behind: current.as_deref().zip(known).and_then(|(c, k)| behind(ecosystem, k, c)),
        age_days: released.value().and_then(|date| days::between(date, as_of)),
        availability: availability(answer, current.as_deref(), as_of),
        deprecation: match answer {
            Answer::NotRetrieved(why) => Datum::not_retrieved(why.clone()),
            // The maintainers may have taken every release down.
            Answer::Unknown if ecosystem == Ecosystem::Python => {
                Datum::answered(PackageName::new(&package.name).ok().and_then(|name| succeeded(&name)))
            }
            Answer::Unknown | Answer::Elsewhere => Datum::None,
            Answer::Known(known) => Datum::answered(deprecation(known, current.as_deref())),
        },
        advisories: Datum::None,
        paths: if package.direct { Vec::new() } else { component.graph.paths(&package.name, &is_direct, 5) },
        usage: Datum::None,
        dependents: component.graph.dependents(&package.name),
        target_released: self::released(answer, aim.as_deref()),
        target_version: None,
        held_by: None,
        reasons: Vec::new(),
        risk: None,
        findings: package.findings.iter().cloned().chain(other_pins(package, known, current.as_deref())).collect(),
        release_notes: None,
        licence: None,
        target_licence: None,
        symbols: None,
        warnings: Vec::new(),
        current_version: current,
        current_from: from,
        latest,
        latest_installable: installable,
        released,
    }
}

/// The version in use, and what says so. A floor says nothing of what runs.
pub(crate) fn current(package: &Package) -> (Option<String>, CurrentFrom) {
    // The copy that the project itself sees is the one that a pin or the lock's root names; nested ones are lower or equal.
    if let Some(locked) = of_lock(package) {
        return (Some(locked.clone()), CurrentFrom::Locked);
    }
    if let Some(pinned) = &package.pinned {
        return (Some(pinned.clone()), CurrentFrom::Pinned);
    }
    match &package.installed {
        Some(installed) => (Some(installed.clone()), CurrentFrom::Installed),
        None => (None, CurrentFrom::Unknown),
    }
}

fn of_lock(package: &Package) -> Option<&String> {
    let pinned = || package.pinned.as_ref().filter(|p| package.locked.contains(p));
    package.resolved.as_ref().or_else(pinned).or(package.locked.last())
}

fn released(answer: &Answer, version: Option<&str>) -> Datum<String> {
    match (answer, version) {
        (Answer::NotRetrieved(why), _) => Datum::not_retrieved(why.clone()),
        (Answer::Known(known), Some(version)) => match known.find(version) {
            Some(release) if release.date.is_some() => Datum::answered(release.date.clone()),
            Some(_) => Datum::not_retrieved("the index gives no date for this release"),
            None => Datum::None,
        },
        _ => Datum::None,
    }
}

fn availability(answer: &Answer, current: Option<&str>, as_of: &str) -> Datum<Availability> {
    match (answer, current) {
        (Answer::Known(known), Some(current)) if known.came_later(current) => {
            Datum::not_retrieved(format!("{current} came out after {as_of}, the day that is looked at"))
        }
        (Answer::NotRetrieved(why), _) => Datum::not_retrieved(why.clone()),
        (Answer::Unknown, _) => Datum::found(Availability::NoSuchPackage),
        (Answer::Elsewhere, _) | (Answer::Known(_), None) => Datum::None,
        (Answer::Known(known), Some(current)) => Datum::found(match known.find(current) {
            Some(release) => release.availability.clone(),
            None => Availability::NoSuchVersion { nearest: nearest(known, current) },
        }),
    }
}

/// Exact pins beside the version in use that cannot be had: a second manifest is installed from as well, by somebody.
fn other_pins(package: &Package, known: Option<&Known>, current: Option<&str>) -> Vec<String> {
    let Some(known) = known else { return Vec::new() };
    let said = |statement: &Statement| {
        let version = statement.specifier.strip_prefix("==")?.trim();
        if version.contains(['*', ',', ' ']) || Version::new(version).is_err() || current == Some(version) {
            return None;
        }
        let place = format!("{}:{} pins {version}", statement.file, statement.line);
        if known.came_later(version) {
            return None;
        }
        match known.find(version).map(|r| (&r.yanked, &r.availability)) {
            None => {
                Some(format!("{place}, which was never released (nearest: {})", nearest(known, version).join(", ")))
            }
            Some((Some(reason), _)) if reason.is_empty() => Some(format!("{place}, which is yanked")),
            Some((Some(reason), _)) => Some(format!("{place}, which is yanked: {reason}")),
            Some((None, Availability::NoDistribution { exists_for })) => {
                Some(format!("{place}, of which nothing fits here; it exists for {}", Availability::tags(exists_for)))
            }
            Some(_) => None,
        }
    };
    package.stated.iter().filter_map(said).collect()
}

/// The releases just below and above a version that does not exist.
fn nearest(known: &Known, version: &str) -> Vec<String> {
    let Ok(wanted) = Version::new(version) else { return Vec::new() };
    let all: Vec<(Version, &str)> =
        known.releases.iter().filter_map(|r| Some((Version::new(&r.version).ok()?, r.version.as_str()))).collect();
    let below = all.iter().rev().find(|(v, _)| *v < wanted).map(|(_, t)| (*t).to_owned());
    let above = all.iter().find(|(v, _)| *v > wanted).map(|(_, t)| (*t).to_owned());
    below.into_iter().chain(above).collect()
}

fn deprecation(known: &Known, current: Option<&str>) -> Option<uplift_model::analysis::Deprecation> {
    let of_release = current.and_then(|c| known.find(c)).and_then(|r| r.deprecated.clone());
    let of_release = of_release.map(|message| uplift_model::analysis::Deprecation { message, successor: None });
    known.deprecation.clone().or(of_release)
}

/// Distance on the package's own scheme.
pub fn distance(ecosystem: Ecosystem, from: &str, to: &str) -> Option<Distance> {
    match ecosystem {
        Ecosystem::Python => Some(Version::new(from).ok()?.distance(&Version::new(to).ok()?)),
        Ecosystem::JavaScript => Some(npm(from)?.distance(&npm(to)?)),
    }
}

/// Difference of the first release numbers, and of the second ones where the first are the same.
pub fn apart(ecosystem: Ecosystem, from: &str, to: &str) -> Option<(u64, u64)> {
    let numbers = |text: &str| -> Option<Vec<u64>> {
        match ecosystem {
            Ecosystem::Python => Some(Version::new(text).ok()?.line(2)),
            Ecosystem::JavaScript => npm(text).map(|v| vec![v.major(), v.minor()]),
        }
    };
    let (now, then) = (numbers(from)?, numbers(to)?);
    let majors = then.first()?.saturating_sub(*now.first()?);
    let minors = if majors == 0 { then.get(1)?.saturating_sub(*now.get(1)?) } else { 0 };
    Some((majors, minors))
}

fn npm(text: &str) -> Option<semver::Version> {
    semver::Version::parse(text, semver::Options::LOOSE).ok()
}

fn behind(ecosystem: Ecosystem, known: &Known, current: &str) -> Option<Behind> {
    let latest = known.latest()?;
    let (majors, minors) = apart(ecosystem, current, &latest.version)?;
    let above = |r: &&crate::releases::Release| match ecosystem {
        Ecosystem::Python => Version::new(&r.version).ok() > Version::new(current).ok(),
        Ecosystem::JavaScript => npm(&r.version) > npm(current),
    };
    let here = known.find(current).map(|r| r.version.as_str());
    let at = known.releases.iter().position(|r| Some(r.version.as_str()) == here);
    let later = known.releases.iter().skip(at.map_or(0, |i| i + 1));
    let releases = later.filter(|r| !r.prerelease && r.yanked.is_none()).filter(|r| at.is_some() || above(r)).count();
    Some(Behind { majors, minors, releases })
}
