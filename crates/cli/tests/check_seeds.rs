//! `uplift check` on the seed projects, held field by field to the `expected.json` beside each.
//!
//! The registry of the day is a market made of `registry-facts.json`, the pins and the documents' targets; the
//! vulnerabilities are `advisories.json`. Where a source document erred, `expected.json` gives both, and the truth counts.
//!
//! What a check does not tell, and who does: [`ELSEWHERE`] by field, [`HYGIENE`] by sentence.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use check_support::desk::{Analysis, Desk, advisories, found};
use check_support::{Market, Seed, seeds};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

/// Fields of an `expected.json` that no check answers: project, field, who does.
const ELSEWHERE: [(&str, &str, &str); 17] = [
    ("omni-backend-cloudrun", "python_window_after", "validate: the window of a set of targets"),
    ("omni-backend-cloudrun", "verify", "the checks of a deployment"),
    ("omni-platform", "hygiene", "the audit of CI, code and configuration"),
    ("omni-platform", "roadmap", "the audit of roadmap files"),
    ("omni-platform", "effort_hours", "plan"),
    ("omni-platform", "cost", "plan"),
    (
        "sos-cidadao",
        "must_also_move",
        "validate: peers and engines of a set of targets; the versions in use are held here",
    ),
    ("sos-cidadao", "thresholds", "the gates of an upgrade"),
    ("synapps-orchestrator", "phase_order", "plan"),
    ("synapps-orchestrator", "must_change", "migrate"),
    ("synapps-orchestrator", "must_delete", "migrate"),
    ("synapps-orchestrator", "must_not_change", "migrate"),
    ("synapps-orchestrator", "tests_before", "upgrade: the baseline"),
    ("synapps-orchestrator", "tests_after", "migrate"),
    ("synapps-orchestrator", "schema_drift_after", "migrate"),
    ("synapps-orchestrator", "patterns", "migrate"),
    ("video-ai-system", "priorities.must_follow", "plan: numpy after the packages that are built against it"),
];

/// Sentences of `manifest_findings` that are about CI and test configuration: the audit's, by their beginnings.
const HYGIENE: [&str; 5] = [
    "CI calls npm script",
    "api/pytest.ini uses section",
    "deprecation warnings silenced",
    "lint script runs with --fix",
    "api_gateway/Dockerfile copies requirements.txt of the build context",
];

/// What did not come out as expected; all of it is shown at once.
#[derive(Default)]
struct Misses(Vec<String>);

impl Misses {
    fn hold(&mut self, what: impl std::fmt::Display, is: &Value, expected: &Value) {
        if is != expected {
            self.0.push(format!("{what}: {is} instead of {expected}"));
        }
    }

    fn require(&mut self, holds: bool, what: impl std::fmt::Display) {
        if !holds {
            self.0.push(what.to_string());
        }
    }
}

impl Drop for Misses {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{} fields differ:\n{}", self.0.len(), self.0.join("\n"));
        }
    }
}

fn look(seed: &Seed, desk: &Desk) -> Analysis {
    let advisories = seeds::folder().join("advisories.json").display().to_string();
    desk.analysis(&["--as-of", &seed.as_of, "--advisories", &advisories])
}

fn checked(seed: &Seed, without: &[&str]) -> (Analysis, Desk, Market) {
    let (desk, market) = seed.desk(BINARY, without);
    (look(seed, &desk), desk, market)
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("no list `{field}`"))
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_else(|| panic!("no text `{field}` in {value}"))
}

/// `pin` and `lock` of the documents.
fn source(row: &Value) -> &str {
    match text(row, "current_from") {
        "pinned" => "pin",
        "locked" => "lock",
        other => other,
    }
}

/// The change from the version in use to the newest one, in the documents' words.
fn change(row: &Value) -> &'static str {
    let number = |field: &str| row["behind"][field].as_u64().unwrap();
    match (number("majors"), number("minors"), number("releases")) {
        (0, 0, 0) => "none",
        (0, 0, _) => "patch",
        (0, _, _) if row["distance"] == "major" => "minor-0.x",
        (0, _, _) => "minor",
        _ => "major",
    }
}

