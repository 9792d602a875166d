//! Each host's format: what runs, where it stands, what muzzles it.

use super::*;

fn steps(files: &[(&str, &str)]) -> Vec<Step> {
    let names: Vec<String> = files.iter().map(|(n, _)| (*n).to_owned()).collect();
    let read = |path: &str| files.iter().find(|(n, _)| *n == path).map(|(_, t)| (*t).to_owned());
    pipelines(&Repository::new(&names, &read, Vec::new())).steps
}

fn of<'s>(steps: &'s [Step], tool: &str) -> &'s Step {
    steps.iter().find(|s| s.told().contains(tool)).unwrap_or_else(|| panic!("no {tool} in {steps:#?}"))
}

fn written(step: &Step) -> Vec<&str> {
    step.muzzles.iter().map(|m| m.written.as_str()).collect()
}

#[test]
fn github_says_what_runs_where_and_whether_it_can_fail() {
    let text = "on: [push]\njobs:\n  a:\n    defaults: {run: {working-directory: api}}\n    steps:\n      - run: |\n          pip install x\n\n          pytest -q || true\n      - run: pip-audit\n        continue-on-error: true\n      - if: ${{ false }}\n        run: npm audit\n      - uses: a/b@v1\n        with: {exit-code: 1}\n      - run: grype x\n        working-directory: web\n";
    let all = steps(&[(".github/workflows/ci.yml", text)]);
    let pytest = of(&all, "pytest");
    assert_eq!((pytest.line, pytest.folder.as_str(), written(pytest)), (9, "api", vec!["|| true"]));
    assert_eq!((of(&all, "pip-audit").line, written(of(&all, "pip-audit"))), (10, vec!["continue-on-error: true"]));
    assert_eq!(of(&all, "pip-audit").muzzles[0].line, 11);
    assert_eq!(written(of(&all, "npm audit")), ["if: false"]);
    assert_eq!(
        of(&all, "a/b").does,
        Does::Uses { name: "a/b@v1".into(), with: vec![("exit-code".into(), "1".into())] }
    );
    assert_eq!((of(&all, "grype").folder.as_str(), of(&all, "grype").is_enforced()), ("web", true));
}

#[test]
fn a_workflow_that_nothing_starts_is_muzzled() {
    let job = "jobs: {a: {steps: [{run: pytest}]}}\n";
    for (on, kind) in [
        ("", MuzzleKind::Never),
        ("on: workflow_dispatch\n", MuzzleKind::ByHand),
        ("on: {workflow_call: {}}\n", MuzzleKind::Never),
    ] {
        let all = steps(&[(".github/workflows/a.yml", &format!("{on}{job}"))]);
        assert_eq!(all[0].muzzles[0].kind, kind, "{on}");
    }
    let called = format!("on: {{workflow_call: {{}}}}\n{job}");
    let caller = "on: push\njobs: {b: {uses: ./.github/workflows/a.yml}}\n";
    let all = steps(&[(".github/workflows/a.yml", &called), (".github/workflows/b.yml", caller)]);
    assert!(of(&all, "pytest").is_enforced());
    let timed = format!("on: {{schedule: [{{cron: '0 0 * * 0'}}]}}\n{job}");
    assert!(steps(&[(".github/workflows/a.yml", &timed)])[0].scheduled);
}

