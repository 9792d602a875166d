//! Every (component, package) that could move, with everything that is known of it, and those that stay.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use uplift_model::advisory::Severity;
use uplift_model::analysis::{Behind, CurrentFrom, DependencyRow, Reason};
use uplift_model::dossier::{Dossier, proposed};
use uplift_model::plan::{MendedPin, PlanStep, Unmoved};
use uplift_model::risk::Assessment;
use uplift_model::symbols::SymbolChanges;
use uplift_model::{Candidate, Datum, Distance, Ecosystem, Move, Plan, Risk};

use super::words;
use crate::document::{Table, Text, Tone};
use crate::kinds::emptiness;

/// One package of one component that could move.
#[derive(Debug, Clone)]
pub(crate) struct Pair<'d> {
    /// Anchor of its row in [`pairs_table`], unique in the document.
    pub(crate) id: String,
    /// The component's folder.
    pub(crate) component: &'d str,
    pub(crate) ecosystem: Ecosystem,
    pub(crate) name: &'d str,
    pub(crate) current: Option<String>,
    pub(crate) target: String,
    pub(crate) row: Option<&'d DependencyRow>,
    pub(crate) basis: Basis<'d>,
    /// 1 to 3 with the reason, from the programme. `None`: it was not weighed.
    pub(crate) priority: Option<(u8, &'d str)>,
    /// Week of the programme's calendar in which its step starts.
    pub(crate) week: Option<u64>,
    /// Minutes of its whole step, which it may share.
    pub(crate) minutes: Option<u64>,
}

/// What stands behind a target.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Basis<'d> {
    /// A plan moves it, and a resolver solved the plan's complete set.
    Planned { plan: &'d Plan, of: &'d Move, candidate: &'d Candidate, step: Option<&'d PlanStep> },
    /// The analysis proposes it, each package by itself.
    Proposed,
}

impl<'d> Pair<'d> {
    /// What becomes of the names that the code uses; `None`: nobody asked.
    pub(crate) fn symbols(&self) -> Option<&'d Datum<SymbolChanges>> {
        match self.basis {
            Basis::Planned { candidate, .. } => candidate.symbols.as_ref(),
            Basis::Proposed => self.row.and_then(|row| row.symbols.as_ref()),
        }
    }

    pub(crate) fn assessment(&self) -> Option<&'d Assessment> {
        match self.basis {
            Basis::Planned { candidate, .. } => candidate.assessment.as_ref(),
            Basis::Proposed => self.row.and_then(|row| row.risk.as_ref()),
        }
    }

    pub(crate) fn risk(&self) -> Option<Risk> {
        match self.basis {
            Basis::Planned { candidate, .. } => Some(candidate.risk),
            Basis::Proposed => self.assessment().map(|a| a.level),
        }
    }

    pub(crate) fn distance(&self) -> Option<Distance> {
        match self.basis {
            Basis::Planned { candidate, .. } => Some(candidate.distance),
            Basis::Proposed => self.row.and_then(|row| row.distance),
        }
    }

    pub(crate) fn behind(&self) -> Option<Behind> {
        self.row.and_then(|row| row.behind)
    }

    pub(crate) fn reasons(&self) -> &'d [Reason] {
        match self.basis {
            Basis::Planned { candidate, .. } => &candidate.reason_codes,
            Basis::Proposed => self.row.map_or(&[], |row| &row.reasons),
        }
    }

    pub(crate) fn warnings(&self) -> &'d [String] {
        match self.basis {
            Basis::Planned { candidate, .. } => &candidate.warnings,
            Basis::Proposed => self.row.map_or(&[], |row| &row.warnings),
        }
    }

    /// The worst advisory that the target removes.
    fn closes(&self) -> Severity {
        let effect = self.assessment().and_then(|assessment| assessment.security.value());
        let removed = effect.into_iter().flat_map(|effect| &effect.removed).map(|told| &told.finding);
        removed
            .filter(|finding| !finding.is_set_aside())
            .map(|finding| finding.severity)
            .max()
            .unwrap_or(Severity::Unknown)
    }

    /// The release to which a first step moves it, where today's set cannot be installed.
    pub(crate) fn mended(&self) -> Option<&'d MendedPin> {
        let Basis::Planned { plan, .. } = self.basis else { return None };
        plan.mended.as_ref()?.pins.iter().find(|pin| pin.name.as_str() == self.name)
    }

    /// A reason with what it is counted from, where that is known: `closes 2 advisories`, `31 releases behind`.
    pub(crate) fn because(&self, reason: Reason) -> String {
        let effect = self.assessment().and_then(|assessment| assessment.security.value());
        let closed = effect.map_or(0, |e| e.removed.iter().filter(|told| !told.finding.is_set_aside()).count());
        match (reason, self.behind()) {
            (Reason::Security, _) if closed > 0 => format!("closes {}", crate::numbers::count(closed, "advisory")),
            (Reason::Outdated, Some(behind)) if behind.majors > 0 => {
                let majors = usize::try_from(behind.majors).unwrap_or(usize::MAX);
                format!("{} behind", crate::numbers::count(majors, "major line"))
            }
            (Reason::Outdated, Some(behind)) if behind.releases > 0 => {
                format!("{} behind", crate::numbers::count(behind.releases, "release"))
            }
            (Reason::Lockstep, _) => "moves only together with others".to_owned(),
            _ => reason_word(reason).to_owned(),
        }
    }

    /// No file says which version runs.
    pub(crate) fn unpinned(&self) -> bool {
        self.row.is_some_and(|row| row.current_from == CurrentFrom::Unknown)
    }
}

