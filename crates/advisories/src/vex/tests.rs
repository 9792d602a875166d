//! Documents of both formats, and bytes that are neither.

use proptest::prelude::*;
use uplift_model::Ecosystem;
use uplift_model::advisory::{Exception, Finding};

use super::*;
use crate::exceptions::Exceptions;
use crate::known::Known;
use crate::record::Record;

fn findings(name: &str, ecosystem: Ecosystem, version: &str) -> Vec<Finding> {
    let osv = ecosystem.osv();
    let json = format!(
        r#"{{"id": "GHSA-1", "aliases": ["CVE-2024-1"], "affected": [{{"package": {{"ecosystem": "{osv}", "name": "{name}"}},
        "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "2.0.0"}}]}}]}}]}}"#
    );
    Known::of(ecosystem, name, &[Record::parse(json.as_bytes()).unwrap()]).findings(version).unwrap()
}

fn exception(document: &str, ecosystem: Ecosystem, name: &str, version: &str) -> Option<Exception> {
    let statements = parse("doc.json", document.as_bytes()).unwrap();
    let mut found = findings(name, ecosystem, version);
    Exceptions::new(Vec::new(), statements, "2025-01-01").unwrap().apply(ecosystem, ".", name, version, &mut found);
    found.remove(0).exception
}

#[test]
fn openvex_sets_aside_by_product_or_by_subcomponent() {
    let document = |products: &str, status: &str| {
        format!(
            r#"{{"@context": "x", "timestamp": "2024-01-01T00:00:00Z", "statements": [{{"vulnerability":
            {{"@id": "https://example.invalid/CVE-2024-1", "name": "CVE-2024-1", "aliases": ["GHSA-1"]}}, "products": [{products}],
            "status": "{status}", "justification": "vulnerable_code_not_present", "impact_statement": "cut out"}}]}}"#
        )
    };
    let python =
        |products: &str, status: &str| exception(&document(products, status), Ecosystem::Python, "demo", "1.0");
    let found = python(r#"{"@id": "pkg:pypi/demo@1.0.0"}"#, "not_affected").unwrap();
    assert_eq!(
        (found.by.as_str(), found.reason.as_str()),
        ("doc.json", "not_affected: vulnerable_code_not_present: cut out")
    );
    assert!(python(r#"{"@id": "app", "identifiers": {"purl": "pkg:pypi/demo"}}"#, "fixed").is_some());
    assert!(python(r#"{"@id": "pkg:oci/app", "subcomponents": [{"@id": "pkg:pypi/Demo"}]}"#, "not_affected").is_some());
    for (products, status) in [
        (r#""pkg:pypi/demo@1.1""#, "not_affected"),
        (r#"{"@id": "pkg:pypi/demo", "subcomponents": [{"@id": "pkg:pypi/other"}]}"#, "not_affected"),
        (r#""pkg:npm/demo""#, "not_affected"),
        ("", "not_affected"),
        (r#""pkg:pypi/demo""#, "affected"),
        (r#""pkg:pypi/demo""#, "under_investigation"),
    ] {
        assert_eq!(python(products, status), None, "{products} {status}");
    }
    let plain =
        r#"{"statements": [{"vulnerability": "CVE-2024-1", "products": ["pkg:npm/%40a/b@1.0.0"], "status": "fixed"}]}"#;
    assert_eq!(exception(plain, Ecosystem::JavaScript, "@a/b", "1.0.0").unwrap().reason, "fixed");
}

#[test]
fn the_later_statement_of_a_document_holds_whatever_its_place() {
    let one = |status: &str, time: &str| {
        format!(
            r#"{{"vulnerability": "GHSA-1", "products": ["pkg:pypi/demo"], "status": "{status}", "timestamp": "{time}"}}"#
        )
    };
    let document = |a: String, b: String| format!(r#"{{"statements": [{a}, {b}]}}"#);
    let (early, late) = ("2024-01-01T00:00:00Z", "2024-06-01T00:00:00Z");
    let aside = document(one("not_affected", late), one("affected", early));
    assert!(exception(&aside, Ecosystem::Python, "demo", "1.0").is_some());
    let back = document(one("affected", late), one("not_affected", early));
    assert_eq!(exception(&back, Ecosystem::Python, "demo", "1.0"), None);
}

#[test]
fn cyclonedx_points_at_components_by_reference_or_purl() {
    let document = |reference: &str, state: &str| {
        format!(
            r#"{{"bomFormat": "CycloneDX", "components": [{{"bom-ref": "app", "components": [{{"bom-ref": "c-1",
            "purl": "pkg:pypi/demo@1.0"}}]}}], "vulnerabilities": [{{"id": "OTHER", "references": [{{"id": "CVE-2024-1"}}],
            "affects": [{{"ref": "{reference}"}}], "analysis": {{"state": "{state}", "justification": "code_not_reachable",
            "detail": "never called"}}}}]}}"#
        )
    };
    for reference in ["c-1", "urn:cdx:1-2-3/1#c-1", "pkg:pypi/demo@1.0", "urn:cdx:1-2-3/1#pkg:pypi/demo@1.0"] {
        let text = document(reference, "not_affected").replace(
            "\"c-1\",",
            if reference.starts_with("urn") && reference.contains("pkg") {
                "\"pkg:pypi/demo@1.0\","
            } else {
                "\"c-1\","
            },
        );
        let found = exception(&text, Ecosystem::Python, "demo", "1.0");
        assert_eq!(found.unwrap().reason, "not_affected: code_not_reachable: never called", "{reference}");
    }
    for (state, aside) in [
        ("resolved", true),
        ("resolved_with_pedigree", true),
        ("false_positive", true),
        ("exploitable", false),
        ("in_triage", false),
    ] {
        let found = exception(&document("c-1", state), Ecosystem::Python, "demo", "1.0");
        assert_eq!(found.is_some(), aside, "{state}");
    }
    assert_eq!(exception(&document("c-2", "resolved"), Ecosystem::Python, "demo", "1.0"), None);
}

/// The form that `uplift_report::formats` writes: the words beside a justification are notes.
#[test]
fn a_justification_is_read_with_the_notes_beside_it() {
    let document = |fields: &str| {
        format!(
            r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2025-01-01T00:00:00Z", "version": 1,
            "statements": [{{"vulnerability": {{"name": "CVE-2024-1"}}, "products": [{{"@id": "pkg:pypi/demo@1.0"}}], {fields}}}]}}"#
        )
    };
    let found = |fields: &str| exception(&document(fields), Ecosystem::Python, "demo", "1.0");
    let unused = r#""status": "not_affected", "justification": "vulnerable_code_not_in_execute_path", "status_notes": "parser only""#;
    assert_eq!(found(unused).unwrap().reason, "not_affected: vulnerable_code_not_in_execute_path: parser only");
    let accepted = r#""status": "affected", "action_statement": "accepted by ann: we accept it""#;
    assert_eq!(found(accepted), None, "an accepted risk is not `not affected`");
}

