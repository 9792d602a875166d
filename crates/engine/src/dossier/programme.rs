//! All components in one calendar: the moves of plans as they are, and what the analysis proposes beside them.

use uplift_decide::effort::{self, Policy, Urge, Work};
use uplift_decide::risk::register::{self, Rule, Subject};
use uplift_decide::risk::{Class, Step};
use uplift_model::analysis::{Availability, DependencyRow};
use uplift_model::dossier::{Dossier, Programme, ProgrammeStep, proposed};
use uplift_model::roadmap::{EffortRow, Priority, Team};
use uplift_model::symbols::SymbolChanges;
use uplift_model::{Datum, Distance, Plan, Settings, Version};

/// `None`: nothing moves.
pub(super) fn programme(dossier: &Dossier, settings: &Settings) -> Option<Programme> {
    let rules: Vec<Rule> = settings.plan.reviewers.iter().map(rule).collect();
    let mut draft = Draft::default();
    for component in &dossier.analysis.components {
        let called = if component.path == "." { &dossier.analysis.repository } else { &component.path };
        let plan = dossier.plan_of(&component.path);
        if let Some(plan) = plan {
            draft.planned(&component.path, called, plan);
        }
        for (row, target) in proposed(component, plan) {
            draft.proposed(&component.path, called, row, target, &rules);
        }
    }
    if draft.steps.is_empty() {
        return None;
    }
    let Draft { steps, works, rows, priorities, subjects } = draft;
    let team = Team { people: settings.plan.team.people, hours_a_week: settings.plan.team.hours_a_week };
    let effort = effort::of_rows(rows, &works);
    let calendar = effort::calendar(&works, &effort, &priorities, team, Policy::UrgentFirst);
    let subjects: Vec<Subject<'_>> = subjects.iter().map(Labelled::subject).collect();
    let register = register::register(&subjects, &rules);
    let decision_points = register::decision_points(&register);
    Some(Programme { steps, effort, priorities, calendar, register, decision_points })
}

#[derive(Default)]
struct Draft<'d> {
    steps: Vec<ProgrammeStep>,
    works: Vec<Work>,
    rows: Vec<EffortRow>,
    priorities: Vec<Priority>,
    /// Of what no plan covers.
    subjects: Vec<Labelled<'d>>,
}

struct Labelled<'d> {
    label: String,
    way: String,
    row: &'d DependencyRow,
    assessment: &'d uplift_model::risk::Assessment,
}

impl Labelled<'_> {
    fn subject(&self) -> Subject<'_> {
        Subject {
            label: &self.label,
            name: &self.row.name,
            way: &self.way,
            class: Class::of_word(&self.assessment.class).unwrap_or(Class::Library),
            major: self.row.distance == Some(Distance::Major),
            assessment: self.assessment,
        }
    }
}

impl<'d> Draft<'d> {
    fn planned(&mut self, component: &str, called: &str, plan: &Plan) {
        let first = self.steps.len();
        let label = |name: &str| format!("{called}: {name}");
        for (at, one) in plan.moves.iter().enumerate() {
            let packages: Vec<String> = one.candidates.iter().map(|c| c.name.to_string()).collect();
            let labels: Vec<String> = packages.iter().map(|name| label(name)).collect();
            let step = one.candidates.iter().map(|c| step(&c.current, &c.target)).max().unwrap_or(Step::Same);
            let class = one.candidates.iter().find_map(|c| Class::of_word(&c.assessment.as_ref()?.class));
            let level = one.candidates.iter().map(|c| c.risk).max().unwrap_or(uplift_model::Risk::Low);
            let work = Work {
                packages: labels.clone(),
                level,
                step,
                class: class.unwrap_or(Class::Library),
                sites: 0,
                broken_sites: one.candidates.iter().map(|c| broken(c.symbols.as_ref())).sum(),
                reviewers: 0,
                needs: one.needs.iter().map(|need| first + need.0).collect(),
            };
            let known = plan.effort.as_ref().and_then(|effort| effort.rows.get(at)).cloned();
            let row = known.unwrap_or_else(|| effort::row(&work));
            self.rows.push(EffortRow { packages: labels, ..row });
            let nothing = || Priority { number: 3, because: "the plan was drawn without priorities".to_owned() };
            self.priorities.push(plan.priorities.get(at).cloned().unwrap_or_else(nothing));
            self.works.push(work);
            self.steps.push(ProgrammeStep { component: component.to_owned(), packages, planned: true });
        }
    }

