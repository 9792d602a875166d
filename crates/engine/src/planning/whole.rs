//! What concerns the plan as a whole: register, decisions, hours, weeks, metrics, and its name.

use sha2::{Digest, Sha256};
use uplift_decide::effort::{self, Metric, Policy, TargetFacts, Work};
use uplift_decide::risk::Class;
use uplift_decide::risk::register::{self, Rule, Subject};
use uplift_model::analysis::Pinning;
use uplift_model::compatibility::Verdict;
use uplift_model::plan::{OrderConflict, PhasePlan, PlanStep, RuntimeUpgrade, Security, StepKind};
use uplift_model::risk::RegisterEntry;
use uplift_model::roadmap::{MetricCheck, Team};
use uplift_model::solution::Change;
use uplift_model::{Datum, Distance, Move, MoveId, PackageName, Phase, Plan, Solution};

use super::elsewhere::apart;
use super::given::inputs;
use super::order::stages_of;
use super::rules::Scoping;
use super::seal;
use super::sets::Cut;
use super::steps::Told;
use super::weigh::Weighed;
use super::{Built, Facts};
use crate::error::EngineError;
use crate::state::Mover;

/// What the targets are held against where the settings name nothing.
const METRICS: [&str; 4] = [
    "no critical advisories",
    "all dependencies younger than 6 months",
    "all dependencies pinned",
    "all dependencies installable",
];

/// Everything that was found out, move by move in the order of the movers.
pub(super) struct Drawn<'a> {
    pub(super) interpreter: &'a str,
    pub(super) cut: Cut,
    pub(super) refresh: Vec<Change>,
    pub(super) security: Security,
    /// Where the packages stand when all is done.
    pub(super) end: &'a Solution,
    pub(super) built: &'a Built,
    /// Where the interpreter should go.
    pub(super) runtime: Option<RuntimeUpgrade>,
}

