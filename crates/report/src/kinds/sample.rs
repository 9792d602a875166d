//! A made-up repository for the tests of kinds: vulnerable, upgraded in part, with everything that people can give.
#![allow(clippy::unwrap_used)]

mod read;

use serde_json::{Value, json};
use uplift_model::dossier::Dossier;

pub(crate) use read::{anchors_hold, section_titles, text_of};

pub(crate) fn found(value: Value) -> Value {
    json!({"state": "found", "value": value})
}

pub(crate) fn none() -> Value {
    json!({"state": "none"})
}

pub(crate) fn failed(why: &str) -> Value {
    json!({"state": "not-retrieved", "why": why})
}

pub(crate) fn with(mut fields: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        fields[field] = value.clone();
    }
    fields
}

pub(crate) fn advisory(id: &str, severity: &str, class: &str, summary: &str, fixed: &[&str]) -> Value {
    json!({"id": id, "aliases": [], "records": [], "severity": severity, "score": null, "vector": null,
           "classes": if class.is_empty() { vec![] } else { vec![class] }, "summary": summary, "affected": "", "fixed": fixed,
           "published": null, "modified": null, "epss": null, "known_exploited": null, "exception": null})
}

/// A dependency of the component, `==` pinned.
pub(crate) fn row(name: &str, version: &str, more: Value) -> Value {
    let plain = json!({
        "name": name, "ecosystem": "python", "direct": true, "role": "runtime",
        "stated": [{"file": "requirements.txt", "line": 1, "written": format!("{name}=={version}"),
                    "specifier": format!("=={version}"), "marker": null, "group": "main"}],
        "extras": [], "pinning": "pinned", "floor": null, "locked": null, "installed": null, "current_version": version,
        "current_from": "pinned", "other_versions": [], "latest": found(json!(version)),
        "latest_installable": found(json!(version)), "target_version": null, "held_by": null, "reasons": [],
        "distance": null, "behind": null, "released": none(), "target_released": none(), "age_days": 400,
        "availability": found(json!({"kind": "installable"})), "deprecation": none(), "advisories": none(), "paths": [],
        "usage": none(), "dependents": [], "risk": null, "findings": [], "warnings": []
    });
    with(plain, more)
}

pub(crate) fn effect(package: &str, removed: &[Value], remaining: &[Value], introduced: &[Value]) -> Value {
    let touching = |list: &[Value]| -> Vec<Value> {
        list.iter().map(|finding| json!({"package": package, "finding": finding})).collect()
    };
    found(json!({"removed": touching(removed), "remaining": touching(remaining), "introduced": touching(introduced)}))
}

pub(crate) fn candidate(name: &str, from: &str, to: &str, class: &str, reasons: &[&str], security: Value) -> Value {
    json!({
        "name": name, "current_version": from, "target_version": to, "newest": to, "capped_by": null, "ecosystem": "python",
        "direct": true, "role": "runtime", "distance": "major", "risk_level": "high", "reasons": ["a major step"],
        "places": [], "dependencies": [], "breaking_changes": [], "reason_codes": reasons, "warnings": [],
        "assessment": {"level": "high", "score": 60, "distance": "major", "class": class, "factors": [], "unknown": [],
                       "security": security, "required_tests": ["unit"]}
    })
}

fn kept(name: &str, from: &str, to: &str, commit: &str) -> Value {
    json!({"name": name, "from": from, "to": to, "distance": "major", "direct": true, "phase": "high", "with": [],
           "commit": commit.repeat(20), "places": []})
}

fn vulnerable(package: &str, version: &str, id: &str, severity: &str, why: &str) -> Value {
    json!({"package": package, "version": version, "id": id, "severity": severity, "why": why})
}

pub(crate) fn redos() -> Value {
    advisory("CVE-2024-24762", "high", "CWE-1333 inefficient regular expression", "Content-Type ReDoS", &["0.0.7"])
}

pub(crate) fn torch_load() -> Value {
    advisory("CVE-2025-32434", "critical", "CWE-502 deserialization", "torch.load runs code", &["2.6.0"])
}

fn pkcs12() -> Value {
    advisory("CVE-2024-26130", "high", "CWE-476 NULL dereference", "pkcs12 serialization", &["42.0.4"])
}

fn tls() -> Value {
    advisory("CVE-2024-12797", "low", "", "bundled OpenSSL", &["44.0.1"])
}

fn sql() -> Value {
    advisory("CVE-2024-36039", "critical", "CWE-89 SQL injection", "keys are not escaped", &["1.1.1"])
}

