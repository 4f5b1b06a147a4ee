//! Invoice documents that were fetched from TEMU.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kontor_core::ids::{ParentOrderSn, RunId};
use serde::{Deserialize, Serialize};

use crate::Result;

/// How far a document has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FetchState {
    /// Written under its temporary name, about to get its final one.
    Publishing,
    /// In the inbox, or taken from there already.
    Stored,
    /// The same content came under another id before: there is no second file.
    Doubled,
}

/// A document that was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedInvoice {
    /// TEMU's id.
    pub invoice_id: i64,
    /// The document's number.
    pub number: String,
    /// The order that it belongs to.
    pub parent_order_sn: Option<ParentOrderSn>,
    /// When it was issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// Its file's name in the inbox.
    pub file_name: String,
    /// SHA-256 of its content, in hex.
    pub content_hash: String,
    /// The run that fetched it.
    pub run_id: RunId,
    /// When it was fetched.
    pub fetched_at: DateTime<Utc>,
    /// How far it has come.
    pub state: FetchState,
}

/// What the fetching of invoices keeps in the store.
#[async_trait]
pub trait InvoiceFetchStore: Send + Sync {
    /// Those of `ids` that were fetched before.
    async fn known_invoices(&self, ids: &[i64]) -> Result<Vec<i64>>;
    /// A document with this content.
    async fn invoice_with_content(&self, hash: &str) -> Result<Option<FetchedInvoice>>;
    /// Records a document; one of the same id is replaced. Durable when it returns.
    async fn record_invoice(&self, invoice: &FetchedInvoice) -> Result<()>;
    /// Documents that may not have got their final name.
    async fn unfinished_invoices(&self) -> Result<Vec<FetchedInvoice>>;
    /// `publishing` → `stored`.
    async fn mark_invoice_stored(&self, invoice_id: i64) -> Result<()>;
}
