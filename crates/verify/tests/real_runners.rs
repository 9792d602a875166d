//! The plug-ins at work in real interpreters: pytest, unittest, imports.
//!
//! Needs an interpreter: `UPLIFT_TEST_PYTHON`, else `python3`. Without pytest in it, the tests of
//! pytest say so and pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use uplift_model::{TestId, TestStatus};
use uplift_verify::checks::imports;
use uplift_verify::checks::unit::{Collected, Prepared, SuiteRequest, collect, prepare};
use uplift_verify::{Runner, TestCommand};

fn python(needs: &str) -> Option<PathBuf> {
    let program = std::env::var_os("UPLIFT_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let output = Command::new(&program).args(["-c", &format!("import {needs}, sys; print(sys.executable)")]).output();
    let path = output
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    if path.is_none() {
        println!("SKIPPED: {} has no `{needs}`; set UPLIFT_TEST_PYTHON to an interpreter that has", program.display());
    }
    path.map(PathBuf::from)
}

struct Case {
    folder: tempfile::TempDir,
    python: PathBuf,
    command: TestCommand,
}

impl Case {
    fn new(python: PathBuf, runner: Runner, argv: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join("tree").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let command = TestCommand {
            argv: argv.split(' ').map(str::to_owned).collect(),
            env: BTreeMap::new(),
            directory: String::new(),
            runner,
            found_in: "here".into(),
            notes: Vec::new(),
        };
        Self { folder, python, command }
    }

    fn run(&self, select: Option<&[TestId]>, rootdir: Option<&str>) -> (Prepared, Collected) {
        let scratch = self.folder.path().join("scratch");
        fs::create_dir_all(&scratch).unwrap();
        let request = SuiteRequest {
            command: &self.command,
            python: &self.python,
            path_dirs: Vec::new(),
            python_path: vec![self.folder.path().join("tree")],
            select,
            rootdir,
            scratch: &scratch,
            log: &scratch.join("log"),
            worktree: &self.folder.path().join("tree"),
        };
        let prepared = prepare(&request);
        let exit = start(&prepared);
        let collected = collect(&prepared, exit, None, 0.0);
        (prepared, collected)
    }
}

fn start(prepared: &Prepared) -> Option<i32> {
    prepared.write_files().unwrap();
    let (program, arguments) = prepared.argv.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&prepared.directory).envs(&prepared.env).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = command.output().unwrap();
    fs::write(&prepared.log, [output.stdout, output.stderr].concat()).unwrap();
    output.status.code()
}

fn status(collected: &Collected, id: &str) -> Option<TestStatus> {
    collected.run.tests.get(&TestId::new(id)).map(|test| test.status)
}

const TESTS: &str = "
import pytest
from pkg import boom
def test_ok(): pass
def test_boom(): boom()
@pytest.mark.parametrize('x', [1, 2])
def test_p(x): assert x == 1
@pytest.mark.xfail
def test_x(): assert False
";

fn project(python: PathBuf) -> Case {
    let files = [
        ("pytest.ini", "[pytest]\naddopts = -x\n"),
        ("pkg/__init__.py", "def boom():\n    raise ValueError('first\\nsecond')\n"),
        ("tests/test_a.py", TESTS),
        ("tests/test_b.py", "import missing_thing\ndef test_b(): pass\n"),
        ("tests/test_c.py", "def test_c(): pass\n"),
    ];
    Case::new(python, Runner::Pytest, "python -m pytest tests", &files)
}

#[test]
fn pytest_reports_test_by_test_past_every_failure() {
    let Some(python) = python("pytest") else {
        return;
    };
    let (_, seen) = project(python).run(None, None);
    assert_eq!(status(&seen, "tests/test_a.py::test_ok"), Some(TestStatus::Passed));
    assert_eq!(status(&seen, "tests/test_a.py::test_p[2]"), Some(TestStatus::Failed));
    assert_eq!(status(&seen, "tests/test_a.py::test_x"), Some(TestStatus::Skipped));
    assert_eq!(status(&seen, "tests/test_c.py::test_c"), Some(TestStatus::Passed));
    let failure = seen.run.tests[&TestId::new("tests/test_a.py::test_boom")].failure.clone().unwrap();
    assert_eq!((failure.error.as_str(), failure.message.as_str()), ("ValueError", "first"));
    assert_eq!(failure.frames.last().unwrap().file, "pkg/__init__.py");
    assert_eq!(seen.run.crashes["tests/test_b.py"].message, "No module named 'missing_thing'");
    assert_eq!((seen.run.exit, seen.run.crashes.len(), seen.rootdir.as_deref()), (Some(1), 1, Some("")));
}

#[test]
fn chosen_tests_run_alone_and_renamed_ones_with_their_siblings() {
    let Some(python) = python("pytest") else {
        return;
    };
    let case = project(python);
    let chosen = [TestId::new("tests/test_a.py::test_ok"), TestId::new("tests/test_a.py::test_p[gone]")];
    let (prepared, seen) = case.run(Some(&chosen), Some(""));
    assert!(prepared.selects && prepared.argv.ends_with(&["tests/test_a.py".to_owned()]), "{:?}", prepared.argv);
    let ids: Vec<_> = seen.run.tests.keys().map(|id| id.0.as_str()).collect();
    assert_eq!(ids, ["tests/test_a.py::test_ok", "tests/test_a.py::test_p[1]", "tests/test_a.py::test_p[2]"]);
}