/// The rows of the component as they were before.
pub(crate) fn rows() -> Vec<Value> {
    vec![
        row("torch", "2.1.0", json!({"advisories": found(json!([torch_load()])), "latest": found(json!("2.9.0"))})),
        row("torchvision", "0.16.0", json!({"latest": found(json!("0.24.0"))})),
        row(
            "fastapi",
            "0.104.1",
            json!({
            "advisories": found(json!([with(redos(), json!({"fixed": ["0.109.1"]}))])), "latest": found(json!("0.121.0"))}),
        ),
        row(
            "python-multipart",
            "0.0.6",
            json!({
            "advisories": found(json!([redos()])), "held_by": "pinned by the settings", "latest": found(json!("0.0.20"))}),
        ),
        row(
            "cryptography",
            "41.0.7",
            json!({
            "advisories": found(json!([pkcs12(), tls()])), "latest": found(json!("46.0.3"))}),
        ),
        row("pymysql", "1.1.0", json!({"advisories": found(json!([sql()])), "latest": found(json!("1.1.2"))})),
        row("keras", "2.15.0", json!({"latest": found(json!("3.12.0")), "target_version": "3.12.0"})),
        row("tensorflow", "2.15.0", json!({"latest": found(json!("2.20.0"))})),
        row(
            "py2neo",
            "2021.2.4",
            json!({
            "deprecation": found(json!({"message": "no longer maintained", "successor": "neo4j"})),
            "usage": found(json!({"modules": ["py2neo"], "files": 1, "count": 1,
                                  "sites": [{"file": "app/graph.py", "line": 7, "what": "import py2neo"}]}))}),
        ),
    ]
}

pub(crate) fn candidates() -> Vec<Value> {
    let fastapi = with(redos(), json!({"fixed": ["0.109.1"]}));
    vec![
        candidate("torch", "2.1.0", "2.6.0", "ML framework", &["security"], effect("torch", &[torch_load()], &[], &[])),
        candidate("torchvision", "0.16.0", "0.21.0", "ML framework", &["lockstep"], none()),
        candidate(
            "fastapi",
            "0.104.1",
            "0.115.5",
            "web framework",
            &["security"],
            effect("fastapi", &[fastapi], &[], &[]),
        ),
        candidate(
            "cryptography",
            "41.0.7",
            "44.0.0",
            "cryptography",
            &["security"],
            effect("cryptography", &[pkcs12()], &[tls()], &[]),
        ),
        candidate("keras", "2.15.0", "3.12.0", "ML framework", &["outdated"], none()),
    ]
}

fn step(number: usize, kind: &str, title: &str, more: Value) -> Value {
    let plain = json!({"number": number, "kind": kind, "title": title, "phase": null, "stage": null, "move": null, "packages": [],
        "edits": [], "commands": [], "evidence": [], "approvals": [], "required_tests": [], "success_criteria": [],
        "rollback_point": "the commit before", "fallbacks": [], "needs": [], "linked": [], "minutes": 0, "parts": []});
    with(plain, more)
}

