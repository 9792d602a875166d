//! Signal: what the step does to known vulnerabilities (row B6).
//!
//! Lives here: the comparison of two lists of findings, and its weight. Lives elsewhere: finding them (`advisories`).

use uplift_model::advisory::{Finding, Severity};
use uplift_model::risk::{SecurityEffect, Touching};
use uplift_model::{Datum, Risk};

use super::Said;
use super::evidence::{Evidence, Step};
use super::words::some;

/// What is removed, remains and is introduced between two states: the package's own findings and those of what moves
/// with it, each with the name of its package. Two findings are one when a name of the one is a name of the other.
pub fn effect_between(before: &[Touching], after: &[Touching]) -> SecurityEffect {
    let in_list = |one: &Touching, list: &[Touching]| {
        list.iter().any(|other| other.package == one.package && same(&other.finding, &one.finding))
    };
    let (remaining, introduced) = after.iter().cloned().partition(|one| in_list(one, before));
    let removed = before.iter().filter(|one| !in_list(one, after)).cloned().collect();
    SecurityEffect { removed, remaining, introduced }
}

fn same(a: &Finding, b: &Finding) -> bool {
    let names = |finding: &Finding| -> Vec<String> {
        std::iter::once(&finding.id).chain(&finding.aliases).chain(&finding.records).cloned().collect()
    };
    let of_b = names(b);
    names(a).iter().any(|name| of_b.contains(name))
}

pub(super) fn weigh(evidence: &Evidence) -> Said {
    let effect = match &evidence.advisories {
        Datum::Found { value } => value,
        Datum::None => return Said::nothing(),
        Datum::NotRetrieved { why } => {
            let moves = evidence.step() != Step::Same;
            let at_least = if moves { Risk::Medium } else { Risk::Low };
            let said = Said::factor(10, at_least, "advisories not retrieved: neither version can be called safe");
            return said.missing(format!("advisories: {why}"));
        }
    };
    let mut said = Said::nothing();
    let standing = |list: &[Touching]| -> Vec<Touching> {
        list.iter().filter(|one| !one.finding.is_set_aside()).cloned().collect()
    };
    let (remaining, introduced) = (standing(&effect.remaining), standing(&effect.introduced));
    if !introduced.is_empty() {
        let at_least = if grave(&introduced) { Risk::High } else { Risk::Medium };
        said = said.and(25, at_least, format!("the target brings in {}", named(&introduced)));
    }
    if !remaining.is_empty() {
        let at_least = if grave(&remaining) { Risk::Medium } else { Risk::Low };
        said = said.and(8, at_least, format!("the target keeps {}", named(&remaining)));
    }
    if !effect.removed.is_empty() {
        said = said.and(0, Risk::Low, format!("the step removes {}", named(&effect.removed)));
    }
    said
}

/// High, critical, or of a severity that nobody stated: that is not harmless.
fn grave(list: &[Touching]) -> bool {
    list.iter().any(|one| matches!(one.finding.severity, Severity::High | Severity::Critical | Severity::Unknown))
}

/// `2 advisories: CVE-2024-1 (critical), CVE-2024-2 (pillow, high)`, worst first.
fn named(list: &[Touching]) -> String {
    let mut sorted: Vec<&Touching> = list.iter().collect();
    sorted.sort_by(|a, b| b.finding.severity.cmp(&a.finding.severity).then_with(|| a.finding.id.cmp(&b.finding.id)));
    let names: Vec<String> =
        sorted.iter().map(|one| format!("{} ({}, {})", one.finding.id, one.package, one.finding.severity)).collect();
    let number = if list.len() == 1 { "1 advisory".to_owned() } else { format!("{} advisories", list.len()) };
    format!("{number}: {}", some(&names))
}

#[cfg(test)]
pub(super) fn finding(id: &str, severity: Severity) -> Finding {
    Finding::bare(id, severity)
}

#[cfg(test)]
pub(super) fn touching(package: &str, id: &str, severity: Severity) -> Touching {
    Touching { package: package.to_owned(), finding: finding(id, severity) }
}

#[cfg(test)]
mod tests {
    use uplift_model::advisory::Exception;
    use uplift_model::{Distance, Ecosystem, Role};

    use super::*;

    fn cryptography() -> Evidence {
        let mut evidence = Evidence::new("cryptography", Ecosystem::Python, Role::Runtime, "44.0.0");
        (evidence.distance, evidence.majors) = (Some(Distance::Major), 3);
        let before = [
            touching("cryptography", "CVE-2023-50782", Severity::High),
            touching("cryptography", "CVE-2024-26130", Severity::High),
        ];
        let after = [touching("cryptography", "CVE-2024-12797", Severity::Low)];
        evidence.advisories = Datum::found(effect_between(&before, &after));
        evidence
    }

    #[test]
    fn removed_and_introduced_are_told_apart() {
        let expected =
            Said::factor(25, Risk::Medium, "the target brings in 1 advisory: CVE-2024-12797 (cryptography, low)");
        let sentence = "the step removes 2 advisories: CVE-2023-50782 (cryptography, high), \
                        CVE-2024-26130 (cryptography, high)";
        assert_eq!(weigh(&cryptography()), expected.and(0, Risk::Low, sentence));
    }

    #[test]
    fn one_name_in_common_makes_two_findings_one() {
        let mut before = touching("torch", "CVE-2025-32434", Severity::Critical);
        before.finding.aliases = vec!["GHSA-53q9".to_owned()];
        let after = touching("torch", "GHSA-53q9", Severity::Critical);
        let effect = effect_between(std::slice::from_ref(&before), std::slice::from_ref(&after));
        assert_eq!((effect.removed.len(), effect.remaining.len(), effect.introduced.len()), (0, 1, 0));
        let other = Touching { package: "torchvision".to_owned(), ..after };
        assert_eq!(effect_between(&[before], &[other]).introduced.len(), 1, "another package is another finding");
    }

    #[test]
    fn a_source_that_failed_raises_the_level() {
        let mut evidence = cryptography();
        evidence.advisories = Datum::not_retrieved("the database is not there");
        let expected = Said::factor(10, Risk::Medium, "advisories not retrieved: neither version can be called safe");
        assert_eq!(weigh(&evidence), expected.missing("advisories: the database is not there"));
    }

    #[test]
    fn what_is_set_aside_does_not_weigh_until_it_expires() {
        let mut one = touching("x", "CVE-1", Severity::Critical);
        let exception =
            |expired| Some(Exception { by: "settings".into(), reason: "no".into(), owner: None, until: None, expired });
        one.finding.exception = exception(false);
        let mut evidence = cryptography();
        evidence.advisories = Datum::found(effect_between(&[], std::slice::from_ref(&one)));
        assert_eq!(weigh(&evidence), Said::nothing());
        one.finding.exception = exception(true);
        evidence.advisories = Datum::found(effect_between(&[], &[one]));
        assert_eq!(weigh(&evidence).factors[0].1, Risk::High);
    }
}