#[test]
fn other_documents_are_refused() {
    for text in ["", "{", "[]", "{}", r#"{"statements": {}}"#, r#"{"bomFormat": "SPDX"}"#] {
        assert!(parse("x", text.as_bytes()).is_err(), "{text}");
    }
    assert!(matches!(read(Path::new("none/such.json")), Err(VexError::Read { .. })));
}

/// JSON of the words that the formats use, in any arrangement.
fn any_json() -> impl Strategy<Value = Value> {
    let words = "(statements|vulnerability|products|status|not_affected|affects|analysis|state|ref|id|@id|pkg:pypi/a@1|vulnerabilities|CycloneDX|components)";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((words, inner), 0..6).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_document_is_read_or_refused(inside in any_json(), bytes in prop::collection::vec(any::<u8>(), 0..200), purl in "pkg:(npm|pypi)/[%@a-z0-9/.?#+é-]{0,20}") {
        let _ = parse("x", &bytes);
        let _ = parse("x", serde_json::json!({"statements": [inside.clone()]}).to_string().as_bytes());
        let bom = serde_json::json!({"bomFormat": "CycloneDX", "components": [inside.clone()], "vulnerabilities": [inside]});
        let _ = parse("x", bom.to_string().as_bytes());
        let _ = Purl::read(&purl);
    }
}
