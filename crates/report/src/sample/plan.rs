//! A made-up plan.

use uplift_model::advisory::Severity;
use uplift_model::analysis::Reason;
use uplift_model::compatibility::Verdict;
use uplift_model::plan::{
    Edit, Fallback, FallbackKind, Input, Linked, OrderConflict, PhasePlan, PlanStep, Security, StepKind, Unmoved,
    Validated, Vulnerable, WorkPart,
};
use uplift_model::risk::{Assessment, DecisionPoint, Factor};
use uplift_model::roadmap::{Calendar, Effort, EffortRow, MetricCheck, Parts, Priority, Stretch, Team, Week};
use uplift_model::solution::Change;
use uplift_model::{Candidate, Datum, Distance, Move, MoveId, Phase, Place, Plan, Risk, Role};

use super::{name, version};

pub(super) fn place(file: &str, line: u32, written: &str) -> Place {
    Place { file: file.to_owned(), line, written: written.to_owned(), specifier: String::new() }
}

fn candidate(package: &str, current: &str, target: &str, line: u32, risk: Risk, reasons: &[&str]) -> Candidate {
    let (current, target) = (version(current), version(target));
    Candidate {
        name: name(package),
        newest: target.clone(),
        capped_by: None,
        ecosystem: "python".to_owned(),
        direct: true,
        role: Role::Runtime,
        distance: current.distance(&target),
        risk,
        reasons: reasons.iter().map(|r| (*r).to_owned()).collect(),
        places: vec![
            place("requirements.in", line, &format!("{package}=={current}")),
            place("requirements.txt", line * 3, &format!("{package}=={current}")),
        ],
        dependents: Vec::new(),
        breaking_changes: Vec::new(),
        age_days: Some(800),
        symbols: None,
        reason_codes: vec![Reason::Outdated],
        assessment: Some(assessment(risk, reasons)),
        warnings: Vec::new(),
        current,
        target,
    }
}

fn assessment(level: Risk, reasons: &[&str]) -> Assessment {
    let factor = |reason: &&str| Factor {
        signal: "version-distance".to_owned(),
        points: 30,
        at_least: level,
        reason: (*reason).to_owned(),
    };
    Assessment {
        level,
        score: 44,
        distance: Some(Distance::Major),
        class: "runtime library".to_owned(),
        factors: reasons.iter().map(factor).collect(),
        unknown: vec!["release notes: nobody asked".to_owned()],
        security: Datum::None,
        required_tests: vec!["unit".to_owned(), "integration".to_owned()],
    }
}

pub(super) fn change(package: &str, from: &str, to: &str) -> Change {
    Change {
        name: name(package),
        from: (!from.is_empty()).then(|| version(from)),
        to: (!to.is_empty()).then(|| version(to)),
    }
}

