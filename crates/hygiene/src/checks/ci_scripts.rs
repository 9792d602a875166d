//! `ci-scripts`: a script of `package.json` that CI calls is there.

use uplift_model::hygiene::Presence;

use super::{Answer, found, present};
use crate::ci::called;
use crate::place;
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let mut evidence = Vec::new();
    let mut names = Vec::new();
    let mut calls = Vec::new();
    for step in &survey.ci.steps {
        let words: Vec<&str> = step.words().iter().map(String::as_str).collect();
        let Some(name) = called::npm_name(&words) else { continue };
        let folder = called::npm_folder(step);
        let manifest = place::join(&folder, "package.json");
        // npm itself has a default for `start`, and a matrix or variable names what cannot be known here.
        if !survey.repository.has(&manifest) || name.contains('$') || name == "start" || words.contains(&"--if-present")
        {
            continue;
        }
        calls.push(place::evidence(&step.file, Some(step.line), &step.told()));
        if called::npm(survey.repository, &folder, name).is_none() {
            evidence.push(place::evidence(&step.file, Some(step.line), &step.told()));
            evidence.push(place::evidence(&manifest, None, &format!("has no script `{name}`")));
            names.push(format!("`{name}` of {manifest}"));
        }
    }
    if calls.is_empty() {
        return Answer::left_out("CI calls no script of a package.json");
    }
    if names.is_empty() {
        return present("every script that CI calls is there", calls);
    }
    let advice =
        "add the script to package.json, or call the one that is there; a step that calls nothing tests nothing";
    found(
        Presence::Missing,
        format!("CI calls {}, which {} not there", place::listed(&names), if names.len() == 1 { "is" } else { "are" }),
        evidence,
        advice,
    )
}
