//! `pr`: the text of a pull request as a document: what moved, what was held and why, what proves it, how to undo it.
//!
//! Lives elsewhere: the same as a forge's Markdown, which `uplift show --pull-request` prints
//! (`crate::markdown::pull_request`); both have one title and one wording of proofs and symptoms.

use uplift_model::dossier::Dossier;
use uplift_model::outcome::{Kept, Proof, RunReport};
use uplift_model::{Distance, Risk};

use super::{exposure, parts, pieces, ways};
use crate::document::{Block, Document, Section, Table, Text, Tone};
use crate::numbers::{count, duration};
use crate::words;

pub(super) fn write(dossier: &Dossier) -> Document {
    let Some(run) = &dossier.run else {
        return Document {
            title: pieces::title(dossier, "Pull request"),
            header: parts::header(dossier),
            sections: vec![
                Section::new("summary", "Summary")
                    .say("There is no run, so that there is nothing to propose for merging."),
                parts::sources(dossier),
            ],
            footer: parts::footer(dossier),
        };
    };
    Document {
        title: Text::from(crate::markdown::title(run)),
        header: parts::header(dossier),
        sections: vec![
            summary(dossier, run),
            updates(dossier, run),
            held(run),
            security(dossier),
            risks(dossier, run),
            verification(run),
            undo(dossier, run),
            notes(run),
            parts::sources(dossier),
        ],
        footer: parts::footer(dossier),
    }
}

fn summary(dossier: &Dossier, run: &RunReport) -> Section {
    let section = Section::new("summary", "Summary");
    if ways::delivered(dossier).is_none() {
        let text = Text::from(format!("The run is {} and delivered nothing to merge.", words::state(run.state)));
        return section.with(Block::Callout(Tone::Warning, text));
    }
    let text = Text::new()
        .count(run.kept.len(), "dependency update", "updates-table")
        .plain(", ")
        .count(run.refreshed.len(), "transitive package", "refreshed")
        .plain(" refreshed in the lock, ")
        .count(run.held.len(), "package", "held-table")
        .plain(" held below the newest version.");
    let proof = if run.verified {
        Block::Callout(Tone::Good, Text::from("No test that passed before fails: ").plain(&run.verification).plain("."))
    } else {
        Block::Callout(Tone::Warning, Text::new().strong("Not verified by tests: ").plain(&run.verification))
    };
    section.say(text).with(proof)
}

fn updates(dossier: &Dossier, run: &RunReport) -> Section {
    let columns = ["Package", ">From", ">To", "Step", "Phase", "Named in", "Commit"];
    let mut table = Table::new("updates-table", "Updates, one commit a move", &columns, "No package was kept.");
    let mut refreshed =
        Table::new("refreshed", "Refreshed in the lock", &["Package", ">From", ">To"], "The lock was not refreshed.");
    if ways::delivered(dossier).is_some() {
        for kept in &run.kept {
            let places = kept.places.iter().map(|place| pieces::place(&place.file, Some(place.line)));
            table.row(vec![
                Text::new().code(kept.name.as_str()),
                kept.from.to_string().into(),
                kept.to.to_string().into(),
                words::distance(kept.distance).into(),
                kept.phase.to_string().into(),
                pieces::joined(places, ", "),
                Text::new().code(pieces::short(&kept.commit)),
            ]);
        }
        for change in &run.refreshed {
            let version = |v: &Option<uplift_model::Version>, none: &str| {
                Text::from(v.as_ref().map_or_else(|| none.to_owned(), ToString::to_string))
            };
            refreshed.row(vec![
                Text::new().code(change.name.as_str()),
                version(&change.from, "new"),
                version(&change.to, "gone"),
            ]);
        }
    }
    let summary = Text::new().span(refreshed.count("transitive package")).plain(" refreshed in the lock");
    Section::new("updates", "Updates")
        .with(Block::Table(table))
        .with(Block::Details { summary, blocks: vec![Block::Table(refreshed)] })
}

