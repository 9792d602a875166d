//! Signal: compiled code on either side of the step, and what is compiled against it.

use uplift_model::{Datum, Risk};

use super::Said;
use super::classes::classify;
use super::evidence::{Evidence, Step};
use super::words::{count, some};

/// Packages compiled against the old interface resolve beside the new one and then fail at import, so metadata alone
/// never shows this.
pub(super) fn weigh(evidence: &Evidence) -> Said {
    let step = evidence.step();
    if step == Step::Same {
        return Said::nothing();
    }
    let native = match &evidence.native {
        Datum::Found { value } => *value,
        // What is compiled against it shows that it has a C interface, whoever did not answer.
        Datum::None | Datum::NotRetrieved { .. } if !evidence.built_against_by.is_empty() => {
            super::Native { before: true, after: true, stable_abi: false }
        }
        Datum::None => return Said::nothing(),
        Datum::NotRetrieved { why } => {
            let text = format!("compiled code: {why}; the environment's import check decides instead");
            return Said::nothing().missing(text);
        }
    };
    if !native.before && !native.after && evidence.built_against_by.is_empty() {
        return Said::nothing();
    }
    if !evidence.built_against_by.is_empty() {
        let who = count(evidence.built_against_by.len(), "package");
        let reason = format!("{who} compiled against its C interface: {}", some(&evidence.built_against_by));
        return match step {
            Step::Major(_) => {
                Said::factor(30, Risk::High, format!("{reason}; built for the old one they fail at import"))
            }
            Step::Patch => Said::factor(6, Risk::Low, reason),
            _ => Said::factor(18, Risk::Medium, reason),
        };
    }
    let tool = classify(evidence.ecosystem, &evidence.name, evidence.role).is_tool();
    let what = match (native.before, native.after) {
        (false, true) => "it starts to ship compiled code",
        (true, false) => "it stops shipping compiled code",
        _ => "it ships compiled code",
    };
    match (native.stable_abi, step) {
        (true, _) => Said::factor(3, Risk::Low, format!("{what}, bound to the interpreter's stable interface only")),
        (false, Step::Patch) => Said::factor(3, Risk::Low, what),
        (false, Step::Major(_)) => {
            Said::factor(15, Risk::Medium, format!("{what}: wheels and system libraries change"))
        }
        (false, _) => Said::factor(12, if tool { Risk::Low } else { Risk::Medium }, what),
    }
}

#[cfg(test)]
mod tests {
    use uplift_model::{Distance, Ecosystem, Role};

    use super::*;
    use crate::risk::Native;

    fn step(name: &str, distance: Distance, majors: u64, native: Native, by: &[&str]) -> Said {
        let mut evidence = Evidence::new(name, Ecosystem::Python, Role::Runtime, "2.3.1");
        (evidence.distance, evidence.majors) = (Some(distance), majors);
        evidence.native = Datum::found(native);
        evidence.built_against_by = by.iter().map(|name| (*name).to_owned()).collect();
        weigh(&evidence)
    }

    const NATIVE: Native = Native { before: true, after: true, stable_abi: false };

    #[test]
    fn what_is_built_against_a_major_step_makes_it_high() {
        let said = step("numpy", Distance::Major, 1, NATIVE, &["opencv-python", "onnxruntime"]);
        let sentence = "2 packages compiled against its C interface: opencv-python, onnxruntime; \
                        built for the old one they fail at import";
        assert_eq!(said, Said::factor(30, Risk::High, sentence));
    }

    #[test]
    fn compiled_code_makes_a_minor_step_medium_unless_it_keeps_to_the_stable_interface() {
        let said = step("opencv-python", Distance::Minor, 0, NATIVE, &[]);
        assert_eq!(said, Said::factor(12, Risk::Medium, "it ships compiled code"));
        let said = step("cryptography", Distance::Minor, 0, Native { stable_abi: true, ..NATIVE }, &[]);
        let sentence = "it ships compiled code, bound to the interpreter's stable interface only";
        assert_eq!(said, Said::factor(3, Risk::Low, sentence));
        let said = step("pure", Distance::Major, 1, Native::default(), &[]);
        assert_eq!(said, Said::nothing());
    }

    #[test]
    fn a_source_that_did_not_answer_is_named() {
        let mut evidence = Evidence::new("x", Ecosystem::Python, Role::Runtime, "2");
        evidence.distance = Some(Distance::Minor);
        let said = weigh(&evidence);
        assert!(said.factors.is_empty());
        assert_eq!(said.unknown, ["compiled code: nobody asked; the environment's import check decides instead"]);
    }
}
