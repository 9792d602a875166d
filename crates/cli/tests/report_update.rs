//! `uplift report update` on the project of seed document 001: every section with true content, each number a count
//! over the JSON, and what section 16 of the requirements lists as wrong is right.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use std::collections::BTreeSet;

use check_support::pages::{
    self, count, counts_lead_to_rows, data, dependencies, known, list, plans, refuse, report, require,
    require_sections, row, table, words, written,
};
use check_support::{Desk, Market, Seed};
use proptest::prelude::*;
use serde_json::Value;
use uplift_model::Version;
use uplift_report::kinds::Kind;

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

/// What only people know: the parts of the document that are about its own cloud.
const GIVEN: &str = "[report]\nverify = [\"`GET /api/health` answers\"]\n\n[report.deployment]\nplatform = \"Cloud Run\"\n\
    region = \"europe-west1\"\nservice = \"backend\"\nport = 8080\nmemory = \"4Gi\"\ncpu = \"4\"\ninstances = 50\n\
    commands = [\"gcloud builds submit --config=cloudbuild-backend.yaml\"]\n";

fn seed() -> Seed {
    Seed::read("omni-backend-cloudrun")
        .with_targets()
        .with_latest_on("2025-11-04")
        .with("torchvision", &["0.21.0"], check_support::seeds::MIDDLE)
        .stating("torchvision", "0.16.0", "torch==2.1.0")
        .stating("torchvision", "0.21.0", "torch==2.6.0")
        .stating("torchvision", "0.24.0", "torch==2.9.0")
        .stating("tensorflow", "2.15.0", "keras<2.16,>=2.15.0")
        .stating("tensorflow", "2.19.1", "keras>=3.5.0")
        .stating("tensorflow", "2.20.0", "keras>=3.10.0")
}

fn desk(seed: &Seed) -> (Desk, Market) {
    let (desk, market) = seed.desk(BINARY, &[]);
    desk.write("uplift.toml", GIVEN);
    desk.commit("what people give");
    (desk, market)
}

fn version(text: &Value) -> Version {
    Version::new(text.as_str().unwrap()).unwrap()
}

/// Every figure of the page that a count over the JSON decides, with what it is there.
fn figures(data: &Value) -> Vec<(&'static str, usize)> {
    let plan = plans(data).next().unwrap();
    let (gone, left) = (list(plan, "/security/removed").len(), list(plan, "/security/remaining").len());
    let induced = list(plan, "/moves").iter().map(|one| list(one, "/induced").len()).sum::<usize>();
    let tested = list(plan, "/steps").iter().filter(|step| !list(step, "/required_tests").is_empty()).count();
    let matrix: BTreeSet<&str> = list(data, "/compatibility/value/components/0/matrix")
        .iter()
        .map(|row| row["package"].as_str().unwrap())
        .collect();
    let runtimes = list(data, "/analysis/components/0/runtimes").iter().flat_map(|one| list(one, "/stated"));
    let statements: BTreeSet<(&str, u64)> = runtimes
        .filter(|one| one["kind"] == "image")
        .map(|one| (one["file"].as_str().unwrap(), one["line"].as_u64().unwrap()))
        .collect();
    vec![
        ("vulnerabilities", known(data).len()),
        ("vulnerabilities-fixed", gone),
        ("vulnerabilities-remaining", left),
        ("vulnerabilities-introduced", 0),
        ("updated", list(plan, "/dependencies").len() + induced + list(plan, "/refresh").len()),
        ("tests-asked", tested),
        ("matrix-1 and matrix-1-others", matrix.len()),
        ("images", statements.len()),
        ("sources", list(data, "/analysis/sources").len()),
    ]
}

