//! Discovery as projects see it: a few files in, commands out.

use super::*;

fn look(files: &[(&str, &str)], settings: &Test) -> Result<Discovered, DiscoverError> {
    let held = Held::new(files.iter().copied());
    discover(&Project {
        files: &held,
        component: "",
        settings,
        has_package: &|name| name == "pytest",
        program_exists: &|name| ["python", "pytest", "make", "sh"].contains(&name),
    })
}

fn found(files: &[(&str, &str)]) -> Vec<TestCommand> {
    look(files, &Test::default()).unwrap().commands
}

fn first(files: &[(&str, &str)]) -> TestCommand {
    found(files).remove(0)
}

fn configured(command: &str, files: &[(&str, &str)]) -> Result<TestCommand, DiscoverError> {
    let settings = Test { command: Some(command.to_owned()), ..Test::default() };
    look(files, &settings).map(|mut found| found.commands.remove(0))
}

#[test]
fn ci_comes_before_tox_and_tox_before_pytest_settings() {
    let files = [
        (
            ".github/workflows/ci.yml",
            "jobs:\n  test:\n    steps:\n      - run: pip install pytest\n      - run: pytest -q tests/ci\n",
        ),
        ("tox.ini", "[testenv]\ncommands = pytest tests/tox\n[pytest]\n"),
        ("tests/ci/test_a.py", ""),
    ];
    let all = found(&files);
    let shown: Vec<_> = all.iter().map(|c| (c.shown(), c.found_in.as_str())).collect();
    assert_eq!(shown[0], ("python -m pytest -q tests/ci".to_owned(), ".github/workflows/ci.yml:5"));
    assert_eq!(shown[1], ("python -m pytest tests/tox".to_owned(), "tox.ini:2"));
    assert_eq!(shown[2], ("python -m pytest".to_owned(), "tox.ini:3"));
    assert_eq!(shown.len(), 3);
}

#[test]
fn a_workflow_lends_its_variables_folder_and_services_and_loses_its_masks() {
    let text = "
env:
  LEVEL: 1
  TOKEN: ${{ secrets.T }}
  PIP_INDEX: x
jobs:
  unit:
    defaults: { run: { working-directory: backend } }
    services: { postgres: { image: postgres } }
    steps:
      - run: |
          export MODE=ci
          coverage run --source app -m pytest \\
            -m 'not slow' --cov=app -n auto || true
";
    let command = first(&[(".github/workflows/test.yml", text), ("backend/a.py", "")]);
    assert_eq!(command.shown(), "python -m pytest -m 'not slow'");
    assert_eq!((command.directory.as_str(), command.runner), ("backend", Runner::Pytest));
    assert_eq!(command.found_in, ".github/workflows/test.yml:13");
    let env: Vec<_> = command.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(env, ["LEVEL=1", "MODE=ci"]);
    let notes = command.notes.join("\n");
    for part in ["postgres", "|| true", "--cov=app", "coverage run"] {
        assert!(notes.contains(part), "{part} in {notes}");
    }
}

#[test]
fn a_line_that_hangs_on_the_matrix_is_passed_over_and_named() {
    let text = "jobs:\n  test:\n    steps:\n      - run: tox -e ${{ matrix.env }}\n";
    let found = look(&[(".github/workflows/a.yml", text), ("pytest.ini", "[pytest]")], &Test::default()).unwrap();
    assert_eq!(found.commands[0].found_in, "pytest.ini");
    assert!(found.notes[0].starts_with(".github/workflows/a.yml:4"), "{:?}", found.notes);
}

#[test]
fn unit_tests_come_before_integration_tests() {
    let text = "jobs:\n  integration:\n    steps:\n      - run: pytest tests/integration\n  unit:\n    steps:\n      - run: pytest tests/unit\n";
    let all = found(&[(".github/workflows/test.yml", text)]);
    assert_eq!(all[0].shown(), "python -m pytest tests/unit");
}

