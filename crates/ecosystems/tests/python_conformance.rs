//! Python's versions, specifiers, markers and file names against the tables of the reference implementation
//! (`tests/data/python`), as this product reads them: through the leaf crates and what it adds to them.
//!
//! Rows that fail and may are named in [`EXCUSED`] with the reason. The list may only shrink: a row that passes and is
//! excused fails the test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;

use serde_json::Value;
use uplift_ecosystems::python::manifest::SpecifierSet;
use uplift_ecosystems::python::registry::{WheelName, sdist_name};
use uplift_model::{PackageName, Version};
use uv_pep508::{MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree, Requirement, VerbatimUrl};

/// Table, the row as JSON, why it may fail.
const EXCUSED: [(&str, &str, &str); 1] = [(
    "marker-evaluates",
    r#"{"environment":{"python_version":"2.7"},"expected":false,"marker_string":"'2.7' not in python_version"}"#,
    "uv-pep508 takes a text within `python_version` for always true and says so; no lock has been seen to use it",
)];

fn every_row(table: &str, check: impl Fn(&Value) -> Result<(), String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/python").join(format!("{table}.json"));
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let rows = document["rows"].as_array().unwrap();
    assert!(!rows.is_empty(), "{table}");
    let (mut wrong, mut excused) = (Vec::new(), 0);
    for row in rows {
        let text = row.to_string();
        let excuse = EXCUSED.iter().find(|(of, row, _)| *of == table && *row == text);
        match (check(row), excuse) {
            (Ok(()), None) => {}
            (Ok(()), Some(_)) => wrong.push(format!("{text}: passes; take its excuse out")),
            (Err(_), Some(_)) => excused += 1,
            (Err(why), None) => wrong.push(format!("{text}: {why}")),
        }
    }
    println!("{table}: {} of {} rows, {excused} excused", rows.len() - wrong.len() - excused, rows.len());
    assert!(wrong.is_empty(), "{table}: {} of {} rows fail:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

fn same<T: PartialEq + std::fmt::Debug>(is: T, expected: T) -> Result<(), String> {
    if is == expected { Ok(()) } else { Err(format!("is {is:?}, should be {expected:?}")) }
}

/// The text of a cell, also of one that stands for a parsed version.
fn text<'r>(row: &'r Value, key: &str) -> &'r str {
    cell_text(&row[key])
}

fn cell_text(cell: &Value) -> &str {
    cell.as_str().or_else(|| cell["str"].as_str()).unwrap_or_default()
}

fn pep440(row: &Value) -> Result<uv_pep440::Version, String> {
    Version::new(text(row, "version")).map(|v| v.pep440().clone()).map_err(|e| e.to_string())
}

fn set(row: &Value, key: &str) -> Result<SpecifierSet, String> {
    SpecifierSet::parse(text(row, key)).map_err(|e| e.to_string())
}

fn set_with(row: &Value, key: &str, prereleases: &str) -> Result<SpecifierSet, String> {
    let mut set = set(row, key)?;
    set.prereleases = row[prereleases].as_bool();
    Ok(set)
}

fn refused<T>(read: Result<T, impl std::fmt::Debug>) -> Result<(), String> {
    if read.is_err() { Ok(()) } else { Err("was read".to_owned()) }
}

#[test]
fn names() {
    every_row("canonicalize-name", |row| {
        let name = PackageName::new(text(row, "name")).map_err(|e| e.to_string())?;
        same(name.as_str(), text(row, "expected"))
    });
}

#[test]
fn versions() {
    every_row("pep440-invalid-versions", |row| refused(Version::new(text(row, "version"))));
    every_row("pep440-normalized-versions", |row| same(pep440(row)?.to_string().as_str(), text(row, "normalized")));
    // No short form is ever written here; what counts is that it is the same version.
    every_row("canonicalize-version", |row| match Version::new(text(row, "version")) {
        Ok(version) => same(Some(version), Version::new(text(row, "expected")).ok()),
        Err(_) => same(text(row, "version"), text(row, "expected")),
    });
}

