//! One component's advisories, each with its fate.
//!
//! Lives here: collecting what is known of an advisory from the analysis and the plan, and telling its fate from the
//! strongest evidence there is. Lives elsewhere: what may be claimed of all of them (`super`).

use std::collections::BTreeMap;

use uplift_model::Version;
use uplift_model::advisory::{Finding, Severity};
use uplift_model::dossier::Dossier;
use uplift_model::plan::Vulnerable;
use uplift_model::risk::SecurityEffect;
use uplift_model::{Datum, Ecosystem};

use super::{Basis, Exposed, Fate};
use crate::kinds::ways::{self, Part, Way};

/// An advisory before its fate is known.
#[derive(Default)]
struct Known<'a> {
    severity: Option<Severity>,
    finding: Option<&'a Finding>,
    /// It touches the version in use before.
    before: bool,
}

struct Judge<'a, 'w> {
    part: Part<'a>,
    ways: &'w [&'w Way<'a>],
    /// Where the plan ends, by package.
    end: BTreeMap<&'a str, Option<String>>,
    basis: Basis,
    /// The analysis is of the state before: its rows say what touched the versions then.
    rows_are_before: bool,
}

pub(super) fn rows<'a>(dossier: &'a Dossier, part: Part<'a>, ways: &[&Way<'a>], basis: Basis) -> Vec<Exposed<'a>> {
    let rows_are_before = match ways::delivered(dossier) {
        Some(run) => dossier.analysis.commit.as_ref() == Some(&run.base_commit),
        None => true,
    };
    let end = part.plan.map(ways::planned_end).unwrap_or_default();
    let judge = Judge { part, ways, end, basis, rows_are_before };
    let known = judge.known();
    known.into_iter().map(|((package, id), known)| judge.exposed(package, id, &known)).collect()
}

