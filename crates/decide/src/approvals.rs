//! Which moves of a plan wait for somebody's agreement: those that lack one, and those that need such a move in place.
//!
//! Lives here: the rule. Lives elsewhere: who must agree to what (`crate::risk::register`), recording it and leaving moves
//! out (`engine`).

use std::collections::BTreeMap;

use uplift_model::approval::Approval;
use uplift_model::{Move, MoveId, PackageName, Plan};

/// A move that must not be carried out yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub of: MoveId,
    pub packages: Vec<PackageName>,
    /// Roles that have not agreed to it; empty when it only waits for another move.
    pub roles: Vec<String>,
    /// The move that it needs and that waits for a role, with those roles.
    pub behind: Option<(String, Vec<String>)>,
}

impl Waiting {
    /// `waits for approval by technical lead`, `needs pydantic in place, which waits for approval by technical lead`.
    pub fn reason(&self) -> String {
        match &self.behind {
            Some((title, roles)) if self.roles.is_empty() => {
                format!("needs {title} in place, which waits for approval by {}", roles.join(", "))
            }
            _ => format!("waits for approval by {}", self.roles.join(", ")),
        }
    }
}

/// Roles that have not agreed to a move. Packages that only move together are agreed to together: one of them is enough.
pub fn lacking(plan: &Plan, one: &Move, approvals: &[Approval]) -> Vec<String> {
    let agreed = |role: &String| {
        approvals.iter().any(|approval| {
            approval.plan == plan.id
                && same(&approval.role, role)
                && one.candidates.iter().any(|candidate| candidate.name == approval.package)
        })
    };
    let steps = plan.steps.iter().filter(|step| step.of == Some(one.id));
    let mut roles: Vec<String> = Vec::new();
    for role in steps.flat_map(|step| &step.approvals).filter(|role| !agreed(role)) {
        if !roles.contains(role) {
            roles.push(role.clone());
        }
    }
    roles
}

