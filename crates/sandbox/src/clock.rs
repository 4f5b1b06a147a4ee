//! The gateway's clock: the system's, moved by a test.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock that can be moved.
#[derive(Debug, Default)]
pub struct Clock {
    offset_millis: AtomicI64,
}

impl Clock {
    /// Unix time in seconds.
    pub fn now(&self) -> i64 {
        self.now_millis().div_euclid(1_000)
    }

    /// Unix time in milliseconds.
    #[allow(clippy::disallowed_methods, reason = "the sandbox has a clock of its own")]
    pub fn now_millis(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            + self.offset_millis.load(Ordering::Relaxed)
    }

    /// Moves the clock against the system's.
    pub fn set_offset(&self, seconds: i64) {
        self.offset_millis.store(seconds.saturating_mul(1_000), Ordering::Relaxed);
    }

    /// Lets time pass. TEMU refuses calls more than 300 s apart from its clock.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.offset_millis.fetch_add(millis, Ordering::Relaxed);
    }
}
