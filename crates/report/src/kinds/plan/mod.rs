//! `plan`: what to move, in which order and why; every research field of each package; how to go about it (row M1).
//!
//! Lives here: the document and its list of priorities. Lives elsewhere: each library (`library`), the action plan
//! (`action`), what other kinds show as well (`super::parts`).

mod action;
mod library;

use uplift_model::dossier::Dossier;
use uplift_model::plan::StepKind;

use super::parts::{self, Basis, Pair};
use crate::document::{Block, Document, Section, Spare, Target, Text};
use crate::kinds::emptiness;
use crate::numbers::count;

pub(super) fn write(dossier: &Dossier) -> Document {
    let pairs = parts::pairs(dossier);
    let advisories = parts::advisories(dossier);
    let groups = groups(&pairs);
    let in_short = parts::Rows { packages: ("pairs", pairs.len()), decisions: Some("decisions") };
    Document {
        title: Text::from(format!("Dependency upgrade plan of {}", dossier.analysis.repository)),
        header: parts::header(dossier),
        sections: vec![
            parts::in_short(dossier, &pairs, &in_short),
            overview(dossier, &pairs),
            prioritized(dossier, &groups),
            security(dossier, &advisories),
            library::section(dossier, &pairs),
            action::section(dossier, &pairs),
            super::documents::section(dossier),
            Section::new("approvals", "Who must agree").with(Block::Table(parts::decisions_table(dossier))),
            parts::sources(dossier),
        ],
        footer: parts::footer(dossier),
    }
}

fn overview(dossier: &Dossier, pairs: &[Pair<'_>]) -> Section {
    let table = parts::pairs_table(dossier, pairs);
    let stays = parts::stays_table(dossier);
    let unknown = emptiness::newer(&dossier.analysis).filter(|_| pairs.is_empty());
    let mut section = Section::new("overview", "What this plan covers").say(match unknown {
        Some(why) => Text::from("What could move: ").unknown(why),
        None => Text::new()
            .span(table.count("package"))
            .plain(" could move (a package that two components use counts twice), ")
            .span(stays.count("package"))
            .plain(" stay although something newer exists."),
    });
    section.blocks.extend(parts::not_known(dossier));
    section.blocks.extend(parts::urgency(dossier));
    section.blocks.push(parts::rows_of_urgency());
    section = section.with(Block::Table(table)).with(Block::Table(stays));
    section.blocks.extend(parts::figures(dossier));
    section
}

/// Pairs that move in one step, in the order of the first among them.
fn groups<'p, 'd>(pairs: &'p [Pair<'d>]) -> Vec<Vec<&'p Pair<'d>>> {
    let mut groups: Vec<Vec<&Pair<'_>>> = Vec::new();
    for pair in pairs {
        let same = |other: &&Pair<'_>| match (other.basis, pair.basis) {
            (Basis::Planned { of: a, .. }, Basis::Planned { of: b, .. }) => {
                other.component == pair.component && a.id == b.id
            }
            _ => false,
        };
        match groups.iter_mut().find(|group| group.first().is_some_and(same)) {
            Some(group) => group.push(pair),
            None => groups.push(vec![pair]),
        }
    }
    groups
}

