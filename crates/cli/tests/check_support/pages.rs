//! Pages of `uplift report`, read back: headings, words, tables by their anchor, counts with what they lead to.
//!
//! Lives here: what every test of a kind of report asks of a page and of the dossier behind it. Lives elsewhere: the
//! projects that pages are about (`super::seeds`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uplift_model::dossier::Dossier;
use uplift_model::outcome::RunReport;
use uplift_report::kinds::Kind;

use super::desk::Desk;
use super::seeds::{self, Seed};

/// One report of a seed project as its people get it.
pub fn report(desk: &Desk, seed: &Seed, kind: &str, format: &str, more: &[&str]) -> String {
    let advisories = seeds::folder().join("advisories.json").display().to_string();
    let args = ["report", kind, "--as-of", &seed.as_of, "--advisories", &advisories, "--format", format];
    let outcome = desk.run(&[&args, more].concat());
    assert_eq!(outcome.code, Some(0), "{kind}: {}", outcome.all());
    outcome.stdout
}

/// The dossier behind the report of a kind.
pub fn data(desk: &Desk, seed: &Seed, kind: &str) -> Value {
    serde_json::from_str(&report(desk, seed, kind, "json", &[])).unwrap()
}

/// The page that is written from `data`, as Markdown.
pub fn written(kind: Kind, data: &Value) -> String {
    let dossier: Dossier = serde_json::from_value(data.clone()).unwrap();
    uplift_report::markdown::document(&uplift_report::kinds::write(kind, &dossier))
}

/// Headings of a page, without numbers and links.
pub fn headings(page: &str) -> Vec<String> {
    let heading = |line: &str| line.starts_with('#').then(|| words(line.trim_start_matches(['#', ' '])));
    page.lines().filter_map(heading).collect()
}

/// What people read: without the signs of Markdown.
pub fn words(page: &str) -> String {
    page.replace(['\\', '\u{200b}', '`'], "")
        .replace("**", "")
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&")
}

pub fn require(page: &str, all: &[&str]) {
    let page = words(page);
    let missing: Vec<&&str> = all.iter().filter(|said| !page.contains(**said)).collect();
    assert!(missing.is_empty(), "{missing:?} not in:\n{page}");
}

/// None of these stands in the page.
pub fn refuse(page: &str, all: &[&str]) {
    let page = words(page);
    let there: Vec<&&str> = all.iter().filter(|said| page.contains(**said)).collect();
    assert!(there.is_empty(), "{there:?} in:\n{page}");
}

/// Every title is that of a section, in this order.
pub fn require_sections(page: &str, titles: &[&str]) {
    let there = headings(page);
    let mut rest = there.iter();
    for title in titles {
        assert!(rest.any(|own| own == title), "no `{title}`, or not in this order, in {there:#?}");
    }
}

/// Rows of the table with this caption or heading: lines that begin with a pipe, less head and rule.
pub fn rows_below(page: &str, caption: &str) -> usize {
    let page = words(page);
    let (_, after) = page.split_once(caption).unwrap_or_else(|| panic!("no `{caption}` in {page}"));
    let lines = after.lines().skip_while(|line| !line.starts_with('|'));
    lines.take_while(|line| line.starts_with('|')).count().saturating_sub(2)
}

/// The rows of the table with this anchor, each cell as it is read; none where the table says that it is empty.
pub fn table(page: &str, anchor: &str) -> Vec<Vec<String>> {
    tables(page).remove(anchor).unwrap_or_else(|| panic!("no table `{anchor}` in {page}"))
}

/// The row of this table whose first cell is `name`.
pub fn row(page: &str, anchor: &str, name: &str) -> Vec<String> {
    let found = table(page, anchor).into_iter().find(|cells| cells[0] == name);
    found.unwrap_or_else(|| panic!("`{anchor}` has no row for {name}"))
}

/// Every table by its anchor: the anchor stands alone, then the caption in bold, then the rows or what is said instead.
fn tables(page: &str) -> BTreeMap<String, Vec<Vec<String>>> {
    let lines: Vec<&str> = page.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut all = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(anchor) = line.strip_prefix("<a id=\"").and_then(|rest| rest.strip_suffix("\"></a>")) else {
            continue;
        };
        if !lines.get(at + 1).is_some_and(|caption| caption.starts_with("**") && caption.ends_with("**")) {
            continue;
        }
        let rows = lines[at + 2..].iter().take_while(|line| line.starts_with('|')).skip(2);
        all.insert(anchor.to_owned(), rows.map(|row| cells(row)).collect());
    }
    all
}