#[test]
fn the_other_hosts() {
    let gitlab = "test:\n  script:\n    - cd api\n    - pytest\n  allow_failure: true\n.hidden:\n  script: [safety check]\nscan:\n  when: manual\n  script: [pip-audit]\ninclude:\n  - template: Jobs/Container-Scanning.gitlab-ci.yml\n";
    let all = steps(&[(".gitlab-ci.yml", gitlab)]);
    assert_eq!((of(&all, "pytest").folder.as_str(), of(&all, "pytest").line), ("api", 4));
    assert_eq!(written(of(&all, "pytest")), ["allow_failure: true"]);
    assert_eq!(written(of(&all, "pip-audit")), ["when: manual"]);
    assert!(!of(&all, "Container-Scanning").is_enforced());
    assert!(!all.iter().any(|s| s.told().contains("safety")));

    let cloud = "steps:\n  - name: gcr.io/cloud-builders/docker\n    args: [build, -t, x, .]\n  - name: python:3.11\n    entrypoint: bash\n    args:\n      - -c\n      - |\n        pytest\n        echo done\n";
    let all = steps(&[("deploy/cloudbuild.yaml", cloud)]);
    assert_eq!(of(&all, "docker").words(), ["docker", "build", "-t", "x", "."]);
    assert_eq!((of(&all, "pytest").line, written(of(&all, "pytest"))), (9, vec!["a later command's exit code"]));

    let azure = "jobs:\n- job: t\n  steps:\n  - script: pytest\n    continueOnError: true\n  - task: trivy@1\n    inputs: {image: x}\n";
    let all = steps(&[("azure-pipelines.yml", azure)]);
    assert_eq!(written(of(&all, "pytest")), ["continueOnError: true"]);
    assert!(of(&all, "trivy").is_enforced());

    let circle = "jobs:\n  a:\n    steps:\n      - run: {command: 'pytest', working_directory: api}\n      - snyk/scan\n  b:\n    steps: [{run: safety check}]\nworkflows: {main: {jobs: [a]}}\n";
    let all = steps(&[(".circleci/config.yml", circle)]);
    assert_eq!((of(&all, "pytest").folder.as_str(), of(&all, "pytest").is_enforced()), ("api", true));
    assert_eq!(written(of(&all, "safety")), ["no workflow starts this job"]);
    assert!(of(&all, "snyk/scan").is_enforced());

    let jenkins = "stage('T') {\n  sh 'pytest || true'\n  catchError {\n    sh '''\n      npm audit\n    '''\n  }\n  sh \"pip-audit\"\n}\n";
    let all = steps(&[("Jenkinsfile", jenkins)]);
    assert_eq!((of(&all, "pytest").line, written(of(&all, "pytest"))), (2, vec!["|| true"]));
    assert_eq!((of(&all, "npm audit").line, written(of(&all, "npm audit"))), (5, vec!["catchError"]));
    assert!(of(&all, "pip-audit").is_enforced());
}

#[test]
fn what_a_step_calls_is_read_where_it_stands() {
    let ci = "on: push\njobs: {a: {steps: [{run: make test}, {run: npm --prefix web run check}, {run: ./ci.sh}]}}\n";
    let make = "all: x\ntest: deps\n\tpytest -q\n\t-mypy .\nother:\n\techo\n";
    let package = "{\n  \"name\": \"check\",\n  \"scripts\": {\n    \"check\": \"vitest || true\"\n  }\n}\n";
    let all = steps(&[
        (".github/workflows/ci.yml", ci),
        ("Makefile", make),
        ("web/package.json", package),
        ("ci.sh", "#!/bin/sh\ntox\necho ok\n"),
    ]);
    assert_eq!((of(&all, "pytest").file.as_str(), of(&all, "pytest").line), ("Makefile", 3));
    assert!(of(&all, "pytest").is_enforced() && !of(&all, "mypy").is_enforced());
    let vitest = of(&all, "vitest");
    assert_eq!((vitest.file.as_str(), vitest.line, written(vitest)), ("web/package.json", 4, vec!["|| true"]));
    assert_eq!(written(of(&all, "tox")), ["a later command's exit code"]);
}

proptest::proptest! {
    #[test]
    fn any_file_is_read(text in "(jobs|steps|run|uses|script|on|with|args|name|sh|stage|:|-| |\n|\\[|\\]|\\{|\\}|'''|\\||x|\\PC){0,40}") {
        for path in [".github/workflows/a.yml", ".gitlab-ci.yml", "cloudbuild.yaml", "azure-pipelines.yml", ".circleci/config.yml", "Jenkinsfile"] {
            steps(&[(path, &text)]);
        }
    }
}
