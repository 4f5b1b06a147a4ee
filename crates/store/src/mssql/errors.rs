//! Failures of the server as problems of the store.

use kontor_core::{Code, Problem};
use kontor_mssql::{Failure, Kind};

/// The problem that a failure means.
pub(crate) fn problem(failure: Failure) -> Problem {
    let code = match failure.kind {
        Kind::Settings => Code::StoreSettingsInvalid,
        Kind::Unreachable | Kind::ConnectionLost | Kind::Unavailable => Code::StoreUnreachable,
        Kind::Timeout => Code::StoreTimeout,
        Kind::Tls => Code::StoreTlsFailed,
        Kind::Login => Code::StoreLoginFailed,
        Kind::DatabaseMissing => Code::StoreDatabaseMissing,
        Kind::LockTimeout => Code::StoreLocked,
        Kind::Deadlock => Code::StoreDeadlock,
        Kind::ObjectMissing => Code::StoreObjectMissing,
        Kind::RightMissing => Code::StoreRightMissing,
        // A row with the same key is there already: another run or program stored it first.
        Kind::Doubled => Code::StoreConflict,
        Kind::DiskFull => Code::StoreDiskFull,
        Kind::Damaged => Code::StoreDamaged,
        Kind::RowRefused | Kind::Query => Code::StoreFailed,
    };
    Problem::new(code).detail(failure.detail)
}

/// A row that should have been there in that form was not: somebody was faster.
pub(crate) fn conflict(subject: impl std::fmt::Display) -> Problem {
    Problem::new(Code::StoreConflict).about(subject)
}
