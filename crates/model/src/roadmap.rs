//! What a plan costs and when it is done: hours per step, the critical path, weeks, success metrics.
//!
//! Lives here: the data. Lives elsewhere: the rules that fill it (`uplift_decide::effort`).

use serde::{Deserialize, Serialize};

use crate::Risk;

/// Minutes of one step, by kind of work. Their sum is [`EffortRow::minutes`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// Reading what changed, editing manifests, relocking.
    pub change: u64,
    /// Adapting the project's code.
    pub adapt: u64,
    pub test: u64,
    pub review: u64,
}

impl Parts {
    pub fn sum(&self) -> u64 {
        self.change.saturating_add(self.adapt).saturating_add(self.test).saturating_add(self.review)
    }
}

/// The work of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffortRow {
    /// `fastapi`, or `backend: fastapi` where several components are planned together.
    pub packages: Vec<String>,
    pub level: Risk,
    pub parts: Parts,
    pub minutes: u64,
    /// The rules that applied, one sentence each.
    pub because: Vec<String>,
}

/// The work of a plan (rows C14, C15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    pub rows: Vec<EffortRow>,
    /// Sum of the rows.
    pub total_minutes: u64,
    /// Minutes along the longest chain of steps that need each other: what an unlimited team would take.
    pub critical_minutes: u64,
    /// That chain, as indexes into `rows`, in order.
    pub critical_path: Vec<usize>,
}

/// How urgent one step is: 1 (first) to 3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priority {
    pub number: u8,
    pub because: String,
}

/// Who works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    pub people: u32,
    /// Hours a week that one person has for this, 1 to 168.
    pub hours_a_week: u32,
}

/// One week of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// 1-based.
    pub number: u64,
    /// Steps that start in this week, as indexes into the effort's rows. Every step is in exactly one week.
    pub starts: Vec<usize>,
    /// Steps begun earlier that are still worked on.
    pub continues: Vec<usize>,
    /// Minutes booked in this week; never more than the team has.
    pub minutes: u64,
    /// Checkable items, tests and deployment at the end (row C11).
    pub checklist: Vec<String>,
}

/// A run of weeks with one goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// 1 to 3.
    pub priority: u8,
    pub goal: String,
    /// First and last week in which steps of this priority are worked on, 1-based.
    pub weeks: (u64, u64),
    pub minutes: u64,
}

/// The whole calendar (rows C10, C11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    pub team: Team,
    pub weeks: Vec<Week>,
    pub stretches: Vec<Stretch>,
    /// Where urgency overrode the order by risk, and by which policy (row C12); what had to share a week, and why.
    pub notes: Vec<String>,
}

/// One success metric held against the plan's own targets (row C23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricCheck {
    pub metric: String,
    /// `None`: facts are missing, so neither can be said.
    pub met: Option<bool>,
    /// Targets that fail it, with the number.
    pub failing: Vec<String>,
    /// Targets of which the fact is not known.
    pub unknown: Vec<String>,
    /// Targets that were looked at.
    pub checked: usize,
}
