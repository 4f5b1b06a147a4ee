//! The TEMU gateway on loopback HTTP.

mod answers;
mod faults;
mod gateway;
mod query;
mod server;
mod shipment;
mod signature;

pub use faults::{TemuFault, TemuFaultKind};
pub use gateway::{CallRecord, Credentials, Gateway, GatewayState};
pub(crate) use server::serve;
