//! The index, from files on disk to findings.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use uplift_advisories::index::{BuildError, build};
use uplift_advisories::{Index, IndexError};
use uplift_model::Ecosystem;

fn record(id: &str, ecosystem: &str, name: &str, fixed: &str, more: &str) -> String {
    format!(
        r#"{{"id": "{id}", "affected": [{{"package": {{"ecosystem": "{ecosystem}", "name": "{name}"}},
        "ranges": [{{"type": "SEMVER", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}] {more}}}"#
    )
}

fn archive(path: &Path, files: &[(&str, &str)]) -> PathBuf {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, text) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    path.to_owned()
}

fn ids(index: &Index, ecosystem: Ecosystem, name: &str, version: &str) -> Vec<String> {
    index.findings(ecosystem, name, version).unwrap().into_iter().map(|finding| finding.id).collect()
}

#[test]
fn archives_folders_and_files_become_one_index() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let zip = archive(
        &at("all.zip"),
        &[
            ("A.json", &record("A", "PyPI", "One_Two", "2", r#", "modified": "2024-05-01T00:00:00Z""#)),
            ("B.json", "{torn"),
            ("C.json", &record("C", "Go", "other", "2", "")),
            ("D.json", &record("D", "PyPI", "gone", "2", r#", "withdrawn": "2024-01-01T00:00:00Z""#)),
            ("notes.txt", "not a record"),
        ],
    );
    fs::create_dir(at("more")).unwrap();
    fs::write(at("more/E.json"), record("E", "npm", "Axios", "1.7.4", "")).unwrap();
    fs::write(
        at("seed.json"),
        r#"{"advisories": [{"id": "F", "package": "one.two", "ecosystem": "PyPI", "events": [{"introduced": "0"}]}]}"#,
    )
    .unwrap();
    let file = at("index/advisories.redb");
    let built = build(&file, &[zip, at("more"), at("seed.json")]).unwrap();
    assert!(built.fresh);
    let [zip, more, seed] = built.about.sources.as_slice() else { panic!() };
    assert_eq!((zip.records, zip.withdrawn, zip.elsewhere, zip.skipped), (3, 1, 1, 1));
    assert!(built.about.sources.iter().all(|source| source.changed.is_some_and(|seconds| seconds > 1_700_000_000)));
    assert!(zip.reasons[0].starts_with("B.json: not JSON"), "{:?}", zip.reasons);
    assert_eq!((more.records, seed.records, built.about.packages), (1, 1, 2));
    assert_eq!(built.about.newest(), Some("2024-05-01T00:00:00Z"));

    let index = Index::open(&file).unwrap();
    assert_eq!(ids(&index, Ecosystem::Python, "one-two", "1.0"), ["A", "F"]);
    assert_eq!(ids(&index, Ecosystem::Python, "ONE.two", "2.0"), ["F"]);
    assert_eq!(ids(&index, Ecosystem::JavaScript, "axios", "1.7.3"), ["E"]);
    assert_eq!(ids(&index, Ecosystem::Python, "gone", "1.0").len(), 0);
    assert_eq!(index.about(), &built.about);
}

#[test]
fn a_folder_of_exports_is_as_good_as_each_of_them() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("osv")).unwrap();
    let at = |name: &str| folder.path().join("osv").join(name);
    archive(&at("PyPI.zip"), &[("A.json", &record("A", "PyPI", "one", "2", ""))]);
    archive(&at("npm.zip"), &[("B.json", &record("B", "npm", "axios", "2.0.0", ""))]);
    fs::write(at("README.md"), "what these are").unwrap();
    let file = folder.path().join("advisories.redb");
    assert_eq!(build(&file, &[folder.path().join("osv")]).unwrap().about.sources.len(), 2);
    fs::write(at("C.json"), record("C", "PyPI", "one", "3", "")).unwrap();
    assert_eq!(build(&file, &[folder.path().join("osv")]).unwrap().about.sources.len(), 3);
    let index = Index::open(&file).unwrap();
    assert_eq!(ids(&index, Ecosystem::Python, "one", "1.0"), ["A", "C"]);
    assert_eq!(ids(&index, Ecosystem::JavaScript, "axios", "1.0.0"), ["B"]);
}

#[test]
fn it_is_built_again_only_when_an_input_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (input, file) = (folder.path().join("a.json"), folder.path().join("i.redb"));
    fs::write(&input, record("A", "npm", "a", "2.0.0", "")).unwrap();
    let inputs = [input.clone()];
    assert!(build(&file, &inputs).unwrap().fresh);
    assert!(!build(&file, &inputs).unwrap().fresh);
    let old = Index::open(&file).unwrap();
    fs::write(&input, record("AB", "npm", "a", "2.0.0", "")).unwrap();
    assert!(build(&file, &inputs).unwrap().fresh);
    assert_eq!(ids(&old, Ecosystem::JavaScript, "a", "1.0.0"), ["A"], "a reader keeps what it opened");
    assert_eq!(ids(&Index::open(&file).unwrap(), Ecosystem::JavaScript, "a", "1.0.0"), ["AB"]);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn the_newest_of_two_sources_counts_also_when_it_takes_a_record_back() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one.json"), folder.path().join("two.json"));
    let old = r#", "modified": "2024-01-01T00:00:00Z""#;
    let new = r#", "modified": "2024-02-01T00:00:00Z""#;
    let gone = r#", "modified": "2024-02-01T00:00:00Z", "withdrawn": "2024-02-01T00:00:00Z""#;
    fs::write(&one, format!("[{},{}]", record("A", "npm", "a", "2.0.0", new), record("B", "npm", "b", "2.0.0", old)))
        .unwrap();
    fs::write(&two, format!("[{},{}]", record("A", "npm", "a", "1.0.0", old), record("B", "npm", "b", "2.0.0", gone)))
        .unwrap();
    let file = folder.path().join("i.redb");
    build(&file, &[one, two]).unwrap();
    let index = Index::open(&file).unwrap();
    assert_eq!(ids(&index, Ecosystem::JavaScript, "a", "1.5.0"), ["A"]);
    assert_eq!(ids(&index, Ecosystem::JavaScript, "b", "1.5.0").len(), 0);
}

