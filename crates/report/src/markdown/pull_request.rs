//! The pull request's title and text: what moved, what was held and why, what proves it, how to undo it.

use uplift_model::outcome::{Held, Kept, Proof, RunReport};
use uplift_model::{Distance, Risk};

use super::escape::{block, code, text};
use crate::numbers::{count, duration, list};
use crate::words;

/// Failing tests listed for one held package.
const TESTS: usize = 10;

/// The title: a conventional commit's subject.
pub fn title(report: &RunReport) -> String {
    let component = crate::clean::line(&report.component);
    let scope = if component.is_empty() || component == "." { String::new() } else { format!(" in {component}") };
    match report.kept.as_slice() {
        [] => format!("chore(deps): refresh the lock{scope}"),
        [only] => format!("chore(deps): update {} from {} to {}{scope}", only.name, only.from, only.to),
        many => format!("chore(deps): update {}{scope}", count(many.len(), "dependency")),
    }
}

/// The text, in Markdown as forges read it.
pub fn pull_request(report: &RunReport) -> String {
    let mut page = summary(report);
    page.push_str(&updates(report));
    page.push_str(&held(report));
    page.push_str(&risks(report));
    page.push_str(&verification(report));
    page.push_str(&undo(report));
    page.push_str(&notes(report));
    page
}

fn summary(report: &RunReport) -> String {
    let held = if report.held.is_empty() {
        String::new()
    } else {
        format!("; {} held below the newest version", report.held.len())
    };
    let refreshed = if report.refreshed.is_empty() {
        String::new()
    } else {
        format!("; {} refreshed in the lock", count(report.refreshed.len(), "transitive package"))
    };
    let place = if matches!(report.component.as_str(), "" | ".") {
        String::new()
    } else {
        format!(" in {}", code(&report.component))
    };
    let proof = if report.verified { "No test that passed before fails." } else { "**Not verified by tests.**" };
    format!(
        "## Summary\n\n{}{place}{refreshed}{held}. {proof}\n\n{}\n",
        count(report.kept.len(), "dependency update"),
        sentence(&report.verification)
    )
}

/// Outside text as a sentence of its own, with its full stop.
fn sentence(raw: &str) -> String {
    let safe = text(raw);
    let mut characters = safe.chars();
    let first: String = characters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if safe.is_empty() || safe.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

fn updates(report: &RunReport) -> String {
    if report.kept.is_empty() {
        return String::new();
    }
    let mut page = "\n## Updates\n\n| package | from | to | distance | phase | named in | commit |\n| --- | --- | --- | --- | --- | --- | --- |\n".to_owned();
    for one in &report.kept {
        let places: Vec<String> = one.places.iter().map(|p| code(&format!("{}:{}", p.file, p.line))).collect();
        page.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            code(one.name.as_str()),
            one.from,
            one.to,
            words::distance(one.distance),
            one.phase,
            places.join(", "),
            short(&one.commit)
        ));
    }
    if !report.refreshed.is_empty() {
        let all: Vec<String> = report.refreshed.iter().map(|c| code(&words::change(c))).collect();
        page.push_str(&format!(
            "\n<details><summary>{} refreshed in the lock</summary>\n\n{}\n\n</details>\n",
            count(all.len(), "transitive package"),
            all.join(", ")
        ));
    }
    page
}

/// A commit's first ten digits; forges link them.
fn short(commit: &str) -> String {
    commit.chars().filter(char::is_ascii_hexdigit).take(10).collect()
}

fn held(report: &RunReport) -> String {
    if report.held.is_empty() {
        return String::new();
    }
    let mut page = "\n## Held\n".to_owned();
    for one in &report.held {
        page.push_str(&one_held(one));
    }
    page
}

fn one_held(held: &Held) -> String {
    let mut page = format!("\n### {} {}\n\n", code(held.name.as_str()), words::held(held));
    page.push_str(&format!("{}\n\n", sentence(&words::symptom(held))));
    let label = match held.proof {
        Proof::Unattributed | Proof::Approval => "Not proven",
        _ => "Proof",
    };
    page.push_str(&format!("- {label}: {}\n", words::proof(held.proof)));
    if let Some(first) = &held.first_failing {
        page.push_str(&format!("- Lowest version seen to fail: {first}\n"));
    }
    if !held.together_with.is_empty() {
        let names: Vec<String> = held.together_with.iter().map(|n| code(n.as_str())).collect();
        page.push_str(&format!("- Takes part in the failure: {}\n", list(&names)));
    }
    if !held.failing_tests.is_empty() {
        let shown: Vec<String> = held.failing_tests.iter().take(TESTS).map(|t| code(&t.0)).collect();
        let more = held.failing_tests.len() - shown.len();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        page.push_str(&format!("- Newly failing: {}{more}\n", shown.join(", ")));
    }
    if let Some(error) = held.first_error.as_ref().filter(|e| !e.text.trim().is_empty()) {
        page.push_str(&format!("\n<details><summary>First error</summary>\n\n{}\n</details>\n", block(&error.text)));
    }
    page
}

