//! OSV's own table of what an advisory range means: every row must hold.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use uplift_advisories::{Known, Record};
use uplift_model::Ecosystem;

#[test]
fn every_row_of_the_table_holds() {
    let rows: Vec<Value> = serde_json::from_str(include_str!("data/osv-is-affected.json")).unwrap();
    let mut wrong = Vec::new();
    let mut checks = 0;
    for row in &rows {
        let record = Record::of(json!({"id": "TEST-1", "affected": row["affected"]})).unwrap();
        let ecosystem = row["query"]["ecosystem"].as_str().unwrap();
        let ecosystem = Ecosystem::ALL.into_iter().find(|known| known.osv() == ecosystem).unwrap();
        let known = Known::of(ecosystem, row["query"]["name"].as_str().unwrap(), &[record]);
        for check in row["checks"].as_array().unwrap() {
            let (version, affected) = (check[0].as_str().unwrap(), check[1].as_bool().unwrap());
            checks += 1;
            if known.findings(version).unwrap().is_empty() == affected {
                wrong.push(format!("{}: {version:?} is {affected}", row["test"]));
            }
        }
    }
    assert_eq!((rows.len(), checks), (19, 194));
    assert!(wrong.is_empty(), "{wrong:#?}");
}
