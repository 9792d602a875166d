//! Notes through the doors: a server with pages, metadata, archives and pages of changelogs, all made up.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use uplift_ecosystems::javascript::npmrc::Layers;
use uplift_model::notes::NoteKind;
use uplift_sandbox::fetch::FetchSettings;

use super::*;

/// Answers by path; what it does not know is 404.
struct Server {
    address: String,
    answers: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let answers: Arc<Mutex<BTreeMap<String, Vec<u8>>>> = Arc::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let (known, count) = (Arc::clone(&answers), Arc::clone(&asked));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut request = Vec::new();
                let mut buffer = [0_u8; 4096];
                while !request.windows(4).any(|w| w == b"\r\n\r\n") {
                    match stream.read(&mut buffer) {
                        Ok(0) | Err(_) => break,
                        Ok(read) => request.extend_from_slice(&buffer[..read]),
                    }
                }
                let text = String::from_utf8_lossy(&request).into_owned();
                let path = text.split_whitespace().nth(1).unwrap_or_default().to_owned();
                count.fetch_add(1, Ordering::Relaxed);
                let found = known.lock().unwrap().get(&path).cloned();
                let (status, body) = found.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
                let kind = if path.ends_with(".html") || path.starts_with("/simple/") {
                    "text/html"
                } else {
                    "application/octet-stream"
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(&body);
            }
        });
        Self { address, answers, asked }
    }

    fn serve(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.answers.lock().unwrap().insert(path.to_owned(), body.into());
    }

    /// A project page that lists files, each served with what is given.
    fn project(&self, name: &str, files: &[(&str, Vec<u8>)]) {
        let links: String = files.iter().map(|(file, _)| format!("<a href=\"/files/{file}\">{file}</a>\n")).collect();
        self.serve(&format!("/simple/{name}/"), format!("<html>{links}</html>"));
        for (file, body) in files {
            self.serve(&format!("/files/{file}"), body.clone());
        }
    }
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// Asks with doors of their own; the folder keeps what was read.
fn ask(server: &Server, asked: &[Asked], folder: &std::path::Path, offline: bool) -> Vec<Datum<ReleaseNotes>> {
    let settings = FetchSettings {
        offline,
        time_limit: Duration::from_secs(5),
        pause: Duration::from_millis(1),
        proxies: false,
        netrc: None,
        ..FetchSettings::default()
    };
    let fetch = Fetch::new(settings.clone()).unwrap();
    let artifacts = Fetch::new(FetchSettings { body_limit: 1 << 20, ..settings }).unwrap();
    let store = Store::new(folder, &fetch, Duration::MAX, offline);
    let indexes = Ok(vec![format!("{}/simple", server.address)]);
    let registries = Ok(Registries::of(Layers::new(Vec::new()), &format!("{}/npm", server.address)));
    notes(asked, &Doors { store: &store, artifacts: &artifacts, indexes: &indexes, registries: &registries })
}

fn python(name: &str, from: &str, to: &str) -> Asked {
    Asked { ecosystem: Ecosystem::Python, name: name.to_owned(), from: Some(from.to_owned()), to: to.to_owned() }
}

const CHANGES: &str = "2.0\n---\n\n- BREAKING: `run` is gone\n\n1.5\n---\n\n- Add a thing\n\n1.0\n---\n\n- first\n";

#[test]
fn the_source_distribution_tells_with_file_line_and_what_is_silent() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let sdist = archive(&[("demo-2.0/CHANGES.rst", CHANGES), ("demo-2.0/demo.py", "x = 1")]);
    server.project(
        "demo",
        &[("demo-1.0.tar.gz", Vec::new()), ("demo-1.7.tar.gz", Vec::new()), ("demo-2.0.tar.gz", sdist)],
    );
    let asked = [python("demo", "1.0", "2.0")];
    let found = ask(&server, &asked, folder.path(), false);
    let notes = found[0].value().unwrap();
    assert_eq!(notes.sources[0].name, "demo-2.0.tar.gz: CHANGES.rst");
    assert_eq!(notes.sources[0].kind, "sdist");
    let first = &notes.releases[0];
    assert_eq!((first.version.as_str(), first.notes[0].kind, first.notes[0].line), ("2.0", NoteKind::Breaking, 4));
    assert_eq!(notes.releases.len(), 2);
    assert_eq!(notes.silent, ["1.7"]);
    // Kept for good: the second time nobody is asked.
    let before = server.asked.load(Ordering::Relaxed);
    assert_eq!(ask(&server, &asked, folder.path(), true), found);
    assert_eq!(server.asked.load(Ordering::Relaxed), before);
}

#[test]
fn metadata_that_tell_everything_save_the_download() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    server.project("demo", &[("demo-2.0-py3-none-any.whl", Vec::new()), ("demo-2.0.tar.gz", b"no archive".to_vec())]);
    let metadata = format!("Metadata-Version: 2.1\nName: demo\n\nDemo\n====\n\nText.\n\nChanges\n=======\n\n{CHANGES}");
    server.serve("/files/demo-2.0-py3-none-any.whl.metadata", metadata);
    let found = ask(&server, &[python("demo", "1.0", "2.0")], folder.path(), false);
    let notes = found[0].value().unwrap();
    assert_eq!((notes.sources[0].kind.as_str(), notes.releases.len()), ("wheel", 2));
    assert_eq!(notes.releases[0].notes[0].line, 15);
}

