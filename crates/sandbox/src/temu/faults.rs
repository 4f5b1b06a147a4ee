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
    /// Only calls about this goods id.
    #[serde(default)]
    pub goods_id: Option<i64>,
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
        /// Entries too many.
        more: i64,
    },
    /// The list's page has no entries, and its total is right.
    EmptyPage,
    /// The list of goods or SKUs has moved: so many entries of earlier pages are gone (negative: came in). By a whole
    /// page, that page is missing.
    Shift {
        /// Entries.
        by: i64,
    },
    /// A stock edit refuses these SKUs and takes the others.
    RefuseSkus {
        /// SKU ids; empty: all.
        #[serde(default)]
        sku_ids: Vec<i64>,
        /// TEMU's code in their verdicts.
        code: i64,
    },
    /// A stock edit is answered as if it were carried out, and is not.
    NotApplied,
    /// A stock edit is not carried out and answered with `success: true` and `operateResult: false`.
    OperateFalse,
}

/// What a call is about.
#[derive(Default)]
pub(super) struct About {
    pub(super) order: Option<String>,
    pub(super) goods_id: Option<i64>,
}

impl TemuFault {
    /// A fault that meets every call of a type.
    pub fn on(api: &str, kind: TemuFaultKind) -> Self {
        Self {
            api: Some(api.to_owned()),
            parent_order_sn: None,
            goods_id: None,
            every: 1,
            skip: 0,
            times: None,
            kind,
            matched: 0,
            met: 0,
        }
    }

    /// Whether the fault meets this call; counts it.
    pub(super) fn meets(&mut self, api: &str, about: &About) -> bool {
        let fits = self.api.as_deref().is_none_or(|a| a == api)
            && (self.parent_order_sn.is_none() || self.parent_order_sn == about.order)
            && (self.goods_id.is_none() || self.goods_id == about.goods_id);
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
        let met =
            (0..30).filter(|_| fault.meets("bg.order.amount.query", &About::default())).count();
        assert_eq!((met, fault.kind.clone()), (3, TemuFaultKind::Http { status: 500 }));
        assert!(!fault.meets("bg.order.list.v2.get", &About::default()));
    }
}
