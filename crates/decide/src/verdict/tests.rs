//! The rules of the verdict, one by one.

use super::samples::{failure, run};
use super::*;

fn baseline(tests: &[(&str, &str)]) -> Baseline {
    Baseline::of(&[run(tests), run(tests), run(tests)])
}

fn ids(list: &[(TestId, Failure)]) -> Vec<&str> {
    list.iter().map(|(id, _)| id.0.as_str()).collect()
}

#[test]
fn each_change_has_its_own_verdict() {
    let before = baseline(&[
        ("t.py::ok", "P"),
        ("t.py::breaks", "P"),
        ("t.py::skips", "P"),
        ("t.py::gone", "P"),
        ("t.py::known", "F:E:x 1"),
        ("t.py::other", "F:E:x"),
        ("t.py::fixed", "F:E:x"),
        ("t.py::xfail", "S"),
    ]);
    let now = run(&[
        ("t.py::ok", "P"),
        ("t.py::breaks", "F:E:m"),
        ("t.py::skips", "S"),
        ("t.py::known", "F:E:x 2"),
        ("t.py::other", "F:Z:x"),
        ("t.py::fixed", "P"),
        ("t.py::xfail", "F:XPASS(strict):"),
        ("t.py::new", "P"),
    ]);
    let seen = compare(&before, &now);
    assert_eq!(ids(&seen.newly_failing), ["t.py::breaks", "t.py::gone", "t.py::skips", "t.py::xfail"]);
    assert_eq!(seen.vanished, [TestId::new("t.py::gone")]);
    assert_eq!(seen.fixed, [TestId::new("t.py::fixed")]);
    assert_eq!(seen.still_failing, [TestId::new("t.py::known")]);
    assert_eq!(ids(&seen.changed_signature), ["t.py::other"]);
    assert_eq!(seen.new_tests, [TestId::new("t.py::new")]);
    assert!(!seen.masked);
}

#[test]
fn a_test_whose_file_cannot_be_collected_fails_with_that_error() {
    let before = baseline(&[("a/t.py::x", "P"), ("a/u.py::y", "P"), ("m.A.z", "P")]);
    let mut now = run(&[("a/u.py::y", "P")]);
    now.crashes.insert("a/t.py".into(), failure("ImportError", "no x"));
    now.crashes.insert("m".into(), failure("SyntaxError", "bad"));
    let seen = compare(&before, &now);
    assert_eq!(ids(&seen.newly_failing), ["a/t.py::x", "m.A.z"]);
    assert_eq!(seen.newly_failing[0].1.error, "ImportError");
    assert_eq!(seen.newly_failing[1].1.error, "SyntaxError");
    assert!(seen.masked);
}

#[test]
fn a_run_that_dies_fails_every_test_that_passed() {
    let before = baseline(&[("t.py::x", "P"), ("t.py::y", "F:E:m")]);
    let mut now = run(&[]);
    now.crashes.insert(String::new(), failure("usage error", "m"));
    let seen = compare(&before, &now);
    assert_eq!((ids(&seen.newly_failing), seen.newly_failing[0].1.error.as_str()), (vec!["t.py::x"], "usage error"));
}

#[test]
fn a_new_crash_without_a_test_to_tell_of_it_still_fails() {
    let before = baseline(&[("t.py::x", "P")]);
    let mut now = run(&[("t.py::x", "P")]);
    now.crashes.insert(String::new(), failure("exit 1", "m"));
    now.crashes.insert("only_skips.py".into(), failure("ImportError", "m"));
    assert_eq!(ids(&compare(&before, &now).newly_failing), ["<run>", "only_skips.py"]);
    let mut known = run(&[("t.py::x", "P")]);
    known.crashes.insert(String::new(), failure("exit 1", "m"));
    let seen = compare(&Baseline::of(&[known.clone()]), &known);
    assert!(seen.holds() && !seen.masked);
}

