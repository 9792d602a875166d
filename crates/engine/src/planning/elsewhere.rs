//! The same packages in other components of the repository: which steps are linked, and what stands apart before the
//! plan and after it (rows A20 and C17).
//!
//! Lives elsewhere: every difference of a repository, whatever is planned (`uplift_facts::components::between`).

use std::collections::BTreeMap;

use uplift_ecosystems::python::discover::Component;
use uplift_ecosystems::python::manifest;
use uplift_model::plan::Linked;
use uplift_model::{Dependency, Move, PackageName, Role, Solution, Version};

use super::Facts;

/// What another component has of a package that it states.
pub(super) struct Other {
    component: String,
    package: PackageName,
    /// `==1.4`, `locked 1.4`, `any version`.
    stands_at: String,
    /// As the lock has it, else as the manifest pins it.
    version: Option<Version>,
    role: Role,
}

/// Where a package of this component stands, before and after.
struct Way<'a> {
    name: &'a PackageName,
    now: &'a Version,
    end: &'a Version,
    /// It is needed to run here.
    runs: bool,
}

impl Facts<'_> {
    /// Every other component's own packages; what only a build needs is left out.
    pub(super) fn elsewhere(&self) -> Vec<Other> {
        let mut all = Vec::new();
        for other in self.tree.components().iter().filter(|other| other.root != self.component.root) {
            let locked = locked(other);
            let stated = other.dependencies(&Solution::default());
            all.extend(stated.into_iter().filter(|d| d.role != Role::Build).map(|d| Other {
                component: crate::subject::shown(other),
                stands_at: stands_at(&d, locked.get(&d.name)),
                version: locked.get(&d.name).cloned().or_else(|| pin(&d)),
                package: d.name,
                role: d.role,
            }));
        }
        all
    }
}

/// The same packages in other components, and whether the move brings them together or takes them apart.
pub(super) fn linked(one: &Move, others: &[Other]) -> Vec<Linked> {
    let mut linked = Vec::new();
    for candidate in &one.candidates {
        for other in others.iter().filter(|other| other.package == candidate.name) {
            let runs = candidate.role == Role::Runtime;
            let way = Way { name: &candidate.name, now: &candidate.current, end: &candidate.target, runs };
            linked.push(Linked {
                component: other.component.clone(),
                package: candidate.name.to_string(),
                stands_at: other.stands_at.clone(),
                differs_now: other.version.as_ref().map(|version| version != way.now),
                differs_after: other.version.as_ref().map(|version| version != way.end),
                message: message(&way, other),
            });
        }
    }
    linked.sort_by(|a, b| (&a.component, &a.package).cmp(&(&b.component, &b.package)));
    linked
}

fn message(way: &Way<'_>, other: &Other) -> String {
    let Way { name, now, end, .. } = way;
    let there = &other.component;
    let at = match &other.version {
        Some(version) if version == *end => {
            return format!("{there} is at {name} {end} already: this step ends the difference");
        }
        Some(version) if version != *now => {
            return format!(
                "{there} is at {name} {version}: the two differ today and still do after this step; move {there} to {end} \
                 in the same week{}",
                exchanged(way, other)
            );
        }
        _ => &other.stands_at,
    };
    format!("{there} states {name} as well ({at}): move both in one week{}", exchanged(way, other))
}

