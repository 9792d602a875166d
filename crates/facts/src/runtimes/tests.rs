//! Statements of small repositories, component by component.

use uplift_model::Ecosystem;

use super::*;

fn gathered(files: &[(&str, &str)]) -> Gathered {
    let names: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
    gather(&names, &|path| files.iter().find(|(p, _)| *p == path).map(|(_, text)| text.as_bytes().to_vec()))
}

fn python(folder: &str) -> Place {
    Place::new(folder, Ecosystem::Python)
}

fn workflow(version: &str, run: &str) -> String {
    format!("jobs:\n  t:\n    steps:\n      - with: {{python-version: \"{version}\"}}\n      - run: {run}\n")
}

fn messages(row: &RuntimeRow) -> Vec<&str> {
    row.disagreements.iter().map(|d| d.message.as_str()).collect()
}

#[test]
fn every_disagreement_names_both_places() {
    let setup = "from setuptools import setup\nsetup(python_requires='>=3.8,<3.11', classifiers=[\n 'Programming Language :: Python :: 3.7',\n 'Programming Language :: Python :: 3.9'])\n";
    let ci = workflow("3.11", "pytest");
    let files = [
        ("setup.py", setup),
        ("Dockerfile", "FROM python:3.9-slim\n"),
        (".github/workflows/ci.yml", ci.as_str()),
        (".python-version", "3.10\n"),
    ];
    let all = [python("")];
    let row = gathered(&files).row(&all[0], &all, "2025-11-01").unwrap();
    assert_eq!(
        messages(&row),
        [
            ".github/workflows/ci.yml:4 tests with Python 3.11, which setup.py:2 python_requires >=3.8,<3.11 does not admit",
            "setup.py:3 lists Python 3.7, which setup.py:2 python_requires >=3.8,<3.11 does not admit",
            ".python-version:1 3.10 is Python 3.10, and CI tests 3.11 only (.github/workflows/ci.yml:4)",
            "Dockerfile:1 FROM python:3.9-slim is Python 3.9, and CI tests 3.11 only (.github/workflows/ci.yml:4)",
            "setup.py:2 python_requires >=3.8,<3.11 promises Python 3.8, and CI tests 3.11 only (.github/workflows/ci.yml:4)",
            ".github/workflows/ci.yml:4 runs Python 3.11, which the classifiers of setup.py:3 do not list",
            "the classifiers of setup.py:3 list Python 3.7 and 3.9, which CI never tests (.github/workflows/ci.yml:4)",
            ".python-version:1 3.10 and Dockerfile:1 FROM python:3.9-slim are different versions of Python",
        ]
    );
    assert!(row.disagreements.iter().all(|d| d.places.len() == 2));
    let ends: Vec<(&str, bool)> = row.end_of_life.iter().map(|e| (e.line.as_str(), e.passed)).collect();
    assert_eq!(ends, [("3.7", true), ("3.8", true), ("3.9", true), ("3.10", false), ("3.11", false)]);
}

#[test]
fn a_project_in_agreement_has_none() {
    let ci = workflow("3.11", "pytest");
    let files = [
        ("pyproject.toml", "[project]\nname = 'a'\nrequires-python = '>=3.11'\n"),
        ("Dockerfile", "FROM python:3.11\n"),
        (".github/workflows/ci.yml", ci.as_str()),
    ];
    let all = [python("")];
    let row = gathered(&files).row(&all[0], &all, "2025-11-01").unwrap();
    assert_eq!(messages(&row), Vec::<&str>::new());
    assert_eq!(row.stated.len(), 3);
}

