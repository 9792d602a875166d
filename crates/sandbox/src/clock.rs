//! The clock: seconds since 1970, UTC. Calendars and time zones are `report`'s.

use std::time::{SystemTime, UNIX_EPOCH};

/// Whole seconds now; 0 on a machine whose clock stands before 1970.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// What this process has used so far, as `/proc` tells; zeros where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// CPU seconds of this process.
    pub own_cpu: f64,
    /// CPU seconds of the processes that it started and waited for.
    pub child_cpu: f64,
    /// Largest resident memory, in MiB.
    pub peak_mib: f64,
}

/// [`Usage`] now.
pub fn usage() -> Usage {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name, in parentheses, may hold blanks; the numbers start behind it.
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().map(|f| f.parse().unwrap_or(0.0)).collect();
    let ticks = |at: usize| fields.get(at).copied().unwrap_or(0.0) / rustix::param::clock_ticks_per_second() as f64;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|l| l.strip_prefix("VmHWM:"))
        .and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    // Fields 14 to 17 of proc(5): utime, stime, cutime, cstime; counted from the third.
    Usage { own_cpu: ticks(11) + ticks(12), child_cpu: ticks(13) + ticks(14), peak_mib: peak.unwrap_or(0.0) / 1024.0 }
}
