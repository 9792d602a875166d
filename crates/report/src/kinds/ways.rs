//! What moved or would move: one row a package, from a run where there is one, else from plans and the analysis.
//!
//! Lives here: the parts of a repository that a report is about, and each package's way in them. What a run did not
//! deliver did not move. Lives elsewhere: what that does to known vulnerabilities (`super::exposure`).

use std::collections::BTreeMap;

use uplift_model::analysis::{ComponentAnalysis, DependencyRow, Reason};
use uplift_model::dossier::{Dossier, proposed};
use uplift_model::outcome::{Held, Kept, RunReport, RunState};
use uplift_model::plan::Plan;
use uplift_model::{Candidate, Ecosystem, Role};

/// One component with what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    /// Folder from the root; `.` for the root.
    pub path: &'a str,
    pub ecosystem: Ecosystem,
    pub analysis: Option<&'a ComponentAnalysis>,
    pub plan: Option<&'a Plan>,
    /// Why there is no plan.
    pub why_no_plan: Option<&'a str>,
}

/// Where one package stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Standing<'a> {
    /// It went all the way, or as far as it could (`Some`: held there).
    Kept(&'a Kept, Option<&'a Held>),
    /// It stays where it was.
    Held(&'a Held),
    /// The lock's refresh moved it.
    Refreshed,
    /// Planned or found by the analysis; nothing was carried out.
    Proposed,
}

/// The way of one package.
#[derive(Debug, Clone)]
pub(super) struct Way<'a> {
    pub component: &'a str,
    pub ecosystem: Ecosystem,
    pub name: String,
    pub from: Option<String>,
    /// Where it is at the end; `None`: it goes out.
    pub to: Option<String>,
    pub direct: bool,
    pub standing: Standing<'a>,
    pub candidate: Option<&'a Candidate>,
    pub row: Option<&'a DependencyRow>,
}

/// `""` and `.` are both the root.
pub(super) fn normal(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

/// A run that is done and left a branch; of any other, nothing counts as moved.
pub(super) fn delivered(dossier: &Dossier) -> Option<&RunReport> {
    dossier.run.as_ref().filter(|run| run.state == RunState::Done && run.branch.is_some())
}

/// The analysis looked at exactly what the run delivered.
pub(super) fn rescanned(dossier: &Dossier) -> bool {
    delivered(dossier).is_some_and(|run| run.tip.is_some() && run.tip == dossier.analysis.commit)
}

/// The components that a report is about: the run's one, else all.
pub(super) fn parts(dossier: &Dossier) -> Vec<Part<'_>> {
    let all = &dossier.analysis.components;
    match &dossier.run {
        Some(run) => {
            let path = normal(&run.component);
            let ecosystem = run.plan.candidates.first().map_or(Ecosystem::Python, |c| spoken(&c.ecosystem));
            let analysis = all.iter().find(|c| normal(&c.path) == path && c.ecosystem == ecosystem);
            vec![Part { path, ecosystem, analysis, plan: Some(&run.plan), why_no_plan: None }]
        }
        None => all_parts(dossier),
    }
}

/// Every component of the analysis with its plan, whatever the run was about.
pub(super) fn all_parts(dossier: &Dossier) -> Vec<Part<'_>> {
    dossier.analysis.components.iter().map(|component| planned(dossier, component)).collect()
}

fn planned<'a>(dossier: &'a Dossier, component: &'a ComponentAnalysis) -> Part<'a> {
    let path = normal(&component.path);
    // Two components of different ecosystems may share a folder; a plan says in its candidates which one it is for.
    let fits = |plan: &Plan| {
        let own = plan.candidates.first().map(|c| spoken(&c.ecosystem));
        own.unwrap_or(Ecosystem::Python) == component.ecosystem
    };
    let mut part =
        Part { path, ecosystem: component.ecosystem, analysis: Some(component), plan: None, why_no_plan: None };
    for one in dossier.plans.iter().filter(|p| normal(&p.component) == path) {
        match one.plan.value() {
            Some(found) if fits(found) => part.plan = Some(found),
            Some(_) => {}
            None => part.why_no_plan = one.plan.missing().or(part.why_no_plan),
        }
    }
    part
}

