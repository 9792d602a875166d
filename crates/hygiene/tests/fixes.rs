//! Fixes: what is written mends the finding, leaves the rest as it was, and what cannot be mended says why.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

mod support;

use std::path::Path;

use support::{Files, components, files};
use uplift_hygiene::{Fix, FixError, Repository, Wish, audit, fix};
use uplift_model::hygiene::Presence;

fn case(name: &str) -> Files {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(name))
}

fn of(some: &[(&str, &str)]) -> Files {
    some.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect()
}

fn mend(files: &Files, check: &str, wish: &Wish) -> Result<Fix, FixError> {
    let names: Vec<String> = files.keys().cloned().collect();
    let read = |path: &str| files.get(path).cloned();
    fix(&Repository::new(&names, &read, components(files)), check, wish)
}

fn with(files: &Files, fix: &Fix) -> Files {
    let mut after = files.clone();
    after.extend(fix.changes.iter().map(|c| (c.path.clone(), c.text.clone())));
    after
}

fn state(files: &Files, check: &str) -> Presence {
    let names: Vec<String> = files.keys().cloned().collect();
    let read = |path: &str| files.get(path).cloned();
    let report = audit(&Repository::new(&names, &read, components(files)), &[check.to_owned()]);
    report.findings.first().unwrap_or_else(|| panic!("{:?}", report.left_out)).state
}

/// What is mended in the case, held to be present afterwards, and to be left alone then.
fn mended(name: &str) -> Files {
    let (check, _) = name.split_once('/').unwrap();
    let before = case(name);
    let fix = mend(&before, check, &Wish::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let after = with(&before, &fix);
    assert_eq!(state(&after, check), Presence::Present, "{name}: {after:#?}");
    assert_eq!(mend(&after, check, &Wish::default()), Err(FixError::Present(check.to_owned())), "{name}");
    assert!(!fix.body.is_empty() && !fix.subject.is_empty(), "{name}");
    after
}

#[test]
fn every_case_that_is_called_fixable_is_mended_or_bettered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut count = 0;
    for check in std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()) {
        let name = check.file_name().unwrap().to_str().unwrap().to_owned();
        for folder in std::fs::read_dir(&check).unwrap().map(|e| e.unwrap().path()) {
            let before = files(&folder);
            let names: Vec<String> = before.keys().cloned().collect();
            let read = |path: &str| before.get(path).cloned();
            let report = audit(&Repository::new(&names, &read, components(&before)), std::slice::from_ref(&name));
            for finding in report.findings.iter().filter(|f| f.fixable) {
                let fix = mend(&before, &name, &Wish::default()).unwrap();
                let after = state(&with(&before, &fix), &name);
                assert!(
                    after == Presence::Present || (after == Presence::Partial && finding.state != after),
                    "{}: {after:?}",
                    folder.display()
                );
                count += 1;
            }
        }
    }
    assert!(count > 15, "only {count} were fixable");
}

#[test]
fn masks_are_cut_and_nothing_else_moves() {
    let ci = ".github/workflows/ci.yml";
    let after = mended("tests-gate/or-echo");
    let before = case("tests-gate/or-echo");
    assert_eq!(after[ci], before[ci].replace(" || echo \"tests finished with warnings\"", ""));
    let after = mended("dependency-scan/continue-on-error");
    let before = case("dependency-scan/continue-on-error");
    assert_eq!(after[ci], before[ci].replace("        continue-on-error: true\n", ""));
    assert!(!mended("dependency-scan/set-plus-e")[ci].contains("set +e"));
    assert!(mended("dependency-scan/trivy-without-exit-code")[ci].contains("trivy fs --exit-code 1 --severity HIGH ."));
    assert_eq!(
        mended("tests-gate/in-a-script")["package.json"],
        "{\n  \"scripts\": {\n    \"test\": \"jest\"\n  }\n}\n"
    );
    assert!(mended("container-scan/never-fails")[ci].contains("          exit-code: \"1\"\n"));
}

#[test]
fn masks_in_quotes_flow_maps_and_with_comments() {
    let ci = ".github/workflows/ci.yml";
    for (run, expected) in [
        ("{run: pytest || true, name: x}", "{run: pytest, name: x}"),
        ("{run: 'pytest || true', name: x}", "{run: 'pytest', name: x}"),
        ("{\"run\": \"pytest -k 'a' || true\"}", "{\"run\": \"pytest -k 'a'\"}"),
        ("{run: pytest || true}", "{run: pytest}"),
    ] {
        let text = |step: &str| format!("on: push\njobs: {{a: {{steps: [{step}]}}}}\n");
        let before = of(&[(ci, &text(run))]);
        let fix = mend(&before, "tests-gate", &Wish::default()).unwrap();
        assert_eq!(with(&before, &fix)[ci], text(expected));
    }
    let before = of(&[(
        ci,
        "on: push\r\njobs:\r\n  a:\r\n    steps:\r\n      - run: |\r\n          pytest || true  # flaky\r\n",
    )]);
    let fix = mend(&before, "tests-gate", &Wish::default()).unwrap();
    assert_eq!(with(&before, &fix)[ci], before[ci].replace(" || true", ""));
}

