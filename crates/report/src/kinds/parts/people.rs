//! Who must agree, who owns which risk, and in which week what happens.

use std::collections::BTreeMap;

use uplift_model::Risk;
use uplift_model::approval::Approval;
use uplift_model::dossier::Dossier;
use uplift_model::risk::{DecisionPoint, RegisterEntry};

use super::{measure, words};
use crate::document::{Block, Figure, Item, ItemState, Section, Table, Text, Tone};
use crate::pictures::{Picture, Stretch, Timeline};

/// The register of every plan and of what no plan covers, high first, each with its component where a plan names it.
pub(crate) fn register(dossier: &Dossier) -> Vec<(Option<&str>, &RegisterEntry)> {
    let plans = dossier.plans.iter().filter_map(|one| Some((one.component.as_str(), one.plan.value()?)));
    let mut all: Vec<(Option<&str>, &RegisterEntry)> =
        plans.flat_map(|(component, plan)| plan.register.iter().map(move |entry| (Some(component), entry))).collect();
    all.extend(dossier.programme.iter().flat_map(|p| &p.register).map(|entry| (None, entry)));
    all.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.level));
    all
}

/// The tables `risks-high` and `risks-medium`, and those of lesser risk as `risks-low`.
pub(crate) fn risks(dossier: &Dossier) -> Vec<Block> {
    let register = register(dossier);
    [Risk::High, Risk::Medium, Risk::Low]
        .into_iter()
        .map(|level| {
            let columns = ["Packages", "Risk", "Mitigation", "Rollback", "Owner", "A person takes over"];
            let own = || register.iter().filter(|(_, entry)| entry.level == level).map(|(_, entry)| *entry);
            let shared = shared_start(own().map(|entry| entry.escalation.as_str()));
            let caption = match shared.trim_end_matches("; ") {
                "" => format!("Risks: {level}"),
                shared => format!("Risks: {level}. A person takes over when {shared}"),
            };
            let empty = format!("no entry of {level} risk");
            let mut table = Table::new(format!("risks-{level}"), caption, &columns, empty);
            for (component, entry) in register.iter().filter(|(_, entry)| entry.level == level) {
                // Entries of no plan name the component with each package.
                let of = component.map(|c| format!(" ({})", words::component(dossier, c))).unwrap_or_default();
                let row = table.row(vec![
                    Text::from(format!("{}{of}", entry.packages.join(", "))),
                    Text::from(brief(&entry.risk)),
                    Text::from(entry.mitigation.clone()),
                    Text::from(entry.rollback.clone()),
                    who(dossier, &entry.owner),
                    Text::from(entry.escalation.strip_prefix(shared).unwrap_or(&entry.escalation)),
                ]);
                row.tone = if level == Risk::High { Tone::Warning } else { Tone::Plain };
            }
            Block::Table(table)
        })
        .collect()
}

/// A source that failed is told of at the head of a report, and not once more with each package.
fn brief(text: &str) -> String {
    text.replace("advisories not retrieved: neither version can be called safe", "advisories unknown")
}

/// A question without the evidence in brackets behind it, which the risks tell.
pub(crate) fn question(text: &str) -> String {
    let told = brief(text);
    let asked = told.strip_suffix(')').and_then(|inner| inner.rsplit_once(" (")).map(|(asked, _)| asked.to_owned());
    asked.unwrap_or(told)
}

/// The sentence up to its first `; `, where more than one text begins with it and all do; else nothing.
fn shared_start<'t>(mut texts: impl Iterator<Item = &'t str> + Clone) -> &'t str {
    let Some(first) = texts.next() else { return "" };
    let start = first.find("; ").and_then(|at| first.get(..at + 2)).unwrap_or_default();
    let rest = texts.clone().next().is_some();
    if rest && texts.all(|text| text.starts_with(start) && text.len() > start.len()) { start } else { "" }
}

/// A role, and who has it where somebody said so. For which roles nobody is named, a report says once.
pub(crate) fn who(dossier: &Dossier, role: &str) -> Text {
    match dossier.given.roles.get(role) {
        Some(person) => Text::from(format!("{role}: {person}")),
        None => Text::from(role),
    }
}

