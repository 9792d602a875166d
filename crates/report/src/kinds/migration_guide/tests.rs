//! `migration-guide`: every section is there; floors, pins and targets stay apart; answers rest on what was detected.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};
use uplift_model::dossier::Dossier;

use super::write;
use crate::kinds::sample::{anchors_hold, candidate, changed, failed, found, none, row, section_titles, text_of};

/// A project with floors only, an old runtime, stages given by its people.
fn guide(change: impl FnOnce(&mut Value)) -> Dossier {
    changed(|v| {
        v["run"] = json!(null);
        let stated = |written: &str, line: u32| json!([{"file": "requirements.txt", "line": line, "written": written, "specifier": "", "marker": null, "group": "main"}]);
        let floor = |name: &str, at: &str, target: &str, line: u32| {
            row(
                name,
                at,
                json!({"pinning": "floor", "floor": at, "current_version": null, "current_from": "unknown",
                "target_version": target, "stated": stated(&format!("{name}>={at}"), line), "latest": found(json!(target)),
                "usage": found(json!({"modules": [name], "files": 2, "count": 3, "sites": [
                    {"file": "models.py", "line": 4, "what": format!("from {name} import x")},
                    {"file": "migrations/env.py", "line": 2, "what": format!("import {name}")}]}))}),
            )
        };
        let component = &mut v["analysis"]["components"][0];
        component["dependencies"] =
            json!([floor("sqlalchemy", "1.4.0", "2.0.44", 3), floor("alembic", "1.7.0", "1.16.0", 5)]);
        component["runtime"] = json!("3.9");
        component["runtimes"] = json!([{"name": "python",
            "stated": [
                {"file": "setup.py", "line": 8, "written": ">=3.9", "kind": "requires", "lines": ["3.9"], "exact": false},
                {"file": "Dockerfile", "line": 1, "written": "python:3.11-slim", "kind": "image", "lines": ["3.11"], "exact": true}],
            "disagreements": [{"message": "setup.py:8 admits 3.9, Dockerfile:1 runs 3.11", "places": ["setup.py:8", "Dockerfile:1"]}],
            "end_of_life": [{"line": "3.9", "date": "2025-10-31", "passed": true}]}]);
        let plan = &mut v["plans"][0]["plan"]["value"];
        let all = [
            candidate("sqlalchemy", "1.4.54", "2.0.44", "ORM", &["outdated"], none()),
            candidate("alembic", "1.7.7", "1.16.0", "migrations", &["outdated"], none()),
        ];
        plan["dependencies"] = json!(all);
        plan["moves"] = json!([{"id": 0, "candidates": [all[0]], "phase": "high", "needs": [], "induced": []},
                               {"id": 1, "candidates": [all[1]], "phase": "high", "needs": [], "induced": []}]);
        plan["refresh"] = json!([]);
        plan["steps"][2]["stage"] = json!("SQLAlchemy");
        plan["steps"][2]["title"] = json!("sqlalchemy 1.4.54 -> 2.0.44");
        plan["steps"][2]["edits"] =
            json!([{"file": "requirements.txt", "line": 3, "old": "sqlalchemy>=1.4.0", "new": "sqlalchemy>=2.0.44"}]);
        v["notes"] = json!([{"component": ".", "package": "sqlalchemy", "notes": found(json!({
            "package": "sqlalchemy", "ecosystem": "python", "from": "1.4.54", "to": "2.0.44",
            "releases": [{"version": "2.0.0", "date": null, "notes": [
                {"kind": "breaking", "text": "declarative_base() moved", "source": 0, "line": 77},
                {"kind": "feature", "text": "typed mappings", "source": 0, "line": 90}]}],
            "sources": [{"name": "sqlalchemy-2.0.44.tar.gz: CHANGES", "kind": "sdist"}], "silent": ["2.0.1"]}))}]);
        change(v);
    })
}

fn told(dossier: &Dossier) -> String {
    let document = write(dossier);
    anchors_hold(&document);
    text_of(&document)
}

/// Row M4 of the requirements.
#[test]
fn every_section_of_the_seed_is_there() {
    assert_eq!(
        section_titles(&write(&guide(|_| {}))),
        [
            "In short",
            "Upgrade overview",
            "Runtimes",
            "Migration phases",
            "Breaking changes",
            "Migration steps for local development",
            "Verification checklist",
            "Questions",
            "Sources"
        ]
    );
}

#[test]
fn a_floor_is_never_the_version_in_use() {
    let text = told(&guide(|_| {}));
    assert!(text.contains("sqlalchemy | . | 1.4.0 | 1.4.54 | 2.0.44 | nothing; the plan resolved it"), "{text}");
    assert!(text.contains("python | . | 3.9 | 3.9 | 3.10-3.11 | Dockerfile:1"), "{text}");
}

