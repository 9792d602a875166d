//! The npm cases of the seed projects: the verdict on each, out of metadata alone.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use uplift_ecosystems::javascript::lockfile::{self, Lock};
use uplift_ecosystems::javascript::peers::{Member, Set, peer_admits};
use uplift_ecosystems::javascript::registry::Peer;
use uplift_model::semver::{Options, Range, Version};

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/javascript").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn json(name: &str) -> Vec<Value> {
    serde_json::from_str(&data(name)).unwrap()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let pair = |(name, text): (&String, &Value)| (name.clone(), text.as_str().unwrap().to_owned());
    value.as_object().into_iter().flatten().map(pair).collect()
}

/// Every package that the metadata knows, newest last.
fn known() -> BTreeMap<String, Vec<Member>> {
    let mut known: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    for entry in json("metadata.json") {
        let optional = |name: &str| entry["peerDependenciesMeta"][name]["optional"] == Value::Bool(true);
        let peers = texts(&entry["peerDependencies"]);
        let peers = peers.into_iter().map(|(name, range)| Peer { optional: optional(&name), name, range }).collect();
        let version = Version::new(entry["version"].as_str().unwrap()).unwrap();
        let of_name = known.entry(entry["name"].as_str().unwrap().to_owned()).or_default();
        of_name.push(Member { version, peers, engines: texts(&entry["engines"]) });
        of_name.sort_by(|a, b| a.version.cmp(&b.version));
    }
    known
}

fn lock(project: &str) -> Lock {
    lockfile::read("package-lock.json", &data(&format!("{project}.lock.json")), &[]).unwrap()
}

/// What a project has, with the metadata of each package in place of the reduced lock's.
fn base(project: &str, known: &BTreeMap<String, Vec<Member>>) -> Set {
    let mut set = Set::of_lock(&lock(project), "");
    for (name, member) in &mut set.members {
        if let Some(full) = known.get(name).and_then(|all| all.iter().find(|m| m.version == member.version)) {
            member.clone_from(full);
        }
    }
    set
}

/// The versions that a case sets, those of the case that it builds on first.
fn targets(case: &Value, cases: &[Value]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, text) in texts(&case["set"]) {
        if name == "+" {
            let below = cases.iter().find(|c| c["id"] == Value::String(text.clone())).unwrap();
            found.extend(targets(below, cases));
        }
    }
    found.extend(texts(&case["set"]).into_iter().filter(|(name, _)| name != "+"));
    found
}

fn after(base: &Set, targets: &BTreeMap<String, String>, known: &BTreeMap<String, Vec<Member>>) -> Set {
    let mut set = base.clone();
    for (name, wanted) in targets {
        let range = Range::parse(wanted, Options::LOOSE).unwrap();
        let of_name = known.get(name).map(Vec::as_slice).unwrap_or_default();
        let chosen = of_name.iter().rev().find(|m| range.satisfies(&m.version)).cloned();
        // A package of which nothing but the version is known.
        let bare = || Member { version: Version::new(wanted).unwrap(), peers: Vec::new(), engines: BTreeMap::new() };
        set.insert(name.clone(), chosen.unwrap_or_else(bare));
    }
    set
}

#[test]
fn every_case_gets_its_verdict_and_its_cause() {
    let (cases, known) = (json("compat-cases.json"), known());
    assert_eq!(cases.len(), 7);
    let causes = BTreeMap::from([
        (
            "sos-frontend-as-listed",
            "@typescript-eslint/eslint-plugin 8.46.0 peers @typescript-eslint/parser ^8.46.0, @typescript-eslint/parser is 6.21.0",
        ),
        (
            "sos-frontend-plus-parser",
            "@vue/eslint-config-typescript 12.0.0 peers eslint-plugin-vue ^9.0.0, eslint-plugin-vue is 10.5.0",
        ),
        ("sos-frontend-plus-config", "@vue/eslint-config-typescript 14.6.0 peers eslint ^9.10.0, eslint is 8.57.1"),
        ("sos-vite-alone", "@vitejs/plugin-vue 4.6.2 peers vite ^4.0.0 || ^5.0.0, vite is 7.1.9"),
        ("sos-vitest-alone", "@vitest/coverage-v8 0.34.6 peers vitest >=0.32.0 <1, vitest is 3.2.4"),
    ]);
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let project = case["project"].as_str().unwrap().split('/').next().unwrap();
        let base = base(project, &known);
        let set = after(&base, &targets(case, &cases), &known);
        let new: Vec<String> = set.new_peer_violations(&base).iter().map(ToString::to_string).collect();
        let downgrades = base.downgrades(&set);
        match case["verdict"].as_str().unwrap() {
            "sat" => assert_eq!(new, Vec::<String>::new(), "{id}"),
            "unsat" | "peer-violation" => {
                let cause = causes.get(id).unwrap();
                assert!(new.iter().any(|v| v == cause), "{id}: {new:#?}");
                assert!(downgrades.is_empty(), "{id}");
            }
            "downgrade" => {
                let names: Vec<&str> = downgrades.iter().map(|(name, ..)| name.as_str()).collect();
                assert_eq!(names, ["axios", "react-router-dom", "typescript", "vite"], "{id}");
            }
            other => panic!("{id}: the verdict {other} is new"),
        }
    }
}

#[test]
fn the_set_that_fits_needs_a_newer_node_than_the_project_has() {
    let (cases, known) = (json("compat-cases.json"), known());
    let case = cases.iter().find(|c| c["id"] == "sos-frontend-plus-eslint9").unwrap();
    let set = after(&base("sos-cidadao", &known), &targets(case, &cases), &known);
    let on = |node: &str| -> Vec<String> {
        let at_hand = BTreeMap::from([("node".to_owned(), Version::new(node).unwrap())]);
        set.engine_violations(&at_hand).into_iter().map(|v| v.to_string()).collect()
    };
    let on_18 = on("18.20.8");
    for package in ["vite 7.1.9", "@vitejs/plugin-vue 6.0.1"] {
        let words = format!("{package} needs node ^20.19.0 || >=22.12.0, node is 18.20.8");
        assert!(on_18.contains(&words), "{on_18:#?}");
    }
    assert_eq!(on("22.12.0"), Vec::<String>::new());
}

#[test]
fn the_projects_as_they_are_violate_nothing() {
    let known = known();
    for project in ["sos-cidadao", "omni-platform"] {
        assert_eq!(lockfile_violations(project), Vec::<String>::new(), "{project}");
    }
    let base = base("sos-cidadao", &known);
    assert_eq!(base.peer_violations(), []);
    // The reduced lock holds direct packages only.
    let missing: Vec<String> = base.missing_peers().iter().map(ToString::to_string).collect();
    assert!(missing.iter().all(|words| words.ends_with("is not there")), "{missing:#?}");
}

fn lockfile_violations(project: &str) -> Vec<String> {
    let found = uplift_ecosystems::javascript::peers::lock_violations(&lock(project));
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn a_peer_behind_an_alias_is_held_against_the_range_of_the_alias() {
    let version = |text: &str| Version::new(text).unwrap();
    assert!(peer_admits("npm:react@^18.0.0", &version("18.3.1")));
    assert!(!peer_admits("npm:react@^18.0.0", &version("19.0.0")));
    assert!(!peer_admits("npm:^4", &version("5.0.0")));
    assert!(peer_admits("next", &version("5.0.0")) && peer_admits("*", &version("5.0.0-beta.1")));
}
