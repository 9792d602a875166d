//! Unit tests of `javascript::discover`, on small texts.

use super::*;

fn found(tree: &[(&str, &str)]) -> Vec<Component> {
    let files: Vec<String> = tree.iter().map(|(path, _)| (*path).to_owned()).collect();
    let read = |path: &str| tree.iter().find(|(p, _)| *p == path).map(|(_, text)| text.as_bytes().to_vec());
    components(&files, &read)
}

#[test]
fn members_share_the_lock_of_their_root_and_strangers_have_their_own() {
    let lock = r#"{ "lockfileVersion": 3, "packages": {
        "": { "workspaces": ["packages/*"] }, "packages/a": { "name": "a", "dependencies": { "x": "^1" } },
        "node_modules/a": { "resolved": "packages/a", "link": true }, "node_modules/x": { "version": "1.4.0" } } }"#;
    let components = found(&[
        ("web/package.json", r#"{ "workspaces": ["packages/*"] }"#),
        ("web/package-lock.json", lock),
        ("web/packages/a/package.json", r#"{ "name": "a", "dependencies": { "x": "^1" } }"#),
        ("web/tool/package.json", r#"{ "dependencies": { "y": "^1" } }"#),
        ("web/node_modules/z/package.json", r#"{ "dependencies": { "y": "^1" } }"#),
        ("web/src/package.json", r#"{ "type": "module" }"#),
    ]);
    let roots: Vec<&str> = components.iter().map(|c| c.root.as_str()).collect();
    assert_eq!(roots, ["web", "web/tool"]);
    let web = &components[0];
    assert_eq!(web.manifests.iter().map(|m| m.folder.as_str()).collect::<Vec<_>>(), ["", "packages/a"]);
    let (file, stated) = web.statements().next().unwrap();
    assert_eq!(web.locked(file, stated).unwrap().version.as_ref().unwrap().to_string(), "1.4.0");
    assert_eq!((web.drift.len(), web.notes.len()), (0, 0));
    assert_eq!(web.manager.tool, "npm");
    assert!(components[1].lock.is_none());
}

#[test]
fn a_pnpm_workspace_names_members_and_keeps_ranges() {
    let lock = "lockfileVersion: '9.0'\nimporters:\n  .: {}\n  apps/web:\n    dependencies:\n      react:\n        specifier: 'catalog:'\n        version: 17.0.2\npackages:\n  react@17.0.2: {resolution: {integrity: x}}\nsnapshots:\n  react@17.0.2: {}\n";
    let components = found(&[
        ("package.json", r#"{ "packageManager": "pnpm@9.15.9+sha512.abc" }"#),
        ("pnpm-workspace.yaml", "packages:\n  - apps/*\ncatalog:\n  react: ^18\ncatalogs:\n  old:\n    react: ^16\n"),
        ("pnpm-lock.yaml", lock),
        ("package-lock.json", "{}"),
        ("apps/web/package.json", r#"{ "dependencies": { "react": "catalog:", "vue": "catalog:" } }"#),
    ]);
    let [only] = components.as_slice() else { panic!("{components:?}") };
    assert_eq!(
        only.manager,
        Manager { tool: "pnpm".into(), version: Some("9.15.9".into()), from: "packageManager".into() }
    );
    let drift: Vec<String> = only.drift.iter().map(|(path, drift)| format!("{path}: {drift}")).collect();
    assert_eq!(
        drift,
        [
            "apps/web/package.json: react ^18 is stated and the lock has 17.0.2",
            "apps/web/package.json: vue catalog: is stated and not in the lock"
        ]
    );
    assert_eq!(
        only.notes,
        ["apps/web/package.json:1: no catalog has vue", "package-lock.json: left aside, pnpm-lock.yaml counts"]
    );
    assert_eq!(only.catalogs["old"]["react"], "^16");
}

#[test]
fn what_cannot_be_read_is_told_and_stops_nothing() {
    let components = found(&[
        ("a/package.json", "{ nope"),
        ("b/package.json", r#"{ "dependencies": { "x": "1" } }"#),
        ("b/yarn.lock", "x@1:\n  version \"1"),
    ]);
    assert_eq!(components.len(), 2);
    assert!(components[0].notes[0].starts_with("a/package.json: line 1"), "{:?}", components[0].notes);
    assert!(components[1].lock.is_none());
    assert!(components[1].notes[0].starts_with("b/yarn.lock: "), "{:?}", components[1].notes);
}
