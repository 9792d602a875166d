//! Every folder of `cases/<check>/` is a repository; its `expected.json` says what the check answers there.
//!
//! `state` and `because` (a part of the sentence), or `left_out` (a part of the reason); `evidence`: lines `FILE:LINE TEXT`
//! that have to be shown, with a part of the text; `not`: texts that no evidence may hold; `fixable`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;
use uplift_hygiene::{Repository, audit, names};
use uplift_model::hygiene::HygieneReport;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(of).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    all.sort();
    all
}

fn look(case: &Path, check: &str) -> HygieneReport {
    let files = support::files(case);
    let names: Vec<String> = files.keys().cloned().collect();
    let read = |path: &str| files.get(path).cloned();
    audit(&Repository::new(&names, &read, support::components(&files)), &[check.to_owned()])
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().map(|v| v.as_str().unwrap()).collect()
}

/// What differs from the case's expectations.
fn differences(case: &Path, check: &str) -> Vec<String> {
    let text = std::fs::read_to_string(case.join("expected.json")).expect("every case has an expected.json");
    let expected: Value = serde_json::from_str(&text).unwrap();
    let report = look(case, check);
    let mut bad = Vec::new();
    if let Some(reason) = expected["left_out"].as_str() {
        if !report.left_out.iter().any(|(_, r)| r.contains(reason)) {
            bad.push(format!("not left out with `{reason}`: {report:#?}"));
        }
        return bad;
    }
    let Some(found) = report.findings.first() else { return vec![format!("no finding: {:?}", report.left_out)] };
    let state = serde_json::to_value(found.state).unwrap();
    if state != expected["state"] {
        bad.push(format!("{state} instead of {}: {}", expected["state"], found.because));
    }
    if !found.because.contains(expected["because"].as_str().unwrap_or_default()) {
        bad.push(format!("because `{}`", found.because));
    }
    let shown: Vec<String> = found
        .evidence
        .iter()
        .map(|e| format!("{}{} {}", e.file, e.line.map(|l| format!(":{l}")).unwrap_or_default(), e.what))
        .collect();
    for line in words(&expected["evidence"]) {
        let (place, what) = line.split_once(' ').unwrap_or((line, ""));
        if !shown.iter().any(|s| s.split(' ').next() == Some(place) && s.contains(what)) {
            bad.push(format!("`{line}` is not among {shown:#?}"));
        }
    }
    for text in words(&expected["not"]) {
        if shown.iter().any(|s| s.contains(text)) {
            bad.push(format!("`{text}` is among {shown:#?}"));
        }
    }
    if let Some(fixable) = expected["fixable"].as_bool().filter(|f| *f != found.fixable) {
        bad.push(format!("fixable is not {fixable}"));
    }
    let is_present = expected["state"] == "present";
    if found.advice.is_none() != is_present {
        bad.push(format!("advice {:?}", found.advice));
    }
    bad
}

#[test]
fn every_case_comes_out_as_it_says() {
    let mut bad = Vec::new();
    let mut count = 0;
    for check in folders(&root()) {
        let name = check.file_name().unwrap().to_str().unwrap().to_owned();
        for case in folders(&check) {
            count += 1;
            let differences = differences(&case, &name);
            bad.extend(differences.into_iter().map(|d| format!("{name}/{}: {d}", case.file_name().unwrap().display())));
        }
    }
    assert!(bad.is_empty(), "{} differences in {count} cases:\n{}", bad.len(), bad.join("\n"));
    assert!(count > 60, "only {count} cases");
}

#[test]
fn every_check_has_cases_with_and_without() {
    for name in names() {
        let cases = folders(&root().join(name));
        let states: Vec<String> =
            cases.iter().map(|c| std::fs::read_to_string(c.join("expected.json")).unwrap()).collect();
        let has = |what: &str| states.iter().any(|s| s.contains(what));
        assert!(has("\"present\""), "{name} has no case in which it is present");
        let bad = ["\"missing\"", "\"partial\"", "\"neutralised\"", "\"unknown\""];
        assert!(bad.iter().any(|b| has(b)), "{name} has no case in which something is wrong");
    }
}

#[test]
fn the_same_repository_gives_the_same_report() {
    for check in folders(&root()) {
        for case in folders(&check) {
            let all = |case: &Path| {
                let files = support::files(case);
                let names: Vec<String> = files.keys().cloned().collect();
                let read = |path: &str| files.get(path).cloned();
                audit(&Repository::new(&names, &read, support::components(&files)), &[])
            };
            assert_eq!(all(&case), all(&case), "{}", case.display());
        }
    }
}
