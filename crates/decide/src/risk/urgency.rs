//! How urgent the whole project is, from counts, with the formula in words and numbers (row B4).

use uplift_model::risk::Urgency;

/// What is counted over all components of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Dependencies looked at.
    pub packages: usize,
    /// Advisories that touch versions in use, by severity, those set aside left out.
    pub critical: usize,
    pub high: usize,
    /// Moderate ones, and those of which nobody states the severity.
    pub moderate: usize,
    pub low: usize,
    /// Advisories known to be exploited, whatever their severity.
    pub exploited: usize,
    /// Dependencies that a manifest of the project names itself.
    pub direct: usize,
    /// Of these, those at least one major version behind.
    pub majors_behind: usize,
    /// Median age of the versions in use, days. `None`: no age is known.
    pub median_age_days: Option<i64>,
    /// Versions in use that cannot be installed, of all packages.
    pub unavailable: usize,
    /// Lines of interpreters and engines that run or are tested, each once over all components.
    pub runtimes: usize,
    /// Of these, those past their end of life.
    pub end_of_life: usize,
    /// Sources that did not answer.
    pub failed_sources: Vec<String>,
}

/// `LOW` to `CRITICAL`, ascending, with the score from which each holds.
const LEVELS: [(&str, f64); 5] =
    [("LOW", 0.0), ("MEDIUM", 10.0), ("MEDIUM-HIGH", 25.0), ("HIGH", 50.0), ("CRITICAL", 90.0)];
const MEDIUM: usize = 1;
const HIGH: usize = 3;
const CRITICAL: usize = 4;
/// Most that the age adds, reached after two years.
const OLDEST: f64 = 24.0;

/// Adds up the counts. A critical advisory makes it HIGH at least, one that is exploited CRITICAL; a source that failed
/// MEDIUM at least, since then nothing says that there is nothing.
pub fn urgency(counts: &Counts) -> Urgency {
    let median = counts.median_age_days.unwrap_or(0).max(0);
    let age = (f64::from(u32::try_from(median).unwrap_or(u32::MAX)) / 30.0).min(OLDEST);
    let times = |weight: u32, number: usize| f64::from(weight) * f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let score = times(25, counts.critical)
        + times(6, counts.high)
        + times(2, counts.moderate)
        + times(1, counts.low)
        + times(3, counts.majors_behind)
        + times(8, counts.unavailable)
        + times(8, counts.end_of_life)
        + age;
    let by_score = LEVELS.iter().rposition(|(_, from)| score >= *from).unwrap_or(0);
    let mut floors = Vec::new();
    if counts.exploited > 0 {
        floors.push((CRITICAL, format!("{} known to be exploited: {} at least", counts.exploited, LEVELS[CRITICAL].0)));
    }
    if counts.critical > 0 {
        floors.push((HIGH, format!("a critical advisory: {} at least", LEVELS[HIGH].0)));
    }
    if !counts.failed_sources.is_empty() {
        floors.push((MEDIUM, format!("a source did not answer: {} at least", LEVELS[MEDIUM].0)));
    }
    let level = floors.iter().map(|(floor, _)| *floor).max().unwrap_or(0).max(by_score);
    let raised: Vec<&str> = floors.iter().filter(|(floor, _)| *floor > by_score).map(|(_, why)| why.as_str()).collect();
    let mut formula = format!(
        "25 x {} critical + 6 x {} high + 2 x {} moderate or unrated + {} low + 3 x {} direct majors behind + 8 x {} unavailable \
         + 8 x {} runtime lines past their end + {} (median age of {} days / 30, at most {OLDEST}) = {score:.1}; {}",
        counts.critical,
        counts.high,
        counts.moderate,
        counts.low,
        counts.majors_behind,
        counts.unavailable,
        counts.end_of_life,
        format_args!("{age:.1}"),
        counts.median_age_days.map_or_else(|| "unknown".to_owned(), |days| days.to_string()),
        LEVELS.map(|(name, from)| format!("{name} from {from}")).join(", "),
    );
    for why in raised {
        formula.push_str("; ");
        formula.push_str(why);
    }
    let name = LEVELS.get(level).map_or("CRITICAL", |(name, _)| name);
    Urgency { level: name.to_owned(), score, formula, because: because(counts) }
}

