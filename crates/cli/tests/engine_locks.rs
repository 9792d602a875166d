//! Runs over projects whose versions something else than the tests bounds: the lock's own tool, the age of releases, the
//! Pythons that the project promises, pins of constraints files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]
#![allow(unreachable_pub, reason = "the stage is a part of this test only")]

#[path = "engine_points/stage.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod stage;

use stage::{Stage, failing_uv, package, tests};

/// A project of three dependencies in a `uv.lock`, each with a release that its tests accept.
fn three_locked() -> Stage {
    let pyproject = "[project]\nname = \"app\"\nversion = \"0\"\nrequires-python = \">=3.8\"\ndependencies = [\"alpha==1.0\", \"beta==1.0\", \"gamma==1.0\"]\n";
    let tests = tests(&["import alpha, beta, gamma\nself.assertEqual(alpha.ONE + beta.ONE + gamma.ONE, 3)"]);
    let files = [("pyproject.toml", pyproject), ("tests/__init__.py", ""), ("tests/test_app.py", &tests)];
    let all = ["alpha", "beta", "gamma"];
    let stage = Stage::set(all.map(|name| package(name, "1.0", "ONE = 1")).to_vec(), &files);
    stage.uv(&["lock", "--quiet"]);
    stage.commit(&[]);
    for name in all {
        stage.publish(package(name, "2.0", "ONE = 1"));
    }
    stage
}

/// Everything moved but beta, which is held with the tool's words.
fn check_that_beta_is_held(stage: &Stage, report: &serde_json::Value) {
    let held = &report["held"][0];
    assert_eq!((&held["name"], &held["best"]), (&"beta".into(), &"1.0".into()), "{report:#}");
    assert_eq!(held["reason"], "uv lock does not write uv.lock with it: error: beta is not to be locked");
    let delivered = stage.delivered(report, "pyproject.toml");
    assert!(delivered.contains("\"alpha==2.0\", \"beta==1.0\", \"gamma==2.0\""), "{delivered}");
    assert_eq!(report["verified"], true);
}

#[test]
fn what_the_locks_own_tool_refuses_is_held_with_its_reason_and_the_rest_goes_on() {
    let (stage, folder) = (three_locked(), tempfile::tempdir().unwrap());
    failing_uv(folder.path(), "lock*beta==2.0*", "beta is not to be locked");
    let report = stage.run_with(&["upgrade", "--format", "json"], &[folder.path()]).report();
    check_that_beta_is_held(&stage, &report);
}

#[test]
fn what_was_refused_stays_refused_when_the_run_is_taken_up_again() {
    let (stage, folder) = (three_locked(), tempfile::tempdir().unwrap());
    // The clean environment of the last verification cannot be made, so the run ends after its commits.
    failing_uv(folder.path(), "lock*beta==2.0*|venv*/clean", "beta is not to be locked");
    let stopped = stage.run_with(&["upgrade"], &[folder.path()]);
    assert_eq!(stopped.code, Some(4), "{}", stopped.stderr);
    // By now uv would lock it.
    let report = stage.run(&["resume", "--format", "json"]).report();
    check_that_beta_is_held(&stage, &report);
}

/// A project that names alpha, which brings epsilon along.
fn with_company(tests: &str) -> Vec<(&'static str, String)> {
    vec![
        ("requirements.in", "alpha==1.0\nbeta==1.0\n".to_owned()),
        ("requirements.txt", "alpha==1.0\nbeta==1.0\nepsilon==1.0\n".to_owned()),
        ("uplift.toml", "[upgrade]\nminimum-release-age = 7\n".to_owned()),
        ("tests/__init__.py", String::new()),
        ("tests/test_app.py", tests.to_owned()),
    ]
}

