//! What a run tells while it goes on.

use std::sync::Arc;

/// A step of a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Hand-overs that an earlier run left unfinished.
    Recover,
    /// TEMU's orders into the store.
    Import,
    /// Orders to JTL.
    Export,
    /// Parcels from JTL.
    Tracking,
    /// Parcels to TEMU.
    Report,
    /// Invoice documents from TEMU.
    Documents,
    /// What is in them.
    Read,
    /// TEMU's SKUs into the store.
    Products,
    /// JTL's stock, and the plan.
    Stock,
    /// Stock to TEMU.
    Push,
    /// What TEMU shows of it.
    Verify,
    /// DATEV batches from the inbox.
    Convert,
}

impl Step {
    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recover => "recover",
            Self::Import => "import",
            Self::Export => "export",
            Self::Tracking => "tracking",
            Self::Report => "report",
            Self::Documents => "documents",
            Self::Read => "read",
            Self::Products => "products",
            Self::Stock => "stock",
            Self::Push => "push",
            Self::Verify => "verify",
            Self::Convert => "convert",
        }
    }
}

/// A sign of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The step.
    pub step: Step,
    /// Records done in it.
    pub done: u64,
    /// Records to do, when known.
    pub total: Option<u64>,
}

/// Takes signs of life; must not block.
pub type ProgressSink = Arc<dyn Fn(Progress) + Send + Sync>;

/// A sink that drops everything.
pub fn silent() -> ProgressSink {
    Arc::new(|_| {})
}
