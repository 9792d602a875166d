//! The screen of an analysis at 100 and at 80 columns, and what it leaves out.

use serde_json::{Value, json};

use super::*;

/// A dependency with the given fields on top of an unremarkable one.
fn row(name: &str, fields: Value) -> Value {
    let none = json!({"state": "none"});
    let mut row = json!({
        "name": name, "ecosystem": "python", "direct": true, "role": "runtime", "stated": [], "extras": [],
        "pinning": "pinned", "floor": null, "locked": null, "installed": null, "current_version": "1.0",
        "current_from": "pinned", "other_versions": [], "latest": found("1.0"), "latest_installable": found("1.0"),
        "target_version": null, "held_by": null, "reasons": [], "distance": "same",
        "behind": {"majors": 0, "minors": 0, "releases": 0}, "released": found("2024-01-02"),
        "target_released": none, "age_days": 400, "availability": found_value(json!({"kind": "installable"})),
        "deprecation": none, "advisories": none, "paths": [], "usage": none, "dependents": [], "risk": null,
        "findings": [], "warnings": []
    });
    for (field, value) in fields.as_object().unwrap() {
        row[field] = value.clone();
    }
    row
}

fn found(value: &str) -> Value {
    found_value(json!(value))
}

fn found_value(value: Value) -> Value {
    json!({"state": "found", "value": value})
}

fn advisory(id: &str, severity: &str, fixed: &[&str]) -> Value {
    json!({"id": id, "aliases": [], "records": [], "severity": severity, "score": null, "vector": null, "classes": [],
           "summary": "", "affected": "", "fixed": fixed, "published": null, "modified": null, "epss": null,
           "known_exploited": null, "exception": null})
}

fn risk(level: &str) -> Value {
    json!({"level": level, "score": 50, "distance": "major", "class": "library", "factors": [], "unknown": [],
           "security": {"state": "none"}, "required_tests": []})
}

fn newer(version: &str, majors: u64, level: &str) -> Value {
    json!({"latest": found(version), "latest_installable": found(version), "target_version": version, "distance": "major",
           "behind": {"majors": majors, "minors": 0, "releases": 9}, "risk": risk(level), "reasons": ["outdated"]})
}

fn with(mut fields: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        fields[field] = value.clone();
    }
    fields
}

fn analysis(rows: Vec<Value>, component: Value) -> Analysis {
    let mut one = json!({
        "path": "backend", "ecosystem": "python", "name": null, "runtime": "3.9", "platform": "linux x86_64",
        "runtime_from": "Dockerfile:1 FROM python:3.9-slim", "environment": "requirements.in -> requirements.txt (pip-compile)",
        "dependencies": rows, "drift": [], "notes": [],
        "runtimes": [{"name": "python", "stated": [], "disagreements": [],
                      "end_of_life": [{"line": "3.9", "date": "2025-10-31", "passed": true}]}]
    });
    for (field, value) in component.as_object().unwrap() {
        one[field] = value.clone();
    }
    serde_json::from_value(json!({
        "schema": "uplift/check/1", "repository": "shop", "commit": null, "as_of": "2026-11-21", "components": [one],
        "sources": [
            {"source": "advisories (PyPI)", "state": "found", "detail": "9000 records up to 2026-11-20, from all.zip"},
            {"source": "releases (python)", "state": "partly", "detail": "1 of 9 packages not retrieved; tool: no answer"}
        ],
        "urgency": {"level": "HIGH", "score": 60.0, "formula": "", "because": ["1 critical advisory", "2 packages behind"]},
        "problems": [{"file": "docs/requirements.txt", "line": 3, "message": "the text is not UTF-8", "hint": "save it as UTF-8"}]
    }))
    .unwrap()
}