impl Facts<'_> {
    pub(super) fn put_together(&self, drawn: Drawn<'_>, scoping: &mut Scoping) -> Result<Plan, EngineError> {
        let Drawn { interpreter, cut, refresh, security, end, built, runtime } = drawn;
        let Cut { movers, weighed, induced, arranged, after } = cut;
        let new = |old: usize| arranged.order.iter().position(|at| *at == old);
        let moves: Vec<Move> = arranged
            .order
            .iter()
            .enumerate()
            .filter_map(|(at, old)| {
                let mut needs: Vec<MoveId> =
                    movers.get(*old)?.needs.iter().filter_map(|n| new(*n)).map(MoveId).collect();
                needs.sort_unstable();
                Some(Move {
                    id: MoveId(at),
                    candidates: weighed.get(*old)?.candidates.clone(),
                    phase: *arranged.phases.get(*old)?,
                    needs,
                    induced: induced.get(*old)?.clone(),
                })
            })
            .collect();
        let weighed: Vec<&Weighed> = arranged.order.iter().filter_map(|old| weighed.get(*old)).collect();
        let ordered: Vec<&Mover> = arranged.order.iter().filter_map(|old| movers.get(*old)).collect();
        let stages: Vec<Option<usize>> =
            ordered.iter().map(|mover| stages_of(mover, &self.settings.plan.stages).into_iter().next()).collect();
        let register = self.register(&moves);
        let works = works(&moves, &weighed, &stages, &register);
        let hours = effort::effort(&works);
        let priorities: Vec<_> = weighed.iter().map(|w| w.priority.clone()).collect();
        let team = self.settings.plan.team;
        let team = Team { people: team.people, hours_a_week: team.hours_a_week };
        let calendar = effort::calendar(&works, &hours, &priorities, team, Policy::UrgentFirst);
        let metrics = self.metrics(scoping, end);
        let elsewhere = self.elsewhere();
        let told = Told {
            moves: &moves,
            register: &register,
            effort: &hours,
            stages: &stages,
            interpreter,
            after: &after,
            end,
            refresh: &refresh,
            built,
            elsewhere: &elsewhere,
            runtime: runtime.as_ref(),
        };
        let steps = self.steps(&told, scoping)?;
        for unmoved in &mut scoping.unmoved {
            unmoved.alternatives = self.alternatives(unmoved, &scoping.promised)?;
        }
        self.idle_stages(scoping, &moves);
        let mut notes = std::mem::take(&mut scoping.notes);
        notes.extend(self.research.judged().drift.iter().cloned());
        notes.dedup();
        let mut warnings = std::mem::take(&mut scoping.warnings);
        warnings.extend(steps.iter().filter_map(refused));
        warnings.extend(apart(&self.component.dependencies(self.base), end, &elsewhere));
        // What a package no longer brings along is found out by nobody before the code runs.
        let dropped = |f: &&uplift_model::risk::Factor| f.signal == "dropped";
        let assessed = moves.iter().flat_map(|one| &one.candidates).filter_map(|c| c.assessment.as_ref());
        warnings.extend(assessed.flat_map(|a| a.factors.iter().filter(dropped).map(|f| f.reason.clone())));
        warnings.dedup();
        let conflicts = arranged.conflicts.into_iter().filter_map(|conflict| {
            let packages = movers.get(conflict.unit)?.steps.iter().map(|s| s.name.clone()).collect();
            Some(OrderConflict { packages, conflict: conflict.conflict, resolved_by: conflict.resolved_by })
        });
        let phases = Phase::ALL
            .map(|phase| PhasePlan { phase, moves: moves.iter().filter(|m| m.phase == phase).map(|m| m.id).collect() });
        let mut plan = Plan {
            id: String::new(),
            component: crate::subject::shown(self.component),
            interpreter: interpreter.to_owned(),
            candidates: moves.iter().flat_map(|m| m.candidates.clone()).collect(),
            conflicts: conflicts.collect(),
            moves,
            phases: phases.to_vec(),
            estimated_duration: Some(hours.critical_minutes.saturating_mul(60)),
            rollback_strategy: "each kept move is one commit on a branch of its own; `uplift rollback RUN [PACKAGE]` takes it back, re-tested".to_owned(),
            success_criteria: vec![
                "no test that passed on the untouched state fails, is skipped or vanishes".to_owned(),
                "the delivered tree is the tested tree, verified from a clean environment".to_owned(),
                "no package ends below the version that it has now".to_owned(),
            ]
            .into_iter()
            .chain(self.policy_criterion())
            .collect(),
            unmoved: std::mem::take(&mut scoping.unmoved),
            refresh,
            notes,
            commit: self.tree.commit.to_owned(),
            as_of: self.research.as_of(),
            inputs: inputs(self.component, self.tree),
            mended: self.mended.cloned(),
            steps,
            decision_points: register::decision_points(&register),
            register,
            effort: Some(hours),
            priorities,
            calendar: Some(calendar),
            metrics,
            security,
            warnings,
            seal: String::new(),
            approvals: Vec::new(),
        };
        plan.id = name_of(&plan);
        plan.seal = seal::of(&plan)?;
        Ok(plan)
    }

    fn register(&self, moves: &[Move]) -> Vec<RegisterEntry> {
        let rules: Vec<Rule> = self
            .settings
            .plan
            .reviewers
            .iter()
            .map(|rule| Rule {
                packages: rule.packages.clone(),
                class: rule.class.as_deref().and_then(Class::of_word),
                reviewers: rule.reviewers.clone(),
                owner: rule.owner.clone(),
                required_tests: rule.tests.clone(),
            })
            .collect();
        let candidates: Vec<_> = moves.iter().flat_map(|m| &m.candidates).collect();
        let ways: Vec<String> = candidates.iter().map(|c| format!("{} -> {}", c.current, c.target)).collect();
        let subjects: Vec<Subject<'_>> = candidates
            .iter()
            .zip(&ways)
            .filter_map(|(candidate, way)| {
                let assessment = candidate.assessment.as_ref()?;
                let class = Class::of_word(&assessment.class).unwrap_or(Class::Library);
                let (name, major) = (candidate.name.as_str(), candidate.distance == Distance::Major);
                Some(Subject { label: name, name, way, class, major, assessment })
            })
            .collect();
        register::register(&subjects, &rules)
    }

    /// The metrics of the settings held against every direct dependency as it will stand.
    fn metrics(&self, scoping: &mut Scoping, end: &Solution) -> Vec<MetricCheck> {
        let named = &self.settings.plan.metrics;
        let texts: Vec<&str> =
            if named.is_empty() { METRICS.to_vec() } else { named.iter().map(String::as_str).collect() };
        let judged = self.research.judged();
        let locked = self.solver.pins_everything();
        let mut targets = Vec::new();
        for row in judged.rows().filter(|row| row.direct && row.pinning != Pinning::Elsewhere) {
            let Ok(name) = PackageName::new(&row.name) else { continue };
            let Some(version) = end.version(&name).map(ToString::to_string) else { continue };
            targets.push(TargetFacts {
                label: format!("{name} {version}"),
                age_days: judged.age_days(&name, &version),
                advisories: match judged.touching(name.as_str(), &version) {
                    Datum::NotRetrieved { .. } => Datum::not_retrieved("advisories not retrieved"),
                    found => found.map(|found| {
                        let standing = found.into_iter().filter(|f| !f.is_set_aside());
                        standing.map(|f| (f.id, f.severity)).collect()
                    }),
                },
                pinned: locked || row.pinning == Pinning::Pinned,
                // The final set is an answer of the resolver, whose word counts for more than a listing.
                installable: Datum::found(true),
            });
        }
        let mut checks = Vec::new();
        for text in texts {
            match Metric::parse(text) {
                Ok(metric) => checks.push(effort::check(metric, &targets)),
                Err(e) => scoping.warnings.push(e.to_string()),
            }
        }
        checks
    }

    /// Stages that name packages which do not move.
    fn idle_stages(&self, scoping: &mut Scoping, moves: &[Move]) {
        for stage in &self.settings.plan.stages {
            let moves = |name: &PackageName| moves.iter().flat_map(|m| &m.candidates).any(|c| c.name == *name);
            let idle: Vec<&str> = stage.packages.iter().filter(|n| !moves(n)).map(PackageName::as_str).collect();
            if !idle.is_empty() {
                scoping.notes.push(format!("stage {}: {} does not move in this plan", stage.name, idle.join(", ")));
            }
        }
    }
}

