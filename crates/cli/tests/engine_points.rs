//! Runs over projects with a peculiarity that the engine must get right: each test builds the smallest project that
//! has it, and an index for it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]
#![allow(unreachable_pub, reason = "the stage is a part of this test only")]

#[path = "engine_points/stage.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod stage;

use stage::{Stage, failing_uv, package, tests};

/// A build backend that, like setuptools-scm, writes a module into the source tree.
const MAKER: &str = r#"
import os, re, zipfile

def build_editable(out, config_settings=None, metadata_directory=None):
    name = re.search(r'^name = "(.*)"', open("pyproject.toml").read(), re.M).group(1)
    with open(os.path.join(name, "_made.py"), "w") as file:
        file.write("MADE = True\n")
    info = name + "-0.dist-info"
    files = {
        name + ".pth": os.getcwd() + "\n",
        info + "/METADATA": "Metadata-Version: 2.1\nName: " + name + "\nVersion: 0\n",
        info + "/WHEEL": "Wheel-Version: 1.0\nGenerator: maker\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[info + "/RECORD"] = "".join(path + ",,\n" for path in list(files) + [info + "/RECORD"])
    wheel = name + "-0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(out, wheel), "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text)
    return wheel
"#;

const MADE_BY_MAKER: &str = "[build-system]\nrequires = [\"maker\"]\nbuild-backend = \"maker\"\n";

#[test]
fn files_that_the_build_makes_are_there_for_every_test_run() {
    let pyproject = format!("[project]\nname = \"demo\"\nversion = \"0\"\n\n{MADE_BY_MAKER}");
    let tests = tests(&[
        "import demo._made\nself.assertTrue(demo._made.MADE)\nos.remove(demo._made.__file__)",
        "import alpha\nself.assertEqual(alpha.ONE, 1)",
    ]);
    let files = [
        ("pyproject.toml", pyproject.as_str()),
        ("requirements.in", "alpha==1.0\n"),
        ("requirements.txt", "alpha==1.0\n"),
        (".gitignore", "_made.py\n"),
        ("demo/__init__.py", ""),
        ("tests/__init__.py", ""),
        ("tests/test_demo.py", &tests),
    ];
    let packages =
        vec![package("maker", "1.0", MAKER), package("alpha", "1.0", "ONE = 1"), package("alpha", "2.0", "ONE = 1")];
    let stage = Stage::set(packages, &files);
    let report = stage.run(&["upgrade", "--format", "json"]).report();
    assert_eq!(report["baseline"]["known_failures"], serde_json::json!([]), "{report:#}");
    assert_eq!(report["baseline"]["passed"], 2, "{report:#}");
    assert_eq!(report["verified"], true, "{report:#}");
    assert_eq!(stage.delivered(&report, "requirements.txt"), "alpha==2.0\n");
}

#[test]
fn members_of_a_workspace_are_installed_for_the_tests() {
    let member = |name: &str, needs: &str| {
        format!(
            "[project]\nname = \"{name}\"\nversion = \"0\"\nrequires-python = \">=3.8\"\ndependencies = [{needs}]\n\n{MADE_BY_MAKER}"
        )
    };
    let root = "[project]\nname = \"app\"\nversion = \"0\"\nrequires-python = \">=3.8\"\ndependencies = [\"core\"]\n\n[tool.uv.workspace]\nmembers = [\"packages/*\"]\n\n[tool.uv.sources]\ncore = { workspace = true }\n";
    let tests = tests(&["import core, core._made\nself.assertEqual(core.one(), 1)"]);
    let files = [
        ("pyproject.toml", root),
        ("packages/core/pyproject.toml", &member("core", "\"alpha==1.0\"")),
        ("packages/core/core/__init__.py", "import alpha\n\ndef one(): return alpha.ONE\n"),
        ("packages/aside/pyproject.toml", &member("aside", "")),
        ("packages/aside/aside/__init__.py", ""),
        (".gitignore", "_made.py\n"),
        ("tests/__init__.py", ""),
        ("tests/test_app.py", &tests),
    ];
    let stage = Stage::set(vec![package("maker", "1.0", MAKER), package("alpha", "1.0", "ONE = 1")], &files);
    stage.uv(&["lock", "--quiet"]);
    stage.commit(&[]);
    stage.publish(package("alpha", "1.5", "ONE = 1"));
    stage.publish(package("alpha", "2.0", "ONE = 2"));
    let report = stage.run(&["upgrade", "--format", "json"]).report();
    assert_eq!((&report["verified"], &report["baseline"]["passed"]), (&true.into(), &1.into()), "{report:#}");
    // The member's code ran: its test keeps alpha below 2.0.
    assert!(stage.delivered(&report, "packages/core/pyproject.toml").contains("alpha==1.5"), "{report:#}");
    assert_eq!(report["held"][0]["name"], "alpha");
}

