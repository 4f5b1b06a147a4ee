//! The order as Kontor keeps it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::ids::{OrderSn, ParentOrderSn};
use crate::money::{Cents, Currency, VatRate};
use crate::problem::Code;
use crate::remote::{RemoteAddress, TemuStatus, digest_of};
use crate::state::OrderState;

/// An order with its items: what TEMU says, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The order's number.
    pub parent_order_sn: ParentOrderSn,
    /// TEMU's status.
    pub temu_status: TemuStatus,
    /// TEMU's numeric region.
    pub region_id: Option<i64>,
    /// When the buyer ordered.
    pub ordered_at: Option<DateTime<Utc>>,
    /// When TEMU confirmed it.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Latest shipping time.
    pub ship_by: Option<DateTime<Utc>>,
    /// Latest delivery time.
    pub deliver_by: Option<DateTime<Utc>>,
    /// TEMU's last change.
    pub updated_at: Option<DateTime<Utc>>,
    /// Labels that are set at TEMU.
    pub labels: Vec<String>,
    /// Currency of all amounts; `None` while the amounts are missing.
    pub currency: Option<Currency>,
    /// The lines.
    pub items: Vec<OrderItem>,
    /// The address; `None` while it is missing or incomplete.
    pub address: Option<Address>,
    /// What TEMU sent instead of a usable address; `None` when it sent none, or a usable one.
    pub given_address: Option<RemoteAddress>,
    /// Why it must not be handed over; empty when nothing speaks against it. Sorted by code.
    pub holds: Vec<Hold>,
    /// What was noticed and does not stop it.
    pub notes: Vec<Hold>,
    /// Digest of the list's part ([`crate::remote::RemoteOrder::digest`]).
    pub remote_digest: String,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The line's number.
    pub order_sn: OrderSn,
    /// Order-level goods id.
    pub goods_id: Option<i64>,
    /// Order-level SKU id.
    pub sku_id: Option<i64>,
    /// The trader's own number = JTL's `cArtNr`.
    pub seller_sku: Option<String>,
    /// Goods name.
    pub name: String,
    /// Variant text, may be empty.
    pub variant: String,
    /// Pieces still to be shipped; `None` when TEMU's numbers are missing or contradict each other.
    pub quantity: Option<i64>,
    /// Price of the piece, VAT included.
    pub unit_gross: Option<Cents>,
    /// VAT of the goods.
    pub vat: Option<VatRate>,
    /// The seller's own discount on the line's pieces still to be shipped, VAT included.
    pub seller_discount: Cents,
    /// Shipping charged with the line, VAT included.
    pub shipping_gross: Cents,
    /// VAT of the shipping; `None` when there is no charge.
    pub shipping_vat: Option<VatRate>,
}

impl OrderItem {
    /// Whether anything of the line is still to be shipped.
    pub fn is_open(&self) -> bool {
        self.quantity.is_some_and(|q| q > 0)
    }
}

/// A reason with its particulars: why an order is held, or what was noticed about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hold {
    /// The reason; its texts say the remedy.
    pub code: Code,
    /// The particulars, e.g. the unknown country's name.
    pub detail: String,
}

impl Hold {
    /// A reason with its particulars.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl Order {
    /// A digest of what is handed to JTL: address, currency and lines. A change after the hand-over is an alert.
    pub fn content_digest(&self) -> String {
        digest_of(&(&self.address, &self.currency, &self.items))
    }

    /// Whether a further request to TEMU may mend the order (address or amounts have not come yet).
    pub fn is_incomplete(&self) -> bool {
        self.holds.iter().any(|h| h.code.is_mended_by_asking_again())
    }

    /// Whether the buyer's wish to cancel waits for an answer.
    pub fn is_cancellation_pending(&self) -> bool {
        self.labels.iter().any(|l| l == PENDING_CANCELLATION || l == CANCELLATION_LISTED)
    }

    /// The gross total of what is still to be shipped; `None` while an amount is missing.
    pub fn total(&self) -> Option<Cents> {
        let shipping: Cents = self.items.iter().map(|i| i.shipping_gross).sum();
        let lines: Option<Cents> = self
            .open_items()
            .map(|i| Some(i.unit_gross?.times(i.quantity?)? - i.seller_discount))
            .sum();
        lines.map(|lines| lines + shipping)
    }

    /// The lines of which something is still to be shipped.
    pub fn open_items(&self) -> impl Iterator<Item = &OrderItem> {
        self.items.iter().filter(|i| i.is_open())
    }
}

/// TEMU's label of an order whose buyer wants to cancel it.
pub const PENDING_CANCELLATION: &str = "pending_buyer_cancellation";

/// A label of Kontor's own beside TEMU's: the order stands in TEMU's list of cancellations that wait for an answer.
pub const CANCELLATION_LISTED: &str = "kontor.cancellation_listed";

/// An order with what Kontor knows beyond TEMU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOrder {
    /// TEMU's part.
    #[serde(flatten)]
    pub order: Order,
    /// Where it stands.
    pub state: OrderState,
    /// JTL's number, once seen.
    pub jtl_order_number: Option<String>,
    /// When it was first stored.
    pub imported_at: DateTime<Utc>,
    /// When its row last changed.
    pub changed_at: DateTime<Utc>,
    /// Grows with every change of the row.
    pub version: i64,
}
