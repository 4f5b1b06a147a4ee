//! The program as its users run it: exit codes, messages, secrets, and being killed.

#[cfg(feature = "bridge")]
mod bridge;
mod desk;
mod invoices;
mod jobs;
mod keychain;
mod killed;
mod killed_datev;
mod killed_stock;
mod mistakes;
mod settings;
mod stock;
mod store;
mod upkeep;
