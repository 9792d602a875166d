//! Outside data of JavaScript projects never panics, whatever it holds: arbitrary text, and valid files with changes.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use uplift_ecosystems::javascript::manifest::{self, Group, Specifier};
use uplift_ecosystems::javascript::{discover, lockfile, npmrc, registry};

const LOCKS: [(&str, &str); 8] = [
    (
        "package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"":{"name":"x","workspaces":["p/*"],"dependencies":{"a":"^1"}},"p/m":{"name":"m"},"node_modules/m":{"resolved":"p/m","link":true},"node_modules/a":{"version":"1.0.0","dependencies":{"b":"*"},"peerDependenciesMeta":{"c":{"optional":true}},"engines":["node >=1"]},"node_modules/a/node_modules/b":{"version":"2.0.0","dev":true}}}"#,
    ),
    (
        "package-lock.json",
        r#"{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","requires":{"b":"^1"},"dependencies":{"b":{"version":"npm:c@1.5.0"}}},"g":{"version":"git+ssh://git@host.example/g.git"}}}"#,
    ),
    (
        "yarn.lock",
        "# yarn lockfile v1\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n  version \"1.2.0\"\n  dependencies:\n    b \"^2.0.0\"\n\nb@^2.0.0:\n  version \"2.3.0\"\n  optionalDependencies:\n    c \">= 1\"\n",
    ),
    (
        "yarn.lock",
        "__metadata:\n  version: 8\n\n\"a@npm:^1.0.0, a@npm:^1.1\":\n  version: 1.2.0\n  resolution: \"a@npm:1.2.0\"\n  dependencies:\n    b: \"npm:2\"\n  peerDependenciesMeta:\n    c:\n      optional: true\n",
    ),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: 5.4\nspecifiers:\n  '@s/a': ^1.0.0\ndependencies:\n  '@s/a': 1.0.0_c@2.0.0\npackages:\n  /@s/a/1.0.0_c@2.0.0:\n    resolution: {integrity: x}\n    dependencies:\n      c: 2.0.0\n",
    ),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '6.0'\ndependencies:\n  a:\n    specifier: ^1.0.0\n    version: 1.0.0(c@2.0.0)\npackages:\n  /a@1.0.0(c@2.0.0):\n    resolution: {integrity: x}\n    dependencies:\n      c: 2.0.0\n",
    ),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: ^1, version: 1.2.0(c@3.0.0)}\npackages:\n  a@1.2.0:\n    resolution: {integrity: x}\n    peerDependencies: {c: ^3}\nsnapshots:\n  a@1.2.0(c@3.0.0): {dependencies: {c: 3.0.0}}\n",
    ),
    (
        "bun.lock",
        r#"{"lockfileVersion":1,"workspaces":{"":{"name":"x","dependencies":{"a":"^1",},},},"packages":{"a":["a@1.0.0","",{"peerDependencies":{"p":"*"},"optionalPeers":["p"]},"sha512-x"],"a/@s/b":["@s/b@1.0.0","",{},""],}}"#,
    ),
];

const MANIFEST: &str = r#"{"name":"x","workspaces":{"packages":["p/*"]},"dependencies":{"a":"^1","b":"npm:c@^2","d":"workspace:*"},"peerDependencies":{"e":"*"},"peerDependenciesMeta":{"e":{"optional":true}},"overrides":{"a":{".":"1","b":"2"}},"resolutions":{"**/@s/x/y":"1"},"engines":{"node":">=18"},"scripts":{"test":"x"},"packageManager":"pnpm@8.0.0"}"#;

const DOCUMENT: &str = r#"{"name":"x","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"engines":{"node":">=1"},"peerDependencies":{"a":"*"},"peerDependenciesMeta":{"a":{"optional":true}},"deprecated":"old","dist":{"unpackedSize":5}}},"time":{"1.0.0":"2020-01-01T00:00:00.000Z"}}"#;

/// A text with a few places changed: something put in, a stretch taken out or doubled.
fn changed(text: &'static str) -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0..12usize, 0..3u8, "[\\[\\]{}\":,@/ \n0-9a-z.^-]{0,4}");
    prop::collection::vec(change, 1..4).prop_map(move |changes| {
        let mut signs: Vec<char> = text.chars().collect();
        for (at, length, what, put) in changes {
            let from = at.index(signs.len().max(1)).min(signs.len());
            let to = (from + length).min(signs.len());
            let stretch: Vec<char> = signs[from..to].to_vec();
            let instead: Vec<char> = match what {
                0 => put.chars().collect(),
                1 => stretch.iter().chain(&stretch).copied().collect(),
                _ => stretch.into_iter().chain(put.chars()).collect(),
            };
            signs.splice(from..to, instead);
        }
        signs.into_iter().collect()
    })
}

fn any_lock() -> impl Strategy<Value = (&'static str, String)> {
    (0..LOCKS.len()).prop_flat_map(|index| {
        let (name, text) = LOCKS[index];
        (Just(name), changed(text))
    })
}

/// Asks everything of a lock that was read.
fn question(lock: &lockfile::Lock) {
    for at in 0..lock.packages.len() {
        let dependents = lock.dependents(at);
        assert!(dependents.iter().all(|d| *d < lock.packages.len()));
        for way in lock.ways(at, 3) {
            assert_eq!(way.last(), Some(&at));
        }
    }
    let _violations = uplift_ecosystems::javascript::peers::lock_violations(lock);
    let manifest = manifest::parse(MANIFEST).unwrap();
    let _drift = lockfile::drift("", &manifest, lock);
}

#[test]
fn the_unchanged_files_are_read() {
    for (name, text) in LOCKS {
        let lock = lockfile::read(name, text, &[]).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!lock.packages.is_empty(), "{name}");
        question(&lock);
    }
    assert!(manifest::parse(MANIFEST).unwrap().problems.is_empty());
    assert!(registry::parse(DOCUMENT.as_bytes()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_changed_lock_is_read_or_refused((name, text) in any_lock()) {
        if let Ok(lock) = lockfile::read(name, &text, &[(String::new(), manifest::parse(MANIFEST).unwrap())]) {
            question(&lock);
        }
    }

    #[test]
    fn any_text_as_a_lock_is_read_or_refused(text in "(?s).{0,120}", which in 0..LOCKS.len()) {
        if let Ok(lock) = lockfile::read(LOCKS[which].0, &text, &[]) {
            question(&lock);
        }
    }

    #[test]
    fn a_changed_manifest_is_read_or_refused(text in changed(MANIFEST)) {
        if let Ok(manifest) = manifest::parse(&text) {
            for stated in &manifest.stated {
                prop_assert!(text.get(stated.span.clone()).is_some_and(|t| t.starts_with('"') && t.ends_with('"')));
                prop_assert!(stated.line >= 1);
                let _shown = stated.specifier.to_string();
                prop_assert!(Group::ALL.contains(&stated.group));
            }
        }
    }

    #[test]
    fn any_text_is_a_specifier(text in ".{0,40}") {
        let specifier = Specifier::parse(&text);
        let _range = specifier.range();
        let _shown = specifier.to_string();
    }

    #[test]
    fn any_text_is_an_npmrc(text in "(?s).{0,120}", host in "[a-z.:/@%]{0,20}") {
        let layers = npmrc::Layers::new(vec![npmrc::parse(&text, |_| Some("x".to_owned()))]);
        let _registry = layers.registry(&text);
        let _credentials = layers.credentials(&format!("https://{host}"));
    }

    #[test]
    fn a_changed_document_is_read_or_refused(text in changed(DOCUMENT)) {
        if let Ok(packument) = registry::parse(text.as_bytes()) {
            let _newest = packument.newest();
            prop_assert!(packument.until("2000-01-01").releases.len() <= packument.releases.len());
            prop_assert!(packument.releases.is_sorted_by(|a, b| a.version <= b.version));
        }
    }

    #[test]
    fn any_tree_has_components(
        manifest in changed(MANIFEST),
        workspace in "(?s)[a-z:\\-* \n'{}]{0,40}",
        (name, lock) in any_lock(),
    ) {
        let files: Vec<String> = ["package.json", name, "pnpm-workspace.yaml", "p/m/package.json"].map(str::to_owned).to_vec();
        let read = |path: &str| match path {
            "package.json" | "p/m/package.json" => Some(manifest.clone().into_bytes()),
            "pnpm-workspace.yaml" => Some(workspace.clone().into_bytes()),
            path if path == name => Some(lock.clone().into_bytes()),
            _ => None,
        };
        let _components = discover::components(&files, &read);
    }
}
