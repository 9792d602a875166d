//! Testing before and after: the baseline, what newly fails, known failures, flaky tests (rows F9, F17, F19).

use uplift_model::outcome::{RunReport, TestResultStatus};
use uplift_model::{Datum, TestId};

use super::Facts;
use crate::document::{Block, Section, Table, Text, Tone};
use crate::kinds::{pieces, ways};
use crate::numbers::{count, duration, list};

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let section = Section::new("testing", "Testing");
    let section = match &facts.dossier.run {
        Some(run) => section.below(before(run)).below(after(facts, run)),
        None => section
            .with(Block::Callout(Tone::Unknown, Text::from("No test was run: nothing has been carried out.")))
            .below(asked(facts)),
    };
    match layers(facts) {
        Some(layers) => section.below(layers),
        None => section,
    }
}

fn before(run: &RunReport) -> Section {
    let base = &run.baseline;
    let section = Section::new("testing-before", "Before");
    if !base.usable {
        let why = base.problem.as_deref().unwrap_or("no test ran");
        let text = Text::new().strong("No usable tests: ").plain(why);
        return section.with(Block::Callout(Tone::Warning, text));
    }
    let known = ids("tests-known", "Failing before anything changed", &base.known_failures, "No test failed before.");
    let flaky = ids("tests-flaky", "Flaky: they decide nothing", &base.flaky, "No test was seen to be flaky.");
    let runs = count(usize::try_from(base.runs).unwrap_or(usize::MAX), "run");
    let mut text = Text::new()
        .code(&base.command)
        .plain(" (found in ")
        .code(&base.found_in)
        .plain(format!("), {runs} on the untouched state, {} each: ", duration(base.seconds)))
        .plain(format!("{} passed, {} skipped, ", base.passed, base.skipped))
        .span(known.count("known failure"))
        .plain(", ")
        .span(flaky.count("flaky test"))
        .plain(".");
    let network = ids("tests-network", "Asking for the network", &base.want_network, "");
    if !network.rows.is_empty() {
        text = text.plain(" ").span(network.count("test")).plain(" asked for the network, which was closed.");
    }
    let mut section = section.say(text).with(folded(known)).with(folded(flaky));
    if !network.rows.is_empty() {
        section = section.with(folded(network));
    }
    section
}

fn folded(table: Table) -> Block {
    Block::Details { summary: table.caption.clone(), blocks: vec![Block::Table(table)] }
}

fn ids(id: &str, caption: &str, tests: &[TestId], empty: &str) -> Table {
    let mut table = Table::new(id, caption, &["Test"], empty);
    for test in tests {
        table.row(vec![Text::new().code(&test.0)]);
    }
    table
}

fn after(facts: &Facts<'_>, run: &RunReport) -> Section {
    let mut section = Section::new("testing-after", "After");
    if ways::delivered(facts.dossier).is_none() {
        section = section
            .with(Block::Callout(Tone::Warning, Text::from("Nothing was delivered, so that nothing was verified.")));
    } else if run.verified {
        section = section.with(Block::Callout(Tone::Good, Text::from(run.verification.as_str())));
    } else {
        let text = pieces::not_verified(&run.verification);
        section = section.with(Block::Callout(Tone::Warning, text));
    }
    let excused = |test: &TestId| run.baseline.known_failures.contains(test) || run.baseline.flaky.contains(test);
    let mut results = Table::new(
        "tests-after",
        "Tests of the delivered tree, by layer",
        &["Layer", "Result", ">Newly failing", ">Time", ">Coverage"],
        "No layer of tests was run on a delivered tree.",
    );
    let mut newly = Table::new(
        "tests-newly-failing",
        "Newly failing on the delivered tree",
        &["Layer", "Test"],
        "No test that passed before fails.",
    );
    if run.test_results.is_empty() {
        newly.empty = Text::from("No test was run, so that none could fail.");
    }
    for one in &run.test_results {
        let (word, tone) = match one.status {
            TestResultStatus::Passed => ("passed", Tone::Good),
            TestResultStatus::Failed => ("failed", Tone::Bad),
            TestResultStatus::Skipped => ("skipped: not run", Tone::Unknown),
        };
        let failing: Vec<&TestId> = one.failures.iter().filter(|test| !excused(test)).collect();
        for test in &failing {
            newly.row(vec![Text::from(one.test_type.as_str()), Text::new().code(&test.0)]).tone = Tone::Bad;
        }
        let coverage = one.coverage_percentage.filter(|value| value.is_finite());
        let cells = vec![
            Text::from(one.test_type.as_str()),
            Text::from(word),
            Text::new().count(failing.len(), "test", "tests-newly-failing"),
            Text::from(duration(one.execution_time)),
            coverage.map_or_else(|| Text::new().unknown("not measured"), |value| Text::from(format!("{value:.1} %"))),
        ];
        results.row(cells).tone = tone;
    }
    section.with(Block::Table(results)).with(Block::Table(newly)).with(Block::Table(blamed(run)))
}