fn shop() -> Analysis {
    let drift =
        ["a", "b", "c", "d", "e", "f", "g"].map(|n| format!("{n} is stated differently: ==1 in x:1; ==2 in y:1"));
    analysis(
        vec![
            row(
                "cryptography",
                with(
                    newer("46.0.3", 8, "high"),
                    json!({
                "current_version": "38.0.4", "reasons": ["security"],
                "advisories": found_value(json!([advisory("A", "critical", &["42.0.0"]), advisory("B", "high", &["42.0.0"])]))}),
                ),
            ),
            row(
                "python-jose",
                json!({
                "current_version": "3.3.0", "latest": found("3.3.0"),
                "advisories": found_value(json!([advisory("C", "high", &[])])),
                "deprecation": found_value(json!({"message": "hardly maintained since 2021", "successor": "joserfc"}))}),
            ),
            row(
                "inner",
                json!({
                "direct": false, "paths": [["celery", "kombu", "inner"]],
                "advisories": found_value(json!([advisory("D", "moderate", &["2.0"])]))}),
            ),
            row(
                "gone",
                json!({
                "current_version": "41.0.8", "age_days": null,
                "availability": found_value(json!({"kind": "no-such-version", "nearest": ["41.0.7", "42.0.0"]}))}),
            ),
            row(
                "redis",
                with(
                    newer("7.1.0", 3, "medium"),
                    json!({
                "current_version": "4.5.1", "findings": ["redis 4.5.1 has no extra `asyncio`; it has hiredis, ocsp"]}),
                ),
            ),
            row("celery", newer("5.5.3", 1, "low")),
            row(
                "pytest",
                json!({
                "current_version": null, "current_from": "unknown", "pinning": "floor", "floor": "7.0", "age_days": null,
                "target_version": "9.0.1", "latest": found("9.0.1"), "behind": null, "risk": risk("low"),
                "advisories": {"state": "not-retrieved", "why": "nothing says which version runs"}}),
            ),
            row(
                "tool",
                json!({
                "latest": {"state": "not-retrieved", "why": "no answer"}, "released": {"state": "not-retrieved", "why": "no answer"},
                "advisories": {"state": "not-retrieved", "why": "no answer"}, "age_days": null, "behind": null,
                "target_version": "1.1", "risk": risk("low")}),
            ),
            row("six", json!({})),
        ],
        json!({"drift": drift}),
    )
}