fn hold(page: &str, data: &Value) {
    for (anchors, expected) in figures(data) {
        let told: usize = anchors.split(" and ").map(|anchor| count(page, anchor)).sum();
        assert_eq!(told, expected, "{anchors} in {page}");
    }
    counts_lead_to_rows(page);
    let (before, after) = (known(data).len(), list(plans(data).next().unwrap(), "/security/remaining").len());
    if let Some(share) = ((before - after) * 100).checked_div(before) {
        require(page, &[&format!("reduced by ({before} - {after}) / {before} = {share} %")]);
    }
    for (severity, then, now) in levels(data) {
        let told = row(page, "posture-levels", &severity);
        assert_eq!(told, [severity.clone(), then.to_string(), now.to_string()]);
    }
}

/// Known vulnerabilities by severity, now and at the plan's end.
fn levels(data: &Value) -> Vec<(String, usize, usize)> {
    let left = list(plans(data).next().unwrap(), "/security/remaining");
    let now = dependencies(data).flat_map(|row| list(row, "/advisories/value"));
    let names: Vec<&str> = now.map(|one| one["severity"].as_str().unwrap()).collect();
    let all: BTreeSet<&str> = names.iter().copied().collect();
    let count = |severity: &str| names.iter().filter(|one| **one == severity).count();
    let at_the_end = |severity: &str| left.iter().filter(|one| one["severity"] == severity).count();
    all.into_iter().map(|severity| (severity.to_owned(), count(severity), at_the_end(severity))).collect()
}

#[test]
fn the_update_of_the_cloud_backend() {
    let seed = seed();
    let (desk, _market) = desk(&seed);
    let page = report(&desk, &seed, "update", "markdown", &[]);
    let data = data(&desk, &seed, "update");
    assert_eq!(page, written(Kind::Update, &data), "the JSON is what the page is written from");

    // Row M2.
    require_sections(
        &page,
        &[
            "Problem",
            "Vulnerabilities",
            "Dependencies to update",
            "Compatibility matrix",
            "Testing",
            "Deployment",
            "Verification",
            "Notes",
            "Security posture",
            "Next steps",
            "Sources",
        ],
    );
    hold(&page, &data);
    assert_eq!(pages::said_twice(&page), [] as [String; 0]);

    // What people gave is shown, and what nobody gave is not made up.
    require(&page, &["Port | 8080", "Memory | 4Gi", "gcloud builds submit", "GET /api/health answers"]);
    refuse(&page, &["5-10 minutes", "3-4 GB", "300 seconds"]);

    what_the_document_says_of_packages(&seed, &page, &data);
    section_16(&page);

    // Nothing was carried out: no word of it claims that it was.
    refuse(&page, &["are resolved", "Ready for", "[x] Tests", "verified by tests on", "packages moved"]);
    require(&page, &["proposed: nothing was carried out", "known; as planned none would be left"]);
    let any = seed.expected["upgrades"].as_array().unwrap().iter().find(|one| one["package"] == "torch").unwrap();
    assert!(version(&any["minimum_safe"]) > version(&any["current"]), "the seed is what it was");
    the_numbers_follow_the_data(&data);
}

