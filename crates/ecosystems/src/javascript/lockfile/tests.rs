//! Unit tests of `javascript::lockfile`, on small texts.

use super::*;
use crate::javascript::manifest;

fn lock(file: &str, text: &str, manifests: &[(&str, &str)]) -> Lock {
    let manifests: Vec<(String, Manifest)> =
        manifests.iter().map(|(folder, text)| ((*folder).to_owned(), manifest::parse(text).unwrap())).collect();
    read(file, text, &manifests).unwrap()
}

/// `name version` of what a package needs, the copy that it gets behind the arrow.
fn needs(lock: &Lock, id: &str) -> Vec<String> {
    let package = lock.packages.iter().find(|p| p.id == id).unwrap_or_else(|| panic!("no {id}"));
    let shown = |edge: &Edge| {
        let got = edge.to.and_then(|at| lock.packages.get(at)).map_or("nothing", |p| p.id.as_str());
        format!("{} {:?} -> {got}", edge.name, edge.kind)
    };
    package.needs.iter().map(shown).collect()
}

fn version_of(lock: &Lock, folder: &str, name: &str) -> String {
    lock.imported(folder, name).and_then(|(_, p)| p.version.clone()).map_or("none".to_owned(), |v| v.to_string())
}

const NPM3: &str = r#"{ "name": "shop", "lockfileVersion": 3, "packages": {
  "": { "name": "shop", "workspaces": ["packages/*"], "dependencies": { "a": "^1", "real": "npm:other@^3" },
        "devDependencies": { "b": "^2" } },
  "packages/core": { "name": "@shop/core", "version": "0.1.0", "dependencies": { "b": "^1" } },
  "packages/core/node_modules/b": { "version": "1.9.0", "integrity": "sha512-x" },
  "node_modules/@shop/core": { "resolved": "packages/core", "link": true },
  "node_modules/a": { "version": "1.2.0", "dependencies": { "b": "^1", "@shop/core": "*" },
        "peerDependencies": { "c": "*", "d": "*" }, "peerDependenciesMeta": { "d": { "optional": true } },
        "engines": ["node >=0.8"], "deprecated": "use z" },
  "node_modules/a/node_modules/b": { "version": "1.0.0" },
  "node_modules/b": { "version": "2.0.0", "dev": true },
  "node_modules/real": { "name": "other", "version": "3.1.0", "optional": true },
  "node_modules/c": { "version": "1.0.0", "peer": true }
} }"#;

#[test]
fn npm_keeps_nested_copies_apart_and_finds_names_as_node_does() {
    let lock = lock("package-lock.json", NPM3, &[]);
    assert_eq!((lock.kind, lock.format.as_str()), (LockKind::Npm, "3"));
    assert_eq!(
        needs(&lock, "node_modules/a"),
        [
            "@shop/core Normal -> packages/core",
            "b Normal -> node_modules/a/node_modules/b",
            "c Peer -> node_modules/c",
            "d OptionalPeer -> nothing"
        ]
    );
    assert_eq!(needs(&lock, "packages/core"), ["b Normal -> packages/core/node_modules/b"]);
    assert_eq!(lock.copies("b").count(), 3);
    assert_eq!(version_of(&lock, "", "b"), "2.0.0");
    let (_, alias) = lock.imported("", "real").unwrap();
    assert_eq!((alias.name.as_str(), alias.optional), ("other", true));
    let (_, a) = lock.imported("", "a").unwrap();
    assert_eq!(a.engines.get("node").map(String::as_str), Some(">=0.8"));
    assert_eq!(a.deprecated.as_deref(), Some("use z"));
    let (at, _) = lock.copies("b").find(|(_, p)| p.id == "node_modules/a/node_modules/b").unwrap();
    let ways: Vec<Vec<&str>> = lock
        .ways(at, 5)
        .into_iter()
        .map(|way| way.into_iter().map(|i| lock.packages[i].id.as_str()).collect())
        .collect();
    assert_eq!(ways, [["node_modules/a", "node_modules/a/node_modules/b"]]);
}

#[test]
fn npm_format_1_nests_copies_and_leaves_the_projects_needs_to_its_manifest() {
    let text = r#"{ "lockfileVersion": 1, "dependencies": {
        "a": { "version": "1.0.0", "requires": { "b": "^1" }, "dependencies": { "b": { "version": "1.5.0" } } },
        "b": { "version": "2.0.0", "dev": true },
        "c": { "version": "npm:other@3.0.0" }, "g": { "version": "git+ssh://git@host.example/g.git#abc" } } }"#;
    let manifest =
        r#"{ "name": "x", "dependencies": { "a": "^1", "c": "npm:other@^3" }, "devDependencies": { "b": "^2" } }"#;
    let lock = lock("package-lock.json", text, &[("", manifest)]);
    assert_eq!(needs(&lock, "node_modules/a"), ["b Normal -> node_modules/a/node_modules/b"]);
    assert_eq!(needs(&lock, "")[1], "c Normal -> node_modules/c");
    assert_eq!(lock.imported("", "c").unwrap().1.name, "other");
    assert_eq!(lock.copies("g").next().unwrap().1.origin, Origin::Git);
    assert!(lock.copies("b").any(|(_, p)| p.dev));
}

