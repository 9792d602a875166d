//! Signal: how old both versions are, and whether the package still lives.

use uplift_model::{Datum, Risk};

use super::Said;
use super::evidence::{Evidence, Step};

/// Days under which a release is so new that nobody can know it.
const RAW_DAYS: i64 = 3;
/// Days under which a release is new.
const NEW_DAYS: i64 = 14;
/// Days without any release from which a package may be quiet, and the multiple of its own rhythm.
const QUIET_DAYS: i64 = 365;
const QUIET_RHYTHMS: i64 = 4;

pub(super) fn weigh(evidence: &Evidence) -> Said {
    if evidence.step() == Step::Same {
        return Said::nothing();
    }
    let mut said = match &evidence.target_age_days {
        Datum::Found { value } if *value < RAW_DAYS => {
            Said::factor(10, Risk::Medium, format!("the target came out {} ago", days(*value)))
        }
        Datum::Found { value } if *value < NEW_DAYS => {
            Said::factor(5, Risk::Low, format!("the target came out {} ago", days(*value)))
        }
        Datum::Found { .. } | Datum::None => Said::nothing(),
        Datum::NotRetrieved { why } => {
            Said::nothing().missing(format!("age of the target: {why}; the level does not rest on it"))
        }
    };
    if let Datum::Found { value } = &evidence.current_age_days
        && evidence.step() >= Step::Minor
    {
        let years = value / 365;
        let points = u32::try_from(years.clamp(0, 4)).unwrap_or(0) * 2;
        if points > 0 {
            let years = if years == 1 { "1 year".to_owned() } else { format!("{years} years") };
            said = said.and(points, Risk::Low, format!("the version in use is {years} old: much has changed since"));
        }
    }
    if let Some(reason) = quiet(evidence) {
        said = said.and(6, Risk::Low, reason);
    }
    said
}

fn quiet(evidence: &Evidence) -> Option<String> {
    let since = evidence.days_since_release?;
    let rhythm = evidence.median_cadence_days.unwrap_or(0).max(0).saturating_mul(QUIET_RHYTHMS);
    (since > QUIET_DAYS && since > rhythm).then(|| match evidence.median_cadence_days {
        Some(cadence) => format!("no release for {}, where one came every {} before", days(since), days(cadence)),
        None => format!("no release for {}", days(since)),
    })
}

fn days(number: i64) -> String {
    if number == 1 { "1 day".to_owned() } else { format!("{} days", number.max(0)) }
}

#[cfg(test)]
mod tests {
    use uplift_model::{Distance, Ecosystem, Role};

    use super::*;

    fn step() -> Evidence {
        let mut evidence = Evidence::new("x", Ecosystem::Python, Role::Runtime, "2");
        evidence.distance = Some(Distance::Minor);
        evidence.target_age_days = Datum::found(200);
        evidence.current_age_days = Datum::found(100);
        evidence
    }

    #[test]
    fn a_release_of_yesterday_is_medium() {
        let mut evidence = step();
        assert_eq!(weigh(&evidence), Said::nothing());
        evidence.target_age_days = Datum::found(1);
        assert_eq!(weigh(&evidence), Said::factor(10, Risk::Medium, "the target came out 1 day ago"));
        evidence.target_age_days = Datum::found(13);
        assert_eq!(weigh(&evidence), Said::factor(5, Risk::Low, "the target came out 13 days ago"));
    }

    #[test]
    fn an_old_start_and_a_quiet_package_add_points() {
        let mut evidence = step();
        evidence.current_age_days = Datum::found(800);
        evidence.days_since_release = Some(900);
        evidence.median_cadence_days = Some(30);
        let expected = Said::factor(4, Risk::Low, "the version in use is 2 years old: much has changed since");
        assert_eq!(
            weigh(&evidence),
            expected.and(6, Risk::Low, "no release for 900 days, where one came every 30 days before")
        );
        evidence.median_cadence_days = Some(400);
        assert_eq!(weigh(&evidence).factors.len(), 1, "slow by habit");
    }
}
