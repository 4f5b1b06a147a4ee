//! One order with everything that is known about it, and what a person puts right.

use chrono::{DateTime, Utc};
use kontor_core::export::{Channel, OutboxEntry, OutboxState};
use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::order::{OrderItem, StoredOrder};
use kontor_core::state::OrderState;
use kontor_core::{Code, Problem};
use kontor_store::{OrderEvent, TimelineKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::host::Host;
use super::orders::waits_for_temu;
use super::parcels::ParcelView;
use super::wire::{Reason, TextFile};
use crate::operator;
use crate::orders::{AddressEntry, Entry};

/// One order.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct OrderRequest {
    /// Its number.
    pub parent_order_sn: String,
}

impl OrderRequest {
    fn sn(&self) -> ParentOrderSn {
        ParentOrderSn::new(self.parent_order_sn.trim())
    }
}

/// An order with everything that is known about it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct OrderDetail {
    /// The order.
    pub parent_order_sn: String,
    /// Where it stands.
    #[ts(type = "OrderState")]
    pub state: OrderState,
    /// Whether what holds it is asked of TEMU again by itself.
    pub waits_for_temu: bool,
    /// TEMU's status number.
    pub temu_status: i64,
    /// TEMU's region number.
    pub region_id: Option<i64>,
    /// When the buyer ordered.
    #[ts(type = "string | null")]
    pub ordered_at: Option<DateTime<Utc>>,
    /// Latest shipping time.
    #[ts(type = "string | null")]
    pub ship_by: Option<DateTime<Utc>>,
    /// Latest delivery time.
    #[ts(type = "string | null")]
    pub deliver_by: Option<DateTime<Utc>>,
    /// Labels at TEMU.
    pub labels: Vec<String>,
    /// Currency.
    pub currency: Option<String>,
    /// Gross total of what is to be shipped, in cents; nothing while an amount is missing.
    pub total_cents: Option<i64>,
    /// The delivery address.
    pub address: Option<AddressView>,
    /// What TEMU sent instead of a usable address: a beginning for the correction.
    pub given_address: Option<AddressView>,
    /// Why it is held.
    pub holds: Vec<Reason>,
    /// What was noticed.
    pub notes: Vec<Reason>,
    /// The lines.
    pub items: Vec<ItemView>,
    /// JTL's number.
    pub jtl_order_number: Option<String>,
    /// The parcels.
    pub parcels: Vec<ParcelView>,
    /// The hand-overs, oldest first.
    pub exports: Vec<ExportView>,
    /// What happened, oldest first.
    pub timeline: Vec<EventView>,
    /// When it was first stored.
    #[ts(type = "string")]
    pub imported_at: DateTime<Utc>,
    /// When it last changed.
    #[ts(type = "string")]
    pub changed_at: DateTime<Utc>,
}

/// A delivery address.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of kontor_core::address::Address")]
pub struct AddressView {
    pub first_name: String,
    pub last_name: String,
    pub street: String,
    pub extra: String,
    pub post_code: String,
    pub city: String,
    pub state: String,
    pub country: String,
    pub phone: String,
    pub email: String,
}

impl From<kontor_core::address::Address> for AddressView {
    fn from(a: kontor_core::address::Address) -> Self {
        Self {
            first_name: a.first_name,
            last_name: a.last_name,
            street: a.street,
            extra: a.extra,
            post_code: a.post_code,
            city: a.city,
            state: a.state,
            country: a.country.as_str().to_owned(),
            phone: a.phone,
            email: a.email,
        }
    }
}

impl From<kontor_core::remote::RemoteAddress> for AddressView {
    /// What TEMU sent, field by field; a name that it did not part stands as the family name.
    fn from(a: kontor_core::remote::RemoteAddress) -> Self {
        let [street, second, third] = a.lines.map(Option::unwrap_or_default);
        let extra = [a.additional_name.unwrap_or_default(), second, third];
        let extra: Vec<String> = extra.into_iter().filter(|t| !t.is_empty()).collect();
        let (first_name, last_name) = match (a.first_name, a.last_name) {
            (Some(first), Some(last)) => (first, last),
            (first, last) => (String::new(), a.name.or(last).or(first).unwrap_or_default()),
        };
        Self {
            first_name,
            last_name,
            street,
            extra: extra.join(", "),
            post_code: a.post_code.unwrap_or_default(),
            city: a.city.unwrap_or_default(),
            state: a.state.unwrap_or_default(),
            country: a.country.unwrap_or_default(),
            phone: a.phone.unwrap_or_default(),
            email: a.email.unwrap_or_default(),
        }
    }
}

