//! From hours to weeks: each step starts in exactly one week, and so does each package (rows C10, C11, C12).

use std::collections::BTreeMap;

use uplift_model::Risk;
use uplift_model::roadmap::{Calendar, Effort, Priority, Stretch, Team, Week};

use super::{Work, chain, in_words};

/// What goes first where urgency and risk disagree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Policy {
    /// Priority 1 before 2 before 3; low risk first within one priority.
    #[default]
    UrgentFirst,
    /// Low risk first, whatever the priority.
    LowRiskFirst,
}

/// Weeks beyond which a calendar is no plan any more: what is left is booked on the last.
const MOST_WEEKS: u64 = 520;

/// Books every step on weeks of the team's time. `priorities` stands in the order of `works`; a step without one has 3.
///
/// Steps of one package, in whichever components, start in the same week, and so do steps that need each other in a
/// circle. A step starts in no week before the one in which what it needs is done, nor before one that is more urgent.
pub fn calendar(works: &[Work], effort: &Effort, priorities: &[Priority], team: Team, policy: Policy) -> Calendar {
    let team = Team { people: team.people.clamp(1, 10_000), hours_a_week: team.hours_a_week.clamp(1, 168) };
    let mut notes = Vec::new();
    let bundles = bundles(works, &mut notes);
    let ranks = ranks(works, &bundles, priorities, policy);
    let booked = book(works, effort, &bundles, &ranks, team);
    if policy == Policy::UrgentFirst {
        notes.extend(overtaken(works, &booked, priorities));
    }
    let weeks = weeks(works, effort, &booked);
    let stretches = stretches(effort, &booked, priorities);
    Calendar { team, weeks, stretches, notes }
}

fn priority_of(priorities: &[Priority], step: usize) -> u8 {
    priorities.get(step).map_or(3, |priority| priority.number.clamp(1, 3))
}

/// `backend: fastapi` is the package `fastapi`.
fn package(label: &str) -> &str {
    label.rsplit_once(": ").map_or(label, |(_, name)| name).trim()
}

/// Steps that have to start together: those of one package, then circles of needs among those.
fn bundles(works: &[Work], notes: &mut Vec<String>) -> Vec<Vec<usize>> {
    let mut edges: Vec<Vec<usize>> = works.iter().map(|work| work.needs.clone()).collect();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (step, work) in works.iter().enumerate() {
        for label in &work.packages {
            let name = package(label);
            let leader = *first.entry(name).or_insert(step);
            if leader == step {
                continue;
            }
            let note = format!("{name} moves in more than one step: they share a week");
            if !notes.contains(&note) {
                notes.push(note);
            }
            // An edge either way makes the two one group.
            for (from, to) in [(step, leader), (leader, step)] {
                if let Some(edges) = edges.get_mut(from) {
                    edges.push(to);
                }
            }
        }
    }
    let edges: Vec<&[usize]> = edges.iter().map(Vec::as_slice).collect();
    chain::groups(&edges)
}

/// For each bundle the key by which it is chosen; what a more urgent bundle needs takes its urgency.
fn ranks(works: &[Work], bundles: &[Vec<usize>], priorities: &[Priority], policy: Policy) -> Vec<(u8, Risk, usize)> {
    let of = bundle_of(works.len(), bundles);
    let mut urgency: Vec<u8> = bundles
        .iter()
        .map(|bundle| bundle.iter().map(|step| priority_of(priorities, *step)).min().unwrap_or(3))
        .collect();
    // Bundles come after what they need, so one pass from the end hands urgency down.
    for (number, bundle) in bundles.iter().enumerate().rev() {
        let own = urgency.get(number).copied().unwrap_or(3);
        for need in needs_of(works, bundle).filter_map(|step| of.get(step).copied()) {
            if let Some(other) = urgency.get_mut(need) {
                *other = (*other).min(own);
            }
        }
    }
    let key = |(number, bundle): (usize, &Vec<usize>)| {
        let level = bundle.iter().filter_map(|step| works.get(*step)).map(|work| work.level).max().unwrap_or(Risk::Low);
        let first = bundle.first().copied().unwrap_or(usize::MAX);
        let urgent = urgency.get(number).copied().unwrap_or(3);
        (if policy == Policy::UrgentFirst { urgent } else { 0 }, level, first)
    };
    bundles.iter().enumerate().map(key).collect()
}