impl<'a> Judge<'a, '_> {
    /// Everything that is or was known of any package of the component, under one key each.
    fn known(&self) -> BTreeMap<(String, String), Known<'a>> {
        let mut all: BTreeMap<(String, String), Known<'a>> = BTreeMap::new();
        let mut note = |package: &str, id: &str, severity: Severity, finding: Option<&'a Finding>, before: bool| {
            let one = all.entry((package.to_owned(), id.to_owned())).or_default();
            one.severity = one.severity.max(Some(severity));
            one.finding = one.finding.or(finding);
            one.before |= before;
        };
        for row in self.part.analysis.into_iter().flat_map(|c| &c.dependencies) {
            for finding in row.advisories.value().into_iter().flatten() {
                // What the delivered tree shows was there before only if the package did not move.
                let before = self.rows_are_before || !self.way(&row.name).is_some_and(Way::moves);
                note(&row.name, &finding.id, finding.severity, Some(finding), before);
            }
        }
        for effect in self.effects() {
            for (touching, before) in [(&effect.removed, true), (&effect.remaining, true), (&effect.introduced, false)]
            {
                for one in touching {
                    note(&one.package, &one.finding.id, one.finding.severity, Some(&one.finding), before);
                }
            }
        }
        if let Some(plan) = self.part.plan {
            for one in &plan.security.removed {
                note(&one.package, &one.id, one.severity, None, true);
            }
            for one in &plan.security.remaining {
                // At the version in use it was there before; at another one the records above say it or nobody does.
                let before = self.before(&one.package).is_some_and(|version| version == one.version);
                note(&one.package, &one.id, one.severity, None, before);
            }
        }
        all
    }

    fn effects(&self) -> Vec<&'a SecurityEffect> {
        let planned = self.part.plan.into_iter().flat_map(|plan| &plan.candidates);
        let planned = planned.filter_map(|c| c.assessment.as_ref()?.security.value());
        if self.part.plan.is_some() {
            return planned.collect();
        }
        let rows = self.part.analysis.into_iter().flat_map(|c| &c.dependencies);
        rows.filter(|row| row.target_version.is_some()).filter_map(|row| row.risk.as_ref()?.security.value()).collect()
    }

    fn way(&self, package: &str) -> Option<&Way<'a>> {
        self.ways.iter().find(|way| way.name == package).copied()
    }

    /// The version in use before anything moved.
    fn before(&self, package: &str) -> Option<String> {
        match (self.way(package), self.part.candidate(package)) {
            (Some(way), _) => way.from.clone(),
            (None, Some(candidate)) => Some(candidate.current.to_string()),
            (None, None) => self.part.row(package).and_then(|row| row.current_version.clone()),
        }
    }

    fn after(&self, package: &str) -> Option<String> {
        self.way(package).map_or_else(|| self.before(package), |way| way.to.clone())
    }

    fn exposed(&self, package: String, id: String, known: &Known<'a>) -> Exposed<'a> {
        let (before, after) = (self.before(&package), self.after(&package));
        let fate = match known.finding.filter(|f| f.is_set_aside()) {
            Some(finding) => Fate::SetAside(finding.exception.as_ref().map_or_else(String::new, |e| e.reason.clone())),
            None => self.fate(&package, &id, known, before.as_deref(), after.as_deref()),
        };
        let severity = known.severity.unwrap_or(Severity::Unknown);
        Exposed { component: self.part.path, package, id, severity, before, after, finding: known.finding, fate }
    }

    fn fate(&self, package: &str, id: &str, known: &Known<'a>, before: Option<&str>, after: Option<&str>) -> Fate {
        let left = |why: String| if known.before { Fate::Remaining(why) } else { Fate::Introduced(why) };
        let Some(after) = after else { return Fate::Fixed("the package is gone".to_owned()) };
        if self.basis == Basis::Rescanned {
            return match self.part.row(package).map(|row| &row.advisories) {
                Some(Datum::Found { value }) if value.iter().any(|f| f.id == id) => {
                    left(format!("the rescan of {after} finds it"))
                }
                Some(Datum::NotRetrieved { why }) => Fate::Open(why.clone()),
                Some(_) => Fate::Fixed(format!("the rescan of {after} does not find it")),
                None => Fate::Open("the rescan does not list the package".to_owned()),
            };
        }
        if before == Some(after) && known.before {
            return Fate::Remaining(self.why_it_stays(package, id));
        }
        if self.planned_version(package).as_deref() == Some(after) {
            if let Some(one) = self.of_plan(package, id, |s| &s.remaining) {
                return left(one.why.clone());
            }
            if let Some(one) = self.of_plan(package, id, |s| &s.removed) {
                return Fate::Fixed(one.why.clone());
            }
            if let Some(fate) = self.of_effect(package, id, after) {
                return fate;
            }
        } else if !known.before {
            return Fate::Open(format!("it touches the planned version; nobody looked at {after}"));
        }
        by_fixed_versions(known.finding, self.part.ecosystem, after)
    }

    /// Where the plan, or for want of one the analysis, wanted the package to end.
    fn planned_version(&self, package: &str) -> Option<String> {
        match self.part.plan {
            Some(_) => self.end.get(package).cloned().flatten(),
            None => self.part.row(package).and_then(|row| row.target_version.clone()),
        }
    }

    fn of_plan(
        &self,
        package: &str,
        id: &str,
        list: impl Fn(&'a uplift_model::plan::Security) -> &'a Vec<Vulnerable>,
    ) -> Option<&'a Vulnerable> {
        list(&self.part.plan?.security).iter().find(|one| one.package == package && one.id == id)
    }

    fn of_effect(&self, package: &str, id: &str, after: &str) -> Option<Fate> {
        let has =
            |list: &[uplift_model::risk::Touching]| list.iter().any(|t| t.package == package && t.finding.id == id);
        for effect in self.effects() {
            if has(&effect.remaining) {
                return Some(Fate::Remaining(format!("{after} is affected as well")));
            }
            if has(&effect.introduced) {
                return Some(Fate::Introduced(format!("{after} is affected, the version before was not")));
            }
            if has(&effect.removed) {
                return Some(Fate::Fixed(format!("{after} is not affected")));
            }
        }
        None
    }

    fn why_it_stays(&self, package: &str, id: &str) -> String {
        if let Some(way) = self.way(package)
            && let ways::Standing::Held(held) = way.standing
        {
            return format!("held: {}", held.reason);
        }
        if let Some(one) = self.of_plan(package, id, |s| &s.remaining).filter(|one| !one.why.is_empty()) {
            return one.why.clone();
        }
        match self.part.row(package).and_then(|row| row.held_by.clone()) {
            Some(why) => why,
            None => "nothing moves the package".to_owned(),
        }
    }
}

/// A version at or above every fixed one is past them all; below the lowest it is not; in between, lines differ.
fn by_fixed_versions(finding: Option<&Finding>, ecosystem: Ecosystem, after: &str) -> Fate {
    let Some(finding) = finding else {
        return Fate::Open("the record was not read, so that its fixed versions are not known".to_owned());
    };
    if finding.fixed.is_empty() {
        return Fate::Open(format!("no fixed version is stated; {after} was not looked up"));
    }
    let parsed: Option<Vec<Version>> = finding.fixed.iter().map(|text| Version::new(text).ok()).collect();
    let (Ecosystem::Python, Some(fixed), Ok(version)) = (ecosystem, parsed, Version::new(after)) else {
        return Fate::Open(format!("{after} was not looked up"));
    };
    let told = finding.fixed.join(", ");
    if fixed.iter().all(|one| version >= *one) {
        Fate::Fixed(format!("fixed in {told}; {after} is at or above"))
    } else if fixed.iter().all(|one| version < *one) {
        Fate::Remaining(format!("fixed in {told}; {after} is below"))
    } else {
        Fate::Open(format!("fixed in {told}; {after} lies between and was not looked up"))
    }
}
