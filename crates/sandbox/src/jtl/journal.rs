//! The log of statements that reached the server, so that a test can count them.

use serde::Serialize;
use std::sync::{Mutex, PoisonError};

/// How a statement came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// A login.
    Login,
    /// A batch without parameters.
    Batch,
    /// A statement with parameters (`sp_executesql`), or another procedure.
    Rpc,
    /// Begin, commit or roll back.
    Transaction,
    /// A cancellation.
    Attention,
}

/// One statement that the server received.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatementRecord {
    /// Its text. Values of parameters are not kept.
    pub text: String,
    /// How it came.
    pub kind: StatementKind,
    /// Who sent it.
    pub login: String,
    /// Bound parameters.
    pub parameters: usize,
    /// Rows answered or changed.
    pub rows: u64,
    /// How long it took, waiting for locks included and played delays not, in microseconds.
    pub micros: u64,
    /// The error it was answered with.
    pub error: Option<u32>,
    /// The fault that was played on it.
    pub fault: Option<String>,
}

/// The log.
#[derive(Default)]
pub(super) struct Journal {
    records: Mutex<Vec<StatementRecord>>,
}

impl Journal {
    pub(super) fn push(&self, record: StatementRecord) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).push(record);
    }

    pub(super) fn all(&self) -> Vec<StatementRecord> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn clear(&self) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
