//! What a plan costs and when it is done.
//!
//! Lives here: hours per step, their sum, the longest chain. Lives elsewhere: chains and circles (`chain`), weeks
//! (`calendar`), how urgent a step is (`priority`), success metrics (`metrics`), levels and classes (`crate::risk`).

mod calendar;
mod chain;
mod metrics;
mod priority;
mod rules;

use uplift_model::Risk;
use uplift_model::roadmap::{Effort, EffortRow};

use crate::risk::{Class, Step};

pub use calendar::{Policy, calendar};
pub use metrics::{Metric, NotAMetric, TargetFacts, check};
pub use priority::{Urge, priority};

/// One step of a plan, as the rules for hours read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Labels of what moves: `fastapi`, or `backend: fastapi` where several components are planned together.
    pub packages: Vec<String>,
    pub level: Risk,
    /// The largest step and the most delicate class among the packages.
    pub step: Step,
    pub class: Class,
    /// Places in the code that use them.
    pub sites: usize,
    /// Places that a known breaking change reaches.
    pub broken_sites: usize,
    /// People who must agree.
    pub reviewers: usize,
    /// Steps that must be in place before, as indexes into the list of steps.
    pub needs: Vec<usize>,
}

/// Hours of every step by the rule table, their sum and the longest chain. Steps that need each other in a circle are
/// one link of a chain and cost their sum.
pub fn effort(works: &[Work]) -> Effort {
    of_rows(works.iter().map(rules::row).collect(), works)
}

/// Hours of one step by the rule table.
pub fn row(work: &Work) -> EffortRow {
    rules::row(work)
}

/// The sum and the longest chain of rows that were worked out before, one for each of `works`: several plans as one.
pub fn of_rows(rows: Vec<EffortRow>, works: &[Work]) -> Effort {
    let minutes: Vec<u64> = rows.iter().map(|row| row.minutes).collect();
    let needs: Vec<&[usize]> = works.iter().map(|work| work.needs.as_slice()).collect();
    let (critical_minutes, critical_path) = chain::longest(&minutes, &needs);
    let total_minutes = minutes.iter().fold(0, |sum: u64, one| sum.saturating_add(*one));
    Effort { rows, total_minutes, critical_minutes, critical_path }
}

/// `45 min`, `2.5 h`, `12 h`; hours are rounded up to halves.
pub fn in_words(minutes: u64) -> String {
    if minutes < 60 {
        return format!("{minutes} min");
    }
    let halves = minutes.div_ceil(30);
    if halves.is_multiple_of(2) { format!("{} h", halves / 2) } else { format!("{}.5 h", halves / 2) }
}

#[cfg(test)]
mod tests;
