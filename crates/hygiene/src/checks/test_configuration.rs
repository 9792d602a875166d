//! `test-configuration`: pytest's settings stand in a section that pytest reads.

use uplift_model::hygiene::Presence;

use super::pytest_settings::settings;
use super::{Answer, found, present};
use crate::place;
use crate::survey::Survey;

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let all = settings(survey.repository);
    let shown = |dead: bool| {
        let some = all.iter().filter(move |s| s.read != dead);
        some.map(|s| place::evidence(&s.file, Some(s.line), &s.section)).collect::<Vec<_>>()
    };
    if all.is_empty() {
        return Answer::left_out("no settings of pytest");
    }
    let dead = shown(true);
    let Some(first) = all.iter().find(|s| !s.read) else {
        return present("pytest reads every section that is meant for it", shown(false));
    };
    let because = format!(
        "pytest does not read `{}` in {}: markers, options and gates written there are dead",
        first.section,
        place::name(&first.file)
    );
    let advice = "name the section `[pytest]` in pytest.ini and tox.ini, `[tool:pytest]` in setup.cfg, \
                  `[tool.pytest.ini_options]` in pyproject.toml";
    let state = if all.iter().any(|s| s.read) { Presence::Partial } else { Presence::Neutralised };
    found(state, because, dead, advice)
}
