//! Everything that is known about one package: why it moved, why it stayed, and where the proof is.

mod step;

use uplift_model::notes::ReleaseNotes;
use uplift_model::outcome::{Held, Kept, RunReport};
use uplift_model::{Candidate, Datum, Failure, Move, PackageName, Plan};

use super::lines::paragraph;
use super::release_notes::release_notes;
use super::symbols::symbols;
use crate::clean;
use crate::numbers::{count, list};
use crate::view::{Tone, View};
use crate::words;

/// Lines of a runner's own text that are shown; the log has them all.
const TEXT_LINES: usize = 40;
/// Failing tests that are listed.
const TESTS: usize = 30;

/// The evidence of a plan for one package; `None` when the plan does not know it.
///
/// `notes`: what its releases say of themselves, where that was asked for.
pub fn explain_in_plan(
    plan: &Plan,
    name: &PackageName,
    notes: Option<&Datum<ReleaseNotes>>,
    view: &View,
) -> Option<String> {
    let known = planned(plan, name, view)?;
    let notes = notes.map(|notes| release_notes(notes, view)).unwrap_or_default();
    Some(format!("{}{known}{notes}", paragraph(view, "", name.as_str(), Tone::Heading)))
}

/// The evidence of a run for one package; `None` when neither run nor plan knows it.
pub fn explain_in_run(report: &RunReport, name: &PackageName, view: &View) -> Option<String> {
    let mut page = String::new();
    for one in report.held.iter().filter(|h| h.name == *name) {
        page.push_str(&held(report, one, view));
    }
    for one in report.kept.iter().filter(|k| k.name == *name) {
        page.push_str(&kept(report, one, view));
    }
    for change in report.refreshed.iter().filter(|c| c.name == *name) {
        page.push_str(&fact(view, "refreshed in the lock", &words::change(change)));
    }
    if let Some(planned) = planned(&report.plan, name, view) {
        page.push_str(&planned);
    }
    (!page.is_empty()).then(|| {
        format!("{}{page}", paragraph(view, "", &format!("{name} in run {}", clean::line(&report.run)), Tone::Heading))
    })
}

fn fact(view: &View, label: &str, text: &str) -> String {
    paragraph(view, &format!("  {label}: "), text, Tone::Plain)
}

fn names(names: &[PackageName]) -> String {
    list(&names.iter().map(PackageName::as_str).collect::<Vec<_>>())
}

fn kept(report: &RunReport, kept: &Kept, view: &View) -> String {
    let verified = if report.verified { "" } else { " (not verified by tests)" };
    let mut page =
        fact(view, "kept", &format!("{} -> {}, {}{verified}", kept.from, kept.to, words::distance(kept.distance)));
    page.push_str(&fact(
        view,
        "commit",
        &format!("{} in phase {} {}", clean::line(&kept.commit), kept.phase.number(), kept.phase),
    ));
    if !kept.with.is_empty() {
        page.push_str(&fact(view, "in the same commit", &names(&kept.with)));
    }
    let undo = format!("{} {}", clean::line(&report.run), kept.name);
    page.push_str(&fact(view, "undo", &view.on_run("rollback", &undo)));
    page
}

fn held(report: &RunReport, held: &Held, view: &View) -> String {
    let mut page = fact(view, "held", &words::held(held));
    page.push_str(&fact(view, "reason", &clean::line(&held.reason)));
    page.push_str(&fact(view, "proof", words::proof(held.proof)));
    if let Some(first) = &held.first_failing {
        page.push_str(&fact(view, "lowest version seen to fail", &first.to_string()));
    }
    if !held.together_with.is_empty() {
        page.push_str(&fact(view, "takes part in the failure", &names(&held.together_with)));
    }
    if !held.failing_tests.is_empty() {
        page.push_str(&format!(
            "\n  {}\n",
            view.paint(Tone::Heading, &format!("{} newly failing", count(held.failing_tests.len(), "test")))
        ));
        for test in held.failing_tests.iter().take(TESTS) {
            page.push_str(&paragraph(view, "    ", &clean::line(&test.0), Tone::Plain));
        }
        if held.failing_tests.len() > TESTS {
            page.push_str(&format!("    … {} more, see the logs\n", held.failing_tests.len() - TESTS));
        }
    }
    if let Some(error) = &held.first_error {
        page.push_str(&failure(error, view));
    }
    if !held.logs.is_empty() {
        page.push_str(&format!("\n  {}\n", view.paint(Tone::Heading, "logs of the trials")));
        for log in &held.logs {
            // A path is there to be copied, so it is not broken.
            page.push_str(&format!("    {}\n", clean::line(&log_path(report, log))));
        }
    }
    page.push('\n');
    page
}

