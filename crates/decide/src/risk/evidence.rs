//! The plain facts of one upgrade, as the signals read them.
//!
//! Lives here: the facts, the step that follows from them, and the constructor where everything is still unknown.
//! Lives elsewhere: gathering them (`facts`, `advisories`), judging them (the other files of this folder).

use uplift_model::analysis::{Availability, Deprecation, Pinning, Usage};
use uplift_model::risk::SecurityEffect;
use uplift_model::{Datum, Distance, Ecosystem, Role};

/// Why a datum is missing that nobody has a source for yet: it is listed as unknown and raises nothing.
pub const NOT_ASKED: &str = "nobody asked";

/// One upgrade of one package in one component.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub name: String,
    pub ecosystem: Ecosystem,
    /// What the manifests say that it is for.
    pub role: Role,
    /// The version in use. `None`: nothing says which one runs.
    pub current: Option<String>,
    /// The lowest version that the requirement admits; stands in for `current` when that is not known.
    pub floor: Option<String>,
    pub target: String,
    /// From `current`, else from `floor`, to `target`. `None`: there is neither.
    pub distance: Option<Distance>,
    /// Difference of the first release number; a new epoch counts as one at least. 0 with [`Distance::Major`]: a minor
    /// step before 1.0.
    pub majors: u64,
    /// Difference of the second release number where the first is the same, else 0.
    pub minors: u64,
    /// A manifest names it.
    pub direct: bool,
    pub pinning: Pinning,
    /// A lock holds its version.
    pub locked: bool,
    /// The requirement as it is written lets the target in.
    pub admitted: bool,
    pub native: Datum<Native>,
    /// Packages of the environment that are compiled against its C interface.
    pub built_against_by: Vec<String>,
    pub usage: Datum<Usage>,
    /// Packages of the lock that require it.
    pub dependents: Vec<String>,
    pub advisories: Datum<SecurityEffect>,
    /// Days from its release to the day of the analysis.
    pub current_age_days: Datum<i64>,
    pub target_age_days: Datum<i64>,
    /// Days from the newest release of any line to the day of the analysis.
    pub days_since_release: Option<i64>,
    /// Median of the days between two stable releases.
    pub median_cadence_days: Option<i64>,
    pub current_availability: Datum<Availability>,
    pub target_availability: Datum<Availability>,
    pub deprecation: Datum<Deprecation>,
    /// Packages that must stand at a matching version.
    pub lockstep: Vec<Partner>,
    /// Changes between the two versions of who publishes it and how, one sentence each: `published by a new account`,
    /// `no attestation any more`.
    pub provenance: Datum<Vec<String>>,
    /// Where the release notes were read.
    pub release_notes: Datum<String>,
    pub breaking: Datum<Breaking>,
    /// Requirements and peer ranges of other packages that the target breaks, one sentence each.
    pub conflicts: Vec<String>,
    /// Packages that are installed now and, with the target, only by one of its extras.
    pub dropped: Vec<Dropped>,
    /// Interpreters and engines that the target no longer runs on and the project asks for, one sentence each.
    pub engines: Vec<String>,
}

/// Compiled code in the package.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Native {
    /// In the version in use.
    pub before: bool,
    /// In the target.
    pub after: bool,
    /// The compiled code of both is bound to the interpreter's stable interface only (`abi3`, Node-API).
    pub stable_abi: bool,
}

/// Changes announced or measured between the two versions that break callers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breaking {
    /// All that are known.
    pub known: usize,
    /// Symbols used by this code base that the target no longer has: `np.float_ (src/frames.py:12)`.
    pub removed: Vec<String>,
    /// Symbols used by this code base that the target deprecates.
    pub deprecated: Vec<String>,
    /// Symbols used by this code base of which nobody can tell.
    pub untold: usize,
}

/// One package that is no longer installed unless an extra asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    pub sentence: String,
    /// The code imports what the extra is for.
    pub used: bool,
}

/// One package that must stand at a matching version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    pub name: String,
    /// It goes to the matching version in the same step, or stands there already.
    pub comes_along: bool,
}

/// The distance as the rules use it: majors counted, and a minor step before 1.0 kept apart. Ordered by how bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Same,
    Patch,
    Minor,
    /// Neither the version in use nor a floor is known, and something bounds what a fresh environment gets.
    Unknown,
    /// A minor step before 1.0: it may break callers.
    Zero,
    /// This many first numbers apart, 1 at least.
    Major(u64),
}

