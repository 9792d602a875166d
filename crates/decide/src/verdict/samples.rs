//! Runs written down in short, for the tests of this crate.

use uplift_model::{Failure, Stage, SuiteRun, TestId, TestRecord, TestStatus};

pub(crate) fn failure(error: &str, message: &str) -> Failure {
    Failure {
        stage: Stage::Call,
        error: error.into(),
        message: message.into(),
        frames: Vec::new(),
        text: String::new(),
    }
}

/// Tests and how they ended: `P`, `S`, or `F:Class:message`.
pub(crate) fn run(tests: &[(&str, &str)]) -> SuiteRun {
    let record = |word: &str| {
        let (status, failure) = match word.split_once(':') {
            Some((_, rest)) => {
                let (error, message) = rest.split_once(':').unwrap_or((rest, ""));
                (TestStatus::Failed, Some(failure(error, message)))
            }
            None if word == "S" => (TestStatus::Skipped, Some(failure("skipped", "why"))),
            None => (TestStatus::Passed, None),
        };
        TestRecord { status, duration_ms: 1, failure }
    };
    SuiteRun { tests: tests.iter().map(|(id, word)| (TestId::new(*id), record(word))).collect(), ..SuiteRun::default() }
}
