//! From an order to its postings.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kontor_core::money::{Cents, VatRate};
use kontor_core::order::Order;
use kontor_core::{Code, Problem};
use serde::Serialize;

use super::{Cancellation, DocumentNumber, ExportSettings};
use crate::convert::is_document_number;

/// Debit or credit of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Side {
    /// Soll.
    S,
    /// Haben.
    H,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::S => Self::H,
            Self::H => Self::S,
        }
    }
}

/// What a posting is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PostingKind {
    /// Goods.
    Sale,
    /// A shipping charge.
    Shipping,
    /// Goods taken back.
    SaleCancelled,
    /// A shipping charge taken back.
    ShippingCancelled,
}

/// One row of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// What it is about.
    pub kind: PostingKind,
    /// The amount with VAT, above zero.
    pub amount: Cents,
    /// The side of the debtor.
    pub side: Side,
    /// The contra account: revenue.
    pub contra: u32,
    /// BU key, may be empty.
    pub key: String,
    /// The day.
    pub day: NaiveDate,
    /// `Belegfeld 1`.
    pub document: String,
    /// `Auftragsnummer`: TEMU's.
    pub order_number: String,
    /// Country (as DATEV writes it) and rate of a distance sale.
    pub destination: Option<(String, VatRate)>,
    /// Generalumkehr.
    pub is_reversal: bool,
}

/// An order with what the batch needs beside it.
#[derive(Clone, Copy, Debug)]
pub struct BookedOrder<'a> {
    /// The order.
    pub order: &'a Order,
    /// JTL's number.
    pub jtl_number: Option<&'a str>,
    /// The day of the sale, by German time.
    pub sold_on: Option<NaiveDate>,
    /// The day of the cancellation; `None` for an order that stands.
    pub cancelled_on: Option<NaiveDate>,
}

/// EU countries by ISO 3166-1.
const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// The postings of an order: one for the goods and one for the shipping of each VAT rate, and the same again when it was
/// cancelled. Nothing of an order is posted when a part of it cannot be.
///
/// # Errors
/// `datev.order_not_postable`, `datev.account_missing`.
pub fn postings(
    booked: &BookedOrder<'_>,
    settings: &ExportSettings,
) -> Result<Vec<Posting>, Problem> {
    let order = booked.order;
    let refused = |detail: &str| {
        Problem::new(Code::DatevOrderNotPostable).about(&order.parent_order_sn).detail(detail)
    };
    if order.currency.as_ref().is_none_or(|c| c.0 != "EUR") {
        return Err(refused("currency"));
    }
    let day = booked.sold_on.ok_or_else(|| refused("order time"))?;
    let country = order.address.as_ref().ok_or_else(|| refused("address"))?.country.as_str();
    let order_number = order.parent_order_sn.as_str();
    let document = match (settings.document, booked.jtl_number) {
        (DocumentNumber::Jtl, Some(number)) => number,
        _ => order_number,
    };
    if !is_document_number(document) {
        return Err(refused("Belegfeld 1"));
    }
    let mut rows = Vec::new();
    for ((kind, rate), amount) in amounts(order).map_err(refused)? {
        let target = target(kind, country, rate, settings).ok_or_else(|| {
            Problem::new(Code::DatevAccountMissing)
                .about(&order.parent_order_sn)
                .detail(format!("{country} {rate} %"))
        })?;
        if amount == Cents::ZERO {
            continue;
        }
        rows.push(Posting {
            kind,
            amount: Cents(amount.0.abs()),
            side: if amount.0 > 0 { Side::S } else { Side::H },
            contra: target.account,
            key: target.key,
            day,
            document: document.to_owned(),
            order_number: order_number.chars().take(30).collect(),
            destination: target.destination,
            is_reversal: false,
        });
    }
    if let Some(day) = booked.cancelled_on {
        let taken_back: Vec<Posting> =
            rows.iter().map(|row| cancelled(row, day, settings.cancellation)).collect();
        rows.extend(taken_back);
    }
    Ok(rows)
}

type Amounts = BTreeMap<(PostingKind, VatRate), Cents>;

/// Gross amounts by kind and rate; the error names what is missing.
fn amounts(order: &Order) -> Result<Amounts, &'static str> {
    let mut amounts = Amounts::new();
    for item in &order.items {
        let quantity = item.quantity.ok_or("quantity")?;
        if quantity == 0 {
            continue;
        }
        let price = item.unit_gross.ok_or("price")?;
        let rate = item.vat.ok_or("VAT rate")?;
        let goods = price.times(quantity).ok_or("price")? - item.seller_discount;
        add(&mut amounts, PostingKind::Sale, rate, goods);
        if item.shipping_gross != Cents::ZERO {
            let rate = item.shipping_vat.ok_or("VAT rate of shipping")?;
            add(&mut amounts, PostingKind::Shipping, rate, item.shipping_gross);
        }
    }
    if amounts.is_empty() { Err("no line") } else { Ok(amounts) }
}

fn add(amounts: &mut Amounts, kind: PostingKind, rate: VatRate, amount: Cents) {
    let sum = amounts.entry((kind, rate)).or_insert(Cents::ZERO);
    *sum = *sum + amount;
}

struct Target {
    account: u32,
    key: String,
    destination: Option<(String, VatRate)>,
}

/// The account of a tax case; `None` when none is set.
fn target(
    kind: PostingKind,
    country: &str,
    rate: VatRate,
    settings: &ExportSettings,
) -> Option<Target> {
    let plain = |account: u32| Target { account, key: String::new(), destination: None };
    if country == settings.home {
        let shipping = settings.shipping.get(&rate).filter(|_| kind == PostingKind::Shipping);
        return shipping.or_else(|| settings.revenue.get(&rate)).copied().map(plain);
    }
    if EU.contains(&country) {
        let has_rate = rate != VatRate(0) && settings.oss != 0;
        // VAT law knows Greece as EL.
        let code = if country == "GR" { "EL" } else { country };
        return has_rate.then(|| Target {
            account: settings.oss,
            key: settings.oss_key.clone(),
            destination: Some((code.to_owned(), rate)),
        });
    }
    (rate == VatRate(0) && settings.third_country != 0).then(|| plain(settings.third_country))
}

fn cancelled(row: &Posting, day: NaiveDate, how: Cancellation) -> Posting {
    let kind = match row.kind {
        PostingKind::Sale | PostingKind::SaleCancelled => PostingKind::SaleCancelled,
        PostingKind::Shipping | PostingKind::ShippingCancelled => PostingKind::ShippingCancelled,
    };
    let (side, is_reversal) = match how {
        Cancellation::Generalumkehr => (row.side, true),
        Cancellation::Swap => (row.side.other(), false),
    };
    Posting { kind, side, is_reversal, day, ..row.clone() }
}
