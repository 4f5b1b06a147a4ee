//! What TEMU says about an order, before it is judged: every field may be missing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::{OrderSn, ParentOrderSn};
use crate::money::{Cents, Currency};

/// TEMU's `parentOrderStatus` / `orderStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TemuStatus(pub i64);

impl TemuStatus {
    /// The buyer may still change it.
    pub const PENDING: Self = Self(1);
    /// To be shipped.
    pub const UN_SHIPPING: Self = Self(2);
    /// Cancelled.
    pub const CANCELLED: Self = Self(3);
    /// Shipped.
    pub const SHIPPED: Self = Self(4);
    /// Shipped in part.
    pub const PARTIALLY_SHIPPED: Self = Self(41);
    /// Delivered.
    pub const DELIVERED: Self = Self(5);
    /// Delivered in part.
    pub const PARTIALLY_DELIVERED: Self = Self(51);

    /// Everything of the order has left, by whoever's hand.
    pub fn is_shipped(self) -> bool {
        matches!(self, Self::SHIPPED | Self::DELIVERED | Self::PARTIALLY_DELIVERED)
    }
}

/// A parent order as the list (or the detail) shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteOrder {
    /// The order's number.
    pub parent_order_sn: ParentOrderSn,
    /// Its status; `None` when TEMU sent none.
    pub status: Option<TemuStatus>,
    /// TEMU's numeric region (76 is Germany).
    pub region_id: Option<i64>,
    /// When the buyer ordered.
    pub ordered_at: Option<DateTime<Utc>>,
    /// When TEMU confirmed the order.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Latest shipping time (`expectShipLatestTime`).
    pub ship_by: Option<DateTime<Utc>>,
    /// Latest delivery time.
    pub deliver_by: Option<DateTime<Utc>>,
    /// TEMU's last change.
    pub updated_at: Option<DateTime<Utc>>,
    /// Names of the labels whose value is 1, sorted.
    pub labels: Vec<String>,
    /// `fulfillmentWarning` of order and items, sorted, without doubles.
    pub warnings: Vec<String>,
    /// The lines.
    pub items: Vec<RemoteItem>,
}

impl RemoteOrder {
    /// A digest of everything the list says but the time of the change: equal digests mean that nothing that Kontor
    /// keeps has changed.
    pub fn digest(&self) -> String {
        let unstamped = Self { updated_at: None, ..self.clone() };
        digest_of(&unstamped)
    }
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteItem {
    /// The line's number.
    pub order_sn: OrderSn,
    /// Its own status.
    pub status: Option<TemuStatus>,
    /// `quantity`: what must be shipped.
    pub quantity: Option<i64>,
    /// `originalOrderQuantity`.
    pub ordered_quantity: Option<i64>,
    /// `canceledQuantityBeforeShipment`.
    pub cancelled_quantity: Option<i64>,
    /// Order-level `goodsId`.
    pub goods_id: Option<i64>,
    /// Order-level `skuId`.
    pub sku_id: Option<i64>,
    /// The trader's own number: `productList[].extCode`, `None` when empty or when the products disagree.
    pub seller_sku: Option<String>,
    /// `soldFactor` times this many pieces of the seller's SKU make one of the line; `None` when TEMU sent none.
    pub sold_factor: Option<i64>,
    /// Goods name.
    pub name: Option<String>,
    /// Variant text.
    pub variant: Option<String>,
}

/// The answer to an address request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteAddress {
    /// `receiptName`.
    pub name: Option<String>,
    /// `receiptAdditionalName`.
    pub additional_name: Option<String>,
    /// `addressExtra.firstName`.
    pub first_name: Option<String>,
    /// `addressExtra.lastName`.
    pub last_name: Option<String>,
    /// `mobile`, else `backupMobile`.
    pub phone: Option<String>,
    /// `mail`.
    pub email: Option<String>,
    /// `regionName1`: the country.
    pub country: Option<String>,
    /// `regionName2`: state.
    pub state: Option<String>,
    /// `regionName3`: town.
    pub city: Option<String>,
    /// `addressLine1` to `3`.
    pub lines: [Option<String>; 3],
    /// `postCode`.
    pub post_code: Option<String>,
}

/// The answer to an amounts request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteAmounts {
    /// Every currency that stands beside an amount that Kontor reads, sorted, without doubles.
    pub currencies: Vec<Currency>,
    /// Parent's `shipAmountTotalTaxIncl`.
    pub shipping_gross: Option<Cents>,
    /// Amounts by line.
    pub items: Vec<RemoteItemAmounts>,
}

/// Amounts of one line. Money is gross (VAT included) unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteItemAmounts {
    /// The line's number: what the amounts are matched by.
    pub order_sn: OrderSn,
    /// The quantity that the totals stand for.
    pub quantity: Option<i64>,
    /// `unitRetailPriceVatIncl`.
    pub unit_gross: Option<Cents>,
    /// `retailPriceTotalTaxIncl`.
    pub total_gross: Option<Cents>,
    /// `productTaxAmount`.
    pub tax: Option<Cents>,
    /// `productTaxRate`, scaled as TEMU sends it.
    pub tax_rate: Option<i64>,
    /// `discountFromSeller`.
    pub seller_discount: Option<Cents>,
    /// `discountFromTEMU`: TEMU bears it; it only matters for judging the tax amount.
    pub temu_discount: Option<Cents>,
    /// `shipAmountTotalTaxIncl`.
    pub shipping_gross: Option<Cents>,
    /// `shipTaxRate`, scaled as TEMU sends it.
    pub shipping_tax_rate: Option<i64>,
}

/// SHA-256 over the JSON form, lower-case hex.
pub(crate) fn digest_of(value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).unwrap_or_default();
    hex(&Sha256::digest(json))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
