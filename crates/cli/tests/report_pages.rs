//! Every kind of report as a page, on every seed project and after a real run: whole, and light enough to send.
//!
//! With `UPLIFT_PAGES` set, the pages stay in the folder that it names; `cargo xtask accessibility` and `screenshots`
//! look at them there in a browser.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
#[path = "../../report/tests/pages/markup.rs"]
#[allow(dead_code, reason = "the tests of the report crate use the rest")]
mod markup;
mod support;

use std::path::PathBuf;

use check_support::{Seed, seeds};
use support::{Package, Stage, lending};

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");
/// Kinds that need no run.
const AHEAD: [&str; 7] = ["plan", "update", "assessment", "initiative", "migration-guide", "checklist", "summary"];
/// Kinds that tell one.
const AFTER: [&str; 3] = ["update", "pr", "changelog"];
/// Largest page in bytes.
const LARGEST: usize = 300_000;

/// Keeps the page where `UPLIFT_PAGES` says, and tells what a look without a browser finds wrong with it.
fn keep(name: &str, page: &str) -> Vec<String> {
    if let Some(folder) = std::env::var_os("UPLIFT_PAGES").map(PathBuf::from) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.html")), page).unwrap();
    }
    let found = match markup::html(page) {
        Ok(found) => found,
        Err(wrong) => return vec![format!("{name}: {wrong}")],
    };
    let dead = found.links.iter().filter(|id| !found.ids.contains(*id));
    let mut wrong: Vec<String> = dead.map(|id| format!("{name}: a link leads to `{id}`, which is not there")).collect();
    if found.headings.first() != Some(&1) || found.headings.windows(2).any(|two| two[1] > two[0] + 1) {
        wrong.push(format!("{name}: headings of levels {:?}", found.headings));
    }
    if page.len() > LARGEST {
        wrong.push(format!("{name}: {} bytes, more than {LARGEST}", page.len()));
    }
    wrong
}

fn ahead(name: &'static str, seed: &Seed) {
    let (desk, _market) = seed.desk(BINARY, &[]);
    desk.write(
        "uplift.toml",
        "[report]\nauthor = \"Ada\"\ninvestment = 50000\nsavings-per-year = 150000\ncurrency = \"USD\"\n\
         [report.roles]\n\"finance\" = \"Grace\"\n",
    );
    let advisories = seeds::folder().join("advisories.json").display().to_string();
    let mut wrong = Vec::new();
    for kind in AHEAD {
        let args = ["report", kind, "--as-of", &seed.as_of, "--advisories", &advisories, "--format", "html"];
        let outcome = desk.run(&args);
        assert_eq!(outcome.code, Some(0), "{name} {kind}: {}", outcome.all());
        wrong.extend(keep(&format!("{name}-{kind}"), &outcome.stdout));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn of_the_video_project() {
    ahead("video-ai-system", &Seed::read("video-ai-system").with_targets().with_latest_on("2025-07-03"));
}

#[test]
fn of_the_backend_on_cloud_run() {
    ahead("omni-backend-cloudrun", &Seed::read("omni-backend-cloudrun").with_targets().with_latest_on("2025-11-04"));
}

#[test]
fn of_the_platform() {
    ahead("omni-platform", &Seed::read("omni-platform").with_targets().with_latest_on("2025-11-04"));
}

#[test]
fn of_the_petition_project() {
    ahead("sos-cidadao", &Seed::read("sos-cidadao").with_targets().with_latest_on("2025-10-16"));
}

#[test]
fn of_the_orchestrator() {
    let seed = Seed::read("synapps-orchestrator").with_latest_on("2025-11-04");
    ahead("synapps-orchestrator", &seed.with("alembic", &["1.17.0"], seeds::YOUNG));
}

/// An advisory that the run gets rid of, and one whose fix it has to hold back.
fn advisories() -> String {
    let one = |id: &str, package: &str, severity: &str, fixed: &str| {
        serde_json::json!({
            "id": id, "modified": "2026-01-01T00:00:00Z", "summary": format!("{package} trusts its input"),
            "database_specific": { "severity": severity },
            "affected": [{
                "package": { "ecosystem": "PyPI", "name": package },
                "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": fixed }] }],
            }],
        })
    };
    let all = [one("CVE-2025-1", "alpha", "HIGH", "1.1.0"), one("CVE-2025-2", "beta", "CRITICAL", "2.0.0")];
    serde_json::Value::from(all.to_vec()).to_string()
}

/// Lending, with a changelog in one of its packages.
fn packages() -> Vec<Package> {
    let told = |package: Package| {
        match package.name.as_str() {
        "gamma" => package.with_file(
            "gamma/CHANGELOG.md",
            "# Changes\n\n## 2.0.0\n\n- Breaking: `rate()` returns seven.\n\n## 1.1.0\n\n- Security: fixes CVE-2025-3.\n",
        ),
        _ => package,
    }
    };
    lending::packages().into_iter().map(told).collect()
}

#[test]
fn of_a_run() {
    let Some(stage) = Stage::new(BINARY, packages()) else { return };
    let records = advisories();
    let more = [("records.json", records.as_str()), ("uplift.toml", "[advisories]\npaths = [\"records.json\"]\n")];
    let repo = stage.repo("lending", &[&lending::files()[..], &more].concat());
    let run = stage.run(repo.path(), &["upgrade", "--format", "json"]).json(0);
    let run = run["run"].as_str().unwrap();
    let mut wrong = Vec::new();
    for kind in AFTER {
        let args = ["report", kind, "--run", run, "--format", "html"];
        let ended = stage.run(repo.path(), &args);
        wrong.extend(keep(&format!("run-{kind}"), &ended.expect(0).stdout));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