/// One sentence a count that is not zero.
fn because(counts: &Counts) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut say = |number: usize, one: &str, many: &str| {
        if number > 0 {
            reasons.push(format!("{number} {}", if number == 1 { one } else { many }));
        }
    };
    say(counts.exploited, "advisory known to be exploited", "advisories known to be exploited");
    say(counts.critical, "critical advisory", "critical advisories");
    say(counts.high, "advisory of high severity", "advisories of high severity");
    say(counts.moderate, "advisory of moderate or no stated severity", "advisories of moderate or no stated severity");
    say(counts.low, "advisory of low severity", "advisories of low severity");
    let direct = if counts.direct == 1 { "package" } else { "packages" };
    let of = format!("of {} direct {direct} at least one major version behind", counts.direct);
    say(counts.majors_behind, &of, &of);
    say(counts.unavailable, "version in use cannot be installed", "versions in use cannot be installed");
    let of = format!("of {} runtime lines in use past its end of life", counts.runtimes);
    say(counts.end_of_life, &of, &of.replace("past its", "past their"));
    match counts.median_age_days {
        Some(days) => reasons.push(format!("versions in use are {days} days old in the median")),
        None if counts.packages > 0 => reasons.push("the age of no version in use is known".to_owned()),
        None => {}
    }
    for source in &counts.failed_sources {
        reasons.push(format!("{source} did not answer, so what it would have said is missing here"));
    }
    reasons
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    /// What seed 2 counted: 24 packages, 3 majors, one to two years old, no advisory that it knew of.
    fn assessment() -> Counts {
        Counts { packages: 24, direct: 24, majors_behind: 3, median_age_days: Some(540), ..Counts::default() }
    }

    #[test]
    fn the_assessment_of_the_seed_comes_out_medium_high_with_its_numbers() {
        let urgency = urgency(&assessment());
        assert_eq!((urgency.level.as_str(), urgency.score), ("MEDIUM-HIGH", 27.0));
        let formula = "25 x 0 critical + 6 x 0 high + 2 x 0 moderate or unrated + 0 low + 3 x 3 direct majors behind + 8 x 0 \
                       unavailable + 8 x 0 runtime lines past their end + 18.0 (median age of 540 days / 30, at most 24) \
                       = 27.0; LOW from 0, MEDIUM from 10, MEDIUM-HIGH from 25, HIGH from 50, CRITICAL from 90";
        assert_eq!(urgency.formula, formula);
        let because = [
            "3 of 24 direct packages at least one major version behind",
            "versions in use are 540 days old in the median",
        ];
        assert_eq!(urgency.because, because);
    }

    #[test]
    fn a_critical_advisory_an_exploit_and_a_silent_source_have_floors() {
        let critical = urgency(&Counts { critical: 1, ..Counts::default() });
        assert_eq!(critical.level, "HIGH");
        assert!(critical.formula.ends_with("a critical advisory: HIGH at least"));
        assert_eq!(urgency(&Counts { exploited: 1, low: 1, ..Counts::default() }).level, "CRITICAL");
        let silent = urgency(&Counts { failed_sources: vec!["advisories (npm)".to_owned()], ..Counts::default() });
        assert_eq!(silent.level, "MEDIUM");
        assert_eq!(silent.because, ["advisories (npm) did not answer, so what it would have said is missing here"]);
        assert_eq!(urgency(&Counts::default()).level, "LOW");
    }

    fn rank(urgency: &Urgency) -> usize {
        LEVELS.iter().position(|(name, _)| *name == urgency.level).unwrap_or(usize::MAX)
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(4), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_more_of_anything_never_lowers_it(numbers in prop::collection::vec(0usize..12, 8), age in 0i64..4000, which in 0usize..10) {
            let mut counts = Counts {
                packages: 50, direct: 50, runtimes: 12, critical: numbers[0] / 6, high: numbers[1], moderate: numbers[2], low: numbers[3],
                exploited: numbers[4] / 11, majors_behind: numbers[5], median_age_days: Some(age),
                unavailable: numbers[6], end_of_life: numbers[7], failed_sources: Vec::new(),
            };
            let before = urgency(&counts);
            match which {
                0 => counts.critical += 1,
                1 => counts.high += 1,
                2 => counts.moderate += 1,
                3 => counts.low += 1,
                4 => counts.exploited += 1,
                5 => counts.majors_behind += 1,
                6 => counts.unavailable += 1,
                7 => counts.end_of_life += 1,
                8 => counts.median_age_days = Some(age + 100),
                _ => counts.failed_sources.push("x".to_owned()),
            }
            let after = urgency(&counts);
            prop_assert!(rank(&after) >= rank(&before) && after.score >= before.score);
        }
    }
}