/// A step after which no set exists: it cannot stand as a commit of its own.
fn refused(step: &PlanStep) -> Option<String> {
    let validated = step.validated.as_ref().filter(|v| v.verdict == Verdict::Unsat)?;
    let why = validated.decides.as_deref().unwrap_or("the resolver refuses it");
    Some(format!("step {} ({}) has no complete set of its own: {why}", step.number, step.title))
}

/// Roles that must agree to a move, and the layers that it must pass.
pub(super) fn of_register<'r>(
    register: &'r [RegisterEntry],
    one: &'r Move,
) -> impl Iterator<Item = &'r RegisterEntry> + use<'r> {
    register.iter().filter(|entry| one.candidates.iter().any(|c| entry.packages.iter().any(|p| p == c.name.as_str())))
}

fn works(moves: &[Move], weighed: &[&Weighed], stages: &[Option<usize>], register: &[RegisterEntry]) -> Vec<Work> {
    let mut works = Vec::with_capacity(moves.len());
    for (at, (one, weighed)) in moves.iter().zip(weighed).enumerate() {
        let mut needs: Vec<usize> = one.needs.iter().map(|n| n.0).collect();
        // A stage is a need of everybody in the next one.
        let own = stages.get(at).copied().flatten();
        let earlier = stages.iter().enumerate().filter(|(_, stage)| stage.is_some() && own.is_some() && **stage < own);
        needs.extend(earlier.map(|(other, _)| other));
        needs.sort_unstable();
        needs.dedup();
        let mut reviewers: Vec<&String> = of_register(register, one).flat_map(|entry| &entry.reviewers).collect();
        reviewers.sort();
        reviewers.dedup();
        works.push(Work {
            packages: one.candidates.iter().map(|c| c.name.to_string()).collect(),
            level: weighed.level,
            step: weighed.step,
            class: weighed.class,
            sites: weighed.sites,
            broken_sites: weighed.broken_sites,
            reviewers: reviewers.len(),
            needs,
        });
    }
    works
}

/// A plan's name: what would be done and to what, without ages, words and the commit.
pub(crate) fn name_of(plan: &Plan) -> String {
    let moves: Vec<_> = plan
        .moves
        .iter()
        .map(|m| {
            let of = |c: &uplift_model::Candidate| (c.name.to_string(), c.current.to_string(), c.target.to_string());
            (m.phase, m.candidates.iter().map(of).collect::<Vec<_>>(), &m.needs, &m.induced)
        })
        .collect();
    // The runtime's own step is for people, and changes nothing of what is carried out.
    let own = plan.steps.iter().filter(|s| s.kind != StepKind::Runtime);
    let steps: Vec<_> = own.map(|s| (&s.edits, &s.approvals, &s.stage, &s.required_tests)).collect();
    let unmoved: Vec<_> = plan.unmoved.iter().map(|u| (&u.name, &u.current, &u.newest)).collect();
    let facts = (
        &plan.component,
        &plan.interpreter,
        moves,
        steps,
        unmoved,
        &plan.refresh,
        &plan.inputs,
        &plan.security.remaining,
    );
    let text = serde_json::to_string(&facts).unwrap_or_default();
    Sha256::digest(text).iter().take(6).map(|b| format!("{b:02x}")).collect()
}
