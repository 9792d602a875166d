//! Signal: packages that are installed now and, with the target, only by one of its extras.

use uplift_model::Risk;

use super::Said;
use super::evidence::Evidence;

/// What code does without them shows when it runs, and not before: more than a minor step.
const POINTS: u32 = 20;

pub(super) fn weigh(evidence: &Evidence) -> Said {
    let level = |used: bool| if used { Risk::High } else { Risk::Medium };
    let said = |said: Said, one: &super::Dropped| said.and(POINTS, level(one.used), one.sentence.clone());
    evidence.dropped.iter().fold(Said::nothing(), said)
}

#[cfg(test)]
mod tests {
    use uplift_model::{Ecosystem, Role};

    use super::*;
    use crate::risk::Dropped;

    #[test]
    fn what_the_code_uses_makes_it_high_and_all_else_medium() {
        let mut evidence = Evidence::new("sqlalchemy", Ecosystem::Python, Role::Runtime, "2.1.9");
        assert_eq!(weigh(&evidence), Said::nothing());
        evidence.dropped = vec![Dropped { sentence: "greenlet is gone".to_owned(), used: false }];
        assert_eq!(weigh(&evidence), Said::factor(20, Risk::Medium, "greenlet is gone"));
        evidence.dropped[0].used = true;
        assert_eq!(weigh(&evidence), Said::factor(20, Risk::High, "greenlet is gone"));
    }
}
