//! Synthetic orders and SKUs: the same number makes the same ones. Nobody in them is real.

mod catalogue;
mod invoices;
mod people;

use serde::Serialize;

pub use catalogue::{SeededSku, SkuKind, catalogue};
pub use invoices::{SeededInvoice, invoices};

/// An order as the gateway keeps it.
#[derive(Clone, Debug, Serialize)]
pub struct SeededOrder {
    /// `PO-<region>-<17 digits>`.
    pub parent_order_sn: String,
    /// TEMU's status.
    pub status: i64,
    /// TEMU's region.
    pub region_id: i64,
    /// Unix time of the order.
    pub ordered_at: i64,
    /// Unix time by which it has to be shipped.
    pub ship_by: i64,
    /// Unix time of the last change.
    pub updated_at: i64,
    /// Labels that are set.
    pub labels: Vec<String>,
    /// `fulfillmentWarning`.
    pub warnings: Vec<String>,
    /// The lines.
    pub items: Vec<SeededItem>,
    /// The address; `None` makes an answer without one.
    pub address: Option<SeededAddress>,
    /// What the amounts request answers.
    pub amounts: AmountsAnswer,
    /// Parcels that were reported.
    pub parcels: Vec<ReportedParcel>,
    /// What is special about it.
    pub kinds: Vec<&'static str>,
    /// By the facts it may be handed to JTL.
    pub exportable: bool,
}

/// What the amounts request answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountsAnswer {
    /// Every line.
    Complete,
    /// The first line is missing.
    FirstLineMissing,
    /// Still being calculated (140020008).
    NotReady,
}

/// A line.
#[derive(Clone, Debug, Serialize)]
pub struct SeededItem {
    /// `<region>-<17 digits>`.
    pub order_sn: String,
    /// Ordered pieces.
    pub ordered: i64,
    /// Pieces cancelled before shipment.
    pub cancelled: i64,
    /// Order-level goods id.
    pub goods_id: i64,
    /// Order-level SKU id.
    pub sku_id: i64,
    /// Seller's number; may be empty.
    pub ext_code: String,
    /// Goods name.
    pub name: String,
    /// Gross price of a piece in cents.
    pub unit_gross: i64,
    /// VAT in basis points.
    pub vat: i64,
    /// Seller's discount on all ordered pieces, in cents.
    pub seller_discount: i64,
    /// TEMU's own discount, in cents.
    pub temu_discount: i64,
    /// Shipping, gross, in cents.
    pub shipping_gross: i64,
    /// VAT of the shipping in basis points.
    pub shipping_vat: i64,
}

impl SeededItem {
    /// Pieces still to be shipped.
    pub fn quantity(&self) -> i64 {
        self.ordered - self.cancelled
    }
}

/// An address.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the address answer")]
pub struct SeededAddress {
    pub first_name: String,
    pub last_name: String,
    pub additional_name: String,
    pub street: String,
    pub line2: String,
    pub post_code: String,
    pub city: String,
    pub country: String,
    pub mail: String,
}

/// A parcel that was reported.
#[derive(Clone, Debug, Serialize)]
pub struct ReportedParcel {
    /// TEMU's carrier id.
    pub carrier_id: i64,
    /// Tracking number.
    pub tracking_number: String,
    /// `PK-` and 19 digits.
    pub package_sn: String,
    /// Lines and pieces in it.
    pub lines: Vec<(String, i64)>,
    /// Number of the call that reported it.
    pub call: u64,
}

/// VAT rates and shares of the orders' countries: name as TEMU writes it, region, VAT.
const COUNTRIES: [(&str, i64, i64); 9] = [
    ("Germany", 76, 1_900),
    ("Germany", 76, 700),
    ("Deutschland", 76, 1_900),
    ("Germany", 76, 1_900),
    ("Austria", 13, 2_000),
    ("Luxembourg", 114, 1_700),
    ("Poland", 162, 2_300),
    ("France", 69, 2_000),
    ("Netherlands", 141, 2_100),
];

/// Makes orders `from..from + count` of the seed, which sell the first `skus` of the catalogue; times lie before `now`.
pub fn orders(seed: u64, from: usize, count: usize, skus: usize, now: i64) -> Vec<SeededOrder> {
    (from..from + count).map(|index| order(seed, index, skus.max(1), now)).collect()
}

/// An order of one line without anything special, which comes in now; `index` is that of the next order.
pub fn sale(seed: u64, index: usize, sku: &SeededSku, pieces: i64, now: i64) -> SeededOrder {
    let mut order = order(seed, index, 1, now);
    order.items.truncate(1);
    if let Some(item) = order.items.first_mut() {
        (item.goods_id, item.sku_id) = (sku.goods_id, sku.sku_id);
        (item.ext_code, item.name) = (sku.sku_sn.clone(), sku.goods_name.clone());
        (item.ordered, item.cancelled) = (pieces, 0);
        (item.seller_discount, item.temu_discount, item.shipping_gross) = (0, 0, 0);
    }
    order.address = Some(people::address(&mut fastrand::Rng::with_seed(seed), index, "Germany"));
    (order.status, order.amounts, order.exportable) = (2, AmountsAnswer::Complete, true);
    (order.labels, order.kinds) = (Vec::new(), vec!["sale"]);
    (order.ordered_at, order.ship_by, order.updated_at) = (now, now + TO_SHIP, now);
    order
}