fn cells(row: &str) -> Vec<String> {
    let row = row.replace("\\|", "\u{1}");
    let inner = row.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split(" | ").map(|cell| words(cell.trim()).replace('\u{1}', "|")).collect()
}

/// A number of the text that leads to its rows: `[12 packages](#anchor)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub value: usize,
    pub noun: String,
    pub anchor: String,
}

pub fn counts(page: &str) -> Vec<Count> {
    let mut all = Vec::new();
    for piece in page.split('[').skip(1) {
        let Some((text, rest)) = piece.split_once("](#") else { continue };
        let Some((anchor, _)) = rest.split_once(')') else { continue };
        let Some((number, noun)) = text.split_once(' ') else { continue };
        if let Ok(value) = number.replace(',', "").parse() {
            all.push(Count { value, noun: noun.to_owned(), anchor: anchor.to_owned() });
        }
    }
    all
}

/// The first number of the page that leads to `anchor`; 0 where the page has none to tell.
pub fn count(page: &str, anchor: &str) -> usize {
    counts(page).into_iter().find(|one| one.anchor == anchor).map_or(0, |one| one.value)
}

/// Every number that leads to a table has at least that many rows there, and the anchor of each is in the page.
pub fn counts_lead_to_rows(page: &str) {
    let tables = tables(page);
    let all = counts(page);
    assert!(!all.is_empty(), "no count in {page}");
    for one in &all {
        assert!(page.contains(&format!("<a id=\"{}\"></a>", one.anchor)), "{one:?} leads nowhere");
        if let Some(rows) = tables.get(&one.anchor) {
            assert!(one.value <= rows.len(), "{one:?} of {} rows", rows.len());
        }
    }
}

/// Every statement that stands in a table twice.
pub fn said_twice(page: &str) -> Vec<String> {
    let mut twice = Vec::new();
    for (anchor, rows) in tables(page) {
        let mut seen = BTreeSet::new();
        twice.extend(rows.into_iter().filter(|row| !seen.insert(row.clone())).map(|row| format!("{anchor}: {row:?}")));
    }
    twice
}

pub fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Rows of the analysis, of every component.
pub fn dependencies(data: &Value) -> impl Iterator<Item = &Value> {
    list(data, "/analysis/components").iter().flat_map(|component| list(component, "/dependencies"))
}

/// Plans that could be drawn.
pub fn plans(data: &Value) -> impl Iterator<Item = &Value> {
    list(data, "/plans").iter().filter(|one| one["plan"]["state"] == "found").map(|one| &one["plan"]["value"])
}

/// What moves by the data: candidates of plans, and what the analysis proposes beside them.
pub fn moving(data: &Value) -> usize {
    let components = data["analysis"]["components"].as_array().unwrap();
    components
        .iter()
        .map(|component| {
            let plan = data["plans"].as_array().unwrap().iter().find(|p| p["component"] == component["path"]).unwrap();
            let plan = &plan["plan"]["value"];
            let named = |list: &str| -> Vec<&Value> {
                plan[list].as_array().into_iter().flatten().map(|one| &one["name"]).collect()
            };
            let planned = named("dependencies");
            let covered: Vec<&Value> = planned.iter().copied().chain(named("unmoved")).collect();
            let rows = component["dependencies"].as_array().unwrap().iter();
            let proposed = rows.filter(|row| {
                let target = &row["target_version"];
                row["direct"] == true
                    && !target.is_null()
                    && *target != row["current_version"]
                    && !covered.contains(&&row["name"])
            });
            planned.len() + proposed.count()
        })
        .sum()
}

