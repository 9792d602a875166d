//! OSV's API against a server that answers well, badly, and not at all.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{Reply, Server, quick};
use uplift_advisories::Known;
use uplift_advisories::api::{Api, Query, SourceError};
use uplift_model::Ecosystem;

fn query(name: &str, versions: &[&str]) -> Query {
    let versions = versions.iter().map(|version| (*version).to_owned()).collect();
    Query { ecosystem: Ecosystem::Python, name: name.to_owned(), versions }
}

fn record(id: &str, name: &str, fixed: &str) -> String {
    json!({"id": id, "modified": "2024-01-02T03:04:05Z", "affected": [{"package": {"ecosystem": "PyPI", "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]})
    .to_string()
}

/// Each question answered by `answer(name, version, page)`.
fn batch(body: &str, answer: impl Fn(&str, &str, &str) -> Value) -> Reply {
    let asked: Value = serde_json::from_str(body).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let results: Vec<Value> = asked["queries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|q| answer(&text(&q["package"]["name"]), &text(&q["version"]), &text(&q["page_token"])))
        .collect();
    Reply::ok(json!({ "results": results }).to_string())
}

fn one(id: &str) -> Value {
    json!({"vulns": [{"id": id, "modified": "2024-01-02T03:04:05Z"}]})
}

fn ids(known: &Known, version: &str) -> Vec<String> {
    known.findings(version).unwrap().into_iter().map(|finding| finding.id).collect()
}

#[test]
fn pages_are_followed_records_are_read_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|asked, _, body| match asked {
        "post /v1/querybatch" => batch(body, |name, version, page| match (name, version, page) {
            ("a", "1.0", "") => {
                json!({"vulns": [{"id": "A-1", "modified": "2024-01-02T03:04:05Z"}], "next_page_token": "two"})
            }
            ("a", "1.0", "two") | ("b", ..) => one("A-2"),
            _ => json!({}),
        }),
        "get /v1/vulns/a-1" => Reply::ok(record("A-1", "a", "2")),
        "get /v1/vulns/a-2" => Reply::ok(record("A-2", "a", "3")),
        _ => Reply::status(404),
    });
    let fetch = quick();
    let api = Api::new(&fetch, &format!("{}/", server.base)).kept_in(folder.path().to_owned());
    let queries = [query("a", &["1.0", "5.0"]), query("b", &[]), query("c", &["1"])];
    for round in 1..3 {
        let answers = api.ask(&queries);
        let [a, b, c] = answers.as_slice() else { panic!() };
        assert_eq!(ids(a.as_ref().unwrap(), "1.0"), ["A-1", "A-2"]);
        assert_eq!(ids(a.as_ref().unwrap(), "5.0").len(), 0);
        assert!(a.as_ref().unwrap().findings("2.0").is_err(), "nobody asked about 2.0");
        // A record that the source names for a package and that says nothing about it is no finding.
        assert!(b.as_ref().unwrap().is_empty() && c.as_ref().unwrap().is_empty());
        let seen = server.seen();
        let details = seen.iter().filter(|(asked, _)| asked.starts_with("get")).count();
        assert_eq!((details, seen.len()), (2, 2 + 2 * round), "{seen:?}");
    }
}

#[test]
fn a_thousand_and_one_questions_are_two_requests() {
    let server = Server::start(|_, _, body| batch(body, |_, _, _| json!({})));
    let queries: Vec<Query> = (0..1001).map(|at| query(&format!("p{at}"), &["1"])).collect();
    let fetch = quick();
    let answers = Api::new(&fetch, &server.base).ask(&queries);
    assert!(answers.len() == 1001 && answers.iter().all(Result::is_ok));
    let mut sizes: Vec<usize> = server.seen().iter().map(|(_, body)| body.matches("\"package\"").count()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 1000]);
}

#[test]
fn every_way_to_fail_is_not_retrieved_and_never_an_empty_list() {
    type Answer = fn() -> Reply;
    let bad: [(&str, Answer); 11] = [
        ("missing", || Reply::status(404)),
        ("failing", || Reply::status(500)),
        ("no JSON", || Reply::ok("<html>")),
        ("empty", || Reply::ok("")),
        ("a list", || Reply::ok("[]")),
        ("no results", || Reply::ok("{}")),
        ("too few results", || Reply::ok(r#"{"results": []}"#)),
        ("wrong result", || Reply::ok(r#"{"results": [null]}"#)),
        ("wrong list", || Reply::ok(r#"{"results": [{"vulns": "none"}]}"#)),
        ("wrong record", || Reply::ok(r#"{"results": [{"vulns": [{"modified": "x"}]}]}"#)),
        ("slow", || Reply { delay: Duration::from_secs(2), ..Reply::ok(r#"{"results": [{}]}"#) }),
    ];
    for (name, answer) in bad {
        let server = Server::start(move |_, _, _| answer());
        let fetch = quick();
        let answers = Api::new(&fetch, &server.base).ask(&[query("a", &["1"])]);
        assert!(matches!(answers.as_slice(), [Err(_)]), "{name}: {answers:?}");
        assert!(answers[0].as_ref().unwrap_err().to_string().starts_with("advisories were not retrieved: "));
    }
    let fetch = quick();
    let answers = Api::new(&fetch, "http://127.0.0.1:9").ask(&[query("a", &[]), query("b", &[])]);
    assert!(answers.len() == 2 && answers.iter().all(Result::is_err));
}

#[test]
fn a_record_that_cannot_be_had_fails_the_queries_that_need_it_and_no_other() {
    for bad in [|| Reply::status(500), || Reply::ok("{"), || Reply::ok(record("OTHER", "a", "2"))] {
        let server = Server::start(move |asked, _, body| match asked {
            "post /v1/querybatch" => batch(body, |name, _, _| one(if name == "a" { "BAD" } else { "GOOD" })),
            "get /v1/vulns/good" => Reply::ok(record("GOOD", "b", "2")),
            _ => bad(),
        });
        let fetch = quick();
        let answers = Api::new(&fetch, &server.base).ask(&[query("a", &["1"]), query("b", &["1"])]);
        assert!(answers[0].is_err());
        assert_eq!(ids(answers[1].as_ref().unwrap(), "1"), ["GOOD"]);
    }
}

#[test]
fn pages_without_end_are_given_up_on() {
    let server = Server::start(|_, _, body| batch(body, |_, _, _| json!({"next_page_token": "again"})));
    let fetch = quick();
    let answers = Api::new(&fetch, &server.base).ask(&[query("a", &[])]);
    assert!(matches!(&answers[0], Err(SourceError::Shape { .. })), "{answers:?}");
}
