//! Files of CI that could not be read: what they run is not known, so that nothing is called absent for want of them.
//!
//! Lives here: which answers are in doubt then, and which fixes are refused. Lives elsewhere: reading them (`ci`).

use uplift_model::hygiene::{Evidence, Presence};

use crate::checks::{Answer, Found};
use crate::place;
use crate::survey::Survey;

/// Checks that judge by what CI runs.
const BY_CI: [&str; 6] =
    ["ci-scripts", "container-scan", "coverage-gate", "dependency-scan", "lint-gate", "tests-gate"];
/// Those that are left out where CI runs nothing of the kind.
const LEFT_OUT: [&str; 3] = ["ci-scripts", "lint-gate", "tests-gate"];
/// Layers of tests: their files tell whether they are there, CI whether they run.
const LAYERS: [&str; 3] = ["e2e-tests", "integration-tests", "load-tests"];

/// The answer of a check, or that it cannot be known: a step that is not seen may be in a file that is not read.
pub(crate) fn doubted(check: &str, answer: Answer, survey: &Survey<'_>) -> Answer {
    let Some(place) = place_of(survey) else { return answer };
    let (because, shown) = match answer {
        Answer::LeftOut(reason) if !LEFT_OUT.contains(&check) || calls_nothing(check, survey) => {
            return Answer::LeftOut(reason);
        }
        Answer::LeftOut(_) => (String::new(), Vec::new()),
        Answer::Found(found) => {
            let in_doubt = match found.state {
                Presence::Present | Presence::Unknown => false,
                Presence::Missing => BY_CI.contains(&check),
                Presence::Neutralised | Presence::Partial => BY_CI.contains(&check) || LAYERS.contains(&check),
            };
            if !in_doubt {
                return Answer::Found(found);
            }
            // Without another file the reason is that there is none, which is wrong.
            if survey.ci.files.is_empty() { (String::new(), Vec::new()) } else { (found.because, found.evidence) }
        }
    };
    let rest = if because.is_empty() { String::new() } else { format!("; without it: {because}") };
    let mut evidence: Vec<Evidence> =
        survey.ci.problems.iter().map(|p| place::evidence(&p.file, p.line, &p.message)).collect();
    evidence.extend(shown);
    Answer::Found(Found {
        state: Presence::Unknown,
        because: format!("the workflow could not be read: {place}{rest}"),
        evidence,
        advice: Some(format!("mend {place}, which its host cannot read either, then look again")),
    })
}

/// Why nothing is written for `check`: a file of CI that is not read may hold what would be written anew.
pub(crate) fn refused(check: &str, survey: &Survey<'_>) -> Option<String> {
    let place = place_of(survey).filter(|_| BY_CI.contains(&check))?;
    Some(format!("the workflow could not be read: {place}; mend it first, for it may hold what is looked for"))
}

fn calls_nothing(check: &str, survey: &Survey<'_>) -> bool {
    check == "ci-scripts" && !survey.repository.files().iter().any(|f| place::name(f) == "package.json")
}

/// `.github/workflows/ci.yml:3`, each that could not be read.
fn place_of(survey: &Survey<'_>) -> Option<String> {
    let places: Vec<String> = survey
        .ci
        .problems
        .iter()
        .map(|p| p.line.map_or_else(|| p.file.clone(), |line| format!("{}:{line}", p.file)))
        .collect();
    (!places.is_empty()).then(|| place::listed(&places))
}