/// What fails above the version that was kept: the tests that hold packages back.
fn blamed(run: &RunReport) -> Table {
    let mut table = Table::new(
        "tests-holding",
        "Tests that hold a package back",
        &["Package", ">Lowest version seen to fail", ">Failing tests", "First error", "How it is known"],
        "No test holds a package back.",
    );
    for held in &run.held {
        let error = held.first_error.as_ref().map(crate::words::failure);
        table.row(vec![
            Text::new().code(held.name.as_str()),
            held.first_failing
                .as_ref()
                .map_or_else(|| Text::new().unknown("none was tried"), |v| Text::from(v.to_string())),
            Text::from(held.failing_tests.len().to_string()),
            Text::from(error.unwrap_or_else(|| held.reason.clone())),
            Text::from(crate::words::proof(held.proof)),
        ]);
    }
    table
}

/// What a plan asks to be tested.
fn asked(facts: &Facts<'_>) -> Section {
    let mut table = Table::new(
        "tests-asked",
        "Tests that each step has to pass",
        &["Step", "Packages", "Layers", "Holds when"],
        "No step asks for tests.",
    );
    for part in ways::parts(facts.dossier) {
        for step in part.plan.into_iter().flat_map(|plan| &plan.steps).filter(|step| !step.required_tests.is_empty()) {
            table.row(vec![
                Text::from(format!("{}: {}", part.path, step.number)),
                if step.packages.is_empty() { step.title.as_str().into() } else { pieces::codes(&step.packages) },
                Text::from(list(&step.required_tests)),
                Text::from(step.success_criteria.join("; ")),
            ]);
        }
    }
    let count = Text::new().span(table.count("step")).plain(" to be tested before and after.");
    Section::new("testing-planned", "Before and after each step").say(count).with(Block::Table(table))
}

/// Layers that the project has or lacks, as far as hygiene was looked at.
fn layers(facts: &Facts<'_>) -> Option<Section> {
    let section = Section::new("testing-layers", "Layers of tests");
    let report = match &facts.dossier.hygiene {
        Datum::Found { value } => value,
        Datum::None => return None,
        Datum::NotRetrieved { why } => {
            return Some(section.say(Text::from("Which layers of tests the project has: ").unknown(why)));
        }
    };
    let mut table = Table::new(
        "test-layers",
        "What the project has",
        &["What", "State", "Why", "Where"],
        "No layer was looked for.",
    );
    for one in report.findings.iter().filter(|one| one.area == uplift_model::hygiene::Area::Testing) {
        let (word, tone) = pieces::presence(one.state);
        let places = one.evidence.iter().map(|e| pieces::place(&e.file, e.line));
        let cells =
            vec![one.title.as_str().into(), word.into(), one.because.as_str().into(), pieces::joined(places, ", ")];
        table.row(cells).tone = tone;
    }
    Some(section.with(Block::Table(table)))
}
