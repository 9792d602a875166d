//! What a plan says is so: a fix brings what it is tied to, reasons name who stands against a version at the plan's end,
//! what is compiled against a package moves before it, and every advisory is counted once.
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

/// An advisory on a package; `end` is an event: `{"fixed": "2.0"}`.
fn advisory(id: &str, package: &str, severity: &str, end: &Value) -> String {
    json!({
        "id": id, "modified": "2026-01-01T00:00:00Z", "database_specific": { "severity": severity },
        "affected": [{
            "package": { "ecosystem": "PyPI", "name": package },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, end] }],
        }],
    })
    .to_string()
}

const SECURITY: &str = "[advisories]\npaths = [\"osv\"]\n[upgrade]\nstrategy = \"security\"\n";

fn named<'v>(plan: &'v Value, list: &str, name: &str) -> &'v Value {
    let all = plan[list].as_array().unwrap();
    all.iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("no {name} in {list}: {plan:#}"))
}

/// The step that moves a package.
fn step<'v>(plan: &'v Value, name: &str) -> &'v Value {
    let moves = |step: &&Value| step["packages"].as_array().unwrap().iter().any(|p| p == name);
    plan["steps"].as_array().unwrap().iter().find(moves).unwrap_or_else(|| panic!("no step moves {name}: {plan:#}"))
}

/// Torch and torchvision, each release of the one pinning one of the other, as on the real index.
fn pairs() -> Vec<Package> {
    let mut all: Vec<Package> =
        ["2.1.0", "2.1.2", "2.6.0", "2.7.0", "2.8.0"].iter().map(|version| one("torch", version)).collect();
    for (version, torch) in [("0.16.0", "2.1.0"), ("0.16.2", "2.1.2"), ("0.21.0", "2.6.0"), ("0.22.0", "2.7.0")] {
        all.push(one("torchvision", version).needs(&format!("torch=={torch}")));
    }
    all.extend([one("lone", "1.0"), one("lone", "2.0")]);
    all
}

fn pair(fixed: &Value, packages: Vec<Package>) -> Stage {
    let osv = advisory("CVE-2025-32434", "torch", "CRITICAL", fixed);
    let files = [
        ("requirements.in", "torch==2.1.0\ntorchvision==0.16.0\nlone==1.0\n"),
        ("requirements.txt", "torch==2.1.0\ntorchvision==0.16.0\nlone==1.0\n"),
        ("uplift.toml", SECURITY),
        ("osv/a.json", osv.as_str()),
    ];
    Stage::set(packages, &files)
}

#[test]
fn a_fix_brings_the_package_that_is_tied_to_it_and_no_other() {
    let plan = pair(&json!({ "fixed": "2.6.0" }), pairs()).run(&["plan", "--format", "json"]).report();
    assert_eq!(named(&plan, "dependencies", "torch")["target_version"], "2.6.0", "{plan:#}");
    assert_eq!(named(&plan, "dependencies", "torchvision")["target_version"], "0.21.0");
    assert_eq!(plan["moves"].as_array().unwrap().len(), 1, "they move together: {:#}", plan["moves"]);
    assert_eq!(plan["security"]["remaining"], json!([]));
    assert_eq!(plan["security"]["removed"][0]["id"], "CVE-2025-32434");
    assert!(plan["notes"].to_string().contains("torchvision goes to 0.21.0 because torch 2.6.0 needs it"), "{plan:#}");
    assert!(named(&plan, "unmoved", "lone")["reason"].as_str().unwrap().starts_with("nothing is known to be wrong"));
    // 2.1.2 lies on the way and is as vulnerable.
    let ways = step(&plan, "torch")["fallbacks"].to_string();
    assert!(!ways.contains("stop at"), "neither can stop where the other does not: {ways}");
}

#[test]
fn what_ends_with_its_last_affected_release_is_fixed_in_the_next_one() {
    let plan = pair(&json!({ "last_affected": "2.1.2" }), pairs()).run(&["plan", "--format", "json"]).report();
    assert_eq!(named(&plan, "dependencies", "torch")["target_version"], "2.6.0", "{plan:#}");
    assert_eq!(plan["security"]["remaining"], json!([]));
}

#[test]
fn a_fix_that_nothing_makes_possible_stays_with_the_resolvers_reason() {
    let packages = pairs().into_iter().chain([one("lone", "1.5")]).collect();
    let stage = pair(&json!({ "fixed": "2.8.0" }), packages);
    let plan = stage.run(&["plan", "--format", "json"]).report();
    let stays = named(&plan, "unmoved", "torch");
    let reason = stays["reason"].as_str().unwrap();
    assert!(reason.starts_with("2.8.0 mends it and is out of reach: because "), "{reason}");
    assert!(reason.contains("torchvision") && !reason.contains("the strategy"), "{reason}");
    let ways: Vec<&str> =
        stays["alternatives"].as_array().unwrap().iter().map(|w| w["what"].as_str().unwrap()).collect();
    assert!(!ways.iter().any(|way| way.starts_with("stop at torch")), "all of them are vulnerable: {ways:?}");
    assert_eq!(plan["security"]["remaining"][0]["why"], stays["reason"]);
}

