//! Client of the TEMU Open Platform: signing, paging, rate limit, retries, and the way from TEMU's wire types to Kontor's
//! own.
//!
//! The client never stores anything and never decides anything about an order. Secrets stay in it: no error, log line or
//! recorded exchange carries one.

mod answer;
mod cancellations;
mod carriers;
mod client;
mod errors;
mod fields;
mod invoices;
mod list;
mod orders;
mod pace;
mod paging;
mod recorder;
pub mod replay;
mod settings;
mod shipment;
pub mod sign;
mod stock;
mod token;
mod transport;
pub mod webhook;
mod wire;

pub use carriers::Warehouse;
pub use client::TemuClient;
pub use invoices::InvoiceEntry;
pub use list::{ListSummary, OrderWalk, UpdateWindow};
pub use pace::Pace;
pub use recorder::{Exchange, ExchangeRecorder};
pub use settings::TemuSettings;
pub use shipment::ConfirmFailure;
pub use sign::SignatureMethod;
pub use stock::{EditFailure, SkuSummary, SkuVerdict, SkuWalk};
pub use token::{NEEDED_SCOPES, TokenInfo};
