//! The steps of a plan, written out: edits, commands, approvals, tests, what shows success, where it goes back to.

use std::collections::{BTreeMap, BTreeSet};

use uplift_model::compatibility::Verdict;
use uplift_model::plan::{Edit, Mended, PlanStep, Reading, RuntimeUpgrade, StepKind, Validated, WorkPart};
use uplift_model::risk::RegisterEntry;
use uplift_model::roadmap::{Effort, Parts};
use uplift_model::solution::Change;
use uplift_model::{Candidate, Distance, Move, PackageName, Phase, Solution, Version, shell};

use super::commands::{ENVIRONMENT, install};
use super::elsewhere::{self, Other};
use super::rules::Scoping;
use super::whole::of_register;
use super::{Built, Facts};
use crate::edits;
use crate::error::EngineError;

/// Minutes from which a step is a small project of its own: two days.
const PROJECT: u64 = 16 * 60;

/// What the steps are written from.
pub(super) struct Told<'a> {
    pub(super) moves: &'a [Move],
    pub(super) register: &'a [RegisterEntry],
    pub(super) effort: &'a Effort,
    /// The stage of each move.
    pub(super) stages: &'a [Option<usize>],
    pub(super) interpreter: &'a str,
    /// The complete set after each move.
    pub(super) after: &'a [Validated],
    /// Where the packages stand when all is done.
    pub(super) end: &'a Solution,
    /// What the refresh of the lock moves last.
    pub(super) refresh: &'a [Change],
    pub(super) built: &'a Built,
    /// What other components have.
    pub(super) elsewhere: &'a [Other],
    pub(super) runtime: Option<&'a RuntimeUpgrade>,
}