impl Step {
    /// How much of an effect can show at all, in quarters: 0 to 4.
    pub(crate) fn quarters(self) -> u32 {
        match self {
            Self::Same => 0,
            Self::Patch => 1,
            Self::Minor => 2,
            Self::Unknown | Self::Zero => 3,
            Self::Major(_) => 4,
        }
    }
}

impl Evidence {
    /// An upgrade of which nothing but its name, its role and its target is known.
    pub fn new(name: &str, ecosystem: Ecosystem, role: Role, target: &str) -> Self {
        let unasked = || NOT_ASKED.to_owned();
        Self {
            name: name.to_owned(),
            ecosystem,
            role,
            current: None,
            floor: None,
            target: target.to_owned(),
            distance: None,
            majors: 0,
            minors: 0,
            direct: true,
            pinning: Pinning::Pinned,
            locked: false,
            admitted: false,
            native: Datum::NotRetrieved { why: unasked() },
            built_against_by: Vec::new(),
            usage: Datum::NotRetrieved { why: unasked() },
            dependents: Vec::new(),
            advisories: Datum::NotRetrieved { why: unasked() },
            current_age_days: Datum::NotRetrieved { why: unasked() },
            target_age_days: Datum::NotRetrieved { why: unasked() },
            days_since_release: None,
            median_cadence_days: None,
            current_availability: Datum::NotRetrieved { why: unasked() },
            target_availability: Datum::NotRetrieved { why: unasked() },
            deprecation: Datum::NotRetrieved { why: unasked() },
            lockstep: Vec::new(),
            provenance: Datum::NotRetrieved { why: unasked() },
            release_notes: Datum::NotRetrieved { why: unasked() },
            breaking: Datum::NotRetrieved { why: unasked() },
            conflicts: Vec::new(),
            dropped: Vec::new(),
            engines: Vec::new(),
        }
    }

    /// The step that the rules judge. A package that nothing keeps below the target takes no step at all: a fresh
    /// environment gets the target anyway, and pinning it there changes nothing.
    pub fn step(&self) -> Step {
        if self.comes_fresh() {
            return Step::Same;
        }
        match self.distance {
            Some(Distance::Same) => Step::Same,
            Some(Distance::Patch) => Step::Patch,
            Some(Distance::Minor) => Step::Minor,
            Some(Distance::Major) if self.majors == 0 => Step::Zero,
            Some(Distance::Major) => Step::Major(self.majors),
            None => Step::Unknown,
        }
    }

    /// Nothing keeps it below the target anywhere: no lock, no version known to run, and no bound that the target exceeds.
    pub(crate) fn comes_fresh(&self) -> bool {
        let free = self.admitted || self.pinning == Pinning::Unpinned && self.floor.is_none();
        free && !self.locked && self.current.is_none()
    }

    /// `1.2.0 -> 2.0.0`, `>=1.2.0 -> 2.0.0`, `2.0.0`.
    pub fn way(&self) -> String {
        match (&self.current, &self.floor) {
            (Some(current), _) => format!("{current} -> {}", self.target),
            (None, Some(floor)) => format!(">={floor} -> {}", self.target),
            (None, None) => self.target.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_ordered_by_how_bad_it_is() {
        let order = [Step::Same, Step::Patch, Step::Minor, Step::Unknown, Step::Zero, Step::Major(1), Step::Major(2)];
        assert!(order.is_sorted());
        assert!(order.iter().map(|step| step.quarters()).is_sorted());
    }

    #[test]
    fn unpinned_and_unlocked_takes_no_step_and_a_bound_makes_it_unknown() {
        let mut evidence = Evidence::new("fastapi", Ecosystem::Python, Role::Runtime, "0.115.14");
        evidence.pinning = Pinning::Unpinned;
        assert_eq!(evidence.step(), Step::Same);
        evidence.pinning = Pinning::Bounded;
        assert_eq!(evidence.step(), Step::Unknown);
        assert_eq!(evidence.way(), "0.115.14");
    }

    #[test]
    fn a_minor_step_before_one_is_kept_apart_from_a_major_one() {
        let mut evidence = Evidence::new("uvicorn", Ecosystem::Python, Role::Runtime, "0.35.0");
        evidence.distance = Some(Distance::Major);
        assert_eq!(evidence.step(), Step::Zero);
        evidence.majors = 2;
        assert_eq!(evidence.step(), Step::Major(2));
    }
}
