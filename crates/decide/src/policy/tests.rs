//! Lists of licences over a table of texts; policies over analyses.

use uplift_model::advisory::{Finding, Severity};
use uplift_model::analysis::{Analysis, DependencyRow, PolicyFinding, PolicyReport, PolicyRule};
use uplift_model::settings::{Banned, NamedPolicy, Policy, PolicyException, UnknownLicence};
use uplift_model::{Datum, Ecosystem, Licence, Settings, Version};

use super::*;

fn list(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn lists(allowed: &[&str], denied: &[&str]) -> Policy {
    Policy { licences_allowed: list(allowed), licences_denied: list(denied), ..Policy::default() }
}

fn stated(text: &str) -> Datum<Licence> {
    Datum::found(Licence::read("1.0", "License", text))
}

#[test]
fn licences_are_held_against_the_lists() {
    const MIT: &[&str] = &["MIT", "Apache-2.0", "BSD-3-Clause"];
    let cases: &[(&[&str], &[&str], &str, &str)] = &[
        (MIT, &[], "MIT", "passes"),
        (MIT, &[], "GPL-3.0-only", "its licence GPL-3.0-only is not allowed"),
        // A choice passes where one side does, a sum where all do.
        (MIT, &[], "MIT OR GPL-3.0-only", "passes"),
        (MIT, &[], "MIT AND GPL-3.0-only", "its licence GPL-3.0-only is not allowed"),
        (MIT, &[], "(GPL-3.0-only OR MIT) AND Apache-2.0", "passes"),
        (&[], &["GPL-3.0-only"], "MIT OR GPL-3.0-only", "passes"),
        (&[], &["GPL-3.0-only"], "MIT AND GPL-3.0-only", "its licence GPL-3.0-only is denied"),
        (&[], &["GPL-3.0-only"], "GPL-3.0-or-later", "its licence GPL-3.0-or-later is denied"),
        (&[], &["GPL-3.0-only"], "GPL-2.0-only", "passes"),
        // What an exception adds is its own licence to an allowing list, and none to a denying one.
        (MIT, &[], "Apache-2.0 WITH LLVM-exception", "its licence Apache-2.0 WITH LLVM-exception is not allowed"),
        (&["Apache-2.0 WITH LLVM-exception"], &[], "Apache-2.0 WITH LLVM-exception", "passes"),
        (&["Apache-2.0 WITH LLVM-exception"], &[], "Apache-2.0", "its licence Apache-2.0 is not allowed"),
        (
            &[],
            &["GPL-2.0-only"],
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "its licence GPL-2.0-only WITH Classpath-exception-2.0 is denied",
        ),
        (
            &["GPL-2.0-only WITH Classpath-exception-2.0"],
            &["GPL-2.0-only"],
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "passes",
        ),
        // Who may take a later one may take this one; not the other way round.
        (&["GPL-2.0-only"], &[], "GPL-2.0-or-later", "passes"),
        (&["GPL-2.0-or-later"], &[], "GPL-2.0-only", "its licence GPL-2.0-only is not allowed"),
        // What can be several passes where all of them do.
        (&["BSD-2-Clause", "BSD-3-Clause"], &[], "BSD", "passes"),
        (MIT, &[], "BSD", "? its licence is stated as `BSD`, which can be BSD-2-Clause or BSD-3-Clause"),
        (&["MIT"], &[], "BSD", "its licence BSD-2-Clause is not allowed"),
        (MIT, &[], "Own terms", "? its licence is stated as `Own terms`, which names none"),
        (&[], &["MIT"], "Own terms", "? its licence is stated as `Own terms`, which names none"),
        (&["LicenseRef-Ours"], &[], "LicenseRef-Ours", "passes"),
        (&[], &["MIT"], "LicenseRef-Ours", "? its licence LicenseRef-Ours is on neither list nor SPDX's"),
    ];
    for (allowed, denied, text, expected) in cases {
        let said = match Terms::of(&lists(allowed, denied)).standing(&stated(text)) {
            Standing::Passes => "passes".to_owned(),
            Standing::Unknown(why) => format!("? {why}"),
            Standing::Fails(why) => why,
        };
        assert_eq!(said, *expected, "{text} with {allowed:?} and not {denied:?}");
    }
}

#[test]
fn what_nobody_knows_never_passes() {
    let terms = Terms::of(&lists(&[], &["GPL-3.0-only"]));
    for datum in [Datum::None, Datum::not_retrieved("the index was silent")] {
        assert!(matches!(terms.standing(&datum), Standing::Unknown(_)), "{datum:?}");
    }
}

fn row(name: &str, version: &str, licence: Datum<Licence>) -> DependencyRow {
    let none = serde_json::json!({"state": "none"});
    let installable = serde_json::json!({"state": "found", "value": "9.0"});
    let stated = serde_json::json!([{"file": "requirements.txt", "line": 3, "written": name, "specifier": "",
        "marker": null, "group": "main"}]);
    let mut row: DependencyRow = serde_json::from_value(serde_json::json!({
        "name": name, "ecosystem": "python", "direct": true, "role": "runtime", "stated": stated, "extras": [],
        "pinning": "pinned", "floor": null, "locked": version, "installed": null, "current_version": version,
        "current_from": "locked", "other_versions": [], "latest": none, "latest_installable": installable,
        "target_version": null, "held_by": null, "reasons": [], "distance": null, "behind": null, "released": none,
        "target_released": none, "age_days": null, "availability": none, "deprecation": none, "advisories": none,
        "paths": [], "usage": none, "dependents": [], "risk": null, "findings": [], "warnings": []
    }))
    .unwrap();
    row.licence = Some(licence);
    row
}

fn analysis(rows: Vec<DependencyRow>) -> Analysis {
    let mut analysis: Analysis = serde_json::from_value(serde_json::json!({
        "schema": "uplift/check/1", "repository": "shop", "commit": null, "as_of": "2026-06-01", "sources": [],
        "urgency": {"level": "LOW", "score": 0.0, "formula": "", "because": []}, "problems": [],
        "components": [{"path": "backend", "ecosystem": "python", "name": null, "runtime": "3.11", "runtime_from": null,
            "platform": "linux", "environment": "", "dependencies": [], "runtimes": [], "drift": [], "notes": []}]
    }))
    .unwrap();
    analysis.components[0].dependencies = rows;
    analysis
}

fn admits(_: Ecosystem, specifier: &str, version: &str) -> bool {
    let below = Version::new(specifier.trim_start_matches('<')).unwrap();
    Version::new(version).unwrap() < below
}

fn held(analysis: &Analysis, own: Policy) -> PolicyReport {
    hold(analysis, &Settings { policy: own, ..Settings::default() }, &admits).unwrap()
}

fn exception(package: &str, rule: PolicyRule, until: Option<&str>) -> PolicyException {
    PolicyException {
        package: package.to_owned(),
        rule,
        component: None,
        repository: None,
        reason: "bought".to_owned(),
        owner: Some("legal".to_owned()),
        until: until.map(str::to_owned),
    }
}

fn ban(name: &str, versions: Option<&str>) -> Banned {
    Banned {
        name: name.to_owned(),
        ecosystem: None,
        versions: versions.map(str::to_owned),
        reason: "given up".to_owned(),
        instead: Some("other".to_owned()),
    }
}

fn told(report: &PolicyReport) -> Vec<String> {
    report.failing().map(PolicyFinding::sentence).collect()
}

#[test]
fn without_a_rule_nothing_is_held() {
    assert_eq!(hold(&analysis(vec![row("a", "1.0", stated("GPL"))]), &Settings::default(), &admits), None);
}

#[test]
fn a_licence_that_nobody_knows_fails_or_is_told_as_the_policy_says() {
    let analysis = analysis(vec![row("a", "1.0", Datum::not_retrieved("no answer")), row("b", "1.0", stated("MIT"))]);
    let strict = lists(&["MIT"], &[]);
    let sentence = "backend: a 1.0: its licence was not retrieved: no answer (licence, settings)";
    assert_eq!(told(&held(&analysis, strict.clone())), [sentence]);
    let lenient = held(&analysis, Policy { unknown_licence: UnknownLicence::Allow, ..strict });
    assert_eq!((told(&lenient), lenient.findings.len()), (Vec::new(), 1), "it is told all the same");
    assert_eq!(lenient.findings[0].line, Some(3));
}

#[test]
fn an_exception_sets_aside_until_its_day_and_fails_after_it() {
    let analysis = analysis(vec![row("a", "1.0", stated("GPL-3.0-only"))]);
    let with = |until| {
        let exception = vec![exception("A", PolicyRule::Licence, until)];
        held(&analysis, Policy { exception, ..lists(&["MIT"], &[]) })
    };
    for until in [None, Some("2026-06-01")] {
        assert_eq!(told(&with(until)), Vec::<String>::new(), "{until:?}");
    }
    let late = told(&with(Some("2026-05-31")));
    assert_eq!(late.len(), 1);
    assert!(late[0].contains("is not allowed; the exception for it ended on 2026-05-31, owner legal"), "{late:?}");
    let other = Policy { exception: vec![exception("a", PolicyRule::Banned, None)], ..lists(&["MIT"], &[]) };
    let report = held(&analysis, other);
    assert_eq!((told(&report).len(), report.unused.len()), (1, 1), "an exception is for one rule: {report:?}");
}

#[test]
fn a_policy_from_outside_is_not_loosened_by_the_repositorys_own() {
    let analysis = analysis(vec![row("a", "1.0", stated("GPL-3.0-only")), row("b", "1.0", stated("MIT"))]);
    let outside = NamedPolicy { file: "platform.toml".to_owned(), rules: lists(&["MIT"], &[]) };
    let own = Policy {
        exception: vec![exception("a", PolicyRule::Licence, None)],
        banned: vec![ban("b", None)],
        ..lists(&["GPL-3.0-only", "MIT"], &[])
    };
    let settings = Settings { policy: own, policies: vec![outside.clone()], ..Settings::default() };
    let report = hold(&analysis, &settings, &admits).unwrap();
    let expected = [
        "backend: a 1.0: its licence GPL-3.0-only is not allowed (licence, platform.toml)",
        "backend: b 1.0: it is banned: given up; use other (banned, settings)",
    ];
    assert_eq!(told(&report), expected);
    // The platform's own exceptions count, each where it says.
    for (repository, failing) in [("shop", 0), ("other", 1)] {
        let mut outside = outside.clone();
        let one =
            PolicyException { repository: Some(repository.to_owned()), ..exception("a", PolicyRule::Licence, None) };
        outside.rules.exception.push(one);
        let settings = Settings { policies: vec![outside], ..Settings::default() };
        assert_eq!(told(&hold(&analysis, &settings, &admits).unwrap()).len(), failing, "{repository}");
    }
}

#[test]
fn bans_name_the_version_that_they_are_about() {
    let mut nested = row("c", "3.0", stated("MIT"));
    nested.other_versions = vec!["1.5".to_owned()];
    let mut loose = row("d", "1.0", stated("MIT"));
    loose.current_version = None;
    let analysis = analysis(vec![row("a", "1.0", stated("MIT")), row("b", "2.0", stated("MIT")), nested, loose]);
    let banned = ["a", "b", "c", "d"].map(|name| ban(name, Some("<2"))).to_vec();
    let report = held(&analysis, Policy { banned, ..Policy::default() });
    let what: Vec<String> = report.findings.iter().map(|f| format!("{} {}", f.package, f.what)).collect();
    assert_eq!(what, ["a it is banned (<2): given up", "c 1.5 of it is banned (<2): given up"]);
}

#[test]
fn severities_have_a_limit_for_direct_and_one_for_transitive_dependencies() {
    let with = |name: &str, direct: bool, severity| {
        let found = Datum::found(vec![Finding::bare("CVE-1", severity)]);
        DependencyRow { direct, advisories: found, ..row(name, "1.0", Datum::None) }
    };
    let mut analysis = analysis(vec![
        with("a", true, Severity::Moderate),
        with("b", true, Severity::High),
        with("c", false, Severity::High),
        with("d", false, Severity::Critical),
        with("e", true, Severity::Unknown),
    ]);
    let failing = |analysis: &Analysis, direct, transitive| {
        let policy = Policy { max_severity: direct, max_severity_transitive: transitive, ..Policy::default() };
        held(analysis, policy).failing().map(|f| f.package.clone()).collect::<Vec<_>>().join(" ")
    };
    let (low, moderate, high) = (Some(Severity::Low), Some(Severity::Moderate), Some(Severity::High));
    assert_eq!(failing(&analysis, moderate, high), "b d");
    assert_eq!(failing(&analysis, moderate, None), "b c d", "the limit of direct ones holds for all");
    assert_eq!(failing(&analysis, None, high), "d");
    assert_eq!(failing(&analysis, low, high), "a b d e", "what nobody rated counts as moderate");
    analysis.sources.push(uplift_model::analysis::SourceState {
        source: "advisories (PyPI)".to_owned(),
        state: "partly".to_owned(),
        detail: "one failed".to_owned(),
    });
    let report = held(&analysis, Policy { max_severity: moderate, ..Policy::default() });
    assert_eq!(report.unjudged.len(), 1, "a source that failed is no pass");
    assert!(
        violations(&Analysis { policy: Some(report), ..analysis }, &[]).iter().any(|v| v.contains("cannot be judged"))
    );
}

#[test]
fn a_version_is_refused_for_its_ban_or_its_licence_unless_it_is_no_worse_than_today() {
    let settings = Settings {
        policy: Policy { banned: vec![ban("a", Some("<2")), ban("b", None)], ..lists(&[], &["BUSL-1.1"]) },
        ..Settings::default()
    };
    let gate = Gate::new(&settings, &admits, "shop", "2026-06-01");
    let refuses = |row: &DependencyRow, version: &str, licence: &str| {
        gate.refuses("backend", row, version, Some(&stated(licence)))
    };
    let a = row("a", "1.0", stated("MIT"));
    assert_eq!(refuses(&a, "1.5", "MIT").as_deref(), Some("1.5 is banned by settings: given up"));
    assert_eq!(refuses(&a, "2.0", "MIT"), None);
    let why = "2.0: its licence BUSL-1.1 is denied by settings";
    assert_eq!(refuses(&a, "2.0", "BUSL-1.1").as_deref(), Some(why));
    assert_eq!(refuses(&a, "2.0", "Own terms"), None, "what is unknown is told, and refuses nothing");
    assert_eq!(refuses(&row("a", "2.0", stated("BUSL-1.1")), "2.1", "BUSL-1.1"), None, "it stands there already");
    assert_eq!(refuses(&row("b", "1.0", stated("MIT")), "1.1", "MIT"), None, "a fix of what has to go is not kept out");
}
