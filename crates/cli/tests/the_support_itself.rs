//! The stage that the end-to-end tests stand on holds: what a test believes of it is true.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::{Cursor, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use support::wheel::{base64, sha256};
use support::{Fault, Form, Index, Package, Repo, mask, processes};

fn get(index: &Index, path: &str) -> String {
    let url = index.url();
    let address = url.trim_start_matches("http://").trim_end_matches("/simple");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut bytes = Vec::new();
    let _cut = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn pages_of_both_forms_list_every_file_with_its_hash() {
    let package = Package::new("alpha", "1.0", "").for_python(">=3.8").yanked("broken");
    let hash = sha256(&package.bytes());
    let index = Index::start(vec![package]);
    for (form, python) in
        [(Form::Html, "data-requires-python=\"&gt;=3.8\""), (Form::Json, "\"requires-python\":\">=3.8\"")]
    {
        index.form(form);
        let page = get(&index, "/simple/alpha/");
        assert!(page.contains(&hash) && page.contains(python) && page.contains("broken"), "{page}");
    }
    assert!(get(&index, "/simple/nobody/").starts_with("HTTP/1.1 404"));
    assert_eq!(index.requests(), ["/simple/alpha/", "/simple/alpha/", "/simple/nobody/"]);
}

#[test]
fn faults_reach_only_the_paths_that_they_are_for() {
    let index = Index::start(vec![Package::new("alpha", "1.0", "")]);
    index.fault_at("/files/", Some(Fault::Status(500)));
    assert!(get(&index, "/simple/alpha/").starts_with("HTTP/1.1 200"));
    assert!(get(&index, "/files/alpha-1.0-py3-none-any.whl").starts_with("HTTP/1.1 500"));
    index.fault(Some(Fault::Cut));
    let page = get(&index, "/simple/alpha/");
    assert!(page.starts_with("HTTP/1.1 200") && !page.ends_with('}'), "{page}");
}

#[test]
fn a_wheel_is_the_same_bytes_each_time_and_records_every_file() {
    let package = Package::new("my-tool", "1.0", "x = 1\n").requires("other>=2").for_python(">=3.8");
    assert_eq!(package.bytes(), package.bytes());
    assert_eq!(package.file_name(), "my_tool-1.0-py3-none-any.whl");
    let mut archive = zip::ZipArchive::new(Cursor::new(package.bytes())).unwrap();
    let mut read = |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
    let record = read("my_tool-1.0.dist-info/RECORD");
    for name in [
        "my_tool/__init__.py",
        "my_tool-1.0.dist-info/METADATA",
        "my_tool-1.0.dist-info/WHEEL",
        "my_tool-1.0.dist-info/RECORD",
    ] {
        assert!(record.contains(&format!("{name},")), "{name}");
    }
    let metadata = read("my_tool-1.0.dist-info/METADATA");
    assert!(metadata.contains("Requires-Dist: other>=2\n") && metadata.contains("Requires-Python: >=3.8\n"));
    assert_eq!((base64(b"\xfb\xff\xfe"), base64(b"f"), base64(b"foob")), ("-__-".into(), "Zg".into(), "Zm9vYg".into()));
}

#[test]
fn the_same_files_make_the_same_commit() {
    let folder = tempfile::tempdir().unwrap();
    let heads = ["one", "two"].map(|n| Repo::with(&folder.path().join(n), &[("a/b.txt", "x\n")]).head());
    assert_eq!(heads[0], heads[1]);
}

#[test]
fn the_fingerprint_moves_with_the_work_tree_and_not_with_our_references() {
    let folder = tempfile::tempdir().unwrap();
    let repo = Repo::with(folder.path(), &[("a", "x\n")]);
    let before = repo.fingerprint();
    repo.git(&["branch", "uplift/x"]);
    assert_eq!(repo.fingerprint(), before);
    repo.write("b", b"y");
    assert_ne!(repo.fingerprint(), before);
}

#[test]
fn a_worktree_or_a_private_reference_that_stays_is_a_leftover() {
    let folder = tempfile::tempdir().unwrap();
    let repo = Repo::with(&folder.path().join("repo"), &[("a", "x\n")]);
    assert_eq!(repo.leftovers(), Vec::<String>::new());
    repo.git(&["update-ref", "refs/uplift/runs/x/tip", "HEAD"]);
    repo.git(&["worktree", "add", "-q", "--detach", "../other"]);
    assert_eq!(repo.leftovers().len(), 2, "{:?}", repo.leftovers());
}

#[test]
fn what_differs_between_runs_is_masked_and_the_rest_is_kept() {
    let told = "run 01JD8QXZ4M6Y2K3B5C7D9E0F1G of 2026-01-31: uplift/2026-01-31-0e0f1g at 127.0.0.1:4242 took 12.5 s, 3 sets of 1.2.3";
    assert_eq!(mask::text(told, &[]), "run RUN of DATE: uplift/DATE-RUN at 127.0.0.1:PORT took N s, 3 sets of 1.2.3");
    assert_eq!(mask::text("in /tmp/x/repo", &[("/tmp/x", "STAGE")]), "in STAGE/repo");
    assert_eq!(mask::text("at 0123456789abcdef0123456789abcdef01234567 né", &[]), "at COMMIT né");
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_is_found_by_its_environment_and_gone_after_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new("sleep").arg("60").env("PLACE", folder.path()).spawn().unwrap();
    let began = Instant::now();
    while processes::of(folder.path()).is_empty() && began.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(processes::of(folder.path()).iter().map(|(pid, _)| *pid).collect::<Vec<_>>(), [child.id()]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(processes::of(folder.path()).is_empty());
}