/// Every package of the document with a version that is safe, its reason, and every advisory of its own and of those
/// that the document missed.
fn what_the_document_says_of_packages(seed: &Seed, page: &str, data: &Value) {
    let updated: Vec<Vec<String>> = (1..).map_while(|n| table_of(page, &format!("updated-{n}"))).flatten().collect();
    let fixed = table(page, "vulnerabilities-fixed");
    let remaining = table(page, "vulnerabilities-remaining");
    let rows = |list: &str| seed.expected[list].as_array().unwrap().clone();
    for expected in rows("upgrades").iter().chain(&rows("missed_by_seed")) {
        let name = expected["package"].as_str().unwrap();
        let moved = updated.iter().find(|cells| cells[0] == name);
        for id in list(expected, "/cves").iter().map(|id| id.as_str().unwrap()) {
            let told = |rows: &[Vec<String>]| rows.iter().any(|cells| cells[0] == name && cells[3].starts_with(id));
            assert!(told(&fixed) || told(&remaining), "{id} of {name} is told nowhere");
            assert_eq!(told(&fixed), moved.is_some(), "{id}: {name} moves: {moved:?}");
        }
        let Ok(least) = Version::new(expected["minimum_safe"].as_str().unwrap_or("0")) else { continue };
        let moved = moved.unwrap_or_else(|| panic!("{name} is not among {updated:?}"));
        assert_eq!(moved[1], expected["current"].as_str().unwrap(), "{name}");
        let target = Version::new(&moved[2]).unwrap();
        assert!(target >= least, "{name} {target} is below {least}");
        let in_data = dependencies(data).find(|row| row["name"] == name).unwrap();
        assert_eq!(in_data["current_version"], expected["current"], "{name}");
    }
    let reason = |name: &str| updated.iter().find(|cells| cells[0] == name).unwrap()[4].clone();
    assert!(reason("torchvision").contains("lockstep with torch"), "{}", reason("torchvision"));
    assert!(reason("keras").contains("lockstep with tensorflow"), "{}", reason("keras"));
    for (name, ids) in [("torch", "CVE-2025-32434"), ("pillow", "CVE-2023-50447"), ("cryptography", "CVE-2024-26130")] {
        assert!(reason(name).contains(ids), "{name}: {}", reason(name));
    }
    let deprecated = &seed.expected["deprecated"][0];
    let told = row(page, "deprecated", deprecated["package"].as_str().unwrap());
    assert_eq!(told[2], deprecated["replacement"].as_str().unwrap());
    assert!(told[3].contains(deprecated["evidence"].as_str().unwrap()), "{told:?}");
    let window = &seed.expected["python_window_after"];
    require(page, &[&format!("Interpreters for the complete set: {}", window["truth"].as_str().unwrap())]);
    require(page, &["keras==3.12.0 requires Python >=3.10", "faiss-cpu==1.7.4 has no cp312 wheel"]);
}

fn table_of(page: &str, anchor: &str) -> Option<Vec<Vec<String>>> {
    page.contains(&format!("<a id=\"{anchor}\"></a>")).then(|| table(page, anchor))
}

/// What the requirements list as wrong in the document.
fn section_16(page: &str) {
    // tensorflow 2.15.0 exists, and can be had on the interpreter in use.
    assert_eq!(count(page, "unavailable"), 0);
    refuse(page, &["tensorflow | 2.15.0 | this version was never released", "no longer exists"]);
    // It does not work on Python 3.9 to 3.12.
    refuse(page, &["3.9-3.12"]);
    let images = table(page, "images");
    let verdict = |file: &str| images.iter().find(|cells| cells[0].starts_with(file)).unwrap()[2].clone();
    assert_eq!(verdict("Dockerfile.backend:"), "solved");
    assert_eq!(verdict("Dockerfile.backend.py312:"), "cannot be solved on 3.12");
    // The ReDoS is in two packages.
    let fixed = table(page, "vulnerabilities-fixed");
    let redos: Vec<&str> =
        fixed.iter().filter(|cells| cells[3].starts_with("CVE-2024-24762")).map(|cells| cells[0].as_str()).collect();
    assert_eq!(redos, ["fastapi", "python-multipart"]);
    // Where a fix came is the record's word, not the target.
    let torch = fixed.iter().find(|cells| cells[3].starts_with("CVE-2025-32434")).unwrap();
    assert_eq!((torch[2].as_str(), torch[6].as_str()), ("2.9.0", "2.6.0"));
    // What is wrong now is told as wrong now: a bound of the target is none of it.
    assert!(table(page, "incompatible").iter().all(|cells| !cells[2].contains("keras==3.12.0")));
    assert!(!words(page).contains("all answered") || !words(page).contains("not every source answered"));
}

/// Packages go, and every figure goes with them: none of them is a literal.
fn the_numbers_follow_the_data(data: &Value) {
    let names: Vec<String> = dependencies(data).map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let some = proptest::sample::subsequence(names.clone(), 0..names.len());
    let followed = runner.run(&some, |gone| {
        let less = pages::without(data, &gone);
        prop_assert_eq!(dependencies(&less).count(), names.len() - gone.len());
        hold(&written(Kind::Update, &less), &less);
        Ok(())
    });
    followed.unwrap();
}

