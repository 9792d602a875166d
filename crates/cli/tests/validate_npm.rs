//! Moving a package of an npm lock moves what it needs: what fits stays, what does not comes along or is told, and a Node
//! that the project states and the set cannot run on is no success.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use check_support::desk::{Desk, Outcome};
use check_support::market::{Market, Mood, NpmRelease, Stock};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

const MANIFEST: &str = r#"{"name": "shop", "version": "1.0.0", "dependencies": {"web": "^1.0.0", "other": "^1.0.0"}}"#;

fn release(version: &str, dependencies: Value) -> NpmRelease {
    NpmRelease { version: version.to_owned(), dependencies, ..NpmRelease::default() }
}

fn lock() -> String {
    let package = |version: &str, dependencies: Value| json!({"version": version, "dependencies": dependencies});
    json!({
        "name": "shop", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
        "packages": {
            "": {"name": "shop", "version": "1.0.0", "dependencies": {"web": "^1.0.0", "other": "^1.0.0"}},
            "node_modules/web": package("1.0.0", json!({"parts": "^1.0.0", "log": "^1.0.0", "same": "^1.0.0", "code": "^1.0.0"})),
            "node_modules/other": package("1.0.0", json!({"log": "^1.0.0"})),
            "node_modules/parts": package("1.0.0", json!({"code": "^1.0.0"})),
            "node_modules/log": package("1.0.0", json!({})),
            "node_modules/same": package("1.2.0", json!({})),
            "node_modules/code": package("1.0.0", json!({})),
        }
    })
    .to_string()
}

fn stock() -> Stock {
    let new = json!({"parts": "^2.0.0", "log": "^2.0.0", "same": "^1.1.0", "deep": "^1.0.0", "code": "^2.0.0"});
    let engines = json!({"node": ">=20"});
    let mut stock = Stock::default();
    let mut add = |name: &str, releases: Vec<NpmRelease>| {
        stock.npm.insert(name.to_owned(), releases);
    };
    add(
        "web",
        vec![
            release("1.0.0", json!({})),
            release("2.0.0", new),
            release("3.0.0", json!({"deep": "^9.0.0"})),
            NpmRelease { engines: engines.clone(), ..release("4.0.0", json!({"same": "^1.0.0"})) },
            release("5.0.0", json!({"fork": "github:somebody/fork"})),
            release("6.0.0", json!({"log-two": "npm:log@^2.0.0", "parts-any": "npm:parts", "log": "npm:log@^1.0.0"})),
            release("7.0.0", json!({"log-nine": "npm:log@^9.0.0"})),
        ],
    );
    add("other", vec![release("1.0.0", json!({"log": "^1.0.0"}))]);
    add("parts", vec![release("1.0.0", json!({})), release("2.1.0", json!({"deep": "^1.1.0", "code": "^2.0.0"}))]);
    add("log", vec![release("1.0.0", json!({})), release("2.0.0", json!({}))]);
    add("same", vec![release("1.2.0", json!({})), release("1.9.0", json!({}))]);
    add("deep", vec![release("1.0.0", json!({})), release("1.3.0", json!({}))]);
    add("code", vec![release("1.0.0", json!({})), release("2.2.0", json!({}))]);
    stock
}

fn desk(market: &Market, more: &[(&str, &[u8])]) -> Desk {
    let lock = lock();
    let mut files = vec![("package.json", MANIFEST.as_bytes()), ("package-lock.json", lock.as_bytes())];
    files.extend_from_slice(more);
    Desk::new(PROGRAM, market, &files)
}

fn validate(desk: &Desk, set: &str) -> (Outcome, Value) {
    let outcome = desk.run(&["validate", "--format", "json", "--set", set]);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{e}: {}", outcome.all()));
    let check = report["components"][0]["checks"][0].clone();
    (outcome, check)
}

fn moves(check: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = check["induced"].as_array().unwrap().iter();
    all.map(|s| format!("{} {} -> {}", text(&s["name"]), text(&s["from"]), text(&s["to"]))).collect()
}

#[test]
fn what_the_new_version_needs_comes_along_and_a_copy_that_others_need_stays() {
    let market = Market::serve(stock());
    let desk = desk(&market, &[]);
    let (outcome, check) = validate(&desk, "web@2.0.0");
    assert_eq!((outcome.code, &check["verdict"]), (Some(0), &"sat".into()), "{check:#}");
    // `other` keeps log 1; code goes with everybody who needs it; same is there already.
    let wanted = ["code 1.0.0 -> 2.2.0", "deep - -> 1.3.0", "log (for web) - -> 2.0.0", "parts 1.0.0 -> 2.1.0"];
    assert_eq!(moves(&check), wanted);
    for (name, version) in
        [("web", "2.0.0"), ("parts", "2.1.0"), ("log", "1.0.0"), ("same", "1.2.0"), ("code", "2.2.0")]
    {
        assert_eq!(check["solution"][name], version, "{name}: {check:#}");
    }
    let paragraph = check["paragraph"].as_str().unwrap();
    assert!(paragraph.contains("Besides those that were named, 2 packages move and 2 are new."), "{paragraph}");
}

