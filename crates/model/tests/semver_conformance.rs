//! npm versions and ranges against the tables of the reference implementation (`tests/data/npm`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::cmp::Ordering;
use std::path::Path;

use serde_json::Value;
use uplift_model::semver::{Base, Comparator, Options, Range, Release, Step, Version};

/// Every row of a table, checked; the rows that fail are all named.
fn every_row(table: &str, check: impl Fn(&[Value]) -> Result<(), String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/npm").join(format!("{table}.json"));
    let table: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let rows = table["rows"].as_array().unwrap();
    assert!(!rows.is_empty());
    let failures: Vec<String> =
        rows.iter().filter_map(|row| check(row.as_array().unwrap()).err().map(|why| format!("{row}: {why}"))).collect();
    println!("{}: {} of {} rows", path.display(), rows.len() - failures.len(), rows.len());
    assert!(failures.is_empty(), "{} of {} rows fail:\n{}", failures.len(), rows.len(), failures.join("\n"));
}

fn truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(b)) => *b,
        Some(Value::Number(n)) => n.as_f64() != Some(0.0),
        Some(Value::String(s)) => !s.is_empty(),
        Some(_) => true,
    }
}

/// `true` means loose; an object names what it asks for.
fn options(cell: Option<&Value>) -> Options {
    match cell {
        Some(Value::Object(map)) => {
            Options { loose: truthy(map.get("loose")), include_prerelease: truthy(map.get("includePrerelease")) }
        }
        other => Options { loose: truthy(other), include_prerelease: false },
    }
}

fn text(row: &[Value], index: usize) -> &str {
    row.get(index).and_then(Value::as_str).unwrap_or_default()
}

fn version(row: &[Value], index: usize, options: Options) -> Result<Version, String> {
    Version::parse(text(row, index), options).map_err(|e| e.to_string())
}

fn range(row: &[Value], index: usize, options: Options) -> Result<Range, String> {
    Range::parse(text(row, index), options).map_err(|e| e.to_string())
}

fn same<T: PartialEq + std::fmt::Debug>(is: T, expected: T) -> Result<(), String> {
    if is == expected { Ok(()) } else { Err(format!("is {is:?}, should be {expected:?}")) }
}

/// A version as node-semver prints it: without build metadata.
fn printed(version: &Version) -> String {
    version.to_string().split('+').next().unwrap_or_default().to_owned()
}

#[test]
fn valid_versions() {
    every_row("semver-valid-versions", |row| {
        let version = version(row, 0, Options::STRICT)?;
        same(version.numbers().to_vec(), (1..4).map(|i| row[i].as_u64().unwrap()).collect())?;
        let words = |cell: &Value| -> Vec<String> {
            let word = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
            cell.as_array().unwrap().iter().map(word).collect()
        };
        same(version.prerelease().iter().map(ToString::to_string).collect(), words(&row[4]))?;
        same(version.build().to_vec(), words(&row[5]))
    });
}

#[test]
fn invalid_versions() {
    every_row("semver-invalid-versions", |row| {
        version(row, 0, options(row.get(2))).map_or(Ok(()), |v| Err(format!("was read as {v}")))
    });
}

#[test]
fn comparisons() {
    every_row("semver-comparisons", |row| {
        let options = options(row.get(2));
        let (greater, lesser) = (version(row, 0, options)?, version(row, 1, options)?);
        same(greater.cmp(&lesser), Ordering::Greater)?;
        same(lesser.cmp(&greater), Ordering::Less)?;
        same(greater.cmp(&greater), Ordering::Equal)
    });
}

#[test]
fn equality() {
    every_row("semver-equality", |row| {
        let options = options(row.get(2));
        same(version(row, 0, options)?.cmp(&version(row, 1, options)?), Ordering::Equal)
    });
}

fn release(word: &str) -> Option<Release> {
    match word {
        "major" => Some(Release::Major),
        "minor" => Some(Release::Minor),
        "patch" => Some(Release::Patch),
        _ => None,
    }
}

