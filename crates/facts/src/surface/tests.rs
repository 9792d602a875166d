//! Cases are folders: two releases, code that uses the old one, and what is said of each name. Properties: nothing
//! panics, and what did not change is never called gone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use uplift_model::Ecosystem;
use uplift_model::symbols::SymbolChanges;

use super::compare::compare;
use super::tree::{Files, Tree};
use crate::usage::{Index, Reference};

fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                all.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    all
}

fn release(name: &str, files: BTreeMap<String, String>, whole: bool) -> Files {
    let (compiled, texts): (BTreeMap<_, _>, BTreeMap<_, _>) =
        files.into_iter().partition(|(path, _)| path.ends_with(".so"));
    Files { name: name.to_owned(), texts, compiled: compiled.into_keys().collect(), whole, wheel: whole }
}

fn references(code: &BTreeMap<String, String>) -> Vec<Reference> {
    let names: Vec<String> = code.keys().cloned().collect();
    Index::read(&names, &|path| code.get(path).map(|text| text.clone().into_bytes())).references(
        Ecosystem::Python,
        "pkg",
        None,
    )
}

/// On a thread of its own, as the real reading is.
fn compared(old: Files, new: Files, references: Vec<Reference>) -> SymbolChanges {
    let reading = std::thread::Builder::new()
        .stack_size(super::STACK)
        .spawn(move || compare(&Tree::new(old), &Tree::new(new), &references));
    reading.unwrap().join().unwrap()
}

fn told(changes: &SymbolChanges) -> String {
    let changed = changes.changes.iter().map(|change| {
        let ready = if change.guarded { ", the code is ready" } else { "" };
        let lines: Vec<String> = change.sites.iter().map(|site| site.line.to_string()).collect();
        format!("{}: {}{ready} (lines {})\n", change.symbol, change.became(), lines.join(", "))
    });
    let untold = changes.untold.iter().map(|one| format!("{}: cannot be told, {}\n", one.symbol, one.why));
    let there = format!("{} of {} judged\n", changes.judged, changes.used);
    changed.chain(untold).chain(std::iter::once(there)).collect()
}

#[test]
fn every_case_is_told_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/surface");
    let mut cases: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.is_dir());
    cases.sort();
    assert!(cases.len() >= 3, "{cases:?}");
    let mut wrong = String::new();
    for case in cases {
        let code = BTreeMap::from([("app.py".to_owned(), std::fs::read_to_string(case.join("app.py")).unwrap())]);
        let wheel = !case.file_name().unwrap().to_str().unwrap().starts_with("sdist");
        let (old, new) =
            (release("old", files(&case.join("old")), wheel), release("new", files(&case.join("new")), wheel));
        let found = told(&compared(old.clone(), new, references(&code)));
        if found != std::fs::read_to_string(case.join("expected.txt")).unwrap() {
            wrong.push_str(&format!("{}:\n{found}", case.display()));
        }
        let same = compared(old.clone(), old, references(&code));
        assert!(!same.changes.iter().any(uplift_model::symbols::SymbolChange::is_gone), "{}: {same:?}", case.display());
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_top_that_a_requirement_may_bring_is_not_called_gone() {
    let code = BTreeMap::from([("app.py".to_owned(), "import pkg\n".to_owned())]);
    let of = |metadata: &str, module: &str| {
        let texts = [("pkg_new-2.dist-info/METADATA", metadata), (module, "x = 1\n")];
        release("new", texts.map(|(path, text)| (path.to_owned(), text.to_owned())).into(), true)
    };
    let old = of("", "pkg/__init__.py");
    let gone = compared(old.clone(), of("Metadata-Version: 2.1\n", "other.py"), references(&code));
    assert_eq!(told(&gone), "pkg: removed (lines 1)\n1 of 1 judged\n");
    let brought = of("Metadata-Version: 2.1\nRequires-Dist: Pkg>=3\n\nRequires-Dist: none\n", "other.py");
    assert_eq!(compared(old, brought, references(&code)).judged, 0);
}

#[test]
fn hostile_texts_end_in_an_unread_module() {
    let code = BTreeMap::from([("app.py".to_owned(), "from pkg import x\n".to_owned())]);
    let plain = BTreeMap::from([("pkg/__init__.py".to_owned(), "x = 1\n".to_owned())]);
    for open in ["(", "[", "not ", "-", "a.", "a+", "lambda:", "a if a else ", "if 1:\n"] {
        let text = format!("x = 1\n{}1\n", open.repeat(400_000 / open.len()));
        let odd = BTreeMap::from([("pkg/__init__.py".to_owned(), text)]);
        let found = compared(release("old", plain.clone(), true), release("new", odd, true), references(&code));
        assert!(found.changes.is_empty(), "{open}: {found:?}");
    }
    // Modules that take everything from each other, and an answer that asks itself.
    let round = [
        ("pkg/__init__.py", "from .a import *\nfrom .b import *\n"),
        ("pkg/a.py", "from .b import *\nfrom . import *\n"),
        ("pkg/b.py", "from .a import *\nfrom . import *\ndef __getattr__(name):\n    return __getattr__(name)\n"),
    ];
    let round: BTreeMap<String, String> = round.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    let found = compared(release("old", plain, true), release("new", round, true), references(&code));
    assert!(found.changes.is_empty(), "{found:?}");
}

fn line() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(vec!["x", "y", "Z", "pkg", "sub", "__all__", "__getattr__"]);
    prop_oneof![
        name().prop_map(|n| format!("{n} = 1")),
        (name(), name()).prop_map(|(a, b)| format!("from .{a} import {b}")),
        name().prop_map(|n| format!("from .{n} import *")),
        name().prop_map(|n| format!("class {n}({n}): y = 1")),
        (name(), name()).prop_map(|(a, b)| format!(
            "def {a}(name):\n  if name in {b}: raise AttributeError(name)\n  return {b}[name]"
        )),
        name().prop_map(|n| format!("try:\n  import {n}\nexcept ImportError:\n  del {n}")),
        name().prop_map(|n| format!("globals()['{n}'] = 2")),
        name().prop_map(|n| format!("if TYPE_CHECKING:\n  {n}: int = 3")),
        "\\PC{0,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_read_and_what_stays_is_never_gone(
        old in prop::collection::vec(line(), 0..8),
        sub in prop::collection::vec(line(), 0..8),
        new in prop::collection::vec(line(), 0..8),
    ) {
        let files = |init: &[String]| -> BTreeMap<String, String> {
            BTreeMap::from([("pkg/__init__.py".to_owned(), init.join("\n")), ("pkg/sub.py".to_owned(), sub.join("\n"))])
        };
        let code = BTreeMap::from([("app.py".to_owned(), "from pkg import x, y, Z, sub\nfrom pkg.sub import x as p\nZ().y\n".to_owned())]);
        let (old, new) = (release("old", files(&old), true), release("new", files(&new), true));
        let references = references(&code);
        let used: BTreeSet<&str> = references.iter().map(|r| r.symbol.as_str()).collect();
        let found = compared(old.clone(), new, references.clone());
        prop_assert!(found.judged + found.untold.len() == found.used && found.used <= used.len() + 1);
        let same = compared(old.clone(), old, references.clone());
        prop_assert!(!same.changes.iter().any(uplift_model::symbols::SymbolChange::is_gone), "{:?}", same);
    }

    #[test]
    fn any_archive_is_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200), name in prop::sample::select(vec!["a-1.whl", "a-1.tar.gz", "a"])) {
        let _refused_or_read = super::artifact::unpacked(name, &bytes);
    }
}