/// Every decision that people have to take, of all plans and of what no plan covers.
pub(crate) fn decisions(dossier: &Dossier) -> Vec<(Option<&str>, &DecisionPoint)> {
    let plans = dossier.plans.iter().filter_map(|one| Some((one.component.as_str(), one.plan.value()?)));
    let mut all: Vec<(Option<&str>, &DecisionPoint)> =
        plans.flat_map(|(component, plan)| plan.decision_points.iter().map(move |d| (Some(component), d))).collect();
    all.extend(dossier.programme.iter().flat_map(|p| &p.decision_points).map(|d| (None, d)));
    all
}

/// Agreements on record, to plans and to what a run carried out.
pub(crate) fn approvals(dossier: &Dossier) -> Vec<&Approval> {
    let plans = dossier.plans.iter().filter_map(|one| one.plan.value());
    let run = dossier.run.iter().map(|run| &run.plan);
    let mut all: Vec<&Approval> = plans.chain(run).flat_map(|plan| &plan.approvals).collect();
    all.sort_by_key(|one| (&one.plan, &one.package, &one.role, &one.by));
    all.dedup();
    all
}

/// Who has agreed that `packages` move, and for which of `roles` nobody has.
pub(crate) fn standing(dossier: &Dossier, packages: &[String], roles: &[String]) -> Text {
    let known = approvals(dossier);
    let (mut agreed, mut open) = (Vec::new(), Vec::new());
    for role in roles {
        let of = |package: &String| {
            known.iter().find(|a| a.package.as_str() == package && a.role.eq_ignore_ascii_case(role))
        };
        match packages.iter().map(of).collect::<Option<Vec<_>>>().as_deref() {
            Some([first, ..]) => agreed.push(format!("{role}: {} on {}", first.by, first.day)),
            _ => open.push(role.as_str()),
        }
    }
    match (agreed.is_empty(), open.is_empty()) {
        (true, _) => Text::from("open: no agreement is on record"),
        (false, true) => Text::from(format!("agreed: {}", agreed.join("; "))),
        (false, false) => Text::from(format!("agreed: {}; open: {}", agreed.join("; "), open.join(", "))),
    }
}

/// The table `decisions`, each with who has agreed so far.
pub(crate) fn decisions_table(dossier: &Dossier) -> Table {
    let columns = ["Packages", "Question", "Who must agree", "State", ">Before week"];
    let weeks = weeks_of(dossier);
    let mut table = Table::new("decisions", "Decisions to take", &columns, "nothing waits for a decision").whole();
    for (component, decision) in decisions(dossier) {
        let mut roles = Text::new();
        for (at, role) in decision.roles.iter().enumerate() {
            roles = if at > 0 { roles.plain(", ").and(who(dossier, role)) } else { who(dossier, role) };
        }
        let of = component.map(|c| format!(" ({})", words::component(dossier, c))).unwrap_or_default();
        table.row(vec![
            Text::from(format!("{}{of}", decision.packages.join(", "))),
            Text::from(question(&decision.question)),
            roles,
            standing(dossier, &decision.packages, &decision.roles),
            match before(&weeks, component, &decision.packages) {
                Some(week) => Text::from(week.to_string()),
                None => Text::new().unknown("not scheduled"),
            },
        ]);
    }
    table
}

/// Week in which each package starts, by `component: package`.
pub(crate) fn weeks_of(dossier: &Dossier) -> BTreeMap<String, u64> {
    let mut weeks = BTreeMap::new();
    let Some(programme) = &dossier.programme else { return weeks };
    for week in &programme.calendar.weeks {
        for step in week.starts.iter().filter_map(|at| programme.steps.get(*at)) {
            weeks.extend(step.packages.iter().map(|name| (format!("{}: {name}", step.component), week.number)));
        }
    }
    weeks
}

/// The first week that a decision holds up. Decisions of no plan name the component with each package.
pub(crate) fn before(weeks: &BTreeMap<String, u64>, component: Option<&str>, packages: &[String]) -> Option<u64> {
    let key = |name: &String| component.map_or_else(|| name.clone(), |component| format!("{component}: {name}"));
    packages.iter().filter_map(|name| weeks.get(&key(name)).copied()).min()
}

