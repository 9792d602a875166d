//! A report on 1,000 dependencies, to be measured: `thousand data` prints the dossier, `thousand FILE KIND FORM` writes one
//! report of it, `thousand FILE` renders every kind in every form and tells their sizes, `thousand FILE none` only reads.
//!
//! `cargo build --release -p uplift-report --example thousand`, then
//! `target/release/examples/thousand data > data.json && /usr/bin/time -v target/release/examples/thousand data.json`.
#![allow(clippy::print_stdout, reason = "an example that prints")]
#![allow(clippy::unwrap_used, reason = "data that are made up here")]

use serde_json::{Value, json};
use uplift_model::dossier::Dossier;
use uplift_report::kinds::{self, Kind};
use uplift_report::{html, json, markdown};

/// Planned, proposed by the analysis alone, and brought along.
const SIZES: [usize; 3] = [400, 200, 400];

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    match asked.as_slice() {
        ["data"] => print!("{}", json::v1::bare(&dossier()).unwrap()),
        [file, "none"] => println!(
            "{} dependencies",
            read(file).analysis.components.iter().map(|c| c.dependencies.len()).sum::<usize>()
        ),
        [file, kind, form] => print!("{}", render(kind.parse().unwrap(), form, &read(file))),
        [file] => {
            let dossier = read(file);
            for kind in Kind::ALL {
                let sizes = ["html", "markdown", "json"].map(|form| render(kind, form, &dossier).len());
                println!("{kind}: html {} B, markdown {} B, json {} B", sizes[0], sizes[1], sizes[2]);
            }
        }
        _ => println!("thousand data | thousand FILE [none | KIND html|markdown|json]"),
    }
}

fn read(file: &str) -> Dossier {
    serde_json::from_reader(std::io::BufReader::new(std::fs::File::open(file).unwrap())).unwrap()
}

fn render(kind: Kind, form: &str, dossier: &Dossier) -> String {
    match form {
        "json" => json::v1::bare(dossier).unwrap(),
        "markdown" => markdown::document(&kinds::write(kind, dossier)),
        _ => html::document(&kinds::write(kind, dossier)),
    }
}

fn found(value: Value) -> Value {
    json!({"state": "found", "value": value})
}

fn name(at: usize) -> String {
    format!("library-{at:04}")
}

fn risk(at: usize) -> &'static str {
    ["low", "medium", "high"][at % 3]
}

fn finding(at: usize) -> Value {
    let severity = ["critical", "high", "moderate", "low"][at % 4];
    json!({"id": format!("CVE-2099-{at:05}"), "aliases": [format!("GHSA-{at:04}-aaaa-bbbb")], "records": [],
           "severity": severity, "score": 7.5, "vector": null,
           "classes": ["CWE-502 deserialization of untrusted data"],
           "summary": "a crafted file makes the parser run code of whoever wrote it", "affected": ">=1.0,<9.0",
           "fixed": ["9.0"], "published": "2024-01-01", "modified": null, "epss": null, "known_exploited": null,
           "exception": null})
}

/// Every fifth has an advisory.
fn findings(at: usize) -> Vec<Value> {
    if at.is_multiple_of(5) { vec![finding(at)] } else { Vec::new() }
}

fn assessment(at: usize) -> Value {
    let touching: Vec<Value> =
        findings(at).into_iter().map(|finding| json!({"package": name(at), "finding": finding})).collect();
    json!({"level": risk(at), "score": at % 100, "distance": "major", "class": "library",
           "factors": [{"signal": "version-distance", "points": 20, "at_least": "low", "reason": "8 major steps: 1.4 -> 9.0"},
                       {"signal": "blast-radius", "points": 9, "at_least": "low", "reason": "used at 17 places in 2 files"}],
           "unknown": ["origin: nobody asked", "release notes: nobody asked"],
           "security": found(json!({"removed": touching, "remaining": [], "introduced": []})),
           "required_tests": ["unit", "integration"]})
}

