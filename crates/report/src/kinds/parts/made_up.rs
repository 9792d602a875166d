//! A made-up dossier of any size for the tests of kinds, and reading a document back.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use uplift_model::dossier::Dossier;

use crate::document::{Block, Document, Section, Span, Table, Text};

/// One package to make up.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) component: &'static str,
    /// Severities of the advisories on the version in use, and whether the target mends each.
    pub(crate) advisories: Vec<(&'static str, bool)>,
    pub(crate) risk: &'static str,
    /// 1 to 3.
    pub(crate) priority: u8,
    /// A file says which version runs.
    pub(crate) pinned: bool,
}

impl Made {
    pub(crate) fn new(name: &str, component: &'static str) -> Self {
        Self { name: name.to_owned(), component, advisories: Vec::new(), risk: "low", priority: 3, pinned: true }
    }
}

fn found(value: Value) -> Value {
    json!({"state": "found", "value": value})
}

fn finding(made: &Made, number: usize, severity: &str) -> Value {
    json!({"id": format!("CVE-2099-{}-{number}", made.name), "aliases": [], "records": [], "severity": severity,
           "score": null, "vector": null, "classes": ["CWE-502 deserialization of untrusted data"],
           "summary": "a made-up fault", "affected": "", "fixed": ["9.0"], "published": null, "modified": null, "epss": null,
           "known_exploited": null, "exception": null})
}

fn row(made: &Made) -> Value {
    let touching = |mended: bool| -> Vec<Value> {
        let of = made.advisories.iter().enumerate().filter(|(_, (_, gone))| *gone == mended);
        of.map(|(at, (severity, _))| json!({"package": made.name, "finding": finding(made, at, severity)})).collect()
    };
    let findings: Vec<Value> =
        made.advisories.iter().enumerate().map(|(at, (severity, _))| finding(made, at, severity)).collect();
    let current = made.pinned.then_some("1.4");
    let asked = if made.pinned {
        found(json!(findings))
    } else {
        json!({"state": "not-retrieved", "why": "no version is stated"})
    };
    json!({
        "name": made.name, "ecosystem": if made.component == "frontend" { "javascript" } else { "python" },
        "direct": true, "role": "runtime",
        "stated": [{"file": format!("{}/manifest", made.component), "line": 7, "written": made.name, "specifier": "",
                    "marker": null, "group": "main"}],
        "extras": [], "pinning": if made.pinned { "pinned" } else { "unpinned" }, "floor": null, "locked": null,
        "installed": null, "current_version": current, "current_from": if made.pinned { "pinned" } else { "unknown" },
        "other_versions": [], "latest": found(json!("9.0")), "latest_installable": found(json!("9.0")),
        "target_version": "9.0", "held_by": null, "reasons": ["outdated"], "distance": "major",
        "behind": {"majors": 8, "minors": 0, "releases": 31}, "released": found(json!("2020-02-02")),
        "target_released": found(json!("2025-05-05")), "age_days": 1234, "availability": found(json!({"kind": "installable"})),
        "deprecation": {"state": "none"}, "advisories": asked, "paths": [],
        "usage": found(json!({"modules": [made.name], "files": 2, "count": 17,
                              "sites": [{"file": "app/main.py", "line": 41, "what": format!("import {}", made.name)}]})),
        "dependents": [],
        "risk": {"level": made.risk, "score": 63, "distance": "major", "class": "library",
                 "factors": [{"signal": "version-distance", "points": 63, "at_least": "low", "reason": "eight majors at once"}],
                 "unknown": ["release notes: not asked"],
                 "security": found(json!({"removed": touching(true), "remaining": touching(false), "introduced": []})),
                 "required_tests": ["unit", "integration"]},
        "findings": [], "warnings": []
    })
}

/// A repository with these packages; every source answered.
pub(crate) fn dossier(packages: &[Made]) -> Dossier {
    let mut folders: Vec<&str> = packages.iter().map(|made| made.component).collect();
    folders.sort_unstable();
    folders.dedup();
    let components: Vec<Value> = folders
        .iter()
        .map(|folder| {
            let rows: Vec<Value> = packages.iter().filter(|made| made.component == *folder).map(row).collect();
            json!({"path": folder, "ecosystem": if *folder == "frontend" { "javascript" } else { "python" }, "name": null,
                   "runtime": "3.11", "runtime_from": "Dockerfile:1 FROM python:3.11-slim", "platform": "linux x86_64",
                   "environment": "package.json -> package-lock.json (npm)", "dependencies": rows, "runtimes": [],
                   "drift": [], "notes": []})
        })
        .collect();
    let plans: Vec<Value> = folders
        .iter()
        .map(|folder| json!({"component": folder, "plan": {"state": "not-retrieved", "why": "no resolver was asked"}}))
        .collect();
    let sources = json!([{"source": "releases (python)", "state": "found", "detail": "all of them"},
                         {"source": "advisories (PyPI)", "state": "found", "detail": "an export"}]);
    serde_json::from_value(json!({
        "schema": "uplift/report/1",
        "analysis": {"schema": "uplift/check/1", "repository": "shop", "commit": null, "as_of": "YYYY",
                     "components": components, "sources": sources,
                     "urgency": {"level": "HIGH", "score": 0.0, "formula": "counts = score", "because": ["made up"]},
                     "problems": []},
        "plans": plans, "compatibility": {"state": "not-retrieved", "why": "not asked"},
        "hygiene": {"state": "not-retrieved", "why": "not asked"}, "notes": [], "run": null, "since": null, "given": {},
        "programme": programme(packages)
    }))
    .unwrap()
}

