//! `uplift check` against the real registries, through the clients of this machine as they are set up.
//!
//! Held to are only facts that no later release changes. A machine without the registries fails here, and says so; with
//! `UPLIFT_TESTS_MAY_SKIP` it says so and goes on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use check_support::Desk;
use check_support::desk::found;
use support::tools;

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

const FILES: [(&str, &[u8]); 4] = [
    ("Dockerfile", b"FROM python:3.11-slim\n"),
    ("requirements.txt", b"requests==2.25.0\nredis[asyncio]==5.0.1\ncryptography==41.0.8\ntensorflow==2.15.0\nemail-validator==2.1.0\nno-such-package-as-this-one-4711==1\n"),
    ("web/package.json", br#"{"name": "web", "engines": {"node": "18"}, "dependencies": {"is-odd": "0.1.0"}}"#),
    ("app.py", b"import requests\n"),
];

/// A desk whose clients are set up as this machine's are.
fn desk() -> Desk {
    let mut desk = Desk::alone(BINARY, &FILES);
    let own = ["PATH", "UPLIFT_CACHE_DIR", "UV_CACHE_DIR", "GIT_CONFIG_GLOBAL", "NO_COLOR"];
    desk.variables.extend(std::env::vars().filter(|(name, _)| !own.contains(&name.as_str())));
    desk
}

#[test]
fn facts_of_the_real_registries_that_no_later_release_changes() {
    let desk = desk();
    let analysis = desk
        .analysis(&["--advisories", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/seed-projects/advisories.json")]);
    let sources = analysis.0["sources"].as_array().unwrap();
    let silent: Vec<String> = sources
        .iter()
        .filter(|s| s["state"] == "not-retrieved")
        .map(|s| format!("{}: {}", s["source"], s["detail"]))
        .collect();
    if !silent.is_empty() {
        tools::missing(&format!("the package registries, and they did not answer:\n{}", silent.join("\n")));
        return;
    }
    let requests = analysis.row(".", "requests");
    assert_eq!(found(&requests["availability"])["kind"], "installable");
    let latest: Vec<u64> =
        found(&requests["latest"]).as_str().unwrap().split('.').filter_map(|p| p.parse().ok()).collect();
    assert!(latest >= vec![2, 32], "{latest:?}");
    assert!(requests["behind"]["releases"].as_u64().unwrap() >= 10, "{}", requests["behind"]);
    assert_eq!(requests["advisories"]["value"][0]["id"], "CVE-2024-35195");
    let cryptography = found(&analysis.row(".", "cryptography")["availability"]);
    assert_eq!(cryptography["kind"], "no-such-version");
    assert_eq!(cryptography["nearest"][0], "41.0.7");
    assert_eq!(
        found(&analysis.row(".", "no-such-package-as-this-one-4711")["availability"])["kind"],
        "no-such-package"
    );
    let tensorflow = analysis.row(".", "tensorflow");
    assert_eq!(found(&tensorflow["availability"])["kind"], "installable", "it exists, whatever one report said");
    let yanked = found(&analysis.row(".", "email-validator")["availability"]);
    assert_eq!(yanked["kind"], "yanked");
    assert!(yanked["reason"].as_str().unwrap().contains("Python 3.7"), "{yanked}");
    let odd = analysis.row("web", "is-odd");
    assert_eq!(found(&odd["availability"])["kind"], "installable");
    assert!(odd["behind"]["majors"].as_u64().unwrap() >= 3, "{}", odd["behind"]);
    assert_eq!(analysis.component("web")["runtimes"][0]["end_of_life"][0]["passed"], true);
    // Metadata beside wheels is not served everywhere: where it is, the extra is unknown; where it is not, that is said.
    let said = analysis.sentences(".");
    let extra = |s: &String| s.contains("no extra `asyncio`") || s.contains("extras of redis exist was not retrieved");
    assert!(said.iter().any(extra), "{said:?}");
    // Days come from the registry, and only where it gives them.
    for row in [requests, odd] {
        let released = &row["released"];
        assert!(["found", "not-retrieved"].contains(&released["state"].as_str().unwrap()), "{released}");
    }
    let again = desk.analysis(&["--offline"]);
    assert_eq!(
        again.row(".", "requests")["latest"],
        requests["latest"],
        "what was learnt is there without the network"
    );
}
