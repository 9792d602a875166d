//! Known vulnerabilities before and after: what is fixed, what remains, what came in, what nobody can tell.
//!
//! Lives here: each advisory's fate and what it rests on. "Fixed" needs the end state judged: the analysis of the
//! delivered tree, the plan's rescan of its end state, or a version above every fixed one. Anything else stays open.
//! Lives elsewhere: who moves (`super::ways`), the sentences (the kinds).

mod judge;

use uplift_model::Datum;
use uplift_model::advisory::{Finding, Severity};
use uplift_model::analysis::DependencyRow;
use uplift_model::dossier::Dossier;

use super::pieces;
use super::ways::{self, Way};
use crate::document::Tone;

/// What becomes of one advisory on one package, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Fixed(String),
    Remaining(String),
    Introduced(String),
    /// Set aside by a rule that still holds; it does not count.
    SetAside(String),
    /// Neither fixed nor remaining can be said.
    Open(String),
}

impl Fate {
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Fixed(why) | Self::Remaining(why) | Self::Introduced(why) | Self::SetAside(why) | Self::Open(why) => {
                why
            }
        }
    }

    /// In one word, and how it is shown for an advisory of this severity.
    pub(super) fn told(&self, severity: Severity) -> (&'static str, Tone) {
        match self {
            Self::Fixed(_) => ("fixed", Tone::Good),
            Self::Remaining(_) => ("remains", pieces::severity_tone(severity)),
            Self::Introduced(_) => ("comes in", pieces::severity_tone(severity)),
            Self::SetAside(_) => ("set aside", Tone::Plain),
            Self::Open(_) => ("open", Tone::Unknown),
        }
    }
}

/// One advisory on one package of one component.
#[derive(Debug, Clone)]
pub(super) struct Exposed<'a> {
    pub component: &'a str,
    pub package: String,
    pub id: String,
    pub severity: Severity,
    /// The version in use before; `None`: it comes in.
    pub before: Option<String>,
    /// The version at the end; `None`: it goes out.
    pub after: Option<String>,
    /// The record, where it was read.
    pub finding: Option<&'a Finding>,
    pub fate: Fate,
}

/// What the fates rest on, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// The analysis is of the delivered tree.
    Rescanned,
    /// The run delivered exactly the set that the plan's rescan judged.
    PlanJudged,
    /// From fixed versions; the delivered set itself was not looked up again.
    Derived,
    /// Nothing was carried out; the plan's rescan of where it would end.
    Proposed,
}

/// All of them.
#[derive(Debug, Clone)]
pub(super) struct Exposure<'a> {
    /// Worst first, then by component, package and id.
    pub rows: Vec<Exposed<'a>>,
    pub basis: Basis,
    /// Why nothing may be said of all of them: sources that failed, packages that nobody could be asked about.
    pub gaps: Vec<String>,
}

impl<'a> Exposure<'a> {
    fn having(&self, which: impl Fn(&Fate) -> bool) -> Vec<&Exposed<'a>> {
        self.rows.iter().filter(|one| which(&one.fate)).collect()
    }

    pub(super) fn fixed(&self) -> Vec<&Exposed<'a>> {
        self.having(|fate| matches!(fate, Fate::Fixed(_)))
    }

    /// There before and at the end.
    pub(super) fn remaining(&self) -> Vec<&Exposed<'a>> {
        self.having(|fate| matches!(fate, Fate::Remaining(_)))
    }

    pub(super) fn introduced(&self) -> Vec<&Exposed<'a>> {
        self.having(|fate| matches!(fate, Fate::Introduced(_)))
    }

    pub(super) fn open(&self) -> Vec<&Exposed<'a>> {
        self.having(|fate| matches!(fate, Fate::Open(_)))
    }

    pub(super) fn set_aside(&self) -> Vec<&Exposed<'a>> {
        self.having(|fate| matches!(fate, Fate::SetAside(_)))
    }

    /// All that counted before.
    pub(super) fn before(&self) -> Vec<&Exposed<'a>> {
        self.having(|fate| !matches!(fate, Fate::Introduced(_) | Fate::SetAside(_)))
    }

    /// All that counts at the end, or may.
    pub(super) fn after(&self) -> Vec<&Exposed<'a>> {
        self.having(|fate| !matches!(fate, Fate::Fixed(_) | Fate::SetAside(_)))
    }

    /// The end state was judged as a whole, and no source failed.
    pub(super) fn is_complete(&self) -> bool {
        self.gaps.is_empty() && self.open().is_empty()
    }

    /// Every critical one that was known is gone from a delivered set that was judged as a whole (row I6).
    pub(super) fn critical_resolved(&self) -> bool {
        let critical = |one: &&Exposed<'_>| one.severity == Severity::Critical;
        self.is_complete()
            && matches!(self.basis, Basis::Rescanned | Basis::PlanJudged)
            && self.fixed().iter().any(critical)
            && !self.after().iter().any(critical)
    }

    /// Ids that are fixed in one package and remain in another, each with both (section 16: one CVE on two packages).
    pub(super) fn half_fixed(&self) -> Vec<(&Exposed<'a>, &Exposed<'a>)> {
        let fixed = self.fixed();
        let mut pairs: Vec<(&Exposed<'a>, &Exposed<'a>)> = Vec::new();
        for left in self.after() {
            pairs.extend(fixed.iter().filter(|gone| gone.is_the_same_as(left)).map(|gone| (*gone, left)));
        }
        pairs
    }
}