pub(crate) fn plan() -> Value {
    let all = candidates();
    let one = |id: usize, from: usize, to: usize| json!({"id": id, "candidates": all[from..to], "phase": "high", "needs": [], "induced": []});
    json!({
        "id": "3fa92b10c4de", "component": ".", "interpreter": "3.11.9", "dependencies": all,
        "moves": [one(0, 0, 2), one(1, 2, 3), one(2, 3, 4), one(3, 4, 5)],
        "phases": [{"phase": "low", "moves": []}, {"phase": "medium", "moves": []}, {"phase": "high", "moves": [0, 1, 2, 3]},
                   {"phase": "integration", "moves": []}],
        "estimated_duration": 7200,
        "rollback_strategy": "each kept move is one commit; `uplift rollback RUN [PACKAGE]` takes it back",
        "success_criteria": ["no test that passed before fails"],
        "unmoved": [{"name": "python-multipart", "current": "0.0.6", "newest": "0.0.20", "reason": "pinned by the settings"}],
        "refresh": [{"name": "idna", "from": "3.4", "to": "3.11"}],
        "notes": ["Python 3.11 is read from Dockerfile:1"], "commit": "0".repeat(40), "as_of": "2025-11-01",
        "inputs": [{"file": "requirements.txt", "sha256": "ab".repeat(32)}],
        "steps": [
            step(1, "isolate", "an environment of its own on Python 3.11.9", json!({"commands": ["uv venv --python 3.11.9 .venv-upgrade"],
                "success_criteria": ["the tests pass in it"], "rollback_point": "nothing is changed: delete the environment"})),
            step(2, "snapshot", "remember where everything stands", json!({})),
            step(3, "move", "torch 2.1.0 -> 2.6.0, torchvision 0.16.0 -> 0.21.0", json!({"phase": "high", "move": 0,
                "packages": ["torch", "torchvision"], "approvals": ["ML lead"], "required_tests": ["unit"], "minutes": 300,
                "edits": [{"file": "requirements.txt", "line": 4, "old": "torch==2.1.0", "new": "torch==2.6.0"}],
                "commands": ["uv pip install --python .venv-upgrade 'torch==2.6.0' 'torchvision==0.21.0'"],
                "success_criteria": ["no test that passed before fails"],
                "fallbacks": [{"kind": "hold-blocker", "what": "hold torch", "reason": "torchvision ties it"}], "needs": [1, 2]})),
            step(4, "integration", "everything together", json!({"phase": "integration", "commands": ["uplift check --fail-on high"],
                "required_tests": ["unit", "performance"], "success_criteria": ["all tests pass together"]})),
        ],
        "register": [{"packages": ["torch"], "level": "high", "risk": "models may load differently", "mitigation": "compare outputs",
                      "rollback": "revert the commit", "owner": "ML engineer", "reviewers": ["ML lead"],
                      "required_tests": ["integration"], "escalation": "outputs differ"}],
        "decision_points": [{"question": "May torch be upgraded?", "packages": ["torch"], "roles": ["ML lead"]}],
        "effort": {"rows": [{"packages": ["torch", "torchvision"], "level": "high",
                             "parts": {"change": 120, "adapt": 60, "test": 90, "review": 30}, "minutes": 300, "because": ["a major step"]}],
                   "total_minutes": 300, "critical_minutes": 300, "critical_path": [0]},
        "priorities": [{"number": 1, "because": "a critical advisory"}],
        "calendar": {"team": {"people": 1, "hours_a_week": 20},
                     "weeks": [{"number": 1, "starts": [0], "continues": [], "minutes": 300, "checklist": ["upgrade torch (5 h)"]}],
                     "stretches": [{"priority": 1, "goal": "critical advisories", "weeks": [1, 1], "minutes": 300}], "notes": []},
        "metrics": [{"metric": "every dependency is younger than 183 days", "met": false, "failing": ["torch 2.6.0: 270 days old"],
                     "unknown": [], "checked": 5}],
        "security": {"source": "advisories (PyPI): 9 packages",
            "removed": [vulnerable("torch", "2.1.0", "CVE-2025-32434", "critical", "fixed in 2.6.0"),
                        vulnerable("fastapi", "0.104.1", "CVE-2024-24762", "high", "fixed in 0.115.5"),
                        vulnerable("cryptography", "41.0.7", "CVE-2024-26130", "high", "fixed in 44.0.0")],
            "remaining": [vulnerable("python-multipart", "0.0.6", "CVE-2024-24762", "high", "pinned by the settings"),
                          vulnerable("cryptography", "44.0.0", "CVE-2024-12797", "low", "44.0.1 mends it, and nothing moves it there"),
                          vulnerable("pymysql", "1.1.0", "CVE-2024-36039", "critical", "1.1.1 mends it, and nothing moves it there")],
            "unknown": []},
        "warnings": []
    })
}

pub(crate) fn run() -> Value {
    json!({
        "schema": "uplift/run/1", "run": "01JD8Q", "state": "done", "component": "", "interpreter": "3.11.9",
        "sandbox": "bubblewrap: no network but loopback", "base_commit": "0".repeat(40), "branch": "uplift/2025-11-01-01jd8q",
        "tip": "4".repeat(40),
        "baseline": {"command": "pytest -q", "found_in": "Makefile", "runs": 3, "passed": 212, "skipped": 2,
                     "known_failures": ["tests/test_old.py::test_a"], "flaky": ["tests/test_clock.py::test_tick"],
                     "want_network": [], "seconds": 14.1, "usable": true, "problem": null},
        "plan": plan(),
        "kept": [kept("torch", "2.1.0", "2.6.0", "a1"), kept("torchvision", "0.16.0", "0.21.0", "a1"),
                 kept("fastapi", "0.104.1", "0.115.5", "b2"), kept("cryptography", "41.0.7", "44.0.0", "c3")],
        "held": [{"name": "keras", "from": "2.15.0", "best": "2.15.0", "target": "3.12.0", "first_failing": "3.0.0",
                  "reason": "tensorflow 2.15.0 requires keras<2.16", "proof": "resolver", "failing_tests": [], "first_error": null,
                  "together_with": [], "logs": []}],
        "refreshed": [{"name": "idna", "from": "3.4", "to": "3.11"}],
        "test_results": [{"test_type": "unit", "status": "passed", "execution_time": 13.2, "coverage_percentage": null,
                          "failures": ["tests/test_old.py::test_a"], "performance_metrics": {}}],
        "verified": true, "verification": "verified together from a clean environment: 212 passed, 1 known failure",
        "counts": {"full_runs": 6, "probes": 9, "resolves": 31, "environments": 11, "seconds": 779.0},
        "notes": ["one wheel was built from sources"], "logs": "logs/01JD8Q"
    })
}

