//! `uplift hygiene` on the seed projects, held to the `expected.json` beside each, and `--fix` on them end to end.
//!
//! Where a source document erred, the truth of `expected.json` counts: 002 calls pooling missing that is there, and a
//! scan missing that is neutralised.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod check_support;
mod support;

use std::path::Path;
use std::process::Command;

use check_support::desk::{Desk, Outcome};
use check_support::seeds;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

fn desk(seed: &str) -> Desk {
    let root = seeds::folder().join(seed);
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            if !["expected.json", "README.md"].contains(&name.as_str()) {
                files.push((name, std::fs::read(path).unwrap()));
            }
        }
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(f, bytes)| (f.as_str(), bytes.as_slice())).collect();
    Desk::alone(BINARY, &files)
}

fn report(desk: &Desk) -> Value {
    let outcome = desk.run(&["hygiene", "--format", "json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn finding<'r>(report: &'r Value, check: &str) -> &'r Value {
    let all = report["findings"].as_array().unwrap();
    all.iter().find(|f| f["check"] == check).unwrap_or_else(|| panic!("no `{check}` in {report:#}"))
}

/// Holds a finding to a state, and to lines `FILE:LINE` or `FILE` that it has to show.
fn hold(report: &Value, check: &str, state: &str, shown: &[&str]) {
    let found = finding(report, check);
    assert_eq!(found["state"], state, "{found:#}");
    let places: Vec<String> = found["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            format!(
                "{}{}",
                e["file"].as_str().unwrap(),
                e["line"].as_u64().map(|l| format!(":{l}")).unwrap_or_default()
            )
        })
        .collect();
    for wanted in shown {
        assert!(
            places.iter().any(|p| p == wanted || p.starts_with(&format!("{wanted}:"))),
            "{check}: {wanted} in {places:?}"
        );
    }
}

fn git(desk: &Desk, args: &[&str]) -> String {
    let output =
        Command::new("git").args(args).current_dir(desk.path()).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The words of `expected.json` for a check, as a state.
fn state_of(truth: &str) -> &'static str {
    match truth {
        "non-blocking" | "declared, not configured" => "neutralised",
        "gateway only" | "gateway only in this fixture" => "partial",
        "present" => "present",
        _ => "missing",
    }
}

#[test]
fn omni_platform_is_told_as_it_is() {
    let desk = desk("omni-platform");
    let report = report(&desk);
    let expected = seeds::json(&seeds::folder().join("omni-platform/expected.json"));
    let names = [
        ("dependency scan in CI", "dependency-scan"),
        ("container image scan", "container-scan"),
        ("tests gate the build", "tests-gate"),
        ("rate limiting", "rate-limiting"),
        ("secret manager", "secret-manager"),
        ("connection pooling", "connection-pooling"),
        ("metrics", "metrics"),
        ("distributed tracing", "tracing"),
        ("load tests", "load-tests"),
        ("e2e tests", "e2e-tests"),
    ];
    for row in expected["hygiene"].as_array().unwrap() {
        let (check, truth) = (row["check"].as_str().unwrap(), row["truth"].as_str().unwrap());
        match (check, names.iter().find(|(n, _)| *n == check)) {
            (_, Some((_, name))) => hold(&report, name, state_of(truth), &[]),
            // Tests are told by component, and a masked conflict is a gate that is neutralised.
            ("frontend tests", _) => hold(&report, "unit-tests", "partial", &["frontend/package.json"]),
            ("peer conflicts masked", _) => hold(&report, "peer-conflicts", "neutralised", &["frontend/Dockerfile:4"]),
            (other, _) => panic!("`{other}` of expected.json is held by nothing"),
        }
    }
    let ci = ".github/workflows/ci-cd.yaml";
    hold(&report, "dependency-scan", "neutralised", &[&format!("{ci}:14")]);
    hold(&report, "tests-gate", "neutralised", &[".github/workflows/backend-ci.yml:14", &format!("{ci}:23")]);
    hold(&report, "container-scan", "missing", &["cloudbuild-backend.yaml", ".github/workflows/backend-ci.yml"]);
    hold(&report, "rate-limiting", "partial", &["gateway/app/rate_limiter.py:2"]);
    hold(&report, "secret-manager", "partial", &["gateway/app/secret_manager.py:1", "backend/routes/payments.py"]);
    let pool = "backend/database.py";
    hold(
        &report,
        "connection-pooling",
        "present",
        &[&format!("{pool}:9"), &format!("{pool}:11"), &format!("{pool}:15")],
    );
    hold(&report, "ci-scripts", "missing", &[&format!("{ci}:23"), "frontend/package.json"]);
    hold(&report, "committed-secrets", "partial", &["docker-compose.yml:7"]);
    assert!(!report.to_string().contains("dev-key-123"), "the value of a secret is shown");
}