#[test]
fn a_need_that_nothing_fulfils_is_unsat_and_one_that_nobody_tells_is_not_checked() {
    let market = Market::serve(stock());
    let desk = desk(&market, &[]);
    let (outcome, check) = validate(&desk, "web@3.0.0");
    assert_eq!((outcome.code, &check["verdict"]), (Some(1), &"unsat".into()), "{check:#}");
    assert!(check["paragraph"].as_str().unwrap().contains("web@3.0.0 needs deep@^9.0.0"), "{check:#}");
    let (outcome, check) = validate(&desk, "web@5.0.0");
    assert_eq!((outcome.code, &check["verdict"]), (Some(1), &"not-checked".into()), "{check:#}");
    assert!(check["paragraph"].as_str().unwrap().contains("web@5.0.0 needs fork@github:somebody/fork"), "{check:#}");
    market.set("/npm/parts", Mood::Status(500));
    let (outcome, check) = validate(&desk, "web@2.0.0");
    assert_eq!((outcome.code, &check["verdict"]), (Some(1), &"not-checked".into()), "{check:#}");
    assert!(
        check["paragraph"].as_str().unwrap().contains("parts, which web@2.0.0 needs, was not retrieved"),
        "{check:#}"
    );
}

#[test]
fn a_node_of_ci_and_image_that_is_too_old_is_told_once_and_is_no_success() {
    let market = Market::serve(stock());
    let workflow = b"jobs:\n  t:\n    runs-on: x\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: 18\n";
    let desk = desk(&market, &[(".github/workflows/ci.yml", workflow), ("Dockerfile", b"FROM node:18\n")]);
    let (outcome, check) = validate(&desk, "web@4.0.0");
    assert_eq!((outcome.code, &check["verdict"]), (Some(1), &"sat".into()), "{check:#}");
    let paragraph = check["paragraph"].as_str().unwrap();
    assert_eq!(paragraph.matches("web@4.0.0 needs node").count(), 1, "{paragraph}");
    for place in ["Dockerfile:1", ".github/workflows/ci.yml:7", "they have to move first", "runtime is too old"] {
        assert!(paragraph.contains(place), "{place}: {paragraph}");
    }
    // With a Node that runs it, it is one.
    let with = desk.run(&["validate", "--set", "web@4.0.0", "--node", "20"]);
    assert_eq!(with.code, Some(0), "{}", with.all());
}

#[test]
fn an_alias_is_looked_up_under_the_name_of_its_package_and_shown_under_both() {
    let market = Market::serve(stock());
    let desk = desk(&market, &[]);
    let (outcome, check) = validate(&desk, "web@6.0.0");
    assert_eq!((outcome.code, &check["verdict"]), (Some(0), &"sat".into()), "{check:#}");
    // What comes along brings its own needs; log 1 is there already.
    let wanted = [
        "code (for parts-any) - -> 2.2.0",
        "deep - -> 1.3.0",
        "log-two (npm:log) - -> 2.0.0",
        "parts-any (npm:parts) - -> 2.1.0",
    ];
    assert_eq!(moves(&check), wanted);
    let (outcome, check) = validate(&desk, "web@7.0.0");
    assert_eq!((outcome.code, &check["verdict"]), (Some(1), &"unsat".into()), "{check:#}");
    let sentence = "web@7.0.0 needs log-nine@npm:log@^9.0.0, and no release of log fulfils that";
    assert!(check["paragraph"].as_str().unwrap().contains(sentence), "{check:#}");
}

#[test]
fn an_alias_of_the_project_moves_with_and_without_a_lock() {
    let manifest = br#"{"name": "shop", "version": "1.0.0", "dependencies": {"old-log": "npm:log@^1.0.0"}}"#;
    let lock = json!({
        "name": "shop", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
        "packages": {
            "": {"name": "shop", "version": "1.0.0", "dependencies": {"old-log": "npm:log@^1.0.0"}},
            "node_modules/old-log": {"name": "log", "version": "1.0.0"},
        }
    });
    let lock = lock.to_string();
    let with: &[(&str, &[u8])] = &[("package.json", manifest), ("package-lock.json", lock.as_bytes())];
    for files in [with, &with[..1]] {
        let market = Market::serve(stock());
        let desk = Desk::new(PROGRAM, &market, files);
        for set in ["old-log@^2.0.0", "old-log@npm:log@^2.0.0"] {
            let (outcome, check) = validate(&desk, set);
            assert_eq!((outcome.code, &check["verdict"]), (Some(0), &"sat".into()), "{set}: {check:#}");
            assert_eq!(check["solution"]["old-log"], "2.0.0", "{set}: {check:#}");
        }
        let (_, check) = validate(&desk, "old-log@^9.0.0");
        assert!(check["paragraph"].as_str().unwrap().contains("no release of log fulfils"), "{check:#}");
    }
}

