//! Paged lists. A wrong page parameter would give page 1 again and again, a total may move while it is walked: every list
//! is counted, a repeated page ends in a problem, and a list that does not add up is walked again.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use kontor_core::ids::ParentOrderSn;
use kontor_core::remote::RemoteOrder;
use kontor_core::{Code, Problem};
use serde::Deserialize;
use serde_json::json;

use crate::client::TemuClient;
use crate::fields::Scalar;
use crate::orders::{self, LIST, WireList};
use crate::wire::result;

pub(crate) const CANCELLATIONS: &str = "bg.aftersales.cancel.list.get";

/// Orders of a page (TEMU's maximum).
const PAGE_SIZE: usize = 100;
/// After-sales entries of a page (TEMU's maximum).
const CANCELLATION_PAGE_SIZE: usize = 200;
/// Walks of a list before it is called incomplete.
const WALKS: u32 = 3;
/// Tries of a page that comes back as the one before.
const SAME_PAGE_TRIES: u32 = 3;
/// More pages than any shop has.
const MAX_PAGES: usize = 100_000;

/// A window over the time of the last change; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpdateWindow {
    /// Begin.
    pub start: DateTime<Utc>,
    /// End.
    pub end: DateTime<Utc>,
}

/// What a walk over the order list found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListSummary {
    /// Different orders.
    pub orders: u64,
    /// The total that TEMU named last.
    pub total: Option<u64>,
    /// Entries that could not be read as orders.
    pub problems: Vec<Problem>,
}

struct Page {
    total: Option<usize>,
    orders: Vec<RemoteOrder>,
    entries: usize,
    problems: Vec<Problem>,
}

impl TemuClient {
    /// All orders that TEMU changed in the window, page by page as they come. An order is handed over once, and once
    /// more only when a later page shows it changed.
    ///
    /// # Errors
    /// `temu.page_repeated`, `temu.list_incomplete`, whatever `on_page` returns, and the client's own problems. What was
    /// handed over before stays valid.
    pub async fn orders(
        &self,
        window: UpdateWindow,
        mut on_page: impl AsyncFnMut(Vec<RemoteOrder>) -> Result<(), Problem>,
    ) -> Result<ListSummary, Problem> {
        let mut digests: HashMap<ParentOrderSn, String> = HashMap::new();
        let mut summary = ListSummary::default();
        for _ in 0..WALKS {
            summary = self.walk(window, &mut digests, &mut on_page).await?;
            let found = summary.orders + summary.problems.len() as u64;
            if summary.total.is_none_or(|total| found >= total) {
                return Ok(summary);
            }
        }
        let total = summary.total.unwrap_or_default();
        Err(Problem::new(Code::TemuListIncomplete).detail(format!("{} of {total}", summary.orders)))
    }

    async fn walk(
        &self,
        window: UpdateWindow,
        digests: &mut HashMap<ParentOrderSn, String>,
        on_page: &mut impl AsyncFnMut(Vec<RemoteOrder>) -> Result<(), Problem>,
    ) -> Result<ListSummary, Problem> {
        let mut summary = ListSummary::default();
        let mut previous = Vec::new();
        for number in 1..=MAX_PAGES {
            let page = self.fresh_page(window, number, &previous).await?;
            summary.total = page.total.map(|t| t as u64);
            summary.problems.extend(page.problems);
            previous = numbers(&page.orders);
            let is_last = page.entries < PAGE_SIZE;
            let new: Vec<RemoteOrder> =
                page.orders.into_iter().filter(|order| is_news(order, digests)).collect();
            summary.orders = digests.len() as u64;
            if !new.is_empty() {
                on_page(new).await?;
            }
            let walked = number * PAGE_SIZE;
            if is_last || page.total.is_some_and(|total| walked >= total) {
                return Ok(summary);
            }
        }
        Err(Problem::new(Code::TemuPageRepeated)
            .detail(format!("{LIST}: more than {MAX_PAGES} pages")))
    }

    /// A page that is not the one before.
    async fn fresh_page(
        &self,
        window: UpdateWindow,
        number: usize,
        previous: &[ParentOrderSn],
    ) -> Result<Page, Problem> {
        let parameters = json!({
            "pageNumber": number,
            "pageSize": PAGE_SIZE,
            "updateAtStart": window.start.timestamp(),
            "updateAtEnd": window.end.timestamp(),
            "sortby": "updateTime",
        });
        for _ in 0..SAME_PAGE_TRIES {
            let body = self.transport.read(LIST, &parameters).await?;
            let page = page(result(LIST, &body)?);
            if page.orders.is_empty() || numbers(&page.orders) != previous {
                return Ok(page);
            }
        }
        Err(Problem::new(Code::TemuPageRepeated).detail(format!("{LIST}: page {number}")))
    }