#[test]
fn omni_platforms_roadmap_is_held_against_its_tree() {
    let report = report(&desk("omni-platform"));
    let expected = seeds::json(&seeds::folder().join("omni-platform/expected.json"));
    let claims = report["claims"].as_array().unwrap();
    let rows = expected["roadmap"].as_array().unwrap();
    assert_eq!(claims.len(), rows.len(), "{claims:#?}");
    for (claim, row) in claims.iter().zip(rows) {
        let title = claim["title"].as_str().unwrap();
        assert!(title.starts_with(row["item"].as_str().unwrap()), "{title}");
        let declared = match row["declared"].as_str().unwrap() {
            "IMPLEMENTED" => "completed",
            "IMPLEMENTING" => "partial",
            _ => "not-started",
        };
        assert_eq!(claim["declared"], declared, "{title}");
        let truth = row["truth"].as_str().unwrap();
        let (state, counts) = truth.split_once(" (").unwrap_or((truth, ""));
        assert_eq!(claim["found"], state.replace(' ', "-"), "{title}");
        let named = claim["named"].as_array().unwrap();
        let there = named.iter().filter(|n| n[1] == true).count();
        if !counts.is_empty() {
            assert!(counts.starts_with(&format!("{there} of {}", named.len())), "{title}: {named:?}");
        }
    }
}

#[test]
fn the_other_seeds_are_told_as_they_are() {
    let cloudrun = report(&desk("omni-backend-cloudrun"));
    hold(&cloudrun, "connection-pooling", "missing", &["backend/database.py:5"]);
    hold(&cloudrun, "dependency-scan", "missing", &[]);
    hold(&cloudrun, "container-scan", "missing", &["cloudbuild-backend.yaml"]);
    hold(&cloudrun, "base-image", "missing", &["Dockerfile.backend:1"]);

    let sos = report(&desk("sos-cidadao"));
    hold(&sos, "dependency-scan", "partial", &[".github/dependabot.yml"]);
    hold(&sos, "ci-scripts", "missing", &[".github/workflows/test-frontend.yml"]);
    hold(&sos, "test-configuration", "neutralised", &["api/pytest.ini:1"]);
    hold(&sos, "coverage-gate", "partial", &["api/pytest.ini:3", ".github/workflows/test-backend.yml:11"]);
    hold(&sos, "deprecation-warnings", "neutralised", &["api/pytest.ini:3", "api/pytest.ini:8"]);
    hold(&sos, "lint-gate", "partial", &["frontend/package.json"]);

    let synapps = report(&desk("synapps-orchestrator"));
    hold(&synapps, "pinning", "partial", &["apps/orchestrator/requirements.txt:1"]);
    hold(&synapps, "connection-pooling", "missing", &["apps/orchestrator/db.py:12"]);
    hold(&synapps, "tests-gate", "present", &[".github/workflows/ci.yml:21"]);

    let video = report(&desk("video-ai-system"));
    let gateway = "src/api_gateway/requirements.txt";
    hold(
        &video,
        "pinning",
        "partial",
        &[&format!("{gateway}:1"), &format!("{gateway}:4"), "requirements.txt:14", "requirements.txt:26"],
    );
    hold(&video, "container-context", "unknown", &["src/api_gateway/Dockerfile:3"]);
}