pub fn one_week_each(data: &Value) {
    let programme = &data["programme"];
    let mut weeks: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for week in programme["calendar"]["weeks"].as_array().unwrap() {
        for at in week["starts"].as_array().unwrap() {
            for package in programme["steps"][at.as_u64().unwrap() as usize]["packages"].as_array().unwrap() {
                weeks.entry(package.as_str().unwrap()).or_default().insert(week["number"].as_u64().unwrap());
            }
        }
    }
    let twice: Vec<_> = weeks.iter().filter(|(_, weeks)| weeks.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// `(package, advisory)` of everything that touches the versions in use.
pub fn known(data: &Value) -> BTreeSet<(String, String)> {
    let of = |row: &Value| -> Vec<(String, String)> {
        let name = row["name"].as_str().unwrap().to_owned();
        let all = list(row, "/advisories/value").iter().filter(|one| one["exception"].is_null());
        all.map(|one| (name.clone(), one["id"].as_str().unwrap().to_owned())).collect()
    };
    dependencies(data).flat_map(of).collect()
}

/// The data without these packages, as if the project had never had them.
pub fn without(data: &Value, packages: &[String]) -> Value {
    let mut data = data.clone();
    drop_named(&mut data, packages);
    data
}

fn drop_named(value: &mut Value, packages: &[String]) {
    let is_one = |text: &Value| {
        let text = text.as_str().unwrap_or_default();
        packages.iter().any(|name| text == name || text.ends_with(&format!(": {name}")))
    };
    match value {
        Value::Array(all) => {
            all.retain(|one| {
                let names = list(one, "/packages").iter().chain(list(one, "/candidates").iter().map(|c| &c["name"]));
                let names: Vec<&Value> = names.collect();
                let own = is_one(&one["name"]) || is_one(&one["package"]);
                !(own || !names.is_empty() && names.iter().all(|name| is_one(name)))
            });
            all.iter_mut().for_each(|one| drop_named(one, packages));
        }
        Value::Object(fields) => fields.iter_mut().for_each(|(_, one)| drop_named(one, packages)),
        _ => {}
    }
}

/// The data as a report of a run has them: its plan, and whether what it delivered goes together.
pub fn about(data: &mut Value, desk: &Desk, seed: &Seed, run: &RunReport) {
    let sets: Vec<String> = run.kept.iter().map(|kept| format!("--set={}=={}", kept.name, kept.to)).collect();
    let mut args = vec!["validate", "--all-pythons", "--no-imports", "--as-of", &seed.as_of, "--format", "json"];
    args.extend(["--component", &run.component]);
    args.extend(sets.iter().map(String::as_str));
    let outcome = desk.run(&args);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let run = serde_json::to_value(run).unwrap();
    data["compatibility"] = serde_json::json!({"state": "found", "value": report});
    data["plans"] =
        serde_json::json!([{"component": run["component"], "plan": {"state": "found", "value": run["plan"]}}]);
    data["programme"] = Value::Null;
    data["run"] = run;
}

/// A package of a made-up run: its name, where it was, where it went.
pub type Moved<'a> = (&'a str, &'a str, &'a str);

/// The record of a run that delivered `moved`: no whole upgrade runs on a market of lists, so that it is made of the
/// model's own types. `tip` is the delivered commit; no test ran.
pub fn run(data: &Value, tip: &str, moved: &[Moved<'_>]) -> RunReport {
    let plan = plans(data).next().expect("a plan to carry out");
    let kept: Vec<Value> = moved
        .iter()
        .map(|(name, from, to)| {
            serde_json::json!({"name": name, "from": from, "to": to, "distance": "minor", "direct": true, "phase": "low",
                "with": [], "commit": tip, "places": []})
        })
        .collect();
    let report = serde_json::json!({
        "schema": "uplift/run/1", "run": "01MADEUP", "state": "done", "component": plan["component"],
        "interpreter": plan["interpreter"], "sandbox": "none", "base_commit": data["analysis"]["commit"],
        "branch": "uplift/made-up", "tip": tip,
        "baseline": {"command": "", "found_in": "", "runs": 0, "passed": 0, "skipped": 0, "known_failures": [], "flaky": [],
            "want_network": [], "seconds": 0.0, "usable": false, "problem": "no test was found"},
        "plan": plan, "kept": kept, "held": [], "refreshed": [], "test_results": [], "verified": false,
        "verification": "not verified by tests: no test was found", "counts": uplift_model::outcome::Counts::default(),
        "notes": [], "logs": "logs/01MADEUP"
    });
    serde_json::from_value(report).unwrap()
}

/// The release numbers of a version, to be compared where both are of one kind: `0.58b0` as 0, 58.
pub fn numbers(version: &str) -> Vec<u64> {
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
    version.split('.').map(digits).collect()
}
