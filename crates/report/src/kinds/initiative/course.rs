//! The course of the work: states and what leads from one to the next, and the ways back (rows E2, C13, C21, H2).

use uplift_model::outcome::RunState;
use uplift_model::plan::{FallbackKind, Phase};

use super::{Facts, people, proposals};
use crate::document::{Block, Figure, Section, Table, Text, Tone};
use crate::kinds::{pieces, ways};
use crate::pictures::{Map, Node, Picture};

/// One state and whether the data say that it was reached.
struct State {
    label: String,
    note: String,
    reached: Option<bool>,
}

pub(super) fn flow(facts: &Facts<'_>) -> Section {
    let states = states(facts);
    let nodes = states
        .iter()
        .enumerate()
        .map(|(column, state)| Node {
            label: state.label.clone(),
            column,
            tone: match state.reached {
                Some(true) => Tone::Good,
                Some(false) => Tone::Plain,
                None => Tone::Unknown,
            },
            note: state.note.clone(),
        })
        .collect::<Vec<_>>();
    let edges = (1..nodes.len()).map(|to| (to - 1, to)).collect();
    let steps = states.iter().map(|state| {
        let word = match state.reached {
            Some(true) => "reached",
            Some(false) => "not reached",
            None => "not recorded",
        };
        Text::new().strong(&state.label).plain(format!(" ({word}): {}", state.note))
    });
    let figure = Figure {
        id: "flow-figure".to_owned(),
        caption: Text::from("From the analysis to a branch that is taken over"),
        picture: Picture::Map(Map { nodes, edges, left_out: 0 }),
    };
    Section::new("flow", "Flow").with(Block::Figure(figure)).with(Block::Steps(steps.collect())).say(
        "Where a trial fails: the packages at fault are searched for, each goes as far as the tests accept or stays, \
             and the phase is tried again without what does not hold. Nothing of a failed trial is delivered.",
    )
}

fn states(facts: &Facts<'_>) -> Vec<State> {
    let run = facts.dossier.run.as_ref();
    let state = |label: &str, note: &str, reached| State { label: label.to_owned(), note: note.to_owned(), reached };
    let mut all = vec![
        state("Analysed", "what is declared, in use, newest and vulnerable", Some(true)),
        state("Planned", "targets that go together, weighed and ordered", Some(facts.plans().next().is_some())),
    ];
    if !people::decision_points(facts).is_empty() {
        all.push(state("Agreed", "whoever must agree has agreed", None));
    }
    let baseline = run.map_or(Some(false), |run| Some(run.baseline.usable));
    all.push(state("Baseline", "the tests on the untouched state", baseline));
    for phase in Phase::ALL {
        let moves = facts.steps().any(|(_, step)| step.phase == Some(phase) && step.of.is_some());
        if moves || proposals::all(facts).iter().any(|one| one.phase() == phase) {
            let reached = match run {
                None => Some(false),
                Some(run) if run.state == RunState::Done => Some(true),
                Some(run) => run.kept.iter().any(|kept| kept.phase == phase).then_some(true),
            };
            all.push(state(
                &format!("Phase {}: {phase}", phase.number()),
                "tried together; kept moves are one commit each",
                reached,
            ));
        }
    }
    let delivered = ways::delivered(facts.dossier);
    all.push(state(
        "Verified",
        "everything together, from a clean environment",
        Some(delivered.is_some_and(|run| run.verified)),
    ));
    all.push(state("Delivered", "a branch of its own", Some(delivered.is_some())));
    all.push(state("Taken over", "the branch is fast-forwarded to it", Some(ways::rescanned(facts.dossier))));
    all
}

/// Ways out of several steps that are of one kind, for one reason: one row.
struct Alike<'a> {
    kind: &'a str,
    because: &'a str,
    /// Step, and what is done instead.
    steps: Vec<(Text, &'a str)>,
}

pub(super) fn rollback(facts: &Facts<'_>) -> Section {
    let mut strategies: Vec<String> = facts.plans().map(|(_, plan)| plan.rollback_strategy.clone()).collect();
    strategies.dedup();
    strategies.retain(|one| !one.is_empty());
    let mut points = Table::new(
        "rollback-points",
        "Where each step goes back to",
        &["Step", "What", "Goes back to"],
        "No step is planned.",
    );
    let mut ways_out = Table::new(
        "fallbacks",
        "What to do when a step does not hold",
        &["Step", "Kind", "What", "Because"],
        "No other way is known for any step.",
    );
    let mut others: Vec<Alike<'_>> = Vec::new();
    for (path, step) in facts.steps() {
        let name = || Text::new().code(path).plain(format!(": {}", step.number));
        points.row(vec![name(), step.title.as_str().into(), step.rollback_point.as_str().into()]);
        for one in &step.fallbacks {
            let kind = match one.kind {
                FallbackKind::IntermediateVersion => "a version on the way",
                FallbackKind::HoldBlocker => "hold what blocks",
                FallbackKind::ReplacePackage => "another package",
                FallbackKind::Marker => "two versions, by marker",
            };
            match others.iter_mut().find(|alike| (alike.kind, alike.because) == (kind, one.reason.as_str())) {
                Some(alike) => alike.steps.push((name(), &one.what)),
                None => others.push(Alike { kind, because: &one.reason, steps: vec![(name(), &one.what)] }),
            }
        }
    }
    for alike in others {
        let steps = pieces::joined(alike.steps.iter().map(|(step, _)| step.clone()), ", ");
        let what: Vec<&str> = alike.steps.iter().map(|(_, what)| *what).collect();
        ways_out.row(vec![steps, alike.kind.into(), what.join("; ").into(), alike.because.into()]);
    }
    for one in proposals::all(facts) {
        let back = one.register(facts).map(|entry| entry.rollback.as_str());
        points.row(vec![
            Text::new().code(one.component).plain(", proposed"),
            Text::from(one.title()),
            pieces::known(back, "no entry of the risk register names it"),
        ]);
    }
    let mut section = Section::new("rollback", "Rollback strategy");
    section = if strategies.is_empty() && points.rows.is_empty() {
        section.say(Text::from("Strategy: ").unknown("no plan states one"))
    } else if strategies.is_empty() {
        section.say("A strategy comes with a plan. Until then each proposed step goes back by itself:")
    } else {
        section.with(Block::List(pieces::texts(&strategies)))
    };
    if let Some(run) = &facts.dossier.run {
        let commands = format!("uplift rollback {run}\nuplift rollback {run} PACKAGE", run = run.run);
        section = section
            .say("Of the run, whole or one package with the rest tested again:")
            .with(Block::Code { language: "sh".to_owned(), text: commands });
    }
    section.with(Block::Table(points)).with(Block::Table(ways_out))
}