impl Facts<'_> {
    pub(super) fn steps(&self, told: &Told<'_>, scoping: &mut Scoping) -> Result<Vec<PlanStep>, EngineError> {
        let short: String = self.tree.commit.chars().take(12).collect();
        let mut steps = vec![self.isolate(told.interpreter), snapshot(self.tree.commit, &short)];
        steps.extend(self.mended.map(|mended| self.mending(mended, told.interpreter, &short)));
        let earlier = steps.len();
        let mut texts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let reading = self.research.reading(&majors(told.moves));
        for (at, one) in told.moves.iter().enumerate() {
            let untouched = at == 0 && self.mended.is_none();
            let before =
                if untouched { format!("commit {short}") } else { format!("the commit of step {}", earlier + at) };
            let edits = self.edits_of(one, &mut texts, scoping)?;
            let step = self.step(told, at, one, edits, before, scoping)?;
            steps.push(PlanStep {
                reading: first(one, &reading),
                commands: self.commands(one, told.interpreter, &reading),
                ..step
            });
        }
        let last = steps.len();
        let untouched = told.moves.is_empty() && self.mended.is_none();
        let before = if untouched { format!("commit {short}") } else { format!("the commit of step {last}") };
        // Between the moves and the whole: it stands in the phase of its risk, and the whole does not wait for it.
        steps.extend(told.runtime.map(|upgrade| self.runtime_step(last + 1, upgrade)));
        let number = steps.len() + 1;
        steps.push(PlanStep { number, ..self.integration(last, before, told) });
        Ok(steps)
    }

    fn isolate(&self, interpreter: &str) -> PlanStep {
        PlanStep {
            commands: [format!("uv venv --python {interpreter} {ENVIRONMENT}")]
                .into_iter()
                .chain(self.installing().filter(|_| self.mended.is_none()))
                .map(|command| self.at_home(&command))
                .collect(),
            evidence: vec![format!("the project runs on Python {interpreter}")],
            success_criteria: vec![match self.mended {
                None => "the tests pass in it as they do in the usual environment".to_owned(),
                Some(_) => {
                    format!("it has Python {interpreter}; today's set cannot be installed, so step 3 mends that first")
                }
            }],
            rollback_point: "nothing is changed: delete the environment".to_owned(),
            ..blank(1, StepKind::Isolate, format!("an environment of its own on Python {interpreter}"))
        }
    }

    /// Steps before the first move: environment, snapshot, and mending where something has to be mended.
    fn prepared(&self) -> usize {
        2 + usize::from(self.mended.is_some())
    }

    /// What makes today's set one that can be installed: the state that everything after it starts from.
    fn mending(&self, mended: &Mended, interpreter: &str, short: &str) -> PlanStep {
        let ways: Vec<String> = mended.pins.iter().map(|p| format!("{} {} -> {}", p.name, p.from, p.to)).collect();
        let pins: Vec<String> = mended.pins.iter().map(|p| format!("{}=={}", p.name, p.to)).collect();
        let install = self.installing().unwrap_or_else(|| install(&pins));
        PlanStep {
            phase: Some(Phase::Low),
            packages: mended.pins.iter().map(|p| p.name.to_string()).collect(),
            edits: mended.edits.clone(),
            commands: vec![self.at_home(&install)],
            evidence: mended.pins.iter().map(|p| format!("{}: {}", p.name, p.because)).collect(),
            success_criteria: vec![
                "the complete set can be installed".to_owned(),
                "the tests run: what passes now is the baseline for every step after this one".to_owned(),
            ],
            rollback_point: format!("commit {short}"),
            needs: vec![1, 2],
            validated: Some(Validated {
                verdict: Verdict::Sat,
                decides: Some(mended.why.clone()),
                interpreters: vec![interpreter.to_owned()],
                packages: self.base.packages.len() + self.base.urls.len(),
                along: Vec::new(),
            }),
            ..blank(3, StepKind::Mend, format!("mend what cannot be installed: {}", ways.join(", ")))
        }
    }

    fn integration(&self, last: usize, before: String, told: &Told<'_>) -> PlanStep {
        let tests = ["unit", "integration", "end-to-end", "performance", "security"];
        PlanStep {
            phase: Some(Phase::Integration),
            commands: vec!["uplift check --fail-on high".to_owned()],
            required_tests: tests.map(str::to_owned).to_vec(),
            success_criteria: vec![
                "all tests pass together, from a clean environment, on exactly the tree that is delivered".to_owned(),
                "times and memory are within 10 % of what they were, where they are measured".to_owned(),
                "the rescan finds no advisory that this plan does not list as remaining".to_owned(),
            ],
            rollback_point: before,
            needs: (1..=last).collect(),
            // The end state is an answer of the resolver already: the joint target, with the lock refreshed beside it.
            validated: Some(Validated {
                verdict: Verdict::Sat,
                decides: None,
                interpreters: vec![told.interpreter.to_owned()],
                packages: told.end.packages.len() + told.end.urls.len(),
                along: told.refresh.to_vec(),
            }),
            ..blank(last + 1, StepKind::Integration, "everything together: full tests, performance, rescan".to_owned())
        }
    }

    fn step(
        &self,
        told: &Told<'_>,
        at: usize,
        one: &Move,
        edits: Vec<Edit>,
        before: String,
        scoping: &Scoping,
    ) -> Result<PlanStep, EngineError> {
        let names: Vec<String> = one.candidates.iter().map(|c| c.name.to_string()).collect();
        let entries: Vec<&RegisterEntry> = of_register(told.register, one).collect();
        let reviewers = entries.iter().flat_map(|entry| entry.reviewers.iter().cloned());
        let own = one.candidates.iter().filter_map(|c| c.assessment.as_ref()).flat_map(|a| a.required_tests.clone());
        let more = entries.iter().flat_map(|entry| entry.required_tests.iter().cloned());
        let minutes = told.effort.rows.get(at).map_or(0, |row| row.minutes);
        let stage = told.stages.get(at).copied().flatten();
        let mut success = vec!["no test that passed before fails, is skipped or vanishes".to_owned()];
        success.extend(one.candidates.iter().flat_map(|c| {
            let effect = c.assessment.as_ref().and_then(|a| a.security.value());
            let removed = effect.into_iter().flat_map(|effect| &effect.removed);
            removed.map(|t| format!("{} no longer touches {}", t.finding.id, t.package)).collect::<Vec<_>>()
        }));
        success.extend(one.candidates.iter().filter_map(|c| {
            let against: Vec<&str> = told.built.get(&c.name)?.iter().map(|name| name.as_str()).collect();
            Some(format!(
                "import check: {} and {} import together, since what is compiled against it shows no conflict before it is imported",
                against.join(", "),
                [c.name.as_str(), &c.target.to_string()].join(" ")
            ))
        }));
        let ways: Vec<String> =
            one.candidates.iter().map(|c| format!("{} {} -> {}", c.name, c.current, c.target)).collect();
        Ok(PlanStep {
            phase: Some(one.phase),
            stage: stage.and_then(|s| self.settings.plan.stages.get(s)).map(|s| s.name.clone()),
            of: Some(one.id),
            packages: names,
            edits,
            evidence: one.candidates.iter().flat_map(evidence).collect(),
            approvals: unique(reviewers),
            required_tests: unique(own.chain(more)),
            success_criteria: success,
            rollback_point: before,
            fallbacks: self.fallbacks(one, told.moves, &scoping.promised)?,
            needs: (1..=self.prepared()).chain(one.needs.iter().map(|n| n.0 + 1 + self.prepared())).collect(),
            linked: elsewhere::linked(one, told.elsewhere),
            minutes,
            parts: told
                .effort
                .rows
                .get(at)
                .filter(|row| row.minutes >= PROJECT)
                .map_or_else(Vec::new, |r| parts(r.parts)),
            validated: told.after.get(at).cloned(),
            ..blank(at + 1 + self.prepared(), StepKind::Move, ways.join(", "))
        })
    }

    /// What the manifests become, on top of the steps before; the same edits as those of a run's commits.
    fn edits_of(
        &self,
        one: &Move,
        texts: &mut BTreeMap<String, Vec<u8>>,
        scoping: &mut Scoping,
    ) -> Result<Vec<Edit>, EngineError> {
        let going: Vec<_> = one.candidates.iter().map(|c| (&c.name, &c.target)).collect();
        let fixed: BTreeSet<_> = self.solver.constrained().into_iter().collect();
        let bumps = edits::bumps(going.iter().copied(), &one.induced, &fixed);
        let read = |path: &str| texts.get(path).cloned().or_else(|| self.tree.read(path));
        let hashed = going.into_iter().chain(one.induced.iter().filter_map(|c| Some((&c.name, c.to.as_ref()?))));
        let hashes = edits::hashes(self.component, &read, self.index, hashed)?;
        let wanted = edits::Wanted { read: &read, bumps: &bumps, along: &one.induced, hashes: &hashes };
        let edited = edits::fitting(self.solver, &wanted)?;
        for note in edited.notes.into_iter().chain(edited.unresolved) {
            if !scoping.notes.contains(&note) {
                scoping.notes.push(note);
            }
        }
        let mut edits = Vec::new();
        for file in edited.files {
            let line = |l: &uplift_ecosystems::python::manifest::EditedLine| Edit {
                file: file.file.clone(),
                line: l.line,
                old: l.old.clone(),
                new: l.new.clone(),
            };
            edits.extend(file.lines.iter().map(line));
            texts.insert(file.file.clone(), file.text.into_bytes());
        }
        Ok(edits)
    }

    pub(super) fn at_home(&self, command: &str) -> String {
        let root = &self.component.root;
        if root.is_empty() { command.to_owned() } else { format!("cd {} && {command}", shell::word(root)) }
    }
}

