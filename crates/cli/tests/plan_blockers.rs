//! Who a plan blames: the project's own requirement that decides, never what is free to move or for another platform; the
//! step that a strategy does not take; the package that goes further to do without one that nothing mends.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]
#![allow(unreachable_pub, reason = "the stage is a part of this test only")]

#[path = "engine_points/stage.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod stage;

use serde_json::{Value, json};
use stage::{Package, Stage, package};

fn one(name: &str, version: &str) -> Package {
    package(name, version, "ONE = 1").uploaded("2020-01-01T00:00:00Z")
}

fn named<'v>(plan: &'v Value, list: &str, name: &str) -> &'v Value {
    let all = plan[list].as_array().unwrap();
    all.iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("no {name} in {list}: {plan:#}"))
}

fn plan(packages: Vec<Package>, files: &[(&str, &str)], arguments: &[&str]) -> Value {
    let stage = Stage::set(packages, files);
    let arguments: Vec<&str> = ["plan", "--format", "json"].iter().chain(arguments).copied().collect();
    stage.run(&arguments).report()
}

#[test]
fn a_package_that_comes_along_is_not_blamed_where_a_requirement_of_the_project_decides() {
    // Crypt 5 needs a cffi above the one in the lock, which is free to move; its wrapper refuses crypt 5 in any release.
    let packages = vec![
        one("crypt", "3.0").needs("cffi>=1"),
        one("crypt", "5.0").needs("cffi>=2"),
        one("cffi", "1.14"),
        one("cffi", "2.0"),
        one("wrapper", "2.0").needs("crypt>=3,<4"),
        one("other", "1.0"),
    ];
    let files = [
        ("requirements.in", "crypt==3.0\nother==1.0\nwrapper==2.0\n"),
        ("requirements.txt", "cffi==1.14\ncrypt==3.0\nother==1.0\nwrapper==2.0\n"),
        ("app.py", "import crypt, wrapper\n"),
    ];
    let plan = plan(packages, &files, &[]);
    assert_eq!(named(&plan, "unmoved", "crypt")["reason"], "because wrapper 2.0 requires crypt>=3,<4");
}

#[test]
fn two_that_share_a_package_are_named_with_what_they_share() {
    // As a trace exporter that nobody maintains and a cloud client do: each is tied to a third one through a fourth.
    let packages = vec![
        one("secrets", "1.0").needs("apicore>=1"),
        one("secrets", "2.0").needs("apicore>=2"),
        one("apicore", "1.0").needs("protos>=1"),
        one("apicore", "2.0").needs("protos>=1.6"),
        one("apicore", "2.1").needs("protos>=1.7"),
        one("exporter", "1.21").needs("exportergrpc==1.21"),
        one("exportergrpc", "1.21").needs("protos<1.6"),
        one("protos", "1.5"),
        one("protos", "1.6"),
        one("protos", "1.7"),
        one("bystander", "1.0").needs("protos>=1"),
    ];
    let files = [
        ("requirements.txt", "bystander==1.0\nexporter==1.21\nsecrets==1.0\n"),
        ("app.py", "import exporter, secrets, bystander\n"),
    ];
    let plan = plan(packages, &files, &[]);
    assert_eq!(
        named(&plan, "unmoved", "secrets")["reason"],
        "because exporter 1.21 keeps protos at 1.5 or below, and secrets 2.0 needs a newer one"
    );
}

#[test]
fn every_one_that_closes_the_way_alone_is_named() {
    let packages = vec![
        one("core", "1.0"),
        one("core", "2.0"),
        one("left", "1.0").needs("core<2"),
        one("right", "1.0").needs("core<1.5"),
        one("free", "1.0").needs("core"),
    ];
    let files = [("requirements.txt", "core==1.0\nfree==1.0\nleft==1.0\nright==1.0\n"), ("app.py", "import core\n")];
    let plan = plan(packages, &files, &[]);
    let reason = named(&plan, "unmoved", "core")["reason"].as_str().unwrap();
    assert!(reason.starts_with("because "), "{reason}");
    assert!(reason.contains("left 1.0 requires core<2") && reason.contains("right 1.0 requires core<1.5"), "{reason}");
    assert!(!reason.contains("free"), "{reason}");
}

