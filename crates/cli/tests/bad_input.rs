//! What is wrong is said clearly, with the next step; nothing of the user's is touched or lost.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::time::Duration;

mod support;

use support::{Index, Mood, Project, lending};

const BINARY: &str = env!("CARGO_BIN_EXE_uplift");

fn start() -> (Index, Project) {
    let index = Index::serve(lending::packages());
    let project = Project::new(BINARY, &index, &lending::files());
    (index, project)
}

/// The command fails with this code, says all of this, and leaves everything as it was.
fn refused(project: &Project, args: &[&str], code: i32, says: &[&str]) {
    let before = project.fingerprint();
    let outcome = project.run(args);
    assert_eq!(outcome.code, Some(code), "{args:?}: {}", outcome.all());
    for word in says {
        assert!(outcome.stderr.contains(word), "{args:?}: `{word}` is not in:\n{}", outcome.stderr);
    }
    assert_eq!(project.fingerprint(), before, "{args:?}");
    assert!(project.leftovers().is_empty(), "{args:?}: {:?}", project.leftovers());
}

#[test]
fn a_folder_that_is_no_repository_or_has_nothing_to_upgrade() {
    let (_index, project) = start();
    let plain = tempfile::tempdir().unwrap();
    let path = plain.path().display().to_string();
    refused(&project, &["upgrade", &path], 3, &["not in a git repository", "hint:"]);
    let bare = plain.path().join("bare.git");
    project.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    refused(&project, &["upgrade", bare.to_str().unwrap()], 3, &["bare repository"]);
    let empty = plain.path().join("empty");
    project.git(&["init", "--quiet", empty.to_str().unwrap()]);
    refused(&project, &["upgrade", empty.to_str().unwrap()], 3, &["no commits"]);
    project.git(&["rm", "--quiet", "requirements.in", "requirements.txt"]);
    project.commit(&[], "no requirements");
    refused(&project, &["upgrade"], 3, &["no Python requirements were found"]);
}

#[test]
fn an_interpreter_or_a_release_that_does_not_exist() {
    let (_index, project) = start();
    refused(&project, &["upgrade", "--python", "3.99"], 3, &["3.99", "found here"]);
    project
        .commit(&[("requirements.txt", "alpha==7.7\nbeta==1.0\ndelta==1.0\nepsilon==1.0\ngamma==1.0\n")], "impossible");
    refused(&project, &["upgrade"], 3, &["alpha", "hint:"]);
}

#[test]
fn an_index_that_is_down_or_mad() {
    for mood in [Mood::Status(500), Mood::Status(404), Mood::Garbage] {
        let (index, project) = start();
        index.set(mood);
        let before = project.fingerprint();
        let outcome = project.run(&["upgrade"]);
        assert!(matches!(outcome.code, Some(3 | 4)), "{mood:?}: {}", outcome.all());
        assert!(outcome.stderr.contains("error:"), "{mood:?}: {}", outcome.stderr);
        assert_eq!(project.fingerprint(), before);
        assert!(project.delivered().is_empty());
        let _cleared = project.run(&["cancel"]);
        assert!(project.leftovers().is_empty(), "{mood:?}: {:?}", project.leftovers());
    }
}

#[test]
fn settings_with_a_slip_are_refused_with_file_and_line() {
    let (_index, project) = start();
    project.commit(&[("uplift.toml", "[upgrade]\nstrategi = \"latest\"\n")], "settings");
    refused(&project, &["upgrade"], 3, &["uplift.toml:2", "strategi"]);
}

#[test]
fn a_test_command_that_hangs_is_ended_with_everything_it_started() {
    let (_index, project) = start();
    project
        .commit(&[("uplift.toml", "[test]\ncommand = \"sh -c 'sleep 3141 & sleep 3141'\"\ntime-limit = 2\n")], "hangs");
    refused(&project, &["upgrade"], 3, &["ran longer than its limit", "hint:"]);
    let left = std::process::Command::new("pgrep").args(["-f", "sleep 3141"]).output().unwrap();
    assert!(left.stdout.is_empty(), "left running: {}", String::from_utf8_lossy(&left.stdout));
}

