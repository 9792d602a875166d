//! Plans that mend something: transitive packages by the smallest change, fixes that are young, the same package in two
//! components.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]
#![allow(unreachable_pub, reason = "the stage is a part of this test only")]

#[path = "engine_points/stage.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod stage;

use serde_json::Value;
use stage::{Package, Stage, package};

const OLD: &str = "2020-01-01T00:00:00Z";

fn one(name: &str, version: &str) -> Package {
    package(name, version, "ONE = 1").uploaded(OLD)
}

/// An advisory on versions of epsilon or whatever package below `fixed`.
fn advisory(id: &str, package: &str, fixed: &str) -> String {
    let range = format!(r#"{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}"#);
    format!(
        r#"{{"id": "{id}", "modified": "2026-01-01T00:00:00Z", "database_specific": {{"severity": "HIGH"}},
            "affected": [{{"package": {{"ecosystem": "PyPI", "name": "{package}"}}, "ranges": [{range}]}}]}}"#
    )
}

fn named<'v>(plan: &'v Value, list: &str, name: &str) -> &'v Value {
    let all = plan[list].as_array().unwrap();
    all.iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("no {name} in {list}: {plan:#}"))
}

/// Alpha brings epsilon 1.0 along, which is vulnerable.
fn with_a_vulnerable_companion(packages: Vec<Package>) -> Stage {
    let osv = advisory("CVE-2026-2001", "epsilon", "1.1");
    let files = [
        ("requirements.in", "alpha==1.0\n"),
        ("requirements.txt", "alpha==1.0\nepsilon==1.0\n"),
        ("uplift.toml", "[advisories]\npaths = [\"osv\"]\n[upgrade]\nstrategy = \"security\"\n"),
        ("osv/a.json", osv.as_str()),
    ];
    let mut all = vec![one("epsilon", "1.0"), one("epsilon", "1.1"), one("epsilon", "1.2")];
    all.extend(packages);
    Stage::set(all, &files)
}

#[test]
fn what_keeps_a_fix_out_goes_as_far_as_it_must_and_no_further() {
    let stage = with_a_vulnerable_companion(vec![
        one("alpha", "1.0").needs("epsilon<1.1"),
        one("alpha", "1.2").needs("epsilon<1.1"),
        one("alpha", "1.5").needs("epsilon"),
        one("alpha", "2.0").needs("epsilon"),
    ]);
    let plan = stage.run(&["plan", "--format", "json"]).report();
    assert_eq!(named(&plan, "dependencies", "alpha")["target_version"], "1.5", "{plan:#}");
    assert_eq!(named(&plan, "dependencies", "epsilon")["target_version"], "1.1");
    assert_eq!(plan["security"]["remaining"], serde_json::json!([]));
    assert_eq!(plan["security"]["removed"][0]["id"], "CVE-2026-2001");
    assert!(plan["notes"].to_string().contains("alpha goes to 1.5 because epsilon 1.0 is vulnerable"));
}

#[test]
fn what_no_move_mends_remains_and_says_who_stands_against_it() {
    let stage = with_a_vulnerable_companion(vec![
        one("alpha", "1.0").needs("epsilon<1.1"),
        one("alpha", "2.0").needs("epsilon<1.1"),
    ]);
    let plan = stage.run(&["plan", "--format", "json"]).report();
    assert_eq!(plan["dependencies"], serde_json::json!([]), "{plan:#}");
    let left = &plan["security"]["remaining"][0];
    assert_eq!((&left["package"], &left["id"]), (&"epsilon".into(), &"CVE-2026-2001".into()));
    assert!(left["why"].as_str().unwrap().contains("alpha"), "{left}");
    assert!(plan["warnings"].to_string().contains("epsilon 1.0 stays vulnerable"), "{:#}", plan["warnings"]);
}

/// What the parent needs of the second package is its fix: holding the one where it is shuts out the other.
#[test]
fn two_fixes_that_need_each_other_are_settled_together() {
    let osv = [advisory("CVE-2026-2003", "epsilon", "1.1"), advisory("CVE-2026-2004", "zeta", "1.1")];
    let files = [
        ("requirements.in", "alpha==1.0\n"),
        ("requirements.txt", "alpha==1.0\nepsilon==1.0\nzeta==1.0\n"),
        ("uplift.toml", "[advisories]\npaths = [\"osv\"]\n[upgrade]\nstrategy = \"security\"\n"),
        ("osv/a.json", osv[0].as_str()),
        ("osv/b.json", osv[1].as_str()),
    ];
    let packages = vec![
        one("alpha", "1.0").needs("epsilon").needs("zeta<1.1"),
        one("alpha", "2.0").needs("epsilon>=1.1").needs("zeta"),
        one("alpha", "3.0").needs("epsilon>=1.1").needs("zeta"),
        one("epsilon", "1.0"),
        one("epsilon", "1.1"),
        one("zeta", "1.0"),
        one("zeta", "1.1"),
    ];
    let plan = Stage::set(packages, &files).run(&["plan", "--format", "json"]).report();
    for (package, target) in [("alpha", "2.0"), ("epsilon", "1.1"), ("zeta", "1.1")] {
        assert_eq!(named(&plan, "dependencies", package)["target_version"], target, "{plan:#}");
    }
    assert_eq!(plan["security"]["remaining"], serde_json::json!([]));
}

