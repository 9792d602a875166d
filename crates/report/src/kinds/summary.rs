//! `summary`: one page: what to do first, why, what it breaks, who must agree, how to undo it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use uplift_model::Risk;
use uplift_model::dossier::Dossier;
use uplift_model::risk::RegisterEntry;

use super::emptiness;
use super::parts::{self, Pair};
use super::pieces;
use crate::document::{Block, Document, Section, Text};
use crate::numbers::count;

/// Packages that one page names; the table below the page has all of them.
const NAMED: usize = 5;
/// Id of the section that the style sheet leaves out on paper, so that a summary is one page there.
const ON_SCREEN: &str = "on-screen";

pub(super) fn write(dossier: &Dossier) -> Document {
    let pairs = parts::pairs(dossier);
    let advisories = parts::advisories(dossier);
    let mut why = Section::new("why", "Why");
    why.blocks.extend(urgency(dossier));
    why.blocks.extend(parts::posture(dossier, &advisories));
    let tables = [
        parts::pairs_table(dossier, &pairs),
        parts::advisories_table(dossier, &advisories),
        parts::decisions_table(dossier),
    ];
    let folded = tables.into_iter().map(|table| Block::Details {
        summary: table.caption.clone().plain(format!(": {}", count(table.rows.len(), "row"))),
        blocks: vec![Block::Table(table)],
    });
    let mut all = Section::new(ON_SCREEN, "The rows behind the numbers");
    all.blocks = folded.collect();
    if !dossier.analysis.urgency.formula.is_empty() {
        all = all.say(Text::from("Urgency: ").plain(dossier.analysis.urgency.formula.clone()));
    }
    let mut sections = vec![first(dossier, &pairs), why, breaks(dossier, &pairs), agree(dossier), undo(dossier)];
    if let Some(gaps) = parts::not_known(dossier) {
        sections.push(Section::new("not-known", "What is not known").with(gaps));
    }
    sections.push(all);
    sections.push(parts::sources(dossier));
    Document {
        title: Text::from(format!("Upgrading {} on one page", dossier.analysis.repository)),
        header: parts::header(dossier),
        sections,
        footer: parts::footer(dossier),
    }
}

/// The level with its reasons in one line; how it is counted is folded away.
fn urgency(dossier: &Dossier) -> Vec<Block> {
    let urgency = &dossier.analysis.urgency;
    let mut blocks = parts::urgency(dossier);
    if urgency.level.is_empty() {
        return blocks;
    }
    blocks.truncate(1);
    if !urgency.because.is_empty() {
        blocks.push(Block::Paragraph(Text::from(format!("{}.", urgency.because.join(", ")))));
    }
    blocks
}

