//! Signal: whether the target can be had, whether the way back stays open, and whether anyone looks after the package.

use uplift_model::analysis::Availability;
use uplift_model::{Datum, Risk};

use super::Said;
use super::evidence::Evidence;
use super::words::some;

pub(super) fn weigh(evidence: &Evidence) -> Said {
    let mut said = match &evidence.target_availability {
        Datum::Found { value } => of_target(value),
        Datum::None => Said::nothing(),
        Datum::NotRetrieved { why } => Said::nothing().missing(format!("availability of the target: {why}")),
    };
    if let Some(reason) = evidence.current_availability.value().and_then(no_way_back) {
        said = said.and(8, Risk::Medium, reason);
    }
    if let Datum::Found { value } = &evidence.deprecation {
        let successor = value.successor.as_ref().map_or_else(
            || "deprecated or abandoned, and no successor is named".to_owned(),
            |name| format!("deprecated: {name} is its successor, so moving within it only buys time"),
        );
        said = said.and(8, Risk::Low, successor);
    }
    said
}

fn of_target(availability: &Availability) -> Said {
    match availability {
        Availability::Installable => Said::nothing(),
        Availability::SourceOnly => {
            Said::factor(12, Risk::Medium, "the target has no wheel here: it is built from source")
        }
        Availability::Yanked { .. } => Said::factor(15, Risk::Medium, "the target was withdrawn by its maintainers"),
        Availability::NoDistribution { exists_for } => {
            Said::factor(40, Risk::High, format!("nothing of the target fits here, it exists for {}", some(exists_for)))
        }
        Availability::NoSuchVersion { .. } => Said::factor(40, Risk::High, "the target was never released"),
        Availability::NoSuchPackage => Said::factor(40, Risk::High, "the index does not know the package"),
    }
}

/// Why the version in use could not be put back.
fn no_way_back(availability: &Availability) -> Option<&'static str> {
    match availability {
        Availability::Installable | Availability::SourceOnly => None,
        Availability::Yanked { .. } => Some("the version in use was withdrawn: going back to it is not advisable"),
        _ => Some("the version in use cannot be installed any more: there is no way back to it"),
    }
}

#[cfg(test)]
mod tests {
    use uplift_model::analysis::Deprecation;
    use uplift_model::{Ecosystem, Role};

    use super::*;

    #[test]
    fn each_failure_of_the_target_has_its_sentence() {
        let mut evidence = Evidence::new("faiss-cpu", Ecosystem::Python, Role::Runtime, "1.7.4");
        let exists_for = vec!["cp38".to_owned(), "cp311".to_owned()];
        evidence.target_availability = Datum::found(Availability::NoDistribution { exists_for });
        let sentence = "nothing of the target fits here, it exists for cp38, cp311";
        assert_eq!(weigh(&evidence), Said::factor(40, Risk::High, sentence));
        evidence.target_availability = Datum::found(Availability::SourceOnly);
        let sentence = "the target has no wheel here: it is built from source";
        assert_eq!(weigh(&evidence), Said::factor(12, Risk::Medium, sentence));
    }

    #[test]
    fn a_start_that_is_gone_and_a_dead_end_are_told() {
        let mut evidence = Evidence::new("cryptography", Ecosystem::Python, Role::Runtime, "44.0.1");
        evidence.target_availability = Datum::found(Availability::Installable);
        evidence.current_availability = Datum::found(Availability::NoSuchVersion { nearest: Vec::new() });
        evidence.deprecation =
            Datum::found(Deprecation { message: "use neo4j".to_owned(), successor: Some("neo4j".to_owned()) });
        let expected = Said::factor(
            8,
            Risk::Medium,
            "the version in use cannot be installed any more: there is no way back to it",
        );
        let sentence = "deprecated: neo4j is its successor, so moving within it only buys time";
        assert_eq!(weigh(&evidence), expected.and(8, Risk::Low, sentence));
    }
}
