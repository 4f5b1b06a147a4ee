//! Running statements: reads are tried again once when that may help, writes never.

use std::time::Duration;

use kontor_core::{Code, Problem};
use tiberius::{Query, Row};

use crate::JtlClient;
use crate::errors::{Failure, statement_failure};

/// A bound value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Byte(u8),
}

fn query<'a>(sql: &'a str, values: &[Value<'a>]) -> Query<'a> {
    let mut query = Query::new(sql);
    for value in values {
        match *value {
            Value::Text(text) => query.bind(text),
            Value::Byte(byte) => query.bind(byte),
        }
    }
    query
}

impl JtlClient {
    /// The rows of a SELECT. What passes by itself (a deadlock, a lock, a lost connection) is tried once more.
    pub(crate) async fn select(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Problem> {
        match self.select_once(sql, values).await {
            Err(problem) if problem.is_transient() => {
                tokio::time::sleep(Duration::from_millis(fastrand::u64(100..300))).await;
                self.select_once(sql, values).await
            }
            other => other,
        }
    }

    async fn select_once(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Problem> {
        let mut connection = Box::pin(self.pool.connection()).await?;
        let work = Box::pin(async {
            let stream = query(sql, values).query(connection.client()).await?;
            stream.into_first_result().await
        });
        let ended = match tokio::time::timeout(self.settings.query_timeout, work).await {
            Ok(Ok(rows)) => return Ok(rows),
            Ok(Err(error)) => statement_failure(&error),
            Err(_) => Failure::timed_out(),
        };
        if ended.connection_is_lost {
            connection.discard();
        }
        Err(ended.problem)
    }

    /// Runs an INSERT once; the number of rows that it made.
    pub(crate) async fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, Failure> {
        let mut connection = Box::pin(self.pool.connection()).await.map_err(Failure::not_sent)?;
        let work = Box::pin(async { query(sql, values).execute(connection.client()).await });
        let ended = match tokio::time::timeout(self.settings.query_timeout, work).await {
            Ok(Ok(done)) => return Ok(done.total()),
            Ok(Err(error)) => statement_failure(&error),
            Err(_) => Failure::timed_out(),
        };
        if ended.connection_is_lost {
            connection.discard();
        }
        Err(ended)
    }
}

/// `@P1, @P2, …`, each as the type of the column that it is compared with.
pub(crate) fn places(count: usize, sql_type: &str) -> String {
    (1..=count).map(|n| format!("CAST(@P{n} AS {sql_type})")).collect::<Vec<_>>().join(", ")
}

/// A text column; NULL is the empty text.
pub(crate) fn text(row: &Row, index: usize) -> Result<String, Problem> {
    let value: Option<&str> = row.try_get(index).map_err(|e| unexpected(&e))?;
    Ok(value.unwrap_or_default().to_owned())
}

/// An integer column that was CAST to BIGINT.
pub(crate) fn integer(row: &Row, index: usize) -> Result<Option<i64>, Problem> {
    row.try_get(index).map_err(|e| unexpected(&e))
}

/// A column of another type than the statement asks for.
pub(crate) fn unexpected(error: &tiberius::error::Error) -> Problem {
    Problem::new(Code::JtlQueryFailed).detail(error)
}
