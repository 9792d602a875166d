//! The processes below this one, found through `/proc`, and signals to all of them.

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::OwnedFd;

use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};

/// Every process below `root`, children first found first. A process that forks meanwhile may hide its newest child
/// from one look, not from the next.
pub(super) fn of(root: Pid) -> Vec<Pid> {
    let mut found = Vec::new();
    let mut next = vec![root];
    while let Some(pid) = next.pop() {
        for child in children(pid) {
            if !found.contains(&child) {
                found.push(child);
                next.push(child);
            }
        }
    }
    found
}

/// Signals everything below this process, but not `spared`.
///
/// A pid may be reused between the look and the signal. A pidfd is opened in between and only used when a second look
/// finds the pid still below us: then it is ours.
pub(super) fn signal(signal: Signal, spared: Option<Pid>) {
    let handles: BTreeMap<i32, OwnedFd> = of(getpid())
        .into_iter()
        .filter(|pid| Some(*pid) != spared)
        .filter_map(|pid| Some((raw(pid), pidfd_open(pid, PidfdFlags::empty()).ok()?)))
        .collect();
    if handles.is_empty() {
        return;
    }
    for pid in of(getpid()) {
        if let Some(handle) = handles.get(&raw(pid)) {
            // It may have ended by itself.
            let _ = pidfd_send_signal(handle, signal);
        }
    }
}

fn raw(pid: Pid) -> i32 {
    pid.as_raw_nonzero().get()
}

/// Children by thread, since the kernel lists them by the thread that has them.
fn children(pid: Pid) -> Vec<Pid> {
    let Ok(threads) = fs::read_dir(format!("/proc/{}/task", raw(pid))) else {
        return Vec::new();
    };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|list| list.split_whitespace().filter_map(|n| Pid::from_raw(n.parse().ok()?)).collect::<Vec<_>>())
        .collect()
}
