//! Signal: who published the target and how, where that changed since the version in use.

use uplift_model::{Datum, Risk};

use super::Said;
use super::evidence::Evidence;
use super::words::some;

pub(super) fn weigh(evidence: &Evidence) -> Said {
    match &evidence.provenance {
        Datum::Found { value } if !value.is_empty() => {
            let (points, at_least) = if value.len() > 1 { (25, Risk::High) } else { (15, Risk::Medium) };
            Said::factor(points, at_least, format!("its origin changed: {}", some(value)))
        }
        Datum::Found { .. } | Datum::None => Said::nothing(),
        // Most indexes do not tell; raising every upgrade by it would say nothing about any of them.
        Datum::NotRetrieved { why } => Said::nothing().missing(format!("origin: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use uplift_model::{Ecosystem, Role};

    use super::*;

    #[test]
    fn one_change_is_medium_and_two_are_high() {
        let mut evidence = Evidence::new("x", Ecosystem::JavaScript, Role::Runtime, "2");
        evidence.provenance = Datum::found(vec!["published by a new account".to_owned()]);
        let sentence = "its origin changed: published by a new account";
        assert_eq!(weigh(&evidence), Said::factor(15, Risk::Medium, sentence));
        evidence.provenance =
            Datum::found(vec!["published by a new account".to_owned(), "no attestation any more".to_owned()]);
        let sentence = "its origin changed: published by a new account, no attestation any more";
        assert_eq!(weigh(&evidence), Said::factor(25, Risk::High, sentence));
        evidence.provenance = Datum::None;
        assert_eq!(weigh(&evidence), Said::nothing());
    }
}
