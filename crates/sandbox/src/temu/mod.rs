//! The TEMU gateway on loopback HTTP.

mod answers;
mod faults;
mod gateway;
mod goods;
mod invoices;
mod query;
mod server;
mod shipment;
mod signature;
mod stock;

pub use faults::{TemuFault, TemuFaultKind};
pub use gateway::{CallRecord, Credentials, Gateway, GatewayState};
pub(crate) use server::serve;
pub(crate) use stock::MOST_PIECES;
pub use stock::{EditOutcome, EditedBy, ListedSku, StockBook, StockEdit};
