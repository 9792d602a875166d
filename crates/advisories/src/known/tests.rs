//! One package, several records, every oddity.

use uplift_model::advisory::Severity;

use super::*;

/// `id aliases fixed-or-range severity`, each as JSON around it.
fn record(id: &str, aliases: &[&str], events: &str, more: &str) -> Record {
    let aliases = serde_json::to_string(aliases).unwrap();
    let json = format!(
        r#"{{"id": "{id}", "aliases": {aliases}, "affected": [{{"package": {{"ecosystem": "PyPI", "name": "Demo_App"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": {events}}}]}}] {more}}}"#
    );
    Record::parse(json.as_bytes()).unwrap()
}

fn known(records: &[Record]) -> Known {
    Known::of(Ecosystem::Python, "demo.app", records)
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.id.as_str()).collect()
}

const BELOW_2: &str = r#"[{"introduced": "0"}, {"fixed": "2.0"}]"#;

#[test]
fn records_that_are_aliases_of_each_other_are_one_finding_with_the_best_of_each() {
    let records = [
        record("PYSEC-1", &["GHSA-a"], BELOW_2, r#", "details": "Long text about it, longer than the other one.""#),
        record(
            "GHSA-a",
            &["CVE-2024-1"],
            r#"[{"introduced": "0"}, {"fixed": "2"}]"#,
            r#", "summary": "Short line", "database_specific": {"severity": "LOW", "cwe_ids": ["CWE-502"]}"#,
        ),
        record(
            "CVE-2024-1",
            &[],
            BELOW_2,
            r#", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]"#,
        ),
    ];
    let found = known(&records).findings("1.0").unwrap();
    let [one] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((one.id.as_str(), one.aliases.join(" ")), ("CVE-2024-1", "GHSA-a PYSEC-1".to_owned()));
    assert_eq!((one.severity, one.score), (Severity::Critical, Some(9.8)));
    assert_eq!(one.classes, ["CWE-502 deserialization of untrusted data"]);
    assert_eq!((one.summary.as_str(), one.affected.as_str()), ("Short line", ">=0, <2.0"));
    assert_eq!((one.fixed.join(" "), one.records.len()), ("2.0".to_owned(), 3));
}

#[test]
fn two_cves_that_share_a_ghsa_stay_two() {
    let records = [
        record("PYSEC-1", &["CVE-1", "GHSA-a"], BELOW_2, ""),
        record("PYSEC-2", &["CVE-2", "GHSA-a", "GHSA-b"], BELOW_2, ""),
        record("GHSA-b", &["CVE-2"], BELOW_2, ""),
    ];
    assert_eq!(ids(&known(&records).findings("1").unwrap()), ["CVE-1", "CVE-2"]);
}

#[test]
fn where_records_disagree_the_union_holds_and_is_told() {
    let records = [
        record("PYSEC-1", &["CVE-1"], BELOW_2, ""),
        record("GHSA-a", &["CVE-1"], r#"[{"introduced": "1"}, {"fixed": "2.1"}]"#, ""),
    ];
    let known = known(&records);
    let found = known.findings("2.0").unwrap();
    assert_eq!(found[0].affected, ">=1, <2.1 (GHSA-a); >=0, <2.0 (PYSEC-1); the records disagree");
    assert_eq!(found[0].fixed, ["2.1"]);
    assert_eq!(known.findings("0.5").unwrap()[0].fixed, ["2.0", "2.1"]);
    assert_eq!(known.safe_above("0.5").unwrap(), Safe::From("2.1".into()));
}

#[test]
fn a_safe_version_is_one_that_nothing_touches() {
    // 42.0.4 mends the first two and is touched by the third.
    let records = [
        record("A", &[], r#"[{"introduced": "0"}, {"fixed": "42.0.0"}]"#, ""),
        record("B", &[], r#"[{"introduced": "38.0.0"}, {"fixed": "42.0.4"}]"#, ""),
        record("C", &[], r#"[{"introduced": "42.0.0"}, {"fixed": "44.0.1"}]"#, ""),
    ];
    let known = known(&records);
    assert_eq!(safe_from(Ecosystem::Python, &known.findings("41.0.7").unwrap()).as_deref(), Some("42.0.4"));
    assert_eq!(known.safe_above("41.0.7").unwrap(), Safe::From("44.0.1".into()));
    assert_eq!(known.safe_above("45").unwrap(), Safe::Already);
    let change = known.between("41.0.7", "42.0.4").unwrap();
    assert_eq!(
        (ids(&change.removed), ids(&change.remaining), ids(&change.introduced)),
        (vec!["A", "B"], vec![], vec!["C"])
    );
    let change = known.between("41.0.7", "42.0.0").unwrap();
    assert_eq!(
        (ids(&change.removed), ids(&change.remaining), ids(&change.introduced)),
        (vec!["A"], vec!["B"], vec!["C"])
    );
}

#[test]
fn a_range_without_a_fix_has_no_safe_version_unless_its_last_one_is_named() {
    let last = record("A", &[], r#"[{"introduced": "0"}, {"last_affected": "3.3.0"}]"#, "");
    let found = known(std::slice::from_ref(&last)).findings("3.3.0").unwrap();
    assert_eq!((found[0].fixed.len(), found[0].affected.as_str()), (0, ">=0, <=3.3.0"));
    assert_eq!(known(std::slice::from_ref(&last)).safe_above("3").unwrap(), Safe::After("3.3.0".into()));
    let fixed_above = record("B", &[], r#"[{"introduced": "0"}, {"fixed": "3.5"}]"#, "");
    assert_eq!(known(&[last.clone(), fixed_above]).safe_above("3").unwrap(), Safe::From("3.5".into()));
    let open = record("C", &[], r#"[{"introduced": "0"}]"#, "");
    assert_eq!(known(&[last, open.clone()]).safe_above("3").unwrap(), Safe::NoFix(vec!["C".into()]));
    assert_eq!(safe_from(Ecosystem::Python, &known(&[open]).findings("3").unwrap()), None);
}

#[test]
fn listed_versions_end_with_the_last_of_them() {
    let json = br#"{"id": "MAL-1", "affected": [{"package": {"ecosystem": "npm", "name": "Left"}, "versions": ["1.0.1", "1.0.2"]}]}"#;
    let known = Known::of(Ecosystem::JavaScript, "left", &[Record::parse(json).unwrap()]);
    assert_eq!(known.findings("1.0.1").unwrap()[0].affected, "=1.0.1 || =1.0.2");
    assert_eq!(known.safe_above("1.0.1").unwrap(), Safe::After("1.0.2".into()));
    assert!(known.findings("1.0.3").unwrap().is_empty());
}

#[test]
fn the_newest_record_of_an_id_counts_also_when_it_takes_it_back() {
    let old = record("A", &[], BELOW_2, r#", "modified": "2024-01-01T00:00:00Z""#);
    let gone =
        record("A", &[], BELOW_2, r#", "modified": "2024-02-01T00:00:00Z", "withdrawn": "2024-02-01T00:00:00Z""#);
    assert_eq!(known(std::slice::from_ref(&old)).len(), 1);
    assert!(known(&[gone, old]).is_empty());
}

#[test]
fn what_cannot_be_answered_is_an_error_and_not_an_empty_list() {
    let known = known(&[record("A", &[], BELOW_2, "")]);
    assert!(matches!(known.findings("main"), Err(AskError::Version { .. })));
    assert_eq!(known.findings("").unwrap().len(), 1);
    let partly = known.only_for(["1.0".to_owned()]);
    assert_eq!(partly.findings("1.0").unwrap().len(), 1);
    assert!(matches!(partly.findings("3.0"), Err(AskError::NotAsked { .. })));
    assert!(matches!(partly.safe_above("1.0"), Err(AskError::NotAsked { .. })));
}
