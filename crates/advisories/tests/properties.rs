//! Promises that hold for whatever a database says.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};
use uplift_advisories::{Known, Record, Safe};
use uplift_model::Ecosystem;

fn any_json() -> impl Strategy<Value = Value> {
    let words = "(id|aliases|affected|package|ecosystem|name|ranges|type|events|introduced|fixed|last_affected|limit|versions|severity|score|PyPI|npm|a|0|1\\.0|>=2|database_specific|cwe_ids|CVSS:3\\.1/AV:N|withdrawn|advisories)";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 80, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((words, inner), 0..8).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn version() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0u8..6, 0u8..6).prop_map(|(major, minor)| format!("{major}.{minor}.0")),
        1 => Just("0".to_owned()),
        1 => "[<>=~^ v]{0,3}[0-9]{1,2}(\\.[0-9]{1,2}){0,3}(rc1|-beta\\.2|\\+x)?",
        1 => ".{0,8}",
    ]
}

/// A record on package `a` with events in any order.
fn record() -> impl Strategy<Value = Value> {
    let event = (prop_oneof!["introduced", "introduced", "fixed", "fixed", "last_affected", "limit"], version());
    let range = prop::collection::vec(event, 1..5);
    let names = prop::collection::vec("(CVE|GHSA|PYSEC)-[1-4]", 0..3);
    ("(CVE|GHSA|PYSEC)-[1-4]", names, prop::collection::vec(range, 0..3), prop::collection::vec(version(), 0..3))
        .prop_map(|(id, aliases, ranges, versions)| {
            let ranges: Vec<Value> = ranges
                .into_iter()
                .map(|events| {
                    let events: Vec<Value> = events.into_iter().map(|(kind, at)| json!({ kind: at })).collect();
                    json!({"type": "ECOSYSTEM", "events": events})
                })
                .collect();
            let packages: Vec<Value> = ["PyPI", "npm"]
                .iter()
                .map(|e| json!({"package": {"ecosystem": e, "name": "a"}, "ranges": ranges, "versions": versions}))
                .collect();
            json!({"id": id, "aliases": aliases, "affected": packages})
        })
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(value in any_json(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Record::parse_all(&bytes);
        let Ok(record) = Record::of(json!({"id": "A", "affected": [value.clone()], "severity": value.clone(), "aliases": value.clone()})) else {
            return Err(TestCaseError::fail("an id is enough"));
        };
        for record in [Ok(record), Record::of(value)].into_iter().flatten() {
            let known = Known::of(Ecosystem::Python, "a", &[record]);
            let _ = (known.findings("1.0"), known.findings(""), known.safe_above("1.0"));
        }
    }

    #[test]
    fn a_safe_version_is_touched_by_nothing_and_a_move_adds_up(
        records in prop::collection::vec(record(), 0..6), from in version(), to in version(), python: bool,
    ) {
        let ecosystem = if python { Ecosystem::Python } else { Ecosystem::JavaScript };
        let records: Vec<Record> = records.into_iter().map(|value| Record::of(value).unwrap()).collect();
        let known = Known::of(ecosystem, "a", &records);
        let Ok(before) = known.findings(&from) else { return Ok(()) };
        match known.safe_above(&from) {
            Ok(Safe::Already) => prop_assert!(before.is_empty()),
            Ok(Safe::From(version)) => prop_assert!(known.findings(&version).unwrap().is_empty(), "{}", version),
            Ok(Safe::After(_) | Safe::NoFix(_)) => prop_assert!(!before.is_empty()),
            Err(_) => prop_assert!(from.trim().is_empty()),
        }
        if let (Ok(change), Ok(after)) = (known.between(&from, &to), known.findings(&to)) {
            prop_assert_eq!(before.len() - change.removed.len() + change.introduced.len(), after.len());
            prop_assert_eq!(change.remaining.len() + change.introduced.len(), after.len());
        }
        let mut turned = records;
        turned.reverse();
        // Of several records of one id and time the first counts, so only distinct ids can be turned around.
        let mut ids: Vec<&str> = turned.iter().map(|record| record.id.as_str()).collect();
        ids.sort_unstable();
        if ids.windows(2).all(|pair| pair[0] != pair[1]) {
            prop_assert_eq!(Known::of(ecosystem, "a", &turned).findings(&from).unwrap(), before);
        }
    }
}