#[test]
fn workflows_are_written_for_what_nothing_scans() {
    let after = mended("dependency-scan/none-in-ci");
    let text = &after[".github/workflows/dependency-scan.yml"];
    assert!(text.contains("      - run: pip-audit -r requirements.txt\n") && !text.contains("|| true"), "{text}");
    let text = &mended("dependency-scan/one-of-two")[".github/workflows/dependency-scan.yml"];
    assert!(text.contains("cd web && npm ") && !text.contains("pip-audit"), "{text}");
    assert!(mended("dependency-scan/gitlab-allow-failure")[".gitlab-ci.yml"].ends_with("requirements.txt\n"));
    let text = &mended("container-scan/cloud-build")[".github/workflows/container-scan.yml"];
    assert!(
        text.contains("docker build -t scanned-1:ci -f Dockerfile .\n") && text.contains("fail-build: true"),
        "{text}"
    );
}

#[test]
fn a_scan_of_linters_is_left_and_each_component_gets_its_own() {
    let ci = ".github/workflows/ci.yml";
    let after = mended("dependency-scan/environment-of-linters");
    assert_eq!(after[ci], case("dependency-scan/environment-of-linters")[ci]);
    let text = &after[".github/workflows/dependency-scan.yml"];
    for run in ["pip-audit -r backend/requirements.txt\n", "pip-audit -r gateway/requirements.txt\n"] {
        assert!(text.contains(run), "{text}");
    }
    let fix = mend(&case("dependency-scan/environment-of-linters"), "dependency-scan", &Wish::default()).unwrap();
    assert!(fix.notes[0].contains("ci.yml:7: `safety check --json || true` stays as it is"), "{:?}", fix.notes);
    let text = &mended("dependency-scan/a-folder-without-a-project")[".github/workflows/dependency-scan.yml"];
    assert!(text.contains("- run: pip-audit -r comp/requirements.txt\n"), "{text}");
}

#[test]
fn locks_of_other_tools_are_exported_before_they_are_scanned() {
    for (files, wanted) in [
        (&["pyproject.toml", "uv.lock"][..], "cd api && uv export --frozen"),
        (
            &["pyproject.toml", "poetry.lock"],
            "cd api && poetry export --without-hashes --output audited.txt && pip-audit",
        ),
        (
            &["Pipfile", "Pipfile.lock"],
            "cd api && pipenv requirements > audited.txt && pip-audit --no-deps -r audited.txt",
        ),
        (&["Pipfile"], "cd api && pipenv lock && pipenv requirements > audited.txt"),
        (&["setup.py"], "- run: pip install ./api\n      - run: pip-audit\n"),
        (&["environment.yml"], ""),
    ] {
        let before: Files = files.iter().map(|f| (format!("api/{f}"), "[tool.poetry]\n".to_owned())).collect();
        let mut api = components(&of(&[("api/requirements.txt", "flask\n")]));
        api[0].requirements[0].stated[0].file = format!("api/{}", files[0]);
        let look = |files: &Files| {
            let names: Vec<String> = files.keys().cloned().collect();
            let read = |path: &str| files.get(path).cloned();
            let repository = Repository::new(&names, &read, api.clone());
            let check = "dependency-scan";
            (fix(&repository, check, &Wish::default()), audit(&repository, &[check.to_owned()]).findings[0].state)
        };
        let (written, _) = look(&before);
        if wanted.is_empty() {
            assert!(written.unwrap_err().to_string().contains("api is left out: no scanner reads"));
            continue;
        }
        let written = written.unwrap();
        assert!(written.changes[0].text.contains(wanted), "{wanted}: {}", written.changes[0].text);
        // What was written is read back as a scan of that very component.
        assert_eq!(look(&with(&before, &written)).1, Presence::Present, "{wanted}");
    }
}

#[test]
fn folders_with_odd_names_stay_data() {
    let before = of(&[("a '; rm -rf $HOME: #/requirements.txt", "flask==3.0.0\n")]);
    let fix = mend(&before, "dependency-scan", &Wish::default()).unwrap();
    let text = &fix.changes[0].text;
    assert!(text.contains(r"'a '\\''; rm -rf $HOME: #/requirements.txt'"), "{text}");
    assert_eq!(state(&with(&before, &fix), "dependency-scan"), Presence::Present, "{text}");
}