#[test]
fn statements_belong_to_the_component_they_name() {
    let ci = workflow("3.9", "cd backend && pytest");
    let files = [
        ("backend/pyproject.toml", "[project]\nname = 'b'\nrequires-python = '>=3.9'\n"),
        ("gateway/Dockerfile", "FROM python:3.12\n"),
        ("Dockerfile.backend", "FROM python:3.11\n"),
        ("deploy/api.dockerfile", "FROM python:3.10\nCOPY gateway/requirements.txt .\n"),
        (".github/workflows/ci.yml", ci.as_str()),
        (".github/workflows/lint.yml", "jobs:\n  l:\n    steps:\n      - with: {python-version: '3.13'}\n"),
        ("web/Dockerfile", "FROM node:18\n"),
    ];
    let all = [python("backend"), python("gateway"), Place::new("web", Ecosystem::JavaScript)];
    let gathered = gathered(&files);
    let places = |at: usize| -> Vec<String> {
        gathered.row(&all[at], &all, "2025-11-01").unwrap().stated.iter().map(|s| s.file.clone()).collect()
    };
    assert_eq!(
        places(0),
        [".github/workflows/ci.yml", ".github/workflows/lint.yml", "Dockerfile.backend", "backend/pyproject.toml"]
    );
    assert_eq!(places(1), [".github/workflows/lint.yml", "deploy/api.dockerfile", "gateway/Dockerfile"]);
    assert_eq!(places(2), ["web/Dockerfile"]);
}

#[test]
fn the_runtime_is_taken_from_the_surest_place() {
    let ci = "jobs:\n  t:\n    strategy: {matrix: {v: ['3.9', '3.12']}}\n    steps:\n      - with: {python-version: '${{ matrix.v }}'}\n";
    let one = workflow("3.12", "pytest");
    let mut files = vec![
        ("Dockerfile", "FROM python:3.10 AS build\nFROM python:3.11-slim\n"),
        (".python-version", "3.11.4\n3.9.1\n"),
        (".github/workflows/ci.yml", one.as_str()),
        (".github/workflows/all.yml", ci),
        ("pyproject.toml", "[project]\nname = 'a'\nrequires-python = '>=3.8.1'\n"),
    ];
    let all = [python("")];
    let assumed = "assumed: pyproject.toml:3 requires-python >=3.8.1 pins none, and 3.13 is the newest that it admits and that is supported";
    let want: [(&str, &str, Ground, &[&str]); 5] = [
        ("3.11", "Dockerfile:2 FROM python:3.11-slim", Ground::Stated, &[]),
        ("3.11.4", ".python-version:1 3.11.4", Ground::Stated, &[]),
        ("3.12", ".github/workflows/all.yml:3 python-version: [\"3.9\", \"3.12\"]", Ground::Tested, &["3.9"]),
        ("3.12", ".github/workflows/all.yml:3 python-version: [\"3.9\", \"3.12\"]", Ground::Tested, &["3.9"]),
        ("3.13", assumed, Ground::Assumed, &["3.12", "3.11", "3.10", "3.9", "3.8"]),
    ];
    for (version, from, ground, others) in want {
        let chosen = gathered(&files).python_for(&all[0], &all, "2025-09-01").unwrap();
        assert_eq!((chosen.version.as_str(), chosen.from.as_str(), chosen.ground), (version, from, ground));
        assert_eq!(chosen.others, others, "{version}");
        files.remove(0);
    }
    assert_eq!(gathered(&files).python_for(&all[0], &all, "2025-09-01"), None);
}

#[test]
fn one_version_in_ci_is_what_runs() {
    let ci = workflow("3.12", "pytest");
    let files = [(".github/workflows/ci.yml", ci.as_str()), ("tox.ini", "[tox]\nenvlist = py39,py313\n")];
    let all = [python("")];
    let chosen = gathered(&files).python_for(&all[0], &all, "2025-09-01").unwrap();
    assert_eq!((chosen.version.as_str(), chosen.ground), ("3.12", Ground::Stated));
}

