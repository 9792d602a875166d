//! Points at which a test can kill the process: before and after every write of a step.

/// Kills the whole process group with SIGKILL when `UPLIFT_TEST_KILL_AT` names this passage. Without the
/// feature `failpoints` this is nothing at all.
#[cfg(feature = "failpoints")]
pub(super) fn point() {
    use std::sync::atomic::{AtomicU64, Ordering};
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let number = PASSED.fetch_add(1, Ordering::SeqCst);
    let at = std::env::var("UPLIFT_TEST_KILL_AT").ok().and_then(|n| n.parse::<u64>().ok());
    if at == Some(number) {
        let _killed = rustix::process::kill_process_group(rustix::process::getpgrp(), rustix::process::Signal::KILL);
    }
}

#[cfg(not(feature = "failpoints"))]
pub(super) fn point() {}
