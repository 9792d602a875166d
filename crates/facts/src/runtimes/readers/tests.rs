//! What each kind of file states.

use super::*;

/// `line runtime written -> lines`, with `~` before the lines of a range.
fn stated(path: &str, text: &str) -> Vec<String> {
    let mut found = Found::default();
    of(path).unwrap()(path, text, &mut found);
    found
        .stated
        .iter()
        .map(|s| {
            let mark = if s.statement.exact { "" } else { "~" };
            let statement = &s.statement;
            format!(
                "{} {} {} -> {mark}{}",
                statement.line,
                s.runtime.name(),
                statement.written,
                statement.lines.join(" ")
            )
        })
        .collect()
}

#[test]
fn manifests() {
    assert_eq!(
        stated(
            "setup.py",
            "from setuptools import setup\nsetup(\n    python_requires='>=3.8',\n    classifiers=[\n        'Programming Language :: Python :: 3',\n        'Programming Language :: Python :: 3.10',\n        'Programming Language :: Python :: 3.8',\n    ],\n)\n"
        ),
        ["3 python >=3.8 -> ~3.8", "6 python 3.8, 3.10 -> 3.8 3.10"]
    );
    assert_eq!(stated("a/Pipfile", "[requires]\npython_version = \"3.9\"\n"), ["2 python 3.9 -> 3.9"]);
    assert_eq!(
        stated("pyproject.toml", "[tool.poetry]\nname = 'a'\n[tool.poetry.dependencies]\npython = '^3.8'\n"),
        ["4 python ^3.8 -> ~3.8"]
    );
    assert_eq!(
        stated("setup.cfg", "[options]\npython_requires = >=3.7\n[tox:tox]\nenvlist = py37, py3{8,9}\n"),
        ["2 python >=3.7 -> ~3.7", "4 python py37, py3{8,9} -> 3.7"]
    );
}

#[test]
fn version_files() {
    assert_eq!(stated(".python-version", "3.11.4\n3.9\n"), ["1 python 3.11.4 -> 3.11", "2 python 3.9 -> 3.9"]);
    assert_eq!(stated("web/.nvmrc", "lts/hydrogen\n"), ["1 node lts/hydrogen -> 18"]);
    assert_eq!(stated("runtime.txt", "python-3.9.7\n"), ["1 python python-3.9.7 -> 3.9"]);
    assert_eq!(
        stated(".tool-versions", "python 3.10.2 3.9.1 # why\nruby 3\nnodejs 20.1.0\n"),
        ["1 python python 3.10.2 3.9.1 -> 3.9 3.10", "3 node nodejs 20.1.0 -> 20"]
    );
    assert_eq!(
        stated("mise.toml", "[tools]\npython = ['3.11', '3.12']\nnode = \"20\"\n"),
        ["2 python python = ['3.11', '3.12'] -> 3.11 3.12", "3 node node = \"20\" -> 20"]
    );
}

#[test]
fn dockerfiles() {
    let text = "ARG REG=docker.io\nARG PY=3.11\n# c\nFROM --platform=linux/amd64 ${REG}/library/python:${PY}-slim AS base\nFROM base AS two\nFROM node:${NODE:-18}-alpine\nRUN a \\\n  && curl https://deb.nodesource.example/setup_16.x | bash\nFROM python:$OTHER\n";
    assert_eq!(
        stated("infra/Dockerfile.api", text),
        [
            "4 python docker.io/library/python:3.11-slim -> 3.11",
            "6 node node:18-alpine -> 18",
            "7 node setup_16.x -> 16",
            "9 python python:$OTHER -> ~",
        ]
    );
    assert!(of("a/api.dockerfile").is_some() && of("Dockerfile").is_some() && of("README.md").is_none());
    assert!(of("node_modules/x/package.json").is_none());
}

#[test]
fn compose_files() {
    let text = "services:\n  db:\n    image: postgres:15\n  app:\n    image: \"python:${PY:-3.9}\"\n";
    assert_eq!(stated("docker-compose.yml", text), ["5 python python:3.9 -> 3.9"]);
}

#[test]
fn workflows() {
    let text = "on: push\nenv:\n  NODE: 18\njobs:\n  a:\n    strategy:\n      matrix:\n        python-version: ['3.8', '3.9']\n        include:\n          - python-version: 3.10\n    container: python:3.7\n    steps:\n      - uses: actions/setup-python@v4\n        with:\n          python-version: ${{ matrix.python-version }}\n      - uses: actions/setup-node@v4\n        with: {node-version: \"${{ env.NODE }}\"}\n      - uses: actions/setup-python@v4\n        with:\n          python-version: |\n            3.11\n            pypy3.9\n      - uses: actions/setup-python@v4\n        with:\n          python-version: ${{ vars.PY }}\n";
    assert_eq!(
        stated(".github/workflows/a.yml", text),
        [
            "8 python [\"3.8\", \"3.9\", \"3.10\"] -> 3.8 3.9 3.10",
            "3 node 18 -> 18",
            "21 python [\"3.11\", \"pypy3.9\"] -> 3.11",
            "25 python ${{ vars.PY }} -> ~",
            "11 python python:3.7 -> 3.7",
        ]
    );
    let mut found = Found::default();
    workflows::read("a.yml", text, &mut found);
    assert_eq!(
        found.problems,
        [(
            Some(10),
            "`3.10` without quotes is a number, and read as 3.1".to_owned(),
            Some("write \"3.10\"".to_owned())
        )]
    );
}