/// The table `effort`: hours of each step with the rules behind them, and the sums.
pub(crate) fn effort(dossier: &Dossier) -> Vec<Block> {
    let Some(programme) = &dossier.programme else {
        return vec![Block::Paragraph(Text::new().unknown("nothing was weighed, so there are no hours"))];
    };
    let columns = ["Step", ">Change", ">Adapt", ">Test", ">Review", ">Sum"];
    let mut table = Table::new("effort", "Effort of each step, by the rule table", &columns, "no step");
    for row in &programme.effort.rows {
        let cells = [row.parts.change, row.parts.adapt, row.parts.test, row.parts.review, row.minutes];
        let mut all = vec![Text::from(row.packages.join(", "))];
        all.extend(cells.map(|minutes| Text::from(words::effort(minutes))));
        table.row(all);
    }
    let (effort, calendar) = (&programme.effort, &programme.calendar);
    let sum = Text::from("Total: ")
        .strong(words::effort(effort.total_minutes))
        .plain(" over ")
        .span(table.count("step"))
        .plain(format!("; longest chain of steps that need each other: {}. ", words::effort(effort.critical_minutes)))
        .plain(words::ROUNDED);
    let team = Text::from(format!(
        "Team: {} with {} h a week each: ",
        crate::numbers::count(usize::try_from(calendar.team.people).unwrap_or(usize::MAX), "person"),
        calendar.team.hours_a_week
    ))
    .count(calendar.weeks.len(), "week", "weeks");
    vec![Block::Paragraph(sum), Block::Paragraph(team), Block::Table(table)]
}

/// The table `weeks`, a timeline, and each week's items to tick off.
pub(crate) fn calendar(dossier: &Dossier) -> Vec<Section> {
    let Some(programme) = &dossier.programme else {
        let text = Text::new().unknown("nothing was weighed, so there is no calendar");
        return vec![Section::new("calendar", "Weeks").say(text)];
    };
    let calendar = &programme.calendar;
    let mut table = Table::new("weeks", "Weeks", &[">Week", ">Booked", "Starts", "Goes on"], "nothing is scheduled");
    let name = |at: &usize| programme.effort.rows.get(*at).map(|row| row.packages.join(" with ")).unwrap_or_default();
    for week in &calendar.weeks {
        let names = |steps: &[usize]| {
            if steps.is_empty() { "—".to_owned() } else { steps.iter().map(name).collect::<Vec<_>>().join(", ") }
        };
        table.row(vec![
            Text::from(week.number.to_string()),
            Text::from(words::effort(week.minutes)),
            Text::from(names(&week.starts)),
            Text::from(names(&week.continues)),
        ]);
    }
    let rows = calendar.stretches.iter().map(|stretch| Stretch {
        label: format!("priority {}", stretch.priority),
        from: stretch.weeks.0,
        to: stretch.weeks.1,
        tone: if stretch.priority == 1 { Tone::Warning } else { Tone::Plain },
    });
    let legend = vec![(Tone::Warning, "priority 1".to_owned()), (Tone::Plain, "later".to_owned())];
    let picture = Picture::Timeline(Timeline { unit: "week".to_owned(), rows: rows.collect(), legend });
    let mut overview = Section::new("calendar", "Weeks");
    if !calendar.stretches.is_empty() {
        let caption = Text::from("Weeks in which each priority is worked on");
        overview = overview.with(Block::Figure(Figure { id: "timeline".to_owned(), caption, picture }));
        let goals = calendar.stretches.iter().map(|stretch| {
            let (from, to) = stretch.weeks;
            let when = if from == to { format!("week {from}") } else { format!("weeks {from} to {to}") };
            Text::new().strong(format!("Priority {}", stretch.priority)).plain(format!(
                ", {when}, {}: {}",
                words::effort(stretch.minutes),
                stretch.goal
            ))
        });
        overview = overview.with(Block::List(goals.collect()));
    }
    overview = overview.with(Block::Table(table));
    if !calendar.notes.is_empty() {
        overview = overview.with(Block::List(calendar.notes.iter().cloned().map(Text::from).collect()));
    }
    let mut weeks = Section::new("week-by-week", "Week by week");
    for week in &calendar.weeks {
        let items = week.checklist.iter().map(|item| Item { state: ItemState::Open, text: Text::from(item.clone()) });
        let mut section = Section::new(format!("week-{}", week.number), format!("Week {}", week.number));
        let mut worked: Vec<u8> = week
            .starts
            .iter()
            .chain(&week.continues)
            .filter_map(|at| programme.priorities.get(*at))
            .map(|p| p.number)
            .collect();
        worked.sort_unstable();
        worked.dedup();
        let goals = calendar.stretches.iter().filter(|stretch| worked.contains(&stretch.priority));
        let goals: Vec<&str> = goals.map(|stretch| stretch.goal.as_str()).collect();
        if !goals.is_empty() {
            section = section.say(Text::from("Goal: ").plain(goals.join("; ")));
        }
        weeks = weeks.below(section.with(Block::Checklist(items.collect())));
    }
    vec![overview, weeks]
}

