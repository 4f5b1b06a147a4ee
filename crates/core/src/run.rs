//! Runs: what a job did, in counts, and the outcome that follows from them.

use std::collections::BTreeMap;

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
    /// Every outcome.
    pub const ALL: [Self; 5] =
        [Self::Success, Self::Partial, Self::Failed, Self::Cancelled, Self::NeedsApproval];

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

/// What made a run begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Its schedule, in time, or something new in the inbox that it watches.
    Schedule,
    /// Its schedule, after the machine slept or Kontor was closed.
    CatchUp,
    /// A person, through the window or `kontor jobs run`.
    Manual,
    /// A command that is the run itself (`kontor orders sync`).
    Cli,
    /// An earlier run that failed for a reason that passes, or that was interrupted.
    Retry,
}

impl Trigger {
    /// Everything that makes a run begin.
    pub const ALL: [Self; 5] =
        [Self::Schedule, Self::CatchUp, Self::Manual, Self::Cli, Self::Retry];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::CatchUp => "catch_up",
            Self::Manual => "manual",
            Self::Cli => "cli",
            Self::Retry => "retry",
        }
    }
}

/// What a job counts: a closed list of names, each with a number.
pub trait JobCounts: Copy + Default + Serialize + Send + Sync + 'static {
    /// Counts one more record for which something failed.
    fn add_failed(&mut self);
    /// Names and numbers in the order in which people read them.
    fn entries(&self) -> Vec<(&'static str, u64)>;
}

/// Counts of any job by name, as they are stored with a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(pub BTreeMap<String, u64>);

impl<C: JobCounts> From<C> for Counts {
    fn from(counts: C) -> Self {
        Self(counts.entries().into_iter().map(|(name, n)| (name.to_owned(), n)).collect())
    }
}

/// Makes the counts of a job: a structure of numbers with `failed` as its last.
macro_rules! job_counts {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $field:ident,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$meaning])* pub $field: u64,)*
            /// Records for which something failed.
            pub failed: u64,
        }

        impl JobCounts for $name {
            fn add_failed(&mut self) {
                self.failed += 1;
            }

            fn entries(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($field), self.$field),)* ("failed", self.failed)]
            }
        }
    };
}

job_counts! {
    /// Counts of an order run.
    OrderCounts {
        /// Orders that TEMU listed.
        seen,
        /// Orders stored for the first time.
        imported,
        /// Orders whose stored content changed.
        updated,
        /// Orders that were already as TEMU shows them.
        unchanged,
        /// Orders of this run that are on hold after it.
        held,
        /// Orders handed to JTL.
        exported,
        /// Orders seen in JTL for the first time.
        accepted,
        /// Orders whose parcels became known.
        tracked,
        /// Orders whose parcels TEMU confirmed.
        reported,
    }
}

job_counts! {
    /// Counts of a stock run.
    StockCounts {
        /// SKUs that TEMU listed.
        listed,
        /// SKUs stored for the first time.
        added,
        /// SKUs that TEMU no longer lists.
        deactivated,
        /// SKUs that TEMU shows as they should be.
        unchanged,
        /// SKUs whose stock is not known.
        unknown,
        /// SKUs without an article in JTL.
        unmatched,
        /// SKUs that should show another value.
        planned,
        /// Values that wait for the operator.
        waiting,
        /// Values that were sent.
        sent,
        /// Values that TEMU confirmed.
        confirmed,
        /// Values that TEMU showed when it was asked again.
        proven,
    }
}

job_counts! {
    /// Counts of a run that fetches invoice documents.
    InvoiceCounts {
        /// Documents that TEMU listed.
        listed,
        /// Documents that were fetched before.
        known,
        /// Documents that came into the inbox.
        fetched,
        /// Documents whose content had come under another id before.
        doubled,
    }
}

job_counts! {
    /// Counts of a DATEV conversion.
    DatevCounts {
        /// Files that were found.
        seen,
        /// Files that were converted.
        converted,
        /// Files that are still being written.
        waiting,
        /// Rows whose number was replaced.
        changed,
        /// Rows whose number JTL does not know.
        not_found,
        /// Warnings about rows.
        warnings,
    }
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
/// reach JTL are no partial success), `partial` when a step failed for some. A plan that waits for the operator comes
/// before both: it is what a person must see.
pub fn outcome(steps: &[StepTally], cancelled: bool, waits_for_approval: bool) -> Outcome {
    if cancelled {
        Outcome::Cancelled
    } else if waits_for_approval {
        Outcome::NeedsApproval
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
        assert_eq!(
            outcome(&[import, StepTally { done: 0, failed: 10 }], false, false),
            Outcome::Failed
        );
        assert_eq!(
            outcome(&[import, StepTally { done: 9, failed: 1 }], false, false),
            Outcome::Partial
        );
        assert_eq!(outcome(&[import], false, false), Outcome::Success);
        assert_eq!(outcome(&[], false, false), Outcome::Success);
        assert_eq!(outcome(&[import], true, false), Outcome::Cancelled);
        let failed = StepTally { done: 0, failed: 1 };
        assert_eq!(outcome(&[failed], false, true), Outcome::NeedsApproval);
    }
}