fn row(at: usize, ecosystem: &str) -> Value {
    let direct = at < SIZES[0] + SIZES[1];
    let sites: Vec<Value> = (1..=12)
        .map(|n| json!({"file": format!("app/part_{n}.py"), "line": n, "what": format!("import {}", name(at))}))
        .collect();
    json!({
        "name": name(at), "ecosystem": ecosystem, "direct": direct, "role": "runtime",
        "stated": [{"file": "requirements.txt", "line": at + 1, "written": format!("{}==1.4", name(at)), "specifier": "==1.4",
                    "marker": null, "group": "main"}],
        "extras": [], "pinning": "pinned", "floor": null, "locked": "1.4", "installed": null, "current_version": "1.4",
        "current_from": "locked", "other_versions": [], "latest": found(json!("9.0")), "latest_installable": found(json!("9.0")),
        "target_version": if direct { json!("9.0") } else { Value::Null }, "held_by": null, "reasons": ["outdated"],
        "distance": "major", "behind": {"majors": 8, "minors": 0, "releases": 31}, "released": found(json!("2020-02-02")),
        "target_released": found(json!("2025-05-05")), "age_days": 1234, "availability": found(json!({"kind": "installable"})),
        "deprecation": {"state": "none"}, "advisories": found(json!(findings(at))),
        "paths": if direct { json!([]) } else { json!([[name(at % 400), name(at)]]) },
        "usage": found(json!({"modules": [name(at)], "files": 12, "count": 12, "sites": sites})),
        "dependents": [name((at + 1) % 1000)], "risk": assessment(at), "findings": [], "warnings": []
    })
}

fn place(at: usize) -> Value {
    json!({"file": "requirements.txt", "line": at + 1, "written": format!("{}==1.4", name(at)), "specifier": "==1.4"})
}

fn candidate(at: usize) -> Value {
    json!({"name": name(at), "current_version": "1.4", "target_version": "9.0", "newest": "9.0", "capped_by": null,
           "ecosystem": "python", "direct": true, "role": "runtime", "distance": "major", "risk_level": risk(at),
           "reasons": ["8 major steps"], "places": [place(at)], "dependencies": [],
           "breaking_changes": [], "reason_codes": ["outdated"], "warnings": [], "assessment": assessment(at)})
}

fn step(at: usize) -> Value {
    json!({"number": at + 3, "kind": "move", "title": format!("{} 1.4 -> 9.0", name(at)), "phase": risk(at), "stage": null,
           "move": at, "packages": [name(at)],
           "edits": [{"file": "requirements.txt", "line": at + 1, "old": format!("{}==1.4", name(at)), "new": format!("{}==9.0", name(at))}],
           "commands": [format!("uv pip install --python .venv-upgrade '{}==9.0'", name(at))], "evidence": ["8 major steps"],
           "approvals": ["technical lead"], "required_tests": ["unit", "integration"],
           "success_criteria": ["no test that passed before fails, is skipped or vanishes"],
           "rollback_point": "the commit of the step before", "fallbacks": [], "needs": [1, 2], "linked": [], "minutes": 90,
           "parts": [], "reading": [{"package": name(at), "kind": "changelog", "label": "Changelog", "url": format!("https://host.example/{at}")}]})
}

fn register(at: usize, label: &str) -> Value {
    json!({"packages": [label], "level": risk(at), "risk": "calls may change across the whole application",
           "mitigation": "move it alone; run all end-to-end tests; release in steps", "rollback": "revert the step's commit",
           "owner": "technical lead", "reviewers": ["security"], "required_tests": ["unit"],
           "escalation": "the step stops at the first new test failure"})
}