/// Roles are words of people: their case and the space around them do not matter.
pub fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Every move of `plan` that waits, in the plan's order. `approvals` of other plans count for nothing.
pub fn waiting(plan: &Plan, approvals: &[Approval]) -> Vec<Waiting> {
    let title = |one: &Move| one.candidates.iter().map(|c| c.name.to_string()).collect::<Vec<_>>().join(", ");
    let mut found: BTreeMap<MoveId, Waiting> = BTreeMap::new();
    for one in &plan.moves {
        let roles = lacking(plan, one, approvals);
        if !roles.is_empty() {
            let packages = one.candidates.iter().map(|c| c.name.clone()).collect();
            found.insert(one.id, Waiting { of: one.id, packages, roles, behind: None });
        }
    }
    // A chain of needs has at most as many links as there are moves.
    for _ in 0..plan.moves.len() {
        let mut settled = true;
        for one in &plan.moves {
            if found.contains_key(&one.id) {
                continue;
            }
            let Some(first) = one.needs.iter().find_map(|need| found.get(need)) else { continue };
            let behind = first.behind.clone().or_else(|| {
                let needed = plan.moves.iter().find(|m| m.id == first.of)?;
                Some((title(needed), first.roles.clone()))
            });
            let packages = one.candidates.iter().map(|c| c.name.clone()).collect();
            found.insert(one.id, Waiting { of: one.id, packages, roles: Vec::new(), behind });
            settled = false;
        }
        if settled {
            break;
        }
    }
    plan.moves.iter().filter_map(|one| found.remove(&one.id)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use uplift_model::Phase;

    use super::*;

    /// A plan of moves `p0`, `p1`, …: the roles of each, and what each needs.
    fn plan(moves: &[(&[&str], &[usize])]) -> Plan {
        let name = |at: usize| format!("p{at}");
        let candidate = |at: usize| {
            serde_json::json!({
                "name": name(at), "current_version": "1.0", "target_version": "2.0", "newest": "2.0", "capped_by": null,
                "ecosystem": "python", "direct": true, "role": "runtime", "distance": "major", "risk_level": "low",
                "reasons": [], "places": [], "dependencies": [], "breaking_changes": [],
            })
        };
        let moves_json: Vec<_> = moves
            .iter()
            .enumerate()
            .map(|(at, (_, needs))| {
                serde_json::json!({ "id": at, "candidates": [candidate(at)], "phase": Phase::Low, "needs": needs, "induced": [] })
            })
            .collect();
        let steps: Vec<_> = moves
            .iter()
            .enumerate()
            .map(|(at, (roles, _))| {
                serde_json::json!({
                    "number": at + 1, "kind": "move", "title": name(at), "phase": "low", "stage": null, "move": at,
                    "packages": [name(at)], "edits": [], "commands": [], "evidence": [], "approvals": roles,
                    "required_tests": [], "success_criteria": [], "rollback_point": "", "fallbacks": [], "needs": [],
                    "linked": [], "minutes": 0, "parts": [],
                })
            })
            .collect();
        serde_json::from_value(serde_json::json!({
            "id": "abc", "component": ".", "interpreter": "3.11", "dependencies": [], "moves": moves_json, "phases": [],
            "estimated_duration": null, "rollback_strategy": "", "success_criteria": [], "unmoved": [], "refresh": [],
            "notes": [], "steps": steps,
        }))
        .unwrap()
    }

    fn agreed(plan: &str, package: &str, role: &str) -> Approval {
        Approval {
            plan: plan.to_owned(),
            package: PackageName::new(package).unwrap(),
            role: role.to_owned(),
            by: "Mia <mia@shop.example>".to_owned(),
            day: "2026-11-21".to_owned(),
            note: None,
        }
    }

    #[test]
    fn what_needs_a_waiting_move_waits_as_well_and_says_for_whom() {
        let plan = plan(&[(&["lead", "security"], &[]), (&[], &[0]), (&[], &[1]), (&[], &[])]);
        let reasons = |approvals: &[Approval]| -> Vec<String> {
            waiting(&plan, approvals).iter().map(|w| format!("{}: {}", w.packages[0], w.reason())).collect()
        };
        assert_eq!(
            reasons(&[agreed("abc", "p0", "Lead ")]),
            [
                "p0: waits for approval by security",
                "p1: needs p0 in place, which waits for approval by security",
                "p2: needs p0 in place, which waits for approval by security",
            ]
        );
        assert_eq!(reasons(&[agreed("abc", "p0", "lead"), agreed("abc", "p0", "security")]), [""; 0]);
    }

    #[test]
    fn an_agreement_holds_for_one_plan_and_one_package() {
        let plan = plan(&[(&["lead"], &[])]);
        for other in [agreed("abd", "p0", "lead"), agreed("abc", "p1", "lead"), agreed("abc", "p0", "security")] {
            assert_eq!(waiting(&plan, &[other]).len(), 1);
        }
        assert!(waiting(&plan, &[agreed("abc", "p0", "lead")]).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(3), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_goes_whose_need_waits(made in prop::collection::vec((any::<bool>(), prop::collection::vec(0usize..9, 0..3)), 1..9), given in prop::collection::vec(any::<bool>(), 9)) {
            let needs: Vec<Vec<usize>> = made.iter().enumerate().map(|(at, (_, needs))| needs.iter().copied().filter(|n| *n < at).collect()).collect();
            let moves: Vec<(&[&str], &[usize])> = made.iter().zip(&needs).map(|((asks, _), needs)| (if *asks { &["lead"][..] } else { &[][..] }, needs.as_slice())).collect();
            let plan = plan(&moves);
            let approvals: Vec<Approval> = (0..made.len()).filter(|at| given[*at]).map(|at| agreed("abc", &format!("p{at}"), "lead")).collect();
            let held: Vec<usize> = waiting(&plan, &approvals).iter().map(|w| w.of.0).collect();
            for at in 0..made.len() {
                let own = made[at].0 && !given[at];
                let need = needs[at].iter().any(|n| held.contains(n));
                prop_assert_eq!(held.contains(&at), own || need);
            }
        }
    }
}
