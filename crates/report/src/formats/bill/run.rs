//! The inventory that a run came to, and how each advisory of its plan stands after it.
//!
//! An advisory is fixed only where the version that was kept is known not to be touched: it reached the plan's target, or
//! lies at or above every fix. Nothing is fixed by a run that delivered nothing.

use std::collections::BTreeMap;

use uplift_model::advisory::Finding;
use uplift_model::outcome::{RunReport, RunState};
use uplift_model::plan::Vulnerable;
use uplift_model::{Ecosystem, Version};

use super::Bill;
use super::plan::{findings, join};
use crate::formats::standing::{self, Standing};
use crate::{clean, words};

/// Where a package stands after the run.
struct End {
    index: usize,
    version: Version,
    /// It is where the plan wanted it.
    as_planned: bool,
}

impl Bill {
    pub(in crate::formats) fn of_run(report: &RunReport) -> Self {
        let plan = &report.plan;
        let mut bill = Self::beginning(plan);
        bill.commit = report.tip.clone().or_else(|| Some(report.base_commit.clone()));
        bill.remarks.push(("run", clean::line(&report.run)));
        bill.remarks.push(("state", words::state(report.state).to_owned()));
        bill.remarks.push(("verified", report.verified.to_string()));
        bill.remarks.push(("verification", clean::line(&report.verification)));
        let delivered = delivered(report);
        let kept: BTreeMap<&str, &Version> =
            report.kept.iter().filter(|_| delivered).map(|k| (k.name.as_str(), &k.to)).collect();
        let mut ends: BTreeMap<String, End> = BTreeMap::new();
        for one in &plan.candidates {
            let version = kept.get(one.name.as_str()).copied().unwrap_or(&one.current);
            let index = bill.direct(one, &version.to_string());
            if *version != one.current {
                bill.remark(index, "from", one.current.to_string());
            }
            let end = End { index, version: version.clone(), as_planned: *version == one.target };
            ends.insert(one.name.to_string(), end);
        }
        for held in &report.held {
            if let Some(end) = ends.get(held.name.as_str()) {
                bill.remark(end.index, "held", format!("{}; {}", words::held(held), words::symptom(held)));
            }
        }
        for one in &plan.unmoved {
            let index = bill.transitive(one.name.as_str(), &one.current.to_string());
            bill.remark(index, "held", clean::line(&one.reason));
            let end = End { index, version: one.current.clone(), as_planned: true };
            ends.entry(one.name.to_string()).or_insert(end);
        }
        bill.carried_along(report, delivered, &mut ends);
        let details = findings(plan);
        for one in &plan.security.removed {
            let finding =
                details.get(one.id.as_str()).map_or_else(|| Finding::bare(&one.id, one.severity), |f| (*f).clone());
            let (index, standing) = match ends.get(&one.package) {
                Some(end) => (end.index, removed(one, end, &finding)),
                None if !delivered => {
                    let action = join("the run delivered nothing", &one.why);
                    (bill.transitive(&one.package, &one.version), Standing::Affected { action })
                }
                None => {
                    let why = "which version it has after the run is not part of the report".to_owned();
                    (bill.transitive(&one.package, &one.version), Standing::Open { why })
                }
            };
            bill.threat(&finding, index, standing);
        }
        for one in &plan.security.remaining {
            let finding =
                details.get(one.id.as_str()).map_or_else(|| Finding::bare(&one.id, one.severity), |f| (*f).clone());
            let index = match ends.get(&one.package) {
                Some(end) => end.index,
                None => bill.transitive(&one.package, &one.version),
            };
            let standing = match Standing::of(&finding) {
                Standing::Affected { action } => Standing::Affected { action: join(&one.why, &action) },
                other => other,
            };
            bill.threat(&finding, index, standing);
        }
        bill.finished()
    }

    fn carried_along(&mut self, report: &RunReport, delivered: bool, ends: &mut BTreeMap<String, End>) {
        if !delivered {
            return;
        }
        // The lock's refresh comes last, so that its word on a version is the final one.
        let mut known = BTreeMap::new();
        self.along(report.refreshed.iter(), &mut known);
        for kept in &report.kept {
            if ends.contains_key(kept.name.as_str()) {
                continue;
            }
            let index = self.transitive(kept.name.as_str(), &kept.to.to_string());
            self.remark(index, "from", kept.from.to_string());
            ends.insert(kept.name.to_string(), End { index, version: kept.to.clone(), as_planned: false });
        }
        for change in &report.refreshed {
            if let (Some(index), Some(version)) = (known.get(change.name.as_str()), &change.to) {
                let end = End { index: *index, version: version.clone(), as_planned: false };
                ends.entry(change.name.to_string()).or_insert(end);
            }
        }
    }
}

/// Something of it is in a branch.
pub(in crate::formats) fn delivered(report: &RunReport) -> bool {
    matches!(report.state, RunState::Done) && report.branch.is_some()
}

/// An advisory that the plan meant to remove.
fn removed(one: &Vulnerable, end: &End, finding: &uplift_model::advisory::Finding) -> Standing {
    let version = end.version.to_string();
    let how = format!("{} {} -> {version}", clean::line(&one.package), clean::line(&one.version));
    if version == one.version {
        return Standing::Affected { action: join("the upgrade was held", &standing::mend(finding)) };
    }
    let touches =
        if end.as_planned { Some(false) } else { standing::still_touches(Ecosystem::Python, &version, finding) };
    match touches {
        Some(false) => Standing::Fixed { how },
        Some(true) => Standing::Affected { action: join(&how, &standing::mend(finding)) },
        None => Standing::Open { why: format!("{how}: whether that is far enough is not known") },
    }
}