#[test]
fn yarn_1_answers_ranges_and_the_manifest_says_what_is_for_development() {
    let text = "# yarn lockfile v1\n\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n  version \"1.2.0\"\n  resolved \"https://index.example/a.tgz#abc\"\n  integrity sha512-x\n  dependencies:\n    b \"^2.0.0\"\n    \"@s/core\" \"*\"\n\nb@^2.0.0:\n  version \"2.3.0\"\n  optionalDependencies:\n    c \">= 1\"\n\n\"c@>= 1\":\n  version \"1.0.0\"\n\n\"d@npm:real@^3\":\n  version \"3.0.0\"\n";
    let manifests = [
        ("", r#"{ "dependencies": { "@s/a": "^1.1.0" }, "devDependencies": { "d": "npm:real@^3" } }"#),
        ("core", r#"{ "name": "@s/core", "version": "1.0.0" }"#),
    ];
    let lock = lock("yarn.lock", text, &manifests);
    assert_eq!(needs(&lock, "@s/a@1.2.0"), ["b Normal -> b@2.3.0", "@s/core Normal -> core"]);
    assert_eq!(version_of(&lock, "", "@s/a"), "1.2.0");
    let (_, real) = lock.imported("", "d").unwrap();
    assert_eq!((real.name.as_str(), real.dev, real.has_integrity), ("real", true, false));
    assert!(lock.copies("c").all(|(_, p)| p.optional && !p.dev));
}

#[test]
fn yarn_berry_answers_descriptors_with_members_and_patches() {
    let text = r#"
__metadata:
  version: 8
  cacheKey: 10c0

"a@npm:^1.0.0, a@npm:^1.1":
  version: 1.2.0
  resolution: "a@npm:1.2.0"
  dependencies:
    b: "npm:2"
  peerDependencies:
    c: "*"
  peerDependenciesMeta:
    c:
      optional: true
  checksum: 10c0/abc
  languageName: node
  linkType: hard

"b@npm:2":
  version: 2.10
  resolution: "b@npm:2.10"

"b@npm:2.10.0, c@patch:c@npm%3A1.0.0#./c.patch":
  version: 1.0.0
  resolution: "c@patch:c@npm%3A1.0.0#./c.patch::version=1.0.0&hash=1"

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  dependencies:
    a: "npm:^1.1"
    c: "npm:1.0.0"
  linkType: soft
"#;
    let lock = lock("yarn.lock", text, &[]);
    assert_eq!((lock.kind, lock.format.as_str()), (LockKind::YarnBerry, "8"));
    assert_eq!(needs(&lock, "a@npm:1.2.0")[0], "b Normal -> b@npm:2.10");
    assert_eq!(version_of(&lock, "", "a"), "1.2.0");
    assert_eq!(version_of(&lock, "", "c"), "1.0.0");
}

const PNPM9: &str = r"
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: { specifier: ^1.0.0, version: 1.2.0(c@3.0.0) }
    devDependencies:
      alias: { specifier: npm:other@^2, version: other@2.0.0 }
  packages/core:
    dependencies:
      app: { specifier: 'workspace:*', version: link:../.. }
packages:
  a@1.2.0:
    resolution: { integrity: sha512-x }
    engines: { node: '>=14' }
    deprecated: old
    peerDependencies: { c: ^3 || ^4, d: '*' }
    peerDependenciesMeta: { d: { optional: true } }
  c@3.0.0: { resolution: { integrity: sha512-x } }
  other@2.0.0: { resolution: { integrity: sha512-x } }
snapshots:
  a@1.2.0(c@3.0.0): { dependencies: { c: 3.0.0 } }
  c@3.0.0: {}
  other@2.0.0: {}
";

#[test]
fn pnpm_9_keeps_members_peers_and_metadata() {
    let lock = lock("pnpm-lock.yaml", PNPM9, &[]);
    assert_eq!(needs(&lock, "a@1.2.0(c@3.0.0)"), ["c Peer -> c@3.0.0", "d OptionalPeer -> nothing"]);
    assert_eq!(needs(&lock, "importer:packages/core"), ["app Normal -> importer:"]);
    let (_, a) = lock.imported("", "a").unwrap();
    assert_eq!((a.deprecated.as_deref(), a.dev, a.has_integrity), (Some("old"), false, true));
    let (_, alias) = lock.imported("", "alias").unwrap();
    assert_eq!((alias.name.as_str(), alias.dev), ("other", true));
    assert_eq!(a.needs[0].range, "^3 || ^4");
}

#[test]
fn pnpm_5_and_6_write_their_keys_otherwise() {
    let five = "lockfileVersion: 5.4\nspecifiers:\n  '@s/a': ^1.0.0\ndependencies:\n  '@s/a': 1.0.0_c@2.0.0\npackages:\n  /@s/a/1.0.0_c@2.0.0:\n    resolution: {integrity: x}\n    dependencies:\n      c: 2.0.0\n    dev: false\n  /c/2.0.0:\n    resolution: {integrity: x}\n    dev: false\n";
    let six = "lockfileVersion: '6.0'\ndependencies:\n  '@s/a':\n    specifier: ^1.0.0\n    version: 1.0.0(c@2.0.0)\npackages:\n  /@s/a@1.0.0(c@2.0.0):\n    resolution: {integrity: x}\n    dependencies:\n      c: 2.0.0\n  /c@2.0.0:\n    resolution: {integrity: x}\n";
    for text in [five, six] {
        let lock = lock("pnpm-lock.yaml", text, &[]);
        let (at, a) = lock.imported("", "@s/a").unwrap();
        assert_eq!(a.name, "@s/a");
        assert_eq!(a.version.as_ref().unwrap().to_string(), "1.0.0");
        let c = a.needs[0].to.unwrap();
        assert_eq!(lock.packages[c].name, "c");
        assert_eq!(lock.dependents(c), [at]);
    }
}

#[test]
fn bun_finds_names_by_their_path() {
    let text = r#"{ "lockfileVersion": 1, "workspaces": { "": { "name": "shop", "dependencies": { "a": "^1" },
        "devDependencies": { "b": "^2", }, }, "packages/core": { "name": "core", "version": "1.0.0", "dependencies": { "b": "^1" } }, },
      "packages": {
        "a": ["a@1.0.0", "", { "dependencies": { "b": "^1", "core": "*" }, "peerDependencies": { "p": "*" }, "optionalPeers": ["p"] }, "sha512-x"],
        "b": ["b@2.0.0", "", {}, "sha512-x"], "a/b": ["b@1.0.0", "", {}, "sha512-x"],
        "core/b": ["b@1.5.0", "", {}, "sha512-x"], "core": ["core@workspace:packages/core"], "odd": 5,
      } }"#;
    let lock = lock("bun.lock", text, &[]);
    assert_eq!(
        needs(&lock, "a"),
        ["b Normal -> a/b", "core Normal -> workspace:packages/core", "p OptionalPeer -> nothing"]
    );
    assert_eq!(version_of(&lock, "packages/core", "b"), "1.5.0");
    assert_eq!(version_of(&lock, "", "b"), "2.0.0");
    assert_eq!(lock.problems.len(), 1);
}

