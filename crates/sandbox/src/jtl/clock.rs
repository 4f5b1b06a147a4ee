//! The server's time. A German installation runs on German time, and JTL's columns hold it as it is.

use chrono::{NaiveDateTime, Utc};

/// The time in UTC.
#[expect(clippy::disallowed_methods, reason = "a server outside of Kontor has a clock of its own")]
pub(super) fn utc() -> NaiveDateTime {
    Utc::now().naive_utc()
}

/// The time on the wall of the server.
pub(super) fn local() -> NaiveDateTime {
    utc().and_utc().with_timezone(&chrono_tz::Europe::Berlin).naive_local()
}