#[test]
fn a_root_is_named_and_so_is_who_chose_the_interpreter() {
    let stage = Stage::set(vec![package("alpha", "1.0", "ONE = 1")], &[("requirements.txt", "alpha==1.0\n")]);
    let notes = |outcome: stage::Outcome| outcome.report()["notes"].to_string();
    let asked = stage.run(&["plan", "--python", "3", "--format", "json"]);
    assert_eq!(asked.code, Some(3), "{}", asked.stderr);
    assert!(asked.stderr.contains("named by --python"), "{}", asked.stderr);
    let version = stage.run(&["plan", "--format", "json"]).report()["interpreter"].as_str().unwrap().to_owned();
    assert!(notes(stage.run(&["plan", "--python", &version, "--format", "json"])).contains("chosen by --python"));
    stage.commit(&[("uplift.toml", &format!("[project]\npython = \"{version}\"\n"))]);
    assert!(notes(stage.run(&["plan", "--format", "json"])).contains("chosen by the settings"));
    let screen = stage.run(&["upgrade", "--no-tests"]);
    assert!(screen.stdout.starts_with("shop: "), "{}", screen.stdout);
    assert!(screen.stderr.contains(" of shop\n"), "{}", screen.stderr);
    let runs = stage.run(&["runs", "--format", "json"]).report();
    assert_eq!(runs["runs"][0]["component"], ".", "{runs:#}");
}

#[test]
fn pytest_is_not_missed_where_unittest_runs_the_tests() {
    let tests = tests(&["import alpha\nself.assertEqual(alpha.ONE, 1)"]);
    let stage = |command: &str| {
        let settings = format!("[test]\ncommand = \"{command}\"\n");
        let files = [
            ("requirements.txt", "alpha==1.0\n"),
            ("tests/__init__.py", ""),
            ("tests/test_app.py", &tests),
            ("uplift.toml", &settings),
        ];
        // Enough of pytest to be found; what it does not do falls to what comes after it.
        let pytest = package("pytest", "9.0", "import sys\nsys.exit(5)\n");
        Stage::set(vec![package("alpha", "1.0", "ONE = 1"), pytest], &files)
    };
    let report = stage("python -m unittest").run(&["upgrade", "--format", "json"]).report();
    assert_eq!(report["baseline"]["passed"], 1, "{report:#}");
    assert!(!report["notes"].to_string().contains("pytest"), "{report:#}");
    let other = stage("sh -c true").run(&["upgrade", "--format", "json"]).report();
    assert!(other["notes"].to_string().contains("names no pytest"), "{other:#}");
}

#[test]
fn a_file_that_is_taken_in_is_edited_whatever_it_is_called() {
    let tests = tests(&["import alpha, beta\nself.assertEqual(alpha.ONE + beta.ONE, 2)"]);
    let files = [
        ("requirements.txt", "alpha==1.0\n-r parts/more.list\n"),
        ("parts/more.list", "beta==1.0  # kept\n"),
        ("tests/__init__.py", ""),
        ("tests/test_app.py", &tests),
    ];
    let all = ["alpha", "beta"].map(|name| ["1.0", "2.0"].map(|version| package(name, version, "ONE = 1")));
    let stage = Stage::set(all.concat(), &files);
    let report = stage.run(&["upgrade", "--format", "json"]).report();
    assert_eq!(report["verified"], true, "{report:#}");
    assert_eq!(stage.delivered(&report, "parts/more.list"), "beta==2.0  # kept\n");
    assert_eq!(stage.delivered(&report, "requirements.txt"), "alpha==2.0\n-r parts/more.list\n");
}

