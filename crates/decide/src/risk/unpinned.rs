//! Signal: requirements that let versions drift (rows A4, A5).

use uplift_model::Risk;
use uplift_model::analysis::Pinning;

use super::Said;
use super::evidence::Evidence;

pub(super) fn weigh(evidence: &Evidence) -> Said {
    if evidence.locked {
        return Said::nothing();
    }
    let target = &evidence.target;
    match evidence.pinning {
        Pinning::Unpinned => Said::factor(
            5,
            Risk::Low,
            format!("nothing pins it: environments differ by the day they are made; pin {target}"),
        ),
        Pinning::Floor => Said::factor(
            5,
            Risk::Low,
            format!("only a lower bound and no lock: the floor is not the version that runs; pin {target}"),
        ),
        Pinning::Bounded => {
            Said::factor(3, Risk::Low, format!("a range and no lock: what runs may differ; pin {target}"))
        }
        Pinning::Pinned | Pinning::Elsewhere => Said::nothing(),
    }
}

#[cfg(test)]
mod tests {
    use uplift_model::{Ecosystem, Role};

    use super::*;

    #[test]
    fn each_open_end_names_the_pin_to_write() {
        let mut evidence = Evidence::new("fastapi", Ecosystem::Python, Role::Runtime, "0.115.14");
        assert_eq!(weigh(&evidence), Said::nothing());
        evidence.pinning = Pinning::Unpinned;
        let sentence = "nothing pins it: environments differ by the day they are made; pin 0.115.14";
        assert_eq!(weigh(&evidence), Said::factor(5, Risk::Low, sentence));
        evidence.locked = true;
        assert_eq!(weigh(&evidence), Said::nothing());
    }
}
