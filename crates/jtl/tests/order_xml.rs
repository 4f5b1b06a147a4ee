//! The order XML: equal to the golden file byte for byte, and well-formed whatever an order holds.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use chrono::{TimeZone as _, Utc};
use kontor_core::address::Address;
use kontor_core::country::{CountryRow, CountryTable};
use kontor_core::ids::{OrderSn, ParentOrderSn};
use kontor_core::money::{Cents, Currency, VatRate};
use kontor_core::order::{Order, OrderItem};
use kontor_core::remote::TemuStatus;
use kontor_jtl::{
    COLLECTIVE_END, COLLECTIVE_START, CountryForm, DateFormat, OrderXmlSettings, latin1,
    order_document, render_order,
};
use proptest::prelude::*;
use quick_xml::events::Event;

fn countries() -> CountryTable {
    CountryTable::new([CountryRow {
        code: "DE".into(),
        name: "Deutschland".into(),
        spellings: vec![],
    }])
}

fn settings() -> OrderXmlSettings {
    OrderXmlSettings {
        company_id: 1,
        user_id: 1,
        shipping_method: "DHL Paket".into(),
        payment_method: "TEMU".into(),
        date_format: DateFormat::Iso,
        country_form: CountryForm::Iso2,
        mark_paid: true,
        origin: "TEMU".into(),
    }
}

fn order() -> Order {
    Order {
        parent_order_sn: ParentOrderSn::new("PO-076-00000000000000001"),
        temu_status: TemuStatus::UN_SHIPPING,
        region_id: Some(76),
        // 23:30 UTC on the first is the second in Berlin.
        ordered_at: Utc.with_ymd_and_hms(2026, 3, 1, 23, 30, 0).single(),
        confirmed_at: None,
        ship_by: None,
        deliver_by: None,
        updated_at: None,
        labels: vec![],
        currency: Some(Currency("EUR".into())),
        items: vec![OrderItem {
            order_sn: OrderSn::new("076-1"),
            goods_id: Some(1),
            sku_id: Some(2),
            seller_sku: Some("KANNE-M".into()),
            name: "Teekanne \"Größe M\" & Sieb".into(),
            variant: String::new(),
            quantity: Some(2),
            unit_gross: Some(Cents(1_999)),
            vat: Some(VatRate(1_900)),
            seller_discount: Cents::ZERO,
            shipping_gross: Cents(490),
            shipping_vat: Some(VatRate(1_900)),
        }],
        address: Some(Address {
            first_name: "Zoë".into(),
            last_name: "Kowalska-Mełer".into(),
            street: "Beispielstraße 1".into(),
            extra: String::new(),
            post_code: "10115".into(),
            city: "Berlin".into(),
            state: String::new(),
            country: countries().code("DE").cloned().expect("in the table"),
            phone: String::new(),
            email: "kunde@example.org".into(),
        }),
        holds: vec![],
        notes: vec![],
        given_address: None,
        remote_digest: String::new(),
    }
}

fn render(order: &Order) -> String {
    render_order(order, None, &settings(), &countries()).expect("a complete order")
}

#[test]
fn the_sample_order_gives_the_golden_file_byte_for_byte() {
    let golden = include_bytes!("../../../data/golden/order.xml");
    let ours = latin1(&order_document(&render(&order())));
    assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(golden));
    assert_eq!(ours, golden);
}

#[test]
fn discounts_and_vat_rates_add_up_to_the_total() {
    let mut order = order();
    let mut book = order.items[0].clone();
    book.vat = Some(VatRate(700));
    book.seller_discount = Cents(150);
    book.shipping_gross = Cents(100);
    book.shipping_vat = Some(VatRate(700));
    order.items.push(book);
    let xml = render(&order);
    // 4 × 19.99 − 1.50 + 4.90 + 1.00
    assert!(xml.contains("<fGesamtsumme>84.36</fGesamtsumme>"), "{xml}");
    assert!(xml.contains("<fPreis>-1.50</fPreis>"));
    assert_eq!(
        xml.matches("<cPosTyp>versandkosten</cPosTyp>").count(),
        2,
        "one shipping position a rate"
    );
}

#[test]
fn what_is_missing_is_named_and_never_filled_in() {
    let without = |change: fn(&mut Order)| {
        let mut order = order();
        change(&mut order);
        render_order(&order, None, &settings(), &countries()).expect_err("incomplete").detail
    };
    assert_eq!(without(|o| o.address = None).as_deref(), Some("address"));
    assert_eq!(without(|o| o.currency = None).as_deref(), Some("currency"));
    assert_eq!(without(|o| o.ordered_at = None).as_deref(), Some("order time"));
    assert_eq!(without(|o| o.items[0].unit_gross = None).as_deref(), Some("amounts"));
    assert_eq!(without(|o| o.items[0].vat = None).as_deref(), Some("amounts"));
    assert_eq!(without(|o| o.items[0].quantity = Some(0)).as_deref(), Some("amounts"));
}

#[test]
fn an_invoice_number_is_never_written() {
    assert!(!render(&order()).contains("cRechnungsNr"));
}

proptest! {
    #[test]
    fn any_text_gives_well_formed_latin_1(name in "\\PC{0,40}", wild in any::<String>()) {
        let mut order = order();
        order.items[0].name = name;
        if let Some(address) = &mut order.address {
            address.street.clone_from(&wild);
        }
        let bytes = latin1(&[COLLECTIVE_START, &render(&order), COLLECTIVE_END].concat());
        let text: String = bytes.iter().map(|b| char::from(*b)).collect();
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(error) => prop_assert!(false, "{error}: {text}"),
            }
        }
    }
}
