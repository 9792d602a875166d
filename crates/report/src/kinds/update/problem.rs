//! What was wrong: vulnerable, unavailable, incompatible, each told from its own evidence (rows A8, A21).

use uplift_model::analysis::{Availability, DependencyRow};
use uplift_model::compatibility::{Cause, Verdict};

use super::Facts;
use crate::document::{Block, Section, Table, Text, Tone};
use crate::kinds::{pieces, ways};

pub(super) fn section(facts: &Facts<'_>) -> Section {
    let unavailable = unavailable(facts);
    let incompatible = incompatible(facts);
    let before = facts.exposure.before();
    let vulnerable: std::collections::BTreeSet<(&str, &str)> =
        before.iter().map(|one| (one.component, one.package.as_str())).collect();
    let mut told = vec![
        Text::new()
            .strong("Vulnerable: ")
            .count(before.len(), "known vulnerability", "vulnerabilities")
            .plain(format!(" in {}", crate::numbers::count(vulnerable.len(), "package")))
            .plain(if facts.exposure.gaps.is_empty() { "." } else { ", as far as could be asked." }),
        Text::new().strong("Unavailable: ").span(unavailable.count("version")).plain(availability_words(facts)),
        Text::new().strong("Incompatible: ").span(incompatible.count("reason")).plain(match compatibility(facts) {
            Some(_) if facts.dossier.run.is_some() => " why the set does not run everywhere.",
            Some(_) => ", as things stand before any move, why it does not run everywhere.",
            None => " found in the files; compatibility of the complete set was not asked.",
        }),
    ];
    if !facts.exposure.gaps.is_empty() {
        told.push(
            Text::from("Whether that is all: ")
                .unknown("not everything could be asked")
                .plain(", see ")
                .and(pieces::here("the security posture", "posture"))
                .plain("."),
        );
    }
    let mut section = Section::new("problem", "Problem").with(Block::List(told));
    for table in [unavailable, incompatible] {
        if !table.rows.is_empty() {
            section = section.with(Block::Table(table));
        } else {
            // A count leads to its rows also where there are none.
            section =
                section.with(Block::Details { summary: table.caption.clone(), blocks: vec![Block::Table(table)] });
        }
    }
    section
}

fn compatibility<'a>(facts: &'a Facts<'_>) -> Option<&'a uplift_model::compatibility::CompatibilityReport> {
    facts.dossier.compatibility.value()
}

fn availability_words(facts: &Facts<'_>) -> String {
    let rows = rows(facts);
    let unknown = rows.iter().filter(|row| row.availability.missing().is_some()).count();
    match unknown {
        0 => " cannot be had as usual.".to_owned(),
        _ => format!(" cannot be had as usual; of {} it is not known.", crate::numbers::count(unknown, "package")),
    }
}

fn rows<'a>(facts: &Facts<'a>) -> Vec<&'a DependencyRow> {
    ways::parts(facts.dossier).into_iter().filter_map(|part| part.analysis).flat_map(|c| &c.dependencies).collect()
}

/// Which of the three failed: the version, its distributions, or its standing with its maintainers.
fn unavailable(facts: &Facts<'_>) -> Table {
    let mut table = Table::new(
        "unavailable",
        "Versions in use that cannot be had as usual",
        &["Package", ">Version", "What failed", "What there is"],
        "Every version in use that could be looked up can be installed.",
    );
    for row in rows(facts) {
        let Some(availability) = row.availability.value() else { continue };
        let (failed, there) = match availability {
            Availability::Installable => continue,
            Availability::SourceOnly => (
                "it exists; for this interpreter and platform it has sources only",
                Text::from("a source distribution, which has to be built"),
            ),
            Availability::Yanked { reason } => (
                "it exists; its maintainers withdrew it",
                if reason.is_empty() { Text::from("no reason given") } else { Text::from(reason.as_str()) },
            ),
            Availability::NoDistribution { exists_for } => (
                "it exists; no distribution of it fits this interpreter and platform",
                Text::from("for ").and(pieces::codes(exists_for)),
            ),
            Availability::NoSuchVersion { nearest } => {
                ("this version was never released", Text::from("nearest: ").and(pieces::codes(nearest)))
            }
            Availability::NoSuchPackage => ("the index does not know the package", Text::from("nothing")),
        };
        let version = pieces::known(row.current_version.as_deref(), "nothing says which version runs");
        table.row(vec![Text::new().code(&row.name), version, failed.into(), there]).tone = Tone::Bad;
    }
    table
}

/// It speaks of a version that only the upgrade brings: a bound of the target, nothing that is wrong now.
fn of_the_targets(facts: &Facts<'_>, cause: &Cause) -> bool {
    let moving = facts.ways.iter().filter(|way| way.moves());
    let targets: Vec<String> = moving.filter_map(|way| Some(format!("{}=={}", way.name, way.to.as_ref()?))).collect();
    let names = |text: &Option<String>| text.as_ref().is_some_and(|text| targets.contains(text));
    cause.constraints.iter().any(|one| names(&one.by) || targets.contains(&one.requires))
}

fn incompatible(facts: &Facts<'_>) -> Table {
    let mut table = Table::new(
        "incompatible",
        "What does not go together",
        &["Where", "Runtime", "What decides"],
        "Nothing that was asked stands against the set.",
    );
    let of_plans = ways::parts(facts.dossier);
    for component in compatibility(facts).into_iter().flat_map(|report| &report.components) {
        if !of_plans.iter().any(|part| part.path == ways::normal(&component.path)) {
            continue;
        }
        for check in component.checks.iter().filter(|c| !matches!(c.verdict, Verdict::Sat | Verdict::NotChecked)) {
            for cause in check.causes.iter().filter(|cause| !of_the_targets(facts, cause)) {
                let cells = vec![
                    Text::new().code(&component.path),
                    Text::new().code(&check.runtime),
                    cause.sentence.as_str().into(),
                ];
                table.row(cells).tone = Tone::Bad;
            }
        }
    }
    for part in &of_plans {
        for runtime in part.analysis.into_iter().flat_map(|c| &c.runtimes) {
            for one in &runtime.disagreements {
                let cells = vec![
                    Text::new().code(part.path),
                    Text::new().code(&runtime.name),
                    Text::from(one.message.as_str()),
                ];
                table.row(cells).tone = Tone::Warning;
            }
        }
    }
    table
}
