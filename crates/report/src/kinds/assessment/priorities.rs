//! Priorities 1 to 3: per component each package with type, distance, impact, what breaks, recommendation, command.

use uplift_model::Risk;
use uplift_model::dossier::Dossier;

use super::super::parts::{self, Basis, Pair};
use crate::document::{Block, Section, Spare, Text};
use crate::kinds::emptiness;
use crate::numbers::count;

pub(super) fn sections(dossier: &Dossier, pairs: &[Pair<'_>]) -> Vec<Section> {
    let mut sections: Vec<Section> = (1..=3).map(|number| priority(dossier, pairs, number)).collect();
    let rest: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.priority.is_none()).collect();
    if !rest.is_empty() {
        let section = Section::new("priority-none", "Not weighed")
            .say(Text::new().unknown("nothing weighed these, so they have no priority"));
        sections.push(components(dossier, section, &rest, "n"));
    }
    sections
}

fn priority(dossier: &Dossier, pairs: &[Pair<'_>], number: u8) -> Section {
    let own: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.priority.is_some_and(|(n, _)| n == number)).collect();
    let stretch = dossier.programme.iter().flat_map(|p| &p.calendar.stretches).find(|s| s.priority == number);
    let title = match stretch.map(|stretch| stretch.weeks) {
        Some((from, to)) if from == to => format!("Priority {number} (week {from})"),
        Some((from, to)) => format!("Priority {number} (weeks {from} to {to})"),
        None => format!("Priority {number}"),
    };
    let mut section = Section::new(format!("priority-{number}"), title);
    if let Some(stretch) = stretch {
        section = section.say(Text::from("Goal: ").plain(stretch.goal.clone()));
    }
    let unknown = emptiness::newer(&dossier.analysis).filter(|_| own.is_empty());
    section = section.say(match unknown {
        Some(why) => Text::from("Packages of this priority: ").unknown(why),
        None => Text::new().count(own.len(), "package", "pairs").plain(" of this priority."),
    });
    components(dossier, section, &own, &number.to_string())
}

/// Packages of priority 1 in each component that stay on a page however little room there is.
const FIRST: usize = 5;

