//! Risk of one upgrade: one file per signal, and what they come to.
//!
//! Lives here: the list of the signals and the sum. The formula in prose, with examples: `docs/reference/risk.md`.
//! Lives elsewhere: the facts (`evidence`), what a package is (`classes`), the register (`register`), the urgency of
//! the whole (`urgency`), hours and weeks (`crate::effort`), which version to propose (`crate::targets`).

mod abi;
mod advisories;
mod age;
mod availability;
mod blast_radius;
mod breaking_changes;
pub mod classes;
mod conflicts;
mod dropped;
pub mod evidence;
mod layers;
mod lockstep;
mod missing_research;
mod provenance;
pub mod register;
mod role;
mod unpinned;
pub mod urgency;
mod version_distance;
mod words;

#[cfg(test)]
mod tests;

use uplift_model::Risk;
use uplift_model::risk::{Assessment, Factor};

pub use advisories::effect_between;
pub use classes::Class;
pub use evidence::{Breaking, Dropped, Evidence, NOT_ASKED, Native, Partner, Step};
pub use layers::required_tests;

/// What one signal has to say: factors, and facts that it missed.
#[derive(Debug, Default, PartialEq)]
struct Said {
    factors: Vec<(u32, Risk, String)>,
    unknown: Vec<String>,
}

impl Said {
    fn nothing() -> Self {
        Self::default()
    }

    fn factor(points: u32, at_least: Risk, reason: impl Into<String>) -> Self {
        Self::nothing().and(points, at_least, reason)
    }

    fn and(mut self, points: u32, at_least: Risk, reason: impl Into<String>) -> Self {
        self.factors.push((points, at_least, reason.into()));
        self
    }

    fn missing(mut self, what: impl Into<String>) -> Self {
        self.unknown.push(what.into());
        self
    }
}

type Signal = fn(&Evidence) -> Said;

/// Every signal. A new one is a file and a line here.
const SIGNALS: [(&str, Signal); 14] = [
    ("version-distance", version_distance::weigh),
    ("role", role::weigh),
    ("abi", abi::weigh),
    ("blast-radius", blast_radius::weigh),
    ("breaking-changes", breaking_changes::weigh),
    ("advisories", advisories::weigh),
    ("conflicts", conflicts::weigh),
    ("dropped", dropped::weigh),
    ("lockstep", lockstep::weigh),
    ("availability", availability::weigh),
    ("age", age::weigh),
    ("provenance", provenance::weigh),
    ("missing-research", missing_research::weigh),
    ("unpinned", unpinned::weigh),
];

/// Sum of points from which an upgrade is medium, whatever the single signals say.
pub const MEDIUM_FROM: u32 = 40;
/// Sum of points from which it is high.
pub const HIGH_FROM: u32 = 75;

/// The level of a score alone.
fn level_of(score: u32) -> Risk {
    match score {
        s if s >= HIGH_FROM => Risk::High,
        s if s >= MEDIUM_FROM => Risk::Medium,
        _ => Risk::Low,
    }
}

/// Weighs anew what was looked for, in an assessment that was made before somebody asked for release notes. Of
/// `evidence` only the step, what the package is and what was looked up count.
pub fn researched(mut assessment: Assessment, evidence: &Evidence) -> Assessment {
    const SIGNAL: &str = "missing-research";
    let said = missing_research::weigh(evidence);
    let (before, others): (Vec<Factor>, Vec<Factor>) =
        assessment.factors.into_iter().partition(|factor| factor.signal == SIGNAL);
    assessment.unknown.retain(|text| !text.starts_with("release notes: ") && !text.starts_with("breaking changes: "));
    assessment.unknown.extend(said.unknown);
    assessment.factors = others;
    assessment.factors.extend(said.factors.into_iter().map(|(points, at_least, reason)| Factor {
        signal: SIGNAL.to_owned(),
        points,
        at_least,
        reason,
    }));
    if assessment.factors.iter().any(|factor| factor.signal == SIGNAL) || !before.is_empty() {
        assessment.score = assessment.factors.iter().map(|factor| factor.points).sum::<u32>().min(100);
        let demanded = assessment.factors.iter().map(|factor| factor.at_least).max().unwrap_or(Risk::Low);
        assessment.level = demanded.max(level_of(assessment.score));
        assessment.factors.sort_by_key(|factor| std::cmp::Reverse((factor.at_least, factor.points)));
    }
    let class = classes::classify(evidence.ecosystem, &evidence.name, evidence.role);
    assessment.required_tests = required_tests(class, assessment.level, !assessment.unknown.is_empty());
    assessment
}

/// Weighs every signal: the level is the highest of what each demands at least and of what the sum of points says.
pub fn assess(evidence: &Evidence) -> Assessment {
    let mut factors = Vec::new();
    let mut unknown = Vec::new();
    for (signal, weigh) in SIGNALS {
        let said = weigh(evidence);
        factors.extend(said.factors.into_iter().map(|(points, at_least, reason)| Factor {
            signal: signal.to_owned(),
            points,
            at_least,
            reason,
        }));
        unknown.extend(said.unknown);
    }
    let score = factors.iter().map(|factor| factor.points).sum::<u32>().min(100);
    let demanded = factors.iter().map(|factor| factor.at_least).max().unwrap_or(Risk::Low);
    let level = demanded.max(level_of(score));
    // A stable sort: signals of one strength stay in the order of the list.
    factors.sort_by_key(|factor| std::cmp::Reverse((factor.at_least, factor.points)));
    let class = classes::classify(evidence.ecosystem, &evidence.name, evidence.role);
    let standard_only = !unknown.is_empty();
    Assessment {
        level,
        score,
        distance: evidence.distance,
        class: class.word().to_owned(),
        factors,
        unknown,
        security: evidence.advisories.clone(),
        required_tests: required_tests(class, level, standard_only),
    }
}
