//! TEMU's invoice documents. The documentation names both APIs (as sensitive ones, temu-api.md 3.9) and no shapes: the
//! names of the members are those that TEMU's other APIs use, and every one of them is read with patience.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use kontor_core::ids::ParentOrderSn;
use kontor_core::{Code, Problem};
use serde::Deserialize;
use serde_json::json;

use crate::client::TemuClient;
use crate::fields::{List, Record, Scalar};
use crate::list::UpdateWindow;
use crate::orders::lacks;
use crate::paging::{Page, PagedList};
use crate::wire::required;

const INFO: &str = "temu.pay.tax.invoice.info.query";
const DOWNLOAD: &str = "temu.pay.tax.invoice.pdf.download";
/// Entries of a page.
const PAGE_SIZE: usize = 100;
/// What every PDF begins with.
const PDF: &[u8] = b"%PDF-";

/// A document that TEMU has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceEntry {
    /// TEMU's id.
    pub id: i64,
    /// Its number; the id where TEMU names none.
    pub number: String,
    /// The order that it belongs to.
    pub parent_order_sn: Option<ParentOrderSn>,
    /// When it was issued.
    pub issued_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireInvoices {
    total: Scalar,
    invoice_info_list: List<Record<WireInvoice>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireInvoice {
    invoice_id: Scalar,
    invoice_no: Scalar,
    parent_order_sn: Scalar,
    invoice_time: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireDocument {
    file_content: Scalar,
}

impl TemuClient {
    /// The documents that were issued in the window, and a problem for each entry that cannot be read.
    ///
    /// # Errors
    /// `temu.scope_missing` when the token lacks this API, and as [`TemuClient::orders`].
    pub async fn invoices(
        &self,
        window: UpdateWindow,
    ) -> Result<(Vec<InvoiceEntry>, Vec<Problem>), Problem> {
        let parameters = json!({
            "invoiceTimeStart": window.start.timestamp(),
            "invoiceTimeEnd": window.end.timestamp(),
        });
        let mut list = PagedList::new(&self.transport, INFO, "pageNo", PAGE_SIZE, parameters, page);
        let mut found: Vec<InvoiceEntry> = Vec::new();
        while let Some(entries) = list.next_page().await? {
            found.extend(entries);
        }
        found.sort_by_key(|entry| entry.id);
        found.dedup_by_key(|entry| entry.id);
        Ok((found, list.into_problems()))
    }

    /// A document's content: a PDF.
    ///
    /// # Errors
    /// `temu.scope_missing`, `temu.answer_incomplete` without content, `temu.answer_unreadable` when it is no PDF in
    /// Base64, and the client's own problems.
    pub async fn invoice_document(&self, id: i64) -> Result<Vec<u8>, Problem> {
        let body = self.transport.read(DOWNLOAD, &json!({ "invoiceId": id })).await?;
        let wire: WireDocument = required(DOWNLOAD, &body)?;
        let text = wire.file_content.text().ok_or_else(|| lacks(DOWNLOAD, "fileContent"))?;
        let unreadable = |what: &str| {
            Problem::new(Code::TemuAnswerUnreadable).about(id).detail(format!("{DOWNLOAD}: {what}"))
        };
        let content = BASE64_STANDARD.decode(text.trim()).map_err(|_| unreadable("no Base64"))?;
        if content.starts_with(PDF) { Ok(content) } else { Err(unreadable("no PDF")) }
    }
}

fn page(body: &[u8]) -> Result<Page<InvoiceEntry>, Problem> {
    let wire: WireInvoices = required(INFO, body)?;
    let total = wire.total.count().ok_or_else(|| lacks(INFO, "total"))?;
    let entries = match (wire.invoice_info_list.0, total) {
        (Some(entries), _) => entries,
        (None, 0) => Vec::new(),
        (None, _) => return Err(lacks(INFO, "invoiceInfoList")),
    };
    let mut page = Page::new(total, entries.len());
    for entry in entries {
        let entry = entry.or_empty();
        match entry.invoice_id.int() {
            Some(id) => page.add(
                id.to_string(),
                InvoiceEntry {
                    id,
                    number: entry.invoice_no.text().unwrap_or_else(|| id.to_string()),
                    parent_order_sn: entry.parent_order_sn.text().map(ParentOrderSn::new),
                    issued_at: entry.invoice_time.time(),
                },
            ),
            None => page.unreadable(lacks(INFO, "invoiceId")),
        }
    }
    Ok(page)
}
