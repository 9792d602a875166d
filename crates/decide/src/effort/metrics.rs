//! Success metrics held against the plan's own targets (row C23).
//!
//! Lives here: metrics that follow from the targets alone. Lives elsewhere: those that only a run can measure, such as
//! coverage or response time (`engine`).

use uplift_model::Datum;
use uplift_model::advisory::Severity;
use uplift_model::roadmap::MetricCheck;

/// Something that all targets together should meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Every dependency is younger than this many days.
    YoungerThan { days: i64 },
    /// No advisory of this severity or worse remains. Those that nobody rated count.
    NoAdvisory { from: Severity },
    /// Every requirement is exact or locked.
    AllPinned,
    /// Every dependency can be installed.
    AllInstallable,
}

/// A text that names no metric that follows from targets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no metric that targets can be held against; write `all dependencies younger than 6 months`, \
     `no critical advisories`, `all dependencies pinned` or `all dependencies installable`"
)]
pub struct NotAMetric(pub String);

/// What a metric needs to know of one dependency as it will stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFacts {
    /// `backend: fastapi 0.121.0`.
    pub label: String,
    /// From the target's release to the day of the plan.
    pub age_days: Datum<i64>,
    /// Ids and severities that touch the target.
    pub advisories: Datum<Vec<(String, Severity)>>,
    pub pinned: bool,
    pub installable: Datum<bool>,
}

impl Metric {
    /// Reads a metric as people write it, in any case: `All dependencies < 6 months old`,
    /// `Zero critical security vulnerabilities`.
    ///
    /// # Errors
    /// [`NotAMetric`] with the text as given.
    pub fn parse(text: &str) -> Result<Self, NotAMetric> {
        let lower = text.to_lowercase().replace('<', " < ");
        let words: Vec<&str> = lower.split_whitespace().collect();
        let has = |word: &str| words.contains(&word);
        let no = || NotAMetric(text.to_owned());
        if has("installable") {
            return Ok(Self::AllInstallable);
        }
        if has("pinned") || has("locked") {
            return Ok(Self::AllPinned);
        }
        if words.iter().any(|word| word.starts_with("advisor") || word.starts_with("vulnerabilit") || *word == "cves") {
            if !(has("no") || has("zero") || has("0")) {
                return Err(no());
            }
            let from = words.iter().find_map(|word| Severity::of_word(word)).unwrap_or(Severity::Low);
            return Ok(Self::NoAdvisory { from });
        }
        let number = words.iter().position(|word| matches!(*word, "<" | "than" | "under" | "below"));
        let number = number.and_then(|at| Some((words.get(at + 1)?.parse::<i64>().ok()?, *words.get(at + 2)?)));
        match number {
            Some((count, unit)) if (1..=1200).contains(&count) => {
                let days = match unit.trim_end_matches('s') {
                    "day" => count,
                    "week" => count * 7,
                    // The Gregorian year has 365.2425 days; half a year comes to 183, never to less.
                    "month" => (count * 3_652_425 + 119_999) / 120_000,
                    "year" => (count * 3_652_425 + 9_999) / 10_000,
                    _ => return Err(no()),
                };
                Ok(Self::YoungerThan { days })
            }
            _ => Err(no()),
        }
    }

    /// As a sentence.
    pub fn words(self) -> String {
        match self {
            Self::YoungerThan { days } => format!("every dependency is younger than {days} days"),
            Self::NoAdvisory { from: Severity::Low } => "no advisory touches a target".to_owned(),
            Self::NoAdvisory { from } => format!("no advisory of severity {from} or worse touches a target"),
            Self::AllPinned => "every requirement is exact or locked".to_owned(),
            Self::AllInstallable => "every target can be installed".to_owned(),
        }
    }
}

/// Holds one metric against all targets: not met as soon as one fails, unknown as long as a fact is missing.
pub fn check(metric: Metric, targets: &[TargetFacts]) -> MetricCheck {
    let mut failing = Vec::new();
    let mut unknown = Vec::new();
    for target in targets {
        match judge(metric, target) {
            Judged::Meets => {}
            Judged::Fails(number) => failing.push(format!("{}: {number}", target.label)),
            Judged::Unknown(why) => unknown.push(format!("{}: {why}", target.label)),
        }
    }
    let met = match (failing.is_empty(), unknown.is_empty()) {
        (false, _) => Some(false),
        (true, true) => Some(true),
        (true, false) => None,
    };
    MetricCheck { metric: metric.words(), met, failing, unknown, checked: targets.len() }
}

