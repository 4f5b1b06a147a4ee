//! DATEV posting batches (EXTF): conversion of marketplace order numbers, check against DATEV's rules, export.
//!
//! Nothing here asks JTL, reads a clock or chooses a folder: look-ups, the day and the readers are passed in.

mod archive;
mod check;
mod convert;
mod encoding;
mod export;
mod fields;
mod finding;
mod head;
mod marketplace;
mod report;
mod row;
mod sums;

pub use archive::{OpenFile, Unpacked, ZipLimits, unpack};
pub use check::{CheckReport, Rule, Severity, Violation, check};
pub use convert::{
    Conversion, ConvertSettings, MAX_ROWS, Source, WINDOW, control_sums, convert, verify,
};
pub use encoding::Encoding;
pub use export::{
    BatchSeries, BookedOrder, Cancellation, DocumentNumber, ExportSettings, OpenBatch, Posting,
    PostingKind, Side, WrittenBatch, postings,
};
pub use fields::headings;
pub use finding::{Finding, FindingKind, Warning};
pub use head::Head;
pub use marketplace::{JtlNumbers, Lookup, Marketplace, Replacement};
pub use report::{BatchSummary, ReportBook};
pub use row::{MAX_ROW, Row, Rows};
pub use sums::ControlSums;
