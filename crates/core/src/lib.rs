//! The domain of Kontor: orders, money, states, plans and problems.
//!
//! Core never reads a clock, a file or a socket and never starts a task: everything here is a value or a pure
//! function. The adapters (`kontor-temu`, `kontor-jtl`, `kontor-store`) translate to and from these types.

pub mod address;
pub mod assess;
pub mod carrier;
pub mod correction;
pub mod country;
pub mod export;
pub mod ids;
pub mod import;
pub mod money;
pub mod order;
pub mod parcel;
pub mod problem;
pub mod remote;
pub mod retry;
pub mod run;
pub mod schedule;
pub mod shipment;
pub mod silence;
pub mod state;
pub mod stock;
pub mod text;

pub use problem::{Class, Code, Problem};
