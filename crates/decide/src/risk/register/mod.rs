//! The risk register: what can go wrong with a plan, what is done against it, who owns it, where a person takes over.
//!
//! Lives here: entries out of assessed upgrades, and the decisions that they leave open (rows B5, B7, B8, B9, C22).
//! Lives elsewhere: roles and words per class, and the rules that override them (`rules`).

mod rules;

use std::collections::BTreeMap;

use uplift_model::Risk;
use uplift_model::risk::{Assessment, DecisionPoint, RegisterEntry};

use super::classes::Class;
use super::words::some;

pub use rules::Rule;

/// One assessed upgrade, as the register reads it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// `fastapi`, or `backend: fastapi` where several components are planned together.
    pub label: &'a str,
    /// The package's name alone: rules are matched against it.
    pub name: &'a str,
    /// `0.104.1 -> 0.121.0`.
    pub way: &'a str,
    pub class: Class,
    pub major: bool,
    pub assessment: &'a Assessment,
}

/// What upgrades have in common that share an entry: level (high first), class, reviewers, owner.
type Kin = (std::cmp::Reverse<Risk>, Class, Vec<String>, String);

/// Entries for every high and medium upgrade, high first: one a class, level and set of reviewers, then what concerns
/// the plan as a whole. Low upgrades have none: patches and small minors are what the tests are for.
pub fn register(subjects: &[Subject<'_>], rules: &[Rule]) -> Vec<RegisterEntry> {
    let mut groups: BTreeMap<Kin, Vec<Subject<'_>>> = BTreeMap::new();
    for subject in subjects.iter().filter(|subject| subject.assessment.level > Risk::Low) {
        let mut people = rules::people(subject.class, subject.name, rules);
        // No test need reach code that runs on what is no longer installed: somebody has to know where it is used.
        let unseen = subject.assessment.factors.iter().any(|f| f.signal == "dropped" && f.at_least == Risk::High);
        if unseen && people.reviewers.is_empty() && !rules::name_reviewers(subject.class, subject.name, rules) {
            people.reviewers.push("technical lead".to_owned());
        }
        let key = (std::cmp::Reverse(subject.assessment.level), subject.class, people.reviewers, people.owner);
        groups.entry(key).or_default().push(*subject);
    }
    let mut entries: Vec<RegisterEntry> = groups
        .into_iter()
        .map(|((level, class, reviewers, owner), members)| entry(level.0, class, reviewers, owner, &members, rules))
        .collect();
    entries.extend(of_the_whole(subjects));
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.level));
    entries
}

fn entry(
    level: Risk,
    class: Class,
    reviewers: Vec<String>,
    owner: String,
    members: &[Subject<'_>],
    rules: &[Rule],
) -> RegisterEntry {
    let moves: Vec<String> = members.iter().map(|member| format!("{} {}", member.label, member.way)).collect();
    let text = rules::text(class, level);
    let mut required: Vec<String> = Vec::new();
    for member in members {
        required.extend(member.assessment.required_tests.iter().cloned());
        required.extend(rules::tests(member.class, member.name, rules));
    }
    let mut seen = Vec::new();
    required.retain(|layer| {
        let new = !seen.contains(layer);
        seen.push(layer.clone());
        new
    });
    let worst = members.iter().filter_map(|member| {
        // The factor that decided; the role alone only repeats what the class says.
        let deciding = member.assessment.factors.iter().find(|factor| factor.signal != "role");
        deciding.map(|factor| format!("{}: {}", member.label, factor.reason))
    });
    let worst: Vec<String> = worst.collect();
    let because = if worst.is_empty() { String::new() } else { format!(" ({})", worst.join("; ")) };
    RegisterEntry {
        packages: members.iter().map(|member| member.label.to_owned()).collect(),
        level,
        risk: format!("{}: {}{because}", some(&moves), text.risk),
        mitigation: text.mitigation,
        rollback: text.rollback,
        escalation: rules::escalation(level, &owner, &reviewers),
        owner,
        reviewers,
        required_tests: required,
    }
}

/// What a plan risks beyond its single packages; each entry names the packages that it follows from.
fn of_the_whole(subjects: &[Subject<'_>]) -> Vec<RegisterEntry> {
    let labels = |chosen: &dyn Fn(&Subject<'_>) -> bool| -> Vec<String> {
        subjects.iter().filter(|subject| chosen(subject)).map(|subject| subject.label.to_owned()).collect()
    };
    let product = |subject: &Subject<'_>| !subject.class.is_tool();
    let above_low = |subject: &Subject<'_>| subject.assessment.level > Risk::Low;
    let heavy = [Class::MlFramework, Class::Inference, Class::Numeric, Class::Database, Class::Framework];
    let concerns: [(Vec<String>, &rules::Concern); 4] = [
        (labels(&|s| product(s) && s.assessment.level == Risk::High), &rules::DOWNTIME),
        (labels(&|s| product(s) && s.major), &rules::INTERFACES),
        (labels(&|s| above_low(s) && heavy.contains(&s.class)), &rules::PERFORMANCE),
        (labels(&|s| above_low(s) && s.class == Class::Database), &rules::MIGRATION),
    ];
    let concerns = concerns.into_iter().filter(|(packages, _)| !packages.is_empty());
    concerns.map(|(packages, concern)| concern.entry(packages)).collect()
}

/// One question for each entry whose reviewers have to agree before the step may start.
pub fn decision_points(entries: &[RegisterEntry]) -> Vec<DecisionPoint> {
    let open = entries.iter().filter(|entry| !entry.reviewers.is_empty());
    open.map(|entry| DecisionPoint {
        question: format!("May {} be upgraded? {}", some(&entry.packages), entry.risk),
        packages: entry.packages.clone(),
        roles: entry.reviewers.clone(),
    })
    .collect()
}

#[cfg(test)]
mod tests;