pub(crate) fn plan() -> Plan {
    let certifi = candidate(
        "certifi",
        "2022.9.24",
        "2026.10.5",
        3,
        Risk::Low,
        &["a major step by the calendar", "imported by no file of the project's code"],
    );
    let mut pydantic = candidate(
        "pydantic",
        "1.10.2",
        "2.14.1",
        9,
        Risk::High,
        &["a major step", "imported by 12 files of the project's code"],
    );
    pydantic.newest = version("2.14.3");
    pydantic.capped_by = Some("because pydantic-settings 2.1 requires pydantic<2.14.2".to_owned());
    let flask = candidate(
        "flask",
        "2.2.2",
        "3.1.2",
        5,
        Risk::High,
        &["a major step", "imported by 4 files of the project's code"],
    );
    let werkzeug = candidate("werkzeug", "2.2.2", "3.1.4", 14, Risk::High, &["a major step"]);
    let moves = vec![
        Move { id: MoveId(0), candidates: vec![certifi], phase: Phase::Low, needs: vec![], induced: vec![] },
        Move {
            id: MoveId(1),
            candidates: vec![pydantic],
            phase: Phase::High,
            needs: vec![],
            induced: vec![change("pydantic-core", "", "2.41.1"), change("typing-extensions", "4.4.0", "4.15.0")],
        },
        Move {
            id: MoveId(2),
            candidates: vec![flask, werkzeug],
            phase: Phase::High,
            needs: vec![],
            induced: vec![change("blinker", "", "1.9.0")],
        },
    ];
    Plan {
        id: "3fa92b10c4de".to_owned(),
        component: "backend".to_owned(),
        interpreter: "3.11.9".to_owned(),
        candidates: moves.iter().flat_map(|m| m.candidates.clone()).collect(),
        phases: Phase::ALL
            .into_iter()
            .map(|phase| PhasePlan { phase, moves: moves.iter().filter(|m| m.phase == phase).map(|m| m.id).collect() })
            .collect(),
        moves,
        estimated_duration: Some(640),
        rollback_strategy: "each kept move is one commit; `uplift rollback RUN [PACKAGE]` takes it back".to_owned(),
        success_criteria: vec!["no test that passed before fails".to_owned()],
        unmoved: vec![Unmoved {
            name: name("numpy"),
            current: version("1.26.4"),
            newest: version("2.4.0"),
            reason: "held at <2 by the settings".to_owned(),
            alternatives: vec![],
        }],
        refresh: vec![change("idna", "3.4", "3.11"), change("urllib3", "1.26.13", "2.6.1")],
        notes: vec!["Python 3.11 was inferred from requirements.txt, which does not install on 3.12".to_owned()],
        commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        as_of: "2026-11-21".to_owned(),
        inputs: vec![Input { file: "requirements.in".to_owned(), sha256: "ab".repeat(32) }],
        mended: None,
        steps: vec![step()],
        register: vec![],
        decision_points: vec![DecisionPoint {
            question: "May pydantic be upgraded? pydantic 1.10.2 -> 2.14.1: request handling may change".to_owned(),
            packages: vec!["pydantic".to_owned()],
            roles: vec!["technical lead".to_owned()],
        }],
        effort: Some(Effort {
            rows: vec![EffortRow {
                packages: vec!["pydantic".to_owned()],
                level: Risk::High,
                parts: Parts { change: 240, adapt: 90, test: 240, review: 60 },
                minutes: 630,
                because: vec!["a major step: 4 h".to_owned()],
            }],
            total_minutes: 1260,
            critical_minutes: 630,
            critical_path: vec![0],
        }),
        priorities: vec![Priority { number: 2, because: "nothing presses".to_owned() }],
        calendar: Some(Calendar {
            team: Team { people: 1, hours_a_week: 20 },
            weeks: vec![Week {
                number: 2,
                starts: vec![0],
                continues: vec![],
                minutes: 630,
                checklist: vec!["upgrade pydantic (10.5 h)".to_owned()],
            }],
            stretches: vec![Stretch { priority: 2, goal: "lesser advisories".to_owned(), weeks: (1, 2), minutes: 630 }],
            notes: vec![],
        }),
        metrics: vec![MetricCheck {
            metric: "every dependency is younger than 183 days".to_owned(),
            met: Some(false),
            failing: vec!["flask 3.1.2: 457 days old".to_owned()],
            unknown: vec![],
            checked: 5,
        }],
        conflicts: vec![OrderConflict {
            packages: vec![name("pydantic")],
            conflict: "it removes CVE-2024-3772 (high), and its risk is high: by risk it belongs to phase 3".to_owned(),
            resolved_by: "urgency = \"in-order\" (the default): it waits for phase 3".to_owned(),
        }],
        security: Security {
            source: "advisories (PyPI): 31 packages".to_owned(),
            removed: vec![vulnerable("werkzeug", "2.2.2", "CVE-2023-25577", "fixed in 3.1.4")],
            remaining: vec![vulnerable("numpy", "1.26.4", "CVE-2026-1", "held at <2 by the settings")],
            unknown: vec!["certifi".to_owned()],
        },
        warnings: vec!["numpy 1.26.4 keeps CVE-2026-1 (high): held at <2 by the settings".to_owned()],
        seal: String::new(),
        approvals: vec![],
    }
}

fn vulnerable(package: &str, version: &str, id: &str, why: &str) -> Vulnerable {
    Vulnerable {
        package: package.to_owned(),
        version: version.to_owned(),
        id: id.to_owned(),
        severity: Severity::High,
        why: why.to_owned(),
    }
}

fn step() -> PlanStep {
    PlanStep {
        carried_out_by: None,
        runtime: None,
        number: 3,
        kind: StepKind::Move,
        title: "pydantic 1.10.2 -> 2.14.1".to_owned(),
        phase: Some(Phase::High),
        stage: Some("models".to_owned()),
        of: Some(MoveId(1)),
        packages: vec!["pydantic".to_owned()],
        edits: vec![Edit {
            file: "requirements.in".to_owned(),
            line: 9,
            old: "pydantic==1.10.2".to_owned(),
            new: "pydantic==2.14.1".to_owned(),
        }],
        commands: vec![
            "uv pip compile requirements.in -o requirements.txt --upgrade-package 'pydantic==2.14.1'".to_owned(),
        ],
        evidence: vec!["pydantic: a major step (version-distance)".to_owned()],
        approvals: vec!["technical lead".to_owned()],
        required_tests: vec!["unit".to_owned(), "integration".to_owned()],
        success_criteria: vec!["no test that passed before fails, is skipped or vanishes".to_owned()],
        rollback_point: "the commit of step 2".to_owned(),
        fallbacks: vec![Fallback {
            kind: FallbackKind::IntermediateVersion,
            what: "stop at pydantic 1.10.26".to_owned(),
            reason: "it is the newest release before the major step".to_owned(),
        }],
        needs: vec![1, 2],
        linked: vec![Linked {
            component: "gateway".to_owned(),
            package: "pydantic".to_owned(),
            stands_at: "==1.10.2".to_owned(),
            differs_now: Some(false),
            differs_after: Some(true),
            message: "gateway states pydantic as well (==1.10.2): move both in one week".to_owned(),
        }],
        minutes: 630,
        parts: vec![WorkPart { what: "adapt the code".to_owned(), minutes: 90, gate: "unit tests pass".to_owned() }],
        validated: Some(Validated {
            verdict: Verdict::Sat,
            decides: None,
            interpreters: vec!["3.11.9".to_owned()],
            packages: 31,
            along: vec![change("pydantic-core", "", "2.41.1")],
        }),
        reading: Vec::new(),
    }
}