#[test]
fn ids_stay_the_same_when_the_root_is_below_the_command() {
    let Some(python) = python("pytest") else {
        return;
    };
    let files =
        [("back/pytest.ini", "[pytest]\n"), ("back/tests/test_a.py", "def test_a(): pass\ndef test_b(): pass\n")];
    let case = Case::new(python, Runner::Pytest, "python -m pytest back/tests", &files);
    let (_, whole) = case.run(None, None);
    assert_eq!(whole.rootdir.as_deref(), Some("back"));
    let (prepared, part) = case.run(Some(&[TestId::new("tests/test_a.py::test_b")]), whole.rootdir.as_deref());
    assert!(prepared.argv.ends_with(&["back/tests/test_a.py".to_owned()]));
    assert_eq!(part.run.tests.keys().map(|id| id.0.as_str()).collect::<Vec<_>>(), ["tests/test_a.py::test_b"]);
}

#[test]
fn a_run_that_collects_nothing_or_cannot_start_says_so() {
    let Some(python) = python("pytest") else {
        return;
    };
    let empty = Case::new(python.clone(), Runner::Pytest, "python -m pytest", &[("a.py", "")]);
    assert_eq!(empty.run(None, None).1.run.crashes[""].error, "nothing collected");
    let broken =
        Case::new(python.clone(), Runner::Pytest, "python -m pytest", &[("conftest.py", "import gone_module")]);
    let crash = broken.run(None, None).1.run.crashes[""].clone();
    assert_eq!(
        (crash.error.as_str(), crash.message.as_str()),
        ("ModuleNotFoundError", "No module named 'gone_module'")
    );
    let usage = Case::new(python, Runner::Pytest, "python -m pytest --no-such-option", &[("test_a.py", "")]);
    let crash = usage.run(None, None).1.run.crashes[""].clone();
    assert_eq!(crash.error, "usage error");
    assert!(crash.text.contains("--no-such-option"));
}

#[test]
fn a_script_that_runs_pytest_inside_reports_test_by_test_too() {
    let Some(python) = python("pytest") else {
        return;
    };
    let files = [
        ("runtests.py", "import pytest, sys\nsys.exit(pytest.main(['t']))\n"),
        ("t/test_a.py", "def test_a(): pass\n"),
    ];
    let (_, seen) = Case::new(python, Runner::Other, "python runtests.py", &files).run(None, None);
    assert!(seen.per_test);
    assert_eq!(status(&seen, "t/test_a.py::test_a"), Some(TestStatus::Passed));
}

const UNITTEST: &str = "
import unittest
class A(unittest.TestCase):
    def test_ok(self): pass
    def test_bad(self): self.assertEqual(1, 2)
    def test_skip(self): self.skipTest('why')
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    def test_sub(self):
        for i in (1, 2):
            with self.subTest(i=i): self.assertEqual(i, 1)
class B(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError('no such thing')
    def test_b(self): pass
";

#[test]
fn unittest_reports_test_by_test() {
    let Some(python) = python("unittest") else {
        return;
    };
    let files = [
        ("tests/__init__.py", ""),
        ("tests/test_a.py", UNITTEST),
        ("tests/test_gone.py", "import missing_thing\n"),
        ("sitecustomize.py", "import os\nos.environ['CHAINED'] = '1'\n"),
        (
            "tests/test_env.py",
            "import os, unittest\nclass C(unittest.TestCase):\n    def test_c(self):\n        assert os.environ['CHAINED'] and 'UPLIFT_REPORT' not in os.environ\n",
        ),
    ];
    let (prepared, seen) = Case::new(python, Runner::Unittest, "python -m unittest", &files).run(None, None);
    assert!(!prepared.selects);
    for (name, wanted) in [
        ("test_ok", TestStatus::Passed),
        ("test_bad", TestStatus::Failed),
        ("test_skip", TestStatus::Skipped),
        ("test_expected", TestStatus::Skipped),
        ("test_sub", TestStatus::Failed),
    ] {
        assert_eq!(status(&seen, &format!("tests.test_a.A.{name}")), Some(wanted), "{name}");
    }
    assert_eq!(status(&seen, "tests.test_env.C.test_c"), Some(TestStatus::Passed));
    let crash = &seen.run.crashes["tests.test_gone"];
    assert_eq!(
        (crash.error.as_str(), crash.message.as_str()),
        ("ModuleNotFoundError", "No module named 'missing_thing'")
    );
    assert_eq!(seen.run.crashes["tests.test_a.B"].error, "OSError");
    assert!(!seen.run.tests.contains_key(&TestId::new("tests.test_a.B.test_b")));
}

#[test]
fn every_module_is_imported_on_its_own() {
    let Some(python) = python("json") else { return };
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    fs::create_dir_all(&tree).unwrap();
    fs::write(tree.join("good.py"), "").unwrap();
    fs::write(tree.join("bad.py"), "from json import nothing_there\n").unwrap();
    fs::write(tree.join("leaves.py"), "raise SystemExit(0)\n").unwrap();
    let modules = ["bad", "leaves", "good"].map(str::to_owned);
    let request = imports::ImportRequest {
        modules: &modules,
        python: &python,
        path_dirs: Vec::new(),
        python_path: Vec::new(),
        env: &BTreeMap::new(),
        directory: "",
        scratch: folder.path(),
        log: &folder.path().join("log"),
        worktree: Path::new(&tree),
    };
    let prepared = imports::prepare(&request);
    let exit = start(&prepared);
    let seen = imports::collect(&prepared, exit, None, 0.0).0;
    assert!(seen.passed(&TestId::new("import:good")));
    let bad = seen.tests[&TestId::new("import:bad")].failure.clone().unwrap();
    assert_eq!((bad.error.as_str(), bad.frames.last().unwrap().file.as_str()), ("ImportError", "bad.py"));
    assert_eq!(seen.tests[&TestId::new("import:leaves")].failure.clone().unwrap().error, "SystemExit");
    assert!(seen.crashes.is_empty());
}