/// A line of an order.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ItemView {
    /// The line's number.
    pub order_sn: String,
    /// The trader's article number.
    pub seller_sku: Option<String>,
    /// Goods name.
    pub name: String,
    /// Variant.
    pub variant: String,
    /// Pieces still to be shipped; nothing when TEMU's numbers contradict each other.
    pub quantity: Option<i64>,
    /// Price of the piece with VAT, in cents.
    pub unit_gross_cents: Option<i64>,
    /// VAT of the goods in basis points (1900 is 19 %).
    pub vat_basis_points: Option<u32>,
    /// The seller's discount on the line, in cents.
    pub seller_discount_cents: i64,
    /// Shipping charged with the line, in cents.
    pub shipping_gross_cents: i64,
}

impl From<&OrderItem> for ItemView {
    fn from(item: &OrderItem) -> Self {
        Self {
            order_sn: item.order_sn.to_string(),
            seller_sku: item.seller_sku.clone(),
            name: item.name.clone(),
            variant: item.variant.clone(),
            quantity: item.quantity,
            unit_gross_cents: item.unit_gross.map(|c| c.0),
            vat_basis_points: item.vat.map(|v| v.0),
            seller_discount_cents: item.seller_discount.0,
            shipping_gross_cents: item.shipping_gross.0,
        }
    }
}

/// A hand-over to JTL.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ExportView {
    /// Row id.
    pub id: i64,
    /// The way to JTL.
    #[ts(type = "Channel")]
    pub channel: Channel,
    /// 1 for the first hand-over on this way.
    pub generation: i64,
    /// How far it has come.
    #[ts(type = "OutboxState")]
    pub state: OutboxState,
    /// Name of the collective file.
    pub file_name: Option<String>,
    /// What shows that it left or arrived.
    pub proof: Option<String>,
    /// When it was prepared.
    #[ts(type = "string")]
    pub prepared_at: DateTime<Utc>,
    /// When it left.
    #[ts(type = "string | null")]
    pub written_at: Option<DateTime<Utc>>,
    /// The run that prepared it.
    pub run_id: String,
}

impl From<OutboxEntry> for ExportView {
    fn from(entry: OutboxEntry) -> Self {
        Self {
            id: entry.id,
            channel: entry.channel,
            generation: entry.generation,
            state: entry.state,
            file_name: entry.file_name,
            proof: entry.proof,
            prepared_at: entry.prepared_at,
            written_at: entry.written_at,
            run_id: entry.run_id.to_string(),
        }
    }
}

/// An entry of an order's timeline.
#[derive(Clone, Debug, Serialize, TS)]
pub struct EventView {
    /// Row id.
    pub id: i64,
    /// The order.
    pub parent_order_sn: String,
    /// When.
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
    /// What kind.
    #[ts(type = "TimelineKind")]
    pub kind: TimelineKind,
    /// The code that explains it.
    #[ts(type = "ProblemCode | null")]
    pub code: Option<Code>,
    /// Particulars; of a change of state `from → to`.
    pub detail: String,
    /// The run that did it; nothing for a person's act.
    pub run_id: Option<String>,
    /// When a person settled it (alerts only).
    #[ts(type = "string | null")]
    pub settled_at: Option<DateTime<Utc>>,
    /// Who did.
    pub settled_by: Option<String>,
}

impl From<OrderEvent> for EventView {
    fn from(event: OrderEvent) -> Self {
        Self {
            id: event.id,
            parent_order_sn: event.parent_order_sn.to_string(),
            at: event.at,
            kind: event.kind,
            code: event.code,
            detail: event.detail,
            run_id: event.run_id.map(|r| r.to_string()),
            settled_at: event.settled_at,
            settled_by: event.settled_by,
        }
    }
}