fn risks(report: &RunReport) -> String {
    let risk = |k: &Kept| report.plan.candidates.iter().find(|c| c.name == k.name).map(|c| c.risk);
    let risky = report.kept.iter().filter(|k| k.distance == Distance::Major || risk(k) == Some(Risk::High));
    let lines: Vec<String> = risky
        .map(|k| {
            let reasons = report
                .plan
                .candidates
                .iter()
                .find(|c| c.name == k.name)
                .map(|c| c.reasons.iter().take(2).cloned().collect::<Vec<_>>().join("; "))
                .unwrap_or_default();
            // The reasons speak of the whole way; who went part of it took a smaller step.
            let whole = !report.held.iter().any(|h| h.name == k.name);
            let why = if reasons.is_empty() || !whole {
                format!("a {} step", words::distance(k.distance))
            } else {
                text(&reasons)
            };
            format!("- {} {} to {}: {why}\n", code(k.name.as_str()), k.from, k.to)
        })
        .collect();
    if lines.is_empty() {
        String::new()
    } else {
        format!("\n## Risks\n\nWhat the tests do not cover is not proven. Look first at:\n\n{}", lines.concat())
    }
}

fn verification(report: &RunReport) -> String {
    let mut page = "\n## What was verified, and how\n\n".to_owned();
    let base = &report.baseline;
    if base.usable {
        page.push_str(&format!(
            "- Tests: {} (found in {}), {} on the untouched state, {} each: {} passed, {}, {} flaky\n",
            code(&base.command),
            code(&base.found_in),
            count(usize::try_from(base.runs).unwrap_or(usize::MAX), "run"),
            duration(base.seconds),
            base.passed,
            count(base.known_failures.len(), "known failure"),
            base.flaky.len()
        ));
    } else {
        page.push_str(&format!("- No usable tests: {}\n", text(base.problem.as_deref().unwrap_or("no test ran"))));
    }
    for one in &report.test_results {
        let status = match one.status {
            uplift_model::outcome::TestResultStatus::Passed => "passed",
            uplift_model::outcome::TestResultStatus::Failed => "failed",
            uplift_model::outcome::TestResultStatus::Skipped => "skipped",
        };
        page.push_str(&format!(
            "- {} tests of the delivered tree: {status}, {} failures, {}\n",
            text(&one.test_type),
            one.failures.len(),
            duration(one.execution_time)
        ));
    }
    page.push_str(&format!("- Python {}, sandbox: {}\n", text(&report.interpreter), text(&report.sandbox)));
    page.push_str(&format!(
        "- Spent: {} full runs, {} probes, {}\n",
        report.counts.full_runs,
        report.counts.probes,
        duration(report.counts.seconds)
    ));
    page
}

fn undo(report: &RunReport) -> String {
    let run = crate::clean::line(&report.run);
    let mut page = format!(
        "\n## How to undo\n\n- One package, the rest re-tested: {}\n- All of it: {}\n",
        code(&format!("uplift rollback {run} PACKAGE")),
        code(&format!("uplift rollback {run}"))
    );
    if let Some(first) = report.kept.first() {
        page.push_str(&format!(
            "- Without Uplift: {}, one commit per update\n",
            code(&format!("git revert {}", short(&first.commit)))
        ));
    }
    page
}

