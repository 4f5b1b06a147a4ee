//! Saved views, shipping methods without a carrier, corrections, fetched invoices.

use kontor_core::ids::{ParentOrderSn, RunId};

use super::{Columns, from_json, get, optional_time, time, word};
use crate::{FetchedInvoice, Pulse, Result, SavedView, UnmappedMethod};

pub(crate) fn invoice(row: &impl Columns) -> Result<FetchedInvoice> {
    Ok(FetchedInvoice {
        invoice_id: get(row, "invoice_id")?,
        number: get(row, "number")?,
        parent_order_sn: get::<Option<String>>(row, "parent_order_sn")?.map(ParentOrderSn::new),
        issued_at: optional_time(get(row, "issued_at")?)?,
        file_name: get(row, "file_name")?,
        content_hash: get(row, "content_hash")?,
        run_id: RunId::new(get::<String>(row, "run_id")?),
        fetched_at: time(get(row, "fetched_at")?)?,
        state: from_json(&format!("\"{}\"", get::<String>(row, "state")?))?,
    })
}

pub(crate) fn method(row: &impl Columns) -> Result<UnmappedMethod> {
    Ok(UnmappedMethod {
        shipping_method: get(row, "shipping_method")?,
        logistics: get(row, "logistics")?,
        code: word(&get::<String>(row, "problem_code")?)?,
        parcels: u64::try_from(get::<i64>(row, "parcels")?).unwrap_or_default(),
    })
}

pub(crate) fn view(row: &impl Columns) -> Result<SavedView> {
    Ok(SavedView {
        id: get(row, "id")?,
        screen: get(row, "screen")?,
        name: get(row, "name")?,
        content: get(row, "content")?,
    })
}

pub(crate) fn pulse(row: &impl Columns) -> Result<Pulse> {
    Ok(Pulse {
        orders: get(row, "orders")?,
        runs: get(row, "runs")?,
        requests: get(row, "requests")?,
        desk: get(row, "desk")?,
    })
}