pub(super) async fn order(host: &dyn Host, request: OrderRequest) -> Result<OrderDetail, Problem> {
    detail(host, &request.sn()).await
}

async fn detail(host: &dyn Host, sn: &ParentOrderSn) -> Result<OrderDetail, Problem> {
    let app = host.desk().app();
    let stored = app.order(sn).await?;
    let parcels = app.store.parcels_of(std::slice::from_ref(sn)).await?;
    let exports = app.store.exports_of(sn).await?;
    let timeline = app.store.timeline(sn).await?;
    let StoredOrder { order, state, jtl_order_number, imported_at, changed_at, .. } = stored;
    Ok(OrderDetail {
        parent_order_sn: sn.to_string(),
        state,
        waits_for_temu: waits_for_temu(state, &order.holds),
        temu_status: order.temu_status.0,
        region_id: order.region_id,
        ordered_at: order.ordered_at,
        ship_by: order.ship_by,
        deliver_by: order.deliver_by,
        total_cents: order.total().map(|c| c.0),
        items: order.items.iter().map(ItemView::from).collect(),
        labels: order.labels,
        currency: order.currency.map(|c| c.0),
        address: order.address.map(AddressView::from),
        given_address: order.given_address.map(AddressView::from),
        holds: order.holds.iter().map(Reason::from).collect(),
        notes: order.notes.iter().map(Reason::from).collect(),
        jtl_order_number,
        parcels: parcels.into_iter().map(ParcelView::from).collect(),
        exports: exports.into_iter().map(ExportView::from).collect(),
        timeline: timeline.into_iter().map(EventView::from).collect(),
        imported_at,
        changed_at,
    })
}

/// A hand-over of an order.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct OrderXmlRequest {
    /// The order.
    pub parent_order_sn: String,
    /// The hand-over's id.
    pub export_id: i64,
}

pub(super) async fn order_xml(
    host: &dyn Host,
    request: OrderXmlRequest,
) -> Result<TextFile, Problem> {
    let sn = ParentOrderSn::new(request.parent_order_sn);
    let exports = host.desk().app().store.exports_of(&sn).await?;
    let entry = exports.into_iter().find(|e| e.id == request.export_id);
    let entry = entry.ok_or_else(|| Problem::new(Code::OrderNotFound).about(&sn))?;
    Ok(TextFile { name: format!("{sn}.xml"), content: entry.content })
}

/// An address as a person types it.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AddressRequest {
    /// The order.
    pub parent_order_sn: String,
    /// The address; the country by its two letters or a known name.
    pub address: AddressView,
}

pub(super) async fn order_correct_address(
    host: &dyn Host,
    request: AddressRequest,
) -> Result<OrderDetail, Problem> {
    let sn = ParentOrderSn::new(request.parent_order_sn);
    let a = request.address;
    let entry = AddressEntry {
        first_name: a.first_name,
        last_name: a.last_name,
        street: a.street,
        extra: a.extra,
        post_code: a.post_code,
        city: a.city,
        state: a.state,
        country: a.country,
        phone: a.phone,
        email: a.email,
    };
    host.desk().app().correct_order(&sn, Entry::Address(entry), &operator()).await?;
    detail(host, &sn).await
}

/// An article number as a person types it.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SkuRequest {
    /// The order.
    pub parent_order_sn: String,
    /// The line.
    pub order_sn: String,
    /// The article number as it stands in JTL.
    pub sku: String,
}

pub(super) async fn order_correct_sku(
    host: &dyn Host,
    request: SkuRequest,
) -> Result<OrderDetail, Problem> {
    let sn = ParentOrderSn::new(request.parent_order_sn);
    let entry = Entry::Sku { order_sn: OrderSn::new(request.order_sn), sku: request.sku };
    host.desk().app().correct_order(&sn, entry, &operator()).await?;
    detail(host, &sn).await
}

pub(super) async fn order_export_again(
    host: &dyn Host,
    request: OrderRequest,
) -> Result<OrderDetail, Problem> {
    let sn = request.sn();
    host.desk().app().allow_export_again(&sn, &operator()).await?;
    detail(host, &sn).await
}
