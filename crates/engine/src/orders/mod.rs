//! The order workflow: TEMU → store → JTL → parcels → TEMU.

mod correct;
mod export;
mod fetch;
mod files;
mod import;
mod recover;
mod replay;
mod report;
mod sync;
mod tracking;

use kontor_core::run::OrderCounts;

pub(crate) use fetch::CURSOR;

pub use correct::{AddressEntry, Entry};
pub use sync::{Mode, SyncOptions};

/// A run of this workflow.
type Run = crate::run::Run<OrderCounts>;

/// The job's name in runs and reports.
pub const JOB: &str = "temu_orders_sync";
