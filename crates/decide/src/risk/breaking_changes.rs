//! Signal: breaking changes that reach this code base: symbols that it uses and the target removed or deprecates.

use uplift_model::{Datum, Risk};

use super::Said;
use super::classes::classify;
use super::evidence::Evidence;
use super::words::{count, some};

pub(super) fn weigh(evidence: &Evidence) -> Said {
    // What was not looked up is `missing_research`'s to say.
    let Datum::Found { value } = &evidence.breaking else { return Said::nothing() };
    let tool = classify(evidence.ecosystem, &evidence.name, evidence.role).is_tool();
    let mut said = Said::nothing();
    if !value.removed.is_empty() {
        let points = 20 + 2 * u32::try_from(value.removed.len()).unwrap_or(u32::MAX).min(5);
        let at_least = if tool { Risk::Medium } else { Risk::High };
        let (names, target) = (count(value.removed.len(), "name"), format!("{} {}", evidence.name, evidence.target));
        let reason = format!("the code uses {names} that {target} no longer has: {}", some(&value.removed));
        said = said.and(points, at_least, reason);
    }
    if !value.deprecated.is_empty() {
        let (names, target) = (count(value.deprecated.len(), "name"), format!("{} {}", evidence.name, evidence.target));
        let reason = format!("the code uses {names} that {target} deprecates: {}", some(&value.deprecated));
        said = said.and(4, Risk::Low, reason);
    }
    if said.factors.is_empty() && value.known > 0 {
        let known = count(value.known, "breaking change");
        said = said.and(2, Risk::Low, format!("{known} known, and none touches the code"));
    }
    said
}

#[cfg(test)]
mod tests {
    use uplift_model::{Ecosystem, Role};

    use super::*;
    use crate::risk::Breaking;

    #[test]
    fn removed_symbols_in_use_make_it_high_and_are_named() {
        let mut evidence = Evidence::new("numpy", Ecosystem::Python, Role::Runtime, "2.3.1");
        evidence.breaking = Datum::found(Breaking {
            known: 40,
            removed: vec!["np.float_".to_owned(), "np.product".to_owned()],
            deprecated: vec!["np.in1d".to_owned()],
            untold: 0,
        });
        let expected =
            Said::factor(24, Risk::High, "the code uses 2 names that numpy 2.3.1 no longer has: np.float_, np.product");
        assert_eq!(
            weigh(&evidence),
            expected.and(4, Risk::Low, "the code uses 1 name that numpy 2.3.1 deprecates: np.in1d")
        );
        evidence.breaking = Datum::found(Breaking { known: 1, ..Breaking::default() });
        assert_eq!(weigh(&evidence), Said::factor(2, Risk::Low, "1 breaking change known, and none touches the code"));
    }
}
