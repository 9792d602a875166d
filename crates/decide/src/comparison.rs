//! Two analyses of one repository, side by side: what moved, what is new, what was mended.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::analysis::{Analysis, DependencyRow};
use uplift_model::comparison::{Change, Comparison, Counts, SCHEMA};

type Key = (String, String, String);

/// Compares an older with a newer analysis.
pub fn compare(old: &Analysis, new: &Analysis) -> Comparison {
    let (before, after) = (rows(old), rows(new));
    let names: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    let mut changes = Vec::new();
    let mut caution = Vec::new();
    for key in names {
        let (a, b) = (before.get(key).copied(), after.get(key).copied());
        let missing = |row: Option<&DependencyRow>| row.is_some_and(|r| r.advisories.missing().is_some());
        if missing(a) || missing(b) {
            caution.push(format!("{}: advisories of {} were not retrieved in one of the two", key.0, key.2));
        }
        let (had, has) = (ids(a), ids(b));
        let known = !missing(a) && !missing(b);
        let mended: Vec<String> = had.difference(&has).filter(|_| known).cloned().collect();
        let fresh: Vec<String> = has.difference(&had).filter(|_| known).cloned().collect();
        let (from, to) = (a.and_then(version), b.and_then(version));
        let kind = match (a, b) {
            (None, _) => "added",
            (_, None) => "removed",
            _ if from != to => "moved",
            _ if !mended.is_empty() || !fresh.is_empty() => "advisories",
            _ => continue,
        };
        changes.push(Change {
            component: key.0.clone(),
            ecosystem: key.1.clone(),
            package: key.2.clone(),
            kind: kind.to_owned(),
            from,
            to,
            mended,
            new: fresh,
        });
    }
    let both = |f: &dyn Fn(&Analysis) -> usize| [f(old), f(new)];
    Comparison {
        schema: SCHEMA.to_owned(),
        from: old.as_of.clone(),
        to: new.as_of.clone(),
        changes,
        counts: Counts {
            dependencies: both(&|a| all(a).count()),
            advisories: [old.advisories(), new.advisories()],
            outdated: both(&|a| all(a).filter(|r| r.behind.is_some_and(|b| b.releases > 0)).count()),
            median_age: [median(old), median(new)],
        },
        caution,
    }
}

fn all(analysis: &Analysis) -> impl Iterator<Item = &DependencyRow> {
    analysis.components.iter().flat_map(|c| &c.dependencies)
}

fn rows(analysis: &Analysis) -> BTreeMap<Key, &DependencyRow> {
    let key =
        |component: &str, row: &DependencyRow| (component.to_owned(), row.ecosystem.to_string(), row.name.clone());
    analysis.components.iter().flat_map(|c| c.dependencies.iter().map(move |r| (key(&c.path, r), r))).collect()
}

fn version(row: &DependencyRow) -> Option<String> {
    row.current_version.clone()
}

fn ids(row: Option<&DependencyRow>) -> BTreeSet<String> {
    let findings = row.and_then(|r| r.advisories.value());
    findings.into_iter().flatten().filter(|f| !f.is_set_aside()).map(|f| f.id.clone()).collect()
}

fn median(analysis: &Analysis) -> Option<i64> {
    let mut ages: Vec<i64> = all(analysis).filter_map(|r| r.age_days).collect();
    ages.sort_unstable();
    ages.get(ages.len() / 2).copied()
}
