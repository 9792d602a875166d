//! Signal: what the target breaks in its surroundings: peer ranges, requirements of others, interpreters and engines.

use uplift_model::Risk;

use super::Said;
use super::evidence::Evidence;
use super::words::some;

pub(super) fn weigh(evidence: &Evidence) -> Said {
    let mut said = Said::nothing();
    if !evidence.conflicts.is_empty() {
        let points = 25 + 2 * u32::try_from(evidence.conflicts.len()).unwrap_or(u32::MAX).min(5);
        said = said.and(points, Risk::High, format!("others do not accept the target: {}", some(&evidence.conflicts)));
    }
    if !evidence.engines.is_empty() {
        said = said.and(20, Risk::High, format!("it needs another runtime: {}", some(&evidence.engines)));
    }
    said
}

#[cfg(test)]
mod tests {
    use uplift_model::{Ecosystem, Role};

    use super::*;

    #[test]
    fn a_blocker_and_a_newer_engine_are_high_each() {
        let mut evidence = Evidence::new("vite", Ecosystem::JavaScript, Role::Build, "7.1.9");
        assert_eq!(weigh(&evidence), Said::nothing());
        evidence.conflicts = vec!["@vitejs/plugin-vue 4.6.2 accepts vite ^4.0.0 || ^5.0.0".to_owned()];
        evidence.engines = vec!["vite 7.1.9 needs node ^20.19.0 || >=22.12.0, the project runs 18".to_owned()];
        let expected = Said::factor(
            27,
            Risk::High,
            "others do not accept the target: @vitejs/plugin-vue 4.6.2 accepts vite ^4.0.0 || ^5.0.0",
        );
        let engine = "it needs another runtime: vite 7.1.9 needs node ^20.19.0 || >=22.12.0, the project runs 18";
        assert_eq!(weigh(&evidence), expected.and(20, Risk::High, engine));
    }
}
