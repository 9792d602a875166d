//! `e2e-tests`: whole journeys through the running system, and CI runs them.

use super::Answer;
use super::test_layers::{Layer, state};
use crate::survey::Survey;

const LAYER: Layer = Layer {
    called: "end-to-end tests",
    folders: &["e2e", "end-to-end", "end_to_end", "cypress", "playwright"],
    names: &["e2e", ".cy.", "playwright.config", "cypress.config"],
    modules: &[
        "playwright",
        "@playwright/test",
        "selenium",
        "cypress",
        "puppeteer",
        "webdriverio",
        "selenium-webdriver",
    ],
    programs: &["playwright", "cypress", "testcafe", "robot"],
    advice: "write the journeys that matter most (sign in, pay, what the product is for) with Playwright, and run them in CI \
             against a deployed or composed system",
};

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let none = survey.services.is_empty().then(|| "no service that somebody could use was seen".to_owned());
    state(&LAYER, survey, none)
}
