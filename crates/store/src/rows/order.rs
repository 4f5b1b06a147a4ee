//! Orders, their lines, events, hand-overs and parcels.

use kontor_core::export::{Channel, OutboxEntry, OutboxState};
use kontor_core::ids::{OrderSn, ParentOrderSn, RunId};
use kontor_core::money::{Cents, Currency, VatRate};
use kontor_core::order::{Hold, Order, OrderItem, StoredOrder};
use kontor_core::parcel::{JtlParcel, ReportState, StoredParcel};
use kontor_core::remote::TemuStatus;

use super::{Columns, damaged, from_json, get, optional_time, time, word};
use crate::desk::{ParcelRow, ParcelView};
use crate::{OrderEvent, OrderRow, Result};

pub(crate) fn order(row: &impl Columns) -> Result<StoredOrder> {
    let address: Option<String> = get(row, "address")?;
    let given: Option<String> = get(row, "given_address")?;
    Ok(StoredOrder {
        order: Order {
            parent_order_sn: ParentOrderSn::new(get::<String>(row, "parent_order_sn")?),
            temu_status: TemuStatus(get(row, "temu_status")?),
            region_id: get(row, "region_id")?,
            ordered_at: optional_time(get(row, "ordered_at")?)?,
            confirmed_at: optional_time(get(row, "confirmed_at")?)?,
            ship_by: optional_time(get(row, "ship_by")?)?,
            deliver_by: optional_time(get(row, "deliver_by")?)?,
            updated_at: optional_time(get(row, "updated_at")?)?,
            labels: from_json(&get::<String>(row, "labels")?)?,
            currency: get::<Option<String>>(row, "currency")?.map(Currency),
            items: Vec::new(),
            address: address.map(|a| from_json(&a)).transpose()?,
            given_address: given.map(|a| from_json(&a)).transpose()?,
            holds: from_json(&get::<String>(row, "holds")?)?,
            notes: from_json(&get::<String>(row, "notes")?)?,
            remote_digest: get(row, "remote_digest")?,
        },
        state: word(&get::<String>(row, "state")?)?,
        jtl_order_number: get(row, "jtl_order_number")?,
        imported_at: time(get(row, "imported_at")?)?,
        changed_at: time(get(row, "changed_at")?)?,
        version: get(row, "version")?,
    })
}

pub(crate) fn item(row: &impl Columns) -> Result<OrderItem> {
    Ok(OrderItem {
        order_sn: OrderSn::new(get::<String>(row, "order_sn")?),
        goods_id: get(row, "goods_id")?,
        sku_id: get(row, "sku_id")?,
        seller_sku: get(row, "seller_sku")?,
        name: get(row, "name")?,
        variant: get(row, "variant")?,
        quantity: get(row, "quantity")?,
        unit_gross: get::<Option<i64>>(row, "unit_gross")?.map(Cents),
        vat: get::<Option<u32>>(row, "vat")?.map(VatRate),
        seller_discount: Cents(get(row, "seller_discount")?),
        shipping_gross: Cents(get(row, "shipping_gross")?),
        shipping_vat: get::<Option<u32>>(row, "shipping_vat")?.map(VatRate),
    })
}

pub(crate) fn order_row(row: &impl Columns) -> Result<OrderRow> {
    Ok(OrderRow {
        parent_order_sn: ParentOrderSn::new(get::<String>(row, "parent_order_sn")?),
        state: word(&get::<String>(row, "state")?)?,
        temu_status: get(row, "temu_status")?,
        ordered_at: optional_time(get(row, "ordered_at")?)?,
        ship_by: optional_time(get(row, "ship_by")?)?,
        buyer: get(row, "buyer")?,
        country: get(row, "country")?,
        items: get(row, "item_count")?,
        total_cents: get(row, "total_cents")?,
        currency: get(row, "currency")?,
        holds: from_json(&get::<String>(row, "holds")?)?,
        jtl_order_number: get(row, "jtl_order_number")?,
    })
}

pub(crate) fn event(row: &impl Columns) -> Result<OrderEvent> {
    let kind: String = get(row, "kind")?;
    let code: Option<String> = get(row, "code")?;
    Ok(OrderEvent {
        id: get(row, "id")?,
        parent_order_sn: ParentOrderSn::new(get::<String>(row, "parent_order_sn")?),
        run_id: get::<Option<String>>(row, "run_id")?.map(RunId::new),
        at: time(get(row, "at")?)?,
        kind: from_json(&format!("\"{kind}\""))?,
        code: code.map(|c| word(&c)).transpose()?,
        detail: get(row, "detail")?,
        settled_at: optional_time(get(row, "settled_at")?)?,
        settled_by: get(row, "settled_by")?,
    })
}

pub(crate) fn entry(row: &impl Columns) -> Result<OutboxEntry> {
    Ok(OutboxEntry {
        id: get(row, "id")?,
        parent_order_sn: ParentOrderSn::new(get::<String>(row, "parent_order_sn")?),
        channel: Channel::parse(&get::<String>(row, "channel")?)
            .ok_or_else(|| damaged("channel"))?,
        generation: get(row, "generation")?,
        run_id: RunId::new(get::<String>(row, "run_id")?),
        content: get(row, "content")?,
        content_hash: get(row, "content_hash")?,
        order_version: get(row, "order_version")?,
        state: OutboxState::parse(&get::<String>(row, "state")?)
            .ok_or_else(|| damaged("outbox state"))?,
        file_name: get(row, "file_name")?,
        proof: get(row, "proof")?,
        prepared_at: time(get(row, "prepared_at")?)?,
        written_at: optional_time(get(row, "written_at")?)?,
    })
}

pub(crate) fn parcel(row: &impl Columns) -> Result<StoredParcel> {
    let code: Option<String> = get(row, "problem_code")?;
    let detail: Option<String> = get(row, "problem_detail")?;
    let held =
        code.map(|c| word(&c)).transpose()?.map(|code| Hold::new(code, detail.unwrap_or_default()));
    Ok(StoredParcel {
        parcel: JtlParcel {
            parent_order_sn: ParentOrderSn::new(get::<String>(row, "parent_order_sn")?),
            jtl_id: get(row, "jtl_id")?,
            tracking_number: get(row, "tracking_number")?,
            shipping_method: get(row, "shipping_method")?,
            logistics: get(row, "logistics")?,
            shipped_at: optional_time(get(row, "shipped_at")?)?,
            contents: from_json(&get::<String>(row, "contents")?)?,
        },
        carrier_id: get(row, "carrier_id")?,
        carrier_name: get(row, "carrier_name")?,
        report: ReportState::parse(&get::<String>(row, "report")?)
            .ok_or_else(|| damaged("report"))?,
        problem: held,
        reported_at: optional_time(get(row, "reported_at")?)?,
    })
}

pub(crate) fn parcel_row(row: &impl Columns, view: ParcelView) -> Result<ParcelRow> {
    Ok(ParcelRow {
        parcel: parcel(row)?,
        view,
        state: word(&get::<String>(row, "state")?)?,
        buyer: get(row, "buyer")?,
        ship_by: optional_time(get(row, "ship_by")?)?,
    })
}