#[test]
fn coverage_takes_a_threshold_from_a_person_alone() {
    let before = case("coverage-gate/none");
    let refused = mend(&before, "coverage-gate", &Wish::default()).unwrap_err();
    assert!(refused.to_string().contains("--threshold"), "{refused}");
    let fix = mend(&before, "coverage-gate", &Wish { threshold: Some(83), ..Wish::default() }).unwrap();
    let after = with(&before, &fix);
    assert!(after[".github/workflows/ci.yml"].contains("pytest --cov-fail-under=83 --cov=."));
    assert_eq!(state(&after, "coverage-gate"), Presence::Present);
    assert!(mended("coverage-gate/dead-section")["pytest.ini"].starts_with("[pytest]\n"));
}

#[test]
fn a_step_whose_script_is_not_there_stays_masked() {
    let before = case("tests-gate/a-script-that-is-not-there");
    let fix = mend(&before, "tests-gate", &Wish::default()).unwrap();
    let ci = ".github/workflows/ci.yml";
    assert_eq!(with(&before, &fix)[ci], before[ci].replace("pytest || true", "pytest"));
    assert!(fix.notes[0].contains("ci.yml:6") && fix.notes[0].contains("`test` of package.json"), "{:?}", fix.notes);
    assert_eq!(state(&with(&before, &fix), "tests-gate"), Presence::Partial);
}

#[test]
fn nothing_is_written_beside_a_workflow_that_cannot_be_read() {
    for name in ["dependency-scan/not-readable", "dependency-scan/one-not-readable", "container-scan/not-readable"] {
        let refused = mend(&case(name), name.split_once('/').unwrap().0, &Wish::default()).unwrap_err().to_string();
        assert!(refused.contains("the workflow could not be read: .github/workflows/"), "{name}: {refused}");
    }
}

#[test]
fn pins_are_those_in_use_or_said_by_a_person() {
    let before = of(&[("requirements.txt", "flask[async]>=2 # web\nredis\n")]);
    let refused = mend(&before, "pinning", &Wish::default()).unwrap_err();
    assert!(refused.to_string().contains("flask and redis"), "{refused}");
    let pins = [("Flask".to_owned(), "3.0.0".to_owned())].into();
    let fix = mend(&before, "pinning", &Wish { pins, ..Wish::default() }).unwrap();
    assert_eq!(fix.changes[0].text, "flask[async]==3.0.0 # web\nredis\n");
    assert!(fix.notes[0].contains("redis") && fix.notes[0].contains("uplift check --explain"), "{:?}", fix.notes);
    // A version that another file names may never have been released.
    let refused = mend(&case("pinning/pinned-in-another-file"), "pinning", &Wish::default()).unwrap_err();
    assert!(refused.to_string().contains("cryptography (41.0.8 in another line)"), "{refused}");
}

#[test]
fn pins_that_no_line_admits_are_refused_by_name() {
    let package = "{\"dependencies\": {\n \"lodash\": \"^4.17.10\"\n}}\n";
    let before = of(&[("requirements.txt", "pytest>=7.0\nsix==1.16.0\n"), ("package.json", package)]);
    for (name, version, why) in [
        ("pytest", "6.0", "requirements.txt:1 asks for `pytest>=7.0`, which 6.0 does not meet"),
        ("pytest", "nonsense", "which nonsense does not meet"),
        ("lodash", "3.0.0", "package.json:2 asks for"),
        ("nosuch", "1", "no manifest here states nosuch"),
        ("six", "1.15.0", "exact or held by a lock already"),
    ] {
        let pins = [(name.to_owned(), version.to_owned())].into();
        let refused = mend(&before, "pinning", &Wish { pins, ..Wish::default() }).unwrap_err().to_string();
        assert!(refused.contains(&format!("`--pin {name}=={version}`")) && refused.contains(why), "{refused}");
    }
    let pins = [("pytest".to_owned(), "8.0.0".to_owned()), ("lodash".to_owned(), "4.17.21".to_owned())].into();
    let fix = mend(&before, "pinning", &Wish { pins, ..Wish::default() }).unwrap();
    assert_eq!(fix.changes.len(), 2);
    assert!(fix.notes.iter().any(|n| n.contains("released: lodash==4.17.21, pytest==8.0.0")), "{:?}", fix.notes);
}

#[test]
fn what_mends_the_findings_of_a_new_scan_is_said_by_ecosystem() {
    let package = "{\"dependencies\": {\n \"lodash\": \"^4.17.10\"\n}}\n";
    let note = |files: &[(&str, &str)]| mend(&of(files), "dependency-scan", &Wish::default()).unwrap().notes.join("\n");
    let python = note(&[("requirements.txt", "flask==1.0\n")]);
    assert!(python.contains("--strategy security` does that") && !python.contains("JavaScript"), "{python}");
    let both = note(&[("requirements.txt", "flask==1.0\n"), ("web/package.json", package)]);
    assert!(both.contains("does that for Python; those of JavaScript are moved by hand"), "{both}");
    let javascript = note(&[("package.json", package)]);
    assert!(!javascript.contains("uplift upgrade"), "{javascript}");
}