/// Logs may be named relative to the run's folder of logs.
fn log_path(report: &RunReport, log: &str) -> String {
    if log.starts_with('/') || report.logs.is_empty() || log.starts_with(&report.logs) {
        log.to_owned()
    } else {
        format!("{}/{log}", report.logs)
    }
}

fn failure(failure: &Failure, view: &View) -> String {
    let title = format!("first error, {}", words::stage(failure.stage));
    let mut page = format!("\n  {}\n", view.paint(Tone::Heading, &title));
    page.push_str(&paragraph(view, "    ", &words::failure(failure), Tone::Bad));
    for frame in &failure.frames {
        page.push_str(&paragraph(
            view,
            "    ",
            &format!("{}:{} in {}", clean::line(&frame.file), frame.line, clean::line(&frame.function)),
            Tone::Quiet,
        ));
    }
    let text = clean::block(failure.text.trim_end());
    let lines: Vec<&str> = text.lines().collect();
    let left_out = lines.len().saturating_sub(TEXT_LINES);
    if left_out > 0 {
        page.push_str(&format!("    | … {left_out} lines before, see the logs\n"));
    }
    for line in lines.iter().skip(left_out) {
        page.push_str(&view.paint(Tone::Quiet, format!("    | {line}").trim_end()));
        page.push('\n');
    }
    page
}

fn planned(plan: &Plan, name: &PackageName, view: &View) -> Option<String> {
    let mut page = String::new();
    for one in &plan.moves {
        if let Some(candidate) = one.candidates.iter().find(|c| c.name == *name) {
            page.push_str(&in_move(plan, one, candidate, view));
        } else if let Some(change) = one.induced.iter().find(|c| c.name == *name) {
            let with: Vec<&str> = one.candidates.iter().map(|c| c.name.as_str()).collect();
            page.push_str(&fact(view, &format!("comes along with {}", list(&with)), &words::change(change)));
        }
    }
    for change in plan.refresh.iter().filter(|c| c.name == *name) {
        page.push_str(&fact(view, "refreshed in the lock at the end", &words::change(change)));
    }
    for one in plan.unmoved.iter().filter(|u| u.name == *name) {
        page.push_str(&fact(view, "stays", &format!("at {}, newest is {}", one.current, one.newest)));
        page.push_str(&fact(view, "why", &clean::line(&one.reason)));
        page.push_str(&step::ways_out(&one.alternatives, view));
    }
    (!page.is_empty()).then_some(page)
}