#[test]
fn what_the_index_does_not_cover_is_never_called_free_of_vulnerabilities() {
    let folder = tempfile::tempdir().unwrap();
    let (input, file) = (folder.path().join("a.json"), folder.path().join("i.redb"));
    assert!(matches!(Index::open(&file), Err(IndexError::Missing(_))));
    fs::write(&input, record("A", "PyPI", "a", "2", "")).unwrap();
    build(&file, std::slice::from_ref(&input)).unwrap();
    let index = Index::open(&file).unwrap();
    assert!(matches!(index.known(Ecosystem::JavaScript, "a"), Err(IndexError::NotCovered(_))));
    assert!(matches!(index.findings(Ecosystem::Python, "a", "main"), Err(IndexError::Ask(_))));

    for (text, empty) in [("[]", true), ("{", true), ("PK not a zip", false)] {
        fs::write(&input, text).unwrap();
        let error = build(&file, std::slice::from_ref(&input)).unwrap_err();
        assert_eq!(matches!(error, BuildError::Empty { .. }), empty, "{error}");
    }
    assert_eq!(ids(&Index::open(&file).unwrap(), Ecosystem::Python, "a", "1"), ["A"], "the old index stays");
    assert!(matches!(build(&file, &[folder.path().join("none")]), Err(BuildError::Read { .. })));
}

#[test]
fn a_torn_or_foreign_file_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let (input, file) = (folder.path().join("a.json"), folder.path().join("i.redb"));
    fs::write(&input, record("A", "PyPI", "a", "2", "")).unwrap();
    build(&file, std::slice::from_ref(&input)).unwrap();
    let whole = fs::read(&file).unwrap();
    for torn in [&b""[..], b"SQLite format 3\0", &whole[..whole.len() / 2], &whole[..100]] {
        fs::write(&file, torn).unwrap();
        assert!(matches!(Index::open(&file), Err(IndexError::Damaged { .. })), "{} bytes", torn.len());
    }
    assert!(build(&file, std::slice::from_ref(&input)).unwrap().fresh);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes_as_input_are_refused_or_read_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), zip: bool) {
        let folder = tempfile::tempdir().unwrap();
        let (input, file) = (folder.path().join("x.zip"), folder.path().join("i.redb"));
        fs::write(&input, if zip { [b"PK\x03\x04", bytes.as_slice()].concat() } else { bytes }).unwrap();
        let _ = build(&file, &[input]);
    }

    #[test]
    fn an_altered_index_never_panics(at in 0usize..20_000, byte: u8) {
        let folder = tempfile::tempdir().unwrap();
        let (input, file) = (folder.path().join("a.json"), folder.path().join("i.redb"));
        fs::write(&input, record("A", "PyPI", "a", "2", "")).unwrap();
        build(&file, std::slice::from_ref(&input)).unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= byte;
        fs::write(&file, bytes).unwrap();
        if let Ok(index) = Index::open(&file) {
            let _ = index.findings(Ecosystem::Python, "a", "1");
        }
    }
}