#[test]
fn tox_is_followed_to_the_environment_that_ci_names() {
    let ci = "jobs:\n  test:\n    steps:\n      - run: python -m tox -e lint,py38-cover -- -k x\n";
    let tox = "[testenv]\nsetenv =\n  PYTHONPATH = {toxinidir}/src\n  T = {envtmpdir}\ncommands = pytest {posargs}\n[testenv:lint]\ncommands = flake8 tests\n[testenv:py38-cover]\nchangedir = sub\ncommands =\n  python --version\n  cover: pytest --cov --basetemp={envtmpdir} {posargs:tests}\n";
    let command = first(&[(".github/workflows/ci.yml", ci), ("tox.ini", tox), ("sub/x", "")]);
    assert_eq!(command.shown(), "python -m pytest -k x");
    assert_eq!((command.directory.as_str(), command.found_in.as_str()), ("sub", "tox.ini:12"));
    assert_eq!(command.env.get("PYTHONPATH").map(String::as_str), Some("../src"));
    assert!(!command.env.contains_key("T"));
}

#[test]
fn tox_references_conditions_and_ignored_failures_are_read() {
    let tox = "[base]\ncommands = - pytest {posargs:tests} -m \"a or b\"\n[testenv]\ncommands =\n  win: pytest win\n  !win: {[base]commands}\n  pytest {envsitepackagesdir}/pkg\n";
    let all = found(&[("tox.ini", tox)]);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].shown(), "python -m pytest tests -m 'a or b'");
}

#[test]
fn tox_in_toml_is_read_in_both_forms() {
    let native = "[tool.tox.env_run_base]\ncommands = [[\"pytest\", { replace = \"posargs\", default = [\"tests\"], extend = true }]]\n";
    assert_eq!(first(&[("pyproject.toml", native)]).shown(), "python -m pytest tests");
    let legacy = "[tool.tox]\nlegacy_tox_ini = \"\"\"\n[testenv]\ncommands = python -m unittest -v\n\"\"\"\n";
    let command = first(&[("pyproject.toml", legacy)]);
    assert_eq!((command.shown().as_str(), command.runner), ("python -m unittest -v", Runner::Unittest));
}

#[test]
fn runners_and_named_scripts_are_looked_through() {
    let pyproject = "[tool.hatch.envs.test.scripts]\nunit = \"pytest {args:tests}\"\n[tool.pdm.scripts]\ntest = {cmd = [\"pytest\", \"-q\"]}\n";
    for (line, wanted) in [
        ("poetry run pytest tests", "python -m pytest tests"),
        ("uv run --frozen --group dev pytest", "python -m pytest"),
        ("uv run -m pytest -q", "python -m pytest -q"),
        ("uv run python -m pytest", "python -m pytest"),
        ("pipenv run python -m unittest", "python -m unittest"),
        ("hatch run test:unit", "python -m pytest tests"),
        ("hatch run test:unit -q", "python -m pytest -q"),
        ("pdm run test", "python -m pytest -q"),
        ("xvfb-run -a -s '-screen 0' pytest", "python -m pytest"),
        ("sudo -E env A=b timeout -k 5 600 py.test x", "python -m pytest x"),
        ("cd src && ./manage.py test --parallel 4 app", "python manage.py test app --noinput"),
        ("python -W error -bb -m pytest", "python -W error -bb -m pytest"),
    ] {
        let ci = format!("jobs:\n  test:\n    steps:\n      - run: \"{line}\"\n");
        let all = found(&[(".github/workflows/ci.yml", &ci), ("pyproject.toml", pyproject), ("src/x", "")]);
        assert_eq!(all.first().map(TestCommand::shown).as_deref(), Some(wanted), "{line}");
    }
}

#[test]
fn other_lines_are_no_test_commands() {
    for line in [
        "pip install pytest tox",
        "flake8 tests",
        "test -f x",
        "pytest --version",
        "coverage report",
        "python setup.py test",
        "mypy tests",
        "echo pytest",
    ] {
        let ci = format!("jobs:\n  test:\n    steps:\n      - run: {line}\n");
        assert_eq!(found(&[(".github/workflows/ci.yml", &ci)]), [], "{line}");
    }
}