fn spoken(ecosystem: &str) -> Ecosystem {
    if ecosystem.eq_ignore_ascii_case("javascript") { Ecosystem::JavaScript } else { Ecosystem::Python }
}

/// Every package that moved or would move, component by component, as planned; and those that were tried and stay.
pub(super) fn ways(dossier: &Dossier) -> Vec<Way<'_>> {
    let mut all = Vec::new();
    for part in parts(dossier) {
        match (&dossier.run, part.plan) {
            (Some(run), _) => all.extend(of_run(dossier, run, &part)),
            (None, Some(plan)) => all.extend(of_plan(plan, &part)),
            (None, None) => all.extend(of_analysis(&part)),
        }
    }
    all
}

/// What the analysis proposes in planned components and their plans do not speak of: it is in the calendar as well.
pub(super) fn beside(dossier: &Dossier) -> Vec<Way<'_>> {
    let mut all = Vec::new();
    for part in parts(dossier).into_iter().filter(|part| part.plan.is_some() && dossier.run.is_none()) {
        let rows = part.analysis.into_iter().flat_map(|component| proposed(component, part.plan));
        let names: Vec<&str> = rows.map(|(row, _)| row.name.as_str()).collect();
        all.extend(of_analysis(&part).into_iter().filter(|way| names.contains(&way.name.as_str())));
    }
    all
}

/// Where a plan ends, by package: targets, what they bring along, the lock's refresh.
pub(super) fn planned_end(plan: &Plan) -> BTreeMap<&str, Option<String>> {
    let changes = plan.moves.iter().flat_map(|m| &m.induced).chain(&plan.refresh);
    let mut end: BTreeMap<&str, Option<String>> =
        changes.map(|c| (c.name.as_str(), c.to.as_ref().map(ToString::to_string))).collect();
    end.extend(plan.candidates.iter().map(|c| (c.name.as_str(), Some(c.target.to_string()))));
    end
}

impl<'a> Part<'a> {
    pub(super) fn row(&self, name: &str) -> Option<&'a DependencyRow> {
        let rows = &self.analysis?.dependencies;
        // Comparing as an index does costs more, and names agree as a rule.
        rows.iter().find(|row| row.name == name).or_else(|| rows.iter().find(|row| row.is_named(name)))
    }

    pub(super) fn candidate(&self, name: &str) -> Option<&'a Candidate> {
        self.plan?.candidates.iter().find(|c| c.name.as_str() == name)
    }

    fn way(&self, name: &str, from: Option<String>, to: Option<String>, standing: Standing<'a>) -> Way<'a> {
        let (candidate, row) = (self.candidate(name), self.row(name));
        let direct = candidate.map_or_else(|| row.is_some_and(|r| r.direct), |c| c.direct);
        let (component, ecosystem) = (self.path, self.ecosystem);
        Way { component, ecosystem, name: name.to_owned(), from, to, direct, standing, candidate, row }
    }

    fn changes(&self, changes: &'a [uplift_model::solution::Change], standing: Standing<'a>) -> Vec<Way<'a>> {
        let version = |v: &Option<uplift_model::Version>| v.as_ref().map(ToString::to_string);
        changes.iter().map(|c| self.way(c.name.as_str(), version(&c.from), version(&c.to), standing)).collect()
    }
}

