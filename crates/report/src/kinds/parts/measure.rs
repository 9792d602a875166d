//! Targets of performance against what was measured (row N5): without a measurement nothing is met.
//!
//! Lives here: comparing a target such as `< 200 ms` with a number that a run took, and how a person takes one.

use uplift_model::dossier::{Dossier, GivenMetric};

use crate::document::{Text, Tone};

/// What may be said of a target.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// A run took this value, and it keeps the target.
    Met(String),
    NotMet(String),
    /// With the reason.
    Unknown(String),
}

impl Verdict {
    pub(crate) fn said(&self) -> Text {
        match self {
            Self::Met(value) => Text::from(format!("met: {value}")),
            Self::NotMet(value) => Text::from(format!("not met: {value}")),
            Self::Unknown(why) => Text::new().unknown(why.clone()),
        }
    }

    pub(crate) fn tone(&self) -> Tone {
        match self {
            Self::Met(_) => Tone::Good,
            Self::NotMet(_) => Tone::Bad,
            Self::Unknown(_) => Tone::Unknown,
        }
    }
}

/// A target against the metric of the same name that the run measured. What people state as today's value was measured by
/// nobody here, so it settles nothing.
pub(crate) fn verdict(dossier: &Dossier, metric: &GivenMetric) -> Verdict {
    let results = dossier.run.iter().flat_map(|run| &run.test_results);
    let mut measured = results.flat_map(|result| &result.performance_metrics);
    let Some((_, value)) = measured.find(|(name, _)| name.eq_ignore_ascii_case(metric.name.trim())) else {
        return Verdict::Unknown("not measured".to_owned());
    };
    match target(&metric.wanted) {
        Some((kept, limit)) => {
            let told = format!("{value}, wanted {}", metric.wanted);
            if kept(*value, limit) { Verdict::Met(told) } else { Verdict::NotMet(told) }
        }
        None => Verdict::Unknown(format!(
            "measured {value}; `{}` is no limit that a number can be held against",
            metric.wanted
        )),
    }
}

/// Whether a value keeps a limit.
type Keeps = fn(f64, f64) -> bool;

/// The comparison and the limit of `< 200 ms`, `at most 5`, `>= 99.9 %`.
fn target(wanted: &str) -> Option<(Keeps, f64)> {
    let wanted = wanted.trim();
    let known: [(&str, Keeps); 8] = [
        ("<=", |value, limit| value <= limit),
        (">=", |value, limit| value >= limit),
        ("<", |value, limit| value < limit),
        (">", |value, limit| value > limit),
        ("at most ", |value, limit| value <= limit),
        ("at least ", |value, limit| value >= limit),
        ("below ", |value, limit| value < limit),
        ("above ", |value, limit| value > limit),
    ];
    let (rest, kept) = known.iter().find_map(|(sign, kept)| Some((wanted.strip_prefix(sign)?, *kept)))?;
    let number: String = rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let limit: f64 = number.parse().ok()?;
    limit.is_finite().then_some((kept, limit))
}

/// How a person takes the number, by what the metric is called.
pub(crate) fn how(name: &str, wanted: &str) -> &'static str {
    let said = format!("{name} {wanted}").to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if has(&["p50", "p90", "p95", "p99", "latency", "response", " ms"]) {
        "the same recorded requests against the old and the new state on one machine, three times each; the percentile of all"
    } else if has(&["throughput", "rps", "requests per second"]) {
        "the same load against the old and the new state until errors or queues begin; requests a second before that"
    } else if has(&["memory", "rss", "mib", "gib"]) {
        "the service under the same load for ten minutes, old and new; the largest resident size"
    } else if has(&["start", "boot", "cold"]) {
        "ten starts of the old and of the new state; the median until the first answer"
    } else if has(&["error", "availability", "uptime", "%"]) {
        "the service's own counters over a week before and a week after"
    } else {
        "once before the first step and once after the last, in the same way; the value goes into `today`"
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::kinds::sample;

    fn of(wanted: &str, measured: Option<f64>, today: Option<&str>) -> Verdict {
        let dossier = sample::changed(|value| {
            let metrics = measured.map_or(json!({}), |measured| json!({"p95": measured}));
            value["run"]["test_results"] = json!([{"test_type": "unit", "status": "passed", "execution_time": 1.0,
                "coverage_percentage": null, "failures": [], "performance_metrics": metrics}]);
        });
        let today = today.map(str::to_owned);
        let metric = GivenMetric { name: "p95".to_owned(), today, wanted: wanted.to_owned(), source: None };
        verdict(&dossier, &metric)
    }

    #[test]
    fn only_a_measurement_meets_a_target() {
        let unmeasured = Verdict::Unknown("not measured".to_owned());
        assert_eq!(of("< 200 ms", None, None), unmeasured);
        assert_eq!(of("< 200 ms", None, Some("20 ms")), unmeasured, "what somebody states was not measured here");
        assert_eq!(of("< 200 ms", Some(150.0), None), Verdict::Met("150, wanted < 200 ms".to_owned()));
        assert_eq!(of("< 200 ms", Some(200.0), None), Verdict::NotMet("200, wanted < 200 ms".to_owned()));
        assert!(matches!(of("at least 99.9 %", Some(99.0), None), Verdict::NotMet(_)));
        assert!(matches!(of("fast", Some(1.0), None), Verdict::Unknown(_)));
    }

    proptest! {
        #[test]
        fn no_target_is_too_odd(wanted in "\\PC{0,30}") {
            let _ = target(&wanted);
            prop_assert!(!how(&wanted, &wanted).is_empty());
        }
    }
}