#[test]
fn a_fix_is_one_commit_on_a_branch_of_its_own() {
    let desk = desk("omni-platform");
    let (head, status) = (git(&desk, &["rev-parse", "HEAD"]), git(&desk, &["status", "--porcelain"]));
    desk.write("draft.txt", "mine");
    for (check, shown) in [
        ("dependency-scan", "+      - run: pip-audit -r backend/requirements.txt"),
        ("tests-gate", "+        run: cd backend && pytest tests/ --cov=. --cov-report=xml"),
        ("container-scan", "+      - run: docker build"),
    ] {
        let outcome: Outcome = desk.run(&["hygiene", "--fix", check]);
        assert_eq!(outcome.code, Some(0), "{check}: {}", outcome.all());
        let branch = format!("uplift/hygiene-{check}");
        assert!(
            outcome.stdout.contains(shown) && outcome.stdout.contains(&format!("git merge {branch}")),
            "{}",
            outcome.all()
        );
        assert_eq!(git(&desk, &["rev-parse", &format!("{branch}^")]), head, "{check} does not stand on HEAD");
        // Again: the same branch is found, and nothing moves.
        let tip = git(&desk, &["rev-parse", &branch]);
        let again = desk.run(&["hygiene", "--fix", check, "--format", "json"]);
        let told: Value = serde_json::from_str(&again.stdout).unwrap();
        assert_eq!((told["existed"].as_bool(), git(&desk, &["rev-parse", &branch])), (Some(true), tip), "{check}");
    }
    assert_eq!(git(&desk, &["rev-parse", "HEAD"]), head);
    assert_eq!(git(&desk, &["status", "--porcelain"]), format!("{status}?? draft.txt\n"));
    // What was written is no longer found; the step whose script is not there is left, and told.
    git(&desk, &["checkout", "--quiet", "uplift/hygiene-tests-gate"]);
    let after = report(&desk);
    hold(&after, "tests-gate", "partial", &[".github/workflows/ci-cd.yaml:23"]);
    assert!(finding(&after, "tests-gate")["advice"].as_str().unwrap().contains("`test` of frontend/package.json"));
    git(&desk, &["checkout", "--quiet", "uplift/hygiene-dependency-scan"]);
    hold(&report(&desk), "dependency-scan", "present", &[".github/workflows/dependency-scan.yml"]);
    let workflow =
        std::fs::read_to_string(Path::new(&desk.path()).join(".github/workflows/dependency-scan.yml")).unwrap();
    for manifest in ["backend/requirements.txt", "gateway/requirements.txt"] {
        assert!(workflow.contains(&format!("- run: pip-audit -r {manifest}\n")), "{workflow}");
    }
    // The scan of linters alone is no scan of theirs: it stays as it was.
    assert_eq!(git(&desk, &["diff", "--name-only", head.trim()]), ".github/workflows/dependency-scan.yml\n");
    assert!(Path::new(&desk.path()).join("draft.txt").exists());
}

#[test]
fn a_pin_that_only_another_line_states_is_not_written() {
    // `cryptography==41.0.8` stands in the other requirements file, and was never released.
    let desk = desk("sos-cidadao");
    let outcome = desk.run(&["hygiene", "--fix", "pinning"]);
    assert!(!outcome.all().contains("+cryptography=="), "{}", outcome.all());
    assert!(outcome.all().contains("cryptography (41.0.8 in another line)"), "{}", outcome.all());
    assert!(outcome.all().contains("uplift check --explain"), "{}", outcome.all());
}

