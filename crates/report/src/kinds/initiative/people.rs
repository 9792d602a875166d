//! People: roles and who has them, decisions that wait for them, risks and who owns them (rows B5, B7, B8, C22).

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::risk::{DecisionPoint, RegisterEntry};

use super::Facts;
use crate::document::{Block, Section, Table, Text, Tone};
use crate::kinds::{parts, pieces};
use crate::numbers::list;

/// Entries of all plans and of the programme, with the component where one is known.
fn register<'a>(facts: &Facts<'a>) -> Vec<&'a RegisterEntry> {
    let of_plans = facts.plans().flat_map(|(_, plan)| &plan.register);
    of_plans.chain(facts.dossier.programme.iter().flat_map(|p| &p.register)).collect()
}

pub(super) fn decision_points<'a>(facts: &Facts<'a>) -> Vec<&'a DecisionPoint> {
    let of_plans = facts.plans().flat_map(|(_, plan)| &plan.decision_points);
    of_plans.chain(facts.dossier.programme.iter().flat_map(|p| &p.decision_points)).collect()
}

pub(super) fn registered(facts: &Facts<'_>) -> usize {
    register(facts).len()
}

fn named(facts: &Facts<'_>, role: &str) -> Text {
    let own = facts.dossier.given.roles.iter().find(|(name, _)| name.eq_ignore_ascii_case(role));
    match own {
        Some((_, person)) => Text::from(person.as_str()),
        None => Text::new().unknown("nobody named"),
    }
}

/// A role with its person; that nobody is named stands in the table of roles, once.
fn holder(facts: &Facts<'_>, role: &str) -> Text {
    let own = facts.dossier.given.roles.iter().find(|(name, _)| name.eq_ignore_ascii_case(role));
    own.map_or_else(|| Text::from(role), |(_, person)| Text::from(format!("{role}: {person}")))
}

pub(super) fn roles(facts: &Facts<'_>) -> Section {
    let mut duties: BTreeMap<&str, BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
    for entry in register(facts) {
        if !entry.owner.is_empty() {
            let own = duties.entry(&entry.owner).or_default().entry("owns the risk of").or_default();
            own.extend(entry.packages.iter().cloned());
        }
        for role in &entry.reviewers {
            let own = duties.entry(role).or_default().entry("reviews").or_default();
            own.extend(entry.packages.iter().cloned());
        }
    }
    for (_, step) in facts.steps() {
        for role in &step.approvals {
            duties.entry(role).or_default().entry("agrees before").or_default().insert(step.title.clone());
        }
    }
    for point in decision_points(facts) {
        for role in &point.roles {
            let own = duties.entry(role).or_default().entry("decides on").or_default();
            own.extend(point.packages.iter().cloned());
        }
    }
    for role in facts.dossier.given.roles.keys() {
        duties.entry(role).or_default();
    }
    let mut table = Table::new("role-list", "Roles", &["Role", "Who", "What for"], "No role is asked for or given.");
    for (role, what) in &duties {
        let told = |(duty, of): (&&str, &BTreeSet<String>)| {
            format!("{duty} {}", list(&of.iter().map(String::as_str).collect::<Vec<_>>()))
        };
        let duties: Vec<String> = what.iter().map(told).collect();
        let row = table.row(vec![
            Text::from(*role),
            named(facts, role),
            Text::from(if duties.is_empty() { "given; no step asks for it".to_owned() } else { duties.join("; ") }),
        ]);
        row.tone = if facts.dossier.given.roles.keys().any(|name| name.eq_ignore_ascii_case(role)) {
            Tone::Plain
        } else {
            Tone::Unknown
        };
    }
    Section::new("roles", "Roles").with(Block::Table(table))
}

pub(super) fn decisions(facts: &Facts<'_>) -> Section {
    let mut table = Table::new(
        "decision-list",
        "What people have to decide before a step may be carried out",
        &["Question", "Packages", "Who must agree", "State"],
        "Nothing waits for a decision.",
    )
    .whole();
    for point in decision_points(facts) {
        let who = point.roles.iter().map(|role| holder(facts, role));
        table
            .row(vec![
                Text::from(parts::question(&point.question)),
                pieces::codes(&point.packages),
                pieces::joined(who, "; "),
                parts::standing(facts.dossier, &point.packages, &point.roles),
            ])
            .tone = Tone::Warning;
    }
    let mut section = Section::new("decisions", "Decision points");
    if !table.rows.is_empty() {
        section = section.say(Text::new().span(table.count("decision")).plain(" to take, each with its state."));
    }
    section.with(Block::Table(table))
}

pub(super) fn risks(facts: &Facts<'_>) -> Section {
    let columns = ["Packages", "Level", "Risk", "Mitigation", "Rollback", "Owner", "Escalation"];
    let mut table =
        Table::new("risk-register", "Risk register", &columns, "No risk was registered by the rules for packages.");
    for entry in register(facts) {
        table
            .row(vec![
                pieces::codes(&entry.packages),
                Text::from(entry.level.to_string()),
                Text::from(entry.risk.as_str()),
                Text::from(entry.mitigation.as_str()),
                Text::from(entry.rollback.as_str()),
                holder(facts, &entry.owner),
                Text::from(entry.escalation.as_str()),
            ])
            .tone = match entry.level {
            uplift_model::Risk::High => Tone::Bad,
            uplift_model::Risk::Medium => Tone::Warning,
            uplift_model::Risk::Low => Tone::Plain,
        };
    }
    let mut section = Section::new("risks", "Risks").with(Block::Table(table));
    let warnings: Vec<String> = facts.plans().flat_map(|(_, plan)| plan.warnings.clone()).collect();
    if !warnings.is_empty() {
        section = section.say("To be looked at before it is carried out:").with(Block::List(pieces::texts(&warnings)));
    }
    section
}
