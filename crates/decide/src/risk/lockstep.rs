//! Signal: packages that must stand at a matching version.

use uplift_model::Risk;

use super::Said;
use super::evidence::Evidence;
use super::words::some;

pub(super) fn weigh(evidence: &Evidence) -> Said {
    let (along, behind): (Vec<_>, Vec<_>) = evidence.lockstep.iter().partition(|partner| partner.comes_along);
    let names = |partners: &[&super::Partner]| some(&partners.iter().map(|p| p.name.as_str()).collect::<Vec<_>>());
    let mut said = Said::nothing();
    if !along.is_empty() {
        let points = u32::try_from(along.len()).unwrap_or(u32::MAX).min(3) * 2;
        said = said.and(points, Risk::Low, format!("moves in one step with {}", names(&along)));
    }
    if !behind.is_empty() {
        // As much as staying behind costs more than coming along, for each of three partners.
        let points = 20 + u32::try_from(behind.len()).unwrap_or(u32::MAX).min(3) * 2;
        said = said.and(points, Risk::High, format!("must match {}, which does not come along", names(&behind)));
    }
    said
}

#[cfg(test)]
mod tests {
    use uplift_model::{Ecosystem, Role};

    use super::*;
    use crate::risk::Partner;

    #[test]
    fn a_partner_that_stays_makes_it_high() {
        let mut evidence = Evidence::new("torch", Ecosystem::Python, Role::Runtime, "2.6.0");
        evidence.lockstep = vec![Partner { name: "torchvision".to_owned(), comes_along: true }];
        assert_eq!(weigh(&evidence), Said::factor(2, Risk::Low, "moves in one step with torchvision"));
        evidence.lockstep[0].comes_along = false;
        assert_eq!(weigh(&evidence), Said::factor(22, Risk::High, "must match torchvision, which does not come along"));
    }
}
