use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use chrono::{Days, NaiveDate};
use kontor_core::Code;
use kontor_core::address::Address;
use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::money::{Cents, Currency, VatRate};
use kontor_core::order::{Order, OrderItem};
use kontor_datev::{
    BatchSeries, BookedOrder, Cancellation, DocumentNumber, ExportSettings, Posting, PostingKind,
    Side, WrittenBatch, check, postings,
};
use proptest::prelude::*;

use crate::independent::{Sums, approve};

fn settings(cancellation: Cancellation) -> ExportSettings {
    ExportSettings {
        consultant: 29_098,
        client: 55_003,
        first_month: 1,
        account_length: 4,
        chart: "03".into(),
        debtor: 10_001,
        home: "DE".into(),
        revenue: BTreeMap::from([(VatRate(1900), 8400), (VatRate(700), 8300)]),
        shipping: BTreeMap::from([(VatRate(1900), 8401)]),
        oss: 8320,
        oss_key: "240".into(),
        third_country: 8120,
        cancellation,
        document: DocumentNumber::Temu,
        dictation: String::new(),
    }
}

fn item(number: u64, quantity: i64, price: i64, rate: u32) -> OrderItem {
    OrderItem {
        order_sn: OrderSn::new(format!("076-{number}")),
        goods_id: None,
        sku_id: None,
        seller_sku: Some("A-1".into()),
        name: "Ware".into(),
        variant: String::new(),
        quantity: Some(quantity),
        unit_gross: Some(Cents(price)),
        vat: Some(VatRate(rate)),
        seller_discount: Cents::ZERO,
        shipping_gross: Cents::ZERO,
        shipping_vat: None,
    }
}

