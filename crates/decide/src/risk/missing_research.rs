//! Signal: what was looked for and could not be had. Not retrieved is never "nothing found" (rows A15, B10).

use uplift_model::Risk;

use super::Said;
use super::classes::classify;
use super::evidence::{Evidence, NOT_ASKED, Step};

/// Release notes and breaking changes, one factor for both: an upgrade of what is delivered is medium without them, and
/// everything else passes the standard tests whatever the release says.
pub(super) fn weigh(evidence: &Evidence) -> Said {
    let step = evidence.step();
    let mut missing = Vec::new();
    let mut said = Said::nothing();
    for (what, why) in
        [("release notes", evidence.release_notes.missing()), ("breaking changes", evidence.breaking.missing())]
    {
        if let Some(why) = why {
            // A source that does not exist yet says nothing about this release.
            if why != NOT_ASKED {
                missing.push(what);
            }
            said = said.missing(format!("{what}: {why}"));
        }
    }
    if missing.is_empty() || step == Step::Same {
        return said;
    }
    let tool = classify(evidence.ecosystem, &evidence.name, evidence.role).is_tool();
    let raises = step >= Step::Minor && !tool && evidence.direct;
    let points = 4 * u32::try_from(missing.len()).unwrap_or(1) * step.quarters() / 2;
    let what = missing.join(" and ");
    let verdict =
        if raises { "standard testing is required, and medium at least" } else { "standard testing is required" };
    said.and(points, if raises { Risk::Medium } else { Risk::Low }, format!("{what} not retrieved: {verdict}"))
}

#[cfg(test)]
mod tests {
    use uplift_model::{Datum, Distance, Ecosystem, Role};

    use super::*;

    fn opencv() -> Evidence {
        let mut evidence = Evidence::new("opencv-python", Ecosystem::Python, Role::Runtime, "4.11.0.86");
        evidence.distance = Some(Distance::Minor);
        evidence.release_notes = Datum::not_retrieved("tool failure");
        evidence.breaking = Datum::not_retrieved("tool failure");
        evidence
    }

    #[test]
    fn what_could_not_be_had_raises_the_level_and_is_listed() {
        let said = weigh(&opencv());
        let sentence =
            "release notes and breaking changes not retrieved: standard testing is required, and medium at least";
        assert_eq!(said.factors, [(8, Risk::Medium, sentence.to_owned())]);
        assert_eq!(said.unknown, ["release notes: tool failure", "breaking changes: tool failure"]);
    }

    #[test]
    fn a_patch_is_only_held_to_standard_testing() {
        let mut evidence = opencv();
        evidence.distance = Some(Distance::Patch);
        let said = weigh(&evidence);
        let sentence = "release notes and breaking changes not retrieved: standard testing is required";
        assert_eq!(said.factors, [(4, Risk::Low, sentence.to_owned())]);
    }

    #[test]
    fn what_nobody_asks_for_yet_is_listed_and_raises_nothing() {
        let mut evidence = opencv();
        (evidence.release_notes, evidence.breaking) =
            (Datum::not_retrieved(NOT_ASKED), Datum::not_retrieved(NOT_ASKED));
        let said = weigh(&evidence);
        assert!(said.factors.is_empty());
        assert_eq!(said.unknown.len(), 2);
    }

    #[test]
    fn an_assessment_takes_up_what_was_read_after_it_and_says_no_more_that_nobody_asked() {
        let mut evidence = opencv();
        (evidence.release_notes, evidence.breaking) =
            (Datum::not_retrieved(NOT_ASKED), Datum::not_retrieved(NOT_ASKED));
        let before = super::super::assess(&evidence);
        assert_eq!(before.unknown.iter().filter(|text| text.starts_with("release notes: ")).count(), 1);
        for notes in [Datum::found("CHANGELOG.md".to_owned()), Datum::None, Datum::not_retrieved("tool failure")] {
            evidence.release_notes = notes;
            let after = super::super::researched(before.clone(), &evidence);
            let whole = super::super::assess(&evidence);
            assert_eq!((after.level, after.score, &after.factors), (whole.level, whole.score, &whole.factors));
            assert_eq!(after.required_tests, whole.required_tests);
            let sorted = |mut all: Vec<String>| {
                all.sort();
                all
            };
            assert_eq!(sorted(after.unknown), sorted(whole.unknown));
        }
    }

    #[test]
    fn looked_for_and_not_there_is_an_answer() {
        let mut evidence = opencv();
        (evidence.release_notes, evidence.breaking) = (Datum::None, Datum::None);
        assert_eq!(weigh(&evidence), Said::nothing());
    }
}
