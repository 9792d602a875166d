//! Comparing a run's report with the corpus' answers.

use std::cmp::Ordering;

use serde_json::Value;

use super::Entry;

/// How a report stands against the recorded answers.
pub(crate) struct Score {
    /// Updates that the corpus says can land.
    pub(crate) landable: usize,
    /// Of those, the ones that landed at the recorded version or a newer one.
    pub(crate) landed: usize,
    /// Landable updates that did not land: name, wanted, got.
    pub(crate) missed: Vec<(String, String, String)>,
    /// Held packages with a proof by tests.
    pub(crate) held: Vec<String>,
    /// Held although the corpus knows them innocent.
    pub(crate) innocent: Vec<String>,
    /// Recorded culprits whose best version was reached or passed; of how many.
    pub(crate) best_reached: usize,
    pub(crate) culprits: usize,
    /// Culprits that stay below the recorded version: name, wanted, got.
    pub(crate) below: Vec<(String, String, String)>,
    /// Held without any proof.
    pub(crate) unproven: Vec<String>,
}

pub(super) fn score(entry: &Entry, report: &Value) -> Score {
    let now = |name: &str| -> Option<String> {
        let list = |key: &str, field: &str| {
            let found = report
                .get(key)?
                .as_array()?
                .iter()
                .rev()
                .find(|k| k.get("name").and_then(Value::as_str) == Some(name))?;
            Some(found.get(field)?.as_str()?.to_owned())
        };
        let base =
            entry.lock.iter().find_map(|l| l.split_once("==").filter(|(n, _)| *n == name).map(|(_, v)| v.to_owned()));
        list("kept", "to").or_else(|| list("refreshed", "to")).or(base)
    };
    let stale = |name: &str| entry.direct.iter().find(|d| d.name == name).map(|d| d.version.clone());
    let (mut landable, mut landed, mut missed) = (0, 0, Vec::new());
    // Without culprits everything lands at its newest version.
    let possible = if entry.kept.is_empty() { &entry.blind.versions } else { &entry.kept };
    for (name, wanted) in possible {
        if stale(name).as_deref() == Some(wanted) {
            continue;
        }
        landable += 1;
        let got = now(name).unwrap_or_default();
        if compare(&got, wanted) == Ordering::Less {
            missed.push((name.clone(), wanted.clone(), got))
        } else {
            landed += 1
        }
    }
    let text = |held: &Value, key: &str| held.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let all: Vec<&Value> = report.get("held").and_then(Value::as_array).into_iter().flatten().collect();
    let blamed: Vec<String> = all
        .iter()
        .filter(|h| matches!(text(h, "proof").as_str(), "witness" | "probe"))
        .map(|h| text(h, "name"))
        .collect();
    let known = |name: &String| {
        entry.culprits.iter().any(|c| c.name == *name) || entry.capped_by_resolution.iter().any(|c| c.name == *name)
    };
    let culprits: Vec<_> = entry.culprits.iter().filter(|c| !c.transitive || now(&c.name).is_some()).collect();
    let below: Vec<_> = culprits
        .iter()
        .filter_map(|c| {
            let got = now(&c.name).unwrap_or_default();
            (compare(&got, &c.newest_passing) == Ordering::Less)
                .then(|| (c.name.clone(), c.newest_passing.clone(), got))
        })
        .collect();
    Score {
        landable,
        landed,
        missed,
        innocent: blamed.iter().filter(|n| !known(n)).cloned().collect(),
        held: blamed,
        best_reached: culprits.len() - below.len(),
        culprits: culprits.len(),
        below,
        unproven: all.iter().filter(|h| text(h, "proof") == "unattributed").map(|h| text(h, "name")).collect(),
    }
}

/// Release numbers by value; enough for the final releases that the corpus names.
fn compare(a: &str, b: &str) -> Ordering {
    let numbers =
        |v: &str| -> Vec<u64> { v.split('.').map(|p| p.trim_start_matches("post").parse().unwrap_or(0)).collect() };
    let (mut a, mut b) = (numbers(a), numbers(b));
    let length = a.len().max(b.len());
    a.resize(length, 0);
    b.resize(length, 0);
    a.cmp(&b)
}
