//! What holds for every text: parsers never panic, edits change versions and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use uplift_ecosystems::python::lockfile::{self, LockKind};
use uplift_ecosystems::python::manifest::{self, Bump, ManifestKind, Policy, Source, edit, parse};
use uplift_model::{PackageName, Version};

const KINDS: [ManifestKind; 5] = [
    ManifestKind::Requirements,
    ManifestKind::Pyproject,
    ManifestKind::SetupCfg,
    ManifestKind::SetupPy,
    ManifestKind::Pipfile,
];
const LOCKS: [LockKind; 6] =
    [LockKind::Requirements, LockKind::Uv, LockKind::Poetry, LockKind::Pipfile, LockKind::Pdm, LockKind::Pylock];

/// The `in.*` of every case, with its kind.
fn real() -> Vec<(ManifestKind, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let names = ["requirements", "pyproject", "setup_cfg", "setup_py", "pipfile"];
    let mut texts = Vec::new();
    for (name, kind) in names.into_iter().zip(KINDS) {
        let mut folders: Vec<_> = fs::read_dir(root.join(name)).unwrap().map(|e| e.unwrap().path()).collect();
        folders.sort();
        for folder in folders {
            let files = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
            let input = files.into_iter().find(|p| p.file_stem().is_some_and(|s| s == "in")).unwrap();
            texts.push((kind, fs::read_to_string(input).unwrap()));
        }
    }
    texts
}

/// A real file with some of its parts cut, doubled or replaced.
fn mutated() -> impl Strategy<Value = (ManifestKind, String)> {
    let pieces = prop_oneof![
        Just("\""),
        Just("'"),
        Just("\\"),
        Just("\n"),
        Just("\r\n"),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just("("),
        Just("=="),
        Just("~="),
        Just("^"),
        Just("||"),
        Just("1!"),
        Just(".*"),
        Just("é"),
        Just("\u{feff}"),
        Just("#"),
        Just(";"),
        Just(" @ "),
        Just("--hash="),
        Just("-r "),
        Just("\u{0}"),
        Just("99999999999999999999"),
        Just(","),
        Just("$"),
    ];
    let change = (any::<prop::sample::Index>(), 0usize..12, prop::option::of(pieces));
    (prop::sample::select(real()), prop::collection::vec(change, 1..6)).prop_map(|((kind, text), changes)| {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, cut, piece) in changes {
            let at = at.index(chars.len() + 1);
            let end = (at + cut).min(chars.len());
            chars.splice(at..end, piece.unwrap_or_default().chars());
        }
        (kind, chars.into_iter().collect())
    })
}

fn version() -> impl Strategy<Value = Version> {
    "[0-9]{1,2}(\\.[0-9]{1,2}){0,3}(a1|rc2|\\.post1|\\.dev3)?".prop_map(|v| v.parse().unwrap())
}