fn first(dossier: &Dossier, pairs: &[Pair<'_>]) -> Section {
    let section = Section::new("first", "What to do first");
    if pairs.is_empty() {
        return section
            .say(emptiness::unless_unknown(dossier, "Nothing: no newer version was found for what was looked at."));
    }
    let steps = pairs.iter().take(NAMED).map(|pair| {
        let mut text =
            Text::new().strong(pair.name).plain(format!(" ({}) ", parts::component(dossier, pair.component)));
        text = text.and(parts::versions(pair.current.as_deref(), &pair.target));
        match pair.priority {
            Some((_, because)) => text.plain(format!(": {because}")),
            None => text.plain(": ").unknown("not weighed"),
        }
    });
    let left = pairs.len().saturating_sub(NAMED);
    let mut section = section.with(Block::Steps(steps.collect()));
    if left > 0 {
        section = section.say(Text::from(format!("then {left} more of ")).count(pairs.len(), "package", "pairs"));
    }
    let commands = pairs.first().map(|pair| parts::commands(dossier, pair)).unwrap_or_default();
    section.blocks.extend(parts::commands_block(&commands));
    section
}

fn breaks(dossier: &Dossier, pairs: &[Pair<'_>]) -> Section {
    let section = Section::new("breaks", "What it breaks");
    if let Some(why) = emptiness::newer(&dossier.analysis).filter(|_| pairs.is_empty()) {
        return section.say(Text::new().unknown(why));
    }
    let mut risky: Vec<&Pair<'_>> = pairs.iter().filter(|pair| pair.risk() == Some(Risk::High)).collect();
    // What more people have to agree to (payments, doors, data) is read before what only breaks.
    risky.sort_by_key(|pair| Reverse(registered(dossier, pair).map_or(0, |entry| entry.reviewers.len())));
    let unweighed = pairs.iter().filter(|pair| pair.risk().is_none()).count();
    let mut section = section.say(
        Text::new()
            .count(risky.len(), "package", "pairs")
            .plain(" of high risk, ")
            .count(unweighed, "package", "pairs")
            .plain(" not weighed."),
    );
    // One line a consequence, and not the same words for each package.
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for pair in risky {
        let name = format!("{} ({})", pair.name, parts::component(dossier, pair.component));
        let consequence = brief(&consequence(dossier, pair)).to_owned();
        match lines.iter_mut().find(|(known, _)| *known == consequence) {
            Some((_, names)) => names.push(name),
            None => lines.push((consequence, vec![name])),
        }
    }
    let left: usize = lines.iter().skip(NAMED).map(|(_, names)| names.len()).sum();
    let mut items: Vec<Text> = lines
        .into_iter()
        .take(NAMED)
        .map(|(consequence, names)| {
            let text = Text::new().strong(some(&names)).plain(": ");
            if consequence.is_empty() { text.unknown("the factors are not known") } else { text.plain(consequence) }
        })
        .collect();
    if left > 0 {
        items.push(
            Text::from(format!("{} more, as in ", count(left, "package"))).and(pieces::here("the table", "pairs")),
        );
    }
    if !items.is_empty() {
        section = section.with(Block::List(items));
    }
    section
}

/// What may happen, without the versions before it and the evidence behind it, which the table has.
fn brief(risk: &str) -> &str {
    let said = risk.split_once(": ").filter(|(versions, _)| versions.contains(" -> ")).map_or(risk, |(_, said)| said);
    said.split_once(" (").map_or(said, |(said, _)| said)
}

/// The first names, and how many more there are.
fn some(names: &[String]) -> String {
    match names.len().saturating_sub(NAMED) {
        0 => crate::numbers::list(names),
        more => format!("{} and {more} more", names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ")),
    }
}

fn agree(dossier: &Dossier) -> Section {
    let section = Section::new("agree", "Who must agree");
    let decisions = parts::decisions(dossier);
    if decisions.is_empty() {
        return section.say("Nothing waits for a decision.");
    }
    let weeks = parts::weeks_of(dossier);
    let mut roles: BTreeMap<&str, (usize, Option<u64>, Vec<&str>)> = BTreeMap::new();
    for (component, decision) in &decisions {
        let due = parts::before(&weeks, *component, &decision.packages);
        for role in &decision.roles {
            let (number, first, packages) = roles.entry(role).or_default();
            *number += 1;
            *first = [*first, due].into_iter().flatten().min();
            packages.extend(decision.packages.iter().map(String::as_str));
        }
    }
    let items = roles.into_iter().map(|(role, (number, due, packages))| {
        let due = due.map(|week| format!(", the first before week {week}")).unwrap_or_default();
        let named = some(&packages.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let text = Text::new().strong(parts::who(dossier, role).words()).plain(", ");
        text.count(number, "decision", "decisions").plain(format!("{due}: {named}"))
    });
    section.with(Block::List(items.collect()))
}

fn undo(dossier: &Dossier) -> Section {
    let section = Section::new("undo", "How to undo it");
    match &dossier.run {
        Some(run) => section
            .say("Each kept move is one commit on a branch of its own; taking one back tests the rest again:")
            .with(Block::Code { language: "sh".to_owned(), text: format!("uplift rollback {}", run.run) }),
        None => {
            let plans = dossier.plans.iter().filter_map(|one| Some((one, one.plan.value()?)));
            let own = plans.map(|(one, plan)| {
                (parts::component(dossier, &one.component), Text::from(plan.rollback_strategy.clone()))
            });
            let mut ways: Vec<(Text, Vec<String>)> = Vec::new();
            for (name, way) in own.chain(parts::ways_back(dossier)) {
                match ways.iter_mut().find(|(known, _)| *known == way) {
                    Some((_, names)) => names.push(name),
                    None => ways.push((way, vec![name])),
                }
            }
            let told = ways.into_iter().map(|(way, names)| Text::from(format!("{}: ", some(&names))).and(way));
            let ways: Vec<Text> = told.collect();
            if ways.is_empty() {
                section.say("Nothing was changed. Tag the state before the first change, and go back to that tag.")
            } else {
                section.say("Nothing was changed yet. Once it is:").with(Block::List(ways))
            }
        }
    }
}

/// What the risk register says may happen, else what weighs most; empty: neither is known.
fn consequence(dossier: &Dossier, pair: &Pair<'_>) -> String {
    let entry = registered(dossier, pair);
    let factor = || pair.assessment().and_then(|a| a.factors.first()).map(|factor| factor.reason.clone());
    entry.map(|entry| entry.risk.clone()).or_else(factor).unwrap_or_default()
}

/// The entry of the plan's risk register about a pair.
fn registered<'d>(dossier: &'d Dossier, pair: &Pair<'_>) -> Option<&'d RegisterEntry> {
    let register = dossier.plan_of(pair.component).map(|plan| plan.register.as_slice()).unwrap_or_default();
    register.iter().find(|entry| entry.packages.iter().any(|name| name == pair.name))
}

#[cfg(test)]
mod tests {
    use super::super::parts::made_up::{Made, dossier};
    use super::*;

    /// About what an A4 page holds at 10 pt, headings and gaps between them counted in.
    const PAGE: usize = 520;

    fn words_of(section: &Section) -> usize {
        let of = |text: &Text| text.words().split_whitespace().count();
        let block = |block: &Block| match block {
            Block::Paragraph(text) | Block::Callout(_, text) => of(text) + 8,
            Block::List(items) | Block::Steps(items) => items.iter().map(|item| of(item) + 4).sum(),
            Block::Code { text, .. } => text.split_whitespace().count() + 10,
            _ => 0,
        };
        of(&section.title) + 12 + section.blocks.iter().map(block).sum::<usize>()
    }

    #[test]
    fn a_summary_fits_one_printed_page_however_much_there_is() {
        let made: Vec<Made> = (0..300)
            .map(|at| Made { risk: "high", priority: 1, ..Made::new(&format!("package-{at}"), "backend") })
            .collect();
        let document = write(&dossier(&made));
        let printed = document.sections.iter().take_while(|section| section.id != ON_SCREEN);
        let words: usize = printed.map(words_of).sum();
        assert!(words < PAGE, "{words} words");
    }

    #[test]
    fn a_consequence_is_told_without_its_evidence() {
        let risk = "flask 1.0 -> 3.1: calls may change (flask: 2 major steps: 1.0 -> 3.1)";
        assert_eq!(brief(risk), "calls may change");
        assert_eq!(brief("2 major steps: 6.21.0 -> 8.46.3"), "2 major steps: 6.21.0 -> 8.46.3");
        assert_eq!(brief("a core framework"), "a core framework");
    }
}
