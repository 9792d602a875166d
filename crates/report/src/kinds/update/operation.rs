//! Deployment as people gave it, and verification with the output that the run really had (rows K10, K11).

use uplift_model::outcome::RunReport;

use super::Facts;
use crate::document::{Block, Item, ItemState, Section, Table, Text, Tone};
use crate::kinds::{pieces, runtimes, ways};
use crate::numbers::count;

/// Rendered, never acted on: Uplift deploys nothing.
pub(super) fn deployment(facts: &Facts<'_>) -> Section {
    let section = Section::new("deployment", "Deployment");
    let Some(given) = &facts.dossier.given.deployment else {
        return section.say(Text::from("Where and how the project is deployed: ").and(pieces::not_given("deployment")));
    };
    let mut table = Table::new(
        "deployment-profile",
        "The environment, as given",
        &["What", "Value"],
        "No value of the environment was given.",
    );
    let number = |value: Option<u32>| value.map(|value| value.to_string());
    for (what, value) in [
        ("Platform", given.platform.clone()),
        ("Region", given.region.clone()),
        ("Service", given.service.clone()),
        ("Port", number(given.port)),
        ("Memory", given.memory.clone()),
        ("CPU", given.cpu.clone()),
        ("Instances, at most", number(given.instances)),
    ] {
        if let Some(value) = value {
            table.row(vec![what.into(), Text::new().code(value)]);
        }
    }
    let mut section = section.with(Block::Table(table));
    if given.commands.is_empty() {
        section = section.say(Text::from("Commands: ").and(pieces::not_given("deployment.commands")));
    } else {
        section = section
            .say("The commands, as given; nothing here ran them:")
            .with(Block::Code { language: "sh".to_owned(), text: given.commands.join("\n") });
    }
    if !given.notes.is_empty() {
        section = section.with(Block::List(pieces::texts(&given.notes)));
    }
    section
}

pub(super) fn verification(facts: &Facts<'_>) -> Section {
    let section = Section::new("verification", "Verification");
    let section = match (&facts.dossier.run, ways::delivered(facts.dossier)) {
        (Some(_), Some(run)) => delivered(section, run),
        (Some(_), None) => section.say("The run delivered nothing that could be verified."),
        (None, _) => planned(facts, section),
    };
    let images = runtimes::images(facts.dossier, &ways::parts(facts.dossier));
    let refused = images.count_where("image", |row| row.tone == Tone::Bad);
    let section = section
        .say(
            Text::new()
                .span(images.count("image"))
                .plain(" to build once everything has moved; ")
                .span(refused)
                .plain(" on a runtime on which the complete set cannot be solved. ")
                .and(Text::from("Size, build time and memory: ").unknown("nothing here builds them"))
                .plain("."),
        )
        .with(Block::Table(images));
    let more = &facts.dossier.given.verify;
    if more.is_empty() {
        return section;
    }
    let open = |text: &String| Item { state: ItemState::Open, text: Text::from(text.as_str()) };
    section
        .say("Further checks, as given; nothing here ran them:")
        .with(Block::Checklist(more.iter().map(open).collect()))
}

fn delivered(section: Section, run: &RunReport) -> Section {
    let mut commands = Vec::new();
    if let Some(branch) = &run.branch {
        commands.push(format!("git switch {branch}"));
    }
    if run.baseline.usable {
        commands.push(run.baseline.command.clone());
    }
    let section = section
        .say("To see it again on the delivered branch:")
        .with(Block::Code { language: "sh".to_owned(), text: commands.join("\n") });
    let mut expected =
        Table::new("expected-output", "What the run itself got", &["What", "Result"], "The run recorded no result.");
    expected.row(vec!["Verification".into(), Text::from(run.verification.as_str())]).tone =
        if run.verified { Tone::Good } else { Tone::Warning };
    if run.baseline.usable {
        let base = &run.baseline;
        expected.row(vec![
            "Before anything changed".into(),
            Text::from(format!(
                "{} passed, {} skipped, {}, {} flaky",
                base.passed,
                base.skipped,
                count(base.known_failures.len(), "known failure"),
                base.flaky.len()
            )),
        ]);
    }
    expected.row(vec!["Interpreter".into(), Text::from(run.interpreter.as_str())]);
    expected.row(vec!["Confinement of the tests".into(), Text::from(run.sandbox.as_str())]);
    expected.row(vec!["Logs".into(), Text::new().code(&run.logs)]);
    section.with(Block::Table(expected))
}

fn planned(facts: &Facts<'_>, section: Section) -> Section {
    let mut commands: Vec<String> = Vec::new();
    for part in ways::parts(facts.dossier) {
        for step in part.plan.into_iter().flat_map(|plan| &plan.steps) {
            if matches!(step.kind, uplift_model::plan::StepKind::Integration) {
                commands.extend(step.commands.iter().filter(|c| !commands.contains(c)).cloned().collect::<Vec<_>>());
            }
        }
    }
    let section = section.say(Text::from("Expected output: ").unknown("no run, so that no output is known"));
    if commands.is_empty() {
        return section;
    }
    let section = section
        .say("What the plan runs when everything has moved:")
        .with(Block::Code { language: "sh".to_owned(), text: commands.join("\n") });
    let left = facts.exposure.after().len();
    if left == 0 {
        return section;
    }
    let text = Text::from("A check then still reports ").count(left, "vulnerability", "vulnerabilities");
    section.say(text.plain(" that the plan leaves; what else it reports is new."))
}