#[test]
fn nothing_too_young_enters_not_even_along_with_others() {
    let tests = tests(&["import alpha, beta\nself.assertEqual(alpha.ONE + beta.ONE, 2)"]);
    let files = with_company(&tests);
    let files: Vec<(&str, &str)> = files.iter().map(|(f, t)| (*f, t.as_str())).collect();
    let (old, young) = ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z");
    let one = |name: &str, version: &str, when: &str| package(name, version, "ONE = 1").uploaded(when);
    let packages = vec![
        one("alpha", "1.0", old).needs("epsilon"),
        one("alpha", "1.5", old).needs("epsilon").needs("zeta"),
        one("alpha", "2.0", young).needs("epsilon"),
        one("beta", "1.0", old),
        one("beta", "2.0", young),
        one("epsilon", "1.0", old),
        one("epsilon", "1.1", old),
        one("epsilon", "1.2", young),
        one("zeta", "1.0", old),
        one("zeta", "1.1", young),
    ];
    let stage = Stage::set(packages, &files);
    let report = stage.run(&["upgrade", "--format", "json"]).report();
    let lock = stage.delivered(&report, "requirements.txt");
    assert_eq!(lock, "alpha==1.5\nbeta==1.0\nepsilon==1.1\nzeta==1.0\n", "{report:#}");
    let alpha = &report["plan"]["dependencies"][0];
    assert_eq!(alpha["capped_by"], "2.0 is younger than the minimum-release-age of 7 days", "{report:#}");
    let unmoved = &report["plan"]["unmoved"][0];
    assert_eq!(unmoved["name"], "beta", "{report:#}");
    assert_eq!(unmoved["reason"], "2.0 is younger than the minimum-release-age of 7 days");
}

#[test]
fn an_index_without_upload_dates_lets_nothing_in_under_a_minimum_age_and_says_so() {
    let tests = tests(&["import alpha, beta\nself.assertEqual(alpha.ONE + beta.ONE, 2)"]);
    let files = with_company(&tests);
    let files: Vec<(&str, &str)> = files.iter().map(|(f, t)| (*f, t.as_str())).collect();
    let one = |name: &str, version: &str| package(name, version, "ONE = 1");
    let packages = vec![
        one("alpha", "1.0").needs("epsilon"),
        one("alpha", "2.0").needs("epsilon"),
        one("beta", "1.0"),
        one("epsilon", "1.0"),
        one("epsilon", "1.1"),
    ];
    let stage = Stage::set(packages, &files);
    let report = stage.run(&["upgrade", "--format", "json"]).report();
    assert_eq!(report["verification"], "nothing was changed", "{report:#}");
    let notes = report["notes"].to_string();
    assert!(notes.contains("release dates not retrieved") && notes.contains("nothing new is taken"), "{notes}");
}

/// A project of one dependency, stated so, that a `uv.lock` holds for Python 3.8 and up.
fn locked_for_old_pythons(stated: &str) -> Stage {
    let pyproject = format!(
        "[project]\nname = \"app\"\nversion = \"0\"\nrequires-python = \">=3.8\"\ndependencies = [\"{stated}\"]\n"
    );
    let tests = tests(&["import alpha\nself.assertEqual(alpha.ONE, 1)"]);
    let files =
        [("pyproject.toml", pyproject.as_str()), ("tests/__init__.py", ""), ("tests/test_app.py", tests.as_str())];
    let stage = Stage::set(vec![package("alpha", "1.0", "ONE = 1").python(">=3.8")], &files);
    stage.uv(&["lock", "--quiet"]);
    stage.commit(&[]);
    stage.publish(package("alpha", "1.5", "ONE = 1").python(">=3.8"));
    stage.publish(package("alpha", "2.0", "ONE = 1").python(">=3.10"));
    stage
}

#[test]
fn a_lock_of_one_version_keeps_to_the_pythons_that_the_project_promises() {
    let stage = locked_for_old_pythons("alpha==1.0");
    let report = stage.run(&["upgrade", "--format", "json"]).report();
    assert!(stage.delivered(&report, "pyproject.toml").contains("alpha==1.5"), "{report:#}");
    let notes = report["notes"].to_string();
    assert!(notes.contains("alpha 2.0 is not for Python 3.8, which the project promises to support"), "{notes}");
}

