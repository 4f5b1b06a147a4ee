//! tiberius' errors as problems, and what they say about whether a statement has happened.

use kontor_core::{Code, Problem};
use tiberius::error::{Error, IoErrorKind};

/// How a statement failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    /// The connection must not be used again.
    pub(crate) connection_is_lost: bool,
    /// The server answered with an error: the statement has certainly had no effect.
    pub(crate) was_answered: bool,
    /// Whether the statement had left this machine.
    pub(crate) was_sent: bool,
}

impl Failure {
    /// Before anything was sent.
    pub(crate) fn not_sent(problem: Problem) -> Self {
        Self { problem, connection_is_lost: true, was_answered: false, was_sent: false }
    }

    /// No answer in time.
    pub(crate) fn timed_out() -> Self {
        Self {
            problem: Problem::new(Code::JtlTimeout),
            connection_is_lost: true,
            was_answered: false,
            was_sent: true,
        }
    }
}

/// A failed statement.
pub(crate) fn statement_failure(error: &Error) -> Failure {
    let was_answered = matches!(error, Error::Server(_));
    Failure {
        problem: problem(error),
        connection_is_lost: !was_answered,
        was_answered,
        was_sent: true,
    }
}

/// The problem that an error means. SQL Server's texts name objects and columns, never values of ours.
pub(crate) fn problem(error: &Error) -> Problem {
    match error {
        Error::Server(token) => {
            let message: String = token.message().chars().take(300).collect();
            Problem::new(server_code(token.code())).detail(format!("{}: {message}", token.code()))
        }
        Error::Tls(text) => Problem::new(Code::JtlTlsFailed).detail(text),
        Error::Io { kind, message } if is_certificate(*kind, message) => {
            Problem::new(Code::JtlTlsFailed).detail(message)
        }
        Error::Io { kind: IoErrorKind::TimedOut, .. } => Problem::new(Code::JtlTimeout),
        Error::Io { message, .. } => Problem::new(Code::JtlConnectionLost).detail(message),
        other => Problem::new(Code::JtlConnectionLost).detail(other),
    }
}

/// rustls reports a bad certificate as invalid data while the connection is made.
fn is_certificate(kind: IoErrorKind, message: &str) -> bool {
    kind == IoErrorKind::InvalidData && message.contains("certificate")
}

fn server_code(number: u32) -> Code {
    match number {
        18_456 | 18_452 | 18_486 | 18_487 | 18_488 => Code::JtlLoginFailed,
        4_060 | 911 => Code::JtlDatabaseMissing,
        207 | 208 => Code::JtlObjectMissing,
        229 | 230 | 262 | 297 | 300 => Code::JtlRightMissing,
        1_205 => Code::JtlDeadlock,
        1_222 => Code::JtlTimeout,
        515 | 547 | 2_601 | 2_627 | 2_628 | 8_152 => Code::JtlRowRefused,
        _ => Code::JtlQueryFailed,
    }
}
