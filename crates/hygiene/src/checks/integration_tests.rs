//! `integration-tests`: tests that run parts of the project together, and CI runs them.

use super::Answer;
use super::test_layers::{Layer, state};
use crate::survey::Survey;

const LAYER: Layer = Layer {
    called: "integration tests",
    folders: &["integration", "integration_tests", "integration-tests"],
    names: &["integration"],
    modules: &["testcontainers", "pytest_docker", "supertest"],
    programs: &[],
    advice: "put tests that use a real database, cache or queue into `tests/integration`, and run them in CI with services",
};

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let none = survey.services.is_empty().then(|| "no service: nothing to integrate with was seen".to_owned());
    state(&LAYER, survey, none)
}
