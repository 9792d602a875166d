//! The layers of tests, and where each is found: shared by the four checks of layers.

use uplift_model::hygiene::{Evidence, Presence};

use super::tools::{is_test, tool};
use super::{Answer, found, present};
use crate::ci::Step;
use crate::place;
use crate::survey::Survey;

/// What one layer looks like.
pub(super) struct Layer {
    /// `end-to-end tests`.
    pub(super) called: &'static str,
    /// Folders and parts of file names.
    pub(super) folders: &'static [&'static str],
    pub(super) names: &'static [&'static str],
    /// Modules that only such tests import.
    pub(super) modules: &'static [&'static str],
    /// Programs that run them.
    pub(super) programs: &'static [&'static str],
    pub(super) advice: &'static str,
}

/// Whether pytest or another runner of everything would take them along.
fn runs(layer: &Layer, step: &Step) -> bool {
    let Some((program, arguments)) = tool(step.words()) else { return false };
    layer.programs.contains(&program)
        || (is_test(step.words())
            && (arguments.iter().any(|a| layer.folders.iter().chain(layer.names).any(|f| a.contains(f)))
                // Without a path a runner takes every test that it finds.
                || (program == "pytest" && !arguments.iter().any(|a| a.contains('/') && !a.starts_with('-')))))
}

fn is_of(layer: &Layer, path: &str) -> bool {
    let in_folder = place::folder(path).split('/').any(|p| layer.folders.contains(&p));
    let name = place::name(path).to_lowercase();
    in_folder || layer.names.iter().any(|n| name.contains(n))
}

/// Files of the layer, first those that are found by name.
fn files(layer: &Layer, survey: &Survey<'_>) -> Vec<Evidence> {
    let code = [".py", ".js", ".ts", ".tsx", ".jsx", ".jmx", ".scala", ".yml", ".yaml"];
    let mut all: Vec<Evidence> = Vec::new();
    for path in survey.repository.files() {
        let is_code = code.iter().any(|e| path.ends_with(e)) && !path.starts_with(".github/");
        let empty = ["__init__.py", "conftest.py"].contains(&place::name(path));
        if is_code && !empty && is_of(layer, path) {
            all.push(place::evidence(path, None, layer.called));
        }
    }
    for source in &survey.code {
        if let Some(import) = source.imports_any(layer.modules)
            && !all.iter().any(|e| e.file == source.path)
        {
            all.push(import);
        }
    }
    all
}

/// One layer's state; `none`: why it does not apply.
pub(super) fn state(layer: &Layer, survey: &Survey<'_>, none: Option<String>) -> Answer {
    let files = files(layer, survey);
    let steps: Vec<&Step> = survey.steps().filter(|s| runs(layer, s)).collect();
    let programs = steps.iter().any(|s| tool(s.words()).is_some_and(|(p, _)| layer.programs.contains(&p)));
    if files.is_empty() && !programs {
        return match none {
            Some(reason) => Answer::LeftOut(reason),
            None => found(Presence::Missing, format!("no {} were found", layer.called), Vec::new(), layer.advice),
        };
    }
    let mut evidence: Vec<Evidence> = files.into_iter().take(5).collect();
    evidence.extend(steps.iter().flat_map(|s| s.evidence()));
    if steps.is_empty() {
        let because = format!("{} are there, and no step of CI runs them", layer.called);
        return found(Presence::Partial, because, evidence, "run them in CI");
    }
    if steps.iter().all(|s| !s.is_enforced()) {
        let because = format!("{} run, and a failing one cannot fail the build", layer.called);
        return found(
            Presence::Neutralised,
            because,
            evidence,
            "take the mask away: `uplift hygiene --fix tests-gate`",
        );
    }
    present(format!("{} are there, and CI runs them", layer.called), evidence)
}