#[test]
fn a_strategy_says_which_step_it_does_not_take_and_which_one_mends() {
    let advisory = json!({
        "id": "CVE-2022-39286", "modified": "2026-01-01T00:00:00Z", "database_specific": { "severity": "HIGH" },
        "affected": [{
            "package": { "ecosystem": "PyPI", "name": "core" },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "4.11.2" }] }],
        }],
    });
    let packages = ["4.10.0", "4.10.1", "4.11.2", "5.8.1"].iter().map(|version| one("core", version));
    let packages = packages.chain([one("schema", "4.5.1"), one("schema", "4.11.2")]).collect();
    let files = [
        ("requirements.txt", "core==4.10.1\nschema==4.5.1\n"),
        ("app.py", "import core, schema\n"),
        ("uplift.toml", "[advisories]\npaths = [\"osv\"]\n"),
        ("osv/a.json", &advisory.to_string()),
    ];
    let plan = plan(packages, &files, &["--strategy", "patch"]);
    assert_eq!(named(&plan, "unmoved", "schema")["reason"], "strategy patch: 4.11.2 is a minor step");
    assert_eq!(named(&plan, "unmoved", "core")["reason"], "strategy patch: 5.8.1 is a major step");
    assert_eq!(
        plan["security"]["remaining"][0]["why"],
        "strategy patch: 4.11.2 is a minor step, and the first that mends it"
    );
}

/// A package that nothing mends, brought by the test runner alone up to its release 7.2.
fn unmended(runner: &[(&str, &str)]) -> Value {
    let advisory = json!({
        "id": "CVE-2022-42969", "modified": "2026-01-01T00:00:00Z", "database_specific": { "severity": "HIGH" },
        "affected": [{
            "package": { "ecosystem": "PyPI", "name": "py" },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }] }],
        }],
    });
    let mut packages: Vec<Package> = vec![one("py", "1.11.0"), one("lone", "1.0"), one("lone", "2.0")];
    packages.extend(runner.iter().map(|(version, needs)| {
        let release = one("runner", version);
        if needs.is_empty() { release } else { release.needs(needs) }
    }));
    let files = [
        ("requirements.in", "lone==1.0\nrunner==7.1\n"),
        ("requirements.txt", "lone==1.0\npy==1.11.0\nrunner==7.1\n"),
        ("app.py", "import lone, runner\n"),
        ("uplift.toml", "[advisories]\npaths = [\"osv\"]\n[upgrade]\nrefresh = false\n"),
        ("osv/a.json", &advisory.to_string()),
    ];
    plan(packages, &files, &["--strategy", "security"])
}

#[test]
fn what_nothing_mends_goes_with_the_lowest_release_of_its_parent_that_does_without_it() {
    let plan = unmended(&[("7.1", "py>=1.8"), ("7.1.9", "py>=1.8"), ("7.2", ""), ("8.0", "")]);
    assert_eq!(named(&plan, "dependencies", "runner")["target_version"], "7.2", "{plan:#}");
    assert_eq!(plan["security"]["remaining"], json!([]));
    assert_eq!(plan["security"]["removed"][0]["id"], "CVE-2022-42969");
    assert!(named(&plan, "unmoved", "lone")["reason"].as_str().unwrap().starts_with("nothing is known to be wrong"));
    assert!(plan["notes"].to_string().contains("runner 7.2 does without it"), "{:#}", plan["notes"]);
}

#[test]
fn what_nothing_mends_and_every_release_of_its_parent_needs_is_told_with_what_was_tried() {
    let plan = unmended(&[("7.1", "py>=1.8"), ("8.0", "py>=1.8")]);
    assert_eq!(
        plan["security"]["remaining"][0]["why"],
        "no release is known that mends it, and runner 8.0 still needs it"
    );
    assert!(named(&plan, "unmoved", "runner")["reason"].as_str().unwrap().starts_with("nothing is known to be wrong"));
}