#[test]
fn the_only_manifest_that_is_not_utf8_is_named() {
    let stage = Stage::set(Vec::new(), &[("readme.txt", "x")]);
    std::fs::write(stage.path().join("requirements.txt"), b"alpha==1\n\xe9==2\n").unwrap();
    stage.commit(&[]);
    let outcome = stage.run(&["plan"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("requirements.txt: line 2: the text is not UTF-8"), "{}", outcome.stderr);
}

#[test]
fn apply_names_the_files_that_are_in_its_way() {
    let packages = ["1.0", "2.0"].map(|version| package("alpha", version, "ONE = 1")).to_vec();
    let stage = Stage::set(packages, &[("requirements.txt", "alpha==1.0\n")]);
    let report = stage.run(&["upgrade", "--no-tests", "--format", "json"]).report();
    std::fs::write(stage.path().join("requirements.txt"), "alpha==1.0 # mine\n").unwrap();
    let outcome = stage.run(&["apply", report["run"].as_str().unwrap()]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("in the way: `requirements.txt`"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("git stash"), "{}", outcome.stderr);
}

#[test]
fn an_index_that_breaks_off_is_told_with_a_way_out() {
    let stage = Stage::set(vec![package("alpha", "1.0", "ONE = 1")], &[("requirements.txt", "alpha==1.0\n")]);
    stage.break_answers_off();
    let outcome = stage.run(&["plan"]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("hint:") && outcome.stderr.contains("index"), "{}", outcome.stderr);
}

#[test]
fn a_full_disk_stops_the_run_without_blame_and_resume_goes_on() {
    let tests = tests(&["import alpha\nself.assertEqual(alpha.ONE, 1)"]);
    let files = [("requirements.txt", "alpha==1.0\n"), ("tests/__init__.py", ""), ("tests/test_app.py", &tests)];
    let packages = ["1.0", "2.0"].map(|version| package("alpha", version, "ONE = 1")).to_vec();
    let stage = Stage::set(packages, &files);
    let before = stage.fingerprint();
    let folder = tempfile::tempdir().unwrap();
    // What the installer says when the disk is full; a disk of a given size needs rights that a test does not have.
    failing_uv(folder.path(), "pip\\ install*", "failed to write: No space left on device (os error 28)");
    let full = stage.run_with(&["upgrade"], &[folder.path()]);
    assert_eq!(full.code, Some(4), "{}", full.stderr);
    assert!(full.stderr.contains("free some room"), "{}", full.stderr);
    assert_eq!(stage.fingerprint(), before);
    let report = stage.run(&["resume", "--format", "json"]).report();
    assert_eq!((&report["kept"][0]["to"], report["held"].as_array().unwrap().len()), (&"2.0".into(), 0), "{report:#}");
}

#[test]
fn services_run_beside_the_tests() {
    let tests =
        tests(&["path = os.path.join(os.environ[\"TMPDIR\"], \"service\")\nself.assertTrue(os.path.exists(path))"]);
    let service = "[[services]]\nname = \"demo\"\ncommand = \"sleep 0.5; echo up >$TMPDIR/service; sleep 60\"\nready = \"test -s $TMPDIR/service\"\n";
    let files = [
        ("requirements.txt", "alpha==1.0\n"),
        ("uplift.toml", service),
        ("tests/__init__.py", ""),
        ("tests/test_app.py", &tests),
    ];
    let packages = ["1.0", "2.0"].map(|version| package("alpha", version, "ONE = 1")).to_vec();
    let report = Stage::set(packages, &files).run(&["upgrade", "--format", "json"]).report();
    assert_eq!((&report["verified"], &report["baseline"]["passed"]), (&true.into(), &1.into()), "{report:#}");
}
