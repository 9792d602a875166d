//! How bad: CVSS vectors scored, else the database's own word.
//!
//! Lives here: choosing among what one or several records say. Lives elsewhere: the ratings (`uplift_model::advisory`),
//! the formulas (crate `cvss`).

use cvss::Cvss;
use serde::{Deserialize, Serialize};
use uplift_model::advisory::Severity;

use crate::record::{Affected, Record, Score};

/// A severity and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rating {
    #[serde(rename = "w")]
    pub(crate) severity: Severity,
    /// CVSS base score, 0.0 to 10.0.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub(crate) vector: Option<String>,
    /// CVSS version times ten: 20, 30, 31, 40; 0 for a word.
    #[serde(rename = "g", default)]
    pub(crate) generation: u8,
}

impl Rating {
    const UNKNOWN: Self = Self { severity: Severity::Unknown, score: None, vector: None, generation: 0 };

    /// Of one record, for one of its packages: the package's own severity before the record's.
    pub(crate) fn of(record: &Record, affected: &Affected) -> Self {
        let words = [&affected.database_specific, &affected.ecosystem_specific, &record.database_specific];
        let word = words.iter().find_map(|s| Severity::of_word(s.severity.as_deref()?));
        let own = best(affected.severity.iter().filter_map(scored));
        own.or_else(|| best(record.severity.iter().filter_map(scored)))
            .or_else(|| word.map(|severity| Self { severity, ..Self::UNKNOWN }))
            .unwrap_or(Self::UNKNOWN)
    }

    /// Of records that are one vulnerability: the newest CVSS version, then the higher score; words come last.
    pub(crate) fn best_of<'a>(ratings: impl Iterator<Item = &'a Self>) -> Self {
        best(ratings.cloned()).unwrap_or(Self::UNKNOWN)
    }
}

fn best(ratings: impl Iterator<Item = Rating>) -> Option<Rating> {
    // Every score is a multiple of 0.1, so tenths order them without touching floats.
    let tenths = |rating: &Rating| rating.score.map_or(0, |score| (score * 10.0).round() as u32);
    ratings.max_by(|a, b| {
        let key = |r: &Rating| (r.generation, tenths(r), r.severity);
        // On a tie the vector decides, so that the order of records does not.
        key(a).cmp(&key(b)).then_with(|| b.vector.cmp(&a.vector))
    })
}

fn scored(given: &Score) -> Option<Rating> {
    let text = given.score.trim();
    if let Some(severity) = Severity::of_word(text) {
        return Some(Rating { severity, ..Rating::UNKNOWN });
    }
    if let Ok(score) = text.parse::<f64>() {
        let valid = (0.0..=10.0).contains(&score) && given.kind.to_ascii_uppercase().starts_with("CVSS");
        return valid.then(|| Rating {
            severity: Severity::of_score(score),
            score: Some(score),
            vector: None,
            generation: named_generation(&given.kind),
        });
    }
    // Version 2 vectors come with parentheses in some databases.
    let vector = text.trim_matches(['(', ')']);
    let cvss: Cvss = vector.parse().ok()?;
    let generation = match &cvss {
        Cvss::CvssV20(_) => 20,
        Cvss::CvssV30(_) => 30,
        Cvss::CvssV31(_) => 31,
        Cvss::CvssV40(_) => 40,
        _ => return None,
    };
    let score = cvss.score();
    Some(Rating {
        severity: Severity::of_score(score),
        score: Some(score),
        vector: Some(vector.to_owned()),
        generation,
    })
}

/// `CVSS_V3` says no more than 3.
fn named_generation(kind: &str) -> u8 {
    kind.chars().find_map(|c| c.to_digit(10)).and_then(|n| u8::try_from(n * 10).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rating(severity: &str, word: &str) -> Rating {
        let json = format!(
            r#"{{"id": "A", "severity": {severity}, "affected": [{{}}], "database_specific": {{"severity": "{word}"}}}}"#
        );
        let record = Record::parse(json.as_bytes()).unwrap();
        Rating::of(&record, &record.affected[0])
    }

    /// Scores as the calculators of first.org give them.
    #[test]
    fn vectors_of_every_version_are_scored() {
        for (vector, score, severity) in [
            ("AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5, Severity::High),
            ("(AV:N/AC:L/Au:N/C:N/I:N/A:C)", 7.8, Severity::High),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, Severity::Critical),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, Severity::Moderate),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3, Severity::Critical),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, Severity::None),
        ] {
            let found = rating(&format!(r#"[{{"type": "CVSS", "score": "{vector}"}}]"#), "");
            assert_eq!((found.score, found.severity), (Some(score), severity), "{vector}");
        }
    }

    #[test]
    fn the_newest_version_counts_even_when_an_older_one_scores_higher() {
        let both = r#"[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
            {"type": "CVSS_V4", "score": "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N"}]"#;
        let found = rating(both, "CRITICAL");
        assert_eq!(found.generation, 40);
        assert!(found.score.is_some_and(|score| score < 9.0));
    }

    #[test]
    fn without_a_vector_the_word_counts_and_without_both_it_is_unknown() {
        assert_eq!(rating("[]", "HIGH").severity, Severity::High);
        assert_eq!(rating("[]", "whatever").severity, Severity::Unknown);
        assert_eq!(
            rating(r#"[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:Q"}]"#, "moderate").severity,
            Severity::Moderate
        );
        assert_eq!(rating(r#"[{"type": "Ubuntu", "score": "medium"}]"#, "").severity, Severity::Moderate);
        assert_eq!(rating(r#"[{"type": "CVSS_V3", "score": "7.5"}]"#, "").score, Some(7.5));
        assert_eq!(rating(r#"[{"type": "CVSS_V3", "score": "NaN"}]"#, "").severity, Severity::Unknown);
    }
}
