//! The same package had differently by two components of the repository (rows A20 and C17).
//!
//! Lives here: comparing components with one another, within one ecosystem: versions of two ecosystems under one name
//! have nothing to do with each other. Lives elsewhere: what differs within a component (`super::drift`).

use std::collections::BTreeMap;

use uplift_model::analysis::{ComponentAnalysis, DependencyRow, Differs, Drift, InComponent, Pinning, Statement};
use uplift_model::{Ecosystem, Role, Version};

use super::drift::layered;

/// Every package that two components state themselves and have differently, by name. Versions in use count where all of
/// them are known, requirements where one is not.
pub(crate) fn between(components: &[ComponentAnalysis]) -> Vec<Drift> {
    let mut by_name: BTreeMap<(&str, Ecosystem), Vec<(&ComponentAnalysis, &DependencyRow)>> = BTreeMap::new();
    for component in components {
        // What comes from an address or from the repository itself has no version to compare.
        let own = component.dependencies.iter().filter(|row| row.direct && row.pinning != Pinning::Elsewhere);
        for row in own.filter(|row| asks(row).next().is_some()) {
            by_name.entry((&row.name, row.ecosystem)).or_default().push((component, row));
        }
    }
    let drift = |((package, ecosystem), rows): ((&str, Ecosystem), Vec<(&ComponentAnalysis, &DependencyRow)>)| {
        let differs = differs(ecosystem, &rows)?;
        Some(Drift {
            package: package.to_owned(),
            ecosystem,
            differs,
            shared: rows.iter().filter(|(_, row)| row.role == Role::Runtime).count() > 1,
            components: rows.into_iter().map(|(component, row)| standing(component, row)).collect(),
        })
    };
    by_name.into_iter().filter_map(drift).collect()
}

/// Statements that ask for the package: what a build needs is made anew for each build, a peer is what others bring.
fn asks(row: &DependencyRow) -> impl Iterator<Item = &Statement> {
    row.stated.iter().filter(|s| s.group != "build" && s.group != "peerDependencies")
}

fn differs(ecosystem: Ecosystem, rows: &[(&ComponentAnalysis, &DependencyRow)]) -> Option<Differs> {
    let known: Vec<&str> = rows.iter().filter_map(|(_, row)| row.current_version.as_deref()).collect();
    if known.iter().any(|one| known.iter().any(|other| !same(ecosystem, one, other))) {
        return Some(Differs::Version);
    }
    let apart = || rows.iter().any(|(_, one)| rows.iter().any(|(_, other)| !agree(one, other)));
    (known.len() < rows.len() && apart()).then_some(Differs::Requirement)
}