enum Judged {
    Meets,
    Fails(String),
    Unknown(String),
}

fn judge(metric: Metric, target: &TargetFacts) -> Judged {
    match metric {
        Metric::YoungerThan { days } => match &target.age_days {
            Datum::Found { value } if *value < days => Judged::Meets,
            Datum::Found { value } => Judged::Fails(format!("{value} days old")),
            Datum::None => Judged::Unknown("the index states no date".to_owned()),
            Datum::NotRetrieved { why } => Judged::Unknown(why.clone()),
        },
        Metric::NoAdvisory { from } => match &target.advisories {
            Datum::Found { value } => {
                let grave = |severity: Severity| severity >= from || severity == Severity::Unknown;
                let left: Vec<String> = value
                    .iter()
                    .filter(|(_, severity)| grave(*severity))
                    .map(|(id, severity)| format!("{id} ({severity})"))
                    .collect();
                if left.is_empty() { Judged::Meets } else { Judged::Fails(left.join(", ")) }
            }
            Datum::None => Judged::Meets,
            Datum::NotRetrieved { why } => Judged::Unknown(why.clone()),
        },
        Metric::AllPinned if target.pinned => Judged::Meets,
        Metric::AllPinned => Judged::Fails("neither exact nor locked".to_owned()),
        Metric::AllInstallable => match &target.installable {
            Datum::Found { value: true } => Judged::Meets,
            Datum::Found { value: false } => Judged::Fails("cannot be installed".to_owned()),
            Datum::None => Judged::Unknown("the index states no distributions".to_owned()),
            Datum::NotRetrieved { why } => Judged::Unknown(why.clone()),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn target(label: &str, age: i64) -> TargetFacts {
        TargetFacts {
            label: label.to_owned(),
            age_days: Datum::found(age),
            advisories: Datum::None,
            pinned: true,
            installable: Datum::found(true),
        }
    }

    #[test]
    fn metrics_are_read_as_people_write_them() {
        let cases = [
            ("All dependencies < 6 months old", Metric::YoungerThan { days: 183 }),
            ("all dependencies younger than 6 months", Metric::YoungerThan { days: 183 }),
            ("dependencies <1 year", Metric::YoungerThan { days: 366 }),
            ("Zero critical security vulnerabilities", Metric::NoAdvisory { from: Severity::Critical }),
            ("no advisories", Metric::NoAdvisory { from: Severity::Low }),
            ("all dependencies pinned", Metric::AllPinned),
            ("all dependencies installable", Metric::AllInstallable),
        ];
        for (text, metric) in cases {
            assert_eq!(Metric::parse(text), Ok(metric), "{text}");
        }
        for text in ["", "Test coverage > 80%", "System uptime > 99.9%", "younger than many months"] {
            assert_eq!(Metric::parse(text), Err(NotAMetric(text.to_owned())));
        }
    }

    #[test]
    fn the_targets_that_fail_are_named_with_their_age() {
        let targets = [target("fastapi 0.121.0", 1), target("stripe 11.1.1", 382), target("openai 1.54.0", 364)];
        let check = check(Metric::YoungerThan { days: 183 }, &targets);
        assert_eq!(check.met, Some(false));
        assert_eq!(check.failing, ["stripe 11.1.1: 382 days old", "openai 1.54.0: 364 days old"]);
        assert_eq!(check.checked, 3);
    }

    #[test]
    fn a_missing_fact_is_neither_met_nor_failed() {
        let mut blind = target("torch 2.6.0", 10);
        blind.advisories = Datum::not_retrieved("the database is not there");
        let metric = Metric::NoAdvisory { from: Severity::Critical };
        let checked = check(metric, &[blind.clone()]);
        assert_eq!((checked.met, checked.unknown.len()), (None, 1));
        blind.advisories = Datum::found(vec![("CVE-1".to_owned(), Severity::Unknown)]);
        assert_eq!(check(metric, &[blind]).failing, ["torch 2.6.0: CVE-1 (unknown)"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(3), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_or_refused(text in "(?s).{0,60}|(all|no|<|than|6|month|9223372036854775807|critical|cves| ){0,12}") {
            if let Ok(Metric::YoungerThan { days }) = Metric::parse(&text) {
                prop_assert!(days > 0);
            }
        }
    }
}