/// The table `metrics`: each success metric held against the targets (row C23), and those that somebody gave.
pub(crate) fn metrics(dossier: &Dossier) -> Table {
    let columns = ["Metric", "Component", "Held against the targets", "What fails it"];
    let mut table = Table::new("metrics", "Success metrics", &columns, "no metric was stated");
    for one in &dossier.plans {
        for check in one.plan.value().into_iter().flat_map(|plan| &plan.metrics) {
            let checked = crate::numbers::count(check.checked, "target");
            let (word, tone) = match check.met {
                Some(true) => (Text::from(format!("met by all of {checked}")), Tone::Good),
                Some(false) => (Text::from(format!("not met by {} of {checked}", check.failing.len())), Tone::Bad),
                None => (
                    Text::new().unknown(format!("facts are missing for {} of {checked}", check.unknown.len())),
                    Tone::Unknown,
                ),
            };
            let mut failing =
                Text::from(if check.failing.is_empty() { "—".to_owned() } else { check.failing.join(", ") });
            if !check.unknown.is_empty() {
                failing = failing.plain("; ").unknown(check.unknown.join(", "));
            }
            let cells = vec![
                Text::from(check.metric.clone()),
                Text::from(words::component(dossier, &one.component)),
                word,
                failing,
            ];
            table.row(cells).tone = tone;
        }
    }
    table
}

/// The table `given-metrics`: what people say they measure.
pub(crate) fn given_metrics(dossier: &Dossier) -> Table {
    let columns = ["Metric", ">Today", ">Wanted", "Source", "Verdict", "How to measure it"];
    let empty = Text::new().unknown("none given: [[report.metrics]] of uplift.toml");
    let mut table = Table::new("given-metrics", "Metrics that people measure", &columns, empty);
    for metric in &dossier.given.metrics {
        let or = |value: &Option<String>, why: &str| value.clone().map_or_else(|| Text::new().unknown(why), Text::from);
        let verdict = measure::verdict(dossier, metric);
        let row = table.row(vec![
            Text::from(metric.name.clone()),
            or(&metric.today, "not measured"),
            Text::from(metric.wanted.clone()),
            or(&metric.source, "not stated"),
            verdict.said(),
            Text::from(measure::how(&metric.name, &metric.wanted)),
        ]);
        row.tone = verdict.tone();
    }
    table
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::sample;

    #[test]
    fn a_decision_is_open_until_every_role_has_agreed_to_every_package() {
        let said = |approvals: serde_json::Value, roles: &[&str]| {
            let dossier = sample::changed(|value| value["plans"][0]["plan"]["value"]["approvals"] = approvals);
            let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
            let text = standing(&dossier, &["torch".to_owned(), "torchvision".to_owned()], &roles);
            let mut table = Table::new("t", "t", &["State"], "");
            table.row(vec![text]);
            let section = Section::new("s", "s").with(Block::Table(table));
            let document = crate::document::Document {
                title: Text::new(),
                header: Vec::new(),
                sections: vec![section],
                footer: Vec::new(),
            };
            crate::markdown::document(&document)
        };
        let by = |package: &str, role: &str| json!({"plan": "p", "package": package, "role": role, "by": "Mia", "day": "2026-11-21", "note": null});
        let one = json!([by("torch", "ML lead")]);
        let both = json!([by("torch", "ML lead"), by("torchvision", "ml lead")]);
        assert!(said(json!([]), &["ML lead"]).contains("open: no agreement is on record"));
        assert!(said(one, &["ML lead"]).contains("open: no agreement is on record"));
        assert!(said(both.clone(), &["ML lead"]).contains("agreed: ML lead: Mia on 2026-11-21"));
        let part = said(both, &["ML lead", "security"]);
        assert!(part.contains("agreed: ML lead: Mia on 2026-11-21; open: security"), "{part}");
    }
}
