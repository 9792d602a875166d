//! `task-queue`: work that outlives a request is done by workers that can be watched, repeated and scaled.

use uplift_model::hygiene::{Evidence, Presence};

use super::feature::{Feature, Has, of, summed};
use super::{Answer, found};
use crate::survey::Survey;

const FEATURE: Feature = Feature {
    called: "a task queue",
    modules: &[
        "celery",
        "rq",
        "dramatiq",
        "arq",
        "huey",
        "taskiq",
        "procrastinate",
        "google.cloud.tasks",
        "google.cloud.tasks_v2",
        "temporalio",
        "bullmq",
        "bull",
        "agenda",
        "bee-queue",
        "pg-boss",
        "@google-cloud/tasks",
        "@temporalio/worker",
        "pika",
    ],
    calls: &[],
    packages: &[
        "celery",
        "rq",
        "dramatiq",
        "arq",
        "huey",
        "taskiq",
        "procrastinate",
        "google-cloud-tasks",
        "temporalio",
        "bullmq",
        "bull",
        "agenda",
        "pg-boss",
        "pika",
    ],
    advice: "hand work that outlives the request to a queue with workers (Celery, arq, RQ, BullMQ), so that it survives a \
             restart and can be repeated",
};

/// Work that is started beside a request and lost with the process.
const LOOSE: [&str; 6] = [
    "BackgroundTasks",
    "add_task",
    "threading.Thread",
    "asyncio.create_task",
    "asyncio.ensure_future",
    "run_in_executor",
];

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    if survey.services.is_empty() {
        return Answer::left_out("no service that answers requests was seen");
    }
    let all: Vec<_> = survey.services.iter().map(|s| (s, of(&FEATURE, survey, s))).collect();
    let loose: Vec<Evidence> = survey
        .services
        .iter()
        .flat_map(|s| survey.code_of(s))
        .filter_map(|source| source.calls_any(&LOOSE).map(|c| source.evidence(c)))
        .collect();
    // Only those that need one are held against it.
    let needing: Vec<_> = all.into_iter().filter(|(_, has)| *has != Has::No).collect();
    if !needing.is_empty() {
        return summed(&FEATURE, &needing, Vec::new());
    }
    if loose.is_empty() {
        return Answer::left_out("no code starts work that outlives its request");
    }
    let because = "work is started beside requests, in the same process, and is lost with it";
    found(Presence::Missing, because, loose, FEATURE.advice)
}
