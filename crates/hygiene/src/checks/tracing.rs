//! `tracing`: one request can be followed through all services; a library that nothing sets up traces nothing.

use super::Answer;
use super::feature::{Feature, Has, of, summed};
use crate::place;
use crate::survey::Survey;

const FEATURE: Feature = Feature {
    called: "tracing",
    modules: &[],
    calls: &[
        "TracerProvider",
        "set_tracer_provider",
        "FastAPIInstrumentor.instrument_app",
        "FastAPIInstrumentor.instrument",
        "FlaskInstrumentor.instrument_app",
        "FlaskInstrumentor.instrument",
        "DjangoInstrumentor.instrument",
        "configure_azure_monitor",
        "logfire.configure",
        "ddtrace.patch_all",
        "patch_all",
        "elasticapm.Client",
        "new NodeSDK",
        "new NodeTracerProvider",
        "tracer.init",
        "opentelemetry.auto_instrumentation.initialize",
    ],
    packages: &[
        "opentelemetry-api",
        "opentelemetry-sdk",
        "opentelemetry-distro",
        "opentelemetry-instrumentation-fastapi",
        "opentelemetry-instrumentation-flask",
        "opentelemetry-instrumentation-django",
        "opentelemetry-exporter-otlp",
        "ddtrace",
        "elastic-apm",
        "@opentelemetry/sdk-node",
        "@opentelemetry/api",
        "dd-trace",
    ],
    advice: "set up a tracer at the start of the program (`TracerProvider` with an OTLP exporter, instrumentation of the framework \
             and of outgoing calls), or start it with `opentelemetry-instrument`",
};

/// Programs and imports that set tracing up without a call in the code.
const STARTERS: [&str; 3] = ["opentelemetry-instrument", "ddtrace-run", "dd-trace/init"];

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    if survey.services.is_empty() {
        return Answer::left_out("no service that answers requests was seen");
    }
    let all: Vec<_> = survey
        .services
        .iter()
        .map(|service| {
            let started = survey.dockerfiles.iter().find_map(|file| {
                let covers = place::within(place::folder(&file.path), &service.root);
                let run = file.last_stage().iter().find(|i| {
                    ["CMD", "ENTRYPOINT"].contains(&i.name.as_str()) && STARTERS.iter().any(|s| i.rest.contains(s))
                })?;
                covers.then(|| place::evidence(&file.path, Some(run.line), &format!("{} {}", run.name, run.rest)))
            });
            let imported =
                || survey.code_of(service).into_iter().find_map(|s| s.imports_any(&["dd-trace/init", "ddtrace.auto"]));
            let sampled = || {
                survey.code_of(service).into_iter().find_map(|s| {
                    let init = s
                        .calls
                        .iter()
                        .find(|c| c.name.ends_with("sentry_sdk.init") || c.name.ends_with("Sentry.init"))?;
                    init.keywords
                        .iter()
                        .any(|k| {
                            ["traces_sample_rate", "traces_sampler", "tracesSampleRate"].contains(&k.name.as_str())
                        })
                        .then(|| s.evidence(init))
                })
            };
            let has = of(&FEATURE, survey, service);
            let has = match (has, started.or_else(imported).or_else(sampled)) {
                (Has::Used(shown), _) => Has::Used(shown),
                (_, Some(shown)) => Has::Used(vec![shown]),
                (other, None) => other,
            };
            (service, has)
        })
        .collect();
    summed(&FEATURE, &all, Vec::new())
}