#[test]
fn an_archive_without_a_changelog_is_none_and_one_that_cannot_be_read_is_not_retrieved() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    server.project("bare", &[("bare-2.0.tar.gz", archive(&[("bare-2.0/setup.py", "")]))]);
    server.project("broken", &[("broken-2.0.tar.gz", b"<html>sign in</html>".to_vec())]);
    server.project("huge", &[("huge-2.0.tar.gz", vec![0; 2 << 20])]);
    server.project("other", &[("other-1.0.tar.gz", Vec::new())]);
    let names = ["bare", "broken", "huge", "other", "missing"];
    let asked: Vec<Asked> = names.iter().map(|n| python(n, "1.0", "2.0")).collect();
    let found = ask(&server, &asked, folder.path(), false);
    assert_eq!(found[0], Datum::None);
    for (at, word) in [(1, "cannot be read"), (2, "larger than"), (3, "no file of other 2.0"), (4, "404")] {
        let why = found[at].missing().unwrap_or_else(|| panic!("{}: {:?}", names[at], found[at]));
        assert!(why.contains(word), "{}: {why}", names[at]);
    }
    let offline = ask(&server, &[python("new", "1.0", "2.0")], folder.path(), true);
    assert!(offline[0].missing().unwrap().contains("offline"));
}

#[test]
fn the_page_that_metadata_name_is_read_last_and_its_silence_is_not_none() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let info = |page: &str| format!("Metadata-Version: 2.1\nName: demo\nProject-URL: Changelog, {page}\n\n");
    let page = format!("{}/changes.html", server.address);
    server.serve(
        "/changes.html",
        "<!doctype html><h1>Demo</h1><h2>2.0 (2024-01-02)</h2><ul><li>BREAKING: <code>run</code></li></ul>",
    );
    server.project("demo", &[("demo-2.0.tar.gz", archive(&[("demo-2.0/PKG-INFO", &info(&page))]))]);
    let lost = info("http://127.0.0.1:1/changes.html");
    server.project("lost", &[("lost-2.0.tar.gz", archive(&[("lost-2.0/PKG-INFO", &lost)]))]);
    let found = ask(&server, &[python("demo", "1.0", "2.0"), python("lost", "1.0", "2.0")], folder.path(), false);
    let notes = found[0].value().unwrap();
    assert_eq!((notes.sources[0].name.as_str(), notes.sources[0].kind.as_str()), (page.as_str(), "page"));
    assert_eq!(notes.releases[0].notes[0].kind, NoteKind::Breaking);
    assert!(found[1].missing().unwrap().contains("changelog page"));
}

#[test]
fn an_npm_tarball_is_asked_of_its_own_registry_even_where_the_document_names_another() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let document = r#"{"name":"@s/demo","versions":{"1.0.0":{},"2.0.0":{"dist":{"tarball":"https://index.example/@s/demo/-/demo-2.0.0.tgz"}}}}"#;
    server.serve("/npm/@s%2fdemo", document);
    let text = "# @s/demo\n\n## 2.0.0\n\n### Major Changes\n\n- abc1234: Drop the old way\n\n## 1.0.0\n";
    server.serve(
        "/npm/@s/demo/-/demo-2.0.0.tgz",
        archive(&[("package/CHANGELOG.md", text), ("package/package.json", "{}")]),
    );
    let asked = Asked {
        ecosystem: Ecosystem::JavaScript,
        name: "@s/demo".into(),
        from: Some("1.0.0".into()),
        to: "2.0.0".into(),
    };
    let found = ask(&server, &[asked], folder.path(), false);
    let notes = found[0].value().unwrap_or_else(|| panic!("{:?}", found[0]));
    assert_eq!(notes.sources[0].name, "demo-2.0.0.tgz: CHANGELOG.md");
    assert_eq!(notes.releases[0].notes[0].text, "Drop the old way");
    assert_eq!(notes.releases[0].notes[0].kind, NoteKind::Breaking);
    assert!(notes.silent.is_empty());
}

#[test]
fn a_file_with_another_hash_than_the_index_states_is_not_believed() {
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let sdist = archive(&[("demo-2.0/CHANGES.rst", CHANGES)]);
    server.project("demo", &[("demo-2.0.tar.gz", sdist)]);
    let link = format!("<html><a href=\"/files/demo-2.0.tar.gz#sha256={}\">demo-2.0.tar.gz</a></html>", "0".repeat(64));
    server.serve("/simple/demo/", link);
    let found = ask(&server, &[python("demo", "1.0", "2.0")], folder.path(), false);
    assert!(found[0].missing().unwrap().contains("hash"), "{:?}", found[0]);
}