#[test]
fn every_field_of_the_answers_is_held_here_or_named_as_anothers() {
    let held = [
        ("omni-backend-cloudrun", vec!["upgrades", "missed_by_seed", "deprecated"]),
        ("omni-platform", vec!["upgrades", "seed_counts"]),
        ("sos-cidadao", vec!["upgrades", "manifest_findings"]),
        ("synapps-orchestrator", vec!["targets"]),
        ("video-ai-system", vec!["priorities", "manifest_findings", "code_hits"]),
    ];
    for (project, fields) in held {
        let expected = Seed::read(project).expected;
        for field in expected.as_object().unwrap().keys().filter(|f| !["seed", "as_of"].contains(&f.as_str())) {
            let elsewhere = ELSEWHERE.iter().any(|(p, f, _)| *p == project && f == field);
            assert!(elsewhere != fields.contains(&field.as_str()), "{project}: `{field}` is nobody's, or two's");
        }
    }
}

#[test]
fn the_backend_of_a_vulnerability_report() {
    let seed = Seed::read("omni-backend-cloudrun").with_targets().with_latest_on("2025-11-04");
    let (analysis, ..) = checked(&seed, &[]);
    let mut misses = Misses::default();
    for expected in list(&seed.expected, "upgrades").iter().chain(list(&seed.expected, "missed_by_seed")) {
        let name = text(expected, "package");
        let row = analysis.row("backend", name);
        misses.hold(format!("{name} in use"), &row["current_version"], &expected["current"]);
        let mut cves: Vec<&str> = expected["cves"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        cves.sort_unstable();
        misses.require(advisories(row) == cves, format!("{name}: {:?} instead of {cves:?}", advisories(row)));
        let vulnerable = list(row, "reasons").iter().any(|r| r == "security");
        let moves = !row["target_version"].is_null();
        misses.require(vulnerable == (!cves.is_empty() && moves), format!("{name}: reasons {}", row["reasons"]));
    }
    // The report calls tensorflow 2.15.0 unavailable; on the image's Python it is not.
    misses.hold(
        "tensorflow",
        &analysis.row("backend", "tensorflow")["availability"]["value"]["kind"],
        &"installable".into(),
    );
    for expected in list(&seed.expected, "deprecated") {
        let row = analysis.row("backend", text(expected, "package"));
        misses.hold("successor", &found(&row["deprecation"])["successor"], &expected["replacement"]);
        let evidence = text(expected, "evidence");
        let sites = list(found(&row["usage"]), "sites");
        misses.require(sites.iter().any(|s| s["file"] == evidence), format!("not seen in {evidence}: {sites:?}"));
    }
    // python-jose and nltk have no release without their advisory: said, not passed over.
    for (name, words) in [("python-jose", "no fix yet"), ("nltk", "fixed in 3.8.2, and the target stays below")] {
        let warnings = &analysis.row("backend", name)["warnings"];
        misses.require(warnings.to_string().contains(words), format!("{name}: {warnings}"));
    }
    let redis = analysis.row("backend", "redis");
    misses.hold(
        "redis[asyncio]",
        &redis["findings"][0],
        &"redis 5.0.1 has no extra `asyncio`; it has hiredis, ocsp".into(),
    );
}

/// The lowest release without a known vulnerability is what the strategy `security` proposes.
#[test]
fn the_minimum_safe_versions_are_the_targets_of_the_security_strategy() {
    let seed = Seed::read("omni-backend-cloudrun")
        .with_targets()
        .with_latest_on("2025-11-04")
        // Releases between, some of them safe from a part of the advisories only.
        .with("torch", &["2.2.0", "2.5.1", "2.7.0"], seeds::MIDDLE)
        .with("transformers", &["4.36.0", "4.46.0", "4.50.0"], seeds::MIDDLE)
        .with("keras", &["3.9.0", "3.11.3"], seeds::MIDDLE)
        .with("cryptography", &["42.0.0", "42.0.4", "44.0.2"], seeds::MIDDLE)
        .with("pillow", &["10.2.0", "10.4.0"], seeds::MIDDLE)
        .with("python-multipart", &["0.0.7", "0.0.20"], seeds::MIDDLE);
    let (desk, _market) = seed.desk(BINARY, &[]);
    desk.write("uplift.toml", "[upgrade]\nstrategy = \"security\"\n");
    let analysis = look(&seed, &desk);
    let mut misses = Misses::default();
    for expected in list(&seed.expected, "upgrades").iter().chain(list(&seed.expected, "missed_by_seed")) {
        let Some(safe) = expected["minimum_safe"].as_str() else { continue };
        let name = text(expected, "package");
        let row = analysis.row("backend", name);
        // `> 3.3.0`: nothing on offer is safe.
        let safe = if safe.contains(' ') { Value::Null } else { safe.into() };
        misses.hold(format!("{name}, safe from"), &row["target_version"], &safe);
    }
}

#[test]
fn what_the_image_of_another_python_cannot_install_is_said_with_what_exists() {
    let seed = Seed::read("omni-backend-cloudrun").with_targets();
    let (analysis, ..) = checked(&seed, &["Dockerfile.backend", ".github/workflows/ci-unit.yaml"]);
    let component = analysis.component("backend");
    assert_eq!(component["runtime"], "3.12", "{}", component["runtime_from"]);
    for (name, exists_for) in
        [("tensorflow", vec!["cp39", "cp310", "cp311"]), ("faiss-cpu", vec!["cp37", "cp38", "cp39", "cp310", "cp311"])]
    {
        let availability = found(&analysis.row("backend", name)["availability"]);
        assert_eq!(availability["kind"], "no-distribution", "{name}");
        assert_eq!(availability["exists_for"], serde_json::json!(exists_for), "{name}");
    }
    assert!(list(analysis.row("backend", "tensorflow"), "reasons").iter().any(|r| r == "unavailable"));
}

/// The newest release is what the document took for it: distances and changes come out as it counts them.
#[test]
fn the_platform_as_its_document_saw_it() {
    let seed = Seed::read("omni-platform").with_targets();
    let (analysis, ..) = checked(&seed, &[]);
    let mut misses = Misses::default();
    let mut majors: Vec<&str> = Vec::new();
    let upgrades = list(&seed.expected, "upgrades");
    for expected in upgrades {
        let (component, name) = (text(expected, "component"), text(expected, "package"));
        let row = analysis.row(component, name);
        let what = format!("{component}/{name}");
        misses.hold(format!("{what} in use"), &row["current_version"], &expected["current"]);
        misses.hold(format!("{what} known from"), &source(row).into(), &expected["current_source"]);
        let changes = text(expected, "change");
        if changes == "downgrade" || changes == "none" {
            misses.hold(format!("{what} stays"), &row["target_version"], &Value::Null);
            continue;
        }
        misses.hold(format!("{what} newest"), found(&row["latest"]), &expected["seed_target"]);
        // The document calls a step of a second number before 1.0 minor for some and breaking for others; on the
        // package's own scheme all of them may break.
        let ours = if changes == "minor" && change(row) == "minor-0.x" { "minor" } else { change(row) };
        misses.require(ours == changes, format!("{what}: {ours} instead of {changes}"));
        let lines = match changes {
            "major" => &row["behind"]["majors"],
            _ => &row["behind"]["minors"],
        };
        misses.hold(format!("{what} lines behind"), lines, &expected["lines_behind"]);
        if changes == "major" {
            majors.push(name);
        }
        misses.hold(format!("{what} days old"), &row["age_days"], &seeds::OLD.into());
    }
    majors.sort_unstable();
    let counts = &seed.expected["seed_counts"];
    let mut counted: Vec<&str> = list(counts, "major").iter().filter_map(Value::as_str).collect();
    counted.sort_unstable();
    misses.require(majors == counted, format!("majors {majors:?} instead of {counted:?}"));
    misses.hold("pairs of component and package", &upgrades.len().into(), &counts["packages"]);
    let urgent = upgrades.iter().filter(|u| u["seed_priority"] == 1).count();
    misses.hold("of high priority", &urgent.into(), &counts["high_priority"]);
    // Targets of the document that lie below the fixes.
    for (name, fixed) in [
        ("torch", "fixed in 2.6.0"),
        ("transformers", "fixed in 4.48.0"),
        ("cryptography", "affected by CVE-2024-12797"),
    ] {
        let warnings = &analysis.row("backend", name)["warnings"];
        misses.require(warnings.to_string().contains(fixed), format!("{name}: {warnings}"));
    }
    misses.require(
        analysis.row("backend", "redis")["findings"].to_string().contains("has no extra `asyncio`"),
        "the extra of redis is unknown",
    );
}

/// What the registry held: every "latest" of the document but one was about a year old.
#[test]
fn the_platform_as_the_registry_saw_it() {
    let seed = Seed::read("omni-platform").with_targets().with_latest_on("2025-11-04");
    let (analysis, ..) = checked(&seed, &[]);
    let mut misses = Misses::default();
    let facts = seeds::facts();
    for expected in list(&seed.expected, "upgrades").iter().filter(|u| u["component"] != "frontend") {
        let (component, name) = (text(expected, "component"), text(expected, "package"));
        let row = analysis.row(component, name);
        misses.hold(
            format!("{component}/{name} newest"),
            found(&row["latest"]),
            &facts["latest_on"]["2025-11-04"][name],
        );
        misses.hold(format!("{component}/{name} target"), &row["target_version"], found(&row["latest"]));
    }
    let urgency = &analysis.0["urgency"];
    // "No critical CVE" is false: torch, transformers and pymysql have one each.
    misses.require(urgency["because"].to_string().contains("3 critical advisories"), urgency);
    let node = &analysis.component("frontend")["runtimes"][0]["end_of_life"][0];
    misses.hold("node 18", node, &serde_json::json!({"line": "18", "date": "2025-04-30", "passed": true}));
    misses.hold("python", &analysis.component("gateway")["runtime"], &"3.11".into());
    misses.hold(
        "python by",
        &analysis.component("gateway")["runtime_from"],
        &"gateway/Dockerfile:1 FROM python:3.11-slim".into(),
    );
    let gateway = analysis.row("gateway", "opentelemetry-exporter-jaeger");
    misses.hold("the exporter that stopped", found(&gateway["latest"]), &"1.21.0".into());
}

#[test]
fn the_civic_project_with_a_lock_and_three_manifests() {
    let seed = Seed::read("sos-cidadao")
        .with("cryptography", &["41.0.7", "42.0.8"], seeds::OLD)
        .with_targets()
        .with_latest_on("2025-10-16")
        .with_yanked("email-validator", "2.1.0", "forgot to drop Python 3.7 from python_requires");
    let (analysis, ..) = checked(&seed, &[]);
    let mut misses = Misses::default();
    let newest = &seeds::facts()["latest_on"]["2025-10-16"];
    for expected in list(&seed.expected, "upgrades") {
        let (component, name) = (text(expected, "component"), text(expected, "package"));
        let row = analysis.row(component, name);
        let what = format!("{component}/{name}");
        misses.hold(format!("{what} in use"), &row["current_version"], &expected["current"]);
        misses.hold(format!("{what} known from"), &source(row).into(), &expected["current_source"]);
        // pydantic's newest is a patch above the document's target.
        let latest = if newest[name].is_string() { &newest[name] } else { &expected["target"] };
        misses.hold(format!("{what} newest"), found(&row["latest"]), latest);
        // Targets of the document that need another node than the image and CI have.
        if ["vite", "@vitejs/plugin-vue", "jsdom"].contains(&name) {
            misses.hold(format!("{what} stays"), &row["target_version"], &Value::Null);
            let held = text(row, "held_by");
            misses.require(held.contains("node") && held.contains("20"), format!("{what}: {held}"));
        } else {
            misses.hold(format!("{what} target"), &row["target_version"], latest);
        }
    }
    let lines: Vec<u64> = list(analysis.row("api", "pydantic"), "stated")
        .iter()
        .filter(|s| s["file"] == "api/requirements.txt")
        .filter_map(|s| s["line"].as_u64())
        .collect();
    misses.require(lines == [4, 5], format!("pydantic's lines: {lines:?}"));
    for expected in list(&seed.expected, "must_also_move") {
        let words: Vec<&str> = expected.as_str().unwrap().split(' ').collect();
        if let [name, version, ..] = words.as_slice()
            && *name != "Node"
        {
            misses.hold(
                format!("{name} in use"),
                &analysis.row("frontend", name)["current_version"],
                &(*version).into(),
            );
        }
    }
    for sentence in list(&seed.expected, "manifest_findings").iter().map(|s| s.as_str().unwrap()) {
        let holds = match sentence {
            s if HYGIENE.iter().any(|h| s.starts_with(h)) => true,
            "cryptography==41.0.8 was never released" => {
                let availability = found(&analysis.row("api", "cryptography")["availability"]);
                availability["kind"] == "no-such-version" && availability["nearest"][0] == "41.0.7"
            }
            "flask-cors 4.0.0 and black 23.11.0 have advisories" => {
                advisories(analysis.row("api", "flask-cors")) == ["CVE-2024-6221"]
                    && advisories(analysis.row("api", "black")) == ["CVE-2024-21503"]
            }
            "three manifests pin the same packages differently" => {
                let drift = analysis.sentences("api");
                ["cryptography", "opentelemetry-api", "opentelemetry-instrumentation-flask"]
                    .iter()
                    .all(|name| drift.iter().any(|d| d.starts_with(&format!("{name} is stated differently"))))
            }
            s if s.starts_with("api/requirements-vercel.txt pins email-validator==2.1.0, which is yanked") => {
                let availability = found(&analysis.row("api", "email-validator")["availability"]);
                availability["kind"] == "yanked" && text(availability, "reason").contains("forgot to drop Python 3.7")
            }
            other => panic!("nobody looks after `{other}`"),
        };
        misses.require(holds, format!("not found: {sentence}"));
    }
}

#[test]
fn floors_are_not_versions_in_use() {
    let seed =
        Seed::read("synapps-orchestrator").with_latest_on("2025-11-04").with("alembic", &["1.17.0"], seeds::YOUNG);
    let (analysis, ..) = checked(&seed, &[]);
    let (without, ..) = checked(&seed, &["constraints-before.txt"]);
    let mut misses = Misses::default();
    let place = "apps/orchestrator";
    for (name, floor, constrained) in [
        ("fastapi", "0.68.0", "0.99.1"),
        ("pydantic", "1.8.2", "1.10.13"),
        ("sqlalchemy", "1.4.0", "1.4.54"),
        ("alembic", "1.7.0", "1.12.1"),
        ("uvicorn", "0.15.0", "0.23.2"),
    ] {
        let (row, bare) = (analysis.row(place, name), without.row(place, name));
        misses.hold(format!("{name} floor"), &row["floor"], &floor.into());
        misses.hold(format!("{name} in use, by the constraints"), &row["current_version"], &constrained.into());
        misses.hold(format!("{name} floor alone"), &bare["floor"], &floor.into());
        misses.hold(format!("{name} in use"), &bare["current_version"], &Value::Null);
        misses.hold(format!("{name} known from"), &bare["current_from"], &"unknown".into());
        misses.hold(format!("{name} advisories"), &bare["advisories"]["state"], &"not-retrieved".into());
        misses.hold(format!("{name} age"), &bare["age_days"], &Value::Null);
        // `0.115+`, `2.x`: the newest is at or above the document's line.
        let line = text(&seed.expected["targets"], name).trim_end_matches(['+', 'x', '.']).to_owned();
        let number = |v: &str| -> Vec<u64> { v.split('.').filter_map(|p| p.parse().ok()).collect() };
        let target = bare["target_version"].as_str().unwrap_or_default();
        misses.require(number(target) >= number(&line), format!("{name}: target {target}, line {line}"));
    }
    let python = &analysis.component(place)["runtimes"][0];
    let stated: Vec<(&str, &str)> =
        list(python, "stated").iter().map(|s| (text(s, "kind"), text(s, "written"))).collect();
    for said in [("requires", ">=3.8"), ("classifiers", "3.8, 3.9"), ("image", "python:3.9-slim"), ("ci", "3.11")] {
        misses.require(stated.contains(&said), format!("{said:?} is not among {stated:?}"));
    }
    misses.require(list(python, "disagreements").len() >= 3, format!("{}", python["disagreements"]));
    let passed: Vec<&str> =
        list(python, "end_of_life").iter().filter(|e| e["passed"] == true).map(|e| text(e, "line")).collect();
    misses.require(passed == ["3.8", "3.9"], format!("out of support: {passed:?}"));
}

#[test]
fn the_video_project_with_manifests_that_disagree() {
    let seed = Seed::read("video-ai-system").with_targets().with_latest_on("2025-07-03");
    let (analysis, ..) = checked(&seed, &[]);
    let mut misses = Misses::default();
    for rank in list(&seed.expected, "priorities") {
        for name in list(rank, "packages").iter().map(|p| p.as_str().unwrap()) {
            let place = if rank["current"].is_null() { "src/api_gateway" } else { "." };
            let row = analysis.row(place, name);
            misses.hold(format!("{name} in use"), &row["current_version"], &rank["current"]);
            // What blocks redis 6 is the resolver's to say: validate and plan do. A check proposes each package alone.
            let target = if rank["target"].is_object() { &rank["target"][name] } else { &rank["target"] };
            misses.hold(format!("{name} target"), &row["target_version"], target);
            if rank["current"].is_null() {
                misses.hold(format!("{name} pinning"), &row["pinning"], &"unpinned".into());
            }
        }
        for (name, version) in rank["also_pin"].as_object().into_iter().flatten() {
            misses.hold(format!("{name} to pin"), &analysis.row("src/api_gateway", name)["target_version"], version);
        }
    }
    misses.hold("numpy's risk", &analysis.row(".", "numpy")["risk"]["level"], &"high".into());
    for hit in list(&seed.expected, "code_hits") {
        let file = text(hit, "file");
        let sites: Vec<&Value> = ["numpy", "redis"]
            .iter()
            .filter_map(|name| analysis.row(".", name)["usage"]["value"]["sites"].as_array())
            .flatten()
            .filter(|s| s["file"] == file)
            .collect();
        for symbol in list(hit, "symbols").iter().map(|s| s.as_str().unwrap().split(' ').next().unwrap()) {
            let seen = sites.iter().any(|s| text(s, "what").ends_with(symbol) || symbol == "redis");
            misses.require(seen, format!("{symbol} in {file}: {sites:?}"));
        }
    }
    let root = analysis.sentences(".");
    let said = |start: &str| root.iter().any(|s| s.starts_with(start));
    for sentence in list(&seed.expected, "manifest_findings").iter().map(|s| s.as_str().unwrap()) {
        let unpinned =
            |place: &str, names: &str| names.split(", ").all(|name| analysis.row(place, name)["pinning"] == "unpinned");
        let holds = match sentence {
            s if HYGIENE.iter().any(|h| s.starts_with(h)) => true,
            s if s.ends_with("unpinned in src/api_gateway/requirements.txt") => {
                unpinned("src/api_gateway", s.split(" unpinned").next().unwrap())
            }
            s if s.starts_with("prometheus-api-client, ") => {
                // pyproject.toml pins some of them: what requirements.txt says is in the statements.
                s.trim_end_matches(" unpinned").split(", ").all(|name| {
                    let stated = list(analysis.row(".", name), "stated");
                    stated.iter().any(|s| s["file"] == "requirements.txt" && s["specifier"] == "")
                })
            }
            "pyyaml listed twice, once pinned once not" => said("pyyaml stands 2 times in requirements.txt"),
            s if s.starts_with("requirements.txt and pyproject.toml disagree") => {
                let differ = ["onnxruntime", "psutil", "scikit-learn", "httpx"];
                let both = ["opencv-python", "opencv-python-headless", "arq"];
                differ.iter().all(|name| said(&format!("{name} is stated differently")))
                    && both.iter().all(|name| !list(analysis.row(".", name), "stated").is_empty())
            }
            "opencv-python and opencv-python-headless both provide cv2" => {
                said("installs the module `cv2`, and so does opencv-python-headless")
                    && said("installs the module `cv2`, and so does opencv-python")
            }
            "src/orchestrator/requirements.txt is empty" => analysis
                .problems()
                .iter()
                .any(|p| p.starts_with("src/orchestrator/requirements.txt:null: holds no requirement")),
            other => panic!("nobody looks after `{other}`"),
        };
        misses.require(holds, format!("not found: {sentence}"));
    }
}
