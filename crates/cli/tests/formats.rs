//! `--format` of check, plan and show: one document each, as its standard says; what has no such form is refused at once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
#[path = "../../report/src/formats/tests/schema.rs"]
mod schema;
mod support;

use check_support::{Desk, Market, PythonFile, Stock};
use schema::Schema;
use serde_json::Value;
use support::{Stage, lending};

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

fn stock() -> Stock {
    let file = |name: &str, day: &str| PythonFile {
        name: format!("{name}-py3-none-any.whl"),
        day: Some(day.to_owned()),
        ..PythonFile::default()
    };
    Stock {
        python: [
            ("alpha", vec![file("alpha-1.0", "2023-01-01"), file("alpha-2.0", "2025-03-01")]),
            ("beta", vec![file("beta-1.0", "2024-06-01"), file("beta-1.1", "2024-07-01")]),
        ]
        .map(|(name, files)| (name.to_owned(), files))
        .into(),
        ..Stock::default()
    }
}

fn advisory(id: &str, package: &str, fixed: &str) -> String {
    serde_json::json!({
        "id": id, "modified": "2026-01-01T00:00:00Z", "summary": "made up",
        "database_specific": { "severity": "HIGH" },
        "affected": [{
            "package": { "ecosystem": "PyPI", "name": package },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": fixed }] }],
        }],
    })
    .to_string()
}

/// A desk with one pinned and one unpinned dependency, and the path of an advisory on the pinned one.
fn desk() -> (Desk, Market, String) {
    let market = Market::serve(stock());
    let files: [(&str, &[u8]); 2] =
        [("requirements.txt", b"# what shop runs on\nalpha==1.0  # one\nbeta\n"), ("app.py", b"import alpha\n")];
    let desk = Desk::new(BINARY, &market, &files);
    let records = desk.home.path().join("records.json");
    std::fs::write(&records, advisory("CVE-2025-1", "alpha", "2.0")).unwrap();
    (desk, market, records.display().to_string())
}

fn valid(text: &str, schema: &Schema) -> Value {
    let document: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("not one document ({e}): {text}"));
    assert_eq!(schema.wrong(&document), None, "{document:#}");
    document
}

