//! The rule table: minutes of one step by distance, class, level and call sites.
//!
//! Source: set so that phase 1 of seed 2 (ten packages, 80 h) comes out near its estimate; `docs/reference/risk.md` has
//! the table and the comparison.

use uplift_model::Risk;
use uplift_model::roadmap::{EffortRow, Parts};

use super::{Work, in_words};
use crate::risk::{Class, Step};

/// For each package that moves along beyond the first.
const COMPANION: u64 = 15;
/// For each place that a known breaking change reaches.
const BROKEN_SITE: u64 = 15;
/// For each place to look at in a step that may break callers.
const SITE: u64 = 2;
/// Most that looking at places costs: beyond it the work is done by search, not one by one.
const MOST_FOR_SITES: u64 = 40 * 60;

pub(super) fn row(work: &Work) -> EffortRow {
    let mut because = Vec::new();
    let mut take = |minutes: u64, why: String| {
        if minutes > 0 {
            because.push(format!("{why}: {}", in_words(minutes)));
        }
        minutes
    };
    let (minutes, what) = of_step(work.step);
    let mut change = take(minutes, what.to_owned());
    let companions = u64::try_from(work.packages.len().saturating_sub(1)).unwrap_or(u64::MAX);
    change = change
        .saturating_add(take(companions.saturating_mul(COMPANION), format!("{companions} more in the same step")));

    let (minutes, what) = of_class(work.class, work.step);
    let mut adapt = take(minutes, what.to_owned());
    if work.step > Step::Minor || work.class == Class::MlFramework && work.step == Step::Minor {
        let sites = u64::try_from(work.sites).unwrap_or(u64::MAX).saturating_mul(SITE).min(MOST_FOR_SITES);
        adapt = adapt.saturating_add(take(sites, format!("{} places to look at", work.sites)));
    }
    let broken = u64::try_from(work.broken_sites).unwrap_or(u64::MAX).saturating_mul(BROKEN_SITE);
    adapt = adapt.saturating_add(take(broken, format!("{} places to change", work.broken_sites)));

    let test = match work.level {
        Risk::Low => 15,
        Risk::Medium => 60,
        Risk::High => 240,
    };
    let test = take(test, format!("tests of a {} step", work.level));
    let each = match work.level {
        Risk::Low => 10,
        Risk::Medium => 30,
        Risk::High => 60,
    };
    let reviewers = u64::try_from(work.reviewers.max(1)).unwrap_or(u64::MAX);
    let review = take(reviewers.saturating_mul(each), format!("review by {reviewers}"));
    let parts = Parts { change, adapt, test, review };
    EffortRow { packages: work.packages.clone(), level: work.level, minutes: parts.sum(), parts, because }
}

fn of_step(step: Step) -> (u64, &'static str) {
    match step {
        Step::Same => (10, "writing the pin"),
        Step::Patch => (15, "a patch"),
        Step::Minor => (60, "a minor step"),
        Step::Unknown => (90, "a step from an unknown version"),
        Step::Zero => (120, "a minor step before 1.0"),
        Step::Major(1) => (240, "a major step"),
        Step::Major(majors) => (240 + 120 * majors.saturating_sub(1).min(3), "major steps, one after the other"),
    }
}

/// What the class adds once the step may reach it at all.
fn of_class(class: Class, step: Step) -> (u64, &'static str) {
    if step <= Step::Patch {
        return (0, "");
    }
    match class {
        Class::MlFramework => (480, "checking saved models and their answers"),
        Class::Payment => (240, "replaying payments beside the old version"),
        Class::Security => (120, "checking tokens, keys and stored data"),
        Class::Numeric => (120, "comparing results"),
        Class::Inference => (120, "comparing answers and times"),
        Class::Database => (120, "running migrations and comparing queries"),
        Class::Framework => (90, "walking through the application"),
        Class::AiSdk => (60, "replaying recorded requests"),
        Class::BuildTool => (60, "comparing what is built"),
        Class::Observability => (30, "looking for a test event"),
        Class::Library | Class::DevTool | Class::TestTool | Class::TestPlugin | Class::Types => (0, ""),
    }
}