fn held(run: &RunReport) -> Section {
    let columns = ["Package", "How far", "Symptom", "Proof", ">Lowest seen to fail", ">Failing tests"];
    let mut table = Table::new("held-table", "Held below the newest version", &columns, "Nothing was held.");
    let mut errors = Vec::new();
    for one in &run.held {
        let proof = if one.proof == Proof::Unattributed { Tone::Unknown } else { Tone::Warning };
        table
            .row(vec![
                Text::new().code(one.name.as_str()),
                words::held(one).into(),
                words::symptom(one).into(),
                words::proof(one.proof).into(),
                one.first_failing
                    .as_ref()
                    .map_or_else(|| Text::new().unknown("none was tried"), |v| v.to_string().into()),
                one.failing_tests.len().to_string().into(),
            ])
            .tone = proof;
        if let Some(error) = one.first_error.as_ref().filter(|error| !error.text.trim().is_empty()) {
            errors.push(Block::Details {
                summary: Text::from("First error with ").code(one.name.as_str()),
                blocks: vec![Block::Code { language: "text".to_owned(), text: error.text.clone() }],
            });
        }
    }
    errors.into_iter().fold(Section::new("held", "Held").with(Block::Table(table)), Section::with)
}

fn security(dossier: &Dossier) -> Section {
    let exposure = exposure::exposure(dossier);
    let columns = ["Package", ">Before", ">After", "Advisory", "Severity", "Becomes", "Why"];
    let empty = if exposure.gaps.is_empty() {
        Text::from("No vulnerability is known of what was or is in use.")
    } else {
        Text::new().unknown("not every source answered")
    };
    let mut table = Table::new("security-table", "Known vulnerabilities", &columns, empty);
    for one in &exposure.rows {
        let (word, tone) = one.fate.told(one.severity);
        table
            .row(vec![
                Text::new().code(&one.package),
                pieces::known(one.before.as_deref(), "not in use before"),
                Text::from(one.after.as_deref().unwrap_or("gone")),
                one.id.as_str().into(),
                one.severity.to_string().into(),
                word.into(),
                one.fate.reason().into(),
            ])
            .tone = tone;
    }
    let mut section = Section::new("security", "Security");
    if !exposure.gaps.is_empty() {
        let text = Text::from("Could not be asked: ").unknown(exposure.gaps.join("; "));
        section = section.with(Block::Callout(Tone::Unknown, text));
    }
    section.with(Block::Table(table))
}

fn risks(dossier: &Dossier, run: &RunReport) -> Section {
    let section = Section::new("risks", "Risks");
    if ways::delivered(dossier).is_none() {
        return section.say("Nothing was delivered, so that nothing is risked.");
    }
    let risk = |kept: &Kept| run.plan.candidates.iter().find(|c| c.name == kept.name);
    let risky = run.kept.iter().filter(|kept| {
        kept.distance == Distance::Major || risk(kept).is_some_and(|candidate| candidate.risk == Risk::High)
    });
    let lines: Vec<Text> = risky
        .map(|kept| {
            // The reasons speak of the whole way; who went part of it took a smaller step.
            let whole = !run.held.iter().any(|held| held.name == kept.name);
            let reasons = risk(kept).filter(|_| whole).map(|c| c.reasons.join("; ")).filter(|text| !text.is_empty());
            let why = reasons.unwrap_or_else(|| format!("a {} step", words::distance(kept.distance)));
            Text::new().code(kept.name.as_str()).plain(format!(" {} to {}: ", kept.from, kept.to)).plain(why)
        })
        .collect();
    if lines.is_empty() {
        return section
            .say("No kept update is a major step or of high risk. What the tests do not cover is not proven.");
    }
    section.say("What the tests do not cover is not proven. Look first at:").with(Block::List(lines))
}

