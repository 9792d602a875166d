//! Tests that write, spawn, print and call out where they should not: each is confined, and the run goes on.
//!
//! Lives elsewhere: test commands that cannot be run at all (`bad_input.rs`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use serde_json::json;
use support::expect::{kept, test_of, upgrades_as_usual, with};
use support::lending::small;
use support::runs::{UPGRADE, assert_clean};
use support::{Package, Stage};

const PROGRAM: &str = env!("CARGO_BIN_EXE_uplift");

fn stage() -> Option<Stage> {
    Stage::new(PROGRAM, small::packages())
}

#[test]
fn tests_cannot_write_into_their_environment_nor_see_the_users_home() {
    let Some(stage) = stage() else { return };
    std::fs::write(stage.home().join("secret.txt"), "mine").unwrap();
    let home = stage.home().display().to_string();
    let body = format!(
        "import alpha\n\
         with self.assertRaises(OSError):\n    open(alpha.__file__, 'a')\n\
         with self.assertRaises(OSError):\n    open(os.path.join(os.path.dirname(alpha.__file__), 'new.py'), 'w')\n\
         self.assertFalse(os.path.exists('{home}/secret.txt'))\n\
         self.assertNotEqual(os.path.expanduser('~'), '{home}')\n\
         open(os.path.expanduser('~/mine'), 'w').close()\n\
         open('left-behind.txt', 'w').close()\n"
    );
    let test = test_of(&body);
    let repo = stage.repo("curious", &with(&[("tests/test_odd.py", &test)]));
    let before = repo.fingerprint();
    let report = stage.run(repo.path(), &UPGRADE).json(0);
    if !report["sandbox"].as_str().unwrap().starts_with("bubblewrap") {
        support::tools::loudly(&format!(
            "SKIPPED: this machine's sandbox does not confine so much: {}",
            report["sandbox"]
        ));
        return;
    }
    // Every denial is asserted inside the sandbox: the test passes before and after.
    assert_eq!(
        (&report["baseline"]["known_failures"], &report["baseline"]["passed"]),
        (&json!([]), &json!(3)),
        "{report:#}"
    );
    assert_eq!(kept(&report), ["alpha 1.1.0", "gamma 1.1.0"]);
    assert_clean(&stage, &repo, &before, "after the run");
    assert_eq!(std::fs::read_to_string(stage.home().join("secret.txt")).unwrap(), "mine");
}

#[test]
fn what_tests_leave_running_in_the_background_is_ended() {
    let Some(stage) = stage() else { return };
    let body = "import subprocess\nsubprocess.Popen(['setsid', 'sh', '-c', 'sleep 300 & sleep 300 & wait'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)";
    let test = test_of(body);
    let repo = stage.repo("daemons", &with(&[("tests/test_odd.py", &test)]));
    upgrades_as_usual(&stage, &repo, repo.path());
}

#[test]
fn what_tests_print_cannot_play_with_the_terminal() {
    let mut packages = small::packages();
    packages.push(Package::new("gamma", "3.0.0", "def rate():\n    raise ValueError('\\x1b[2J\\x1b]0;owned\\x07')\n"));
    let Some(stage) = Stage::new(PROGRAM, packages) else { return };
    let repo = stage.repo("escape", &small::files());
    let ended = stage.run(repo.path(), &["upgrade", "--explain", "gamma"]);
    ended.expect(0);
    for (name, text) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{name}: {text:?}");
    }
    assert!(ended.stdout.contains("gamma"), "{}", ended.stdout);
}

#[test]
fn what_tests_do_to_the_work_tree_is_gone_before_the_next_run() {
    let Some(stage) = stage() else { return };
    let body = "self.assertFalse(os.path.exists('junk'))\nos.mkdir('junk')\nopen('tests/test_rate.py', 'w').close()";
    let test = test_of(body);
    let repo = stage.repo("vandal", &with(&[("tests/test_vandal.py", &test)]));
    upgrades_as_usual(&stage, &repo, repo.path());
}

#[test]
fn tests_that_want_the_network_are_named_as_such() {
    let Some(stage) = stage() else { return };
    let test = test_of("import socket\nsocket.create_connection(('192.0.2.1', 9), timeout=5)");
    let repo = stage.repo("calls", &with(&[("tests/test_net.py", &test)]));
    let report = stage.run(repo.path(), &UPGRADE).json(0);
    let wanting = report["baseline"]["want_network"].as_array().unwrap();
    assert!(wanting.iter().any(|t| t.as_str().unwrap().contains("test_net")), "{:#}", report["baseline"]);
}