impl Exposed<'_> {
    /// One vulnerability under either's names.
    fn is_the_same_as(&self, other: &Self) -> bool {
        let names = |one: &Self| -> Vec<String> {
            let aliases = one.finding.map(|f| f.aliases.clone()).unwrap_or_default();
            aliases.into_iter().chain([one.id.clone()]).collect()
        };
        let others = names(other);
        names(self).iter().any(|name| others.contains(name))
    }
}

/// Judges every advisory of the components that the report is about.
pub(super) fn exposure(dossier: &Dossier) -> Exposure<'_> {
    let ways = ways::ways(dossier);
    let basis = basis(dossier, &ways);
    let mut rows = Vec::new();
    for part in ways::parts(dossier) {
        let own: Vec<&Way<'_>> =
            ways.iter().filter(|w| w.component == part.path && w.ecosystem == part.ecosystem).collect();
        rows.extend(judge::rows(dossier, part, &own, basis));
    }
    rows.sort_by(|a, b| {
        (b.severity, a.component, &a.package, &a.id).cmp(&(a.severity, b.component, &b.package, &b.id))
    });
    Exposure { rows, basis, gaps: gaps(dossier) }
}

fn basis(dossier: &Dossier, ways: &[Way<'_>]) -> Basis {
    let Some(run) = &dossier.run else { return Basis::Proposed };
    if ways::rescanned(dossier) {
        return Basis::Rescanned;
    }
    let end = ways::planned_end(&run.plan);
    let moving: Vec<&Way<'_>> = ways.iter().filter(|w| w.moves()).collect();
    let whole = ways::delivered(dossier).is_some() && run.held.is_empty() && moving.len() == end.len();
    let as_planned = moving.iter().all(|way| end.get(way.name.as_str()) == Some(&way.to));
    if whole && as_planned { Basis::PlanJudged } else { Basis::Derived }
}

/// Sources that failed and packages without an answer.
fn gaps(dossier: &Dossier) -> Vec<String> {
    let mut all = Vec::new();
    for source in dossier.analysis.sources.iter().filter(|s| s.source.starts_with("advisories") && s.state != "found") {
        all.push(format!("{}: {} ({})", source.source, source.state, source.detail));
    }
    for part in ways::parts(dossier) {
        if part.analysis.is_none() {
            all.push(format!("{}: the component is not in the analysis", part.path));
        }
        if let (None, Some(why)) = (part.plan, part.why_no_plan) {
            all.push(format!("{}: where it would end was not judged, since there is no plan: {why}", part.path));
        }
        for row in part.analysis.into_iter().flat_map(|c| &c.dependencies) {
            all.extend(row.advisories.missing().map(|why| format!("{}: {why}", row.name)));
        }
        let Some(plan) = part.plan else {
            let rows =
                part.analysis.into_iter().flat_map(|c| &c.dependencies).filter(|row| row.target_version.is_some());
            let target =
                |row: &DependencyRow| format!("{} {}", row.name, row.target_version.as_deref().unwrap_or_default());
            all.extend(rows.filter_map(|row| match row.risk.as_ref().map(|risk| &risk.security) {
                Some(Datum::NotRetrieved { why }) => Some(format!("{}: {why}", target(row))),
                Some(_) => None,
                None => Some(format!("{}: the target was not weighed", target(row))),
            }));
            continue;
        };
        all.extend(
            plan.security.unknown.iter().map(|name| format!("{name}: no source could be asked at the plan's end")),
        );
        for one in &plan.candidates {
            match one.assessment.as_ref().map(|a| &a.security) {
                Some(Datum::NotRetrieved { why }) => all.push(format!("{} {}: {why}", one.name, one.target)),
                None => all.push(format!("{} {}: the target was not weighed", one.name, one.target)),
                Some(_) => {}
            }
        }
    }
    all.dedup();
    all
}
