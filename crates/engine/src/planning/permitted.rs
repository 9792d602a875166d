//! What the policies in force do to a plan: versions that they refuse are not gone to, and what is left of them is told.

use uplift_model::{PackageName, Solution, Version};

use super::Facts;
use super::rules::Scoping;

/// Single versions that are written into a bound; where more are refused, the ceiling alone keeps them out.
const NAMED: usize = 50;

impl Facts<'_> {
    /// Where a policy refuses versions above `current`: the best one that it does not refuse is the ceiling, and those
    /// below it are kept out one by one.
    pub(super) fn prefer_permitted(&self, scoping: &mut Scoping, name: &PackageName, current: &Version) {
        let judged = self.research.judged();
        let Some(refused) = judged.refused(name) else { return };
        let ceiling = judged.proposal(name).filter(|proposal| proposal > current).unwrap_or_else(|| current.clone());
        let versions: Vec<Version> = refused.keys().filter_map(|text| Version::new(text).ok()).collect();
        let below: Vec<String> =
            versions.iter().filter(|v| **v > *current && **v < ceiling).map(|v| format!("!={v}")).collect();
        if !below.is_empty() && below.len() <= NAMED {
            let bounds: Vec<String> = scoping.within.get(name).cloned().into_iter().chain(below).collect();
            scoping.within.insert(name.clone(), bounds.join(","));
        }
        if versions.iter().any(|version| *version > ceiling) {
            let why = judged.row(name).and_then(|row| row.held_by.clone());
            scoping.limit(name, ceiling, why.or_else(|| refused.values().next_back().cloned()));
        }
    }

    /// What the end state has that a policy refuses, and what the set in use breaks already.
    pub(super) fn told_of_policies(&self, scoping: &mut Scoping, end: &Solution) {
        let judged = self.research.judged();
        for (name, version) in &end.packages {
            let why = judged.refused(name).and_then(|refused| refused.get(&version.to_string()));
            if let Some(why) = why.filter(|_| self.base.version(name) != Some(version)) {
                scoping.warnings.push(format!("{name} comes along to a version that is refused: {why}"));
            }
        }
        let Some(report) = &judged.policy else { return };
        let names: Vec<String> = report.failing().map(|f| format!("{} ({})", f.package, f.rule)).collect();
        if !names.is_empty() {
            let policies = report.policies.join(", ");
            scoping.warnings.push(format!(
                "the set in use breaks {policies} in {}: {}; `uplift check` says how, and nothing here mends it by itself",
                if names.len() == 1 { "one place".to_owned() } else { format!("{} places", names.len()) },
                names.join(", ")
            ));
        }
    }

    /// What has to hold at the end because of the policies in force.
    pub(super) fn policy_criterion(&self) -> Option<String> {
        let report = self.research.judged().policy.as_ref()?;
        Some(format!("no package is moved to a version or a licence that {} refuses", report.policies.join(", ")))
    }
}
