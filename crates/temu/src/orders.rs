//! Orders, addresses and amounts: from TEMU's JSON to what the domain judges.

use std::collections::BTreeSet;

use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::remote::{
    RemoteAddress, RemoteAmounts, RemoteItem, RemoteItemAmounts, RemoteOrder, TemuStatus,
};
use kontor_core::{Code, Problem};
use serde::Deserialize;

use crate::fields::{Amount, Scalar};

pub(crate) const LIST: &str = "bg.order.list.v2.get";
pub(crate) const DETAIL: &str = "bg.order.detail.v2.get";
pub(crate) const ADDRESS: &str = "bg.order.shippinginfo.v2.get";
pub(crate) const AMOUNTS: &str = "bg.order.amount.query";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireList {
    #[serde(default)]
    pub(crate) total_item_num: Scalar,
    #[serde(default)]
    pub(crate) page_items: Option<Vec<WireOrder>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireOrder {
    #[serde(default)]
    parent_order_map: Option<WireParent>,
    #[serde(default)]
    order_list: Option<Vec<WireItem>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct WireParent {
    parent_order_sn: Scalar,
    parent_order_status: Scalar,
    parent_order_time: Scalar,
    parent_confirm_time: Scalar,
    expect_ship_latest_time: Scalar,
    latest_delivery_time: Scalar,
    update_time: Scalar,
    region_id: Scalar,
    parent_order_label: Option<Vec<WireLabel>>,
    fulfillment_warning: Option<Vec<Scalar>>,
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
    fulfillment_warning: Option<Vec<Scalar>>,
    product_list: Option<Vec<WireProduct>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireProduct {
    ext_code: Scalar,
    sold_factor: Scalar,
}

/// The order; a problem when it lacks the numbers by which it would be kept.
pub(crate) fn order(wire: WireOrder) -> Result<RemoteOrder, Problem> {
    let parent = wire.parent_order_map.unwrap_or_default();
    let lacks =
        |what: &str| Problem::new(Code::TemuAnswerIncomplete).detail(format!("{LIST}: {what}"));
    let sn = parent.parent_order_sn.text().ok_or_else(|| lacks("parentOrderSn"))?;
    let mut warnings: BTreeSet<String> = texts(parent.fulfillment_warning);
    let mut items = Vec::new();
    for wire_item in wire.order_list.unwrap_or_default() {
        items.push(item(wire_item, &mut warnings).ok_or_else(|| lacks("orderSn").about(&sn))?);
    }
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

fn texts(scalars: Option<Vec<Scalar>>) -> BTreeSet<String> {
    scalars.into_iter().flatten().filter_map(Scalar::text).collect()
}

/// Names of the labels that are set, sorted.
fn labels(wire: Option<Vec<WireLabel>>) -> Vec<String> {
    let is_set =
        |label: &WireLabel| label.value.int() == Some(1) || label.value == Scalar::Bool(true);
    let names: BTreeSet<String> =
        wire.into_iter().flatten().filter(is_set).filter_map(|label| label.name.text()).collect();
    names.into_iter().collect()
}

fn item(wire: WireItem, warnings: &mut BTreeSet<String>) -> Option<RemoteItem> {
    warnings.extend(texts(wire.fulfillment_warning));
    let products = wire.product_list.unwrap_or_default();
    let sold_factor = products.iter().find_map(|p| p.sold_factor.int());
    let codes: BTreeSet<String> = products.into_iter().filter_map(|p| p.ext_code.text()).collect();
    Some(RemoteItem {
        order_sn: OrderSn::new(wire.order_sn.text()?),
        status: wire.order_status.int().map(TemuStatus),
        quantity: wire.quantity.int(),
        ordered_quantity: wire.original_order_quantity.int(),
        cancelled_quantity: wire.canceled_quantity_before_shipment.int(),
        goods_id: wire.goods_id.int(),
        sku_id: wire.sku_id.int(),
        seller_sku: if codes.len() == 1 { codes.into_iter().next() } else { None },
        sold_factor,
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
    address_extra: Option<WireNames>,
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
    let names = wire.address_extra.unwrap_or_default();
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
    parent_order_map: Option<WireParentAmounts>,
    order_list: Option<Vec<WireItemAmounts>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireParentAmounts {
    ship_amount_total_tax_incl: Option<Amount>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireItemAmounts {
    order_sn: Scalar,
    quantity: Scalar,
    unit_retail_price_vat_incl: Option<Amount>,
    retail_price_total_tax_incl: Option<Amount>,
    product_tax_amount: Option<Amount>,
    product_tax_rate: Scalar,
    discount_from_seller: Option<Amount>,
    #[serde(rename = "discountFromTEMU")]
    discount_from_temu: Option<Amount>,
    ship_amount_total_tax_incl: Option<Amount>,
    ship_tax_rate: Scalar,
}

/// The amounts answer. A line without a number cannot be matched and is left out: its order is then held.
pub(crate) fn amounts(wire: Option<WireAmounts>) -> RemoteAmounts {
    let wire = wire.unwrap_or_default();
    let mut currencies = Vec::new();
    let mut cents = |amount: Option<Amount>| amount.and_then(|a| a.cents(&mut currencies));
    let shipping_gross =
        cents(wire.parent_order_map.unwrap_or_default().ship_amount_total_tax_incl);
    let mut items = Vec::new();
    for line in wire.order_list.unwrap_or_default() {
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
