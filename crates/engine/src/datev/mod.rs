//! DATEV batches: the inbox is converted, files are checked, orders are exported.

mod checking;
mod conversion;
mod exporting;
mod folders;
mod inbox;
mod journal;
mod settings;
mod source;

pub use checking::CheckedFile;
pub use conversion::{ConvertOptions, DatevReport};
pub use exporting::{ExportOptions, ExportReport, ExportTotals};
pub use folders::DatevFolders;
pub use kontor_datev::{
    CheckReport, Conversion, Finding, FindingKind, Rule, Severity, Violation, Warning, WrittenBatch,
};
pub use settings::{DatevExportSection, DatevSection};
pub use source::{BatchReport, SourceReport};