fn step(word: &str) -> Option<Step> {
    match word {
        "prerelease" => Some(Step::Prerelease),
        "release" => Some(Step::Finish),
        _ => match word.strip_prefix("pre") {
            Some(rest) => release(rest).map(Step::Before),
            None => release(word).map(Step::To),
        },
    }
}

#[test]
fn increments() {
    every_row("semver-increments", |row| {
        // The options may be left out, and what follows moves up.
        let shift = usize::from(!row.get(3).is_some_and(Value::is_string));
        let options = if shift == 1 { options(row.get(3)) } else { Options::STRICT };
        let identifier = text(row, 3 + shift);
        let base = match row.get(4 + shift) {
            Some(Value::Bool(false)) => Base::Without,
            Some(Value::String(s)) if s == "1" => Base::One,
            Some(Value::Number(n)) if n.as_u64() == Some(1) => Base::One,
            _ => Base::Zero,
        };
        let next = version(row, 0, options).ok().and_then(|v| v.incremented(step(text(row, 1))?, identifier, base));
        same(next.map(|v| v.to_string()), row[2].as_str().map(str::to_owned))
    });
}

#[test]
fn truncations() {
    every_row("semver-truncations", |row| {
        let version = version(row, 0, Options::STRICT).ok();
        let cut = version.and_then(|v| match text(row, 1) {
            "prerelease" | "prepatch" | "preminor" | "premajor" => Some(printed(&v)),
            word => release(word).map(|r| v.truncated(r).to_string()),
        });
        same(cut, row[2].as_str().map(str::to_owned))
    });
}

#[test]
fn ranges_are_read() {
    every_row("semver-range-parse", |row| {
        let read = range(row, 0, options(row.get(2))).ok();
        let shown = read.map(|r| if r.to_string().is_empty() { "*".to_owned() } else { r.to_string() });
        same(shown, row[1].as_str().map(str::to_owned))
    });
}

#[test]
fn versions_within_ranges() {
    every_row("semver-range-include", |row| {
        let options = options(row.get(2));
        same(range(row, 0, options)?.satisfies(&version(row, 1, options)?), true)
    });
}

#[test]
fn versions_outside_of_ranges() {
    every_row("semver-range-exclude", |row| {
        let options = options(row.get(2));
        let range = range(row, 0, options)?;
        same(version(row, 1, options).is_ok_and(|v| range.satisfies(&v)), false)
    });
}

#[test]
fn ranges_that_meet() {
    every_row("semver-range-intersection", |row| {
        let options = options(row.get(3));
        let (a, b) = (range(row, 0, options)?, range(row, 1, options)?);
        same((a.intersects(&b), b.intersects(&a)), (row[2] == Value::Bool(true), row[2] == Value::Bool(true)))
    });
}

#[test]
fn comparators_that_meet() {
    every_row("semver-comparator-intersection", |row| {
        let include_prerelease = truthy(row.get(3));
        let options = Options { loose: false, include_prerelease };
        let read = |i| Comparator::parse(text(row, i), options).ok_or_else(|| format!("{:?} was not read", row[i]));
        let (a, b) = (read(0)?, read(1)?);
        let meet = row[2] == Value::Bool(true);
        same((a.intersects(&b, options), b.intersects(&a, options)), (meet, meet))
    });
}

fn sides(table: &str, expected: bool, side: fn(&Range, &Version) -> bool) {
    every_row(table, |row| {
        let options = options(row.get(2));
        same(side(&range(row, 0, options)?, &version(row, 1, options)?), expected)
    });
}

#[test]
fn versions_above_and_below_ranges() {
    sides("semver-version-gt-range", true, Range::is_below);
    sides("semver-version-lt-range", true, Range::is_above);
    sides("semver-version-not-gt-range", false, Range::is_below);
    sides("semver-version-not-lt-range", false, Range::is_above);
}