fn snapshot(commit: &str, short: &str) -> PlanStep {
    PlanStep {
        // The commit is part of the name: the tag of another upgrade stays, and typing it twice does no harm.
        commands: vec![format!("git tag --force before-upgrade-{short} {short}")],
        evidence: vec![format!("the plan was drawn from commit {commit}")],
        success_criteria: vec!["the commit, and what it was deployed as, can be gone back to".to_owned()],
        rollback_point: commit.to_owned(),
        needs: vec![1],
        ..blank(2, StepKind::Snapshot, format!("keep what there is: commit {short}"))
    }
}

pub(super) fn blank(number: usize, kind: StepKind, title: String) -> PlanStep {
    PlanStep {
        number,
        kind,
        title,
        phase: None,
        stage: None,
        of: None,
        packages: Vec::new(),
        edits: Vec::new(),
        commands: Vec::new(),
        evidence: Vec::new(),
        approvals: Vec::new(),
        required_tests: Vec::new(),
        success_criteria: Vec::new(),
        rollback_point: String::new(),
        fallbacks: Vec::new(),
        needs: Vec::new(),
        linked: Vec::new(),
        minutes: 0,
        parts: Vec::new(),
        validated: None,
        reading: Vec::new(),
        carried_out_by: None,
        runtime: None,
    }
}

/// Packages that cross a major, each with where it goes.
fn majors(moves: &[Move]) -> BTreeMap<PackageName, Version> {
    let crossing = moves.iter().flat_map(|one| &one.candidates).filter(|c| c.distance == Distance::Major);
    crossing.map(|c| (c.name.clone(), c.target.clone())).collect()
}

/// What to read before a move, in the order of its packages.
fn first(one: &Move, reading: &BTreeMap<PackageName, Vec<Reading>>) -> Vec<Reading> {
    one.candidates.iter().filter_map(|c| reading.get(&c.name)).flatten().cloned().collect()
}

fn evidence(candidate: &Candidate) -> Vec<String> {
    let factors = candidate.assessment.iter().flat_map(|a| &a.factors);
    factors.map(|factor| format!("{}: {} ({})", candidate.name, factor.reason, factor.signal)).collect()
}

fn parts(parts: Parts) -> Vec<WorkPart> {
    let all = [
        ("read what changed, edit, relock", parts.change, "the environment installs, and every import works"),
        ("adapt the code", parts.adapt, "unit tests pass"),
        ("test", parts.test, "every required layer passes, and results are compared with those of before"),
        ("review", parts.review, "everybody who must agree has agreed"),
    ];
    let worked = all.into_iter().filter(|(_, minutes, _)| *minutes > 0);
    worked.map(|(what, minutes, gate)| WorkPart { what: what.to_owned(), minutes, gate: gate.to_owned() }).collect()
}

fn unique(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for one in all {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}
