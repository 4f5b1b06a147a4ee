//! The application: configuration, secrets, the workflows, their runs and reports, and the jobs that run them.
//!
//! The command line (and later the window) calls [`App`]; nothing here prints. Every workflow ends with a
//! [`report::RunReport`], whatever happens on the way.

pub mod api;
pub mod app;
mod bundle;
pub mod clock;
pub mod config;
pub mod data_folder;
pub mod datev;
mod desk;
pub mod events;
mod exchanges;
mod follow;
pub mod health;
pub mod invoice_fetch;
pub mod invoices;
pub mod jobs;
mod keychain;
pub mod logs;
pub mod orders;
mod privacy;
pub mod progress;
pub mod redact;
pub mod report;
mod run;
pub mod secrets;
pub mod settings;
pub mod stock;
pub mod store_move;
mod store_place;
mod tables;
mod unopened;
mod workplace;

pub use app::App;
pub use bundle::{Bundle, BundleFile};
pub use desk::{Changed, Desk, operator};
pub use keychain::{Keychain, MAX_UNITS};
pub use kontor_core as core;
pub use kontor_invoice as invoice;
pub use kontor_jtl as jtl;
pub use kontor_store as store;
pub use kontor_temu as temu;
pub use privacy::ForgetReport;
