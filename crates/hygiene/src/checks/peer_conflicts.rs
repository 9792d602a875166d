//! `peer-conflicts`: npm refuses packages that do not fit together, and nobody told it not to.

use uplift_model::Ecosystem;
use uplift_model::hygiene::{Evidence, Presence};

use super::{Answer, found, present};
use crate::place;
use crate::survey::Survey;

/// Flags that make npm install what does not fit.
const FLAGS: [&str; 2] = ["--legacy-peer-deps", "--force"];

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    if !survey.repository.components.iter().any(|c| c.ecosystem == Ecosystem::JavaScript) {
        return Answer::left_out("no component of JavaScript");
    }
    let installs = |words: &[String]| {
        let verbs = ["install", "i", "ci", "add"];
        words.first().is_some_and(|w| ["npm", "pnpm", "yarn"].contains(&w.as_str()))
            && words.iter().any(|w| verbs.contains(&w.as_str()))
            && words.iter().any(|w| FLAGS.contains(&w.as_str()))
    };
    let mut evidence: Vec<Evidence> = Vec::new();
    for step in survey.steps().filter(|s| installs(s.words())) {
        evidence.push(place::evidence(&step.file, Some(step.line), &step.told()));
    }
    for file in &survey.dockerfiles {
        for run in file.all("RUN").filter(|r| r.commands().iter().any(|c| installs(&c.words))) {
            evidence.push(place::evidence(&file.path, Some(run.line), &format!("RUN {}", run.rest)));
        }
    }
    for path in survey.repository.files().iter().filter(|f| place::name(f) == ".npmrc") {
        let Some(text) = survey.repository.text(path) else { continue };
        let set = |l: &str| {
            let plain: String = l.chars().filter(|c| !c.is_whitespace()).collect();
            plain == "legacy-peer-deps=true" || plain == "force=true" || plain == "strict-peer-dependencies=false"
        };
        if let Some((line, what)) = place::find_line(&text, set) {
            evidence.push(place::evidence(path, Some(line), what));
        }
    }
    if evidence.is_empty() {
        return present("npm may refuse what does not fit", Vec::new());
    }
    let advice = "take the flag out, and move the packages that are in conflict together; `uplift validate` names them";
    found(
        Presence::Neutralised,
        "the installation ignores peer ranges, so that sets that do not fit are installed",
        evidence,
        advice,
    )
}