fn in_move(plan: &Plan, one: &Move, candidate: &Candidate, view: &View) -> String {
    let mut page = fact(
        view,
        "planned",
        &format!(
            "{} -> {}, {}",
            candidate.current,
            candidate.target,
            words::step(candidate.distance, &candidate.current.to_string(), &candidate.target.to_string())
        ),
    );
    if candidate.newest != candidate.target {
        page.push_str(&fact(view, "newest", &candidate.newest.to_string()));
    }
    if let Some(cap) = &candidate.capped_by {
        page.push_str(&fact(view, "capped by", &clean::line(cap)));
    }
    page.push_str(&fact(view, "phase", &format!("{} {}, risk {}", one.phase.number(), one.phase, candidate.risk)));
    page.push_str(&step::weighed(candidate, view));
    for place in &candidate.places {
        page.push_str(&fact(view, &words::place(place), &clean::line(&place.written)));
    }
    if !candidate.dependents.is_empty() {
        page.push_str(&fact(view, "required by", &names(&candidate.dependents)));
    }
    let others: Vec<&str> =
        one.candidates.iter().filter(|c| c.name != candidate.name).map(|c| c.name.as_str()).collect();
    if !others.is_empty() {
        page.push_str(&fact(
            view,
            "moves together with",
            &format!("{}: the resolver accepts them only so", list(&others)),
        ));
    }
    let needed = super::plan::needs(plan, one);
    if !needed.is_empty() {
        page.push_str(&fact(view, "only with", &format!("{} in place", list(&needed))));
    }
    if !one.induced.is_empty() {
        let changes: Vec<String> = one.induced.iter().map(words::change).collect();
        page.push_str(&fact(view, "brings along", &changes.join(", ")));
    }
    match &candidate.symbols {
        Some(known) => page.push_str(&symbols(known, view)),
        None => {
            for change in &candidate.breaking_changes {
                page.push_str(&fact(view, "breaking change", &clean::line(change)));
            }
        }
    }
    page.push_str(&step::of(plan, one, view));
    page
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_held_package_shows_its_tests_its_error_and_its_logs() {
        insta::assert_snapshot!(explain_in_run(&sample::report(), &sample::name("pydantic"), &View::new(80, false)).unwrap(), @r"
        pydantic in run 01JD8Q
          held: 1.10.2 -> 1.10.26 kept, 2.14.1 held
          reason: 9 tests fail with ImportError
          proof: passes without it, fails with it
          lowest version seen to fail: 2.0

          9 tests newly failing
            tests/test_api.py::test_1
            tests/test_api.py::test_2
            tests/test_api.py::test_3
            tests/test_api.py::test_4
            tests/test_api.py::test_5
            tests/test_api.py::test_6
            tests/test_api.py::test_7
            tests/test_api.py::test_8
            tests/test_api.py::test_9

          first error, while the tests were collected
            ImportError: cannot import name 'BaseSettings' from 'pydantic'
            shop/settings.py:3 in <module>
            | shop/settings.py:3: in <module>
            |     from pydantic import BaseSettings
            | E   ImportError: cannot import name 'BaseSettings'

          logs of the trials
            /cache/runs/01JD8Q/logs/007.log

          kept: 1.10.2 -> 1.10.26, patch
          commit: b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2 in phase 3 high
          undo: uplift rollback 01JD8Q pydantic
          planned: 1.10.2 -> 2.14.1, major
          newest: 2.14.3
          capped by: because pydantic-settings 2.1 requires pydantic<2.14.2
          phase: 3 high, risk high
          reasons: outdated
          score: 44 of 100 points, a runtime library
            - a major step (30 points, high at least)
            - imported by 12 files of the project's code (30 points, high at least)
            ? release notes: nobody asked
          requirements.in:9: pydantic==1.10.2
          requirements.txt:27: pydantic==1.10.2
          brings along: new: pydantic-core 2.41.1, typing-extensions 4.4.0 -> 4.15.0

          step 3
          stage: models
            requirements.in:9
              - pydantic==1.10.2
              + pydantic==2.14.1
            $ uv pip compile requirements.in -o requirements.txt --upgrade-package 'pydantic==2.14.1'
          must agree: technical lead
          tests: unit, integration
          set after it: 31 packages resolve on Python 3.11.9
          done when: no test that passed before fails, is skipped or vanishes
          work: 10.5 h
            - adapt the code (1.5 h); then: unit tests pass
          goes back to: the commit of step 2
          elsewhere: gateway states pydantic as well (==1.10.2): move both in one week
          way out: stop at pydantic 1.10.26: it is the newest release before the major
                   step
        ");
    }

    #[test]
    fn a_kept_package_shows_its_commit_and_how_to_undo_it() {
        insta::assert_snapshot!(explain_in_run(&sample::report(), &sample::name("flask"), &View::new(80, false)).unwrap(), @r"
        flask in run 01JD8Q
          kept: 2.2.2 -> 3.1.2, major
          commit: c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3 in phase 3 high
          in the same commit: werkzeug
          undo: uplift rollback 01JD8Q flask
          planned: 2.2.2 -> 3.1.2, major
          phase: 3 high, risk high
          reasons: outdated
          score: 44 of 100 points, a runtime library
            - a major step (30 points, high at least)
            - imported by 4 files of the project's code (30 points, high at least)
            ? release notes: nobody asked
          requirements.in:5: flask==2.2.2
          requirements.txt:15: flask==2.2.2
          moves together with: werkzeug: the resolver accepts them only so
          brings along: new: blinker 1.9.0
        ");
    }

    #[test]
    fn a_package_that_stays_says_why() {
        insta::assert_snapshot!(explain_in_plan(&sample::plan(), &sample::name("numpy"), None, &View::new(80, false)).unwrap(), @r"
        numpy
          stays: at 1.26.4, newest is 2.4.0
          why: held at <2 by the settings
        ");
    }

    #[test]
    fn hostile_text_is_shown_not_obeyed() {
        let report = sample::hostile();
        let view = View::new(100, false);
        let pages = [
            explain_in_run(&report, &sample::name("pydantic"), &view).unwrap(),
            explain_in_plan(&report.plan, &sample::name("numpy"), None, &view).unwrap(),
            crate::terminal::plan(&report.plan, &view),
        ];
        for page in pages {
            assert!(!page.chars().any(|c| c != '\n' && clean::is_unsafe(c)), "{page:?}");
        }
    }

    #[test]
    fn a_stranger_is_not_explained() {
        assert_eq!(explain_in_plan(&sample::plan(), &sample::name("left-pad"), None, &View::new(80, false)), None);
    }
}
