//! Orders to try the plans on: a plain one that nothing speaks against, changed by each test where it matters.

use chrono::{DateTime, Utc};
use kontor_core::assess::{Answers, Rules, assess};
use kontor_core::country::{CountryRow, CountryTable};
use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::money::{Cents, Currency};
use kontor_core::order::{Order, StoredOrder};
use kontor_core::problem::Code;
use kontor_core::remote::{
    RemoteAddress, RemoteAmounts, RemoteItem, RemoteItemAmounts, RemoteOrder, TemuStatus,
};
use kontor_core::state::OrderState;
use serde::Deserialize;

/// The order's number.
pub(crate) const SN: &str = "PO-076-00000000000000001";

/// The number of the n-th line.
pub(crate) fn line(n: usize) -> OrderSn {
    OrderSn::new(format!("076-{n:017}"))
}

/// What TEMU says about an order: the list's part, the address, the amounts.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) list: RemoteOrder,
    pub(crate) address: Option<RemoteAddress>,
    pub(crate) amounts: Option<RemoteAmounts>,
}

impl Said {
    /// An order of lines with these pieces; the n-th costs n euros the piece, 19 % VAT, its SKU is `SKU-n`.
    pub(crate) fn of(pieces: &[i64]) -> Self {
        let numbered = || (1..).zip(pieces);
        Self {
            list: RemoteOrder {
                parent_order_sn: ParentOrderSn::new(SN),
                status: Some(TemuStatus::UN_SHIPPING),
                region_id: Some(76),
                ordered_at: Some(DateTime::UNIX_EPOCH),
                confirmed_at: Some(DateTime::UNIX_EPOCH),
                ship_by: None,
                deliver_by: None,
                updated_at: Some(DateTime::UNIX_EPOCH),
                labels: Vec::new(),
                warnings: Vec::new(),
                items: numbered().map(|(n, pieces)| item(n, *pieces)).collect(),
            },
            address: Some(address()),
            amounts: Some(RemoteAmounts {
                currencies: vec![Currency("EUR".to_owned())],
                shipping_gross: Some(Cents::ZERO),
                items: numbered().map(|(n, pieces)| amounts(n, *pieces)).collect(),
            }),
        }
    }

    /// Changes what TEMU says.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The amounts of the n-th row, to be changed.
    pub(crate) fn row(&mut self, n: usize) -> &mut RemoteItemAmounts {
        &mut self.amounts.as_mut().expect("amounts").items[n]
    }

    /// The judged order.
    pub(crate) fn judged(&self) -> Order {
        let answers = Answers { address: self.address.as_ref(), amounts: self.amounts.as_ref() };
        assess(&self.list, answers, &rules())
    }

    /// The codes of the holds, sorted, each once.
    pub(crate) fn holds(&self) -> Vec<Code> {
        let mut codes: Vec<Code> = self.judged().holds.iter().map(|h| h.code).collect();
        codes.dedup();
        codes
    }

    /// The order as the store has it in a state.
    pub(crate) fn stored(&self, state: OrderState) -> StoredOrder {
        StoredOrder {
            order: self.judged(),
            state,
            jtl_order_number: None,
            imported_at: DateTime::<Utc>::UNIX_EPOCH,
            changed_at: DateTime::<Utc>::UNIX_EPOCH,
            version: 7,
        }
    }
}

fn item(n: usize, pieces: i64) -> RemoteItem {
    RemoteItem {
        order_sn: line(n),
        status: Some(TemuStatus::UN_SHIPPING),
        quantity: Some(pieces),
        ordered_quantity: Some(pieces),
        cancelled_quantity: Some(0),
        goods_id: Some(600 + n as i64),
        sku_id: Some(170 + n as i64),
        seller_sku: Some(format!("SKU-{n}")),
        sold_factor: Some(1),
        name: Some("Teekanne".to_owned()),
        variant: None,
    }
}

fn amounts(n: usize, pieces: i64) -> RemoteItemAmounts {
    let unit = Cents(100 * n as i64);
    RemoteItemAmounts {
        order_sn: line(n),
        quantity: Some(pieces),
        unit_gross: Some(unit),
        total_gross: unit.times(pieces),
        tax: None,
        tax_rate: Some(19_000_000),
        seller_discount: None,
        temu_discount: None,
        shipping_gross: None,
        shipping_tax_rate: None,
    }
}

fn address() -> RemoteAddress {
    let text = |t: &str| Some(t.to_owned());
    RemoteAddress {
        name: text("Zoë Beispiel"),
        first_name: text("Zoë"),
        last_name: text("Beispiel"),
        email: text("kunde@example.org"),
        country: text("Germany"),
        city: text("Berlin"),
        lines: [text("Beispielstraße 1"), None, None],
        post_code: text("10115"),
        ..RemoteAddress::default()
    }
}

#[derive(Deserialize)]
struct Shipped {
    country: Vec<CountryRow>,
}

/// The rules of a German shop, with the shipped table of countries.
pub(crate) fn rules() -> Rules {
    let shipped: Shipped = toml::from_str(include_str!("../../../../config/countries.toml"))
        .expect("shipped countries");
    Rules {
        countries: CountryTable::new(shipped.country),
        currencies: vec![Currency("EUR".to_owned())],
        tax_rate_scale: 100_000_000,
    }
}