#[test]
fn a_test_command_that_does_not_exist_is_an_error_not_a_pass() {
    let (_index, project) = start();
    refused(&project, &["upgrade", "--test", "nosuchrunner tests"], 3, &["nosuchrunner", "hint:"]);
}

#[test]
fn without_tests_nothing_is_called_verified() {
    let (_index, project) = start();
    project.git(&["rm", "-r", "--quiet", "tests"]);
    project.commit(&[], "no tests");
    let outcome = project.run(&["upgrade", "--format", "json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    let report = outcome.json();
    assert_eq!(report["verified"], false);
    assert!(report["verification"].as_str().unwrap().contains("not verified by tests"), "{report:#}");
    assert_eq!(report["test_results"][0]["test_type"], "import");
}

#[test]
fn tests_that_write_where_they_should_not_harm_nobody() {
    let (_index, project) = start();
    let vandal = "import unittest, os, pathlib, alpha\n\nclass Vandal(unittest.TestCase):\n    def test_vandal(self):\n        pathlib.Path('lending.py').write_text('broken')\n        pathlib.Path('junk').mkdir(exist_ok=True)\n        try:\n            pathlib.Path(alpha.__file__).write_text('broken')\n        except OSError:\n            pass\n        try:\n            pathlib.Path(os.path.expanduser('~/here')).write_text('x')\n        except OSError:\n            pass\n";
    project.commit(&[("tests/test_vandal.py", vandal)], "vandal");
    let before = project.fingerprint();
    let outcome = project.run(&["upgrade", "--format", "json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    assert_eq!(outcome.json()["verified"], true);
    assert_eq!(project.fingerprint(), before);
}

#[test]
fn tests_that_want_the_network_are_named_as_such() {
    let (index, project) = start();
    let address = index.url().replace("/simple", "").replace("http://127.0.0.1:", "");
    let test = format!(
        "import socket, unittest\n\nclass Net(unittest.TestCase):\n    def test_net(self):\n        socket.create_connection(('192.0.2.1', {address}), timeout=5)\n"
    );
    project.commit(&[("tests/test_net.py", &test)], "wants the network");
    let report = project.run(&["upgrade", "--format", "json"]).json();
    let wanting = report["baseline"]["want_network"].as_array().unwrap();
    assert!(wanting.iter().any(|t| t.as_str().unwrap().contains("test_net")), "{:#}", report["baseline"]);
}

#[test]
fn odd_repositories_are_upgraded_like_any_other() {
    let (_index, project) = start();
    project.git(&["checkout", "--quiet", "--detach"]);
    std::fs::write(project.path().join(std::ffi::OsStr::new("odd name")), "x").unwrap();
    let bytes = std::os::unix::ffi::OsStrExt::from_bytes(&b"not-utf8-\xff"[..]);
    let odd: &std::ffi::OsStr = bytes;
    std::fs::write(project.path().join(odd), "x").unwrap();
    project.commit(&[("requirements.in", "\u{feff}alpha==1.0\r\nbeta==1.0\r\ngamma==1.0\r\ndelta==1.0\r\n")], "odd");
    let outcome = project.run(&["upgrade", "--format", "json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    let branch = outcome.json()["branch"].as_str().unwrap().to_owned();
    assert_eq!(
        project.git(&["show", &format!("{branch}:requirements.in")]),
        "\u{feff}alpha==1.1\r\nbeta==2.0\r\ngamma==2.0\r\ndelta==2.0\r\n"
    );
}

#[test]
fn a_cyclic_include_and_a_file_that_is_no_text_are_named_and_survived() {
    let (_index, project) = start();
    project.commit(&[("requirements-dev.txt", "-r requirements-dev.txt\nalpha==1.0\n")], "cyclic");
    project.write("docs/requirements.txt", b"alpha==1.0\n\xff\xfe\n");
    project.commit(&[], "no text");
    let outcome = project.run(&["plan", "--format", "json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
    assert!(outcome.stdout.contains("docs/requirements.txt"), "{}", outcome.stdout);
}

#[test]
fn a_slow_index_is_waited_for() {
    let (index, project) = start();
    index.set(Mood::Slow(Duration::from_millis(300)));
    let outcome = project.run(&["plan"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.all());
}
