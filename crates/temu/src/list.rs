//! The order list: by the time of the last change, and by numbers.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kontor_core::Problem;
use kontor_core::ids::ParentOrderSn;
use kontor_core::remote::RemoteOrder;
use serde_json::json;

use crate::client::TemuClient;
use crate::orders::{self, LIST, WireList};
use crate::paging::{Page, PagedList};
use crate::wire::required;

/// Orders of a page (TEMU's maximum).
const PAGE_SIZE: usize = 100;
/// Numbers of a call (TEMU's maximum for `parentOrderSnList`).
const NUMBERS_PER_CALL: usize = 20;

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

impl TemuClient {
    /// A walk over all orders that TEMU changed in the window.
    pub fn orders(&self, window: UpdateWindow) -> OrderWalk<'_> {
        let parameters = json!({
            "updateAtStart": window.start.timestamp(),
            "updateAtEnd": window.end.timestamp(),
            "sortby": "updateTime",
        });
        let list = PagedList::new(&self.transport, LIST, "pageNumber", PAGE_SIZE, parameters, page);
        OrderWalk { list, digests: HashMap::new() }
    }

    /// Orders by their numbers, 20 a call. A number that TEMU does not know is not in the answer; an entry that cannot
    /// be read is logged and left out, so that it costs no other order its turn.
    ///
    /// # Errors
    /// The client's own problems; `temu.answer_incomplete` for a page without entries.
    pub async fn orders_by_number(
        &self,
        sns: &[ParentOrderSn],
    ) -> Result<Vec<RemoteOrder>, Problem> {
        let mut found = Vec::with_capacity(sns.len());
        for chunk in sns.chunks(NUMBERS_PER_CALL) {
            let parameters =
                json!({ "pageNumber": 1, "pageSize": PAGE_SIZE, "parentOrderSnList": chunk });
            let body = self.transport.read(LIST, &parameters).await?;
            for entry in required::<WireList>(LIST, &body)?.page()? {
                match orders::order(LIST, entry) {
                    Ok(order) if chunk.contains(&order.parent_order_sn) => found.push(order),
                    Ok(_) => {}
                    Err(problem) => {
                        tracing::warn!(problem.code = %problem.code, "an order cannot be read: {problem}");
                    }
                }
            }
        }
        Ok(found)
    }
}

/// A walk over the order list, page by page.
pub struct OrderWalk<'a> {
    list: PagedList<'a, RemoteOrder>,
    digests: HashMap<ParentOrderSn, String>,
}

impl OrderWalk<'_> {
    /// The next page's orders; `None` when the list is whole. An order comes once, and once more only when a later page
    /// shows it changed.
    ///
    /// # Errors
    /// `temu.page_repeated`, `temu.list_incomplete`, `temu.answer_incomplete` for a page without entries or total, and
    /// the client's own problems. What came before stays valid.
    pub async fn next_page(&mut self) -> Result<Option<Vec<RemoteOrder>>, Problem> {
        while let Some(orders) = self.list.next_page().await? {
            let news: Vec<RemoteOrder> =
                orders.into_iter().filter(|order| is_news(order, &mut self.digests)).collect();
            if !news.is_empty() {
                return Ok(Some(news));
            }
        }
        Ok(None)
    }

    /// What the walk found; after its last page.
    pub fn summary(self) -> ListSummary {
        let (orders, total) = self.list.counts();
        ListSummary {
            orders: orders as u64,
            total: Some(total as u64),
            problems: self.list.into_problems(),
        }
    }
}

fn is_news(order: &RemoteOrder, digests: &mut HashMap<ParentOrderSn, String>) -> bool {
    let digest = order.digest();
    digests.insert(order.parent_order_sn.clone(), digest.clone()) != Some(digest)
}

fn page(body: &[u8]) -> Result<Page<RemoteOrder>, Problem> {
    let (total, entries) = required::<WireList>(LIST, body)?.entries()?;
    let mut page = Page::new(total, entries.len());
    for entry in entries {
        match orders::order(LIST, entry) {
            Ok(order) => page.add(order.parent_order_sn.to_string(), order),
            Err(problem) => page.unreadable(problem),
        }
    }
    Ok(page)
}
