//! Exports: fetched when they changed, kept whole or not at all.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::{Cursor, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{Reply, Server, quick};
use uplift_advisories::Index;
use uplift_advisories::export::{ExportError, INDEX, update};
use uplift_model::Ecosystem;

fn archive(ecosystem: &str, id: &str) -> Vec<u8> {
    let json = format!(
        r#"{{"id": "{id}", "affected": [{{"package": {{"ecosystem": "{ecosystem}", "name": "a"}}, "versions": ["1.0.0"]}}]}}"#
    );
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(format!("{id}.json"), zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(json.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn an_export_is_fetched_once_confirmed_later_and_replaced_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let edition = Arc::new(AtomicUsize::new(1));
    let current = Arc::clone(&edition);
    let server = Server::start(move |asked, head, _| {
        let etag = if current.load(Ordering::SeqCst) == 1 { "\"e1\"" } else { "\"e2\"" };
        match asked {
            "get /npm/all.zip" if head.contains(&format!("if-none-match: {etag}")) => Reply::status(304),
            "get /npm/all.zip" => Reply { etag: Some(etag), ..Reply::ok(archive("npm", &etag.replace('"', ""))) },
            "get /pypi/all.zip" => Reply::ok(archive("PyPI", "P")),
            _ => Reply::status(404),
        }
    });
    let fetch = quick();
    let found = || {
        let index = Index::open(&folder.path().join(INDEX)).unwrap();
        index.findings(Ecosystem::JavaScript, "a", "1.0.0").unwrap().remove(0).id
    };
    let get = || update(&fetch, &server.base, &[Ecosystem::JavaScript], folder.path()).unwrap();
    assert!(get().fresh);
    assert_eq!(found(), "e1");
    assert!(!get().fresh);
    edition.store(2, Ordering::SeqCst);
    assert!(get().fresh);
    assert_eq!(found(), "e2");
    let both = update(&fetch, &server.base, &Ecosystem::ALL, folder.path()).unwrap();
    assert_eq!((both.about.ecosystems.len(), server.seen().len()), (2, 5));
}

#[test]
fn what_cannot_be_had_leaves_the_index_of_before() {
    let folder = tempfile::tempdir().unwrap();
    let broken = Arc::new(AtomicUsize::new(0));
    let state = Arc::clone(&broken);
    let server = Server::start(move |_, _, _| match state.load(Ordering::SeqCst) {
        0 => Reply::ok(archive("npm", "A")),
        1 => Reply::status(500),
        _ => Reply::ok("<html>sign in</html>"),
    });
    let fetch = quick();
    let get = || update(&fetch, &server.base, &[Ecosystem::JavaScript], folder.path());
    assert!(get().unwrap().fresh);
    let archive = fs::read(folder.path().join("npm.zip")).unwrap();
    broken.store(1, Ordering::SeqCst);
    assert!(matches!(get(), Err(ExportError::Fetch { .. })));
    broken.store(2, Ordering::SeqCst);
    assert!(matches!(get(), Err(ExportError::Archive { .. })));
    assert_eq!(fs::read(folder.path().join("npm.zip")).unwrap(), archive);
    let index = Index::open(&folder.path().join(INDEX)).unwrap();
    assert_eq!(index.findings(Ecosystem::JavaScript, "a", "1.0.0").unwrap().len(), 1);
}