#[test]
fn runtimes_are_held_against_the_complete_set() {
    let text = told(&guide(|_| {}));
    assert!(text.contains("1 place to change"), "{text}");
    assert!(
        text.contains("setup.py:8 | python | requires | >=3.9 | 3.9 | admits, and cannot be solved on, 3.9"),
        "{text}"
    );
    assert!(text.contains("Dockerfile:1 | python | image | python:3.11-slim | 3.11 | solved"), "{text}");
    assert!(
        text.contains("setup.py:8 admits 3.9, Dockerfile:1 runs 3.11") && text.contains("support ended on 2025-10-31"),
        "{text}"
    );
    assert!(
        text.contains(
            "# Can python 3.9 still be used?\nNo. The complete set cannot be solved on 3.9; it can on 3.10-3.11"
        ),
        "{text}"
    );
    let text = told(&guide(|v| v["compatibility"] = failed("nobody asked")));
    assert!(
        text.contains("unknown (the complete set was not asked about on 3.9)") && !text.contains("No. The complete"),
        "{text}"
    );
}

#[test]
fn breaking_changes_have_a_source_and_the_places_in_this_code() {
    let text = told(&guide(|_| {}));
    assert!(
        text.contains("2.0.0 | breaking | declarative_base() moved | sqlalchemy-2.0.44.tar.gz: CHANGES:77"),
        "{text}"
    );
    assert!(text.contains("models.py:4 | from sqlalchemy import x") && text.contains("unknown (2.0.1)"), "{text}");
    assert!(text.contains("alembic | major | 1.7.7 | 1.16.0 | unknown (release notes were not asked for)"), "{text}");
    assert!(!text.contains("typed mappings"), "a feature breaks nothing");
}

#[test]
fn questions_are_answered_from_what_was_detected() {
    let text = told(&guide(|_| {}));
    assert!(text.contains("In use: alembic. The plan edits requirements.txt and no migration script."), "{text}");
    assert!(text.contains("run against a copy of the data: migrations/env.py."), "{text}");
    assert!(text.contains("Yes. 2 of 2 direct dependencies without an upper bound and without a lock: sqlalchemy>=1.4.0 (requirements.txt:3)"), "{text}");
    assert!(text.contains("Not by the upgrade. It edits lines of requirements.txt"), "{text}");
    let text = told(&guide(|v| {
        v["hygiene"]["value"]["claims"] = json!([{"file": "docs/plan.md", "line": 3, "title": "x", "declared": null,
            "found": "partial", "named": [["migrate_db.py", false], ["models.py", true]]}]);
        v["plans"][0]["plan"]["value"]["steps"][2]["edits"][0]["file"] = json!("migrations/versions/0001.py");
    }));
    assert!(text.contains("migrate_db.py is named in docs/plan.md:3 and is not in the tree."), "{text}");
    assert!(text.contains("The plan edits these: migrations/versions/0001.py."), "{text}");
}

#[test]
fn without_a_migration_tool_there_is_none_to_worry_about() {
    let text = told(&guide(|v| {
        v["analysis"]["components"][0]["dependencies"].as_array_mut().unwrap().pop();
    }));
    assert!(text.contains("None of the tools for database migrations that are known here"), "{text}");
}

#[test]
fn commands_are_those_of_the_plan_and_the_run() {
    let text = told(&guide(|_| {}));
    assert!(text.contains("uv venv --python 3.11.9 .venv-upgrade"), "{text}");
    assert!(
        text.contains("# Phase 1: SQLAlchemy")
            && text.contains("requirements.txt:3 | sqlalchemy>=1.4.0 | sqlalchemy>=2.0.44"),
        "{text}"
    );
    let text = told(&guide(|v| v["plans"] = json!([{"component": ".", "plan": failed("no interpreter")}])));
    assert!(text.contains("Commands: unknown (no interpreter)") && !text.contains("uv venv"), "{text}");
    let text = told(&changed(|_| {}));
    assert!(text.contains("[Done] pytest -q: no test that passed before fails"), "{text}");
    assert!(text.contains("git switch uplift/2025-11-01-01jd8q"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Notes, places and bounds come and go; tables, counts and answers follow.
    #[test]
    fn the_text_follows_the_data(notes in 0usize..5, places in 0usize..5, pinned: bool) {
        let dossier = guide(|v| {
            let note = |n: usize| json!({"kind": "breaking", "text": format!("breaks-{n}"), "source": 0, "line": n + 1});
            v["notes"][0]["notes"]["value"]["releases"][0]["notes"] = json!((0..notes).map(note).collect::<Vec<_>>());
            let site = |n: usize| json!({"file": "app.py", "line": n + 1, "what": format!("uses-{n}")});
            let first = &mut v["analysis"]["components"][0]["dependencies"][0];
            first["usage"] = found(json!({"modules": [], "files": 1, "count": places, "sites": (0..places).map(site).collect::<Vec<_>>()}));
            if pinned {
                first["pinning"] = json!("pinned");
            }
        });
        let text = told(&dossier);
        prop_assert_eq!(text.matches("| breaking | breaks-").count(), notes);
        prop_assert_eq!(text.matches(" | uses-").count(), places);
        let (notes, places) = (crate::numbers::count(notes, "breaking change"), crate::numbers::count(places, "place"));
        let line = format!("sqlalchemy | major | 1.4.54 | 2.0.44 | {notes} | {places}");
        prop_assert!(text.contains(&line), "{line}");
        prop_assert_eq!(text.contains("1 of 2 direct dependencies without an upper bound"), pinned);
    }
}