#[test]
fn credentials_are_shown_neither_by_the_audit_nor_by_a_fix() {
    let ci = "on: push\njobs:\n  a:\n    steps:\n      - run: pip-audit --index-url https://u:HUSH1@h/ -r requirements.txt || true\n      - run: trivy image x --token HUSH2\n      - run: pytest --password 'HUSH3 b' || true\n";
    let files: Vec<(&str, &[u8])> = vec![
        (".github/workflows/ci.yml", ci.as_bytes()),
        ("requirements.txt", b"--extra-index-url https://u:HUSH4@h/\nflask==3.0.0\nsqlalchemy==2.0.0\n"),
        ("db.py", b"from sqlalchemy import create_engine\ne = create_engine(\"postgresql://u:HUSH5@db/x\")\n"),
        ("Dockerfile", b"FROM python:3.11\nRUN pip install --index-url http://u:HUSH6@h/ flask || true\n"),
    ];
    let desk = Desk::alone(BINARY, &files);
    for args in [
        &["hygiene", "--all"][..],
        &["hygiene", "--format", "json"],
        &["hygiene", "--fix", "dependency-scan"],
        &["hygiene", "--fix", "tests-gate", "--format", "json"],
    ] {
        let outcome = desk.run(args);
        assert_eq!(outcome.code, Some(0), "{args:?}: {}", outcome.all());
        assert!(!outcome.all().contains("HUSH"), "{args:?}: {}", outcome.all());
        assert!(outcome.all().contains("***"), "{args:?}: {}", outcome.all());
    }
    // What is committed is the file itself.
    let there = git(&desk, &["show", "uplift/hygiene-dependency-scan:.github/workflows/ci.yml"]);
    assert_eq!(there, ci.replacen(" || true", "", 1));
    let message = git(&desk, &["log", "-1", "--format=%B", "uplift/hygiene-tests-gate"]);
    assert!(!message.contains("HUSH"), "{message}");
}

#[test]
fn nothing_is_written_beside_a_workflow_that_cannot_be_read() {
    let files: Vec<(&str, &[u8])> =
        vec![(".github/workflows/ci.yml", b"on: push\njobs:\n  a: [\n"), ("requirements.txt", b"flask==3.0.0\n")];
    let desk = Desk::alone(BINARY, &files);
    hold(&report(&desk), "dependency-scan", "unknown", &[".github/workflows/ci.yml"]);
    let outcome = desk.run(&["hygiene", "--fix", "dependency-scan"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.all());
    assert!(outcome.all().contains("the workflow could not be read"), "{}", outcome.all());
    assert!(!desk.run(&["hygiene", "--all"]).all().contains("there is no CI"));
}

#[test]
fn a_branch_with_other_content_is_left_alone() {
    let desk = desk("omni-platform");
    git(&desk, &["branch", "uplift/hygiene-tests-gate"]);
    let before = git(&desk, &["rev-parse", "uplift/hygiene-tests-gate"]);
    let outcome = desk.run(&["hygiene", "--fix", "tests-gate"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.all());
    assert!(
        outcome.all().contains("holds something else") && outcome.all().contains("git branch -D"),
        "{}",
        outcome.all()
    );
    assert_eq!(git(&desk, &["rev-parse", "uplift/hygiene-tests-gate"]), before);
}

#[test]
fn names_that_are_no_checks_and_what_takes_a_person_are_refused() {
    let desk = desk("omni-backend-cloudrun");
    for (args, said) in [
        (vec!["hygiene", "--only", "nonsense"], "there is no check `nonsense`"),
        (vec!["hygiene", "--fix", "nonsense"], "there is no check `nonsense`"),
        (vec!["hygiene", "--fix", "coverage-gate"], "--threshold"),
        (vec!["hygiene", "--fix", "tests-gate"], "in place already"),
        (vec!["hygiene", "--fix", "dashboards"], "no fix is written for it"),
    ] {
        let outcome = desk.run(&args);
        assert_eq!(outcome.code, Some(3), "{args:?}: {}", outcome.all());
        assert!(outcome.all().contains(said), "{args:?}: {}", outcome.all());
    }
    let screen = desk.run(&["hygiene"]);
    assert!(screen.stdout.contains("next: uplift hygiene --fix "), "{}", screen.all());
    assert!(!screen.stdout.contains("tests-gate"), "what is in place is not listed: {}", screen.all());
    let all = desk.run(&["hygiene", "--all"]);
    assert!(all.stdout.contains("tests-gate") && all.stdout.contains("does not apply"), "{}", all.all());
}
