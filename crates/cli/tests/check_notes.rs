//! `uplift check --explain`: the release notes of the package asked for, and of no other; missing ones weigh then.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use check_support::{Desk, Market, PythonFile, Stock};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

const METADATA: &str = "Metadata-Version: 2.1\nName: alpha\nVersion: 2.0\n\nAlpha\n=====\n\nChanges\n=======\n\n\
    2.0\n---\n\n- Add a way in\n- BREAKING: ``start`` is gone\n\n1.0\n---\n\n- first\n";

fn file(name: &str, day: &str, metadata: Option<&str>) -> PythonFile {
    PythonFile {
        name: name.to_owned(),
        day: Some(day.to_owned()),
        metadata: metadata.map(str::to_owned),
        ..PythonFile::default()
    }
}

fn set() -> (Desk, Market) {
    let alpha = vec![
        file("alpha-1.0-py3-none-any.whl", "2023-01-01", None),
        file("alpha-2.0-py3-none-any.whl", "2025-03-01", Some(METADATA)),
    ];
    let beta = vec![
        file("beta-1.0-py3-none-any.whl", "2023-01-01", None),
        file("beta-1.1-py3-none-any.whl", "2024-07-01", None),
    ];
    let python = [("alpha", alpha), ("beta", beta)].map(|(name, files)| (name.to_owned(), files)).into();
    let market = Market::serve(Stock { python, ..Stock::default() });
    let desk = Desk::new(BINARY, &market, &[("requirements.txt", b"alpha==1.0\nbeta==1.0\n")]);
    (desk, market)
}

fn explained(desk: &Desk, name: &str) -> Value {
    let outcome = desk.run(&["check", "--as-of", "2025-06-01", "--format", "json", "--explain", name]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    let all: Value = serde_json::from_str(&outcome.stdout).unwrap();
    all["found"][0].clone()
}

#[test]
fn notes_are_read_for_the_package_asked_for_and_nothing_is_downloaded_otherwise() {
    let (desk, market) = set();
    let plain = desk.run(&["check", "--as-of", "2025-06-01", "--format", "json"]);
    assert_eq!(plain.code, Some(0), "{}", plain.all());
    assert!(!plain.stdout.contains("release_notes"), "nobody asked for them");
    assert!(market.seen().iter().all(|seen| !seen.path.contains(".whl")), "{:?}", market.seen());
    let outcome = desk.run(&["check", "--as-of", "2025-06-01", "--explain", "alpha"]);
    assert!(outcome.stdout.contains("release notes: after 1.0 up to 2.0: 2 notes, 1 breaking"), "{}", outcome.all());
    let place = |words: &str| outcome.stdout.find(words).unwrap_or_else(|| panic!("{words}: {}", outcome.stdout));
    assert!(place("breaking    2.0 BREAKING: start is gone (METADATA:15)") < place("feature     2.0 Add a way in"));
    let notes = &explained(&desk, "alpha")["release_notes"];
    assert_eq!(notes["state"], "found");
    assert_eq!(notes["value"]["sources"][0]["kind"], "wheel");
    assert_eq!(notes["value"]["releases"][0]["notes"][0]["kind"], "breaking");
}

#[test]
fn notes_that_were_asked_for_and_cannot_be_had_are_said_and_weigh() {
    let (desk, _market) = set();
    let row = explained(&desk, "beta");
    assert_eq!(row["release_notes"]["state"], "not-retrieved", "{row}");
    let factors = row["risk"]["factors"].as_array().unwrap();
    let missing = |f: &Value| f["reason"].as_str().unwrap_or_default().contains("release notes");
    assert!(factors.iter().any(missing), "{factors:?}");
    let outcome = desk.run(&["check", "--as-of", "2025-06-01", "--format", "json"]);
    let all: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let rows = all["components"][0]["dependencies"].as_array().unwrap();
    let beta = rows.iter().find(|r| r["name"] == "beta").unwrap();
    assert!(!beta["risk"]["factors"].as_array().unwrap().iter().any(missing), "nobody asked for them: {beta}");
}
