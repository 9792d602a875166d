//! Unit tests of `javascript::registry`, on small texts.

use super::*;

const DOCUMENT: &str = r#"{ "_id": "demo", "name": "demo", "dist-tags": { "latest": "2.1.0", "next": "3.0.0-rc.1", "odd": 5 },
  "versions": {
    "1.0.0": { "name": "demo", "engines": ["node >= 0.8"], "dist": { "tarball": "x", "unpackedSize": 10, "signatures": [{}] } },
    "10.0.0": { "engines": "node", "deprecated": "published by mistake" },
    "2.0.0": { "engines": { "node": ">=14", "vscode": 1 }, "dependencies": { "a": "^1", "b": null }, "deprecated": false },
    "2.1.0": { "engines": { "node": ">=18" }, "peerDependencies": { "react": "^17 || ^18", "redux": "^4" },
               "peerDependenciesMeta": { "redux": { "optional": true }, "odd": 5 }, "dist": [] },
    "3.0.0-rc.1": { "peerDependencies": null, "deprecated": "" },
    "nonsense": { "engines": null }
  },
  "time": { "created": "2019-01-01T00:00:00.000Z", "1.0.0": "2020-01-01T00:00:00.000Z", "2.0.0": "2021-06-01T00:00:00.000Z",
            "2.1.0": "2022-06-01T00:00:00.000Z", "3.0.0-rc.1": "2023-01-01T00:00:00.000Z", "10.0.0": "2022-07-01T00:00:00.000Z" },
  "readme": "long", "users": { "x": true } }"#;

fn version(text: &str) -> Version {
    Version::new(text).unwrap()
}

fn shown(release: Option<&Release>) -> String {
    release.map_or("none".to_owned(), |r| r.version.to_string())
}

#[test]
fn a_document_is_read_whatever_its_types() {
    let packument = parse(DOCUMENT.as_bytes()).unwrap();
    let versions: Vec<String> = packument.releases.iter().map(|r| r.version.to_string()).collect();
    assert_eq!(versions, ["1.0.0", "2.0.0", "2.1.0", "3.0.0-rc.1", "10.0.0"]);
    assert_eq!(packument.unreadable, ["nonsense"]);
    let first = packument.release(&version("1.0.0")).unwrap();
    assert_eq!((first.engines["node"].as_str(), first.unpacked_size), (">= 0.8", Some(10)));
    assert_eq!(first.published.as_deref(), Some("2020-01-01T00:00:00.000Z"));
    let latest = packument.tagged("latest").unwrap();
    let peers: Vec<(&str, bool)> = latest.peers.iter().map(|p| (p.name.as_str(), p.optional)).collect();
    assert_eq!(peers, [("react", false), ("redux", true)]);
    assert_eq!(packument.release(&version("3.0.0-rc.1")).unwrap().deprecated, None);
}

#[test]
fn newest_is_what_latest_points_to_and_node_may_hold_it_back() {
    let packument = parse(DOCUMENT.as_bytes()).unwrap();
    assert_eq!(shown(packument.newest()), "2.1.0");
    assert_eq!(shown(packument.newest_for_node(&version("18.0.0"))), "2.1.0");
    assert_eq!(shown(packument.newest_for_node(&version("16.20.0"))), "2.0.0");
    assert_eq!(shown(packument.newest_for_node(&version("0.6.0"))), "none");
    assert_eq!(shown(packument.until("2021-12-31").newest()), "2.0.0");
    assert_eq!(shown(packument.until("2022-06-01").newest()), "2.1.0");
}

#[test]
fn a_range_is_answered_as_npm_does() {
    let packument = parse(DOCUMENT.as_bytes()).unwrap();
    let pick = |range: &str, node: Option<&str>| {
        let range = Range::parse(range, Options::LOOSE).unwrap();
        shown(packument.pick(&range, node.map(version).as_ref()))
    };
    assert_eq!(pick(">=1", None), "2.1.0");
    assert_eq!(pick("^1", None), "1.0.0");
    assert_eq!(pick(">=2.2", None), "10.0.0");
    assert_eq!(pick("<2.1", Some("12.0.0")), "1.0.0");
    assert_eq!(pick("^3.0.0-0", None), "3.0.0-rc.1");
    assert_eq!(pick("^4", None), "none");
}

#[test]
fn a_day_belongs_to_the_version_as_it_was_published() {
    let text = r#"{ "versions": { "1.0.0beta": {}, "1.0.0+b": {} }, "time": { "1.0.0beta": "2011-01-01", "1.0.0+b": "2012-01-01" } }"#;
    let packument = parse(text.as_bytes()).unwrap();
    let days: Vec<Option<&str>> = packument.releases.iter().map(|r| r.published.as_deref()).collect();
    assert_eq!(days, [Some("2011-01-01"), Some("2012-01-01")]);
}

#[test]
fn it_can_be_kept_and_is_the_same_again() {
    let packument = parse(DOCUMENT.as_bytes()).unwrap();
    let kept = serde_json::to_string(&packument).unwrap();
    assert_eq!(serde_json::from_str::<Packument>(&kept).unwrap(), packument);
}

#[test]
fn what_lists_nothing_is_refused() {
    assert_eq!(parse(b"{}"), Err(RegistryError::Empty));
    assert!(matches!(parse(b"[1]"), Err(RegistryError::Form(_))));
    assert!(matches!(parse(br#"{ "error": "not found", "versions": [] }"#), Err(RegistryError::Form(_))));
}

#[test]
fn licences_are_kept_from_where_they_change_whatever_their_form() {
    let document = br#"{"name": "x", "versions": {
        "3.0.0": {"license": "BUSL-1.1"}, "1.0.0": {"licenses": [{"type": "MIT"}, {"type": "Apache-2.0", "url": "u"}]},
        "0.9.0": {"license": 5}, "1.1.0": {"license": {"type": "MIT"}}, "1.2.0": {"license": "MIT"},
        "2.0.0": {"license": " ", "licenses": "ISC"}}}"#;
    let packument = parse(document).unwrap();
    let of = |text: &str| packument.licence(&version(text)).map(str::to_owned);
    assert_eq!(packument.licences.len(), 5, "the same text is kept once");
    assert_eq!(of("0.9.0"), None);
    assert_eq!(of("1.0.0").as_deref(), Some("MIT OR Apache-2.0"));
    assert_eq!(of("1.2.0").as_deref(), Some("MIT"));
    assert_eq!(of("2.0.0").as_deref(), Some("ISC"));
    assert_eq!(of("3.0.0").as_deref(), Some("BUSL-1.1"));
    let read: Packument = serde_json::from_str(&serde_json::to_string(&packument).unwrap()).unwrap();
    assert_eq!(read, packument, "what is kept is what was read");
}