/// Every pair, what presses first: what closes a grave advisory or cannot be installed, then by week; the gravest of a
/// week before the others, lower risk before higher.
pub(crate) fn pairs(dossier: &Dossier) -> Vec<Pair<'_>> {
    let slots = slots(dossier);
    let mut pairs = Vec::new();
    for component in &dossier.analysis.components {
        let plan = dossier.plan_of(&component.path);
        let mut rows: BTreeMap<&str, &DependencyRow> =
            component.dependencies.iter().map(|row| (row.name.as_str(), row)).collect();
        for of in plan.iter().flat_map(|plan| &plan.moves) {
            for candidate in &of.candidates {
                let Some(plan) = plan else { continue };
                let row = rows.remove(candidate.name.as_str());
                let step = plan.steps.iter().find(|step| step.of == Some(of.id));
                pairs.push(Pair {
                    id: String::new(),
                    component: &component.path,
                    ecosystem: component.ecosystem,
                    name: row.map_or(candidate.name.as_str(), |row| row.name.as_str()),
                    current: Some(candidate.current.to_string()),
                    target: candidate.target.to_string(),
                    row,
                    basis: Basis::Planned { plan, of, candidate, step },
                    priority: None,
                    week: None,
                    minutes: None,
                });
            }
        }
        for (row, target) in proposed(component, plan) {
            pairs.push(Pair {
                id: String::new(),
                component: &component.path,
                ecosystem: component.ecosystem,
                name: &row.name,
                current: row.current_version.clone(),
                target: target.to_owned(),
                row: Some(row),
                basis: Basis::Proposed,
                priority: None,
                week: None,
                minutes: None,
            });
        }
    }
    for pair in &mut pairs {
        if let Some(slot) = slots.get(&(pair.component, pair.name)) {
            (pair.priority, pair.week, pair.minutes) = (slot.priority, slot.week, slot.minutes);
        }
    }
    pairs.sort_by(|a, b| {
        let first = |p: &Pair<'_>| p.priority.is_some_and(|(number, _)| number == 1);
        let key = |p: &Pair<'_>| {
            let grave = if first(p) { p.closes() } else { Severity::Unknown };
            let number = p.priority.map_or(u8::MAX, |p| p.0);
            (!first(p), p.week.unwrap_or(u64::MAX), Reverse(grave), p.risk(), number)
        };
        key(a).cmp(&key(b)).then_with(|| (a.component, a.name).cmp(&(b.component, b.name)))
    });
    for (number, pair) in pairs.iter_mut().enumerate() {
        pair.id = words::id("pair", number, pair.name);
    }
    pairs
}

struct Slot<'d> {
    priority: Option<(u8, &'d str)>,
    week: Option<u64>,
    minutes: Option<u64>,
}

/// Where the programme has each pair.
fn slots(dossier: &Dossier) -> BTreeMap<(&str, &str), Slot<'_>> {
    let mut slots = BTreeMap::new();
    let Some(programme) = &dossier.programme else { return slots };
    for (at, step) in programme.steps.iter().enumerate() {
        let week = programme.calendar.weeks.iter().find(|week| week.starts.contains(&at)).map(|week| week.number);
        let priority = programme.priorities.get(at).map(|p| (p.number, p.because.as_str()));
        let minutes = programme.effort.rows.get(at).map(|row| row.minutes);
        for package in &step.packages {
            slots.insert((step.component.as_str(), package.as_str()), Slot { priority, week, minutes });
        }
    }
    slots
}

