//! What a failed connection or statement means, and whether the statement can have happened.

use std::borrow::Cow;

use tiberius::error::{Error, IoErrorKind};

/// Kinds of failures. Numbers are SQL Server's (`sys.messages`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Settings that contradict each other, or a file that cannot be read.
    Settings,
    /// Nobody answers there.
    Unreachable,
    /// The certificate is not trusted, or TLS does not come about.
    Tls,
    /// 18456 and its kin: the login is refused.
    Login,
    /// 4060, 911: the database is not there, or not for this login.
    DatabaseMissing,
    /// No answer in time, here (-2 in other drivers) or there.
    Timeout,
    /// 1222: the row or table was locked too long.
    LockTimeout,
    /// 1205: chosen as the victim of a deadlock; the transaction is rolled back.
    Deadlock,
    /// The connection broke.
    ConnectionLost,
    /// 207, 208: a table or column is not there.
    ObjectMissing,
    /// 229 and its kin: a right is missing.
    RightMissing,
    /// 2627, 2601: a row with the same key is there.
    Doubled,
    /// 547, 515, 2628, 8152: the row breaks a constraint or does not fit.
    RowRefused,
    /// 1105, 9002: no space for data or log.
    DiskFull,
    /// 823 to 825, 605: the database is damaged.
    Damaged,
    /// 40613, 40197, 40501, 49918 to 49920, 10928, 10929, 6005, 17142, 983: the server is busy with itself.
    Unavailable,
    /// Any other number: a statement that is wrong.
    Query,
}

/// Why a statement or a connection failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What it means.
    pub kind: Kind,
    /// The server's number; `None` when it was not the server that spoke.
    pub number: Option<u32>,
    /// Particulars. SQL Server's texts name objects and columns; values of a doubled key are cut off.
    pub detail: String,
    /// Whether the statement had left this machine.
    pub was_sent: bool,
}

impl Failure {
    /// A failure before anything was sent.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, number: None, detail: detail.into().into_owned(), was_sent: false }
    }

    /// The server answered with an error: the statement has certainly had no effect.
    #[must_use]
    pub fn was_answered(&self) -> bool {
        self.number.is_some()
    }

    /// No answer in time.
    pub(crate) fn timed_out() -> Self {
        Self { was_sent: true, ..Self::new(Kind::Timeout, "no answer in time") }
    }

    /// A failed statement.
    pub(crate) fn of_statement(error: &Error) -> Self {
        Self { was_sent: true, ..Self::from(error) }
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        match error {
            Error::Server(token) => Self {
                kind: kind_of(token.code()),
                number: Some(token.code()),
                detail: format!("{}: {}", token.code(), without_values(token.message())),
                was_sent: false,
            },
            Error::Tls(text) => Self::new(Kind::Tls, text.clone()),
            Error::Io { kind, message } if is_certificate(*kind, message) => {
                Self::new(Kind::Tls, message.clone())
            }
            Error::Io { kind: IoErrorKind::TimedOut, .. } => {
                Self::new(Kind::Timeout, "no answer in time")
            }
            Error::Io { message, .. } => Self::new(Kind::ConnectionLost, message.clone()),
            other => Self::new(Kind::ConnectionLost, other.to_string()),
        }
    }
}

/// rustls reports a bad certificate as invalid data while the connection is made.
fn is_certificate(kind: IoErrorKind, message: &str) -> bool {
    kind == IoErrorKind::InvalidData && message.contains("certificate")
}

/// 2627 and 2601 quote the doubled key, 2628 the value that was too long: they stay here.
fn without_values(message: &str) -> String {
    let end = ["The duplicate key value is", "Truncated value:"]
        .iter()
        .filter_map(|quote| message.find(quote))
        .min()
        .unwrap_or(message.len());
    message[..end].trim_end().chars().take(300).collect()
}

fn kind_of(number: u32) -> Kind {
    match number {
        18_456 | 18_452 | 18_486 | 18_487 | 18_488 => Kind::Login,
        4_060 | 911 => Kind::DatabaseMissing,
        207 | 208 => Kind::ObjectMissing,
        229 | 230 | 262 | 297 | 300 => Kind::RightMissing,
        1_205 => Kind::Deadlock,
        1_222 => Kind::LockTimeout,
        2_601 | 2_627 => Kind::Doubled,
        515 | 547 | 2_628 | 8_152 => Kind::RowRefused,
        1_105 | 9_002 => Kind::DiskFull,
        605 | 823..=825 => Kind::Damaged,
        983 | 6_005 | 10_928 | 10_929 | 17_142 | 40_197 | 40_501 | 40_613 | 49_918..=49_920 => {
            Kind::Unavailable
        }
        _ => Kind::Query,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_a_doubled_key_is_not_told() {
        let told = without_values(
            "Violation of PRIMARY KEY constraint 'pk'. Cannot insert duplicate key in object 'dbo.t'. The duplicate key value is (PO-1).",
        );
        assert!(told.ends_with("'dbo.t'."), "{told}");
    }

    #[test]
    fn numbers_have_their_kinds() {
        let kinds = [
            (1_205, Kind::Deadlock),
            (1_222, Kind::LockTimeout),
            (2_627, Kind::Doubled),
            (2_601, Kind::Doubled),
            (547, Kind::RowRefused),
            (18_456, Kind::Login),
            (208, Kind::ObjectMissing),
            (229, Kind::RightMissing),
            (102, Kind::Query),
        ];
        for (number, kind) in kinds {
            assert_eq!(kind_of(number), kind, "{number}");
        }
    }
}
