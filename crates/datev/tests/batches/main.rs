//! Facts about DATEV batches: what a conversion changes and what it never does, what hostile files lead to.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "the functions beside the tests build what the tests need"
)]

mod archive;
mod checking;
mod conversion;
mod exporting;
mod files;
mod hostile;
mod independent;
mod report;