fn notes(report: &RunReport) -> String {
    if report.notes.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = report.notes.iter().map(|n| format!("- {}\n", text(n))).collect();
    format!("\n## Notes\n\n{}", lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_reviewer_sees_what_moved_what_was_held_and_how_to_undo_it() {
        insta::assert_snapshot!(pull_request(&sample::report()), @r"
        ## Summary

        4 dependency updates in `backend`; 2 transitive packages refreshed in the lock; 1 held below the newest version. No test that passed before fails.

        Verified together from a clean environment: 212 passed, 2 known failures, 1 flaky \(13.2 s\).

        ## Updates

        | package | from | to | distance | phase | named in | commit |
        | --- | --- | --- | --- | --- | --- | --- |
        | `certifi` | 2022.9.24 | 2026.10.5 | major | low | `requirements.in:4`, `requirements.txt:12` | a1a1a1a1a1 |
        | `pydantic` | 1.10.2 | 1.10.26 | patch | high | `requirements.in:4`, `requirements.txt:12` | b2b2b2b2b2 |
        | `flask` | 2.2.2 | 3.1.2 | major | high | `requirements.in:4`, `requirements.txt:12` | c3c3c3c3c3 |
        | `werkzeug` | 2.2.2 | 3.1.4 | major | high | `requirements.in:4`, `requirements.txt:12` | c3c3c3c3c3 |

        <details><summary>2 transitive packages refreshed in the lock</summary>

        `idna 3.4 -> 3.11`, `urllib3 1.26.13 -> 2.6.1`

        </details>

        ## Held

        ### `pydantic` 1.10.2 -> 1.10.26 kept, 2.14.1 held

        9 tests: ImportError: cannot import name 'BaseSettings' from 'pydantic'.

        - Proof: passes without it, fails with it
        - Lowest version seen to fail: 2.0
        - Newly failing: `tests/test_api.py::test_1`, `tests/test_api.py::test_2`, `tests/test_api.py::test_3`, `tests/test_api.py::test_4`, `tests/test_api.py::test_5`, `tests/test_api.py::test_6`, `tests/test_api.py::test_7`, `tests/test_api.py::test_8`, `tests/test_api.py::test_9`

        <details><summary>First error</summary>

        ```text
        shop/settings.py:3: in <module>
            from pydantic import BaseSettings
        E   ImportError: cannot import name 'BaseSettings'
        ```

        </details>

        ## Risks

        What the tests do not cover is not proven. Look first at:

        - `certifi` 2022.9.24 to 2026.10.5: a major step by the calendar; imported by no file of the project's code
        - `pydantic` 1.10.2 to 1.10.26: a patch step
        - `flask` 2.2.2 to 3.1.2: a major step; imported by 4 files of the project's code
        - `werkzeug` 2.2.2 to 3.1.4: a major step

        ## What was verified, and how

        - Tests: `pytest -q` (found in `.github/workflows/tests.yml`), 3 runs on the untouched state, 14 s each: 212 passed, 2 known failures, 1 flaky
        - unit tests of the delivered tree: passed, 0 failures, 13 s
        - Python 3.11.9, sandbox: bubblewrap: own processes, own files, no network but loopback
        - Spent: 6 full runs, 9 probes, 13 min

        ## How to undo

        - One package, the rest re-tested: `uplift rollback 01JD8Q PACKAGE`
        - All of it: `uplift rollback 01JD8Q`
        - Without Uplift: `git revert a1a1a1a1a1`, one commit per update

        ## Notes

        - Python 3.11 was inferred from requirements.txt
        ");
    }

    #[test]
    fn the_title_is_a_conventional_subject() {
        assert_eq!(title(&sample::report()), "chore(deps): update 4 dependencies in backend");
    }

    #[test]
    fn without_tests_the_text_says_so_first() {
        let page = pull_request(&sample::untested());
        assert!(page.contains("**Not verified by tests.**"), "{page}");
        assert!(!page.contains("No test that passed before fails"), "{page}");
    }

    #[test]
    fn hostile_text_cannot_become_markup() {
        let page = pull_request(&sample::hostile());
        let own: [&str; 4] = ["<details>", "</details>", "<summary>", "</summary>"];
        // Inside code spans and fences markup is text; elsewhere none may stand but ours.
        let mut fence: Option<String> = None;
        for line in page.lines() {
            let ticks: String = line.chars().take_while(|c| *c == '`').collect();
            let closes = fence.as_deref() == Some(line);
            if fence.is_none() && ticks.len() >= 3 {
                fence = Some(ticks);
            } else if closes {
                fence = None;
            }
            let outside: String = if fence.is_some() { String::new() } else { without_spans(line) };
            let rest = own.iter().fold(outside, |rest, tag| rest.replace(tag, ""));
            assert!(!rest.contains('<') && !rest.contains("](") && !rest.contains("@everyone"), "{line}");
        }
        assert!(!page.chars().any(|c| c != '\n' && c != '\u{200b}' && crate::clean::is_unsafe(c)));
        let rows = page.lines().filter(|l| l.starts_with("| `"));
        assert!(
            rows.clone().count() == 4 && rows.clone().all(|r| r.replace("\\|", "").matches('|').count() == 8),
            "{page}"
        );
    }

    /// A line less its code spans, by the length of their fences.
    fn without_spans(line: &str) -> String {
        let mut rest = line.to_owned();
        loop {
            let Some(start) = (0..rest.len()).find(|i| {
                rest.as_bytes().get(*i) == Some(&b'`') && (*i == 0 || rest.as_bytes().get(i - 1) != Some(&b'\\'))
            }) else {
                return rest;
            };
            let fence: String = rest
                .chars()
                .skip(rest.get(..start).map_or(0, |s| s.chars().count()))
                .take_while(|c| *c == '`')
                .collect();
            let after = start + fence.len();
            let Some(end) = rest.get(after..).and_then(|r| r.find(&fence)) else { return rest };
            rest.replace_range(start..after + end + fence.len(), "");
        }
    }
}
