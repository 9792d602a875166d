//! What the results of an analysis say.

use uplift_model::analysis::Analysis;

use super::super::Standard;
use super::{NOWHERE, given, known, list, read, valid};

#[test]
fn sarif_has_a_result_for_each_finding_with_rule_place_and_print() {
    let log = known(Standard::Sarif);
    let run = &log["runs"][0];
    let results = list(run, "results");
    let of = |rule: &str| results.iter().filter(|r| r["ruleId"] == rule).collect::<Vec<_>>();
    for (rule, number) in [
        ("CVE-2024-1", 2),
        ("CVE-2024-5", 1),
        ("uplift/unavailable", 1),
        ("uplift/yanked", 1),
        ("uplift/deprecated", 1),
        ("uplift/unpinned", 1),
        ("uplift/end-of-life", 2),
        ("uplift/outdated", 5),
    ] {
        assert_eq!(of(rule).len(), number, "{rule}");
    }
    let rules = list(&run["tool"]["driver"], "rules");
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["text"].as_str().is_some_and(|help| help.len() > 10), "{rule}");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%", "{result}");
        assert_eq!(result["partialFingerprints"]["upliftFinding/v1"].as_str().unwrap().len(), 32);
    }
    let first = of("CVE-2024-1")[0];
    assert_eq!(first["level"], "error");
    let uri = &first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "back%20end/requirements.txt");
    let rated = rules.iter().find(|rule| rule["id"] == "CVE-2024-1").unwrap();
    assert_eq!(rated["properties"]["security-severity"], "7.5");
    // Text from outside is neither a link nor a place for an argument.
    assert!(first["message"]["text"].as_str().unwrap().contains(r"reads \[too\](much) {{of it}}"), "{first}");
    // A transitive package is shown where the dependency is stated that brings it.
    let hidden = of("CVE-2024-1")[1];
    assert_eq!(hidden["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    assert_ne!(first["partialFingerprints"], hidden["partialFingerprints"]);
    let gaps = list(&run["invocations"][0], "toolExecutionNotifications");
    assert!(gaps.iter().any(|gap| gap["message"]["text"].as_str().unwrap().contains("no answer within 10 s")));
    assert!(gaps.iter().any(|gap| gap["message"]["text"].as_str().unwrap().contains("advisories of loose")));
}

#[test]
fn sarif_suppresses_what_is_set_aside_and_nothing_that_has_expired() {
    let log = known(Standard::Sarif);
    let aside: Vec<(&str, &str)> = list(&log["runs"][0], "results")
        .iter()
        .filter_map(|r| Some((r["ruleId"].as_str()?, r["suppressions"][0]["justification"].as_str()?)))
        .collect();
    insta::assert_debug_snapshot!(aside, @r#"
    [
        (
            "CVE-2024-2",
            "accepted by ann until 2026-01-01: we accept it",
        ),
        (
            "CVE-2024-4",
            "vulnerable_code_not_in_execute_path: the parser only",
        ),
        (
            "GHSA-aaaa-bbbb-cccc",
            "not_affected: code_not_reachable: cut out",
        ),
    ]
    "#);
}

#[test]
fn a_fix_replaces_the_version_and_nothing_else() {
    let log = known(Standard::Sarif);
    let results = list(&log["runs"][0], "results");
    let changed = |name: &str, rule: &str| {
        let found = results.iter().find(|r| {
            r["ruleId"] == rule
                && r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == format!("backend/{name}")
        });
        let fix = found.unwrap()["fixes"][0]["artifactChanges"][0].clone();
        let new = fix["replacements"][0]["insertedContent"]["text"].as_str()?.to_owned();
        let region = &fix["replacements"][0]["deletedRegion"];
        let at = |field: &str| usize::try_from(region[field].as_u64().unwrap()).unwrap() - 1;
        let mut line = given::line("back end/requirements.txt", u32::try_from(at("startLine") + 1).unwrap()).unwrap();
        line.replace_range(at("startColumn")..at("endColumn"), &new);
        Some(line)
    };
    assert_eq!(changed("Redis", "CVE-2024-1").as_deref(), Some("Redis==3.0.0  # cache"));
    assert_eq!(changed("loose", "uplift/unpinned").as_deref(), Some("loose==3.0.0"));
    assert_eq!(changed("yanked", "uplift/yanked"), None, "hashes have to be computed anew");
    let unread =
        valid(&crate::formats::analysis(&given::analysis(), Standard::Sarif, NOWHERE).unwrap(), Standard::Sarif);
    assert!(list(&unread["runs"][0], "results").iter().all(|r| r.get("fixes").is_none()));
}

#[test]
fn fingerprints_stay_when_lines_and_versions_move() {
    let prints = |analysis: Analysis| {
        let text = crate::formats::analysis(&analysis, Standard::Sarif, NOWHERE).unwrap();
        let log = read(&text);
        list(&log["runs"][0], "results").iter().map(|r| r["partialFingerprints"].to_string()).collect::<Vec<_>>()
    };
    let mut moved = given::analysis();
    for row in moved.components.iter_mut().flat_map(|c| &mut c.dependencies) {
        row.stated.iter_mut().for_each(|statement| statement.line += 40);
        row.current_version = row.current_version.take().map(|_| "2.0.1".to_owned());
    }
    assert_eq!(prints(given::analysis()), prints(moved));
}

fn sarif(analysis: &Analysis) -> serde_json::Value {
    valid(&super::super::analysis(analysis, Standard::Sarif, &given::line).unwrap(), Standard::Sarif)
}

#[test]
fn a_line_that_nothing_runs_on_is_no_result() {
    let mut analysis = given::analysis();
    for runtime in analysis.components.iter_mut().flat_map(|c| &mut c.runtimes) {
        runtime.end_of_life[0].line = "3.7".to_owned();
        for stated in &mut runtime.stated {
            (stated.exact, stated.lines) = (false, vec!["3.7".to_owned()]);
        }
    }
    let ended = |analysis: &Analysis| {
        let log = sarif(analysis);
        list(&log["runs"][0], "results").iter().filter(|r| r["ruleId"] == "uplift/end-of-life").count()
    };
    assert_eq!(ended(&analysis), 0, "the floor of a range is a promise");
    for runtime in analysis.components.iter_mut().flat_map(|c| &mut c.runtimes) {
        runtime.stated.iter_mut().for_each(|stated| stated.exact = true);
    }
    assert_eq!(ended(&analysis), 2);
}

#[test]
fn what_components_have_differently_is_one_result_at_every_place() {
    let mut analysis = given::analysis();
    let side = |component: &str, version: &str| {
        serde_json::json!({"component": component, "role": "runtime", "current_version": version, "current_from": "pinned",
            "stated": [{"file": format!("{component}/requirements.txt"), "line": 3, "written": "x", "specifier": "",
                        "marker": null, "group": "main"}]})
    };
    let drift = |package: &str, shared: bool| {
        serde_json::json!({"package": package, "ecosystem": "python", "differs": "version", "shared": shared,
            "components": [side("api", "1.0"), side("worker", "2.0")]})
    };
    analysis.drift =
        serde_json::from_value(serde_json::json!([drift("fastapi", true), drift("pytest", false)])).unwrap();
    let log = sarif(&analysis);
    let found: Vec<_> = list(&log["runs"][0], "results")
        .iter()
        .filter(|r| r["ruleId"] == "uplift/differs-between-components")
        .collect();
    assert_eq!(found.len(), 1, "what at most one needs to run is no finding");
    let (message, others) = (&found[0]["message"]["text"], list(found[0], "relatedLocations"));
    assert_eq!(message, "fastapi differs between components: 1.0 in api, 2.0 in worker");
    assert_eq!(others.len(), 1, "{}", found[0]);
}
