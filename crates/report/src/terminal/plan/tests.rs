//! The plan's screen.

use uplift_model::analysis::Reason;

use super::*;
use crate::sample;

#[test]
fn at_100_columns_each_package_says_where_it_is_named_and_why_it_is_here() {
    insta::assert_snapshot!(plan(&sample::plan(), &View::new(100, false)), @r#"
    backend: 4 updates in 3 moves, 1 outdated package stays as it is
      plan 3fa92b10c4de, Python 3.11.9, drawn from commit 0123456789ab on 2026-11-21

    decide first
      pydantic: needs the agreement of technical lead
        uplift approve 3fa92b10c4de pydantic --as 'technical lead'
      `uplift upgrade` waits for none of them unless `[plan] approvals = "ask"`

    phase 1 low: 1 move
      package  in use     target     distance  named in              why
      certifi  2022.9.24  2026.10.5  major     requirements.in:3 +1  2.2 y old; risk: a major step by
                                                                     the calendar

    phase 3 high: 2 moves
      package     in use  target  newest  distance  named in               why
      pydantic    1.10.2  2.14.1  2.14.3  major     requirements.in:9 +1   2.2 y old; risk: a major step
          pydantic 2.14.3 is out of reach: because pydantic-settings 2.1 requires pydantic<2.14.2
          brings along 2 transitive packages: new: pydantic-core 2.41.1, typing-extensions 4.4.0 ->
          4.15.0
      flask       2.2.2   3.1.2   3.1.2   major     requirements.in:5 +1   2.2 y old; risk: a major step
      + werkzeug  2.2.2   3.1.4   3.1.4   major     requirements.in:14 +1  2.2 y old; risk: a major step
          flask and werkzeug move together: they are accepted only so
          brings along 1 transitive package: new: blinker 1.9.0

    phase 4 integration: 2 transitive packages refreshed in the lock
        idna 3.4 -> 3.11, urllib3 1.26.13 -> 2.6.1

    stays as it is
      package  in use  newest  why it stays
      numpy    1.26.4  2.4.0   held at <2 by the settings

    look at
      numpy 1.26.4 keeps CVE-2026-1 (high): held at <2 by the settings
      pydantic: it removes CVE-2024-3772 (high), and its risk is high: by risk it belongs to phase 3.
      urgency = "in-order" (the default): it waits for phase 3
      not met at the end: every dependency is younger than 183 days; flask 3.1.2: 457 days old

    notes
      Python 3.11 was inferred from requirements.txt, which does not install on 3.12

    validated: 1 of 1 step with a complete set that resolves on Python 3.11.9
    advisories: 1 removed, 1 left
    work: 21 h by the rule table, 10.5 h along the longest chain; 2 weeks for 1 person with 20 h a week
    undo: each kept move is one commit; `uplift rollback RUN [PACKAGE]` takes it back
    next: uplift upgrade   |   uplift plan --explain pydantic
    "#);
}

#[test]
fn at_80_columns_the_reasons_go_below() {
    insta::assert_snapshot!(plan(&sample::plan(), &View::new(80, false)), @r#"
    backend: 4 updates in 3 moves, 1 outdated package stays as it is
      plan 3fa92b10c4de, Python 3.11.9, drawn from commit 0123456789ab on 2026-11-21

    decide first
      pydantic: needs the agreement of technical lead
        uplift approve 3fa92b10c4de pydantic --as 'technical lead'
      `uplift upgrade` waits for none of them unless `[plan] approvals = "ask"`

    phase 1 low: 1 move
      package  in use     target     distance  named in
      certifi  2022.9.24  2026.10.5  major     requirements.in:3 +1
          2.2 y old; risk: a major step by the calendar

    phase 3 high: 2 moves
      package     in use  target  newest  distance  named in
      pydantic    1.10.2  2.14.1  2.14.3  major     requirements.in:9 +1
          2.2 y old; risk: a major step
          pydantic 2.14.3 is out of reach: because pydantic-settings 2.1 requires
          pydantic<2.14.2
          brings along 2 transitive packages: new: pydantic-core 2.41.1,
          typing-extensions 4.4.0 -> 4.15.0
      flask       2.2.2   3.1.2   3.1.2   major     requirements.in:5 +1
          2.2 y old; risk: a major step
      + werkzeug  2.2.2   3.1.4   3.1.4   major     requirements.in:14 +1
          2.2 y old; risk: a major step
          flask and werkzeug move together: they are accepted only so
          brings along 1 transitive package: new: blinker 1.9.0

    phase 4 integration: 2 transitive packages refreshed in the lock
        idna 3.4 -> 3.11, urllib3 1.26.13 -> 2.6.1

    stays as it is
      package  in use  newest  why it stays
      numpy    1.26.4  2.4.0   held at <2 by the settings

    look at
      numpy 1.26.4 keeps CVE-2026-1 (high): held at <2 by the settings
      pydantic: it removes CVE-2024-3772 (high), and its risk is high: by risk it
      belongs to phase 3. urgency = "in-order" (the default): it waits for phase 3
      not met at the end: every dependency is younger than 183 days; flask 3.1.2:
      457 days old

    notes
      Python 3.11 was inferred from requirements.txt, which does not install on 3.12

    validated: 1 of 1 step with a complete set that resolves on Python 3.11.9
    advisories: 1 removed, 1 left
    work: 21 h by the rule table, 10.5 h along the longest chain; 2 weeks for 1
          person with 20 h a week
    undo: each kept move is one commit; `uplift rollback RUN [PACKAGE]` takes it
          back
    next: uplift upgrade   |   uplift plan --explain pydantic
    "#);
}

#[test]
fn nothing_to_do_is_said_in_one_line() {
    let mut empty = sample::plan();
    empty.candidates.clear();
    empty.moves.clear();
    empty.phases.clear();
    empty.unmoved.clear();
    empty.notes.clear();
    let page = plan(&empty, &View::new(80, false));
    assert!(page.starts_with("backend: nothing to upgrade\n"), "{page}");
    assert!(!page.contains("next:"));
}

#[test]
fn a_major_names_the_page_to_read_first_and_nothing_of_it_reaches_the_terminal() {
    let mut plan = crate::sample::plan();
    let page = |label: &str, url: &str| uplift_model::plan::Reading {
        package: "pydantic".to_owned(),
        kind: uplift_model::plan::ReadingKind::Changelog,
        label: label.to_owned(),
        url: url.to_owned(),
    };
    plan.steps[0].reading =
        vec![page("Changelog\u{1b}[31m", "https://host.example/c"), page("Docs", "https://host.example/d")];
    let view = View::new(120, false);
    let said = super::plan(&plan, &view);
    assert!(said.contains("review breaking changes of pydantic first: https://host.example/c"), "{said}");
    assert!(!said.contains("host.example/d"), "the best page alone: {said}");
    let told = crate::terminal::explain_in_plan(&plan, &sample::name("pydantic"), None, &view).unwrap();
    assert!(told.contains("read first") && told.contains("host.example/d") && !told.contains('\u{1b}'), "{told}");
}

#[test]
fn why_says_what_moving_brings_before_what_it_risks() {
    let mut plan = sample::plan();
    let factor = |signal: &str, points: u32, reason: &str| uplift_model::risk::Factor {
        signal: signal.to_owned(),
        points,
        at_least: uplift_model::Risk::High,
        reason: reason.to_owned(),
    };
    let first = &mut plan.moves[1].candidates[0];
    first.reason_codes = vec![Reason::Deprecated, Reason::Compatibility];
    if let Some(assessment) = &mut first.assessment {
        assessment.factors = vec![
            factor("role", 9, "a core framework"),
            factor("version-distance", 30, "1 major step: 1.10.2 -> 2.14.1"),
            factor("blast-radius", 8, "used in 12 files, 31 places"),
        ];
    }
    plan.moves[2].needs = vec![plan.moves[1].id];
    let said = |plan: &Plan| why(plan, &plan.moves[1], &plan.moves[1].candidates[0]);
    assert_eq!(
        said(&plan),
        "deprecated, lets flask and werkzeug move, 2.2 y old; risk: a core framework, used in 12 files, 31 places"
    );
    let first = &mut plan.moves[1].candidates[0];
    (first.age_days, first.reason_codes) = (None, vec![Reason::Outdated]);
    first.assessment.as_mut().unwrap().factors.clear();
    assert_eq!(said(&plan), "newer, nothing else is known for it");
}

#[test]
fn the_next_command_names_the_component_that_was_asked_about() {
    let view = View { component: Some("the worker".to_owned()), path: "shop".to_owned(), ..View::new(100, false) };
    let page = plan(&sample::plan(), &view);
    assert!(page.contains("next: uplift upgrade --component 'the worker' shop\n"), "{page}");
    assert!(page.ends_with("uplift plan --explain pydantic --component 'the worker' shop\n"), "{page}");
}