/// Why it matters, where both need it to run; a test runner exchanges nothing.
fn exchanged(way: &Way<'_>, other: &Other) -> &'static str {
    if way.runs && other.role == Role::Runtime {
        "; as long as only one has moved, what they exchange is written by one version and read by another"
    } else {
        ""
    }
}

/// Sentences on packages that stand apart now or will: a difference of today each by itself, with whether the plan ends
/// it; what the plan alone takes apart together for each component. Only what both need to run counts.
pub(super) fn apart(own: &[Dependency], end: &Solution, others: &[Other]) -> Vec<String> {
    let mut today = Vec::new();
    let mut taken: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for dependency in own.iter().filter(|d| d.direct && d.role == Role::Runtime) {
        let Some(now) = &dependency.in_use else { continue };
        let name = &dependency.name;
        let way = Way { name, now, end: end.version(name).unwrap_or(now), runs: true };
        for other in others.iter().filter(|o| o.package == *name && o.role == Role::Runtime) {
            let Some(there) = &other.version else { continue };
            if there != way.now {
                today.push(difference(&way, &other.component, there));
            } else if there != way.end {
                taken.entry(&other.component).or_default().push(format!("{name} {} ({there} there)", way.end));
            }
        }
    }
    let taken = taken.into_iter().map(|(component, packages)| {
        format!(
            "once this plan is carried out, {component} differs until it moves as well: {}; plan it with `--component {}`",
            packages.join(", "),
            uplift_model::shell::word(component)
        )
    });
    today.into_iter().chain(taken).collect()
}

fn difference(way: &Way<'_>, component: &str, there: &Version) -> String {
    let Way { name, now, end, .. } = way;
    let after = if there == *end {
        format!("this plan ends it: both are at {end} then")
    } else if end == now {
        format!("this plan does not end it: {name} stays here")
    } else {
        format!("this plan does not end it: {name} goes to {end} here, and {component} has to follow")
    };
    format!("{name} is at {now} here and at {there} in {component}: one reads what the other writes; {after}")
}

fn locked(component: &Component) -> BTreeMap<PackageName, Version> {
    let pinned = component.locked.iter().flatten();
    pinned.filter_map(|p| Some((p.name.clone(), p.version.clone()?))).collect()
}

fn pin(dependency: &Dependency) -> Option<Version> {
    dependency.places.iter().find_map(|place| manifest::pinned(&place.specifier))
}

fn stands_at(dependency: &Dependency, locked: Option<&Version>) -> String {
    match (locked, pin(dependency)) {
        (Some(locked), None) => format!("locked {locked}"),
        _ => {
            let stated = dependency.places.iter().map(|p| &p.specifier).find(|s| !s.is_empty());
            stated.cloned().unwrap_or_else(|| "any version".to_owned())
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn name(text: &str) -> PackageName {
        PackageName::new(text).unwrap()
    }

    fn version(text: &str) -> Version {
        Version::new(text).unwrap()
    }

    fn own(package: &str, now: &str) -> Dependency {
        Dependency {
            name: name(package),
            direct: true,
            role: Role::Runtime,
            extras: Vec::new(),
            places: Vec::new(),
            in_use: Some(version(now)),
        }
    }

    fn other(package: &str, at: Option<&str>) -> Other {
        Other {
            component: "web".to_owned(),
            package: name(package),
            stands_at: at.map_or_else(|| "any version".to_owned(), |at| format!("=={at}")),
            version: at.map(version),
            role: Role::Runtime,
        }
    }

    fn ending(package: &str, at: &str) -> Solution {
        let mut end = Solution::default();
        end.packages.insert(name(package), version(at));
        end
    }

    #[test]
    fn a_difference_of_today_says_whether_the_plan_ends_it() {
        let told = |there: &str, end: &str| {
            apart(&[own("alpha", "1.0")], &ending("alpha", end), &[other("alpha", Some(there))])
        };
        assert!(told("2.0", "2.0")[0].contains("this plan ends it: both are at 2.0 then"));
        assert!(told("2.0", "3.0")[0].contains("goes to 3.0 here, and web has to follow"));
        assert!(told("2.0", "1.0")[0].contains("alpha stays here"));
        assert_eq!(told("1.0", "1.0"), Vec::<String>::new());
        assert!(told("1.0", "3.0")[0].contains("web differs until it moves as well: alpha 3.0 (1.0 there)"));
    }

    #[test]
    fn what_is_not_known_or_not_needed_to_run_is_no_warning() {
        let end = ending("alpha", "3.0");
        assert!(apart(&[own("alpha", "1.0")], &end, &[other("alpha", None)]).is_empty());
        let test = Other { role: Role::Test, ..other("alpha", Some("2.0")) };
        assert!(apart(&[own("alpha", "1.0")], &end, &[test]).is_empty());
    }

    #[test]
    fn a_step_that_ends_a_difference_says_so() {
        let way = |end: &'static str| (name("alpha"), version("1.0"), version(end));
        let told = |end: &'static str, there: Option<&str>| {
            let (name, now, end) = way(end);
            message(&Way { name: &name, now: &now, end: &end, runs: true }, &other("alpha", there))
        };
        assert_eq!(told("2.0", Some("2.0")), "web is at alpha 2.0 already: this step ends the difference");
        assert!(told("3.0", Some("2.0")).starts_with("web is at alpha 2.0: the two differ today and still do"));
        assert!(
            told("3.0", Some("1.0")).starts_with("web states alpha as well (==1.0): move both in one week; as long")
        );
        assert!(told("3.0", None).starts_with("web states alpha as well (any version)"));
    }
}