pub(crate) fn compatibility() -> Value {
    let cell = |package: &str, version: &str, runtime: &str, verdict: &str, deciding: Value, range: &str| json!({"package": package, "version": version, "runtime": runtime, "verdict": verdict, "deciding": deciding, "range": range});
    found(json!({
        "repository": "omni", "as_of": "2025-11-01", "profile": {"platform": "linux x86_64", "not_checked": ["CUDA drivers"]},
        "verdict": "sat",
        "components": [{"path": ".", "ecosystem": "python", "files": ["requirements.txt"], "overlay": [], "verdict": "sat",
            "checks": [{"runtime": "3.11", "present": true, "verdict": "sat", "paragraph": "solved", "causes": [], "warnings": [],
                        "solution": {}, "induced": [], "downgrades": [], "unknown_extras": [], "imports": [], "asked": 1}],
            "window": {"solved": ["3.10", "3.11"], "refused": ["3.9", "3.12"], "text": "3.10-3.11"},
            "matrix": [cell("tensorflow", "2.15.0", "3.11", "sat", Value::Null, "3.9-3.11"),
                       cell("tensorflow", "2.15.0", "3.12", "unsat", json!("no cp312 wheel (cp39, cp310, cp311)"), "3.9-3.11")],
            "families": [{"members": ["torch", "torchvision"], "because": ["torchvision==0.16.0 requires torch==2.1.0"]}], "notes": []}]
    }))
}

pub(crate) fn hygiene() -> Value {
    let finding = |check: &str, area: &str, title: &str, state: &str| {
        json!({"check": check, "area": area, "title": title, "state": state, "because": "seen in the workflow", "fixable": false,
               "advice": "make it fail the build", "evidence": [{"file": ".github/workflows/ci.yml", "line": 12, "what": "ruff check ."}]})
    };
    found(json!({"findings": [
        finding("dependency-scan", "security", "Dependencies are scanned", "neutralised"),
        finding("unit-tests", "testing", "Unit tests run", "present"), finding("linter", "testing", "A linter runs", "present")],
        "claims": [], "left_out": [], "problems": []}))
}

/// Everything of one made-up repository, as JSON to be changed before it is read.
pub(crate) fn value() -> Value {
    json!({
        "schema": "uplift/report/1",
        "analysis": {
            "schema": "uplift/check/1", "repository": "omni", "commit": "0".repeat(40), "as_of": "2025-11-01",
            "components": [{
                "path": ".", "ecosystem": "python", "name": null, "runtime": "3.11", "runtime_from": "Dockerfile:1 FROM python:3.11-slim",
                "platform": "linux x86_64", "environment": "requirements.txt", "dependencies": rows(), "drift": [], "notes": [],
                "runtimes": [{"name": "python", "disagreements": [], "end_of_life": [{"line": "3.11", "date": "2027-10-31", "passed": false}],
                    "stated": [{"file": "Dockerfile", "line": 1, "written": "python:3.11-slim", "kind": "image", "lines": ["3.11"], "exact": true}]}]}],
            "sources": [{"source": "advisories (PyPI)", "state": "found", "detail": "9000 records"}],
            "urgency": {"level": "HIGH", "score": 60.0, "formula": "f", "because": ["2 critical advisories"]}, "problems": []},
        "plans": [{"component": ".", "plan": found(plan())}],
        "compatibility": compatibility(), "hygiene": hygiene(), "notes": [], "run": run(), "since": null, "programme": null,
        "given": {"author": "Ada", "version": "1.0", "roles": {"ML lead": "Grace"}, "verify": ["`GET /api/health` answers"],
                  "deployment": {"platform": "container service", "region": "europe-west1", "port": 8080, "memory": "4Gi",
                                 "commands": ["deploy backend"], "notes": []}}
    })
}

pub(crate) fn dossier(value: &Value) -> Dossier {
    serde_json::from_value(value.clone()).unwrap()
}

/// The sample with `change` made to its JSON.
pub(crate) fn changed(change: impl FnOnce(&mut Value)) -> Dossier {
    let mut value = value();
    change(&mut value);
    dossier(&value)
}