fn order(number: u64, country: &str, items: Vec<OrderItem>) -> Order {
    let address = Address {
        first_name: String::new(),
        last_name: "Muster".into(),
        street: "Weg 1".into(),
        extra: String::new(),
        post_code: "10115".into(),
        city: "Ort".into(),
        state: String::new(),
        country: serde_json::from_value(country.into()).expect("a country"),
        phone: String::new(),
        email: String::new(),
    };
    Order {
        parent_order_sn: ParentOrderSn::new(format!("PO-076-{number:017}")),
        temu_status: serde_json::from_value(4.into()).expect("a status"),
        region_id: None,
        ordered_at: None,
        confirmed_at: None,
        ship_by: None,
        deliver_by: None,
        updated_at: None,
        labels: Vec::new(),
        currency: Some(Currency("EUR".into())),
        items,
        address: Some(address),
        given_address: None,
        holds: Vec::new(),
        notes: Vec::new(),
        remote_digest: String::new(),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn booked(order: &Order) -> BookedOrder<'_> {
    BookedOrder { order, jtl_number: None, sold_on: Some(day("2026-11-05")), cancelled_on: None }
}

type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

struct Part(Files, String);

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut files = self.0.lock().expect("not poisoned");
        files.entry(self.1.clone()).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn written(
    rows: impl IntoIterator<Item = Posting>,
    settings: &ExportSettings,
) -> (Vec<WrittenBatch>, BTreeMap<String, Vec<u8>>) {
    let files = Files::default();
    let mut open = |name: &str| -> Result<Box<dyn Write + Send>, kontor_core::Problem> {
        Ok(Box::new(Part(files.clone(), name.to_owned())))
    };
    let created = day("2026-11-25").and_hms_milli_opt(3, 4, 5, 67).expect("a time");
    let mut series = BatchSeries::new(settings, created, &mut open).expect("settings");
    for row in rows {
        series.add(&row).expect("written");
    }
    let written = series.finish().expect("finished");
    let files = files.lock().expect("not poisoned").clone();
    (written, files)
}

fn any_item() -> impl Strategy<Value = (i64, i64, u32, i64, i64)> {
    let rate = prop::sample::select(vec![1900_u32, 700]);
    (0_i64..5, 1_i64..1_000_000, rate, 0_i64..200, 0_i64..900)
}

fn any_order() -> impl Strategy<Value = (Order, u64, Option<u64>)> {
    let country = prop::sample::select(vec!["DE", "FR", "GR"]);
    let items = prop::collection::vec(any_item(), 1..5);
    (1_u64..1_000_000, country, items, 0_u64..500, prop::option::weighted(0.3, 0_u64..60)).prop_map(
        |(number, country, items, sold, cancelled)| {
            let items = items
                .into_iter()
                .map(|(quantity, price, rate, discount, shipping)| OrderItem {
                    seller_discount: Cents(discount),
                    shipping_gross: Cents(shipping),
                    shipping_vat: Some(VatRate(rate)),
                    ..item(number, quantity, price, rate)
                })
                .collect();
            (order(number, country, items), sold, cancelled)
        },
    )
}

/// What the buyer pays, straight from the lines.
fn total(order: &Order) -> i128 {
    let open = order.items.iter().filter(|i| i.quantity != Some(0));
    open.map(|i| {
        let goods = i.quantity.unwrap_or(0) * i.unit_gross.unwrap_or_default().0;
        i128::from(goods - i.seller_discount.0 + i.shipping_gross.0)
    })
    .sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_passes_the_independent_checker_and_the_sums_are_the_orders(
        orders in prop::collection::vec(any_order(), 1..30),
        how in prop::sample::select(vec![Cancellation::Generalumkehr, Cancellation::Swap]),
    ) {
        let settings = settings(how);
        let (mut rows, mut sold, mut taken_back) = (Vec::new(), 0, 0);
        for (order, after, cancelled) in &orders {
            let sold_on = day("2026-01-01") + Days::new(*after);
            let cancelled_on = cancelled.map(|days| sold_on + Days::new(days));
            let booked = BookedOrder { order, jtl_number: None, sold_on: Some(sold_on), cancelled_on };
            match postings(&booked, &settings) {
                Ok(made) => {
                    sold += total(order);
                    taken_back += cancelled_on.map_or(0, |_| total(order));
                    rows.extend(made);
                }
                Err(problem) => {
                    prop_assert!(order.items.iter().all(|i| i.quantity == Some(0)), "{problem}");
                }
            }
        }
        let (written, files) = written(rows, &settings);
        let mut sums = Sums::default();
        for (name, bytes) in &files {
            let file = approve(bytes);
            prop_assert!(file.is_ok(), "{name}: {file:?}");
            let file = file.expect("approved");
            sums.debit += file.debit;
            sums.credit += file.credit;
            sums.reversed += file.reversed;
            let own = check(bytes.as_slice(), name).expect("a batch");
            prop_assert!(own.errors == 0, "{:?}", own.violations);
            let told = written.iter().find(|w| w.name == *name).expect("told");
            prop_assert_eq!((told.sums.rows, told.sums.debit, told.sums.credit), (file.rows, file.debit, file.credit));
        }
        prop_assert_eq!(written.len(), files.len());
        match how {
            Cancellation::Generalumkehr => {
                prop_assert_eq!(sums.debit - sums.credit, sold + taken_back);
                prop_assert_eq!(sums.reversed, taken_back);
            }
            Cancellation::Swap => prop_assert_eq!(sums.debit - sums.credit, sold - taken_back),
        }
    }
}

#[test]
fn the_hundred_thousandth_posting_begins_a_second_file() {
    let settings = settings(Cancellation::Swap);
    let order = order(1, "DE", vec![item(1, 1, 100, 1900)]);
    let posting = postings(&booked(&order), &settings).expect("posted").remove(0);
    let (written, files) = written(std::iter::repeat_n(posting, 100_000), &settings);
    let told: Vec<(&str, u64)> = written.iter().map(|w| (w.name.as_str(), w.sums.rows)).collect();
    assert_eq!(told, [("EXTF_Kontor_2026-11.csv", 99_999), ("EXTF_Kontor_2026-11_2.csv", 1)]);
    let full = &files["EXTF_Kontor_2026-11.csv"];
    assert_eq!(full.iter().filter(|b| **b == b'\n').count(), 100_001);
    approve(&files["EXTF_Kontor_2026-11_2.csv"]).expect("approved");
}

#[test]
fn goods_and_shipping_go_to_the_accounts_of_their_rates() {
    let items = vec![
        OrderItem {
            shipping_gross: Cents(490),
            shipping_vat: Some(VatRate(1900)),
            ..item(1, 2, 1_000, 1900)
        },
        item(2, 1, 300, 700),
    ];
    let order = order(1, "DE", items);
    let rows = postings(&booked(&order), &settings(Cancellation::Swap)).expect("posted");
    let told: Vec<(PostingKind, i64, u32, Side)> =
        rows.iter().map(|r| (r.kind, r.amount.0, r.contra, r.side)).collect();
    assert_eq!(
        told,
        [
            (PostingKind::Sale, 300, 8300, Side::S),
            (PostingKind::Sale, 2_000, 8400, Side::S),
            (PostingKind::Shipping, 490, 8401, Side::S),
        ]
    );
}

#[test]
fn a_distance_sale_carries_key_country_and_rate_and_greece_is_el() {
    let order = order(1, "GR", vec![item(1, 1, 2_400, 2400)]);
    let rows = postings(&booked(&order), &settings(Cancellation::Swap)).expect("posted");
    assert_eq!((rows[0].contra, rows[0].key.as_str()), (8320, "240"));
    assert_eq!(rows[0].destination, Some(("EL".to_owned(), VatRate(2400))));
    let (_, files) = written(rows, &settings(Cancellation::Swap));
    let text = String::from_utf8_lossy(&files["EXTF_Kontor_2026-11.csv"]).into_owned();
    assert!(text.contains("\"EL\";24,00;"), "{text}");
}

#[test]
fn what_has_no_account_or_lacks_something_is_not_posted_at_all() {
    let code = |order: &Order| {
        postings(&booked(order), &settings(Cancellation::Swap)).expect_err("refused").code
    };
    let good = || vec![item(1, 1, 100, 1900)];
    assert_eq!(
        code(&order(1, "DE", vec![item(1, 1, 100, 1900), item(2, 1, 100, 0)])),
        Code::DatevAccountMissing
    );
    assert_eq!(code(&order(1, "FR", vec![item(1, 1, 100, 0)])), Code::DatevAccountMissing);
    assert_eq!(code(&order(1, "CH", good())), Code::DatevAccountMissing);
    let without = |change: fn(&mut Order)| {
        let mut order = order(1, "DE", good());
        change(&mut order);
        code(&order)
    };
    assert_eq!(without(|o| o.currency = None), Code::DatevOrderNotPostable);
    assert_eq!(without(|o| o.address = None), Code::DatevOrderNotPostable);
    assert_eq!(without(|o| o.items[0].unit_gross = None), Code::DatevOrderNotPostable);
    assert_eq!(without(|o| o.items[0].quantity = None), Code::DatevOrderNotPostable);
    assert_eq!(without(|o| o.items[0].vat = None), Code::DatevOrderNotPostable);
    assert_eq!(
        without(|o| o.parent_order_sn = ParentOrderSn::new("PO 1")),
        Code::DatevOrderNotPostable
    );
}

type Change = fn(&mut ExportSettings);

#[test]
fn settings_that_datev_would_refuse_are_named() {
    let changes: [(Change, &str); 6] = [
        (|s| s.consultant = 1_000, "consultant"),
        (|s| s.client = 0, "client"),
        (|s| s.debtor = 1_001, "debtor"),
        (|s| s.oss = 83_200, "oss_account"),
        (|s| s.chart = "3".into(), "chart"),
        (|s| s.dictation = "a1".into(), "dictation"),
    ];
    for (change, key) in changes {
        let mut wrong = settings(Cancellation::Swap);
        change(&mut wrong);
        let problem = wrong.check().expect_err(key);
        assert_eq!(problem.subject, Some(format!("datev.export.{key}")));
    }
}
