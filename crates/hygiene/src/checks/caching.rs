//! `caching`: what is dear to compute or to fetch is kept for the next request.

use super::Answer;
use super::feature::{Feature, Has, of, state, summed, used};
use crate::survey::Survey;

const FEATURE: Feature = Feature {
    called: "a cache",
    modules: &[
        "cachetools",
        "aiocache",
        "flask_caching",
        "fastapi_cache",
        "django.core.cache",
        "diskcache",
        "dogpile.cache",
        "cashews",
        "async_lru",
        "pylibmc",
        "pymemcache",
        "node-cache",
        "cache-manager",
        "@nestjs/cache-manager",
        "lru-cache",
        "memcached",
        "memjs",
        "keyv",
    ],
    calls: &[],
    packages: &[
        "cachetools",
        "aiocache",
        "flask-caching",
        "fastapi-cache2",
        "diskcache",
        "dogpile-cache",
        "cashews",
        "pymemcache",
        "node-cache",
        "cache-manager",
        "lru-cache",
        "keyv",
    ],
    advice: "cache answers that many requests share, with a time to live and in a store that all instances see (Redis), and \
             measure how often it is met",
};

/// Within one process, and for single functions.
const LOCAL: Feature = Feature {
    calls: &["functools.lru_cache", "functools.cache", "lru_cache"],
    modules: &["functools.lru_cache", "functools.cache"],
    ..FEATURE
};

/// A store that is a cache when it is used as one.
const STORE: Feature = Feature { calls: &["setex"], modules: &[], ..FEATURE };

/// What makes a service dear: databases, calls to others, models.
const DEAR: [&str; 20] = [
    "sqlalchemy",
    "psycopg",
    "psycopg2",
    "asyncpg",
    "pymongo",
    "motor",
    "django.db",
    "httpx",
    "requests",
    "aiohttp",
    "openai",
    "anthropic",
    "transformers",
    "torch",
    "pg",
    "mysql2",
    "mongoose",
    "@prisma/client",
    "axios",
    "node-fetch",
];

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let dear =
        survey.services.iter().any(|s| survey.code_of(s).iter().any(|source| source.imports_any(&DEAR).is_some()));
    let answer = state(&FEATURE, survey, Vec::new());
    if survey.services.is_empty() {
        return answer;
    }
    let has = |service| {
        let local =
            survey.code_of(service).into_iter().find_map(|s| used(&LOCAL, s).or_else(|| s.imports_any(LOCAL.modules)));
        match (of(&FEATURE, survey, service), of(&STORE, survey, service), local) {
            (Has::Used(shown), _, _) | (_, Has::Used(shown), _) => Has::Used(shown),
            (_, _, Some(shown)) => Has::Used(vec![shown]),
            (other, _, None) => other,
        }
    };
    let all: Vec<_> = survey.services.iter().map(|s| (s, has(s))).collect();
    if all.iter().all(|(_, has)| *has == Has::No) && !dear {
        return Answer::left_out(
            "no service queries a database, calls others or runs a model as far as its code was seen",
        );
    }
    summed(&FEATURE, &all, Vec::new())
}