fn plan() -> Value {
    let of = |wanted: &str| -> Vec<usize> { (0..SIZES[0]).filter(|at| risk(*at) == wanted).collect() };
    let all = || 0..SIZES[0];
    let phase = |name: &str| json!({"phase": name, "moves": of(name)});
    let moves: Vec<Value> = all()
        .map(|at| json!({"id": at, "candidates": [candidate(at)], "phase": risk(at), "needs": [], "induced": []}))
        .collect();
    json!({"id": "3fa92b10c4de", "component": "backend", "interpreter": "3.11.9",
           "dependencies": all().map(candidate).collect::<Vec<_>>(), "moves": moves,
           "phases": [phase("low"), phase("medium"), phase("high"), {"phase": "integration", "moves": []}],
           "estimated_duration": 7200, "rollback_strategy": "each kept move is one commit", "success_criteria": [],
           "unmoved": [], "refresh": [], "notes": [], "commit": "0".repeat(40), "as_of": "2026-11-21", "inputs": [],
           "steps": all().map(step).collect::<Vec<_>>(),
           "register": all().map(|at| register(at, &name(at))).collect::<Vec<_>>(),
           "decision_points": all().filter(|at| risk(*at) == "high")
               .map(|at| json!({"question": "May it be upgraded?", "packages": [name(at)], "roles": ["technical lead"]})).collect::<Vec<_>>(),
           "security": {"source": "an export", "removed": [], "remaining": [], "unknown": []}})
}

fn programme() -> Value {
    let moving = SIZES[0] + SIZES[1];
    let component = |at: usize| if at < SIZES[0] { "backend" } else { "frontend" };
    let label = |at: usize| format!("{}: {}", component(at), name(at));
    let of = |which: &dyn Fn(usize) -> Value| (0..moving).map(which).collect::<Vec<Value>>();
    let weeks: Vec<Value> = (0..moving / 20)
        .map(|week| {
            let starts: Vec<usize> = (week * 20..week * 20 + 20).collect();
            json!({"number": week + 1, "starts": starts, "continues": [], "minutes": 1800,
                   "checklist": starts.iter().map(|at| format!("upgrade {} (1.5 h)", label(*at))).collect::<Vec<_>>()})
        })
        .collect();
    json!({"steps": of(&|at| json!({"component": component(at), "packages": [name(at)], "planned": at < SIZES[0]})),
           "effort": {"rows": of(&|at| json!({"packages": [label(at)], "level": risk(at), "minutes": 90, "because": ["a major step"],
                                              "parts": {"change": 30, "adapt": 0, "test": 30, "review": 30}})),
                      "total_minutes": 90 * moving, "critical_minutes": 90, "critical_path": [0]},
           "priorities": of(&|at| json!({"number": at % 3 + 1, "because": "nothing presses"})),
           "calendar": {"team": {"people": 2, "hours_a_week": 40}, "weeks": weeks, "notes": [],
                        "stretches": [{"priority": 1, "goal": "grave advisories", "weeks": [1, 10], "minutes": 18000}]},
           "register": (SIZES[0]..moving).map(|at| register(at, &label(at))).collect::<Vec<_>>(), "decision_points": []})
}

fn notes(at: usize) -> Value {
    let of = |version: &str| {
        let kinds = ["breaking", "security", "deprecated", "feature", "performance", "fix"];
        let one = |(line, kind): (usize, &&str)| json!({"kind": kind, "text": "Renamed `connect` to `open`, since both were there before", "source": 0, "line": line});
        json!({"version": version, "date": "2025-01-01", "notes": kinds.iter().enumerate().map(one).collect::<Vec<_>>()})
    };
    let (component, ecosystem) = if at < SIZES[0] { ("backend", "python") } else { ("frontend", "javascript") };
    json!({"component": component, "package": name(at),
           "notes": found(json!({"package": name(at), "ecosystem": ecosystem, "from": "1.4", "to": "9.0",
                                 "releases": [of("9.0"), of("5.0")], "silent": ["3.0"],
                                 "sources": [{"name": format!("{}-9.0.tar.gz: CHANGES.rst", name(at)), "kind": "sdist"}]}))})
}