#[test]
fn a_check_has_one_document_in_every_format() {
    let (desk, _market, records) = desk();
    let checked = |format: &str| {
        let outcome = desk.run(&["check", "--as-of", "2025-06-01", "--advisories", &records, "--format", format]);
        assert_eq!(outcome.code, Some(0), "{format}: {}", outcome.all());
        outcome.stdout
    };
    let log = valid(&checked("sarif"), &Schema::sarif());
    let results = log["runs"][0]["results"].as_array().unwrap();
    let found = results.iter().find(|r| r["ruleId"] == "CVE-2025-1").unwrap();
    let place = &found["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "requirements.txt");
    assert_eq!(place["region"]["startLine"], 2);
    // The change is that of the line as it lies there.
    let replaced = &found["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replaced["insertedContent"]["text"], "2.0", "{found:#}");
    let region = &replaced["deletedRegion"];
    assert_eq!(region["startColumn"], 8);
    assert_eq!(region["endColumn"], 11);

    let bom = valid(&checked("cyclonedx"), &Schema::cyclonedx());
    assert_eq!(bom["vulnerabilities"][0]["affects"][0]["ref"], "pkg:pypi/alpha@1.0");
    valid(&checked("spdx"), &Schema::spdx());
    let vex: Value = serde_json::from_str(&checked("openvex")).unwrap();
    assert_eq!(vex["statements"][0]["status"], "affected");
    let csv = checked("csv");
    assert_eq!(csv.matches("\r\n").count(), 3, "{csv}");
    assert!(csv.starts_with("component,ecosystem,package,"), "{csv}");
}

#[test]
fn a_condition_fails_the_check_and_the_document_is_written_all_the_same() {
    let (desk, _market, records) = desk();
    let args = ["check", "--as-of", "2025-06-01", "--advisories", &records, "--fail-on", "high", "--format", "sarif"];
    let outcome = desk.run(&args);
    assert_eq!(outcome.code, Some(1), "{}", outcome.all());
    valid(&outcome.stdout, &Schema::sarif());
}

#[test]
fn a_statement_of_openvex_is_read_back_by_the_next_check() {
    let (desk, _market, records) = desk();
    desk.write(
        "uplift.toml",
        "[[advisories.ignore]]\nid = \"CVE-2025-1\"\nreason = \"vulnerable_code_not_present: cut out\"\n",
    );
    let args = ["check", "--as-of", "2025-06-01", "--advisories", &records];
    let written = desk.run(&[&args[..], &["--format", "openvex"]].concat());
    assert_eq!(written.code, Some(0), "{}", written.all());
    desk.write("vex.json", &written.stdout);
    desk.write("uplift.toml", "[advisories]\nvex = [\"vex.json\"]\n");
    let analysis = desk.analysis(&args[1..]);
    let exception = &analysis.row(".", "alpha")["advisories"]["value"][0]["exception"];
    assert_eq!(exception["by"], "vex.json", "{exception}");
    assert!(exception["reason"].as_str().unwrap().contains("vulnerable_code_not_present"), "{exception}");
}

#[test]
fn an_analysis_is_a_page_as_well() {
    let (desk, _market, records) = desk();
    let page = |form: &str| {
        let args = ["check", "--as-of", "2025-06-01", "--advisories", &records, "--format", form];
        let outcome = desk.run(&args);
        assert_eq!(outcome.code, Some(0), "{}", outcome.all());
        outcome.stdout
    };
    let markdown = page("markdown");
    assert!(markdown.starts_with("# Dependencies of "), "{markdown}");
    let row = markdown.lines().find(|line| line.starts_with("| alpha |")).unwrap();
    assert!(row.contains("`1.0`") && row.contains("`2.0`") && row.ends_with("| 1 | security |"), "{row}");
    let html = page("html");
    assert!(html.to_lowercase().starts_with("<!doctype html>") && html.contains("CVE-2025-1"), "{html}");
}

#[test]
fn what_has_no_such_form_is_refused_before_anything_is_done() {
    let (desk, market, _records) = desk();
    for (args, known) in [
        (["plan", "--format", "openvex"].as_slice(), "table, json, sarif, cyclonedx, csv, markdown, html"),
        (["check", "--explain", "alpha", "--format", "sarif"].as_slice(), "table, json"),
        (["upgrade", "--format", "csv"].as_slice(), "table, json"),
        (["check", "--history", "--format", "html"].as_slice(), "uplift report"),
    ] {
        let outcome = desk.run(args);
        assert_eq!(outcome.code, Some(2), "{args:?}: {}", outcome.all());
        assert!(outcome.stdout.is_empty() && outcome.stderr.contains(known), "{args:?}: {}", outcome.all());
    }
    assert!(market.seen().is_empty(), "somebody asked the index");
    let quiet = Desk::alone(BINARY, &[("app.py", b"")]);
    let outcome = quiet.run(&["check", "--offline", "--format", "openvex"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.all());
    assert!(outcome.stdout.is_empty() && outcome.stderr.contains("--format cyclonedx"), "{}", outcome.all());
}

#[test]
fn a_plan_and_its_run_say_what_is_fixed_and_what_stays_open() {
    let Some(stage) = Stage::new(BINARY, lending::packages()) else { return };
    let fixed = advisory("CVE-2026-1", "alpha", "1.1.0");
    let open = advisory("CVE-2026-2", "beta", "2.0.0");
    let mut files: Vec<(&str, &str)> = lending::files();
    files.extend([
        ("uplift.toml", "[advisories]\npaths = [\"osv\"]\n"),
        ("osv/a.json", fixed.as_str()),
        ("osv/b.json", open.as_str()),
    ]);
    let repo = stage.repo("lending", &files);
    let told = |args: &[&str]| stage.run(repo.path(), args).expect(0).stdout.clone();

    let log = valid(&told(&["plan", "--format", "sarif"]), &Schema::sarif());
    let results = log["runs"][0]["results"].as_array().unwrap();
    let found = results.iter().find(|r| r["ruleId"] == "CVE-2026-1").unwrap();
    let change = found["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"].as_str();
    assert_eq!(change, Some("alpha==1.1.0"), "{found:#}");
    let bom = valid(&told(&["plan", "--format", "cyclonedx"]), &Schema::cyclonedx());
    let planned = |bom: &Value, purl: &str| bom["components"].as_array().unwrap().iter().any(|c| c["purl"] == purl);
    assert!(planned(&bom, "pkg:pypi/beta@2.0.0") && planned(&bom, "pkg:pypi/eta@1.3.0"), "{bom:#}");
    assert!(told(&["plan", "--format", "csv"]).contains(",alpha,"));
    let page = told(&["plan", "--format", "markdown", "--target", "alpha==1.1.0"]);
    assert!(page.starts_with("# ") && page.contains("## In short") && page.contains("CVE-2026-1"), "{page}");

    let run = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0)["run"].as_str().unwrap().to_owned();
    let vex: Value = serde_json::from_str(&told(&["show", &run, "--format", "openvex"])).unwrap();
    let statements = vex["statements"].as_array().unwrap();
    let status: Vec<String> =
        statements.iter().map(|s| format!("{} {}", s["products"][0]["@id"], s["status"])).collect();
    let expected = ["\"pkg:pypi/alpha@1.1.0\" \"fixed\"", "\"pkg:pypi/beta@1.0.0\" \"affected\""];
    assert_eq!(status, expected, "{vex:#}");
    let bom = valid(&told(&["show", &run, "--format", "cyclonedx"]), &Schema::cyclonedx());
    assert!(planned(&bom, "pkg:pypi/gamma@1.2.0") && planned(&bom, "pkg:pypi/beta@1.0.0"), "{bom:#}");
    let log = valid(&told(&["show", &run, "--format", "sarif"]), &Schema::sarif());
    let states = |rule: &str| {
        let of = log["runs"][0]["results"].as_array().unwrap().iter().filter(|r| r["ruleId"] == rule);
        of.map(|r| r["baselineState"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((states("CVE-2026-1"), states("CVE-2026-2")), (vec!["absent".to_owned()], vec!["unchanged".to_owned()]));
    assert!(states("uplift/held").len() >= 2);
    let csv = told(&["show", &run, "--format", "csv"]);
    assert!(csv.contains("alpha,true,1.0.0,1.1.0,1.1.0,kept") && csv.contains("kept in part"), "{csv}");
    let page = told(&["show", &run, "--format", "html"]);
    assert!(page.contains("CVE-2026-1") && page.contains(&run), "{page}");
    stage.run(repo.path(), &["show", &run, "--format", "spdx"]).expect(2);
}
