//! Walks `cases/<kind>/<case>/`: `in.*` edited by `bumps.toml` gives `out.*` (or its `error`), byte for byte;
//! `stated.txt` lists what is read from `in.*`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use uplift_ecosystems::python::manifest::{self, Bump, Hashes, Manifest, ManifestKind, Policy, edit_with_hashes};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(default)]
    bump: Vec<CaseBump>,
    /// `name==version` to its hashes.
    #[serde(default)]
    hashes: std::collections::BTreeMap<String, Vec<String>>,
    error: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseBump {
    name: String,
    to: String,
    policy: Option<String>,
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    found.sort();
    found
}

/// The file of `case` whose name starts with `stem.`, as text.
fn file(case: &Path, stem: &str) -> String {
    let named = |p: &PathBuf| p.file_stem().is_some_and(|s| s == stem);
    let path = fs::read_dir(case).unwrap().map(|e| e.unwrap().path()).find(named);
    fs::read_to_string(path.unwrap_or_else(|| panic!("{}: no {stem}.*", case.display()))).unwrap()
}

fn cases() -> Vec<(ManifestKind, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let kinds = [
        ("requirements", ManifestKind::Requirements),
        ("pyproject", ManifestKind::Pyproject),
        ("setup_cfg", ManifestKind::SetupCfg),
        ("setup_py", ManifestKind::SetupPy),
        ("pipfile", ManifestKind::Pipfile),
    ];
    kinds.into_iter().flat_map(|(name, kind)| folders(&root.join(name)).into_iter().map(move |c| (kind, c))).collect()
}

fn bumps(case: &Path) -> (Vec<Bump>, Hashes, Option<String>) {
    let case: Case = toml::from_str(&file(case, "bumps")).unwrap();
    let bumps = case.bump.iter().map(|b| Bump {
        name: b.name.parse().unwrap(),
        to: b.to.parse().unwrap(),
        policy: match b.policy.as_deref() {
            None => Policy::Admit,
            Some("pin") => Policy::Pin,
            Some("exact") => Policy::Exact,
            Some(other) => panic!("unknown policy {other}"),
        },
    });
    let hashes = case.hashes.iter().map(|(pin, hashes)| {
        let (name, version) = pin.split_once("==").unwrap();
        ((name.parse().unwrap(), version.parse().unwrap()), hashes.clone())
    });
    (bumps.collect(), hashes.collect(), case.error)
}

#[test]
fn every_edit_gives_exactly_the_expected_bytes_and_then_rests() {
    let cases = cases();
    assert!(cases.len() >= 25, "only {} cases", cases.len());
    for (kind, case) in cases {
        let name = case.display();
        let text = file(&case, "in");
        let (bumps, hashes, error) = bumps(&case);
        match edit_with_hashes(kind, &text, &bumps, &hashes) {
            Ok(edited) => {
                assert_eq!(error, None, "{name}: no error came up");
                assert_eq!(edited.text, file(&case, "out"), "{name}");
                assert_eq!(
                    edit_with_hashes(kind, &edited.text, &bumps, &hashes).unwrap().text,
                    edited.text,
                    "{name}: again"
                );
                for line in &edited.lines {
                    let old = text.trim_start_matches('\u{feff}').lines().nth(line.line as usize - 1).unwrap();
                    assert!(line.old.starts_with(old) && line.old != line.new, "{name}: {line:?}");
                }
                assert_eq!(edited.lines.is_empty(), edited.text == text, "{name}");
            }
            Err(found) => assert_eq!(Some(found.to_string()), error, "{name}"),
        }
    }
}

#[test]
fn every_edit_of_nothing_changes_nothing() {
    for (kind, case) in cases() {
        let text = file(&case, "in");
        if let Ok(edited) = manifest::edit(kind, &text, &[]) {
            assert_eq!((edited.text, edited.lines.len()), (text, 0), "{}", case.display());
        }
    }
}

/// One line for each statement: line, name and extras, specifier, group, role, marker.
fn told(manifest: &Manifest) -> String {
    let mut lines = Vec::new();
    for s in &manifest.stated {
        let extras = if s.extras.is_empty() { String::new() } else { format!("[{}]", s.extras.join(",")) };
        let marker = s.marker.as_ref().map(|m| format!(" ; {m}")).unwrap_or_default();
        let role = format!("{:?}", s.role).to_lowercase();
        lines.push(format!("{} {}{extras} {} {} {role}{marker}", s.line, s.name, s.specifier, s.group));
    }
    lines.extend(manifest.requires_python.iter().map(|p| format!("python {}", p.written)));
    lines.extend(manifest.classifiers.iter().map(|c| format!("classifier {c}")));
    lines.extend(manifest.dynamic.iter().map(|d| format!("dynamic {} {}", d.line, d.field)));
    lines.extend(manifest.problems.iter().map(|p| format!("problem {} {}", p.line, p.message)));
    lines.into_iter().map(|l| l + "\n").collect()
}

#[test]
fn every_manifest_is_read_as_written_down() {
    let mut seen = 0;
    for (kind, case) in cases() {
        if !case.join("stated.txt").exists() {
            continue;
        }
        seen += 1;
        let text = file(&case, "in");
        let manifest = manifest::parse(kind, &text).unwrap();
        assert_eq!(told(&manifest), file(&case, "stated"), "{}", case.display());
        for stated in &manifest.stated {
            let written = text.get(stated.span.clone()).unwrap();
            let plain = kind == ManifestKind::SetupPy || written == stated.specifier;
            assert!(plain, "{}: {stated:?}", case.display());
        }
    }
    assert!(seen >= 8);
}