#[test]
fn renamed_parameters_are_the_same_tests() {
    let before =
        baseline(&[("t.py::p[<A.x>]", "P"), ("t.py::p[<A.y>]", "P"), ("t.py::q[1]", "P"), ("t.py::q[2]", "P")]);
    let now = run(&[("t.py::p[A.x]", "P"), ("t.py::p[A.y]", "F:E:m"), ("t.py::q[9]", "P")]);
    let seen = compare(&before, &now);
    // Fewer new ones than old ones: something is gone, and nobody can say which.
    assert_eq!(ids(&seen.newly_failing), ["t.py::p[<A.y>]", "t.py::q[1]", "t.py::q[2]"]);
    assert_eq!(seen.renamed.len(), 2);
    assert_eq!(seen.new_tests, [TestId::new("t.py::q[9]")]);
}

#[test]
fn a_prefix_before_the_file_is_no_new_test() {
    let before = baseline(&[("tests/t.py::x", "P"), ("tests/t.py::y", "P")]);
    let seen = compare(&before, &run(&[("back/tests/t.py::x", "P"), ("plug::tests/t.py::y", "P")]));
    assert!(seen.holds(), "{seen:?}");
    assert_eq!(seen.renamed.len(), 2);
}

#[test]
fn a_new_test_that_fails_counts_unless_its_siblings_were_unsteady() {
    let before = baseline(&[("t.py::a[1]", "P"), ("t.py::b[1]", "F:E:m")]);
    let seen = compare(
        &before,
        &run(&[("t.py::a[1]", "P"), ("t.py::a[2]", "F:E:m"), ("t.py::b[1]", "F:E:m"), ("t.py::b[2]", "F:E:m")]),
    );
    assert_eq!(ids(&seen.newly_failing), ["t.py::a[2]"]);
}

#[test]
fn a_run_of_chosen_tests_misses_no_others() {
    let before = baseline(&[("t.py::x", "P"), ("t.py::y", "P"), ("t.py::z", "P")]);
    let chosen = [TestId::new("t.py::x"), TestId::new("t.py::y"), TestId::new("gone.py")];
    let mut now = run(&[("t.py::x", "P")]);
    assert_eq!(ids(&compare_selected(&before, &now, &chosen).newly_failing), ["t.py::y"]);
    now.crashes.insert("gone.py".into(), failure("ImportError", "m"));
    assert_eq!(ids(&compare_selected(&before, &now, &chosen).newly_failing), ["gone.py", "t.py::y"]);
}

#[test]
fn only_what_fails_every_time_is_confirmed() {
    let before = baseline(&[("t.py::x", "P"), ("t.py::y", "P")]);
    let first = compare(&before, &run(&[("t.py::x", "F:E:m"), ("t.py::y", "F:E:m")]));
    let again = compare(&before, &run(&[("t.py::x", "F:E:m"), ("t.py::y", "P")]));
    assert_eq!(ids(&confirm(&first, &[again.clone(), again])), ["t.py::x"]);
}

#[test]
fn a_flickering_test_needs_more_than_chance() {
    let runs: Vec<SuiteRun> = (0..10).map(|n| run(&[("t.py::f", if n < 3 { "F:E:m" } else { "P" })])).collect();
    let before = Baseline::of(&runs);
    let fails = compare(&before, &run(&[("t.py::f", "F:E:m")]));
    assert!(fails.holds());
    assert!(confirm(&fails, &[fails.clone(), fails.clone()]).is_empty());
    // 0.3 to the power of 4 is 0.0081.
    assert_eq!(ids(&confirm(&fails, &[fails.clone(), fails.clone(), fails.clone()])), ["t.py::f"]);
}

#[test]
fn the_binomial_tail_is_right() {
    for (hits, tries, rate, wanted) in [(0, 5, 0.3, 1.0), (5, 5, 0.5, 0.03125), (1, 2, 0.1, 0.19), (2, 3, 0.5, 0.5)] {
        assert!((at_least(hits, tries, rate) - wanted).abs() < 1e-9, "{hits} of {tries} at {rate}");
    }
}
