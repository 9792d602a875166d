//! `ci-scripts`: a script of `package.json` that CI calls is there.

use uplift_model::hygiene::Presence;

use super::{Answer, found, present};
use crate::ci::{Step, called};
use crate::place;
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let mut evidence = Vec::new();
    let mut names = Vec::new();
    let mut calls = Vec::new();
    for step in &survey.ci.steps {
        let Some((manifest, name)) = call(survey, step) else { continue };
        calls.push(place::evidence(&step.file, Some(step.line), &step.told()));
        if absent(survey, step).is_some() {
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

/// The manifest and the script that a step calls, where both can be told.
fn call(survey: &Survey<'_>, step: &Step) -> Option<(String, String)> {
    let words: Vec<&str> = step.words().iter().map(String::as_str).collect();
    let name = called::npm_name(&words)?;
    let manifest = place::join(&called::npm_folder(step), "package.json");
    // npm itself has a default for `start`, and a matrix or variable names what cannot be known here.
    let can_tell = !name.contains('$') && name != "start" && !words.contains(&"--if-present");
    (can_tell && survey.repository.has(&manifest)).then(|| (manifest, name.to_owned()))
}

/// The script that a step calls and that is not there: `` `test` of web/package.json ``.
pub(crate) fn absent(survey: &Survey<'_>, step: &Step) -> Option<String> {
    let (manifest, name) = call(survey, step)?;
    let is_there = called::npm(survey.repository, place::folder(&manifest), &name).is_some();
    (!is_there).then(|| format!("`{name}` of {manifest}"))
}
