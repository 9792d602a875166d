//! The clock: seconds since 1970, UTC. Calendars and time zones are `report`'s.

use std::time::{SystemTime, UNIX_EPOCH};

/// Whole seconds now; 0 on a machine whose clock stands before 1970.
pub fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
}