fn verification(run: &RunReport) -> Section {
    let base = &run.baseline;
    let mut lines = Vec::new();
    if base.usable {
        let runs = count(usize::try_from(base.runs).unwrap_or(usize::MAX), "run");
        lines.push(Text::from("Tests: ").code(&base.command).plain(" (found in ").code(&base.found_in).plain(format!(
            "), {runs} on the untouched state, {} each: {} passed, {}, {} flaky",
            duration(base.seconds),
            base.passed,
            count(base.known_failures.len(), "known failure"),
            base.flaky.len()
        )));
    } else {
        lines.push(Text::new().strong("No usable tests: ").plain(base.problem.as_deref().unwrap_or("no test ran")));
    }
    for one in &run.test_results {
        let status = match one.status {
            uplift_model::outcome::TestResultStatus::Passed => "passed",
            uplift_model::outcome::TestResultStatus::Failed => "failed",
            uplift_model::outcome::TestResultStatus::Skipped => "skipped",
        };
        let failures = count(one.failures.len(), "failure");
        lines.push(Text::from(format!(
            "{} tests of the delivered tree: {status}, {failures}, {}",
            one.test_type,
            duration(one.execution_time)
        )));
    }
    lines.push(Text::from(format!("Interpreter {}, sandbox: ", run.interpreter)).plain(&run.sandbox));
    lines.push(Text::from(format!(
        "Spent: {}, {}, {}",
        count(usize::try_from(run.counts.full_runs).unwrap_or(usize::MAX), "full run"),
        count(usize::try_from(run.counts.probes).unwrap_or(usize::MAX), "probe"),
        duration(run.counts.seconds)
    )));
    Section::new("verification", "What was verified, and how").with(Block::List(lines))
}

fn undo(dossier: &Dossier, run: &RunReport) -> Section {
    let section = Section::new("undo", "How to undo");
    if ways::delivered(dossier).is_none() {
        return section.say("Nothing was delivered, so that there is nothing to undo.");
    }
    let mut lines = vec![
        Text::from("One package, the rest re-tested: ").code(format!("uplift rollback {} PACKAGE", run.run)),
        Text::from("All of it: ").code(format!("uplift rollback {}", run.run)),
    ];
    if let Some(first) = run.kept.first() {
        let command = format!("git revert {}", pieces::short(&first.commit));
        lines.push(Text::from("Without Uplift: ").code(command).plain(", one commit a move"));
    }
    section.with(Block::List(lines))
}

fn notes(run: &RunReport) -> Section {
    let section = Section::new("notes", "Notes");
    if run.notes.is_empty() {
        section.say("Nothing else was noted.")
    } else {
        section.with(Block::List(pieces::texts(&run.notes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::sample::{anchors_hold, changed, section_titles, text_of};
    use serde_json::json;

    #[test]
    fn a_reviewer_finds_what_moved_what_was_held_what_proves_it_and_the_way_back() {
        let document = write(&changed(|_| {}));
        anchors_hold(&document);
        assert_eq!(
            section_titles(&document),
            [
                "Summary",
                "Updates",
                "Held",
                "Security",
                "Risks",
                "What was verified, and how",
                "How to undo",
                "Notes",
                "Sources"
            ]
        );
        let text = text_of(&document);
        assert!(text.starts_with("chore(deps): update 4 dependencies\n"), "{text}");
        assert!(
            text.contains("4 dependency updates, 1 transitive package refreshed in the lock, 1 package held"),
            "{text}"
        );
        assert!(
            text.contains("keras | stays at 2.15.0, 3.12.0 held | tensorflow 2.15.0 requires keras<2.16"),
            "{text}"
        );
        assert!(text.contains("python-multipart | 0.0.6 | 0.0.6 | CVE-2024-24762 | high | remains"), "{text}");
        assert!(text.contains("uplift rollback 01JD8Q PACKAGE") && text.contains("git revert a1a1a1a1a1"), "{text}");
    }

    #[test]
    fn what_is_not_there_is_not_proposed() {
        let text = text_of(&write(&changed(|v| v["run"] = json!(null))));
        assert!(text.contains("There is no run") && !text.contains("No test that passed before fails"), "{text}");
        let document = write(&changed(|v| v["run"]["state"] = json!("failed")));
        anchors_hold(&document);
        let text = text_of(&document);
        assert!(
            text.contains("delivered nothing to merge") && !text.contains("torch | 2.1.0 | 2.6.0 | major"),
            "{text}"
        );
    }

    #[test]
    fn without_tests_it_says_so_first() {
        let text = text_of(&write(&changed(|v| v["run"]["verified"] = json!(false))));
        assert!(
            text.contains("Not verified by tests: ") && !text.contains("No test that passed before fails"),
            "{text}"
        );
    }
}