/// The document's own update, done and looked at again: its claims of a security posture are not those of the data.
#[test]
fn what_the_document_claims_of_its_update_is_not_what_a_rescan_finds() {
    let seed = seed();
    let (desk, _market) = desk(&seed);
    let before = data(&desk, &seed, "update");
    let manifest = desk.path().join("backend/requirements.txt");
    let mut text = std::fs::read_to_string(&manifest).unwrap();
    let rows = seed.expected["upgrades"].as_array().unwrap();
    let moved: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|one| ["package", "current", "seed_target"].map(|field| one[field].as_str().unwrap()))
        .map(|[name, from, to]| (name, from, to))
        .collect();
    for (name, from, to) in &moved {
        assert!(text.contains(&format!("{name}=={from}")), "{name}: {text}");
        text = text.replace(&format!("{name}=={from}"), &format!("{name}=={to}"));
    }
    desk.write("backend/requirements.txt", text);
    desk.commit("as the document has it");
    let mut after = data(&desk, &seed, "update");
    let tip = after["analysis"]["commit"].as_str().unwrap().to_owned();
    let run = pages::run(&before, &tip, &moved);
    pages::about(&mut after, &desk, &seed, &run);
    let page = written(Kind::Update, &after);
    require_sections(
        &page,
        &["Problem", "Vulnerabilities fixed", "Updated dependencies", "Compatibility matrix", "Testing", "Deployment"],
    );
    counts_lead_to_rows(&page);

    // What a rescan finds, from the two analyses alone.
    let (then, now) = (known(&before), known(&after));
    let tables =
        [("fixed", then.difference(&now).collect::<Vec<_>>()), ("remaining", then.intersection(&now).collect())];
    for (name, expected) in tables.into_iter().chain([("introduced", now.difference(&then).collect())]) {
        let anchor = format!("vulnerabilities-{name}");
        let told: BTreeSet<(String, String)> =
            table(&page, &anchor).iter().map(|cells| (cells[0].clone(), id_of(&cells[3]).to_owned())).collect();
        assert_eq!(told, expected.into_iter().cloned().collect(), "{name}");
        assert_eq!(count(&page, &anchor), told.len(), "{name}");
    }
    assert_eq!(count(&page, "updated"), moved.len());

    // Section 16: what the document says is solved, and is not.
    require(
        &page,
        &[
            "CVE-2024-24762 is fixed in fastapi and still touches python-multipart 0.0.6",
            "CVE-2024-36039 in pymysql",
            "1 of 8 updated direct dependencies at the newest stable release known",
            "Not verified by tests: no test was found",
        ],
    );
    // The matrix is that of what was delivered, and what stays is told with what there would be.
    let matrix = table(&page, "matrix-1");
    for (name, _, to) in &moved {
        assert!(matrix.iter().any(|cells| cells[0] == *name && cells[1] == *to), "{name} {to}: {matrix:#?}");
    }
    let stays = row(&page, "stays", "python-multipart");
    assert_eq!((stays[1].as_str(), stays[2].as_str()), ("0.0.6", "0.0.18"), "{stays:?}");
    let reason = row(&page, "updated-3", "torchvision")[4].clone();
    assert!(reason.contains("lockstep with torch 2.6.0"), "{reason}");
    let came_in = table(&page, "vulnerabilities-introduced");
    assert!(came_in.iter().any(|cells| cells[0] == "cryptography" && cells[3].starts_with("CVE-2024-12797")));
    refuse(&page, &["are resolved", "would be fixed", "proposed: nothing", "Ready for"]);
    let share = (then.len() - now.len()) * 100 / then.len();
    require(&page, &[&format!("({} - {}) / {} = {share} %", then.len(), now.len(), then.len())]);
}

/// `CVE-1` of `CVE-1 (GHSA-2)`.
fn id_of(cell: &str) -> &str {
    cell.split(' ').next().unwrap()
}