fn run() -> Value {
    let kept: Vec<Value> = (0..SIZES[0])
        .filter(|at| at % 8 != 0)
        .map(|at| {
            json!({"name": name(at), "from": "1.4", "to": "9.0", "distance": "major", "direct": true, "phase": risk(at),
                         "with": [], "commit": format!("{at:040x}"), "places": [place(at)]})
        })
        .collect();
    let held: Vec<Value> = (0..SIZES[0])
        .filter(|at| at % 8 == 0)
        .map(|at| {
            json!({"name": name(at), "from": "1.4", "best": "2.0", "target": "9.0", "first_failing": "3.0",
                         "reason": "9 tests fail", "proof": "witness", "failing_tests": ["tests/test_a.py::test_b"],
                         "first_error": null, "together_with": [], "logs": []})
        })
        .collect();
    json!({"schema": "uplift/run/1", "run": "01JD8Q", "state": "done", "component": "backend", "interpreter": "3.11.9",
           "sandbox": "bubblewrap", "base_commit": "0".repeat(40), "branch": "uplift/2026-11-21-01jd8q", "tip": "4".repeat(40),
           "baseline": {"command": "pytest -q", "found_in": "Makefile", "runs": 3, "passed": 212, "skipped": 2, "known_failures": [],
                        "flaky": [], "want_network": [], "seconds": 14.1, "usable": true, "problem": null},
           "plan": plan(), "kept": kept, "held": held, "refreshed": [],
           "test_results": [{"test_type": "unit", "status": "passed", "execution_time": 13.2, "coverage_percentage": null,
                             "failures": [], "performance_metrics": {}}],
           "verified": true, "verification": "212 passed", "counts": {"full_runs": 6, "probes": 9, "resolves": 31,
           "environments": 11, "seconds": 779.0}, "notes": [], "logs": "logs/01JD8Q"})
}

fn hygiene() -> Value {
    let areas = ["dependencies", "security", "testing", "infrastructure", "observability"];
    let one = |at: usize| {
        let area = areas[at % areas.len()];
        json!({"check": format!("check-{at}"), "area": area, "title": "Dependencies are scanned", "state": "neutralised",
               "because": "its exit code is thrown away", "advice": "let it fail the build", "fixable": true,
               "evidence": [{"file": ".github/workflows/ci.yml", "line": at, "what": "safety check || true"}]})
    };
    found(json!({"findings": (0..40).map(one).collect::<Vec<_>>(), "claims": [], "left_out": [], "problems": []}))
}

pub(crate) fn dossier() -> Dossier {
    let component = |path: &str, ecosystem: &str, rows: Vec<Value>| {
        json!({"path": path, "ecosystem": ecosystem, "name": null, "runtime": "3.11", "runtime_from": "Dockerfile:1",
               "platform": "linux x86_64", "environment": "a lock", "dependencies": rows, "runtimes": [], "drift": [], "notes": []})
    };
    let [planned, proposed, along] = SIZES;
    let backend =
        (0..planned).chain(planned + proposed..planned + proposed + along).map(|at| row(at, "python")).collect();
    let frontend = (planned..planned + proposed).map(|at| row(at, "javascript")).collect();
    let sizes: Vec<Value> = (0..planned)
        .map(|at| json!({"package": name(at), "from": ["1.4"], "to": ["9.0"], "before": found(json!(at * 1000)), "after": found(json!(at * 1100))}))
        .collect();
    serde_json::from_value(json!({
        "schema": "uplift/report/1",
        "analysis": {"schema": "uplift/check/1", "repository": "shop", "commit": "0".repeat(40), "as_of": "2026-11-21",
                     "components": [component("backend", "python", backend), component("frontend", "javascript", frontend)],
                     "sources": [{"source": "releases (python)", "state": "found", "detail": "800 packages"},
                                 {"source": "advisories (PyPI)", "state": "found", "detail": "an export"}],
                     "urgency": {"level": "HIGH", "score": 9.0, "formula": "counts = score", "because": ["made up"]}, "problems": []},
        "plans": [{"component": "backend", "plan": found(plan())},
                  {"component": "frontend", "plan": {"state": "not-retrieved", "why": "javascript is not planned yet"}}],
        "compatibility": {"state": "not-retrieved", "why": "not asked"}, "hygiene": hygiene(),
        "notes": (0..planned + proposed).map(notes).collect::<Vec<_>>(), "run": run(), "since": null, "given": {},
        "programme": programme(),
        "sizes": [{"component": "backend", "measure": "download", "complete": true, "packages": sizes}]
    }))
    .unwrap()
}