/// `1.0` and `1.0.0` are one version to Python.
fn same(ecosystem: Ecosystem, one: &str, other: &str) -> bool {
    match (ecosystem, Version::new(one), Version::new(other)) {
        (Ecosystem::Python, Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// Some place of the one says what some place of the other does.
fn agree(one: &DependencyRow, other: &DependencyRow) -> bool {
    // A star alone is how some tools write "any".
    let bare = |s: &Statement| s.specifier.split_whitespace().filter(|part| *part != "*").collect::<String>();
    let python = one.ecosystem == Ecosystem::Python;
    let fits = |a: &Statement, b: &Statement| bare(a) == bare(b) || python && (layered(a, b) || layered(b, a));
    asks(one).any(|a| asks(other).any(|b| fits(a, b)))
}

fn standing(component: &ComponentAnalysis, row: &DependencyRow) -> InComponent {
    InComponent {
        component: component.path.clone(),
        role: row.role,
        stated: row.stated.clone(),
        current_version: row.current_version.clone(),
        current_from: row.current_from,
    }
}

#[cfg(test)]
mod tests {
    use uplift_model::analysis::CurrentFrom;

    use super::*;

    fn row(name: &str, file: &str, specifier: &str, current: Option<&str>) -> DependencyRow {
        let package = super::super::Package {
            direct: true,
            pinning: Pinning::Bounded,
            stated: vec![Statement {
                file: file.to_owned(),
                line: 3,
                written: format!("{name}{specifier}"),
                specifier: specifier.to_owned(),
                marker: None,
                group: "main".to_owned(),
            }],
            ..super::super::Package::new(name)
        };
        let component = super::super::Component {
            root: String::new(),
            ecosystem: Ecosystem::Python,
            name: None,
            environment: String::new(),
            packages: BTreeMap::new(),
            graph: super::super::Graph::default(),
            complete: false,
            drift: Vec::new(),
            notes: Vec::new(),
        };
        let mut row = crate::rows::row(&component, &package, &crate::releases::Answer::Unknown, "2026-11-21");
        row.current_version = current.map(str::to_owned);
        row.current_from = if current.is_some() { CurrentFrom::Locked } else { CurrentFrom::Unknown };
        row
    }

    fn component(path: &str, rows: Vec<DependencyRow>) -> ComponentAnalysis {
        ComponentAnalysis {
            path: path.to_owned(),
            ecosystem: Ecosystem::Python,
            name: None,
            runtime: None,
            runtime_from: None,
            platform: String::new(),
            environment: String::new(),
            dependencies: rows,
            runtime_upgrade: None,
            runtimes: Vec::new(),
            drift: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn found(one: DependencyRow, other: DependencyRow) -> Vec<(Differs, bool)> {
        let found = between(&[component("api", vec![one]), component("worker", vec![other])]);
        found.iter().map(|d| (d.differs, d.shared)).collect()
    }

    #[test]
    fn versions_in_use_count_before_what_is_written() {
        let api = || row("x", "api/r.txt", ">=1", Some("1.0"));
        assert_eq!(found(api(), row("x", "worker/r.txt", ">=1", Some("1.2"))), [(Differs::Version, true)]);
        assert_eq!(found(api(), row("x", "worker/r.txt", ">=0.9", Some("1.0.0"))), [], "the same one runs");
        let tests = DependencyRow { role: Role::Test, ..row("x", "worker/r.txt", "==2", Some("2")) };
        assert_eq!(found(api(), tests), [(Differs::Version, false)], "nothing is exchanged with a test");
    }

    #[test]
    fn where_a_version_is_not_known_the_requirements_count() {
        let open = |file: &str, specifier: &str| row("x", file, specifier, None);
        assert_eq!(
            found(open("a/r.txt", ">=1"), open("b/r.txt", "==1.4")),
            [(Differs::Requirement, true)],
            "nothing says that the first runs 1.4"
        );
        assert_eq!(found(open("a/r.txt", ">= 1, < 2"), open("b/r.txt", ">=1,<2")), []);
        assert_eq!(found(open("a/setup.py", ">=1"), row("x", "b/r.txt", "==1.4", Some("1.4"))), [], "a promise, kept");
        assert_eq!(
            found(open("a/setup.py", ">=2"), row("x", "b/r.txt", "==1.4", Some("1.4"))),
            [(Differs::Requirement, true)]
        );
    }

    #[test]
    fn what_a_component_does_not_ask_for_itself_is_not_compared() {
        let api = || row("x", "api/r.txt", "==1", Some("1"));
        let brought = DependencyRow { direct: false, ..row("x", "worker/r.txt", "==2", Some("2")) };
        assert_eq!(found(api(), brought), []);
        let elsewhere = DependencyRow { pinning: Pinning::Elsewhere, ..row("x", "worker/r.txt", "", None) };
        assert_eq!(found(api(), elsewhere), []);
        let mut build = row("x", "worker/pyproject.toml", ">=61", None);
        build.stated.iter_mut().for_each(|s| s.group = "build".to_owned());
        assert_eq!(found(api(), build), []);
        let npm = DependencyRow { ecosystem: Ecosystem::JavaScript, ..row("x", "web/package.json", "2", Some("2")) };
        assert_eq!(found(api(), npm), [], "a namesake of another ecosystem");
    }

    #[test]
    fn every_component_is_listed_with_its_place_and_version() {
        let all = [
            component("api", vec![row("x", "api/r.txt", "==1", Some("1"))]),
            component("jobs", vec![row("x", "jobs/r.txt", "==1", Some("1"))]),
            component("worker", vec![row("x", "worker/r.txt", "", None)]),
            component("web", vec![row("x", "web/r.txt", "==2", Some("2"))]),
        ];
        let drift = between(&all);
        let shown: Vec<(&str, &str)> =
            drift.iter().flat_map(|d| &d.components).map(|c| (c.component.as_str(), c.shown())).collect();
        assert_eq!(shown, [("api", "1"), ("jobs", "1"), ("worker", "any version"), ("web", "2")]);
    }

    proptest::proptest! {
        /// Who is first makes no difference, and what agrees everywhere is never told.
        #[test]
        fn the_order_of_components_decides_nothing(
            stated in proptest::collection::vec(("(==|>=|~=|\\^)?[0-9]{1,2}(\\.[0-9])?", proptest::option::of("[0-9]\\.[0-9]")), 1..5)
        ) {
            let of = |list: &[(String, Option<String>)]| {
                let components: Vec<ComponentAnalysis> = list.iter().enumerate()
                    .map(|(at, (specifier, version))| component(&format!("c{at}"), vec![row("x", &format!("c{at}/r.txt"), specifier, version.as_deref())]))
                    .collect();
                between(&components).first().map(|d| d.differs)
            };
            let mut turned = stated.clone();
            turned.reverse();
            proptest::prop_assert_eq!(of(&stated), of(&turned));
            let alike: Vec<(String, Option<String>)> = stated.iter().map(|_| stated[0].clone()).collect();
            proptest::prop_assert_eq!(of(&alike), None);
        }
    }
}
