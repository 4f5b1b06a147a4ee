//! DATEV batches: the inbox is converted, files are checked, orders are exported.

mod checking;
mod conversion;
mod exporting;
mod folders;
mod inbox;
mod journal;
mod results;
mod settings;
mod source;
mod view;

pub use checking::CheckedFile;
pub use conversion::{ConvertOptions, DatevReport};
pub(crate) use conversion::{INBOX, JOB};
pub use exporting::{ExportOptions, ExportReport, ExportTotals};
pub use folders::DatevFolders;
pub use kontor_datev::{
    CheckReport, Conversion, Finding, FindingKind, Rule, Severity, Violation, Warning, WrittenBatch,
};
pub use results::{ConvertedSource, DatevBatch, DatevRow};
pub use settings::{DatevExportSection, DatevSection};
pub use source::{BatchReport, SourceReport};
pub use view::WaitingFile;