#[test]
fn make_and_nox_are_followed() {
    let make = "PYTHON ?= python3\nOPTS = -q\n\ntest: lint\n\t@$(PYTHON) -m pytest $(OPTS) $(ARGS) \\\n\t  tests\n";
    let command = first(&[("Makefile", make)]);
    assert_eq!((command.shown().as_str(), command.found_in.as_str()), ("python -m pytest -q tests", "Makefile:5"));
    let nox = "@nox.session\ndef tests(session):\n    session.install('.')\n    session.run('coverage', 'run', '-m', 'pytest', *session.posargs)\n";
    let command = first(&[("noxfile.py", nox)]);
    assert_eq!((command.shown().as_str(), command.found_in.as_str()), ("python -m pytest", "noxfile.py:4"));
    let just = "test *args:\n    pytest {{args}} tests\n";
    assert_eq!(first(&[("justfile", just)]).shown(), "python -m pytest tests");
}

#[test]
fn gitlab_scripts_are_read() {
    let text = "variables: {A: b}\nunit:\n  before_script: [cd app]\n  script:\n    - python -m pytest\n";
    let command = first(&[(".gitlab-ci.yml", text), ("app/x", "")]);
    assert_eq!((command.directory.as_str(), command.found_in.as_str()), ("app", ".gitlab-ci.yml:5"));
    assert_eq!(command.env["A"], "b");
}

#[test]
fn without_a_word_written_down_the_files_decide() {
    let django = [("manage.py", "import django"), ("app/tests.py", "")];
    assert_eq!(first(&django).runner, Runner::Django);
    assert_eq!(first(&[("tests/test_a.py", "")]).shown(), "python -m pytest");
    assert_eq!(found(&[("src/a.py", "")]), []);
}

#[test]
fn a_configured_command_stands_alone_and_must_exist() {
    let files = [("pytest.ini", ""), ("run_tests.py", ""), ("tests/test_a.py", "")];
    assert_eq!(configured("A=1 pytest -x tests", &files).unwrap().shown(), "python -m pytest tests");
    assert_eq!(configured("python run_tests.py", &files).unwrap().runner, Runner::Other);
    let chain = configured("make build && pytest", &files).unwrap();
    assert_eq!((chain.argv[0].as_str(), chain.argv[1].as_str(), chain.runner), ("sh", "-c", Runner::Other));
    assert!(
        matches!(configured("python gone.py", &files), Err(DiscoverError::NoScript { script, .. }) if script == "gone.py")
    );
    assert!(matches!(configured("./gone.sh", &files), Err(DiscoverError::NoScript { .. })));
    assert!(matches!(configured("gonetool", &files), Err(DiscoverError::NoProgram { .. })));
    assert!(matches!(configured("pytest 'x", &files), Err(DiscoverError::Unreadable { .. })));
    assert!(matches!(configured(" ", &files), Err(DiscoverError::Empty)));
    let settings = Test { directory: Some("gone".into()), ..Test::default() };
    assert!(matches!(look(&files, &settings), Err(DiscoverError::NoDirectory(_))));
}

#[test]
fn a_component_gets_only_the_lines_that_concern_it() {
    let ci = "jobs:\n  test:\n    steps:\n      - run: pytest frontend/tests\n      - run: pytest backend/tests\n";
    let held = Held::new([(".github/workflows/ci.yml", ci), ("backend/tests/test_a.py", "")]);
    let settings = Test::default();
    let project = Project {
        files: &held,
        component: "backend",
        settings: &settings,
        has_package: &|_| true,
        program_exists: &|_| true,
    };
    let shown: Vec<_> = discover(&project).unwrap().commands.iter().map(TestCommand::shown).collect();
    assert_eq!(shown, ["python -m pytest backend/tests", "python -m pytest"]);
}
