//! Failures of the SQL Server as problems of JTL's, and what they say about whether a statement has happened.

use kontor_core::{Code, Problem};
use kontor_mssql::Kind;

/// How a statement failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    /// The server answered with an error: the statement has certainly had no effect.
    pub(crate) was_answered: bool,
    /// Whether the statement had left this machine.
    pub(crate) was_sent: bool,
}

impl From<kontor_mssql::Failure> for Failure {
    fn from(failure: kontor_mssql::Failure) -> Self {
        let (was_answered, was_sent) = (failure.was_answered(), failure.was_sent);
        Self { problem: problem(failure), was_answered, was_sent }
    }
}

/// The problem that a failure means.
pub(crate) fn problem(failure: kontor_mssql::Failure) -> Problem {
    let code = match failure.kind {
        Kind::Settings => Code::JtlSettingsInvalid,
        Kind::Unreachable => Code::JtlUnreachable,
        Kind::Tls => Code::JtlTlsFailed,
        Kind::Login => Code::JtlLoginFailed,
        Kind::DatabaseMissing => Code::JtlDatabaseMissing,
        Kind::Timeout | Kind::LockTimeout => Code::JtlTimeout,
        Kind::Deadlock => Code::JtlDeadlock,
        Kind::ConnectionLost | Kind::Unavailable => Code::JtlConnectionLost,
        Kind::ObjectMissing => Code::JtlObjectMissing,
        Kind::RightMissing => Code::JtlRightMissing,
        Kind::Doubled | Kind::RowRefused => Code::JtlRowRefused,
        Kind::DiskFull | Kind::Damaged | Kind::Query => Code::JtlQueryFailed,
    };
    Problem::new(code).detail(failure.detail)
}