#[test]
fn an_analysis_at_100_columns() {
    insta::assert_snapshot!(check(&shop(), false, &View::new(100, false)), @r"
    shop: 1 component, 9 dependencies, as of 2026-11-21
    urgency HIGH: 1 critical advisory and 2 packages behind
      advisories (PyPI): 9000 records up to 2026-11-20, from all.zip
      releases (python): partly: 1 of 9 packages not retrieved; tool: no answer

    backend/, Python 3.9 by Dockerfile:1, out of support since 2025-10-31, requirements.in ->
    requirements.txt (pip-compile)
      package       in use  latest  behind    age    risk    why
      gone          41.0.8  1.0     -         -      -       was never released (nearest: 41.0.7 and
                                                             42.0.0)
      cryptography  38.0.4  46.0.3  8 majors  13 mo  high    1 critical, 1 high
      python-jose   3.3.0   3.3.0   -         13 mo  -       1 high, no fix yet; deprecated: hardly
                                                             maintained since 2021, use joserfc
      redis         4.5.1   7.1.0   3 majors  13 mo  medium  outdated
          redis 4.5.1 has no extra `asyncio`; it has hiredis, ocsp
      celery        1.0     5.5.3   1 major   13 mo  low     outdated
      pytest        >=7.0   9.0.1   -         -      low     version unknown
      tool          1.0     ?       -         ?      low     not retrieved: no answer
      inner         1.0     1.0     -         13 mo  -       1 moderate, no fix in reach; comes with
                                                             celery > kombu
      1 more row: 1 current (--all)
      a is stated differently: ==1 in x:1; ==2 in y:1
      b is stated differently: ==1 in x:1; ==2 in y:1
      c is stated differently: ==1 in x:1; ==2 in y:1
      d is stated differently: ==1 in x:1; ==2 in y:1
      e is stated differently: ==1 in x:1; ==2 in y:1
      2 more are stated differently or twice (--all)

    in the files
      docs/requirements.txt:3: the text is not UTF-8
        hint: save it as UTF-8

    not retrieved: advisories: no answer (1 dependency)
    not retrieved: advisories: nothing says which version runs (1 dependency)
    not retrieved: releases: no answer (1 dependency)

    next: uplift check --explain gone   |   uplift plan   |   uplift upgrade
    ");
}

#[test]
fn an_analysis_at_80_columns() {
    insta::assert_snapshot!(check(&shop(), false, &View::new(80, false)), @r"
    shop: 1 component, 9 dependencies, as of 2026-11-21
    urgency HIGH: 1 critical advisory and 2 packages behind
      advisories (PyPI): 9000 records up to 2026-11-20, from all.zip
      releases (python): partly: 1 of 9 packages not retrieved; tool: no answer

    backend/, Python 3.9 by Dockerfile:1, out of support since 2025-10-31,
    requirements.in -> requirements.txt (pip-compile)
      package       in use  latest  behind    age    risk    why
      gone          41.0.8  1.0     -         -      -
          was never released (nearest: 41.0.7 and 42.0.0)
      cryptography  38.0.4  46.0.3  8 majors  13 mo  high    1 critical, 1 high
      python-jose   3.3.0   3.3.0   -         13 mo  -
          1 high, no fix yet; deprecated: hardly maintained since 2021, use joserfc
      redis         4.5.1   7.1.0   3 majors  13 mo  medium  outdated
          redis 4.5.1 has no extra `asyncio`; it has hiredis, ocsp
      celery        1.0     5.5.3   1 major   13 mo  low     outdated
      pytest        >=7.0   9.0.1   -         -      low     version unknown
      tool          1.0     ?       -         ?      low
          not retrieved: no answer
      inner         1.0     1.0     -         13 mo  -
          1 moderate, no fix in reach; comes with celery > kombu
      1 more row: 1 current (--all)
      a is stated differently: ==1 in x:1; ==2 in y:1
      b is stated differently: ==1 in x:1; ==2 in y:1
      c is stated differently: ==1 in x:1; ==2 in y:1
      d is stated differently: ==1 in x:1; ==2 in y:1
      e is stated differently: ==1 in x:1; ==2 in y:1
      2 more are stated differently or twice (--all)

    in the files
      docs/requirements.txt:3: the text is not UTF-8
        hint: save it as UTF-8

    not retrieved: advisories: no answer (1 dependency)
    not retrieved: advisories: nothing says which version runs (1 dependency)
    not retrieved: releases: no answer (1 dependency)

    next: uplift check --explain gone   |   uplift plan   |   uplift upgrade
    ");
}

#[test]
fn the_target_is_a_column_only_where_it_is_not_the_newest() {
    let view = View::new(100, false);
    let plain = analysis(vec![row("celery", newer("5.5.3", 1, "low"))], json!({}));
    assert!(!check(&plain, false, &view).contains("target"));
    let held =
        with(newer("5.5.3", 1, "low"), json!({"target_version": "4.4.7", "held_by": "held at <5 by the settings"}));
    let page = check(&analysis(vec![row("celery", held)], json!({})), false, &view);
    assert!(page.contains("target") && page.contains("4.4.7") && page.contains("held at <5"), "{page}");
}

#[test]
fn a_fix_is_out_of_reach_only_where_the_index_said_so() {
    let view = View::new(160, false);
    let found = found_value(json!([advisory("A", "moderate", &["2.32.2"])]));
    let silent = json!({"state": "not-retrieved", "why": "no answer"});
    let page = |fields: Value| check(&analysis(vec![row("requests", fields)], json!({})), true, &view);
    assert!(page(json!({"advisories": found})).contains("1 moderate, no fix in reach"));
    let unasked = page(json!({"advisories": found, "latest": silent, "latest_installable": silent}));
    assert!(unasked.contains("1 moderate, fixed in 2.32.2; whether it can be had is not known"), "{unasked}");
    assert!(!unasked.contains("no fix in reach"), "{unasked}");
}

#[test]
fn an_urgency_without_reasons_says_what_it_does_not_rest_on() {
    let mut calm = analysis(vec![row("six", json!({}))], json!({}));
    calm.urgency.level = "LOW".to_owned();
    calm.urgency.because.clear();
    calm.sources.clear();
    let page = check(&calm, true, &View::new(160, false));
    assert!(page.contains("urgency LOW: nothing that was looked up presses"), "{page}");
    calm.sources.push(uplift_model::analysis::SourceState {
        source: "manifests and locks".to_owned(),
        state: "partly".to_owned(),
        detail: "requirements.txt:2".to_owned(),
    });
    let page = check(&calm, true, &View::new(160, false));
    assert!(page.contains("nothing that is known presses; not all is known of manifests and locks"), "{page}");
}

#[test]
fn what_waits_for_something_else_is_shown_with_what_that_is() {
    let held = json!({"latest": found("7.1.9"), "behind": {"majors": 2, "minors": 0, "releases": 3},
                      "held_by": "7.1.9 cannot be installed here: it exists for node >=20.19"});
    let page = check(&analysis(vec![row("vite", held)], json!({})), false, &View::new(100, false));
    assert!(page.contains("it exists for node\n") && page.contains(">=20.19"), "{page}");
}

#[test]
fn no_limit_hides_what_is_risky_given_up_or_vulnerable() {
    let mut rows: Vec<Value> = (0..30).map(|n| row(&format!("plain{n}"), newer("2.0", 1, "medium"))).collect();
    let gone = json!({"deprecation": found_value(json!({"message": "ended in 2023", "successor": "neo4j"})), "latest": found("1.0")});
    rows.push(row("py2neo", with(gone, json!({"direct": false}))));
    rows.push(row("stripe", with(newer("13.0", 9, "high"), json!({"direct": false}))));
    rows.push(row("deep", json!({"direct": false, "advisories": found_value(json!([advisory("A", "low", &[])]))})));
    rows.push(row("six", json!({})));
    rows.push(row("asked", json!({"behind": null})));
    let page = check(&analysis(rows, json!({})), false, &View::new(100, false));
    for name in ["py2neo", "stripe", "deep"] {
        assert!(page.contains(&format!("\n  {name} ")), "{name} is hidden:\n{page}");
    }
    let rest = "7 more rows: 5 outdated (5 of medium risk), 1 current, 1 whose distance is not known (--all)";
    assert!(page.contains(rest), "{page}");
    let (direct, transitive) = (page.find("plain0").unwrap(), page.find("stripe").unwrap());
    assert!(direct < transitive, "direct packages come first:\n{page}");
}

#[test]
fn the_next_command_names_what_it_works_on() {
    let view = View::new(160, false);
    let mut two = analysis(vec![row("celery", newer("5.5.3", 1, "low"))], json!({}));
    assert!(check(&two, false, &view).ends_with("uplift plan   |   uplift upgrade\n"));
    let second = analysis(vec![row("stripe", newer("13.0", 9, "high"))], json!({"path": "gateway"}));
    two.components.extend(second.components);
    let page = check(&two, false, &view);
    assert!(page.contains("a plan is for one component: --component takes backend and gateway\n"), "{page}");
    assert!(page.ends_with("uplift plan --component gateway   |   uplift upgrade --component gateway\n"), "{page}");
    let mut script = analysis(vec![row("vite", newer("7.0.0", 2, "high"))], json!({}));
    for component in &mut script.components {
        component.ecosystem = Ecosystem::JavaScript;
    }
    let page = check(&script, false, &view);
    assert!(page.contains("plan and upgrade are for Python so far"), "{page}");
    assert!(!page.contains("uplift plan"), "{page}");
}

#[test]
fn the_floor_of_a_range_is_told_as_a_promise() {
    let stated = |kind: &str, exact: bool| {
        json!([{"name": "python", "disagreements": [], "end_of_life": [{"line": "3.7", "date": "2023-06-27", "passed": true}],
                "stated": [{"file": "a", "line": 1, "written": ">=3.7", "kind": kind, "lines": ["3.7"], "exact": exact}]}])
    };
    let page = |runtimes: Value| {
        check(&analysis(vec![row("six", json!({}))], json!({"runtimes": runtimes})), true, &View::new(100, false))
    };
    assert!(
        page(stated("requires", false)).contains("python 3.7 is only promised, and out of support since 2023-06-27")
    );
    assert!(page(stated("ci", true)).contains("python 3.7 is out of support since 2023-06-27"));
}

#[test]
fn a_runtime_that_nobody_states_is_called_assumed() {
    let unsaid = json!({"runtime": "3.12", "runtime_from": "assumed: nothing states one", "path": ".", "runtimes": []});
    let page = check(&analysis(vec![row("six", json!({}))], unsaid), true, &View::new(100, false));
    assert!(page.contains("Python 3.12 (assumed)  requirements.in"), "{page}");
}

#[test]
fn no_line_is_wider_than_the_screen_and_nothing_from_outside_steers_it() {
    let evil = row(
        &format!("{}\u{1b}[31m", "n".repeat(200)),
        with(
            newer("2.0", 1, "high"),
            json!({
        "deprecation": found_value(json!({"message": "use \u{1b}]0;x\u{7} another\nline", "successor": null})),
        "held_by": "h".repeat(300)}),
        ),
    );
    for columns in [60, 80, 100, 160] {
        let page =
            check(&analysis(vec![evil.clone()], json!({"path": "p".repeat(200)})), true, &View::new(columns, false));
        let widest = page.lines().filter(|l| !l.starts_with("next:")).map(width).max().unwrap();
        assert!(widest <= columns, "{widest} at {columns}:\n{page}");
        assert!(!page.contains('\u{1b}') && !page.contains('\u{7}'), "{page:?}");
    }
}

#[test]
fn what_components_have_differently_is_a_section_of_its_own() {
    let place = |component: &str, version: Option<&str>, specifier: &str| {
        json!({"component": component, "role": "runtime", "current_version": version, "current_from": "pinned",
               "stated": [{"file": format!("{component}/requirements.txt"), "line": 3, "written": "x",
                           "specifier": specifier, "marker": null, "group": "main"}]})
    };
    let drift = |package: &str, differs: &str, shared: bool, components: Vec<Value>| json!({"package": package, "ecosystem": "python", "differs": differs, "shared": shared, "components": components});
    let mut shop = analysis(vec![row("six", json!({}))], json!({}));
    let apart = vec![
        place("api", Some("0.85.0"), "==0.85.0"),
        place("jobs", Some("0.104.1"), ""),
        place("worker", Some("0.104.1"), ""),
    ];
    shop.drift = serde_json::from_value(json!([
        drift("pytest", "version", false, vec![place("api", Some("7.0"), ""), place("worker", Some("8.0"), "")]),
        drift("fastapi", "version", true, apart),
        drift("redis", "requirement", true, vec![place("api", None, ">=4"), place("worker", None, "")]),
    ]))
    .unwrap();
    let page = check(&shop, false, &View::new(120, false));
    let section: Vec<&str> =
        page.lines().skip_while(|l| !l.contains("between components")).take_while(|l| !l.is_empty()).collect();
    insta::assert_snapshot!(section.join("\n"), @r"
    2 packages differ between components, 1 more is stated differently
      fastapi 0.85.0 in api (api/requirements.txt:3), 0.104.1 in jobs (jobs/requirements.txt:3) and worker
      (worker/requirements.txt:3)
      redis >=4 in api (api/requirements.txt:3), any version in worker (worker/requirements.txt:3)
      pytest 7.0 in api (api/requirements.txt:3), 8.0 in worker (worker/requirements.txt:3) (at most one needs it to run)
    ");
    shop.drift.truncate(1);
    assert!(check(&shop, false, &View::new(120, false)).contains("1 package differs between components\n"));
    let many = shop.drift.first().cloned().unwrap();
    shop.drift = vec![many; 9];
    let page = check(&shop, false, &View::new(120, false));
    assert!(page.contains("9 packages differ between components\n") && page.contains("  4 more (--all)"), "{page}");
    assert!(!check(&shop, true, &View::new(120, false)).contains("4 more"));
}

#[test]
fn the_words_are_those_of_a_plan_and_nothing_is_called_unknown_that_was_not_said() {
    let zero = json!({"current_version": "0.85.0", "latest": found("0.115.0"), "target_version": "0.115.0",
                      "distance": "major", "behind": {"majors": 0, "minors": 30, "releases": 60}, "risk": risk("medium")});
    let unscored = json!({"advisories": found_value(json!([advisory("A", "unknown", &["2.0"]), advisory("B", "high", &["2.0"])]))});
    let gone = json!({"availability": found_value(json!({"kind": "no-distribution",
        "exists_for": ["cp311 (Python >=3.11)", "cp312 (Python >=3.11)", "source (Python >=3.11)"]}))});
    let rows = vec![row("fastapi", zero), row("jinja", unscored), row("numpy", gone)];
    let page = check(&analysis(rows, json!({})), false, &View::new(160, false));
    for said in [
        "30 minors (0.x)  ",
        "\n  (0.x): a minor step before 1.0 may break\n",
        "1 high, 1 of unstated severity",
        "it exists for cp311, cp312, source (Python >=3.11)",
    ] {
        assert!(page.contains(said), "{said}:\n{page}");
    }
}