/// RFC 3339, this many days ago.
fn ago(days: u64) -> String {
    let script = format!(
        "import datetime as d; print((d.datetime.now(d.timezone.utc) - d.timedelta(days={days})).strftime('%Y-%m-%dT00:00:00Z'))"
    );
    let output = std::process::Command::new("python3").args(["-c", &script]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn the_oldest_fix_enters_however_young_it_is_and_nothing_else_that_is_young() {
    let osv = advisory("CVE-2026-2002", "beta", "1.1");
    let files = [
        ("requirements.in", "alpha==1.0\nbeta==1.0\n"),
        ("requirements.txt", "alpha==1.0\nbeta==1.0\nepsilon==1.0\n"),
        ("uplift.toml", "[advisories]\npaths = [\"osv\"]\n[upgrade]\nminimum-release-age = 7\n"),
        ("osv/a.json", osv.as_str()),
    ];
    let young = |name: &str, version: &str, days: u64| package(name, version, "ONE = 1").uploaded(&ago(days));
    let packages = vec![
        one("alpha", "1.0").needs("epsilon"),
        young("alpha", "2.0", 3).needs("epsilon"),
        one("beta", "1.0"),
        young("beta", "1.1", 3),
        young("beta", "1.2", 2),
        one("epsilon", "1.0"),
        young("epsilon", "1.1", 3),
    ];
    let plan = Stage::set(packages, &files).run(&["plan", "--format", "json"]).report();
    assert_eq!(plan["dependencies"].as_array().unwrap().len(), 1, "{plan:#}");
    assert_eq!(named(&plan, "dependencies", "beta")["target_version"], "1.1");
    assert!(
        named(&plan, "unmoved", "alpha")["reason"]
            .as_str()
            .unwrap()
            .contains("younger than the minimum-release-age of 7 days")
    );
    assert_eq!(plan["refresh"], serde_json::json!([]), "what comes along is as young");
}

#[test]
fn the_same_package_elsewhere_is_linked_and_reviewers_follow_the_settings() {
    let settings = "[[plan.reviewers]]\npackages = [\"al*\"]\nreviewers = [\"Mia\"]\ntests = [\"load\"]\n[plan.team]\npeople = 2\nhours-a-week = 10\n";
    let files =
        [("api/requirements.txt", "alpha==1.0\n"), ("web/requirements.txt", "alpha==1.0\n"), ("uplift.toml", settings)];
    let stage = Stage::set(vec![one("alpha", "1.0"), one("alpha", "3.0")], &files);
    let plan = stage.run(&["plan", "--component", "api", "--format", "json"]).report();
    let step = &plan["steps"][2];
    assert_eq!((&step["linked"][0]["component"], &step["linked"][0]["stands_at"]), (&"web".into(), &"==1.0".into()));
    assert_eq!((&step["linked"][0]["differs_now"], &step["linked"][0]["differs_after"]), (&false.into(), &true.into()));
    let apart = "web differs until it moves as well: alpha 3.0 (1.0 there)";
    assert!(plan["warnings"].to_string().contains(apart), "{:#}", plan["warnings"]);
    let screen = stage.run(&["plan", "--component", "api"]);
    assert!(screen.stdout.contains("next: uplift upgrade --component api"), "{}", screen.stdout);
    assert_eq!(step["approvals"], serde_json::json!(["Mia"]), "{step:#}");
    assert!(step["required_tests"].to_string().contains("load"));
    assert_eq!(plan["decision_points"][0]["roles"], serde_json::json!(["Mia"]));
    assert_eq!(plan["calendar"]["team"], serde_json::json!({ "people": 2, "hours_a_week": 10 }));
    assert!(step["commands"][1].as_str().unwrap().starts_with("cd api && "), "{step:#}");
}

#[test]
fn a_difference_of_today_is_a_warning_that_says_whether_the_plan_ends_it() {
    let packages = || {
        let old = ["1.0", "2.0", "3.0"].map(|v| one("alpha", v)).into_iter();
        old.chain([one("beta", "1.0"), one("beta", "2.0")]).collect::<Vec<_>>()
    };
    let plan = |there: &str| {
        let web = format!("alpha=={there}\nbeta==1.0\n");
        let files = [("api/requirements.txt", "alpha==1.0\nbeta==1.0\n"), ("web/requirements.txt", web.as_str())];
        Stage::set(packages(), &files).run(&["plan", "--component", "api", "--format", "json"]).report()
    };
    let ends = plan("3.0");
    let linked = |plan: &Value| {
        let steps = plan["steps"].as_array().unwrap();
        steps.iter().flat_map(|s| s["linked"].as_array().unwrap().clone()).find(|l| l["package"] == "alpha").unwrap()
    };
    assert_eq!(linked(&ends)["message"], "web is at alpha 3.0 already: this step ends the difference");
    assert!(ends["warnings"].to_string().contains("this plan ends it: both are at 3.0 then"), "{:#}", ends["warnings"]);
    let stays = plan("2.0");
    assert_eq!((&linked(&stays)["differs_now"], &linked(&stays)["differs_after"]), (&true.into(), &true.into()));
    let said = "alpha is at 1.0 here and at 2.0 in web: one reads what the other writes; this plan does not end it";
    assert!(stays["warnings"].to_string().contains(said), "{:#}", stays["warnings"]);
}
