//! Planning the one call that tells TEMU about an order's parcels, and reading it back.

use kontor_core::ids::ParentOrderSn;
use kontor_core::order::Order;
use kontor_core::parcel::{JtlParcel, JtlShipping, ParcelContent};
use kontor_core::problem::Code;
use kontor_core::remote::TemuStatus;
use kontor_core::shipment::{
    CarriedParcel, KnownShipment, ReadBack, ShipmentReport, compare, is_complete, plan,
};

use crate::build::{SN, Said, line};

const DHL: i64 = 141_252_268;

fn parcel(number: &str, contents: &[(&str, i64)]) -> JtlParcel {
    JtlParcel {
        parent_order_sn: ParentOrderSn::new(SN),
        jtl_id: 1,
        tracking_number: number.to_owned(),
        shipping_method: "DHL Paket".to_owned(),
        logistics: String::new(),
        shipped_at: None,
        contents: contents
            .iter()
            .map(|(sku, quantity)| ParcelContent { sku: (*sku).to_owned(), quantity: *quantity })
            .collect(),
    }
}

fn planned(order: &Order, parcels: &[JtlParcel]) -> Result<ShipmentReport, Code> {
    let carried: Vec<_> =
        parcels.iter().map(|parcel| CarriedParcel { parcel, carrier_id: DHL }).collect();
    plan(order, &carried).map_err(|hold| hold.code)
}

/// `sendType` and `number: line×pieces, … (+ sub-parcels)` of each package.
fn told(order: &Order, parcels: &[JtlParcel]) -> String {
    let report = match planned(order, parcels) {
        Ok(report) => report,
        Err(code) => return code.to_string(),
    };
    let packages: Vec<String> = report
        .packages
        .iter()
        .map(|p| {
            assert_eq!(p.carrier_id, DHL);
            let lines: Vec<String> = p
                .lines
                .iter()
                .map(|l| {
                    let sn = l.order_sn.as_str();
                    format!("{}×{}", &sn[sn.len() - 1..], l.quantity)
                })
                .collect();
            let subs: String = p.sub_parcels.iter().map(|(_, n)| format!(" + {n}")).collect();
            format!("{}: {}{subs}", p.tracking_number, lines.join(", "))
        })
        .collect();
    format!("{} | {}", report.send_type, packages.join(" | "))
}

#[test]
fn what_is_in_which_parcel_is_known_or_follows_or_waits() {
    let (none, one, two) = (&[][..], Said::of(&[2]), Said::of(&[2, 1]));
    let cases: &[(&str, &Said, &[JtlParcel], &str)] = &[
        ("no parcel", &one, &[], "shipment.incomplete"),
        ("one parcel holds everything", &two, &[parcel("A", none)], "0 | A: 1×2, 2×1"),
        (
            "the packing list says",
            &two,
            &[parcel("A", &[("SKU-1", 2)]), parcel("B", &[("SKU-2", 1)])],
            "1 | A: 1×2 | B: 2×1",
        ),
        (
            "a line over two parcels",
            &two,
            &[parcel("A", &[("SKU-1", 1)]), parcel("B", &[("sku-1 ", 1), ("SKU-2", 1)])],
            "1 | A: 1×1 | B: 1×1, 2×1",
        ),
        (
            "as many parcels as pieces",
            &one,
            &[parcel("A", none), parcel("B", none)],
            "1 | A: 1×1 | B: 1×1",
        ),
        (
            "more pieces than parcels",
            &Said::of(&[3]),
            &[parcel("A", none), parcel("B", none)],
            "shipment.contents_unknown",
        ),
        (
            "two lines, no packing list",
            &two,
            &[parcel("A", none), parcel("B", none)],
            "shipment.contents_unknown",
        ),
        (
            "the packing list covers too little",
            &two,
            &[parcel("A", &[("SKU-1", 2)]), parcel("B", &[("SKU-2", 0)])],
            "shipment.contents_unknown",
        ),
        (
            "the packing list has a foreign article",
            &two,
            &[parcel("A", &[("SKU-1", 2)]), parcel("B", &[("SKU-2", 1), ("GRATIS", 1)])],
            "shipment.contents_unknown",
        ),
        (
            "a single piece in three parcels",
            &Said::of(&[1]),
            &[parcel("A", none), parcel("B", none), parcel("C", none)],
            "0 | A: 1×1 + B + C",
        ),
    ];
    for (what, said, parcels, expected) in cases {
        assert_eq!(told(&said.judged(), parcels), *expected, "{what}");
    }
}

#[test]
fn a_piece_in_more_parcels_than_temu_takes_waits() {
    let numbered = |n: usize| (0..n).map(|i| parcel(&format!("N{i}"), &[])).collect::<Vec<_>>();
    let order = Said::of(&[1]).judged();
    let eleven = planned(&order, &numbered(11)).expect("a main parcel and ten more");
    assert_eq!(eleven.packages[0].sub_parcels.len(), 10);
    assert_eq!(planned(&order, &numbered(12)), Err(Code::ShipmentContentsUnknown));
}

#[test]
fn cancelled_lines_and_pieces_are_not_reported() {
    let said = Said::of(&[3, 1]).but(|s| {
        (s.list.items[0].quantity, s.list.items[0].cancelled_quantity) = (Some(1), Some(2));
        s.list.items[1].status = Some(TemuStatus::CANCELLED);
    });
    assert_eq!(told(&said.judged(), &[parcel("A", &[])]), "0 | A: 1×1");
}

#[test]
fn lines_carry_the_orders_own_ids() {
    let report = planned(&Said::of(&[2]).judged(), &[parcel("A", &[])]).expect("plan");
    let reported = &report.packages[0].lines[0];
    assert_eq!(reported.order_sn, line(1));
    assert_eq!((reported.goods_id, reported.sku_id), (Some(601), Some(171)));
}

#[test]
fn an_order_is_tracked_when_jtl_or_the_numbers_say_that_all_is_packed() {
    let order = Said::of(&[2, 1]).judged();
    let shipping = |complete, parcels: &[JtlParcel]| JtlShipping {
        parent_order_sn: ParentOrderSn::new(SN),
        complete,
        parcels: parcels.to_vec(),
    };
    assert!(is_complete(&order, &shipping(true, &[parcel("A", &[])])));
    assert!(!is_complete(&order, &shipping(false, &[parcel("A", &[])])));
    assert!(!is_complete(&order, &shipping(false, &[parcel("A", &[("SKU-1", 2)])])));
    assert!(is_complete(&order, &shipping(false, &[parcel("A", &[("SKU-1", 2), ("SKU-2", 1)])])));
}

#[test]
fn a_report_counts_as_done_only_when_temu_shows_every_parcel_of_it() {
    let shows = |numbers: &[&str]| -> Vec<KnownShipment> {
        numbers
            .iter()
            .map(|n| KnownShipment {
                carrier_id: Some(DHL),
                tracking_number: (*n).to_owned(),
                package_sn: None,
            })
            .collect()
    };
    let two =
        planned(&Said::of(&[2]).judged(), &[parcel("A", &[]), parcel("B", &[])]).expect("plan");
    let subs =
        planned(&Said::of(&[1]).judged(), &[parcel("A", &[]), parcel("B", &[])]).expect("plan");
    for report in [two, subs] {
        assert_eq!(compare(&report, &shows(&[])), ReadBack::Absent);
        assert_eq!(compare(&report, &shows(&["B", "A"])), ReadBack::Reported);
        assert_eq!(compare(&report, &shows(&["A"])), ReadBack::Different);
        assert_eq!(compare(&report, &shows(&["X"])), ReadBack::Different);
    }
}