    fn proposed(&mut self, component: &str, called: &str, row: &'d DependencyRow, target: &str, rules: &[Rule]) {
        let Some(assessment) = &row.risk else { return };
        let label = format!("{called}: {}", row.name);
        let way = match &row.current_version {
            Some(current) => format!("{current} -> {target}"),
            None => format!("unknown -> {target}"),
        };
        let labelled = Labelled { label: label.clone(), way, row, assessment };
        let reviewers: usize = register::register(&[labelled.subject()], rules)
            .iter()
            .map(|entry| entry.reviewers.len())
            .max()
            .unwrap_or(0);
        let work = Work {
            packages: vec![label],
            level: assessment.level,
            step: step_of(row),
            class: labelled.subject().class,
            sites: row.usage.value().map_or(0, |usage| usage.count),
            broken_sites: broken(row.symbols.as_ref()),
            reviewers,
            needs: Vec::new(),
        };
        self.rows.push(effort::row(&work));
        self.priorities.push(effort::priority(&urge(row, assessment)));
        self.works.push(work);
        self.subjects.push(labelled);
        let step = ProgrammeStep { component: component.to_owned(), packages: vec![row.name.clone()], planned: false };
        self.steps.push(step);
    }
}

fn rule(rule: &uplift_model::settings::Reviewer) -> Rule {
    Rule {
        packages: rule.packages.clone(),
        class: rule.class.as_deref().and_then(Class::of_word),
        reviewers: rule.reviewers.clone(),
        owner: rule.owner.clone(),
        required_tests: rule.tests.clone(),
    }
}

fn urge(row: &DependencyRow, assessment: &uplift_model::risk::Assessment) -> Urge {
    let removed = assessment.security.value().map(|effect| effect.removed.as_slice()).unwrap_or_default();
    let counting = || removed.iter().filter(|one| !one.finding.is_set_aside());
    let worst = counting()
        .max_by(|a, b| a.finding.severity.cmp(&b.finding.severity).then_with(|| b.finding.id.cmp(&a.finding.id)));
    let installable =
        |availability: &Availability| matches!(availability, Availability::Installable | Availability::SourceOnly);
    Urge {
        removes: worst.map(|one| (one.finding.id.clone(), one.finding.severity)),
        exploited: counting().any(|one| one.finding.known_exploited.is_some()),
        unavailable: row.availability.value().is_some_and(|availability| !installable(availability)),
        deprecated: matches!(row.deprecation, Datum::Found { .. }),
    }
}

fn step_of(row: &DependencyRow) -> Step {
    match (row.distance, row.behind) {
        (Some(Distance::Same), _) => Step::Same,
        (Some(Distance::Patch), _) => Step::Patch,
        (Some(Distance::Minor), _) => Step::Minor,
        (Some(Distance::Major), Some(behind)) if behind.majors > 0 => Step::Major(behind.majors),
        (Some(Distance::Major), _) => Step::Zero,
        (None, _) => Step::Unknown,
    }
}

fn step(from: &Version, to: &Version) -> Step {
    match from.distance(to) {
        Distance::Same => Step::Same,
        Distance::Patch => Step::Patch,
        Distance::Minor => Step::Minor,
        Distance::Major => Step::Major(1),
    }
}

/// Places that use a name which the target no longer has.
fn broken(symbols: Option<&Datum<SymbolChanges>>) -> usize {
    symbols.and_then(Datum::value).into_iter().flat_map(SymbolChanges::gone).map(|change| change.count).sum()
}
