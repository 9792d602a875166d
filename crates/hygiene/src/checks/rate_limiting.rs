//! `rate-limiting`: a caller cannot call a service as often as it likes.

use super::Answer;
use super::feature::{Feature, configured, state};
use crate::place;
use crate::survey::Survey;

const FEATURE: Feature = Feature {
    called: "rate limiting",
    modules: &[
        "slowapi",
        "flask_limiter",
        "ratelimit",
        "django_ratelimit",
        "fastapi_limiter",
        "limits",
        "aiolimiter",
        "rest_framework.throttling",
        "fastapi_throttle",
        "pyrate_limiter",
        "express-rate-limit",
        "rate-limiter-flexible",
        "@nestjs/throttler",
        "koa-ratelimit",
        "@fastify/rate-limit",
        "express-slow-down",
        "@upstash/ratelimit",
        "bottleneck",
    ],
    calls: &[],
    packages: &[
        "slowapi",
        "flask-limiter",
        "ratelimit",
        "django-ratelimit",
        "fastapi-limiter",
        "limits",
        "express-rate-limit",
        "rate-limiter-flexible",
        "@nestjs/throttler",
        "koa-ratelimit",
        "@fastify/rate-limit",
        "@upstash/ratelimit",
    ],
    advice: "limit calls by key or address at the edge (proxy, gateway) or with the framework's limiter (slowapi, Flask-Limiter, \
             express-rate-limit), counted in a shared store, and answer 429",
};

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let proxy = |path: &str| {
        path.ends_with(".conf") || path.contains("nginx") || path.contains("traefik") || path.contains("envoy")
    };
    let limits = |line: &str| {
        let line = line.to_lowercase();
        line.contains("limit_req ")
            || line.contains("limit_req_zone")
            || line.contains("ratelimit:")
            || line.contains("local_ratelimit")
    };
    let mut outside = configured(survey, proxy, limits);
    // Django's REST framework is told in its settings.
    for source in survey.production().filter(|s| place::name(&s.path) == "settings.py" || s.path.contains("/settings/"))
    {
        if let Some(text) = survey.repository.text(&source.path)
            && let Some((line, what)) =
                place::find_line(&text, |l| l.contains("DEFAULT_THROTTLE_RATES") && !l.trim().starts_with('#'))
        {
            outside.push(place::evidence(&source.path, Some(line), what));
        }
    }
    state(&FEATURE, survey, outside)
}