/// `micro` needs pico 2, which lies at the top; what comes along wants pico 4 beside itself.
fn nesting(market: &Market, states_pico: bool) -> Desk {
    let mut needs = json!({"glob": "^1.0.0", "micro": "^1.0.0"});
    if states_pico {
        needs["pico"] = json!("^2.3.0");
    }
    let manifest = json!({"name": "shop", "version": "1.0.0", "dependencies": needs}).to_string();
    let lock = json!({
        "name": "shop", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
        "packages": {
            "": {"name": "shop", "version": "1.0.0", "dependencies": needs},
            "node_modules/glob": {"version": "1.0.0"},
            "node_modules/micro": {"version": "1.0.0", "dependencies": {"pico": "^2.3.0"}},
            "node_modules/pico": {"version": "2.3.2"},
        }
    });
    let lock = lock.to_string();
    Desk::new(PROGRAM, market, &[("package.json", manifest.as_bytes()), ("package-lock.json", lock.as_bytes())])
}

fn nesting_stock() -> Stock {
    let fd = |version: &str, meta: Value| NpmRelease {
        peers: json!({"pico": "^3 || ^4"}),
        peers_meta: meta,
        ..release(version, json!({}))
    };
    let mut stock = Stock::default();
    let mut add = |name: &str, releases: Vec<NpmRelease>| stock.npm.insert(name.to_owned(), releases);
    add("pico", vec![release("2.3.2", json!({})), release("4.0.7", json!({}))]);
    add("micro", vec![release("1.0.0", json!({"pico": "^2.3.0"}))]);
    // An optional peer, and a required one.
    add("fd", vec![fd("6.0.0", json!({"pico": {"optional": true}})), fd("7.0.0", json!({}))]);
    add(
        "glob",
        vec![
            release("1.0.0", json!({})),
            release("2.0.0", json!({"fd": "^6.0.0", "pico": "^4.0.0"})),
            release("3.0.0", json!({"fd": "^6.0.0"})),
            release("4.0.0", json!({"fd": "^7.0.0"})),
            release("5.0.0", json!({"fd": "^6.0.0", "pico": "^2.0.0"})),
            NpmRelease { peers: json!({"pico": "^4.0.0"}), ..release("6.0.0", json!({"fd": "^6.0.0"})) },
        ],
    );
    stock
}

#[test]
fn a_peer_that_npm_nests_is_no_violation() {
    let market = Market::serve(nesting_stock());
    for states_pico in [true, false] {
        let desk = nesting(&market, states_pico);
        for (set, fd, copy) in [
            ("glob@2.0.0", "6.0.0", "pico (for glob) - -> 4.0.7"),
            ("glob@3.0.0", "6.0.0", "pico (for fd) - -> 4.0.7"),
            ("glob@4.0.0", "7.0.0", "pico (for fd) - -> 4.0.7"),
        ] {
            let (outcome, check) = validate(&desk, set);
            assert_eq!((outcome.code, &check["verdict"]), (Some(0), &"sat".into()), "{set}: {check:#}");
            assert_eq!(moves(&check), [format!("fd - -> {fd}"), copy.to_owned()], "{set}");
        }
    }
}

#[test]
fn a_peer_that_no_place_satisfies_is_a_violation() {
    let market = Market::serve(nesting_stock());
    // The project states pico 2, and glob either brings pico 2 itself or takes the project's.
    let stated = nesting(&market, true);
    let free = nesting(&market, false);
    for (set, verdict, sentence) in [
        ("glob@5.0.0", "peer-violation", "fd@6.0.0 peers pico@^3 || ^4, but pico stays at 2.3.2"),
        ("glob@6.0.0", "unsat", "glob@6.0.0 peers pico@^4.0.0, but pico stays at 2.3.2"),
    ] {
        let (outcome, check) = validate(&stated, set);
        assert_eq!((outcome.code, &check["verdict"]), (Some(1), &verdict.into()), "{set}: {check:#}");
        assert!(check["causes"].to_string().contains(sentence), "{set}: {check:#}");
        // Where nothing of the project asks for pico 2, npm puts it below the one that needs it.
        let (outcome, check) = validate(&free, set);
        assert_eq!((outcome.code, &check["verdict"]), (Some(0), &"sat".into()), "{set}: {check:#}");
    }
}
