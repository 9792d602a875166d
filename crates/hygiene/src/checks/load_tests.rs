//! `load-tests`: how the service answers under load can be measured again at any time.

use super::Answer;
use super::test_layers::{Layer, state};
use crate::survey::Survey;

const LAYER: Layer = Layer {
    called: "load tests",
    folders: &[
        "load",
        "loadtest",
        "loadtests",
        "load-tests",
        "load_tests",
        "k6",
        "locust",
        "gatling",
        "perf",
        "performance",
    ],
    names: &["locustfile", "loadtest", "load_test", "load-test", ".jmx", "artillery"],
    modules: &["locust", "k6", "artillery", "autocannon"],
    programs: &["locust", "k6", "artillery", "autocannon", "jmeter", "gatling", "wrk", "vegeta"],
    advice: "write a load test of the busiest endpoints (k6, Locust) with a limit such as p95 < 200 ms, and run it before a \
             release; without it nothing can say whether an upgrade made the service slower",
};

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let none = survey.services.is_empty().then(|| "no service that could be loaded was seen".to_owned());
    state(&LAYER, survey, none)
}
