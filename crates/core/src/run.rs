//! Runs: what a job did, in counts, and the outcome that follows from them.

use serde::{Deserialize, Serialize};

/// How a run ended. Derived from counts and problems, never set by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that was to be done was done.
    Success,
    /// Some of it was done, some failed.
    Partial,
    /// Nothing could be done, or what was to be done failed.
    Failed,
    /// The operator stopped it.
    Cancelled,
    /// A guard stopped it; the plan waits for the operator.
    NeedsApproval,
}

impl Outcome {
    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::NeedsApproval => "needs_approval",
        }
    }
}

/// Counts of an order run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderCounts {
    /// Orders that TEMU listed.
    pub seen: u64,
    /// Orders stored for the first time.
    pub imported: u64,
    /// Orders whose stored content changed.
    pub updated: u64,
    /// Orders that were already as TEMU shows them.
    pub unchanged: u64,
    /// Orders of this run that are on hold after it.
    pub held: u64,
    /// Orders handed to JTL.
    pub exported: u64,
    /// Orders seen in JTL for the first time.
    pub accepted: u64,
    /// Orders whose parcels became known.
    pub tracked: u64,
    /// Orders whose parcels TEMU confirmed.
    pub reported: u64,
    /// Orders for which something failed.
    pub failed: u64,
}

/// What one step of a run achieved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepTally {
    /// Records that are as they should be after the step (also those that were so before).
    pub done: u64,
    /// Records, or the step itself, for which something failed.
    pub failed: u64,
}

/// The outcome of a run: `failed` as soon as one step failed without achieving anything (a day's orders that did not
/// reach JTL are no partial success), `partial` when a step failed for some.
pub fn outcome(steps: &[StepTally], cancelled: bool) -> Outcome {
    if cancelled {
        Outcome::Cancelled
    } else if steps.iter().any(|s| s.failed > 0 && s.done == 0) {
        Outcome::Failed
    } else if steps.iter().any(|s| s.failed > 0) {
        Outcome::Partial
    } else {
        Outcome::Success
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_whose_hand_over_failed_is_never_a_success() {
        let import = StepTally { done: 10, failed: 0 };
        assert_eq!(outcome(&[import, StepTally { done: 0, failed: 10 }], false), Outcome::Failed);
        assert_eq!(outcome(&[import, StepTally { done: 9, failed: 1 }], false), Outcome::Partial);
        assert_eq!(outcome(&[import], false), Outcome::Success);
        assert_eq!(outcome(&[], false), Outcome::Success);
        assert_eq!(outcome(&[import], true), Outcome::Cancelled);
    }
}
