//! Orders: lists.

use chrono::{DateTime, Utc};
use kontor_core::state::OrderState;
use kontor_core::{Code, Problem};
use kontor_store::{OrderFilter, OrderRow, OrderSort};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::csv::{self, Csv};
use super::host::Host;
use super::wire::{PageRequest, Reason, TextFile};

/// Which orders.
#[derive(Clone, Debug, Default, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct OrderQuery {
    /// Only these states; empty: all.
    #[ts(type = "OrderState[]")]
    pub states: Vec<OrderState>,
    /// Only orders held for this reason.
    #[ts(type = "ProblemCode | null")]
    pub hold: Option<Code>,
    /// Only orders that begin so: number or its last five digits, JTL's number, buyer (family name first), article
    /// number, tracking number.
    pub search: Option<String>,
    /// Only orders to this country (two letters).
    pub country: Option<String>,
    /// Only orders from this time on.
    #[ts(type = "string | null")]
    pub ordered_from: Option<DateTime<Utc>>,
    /// Only orders before this time.
    #[ts(type = "string | null")]
    pub ordered_before: Option<DateTime<Utc>>,
    /// The sort.
    #[ts(type = "\"newest\" | \"oldest\" | \"deadline\" | \"number\" | \"highest\"")]
    pub sort: OrderSort,
}

impl From<OrderQuery> for OrderFilter {
    fn from(query: OrderQuery) -> Self {
        Self {
            states: query.states,
            hold: query.hold,
            number_prefix: None,
            search: query.search.filter(|text| !text.trim().is_empty()),
            country: query.country,
            ordered_from: query.ordered_from,
            ordered_before: query.ordered_before,
            sort: query.sort,
        }
    }
}

/// A page of a query.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct OrderListRequest {
    /// Which orders.
    pub query: OrderQuery,
    /// Which page.
    pub page: PageRequest,
}

/// A page of orders.
#[derive(Clone, Debug, Serialize, TS)]
pub struct OrderListPage {
    /// The rows.
    pub orders: Vec<OrderRowView>,
    /// Pass it as `after` for the next page; nothing at the end.
    pub next: Option<String>,
    /// Orders that match.
    pub total: u64,
}

/// A row of an order list.
#[derive(Clone, Debug, Serialize, TS)]
pub struct OrderRowView {
    /// The order.
    pub parent_order_sn: String,
    /// Where it stands.
    #[ts(type = "OrderState")]
    pub state: OrderState,
    /// Whether what holds it is asked of TEMU again by itself.
    pub waits_for_temu: bool,
    /// When the buyer ordered.
    #[ts(type = "string | null")]
    pub ordered_at: Option<DateTime<Utc>>,
    /// Latest shipping time.
    #[ts(type = "string | null")]
    pub ship_by: Option<DateTime<Utc>>,
    /// The buyer's name.
    pub buyer: Option<String>,
    /// Country of the address (two letters).
    pub country: Option<String>,
    /// Number of lines.
    pub items: i64,
    /// Gross total in cents; nothing while the amounts are missing.
    pub total_cents: Option<i64>,
    /// Currency.
    pub currency: Option<String>,
    /// Why it is held.
    pub holds: Vec<Reason>,
    /// JTL's number.
    pub jtl_order_number: Option<String>,
}

impl From<OrderRow> for OrderRowView {
    fn from(row: OrderRow) -> Self {
        Self {
            parent_order_sn: row.parent_order_sn.to_string(),
            state: row.state,
            waits_for_temu: waits_for_temu(row.state, &row.holds),
            ordered_at: row.ordered_at,
            ship_by: row.ship_by,
            buyer: row.buyer,
            country: row.country,
            items: row.items,
            total_cents: row.total_cents,
            currency: row.currency,
            holds: row.holds.iter().map(Reason::from).collect(),
            jtl_order_number: row.jtl_order_number,
        }
    }
}

/// A held order waits for TEMU when every one of its reasons is asked about again at each run.
pub(super) fn waits_for_temu(state: OrderState, holds: &[kontor_core::order::Hold]) -> bool {
    state == OrderState::OnHold && holds.iter().all(|h| h.code.is_mended_by_asking_again())
}

pub(super) async fn orders_list(
    host: &dyn Host,
    request: OrderListRequest,
) -> Result<OrderListPage, Problem> {
    let filter = OrderFilter::from(request.query);
    let (after, limit) = (request.page.after.as_deref(), request.page.rows());
    let page = host.desk().app().store.list_orders(&filter, after, limit).await?;
    Ok(OrderListPage {
        orders: page.orders.into_iter().map(OrderRowView::from).collect(),
        next: page.next,
        total: page.total,
    })
}

/// Orders in a state.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StateCountView {
    /// The state.
    #[ts(type = "OrderState")]
    pub state: OrderState,
    /// Orders.
    pub orders: u64,
}

pub(super) async fn orders_counts(host: &dyn Host, (): ()) -> Result<Vec<StateCountView>, Problem> {
    let counts = host.desk().app().store.count_by_state().await?;
    Ok(counts.into_iter().map(|c| StateCountView { state: c.state, orders: c.orders }).collect())
}

/// Orders for a spreadsheet.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct OrderCsvRequest {
    /// Which orders.
    pub query: OrderQuery,
}

pub(super) async fn orders_csv(
    host: &dyn Host,
    request: OrderCsvRequest,
) -> Result<TextFile, Problem> {
    let (app, filter) = (host.desk().app(), OrderFilter::from(request.query));
    let mut rows = Csv::new(&[
        "parent_order_sn",
        "state",
        "holds",
        "ordered_at",
        "ship_by",
        "buyer",
        "country",
        "items",
        "total",
        "currency",
        "jtl_order_number",
    ]);
    let mut after: Option<String> = None;
    loop {
        let page = app.store.list_orders(&filter, after.as_deref(), csv::PAGE).await?;
        for row in page.orders {
            let holds: Vec<&str> = row.holds.iter().map(|h| h.code.as_str()).collect();
            rows.row(&[
                row.parent_order_sn.to_string(),
                row.state.to_string(),
                holds.join(" "),
                csv::time(row.ordered_at),
                csv::time(row.ship_by),
                row.buyer.unwrap_or_default(),
                row.country.unwrap_or_default(),
                row.items.to_string(),
                csv::money(row.total_cents),
                row.currency.unwrap_or_default(),
                row.jtl_order_number.unwrap_or_default(),
            ])?;
        }
        after = page.next;
        if after.is_none() {
            return rows.file("bestellungen.csv");
        }
    }
}