#[test]
fn a_lock_without_addresses_or_needs_is_read_all_the_same() {
    let text = r#"{ "lockfileVersion": 3, "packages": { "node_modules/a": { "version": "1.0.0" } } }"#;
    let lock = lock("package-lock.json", text, &[("", r#"{ "dependencies": { "a": "^1" } }"#)]);
    assert_eq!(version_of(&lock, "", "a"), "1.0.0");
}

#[test]
fn what_is_no_lock_is_refused() {
    let refused = |file: &str, text: &str| read(file, text, &[]).unwrap_err();
    assert!(matches!(refused("bun.lockb", ""), LockError::Unknown(_)));
    assert!(matches!(refused("package-lock.json", "<<<<<<< ours"), LockError::Syntax(_)));
    assert!(matches!(refused("package-lock.json", r#"{ "lockfileVersion": 9 }"#), LockError::Format { .. }));
    assert!(matches!(refused("pnpm-lock.yaml", "lockfileVersion: 12.0"), LockError::Format { .. }));
    assert!(matches!(refused("yarn.lock", "a@1:\n  version \"1"), LockError::Syntax(_)));
}

#[test]
fn drift_is_named_with_its_line() {
    let lock = lock("package-lock.json", NPM3, &[]);
    let manifest = manifest::parse(
        "{ \"dependencies\": {\n\"a\": \"^2\",\n\"new\": \"1\",\n\"real\": \"npm:other@^3\" },\n\"optionalDependencies\": { \"gone\": \"1\" } }",
    )
    .unwrap();
    let found: Vec<String> = drift("", &manifest, &lock).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "a ^2 is stated and the lock has 1.2.0",
            "new 1 is stated and not in the lock",
            "b is in the lock's list of what the project needs and not stated"
        ]
    );
}

#[test]
fn what_is_json_and_no_lock_is_refused_with_its_line() {
    let told = |file: &str, text: &str| read(file, text, &[]).unwrap_err();
    for text in ["{\"hello\": 1}", "{}", "{\"lockfileVersion\": 3, \"packages\": []}", "[1, 2]"] {
        assert!(matches!(told("package-lock.json", text), LockError::Syntax(_)), "{text}");
    }
    assert_eq!(told("package-lock.json", "{\"hello\": 1}").line(), Some(1));
    assert_eq!(told("package-lock.json", "{\n  \"lockfileVersion\": 3,\n  oops\n}").line(), Some(3));
    for file in ["pnpm-lock.yaml", "bun.lock", "yarn.lock"] {
        assert!(read(file, "{\"hello\": 1}", &[]).is_err(), "{file}");
    }
    assert!(
        read("package-lock.json", "{\"lockfileVersion\": 3, \"packages\": {}}", &[]).is_ok(),
        "an empty one is one"
    );
}
