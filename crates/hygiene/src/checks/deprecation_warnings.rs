//! `deprecation-warnings`: what the next major removes is said while the tests run (row F20).

use uplift_model::hygiene::{Evidence, Presence};

use super::pytest_settings::settings;
use super::tools::{is_test, tool};
use super::{Answer, found, present};
use crate::place;
use crate::survey::Survey;

/// Options that hide them.
const SILENCERS: [&str; 6] = [
    "--disable-warnings",
    "--disable-pytest-warnings",
    "no:warnings",
    "ignore::DeprecationWarning",
    "ignore::PendingDeprecationWarning",
    "-Wignore",
];

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let all = settings(survey.repository);
    let runs: Vec<_> =
        survey.steps().filter(|s| is_test(s.words()) && tool(s.words()).is_some_and(|(t, _)| t == "pytest")).collect();
    if all.is_empty() && runs.is_empty() {
        return Answer::left_out("no tests of Python are set up");
    }
    let mut silenced: Vec<Evidence> = Vec::new();
    for section in &all {
        let lines = section.lines.iter().filter(|(_, l)| SILENCERS.iter().any(|s| l.contains(s)));
        // A bare `ignore` in a filter hides every warning.
        let bare = section.lines.iter().filter(|(_, l)| l.trim_matches(['"', ',', '\'']) == "ignore");
        silenced.extend(lines.chain(bare).map(|(line, what)| place::evidence(&section.file, Some(*line), what)));
    }
    for step in &runs {
        let words = step.words();
        let hidden = words.iter().any(|w| SILENCERS.iter().any(|s| w.contains(s)))
            || words.windows(2).any(|w| matches!(w, [flag, what] if flag == "-W" && what.starts_with("ignore")));
        if hidden {
            silenced.push(place::evidence(&step.file, Some(step.line), &step.told()));
        }
    }
    if silenced.is_empty() {
        return present("nothing hides them", Vec::new());
    }
    let dead = all.iter().any(|s| !s.read);
    let note = if dead { "; the section is not read today, and will hide them once it is" } else { "" };
    let advice = "take the option out, and filter single known warnings by message and module";
    found(Presence::Neutralised, format!("the settings of the tests silence them{note}"), silenced, advice)
}
