//! Faults that a test switches on.

use serde::{Deserialize, Serialize};

/// A fault and the calls that it meets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TemuFault {
    /// Only calls of this API type.
    #[serde(default)]
    pub api: Option<String>,
    /// Only calls about this order.
    #[serde(default)]
    pub parent_order_sn: Option<String>,
    /// Every nth of these calls.
    #[serde(default = "one")]
    pub every: u64,
    /// Lets so many pass first.
    #[serde(default)]
    pub skip: u64,
    /// Meets so many, then none; without it, all.
    #[serde(default)]
    pub times: Option<u64>,
    /// What happens.
    #[serde(flatten)]
    pub kind: TemuFaultKind,
    /// Calls that have matched so far.
    #[serde(skip)]
    pub matched: u64,
    /// Calls that were met so far.
    #[serde(skip)]
    pub met: u64,
}

fn one() -> u64 {
    1
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TemuFaultKind {
    /// An HTTP status instead of an answer.
    Http {
        /// The status.
        status: u16,
    },
    /// No answer for so long, then the connection is cut; the call is not processed.
    Timeout {
        /// Milliseconds.
        ms: u64,
    },
    /// As `timeout`, but the call is processed.
    TimeoutAfter {
        /// Milliseconds.
        ms: u64,
    },
    /// The connection is cut; the call is not processed.
    CutBefore,
    /// The call is processed, half of the answer is sent.
    CutMiddle,
    /// The call is processed, nothing is answered.
    CutAfter,
    /// HTTP 200 with an error envelope; the call is not processed.
    Error {
        /// TEMU's code.
        code: i64,
    },
    /// As `error`, but the call is processed.
    ErrorAfter {
        /// TEMU's code.
        code: i64,
    },
    /// The call is processed, the answer is no JSON.
    Malformed,
    /// A member is taken out of the result.
    Remove {
        /// JSON pointer within `result`, e.g. `/orderList/0/unitRetailPriceVatIncl`.
        pointer: String,
    },
    /// The lines of the amounts come in reverse.
    Reverse,
    /// A success without a result.
    Empty,
    /// The list answers page 1 whatever is asked.
    RepeatPage,
    /// The list's total is larger by so many.
    Total {
        /// Orders too many.
        more: i64,
    },
}

impl TemuFault {
    /// A fault that meets every call of a type.
    pub fn on(api: &str, kind: TemuFaultKind) -> Self {
        Self {
            api: Some(api.to_owned()),
            parent_order_sn: None,
            every: 1,
            skip: 0,
            times: None,
            kind,
            matched: 0,
            met: 0,
        }
    }

    /// Whether the fault meets this call; counts it.
    pub(super) fn meets(&mut self, api: &str, order: Option<&str>) -> bool {
        let fits = self.api.as_deref().is_none_or(|a| a == api)
            && self.parent_order_sn.as_deref().is_none_or(|o| Some(o) == order);
        if !fits || self.times.is_some_and(|times| self.met >= times) {
            return false;
        }
        self.matched += 1;
        let counted = self.matched.saturating_sub(self.skip);
        let meets = counted > 0 && counted.is_multiple_of(self.every.max(1));
        self.met += u64::from(meets);
        meets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_fault_is_read_and_meets_every_tenth_call() {
        let json = r#"{"api":"bg.order.amount.query","every":10,"kind":"http","status":500}"#;
        let mut fault: TemuFault = serde_json::from_str(json).expect("a fault");
        let met = (0..30).filter(|_| fault.meets("bg.order.amount.query", None)).count();
        assert_eq!((met, fault.kind.clone()), (3, TemuFaultKind::Http { status: 500 }));
        assert!(!fault.meets("bg.order.list.v2.get", None));
    }
}