#[test]
fn the_order_of_versions() {
    let mut before: Vec<Version> = Vec::new();
    let before = std::cell::RefCell::new(&mut before);
    every_row("pep440-ordered-versions", |row| {
        let version = Version::new(row.as_str().unwrap()).map_err(|e| e.to_string())?;
        let mut before = before.borrow_mut();
        let later: Vec<String> = before.iter().filter(|b| **b >= version).map(ToString::to_string).collect();
        before.push(version);
        same(later, Vec::new())
    });
}

#[test]
fn parts_of_versions() {
    let number = |value: Option<u64>| value.map_or(Value::Null, Value::from);
    every_row("pep440-version-epoch", |row| same(Value::from(pep440(row)?.epoch()), row["epoch"].clone()));
    every_row("pep440-version-dev", |row| same(number(pep440(row)?.dev()), row["dev"].clone()));
    every_row("pep440-version-post", |row| same(number(pep440(row)?.post()), row["post"].clone()));
    every_row("pep440-version-release", |row| {
        same(Value::from(pep440(row)?.release().to_vec()), row["release"].clone())
    });
    every_row("pep440-version-pre", |row| {
        let pre = pep440(row)?.pre();
        let pre = pre.map_or(Value::Null, |p| serde_json::json!([p.kind.to_string(), p.number]));
        same(pre, row["pre"].clone())
    });
    every_row("pep440-version-local", |row| {
        let version = pep440(row)?;
        let local = version.to_string().split_once('+').map(|(_, local)| local.to_owned());
        same(local.map_or(Value::Null, Value::from), row["local"].clone())
    });
    every_row("pep440-version-public", |row| {
        same(pep440(row)?.without_local().to_string().as_str(), text(row, "public"))
    });
    every_row("pep440-version-base-version", |row| {
        let version = pep440(row)?;
        let epoch = if version.epoch() == 0 { String::new() } else { format!("{}!", version.epoch()) };
        same(format!("{epoch}{}", version.only_release()).as_str(), text(row, "base_version"))
    });
    every_row("pep440-version-is-devrelease", |row| same(Value::from(pep440(row)?.is_dev()), row["expected"].clone()));
    every_row("pep440-version-is-postrelease", |row| {
        same(Value::from(pep440(row)?.is_post()), row["expected"].clone())
    });
    every_row("pep440-version-is-prerelease", |row| {
        let version = Version::new(text(row, "version")).map_err(|e| e.to_string())?;
        same(Value::from(version.is_prerelease()), row["expected"].clone())
    });
}

#[test]
fn specifiers_are_read_or_refused() {
    every_row("specifier-valid", |row| set(row, "specifier").map(|_| ()));
    every_row("specifier-invalid", |row| refused(set(row, "specifier")));
    every_row("specifier-normalized", |row| {
        let version = text(row, "version");
        let all = ["~=", "==", "!=", "<=", ">=", "<", ">"];
        let operators = if version.contains('+') { &["==", "!="][..] } else { &all[..] };
        operators.iter().try_for_each(|operator| {
            SpecifierSet::parse(&format!("{operator}{version}")).map(|_| ()).map_err(|e| e.to_string())
        })
    });
    every_row("requirement-invalid-local", |row| {
        let requirement = format!("name{}1.0+local", text(row, "operator"));
        refused(Requirement::<VerbatimUrl>::from_str(&requirement))
    });
}

#[test]
fn specifiers_admit_versions() {
    let admits = |row: &Value, specifier: &str| {
        let set = set(row, specifier)?;
        same(Value::from(set.admits(text(row, "version"))), row["expected"].clone())
    };
    every_row("specifier-contains", |row| admits(row, "spec_str"));
    every_row("specifier-contains-nonversion", |row| admits(row, "spec_str"));
    every_row("specifier-arbitrary-equality", |row| admits(row, "spec_str"));
    every_row("specifierset-ignores-local", |row| admits(row, "specifier"));
    every_row("specifierset-bridges", |row| {
        let taken = set(row, "specifier")?.takes(text(row, "version"), row["prereleases"].as_bool(), false);
        same(Value::from(taken), row["expected"].clone())
    });
}

