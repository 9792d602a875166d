//! `metrics`: services tell in numbers how they are.

use super::Answer;
use super::feature::{Feature, state};
use crate::survey::Survey;

const FEATURE: Feature = Feature {
    called: "metrics",
    modules: &[
        "prometheus_client",
        "prometheus_fastapi_instrumentator",
        "starlette_exporter",
        "django_prometheus",
        "prometheus_flask_exporter",
        "aioprometheus",
        "statsd",
        "datadog",
        "opentelemetry.metrics",
        "opentelemetry.sdk.metrics",
        "google.cloud.monitoring_v3",
        "prom-client",
        "express-prom-bundle",
        "hot-shots",
        "@opentelemetry/sdk-metrics",
        "@willsoto/nestjs-prometheus",
    ],
    calls: &[],
    packages: &[
        "prometheus-client",
        "prometheus-fastapi-instrumentator",
        "starlette-exporter",
        "django-prometheus",
        "prometheus-flask-exporter",
        "statsd",
        "datadog",
        "prom-client",
        "express-prom-bundle",
        "hot-shots",
    ],
    advice: "count requests, errors and durations by route, and expose them at `/metrics` \
             (prometheus-fastapi-instrumentator, django-prometheus, prom-client)",
};

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    state(&FEATURE, survey, Vec::new())
}