/// The text without what stands at `spans` (sorted, apart).
fn outside(text: &str, mut spans: Vec<std::ops::Range<usize>>) -> String {
    spans.sort_by_key(|s| s.start);
    spans.dedup();
    let mut rest = String::new();
    let mut at = 0;
    for span in spans {
        rest.push_str(text.get(at..span.start).unwrap_or_default());
        at = span.end.max(at);
    }
    rest + text.get(at..).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_parser_panics_on_arbitrary_text(text in "\\PC{0,80}|[ -~\n\r\t]{0,200}|(\\[package\\]|\\[|\\]|a|=|\"|,|\\{|\\}|\n|1|\\.|;|\\\\|#| ){0,60}") {
        for kind in KINDS {
            let _ = parse(kind, &text);
        }
        for kind in LOCKS {
            let _ = lockfile::parse(kind, &text);
        }
        let _ = lockfile::header(&text);
        let _ = lockfile::poetry_generation(&text);
        let _ = manifest::specifier::translate(&text, manifest::Syntax::Poetry);
    }

    #[test]
    fn no_parser_panics_on_a_damaged_file((kind, text) in mutated(), to in version()) {
        for lock in LOCKS {
            let _ = lockfile::parse(lock, &text);
        }
        if let Ok(manifest) = parse(kind, &text) {
            for stated in &manifest.stated {
                prop_assert!(text.get(stated.span.clone()).is_some(), "{stated:?}");
                prop_assert!(stated.line >= 1 && stated.line as usize <= text.lines().count().max(1));
            }
            let bump = |policy| move |name: &PackageName| Bump { name: name.clone(), to: to.clone(), policy };
            let names: Vec<PackageName> = manifest.stated.iter().map(|s| s.name.clone()).collect();
            for policy in [Policy::Admit, Policy::Pin, Policy::Exact] {
                let bumps: Vec<Bump> = names.iter().map(bump.clone()(policy)).collect();
                let _ = edit(kind, &text, &bumps);
            }
            prop_assert_eq!(edit(kind, &text, &[]).unwrap().text, text);
        }
    }

    #[test]
    fn an_edit_changes_the_version_and_nothing_else(
        (kind, text) in prop::sample::select(real()).prop_filter("readable", |(kind, text)| parse(*kind, text).is_ok()),
        which in any::<prop::sample::Index>(),
        to in version(),
        policy in prop::sample::select(vec![Policy::Admit, Policy::Pin, Policy::Exact]),
    ) {
        let before = parse(kind, &text).unwrap();
        prop_assume!(!before.stated.is_empty());
        let name = before.stated[which.index(before.stated.len())].name.clone();
        let bumps = [Bump { name: name.clone(), to: to.clone(), policy }];
        let Ok(edited) = edit(kind, &text, &bumps) else { return Ok(()) };
        let after = parse(kind, &edited.text).unwrap();
        prop_assert_eq!(before.stated.len(), after.stated.len());
        for (old, new) in before.stated.iter().zip(&after.stated) {
            prop_assert_eq!((&old.name, &old.extras, &old.marker, &old.group), (&new.name, &new.extras, &new.marker, &new.group));
            let placed = matches!(old.source, Source::Index | Source::Named(_)) || !old.specifier.is_empty();
            if old.name == name && placed {
                prop_assert!(new.admits(&to), "{} does not admit {to}", new.specifier);
            } else {
                prop_assert_eq!(&old.specifier, &new.specifier);
            }
            if policy != Policy::Exact && old.admits(&to) && manifest::pinned(&old.pep440).is_none() {
                prop_assert_eq!(&old.specifier, &new.specifier);
            }
        }
        let moved = |m: &manifest::Manifest| m.stated.iter().filter(|s| s.name == name).map(|s| s.span.clone()).collect::<Vec<_>>();
        prop_assert_eq!(outside(&text, moved(&before)), outside(&edited.text, moved(&after)));
        let again = edit(kind, &edited.text, &bumps).unwrap();
        prop_assert_eq!((again.text, again.lines.len()), (edited.text, 0));
    }

    #[test]
    fn a_raised_specifier_admits_its_version(
        parts in prop::collection::vec(("==|>=|<=|~=|!=|<|>|===", "[0-9]{1,2}(\\.[0-9]{1,2}){1,2}"), 1..4),
        to in version(),
    ) {
        let specifier = parts.iter().map(|(op, v)| format!("{op}{v}")).collect::<Vec<_>>().join(",");
        let text = format!("name{specifier}\n");
        let bump = Bump { name: "name".parse().unwrap(), to: to.clone(), policy: Policy::Admit };
        if let Ok(edited) = edit(ManifestKind::Requirements, &text, &[bump]) {
            let after = edited.text.trim().trim_start_matches("name").to_owned();
            prop_assert!(manifest::admits(&after, &to), "{specifier} became {after}, which does not admit {to}");
            let operators = |s: &str| s.replace(|c: char| !"<>=~!,".contains(c), "");
            prop_assert_eq!(operators(&specifier), operators(&after).replace("1!", ""));
        }
    }
}

#[test]
fn a_hostile_setup_py_is_survived() {
    let deep =
        |open: &str, close: &str, n: usize| format!("setup(install_requires={}1{})", open.repeat(n), close.repeat(n));
    for text in [
        deep("-", "", 100_000),
        deep("[", "]", 50_000),
        deep("(", ")", 50_000),
        deep("not ", "", 50_000),
        deep("1+", "", 100_000),
        deep("a.", "", 100_000),
        "a = ['x']\n".to_owned() + &"a = a + a\n".repeat(200) + "setup(install_requires=a)",
        "a = 'x'\n".to_owned() + &"a = a + a\n".repeat(200) + "setup(install_requires=a)",
        "d = {}\n".to_owned() + &"d['x'] = [d, d]\n".repeat(100) + "setup(extras_require=d)",
    ] {
        let _ = parse(ManifestKind::SetupPy, &text);
    }
}

#[test]
fn hostile_requirements_and_toml_are_survived() {
    let _ =
        parse(ManifestKind::Requirements, &format!("a; {}os_name=='x'{}", "(".repeat(100_000), ")".repeat(100_000)));
    let _ = parse(ManifestKind::Requirements, &format!("a; {}", "os_name=='x' or ".repeat(100_000)));
    let _ = parse(ManifestKind::Requirements, &format!("a{}", ",>=1".repeat(100_000)));
    let _ = parse(ManifestKind::Pyproject, &format!("a = {}", "[".repeat(100_000)));
    let _ = parse(ManifestKind::Pyproject, &format!("[{}]", "a.".repeat(50_000) + "a"));
    let _ = lockfile::parse(LockKind::Pipfile, &"{\"a\":".repeat(100_000));
}