#[test]
fn specifiers_and_prereleases() {
    every_row("specifier-prereleases", |row| {
        let set = set_with(row, "specifier", "spec_pre")?;
        let taken = set.takes(text(row, "version"), row["contains_pre"].as_bool(), false);
        same(Value::from(taken), row["expected"].clone())
    });
    every_row("specifierset-prereleases-explicit", |row| {
        let mut set = set_with(row, "spec_str", "initial_prereleases")?;
        let first = set.takes(text(row, "version"), None, false);
        set.prereleases = row["set_prereleases"].as_bool();
        let last = set.takes(text(row, "version"), None, false);
        same([Value::from(first), Value::from(last)], [row["initial_contains"].clone(), row["final_contains"].clone()])
    });
    every_row("specifierset-installed-prereleases", |row| {
        let set = set_with(row, "specifier", "spec_prereleases")?;
        let installed = row["installed"].as_bool().unwrap_or(false);
        let taken = set.takes(text(row, "version"), row["contains_prereleases"].as_bool(), installed);
        same(Value::from(taken), row["expected"].clone())
    });
    for table in ["specifier-filter", "specifierset-filter"] {
        every_row(table, |row| {
            let set = set_with(row, "specifier", "specifier_prereleases")?;
            let texts = |key: &str| row[key].as_array().unwrap().iter().map(cell_text).collect::<Vec<_>>();
            same(set.filter(&texts("input"), row["prereleases"].as_bool()), texts("expected"))
        });
    }
}

#[test]
fn sets_of_specifiers_against_each_other() {
    every_row("specifierset-satisfiable", |row| same(set(row, "spec_str")?.is_satisfiable(), true));
    every_row("specifierset-unsatisfiable", |row| same(set(row, "spec_str")?.is_satisfiable(), false));
    let both = |row: &Value, ask: fn(&SpecifierSet, &SpecifierSet) -> bool| {
        same(Value::from(ask(&set(row, "left")?, &set(row, "right")?)), row["expected"].clone())
    };
    every_row("specifierset-is-disjoint", |row| both(row, SpecifierSet::is_disjoint));
    every_row("specifierset-is-subset", |row| both(row, SpecifierSet::is_subset));
    every_row("specifierset-is-superset", |row| both(row, SpecifierSet::is_superset));
}

/// An environment with the values that a row names.
fn environment(row: &Value) -> MarkerEnvironment {
    let of = |key: &str, otherwise: &'static str| row["environment"][key].as_str().unwrap_or(otherwise).to_owned();
    let (os, system, machine) = (of("os_name", "posix"), of("sys_platform", "linux"), of("platform_machine", "x86_64"));
    let (python, full) = (of("python_version", "3.12"), of("python_full_version", "3.12.4"));
    let (version, name) = (of("platform_version", "#1 SMP"), of("platform_python_implementation", "CPython"));
    let full = if row["environment"]["python_version"].is_string() { python.clone() } else { full };
    MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: &full,
        os_name: &os,
        platform_machine: &machine,
        platform_python_implementation: &name,
        platform_release: "6.1",
        platform_system: "Linux",
        platform_version: &version,
        python_full_version: &full,
        python_version: &python,
        sys_platform: &system,
    })
    .unwrap()
}

fn marker(text: &str) -> Result<MarkerTree, String> {
    MarkerTree::from_str(text).map_err(|e| e.to_string())
}