fn components(dossier: &Dossier, mut section: Section, pairs: &[&Pair<'_>], which: &str) -> Section {
    for (at, component) in dossier.analysis.components.iter().enumerate() {
        let own: Vec<&&Pair<'_>> = pairs.iter().filter(|pair| pair.component == component.path).collect();
        if own.is_empty() {
            continue;
        }
        let id = parts::id(&format!("priority-{which}-in"), at, &component.path);
        let mut part = Section::new(id, parts::component(dossier, &component.path))
            .say(Text::new().count(own.len(), "package", "pairs").plain(format!(", {}", component.ecosystem)));
        for (rank, pair) in own.into_iter().enumerate() {
            // The first of priority 1 are told whatever room there is.
            let spare = pair.risk().filter(|_| which != "1" || rank >= FIRST).map(Spare::from);
            part = part.below(package(dossier, pair).spare(spare));
        }
        section = section.below(part);
    }
    section
}

fn package(dossier: &Dossier, pair: &Pair<'_>) -> Section {
    let mut facts: Vec<Text> = vec![
        parts::versions(pair.current.as_deref(), &pair.target),
        Text::from("Type: ").and(parts::behind(pair)),
        Text::from("Impact: ").and(impact(pair)),
        Text::from("Breaking: ").and(breaking(dossier, pair)),
        Text::from("Recommendation: ").and(recommendation(dossier, pair)),
    ];
    if let Some((_, because)) = pair.priority {
        facts.insert(1, Text::from("Why now: ").plain(because));
    }
    facts.extend(parts::read_first(dossier, pair));
    if let Some(week) = pair.week {
        let minutes = pair.minutes.map(|m| format!(", {}", parts::effort(m))).unwrap_or_default();
        facts.push(Text::from("When: ").plain(format!("week {week}{minutes}")));
    }
    let evidence: Vec<String> =
        pair.row.iter().flat_map(|row| &row.stated).map(|s| format!("{}:{}", s.file, s.line)).collect();
    if !evidence.is_empty() {
        facts.push(Text::from("Stated in: ").code(evidence.join(", ")));
    }
    // What was not retrieved is told with the impact.
    let blind = pair.assessment().is_some_and(|assessment| assessment.security.missing().is_some());
    let warnings = pair.warnings().iter().filter(|said| !(blind && said.starts_with("advisories not retrieved")));
    facts.extend(warnings.map(|warning| Text::from("Mind: ").plain(warning.clone())));
    facts.extend(elsewhere(dossier, pair));
    let mut section = Section::new(format!("package-{}", pair.id), pair.name).with(Block::List(facts));
    section.blocks.extend(parts::commands_block(&parts::commands(dossier, pair)));
    section
}

/// What the move does, as far as it is known; benefits are not made up.
fn impact(pair: &Pair<'_>) -> Text {
    let words: Vec<&str> = pair.reasons().iter().map(|reason| parts::reason_word(*reason)).collect();
    let mut text = if words.is_empty() { Text::from("no reason was found") } else { Text::from(words.join(", ")) };
    let gaps = pair.assessment().into_iter().flat_map(|assessment| &assessment.unknown);
    let listed = gaps.into_iter().any(|gap| gap.starts_with("advisories"));
    match pair.assessment().map(|a| &a.security) {
        Some(uplift_model::Datum::Found { value }) => {
            let ids = |list: &[uplift_model::risk::Touching]| {
                list.iter().map(|t| format!("{} ({})", t.finding.id, t.finding.severity)).collect::<Vec<_>>().join(", ")
            };
            for (what, list) in
                [("removes", &value.removed), ("leaves", &value.remaining), ("brings", &value.introduced)]
            {
                if !list.is_empty() {
                    text = text.plain(format!("; {what} {}", ids(list)));
                }
            }
        }
        Some(uplift_model::Datum::None) => {}
        // Where the breaking changes list it as unknown, it is said there.
        Some(uplift_model::Datum::NotRetrieved { .. }) if listed => {}
        Some(uplift_model::Datum::NotRetrieved { why }) => {
            text = text.plain("; its effect on advisories: ").unknown(why.clone())
        }
        None => text = text.plain("; its effect on advisories: ").unknown("not weighed"),
    }
    text
}

fn breaking(dossier: &Dossier, pair: &Pair<'_>) -> Text {
    let Some(assessment) = pair.assessment() else { return Text::new().unknown("not weighed") };
    let blind = assessment.security.missing().is_some();
    let factors = assessment.factors.iter().filter(|factor| !(blind && factor.signal == "advisories"));
    let factors: Vec<&str> = factors.take(3).map(|factor| factor.reason.as_str()).collect();
    let mut text =
        Text::new().strong(format!("{} risk", assessment.level)).plain(format!(", {} of 100 points", assessment.score));
    if !factors.is_empty() {
        text = text.plain(format!(": {}", factors.join("; ")));
    }
    if let Some(usage) = pair.row.and_then(|row| row.usage.value()) {
        text = text.plain(format!("; used at {} in {}", count(usage.count, "place"), count(usage.files, "file")));
        if let Some(site) = usage.sites.first() {
            text = text.plain(", first ").code(format!("{}:{}", site.file, site.line));
        }
    }
    let unknown = parts::unknown(dossier, pair);
    if !unknown.is_empty() {
        text = text.plain("; ").unknown(unknown.join("; "));
    }
    text
}

fn recommendation(dossier: &Dossier, pair: &Pair<'_>) -> Text {
    let Some(risk) = pair.risk() else { return Text::from("look at it before anything moves") };
    let mut text = Text::from(match risk {
        Risk::Low => "update; the project's tests decide",
        Risk::Medium => "update by itself, and test before the next one",
        Risk::High => "read what changed first, then update as a step of its own",
    });
    if let Some(tests) = pair.assessment().map(|a| a.required_tests.join(", ")).filter(|t| !t.is_empty()) {
        text = text.plain(format!("; tests: {tests}"));
    }
    if let Basis::Planned { step: Some(step), .. } = pair.basis
        && !step.approvals.is_empty()
    {
        text = text.plain("; must agree first: ");
        for (at, role) in step.approvals.iter().enumerate() {
            text = text.plain(if at > 0 { ", " } else { "" }).and(parts::who(dossier, role));
        }
    }
    if pair.unpinned() {
        text = text.plain("; pin it, so that what is installed no longer changes by itself");
    }
    text
}

/// The same package in another component of the same ecosystem.
fn elsewhere(dossier: &Dossier, pair: &Pair<'_>) -> Option<Text> {
    let others: Vec<String> = dossier
        .analysis
        .components
        .iter()
        .filter(|c| c.path != pair.component && c.ecosystem == pair.ecosystem)
        .filter(|c| c.dependencies.iter().any(|d| d.direct && d.name == pair.name))
        .map(|c| parts::component(dossier, &c.path))
        .collect();
    (!others.is_empty()).then(|| Text::from("Coordinate: ").plain(format!("{} uses it as well", others.join(", "))))
}