fn of_run<'a>(dossier: &'a Dossier, run: &'a RunReport, part: &Part<'a>) -> Vec<Way<'a>> {
    let mut all = Vec::new();
    if delivered(dossier).is_some() {
        for kept in &run.kept {
            let held = run.held.iter().find(|h| h.name == kept.name);
            let (from, to) = (Some(kept.from.to_string()), Some(kept.to.to_string()));
            all.push(part.way(kept.name.as_str(), from, to, Standing::Kept(kept, held)));
        }
        all.extend(part.changes(&run.refreshed, Standing::Refreshed));
    }
    let moved = |held: &Held| all.iter().any(|way: &Way<'_>| way.name == held.name.as_str());
    let stayed: Vec<&Held> = run.held.iter().filter(|held| !moved(held)).collect();
    for held in stayed {
        let from = Some(held.from.to_string());
        all.push(part.way(held.name.as_str(), from.clone(), from, Standing::Held(held)));
    }
    all
}

fn of_plan<'a>(plan: &'a Plan, part: &Part<'a>) -> Vec<Way<'a>> {
    let mut all: Vec<Way<'a>> = Vec::new();
    for one in &plan.candidates {
        let (from, to) = (Some(one.current.to_string()), Some(one.target.to_string()));
        all.push(part.way(one.name.as_str(), from, to, Standing::Proposed));
    }
    for changes in plan.moves.iter().map(|m| &m.induced).chain([&plan.refresh]) {
        for way in part.changes(changes, Standing::Proposed) {
            if !all.iter().any(|one| one.name == way.name) {
                all.push(way);
            }
        }
    }
    all
}

/// What the analysis alone proposes: a component that cannot be planned still has targets.
fn of_analysis<'a>(part: &Part<'a>) -> Vec<Way<'a>> {
    let rows = part.analysis.into_iter().flat_map(|c| &c.dependencies);
    rows.filter(|row| row.target_version.is_some() && row.target_version != row.current_version)
        .map(|row| Way {
            component: part.path,
            ecosystem: part.ecosystem,
            name: row.name.clone(),
            from: row.current_version.clone(),
            to: row.target_version.clone(),
            direct: row.direct,
            standing: Standing::Proposed,
            candidate: None,
            row: Some(row),
        })
        .collect()
}

impl Way<'_> {
    /// It ends at another version than it began.
    pub(super) fn moves(&self) -> bool {
        self.from != self.to
    }

    /// What the package is to the project: the rule table's class, else its role in the manifests.
    pub(super) fn class(&self) -> String {
        let weighed = self.candidate.and_then(|c| c.assessment.as_ref()).or(self.row.and_then(|r| r.risk.as_ref()));
        let role = self.candidate.map(|c| c.role).or(self.row.map(|r| r.role));
        match (weighed.map(|a| a.class.as_str()).filter(|c| !c.is_empty()), role) {
            (Some(class), _) => class.to_owned(),
            (None, Some(role)) => role_word(role).to_owned(),
            (None, None) => "pulled in by others".to_owned(),
        }
    }

    pub(super) fn reasons(&self) -> &[Reason] {
        let planned = self.candidate.map(|c| c.reason_codes.as_slice());
        planned.or(self.row.map(|r| r.reasons.as_slice())).unwrap_or_default()
    }

    /// How far it goes, in a word; `None`: the version in use is not known.
    pub(super) fn step(&self) -> Option<&'static str> {
        let kept = match self.standing {
            Standing::Kept(kept, _) => Some(kept.distance),
            _ => None,
        };
        let distance = kept.or(self.candidate.map(|c| c.distance)).or(self.row.and_then(|row| row.distance))?;
        Some(crate::words::step(distance, self.from.as_deref()?, self.to.as_deref()?))
    }

    /// The newest release known; `None`: nobody could say.
    pub(super) fn newest(&self) -> Option<String> {
        let listed = self.row.and_then(|row| row.latest.value().cloned());
        listed.or_else(|| self.candidate.map(|c| c.newest.to_string()))
    }
}

pub(super) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Runtime => "runtime",
        Role::Test => "test",
        Role::Development => "development",
        Role::Build => "build",
    }
}