#[test]
fn markers() {
    for table in ["marker-evaluates", "marker-evaluates-pep345"] {
        every_row(table, |row| {
            let extra = row["environment"]["extra"].as_str().map(|name| name.parse().unwrap());
            let extras: Vec<_> = extra.into_iter().collect();
            let holds = marker(text(row, "marker_string"))?.evaluate(&environment(row), &extras);
            same(Value::from(holds), row["expected"].clone())
        });
    }
    every_row("marker-invalid", |row| refused(marker(text(row, "marker_string"))));
    every_row("requirement-valid-marker", |row| {
        Requirement::<VerbatimUrl>::from_str(&format!("name; {}", text(row, "marker")))
            .map(|_| ())
            .map_err(|e| e.to_string())
    });
    // The reference keeps the order and spelling of a marker; what is read here is its meaning.
    every_row("marker-normal-form", |row| same(marker(text(row, "marker_string"))?, marker(text(row, "expected"))?));
    every_row("marker-extras-groups", |row| {
        let expression = text(row, "expression").replace("{0}", text(row, "variable"));
        let (extras, groups) = (["foo", "bar"].map(|n| n.parse().unwrap()), ["foo", "bar"].map(|n| n.parse().unwrap()));
        let holds = marker(&expression)?.evaluate_pep751(&environment(row), &extras, &groups);
        same(Value::from(holds), row["result"].clone())
    });
}

#[test]
fn requirements() {
    every_row("requirement-str", |row| {
        let written = format!("name{}{}{}", text(row, "extras"), text(row, "url_or_specifier"), text(row, "marker"));
        let read = Requirement::<VerbatimUrl>::from_str(&written).map_err(|e| e.to_string())?;
        let again = Requirement::<VerbatimUrl>::from_str(&read.to_string()).map_err(|e| e.to_string())?;
        same(read, again)
    });
    every_row("requirement-file-url", |row| {
        let written = format!("name @ {}", text(row, "url"));
        Requirement::<VerbatimUrl>::from_str(&written).map(|_| ()).map_err(|e| e.to_string())
    });
}

#[test]
fn file_names() {
    every_row("wheel-filename", |row| {
        let read = WheelName::parse(text(row, "filename")).ok_or("was not read")?;
        same(read.package.as_str(), text(row, "name"))?;
        same(read.version, Version::new(text(row, "version")).unwrap())?;
        let build = read.build.map_or(serde_json::json!([]), |(number, rest)| serde_json::json!([number, rest]));
        same(build, row["build"].clone())?;
        let tags: Vec<&str> = row["tags"]["set"].as_array().unwrap().iter().map(cell_text).collect();
        same(read.tags.iter().map(String::as_str).collect::<BTreeSet<_>>(), tags.into_iter().collect())
    });
    every_row("wheel-filename-invalid", |row| refused(WheelName::parse(text(row, "filename")).ok_or(())));
    every_row("sdist-filename", |row| {
        let read = sdist_name(text(row, "filename")).ok_or("was not read")?;
        same(read, (text(row, "name").to_owned(), Version::new(text(row, "version")).unwrap()))
    });
    every_row("sdist-filename-invalid", |row| refused(sdist_name(text(row, "filename")).ok_or(())));
}

#[test]
fn every_table_is_asked() {
    let source = include_str!("python_conformance.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/python");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(table) = name.strip_suffix(".json") {
            assert!(source.contains(&format!("\"{table}\"")), "{table} is asked by no test");
        }
    }
}

proptest::proptest! {
    #[test]
    fn numbers_without_an_end_are_no_specifier(operator in "(==|!=|<=|>=|<|>|~=)", form in 0..5usize) {
        let most = u64::MAX;
        let version = [format!("{most}"), format!("1.{most}"), format!("1a{most}"), format!("1.post{most}"), format!("1.dev{most}")];
        for star in ["", ".*"] {
            if let Ok(set) = SpecifierSet::parse(&format!("{operator}{}{star}", version[form])) {
                let _satisfiable = set.is_satisfiable();
            }
        }
    }

    #[test]
    fn any_text_is_a_set_a_file_name_or_none(text in "[a-z0-9.,<>=!~*+ -]{0,24}", version in "[0-9a-z.+!]{0,10}") {
        let _wheel = WheelName::parse(&format!("{text}.whl"));
        let _sdist = sdist_name(&format!("{text}.zip"));
        if let Ok(set) = SpecifierSet::parse(&text) {
            let empty = !set.is_satisfiable();
            let taken = set.admits(&version);
            proptest::prop_assert!(!(empty && taken), "{} admits {}", text, version);
            proptest::prop_assert!(set.is_subset(&set));
        }
    }
}