#[test]
fn what_caps_a_package_is_who_stands_against_it_at_the_end() {
    // The numpy that pandas 1 refuses is refused by tensorflow alone once pandas has moved.
    let packages = vec![
        one("numpy", "1.0"),
        one("numpy", "2.0"),
        one("numpy", "2.2"),
        one("pandas", "1.0").needs("numpy<2"),
        one("pandas", "3.0").needs("numpy"),
        one("tensorflow", "1.0").needs("numpy<2.2"),
        one("tensorflow", "2.0").needs("numpy<2.2"),
    ];
    let stage = Stage::set(
        packages,
        &[
            ("requirements.txt", "numpy==1.0\npandas==1.0\ntensorflow==1.0\n"),
            ("app.py", "import numpy, pandas, tensorflow\n"),
        ],
    );
    let plan = stage.run(&["plan", "--format", "json"]).report();
    let numpy = named(&plan, "dependencies", "numpy");
    assert_eq!((&numpy["target_version"], &numpy["newest"]), (&"2.0".into(), &"2.2".into()), "{numpy:#}");
    let why = plan["moves"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|m| m["candidates"].as_array().unwrap())
        .find(|c| c["name"] == "numpy")
        .map(|c| c["capped_by"].as_str().unwrap().to_owned())
        .unwrap();
    assert!(why.contains("tensorflow") && !why.contains("pandas"), "{why}");
}

/// Numpy with headers, and opencv compiled against it.
fn compiled() -> Vec<Package> {
    vec![
        one("numpy", "1.26.4").compiled(true),
        one("numpy", "2.3.1").compiled(true),
        one("opencv", "4.9.0").needs("numpy>=1").compiled(false),
        one("opencv", "4.11.0").needs("numpy>=1").compiled(false),
        one("pure", "1.0").needs("numpy>=1"),
        one("pure", "2.0").needs("numpy>=1"),
    ]
}

const NUMPY: &str = "numpy==1.26.4\nopencv==4.9.0\npure==1.0\n";

#[test]
fn what_is_compiled_against_a_package_moves_before_it_crosses_its_abi() {
    let stage = Stage::set(compiled(), &[("requirements.in", NUMPY), ("requirements.txt", NUMPY)]);
    let plan = stage.run(&["plan", "--format", "json"]).report();
    let (numpy, opencv) = (step(&plan, "numpy"), step(&plan, "opencv"));
    assert!(numpy["needs"].as_array().unwrap().contains(&opencv["number"]), "{numpy:#}");
    assert!(!numpy["needs"].as_array().unwrap().contains(&step(&plan, "pure")["number"]), "{numpy:#}");
    assert!(opencv["number"].as_u64() < numpy["number"].as_u64());
    let done = numpy["success_criteria"].to_string();
    assert!(done.contains("import check: opencv and numpy 2.3.1 import together"), "{done}");
    assert!(numpy["evidence"].to_string().contains("1 package compiled against its C interface: opencv"), "{numpy:#}");
}

#[test]
fn stages_that_cross_an_abi_before_its_users_are_refused_by_name() {
    let stages = "[[plan.stages]]\nname = \"numbers\"\npackages = [\"numpy\"]\n\
                  [[plan.stages]]\nname = \"pictures\"\npackages = [\"opencv\"]\n";
    let stage =
        Stage::set(compiled(), &[("requirements.in", NUMPY), ("requirements.txt", NUMPY), ("uplift.toml", stages)]);
    let refused = stage.run(&["plan"]);
    assert_eq!(refused.code, Some(3), "{}{}", refused.stdout, refused.stderr);
    let text = refused.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains(
            "stage `numbers` moves numpy before stage `pictures`, but numpy needs opencv, which `pictures` moves"
        ),
        "{text}"
    );
}

#[test]
fn a_package_that_leaves_the_set_takes_its_advisories_along_once() {
    // Both need py, and only when both have moved is it gone.
    let packages = vec![
        one("pytest", "1.0").needs("py"),
        one("pytest", "2.0"),
        one("cov", "1.0").needs("pytest").needs("py"),
        one("cov", "2.0").needs("pytest"),
        one("py", "1.0"),
    ];
    let osv = advisory("CVE-2022-42969", "py", "HIGH", &json!({ "last_affected": "9" }));
    let files = [
        ("requirements.in", "pytest==1.0\ncov==1.0\n"),
        ("requirements.txt", "cov==1.0\npy==1.0\npytest==1.0\n"),
        ("uplift.toml", "[advisories]\npaths = [\"osv\"]\n"),
        ("osv/a.json", osv.as_str()),
    ];
    let stage = Stage::set(packages, &files);
    let plan = stage.run(&["plan", "--format", "json"]).report();
    let removed = plan["security"]["removed"].as_array().unwrap();
    assert_eq!(removed.len(), 1, "{:#}", plan["security"]);
    assert_eq!(removed[0]["why"], "py is not installed any more");
    let bringing: Vec<&Value> = plan["moves"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["induced"].as_array().unwrap().iter().any(|c| c["name"] == "py"))
        .collect();
    assert_eq!(bringing.len(), 1, "{bringing:#?}");
    let claims = plan["moves"].to_string().matches("\"id\":\"CVE-2022-42969\"").count();
    assert_eq!(claims, 1, "one step says that it removes it");
}
