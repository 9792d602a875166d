//! Signal: how much of the code base and how many packages the step reaches.

use uplift_model::{Datum, Risk};

use super::Said;
use super::classes::classify;
use super::evidence::{Evidence, Step};
use super::role::FEW_FILES;
use super::words::count;

/// Points: one a file up to 20, one a dependent up to 10, both scaled by the step (a quarter for a patch, all of it for
/// a major).
pub(super) fn weigh(evidence: &Evidence) -> Said {
    let step = evidence.step();
    let tool = classify(evidence.ecosystem, &evidence.name, evidence.role).is_tool();
    let scaled = |number: usize, most: u32| u32::try_from(number).unwrap_or(u32::MAX).min(most) * step.quarters() / 4;
    let mut said = match &evidence.usage {
        Datum::Found { value } if value.files > 0 => {
            let wide = value.files > FEW_FILES && step >= Step::Minor && !tool;
            let at_least = if wide { Risk::Medium } else { Risk::Low };
            let (files, places) = (count(value.files, "file"), count(value.count, "place"));
            Said::factor(scaled(value.files, 20), at_least, format!("used in {files}, {places}"))
        }
        Datum::Found { .. } | Datum::None => Said::factor(0, Risk::Low, "no file of the code base imports it"),
        Datum::NotRetrieved { why } => {
            let at_least = if step >= Step::Minor && !tool { Risk::Medium } else { Risk::Low };
            Said::factor(scaled(8, 8), at_least, "where the code base uses it is not known")
                .missing(format!("usage: {why}"))
        }
    };
    if !evidence.dependents.is_empty() {
        let who = count(evidence.dependents.len(), "package");
        let verb = if evidence.dependents.len() == 1 { "requires" } else { "require" };
        said = said.and(scaled(evidence.dependents.len(), 10), Risk::Low, format!("{who} of the lock {verb} it"));
    }
    said
}

#[cfg(test)]
mod tests {
    use uplift_model::analysis::Usage;
    use uplift_model::{Distance, Ecosystem, Role};

    use super::*;

    fn used(role: Role, distance: Distance, files: usize) -> Evidence {
        let mut evidence = Evidence::new("requests", Ecosystem::Python, role, "2.32.0");
        evidence.distance = Some(distance);
        evidence.usage = Datum::found(Usage { files, count: files * 2, ..Usage::default() });
        evidence
    }

    #[test]
    fn a_minor_that_reaches_more_than_three_files_is_medium() {
        assert_eq!(
            weigh(&used(Role::Runtime, Distance::Minor, 12)),
            Said::factor(6, Risk::Medium, "used in 12 files, 24 places")
        );
        assert_eq!(
            weigh(&used(Role::Runtime, Distance::Minor, 1)),
            Said::factor(0, Risk::Low, "used in 1 file, 2 places")
        );
        assert_eq!(weigh(&used(Role::Test, Distance::Minor, 12)).factors[0].1, Risk::Low);
        assert_eq!(weigh(&used(Role::Runtime, Distance::Patch, 12)).factors[0].1, Risk::Low);
    }

    #[test]
    fn dependents_count_and_an_unknown_use_is_said() {
        let mut evidence = used(Role::Runtime, Distance::Minor, 0);
        evidence.dependents = (0..6).map(|n| format!("p{n}")).collect();
        let expected = Said::factor(0, Risk::Low, "no file of the code base imports it");
        assert_eq!(weigh(&evidence), expected.and(3, Risk::Low, "6 packages of the lock require it"));
        evidence.dependents.clear();
        evidence.usage = Datum::not_retrieved("src/a.py cannot be parsed");
        let expected = Said::factor(4, Risk::Medium, "where the code base uses it is not known");
        assert_eq!(weigh(&evidence), expected.missing("usage: src/a.py cannot be parsed"));
    }
}
