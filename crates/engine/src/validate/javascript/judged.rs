//! What a set of npm packages comes to on the Node at hand, and row by row.
//!
//! Lives elsewhere: the set and its peers (`super`), which Node that is (`super::stated`).

use std::collections::{BTreeMap, BTreeSet};

use uplift_ecosystems::javascript::discover::ManifestFile;
use uplift_ecosystems::javascript::peers::Set;
use uplift_model::compatibility::{Cause, CauseKind, Check, Constraint, MatrixRow, Verdict};

use super::Look;

/// Packages that come along and are named.
const SHOWN: usize = 3;

impl Look<'_> {
    /// Engines that exclude the Node at hand: a runtime upgrade that has to come first.
    pub(super) fn engines(&self, after: &Set, before: &Set, check: &mut Check) {
        let below: Vec<Cause> = self.stated.iter().flat_map(|stated| stated.below(after, before)).collect();
        let told = |by: &str| below.iter().any(|c| c.constraints.iter().any(|k| k.by.as_deref() == Some(by)));
        let by = |cause: &Cause| cause.constraints.iter().find_map(|k| k.by.clone()).unwrap_or_default();
        let named = |cause: &Cause| {
            by(cause).rsplit_once('@').is_some_and(|(name, _)| self.items.iter().any(|item| item.name == name))
        };
        let (own, along): (Vec<Cause>, Vec<Cause>) = below.iter().cloned().partition(named);
        check.warnings.extend(own);
        check.warnings.extend(gathered(along, &by));
        let Some((name, version)) = &self.node else {
            self.items.iter().for_each(|item| {
                if let Some(range) = after.members.get(&item.name).and_then(|m| m.engines.get("node")) {
                    check.warnings.push(Cause {
                        kind: CauseKind::Engine,
                        constraints: Vec::new(),
                        sentence: format!(
                            "{} needs node {range}, and nothing says which Node the project has",
                            item.name
                        ),
                    });
                }
            });
            return;
        };
        let at_hand = BTreeMap::from([("node".to_owned(), version.clone())]);
        let known = before.engine_violations(&at_hand);
        for violation in after.engine_violations(&at_hand).into_iter().filter(|v| !known.contains(v)) {
            let by = format!("{}@{}", violation.package, violation.version);
            // With its places it was told already.
            if told(&by) {
                continue;
            }
            check.warnings.push(Cause {
                kind: CauseKind::Engine,
                sentence: format!("{by} needs node {}, the project has {name}", violation.range),
                constraints: vec![Constraint {
                    by: Some(by),
                    place: None,
                    on: "node".to_owned(),
                    requires: format!("node {}", violation.range),
                }],
            });
        }
    }

    pub(super) fn rows(&self, file: &ManifestFile, after: &Set, check: &Check) -> Vec<MatrixRow> {
        let stated = file.manifest.stated.iter().map(|s| s.name.as_str());
        let names: BTreeSet<&str> = stated.chain(self.items.iter().map(|i| i.name.as_str())).collect();
        let row = |name: &str| {
            let member = after.members.get(name);
            let about = |k: &Constraint| {
                k.on == name || k.by.as_deref().and_then(|b| b.rsplit_once('@')).is_some_and(|(n, _)| n == name)
            };
            let decides = check.causes.iter().chain(&check.warnings).find(|c| c.constraints.iter().any(about));
            let verdict = match decides.map(|c| c.kind) {
                None | Some(CauseKind::Engine) if member.is_some() => Verdict::Sat,
                None | Some(CauseKind::Engine) => Verdict::NotChecked,
                Some(CauseKind::Downgrade) => Verdict::Downgrade,
                Some(CauseKind::Peer) => check.verdict,
                Some(_) => Verdict::Unsat,
            };
            MatrixRow {
                package: name.to_owned(),
                version: member.map(|m| m.version.to_string()),
                runtime: check.runtime.clone(),
                verdict,
                deciding: decides.map(|c| c.sentence.clone()),
                range: member.and_then(|m| m.engines.get("node")).map(|range| format!("node {range}")),
            }
        };
        names.into_iter().map(row).collect()
    }
}

/// What comes along and needs a newer runtime, as one warning.
fn gathered(along: Vec<Cause>, by: &dyn Fn(&Cause) -> String) -> Vec<Cause> {
    let [_, _, ..] = along.as_slice() else { return along };
    let who: Vec<String> = along.iter().map(by).collect();
    let shown = who.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let more = who.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    vec![Cause {
        kind: CauseKind::Engine,
        sentence: format!("{} packages that come along need a newer node as well: {shown}{more}", who.len()),
        constraints: along.into_iter().flat_map(|cause| cause.constraints).collect(),
    }]
}