#[test]
fn a_lock_of_several_versions_keeps_older_ones_for_older_pythons() {
    let stage = locked_for_old_pythons("alpha>=1.0");
    let report = stage.run(&["upgrade", "--format", "json"]).report();
    let lock = stage.delivered(&report, "uv.lock");
    assert!(lock.contains("version = \"2.0\"") && lock.contains("version = \"1."), "{lock}");
    assert_eq!(report["kept"][0]["to"], "2.0", "{report:#}");
}

#[test]
fn pins_of_a_constraints_file_are_floors_and_move_with_what_needs_it() {
    let tests = tests(&["import alpha\nself.assertEqual(alpha.ONE, 1)"]);
    let files = [
        ("requirements.txt", "-c constraints.txt\nalpha==1.0\n"),
        ("constraints.txt", "epsilon==1.1\nzeta==1.0\n"),
        ("tests/__init__.py", ""),
        ("tests/test_app.py", tests.as_str()),
    ];
    let one = |name: &str, version: &str| package(name, version, "ONE = 1");
    let packages = vec![
        one("alpha", "1.0").needs("epsilon").needs("zeta"),
        one("alpha", "2.0").needs("epsilon>=2").needs("zeta"),
        // Needs what lies below the floor.
        one("alpha", "3.0").needs("epsilon<1.1").needs("zeta"),
        one("epsilon", "1.0"),
        one("epsilon", "1.1"),
        one("epsilon", "2.0"),
        one("zeta", "1.0"),
    ];
    let stage = Stage::set(packages, &files);
    let report = stage.run(&["upgrade", "--format", "json"]).report();
    assert_eq!(stage.delivered(&report, "constraints.txt"), "epsilon==2.0\nzeta==1.0\n", "{report:#}");
    assert_eq!(stage.delivered(&report, "requirements.txt"), "-c constraints.txt\nalpha==2.0\n");
}

/// As much of PDM as a lock needs: versions out of the overrides, then a second step that settles the lock.
const PDM: &str = r##"
import sys

if __name__ == "__main__":
    assert sys.argv[1] == "lock", sys.argv
    if sys.argv[2] == "--override":
        pins = [line.split("==") for line in open(sys.argv[3]).read().split()]
        with open("pdm.lock", "w") as lock:
            for name, version in pins:
                lock.write('[[package]]\nname = "%s"\nversion = "%s"\n\n' % (name, version))
    else:
        assert sys.argv[2:] == ["--update-reuse"], sys.argv
        with open("pdm.lock", "a") as lock:
            lock.write("# settled\n")
"##;

#[test]
fn pdm_locks_the_tested_versions_and_then_settles_the_lock() {
    let pyproject = "[project]\nname = \"app\"\nversion = \"0\"\nrequires-python = \">=3.8\"\ndependencies = [\"alpha>=1.0\", \"elsewhere; sys_platform == 'win32'\"]\n";
    let lock = "[[package]]\nname = \"alpha\"\nversion = \"1.0\"\n\n[[package]]\nname = \"elsewhere\"\nversion = \"1.0\"\nmarker = \"sys_platform == 'win32'\"\n";
    let tests = tests(&["import alpha\nself.assertEqual(alpha.ONE, 1)"]);
    let files = [
        ("pyproject.toml", pyproject),
        ("pdm.lock", lock),
        ("tests/__init__.py", ""),
        ("tests/test_app.py", tests.as_str()),
    ];
    let one = |name: &str, version: &str| package(name, version, "ONE = 1");
    let packages = vec![
        package("pdm", "2.0", PDM),
        one("alpha", "1.0"),
        one("alpha", "2.0"),
        one("elsewhere", "1.0"),
        one("elsewhere", "2.0"),
    ];
    let stage = Stage::set(packages, &files);
    let report = stage.run(&["upgrade", "--format", "json"]).report();
    let pins = "[[package]]\nname = \"alpha\"\nversion = \"2.0\"\n\n[[package]]\nname = \"elsewhere\"\nversion = \"1.0\"\n\n# settled\n";
    assert_eq!(stage.delivered(&report, "pdm.lock"), pins, "{report:#}");
}
