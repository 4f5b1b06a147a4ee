//! Orders, addresses and amounts: from TEMU's JSON to what the domain judges.

use std::collections::BTreeSet;

use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::remote::{
    RemoteAddress, RemoteAmounts, RemoteItem, RemoteItemAmounts, RemoteOrder, TemuStatus,
};
use kontor_core::{Code, Problem};
use serde::Deserialize;

use crate::fields::{Amount, List, Record, Scalar};

pub(crate) const LIST: &str = "bg.order.list.v2.get";
pub(crate) const DETAIL: &str = "bg.order.detail.v2.get";
pub(crate) const ADDRESS: &str = "bg.order.shippinginfo.v2.get";
pub(crate) const AMOUNTS: &str = "bg.order.amount.query";

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WireList {
    pub(crate) total_item_num: Scalar,
    pub(crate) page_items: List<Record<WireOrder>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WireOrder {
    parent_order_map: Record<WireParent>,
    order_list: List<Record<WireItem>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireParent {
    parent_order_sn: Scalar,
    parent_order_status: Scalar,
    parent_order_time: Scalar,
    parent_confirm_time: Scalar,
    expect_ship_latest_time: Scalar,
    latest_delivery_time: Scalar,
    update_time: Scalar,
    region_id: Scalar,
    parent_order_label: List<Record<WireLabel>>,
    fulfillment_warning: List<Scalar>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WireLabel {
    name: Scalar,
    value: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireItem {
    order_sn: Scalar,
    order_status: Scalar,
    quantity: Scalar,
    original_order_quantity: Scalar,
    canceled_quantity_before_shipment: Scalar,
    goods_id: Scalar,
    sku_id: Scalar,
    goods_name: Scalar,
    original_goods_name: Scalar,
    spec: Scalar,
    original_spec_name: Scalar,
    fulfillment_warning: List<Scalar>,
    product_list: List<Record<WireProduct>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireProduct {
    ext_code: Scalar,
    sold_factor: Scalar,
}

impl WireList {
    /// The total and the entries; a page may only be absent when there is nothing to show.
    pub(crate) fn entries(self) -> Result<(usize, Vec<Record<WireOrder>>), Problem> {
        let total = self.total_item_num.count().ok_or_else(|| lacks(LIST, "totalItemNum"))?;
        Ok((total, self.page()?))
    }

    /// The entries of a page whose total does not matter.
    pub(crate) fn page(self) -> Result<Vec<Record<WireOrder>>, Problem> {
        match (self.page_items.0, self.total_item_num.int()) {
            (Some(entries), _) => Ok(entries),
            (None, Some(0)) => Ok(Vec::new()),
            (None, _) => Err(lacks(LIST, "pageItems")),
        }
    }
}

/// The problem of an answer that lacks a field.
pub(crate) fn lacks(api: &str, field: &str) -> Problem {
    Problem::new(Code::TemuAnswerIncomplete).detail(format!("{api}: {field}"))
}

/// The order; a problem, with what is known of it, when it lacks a number by which it would be kept.
pub(crate) fn order(api: &str, wire: Record<WireOrder>) -> Result<RemoteOrder, Problem> {
    let wire = wire.or_empty();
    let parent = wire.parent_order_map.or_empty();
    let mut warnings: BTreeSet<String> = texts(parent.fulfillment_warning);
    let lines: Vec<Option<RemoteItem>> =
        wire.order_list.into_iter().map(|line| item(line.or_empty(), &mut warnings)).collect();
    let Some(sn) = parent.parent_order_sn.text() else {
        let known = lines.iter().flatten().next();
        let known = known.map(|line| format!(" of the order with line {}", line.order_sn));
        return Err(lacks(api, &format!("parentOrderSn{}", known.unwrap_or_default())));
    };
    let items: Option<Vec<RemoteItem>> = lines.into_iter().collect();
    let items = items.ok_or_else(|| lacks(api, "orderSn").about(&sn))?;
    Ok(RemoteOrder {
        parent_order_sn: ParentOrderSn::new(sn),
        status: parent.parent_order_status.int().map(TemuStatus),
        region_id: parent.region_id.int(),
        ordered_at: parent.parent_order_time.time(),
        confirmed_at: parent.parent_confirm_time.time(),
        ship_by: parent.expect_ship_latest_time.time(),
        deliver_by: parent.latest_delivery_time.time(),
        updated_at: parent.update_time.time(),
        labels: labels(parent.parent_order_label),
        warnings: warnings.into_iter().collect(),
        items,
    })
}

fn texts(scalars: List<Scalar>) -> BTreeSet<String> {
    scalars.into_iter().filter_map(Scalar::text).collect()
}

/// Names of the labels that are set, sorted.
fn labels(wire: List<Record<WireLabel>>) -> Vec<String> {
    let is_set =
        |label: &WireLabel| label.value.int() == Some(1) || label.value == Scalar::Bool(true);
    let set = wire.into_iter().filter_map(|label| label.0).filter(is_set);
    let names: BTreeSet<String> = set.filter_map(|label| label.name.text()).collect();
    names.into_iter().collect()
}

fn item(wire: WireItem, warnings: &mut BTreeSet<String>) -> Option<RemoteItem> {
    warnings.extend(texts(wire.fulfillment_warning));
    let products: Vec<WireProduct> =
        wire.product_list.into_iter().filter_map(|product| product.0).collect();
    let factors: BTreeSet<i64> = products.iter().filter_map(|p| p.sold_factor.int()).collect();
    let codes: BTreeSet<String> = products
        .into_iter()
        .filter_map(|p| p.ext_code.text())
        .map(|code| code.trim().to_owned())
        .collect();
    Some(RemoteItem {
        order_sn: OrderSn::new(wire.order_sn.text()?),
        status: wire.order_status.int().map(TemuStatus),
        quantity: wire.quantity.int(),
        ordered_quantity: wire.original_order_quantity.int(),
        cancelled_quantity: wire.canceled_quantity_before_shipment.int(),
        goods_id: wire.goods_id.int(),
        sku_id: wire.sku_id.int(),
        seller_sku: if codes.len() == 1 { codes.into_iter().next() } else { None },
        // When products disagree, the factor that stands out is the one that must be looked at.
        sold_factor: factors.iter().find(|f| **f != 1).or(factors.first()).copied(),
        name: wire.goods_name.text().or(wire.original_goods_name.text()),
        variant: wire.spec.text().or(wire.original_spec_name.text()),
    })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WireAddress {
    receipt_name: Scalar,
    receipt_additional_name: Scalar,
    mobile: Scalar,
    backup_mobile: Scalar,
    mail: Scalar,
    region_name1: Scalar,
    region_name2: Scalar,
    region_name3: Scalar,
    address_line1: Scalar,
    address_line2: Scalar,
    address_line3: Scalar,
    post_code: Scalar,
    address_extra: Record<WireNames>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireNames {
    first_name: Scalar,
    last_name: Scalar,
}

/// The address answer; an answer without a result has no field.
pub(crate) fn address(wire: Option<WireAddress>) -> RemoteAddress {
    let wire = wire.unwrap_or_default();
    let names = wire.address_extra.or_empty();
    RemoteAddress {
        name: wire.receipt_name.text(),
        additional_name: wire.receipt_additional_name.text(),
        first_name: names.first_name.text(),
        last_name: names.last_name.text(),
        phone: wire.mobile.text().or(wire.backup_mobile.text()),
        email: wire.mail.text(),
        country: wire.region_name1.text(),
        state: wire.region_name2.text(),
        city: wire.region_name3.text(),
        lines: [wire.address_line1.text(), wire.address_line2.text(), wire.address_line3.text()],
        post_code: wire.post_code.text(),
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WireAmounts {
    parent_order_map: Record<WireParentAmounts>,
    order_list: List<Record<WireItemAmounts>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireParentAmounts {
    ship_amount_total_tax_incl: Record<Amount>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireItemAmounts {
    order_sn: Scalar,
    quantity: Scalar,
    unit_retail_price_vat_incl: Record<Amount>,
    retail_price_total_tax_incl: Record<Amount>,
    product_tax_amount: Record<Amount>,
    product_tax_rate: Scalar,
    discount_from_seller: Record<Amount>,
    #[serde(rename = "discountFromTEMU")]
    discount_from_temu: Record<Amount>,
    ship_amount_total_tax_incl: Record<Amount>,
    ship_tax_rate: Scalar,
}

/// The amounts answer. A line without a number cannot be matched and is left out: its order is then held.
pub(crate) fn amounts(wire: Option<WireAmounts>) -> RemoteAmounts {
    let wire = wire.unwrap_or_default();
    let mut currencies = Vec::new();
    let mut cents = |amount: Record<Amount>| amount.0.and_then(|a| a.cents(&mut currencies));
    let shipping_gross = cents(wire.parent_order_map.or_empty().ship_amount_total_tax_incl);
    let mut items = Vec::new();
    for line in wire.order_list.into_iter().filter_map(|line| line.0) {
        let Some(order_sn) = line.order_sn.text() else { continue };
        items.push(RemoteItemAmounts {
            order_sn: OrderSn::new(order_sn),
            quantity: line.quantity.int(),
            unit_gross: cents(line.unit_retail_price_vat_incl),
            total_gross: cents(line.retail_price_total_tax_incl),
            tax: cents(line.product_tax_amount),
            tax_rate: line.product_tax_rate.int(),
            seller_discount: cents(line.discount_from_seller),
            temu_discount: cents(line.discount_from_temu),
            shipping_gross: cents(line.ship_amount_total_tax_incl),
            shipping_tax_rate: line.ship_tax_rate.int(),
        });
    }
    currencies.sort();
    RemoteAmounts { currencies, shipping_gross, items }
}
