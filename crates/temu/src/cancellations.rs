//! Buyers' wishes to cancel that wait for an answer.

use std::collections::BTreeSet;

use kontor_core::Problem;
use kontor_core::ids::ParentOrderSn;
use serde::Deserialize;
use serde_json::json;

use crate::client::TemuClient;
use crate::fields::{List, Record, Scalar};
use crate::orders::lacks;
use crate::paging::{Page, PagedList};
use crate::wire::required;

pub(crate) const CANCELLATIONS: &str = "bg.aftersales.cancel.list.get";

/// Entries of a page (TEMU's maximum).
const PAGE_SIZE: usize = 200;
/// `afterSalesStatusGroup`: pending.
const PENDING: i64 = 8;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct WireCancellations {
    total: Scalar,
    data: List<Record<WireCancellation>>,
}

impl WireCancellations {
    /// The entries; they may only be absent when there are none.
    pub(crate) fn page(self) -> Result<Vec<Record<WireCancellation>>, Problem> {
        match (self.data.0, self.total.int()) {
            (Some(entries), _) => Ok(entries),
            (None, Some(0)) => Ok(Vec::new()),
            (None, _) => Err(lacks(CANCELLATIONS, "data")),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WireCancellation {
    parent_after_sales_sn: Scalar,
    parent_order_sn: Scalar,
    after_sales_info_list: List<Record<WireAfterSales>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireAfterSales {
    parent_order_sn: Scalar,
}

impl WireCancellation {
    /// The orders that the entry names.
    pub(crate) fn orders(self) -> BTreeSet<ParentOrderSn> {
        let of_lines =
            self.after_sales_info_list.into_iter().map(|line| line.or_empty().parent_order_sn);
        std::iter::once(self.parent_order_sn)
            .chain(of_lines)
            .filter_map(Scalar::text)
            .map(ParentOrderSn::new)
            .collect()
    }
}

impl TemuClient {
    /// Orders whose buyer's wish to cancel waits for an answer (TEMU grants it after 24 hours without one). An entry
    /// that names no order is logged and left out: it can be matched to nothing.
    ///
    /// # Errors
    /// As [`TemuClient::orders`].
    pub async fn pending_cancellations(&self) -> Result<BTreeSet<ParentOrderSn>, Problem> {
        let mut list = PagedList::new(
            &self.transport,
            CANCELLATIONS,
            "pageNo",
            PAGE_SIZE,
            json!({ "afterSalesStatusGroup": PENDING }),
            page,
        );
        let mut pending = BTreeSet::new();
        while let Some(entries) = list.next_page().await? {
            pending.extend(entries.into_iter().flatten());
        }
        for problem in list.into_problems() {
            tracing::warn!(problem.code = %problem.code, "a pending cancellation names no order: {problem}");
        }
        Ok(pending)
    }
}

fn page(body: &[u8]) -> Result<Page<BTreeSet<ParentOrderSn>>, Problem> {
    let wire: WireCancellations = required(CANCELLATIONS, body)?;
    let total = wire.total.count().ok_or_else(|| lacks(CANCELLATIONS, "total"))?;
    let entries = wire.page()?;
    let mut page = Page::new(total, entries.len());
    for entry in entries {
        let mut entry = entry.or_empty();
        let number = std::mem::take(&mut entry.parent_after_sales_sn).text();
        let orders = entry.orders();
        match (number, orders.first()) {
            (_, None) => page.unreadable(lacks(CANCELLATIONS, "parentOrderSn")),
            (Some(number), _) => page.add(number, orders),
            (None, Some(first)) => page.add(first.to_string(), orders),
        }
    }
    Ok(page)
}
