//! The log of jobs: what is said while a run goes on is kept in the store (`scheduler_logs`), in files under `logs/`, and
//! told live. Nothing that is said here waits for a disk.

mod files;
mod layer;
mod service;

pub use files::{Cleaned, FileWriter, close_files, write_files};
pub use layer::JobLogLayer;
pub(crate) use layer::{Route, route};
pub use service::LogService;
