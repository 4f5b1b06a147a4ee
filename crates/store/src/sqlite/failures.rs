//! SQLite's errors as problems.

use kontor_core::{Code, Problem};
use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};

/// The problem that an error of SQLite's means.
pub(crate) fn problem(error: rusqlite::Error) -> Problem {
    let code = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Code::StoreDiskFull,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Code::StoreLocked,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Code::StoreDamaged,
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::SystemIoFailure,
        ) => Code::StoreUnavailable,
        _ if is_doubled(&error) => Code::StoreConflict,
        _ => Code::StoreFailed,
    };
    Problem::new(code).detail(error)
}

/// A row with the same key is there already: another run or program stored it first.
fn is_doubled(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|e| {
        matches!(e.extended_code, SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_UNIQUE)
    })
}

/// A row that should have been there in that form was not: somebody was faster.
pub(crate) fn conflict(subject: impl std::fmt::Display) -> Problem {
    Problem::new(Code::StoreConflict).about(subject)
}
pub(crate) use crate::rows::damaged;