#[test]
fn an_open_range_means_the_newest_supported_line_and_a_closed_one_its_own() {
    let node = |range: &str| {
        let text = format!("{{\"engines\": {{\"node\": \"{range}\"}}}}");
        let all = [Place::new("", Ecosystem::JavaScript)];
        let chosen = gathered(&[("package.json", text.as_str())]).node_for(&all[0], &all, "2025-11-01").unwrap();
        (chosen.version, chosen.ground)
    };
    for (range, version, ground) in [
        (">=14", "24", Ground::Assumed),
        ("^20.19.0 || >=22.12.0", "24", Ground::Assumed),
        (">=14 <19", "18", Ground::Assumed),
        ("18.x", "18", Ground::Stated),
        ("18", "18", Ground::Stated),
        ("18.17.1", "18.17.1", Ground::Stated),
        (">=90", "90.0.0", Ground::Assumed),
    ] {
        assert_eq!(node(range), (version.to_owned(), ground), "{range}");
    }
    let python_for = |requires: &str| {
        let text = format!("[project]\nname = 'a'\nrequires-python = '{requires}'\n");
        let all = [python("")];
        let chosen = gathered(&[("pyproject.toml", text.as_str())]).python_for(&all[0], &all, "2025-11-01").unwrap();
        (chosen.version, chosen.ground)
    };
    for (requires, version, ground) in [
        (">=3.7", "3.14", Ground::Assumed),
        (">=3.6,<3.9", "3.8", Ground::Assumed),
        ("~=3.9.2", "3.9", Ground::Stated),
        ("==3.9.*", "3.9", Ground::Stated),
    ] {
        assert_eq!(python_for(requires), (version.to_owned(), ground), "{requires}");
    }
}

#[test]
fn engines_are_held_against_images_and_ci() {
    let files = [
        ("package.json", "{\"engines\": {\"node\": \"^20.19.0 || >=22.12.0\"}}"),
        ("Dockerfile", "FROM node:18-alpine\n"),
        (".github/workflows/ci.yml", "jobs:\n  t:\n    steps:\n      - with: {node-version: 20}\n"),
    ];
    let all = [Place::new(".", Ecosystem::JavaScript)];
    let gathered = gathered(&files);
    let row = gathered.row(&all[0], &all, "2026-05-01").unwrap();
    assert_eq!(
        messages(&row),
        [
            "Dockerfile:1 runs Node 18, which package.json:1 engines.node ^20.19.0 || >=22.12.0 does not admit",
            "Dockerfile:1 FROM node:18-alpine is Node 18, and CI tests 20 only (.github/workflows/ci.yml:4)",
        ]
    );
    assert_eq!(gathered.node_for(&all[0], &all, "2026-05-01").unwrap().line, "18");
    let refused = |range: &str| -> Vec<String> {
        gathered.refused(&all[0], &all, range).into_iter().map(|s| format!("{}:{}", s.file, s.line)).collect()
    };
    assert_eq!(refused(">=22.12"), [".github/workflows/ci.yml:4", "Dockerfile:1", "package.json:1"]);
    assert_eq!(refused(">=18 <24"), Vec::<String>::new());
    assert_eq!(gathered.python_for(&all[0], &all, "2026-05-01"), None);
    assert!(row.end_of_life.iter().all(|e| e.passed), "{:?}", row.end_of_life);
}

#[test]
fn the_root_component_keeps_what_is_not_done_elsewhere() {
    let own = workflow("3.11", "pip install -r requirements.txt && flake8 scripts");
    let other = workflow("3.12", "cd scripts && pytest");
    let files = [
        (".github/workflows/a.yml", own.as_str()),
        (".github/workflows/b.yml", other.as_str()),
        ("Dockerfile", "FROM python:3.10\nCOPY . .\n"),
        (".python-version", "3.9\n"),
    ];
    let all = [python(""), python("scripts"), python("tools")];
    let gathered = gathered(&files);
    let lines = |at: usize| -> Vec<String> {
        gathered.row(&all[at], &all, "2025-11-01").unwrap().stated.iter().flat_map(|s| s.lines.clone()).collect()
    };
    assert_eq!(lines(0), ["3.11", "3.9", "3.10"]);
    assert_eq!(lines(1), ["3.11", "3.12", "3.9"]);
    assert_eq!(lines(2), ["3.9"]);
}

#[test]
fn members_of_a_workspace_live_by_its_engines() {
    let files = [
        ("package.json", "{\"engines\": {\"node\": \">=18\"}}"),
        ("packages/a/package.json", "{}"),
        ("packages/b/package.json", "{\"engines\": {\"node\": \">=20\"}}"),
    ];
    let all = ["", "packages/a", "packages/b"].map(|f| Place::new(f, Ecosystem::JavaScript));
    let gathered = gathered(&files);
    let from = all.each_ref().map(|p| gathered.node_for(p, &all, "2026-05-01").unwrap().from);
    let named = [">=18", ">=18", ">=20"];
    assert!(from.iter().zip(named).all(|(from, range)| from.contains(range)), "{from:?}");
}
