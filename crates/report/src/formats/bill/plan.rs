//! The inventory that a plan leads to, as far as a plan knows it: what moves, what comes along, what stays and why.
//! Packages that are up to date are not part of a plan, so that the inventory is never complete.

use std::collections::BTreeMap;

use uplift_model::advisory::Finding;
use uplift_model::solution::Change;
use uplift_model::{Candidate, Ecosystem, Plan, Role};

use super::{Bill, Named, Node, Part};
use crate::formats::standing::Standing;
use crate::{clean, words};

impl Bill {
    pub(in crate::formats) fn of_plan(plan: &Plan) -> Self {
        let mut bill = Self::beginning(plan);
        bill.remarks.push(("state", "planned: nothing of it is done".to_owned()));
        let mut ends = BTreeMap::new();
        for one in &plan.candidates {
            let target = one.target.to_string();
            let index = bill.direct(one, &target);
            bill.remark(index, "from", one.current.to_string());
            bill.remark(index, "risk", one.risk.to_string());
            ends.insert(one.name.to_string(), index);
        }
        for one in &plan.unmoved {
            let index = bill.transitive(one.name.as_str(), &one.current.to_string());
            bill.remark(index, "held", clean::line(&one.reason));
            ends.entry(one.name.to_string()).or_insert(index);
        }
        bill.along(plan.moves.iter().flat_map(|one| &one.induced).chain(&plan.refresh), &mut ends);
        let details = findings(plan);
        for one in &plan.security.remaining {
            let index = match ends.get(&one.package) {
                Some(index) => *index,
                None => bill.transitive(&one.package, &one.version),
            };
            let finding =
                details.get(one.id.as_str()).map_or_else(|| Finding::bare(&one.id, one.severity), |f| (*f).clone());
            let standing = match Standing::of(&finding) {
                Standing::Affected { action } => Standing::Affected { action: join(&one.why, &action) },
                other => other,
            };
            bill.threat(&finding, index, standing);
        }
        for one in &plan.security.removed {
            let told = format!("{} ({}) of {} {}: {}", one.id, one.severity, one.package, one.version, one.why);
            bill.remarks.push(("would-remove", clean::line(&told)));
        }
        bill.finished()
    }

    /// What plans and runs share: whose they are, of which day, and that they are not the whole.
    pub(super) fn beginning(plan: &Plan) -> Self {
        let mut bill = Self {
            subject: words::component(&plan.component, "repository"),
            commit: (!plan.commit.is_empty()).then(|| plan.commit.clone()),
            day: plan.as_of.clone(),
            incomplete: Some("a plan names what moves and what is held, not what is up to date".to_owned()),
            ..Self::default()
        };
        bill.remarks.push(("plan", clean::line(&plan.id)));
        bill.remarks.push(("advisories", clean::line(&plan.security.source)));
        for name in &plan.security.unknown {
            if bill.unasked.is_empty() {
                bill.unasked = clean::line(&format!("{name}: {}", plan.security.source));
            }
            bill.remarks.push(("not-retrieved", clean::line(&format!("advisories of {name}"))));
        }
        let runtime = vec![("runtime", clean::line(&plan.interpreter))];
        bill.parts.push(Part {
            path: plan.component.clone(),
            name: words::component(&plan.component, "repository"),
            remarks: runtime,
        });
        bill
    }

    /// A package of the plan at the version that it ends with, joined to the component where a manifest names it.
    pub(super) fn direct(&mut self, one: &Candidate, version: &str) -> usize {
        let named = Named {
            ecosystem: ecosystem(&one.ecosystem),
            name: one.name.as_str(),
            version: Some(version),
            from_index: true,
            required: one.role == Role::Runtime,
        };
        let index = self.package(named);
        if one.direct {
            self.edges.insert((Node::Part(0), Node::Package(index)));
        }
        index
    }

    pub(super) fn transitive(&mut self, name: &str, version: &str) -> usize {
        let ecosystem = Ecosystem::Python;
        self.package(Named { ecosystem, name, version: Some(version), from_index: true, required: true })
    }

    /// Transitive packages at the version that they end with; a later change of the same package is left out.
    pub(super) fn along<'a>(&mut self, changes: impl Iterator<Item = &'a Change>, ends: &mut BTreeMap<String, usize>) {
        for change in changes {
            let Some(to) = &change.to else { continue };
            if ends.contains_key(change.name.as_str()) {
                continue;
            }
            let index = self.transitive(change.name.as_str(), &to.to_string());
            if let Some(from) = &change.from {
                self.remark(index, "from", from.to_string());
            }
            ends.insert(change.name.to_string(), index);
        }
    }
}

/// What the assessments keep of each advisory in full, by id.
pub(in crate::formats) fn findings(plan: &Plan) -> BTreeMap<&str, &Finding> {
    let effects = plan.candidates.iter().filter_map(|one| one.assessment.as_ref()?.security.value());
    let all = effects.flat_map(|effect| effect.removed.iter().chain(&effect.remaining).chain(&effect.introduced));
    all.map(|touching| (touching.finding.id.as_str(), &touching.finding)).collect()
}

/// Plans call ecosystems by their word; Python is the one that can be upgraded.
pub(super) fn ecosystem(word: &str) -> Ecosystem {
    Ecosystem::ALL.into_iter().find(|known| known.to_string() == word).unwrap_or(Ecosystem::Python)
}

pub(super) fn join(first: &str, second: &str) -> String {
    let first = clean::line(first);
    if first.is_empty() { second.to_owned() } else { format!("{first}; {second}") }
}