/// The table `pairs`: one row a pair, with its anchor.
pub(crate) fn pairs_table(dossier: &Dossier, pairs: &[Pair<'_>]) -> Table {
    let columns = ["Package", "Component", "In use -> target", "Step", "Risk", "Why", ">Week", "Basis"];
    let mut table = Table::new(
        "pairs",
        "What could move, what presses first (planned: with its whole set; proposed: each by itself)",
        &columns,
        emptiness::unless_unknown(dossier, "nothing: no newer version was found for what was looked at"),
    );
    for pair in pairs {
        let why: Vec<String> = pair.reasons().iter().map(|reason| pair.because(*reason)).collect();
        let row = table.row(vec![
            Text::from(pair.name),
            Text::from(words::component(dossier, pair.component)),
            match pair.mended() {
                Some(pin) => Text::from(format!("{}, mended to ", pin.from)),
                None => Text::new(),
            }
            .and(words::versions(pair.current.as_deref(), &pair.target)),
            words::distance(pair.distance()),
            match pair.risk() {
                Some(risk) => Text::from(risk.to_string()),
                None => Text::new().unknown("not weighed"),
            },
            Text::from(if why.is_empty() { "—".to_owned() } else { why.join(", ") }),
            match pair.week {
                Some(week) => Text::from(week.to_string()),
                None => Text::new().unknown("not scheduled"),
            },
            Text::from(match pair.basis {
                Basis::Planned { .. } => "planned",
                Basis::Proposed => "proposed",
            }),
        ]);
        row.id = Some(pair.id.clone());
        row.tone = match pair.risk() {
            Some(Risk::High) => Tone::Warning,
            None => Tone::Unknown,
            _ => Tone::Plain,
        };
    }
    table
}

pub(crate) fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Security => "security",
        Reason::Unavailable => "its version cannot be had",
        Reason::Compatibility => "others need it newer",
        Reason::Outdated => "outdated",
        Reason::Deprecated => "deprecated",
        Reason::Lockstep => "lockstep",
    }
}

/// What a newer version exists of and that does not move: component and why.
fn stays(dossier: &Dossier) -> Vec<(&str, &Unmoved)> {
    let plans = dossier.plans.iter().filter_map(|one| Some((one.component.as_str(), one.plan.value()?)));
    plans.flat_map(|(component, plan)| plan.unmoved.iter().map(move |unmoved| (component, unmoved))).collect()
}

/// The table `stays`.
pub(crate) fn stays_table(dossier: &Dossier) -> Table {
    let columns = ["Package", "Component", ">In use", ">Newest", "Why it stays", "What could be done"];
    let mut table = Table::new("stays", "What stays although something newer exists", &columns, "nothing stays behind");
    for (component, unmoved) in stays(dossier) {
        let ways: Vec<String> =
            unmoved.alternatives.iter().map(|way| format!("{}: {}", way.what, way.reason)).collect();
        table.row(vec![
            Text::from(unmoved.name.to_string()),
            Text::from(words::component(dossier, component)),
            Text::new().code(unmoved.current.to_string()),
            Text::new().code(unmoved.newest.to_string()),
            Text::from(unmoved.reason.clone()),
            Text::from(if ways.is_empty() { "nothing was found".to_owned() } else { ways.join("; ") }),
        ]);
    }
    for component in &dossier.analysis.components {
        if dossier.plan_of(&component.path).is_some() {
            continue;
        }
        for row in component.dependencies.iter().filter(|row| row.direct && row.target_version.is_none()) {
            let (Some(held), Datum::Found { value: latest }) = (&row.held_by, &row.latest) else { continue };
            table.row(vec![
                Text::from(row.name.clone()),
                Text::from(words::component(dossier, &component.path)),
                row.current_version.clone().map_or_else(|| Text::new().unknown("not stated"), |v| Text::new().code(v)),
                Text::new().code(latest.clone()),
                Text::from(held.clone()),
                Text::from(if row.warnings.is_empty() {
                    "nothing was found".to_owned()
                } else {
                    row.warnings.join("; ")
                }),
            ]);
        }
    }
    table
}
