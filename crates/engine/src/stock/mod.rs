//! The stock workflow: TEMU's SKUs → JTL's stock → plan → guarded push → proof.

mod approval;
mod desk;
mod listing;
mod planning;
mod push;
mod read_back;
mod recover;
mod replay;
mod sync;
mod undo;

use kontor_core::run::StockCounts;

pub use desk::{FormulaRow, FormulaValue};
pub use sync::{StockMode, StockOptions, StockReport};

/// A run of this workflow.
type Run = crate::run::Run<StockCounts>;

/// The job's name in runs and reports.
pub const JOB: &str = "temu_inventory_sync";
