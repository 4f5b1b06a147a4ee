//! Faults that the stand-in plays on request.

use crate::tds::{Reply, Value};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};

/// A fault: what happens, to which statements, and how often. As JSON, for instance
/// `{"kind":"error","number":1205,"match_text":"tAuftrag","times":1}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SqlFault {
    /// Only statements whose text contains this, whatever its case. Transaction requests read as
    /// `BEGIN TRANSACTION`, `COMMIT TRANSACTION` and `ROLLBACK TRANSACTION`.
    #[serde(default)]
    pub match_text: Option<String>,
    /// What happens.
    #[serde(flatten)]
    pub kind: SqlFaultKind,
    /// Matching statements to leave alone first.
    #[serde(default)]
    pub skip: u32,
    /// How often it happens; without it, until the faults are cleared.
    #[serde(default)]
    pub times: Option<u32>,
    /// The chance that it happens to a matching statement, 0 to 1; without it, always.
    #[serde(default)]
    pub probability: Option<f64>,
}

impl SqlFault {
    /// A fault that happens once, to the next statement.
    #[must_use]
    pub fn once(kind: SqlFaultKind) -> Self {
        Self { match_text: None, kind, skip: 0, times: Some(1), probability: None }
    }

    /// The same fault, only for statements with this text.
    #[must_use]
    pub fn matching(mut self, text: impl Into<String>) -> Self {
        self.match_text = Some(text.into());
        self
    }
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SqlFaultKind {
    /// The statement is not run and fails with this number (1205, 1222, 2627, 547, 229, ...). 1205
    /// ends the transaction, as a deadlock does.
    Error {
        /// SQL Server's error number.
        number: u32,
        /// Its severity; without it, the usual one of the number.
        #[serde(default)]
        class: Option<u8>,
        /// Its text; without it, the usual one of the number.
        #[serde(default)]
        message: Option<String>,
    },
    /// The answer waits.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The line is cut before the statement is run.
    DisconnectBefore,
    /// The line is cut after the statement was run and before its answer.
    DisconnectAfter,
    /// The line is cut in the middle of the answer's rows.
    DisconnectInRows,
    /// The next login is refused with this number, 18456 without one.
    RefuseLogin {
        /// SQL Server's error number.
        #[serde(default)]
        number: Option<u32>,
    },
    /// The answer lacks some of its rows.
    MissingRows {
        /// Every nth row goes, the first among them.
        every: u32,
    },
    /// Every value of the result column of this name is NULL.
    NullColumn {
        /// The column's name in the result.
        column: String,
    },
}

struct Armed {
    fault: SqlFault,
    left_to_skip: u32,
    remaining: Option<u32>,
}

/// The faults in waiting.
pub(super) struct Faults {
    armed: Mutex<(Vec<Armed>, fastrand::Rng)>,
}

impl Faults {
    pub(super) fn new(seed: u64) -> Self {
        Self { armed: Mutex::new((Vec::new(), fastrand::Rng::with_seed(seed))) }
    }

    pub(super) fn inject(&self, fault: SqlFault) {
        let armed = Armed { left_to_skip: fault.skip, remaining: fault.times, fault };
        self.armed.lock().unwrap_or_else(PoisonError::into_inner).0.push(armed);
    }

    pub(super) fn clear(&self) {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner).0.clear();
    }

    /// The faults that hit a statement of this text.
    pub(super) fn for_statement(&self, text: &str) -> Vec<SqlFaultKind> {
        self.take(text, |kind| !matches!(kind, SqlFaultKind::RefuseLogin { .. }))
    }

    /// The number that a login is to be refused with.
    pub(super) fn for_login(&self, user: &str) -> Option<u32> {
        let hit = self.take(user, |kind| matches!(kind, SqlFaultKind::RefuseLogin { .. }));
        hit.into_iter().find_map(|kind| match kind {
            SqlFaultKind::RefuseLogin { number } => Some(number.unwrap_or(18456)),
            _ => None,
        })
    }

    fn take(&self, text: &str, of_kind: impl Fn(&SqlFaultKind) -> bool) -> Vec<SqlFaultKind> {
        let text = text.to_lowercase();
        let mut guard = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        let (armed, random) = &mut *guard;
        let mut hit = Vec::new();
        for fault in armed.iter_mut() {
            let wanted = fault.fault.match_text.as_ref();
            if !of_kind(&fault.fault.kind)
                || fault.remaining == Some(0)
                || !wanted.is_none_or(|wanted| text.contains(&wanted.to_lowercase()))
            {
                continue;
            }
            if fault.left_to_skip > 0 {
                fault.left_to_skip -= 1;
                continue;
            }
            if fault.fault.probability.is_some_and(|chance| random.f64() >= chance) {
                continue;
            }
            fault.remaining = fault.remaining.map(|left| left - 1);
            hit.push(fault.fault.kind.clone());
        }
        armed.retain(|fault| fault.remaining != Some(0));
        hit
    }
}

/// Takes every nth row away, the first among them.
pub(super) fn thin_out(reply: &mut Reply, every: u32) {
    for result in reply.results.iter_mut().filter(|result| !result.rows.is_empty()) {
        let mut left = 0;
        result.rows.retain(|_| {
            let gone = left == 0;
            left = if gone { every.saturating_sub(1) } else { left - 1 };
            !gone
        });
        result.affected = Some(result.rows.len() as u64);
    }
}

/// Makes every value of a column NULL.
pub(super) fn blank(reply: &mut Reply, column: &str) {
    for result in &mut reply.results {
        let at = result.columns.iter().position(|known| known.name.eq_ignore_ascii_case(column));
        if let Some(at) = at {
            result.rows.iter_mut().for_each(|row| row[at] = Value::Null);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_waits_for_its_statement_skips_and_runs_out() {
        let faults = Faults::new(1);
        let fault: SqlFault = serde_json::from_str(
            r#"{"kind":"error","number":1205,"match_text":"tauftrag","skip":1,"times":2}"#,
        )
        .unwrap();
        faults.inject(fault);
        let hits: Vec<usize> = ["SELECT 1", "a tAuftrag", "b tAuftrag", "c TAUFTRAG", "d tAuftrag"]
            .iter()
            .map(|text| faults.for_statement(text).len())
            .collect();
        assert_eq!(hits, [0, 0, 1, 1, 0]);
    }

    #[test]
    fn a_chance_of_a_half_hits_about_half_the_time() {
        let faults = Faults::new(2);
        faults.inject(SqlFault {
            probability: Some(0.5),
            times: None,
            ..SqlFault::once(SqlFaultKind::DisconnectBefore)
        });
        let hits: usize = (0..1000).map(|_| faults.for_statement("SELECT 1").len()).sum();
        assert!((400..600).contains(&hits), "{hits}");
    }
}
