//! The application: configuration, secrets, the order workflow, its runs and reports.
//!
//! The command line (and later the window) calls [`App`]; nothing here prints. Every workflow ends with a
//! [`report::RunReport`], whatever happens on the way.

pub mod api;
pub mod app;
pub mod clock;
pub mod config;
pub mod data_folder;
mod desk;
mod exchanges;
mod keychain;
pub mod orders;
pub mod progress;
pub mod report;
mod run;
pub mod secrets;
pub mod settings;
mod tables;

pub use app::App;
pub use desk::{Changed, Desk, operator};
pub use keychain::{Keychain, MAX_UNITS};
pub use kontor_core as core;
pub use kontor_jtl as jtl;
pub use kontor_store as store;
pub use kontor_temu as temu;