#[test]
fn what_is_no_fixable_finding_says_so() {
    let before = case("tests-gate/enforced");
    assert_eq!(mend(&before, "tests-gate", &Wish::default()), Err(FixError::Present("tests-gate".to_owned())));
    assert_eq!(mend(&before, "nonsense", &Wish::default()), Err(FixError::Unknown("nonsense".to_owned())));
    assert!(matches!(mend(&before, "container-scan", &Wish::default()), Err(FixError::LeftOut(..))));
    assert!(matches!(mend(&case("tests-gate/tee"), "tests-gate", &Wish::default()), Err(FixError::Cannot(..))));
}

#[test]
fn values_of_secrets_are_never_shown() {
    // Put together here, so that no file of this project looks like a secret.
    let token = format!("gh{}_{}", "p", "a1B2".repeat(9));
    let key = ["-----BEGIN RSA PRIVATE", " KEY-----"].concat();
    let before = of(&[("app.py", &format!("x = 1\nt = \"{token}\"\n")), ("key.pem", &format!("{key}\nabc\n"))]);
    let names: Vec<String> = before.keys().cloned().collect();
    let read = |path: &str| before.get(path).cloned();
    let report = audit(&Repository::new(&names, &read, Vec::new()), &["committed-secrets".to_owned()]);
    let told = format!("{report:?}");
    assert_eq!(report.findings[0].state, Presence::Missing);
    assert!(told.contains("app.py") && told.contains("line: Some(2)") && told.contains("key.pem"), "{told}");
    assert!(!told.contains(&token) && !told.contains("abc"), "{told}");
}

#[test]
fn credentials_leave_no_finding_and_no_fix() {
    let ci = "on: push\njobs:\n  a:\n    steps:\n      - run: pip-audit --index-url https://u:HUSH1@h/ -r requirements.txt || true\n      - run: trivy image x --token HUSH2\n      - run: pytest --api-key 'HUSH3 b' || echo token=HUSH4\n      - run: curl -u me:HUSH5 h | flake8 --password=HUSH6 || true\n";
    let long = format!("x = 1  # {}\n", "é".repeat(180));
    let code = format!(
        "import fastapi\nfrom sqlalchemy import create_engine\n{long}e = create_engine(\"postgresql://u:HUSH7@db/x\")\nl = create_engine('{}', \"postgresql://u:HUSH8-{}@db/x\")\n",
        "a".repeat(150),
        "HUSH9".repeat(30)
    );
    let before = of(&[
        (".github/workflows/ci.yml", ci),
        ("app.py", &code),
        ("requirements.txt", "fastapi\nm @ https://u:HUSH10@h/m-1.0.tar.gz\n"),
        (
            "Dockerfile",
            "FROM usr:HUSH11@reg.example/python:3.9\nENV API_TOKEN=HUSH12\nRUN pip install --index-url http://u:HUSH13@h/ x\nCMD opentelemetry-instrument app --token HUSH14\n",
        ),
        ("docker-compose.yml", "services:\n  db:\n    environment:\n      DB_PASSWORD: HUSH15\n"),
        ("ROADMAP.md", "## Use https://u:HUSH16@h/ - DONE\n"),
        ("tests/test_a.py", "def test_a(): pass\n"),
    ]);
    let names: Vec<String> = before.keys().cloned().collect();
    let read = |path: &str| before.get(path).cloned();
    let report = audit(&Repository::new(&names, &read, components(&before)), &[]);
    let told = serde_json::to_string(&report).unwrap();
    assert!(!told.contains("HUSH"), "{report:#?}");
    assert!(told.contains("pip-audit --index-url https://***@h/") && told.contains("--token ***"), "{report:#?}");
    for check in uplift_hygiene::names() {
        match mend(&before, check, &Wish { threshold: Some(5), ..Wish::default() }) {
            Ok(fix) => assert!(!format!("{} {:?} {:?}", fix.subject, fix.body, fix.notes).contains("HUSH"), "{fix:#?}"),
            Err(error) => assert!(!error.to_string().contains("HUSH"), "{error}"),
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_workflow_breaks_a_fix(text in "(on: push\n|jobs:\n|  a:\n|    steps:\n|      - run: |pytest|safety check| \\|\\| true| \\|\\| echo \"x\"|\n|set \\+e\n|continue-on-error: true\n|'|\"|\\{|\\}|#|;){0,24}") {
        let before = of(&[(".github/workflows/ci.yml", &text), ("requirements.txt", "flask\n"), ("Dockerfile", &text), ("pytest.ini", &text)]);
        for check in uplift_hygiene::names() {
            let _ = mend(&before, check, &Wish { threshold: Some(1), ..Wish::default() });
        }
    }
}
