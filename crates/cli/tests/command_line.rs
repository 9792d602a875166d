//! The real executable, as people and scripts see it: usage, help, settings, and what needs no upgrade.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

/// The executable in `folder`, with an environment of its own.
fn uplift(folder: &Path, args: &[&str]) -> Output {
    let cache = folder.join(".cache-of-the-test");
    Command::new(env!("CARGO_BIN_EXE_uplift"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("UPLIFT_CACHE_DIR", cache)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A repository with one commit that holds `files`.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = folder();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let steps: [&[&str]; 3] = [
        &["init", "-q", "-b", "main"],
        &["add", "-A"],
        &["-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-q", "--allow-empty", "-m", "t"],
    ];
    for args in steps {
        let done = Command::new("git")
            .args(args)
            .current_dir(folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    folder
}

#[test]
fn every_verb_explains_itself() {
    let here = folder();
    let verbs = [
        "upgrade",
        "plan",
        "status",
        "runs",
        "show",
        "resume",
        "cancel",
        "rollback",
        "apply",
        "lift",
        "init",
        "doctor",
        "demo",
        "completions",
    ];
    let all = out(&uplift(here.path(), &["--help"]));
    for verb in verbs {
        assert!(all.contains(&format!("\n  {verb} ")), "{verb} is not in the list:\n{all}");
        let help = uplift(here.path(), &[verb, "--help"]);
        assert_eq!(code(&help), 0, "{verb}");
        assert!(out(&help).contains(&format!("Usage: uplift {verb}")), "{verb}: {}", out(&help));
    }
}

#[test]
fn a_command_line_that_makes_no_sense_ends_with_2_and_writes_nothing_to_stdout() {
    let here = folder();
    let wrong: [&[&str]; 7] = [
        &["upgarde"],
        &["upgrade", "--no-such-flag"],
        &["upgrade", "--hold", "django"],
        &["upgrade", "--hold", "django<five"],
        &["upgrade", "--ignore", "not a name"],
        &["upgrade", "--strategy", "newest"],
        &["rollback"],
    ];
    for args in wrong {
        let ended = uplift(here.path(), args);
        assert_eq!((code(&ended), out(&ended).as_str()), (2, ""), "{args:?}");
        assert!(err(&ended).starts_with("error: "), "{args:?}: {}", err(&ended));
    }
}

#[test]
fn a_folder_without_git_is_refused_with_a_hint() {
    let here = folder();
    for args in [&["upgrade"][..], &["plan"], &["runs"], &["status"], &["init"]] {
        let ended = uplift(here.path(), args);
        assert_eq!(code(&ended), 3, "{args:?}: {}", err(&ended));
        assert!(err(&ended).contains("is not in a git repository") || err(&ended).contains("git"), "{}", err(&ended));
        assert!(err(&ended).contains("hint: "), "{args:?}: {}", err(&ended));
    }
}

#[test]
fn an_unknown_key_is_refused_with_file_and_line() {
    let here = repository(&[("uplift.toml", "[test]\ncommand = \"pytest\"\n\n[upgrade]\nstrateggy = \"latest\"\n")]);
    let ended = uplift(here.path(), &["plan"]);
    assert_eq!(code(&ended), 3);
    assert!(err(&ended).starts_with("error: uplift.toml:5: unknown field `strateggy`"), "{}", err(&ended));
    assert!(err(&ended).contains("hint: docs/settings.md"), "{}", err(&ended));
}

#[test]
fn a_settings_error_in_a_component_names_the_file_from_the_root() {
    let here =
        repository(&[("backend/pyproject.toml", "[project]\nname = \"x\"\n\n[tool.uplift.test]\nbaseline-runs = 0\n")]);
    for args in [&["plan", "backend"][..], &["plan", "--component", "backend"], &["-C", "backend", "plan"]] {
        let ended = uplift(here.path(), args);
        assert_eq!(code(&ended), 3, "{args:?}");
        let start = "error: backend/pyproject.toml:5: [test] baseline-runs: 0 is not between 1 and 10\n";
        assert!(err(&ended).starts_with(start), "{args:?}: {}", err(&ended));
    }
}

#[test]
fn with_json_an_error_is_one_document_on_stdout() {
    let here = repository(&[("uplift.toml", "x = 1\n")]);
    let ended = uplift(here.path(), &["plan", "--format", "json"]);
    assert_eq!(code(&ended), 3);
    let document: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(document["schema"], "uplift/error/1");
    assert_eq!(document["exit_code"], 3);
    assert!(document["error"].as_str().unwrap().starts_with("uplift.toml:1: unknown field `x`"), "{document}");
    assert!(document["hint"].is_string());
}

#[test]
fn a_repository_without_runs_says_so() {
    let here = repository(&[]);
    let ended = uplift(here.path(), &["runs"]);
    assert_eq!((code(&ended), out(&ended).as_str()), (0, "no run yet\nnext: uplift upgrade\n"), "{}", err(&ended));
    let ended = uplift(here.path(), &["runs", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(document, serde_json::json!({ "schema": "uplift/runs/1", "runs": [] }));
    assert_eq!(code(&uplift(here.path(), &["status"])), 0);
    let ended = uplift(here.path(), &["show", "01JD8Q"]);
    assert_eq!(code(&ended), 3);
    assert!(err(&ended).contains("hint: `uplift runs`"), "{}", err(&ended));
}

#[test]
fn completions_name_every_verb() {
    let here = folder();
    for shell in ["bash", "zsh", "fish"] {
        let ended = uplift(here.path(), &["completions", shell]);
        assert_eq!(code(&ended), 0);
        assert!(out(&ended).contains("rollback"), "{shell}");
    }
}

#[test]
fn the_demo_is_one_commit_that_is_the_same_everywhere() {
    let here = folder();
    let commits: Vec<String> = ["a", "b"]
        .map(|dest| {
            let ended = uplift(here.path(), &["demo", dest, "--no-upgrade"]);
            assert_eq!(code(&ended), 0, "{}", err(&ended));
            let head =
                Command::new("git").args(["rev-parse", "HEAD"]).current_dir(here.path().join(dest)).output().unwrap();
            String::from_utf8_lossy(&head.stdout).into_owned()
        })
        .to_vec();
    assert_eq!(commits.first(), commits.get(1));
    let status =
        Command::new("git").args(["status", "--porcelain"]).current_dir(here.path().join("a")).output().unwrap();
    assert_eq!(out(&status), "");
    assert!(here.path().join("a/requirements.txt").exists() && here.path().join("a/.python-version").exists());
}

#[test]
fn the_demo_writes_over_nothing() {
    let here = folder();
    std::fs::create_dir(here.path().join("shelf")).unwrap();
    std::fs::write(here.path().join("shelf/mine"), "x").unwrap();
    let ended = uplift(here.path(), &["demo"]);
    assert_eq!(code(&ended), 2);
    assert!(err(&ended).contains("exists already and is not empty"), "{}", err(&ended));
    assert_eq!(std::fs::read_dir(here.path().join("shelf")).unwrap().count(), 1);
}

#[test]
fn init_writes_over_nothing() {
    let here = repository(&[("uplift.toml", "[test]\ncommand = \"mine\"\n")]);
    let ended = uplift(here.path(), &["init"]);
    assert_eq!(code(&ended), 3);
    assert!(err(&ended).contains("exists already"), "{}", err(&ended));
    assert_eq!(std::fs::read_to_string(here.path().join("uplift.toml")).unwrap(), "[test]\ncommand = \"mine\"\n");
    let here = repository(&[("pyproject.toml", "[tool.uplift]\n")]);
    assert_eq!(code(&uplift(here.path(), &["init"])), 3);
    assert!(!here.path().join("uplift.toml").exists());
}

#[test]
fn a_pipe_that_closes_early_is_no_error() {
    let here = folder();
    let program = env!("CARGO_BIN_EXE_uplift");
    let piped = Command::new("sh")
        .args(["-c", &format!("'{program}' completions zsh | head -n 1; echo done")])
        .current_dir(here.path())
        .output()
        .unwrap();
    assert_eq!(err(&piped), "");
}
