//! Which test layers a step must pass: by level and by what the package is (row B9).
//!
//! Lives here: the rule. Lives elsewhere: running the layers and holding the gate (`engine`).

use uplift_model::Risk;

use super::classes::Class;

/// The layers, in the order in which they run. `standard`: facts are missing, so that unit and integration tests are
/// required whatever the level.
pub fn required_tests(class: Class, level: Risk, standard: bool) -> Vec<String> {
    let mut layers = vec!["unit"];
    if level >= Risk::Medium || standard {
        layers.push("integration");
    }
    if level >= Risk::Medium {
        match class {
            Class::BuildTool => layers.extend(["build", "end-to-end"]),
            Class::DevTool | Class::Types => layers.push("lint"),
            Class::Payment => layers.extend(["contract", "end-to-end"]),
            Class::Security => layers.push("security"),
            Class::MlFramework | Class::Inference | Class::Numeric => layers.extend(["model-output", "performance"]),
            Class::AiSdk => layers.push("contract"),
            Class::Database => layers.push("migration"),
            Class::Framework => layers.push("end-to-end"),
            Class::Observability | Class::Library | Class::TestTool | Class::TestPlugin => {}
        }
    }
    if level == Risk::High && !class.is_tool() {
        layers.extend(["security", "performance"]);
    }
    let mut seen = Vec::new();
    layers.retain(|layer| {
        let new = !seen.contains(layer);
        seen.push(*layer);
        new
    });
    layers.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_level_never_asks_for_less() {
        for class in Class::ALL {
            for standard in [false, true] {
                let of = |level| required_tests(class, level, standard);
                for (lower, higher) in [(Risk::Low, Risk::Medium), (Risk::Medium, Risk::High)] {
                    assert!(of(lower).iter().all(|layer| of(higher).contains(layer)), "{class:?}");
                }
            }
        }
    }

    #[test]
    fn missing_facts_force_standard_testing() {
        assert_eq!(required_tests(Class::Library, Risk::Low, false), ["unit"]);
        assert_eq!(required_tests(Class::Library, Risk::Low, true), ["unit", "integration"]);
        let payment = ["unit", "integration", "contract", "end-to-end", "security", "performance"];
        assert_eq!(required_tests(Class::Payment, Risk::High, false), payment);
    }
}