    /// Orders by their numbers, 20 a call.
    ///
    /// # Errors
    /// The client's own problems; `temu.answer_incomplete` when an entry cannot be read.
    pub async fn orders_by_number(
        &self,
        sns: &[ParentOrderSn],
    ) -> Result<Vec<RemoteOrder>, Problem> {
        let mut found = Vec::with_capacity(sns.len());
        for chunk in sns.chunks(20) {
            let parameters =
                json!({ "pageNumber": 1, "pageSize": PAGE_SIZE, "parentOrderSnList": chunk });
            let body = self.transport.read(LIST, &parameters).await?;
            let page = page(result(LIST, &body)?);
            if let Some(problem) = page.problems.into_iter().next() {
                return Err(problem);
            }
            found.extend(page.orders.into_iter().filter(|o| chunk.contains(&o.parent_order_sn)));
        }
        Ok(found)
    }

    /// Orders whose buyer's wish to cancel waits for an answer (TEMU grants it after 24 hours without one).
    ///
    /// # Errors
    /// As [`TemuClient::orders`].
    pub async fn pending_cancellations(&self) -> Result<BTreeSet<ParentOrderSn>, Problem> {
        let mut all = BTreeSet::new();
        let mut entries = 0;
        let mut previous = BTreeSet::new();
        for number in 1..=MAX_PAGES {
            let parameters = json!({
                "pageNo": number,
                "pageSize": CANCELLATION_PAGE_SIZE,
                "afterSalesStatusGroup": 8,
            });
            let body = self.transport.read(CANCELLATIONS, &parameters).await?;
            let wire: WireCancellations = result(CANCELLATIONS, &body)?;
            let total = wire.total.int().and_then(|t| usize::try_from(t).ok());
            let (count, page) = pending(wire);
            entries += count;
            if !page.is_empty() && page == previous {
                return Err(Problem::new(Code::TemuPageRepeated)
                    .detail(format!("{CANCELLATIONS}: page {number}")));
            }
            all.extend(page.iter().cloned());
            if count < CANCELLATION_PAGE_SIZE || total.is_some_and(|t| entries >= t) {
                break;
            }
            previous = page;
        }
        Ok(all)
    }
}

fn is_news(order: &RemoteOrder, digests: &mut HashMap<ParentOrderSn, String>) -> bool {
    let digest = order.digest();
    digests.insert(order.parent_order_sn.clone(), digest.clone()) != Some(digest)
}

fn numbers(orders: &[RemoteOrder]) -> Vec<ParentOrderSn> {
    orders.iter().map(|o| o.parent_order_sn.clone()).collect()
}

fn page(wire: WireList) -> Page {
    let total = wire.total_item_num.int().and_then(|t| usize::try_from(t).ok());
    let items = wire.page_items.unwrap_or_default();
    let mut page = Page {
        total,
        orders: Vec::with_capacity(items.len()),
        entries: items.len(),
        problems: Vec::new(),
    };
    for item in items {
        match orders::order(item) {
            Ok(order) => page.orders.push(order),
            Err(problem) => page.problems.push(problem),
        }
    }
    page
}

#[derive(Deserialize)]
pub(crate) struct WireCancellations {
    #[serde(default)]
    total: Scalar,
    #[serde(default)]
    data: Option<Vec<WireCancellation>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireCancellation {
    parent_order_sn: Scalar,
    after_sales_info_list: Option<Vec<WireAfterSales>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireAfterSales {
    parent_order_sn: Scalar,
}

/// Number of entries, and the orders that they name.
pub(crate) fn pending(wire: WireCancellations) -> (usize, BTreeSet<ParentOrderSn>) {
    let data = wire.data.unwrap_or_default();
    let count = data.len();
    let of_entry = |entry: WireCancellation| {
        let lines =
            entry.after_sales_info_list.unwrap_or_default().into_iter().map(|l| l.parent_order_sn);
        std::iter::once(entry.parent_order_sn)
            .chain(lines)
            .filter_map(Scalar::text)
            .collect::<Vec<_>>()
    };
    (count, data.into_iter().flat_map(of_entry).map(ParentOrderSn::new).collect())
}