#[test]
fn other_ci() {
    let gitlab =
        "variables:\n  PY: '3.9'\nimage: python:$PY\nweb:\n  image:\n    name: node:16\n  services: [\"python:2.7\"]\n";
    assert_eq!(stated(".gitlab-ci.yml", gitlab), ["3 python python:3.9 -> 3.9", "6 node node:16 -> 16"]);
    let travis = "language: python\npython:\n  - 2.7\n  - 3.6\nmatrix:\n  include:\n    - python: 3.7\n";
    assert_eq!(stated(".travis.yml", travis), ["3 python 2.7, 3.6 -> 2.7 3.6", "7 python 3.7 -> 3.7"]);
    let circle = "jobs:\n  t:\n    docker:\n      - image: cimg/python:3.9\n";
    assert_eq!(stated(".circleci/config.yml", circle), ["4 python cimg/python:3.9 -> 3.9"]);
    let azure = "strategy:\n  matrix:\n    a: {python.version: '3.8'}\n    b: {python.version: '3.9'}\nsteps:\n- task: UsePythonVersion@0\n  inputs: {versionSpec: '$(python.version)'}\n";
    assert_eq!(stated("azure-pipelines.yml", azure), ["3 python 3.8, 3.9 -> 3.8 3.9"]);
    let build = "steps:\n- name: python:3.10\n- name: docker\n";
    assert_eq!(stated("cloudbuild.yaml", build), ["2 python python:3.10 -> 3.10"]);
}

#[test]
fn environments() {
    let text =
        "[tox]\nenvlist =\n    py27,py{36,37}-django{11,22}\n    {py38,py3.9}-x\n    lint\n[testenv]\ndeps = py310\n";
    assert_eq!(
        stated("tox.ini", text),
        ["2 python py27,py{36,37}-django{11,22} {py38,py3.9}-x lint -> 2.7 3.6 3.7 3.8 3.9"]
    );
    let nox = "import nox\nPYTHONS = ['3.9', '3.10']\n@nox.session(python=\"3.8\")\ndef t(session):\n    session.install('x==1.2')\n";
    assert_eq!(
        stated("noxfile.py", nox),
        ["2 python PYTHONS = ['3.9', '3.10'] -> 3.9 3.10", "3 python @nox.session(python=\"3.8\") -> 3.8"]
    );
}

#[test]
fn packages() {
    let text = "{\n  \"name\": \"node\",\n  \"engines\": {\n    \"npm\": \">=9\",\n    \"node\": \"^18.12 || >=20\"\n  },\n  \"volta\": {\"node\": \"18.17.0\"}\n}\n";
    assert_eq!(stated("web/package.json", text), ["5 node ^18.12 || >=20 -> ~18", "7 node 18.17.0 -> 18"]);
}

#[test]
fn hosts() {
    assert_eq!(
        stated("app.yaml", "runtime: python39\nruntime: nodejs18\n"),
        ["1 python python39 -> 3.9", "2 node nodejs18 -> 18"]
    );
    assert_eq!(stated("serverless.yml", "provider:\n  runtime: nodejs18.x\n"), ["2 node nodejs18.x -> 18"]);
    let netlify =
        "[build.environment]\n  NODE_VERSION = \"18\"\n[context.x]\nenvironment = { PYTHON_VERSION = \"3.8\" }\n";
    assert_eq!(stated("netlify.toml", netlify), ["2 node 18 -> 18", "4 python 3.8 -> 3.8"]);
}

const PATHS: [&str; 18] = [
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "tox.ini",
    "noxfile.py",
    ".python-version",
    ".tool-versions",
    "mise.toml",
    "package.json",
    "netlify.toml",
    ".gitlab-ci.yml",
    ".travis.yml",
    ".github/workflows/a.yml",
    "azure-pipelines.yml",
    "docker-compose.yml",
    "app.yaml",
    "Dockerfile",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(96))]
    #[test]
    fn any_text_is_read_by_every_reader(
        text in "(FROM |ARG |python|node|image|jobs|steps|with|version|envlist|py\\{|\\}|runtime|engines|matrix|include|:|=|\\$|\\$\\{|\\{|\"|'|-| |\n|3\\.10|18|\\[|\\]|\\PC){0,40}"
    ) {
        for path in PATHS {
            let mut found = Found::default();
            of(path).unwrap()(path, &text, &mut found);
        }
    }
}