fn prioritized(dossier: &Dossier, groups: &[Vec<&Pair<'_>>]) -> Section {
    let mut section = Section::new("prioritized", "Prioritized upgrade list").say(
        "What presses first: what closes a grave advisory or cannot be installed (priority 1), then by the week in which the \
         team sees to it, lower risk before higher. What must move together shares a place. The order in which the steps are \
         carried out is the action plan's: where one step needs another, the need comes first. The level of a risk is that \
         of its points, or of its gravest finding where that is higher.",
    );
    for one in &dossier.plans {
        let Some((plan, mended)) = one.plan.value().and_then(|plan| plan.mended.as_ref().map(|m| (plan, m))) else {
            continue;
        };
        let step = plan.steps.iter().find(|step| step.kind == StepKind::Mend).map_or(1, |step| step.number);
        let pins: Vec<String> = mended.pins.iter().map(|p| format!("{} {} -> {}", p.name, p.from, p.to)).collect();
        section = section.say(Text::new().strong("Before all of them").plain(format!(
            ", step {step} of {}: {}, since {}",
            parts::component(dossier, &one.component),
            pins.join(", "),
            mended.why
        )));
    }
    if groups.is_empty() {
        return section.say(emptiness::unless_unknown(dossier, "Nothing is to be moved."));
    }
    for (rank, group) in groups.iter().enumerate() {
        section = section.below(rank_section(dossier, rank, group));
    }
    section
}

/// Ranks that stay on a page however little room there is.
const FIRST: usize = 10;

fn rank_section(dossier: &Dossier, rank: usize, group: &[&Pair<'_>]) -> Section {
    let names: Vec<&str> = group.iter().map(|pair| pair.name).collect();
    let component = group.first().map(|pair| parts::component(dossier, pair.component)).unwrap_or_default();
    let title = format!("{}. {} ({component})", rank + 1, crate::numbers::list(&names));
    // What is to be done first is told whatever room there is.
    let spare = group.iter().filter_map(|pair| pair.risk()).max().filter(|_| rank >= FIRST).map(Spare::from);
    let mut section = Section::new(parts::id("rank", rank, &names.join("-")), title).spare(spare);
    if let Some((number, because)) = group.first().and_then(|pair| pair.priority) {
        let week = group.first().and_then(|pair| pair.week);
        let when = week.map(|week| format!(", starts in week {week}")).unwrap_or_default();
        section = section.say(Text::new().strong(format!("Priority {number}")).plain(format!(": {because}{when}")));
    }
    for pair in group {
        let mut line = Text::new().link(pair.name, Target::Here(format!("library-{}", pair.id))).plain(": ");
        line = line.and(parts::versions(pair.current.as_deref(), &pair.target));
        section = section.say(line).with(Block::List(justification(dossier, pair)));
    }
    section
}

/// Why it should move and how risky that is, each sentence from one datum.
fn justification(dossier: &Dossier, pair: &Pair<'_>) -> Vec<Text> {
    let mut why = Vec::new();
    let words: Vec<&str> = pair.reasons().iter().map(|reason| parts::reason_word(*reason)).collect();
    if !words.is_empty() {
        why.push(Text::from("Reason: ").strong(words.join(", ")));
    }
    if pair.unpinned() {
        let mut text =
            Text::from("Not pinned: no file says which version runs; what is installed changes by itself. Pin ");
        text = text.code(format!("{}=={}", pair.name, pair.target));
        let places: Vec<String> =
            pair.row.iter().flat_map(|row| &row.stated).map(|s| format!("{}:{}", s.file, s.line)).collect();
        if !places.is_empty() {
            text = text.plain(" in ").code(places.join(", "));
        }
        why.push(text);
    }
    why.push(Text::from("Distance: ").and(parts::behind(pair)));
    let removed = pair.assessment().and_then(|a| a.security.value()).map(|effect| effect.removed.as_slice());
    match removed {
        Some([]) => {
            why.push(Text::from("Security: the target removes no advisory that is known for the version in use"));
            why.extend(parts::named_in_notes(dossier, pair));
        }
        Some(removed) => {
            let ids: Vec<String> =
                removed.iter().map(|t| format!("{} ({})", t.finding.id, t.finding.severity)).collect();
            why.push(Text::from(format!("Security: the target removes {}", ids.join(", "))));
        }
        None => {
            let reason = pair.assessment().and_then(|a| a.security.missing()).unwrap_or("its effect was not looked up");
            why.push(Text::from("Security: ").unknown(reason));
        }
    }
    if let Some(usage) = pair.row.and_then(|row| row.usage.value()) {
        let mut text = Text::from(format!("Used at {} in {}", count(usage.count, "place"), count(usage.files, "file")));
        if let Some(site) = usage.sites.first() {
            text = text.plain(", first ").code(format!("{}:{}", site.file, site.line));
        }
        why.push(text);
    }
    if let Some(assessment) = pair.assessment() {
        let factors: Vec<&str> = assessment.factors.iter().take(3).map(|f| f.reason.as_str()).collect();
        let mut text = Text::from("Risk: ").strong(assessment.level.to_string());
        text = text.plain(format!(" ({} of 100 points): {}", assessment.score, factors.join("; ")));
        why.push(text);
    }
    if let Basis::Planned { plan, of, .. } = pair.basis {
        let needs: Vec<String> = of
            .needs
            .iter()
            .filter_map(|need| plan.moves.iter().find(|m| m.id == *need))
            .flat_map(|m| m.candidates.iter().map(|c| c.name.to_string()))
            .collect();
        if !needs.is_empty() {
            why.push(Text::from(format!("Only after {}", needs.join(", "))));
        }
        if !of.induced.is_empty() {
            let induced: Vec<String> = of.induced.iter().map(crate::words::change).collect();
            why.push(Text::from(format!("Brings along: {}", induced.join(", "))));
        }
    }
    why.extend(pair.warnings().iter().map(|warning| Text::from(format!("Mind: {warning}"))));
    let linked: Vec<String> = dossier
        .analysis
        .components
        .iter()
        .filter(|c| c.path != pair.component && c.ecosystem == pair.ecosystem)
        .filter_map(|c| c.dependencies.iter().find(|d| d.direct && d.name == pair.name).map(|d| (c, d)))
        .map(|(c, d)| {
            let stands = d.current_version.as_deref().unwrap_or("no version stated");
            format!("{} ({stands})", parts::component(dossier, &c.path))
        })
        .collect();
    if !linked.is_empty() {
        why.push(Text::from(format!("Also in {}: go there in the same week", linked.join(", "))));
    }
    why
}

fn security(dossier: &Dossier, advisories: &[parts::AdvisoryRow<'_>]) -> Section {
    let mut section = Section::new("security", "Known vulnerabilities");
    section.blocks.extend(parts::posture(dossier, advisories));
    section.with(Block::Table(parts::advisories_table(dossier, advisories)))
}

#[cfg(test)]
mod tests;
