//! The end screen, on reports made up for it.

use super::*;
use crate::sample;

#[test]
fn at_100_columns_one_screen_says_it_all() {
    insta::assert_snapshot!(run(&sample::report(), &View::new(100, false)), @r"
    backend: 3 of 4 updates kept and 1 part of the way, on branch uplift/2026-11-21-01jd8q (4 commits),
    0 newly failing tests
      verified together from a clean environment: 212 passed, 2 known failures, 1 flaky (13.2 s)

    kept
      certifi 2022.9.24 -> 2026.10.5   pydantic 1.10.2 -> 1.10.26       flask 2.2.2 -> 3.1.2
      werkzeug 2.2.2 -> 3.1.4

    held
      pydantic 1.10.2 -> 1.10.26 kept, 2.14.1 held
        9 tests: ImportError: cannot import name 'BaseSettings' from 'pydantic'
        proof: passes without it, fails with it; first seen to fail at 2.0
        uplift show 01JD8Q pydantic

    kept only together
      flask 3.1.2 + werkzeug 3.1.4: one commit, c3c3c3c3c3

    refreshed in the lock: 2 transitive packages

    before
      pytest -q: 212 passed, 2 skipped in 3 runs, 14 s each
      2 tests failing before anything changed: tests/test_old.py::test_a …
      1 test flaky, deciding nothing: tests/test_clock.py::test_tick

    notes
      Python 3.11 was inferred from requirements.txt
      not tried, the plan says why: numpy

    6 full runs, 9 probes, 13 min; your work tree is untouched
    sandbox: bubblewrap: own processes, own files, no network but loopback
    next: git diff 0123456789..uplift/2026-11-21-01jd8q   |   uplift apply 01JD8Q
          uplift rollback 01JD8Q
    ");
}

#[test]
fn at_80_columns_nothing_is_lost() {
    insta::assert_snapshot!(run(&sample::report(), &View::new(80, false)), @r"
    backend: 3 of 4 updates kept and 1 part of the way, on branch
    uplift/2026-11-21-01jd8q (4 commits), 0 newly failing tests
      verified together from a clean environment: 212 passed, 2 known failures, 1
      flaky (13.2 s)

    kept
      certifi 2022.9.24 -> 2026.10.5   pydantic 1.10.2 -> 1.10.26
      flask 2.2.2 -> 3.1.2             werkzeug 2.2.2 -> 3.1.4

    held
      pydantic 1.10.2 -> 1.10.26 kept, 2.14.1 held
        9 tests: ImportError: cannot import name 'BaseSettings' from 'pydantic'
        proof: passes without it, fails with it; first seen to fail at 2.0
        uplift show 01JD8Q pydantic

    kept only together
      flask 3.1.2 + werkzeug 3.1.4: one commit, c3c3c3c3c3

    refreshed in the lock: 2 transitive packages

    before
      pytest -q: 212 passed, 2 skipped in 3 runs, 14 s each
      2 tests failing before anything changed: tests/test_old.py::test_a …
      1 test flaky, deciding nothing: tests/test_clock.py::test_tick

    notes
      Python 3.11 was inferred from requirements.txt
      not tried, the plan says why: numpy

    6 full runs, 9 probes, 13 min; your work tree is untouched
    sandbox: bubblewrap: own processes, own files, no network but loopback
    next: git diff 0123456789..uplift/2026-11-21-01jd8q   |   uplift apply 01JD8Q
          uplift rollback 01JD8Q
    ");
}

#[test]
fn in_full_every_kept_update_has_its_commit() {
    insta::assert_snapshot!(run_in_full(&sample::report(), &View::new(100, false)), @r"
    backend: 3 of 4 updates kept and 1 part of the way, on branch uplift/2026-11-21-01jd8q (4 commits),
    0 newly failing tests
      verified together from a clean environment: 212 passed, 2 known failures, 1 flaky (13.2 s)

    kept
      package   from       to         distance  phase  commit      named in
      certifi   2022.9.24  2026.10.5  major     low    a1a1a1a1a1  requirements.in:4,
                                                                   requirements.txt:12
      pydantic  1.10.2     1.10.26    patch     high   b2b2b2b2b2  requirements.in:4,
                                                                   requirements.txt:12
      flask     2.2.2      3.1.2      major     high   c3c3c3c3c3  requirements.in:4,
                                                                   requirements.txt:12
      werkzeug  2.2.2      3.1.4      major     high   c3c3c3c3c3  requirements.in:4,
                                                                   requirements.txt:12

    held
      pydantic 1.10.2 -> 1.10.26 kept, 2.14.1 held
        9 tests: ImportError: cannot import name 'BaseSettings' from 'pydantic'
        proof: passes without it, fails with it; first seen to fail at 2.0
        uplift show 01JD8Q pydantic

    kept only together
      flask 3.1.2 + werkzeug 3.1.4: one commit, c3c3c3c3c3

    refreshed in the lock: 2 transitive packages
      idna 3.4 -> 3.11           urllib3 1.26.13 -> 2.6.1

    before
      pytest -q: 212 passed, 2 skipped in 3 runs, 14 s each
      2 tests failing before anything changed: tests/test_old.py::test_a …
      1 test flaky, deciding nothing: tests/test_clock.py::test_tick

    notes
      Python 3.11 was inferred from requirements.txt
      not tried, the plan says why: numpy

    6 full runs, 9 probes, 13 min; your work tree is untouched
    sandbox: bubblewrap: own processes, own files, no network but loopback
    logs: /cache/runs/01JD8Q/logs
    base: 0123456789abcdef0123456789abcdef01234567
    next: git diff 0123456789..uplift/2026-11-21-01jd8q   |   uplift apply 01JD8Q
          uplift rollback 01JD8Q
    ");
}

#[test]
fn without_tests_nothing_claims_to_be_verified() {
    let page = run(&sample::untested(), &View::new(100, false));
    for (at, _) in page.to_lowercase().match_indices("verified") {
        assert!(page.to_lowercase()[..at].ends_with("not "), "{page}");
    }
    assert!(page.contains("NOT verified by tests"), "{page}");
    assert!(!page.contains("newly failing"), "{page}");
}

#[test]
fn colour_changes_nothing_but_colour() {
    let plain = run(&sample::report(), &View::new(100, false));
    let coloured = run(&sample::report(), &View::new(100, true));
    assert_ne!(plain, coloured);
    let mut rest = coloured.as_str();
    let mut stripped = String::new();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
}

#[test]
fn no_line_is_wider_than_the_screen() {
    for columns in [80, 100] {
        for report in [sample::report(), sample::untested(), sample::hostile()] {
            for page in [run(&report, &View::new(columns, false)), run_in_full(&report, &View::new(columns, false))] {
                // A command is never broken: it is there to be copied.
                let lines = page.lines().filter(|l| !l.contains("next: ") && !l.contains("git diff"));
                for line in lines {
                    assert!(width(line) <= columns, "{} columns: {line}", width(line));
                }
            }
        }
    }
}

#[test]
fn hostile_text_reaches_the_screen_only_in_a_visible_form() {
    for colour in [false, true] {
        let page = run_in_full(&sample::hostile(), &View::new(100, colour));
        let own = |c: char| c == '\n' || (colour && c == '\u{1b}');
        assert!(!page.chars().any(|c| clean::is_unsafe(c) && !own(c)), "{page:?}");
        assert!(!page.contains("\u{1b}]") && !page.contains("\u{1b}[2J"), "{page:?}");
    }
}

#[test]
fn a_run_that_failed_says_that_nothing_was_delivered() {
    let mut report = sample::report();
    report.state = RunState::Failed;
    report.branch = None;
    report.verified = false;
    report.verification = "NOT delivered: the delivered tree fails 1 tests that passed before".to_owned();
    let page = run(&report, &View::new(100, false));
    assert!(page.starts_with("backend: nothing was delivered\n"), "{page}");
    assert!(!page.contains("apply"), "{page}");
}

#[test]
fn a_suggested_command_names_the_place_it_was_asked_about() {
    let view = View { path: "shop".to_owned(), ..View::new(100, false) };
    let page = run(&sample::report(), &view);
    assert!(page.contains("uplift apply -C shop 01JD8Q"), "{page}");
}

#[test]
fn a_root_is_called_by_the_projects_name_and_another_component_by_its_folder() {
    let view = View { project: "shop".to_owned(), ..View::new(80, false) };
    let mut report = sample::report();
    assert!(run(&report, &view).starts_with("backend: "));
    for root in [".", ""] {
        report.component = root.to_owned();
        assert!(run(&report, &view).starts_with("shop: "), "{}", run(&report, &view));
    }
}
