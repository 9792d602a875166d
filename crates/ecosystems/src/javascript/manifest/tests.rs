//! Unit tests of `javascript::manifest`, on small texts.

use super::*;

const FULL: &str = r#"{
  "name": "@shop/web", "version": "1.0.0", "private": true, "type": "module",
  "workspaces": { "packages": ["packages/*", "!packages/old"] },
  "dependencies": {
    "react": "^18.2.0",
    "JSONStream": "1.3.5",
    "old-react": "npm:react@^17",
    "@shop/core": "workspace:^",
    "left": "catalog:"
  },
  "devDependencies": { "vite": "latest" },
  "optionalDependencies": { "fsevents": "*" },
  "peerDependencies": { "webpack": ">=4", "vue": "^3" },
  "peerDependenciesMeta": { "webpack": { "optional": true } },
  "overrides": { "a": "1.0.0", "b": { ".": "2.0.0", "c@^1": "1.5.0" } },
  "resolutions": { "**/@x/y/z": "3.0.0" },
  "engines": { "node": ">=18" },
  "packageManager": "pnpm@8.15.9",
  "scripts": { "test": "vitest" }
}"#;

#[test]
fn everything_is_read_with_its_line() {
    let manifest = parse(FULL).unwrap();
    assert_eq!(manifest.problems, []);
    assert_eq!(manifest.workspaces, ["packages/*", "!packages/old"]);
    let react = manifest.statement("react").unwrap();
    assert_eq!((react.line, react.group, react.written.as_str()), (5, Group::Dependencies, "^18.2.0"));
    assert_eq!(&FULL[react.span.clone()], "\"^18.2.0\"");
    assert_eq!(manifest.statement("JSONStream").unwrap().line, 6);
    assert_eq!(manifest.statement("old-react").unwrap().specifier.alias(), Some("react"));
    assert!(manifest.statement("webpack").unwrap().optional_peer);
    assert!(!manifest.statement("vue").unwrap().optional_peer);
    let overrides: Vec<(String, &str)> =
        manifest.overrides.iter().map(|o| (o.path.join(" > "), o.written.as_str())).collect();
    let expected = [("a", "1.0.0"), ("b", "2.0.0"), ("b > c@^1", "1.5.0"), ("@x/y > z", "3.0.0")];
    assert_eq!(overrides, expected.map(|(path, version)| (path.to_owned(), version)));
    assert_eq!(manifest.engine("node").unwrap().value, ">=18");
    assert_eq!(manifest.script("test"), Some("vitest"));
    assert_eq!(manifest.package_manager.unwrap().value, "pnpm@8.15.9");
}

#[test]
fn a_byte_order_mark_and_carriage_returns_change_no_line_and_no_span() {
    let text = format!("\u{feff}{}", FULL.replace('\n', "\r\n"));
    let manifest = parse(&text).unwrap();
    let react = manifest.statement("react").unwrap();
    assert_eq!(react.line, 5);
    assert_eq!(&text[react.span.clone()], "\"^18.2.0\"");
}

#[test]
fn a_name_stated_twice_is_a_problem_and_the_last_one_counts() {
    let text = "{\n\"dependencies\": {\n\"a\": \"1\",\n\"b\": \"1\",\n\"a\": \"2\"}}";
    let manifest = parse(text).unwrap();
    assert_eq!(manifest.statement("a").unwrap().written, "2");
    assert_eq!(manifest.problems.iter().map(|p| p.line).collect::<Vec<_>>(), [3]);
}

#[test]
fn types_that_nobody_expects_become_problems_and_the_rest_survives() {
    let text = r#"{ "name": 5, "dependencies": { "a": 1, "b": "^2", "../x": "1" }, "devDependencies": [],
        "workspaces": [1, "p/*"], "engines": ["node"], "scripts": null, "peerDependenciesMeta": { "x": 1 } }"#;
    let manifest = parse(text).unwrap();
    assert_eq!(manifest.stated.len(), 1);
    assert_eq!(manifest.workspaces, ["p/*"]);
    assert_eq!(manifest.problems.len(), 7, "{:?}", manifest.problems);
}

#[test]
fn what_is_no_object_is_refused_with_its_line() {
    assert!(matches!(parse("{\n  // no\n}"), Err(ManifestError::Syntax { line: 2, .. })));
    assert!(matches!(parse("[]"), Err(ManifestError::NotAnObject { .. })));
    assert!(matches!(parse(""), Err(ManifestError::NotAnObject { .. })));
}