/// One step a package, all in its priority's week.
fn programme(packages: &[Made]) -> Value {
    if packages.is_empty() {
        return Value::Null;
    }
    let label = |made: &Made| format!("{}: {}", made.component, made.name);
    let steps: Vec<Value> = packages
        .iter()
        .map(|made| json!({"component": made.component, "packages": [made.name], "planned": false}))
        .collect();
    let rows: Vec<Value> = packages
        .iter()
        .map(|made| {
            json!({"packages": [label(made)], "level": made.risk, "minutes": 90, "because": [],
                   "parts": {"change": 30, "adapt": 0, "test": 30, "review": 30}})
        })
        .collect();
    let priorities: Vec<Value> =
        packages.iter().map(|made| json!({"number": made.priority, "because": "it is made up"})).collect();
    let of = |week: u8| -> Vec<usize> {
        packages.iter().enumerate().filter(|(_, made)| made.priority == week).map(|(at, _)| at).collect()
    };
    let weeks: Vec<Value> = (1..=3u8)
        .filter(|week| !of(*week).is_empty())
        .map(|week| {
            json!({"number": week, "starts": of(week), "continues": [], "minutes": 90 * of(week).len(),
                   "checklist": ["run the tests"]})
        })
        .collect();
    let stretches: Vec<Value> = (1..=3u8)
        .filter(|week| !of(*week).is_empty())
        .map(|week| json!({"priority": week, "goal": "a goal", "weeks": [week, week], "minutes": 90 * of(week).len()}))
        .collect();
    let high: Vec<Value> = packages
        .iter()
        .filter(|made| made.risk == "high")
        .map(|made| {
            json!({"packages": [label(made)], "level": "high", "risk": "it may break", "mitigation": "test it",
                   "rollback": "go back", "owner": "backend engineer", "reviewers": ["tech lead"], "required_tests": [],
                   "escalation": "a person takes over"})
        })
        .collect();
    let decisions: Vec<Value> = packages
        .iter()
        .filter(|made| made.risk == "high")
        .map(|made| json!({"question": "May it?", "packages": [label(made)], "roles": ["tech lead"]}))
        .collect();
    json!({"steps": steps, "priorities": priorities, "register": high, "decision_points": decisions,
           "effort": {"rows": rows, "total_minutes": 90 * packages.len(), "critical_minutes": 90, "critical_path": [0]},
           "calendar": {"team": {"people": 2, "hours_a_week": 40}, "weeks": weeks, "stretches": stretches, "notes": []}})
}

/// Everything that a document says, and its parts by kind.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// Running text; counts as `3 x advisory`, what is unknown as `unknown(why)`.
    pub(crate) text: String,
    pub(crate) counts: Vec<(usize, String, String)>,
    pub(crate) tables: Vec<Table>,
    pub(crate) sections: Vec<String>,
    pub(crate) code: Vec<String>,
}

impl Read {
    pub(crate) fn table(&self, id: &str) -> &Table {
        self.tables.iter().find(|table| table.id == id).unwrap_or_else(|| panic!("no table `{id}`"))
    }

    pub(crate) fn count(&self, noun: &str, rows: &str) -> Vec<usize> {
        self.counts.iter().filter(|(_, n, r)| n == noun && r == rows).map(|(value, ..)| *value).collect()
    }

    /// Each count leads to a table of the document that has as many rows at least, every id is there once, and every
    /// row is as wide as its table.
    pub(crate) fn hold_together(&self) {
        let mut ids: Vec<&String> = self.sections.iter().chain(self.tables.iter().map(|table| &table.id)).collect();
        ids.extend(self.tables.iter().flat_map(|table| &table.rows).filter_map(|row| row.id.as_ref()));
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(all, ids.len(), "an id is there twice: {ids:?}");
        for (value, noun, rows) in &self.counts {
            let table = self.table(rows);
            assert!(*value <= table.rows.len(), "{value} {noun}, and `{rows}` has {} rows", table.rows.len());
        }
        for table in &self.tables {
            assert!(table.rows.iter().all(|row| row.cells.len() == table.columns.len()), "{} is ragged", table.id);
        }
    }
}

pub(crate) fn read(document: &Document) -> Read {
    let mut read = Read::default();
    read.say(&document.title);
    for (_, text) in document.header.iter().chain(&document.footer) {
        read.say(text);
    }
    document.sections.iter().for_each(|section| read.section(section));
    read
}

impl Read {
    fn section(&mut self, section: &Section) {
        self.sections.push(section.id.clone());
        self.say(&section.title);
        section.blocks.iter().for_each(|block| self.block(block));
        section.sections.iter().for_each(|below| self.section(below));
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(text) | Block::Callout(_, text) => self.say(text),
            Block::List(items) | Block::Steps(items) => items.iter().for_each(|item| self.say(item)),
            Block::Checklist(items) => items.iter().for_each(|item| self.say(&item.text)),
            Block::Code { text, .. } => self.code.push(text.clone()),
            Block::Figure(figure) => self.say(&figure.caption),
            Block::Details { summary, blocks } => {
                self.say(summary);
                blocks.iter().for_each(|block| self.block(block));
            }
            Block::Table(table) => {
                self.say(&table.caption);
                if table.rows.is_empty() {
                    self.say(&table.empty);
                }
                table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| self.say(cell));
                self.tables.push(table.clone());
            }
        }
    }

    fn say(&mut self, text: &Text) {
        for span in &text.0 {
            match span {
                Span::Plain(text) | Span::Strong(text) | Span::Code(text) | Span::Link { text, .. } => {
                    self.text.push_str(text);
                }
                Span::Count { value, noun, rows } => {
                    self.text.push_str(&format!("{value} x {noun}"));
                    self.counts.push((*value, noun.clone(), rows.clone()));
                }
                Span::Unknown(why) => self.text.push_str(&format!("unknown({why})")),
            }
        }
        self.text.push('\n');
    }
}