fn needs_of<'a>(works: &'a [Work], bundle: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
    bundle.iter().filter_map(|step| works.get(*step)).flat_map(|work| work.needs.iter().copied())
}

fn bundle_of(steps: usize, bundles: &[Vec<usize>]) -> Vec<usize> {
    let mut of = vec![usize::MAX; steps];
    for (number, bundle) in bundles.iter().enumerate() {
        for step in bundle {
            if let Some(of) = of.get_mut(*step) {
                *of = number;
            }
        }
    }
    of
}

/// Where a step was booked: weeks from 1, minutes in each.
#[derive(Debug, Clone, Default)]
struct Booked {
    start: u64,
    end: u64,
    minutes: BTreeMap<u64, u64>,
}

fn book(
    works: &[Work],
    effort: &Effort,
    bundles: &[Vec<usize>],
    ranks: &[(u8, Risk, usize)],
    team: Team,
) -> Vec<Booked> {
    let capacity = u64::from(team.people) * u64::from(team.hours_a_week) * 60;
    let of = bundle_of(works.len(), bundles);
    let mut booked: Vec<Booked> = vec![Booked::default(); works.len()];
    let mut done: Vec<bool> = vec![false; bundles.len()];
    let mut used: BTreeMap<u64, u64> = BTreeMap::new();
    // The last start of each urgency: what is left free beside long steps is no place for less urgent ones.
    let mut started: BTreeMap<u8, u64> = BTreeMap::new();
    for _ in 0..bundles.len() {
        let ready = |number: usize, bundle: &[usize]| {
            needs_of(works, bundle)
                .filter_map(|step| of.get(step))
                .all(|need| *need == number || done.get(*need) == Some(&true))
        };
        let open = bundles
            .iter()
            .enumerate()
            .filter(|(number, bundle)| !done.get(*number).copied().unwrap_or(true) && ready(*number, bundle));
        let Some((number, bundle)) = open.min_by_key(|(number, _)| ranks.get(*number).copied()) else { break };
        let needs_end = needs_of(works, bundle)
            .filter(|step| !bundle.contains(step))
            .filter_map(|step| booked.get(step))
            .map(|b| b.end)
            .max();
        let minutes_of = |step: usize| effort.rows.get(step).map_or(0, |row| row.minutes);
        let all: u64 = bundle.iter().fold(0, |sum, step| sum.saturating_add(minutes_of(*step)));
        let urgency = ranks.get(number).map_or(0, |(urgency, ..)| *urgency);
        let urgent = started.range(..urgency).map(|(_, week)| *week).max();
        let from = needs_end.unwrap_or(1).max(urgent.unwrap_or(1)).max(1);
        let start = first_week(from, all, bundle.len() > 1, capacity, &used);
        let last = started.entry(urgency).or_insert(start);
        *last = start.max(*last);
        for step in bundle {
            let mut left = minutes_of(*step);
            let mut week = start;
            let mut place = Booked { start, end: start, minutes: BTreeMap::new() };
            while left > 0 {
                let taken = used.entry(week).or_insert(0);
                let free = if week >= MOST_WEEKS { left } else { capacity.saturating_sub(*taken).min(left) };
                if free > 0 {
                    *taken = taken.saturating_add(free);
                    left -= free;
                    place.minutes.insert(week, free);
                    place.end = week;
                }
                week += 1;
            }
            if let Some(slot) = booked.get_mut(*step) {
                *slot = place;
            }
        }
        if let Some(done) = done.get_mut(number) {
            *done = true;
        }
    }
    booked
}

/// The first week at or after `from` in which the work fits whole; work of more than a week, or of several steps, starts
/// where at least half of the week, or of what the work needs, is free.
fn first_week(from: u64, minutes: u64, several: bool, capacity: u64, used: &BTreeMap<u64, u64>) -> u64 {
    let free = |week: u64| capacity.saturating_sub(used.get(&week).copied().unwrap_or(0));
    let wanted = if minutes > capacity || several { (minutes.min(capacity) / 2).max(1) } else { minutes };
    let mut week = from;
    while week < MOST_WEEKS && free(week) < wanted {
        week += 1;
    }
    week
}

