//! Signal: how far apart the two versions are.

use uplift_model::Risk;

use super::Said;
use super::classes::{Class, classify};
use super::evidence::{Evidence, Step};
use super::words::count;

/// Two first numbers apart make even a tool high, since it judges or shapes the whole code base; a plugin of the test
/// runner, type declarations and what only others require stay medium.
pub(super) fn weigh(evidence: &Evidence) -> Said {
    let class = classify(evidence.ecosystem, &evidence.name, evidence.role);
    let way = evidence.way();
    let lines = u32::try_from(evidence.minors / 4).unwrap_or(u32::MAX).min(8);
    let minor = |what: &str| match evidence.minors {
        0 | 1 => format!("{what}: {way}"),
        n => format!("{what}, {n} minor lines apart: {way}"),
    };
    match evidence.step() {
        Step::Same if evidence.comes_fresh() => Said::factor(
            0,
            Risk::Low,
            format!("a fresh environment gets {way} already: pinning it there moves nothing"),
        ),
        Step::Same => Said::factor(0, Risk::Low, format!("no step: {way}")),
        Step::Patch => Said::factor(4, Risk::Low, format!("a patch: {way}")),
        Step::Minor => Said::factor(12 + lines, Risk::Low, minor("a minor step")),
        Step::Unknown => Said::factor(21, Risk::Medium, format!("how far {way} is from what runs is not known"))
            .missing("version in use: neither a lock nor a manifest says which one runs"),
        Step::Zero => Said::factor(22 + lines, Risk::Low, minor("a minor step before 1.0, which may break callers")),
        Step::Major(majors) => {
            let further = u32::try_from(majors.saturating_sub(1)).unwrap_or(u32::MAX).min(3);
            let mild = matches!(class, Class::TestPlugin | Class::Types) || !evidence.direct;
            let at_least = if majors > 1 && !mild { Risk::High } else { Risk::Medium };
            let steps = count(usize::try_from(majors).unwrap_or(usize::MAX), "major step");
            Said::factor(30 + 8 * further, at_least, format!("{steps}: {way}"))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use uplift_model::{Distance, Ecosystem, Role};

    use super::*;

    fn step(name: &str, role: Role, from: &str, to: &str, distance: Distance, majors: u64, minors: u64) -> Said {
        let mut evidence = Evidence::new(name, Ecosystem::Python, role, to);
        evidence.current = Some(from.to_owned());
        (evidence.distance, evidence.majors, evidence.minors) = (Some(distance), majors, minors);
        weigh(&evidence)
    }

    #[test]
    fn the_sentence_names_the_step_and_both_versions() {
        let isort = step("isort", Role::Development, "5.12.0", "7.0.0", Distance::Major, 2, 0);
        assert_eq!(isort, Said::factor(38, Risk::High, "2 major steps: 5.12.0 -> 7.0.0"));
        let openai = step("openai", Role::Runtime, "1.3.9", "1.54.0", Distance::Minor, 0, 51);
        assert_eq!(openai, Said::factor(20, Risk::Low, "a minor step, 51 minor lines apart: 1.3.9 -> 1.54.0"));
        let anthropic = step("anthropic", Role::Runtime, "0.7.8", "0.39.0", Distance::Major, 0, 32);
        let sentence = "a minor step before 1.0, which may break callers, 32 minor lines apart: 0.7.8 -> 0.39.0";
        assert_eq!(anthropic, Said::factor(30, Risk::Low, sentence));
        let patch = step("sqlalchemy", Role::Runtime, "2.0.23", "2.0.36", Distance::Patch, 0, 0);
        assert_eq!(patch, Said::factor(4, Risk::Low, "a patch: 2.0.23 -> 2.0.36"));
    }

    #[test]
    fn a_plugin_of_the_test_runner_stays_medium() {
        let plugin = step("pytest-cov", Role::Test, "4.1.0", "7.0.0", Distance::Major, 3, 0);
        assert_eq!(plugin, Said::factor(46, Risk::Medium, "3 major steps: 4.1.0 -> 7.0.0"));
    }

    #[test]
    fn an_unknown_start_is_medium_and_said() {
        let mut evidence = Evidence::new("arq", Ecosystem::Python, Role::Runtime, "0.26.3");
        evidence.pinning = uplift_model::analysis::Pinning::Bounded;
        let said = weigh(&evidence);
        assert_eq!(said.factors, [(21, Risk::Medium, "how far 0.26.3 is from what runs is not known".to_owned())]);
        assert_eq!(said.unknown.len(), 1);
    }
}