/// Seconds that TEMU gives to ship an order.
const TO_SHIP: i64 = 3 * 86_400;

fn order(seed: u64, index: usize, skus: usize, now: i64) -> SeededOrder {
    let mut random =
        fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(index as u64));
    let (country, region_id, vat) = COUNTRIES[index % COUNTRIES.len()];
    let number = 2_190_000_000_000_000 + (seed % 1_000) * 1_000_000_000 + index as u64;
    let items = (0..1 + usize::from(index % 4 == 1) * 2 + usize::from(index % 10 == 7))
        .map(|line| item(&mut random, region_id, number, line, vat, skus))
        .collect();
    let ordered_at = now - 3_600 - random.i64(0..20 * 86_400);
    let mut order = SeededOrder {
        parent_order_sn: format!("PO-{region_id:03}-{}", number * 10),
        status: 2,
        region_id,
        ordered_at,
        ship_by: ordered_at + TO_SHIP,
        updated_at: ordered_at + 1_800,
        labels: Vec::new(),
        warnings: Vec::new(),
        items,
        address: Some(people::address(&mut random, index, country)),
        amounts: AmountsAnswer::Complete,
        parcels: Vec::new(),
        kinds: Vec::new(),
        exportable: true,
    };
    // A shop that keeps its deadlines: few are near, and none has passed.
    order.ship_by = order.ship_by.max(now + random.i64(2 * 3_600..TO_SHIP));
    make_special(&mut order, index);
    order
}

fn item(
    random: &mut fastrand::Rng,
    region: i64,
    number: u64,
    line: usize,
    vat: i64,
    skus: usize,
) -> SeededItem {
    let article = catalogue::sold(random.usize(0..skus));
    let ordered = random.i64(1..4);
    SeededItem {
        order_sn: format!("{region:03}-{}", number * 10 + 1 + line as u64),
        ordered,
        cancelled: 0,
        goods_id: catalogue::goods_id(article),
        sku_id: catalogue::sku_id(article),
        ext_code: catalogue::article_number(article),
        name: people::goods_name(article),
        unit_gross: random.i64(199..9_999),
        vat,
        seller_discount: 0,
        temu_discount: 0,
        shipping_gross: 0,
        shipping_vat: vat,
    }
}

/// Every fiftieth order or so is of a kind that needs care. `true`: the kind leaves the order exportable.
fn make_special(order: &mut SeededOrder, index: usize) {
    let first = order.items.first_mut();
    let Some(first) = first else { return };
    let (kind, exportable) = match index % 50 {
        2 => {
            (first.ordered, first.cancelled) = (3, 2);
            ("partly_cancelled_line", true)
        }
        5 => {
            first.cancelled = first.ordered;
            ("line_cancelled", order.items.len() > 1)
        }
        7 => {
            order.status = 3;
            ("cancelled", false)
        }
        9 => {
            order.status = 1;
            ("pending", false)
        }
        11 => {
            order.status = 4;
            order.address = None;
            ("shipped_before", false)
        }
        13 => {
            order.amounts = AmountsAnswer::FirstLineMissing;
            ("amounts_incomplete", false)
        }
        15 => {
            order.amounts = AmountsAnswer::NotReady;
            ("amounts_not_ready", false)
        }
        17 => {
            order.address = None;
            ("address_missing", false)
        }
        19 => {
            set_country(order, "Atlantis");
            ("country_unknown", false)
        }
        21 => {
            set_country(order, "");
            ("country_empty", false)
        }
        23 => {
            first.ext_code = String::new();
            ("sku_missing", false)
        }
        25 => {
            order.labels.push("pending_buyer_cancellation".to_owned());
            ("cancellation_pending", false)
        }
        27 => {
            order.labels.push("pending_buyer_address_change".to_owned());
            ("address_change_pending", false)
        }
        29 | 4 => {
            (first.shipping_gross, first.shipping_vat) = (490, 1_900);
            ("shipping_charged", true)
        }
        31 => {
            first.seller_discount = 10 * first.ordered;
            ("seller_discount", true)
        }
        33 => {
            first.temu_discount = 150;
            ("temu_discount", true)
        }
        35 => {
            if let Some(address) = &mut order.address {
                address.last_name = "Vertikal\u{b}mann\u{1}".to_owned();
            }
            ("control_characters", true)
        }
        37 => {
            if let Some(address) = &mut order.address {
                address.street = "Packstation 145".to_owned();
                address.line2 = "12345678".to_owned();
            }
            ("packstation", true)
        }
        39 => {
            first.name = "Dose „Größe XL“ – für Tee 🍵 & mehr".to_owned();
            ("typographic", true)
        }
        _ => return,
    };
    order.kinds.push(kind);
    order.exportable = exportable;
}

fn set_country(order: &mut SeededOrder, country: &str) {
    if let Some(address) = &mut order.address {
        country.clone_into(&mut address.country);
    }
}