/// What urgency moved before less risky steps, in one sentence.
fn overtaken(works: &[Work], booked: &[Booked], priorities: &[Priority]) -> Option<String> {
    let mut early = Vec::new();
    for (step, work) in works.iter().enumerate().filter(|(_, work)| work.level > Risk::Low) {
        let (Some(place), Some(priority)) = (booked.get(step), priorities.get(step)) else { continue };
        let later = |(other, less): &(usize, &Work)| {
            less.level < work.level
                && priority_of(priorities, *other) > priority.number
                && booked.get(*other).is_some_and(|other| other.start > place.start)
        };
        if works.iter().enumerate().any(|one| later(&one)) {
            early.push(format!("{} ({} risk)", work.packages.join(", "), work.level));
        }
    }
    (!early.is_empty()).then(|| format!("booked before less risky steps, since they press more: {}", early.join("; ")))
}

fn weeks(works: &[Work], effort: &Effort, booked: &[Booked]) -> Vec<Week> {
    let last = booked.iter().map(|place| place.end).max().unwrap_or(0);
    (1..=last).filter_map(|number| week(number, works, effort, booked)).collect()
}

/// `None`: nothing is booked in it.
fn week(number: u64, works: &[Work], effort: &Effort, booked: &[Booked]) -> Option<Week> {
    let there = |chosen: &dyn Fn(&Booked) -> bool| -> Vec<usize> {
        booked.iter().enumerate().filter(|(_, place)| chosen(place)).map(|(step, _)| step).collect()
    };
    let starts = there(&|place| place.start == number);
    let continues = there(&|place| place.start < number && place.minutes.contains_key(&number));
    let minutes =
        booked.iter().filter_map(|place| place.minutes.get(&number)).fold(0u64, |sum, one| sum.saturating_add(*one));
    if starts.is_empty() && continues.is_empty() {
        return None;
    }
    let name = |step: &usize| works.get(*step).map_or(String::new(), |work| work.packages.join(" with "));
    let cost = |step: &usize| effort.rows.get(*step).map_or(0, |row| row.minutes);
    let mut checklist: Vec<String> =
        starts.iter().map(|step| format!("upgrade {} ({})", name(step), in_words(cost(step)))).collect();
    checklist.extend(continues.iter().map(|step| format!("go on with {}", name(step))));
    let worst = starts.iter().chain(&continues).filter_map(|step| works.get(*step)).map(|work| work.level).max();
    let tests = match worst {
        Some(Risk::High) => "run unit, integration, security and performance tests",
        Some(Risk::Medium) => "run unit and integration tests",
        _ => "run the unit tests",
    };
    checklist.push(tests.to_owned());
    let ends = booked.iter().any(|place| place.end == number);
    checklist.push(
        if ends { "deploy what is finished to staging" } else { "deploy nothing: every step goes on" }.to_owned(),
    );
    Some(Week { number, starts, continues, minutes, checklist })
}

fn stretches(effort: &Effort, booked: &[Booked], priorities: &[Priority]) -> Vec<Stretch> {
    let goals = [
        (1, "close what presses: advisories of high severity, and versions that cannot be installed"),
        (2, "lesser advisories, deprecated versions, and high steps that want time"),
        (3, "everything else, so that nothing falls behind again"),
    ];
    let stretch = |(priority, goal): (u8, &str)| {
        let mine = || booked.iter().enumerate().filter(|(step, _)| priority_of(priorities, *step) == priority);
        let first = mine().map(|(_, place)| place.start).min()?;
        let last = mine().map(|(_, place)| place.end).max()?;
        let minutes =
            mine().filter_map(|(step, _)| effort.rows.get(step)).fold(0u64, |sum, row| sum.saturating_add(row.minutes));
        Some(Stretch { priority, goal: goal.to_owned(), weeks: (first, last), minutes })
    };
    goals.into_iter().filter_map(stretch).collect()
}
