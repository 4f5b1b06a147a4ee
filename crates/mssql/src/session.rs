//! Statements on one connection, in a transaction or without.

use std::time::Duration;

use tiberius::{Query, Row};

use crate::failure::{Failure, Kind};
use crate::pool::{Connection, Loan};

/// A bound value: `@P1`, `@P2`, … in their order. Lists travel as one JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `nvarchar`.
    Text(&'a str),
    /// `bigint`.
    Long(i64),
    /// `tinyint`.
    Byte(u8),
    /// `nvarchar` that may be NULL. The NULL comes as a `bigint`: to be assigned as it is, to be CAST in an expression.
    OptionalText(Option<&'a str>),
    /// `bigint` that may be NULL.
    OptionalLong(Option<i64>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Long(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Long(i64::from(number))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::OptionalText(text)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::OptionalLong(number)
    }
}

/// One connection on loan. It goes back to its pool when the session is dropped; after a time-out, a lost line, a
/// dropped call or an open transaction it is closed instead.
pub struct Session {
    loan: Loan,
    statement_timeout: Duration,
    /// A statement is on its way, or a transaction is open.
    is_entangled: bool,
    in_transaction: bool,
}

impl Session {
    pub(crate) fn new(loan: Loan, statement_timeout: Duration) -> Self {
        Self { loan, statement_timeout, is_entangled: false, in_transaction: false }
    }

    /// The rows of the first result of a statement.
    ///
    /// # Errors
    /// A [`Failure`]; after one that the server did not answer with a number the session is closed.
    pub async fn rows(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Failure> {
        self.run(async |connection| {
            query(sql, values).query(connection).await?.into_first_result().await
        })
        .await
    }

    /// Every result of a batch, in their order.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn results(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Vec<Row>>, Failure> {
        self.run(async |connection| {
            query(sql, values).query(connection).await?.into_results().await
        })
        .await
    }

    /// Runs a statement; the number of rows that it changed (of a batch: all of its statements together).
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, Failure> {
        self.run(async |connection| Ok(query(sql, values).execute(connection).await?.total())).await
    }

    /// Runs a batch without parameters, as it stands: what must be the first statement of its batch (DDL).
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        self.run(async |connection| {
            connection.simple_query(sql).await?.into_results().await.map(drop)
        })
        .await
    }

    /// Opens a transaction by the driver's own request: `BEGIN TRAN` in a statement is error 266.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn begin(&mut self) -> Result<(), Failure> {
        self.in_transaction = true;
        self.run(async |connection| connection.begin_transaction().await).await
    }

    /// Commits it. When the answer is lost nobody knows whether it was.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub async fn commit(&mut self) -> Result<(), Failure> {
        self.run(async |connection| connection.commit_transaction().await).await?;
        self.in_transaction = false;
        self.is_entangled = false;
        Ok(())
    }

    /// Rolls it back; a connection on which that fails is closed, which rolls back too. With `XACT_ABORT` most errors
    /// have rolled back already.
    pub async fn roll_back(&mut self) {
        let done = self.run(async |connection| connection.rollback_transaction().await).await;
        match done {
            Ok(()) => {
                self.in_transaction = false;
                self.is_entangled = false;
            }
            Err(_) => self.loan.close(),
        }
    }

    async fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut Connection) -> tiberius::Result<T>,
    ) -> Result<T, Failure> {
        let connection = self.loan.connection()?;
        self.is_entangled = true;
        let done = tokio::time::timeout(self.statement_timeout, Box::pin(work(connection))).await;
        let failure = match done {
            Ok(Ok(value)) => {
                self.is_entangled = self.in_transaction;
                return Ok(value);
            }
            Ok(Err(error)) => Failure::of_statement(&error),
            Err(_) => Failure::timed_out(),
        };
        // 1222 of the server's leaves the connection usable, a time-out here does not.
        if failure.was_answered() {
            self.is_entangled = self.in_transaction;
        } else {
            self.loan.close();
        }
        Err(failure)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.is_entangled {
            self.loan.close();
        }
    }
}

fn query<'a>(sql: &'a str, values: &[Value<'a>]) -> Query<'a> {
    let mut query = Query::new(sql);
    for value in values {
        match *value {
            Value::Text(text) => query.bind(text),
            Value::Long(number) => query.bind(number),
            Value::Byte(byte) => query.bind(byte),
            Value::OptionalText(Some(text)) => query.bind(text),
            // The driver's NULL of a text has no type (0x1F), which not every server takes: a typed one stands for it.
            Value::OptionalText(None) => query.bind(None::<i64>),
            Value::OptionalLong(number) => query.bind(number),
        }
    }
    query
}

impl Failure {
    /// A row that does not look as the statement promised.
    #[must_use]
    pub fn unexpected(error: &tiberius::error::Error) -> Self {
        Self::new(Kind::Query, error.to_string())
    }
}
