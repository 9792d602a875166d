//! The culprit search: which upgrades of a set break the tests, with a proof for each.
//!
//! Lives here: what goes in ([`Unit`], [`Trials`], [`Limits`]) and what comes out ([`Found`], [`Step`]).
//! The search starts from everything at once, since sets taken apart break where one upgrade silently needs
//! another; lets one short probe halve the suspects of all symptoms at once; and blames nobody without two
//! observed sets that differ by the blamed unit. Hints (a package named in an error) order the search, they
//! never prove.
//!
//! A failure that a larger set does not show is about something that was left out, or was hidden there: it
//! says nothing about the failure that is searched for. The search finds what is missed and leaves it in place
//! (`missed.rs`), and before it ends tries such units back together (`reunion.rs`). Where symptoms are noise it
//! falls back on pass and fail alone.
//! Lives elsewhere: running tests, reruns of failures, reading symptoms (`engine`, `crate::symptoms`);
//! the highest version that passes (`crate::best`).
//! Start reading at [`search`], then `rounds.rs`.

mod boundary;
mod ledger;
mod missed;
mod narrow;
mod partners;
mod proof;
mod reunion;
mod rounds;
mod sets;
mod split;
mod suspects;

use uplift_model::TestId;
use uplift_model::outcome::Proof;

pub use sets::UnitSet;

/// One upgrade that is kept or dropped as a whole: a package, or packages that only move together.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Probability, 0 to 1, that this unit breaks something, before any test ran. Only orders the search.
    pub prior: f64,
    /// Package names, for people.
    pub name: String,
    /// Units the resolver wants in place together with this one. Every set given to [`Trials`] respects them.
    pub needs: Vec<usize>,
}

/// A test that failed although it passed before any upgrade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// The test; for a file that cannot be collected its path, for a run that died the empty id.
    pub test: TestId,
    /// Equal key: looks like the same symptom; so does a key that goes on where the other ends, after a `|`
    /// (more detail). Chooses which tests a probe runs, and tells another failure of a test from its own.
    pub symptom: String,
    /// Units whose package the error text or traceback names: a hint, never a proof.
    pub names: Vec<usize>,
}

/// What a trial showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    Ran {
        /// Newly failing tests, flaky ones already sorted out.
        failing: Vec<Failing>,
        /// The run died or files could not be collected: tests that are not in `failing` are unknown, not passed.
        masked: bool,
        /// The units that were really in place: the resolver may have pulled some in.
        tried: UnitSet,
    },
    /// The resolver refuses the set.
    Unresolvable {
        /// The resolver's own words.
        conflict: String,
    },
}

/// The doors to the outside: how the search has a set of units tried. Never asked the same thing twice.
pub trait Trials {
    /// Why a trial cannot be carried out at all (cancelled, disk full): ends the search.
    type Stop;

    /// Runs the whole suite with exactly the units of `set` at their targets and all others at base.
    ///
    /// # Errors
    /// Whatever must end the search.
    fn full(&mut self, set: &UnitSet) -> Result<Observed, Self::Stop>;

    /// Runs `tests` only. An empty list asks only whether the set resolves, and to what.
    ///
    /// # Errors
    /// Whatever must end the search.
    fn probe(&mut self, set: &UnitSet, tests: &[TestId]) -> Result<Observed, Self::Stop>;
}

/// What the search may spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Test runs, full and probes together. The last one is saved to verify what is beyond suspicion.
    pub runs: u32,
    /// Failing tests that stand for all in a probe.
    pub representatives: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { runs: 150, representatives: 40 }
    }
}

/// What the search does, as it does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The whole suite ran; `failing` counts newly failing tests.
    Full { set: UnitSet, failing: usize, masked: bool },
    /// The symptoms that the next probes look into, one key each.
    Symptoms { symptoms: Vec<String> },
    /// A few tests ran.
    Probe { set: UnitSet, tests: usize, failing: usize, masked: bool },
    /// The resolver refused a set.
    Refused { set: UnitSet, conflict: String },
    /// These are left out from now on; proof follows.
    Suspected { units: Vec<usize> },
    /// One unit is at fault, with proof.
    Blamed { unit: usize, proof: Proof },
    /// One unit was suspected and is innocent: it is in the kept set again.
    TakenBack { unit: usize },
}

/// The search's answer. Every unit is in exactly one of `kept`, `dropped`, `unattributed`.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Passed a full run as it stands, or is empty.
    pub kept: UnitSet,
    pub dropped: Vec<Dropped>,
    /// Neither kept nor proven at fault when the runs were used up.
    pub unattributed: Vec<usize>,
    pub full_runs: u32,
    pub probes: u32,
}

/// A unit that stays at base.
#[derive(Debug, Clone, PartialEq)]
pub struct Dropped {
    pub unit: usize,
    pub proof: Proof,
    /// Tests that pass in `passes` and fail in `fails`. Empty for [`Proof::Resolver`].
    pub tests: Vec<TestId>,
    /// Symptom of the first of `tests` in `fails`, or the resolver's words.
    pub symptom: String,
    /// Observed set in which `tests` pass.
    pub passes: UnitSet,
    /// Observed set in which `tests` fail: `passes` and this unit, and those of `with` that cannot be told
    /// apart from it because they only live together.
    pub fails: UnitSet,
    /// Units that take part in the failure: the partner of an interaction, or a dropped unit that this one
    /// silently needs.
    pub with: Vec<usize>,
    /// Not at fault: dropped only because it needs this dropped unit. The evidence fields are then empty.
    pub needed_by_drop: Option<usize>,
}

/// Finds the units at fault and the largest set that passes without them.
///
/// Deterministic: the same answers give the same questions. Ends after at most `limits.runs` test runs, and
/// earlier in nearly all cases.
///
/// # Errors
/// The [`Trials::Stop`] of a trial, as it came.
pub fn search<T: Trials>(
    units: &[Unit],
    limits: &Limits,
    trials: &mut T,
    watch: &mut dyn FnMut(Step),
) -> Result<Found, T::Stop> {
    rounds::Search::new(units, limits, trials, watch).run()
}
