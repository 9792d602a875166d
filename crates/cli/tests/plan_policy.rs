//! Plans keep to policies: a version that one refuses is not gone to, whoever asks for it, and that is told.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]
#![allow(unreachable_pub, reason = "the stage is a part of this test only")]

#[path = "engine_points/stage.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod stage;

use serde_json::Value;
use stage::{Package, Stage, package};

fn one(name: &str, version: &str) -> Package {
    package(name, version, "ONE = 1").uploaded("2020-01-01T00:00:00Z")
}

fn named<'v>(plan: &'v Value, list: &str, name: &str) -> Option<&'v Value> {
    plan[list].as_array().unwrap().iter().find(|c| c["name"] == name)
}

/// Alpha has four releases, of which beta takes those below 2.0 only; delta brings gamma along.
fn stage(banned: &str) -> Stage {
    let settings = format!("[policy]\n{banned}\n[test]\ncommand = \"true\"\n");
    let files = [
        ("requirements.in", "alpha==1.0\nbeta==1.0\ndelta==1.0\n"),
        ("requirements.txt", "alpha==1.0\nbeta==1.0\ndelta==1.0\ngamma==1.0\n"),
        ("uplift.toml", settings.as_str()),
    ];
    let mut all: Vec<Package> = ["1.0", "1.2", "1.5", "2.0"].map(|version| one("alpha", version)).into();
    all.extend([one("beta", "1.0").needs("alpha<2"), one("gamma", "1.0"), one("gamma", "2.0")]);
    all.extend([one("delta", "1.0").needs("gamma"), one("delta", "2.0").needs("gamma>=2")]);
    Stage::set(all, &files)
}

fn ban(name: &str, versions: &str) -> String {
    format!("[[policy.banned]]\nname = \"{name}\"\nversions = \"{versions}\"\nreason = \"it leaks\"\n")
}

#[test]
fn a_banned_version_is_not_gone_to_and_the_best_below_it_is() {
    for (banned, expected) in [("==2.0", "1.5"), (">=1.5", "1.2"), ("==1.5", "1.2")] {
        let plan = stage(&ban("alpha", banned)).run(&["plan", "--format", "json"]).report();
        let alpha = named(&plan, "dependencies", "alpha").unwrap_or_else(|| panic!("{banned}: {plan:#}"));
        assert_eq!(alpha["target_version"], expected, "{banned}: {alpha:#}");
        let criteria = plan["success_criteria"].to_string();
        assert!(
            criteria.contains("no package is moved to a version or a licence that uplift.toml refuses"),
            "{criteria}"
        );
    }
}

#[test]
fn where_everything_newer_is_banned_it_stays_and_the_reason_is_named() {
    let stage = stage(&ban("alpha", ">1.0"));
    let plan = stage.run(&["plan", "--format", "json"]).report();
    assert!(named(&plan, "dependencies", "alpha").is_none(), "{plan:#}");
    let stays = named(&plan, "unmoved", "alpha").unwrap();
    assert!(stays["reason"].as_str().unwrap().contains("is banned by uplift.toml: it leaks"), "{stays:#}");
    let asked = stage.run(&["plan", "--format", "json", "--target", "alpha==1.5"]).report();
    let stays = named(&asked, "unmoved", "alpha").unwrap();
    let reason = "1.5 was asked for, and is refused: 1.5 is banned by uplift.toml: it leaks";
    assert_eq!(stays["reason"], reason, "{stays:#}");
}

#[test]
fn what_comes_along_to_a_banned_version_is_told() {
    let plan = stage(&ban("gamma", ">=2")).run(&["plan", "--format", "json"]).report();
    assert_eq!(named(&plan, "dependencies", "delta").unwrap()["target_version"], "2.0", "{plan:#}");
    let warnings = plan["warnings"].to_string();
    assert!(warnings.contains("gamma comes along to a version that is refused: 2.0 is banned"), "{warnings}");
}

#[test]
fn a_policy_from_outside_holds_for_a_plan_and_what_is_broken_today_is_told() {
    let stage = stage("");
    std::fs::write(stage.path().join("../platform.toml"), format!("[policy]\n{}", ban("alpha", "<=1.0"))).unwrap();
    let plan = stage.run(&["plan", "--format", "json", "--policy", "../platform.toml"]).report();
    let warnings = plan["warnings"].to_string();
    assert!(warnings.contains("platform.toml in one place: alpha (banned)"), "{warnings}");
    assert!(!stage.run(&["plan", "--format", "json"]).report()["warnings"].to_string().contains("banned"));
}
