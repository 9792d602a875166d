//! Points at which a test can kill the process: before and after every write of the journal.
//!
//! Lives here: [`point`] and [`event`]. Without the feature `failpoints` they are nothing at all; with it they obey
//! `UPLIFT_TEST_POINTS=FILE` (the name of every point passed is added to the file),
//! `UPLIFT_TEST_KILL_AT=N` (the process is killed at its Nth passage, counted from 0) and
//! `UPLIFT_TEST_KILL_ONCE=FILE` (it is killed at the first point that the file does not name, which is added before).
//! Lives elsewhere: the tests that set them (`crates/cli/tests/crash.rs`).

#[cfg(feature = "failpoints")]
pub(super) use armed::{event, point};

#[cfg(not(feature = "failpoints"))]
pub(super) fn point(_moment: &str, _what: &str) {}

#[cfg(not(feature = "failpoints"))]
pub(super) fn event(_moment: &str, _text: &str) {}

#[cfg(feature = "failpoints")]
mod armed {
    use std::collections::HashMap;
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::path::{Path, PathBuf};
    use std::sync::{LazyLock, Mutex, PoisonError};

    struct Orders {
        points: Option<PathBuf>,
        kill_at: Option<u64>,
        kill_once: Option<PathBuf>,
    }

    #[derive(Default)]
    struct Passed {
        all: u64,
        of: HashMap<String, u64>,
    }

    static ORDERS: LazyLock<Orders> = LazyLock::new(|| {
        let file = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        Orders {
            points: file("UPLIFT_TEST_POINTS"),
            kill_at: std::env::var("UPLIFT_TEST_KILL_AT").ok().and_then(|n| n.parse().ok()),
            kill_once: file("UPLIFT_TEST_KILL_ONCE"),
        }
    });
    static PASSED: LazyLock<Mutex<Passed>> = LazyLock::new(Mutex::default);

    /// A point around the writing of an event, which is named by its kind: the rest of it holds durations.
    pub(in crate::journal) fn event(moment: &str, text: &str) {
        let event: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        point(moment, &format!("event {}", event.get("event").and_then(|e| e.as_str()).unwrap_or("unnamed")));
    }

    /// Kills the whole process group with SIGKILL when this passage is the one that was ordered.
    pub(in crate::journal) fn point(moment: &str, what: &str) {
        let (number, name) = {
            let mut passed = PASSED.lock().unwrap_or_else(PoisonError::into_inner);
            let number = passed.all;
            passed.all += 1;
            let nth = passed.of.entry(format!("{moment} {what}")).or_default();
            *nth += 1;
            (number, format!("{moment} {what} #{nth}"))
        };
        if let Some(file) = &ORDERS.points {
            add(file, &name);
        }
        let once = ORDERS.kill_once.as_deref().is_some_and(|file| is_new(file, &name) && add(file, &name));
        if once || ORDERS.kill_at == Some(number) {
            let _killed =
                rustix::process::kill_process_group(rustix::process::getpgrp(), rustix::process::Signal::KILL);
        }
    }

    fn is_new(file: &Path, name: &str) -> bool {
        !std::fs::read_to_string(file).unwrap_or_default().lines().any(|line| line == name)
    }

    /// True when it was written: a kill that nobody can count would come again and again.
    fn add(file: &Path, name: &str) -> bool {
        let opened = OpenOptions::new().create(true).append(true).open(file);
        opened.is_ok_and(|mut file| writeln!(file, "{name}").is_ok())
    }
}
